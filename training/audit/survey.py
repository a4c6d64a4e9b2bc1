"""A stranger's folder: which class each picture belongs to, and one look at every picture.

Without a recipe the class is guessed: it is the deepest level of folders whose names come again under most parents
(modality/age), so that folders of single patients are not taken for classes.

Each picture is measured without a look at anatomy: file, size, margins, brightness, burned-in letters, JPEG coding. If
such a number tells the classes apart, a network can learn it in place of the disease. Lengths are shares of the side,
brightness is 0…1 between the slice's 0.5th and 99.5th percentile.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal, Skipped
from imaging.base.progress import Job, Progress
from imaging.volume.volume import Slice
from inference.classify.preprocess import prepare
from inference.contract.contract import InputSpec, Percentile
from training.data.dataset import Case, make_cases, map_slices, prepared_tensor
from training.data.forms import FoundPicture, files_below, is_picture
from training.data.perceptual_hash import Hashes, hash_turns
from training.recipe.recipe import TrainingCode, list_some

PLAIN = InputSpec(
    modality=(),
    body_part=(),
    plane="acquired",
    orientation="as_stored",
    colour="grey",
    polarity="monochrome2",
    intensity=Percentile(method="percentile", low=0.5, high=99.5),
    resize="stretch",
    interpolation="area",
    size=(224, 224),
    mean=(0.0,),
    std=(1.0,),
    layout="NCHW",
)
"""How a slice is measured: grey, dark to bright."""

HASHED = PLAIN.model_copy(update={"mean": (0.5,), "std": (0.5,)})
"""How a slice is hashed without a recipe: as our own recipes prepare it, so that counts agree with theirs."""

Value = float | str

FEATURES = {
    "file_bytes": "file size in bytes",
    "bytes_per_pixel": "file size for each pixel",
    "coding": "file format, colour and depth",
    "jpeg_quality": "JPEG quality",
    "jpeg_tables": "JPEG quantisation tables and sampling",
    "rows": "rows",
    "columns": "columns",
    "aspect": "width over height",
    "size": "rows × columns",
    "margin_top": "dark margin at the top",
    "margin_bottom": "dark margin at the bottom",
    "margin_left": "dark margin on the left",
    "margin_right": "dark margin on the right",
    "rim": "mean brightness of the outermost 2 %",
    "text_marks": "letter-like marks in the corners",
    "mean": "mean brightness",
    "contrast": "standard deviation of brightness",
    "black": "share of black pixels",
    "white": "share of white pixels",
}
"""Every feature by its name in files, and what it is called in reports. Text has categories, the rest are numbers."""

_LONGEST_SIDE = 1024
_HEADER_BYTES = 2**16
_DARK, _DARK_SHARE = 0.08, 0.01
_RIM = 0.02
_BLACK, _WHITE = 0.02, 0.98
_CORNER = 0.3
_STROKE, _STEP, _BRIGHT = 0.015, 0.35, 0.6
_LETTER_HEIGHT, _LETTER_WIDTH, _LETTER_FILL = (0.015, 0.09), (0.004, 0.12), (0.12, 0.9)
_LEAST_LETTER = 4

_LUMINANCE = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
"""ITU-T T.81, table K.1."""
_START, _SCAN, _TABLES = b"\xff\xd8", 0xDA, 0xDB
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})


def grey_picture(slice_: Slice, longest: int = _LONGEST_SIDE) -> NDArray[np.float32]:
    """Return the slice as grey 0…1, shrunk beyond `longest` pixels only. Raises `Refusal` (EMPTY_SLICE)."""
    rows, columns = slice_.stored.shape[:2]
    scale = min(1.0, longest / max(rows, columns))
    size = (max(1, round(rows * scale)), max(1, round(columns * scale)))
    return prepare(slice_, PLAIN.model_copy(update={"size": size})).tensor[0, 0]


def measure_features(path: Path, slice_: Slice, grey: NDArray[np.float32]) -> dict[str, Value]:
    """Return every feature of `FEATURES`; NaN or an empty text if it does not apply."""
    rows, columns = slice_.stored.shape[:2]
    size = {"rows": float(rows), "columns": float(columns), "aspect": columns / rows, "size": f"{rows}×{columns}"}
    return {**_of_file(path, slice_), **size, **_of_borders(grey), **_of_tone(grey)}


def _of_file(path: Path, slice_: Slice) -> dict[str, Value]:
    try:
        size = float(path.stat().st_size)
        with path.open("rb") as stream:
            coding = read_jpeg_coding(stream.read(_HEADER_BYTES))
    except OSError:
        size, coding = float("nan"), None
    series = slice_.series
    kind = "JPEG" if coding else path.suffix.lower().lstrip(".") or str(series.format)
    return {
        "file_bytes": size,
        "bytes_per_pixel": size / (slice_.stored.shape[0] * slice_.stored.shape[1]),
        "coding": f"{kind}, {'colour' if slice_.is_colour else 'grey'}, {series.dtype}",
        "jpeg_quality": float(coding.quality) if coding else float("nan"),
        "jpeg_tables": f"{coding.tables} {coding.sampling}{' progressive' * coding.progressive}" if coding else "",
    }


def _of_borders(grey: NDArray[np.float32]) -> dict[str, Value]:
    bright = grey > _DARK
    by_row, by_column = bright.mean(axis=1) > _DARK_SHARE, bright.mean(axis=0) > _DARK_SHARE
    edge_rows, edge_columns = (max(1, round(_RIM * side)) for side in grey.shape)
    inside = grey[edge_rows:-edge_rows, edge_columns:-edge_columns]
    rim = (float(grey.sum(dtype=np.float64)) - float(inside.sum(dtype=np.float64))) / max(1, grey.size - inside.size)
    return {
        "margin_top": _dark_run(by_row),
        "margin_bottom": _dark_run(by_row[::-1]),
        "margin_left": _dark_run(by_column),
        "margin_right": _dark_run(by_column[::-1]),
        "rim": rim,
        "text_marks": float(len(text_marks(grey))),
    }


def _dark_run(lit: NDArray[np.bool_]) -> float:
    """Return the share of the lines before the first that is lit."""
    return float(np.argmax(lit)) / len(lit) if lit.any() else 1.0


def _of_tone(grey: NDArray[np.float32]) -> dict[str, Value]:
    return {
        "mean": float(grey.mean()),
        "contrast": float(grey.std()),
        "black": float((grey < _BLACK).mean()),
        "white": float((grey > _WHITE).mean()),
    }


def text_marks(grey: NDArray[np.float32]) -> list[tuple[int, int, int, int]]:
    """Return boxes (top, left, rows, columns) of what looks like a burned-in letter or side marker.

    That is: strokes thinner than 1.5 % of the side that stand out from what is around them by a third of the range
    (white top-hat), in one piece, of a letter's height and width, within the outer 30 % of both sides.
    """
    rows, columns = grey.shape
    thick = max(2, round(_STROKE * min(rows, columns)))
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * thick + 1, 2 * thick + 1))
    raised = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel)
    strokes = ((raised > _STEP) & (grey > _BRIGHT)).astype(np.uint8)
    _, _, boxes, centres = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    found = []
    for (left, top, width, height, area), (x, y) in zip(boxes[1:].tolist(), centres[1:].tolist(), strict=True):
        in_corner = min(x, columns - 1 - x) < _CORNER * columns and min(y, rows - 1 - y) < _CORNER * rows
        high = max(_LEAST_LETTER, _LETTER_HEIGHT[0] * rows) <= height <= _LETTER_HEIGHT[1] * rows
        wide = max(1.0, _LETTER_WIDTH[0] * columns) <= width <= _LETTER_WIDTH[1] * columns
        filled = _LETTER_FILL[0] <= area / (width * height) <= _LETTER_FILL[1]
        if in_corner and high and wide and filled:
            found.append((top, left, height, width))
    return found


@dataclass(frozen=True)
class JpegCoding:
    """How a JPEG was coded."""

    quality: int
    """1 to 100, as the IJG library counts: the setting whose luminance table has the sum that is nearest."""
    tables: str
    """Short hash of all quantisation tables."""
    progressive: bool
    sampling: str
    """Sampling factors of the components, for example "2x2 1x1 1x1"."""


def read_jpeg_coding(head: bytes) -> JpegCoding | None:
    """Return the coding told by the first 64 KiB of a file; None if they are no whole JPEG header."""
    if not head.startswith(_START):
        return None
    tables: dict[int, bytes] = {}
    frame: tuple[int, bytes] | None = None
    offset = 2
    while offset + 4 <= len(head) and head[offset] == 0xFF:
        marker, length = head[offset + 1], int.from_bytes(head[offset + 2 : offset + 4], "big")
        body = head[offset + 4 : offset + 2 + length]
        if marker == _SCAN:
            break
        if marker == _TABLES:
            tables |= _tables(body)
        elif marker in _FRAMES:
            frame = (marker, body)
        offset += 2 + length
    if 0 not in tables or frame is None:
        return None
    fingerprint = hashlib.sha256(b"".join(bytes([key]) + tables[key] for key in sorted(tables))).hexdigest()[:8]
    return JpegCoding(_quality(tables[0]), fingerprint, frame[0] in _PROGRESSIVE, _sampling(frame[1]))


def _tables(body: bytes) -> dict[int, bytes]:
    """Return number -> 64 entries of two bytes each, of all tables in one segment."""
    found = {}
    while body:
        wide, number = divmod(body[0], 16)
        size = 128 if wide else 64
        entries = body[1 : 1 + size]
        if len(entries) < size:
            break
        found[number] = entries if wide else b"".join(bytes([0, entry]) for entry in entries)
        body = body[1 + size :]
    return found


def _sampling(frame: bytes) -> str:
    components = frame[5] if len(frame) > 5 else 0
    factors = [frame[7 + 3 * number] for number in range(components) if 7 + 3 * number < len(frame)]
    return " ".join(f"{one >> 4}x{one & 15}" for one in factors)


def _quality(table: bytes) -> int:
    total = sum(int.from_bytes(table[offset : offset + 2], "big") for offset in range(0, 128, 2))
    return min(range(1, 101), key=lambda quality: (abs(_sum_at(quality) - total), -quality))


@cache
def _sum_at(quality: int) -> int:
    """Return the sum of the luminance table at a quality, scaled as the IJG library does."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return sum(min(255, max(1, (entry * scale + 50) // 100)) for entry in _LUMINANCE)


