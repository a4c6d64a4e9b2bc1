"""The DICOM files that pydicom and pydicom-data bring, by their names; and DICOMDIRs made by code."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian


def folders() -> Iterator[Path]:
    yield Path(pydicom.__file__).parent / "data" / "test_files"
    store = pytest.importorskip("data_store", reason="pydicom-data is not installed")
    yield Path(store.__file__).parent / "data"


@cache
def all_files() -> dict[str, Path]:
    return {path.name: path for folder in folders() for path in sorted(folder.rglob("*")) if path.is_file()}


def find(name: str) -> Path:
    return all_files()[name]


def write_dicomdir(path: Path, *references: list[str] | str | None, inactive: tuple[int, ...] = ()) -> Path:
    """A DICOMDIR with one record for each Referenced File ID (None: a record without one)."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    directory = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    records = []
    for number, reference in enumerate(references):
        record = Dataset()
        record.RecordInUseFlag = 0 if number in inactive else 0xFFFF
        record.DirectoryRecordType = "IMAGE" if reference else "PATIENT"
        if reference:
            record.ReferencedFileID = reference
        records.append(record)
    directory.DirectoryRecordSequence = records
    directory.save_as(path, enforce_file_format=True)
    return path
