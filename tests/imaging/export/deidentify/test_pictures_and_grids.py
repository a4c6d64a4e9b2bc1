"""Copies of NIfTI files and pictures: no text is left, and pixels are equal."""

import gzip
import struct
from io import BytesIO
from pathlib import Path

import nibabel
import numpy as np
import pytest
import tifffile
from nibabel.nifti1 import Nifti1Extension
from PIL import Image, PngImagePlugin

from imaging.base.errors import Code
from imaging.base.progress import finish
from imaging.export.deidentify.codestreams import COMMENT, SCAN, jpeg_segments
from imaging.export.deidentify.copies import DeidentifiedFiles, deidentify
from imaging.export.deidentify.file_record import EXTENSIONS, FACE, FRAMES
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.pseudonyms import Pseudonyms
from tests.reading import READING

NAME = "KOBOLDSON"


def copies(folder: Path, out: Path) -> DeidentifiedFiles:
    return finish(deidentify([folder], out, DeidentifyOptions(), Pseudonyms(), READING))


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_texts_and_extensions_of_a_grid_go(kind: type, ending: str, tmp_path: Path) -> None:
    values = np.arange(5 * 6 * 7, dtype=np.int16).reshape(5, 6, 7)
    image = kind(values, np.diag([-2.0, 3.0, 4.0, 1.0]))
    image.header["descrip"], image.header["aux_file"] = f"scan of {NAME}", f"{NAME}.txt"
    image.header["intent_name"] = NAME[:8]
    image.header.extensions.append(Nifti1Extension("comment", f"seen by Dr. {NAME}".encode()))
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / f"{NAME}{ending}"
    image.to_filename(path)
    (copy,) = copies(tmp_path / "in", tmp_path / "out").copies
    made = tmp_path / "out" / copy.path
    content = gzip.decompress(made.read_bytes()) if ending == ".nii.gz" else made.read_bytes()
    assert NAME.encode() not in content
    assert NAME.encode() not in made.read_bytes()
    assert NAME not in copy.path
    again = nibabel.load(made)
    assert np.array_equal(np.asanyarray(again.dataobj), values)
    assert np.array_equal(again.affine, image.affine)
    assert list(again.header.extensions) == []
    assert copy.record.notes == (FACE, EXTENSIONS)


def make_png(path: Path) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", NAME)
    texts.add_itxt("Patient", NAME, zip=True)
    exif = Image.Exif()
    exif[315], exif[274] = NAME, 6
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 65535, (40, 30), dtype=np.uint16)).save(path, pnginfo=texts, exif=exif)


def make_jpeg(path: Path) -> None:
    exif = Image.Exif()
    exif[315], exif[270], exif[274] = NAME, NAME, 3
    pixels = np.random.default_rng(0).integers(0, 255, (40, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, exif=exif, comment=NAME.encode(), quality=80, progressive=True)
    made = path.read_bytes()
    second = [one.begin for one in jpeg_segments(made, 2, len(made)) if one.marker == SCAN][1]
    comment = struct.pack(">BBH", 0xFF, COMMENT, len(NAME) + 2) + NAME.encode()
    path.write_bytes(made[:second] + comment + made[second:] + NAME.encode())


def make_tiff(path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 65535, (3, 40, 30), dtype=np.uint16)
    tifffile.imwrite(
        path,
        pixels,
        description=f"of {NAME}",
        software=NAME,
        photometric="minisblack",
        compression="zlib",
        extratags=[(274, "H", 1, 6, True)],
    )


def make_bmp(path: Path) -> None:
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 30, 3), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes() + NAME.encode())


@pytest.mark.parametrize(
    ("make", "ending"), [(make_png, ".png"), (make_jpeg, ".jpg"), (make_tiff, ".tif"), (make_bmp, ".bmp")]
)
def test_a_picture_loses_its_texts_and_keeps_its_pixels(make, ending: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / f"{NAME}{ending}"
    make(path)
    assert NAME.encode() in path.read_bytes()
    (copy,) = copies(tmp_path / "in", tmp_path / "out").copies
    made = (tmp_path / "out" / copy.path).read_bytes()
    assert NAME.encode() not in made
    assert NAME not in copy.path
    if ending == ".tif":
        assert np.array_equal(tifffile.imread(BytesIO(made)), tifffile.imread(path))
        with tifffile.TiffFile(BytesIO(made)) as new:
            assert new.pages.first.tags[274].value == 6
        return
    with Image.open(path) as old, Image.open(BytesIO(made)) as new:
        assert np.array_equal(np.asarray(old), np.asarray(new))
        assert new.getexif().get(274, 1) == old.getexif().get(274, 1)
        assert set(new.getexif()) <= {274}


def test_every_file_is_counted_whether_it_was_copied_or_skipped(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        make_png(tmp_path / "in" / f"{number}.png")
        (tmp_path / "in" / f"{number}.txt").write_text("no picture")
    told = list(deidentify([tmp_path / "in"], tmp_path / "out", DeidentifyOptions(), Pseudonyms(), READING))
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert told[-1].done == told[-1].total == 6


@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_pictures_beside_the_first_are_said(ending: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    first, second = (Image.fromarray(np.full((20, 30), value, np.uint8)) for value in (50, 200))
    kind = {".png": "PNG", ".jpg": "MPO"}[ending]
    first.save(tmp_path / "in" / f"a{ending}", kind, save_all=True, append_images=[second])
    first.save(tmp_path / "in" / f"b{ending}")
    two, one = copies(tmp_path / "in", tmp_path / "out").copies
    assert (two.record.notes, one.record.notes) == ((FRAMES,), ())


def test_boxes_are_refused_for_a_file_of_several_pictures(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    tifffile.imwrite(tmp_path / "in" / "a.tif", np.zeros((3, 20, 30), np.uint16), photometric="minisblack")
    boxed = DeidentifyOptions(boxes=((0, 0, 5, 5),))
    done = finish(deidentify([tmp_path / "in"], tmp_path / "out", boxed, Pseudonyms(), READING))
    assert [row.code for row in done.ledger.skipped] == [Code.UNSUPPORTED]
