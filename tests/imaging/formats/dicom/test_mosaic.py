"""Siemens mosaics: unfolded into slices where the private header allows it, held against dcm2niix and real files."""

import gzip
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.uid import JPEGLSLossless, MRImageStorage

from imaging.formats.dicom import reader as dicom
from imaging.formats.dicom.mosaic import BY_RULE, BY_THICKNESS, FLAT, DamagedCsa, csa_numbers
from imaging.volume.facts import Topic
from imaging.volume.series import Series, Source
from tests.imaging.phantoms import AXIAL, OBLIQUE, dataset, save
from tests.reading import POLICY, read_volume, reasons

REAL = Path(nibabel.__file__).parent / "nicom" / "tests" / "data"
ROWS, COLUMNS, COUNT, STEP = 12, 8, 11, 3.5
SPACING = (2.0, 1.5)
LAST_FIRST = -1.0


def volume() -> NDArray[np.uint16]:
    """[slice, row, column]: every voxel has its own value."""
    return np.arange(1, 1 + COUNT * ROWS * COLUMNS, dtype=np.uint16).reshape(COUNT, ROWS, COLUMNS)


def sheet_of(tiles: NDArray[np.uint16]) -> NDArray[np.uint16]:
    across = int(np.ceil(np.sqrt(len(tiles))))
    sheet = np.zeros((across * ROWS, across * COLUMNS), np.uint16)
    for index, tile in enumerate(tiles):
        down, right = divmod(index, across)
        sheet[down * ROWS : (down + 1) * ROWS, right * COLUMNS : (right + 1) * COLUMNS] = tile
    return sheet


def csa(names: dict[str, tuple[str, Sequence[str]]], *, first_form: bool = False) -> bytes:
    """A CSA header as `spm_dicom_headers` describes it: name, VR and values of each entry, with six items each."""
    made = b"" if first_form else b"SV10\4\3\2\1"
    made += struct.pack("<2I", len(names), 77)
    for name, (vr, values) in names.items():
        made += struct.pack("<64si4s3i", name.encode(), len(values), vr.encode(), 6, 6, 77)
        for item in range(6):
            text = values[item].encode() + b"\0" if item < len(values) else b""
            length = len(text)
            made += struct.pack("<4i", length + 6 if first_form else length, length, 77, length)
            made += text + bytes(-len(text) % 4)
    return made


def header(normal: Sequence[float], *, first_form: bool = False, count: int = COUNT) -> bytes:
    names = {
        "EchoLinePosition": ("IS", ["32"]),
        "NumberOfImagesInMosaic": ("US", [str(count)]),
        "SliceNormalVector": ("FD", [f"{value:.8f}" for value in normal]),
    }
    return csa(names, first_form=first_form)


def mosaic(
    orientation: Sequence[float] = AXIAL,
    *,
    side: float = 1.0,
    private: bytes | None = None,
    tiles: NDArray[np.uint16] | None = None,
    **elements: object,
) -> FileDataset:
    """A mosaic whose first voxel of the first slice lies at (−20, −30, 40)."""
    row, column = np.asarray(orientation[:3]), np.asarray(orientation[3:])
    sheet = sheet_of(volume() if tiles is None else tiles)
    away = (sheet.shape[1] - COLUMNS) / 2 * SPACING[1] * row + (sheet.shape[0] - ROWS) / 2 * SPACING[0] * column
    made = dataset(
        sheet,
        **{
            "Modality": "MR", "SOPClassUID": MRImageStorage, "Manufacturer": "SIEMENS",
            "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"],
            "ImageOrientationPatient": [float(value) for value in orientation],
            "ImagePositionPatient": [float(round(v, 6)) for v in np.array([-20.0, -30.0, 40.0]) - away],
            "PixelSpacing": list(SPACING), "SliceThickness": 3.0, "SpacingBetweenSlices": STEP,
            "InstanceNumber": 1, "SeriesNumber": 5, "EchoTime": 30.0, "AcquisitionTime": "101010.0",
            **elements,
        },
    )  # fmt: skip
    block = made.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x10, "OB", header(side * np.cross(row, column)) if private is None else private)
    return made


def opened(*paths: Path) -> list[Series]:
    return dicom.group([dicom.read_header(Source(path), POLICY) for path in paths])


@pytest.mark.parametrize("side", [1.0, LAST_FIRST])
@pytest.mark.parametrize("orientation", [AXIAL, OBLIQUE])
def test_the_tiles_become_slices_in_their_places(tmp_path: Path, orientation: Sequence[float], side: float) -> None:
    (series,) = opened(save(mosaic(orientation, side=side), tmp_path / "m.dcm"))
    assert (series.slices, series.phases, series.rows, series.columns) == (COUNT, 1, ROWS, COLUMNS)
    assert series.notes == ()
    assert series.regular
    expected = volume() if side > 0 else volume()[::-1]
    np.testing.assert_array_equal(read_volume(series).stored[0], expected)
    row, column = np.asarray(orientation[:3]), np.asarray(orientation[3:])
    first = np.array([-20.0, -30.0, 40.0])
    normal = np.cross(row, column)
    first = first if side > 0 else first - (COUNT - 1) * STEP * normal
    wanted = np.eye(4)
    wanted[:3] = np.stack([STEP * normal, SPACING[0] * column, SPACING[1] * row, first], axis=1)
    assert series.affine is not None
    np.testing.assert_allclose(series.affine, wanted, atol=1e-4)


