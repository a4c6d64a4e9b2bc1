"""The files of a bundle in a folder, a zip or memory. Nothing is ever unpacked to disk.

Names inside a bundle are relative, with forward slashes. Whatever cannot be read safely is a fault, found before any
byte of it is used, and no file is read that is larger than one of its kind may be.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal, refusal_of
from imaging.base.policy import ARCHIVE_RATIO, ReadingPolicy
from imaging.base.regular_file import open_regular, read_regular
from imaging.files.file_names import is_litter, leads_out
from imaging.files.members import Member
from imaging.files.zip_archive import list_zip, open_zip_member
from inference.contract.codes import Fault, ModelCode
from inference.contract.contract import Contract
from inference.contract.contract_check import CONTRACT_FILE

MAX_FILES = 2000
MAX_BYTES = 2 * 2**30
MAX_LEVELS = 8
"""The most folders within one another."""
_MIB = 2**20
_LIMITS = {
    ".onnx": MAX_BYTES,
    ".safetensors": MAX_BYTES,
    ".json": 4 * _MIB,
    ".png": 64 * _MIB,
    ".md": 4 * _MIB,
}
"""The most bytes that a file of each kind may have; a bundle holds no other kinds."""
ENDINGS = tuple(_LIMITS)
_GOLDEN, _GOLDEN_LIMIT = "golden/", 64 * _MIB
_UNPACKED_UNASKED = 64 * _MIB
_NO_BUNDLE = "This is neither a bundle's folder nor a zipped bundle."


class BundleFiles(Protocol):
    """A source of the bytes of a bundle's files."""

    @property
    def names(self) -> frozenset[str]:
        """Return every file of the bundle but those that file browsers leave behind."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return links, unsafe names, and whatever else forbids the bundle before a file of it is read."""

    def read(self, name: str) -> bytes:
        """Read the bytes of one file. Raises `Refusal` (MISSING_FILE, NOT_A_BUNDLE, TOO_LARGE)."""


def is_safe(name: str) -> bool:
    """Return whether a name is plain, relative, portable, and stays inside the bundle."""
    plain = bool(name) and name == str(PurePosixPath(name))
    return plain and not leads_out(name) and "\\" not in name and ":" not in name


def has_allowed_ending(name: str) -> bool:
    """Return whether a file is of a kind that a bundle may hold: data only."""
    return name.lower().endswith(ENDINGS)


def byte_limit(name: str) -> int:
    """Return the most bytes that the file of that name may have in a bundle."""
    limit = _LIMITS.get(PurePosixPath(name).suffix.lower(), 0)
    return min(limit, _GOLDEN_LIMIT) if name.startswith(_GOLDEN) else limit


