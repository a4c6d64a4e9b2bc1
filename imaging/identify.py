"""One look at one file: what it is, and its header or its table of contents. The same in the program and in a child."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from imaging.base.errors import Code, Refusal, refusal_of
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import open_source, read_head
from imaging.files.zip_archive import Contents, is_zip, zip_contents
from imaging.formats import reader_for, recognise
from imaging.formats.dicom.dicomdir import dicomdir_contents, is_dicomdir
from imaging.volume.series import Format, Source

HEAD_BYTES = 1024
"""How many bytes of a file are looked at first: enough for every magic, and for DICOM's transfer syntax."""

Result = TypeVar("Result")

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_GZIP = b"\x1f\x8b"
_IN_ARCHIVE = "An archive within an archive is not opened."


@dataclass(frozen=True, eq=False)
class IdentifiedFile:
    """The findings of one look: the header of a file of some format, or what a container holds."""

    format: Format | None = None
    header: Any = None
    contents: Contents | None = None


def identify_in_process(source: Source, policy: ReadingPolicy) -> IdentifiedFile | None:
    """Look at a file in this process, at one opening of it; return None if it is for a child process.

    Plain headers are read here: DICOM that is not deflated, NIfTI that is not packed. Everything else, and whatever
    lies in an archive, is for a child. Raises as `identify_file` does.
    """
    if source.member is not None:
        return None
    with _contain_faults():
        with open_source(source, policy) as stream:
            try:
                head = stream.read(HEAD_BYTES)
            except OSError as error:
                raise refusal_of(error) from None
            is_container = is_dicomdir(head, source.name) or is_zip(head, source.name)
            format_ = None if is_container else recognise(head, source.name)
            if format_ is Format.DICOM and _DEFLATED not in head:
                # pydicom comes with the first DICOM file, not with the start.
                from imaging.formats.dicom.header import read_open_header

                return IdentifiedFile(format_, read_open_header(source, stream, policy))
        # What is no file of ours needs no child to say so.
        is_plain = format_ is None or (format_ is Format.NIFTI and not head.startswith(_GZIP))
        return _identify(source, policy) if is_plain else None


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
    if is_zip(head, source.name):
        if source.member is not None:
            raise Refusal(Code.UNSUPPORTED, _IN_ARCHIVE)
        return IdentifiedFile(contents=zip_contents(source.path))
    format_ = recognise(head, source.name)
    if format_ is None:
        raise Refusal(Code.UNKNOWN_FORMAT)
    return IdentifiedFile(format_, reader_for(format_).read_header(source, policy))


def refusal_or(
    look: Callable[[Source, ReadingPolicy], Result], source: Source, policy: ReadingPolicy
) -> Result | Refusal:
    """Return what `look` finds, or its refusal as a value."""
    try:
        return look(source, policy)
    except Refusal as refusal:
        return refusal