@pytest.mark.skipif(shutil.which("dcm2niix") is None, reason="dcm2niix is not on this machine")
@pytest.mark.parametrize("side", [1.0, LAST_FIRST])
@pytest.mark.parametrize("orientation", [AXIAL, OBLIQUE])
def test_every_voxel_lies_where_dcm2niix_puts_it(tmp_path: Path, orientation: Sequence[float], side: float) -> None:
    path = save(mosaic(orientation, side=side), tmp_path / "m.dcm", enforce_file_format=True)
    command = ["dcm2niix", "-z", "n", "-b", "n", "-f", "out", "-o", str(tmp_path), str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    other = nibabel.load(tmp_path / "out.nii")  # type: ignore[attr-defined]
    theirs = np.asanyarray(other.dataobj)
    (series,) = opened(path)
    own = read_volume(series).stored[0]
    to_lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ other.affine
    for index in np.ndindex(own.shape):
        place = np.linalg.inv(to_lps) @ series.affine @ (*index, 1)
        nearest = np.rint(place).astype(int)
        np.testing.assert_allclose(place, nearest, atol=1e-2)
        assert theirs[tuple(nearest[:3])] == own[index]


def test_a_real_mosaic_lies_where_nibabel_says(tmp_path: Path) -> None:
    paths = []
    for name in ("siemens_dwi_0", "siemens_dwi_1000"):
        paths.append(tmp_path / f"{name}.dcm")
        paths[-1].write_bytes(gzip.decompress((REAL / f"{name}.dcm.gz").read_bytes()))
    (series,) = opened(*paths)
    assert (series.slices, series.phases, series.rows, series.columns) == (48, 2, 128, 128)
    assert series.spacing == pytest.approx((3.0, 1.796875, 1.796875))
    assert series.axes == ("S", "P", "L")
    # The position that dcm2niix 1.0.20220720 gives the same voxel (its rows run the other way), in LPS.
    assert series.affine is not None
    last_row = series.affine @ (0, 127, 0, 1)
    np.testing.assert_allclose(last_row[:3], (-115.0, 93.1714783, -79.9053497), atol=1e-3)


def test_repetitions_are_phases(tmp_path: Path) -> None:
    paths = []
    for number in range(4):
        made = mosaic(tiles=volume() + 1000 * number, InstanceNumber=number + 1, AcquisitionTime=f"1010{number:02d}")
        paths.append(save(made, tmp_path / f"{9 - number}.dcm"))
    (series,) = opened(*paths)
    assert (series.slices, series.phases) == (COUNT, 4)
    np.testing.assert_array_equal(read_volume(series).stored[3], volume() + 3000)


def test_the_first_form_of_the_private_header(tmp_path: Path) -> None:
    (series,) = opened(save(mosaic(private=header((0, 0, -1), first_form=True)), tmp_path / "m.dcm"))
    assert series.slices == COUNT
    np.testing.assert_array_equal(read_volume(series).stored[0], volume()[::-1])


def test_a_compressed_mosaic(tmp_path: Path) -> None:
    made = mosaic()
    made.compress(JPEGLSLossless, generate_instance_uid=False)
    (series,) = opened(save(made, tmp_path / "m.dcm"))
    np.testing.assert_array_equal(read_volume(series).stored[0], volume())


def test_the_count_alone_stands_in_another_private_element(tmp_path: Path) -> None:
    made = mosaic(private=b"SV10 and then nothing that fits")
    made.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", COUNT)
    (series,) = opened(save(made, tmp_path / "m.dcm"))
    assert series.slices == COUNT
    assert series.notes == (BY_RULE,)


def test_without_a_distance_the_thickness_stands_for_it(tmp_path: Path) -> None:
    (series,) = opened(save(mosaic(SpacingBetweenSlices=None), tmp_path / "m.dcm"))
    assert series.notes == (BY_THICKNESS,)
    assert series.spacing == pytest.approx((3.0, *SPACING))


@pytest.mark.parametrize(
    "private",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"SV10\4\3\2\1" + b"\xff" * 64, id="a count without end"),
        pytest.param(header((0, 0, 1))[:250], id="not all names reached"),
        pytest.param(header((0, 0, 1), count=1_000_000), id="more slices than pixels"),
        pytest.param(header((0, 0, 1), count=26), id="a square that does not divide the sheet"),
    ],
)
def test_what_cannot_be_unfolded_is_one_picture_with_a_note(tmp_path: Path, private: bytes) -> None:
    (series,) = opened(save(mosaic(private=private), tmp_path / "m.dcm"))
    assert (series.slices, series.rows, series.columns) == (1, 4 * ROWS, 4 * COLUMNS)
    assert series.notes == (FLAT,)
    assert series.affine is None
    np.testing.assert_array_equal(read_volume(series).stored[0, 0], sheet_of(volume()))


def test_the_reasons_name_the_private_header(tmp_path: Path) -> None:
    (series,) = opened(save(mosaic(), tmp_path / "m.dcm"))
    found = {reason.topic: reason for reason in reasons(series, index=2)}
    assert "mosaic" in found[Topic.ORDER].value
    assert "(0018,0088)" in found[Topic.SLICE_SPACING].source


@given(st.binary(max_size=300), st.integers(0, 200))
def test_any_bytes_are_numbers_or_damaged(junk: bytes, place: int) -> None:
    whole = header((0, 0, 1))
    for content in (junk, b"SV10" + junk, whole[:place] + junk + whole[place + len(junk) :]):
        try:
            found = csa_numbers(content, {"NumberOfImagesInMosaic"})
        except DamagedCsa:
            continue
        assert all(np.isfinite(value) for values in found.values() for value in values)


def test_real_private_headers() -> None:
    found = csa_numbers((REAL / "csa2_b1000.bin").read_bytes(), {"NumberOfImagesInMosaic", "B_value"})
    assert found == {"NumberOfImagesInMosaic": (48.0,), "B_value": (1000.0,)}
    with pytest.raises(DamagedCsa):
        csa_numbers((REAL / "csa_str_1001n_items.bin").read_bytes(), {"B_value"})