@dataclass(frozen=True)
class BundleInMemory:
    """A bundle in memory, as it is made from a bare ONNX file or while it is being written."""

    content: Mapping[str, bytes]

    @property
    def names(self) -> frozenset[str]:
        """Return every file."""
        return frozenset(self.content)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return a fault for each unsafe name."""
        return tuple(_unsafe_name_fault(name) for name in sorted(self.content) if not is_safe(name))

    def read(self, name: str) -> bytes:
        """Read the bytes of one file."""
        if name not in self.content:
            raise missing_file(name)
        return self.content[name]


@dataclass(frozen=True)
class BundleFolder:
    """A bundle in a folder."""

    root: Path
    names: frozenset[str]
    faults: tuple[Fault, ...]

    def read(self, name: str) -> bytes:
        """Read the bytes of one file."""
        if name not in self.names:
            raise missing_file(name)
        try:
            return read_regular(self.root / name, byte_limit(name))
        except Refusal as refusal:
            if refusal.code is Code.TOO_LARGE:
                raise _too_large(name) from None
            if refusal.code is Code.PERMISSION:
                raise
            raise missing_file(name) from None


@dataclass(frozen=True)
class ZippedBundle:
    """A bundle in a zip (`.slb`); `members` are those that may be read, by their name in the bundle."""

    archive: Path
    members: Mapping[str, Member]
    faults: tuple[Fault, ...]

    @property
    def names(self) -> frozenset[str]:
        """Return every file."""
        return frozenset(self.members)

    def read(self, name: str) -> bytes:
        """Read the bytes of one file."""
        member = self.members.get(name)
        if member is None:
            raise missing_file(name)
        if member.size > byte_limit(name):
            raise _too_large(name)
        if member.size == 0:
            return b""
        try:
            with open_regular(self.archive) as stream:
                # What inflates beyond what it declares, or to less, ends with another checksum.
                return open_zip_member(stream, member, ReadingPolicy(unpacked_bytes=MAX_BYTES), name).read()
        except (OSError, Refusal):
            raise Refusal(
                ModelCode.NOT_A_BUNDLE, english("`{name}` in the archive is damaged or encrypted.", name=name)
            ) from None


@dataclass(frozen=True)
class Assumption:
    """One thing that is assumed of a model without a contract, the value that it is given, and the reason."""

    what: Text
    value: str
    why: Text
    is_told: bool = False
    """Whether the graph itself tells it, so that nobody need be asked."""

    @property
    def sentence(self) -> str:
        """Return it as a line for a person."""
        return f"Assumed {self.what}: {self.value} ({self.why})."


@dataclass(frozen=True)
class LocalNote:
    """The choice of a person for a bundle on his own cases: in a sentence, and whether the contract holds it now."""

    sentence: Text
    is_used: bool


@dataclass(frozen=True, eq=False)
class Bundle:
    """A checked model with its contract; its files are read from their source when asked for.

    `sha256` is that of `bundle.json`, which names the hash of every other file, and so stands for all of them (for a
    bare ONNX file: that of the file). `assumptions` are the sentences of a provisional contract, `assumed` what they
    stand for in detail; both are empty for any other.
    """

    path: Path
    contract: Contract
    sha256: str
    files: BundleFiles
    assumptions: tuple[str, ...] = ()
    assumed: tuple[Assumption, ...] = ()
    local: LocalNote | None = None
    """A local operating point (`inference.bundle.local_point`), if one was chosen here."""

    @property
    def local_sentence(self) -> Text | None:
        """Return what stands in the contract that is the person's own and not the bundle's; None if nothing does."""
        return None if self.local is None or not self.local.is_used else self.local.sentence

    def read(self, name: str) -> bytes:
        """Read one file and compare its hash again: it may have changed since the bundle was loaded.

        Raises `Refusal` (MISSING_FILE, HASH).
        """
        content = self.files.read(name)
        if sha256_of(content) != self.contract.files.get(name):
            raise Refusal(ModelCode.HASH, english("`{name}` is not the file that the contract names.", name=name))
        return content


def open_bundle_files(path: Path) -> BundleFiles:
    """Open the files of a bundle's folder or zip. Raises `Refusal` if the path is neither."""
    try:
        return _open_folder(path) if path.is_dir() else _open_zip(path)
    except OSError as error:
        raise refusal_of(error) from None


def missing_file(name: str) -> Refusal:
    """Return the refusal for a file that is not there."""
    return Refusal(ModelCode.MISSING_FILE, english("The bundle has no file `{name}`.", name=name))


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 as lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _open_folder(root: Path) -> BundleFolder:
    names, faults = [], []
    for one, name in _walk_files(root):
        if one.is_symlink() or not one.is_file(follow_symlinks=False):
            faults.append(
                Fault(ModelCode.UNSAFE_PATH, name, english("This is a link or a device; a bundle holds neither."))
            )
        elif not is_safe(name):
            faults.append(_unsafe_name_fault(name))
        else:
            names.append(name)
    faults.sort(key=lambda fault: fault.key_path)
    return BundleFolder(root, frozenset(names), tuple(faults))