LEAST_SIDE = 100
"""Pictures with a shorter side are called low-resolution."""
_MOST_CLASSES, _MOST_COLLECTIONS = 60, 12
_PART = re.compile(r"(?i)(?:^|(?<=[/_\-. ]))(train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?)(?=[/_\-. ]|$)")


@dataclass(frozen=True)
class GuessedCases:
    """The pictures of a folder with the classes that were guessed."""

    cases: tuple[Case, ...]
    said: str
    """How the classes were told, for the report."""
    skipped: tuple[Skipped, ...]
    """Pictures outside of every class."""
    others: int
    """Files that are no pictures and were left alone."""
    level: int
    """The level of folders that tells the class, from 0."""


def guess_cases(
    folder: Path, *, levels: Sequence[str] = (), label: str = "", persons: Sequence[str] = ()
) -> Job[GuessedCases]:
    """List the pictures with their classes, by levels or a guess. Raises `Refusal` (MISSING, CASES, EMPTY_CLASS)."""
    folder = folder.absolute()  # as in `list_cases`
    if not folder.is_dir():
        raise Refusal(Code.MISSING, f"{folder}: there is no such folder.")
    pictures: list[Path] = []
    others = 0
    for number, path in enumerate(files_below(folder), start=1):
        if is_picture(path):
            pictures.append(path)
        else:
            others += 1
        yield Progress("Looking for pictures", number)
    folders = [path.relative_to(folder).parts[:-1] for path in pictures]
    position, said = _named_level(folder, folders, levels, label) if levels else _guessed_level(folder, folders)
    found: list[FoundPicture] = []
    skipped: list[Skipped] = []
    for path, parts in zip(pictures, folders, strict=True):
        if len(parts) <= position:
            name = path.relative_to(folder).as_posix()
            skipped.append(Skipped(name, TrainingCode.CASES, "The picture lies in no class's folder."))
            continue
        facts = tuple(zip(levels, parts, strict=True)) if levels else ()
        found.append(FoundPicture(path, (parts[position],), facts=facts))
    cases = yield from make_cases(found, folder, persons)
    if len({case.label for case in cases}) < 2:
        raise Refusal(TrainingCode.EMPTY_CLASS, f"{folder}: there is one class only, and it takes two to compare.")
    ordered = tuple(sorted(cases, key=lambda case: (case.label, case.name)))
    return GuessedCases(ordered, said, tuple(skipped), others, position)


