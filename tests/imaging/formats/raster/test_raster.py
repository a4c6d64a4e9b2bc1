"""Pictures of every kind: dtype, values, orientation, pages, transparency, damage, and which of them make a stack."""

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from imaging.base.errors import Code, Refusal
from imaging.formats.raster import reader as raster
from imaging.volume.series import Polarity, Series, Source
from tests.reading import POLICY, read_volume

GREY_8 = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
GREY_16 = np.arange(12, dtype=np.uint16).reshape(3, 4) * 90 + 5
COLOUR = np.stack([GREY_8, GREY_8 // 2, 255 - GREY_8], axis=-1)


def _opened(path: Path) -> tuple[Series, NDArray[Any]]:
    (series,) = raster.group([raster.read_header(Source(path), POLICY)])
    volume = read_volume(series)
    assert volume.is_complete
    assert volume.stored.shape[2:4] == (series.rows, series.columns)
    return series, volume.stored[0]


def _noise(rows: int = 64, columns: int = 64) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (rows, columns), dtype=np.uint8)


@pytest.mark.parametrize("ending", ["png", "tif", "bmp"])
def test_grey_8_bit_stays_as_stored(tmp_path: Path, ending: str) -> None:
    Image.fromarray(GREY_8).save(tmp_path / f"a.{ending}")
    series, pixels = _opened(tmp_path / f"a.{ending}")
    assert (series.channels, series.dtype, series.polarity) == (1, "uint8", Polarity.MONOCHROME2)
    np.testing.assert_array_equal(pixels[0], GREY_8)
    assert series.spacing is None
    assert series.pixel_spacing is None
    assert series.units is None
    assert series.axes is None


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_grey_16_bit_keeps_every_level(tmp_path: Path, ending: str) -> None:
    ramp = np.arange(1001, dtype=np.uint16).reshape(7, 143)
    Image.fromarray(ramp).save(tmp_path / f"a.{ending}")
    series, pixels = _opened(tmp_path / f"a.{ending}")
    assert series.dtype == "uint16"
    np.testing.assert_array_equal(pixels[0], ramp)


def test_big_endian_16_bit_tiff(tmp_path: Path) -> None:
    picture = Image.frombytes("I;16B", (4, 3), GREY_16.astype(">u2").tobytes())
    picture.save(tmp_path / "a.tif")
    assert (tmp_path / "a.tif").read_bytes()[:2] == b"MM"
    _, pixels = _opened(tmp_path / "a.tif")
    np.testing.assert_array_equal(pixels[0], GREY_16)


def test_float_tiff_keeps_its_values(tmp_path: Path) -> None:
    values = np.linspace(-1000, 2000.5, 12, dtype=np.float32).reshape(3, 4)
    Image.fromarray(values).save(tmp_path / "a.tif")
    series, pixels = _opened(tmp_path / "a.tif")
    assert series.dtype == "float32"
    np.testing.assert_array_equal(pixels[0], values)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "uint32"])
def test_integer_tiff_of_other_kinds(tmp_path: Path, dtype: str) -> None:
    info = np.iinfo(dtype)
    values = np.array([[info.min, info.max, 0], [1, 2, 3]], dtype=dtype)
    _write_tiff(tmp_path / "a.tif", values, sample_format=2 if info.min < 0 else 1)
    series, pixels = _opened(tmp_path / "a.tif")
    assert series.dtype == dtype
    np.testing.assert_array_equal(pixels[0], values)


def _write_tiff(path: Path, values: NDArray[Any], *, sample_format: int = 1, photometric: int = 1) -> None:
    """A little-endian TIFF of one strip, for sample kinds that Pillow does not write."""
    rows, columns = values.shape
    content = values.astype(values.dtype.newbyteorder("<")).tobytes()
    entries = [(256, columns), (257, rows), (258, values.dtype.itemsize * 8), (259, 1), (262, photometric), (273, 8)]
    entries += [(277, 1), (278, rows), (279, len(content)), (339, sample_format)]
    directory = len(entries).to_bytes(2, "little")
    for tag, value in entries:
        directory += tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little")
    start = (8 + len(content)).to_bytes(4, "little")
    path.write_bytes(b"II*\0" + start + content + directory + bytes(4))


def test_white_is_zero_in_16_bits_is_monochrome1(tmp_path: Path) -> None:
    _write_tiff(tmp_path / "a.tif", GREY_16, photometric=0)
    series, pixels = _opened(tmp_path / "a.tif")
    assert series.polarity is Polarity.MONOCHROME1
    np.testing.assert_array_equal(pixels[0], GREY_16)