def _walk_files(root: Path) -> "Iterator[tuple[os.DirEntry[str], str]]":
    """Yield everything below a folder that is not itself a real folder, with its name; links are not followed.

    Raises `Refusal` (TOO_LARGE) if there is more, lies deeper, or has more bytes than in any real bundle.
    """
    waiting, seen, count = [(root, "")], 0, 0
    while waiting:
        folder, prefix = waiting.pop()
        with os.scandir(folder) as listing:
            for one in listing:
                name, seen = f"{prefix}{one.name}", seen + 1
                if seen > MAX_FILES or prefix.count("/") >= MAX_LEVELS:
                    raise Refusal(ModelCode.TOO_LARGE, "The folder holds more files than any real bundle.")
                if one.is_dir(follow_symlinks=False):
                    waiting.append((folder / one.name, f"{name}/"))
                elif not is_litter(one.name):
                    facts = one.stat(follow_symlinks=False)
                    count += facts.st_size
                    if count > MAX_BYTES or _is_hollow(facts):
                        raise Refusal(ModelCode.TOO_LARGE, "The folder holds more bytes than any real bundle.")
                    yield one, name


def _is_hollow(facts: os.stat_result) -> bool:
    """Return whether a large file is mostly holes, which no model has and which read as gigabytes of zeros."""
    blocks = getattr(facts, "st_blocks", None)
    return blocks is not None and facts.st_size > _UNPACKED_UNASKED and blocks * 512 < facts.st_size // 2


def _open_zip(archive: Path) -> ZippedBundle:
    with open_regular(archive) as stream:
        allowed = max(_UNPACKED_UNASKED, ARCHIVE_RATIO * os.fstat(stream.fileno()).st_size)
        try:
            listed = list_zip(stream).values()
        except Refusal as refusal:
            raise _refuse_archive(refusal) from None
    members = [member for member in listed if not member.is_folder and not is_litter(_written(member))]
    if len(members) > MAX_FILES or sum(member.size for member in members) > min(allowed, MAX_BYTES):
        raise Refusal(ModelCode.TOO_LARGE, "The archive holds more than any real bundle.")
    prefix = _find_common_folder([_written(member) for member in members])
    found: dict[str, Member] = {}
    faults = []
    for member in members:
        name = _written(member).removeprefix(prefix)
        if not is_safe(_written(member)):
            faults.append(_unsafe_name_fault(_written(member)))
        elif member.flaw is not None:
            faults.append(
                Fault(
                    ModelCode.UNSAFE_PATH, name, english("{flaw} A bundle holds none of that kind.", flaw=member.flaw)
                )
            )
        elif name in found:
            faults.append(Fault(ModelCode.UNSAFE_PATH, name, english("The archive holds this name twice.")))
        else:
            found[name] = member
    return ZippedBundle(archive, found, tuple(faults))


def _written(member: Member) -> str:
    """Return a member's name as it stands in the archive: what had to be changed in it is a fault of a bundle."""
    facts: Any = member.facts
    return str(facts.filename)


def _refuse_archive(refusal: Refusal) -> Refusal:
    if refusal.code is Code.TOO_LARGE:
        return Refusal(ModelCode.TOO_LARGE, "The archive holds more than any real bundle.")
    return Refusal(ModelCode.NOT_A_BUNDLE, _NO_BUNDLE if refusal.code is Code.ARCHIVE else refusal.message)


def _too_large(name: str) -> Refusal:
    return Refusal(ModelCode.TOO_LARGE, english("`{name}` is larger than any real file of its kind.", name=name))


def _find_common_folder(names: list[str]) -> str:
    """Return `pneumonia-cxr/` if the folder itself was zipped, empty if its content was."""
    if CONTRACT_FILE in names:
        return ""
    inner = [name for name in names if name.count("/") == 1 and name.endswith(f"/{CONTRACT_FILE}")]
    return inner[0].removesuffix(CONTRACT_FILE) if len(inner) == 1 else ""


def _unsafe_name_fault(name: str) -> Fault:
    return Fault(ModelCode.UNSAFE_PATH, name, english("This name would lead out of the bundle, or is not portable."))