def _named_level(
    folder: Path, folders: Sequence[tuple[str, ...]], levels: Sequence[str], label: str
) -> tuple[int, str]:
    if label not in levels:
        raise Refusal(TrainingCode.CASES, f"--label must be one of the levels: {', '.join(levels)}.")
    depths = {len(parts) for parts in folders}
    if depths - {len(levels)}:
        there = " and ".join(map(str, sorted(depths)))
        raise Refusal(TrainingCode.CASES, f"{folder}: pictures lie {there} folders deep, not {len(levels)}.")
    return levels.index(label), f"the level {label} of {'/'.join(levels)}"


def _guessed_level(folder: Path, folders: Sequence[tuple[str, ...]]) -> tuple[int, str]:
    """Return the level (from 0) whose folder names are most likely the classes, and the sentence that says so."""
    deep = Counter(len(parts) for parts in folders)
    common = max(deep, key=lambda depth: (deep[depth], depth), default=0)
    position = None
    there = "the pictures lie in no folders that could tell the classes" if folders else "there are no pictures in it"
    for level in range(common):
        below = [parts[: level + 1] for parts in folders if len(parts) > level]
        if all(name_part(parts[-1]) for parts in below):
            continue
        if not _is_crossed(below):
            there = _why_not(sorted({parts[-1] for parts in below}), level)
            break
        position = level
    if position is None:
        words = f"{there}. Give a folder for each class, or say how with --levels or --recipe."
        raise Refusal(TrainingCode.CASES, f"{folder}: {words}")
    names = sorted({parts[position] for parts in folders if len(parts) > position})
    return position, f"guessed from the folders at level {position + 1}: {list_some(names)}"


