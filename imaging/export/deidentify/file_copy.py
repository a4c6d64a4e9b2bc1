"""One file in a child process: what it is, its copy, and the copy written under a name that says nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.export.deidentify.file_record import CopyRecord, FinishedCopy
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.pseudonyms import Pseudonyms
from imaging.files.archive import Contents, archive_contents, archive_kind, check_packing
from imaging.files.sources import open_source
from imaging.formats import recognise, recognise_in_gzip
from imaging.formats.dicom.dicomdir import is_dicomdir
from imaging.volume.series import Format, Source
from imaging.workers.item_answers import answer_each

CALL = f"{__name__}:copy_files"
"""This task, by its name."""

_MOST_BYTES = 2**31
_HEAD_BYTES = 1024
_IN_ARCHIVE = "An archive within an archive is not opened. Unpack the outer one first."
_IS_DIRECTORY = "A DICOMDIR names the patients of a disc and is not copied; the copies need none."
_NO_COPY = "Copies of this format are not made. As NIfTI it would be: slicelens export PATH --to nifti --out F.nii.gz"
_TOO_LONG = "The file is larger than 2 GiB, which is more than is cleaned at once."


@dataclass(frozen=True)
class CopyOrder:
    """The facts that all files of a run have in common."""

    out: Path
    options: DeidentifyOptions
    pseudonyms: Pseudonyms


@dataclass(frozen=True)
class WrittenCopy:
    """A copy on the disk: its path below the folder of the run, and its account."""

    path: str
    record: CopyRecord


def copy_files(
    order: CopyOrder, sources: Sequence[Source], policy: ReadingPolicy
) -> Iterator[tuple[int, WrittenCopy | Contents | Refusal]]:
    """Copy files, or list what archives hold: a task of `imaging.workers`."""
    return answer_each(lambda source: copy_file(order, source, policy), sources, fault=Code.HEADER)


def copy_file(order: CopyOrder, source: Source, policy: ReadingPolicy) -> WrittenCopy | Contents:
    """Copy one file, or return what an archive holds.

    Raises `Refusal`: those of `open_source`, UNKNOWN_FORMAT, UNSUPPORTED, HEADER, IDENTITY; WRITE.
    """
    with open_source(source, policy) as stream:
        head = stream.read(_HEAD_BYTES)
        if is_dicomdir(head, source.name):
            raise Refusal(Code.UNSUPPORTED, _IS_DIRECTORY)
        if archive_kind(head, source.name) is not None:
            if source.member is not None:
                raise Refusal(Code.UNSUPPORTED, _IN_ARCHIVE)
            return archive_contents(source.path, policy)
        check_packing(head, source.name)
        format_ = recognise(head, source.name) or recognise_in_gzip(head)
        if format_ is None:
            raise Refusal(Code.UNKNOWN_FORMAT)
        if format_ is Format.ITK:
            raise Refusal(Code.UNSUPPORTED, _NO_COPY)
        content = head + stream.read(_MOST_BYTES)
    if len(content) > _MOST_BYTES:
        raise Refusal(Code.TOO_LARGE, _TOO_LONG)
    made = _make_copy(format_, order, source, content, policy)
    path = Path(*made.folders, made.name)
    write_with_folder(order.out / path, made.content)
    return WrittenCopy(path.as_posix(), made.record)


def _make_copy(
    format_: Format, order: CopyOrder, source: Source, content: bytes, policy: ReadingPolicy
) -> FinishedCopy:
    """Return the copy of a file of some format; its module is imported when one comes."""
    if format_ is Format.DICOM:
        from imaging.export.deidentify.dicom_copy import copy_dicom as make
    elif format_ is Format.NIFTI:
        from imaging.export.deidentify.nifti_copy import copy_nifti as make
    else:
        from imaging.export.deidentify.picture_copy import copy_picture as make
    return make(source, content, order.options, order.pseudonyms, policy)