def test_white_is_zero_in_8_bits_comes_inverted(tmp_path: Path) -> None:
    _write_tiff(tmp_path / "a.tif", GREY_8, photometric=0)
    series, pixels = _opened(tmp_path / "a.tif")
    assert series.polarity is Polarity.MONOCHROME2
    np.testing.assert_array_equal(pixels[0], 255 - GREY_8)


@pytest.mark.parametrize("ending", ["png", "tif", "bmp"])
def test_colour(tmp_path: Path, ending: str) -> None:
    Image.fromarray(COLOUR).save(tmp_path / f"a.{ending}")
    series, pixels = _opened(tmp_path / f"a.{ending}")
    assert (series.channels, series.dtype, series.polarity) == (3, "uint8", Polarity.COLOUR)
    np.testing.assert_array_equal(pixels[0], COLOUR)


def test_jpeg_grey_and_colour(tmp_path: Path) -> None:
    flat = np.full((16, 16), 90, np.uint8)
    Image.fromarray(flat).save(tmp_path / "a.jpg", quality=95)
    Image.fromarray(np.stack([flat, flat, flat + 100], axis=-1)).save(tmp_path / "b.jpg", quality=95)
    series, pixels = _opened(tmp_path / "a.jpg")
    assert series.channels == 1
    assert np.abs(pixels[0].astype(int) - 90).max() <= 2
    series, pixels = _opened(tmp_path / "b.jpg")
    assert series.channels == 3
    assert np.abs(pixels[0].astype(int) - [90, 90, 190]).max() <= 4


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_colour_of_16_bits_is_scaled_to_8_and_says_so(tmp_path: Path, ending: str) -> None:
    deep = np.array([[[0, 32768, 65535], [257, 2570, 65280]]], dtype=np.uint16)
    assert cv2.imwrite(str(tmp_path / f"a.{ending}"), deep[..., ::-1])
    series, pixels = _opened(tmp_path / f"a.{ending}")
    assert series.dtype == "uint8"
    assert np.abs(pixels[0].astype(float) - deep / 257).max() <= 1
    assert any("16-bit colour" in note for note in series.notes)


def test_one_bit_is_black_and_white(tmp_path: Path) -> None:
    bits = np.array([[True, False, True], [False, False, True]])
    for ending in ("png", "tif", "bmp"):
        Image.fromarray(bits).save(tmp_path / f"a.{ending}")
        _, pixels = _opened(tmp_path / f"a.{ending}")
        np.testing.assert_array_equal(pixels[0], bits * np.uint8(255))


def test_palette_of_colours_and_of_greys(tmp_path: Path) -> None:
    indexed = Image.fromarray(np.array([[0, 1, 2]], dtype=np.uint8)).convert("P")
    indexed.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    indexed.save(tmp_path / "colour.png")
    series, pixels = _opened(tmp_path / "colour.png")
    assert series.channels == 3
    np.testing.assert_array_equal(pixels[0], [[[255, 0, 0], [0, 255, 0], [0, 0, 255]]])
    indexed.putpalette([10, 10, 10, 200, 200, 200, 90, 90, 90])
    indexed.save(tmp_path / "grey.png")
    series, pixels = _opened(tmp_path / "grey.png")
    assert series.channels == 1
    np.testing.assert_array_equal(pixels[0], [[10, 200, 90]])