def _why_not(names: Sequence[str], level: int) -> str:
    if len(names) == 1:
        return f"all pictures lie in one folder ({names[0]}), and it takes two classes"
    if len(names) > _MOST_CLASSES:
        return f"{len(names):,} folders at level {level + 1} are too many to be taken for classes"
    return f"the folders at level {level + 1} ({list_some(names)}) do not tell the classes"


def _is_crossed(folders: Sequence[tuple[str, ...]]) -> bool:
    """Return whether the last level has the same few names under most of its parents."""
    parents = {parts[:-1] for parts in folders}
    under = Counter(name for _, name in {(parts[:-1], parts[-1]) for parts in folders})
    return 2 <= len(under) <= _MOST_CLASSES and all(count * 2 > len(parents) for count in under.values())


def find_collections(names: Sequence[str]) -> list[tuple[str, str]] | None:
    """Return (collection, part) of each picture by its path; None if no train and test are told, or too many."""
    found: list[tuple[str, str]] = []
    for name in names:
        match = _PART.search(name)
        if match is None:
            return None
        start = name.rfind("/", 0, match.start()) + 1
        found.append((name[start : match.end()], _part(match[1])))
    parts = {part for _, part in found}
    return found if {"train", "test"} <= parts and len(set(found)) <= _MOST_COLLECTIONS else None


def name_part(folder: str) -> str | None:
    """Return the part of a published split that a folder is named after, if it is."""
    match = _PART.fullmatch(folder)
    return None if match is None else _part(match[1])


def _part(word: str) -> str:
    return next(part for part in ("train", "validation", "test") if part.startswith(word.lower()[:3]))


@dataclass(frozen=True)
class SurveyedPicture:
    """One picture that could be read."""

    case: Case
    rows: int
    columns: int
    pixels_sha256: str
    """Of the stored pixels: equal if two files hold the same picture, however it is wrapped."""
    hashes: Hashes
    """The 64-bit DCT hashes of the slice as the model sees it, under each flip and turn."""
    features: dict[str, Value]

    @property
    def is_small(self) -> bool:
        """Whether the shorter side is below `LEAST_SIDE` pixels."""
        return min(self.rows, self.columns) < LEAST_SIDE

    @property
    def is_blank(self) -> bool:
        """Whether every pixel has the same value."""
        return self.features["contrast"] == 0.0


@dataclass(frozen=True)
class Survey:
    """All pictures of a folder."""

    seen: tuple[SurveyedPicture, ...]
    skipped: tuple[Skipped, ...]


def survey_pictures(cases: Sequence[Case], spec: InputSpec) -> Job[Survey]:
    """Look at every case; one that cannot be read is a row of `skipped`."""
    _, seen, skipped = yield from map_slices(
        cases, lambda case, slice_: _seen(case, slice_, spec), "Looking at pictures"
    )
    return Survey(tuple(seen), skipped)


def _seen(case: Case, slice_: Slice, spec: InputSpec) -> SurveyedPicture:
    stored = np.ascontiguousarray(slice_.stored)
    digest = hashlib.sha256(f"{stored.dtype.str} {stored.shape}".encode())
    digest.update(stored.tobytes())
    return SurveyedPicture(
        case=case,
        rows=stored.shape[0],
        columns=stored.shape[1],
        pixels_sha256=digest.hexdigest(),
        hashes=hash_turns(prepared_tensor(slice_, spec)[0]),
        features=measure_features(case.path, slice_, grey_picture(slice_)),
    )
