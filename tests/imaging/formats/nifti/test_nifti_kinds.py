"""NIfTI's less common kinds: pairs, extensions, intents, samples and byte orders of both versions."""

import gzip
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Extension, Nifti1Header, Nifti1Image, Nifti1Pair
from nibabel.nifti2 import Nifti2Header, Nifti2Image, Nifti2Pair

from imaging.base.errors import Code
from imaging.base.progress import finish
from imaging.volume.series import Format
from tests.imaging.nifti_files import (
    RAS_FROM_LPS,
    SHAPE,
    assert_agrees_with_nibabel,
    nifti_phantom,
    open_nifti,
    refusal_of,
    save_nifti,
)
from tests.reading import read_volume, scan


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [Nifti1Header, Nifti2Header], ids=["nifti1", "nifti2"])
def test_big_and_little_endian_headers_of_both_versions(tmp_path: Path, kind: Any, order: str) -> None:
    header = kind(endianness=order)
    header.set_data_dtype(np.dtype("i2").newbyteorder(order))
    made = Nifti1Image if kind is Nifti1Header else Nifti2Image
    made(nifti_phantom(), np.diag([1.0, 2, 3, 1]), header).to_filename(tmp_path / "a.nii")
    assert_agrees_with_nibabel(tmp_path / "a.nii")


@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
def test_extensions_stand_between_header_and_pixels(tmp_path: Path, ending: str) -> None:
    picture = Nifti1Image(nifti_phantom(), np.diag([1.0, 2, 3, 1]))
    for text in (b"a comment", b"x" * 5000):
        picture.header.extensions.append(Nifti1Extension("comment", text))
    picture.to_filename(tmp_path / f"a.{ending}")
    assert_agrees_with_nibabel(tmp_path / f"a.{ending}")


def test_an_extension_whose_size_is_a_lie_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.nii"
    picture = Nifti1Image(nifti_phantom(), np.eye(4))
    picture.header.extensions.append(Nifti1Extension("comment", b"a comment"))
    picture.to_filename(path)
    before = open_nifti(path)[1].stored
    content = bytearray(path.read_bytes())
    content[352:356] = (2**31 - 1).to_bytes(4, "little")
    path.write_bytes(content)
    np.testing.assert_array_equal(open_nifti(path)[1].stored, before)


@pytest.mark.parametrize("intent", [2, 1002, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 2001, 2003, 9999, -7])
def test_no_intent_changes_what_is_stored(tmp_path: Path, intent: int) -> None:
    path = save_nifti(tmp_path / "a.nii", nifti_phantom(), np.eye(4), intent_code=intent)
    assert_agrees_with_nibabel(path)


@pytest.mark.parametrize("code", [1, 1536, 2048, 999, -3])
def test_samples_that_no_screen_shows_are_refused(tmp_path: Path, code: int) -> None:
    assert refusal_of(save_nifti(tmp_path / "a.nii", nifti_phantom(), np.eye(4), datatype=code)) is Code.UNSUPPORTED


def test_bits_that_contradict_the_datatype_are_not_believed(tmp_path: Path) -> None:
    _, volume = open_nifti(save_nifti(tmp_path / "a.nii", nifti_phantom(), np.eye(4), bitpix=64))
    np.testing.assert_array_equal(np.sort(volume.stored.ravel()), np.sort(nifti_phantom().ravel()))


_PAIRS = [Nifti1Pair, Nifti2Pair]


@pytest.mark.parametrize("ending", [".img", ".IMG"])
@pytest.mark.parametrize("kind", _PAIRS, ids=["nifti1", "nifti2"])
def test_a_header_and_its_pixels_in_two_files(tmp_path: Path, kind: Any, ending: str) -> None:
    picture = kind(nifti_phantom(), np.diag([1.0, 2, 3, 1]))
    picture.header["scl_slope"] = 1
    picture.to_filename(tmp_path / "a.img")
    (tmp_path / "a.img").rename(tmp_path / f"a{ending}")
    found = finish(scan([tmp_path]))
    assert (found.ledger.seen, found.ledger.opened, found.ledger.skipped) == (2, 2, ())
    (series,) = found.series
    assert series.format is Format.NIFTI
    volume = read_volume(series)
    np.testing.assert_array_equal(volume.stored[0], nifti_phantom().transpose(2, 1, 0)[:, ::-1, ::-1])
    assert series.affine is not None
    corner = RAS_FROM_LPS @ series.affine @ [0, 0, 0, 1]
    np.testing.assert_allclose(corner, picture.affine @ [SHAPE[0] - 1, SHAPE[1] - 1, 0, 1], atol=1e-4)


def test_a_pair_with_packed_pixels(tmp_path: Path) -> None:
    Nifti1Pair(nifti_phantom(), np.eye(4)).to_filename(tmp_path / "a.img")
    (tmp_path / "a.img.gz").write_bytes(gzip.compress((tmp_path / "a.img").read_bytes()))
    (tmp_path / "a.img").unlink()
    _, volume = open_nifti(tmp_path / "a.hdr")
    np.testing.assert_array_equal(volume.stored[0], nifti_phantom().transpose(2, 1, 0)[:, ::-1, ::-1])


def test_a_pair_whose_pixels_are_missing_or_cut(tmp_path: Path) -> None:
    Nifti1Pair(nifti_phantom(), np.eye(4)).to_filename(tmp_path / "a.img")
    (tmp_path / "a.img").write_bytes((tmp_path / "a.img").read_bytes()[:-1])
    assert refusal_of(tmp_path / "a.hdr") is Code.TRUNCATED
    (tmp_path / "a.img").unlink()
    assert refusal_of(tmp_path / "a.hdr") is Code.MISSING


def test_a_pair_in_an_archive(tmp_path: Path) -> None:
    Nifti1Pair(nifti_phantom(), np.eye(4)).to_filename(tmp_path / "a.img")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("a.hdr", "a.img"):
            archive.write(tmp_path / name, f"in/{name}")
    (series,) = finish(scan([tmp_path / "a.zip"])).series
    np.testing.assert_array_equal(read_volume(series).stored[0], nifti_phantom().transpose(2, 1, 0)[:, ::-1, ::-1])
