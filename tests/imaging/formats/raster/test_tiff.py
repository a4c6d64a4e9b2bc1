"""TIFF of the kinds that Pillow refuses or gets wrong, and grey that is stored as colour."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from imaging.base.errors import Code, Refusal
from imaging.formats.raster import reader as raster
from imaging.volume.series import Polarity, Series, Source
from tests.reading import POLICY, read_volume

RNG = np.random.default_rng(3)


def opened(*paths: Path) -> tuple[Series, NDArray[Any]]:
    (series,) = raster.group([raster.read_header(Source(path), POLICY) for path in paths])
    volume = read_volume(series)
    assert volume.is_complete
    assert volume.stored.shape[2:4] == (series.rows, series.columns)
    return series, volume.stored


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_16_bit_colour_in_either_planar_configuration(tmp_path: Path, planar: str, order: str) -> None:
    """Pillow reads planes of 16 bits as if they were pixels: [14, 73, 7] for [22, 57, 11]."""
    deep = RNG.integers(0, 65536, (20, 30, 3), dtype=np.uint16)
    stored = deep if planar == "contig" else np.moveaxis(deep, -1, 0)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", planarconfig=planar, byteorder=order)
    series, pixels = opened(tmp_path / "a.tif")
    assert (series.channels, series.polarity) == (3, Polarity.COLOUR)
    assert np.abs(pixels[0, 0].astype(float) - deep / 257).max() <= 0.5
    assert series.notes == ("16-bit colour is shown with 8 bits a channel",)


@pytest.mark.parametrize("kind", ["u2", "i2", "u4", "i4", "f2", "f4", "f8"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
def test_grey_keeps_every_value(tmp_path: Path, kind: str, order: str, compression: str | None) -> None:
    values = (RNG.random((40, 30)) * 60000 - (30000 if kind[0] != "u" else 0)).astype(kind)
    tifffile.imwrite(tmp_path / "a.tif", values, byteorder=order, compression=compression, rowsperstrip=7)
    series, pixels = opened(tmp_path / "a.tif")
    assert series.dtype == ("float32" if kind[0] == "f" else values.dtype.name)
    np.testing.assert_array_equal(pixels[0, 0], values.astype(series.dtype))


@pytest.mark.parametrize("count", [2, 4, 5])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_channels_that_are_no_colours_are_phases(tmp_path: Path, count: int, planar: str, dtype: str) -> None:
    values = (RNG.random((20, 30, count)) * 200).astype(dtype)
    stored = values if planar == "contig" else np.moveaxis(values, -1, 0)
    extra = ["unspecified"] * (count - 1)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, stored, photometric="minisblack", planarconfig=planar, extrasamples=extra)
    series, pixels = opened(path)
    assert (series.phases, series.slices, series.channels, series.dtype) == (count, 1, 1, dtype)
    np.testing.assert_array_equal(pixels[:, 0], np.moveaxis(values, -1, 0))
    assert any(f"{count} channels" in note for note in series.notes)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_transparency_lies_on_black(tmp_path: Path, dtype: str) -> None:
    most = np.iinfo(dtype).max
    values = np.zeros((2, 2, 2), dtype)
    values[..., 0], values[0, :, 1] = 100, most
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", extrasamples=["unassalpha"])
    series, pixels = opened(tmp_path / "a.tif")
    assert (series.phases, series.channels) == (1, 1)
    np.testing.assert_array_equal(pixels[0, 0], [[100, 100], [0, 0]])
    colour = np.full((2, 2, 4), most, dtype)
    colour[1, :, 3] = 0
    tifffile.imwrite(tmp_path / "b.tif", colour, photometric="rgb", extrasamples=["unassalpha"])
    _, pixels = opened(tmp_path / "b.tif")
    assert pixels[0, 0, 0].min() == 255
    assert pixels[0, 0, 1].max() == 0


def test_pages_polarity_and_turn(tmp_path: Path) -> None:
    pages = RNG.integers(0, 65536, (3, 4, 6), dtype=np.uint16)
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for page in pages:
            writer.write(page, photometric="miniswhite", extratags=[(274, "H", 1, 6, True)])
        writer.write(pages[0, :2], photometric="miniswhite")
    series, stored = opened(tmp_path / "a.tif")
    assert (series.slices, series.rows, series.columns) == (3, 6, 4)
    assert series.polarity is Polarity.MONOCHROME1
    np.testing.assert_array_equal(stored[0], np.rot90(pages, -1, axes=(1, 2)))
    assert any(note.startswith("1 page ") for note in series.notes)


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_cut_one_is_truncated(tmp_path: Path, kept: float) -> None:
    tifffile.imwrite(tmp_path / "a.tif", RNG.random((40, 30)))
    content = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(Refusal) as caught:
        opened(tmp_path / "a.tif")
    assert caught.value.code is Code.TRUNCATED


def test_a_bigtiff(tmp_path: Path) -> None:
    values = RNG.random((20, 30))
    tifffile.imwrite(tmp_path / "a.bin", values, bigtiff=True)
    np.testing.assert_array_equal(opened(tmp_path / "a.bin")[1][0, 0], values.astype(np.float32))


GREY = RNG.integers(0, 256, (40, 48), dtype=np.uint8)


@pytest.mark.parametrize("ending", ["jpg", "png", "bmp", "tif"])
def test_equal_red_green_and_blue_are_grey(tmp_path: Path, ending: str) -> None:
    """A radiograph saved as a colour picture gets its window."""
    quality = {"quality": 95} if ending == "jpg" else {}
    Image.fromarray(np.stack([GREY] * 3, axis=-1)).save(tmp_path / f"a.{ending}", **quality)
    series, pixels = opened(tmp_path / f"a.{ending}")
    assert (series.channels, series.polarity, series.dtype) == (1, Polarity.MONOCHROME2, "uint8")
    colours = np.asarray(Image.open(tmp_path / f"a.{ending}").convert("RGB"))
    np.testing.assert_array_equal(pixels[0, 0], colours[..., 0])


@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_a_little_colour_is_colour(tmp_path: Path, ending: str) -> None:
    colours = np.stack([GREY] * 3, axis=-1)
    colours[8:24, 8:24] = (200, 30, 30)
    Image.fromarray(colours).save(tmp_path / f"a.{ending}")
    series, _ = opened(tmp_path / f"a.{ending}")
    assert (series.channels, series.polarity) == (3, Polarity.COLOUR)


def test_a_black_picture_of_a_stack_in_colour_stays_in_it(tmp_path: Path) -> None:
    for number in range(3):
        colours = np.zeros((4, 5, 3), np.uint8)
        colours[..., 0] = 100 * number
        Image.fromarray(colours).save(tmp_path / f"x{number}.png")
    series, pixels = opened(*sorted(tmp_path.iterdir()))
    assert (series.channels, series.slices) == (3, 3)
    assert pixels[0, :, 0, 0].tolist() == [[0, 0, 0], [100, 0, 0], [200, 0, 0]]
