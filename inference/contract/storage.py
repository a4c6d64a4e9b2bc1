"""The files of a bundle in a folder, a zip or memory. Nothing is ever unpacked to disk.

Names inside a bundle are relative, with forward slashes. Whatever cannot be read safely is a fault, found before any
byte of it is used.
"""

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from imaging.base.errors import Code, Refusal
from imaging.files.file_names import is_litter, leads_out
from inference.contract.codes import Fault, ModelCode
from inference.contract.contract import Contract
from inference.contract.contract_check import CONTRACT_FILE

MAX_FILES = 2000
MAX_BYTES = 2 * 2**30
ENDINGS = (".onnx", ".safetensors", ".json", ".png", ".md")


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
        path = self.root / name
        try:
            if path.stat().st_size > MAX_BYTES:
                raise Refusal(ModelCode.TOO_LARGE, f"`{name}` is larger than any real model.")
            return path.read_bytes()
        except PermissionError:
            raise Refusal(Code.PERMISSION) from None
        except OSError:
            raise missing_file(name) from None


@dataclass(frozen=True)
class ZippedBundle:
    """A bundle in a zip (`.slb`); `prefix` is the one folder that all its members stand in, or empty."""

    archive: Path
    prefix: str
    names: frozenset[str]
    faults: tuple[Fault, ...]

    def read(self, name: str) -> bytes:
        """Read the bytes of one file."""
        if name not in self.names:
            raise missing_file(name)
        try:
            with zipfile.ZipFile(self.archive) as opened, opened.open(self.prefix + name) as member:
                size = opened.getinfo(self.prefix + name).file_size
                # A member that inflates beyond what it declares is cut here and then fails its hash.
                return member.read(min(size, MAX_BYTES))
        except (OSError, RuntimeError, NotImplementedError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
            raise Refusal(ModelCode.NOT_A_BUNDLE, f"`{name}` in the archive is damaged or encrypted.") from None


@dataclass(frozen=True, eq=False)
class Bundle:
    """A checked model with its contract; its files are read from their source when asked for.

    `sha256` is that of `bundle.json`, which names the hash of every other file, and so stands for all of them (for a
    bare ONNX file: that of the file). `assumptions` are the sentences of a provisional contract, else empty.
    """

    path: Path
    contract: Contract
    sha256: str
    files: BundleFiles
    assumptions: tuple[str, ...] = ()

    def read(self, name: str) -> bytes:
        """Read one file and compare its hash again: it may have changed since the bundle was loaded.

        Raises `Refusal` (MISSING_FILE, HASH).
        """
        content = self.files.read(name)
        if sha256_of(content) != self.contract.files.get(name):
            raise Refusal(ModelCode.HASH, f"`{name}` is not the file that the contract names.")
        return content


def open_bundle_files(path: Path) -> BundleFiles:
    """Open the files of a bundle's folder or zip. Raises `Refusal` if the path is neither."""
    try:
        if path.is_dir():
            return _open_folder(path)
        if path.is_file():
            return _open_zip(path)
    except PermissionError:
        raise Refusal(Code.PERMISSION) from None
    except OSError:
        raise Refusal(Code.MISSING) from None
    raise Refusal(Code.MISSING)


def missing_file(name: str) -> Refusal:
    """Return the refusal for a file that is not there."""
    return Refusal(ModelCode.MISSING_FILE, f"The bundle has no file `{name}`.")


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 as lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _open_folder(root: Path) -> BundleFolder:
    names, faults = [], []
    for path, name in _walk_files(root, root):
        if path.is_symlink() or not path.is_file():
            faults.append(Fault(ModelCode.UNSAFE_PATH, name, "This is a link or a device; a bundle holds neither."))
        elif not is_safe(name):
            faults.append(_unsafe_name_fault(name))
        else:
            names.append(name)
        if len(names) > MAX_FILES:
            raise Refusal(ModelCode.TOO_LARGE, "The folder holds more files than any real bundle.")
    return BundleFolder(root, frozenset(names), tuple(faults))


def _walk_files(folder: Path, root: Path) -> Iterator[tuple[Path, str]]:
    """Yield everything below a folder that is not itself a real folder; links are not followed."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _walk_files(path, root)
        elif not is_litter(path.name):
            yield path, path.relative_to(root).as_posix()


def _open_zip(archive: Path) -> ZippedBundle:
    if not zipfile.is_zipfile(archive):
        raise Refusal(ModelCode.NOT_A_BUNDLE, "This is neither a bundle's folder nor a zipped bundle.")
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        raise Refusal(ModelCode.NOT_A_BUNDLE, "The archive is damaged.") from None
    if len(members) > MAX_FILES or sum(member.file_size for member in members) > MAX_BYTES:
        raise Refusal(ModelCode.TOO_LARGE, "The archive holds more than any real bundle.")
    members = [member for member in members if not is_litter(member.filename)]
    prefix = _find_common_folder([member.filename for member in members])
    names, faults = [], []
    for member in members:
        name = member.filename.removeprefix(prefix)
        if not is_safe(member.filename):
            faults.append(_unsafe_name_fault(member.filename))
        elif stat.S_ISLNK(member.external_attr >> 16):
            faults.append(Fault(ModelCode.UNSAFE_PATH, name, "This is a link; a bundle holds none."))
        elif name in names:
            faults.append(Fault(ModelCode.UNSAFE_PATH, name, "The archive holds this name twice."))
        else:
            names.append(name)
    return ZippedBundle(archive, prefix, frozenset(names), tuple(faults))


def _find_common_folder(names: list[str]) -> str:
    """Return `pneumonia-cxr/` if the folder itself was zipped, empty if its content was."""
    if CONTRACT_FILE in names:
        return ""
    inner = [name for name in names if name.count("/") == 1 and name.endswith(f"/{CONTRACT_FILE}")]
    return inner[0].removesuffix(CONTRACT_FILE) if len(inner) == 1 else ""


def _unsafe_name_fault(name: str) -> Fault:
    return Fault(ModelCode.UNSAFE_PATH, name, "This name would lead out of the bundle, or is not portable.")