def test_alpha_is_laid_on_black(tmp_path: Path) -> None:
    alpha = np.array([[0, 128, 255]], dtype=np.uint8)
    grey = np.full((1, 3), 200, dtype=np.uint8)
    Image.fromarray(np.stack([grey, alpha], axis=-1)).save(tmp_path / "la.png")
    series, pixels = _opened(tmp_path / "la.png")
    assert series.channels == 1
    np.testing.assert_array_equal(pixels[0], [[0, 100, 200]])
    Image.fromarray(np.stack([grey, grey // 2, grey, alpha], axis=-1)).save(tmp_path / "rgba.png")
    _, pixels = _opened(tmp_path / "rgba.png")
    np.testing.assert_array_equal(pixels[0], [[[0, 0, 0], [100, 50, 100], [200, 100, 200]]])


def test_grey_with_alpha_in_16_bits_keeps_its_levels(tmp_path: Path) -> None:
    values = np.array([[1001, 40000]], dtype=">u2")
    alpha = np.array([[65535, 0]], dtype=">u2")
    path = tmp_path / "a.png"
    path.write_bytes(_png_16_grey_alpha(values, alpha))
    series, pixels = _opened(path)
    assert series.dtype == "uint16"
    np.testing.assert_array_equal(pixels[0], [[1001, 0]])


def _png_16_grey_alpha(values: NDArray[Any], alpha: NDArray[Any]) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    rows, columns = values.shape
    lines = b"".join(
        b"\0" + np.stack([v, a], axis=-1).astype(">u2").tobytes() for v, a in zip(values, alpha, strict=True)
    )
    header = columns.to_bytes(4, "big") + rows.to_bytes(4, "big") + bytes([16, 4, 0, 0, 0])
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(lines)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_transparent_grey_level_becomes_black(tmp_path: Path) -> None:
    Image.fromarray(GREY_8).save(tmp_path / "a.png", transparency=40)
    Image.fromarray(GREY_16).save(tmp_path / "b.png", transparency=95)
    np.testing.assert_array_equal(_opened(tmp_path / "a.png")[1][0], np.where(GREY_8 == 40, 0, GREY_8))
    np.testing.assert_array_equal(_opened(tmp_path / "b.png")[1][0], np.where(GREY_16 == 95, 0, GREY_16))


_SEEN: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(np.transpose(a), 2),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["png", "tif", "jpg"])
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int, ending: str) -> None:
    stored = np.kron(np.array([[0, 80, 160], [240, 200, 120]], dtype=np.uint8), np.ones((8, 8), dtype=np.uint8))
    exif = Image.Exif()
    exif[274] = orientation
    Image.fromarray(stored).save(tmp_path / f"a.{ending}", exif=exif, **({"quality": 100} if ending == "jpg" else {}))
    _, pixels = _opened(tmp_path / f"a.{ending}")
    expected = _SEEN[orientation](stored)
    assert pixels[0].shape == expected.shape
    assert np.abs(pixels[0].astype(int) - expected).max() <= (3 if ending == "jpg" else 0)


def test_damaged_exif_does_not_cost_the_picture(tmp_path: Path) -> None:
    Image.fromarray(GREY_8).save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert _opened(tmp_path / "a.jpg")[1].shape == (1, 3, 4)


def test_pages_of_a_tiff_are_slices(tmp_path: Path) -> None:
    pages = [Image.fromarray(GREY_16 + number) for number in range(5)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    series, pixels = _opened(tmp_path / "a.tif")
    assert (series.slices, series.phases) == (5, 1)
    for number in range(5):
        np.testing.assert_array_equal(pixels[number], GREY_16 + number)


def test_pages_of_another_size_are_noted(tmp_path: Path) -> None:
    pages = [Image.fromarray(GREY_8), Image.fromarray(GREY_8[:2]), Image.fromarray(GREY_8 + 1)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    series, pixels = _opened(tmp_path / "a.tif")
    assert [frame.index for frame in series.frames] == [0, 2]
    np.testing.assert_array_equal(pixels[1], GREY_8 + 1)
    assert any(note.startswith("1 page ") for note in series.notes)


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "tif"])
@pytest.mark.parametrize("kept", [0.5, 0.95])
def test_cut_file_is_truncated(tmp_path: Path, ending: str, kept: float) -> None:
    content = io.BytesIO()
    Image.fromarray(_noise()).save(content, format={"jpg": "JPEG", "tif": "TIFF"}.get(ending, ending.upper()))
    whole = content.getvalue()
    (tmp_path / f"a.{ending}").write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(Refusal) as caught:
        _opened(tmp_path / f"a.{ending}")
    assert caught.value.code is Code.TRUNCATED


def test_cut_jpeg_with_a_thumbnail_in_its_exif_is_truncated(tmp_path: Path) -> None:
    thumbnail = io.BytesIO()
    Image.fromarray(GREY_8).save(thumbnail, format="JPEG")
    Image.fromarray(_noise()).save(tmp_path / "a.jpg", exif=b"Exif\0\0" + thumbnail.getvalue())
    content = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(content[: len(content) // 2 + 300])
    with pytest.raises(Refusal) as caught:
        _opened(tmp_path / "a.jpg")
    assert caught.value.code is Code.TRUNCATED


def test_overwritten_pixels_of_a_png_are_a_decode_error(tmp_path: Path) -> None:
    Image.fromarray(_noise()).save(tmp_path / "a.png")
    content = bytearray((tmp_path / "a.png").read_bytes())
    content[1000:1100] = bytes(100)
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        _opened(tmp_path / "a.png")
    assert caught.value.code in (Code.DECODE, Code.TRUNCATED)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + bytes(30), b"BM" + bytes(60), b"\xff\xd8\xff" + bytes(60)])
def test_rubbish_behind_a_magic_is_a_broken_header(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.bin").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        _opened(tmp_path / "a.bin")
    assert caught.value.code in (Code.HEADER, Code.TRUNCATED)


def test_size_is_bounded_before_anything_is_decoded(tmp_path: Path) -> None:
    header = b"IHDR" + (100_000).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    head = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + header + zlib.crc32(header).to_bytes(4, "big")
    data = b"IDAT" + zlib.compress(bytes(100))
    body = (len(data) - 4).to_bytes(4, "big") + data + zlib.crc32(data).to_bytes(4, "big")
    (tmp_path / "a.png").write_bytes(head + body + b"\0\0\0\0IEND\xaeB`\x82")
    with pytest.raises(Refusal) as caught:
        raster.read_header(Source(tmp_path / "a.png"), POLICY)
    assert caught.value.code is Code.TOO_LARGE


def _header(path: str, columns: int = 4, channels: int = 1) -> raster.RasterHeader:
    return raster.RasterHeader(Source(Path(path)), 3, columns, channels, "uint8")


def test_numbered_pictures_that_agree_are_one_stack_in_natural_order() -> None:
    (series,) = raster.group([_header(f"/a/img{number}.png") for number in (10, 2, 1)])
    assert [frame.source.path.name for frame in series.frames] == ["img1.png", "img2.png", "img10.png"]
    assert series.description == "a"


@pytest.mark.parametrize(
    ("names", "count"),
    [
        (["a/x1.png", "a/x2.png", "b/x1.png", "b/x2.png"], 2),
        (["a/first.png", "a/second.png"], 2),
        (["a/x1.png"], 1),
        (["a/person1_bacteria_2.jpeg", "a/person7_bacteria_30.jpeg"], 1),
        (["a/person1_bacteria_2.jpeg", "a/person7_virus_30.jpeg"], 2),
        (["a/X1.PNG", "a/x2.png"], 1),
    ],
)
def test_what_makes_a_stack(names: list[str], count: int) -> None:
    assert len(raster.group([_header(name) for name in names])) == count


def test_numbered_pictures_that_differ_are_separate() -> None:
    assert len(raster.group([_header("a/1.png"), _header("a/2.png", columns=5)])) == 2
    assert len(raster.group([_header("a/1.png"), _header("a/2.png", channels=3)])) == 2


def test_ids_are_stable_and_do_not_show_the_name() -> None:
    first = raster.group([_header("a/Doe^Jane.png")])[0].id
    assert first == raster.group([_header("a/Doe^Jane.png"), _header("a/other.png")])[0].id
    assert "Doe" not in first


def test_members_of_a_zip_are_read_without_unpacking(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as writer:
        for number in (1, 2):
            content = io.BytesIO()
            Image.fromarray(GREY_8 + number).save(content, format="PNG")
            writer.writestr(f"folder/x{number}.png", content.getvalue())
    headers = [raster.read_header(Source(archive, f"folder/x{number}.png"), POLICY) for number in (2, 1)]
    (series,) = raster.group(headers)
    volume = read_volume(series)
    np.testing.assert_array_equal(volume.stored[0, 1], GREY_8 + 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


def test_a_missing_file_costs_only_its_own_frame(tmp_path: Path) -> None:
    for number in range(3):
        Image.fromarray(GREY_8 + number).save(tmp_path / f"x{number}.png")
    (series,) = raster.group([raster.read_header(Source(tmp_path / f"x{number}.png"), POLICY) for number in range(3)])
    (tmp_path / "x1.png").unlink()
    frames = dict(raster.read_frames(series, [2, 1, 0], POLICY))
    np.testing.assert_array_equal(frames[2], GREY_8 + 2)
    assert isinstance(frames[1], Refusal)
    assert frames[1].code is Code.MISSING
    np.testing.assert_array_equal(frames[0], GREY_8)


def test_a_damaged_tiff_shows_nothing_of_its_path(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Image.fromarray(_noise()).save(tmp_path / "Doe.tif", compression="tiff_lzw")
    content = bytearray((tmp_path / "Doe.tif").read_bytes())
    content[200:400] = b"\xff" * 200
    (tmp_path / "Doe.tif").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        _opened(tmp_path / "Doe.tif")
    assert caught.value.code is Code.DECODE
    # libtiff speaks of "tempfile.tif"; it cannot be silenced without touching the whole program's standard error.
    assert "Doe" not in "".join(capfd.readouterr())


def test_metadata_that_pillow_warns_about_is_silent(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[65000] = "private"
    Image.fromarray(GREY_8).save(tmp_path / "a.tif", tiffinfo=tags)
    content = (tmp_path / "a.tif").read_bytes().replace(b"private", b"\xff\xfe\xfd\xfc\xfb\xfa\xf9")
    (tmp_path / "a.tif").write_bytes(content)
    assert _opened(tmp_path / "a.tif")[1].shape == (1, 3, 4)
    assert not recwarn.list
