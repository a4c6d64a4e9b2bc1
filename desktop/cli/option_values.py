"""Values of options: from what a person typed to a value, or `ArgumentTypeError` with what would be one."""

import argparse
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from desktop.state.report_options import DICOM_FORMATS, REPORT_FORMATS
from imaging.base.errors import Refusal
from inference.contract.label_names import parse_label_names

SliceNumber = int | Literal["middle", "all"]
SLAB_PROJECTIONS = ("max", "min", "mean")
_SIGNED = ("--window", "--oblique")
"""Options whose value may begin with a minus."""


def parse_path(text: str) -> Path:
    """Return a path that is not empty."""
    if not text or "\0" in text:
        raise argparse.ArgumentTypeError("a path must not be empty")
    return Path(text)


def parse_number(text: str) -> int:
    """Return a whole number."""
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from error


def parse_positive(text: str) -> int:
    """Return a whole number above 0."""
    number = parse_number(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not more than 0")
    return number


def parse_share(text: str) -> float:
    """Return a number within 0 and 1."""
    try:
        share = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from error
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not within 0 and 1")
    return share


def parse_formats(text: str) -> tuple[str, ...]:
    """Return formats of a report, with commas between them, each once."""
    return parse_words(*REPORT_FORMATS, *DICOM_FORMATS)(text)


def parse_labels(text: str) -> tuple[str, ...]:
    """Return labels, with commas between them."""
    try:
        return parse_label_names(text)
    except Refusal as refusal:
        raise argparse.ArgumentTypeError(refusal.message.rstrip(".")) from None


def parse_codes(text: str) -> tuple[str, ...]:
    """Return codes, with commas between them."""
    codes = tuple(code.strip().upper() for code in text.split(",") if code.strip())
    if not all(re.fullmatch(r"[A-Z0-9_ ]{1,16}", code) for code in codes):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of DICOM codes such as CR,DX")
    return codes


def parse_rows_and_columns(text: str) -> tuple[int, int]:
    """Return (rows, columns)."""
    rows, _, columns = text.partition("x")
    size = parse_positive(rows), parse_positive(columns or rows)
    if max(size) > 4096:
        raise argparse.ArgumentTypeError(f"{text!r} is more than 4096 rows or columns")
    return size


def parse_size(text: str) -> tuple[int, int]:
    """Return (width, height) of the main window."""
    width, _, height = text.partition("x")
    size = int(width), int(height)
    if not all(200 <= length <= 8000 for length in size):
        raise ValueError(text)
    return size


def parse_slice_or(*words: Literal["middle", "all"]) -> Callable[[str], SliceNumber]:
    """Return what takes the number of a slice, or one of these words."""

    def choose(text: str) -> SliceNumber:
        try:
            return next((word for word in words if word == text), None) or int(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number nor {' nor '.join(words)}") from error

    return choose


def parse_series_or_all(text: str) -> int | Literal["all"]:
    """Return the number of a series, or `all`."""
    return "all" if text == "all" else parse_number(text)


def parse_window(text: str) -> tuple[float, float]:
    """Return a window's centre and width."""
    return _parse_pair(text, "C,W such as 40,400", "is not a window: the width must be greater than 0")


def parse_mean_and_spread(text: str) -> tuple[float, float]:
    """Return a mean and a spread."""
    return _parse_pair(text, "M,S such as 0.5,0.25", "is no mean and spread: the spread must be greater than 0")


def _parse_pair(text: str, like: str, unfit: str) -> tuple[float, float]:
    """Return two finite numbers, the second greater than 0; `like` and `unfit` say what they are if they are not."""
    try:
        one, other = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not two numbers {like}") from error
    if not (math.isfinite(one) and math.isfinite(other) and other > 0):
        raise argparse.ArgumentTypeError(f"{text!r} {unfit}")
    return one, other


def parse_normal(text: str) -> tuple[float, float, float]:
    """Return the normal of a plane, three numbers that are not all 0."""
    try:
        right, back, up = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not three numbers N,N,N such as 0,0.5,1") from error
    normal = (right, back, up)
    if not all(map(math.isfinite, normal)) or not any(normal):
        raise argparse.ArgumentTypeError(f"{text!r} has no direction")
    return normal


def parse_slab(text: str) -> tuple[float, str]:
    """Return the millimetres of a slab, and its projection."""
    thickness, _, projection = text.partition(",")
    try:
        millimetres = float(thickness)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not MM,max such as 10,max") from error
    if not (math.isfinite(millimetres) and millimetres > 0) or projection not in SLAB_PROJECTIONS:
        is_known = f"more than 0 mm, and one of {', '.join(SLAB_PROJECTIONS)}"
        raise argparse.ArgumentTypeError(f"{text!r} is not a slab: it takes {is_known}")
    return millimetres, projection


def parse_words(*words: str) -> Callable[[str], tuple[str, ...]]:
    """Return what takes some of these words, with commas between them, each once."""

    def choose(text: str) -> tuple[str, ...]:
        wanted = tuple(dict.fromkeys(word.strip().lower() for word in text.split(",")))
        for word in wanted:
            if word not in words:
                raise argparse.ArgumentTypeError(f"{word!r} is none of {', '.join(words)}")
        return wanted

    return choose


def parse_box(text: str) -> tuple[int, int, int, int]:
    """Return top, left, bottom and right of a box of pixels, counted from 0; the last two are not part of it."""
    try:
        top, left, bottom, right = (int(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not four numbers TOP,LEFT,BOTTOM,RIGHT") from error
    if not (0 <= top < bottom and 0 <= left < right):
        raise argparse.ArgumentTypeError(f"{text!r} is no box: bottom and right must be larger than top and left")
    return top, left, bottom, right


def join_numbers(argv: Sequence[str]) -> list[str]:
    """Return `--window -600,1500` as `--window=-600,1500`: argparse takes the first for an unknown option."""
    joined: list[str] = []
    for word in argv:
        if joined and joined[-1] in _SIGNED and word[:1] == "-" and word[1:2] in frozenset("0123456789."):
            joined[-1] = f"{joined[-1]}={word}"
        else:
            joined.append(word)
    return joined
