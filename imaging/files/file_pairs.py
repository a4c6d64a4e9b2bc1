"""Formats that keep their header and their pixels in two files: which file belongs to a header, and how much it holds.

ITK fills what a short file lacks with zeros in some of its formats, so plain lengths are checked here.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.file_names import leads_out
from imaging.files.sources import open_source
from imaging.files.zip_archive import zip_members
from imaging.volume.series import Source

_TEXT_BYTES = 64 * 1024
# MetaIO takes a colon for the sign of equality, and blanks of any kind.
_PAIRED = re.compile(
    rb"^[ \t]*(ElementDataFile[ \t]*[=:]|data ?file[ \t]*:)[ \t]*(.+?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_LOCAL, _LIST = b"LOCAL", b"LIST"
_NRRD_MAGIC = b"NRRD000"
_NRRD_END = re.compile(rb"\n\r?\n")
PAIRS = {".hdr": (".img", ".IMG", ".img.gz"), ".img.gz": (".hdr.gz", ".hdr")}
"""Analyze and the two files of NIfTI: what stands beside a header, and beside packed pixels."""
_ANALYZE_LENGTHS = ((348).to_bytes(4, "little"), (348).to_bytes(4, "big"))
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_NETCDF_MAGIC = b"CDF"
_GZIP_MAGIC = b"\x1f\x8b"
_OUTSIDE = "The file names pixels outside its own folder, where Slicelens does not look."
# Bytes before the pixels of formats whose header always has the same length.
_HEADER_BYTES = {".gipl": 256, ".mrc": 1024, ".hdr": 0}


@dataclass(frozen=True)
class Companions:
    """The files that a header names for its pixels: their names as written, and themselves."""

    names: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


def find_companions(source: Source, text: bytes) -> Companions:
    """Return the files that hold the pixels of a header; none if it holds them itself.

    `text` is the beginning of the header. Raises `Refusal`: MISSING if one is not there, UNSUPPORTED if it lies
    outside the header's own folder or is one of a numbered set.
    """
    name = PurePosixPath(source.member) if source.member else source.path
    if name.suffix.lower() == ".mnc" and not text.startswith(_HDF5_MAGIC):
        # ITK reads MINC 2 only, and libminc would print the path of anything else.
        if text.startswith(_NETCDF_MAGIC):
            raise Refusal(Code.UNSUPPORTED, "This is a MINC file of version 1; only version 2 is read.")
        raise Refusal(Code.UNKNOWN_FORMAT)
    pair = next((pair for pair in PAIRS if name.name.lower().endswith(pair)), None)
    if pair is not None:
        if pair == ".hdr" and text[:4] not in _ANALYZE_LENGTHS:
            raise Refusal(Code.UNKNOWN_FORMAT)
        pixels = find_beside(source, [f"{name.name[: -len(pair)]}{ending}" for ending in PAIRS[pair]])
        return Companions((pixels[0],), (pixels[1],))
    is_nrrd = text.startswith(_NRRD_MAGIC)
    if name.suffix.lower() not in (".mhd", ".mha") and not is_nrrd:
        return Companions()
    found = _PAIRED.search(text)
    if found is None and (not is_nrrd or not _NRRD_END.search(text)):
        # ITK would look further for the name of a file than we did.
        raise Refusal(Code.HEADER if is_nrrd else Code.UNKNOWN_FORMAT)
    if found is None or found[2].upper() == _LOCAL:
        return Companions()
    if found[2].upper().startswith(_LIST):
        lines = text[found.end() :].decode("utf-8", "replace").split("\n")
        wanted = [line.strip() for line in lines if line.strip()]
    else:
        wanted = [found[2].decode("utf-8", "replace")]
    if any("%" in one for one in wanted):
        raise Refusal(Code.UNSUPPORTED, "The pixels of this file are spread over numbered files.")
    return Companions(tuple(wanted), tuple(find_beside(source, [one])[1] for one in wanted))


def read_header_text(source: Source, policy: ReadingPolicy) -> bytes:
    """Return the beginning of a file, long enough for a header in words."""
    with open_source(source, policy) as stream:
        return stream.read(_TEXT_BYTES)


def check_length(source: Source, text: bytes, companions: Companions, voxel_bytes: int, policy: ReadingPolicy) -> bool:
    """Raise `Refusal` (TRUNCATED) if pixels that are stored plainly need more bytes than there are.

    Return False if they are packed, or stored in a way that does not tell.
    """
    plain = _plain_offset(source.name.lower(), text, bool(companions.sources))
    if plain is None:
        return False
    available = 0
    for one in companions.sources or (source,):
        with open_source(one, policy) as stream:
            if stream.read(2) == _GZIP_MAGIC:
                return False
            available += stream.seek(0, 2)
    if available < plain + voxel_bytes:
        raise Refusal(Code.TRUNCATED)
    return True


@contextmanager
def file_on_disk(source: Source, companions: Companions, policy: ReadingPolicy) -> Iterator[Path]:
    """Yield a path that ITK can open: the file itself, or a copy of a member in a temporary folder, its name hidden."""
    if source.member is None:
        yield source.path
        return
    with tempfile.TemporaryDirectory(prefix="slicelens-") as folder:
        with open_source(source, policy) as stream:
            content = stream.read()
        is_pair = source.member.lower().endswith(tuple(PAIRS))
        for number, (name, one) in enumerate(zip(companions.names, companions.sources, strict=True)):
            # A pair is tied by its stem; a header in words names its pixels, and is made to name the copy.
            copy = f"{'copy' if is_pair else f'pixels{number}'}{_suffix(name)}"
            with open_source(one, policy) as stream, (Path(folder) / copy).open("wb") as out:
                shutil.copyfileobj(stream, out)
            if not is_pair:
                content = content.replace(name.encode(), copy.encode(), 1)
        path = Path(folder) / f"copy{_suffix(source.member)}"
        path.write_bytes(content)
        yield path


def _suffix(name: str) -> str:
    """Return the ending by which ITK tells a format, in small letters as it wants it."""
    return re.search(r"(\.[^./\\]*)?(\.gz)?$", name.lower())[0]  # type: ignore[index]


def find_beside(source: Source, names: list[str]) -> tuple[str, Source]:
    """Return the first of the names that exists beside a header, and its source."""
    for name in names:
        if leads_out(name):
            raise Refusal(Code.UNSUPPORTED, _OUTSIDE)
        if source.member is None:
            there = Source(source.path.parent / name)
            exists = there.path.is_file()
            if exists and not there.path.resolve().is_relative_to(source.path.parent.resolve()):
                raise Refusal(Code.UNSUPPORTED, _OUTSIDE)
        else:
            there = Source(source.path, str(PurePosixPath(source.member).parent / name))
            exists = there.member in zip_members(source.path)
        if exists:
            return name, there
    raise Refusal(Code.MISSING, "The file that holds the pixels is not beside its header.")


def _plain_offset(name: str, text: bytes, detached: bool) -> int | None:
    """Return how many bytes stand before the pixels at least, or None if the length of the pixels cannot be told."""
    if (fixed := next((count for ending, count in _HEADER_BYTES.items() if name.endswith(ending)), None)) is not None:
        return fixed
    if name.endswith(".vtk"):
        at = text.find(b"LOOKUP_TABLE")
        return None if b"\nBINARY" not in text.replace(b"\r", b"") else text.find(b"\n", at) + 1 if at > 0 else 0
    lower = text.lower()
    is_plain = b"encoding: raw" in lower or (b"compresseddata = true" not in lower and b"elementdatafile" in lower)
    if not is_plain or b"binarydata = false" in lower:
        return None
    if detached:
        return 0
    # The end of the text: behind ElementDataFile's line, or behind NRRD's empty one.
    found = _PAIRED.search(text)
    return max(text.replace(b"\r", b"").find(b"\n\n") + 2, 0) if found is None else found.end() + 1
