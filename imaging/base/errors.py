"""The one kind of error that a file or an argument may cause, the list of its codes, and the ledger of skipped files.

A `Refusal` is raised as soon as the fact is known. Its sentence is ours, written for the person who reads it: it never
repeats the text of a third-party exception, because such text can hold patient data. A file that cannot be used is a
row of the `Ledger`, never a surprise.
"""

import errno
from dataclasses import dataclass
from enum import StrEnum

from imaging.base.english import Text, english


class Code(StrEnum):
    """Why a file (or a part of it) was not opened, with the sentence that says so unless a better one is known."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> "Code":
        """Make a member of its value and its sentence."""
        member = str.__new__(cls, value)
        member._value_, member.sentence = value, sentence
        return member

    MISSING = "E_MISSING", "There is no file or folder at this path."
    EMPTY = "E_EMPTY", "The file is empty."
    PERMISSION = "E_PERMISSION", "The file or folder cannot be read with your permissions."
    UNKNOWN_FORMAT = "E_UNKNOWN_FORMAT", "This is not a format that Slicelens reads."
    HEADER = "E_HEADER", "The header of the file is damaged or contradicts itself."
    TRUNCATED = "E_TRUNCATED", "The file ends before its pixels do; it is probably an incomplete copy."
    NO_PIXELS = "E_NO_PIXELS", "The file holds no pixels."
    NOT_AN_IMAGE = (
        "E_NOT_AN_IMAGE",
        "This DICOM object is not an image (a report, a plan, a set of contours or the like).",
    )
    DECODE = "E_DECODE", "The pixels could not be decoded; the file is damaged or its compression is not supported."
    TIMEOUT = "E_TIMEOUT", "Reading the file took too long and was stopped; it is probably damaged."
    UNSUPPORTED = "E_UNSUPPORTED", "The file is valid, but it uses a feature that Slicelens does not read."
    TOO_LARGE = "E_TOO_LARGE", "The picture is larger than the memory that may be used for it."
    ARCHIVE = "E_ARCHIVE", "The archive is damaged, or holds members that are not safe to open."
    ENCRYPTED = "E_ENCRYPTED", "The archive is encrypted."
    NO_GEOMETRY = (
        "E_NO_GEOMETRY",
        "The series does not say where its slices are in the patient, so other planes cannot be made.",
    )
    OUT_OF_RANGE = "E_OUT_OF_RANGE", "The number asked for does not exist in this series."
    ARGUMENT = "E_ARGUMENT", "An argument is not usable."
    WRITE = "E_WRITE", "The result could not be written there."
    DUPLICATE = "E_DUPLICATE", "The file repeats slices that another file already gave."
    IDENTITY = "E_IDENTITY", "A copy without identity cannot be made of this file."
    CANCELLED = "E_CANCELLED", "It was stopped before it was done."
    DAMAGED = (
        "E_DAMAGED",
        "The installation of Slicelens is damaged: files of the program are missing. Install it again.",
    )
    INTERNAL = "E_INTERNAL", "Slicelens met a fault of its own here, which is ours to mend; nothing was changed."


_TOO_LONG = (errno.ENAMETOOLONG, errno.ELOOP)


class Refusal(Exception):
    """Something was refused, with a code from a documented list and a sentence that a person understands.

    `code` is a `Code`, or a member of another room's own list (`inference.contract.codes.ModelCode`).
    """

    def __init__(self, code: StrEnum, message: str = "", unpacks_to: int | None = None) -> None:
        self.code = code
        self.unpacks_to = unpacks_to
        """Bytes that a packed file would become, if that is why it was refused and a person may allow it."""
        message = message or (code.sentence if isinstance(code, Code) else code.value)
        self.message = message if isinstance(message, Text) else Text(message)
        super().__init__(f"{code.value}: {self.message}")

    def __reduce__(self) -> tuple[type["Refusal"], tuple[StrEnum, str, int | None]]:
        """Return how a refusal is made again at the other end of a pipe."""
        return Refusal, (self.code, self.message, self.unpacks_to)


class ReportRefusal(Refusal):
    """The refusal of a file that is no picture but a structured report, whose text can be read instead."""

    def __init__(self, kind: str) -> None:
        says = english(
            "This DICOM object is a report and not an image ({kind}); its text can be read beside the pictures.",
            kind=kind,
        )
        super().__init__(Code.NOT_AN_IMAGE, says)
        self.kind = kind

    def __reduce__(self) -> tuple[type["ReportRefusal"], tuple[str]]:  # type: ignore[override]
        """Return how it is made again at the other end of a pipe."""
        return ReportRefusal, (self.kind,)


def error_line(message: str, code: StrEnum) -> str:
    """Return a sentence with its code as every command prints it: `… [E_MISSING]`."""
    return f"{message} [{code.value}]"


def refusal_of(error: OSError | ValueError) -> Refusal:
    """Return the refusal that says in our words what the operating system reported."""
    # A path with a NUL in it is a ValueError.
    if isinstance(error, ValueError | FileNotFoundError | NotADirectoryError) or error.errno in _TOO_LONG:
        return Refusal(Code.MISSING)
    if isinstance(error, PermissionError):
        return Refusal(Code.PERMISSION)
    return Refusal(Code.HEADER, "The file could not be read: the disk or the network reported an error.")


@dataclass(frozen=True)
class Skipped:
    """One file that was not opened. `path` is for the person's eyes (`scan.zip/IM0001` for an archive's member)."""

    path: str
    code: StrEnum
    message: str
    unpacks_to: int | None = None
    """Bytes that it would become, if a person may still allow it (`ReadingPolicy.with_grant`)."""
    files: int = 1
    """How many files the row stands for: more than one only where a container names thousands that cannot be opened."""

    @classmethod
    def because(cls, path: str, refusal: Refusal) -> "Skipped":
        """Return the row for a refusal raised while `path` was read."""
        return cls(path=path, code=refusal.code, message=refusal.message, unpacks_to=refusal.unpacks_to)


@dataclass(frozen=True)
class Ledger:
    """Counts of files (not of slices), and a row for every file that was skipped.

    `seen == opened + skipped_files`, which is `len(skipped)` unless a row stands for many.
    """

    seen: int = 0
    opened: int = 0
    skipped: tuple[Skipped, ...] = ()

    @property
    def skipped_files(self) -> int:
        """Return how many files were skipped."""
        return sum(row.files for row in self.skipped)

    def joined(self, other: "Ledger") -> "Ledger":
        """Return the ledger of both openings."""
        return Ledger(self.seen + other.seen, self.opened + other.opened, (*self.skipped, *other.skipped))

    def sentence(self) -> str:
        """Return one line for the status bar: `60 opened, 3 skipped`."""
        if not self.skipped:
            return english("{opened} opened", opened=self.opened)
        return english("{opened} opened, {skipped} skipped", opened=self.opened, skipped=self.skipped_files)
