"""NIfTI files with any header, opened and held against nibabel."""

import gzip
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from nibabel.affines import apply_affine
from nibabel.nifti1 import Nifti1Header, Nifti1Image
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.formats.nifti import reader as nifti
from imaging.volume.geometry import Plane
from imaging.volume.series import Series, Source
from imaging.volume.volume import Volume
from tests.reading import POLICY, read_volume

RAS_FROM_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
SHAPE = (7, 9, 5)


def nifti_phantom() -> NDArray[np.int16]:
    """RAS voxels, every one of another value."""
    return np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)


def open_nifti(path: Path) -> tuple[Series, Volume]:
    (series,) = nifti.group([nifti.read_header(Source(path), POLICY)])
    volume = read_volume(series)
    assert volume.is_complete
    return series, volume


def save_nifti(path: Path, values: NDArray[Any], affine: NDArray[Any] | None, **fields: Any) -> Path:
    """Write values as stored (no scaling of nibabel's) and then set header fields, whatever they may be."""
    header = Nifti1Header()
    header.set_data_dtype(values.dtype)
    header.set_xyzt_units("mm")
    picture = Nifti1Image(values, affine, header)
    picture.to_filename(path)
    if fields:
        patch_fields(path, **fields)
    return path


def patch_fields(path: Path, **fields: Any) -> None:
    raw = path.read_bytes()
    packed = raw[:2] == b"\x1f\x8b"
    content = gzip.decompress(raw) if packed else raw
    header = Nifti1Header(content[:348], check=False)
    for name, value in fields.items():
        header[name] = value
    content = header.binaryblock + content[348:]
    path.write_bytes(gzip.compress(content) if packed else content)


def assert_agrees_with_nibabel(path: Path) -> None:
    """Every value (of some dozen slices) lies where nibabel says that voxel is, and is what nibabel says it is."""
    series, volume = open_nifti(path)
    picture: Any = nibabel.load(path)
    expected = np.asarray(picture.dataobj)
    expected = expected.reshape(*expected.shape[:3], -1)
    assert series.affine is not None
    for index in range(0, series.slices, max(1, series.slices // 12)):
        grid = np.moveaxis(np.indices((1, series.rows, series.columns)), 0, -1)[0] + [index, 0, 0]
        voxels = apply_affine(np.linalg.inv(picture.affine) @ RAS_FROM_LPS @ series.affine, grid)
        places = np.rint(voxels).astype(int)
        assert np.abs(voxels - places).max() < 1e-3
        i, j, k = np.moveaxis(places, -1, 0)
        for phase in range(series.phases):
            found = volume.slice_at(Plane.ACQUIRED, index, phase)
            np.testing.assert_allclose(found.values, expected[i, j, k, phase], rtol=1e-6, atol=1e-6)


def refusal_of(path: Path) -> Code:
    with pytest.raises(Refusal) as caught:
        nifti.read_header(Source(path), POLICY)
    assert isinstance(caught.value.code, Code)
    return caught.value.code
