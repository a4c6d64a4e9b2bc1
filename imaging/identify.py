"""One look at one file: what it is, and its header or its table of contents. The same in the program and in a child."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

from imaging.base.errors import Code, Refusal, refusal_of
from imaging.base.policy import ReadingPolicy
from imaging.base.regular_file import open_regular
from imaging.files.archive import (
    ISO_MAGIC,
    ISO_MAGIC_OFFSET,
    ArchiveKind,
    Contents,
    archive_contents,
    archive_kind,
    check_packing,
    image_of_a_disc,
)
from imaging.files.file_pairs import header_beside
from imaging.files.sources import read_head
from imaging.formats import reader_for, recognise, recognise_in_gzip
from imaging.formats.dicom.dicomdir import dicomdir_contents, is_dicomdir
from imaging.volume.header_rows import HeaderListing
from imaging.volume.series import Format, Source

HEAD_BYTES = 1024
"""How many bytes of a file are looked at first: enough for every magic, and for DICOM's transfer syntax."""

Result = TypeVar("Result")
Read = TypeVar("Read")

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_GZIP = b"\x1f\x8b"
_NOT_READ = (
    ((".mif", ".mif.gz", ".mih"), "This is an MRtrix image; make it a NIfTI first: mrconvert IMAGE.mif IMAGE.nii.gz"),
    ((".gz", ".gzip"), "This is packed with gzip, and no NIfTI: unpack it with another program, and open that."),
)
_HEADER_OF_ARCHIVE = "An archive has no header: open it, and ask for the header of a slice in it."
_IN_ARCHIVE = "An archive within an archive is not opened. Unpack the outer one first."


@dataclass(frozen=True, eq=False)
class IdentifiedFile:
    """The findings of one look: the header of a file of some format, or what a container holds."""

    format: Format | None = None
    header: Any = None
    contents: Contents | None = None


def identify_in_process(source: Source, policy: ReadingPolicy) -> IdentifiedFile | None:
    """Look at a file in this process, at one opening of it; return None if it is for a child process.

    Plain headers are read here: DICOM that is neither deflated nor very long, NIfTI that is not packed. Everything
    else, and whatever lies in an archive, is for a child. Raises as `identify_file` does.
    """
    if source.member is not None:
        return None
    name = source.name
    with _contain_faults():
        with open_regular(source.path, may_be_empty=False) as stream:
            try:
                head = stream.read(HEAD_BYTES)
            except OSError as error:
                raise refusal_of(error) from None
            kind = archive_kind(head, name)
            is_container = kind is not None or is_dicomdir(head, name)
            format_ = None if is_container else recognise(head, name)
            if format_ is Format.DICOM and _DEFLATED not in head:
                return _identify_dicom(source, stream, policy)
        is_gzip = head.startswith(_GZIP)
        if not is_container and format_ is None and not is_gzip and (other := header_beside(source)) is not None:
            format_ = recognise(b"", other.name)
        # What is no file of ours needs no child to say so. To list a tar may take the unpacking of all of it.
        is_plain = is_container or ((format_ is None or format_ is Format.NIFTI) and not is_gzip)
        is_plain = is_plain and kind is not ArchiveKind.TAR
        return _identify(source, policy) if is_plain else None


def _identify_dicom(source: Source, stream: BinaryIO, policy: ReadingPolicy) -> IdentifiedFile | None:
    """Read the header of an open file; return None if it is so long that it is for a child process."""
    # pydicom comes with the first DICOM file, not with the start.
    from imaging.formats.dicom.dataset.structure import FEW_ELEMENTS, LongHeader
    from imaging.formats.dicom.header import read_open_header

    try:
        return IdentifiedFile(Format.DICOM, read_open_header(source, stream, policy, FEW_ELEMENTS))
    except LongHeader:
        return None


@contextmanager
def _contain_faults() -> Iterator[None]:
    """Turn a fault of a reader or of a library under it into the refusal of this file."""
    try:
        yield
    except Refusal:
        raise
    except MemoryError:
        raise Refusal(Code.TOO_LARGE) from None
    except Exception:
        raise Refusal(Code.HEADER) from None


def identify_file(source: Source, policy: ReadingPolicy) -> IdentifiedFile:
    """Read one file's header, or what it holds if it is a container.

    Raises `Refusal`; whatever else a reader or a library under it raises comes out as HEADER (memory: TOO_LARGE).
    """
    with _contain_faults():
        return _identify(source, policy)


def _identify(source: Source, policy: ReadingPolicy) -> IdentifiedFile:
    head = read_head(source, policy, HEAD_BYTES)
    if is_dicomdir(head, source.name):
        return IdentifiedFile(contents=dicomdir_contents(source, policy))
    if archive_kind(head, source.name) is not None:
        if source.member is not None:
            raise Refusal(Code.UNSUPPORTED, _IN_ARCHIVE)
        return IdentifiedFile(contents=archive_contents(source.path, policy))
    check_packing(head, source.name)
    format_ = recognise(head, source.name) or recognise_in_gzip(head)
    if format_ is None:
        if source.member is None and _is_image_of_a_disc(source, policy):
            raise image_of_a_disc()
        return _identify_by_header(source, policy)
    return IdentifiedFile(format_, reader_for(format_).read_header(source, policy))


def list_header(source: Source, policy: ReadingPolicy) -> HeaderListing:
    """List all that one file's header says, for a person to read. For a child process. Raises as `identify_file`."""
    with _contain_faults():
        head = read_head(source, policy, HEAD_BYTES)
        if archive_kind(head, source.name) is not None:
            raise Refusal(Code.UNSUPPORTED, _HEADER_OF_ARCHIVE)
        check_packing(head, source.name)
        format_ = recognise(head, source.name) or recognise_in_gzip(head)
        if format_ is None:
            raise _unknown(source)
        return reader_for(format_).list_header(source, policy)


def _is_image_of_a_disc(source: Source, policy: ReadingPolicy) -> bool:
    return read_head(source, policy, ISO_MAGIC_OFFSET + len(ISO_MAGIC)).endswith(ISO_MAGIC)


def _identify_by_header(source: Source, policy: ReadingPolicy) -> IdentifiedFile:
    """Read the header that stands beside what is a file of pixels by its name."""
    other = header_beside(source)
    found = None if other is None else _identify(other, policy)
    if found is None or source not in getattr(found.header, "companions", ()):
        raise _unknown(source)
    return found


def _unknown(source: Source) -> Refusal:
    """Return the refusal of a format that is not read; it names those that have a way out."""
    lower = source.name.lower()
    known = next((says for endings, says in _NOT_READ if lower.endswith(endings)), None)
    return Refusal(Code.UNKNOWN_FORMAT) if known is None else Refusal(Code.UNSUPPORTED, known)


def refusal_or(look: Callable[[Read, ReadingPolicy], Result], read: Read, policy: ReadingPolicy) -> Result | Refusal:
    """Return what `look` finds, or its refusal as a value."""
    try:
        return look(read, policy)
    except Refusal as refusal:
        return refusal
