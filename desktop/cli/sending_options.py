"""Requests and options of the commands by which something leaves the program: `export` and `deidentify`."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.cli import help_pages as pages
from desktop.cli.command_request import CommandRequest
from desktop.cli.option_values import (
    SliceNumber,
    parse_box,
    parse_number,
    parse_path,
    parse_positive,
    parse_slice_or,
    parse_window,
    parse_words,
)
from desktop.state.export_options import EXPORT_FORMATS, ExportFormat

KEPT = ("dates", "uids", "descriptions", "device")
"""What a de-identification may keep: the words of `imaging.export.deidentify.profile_table.Option`."""


@dataclass(frozen=True, kw_only=True)
class DeidentifyRequest(CommandRequest):
    """`slicelens deidentify PATH… --out DIR`: `map` is the file of the key, None for one that nobody keeps."""

    paths: tuple[Path, ...]
    out: Path
    keep: Sequence[str]
    map: Path | None
    boxes: Sequence[tuple[int, int, int, int]]


@dataclass(frozen=True, kw_only=True)
class ExportRequest(CommandRequest):
    """`slicelens export PATH --to FORMAT`: `slice` None is what the format is for, one picture or the whole series."""

    path: Path
    to: ExportFormat | None
    out: Path
    series: int
    slice: SliceNumber | None
    phase: int
    plane: str
    window: tuple[float, float] | None
    with_text: bool
    rate: int
    figure: Path | None
    with_marks: bool
    shapes: Path | None
    with_map: str | None
    label: str | None


def add_deidentify(command: argparse.ArgumentParser) -> None:
    """Add the options of `deidentify`."""
    add = command.add_argument
    add("paths", nargs="+", type=parse_path, metavar="PATH", help=pages.PATH)
    add("--out", required=True, type=parse_path, metavar="DIR", help="the folder for the copies")
    says = (
        "what stays, with commas between: dates (moved by a number of days that is one person's own), uids, "
        "descriptions (only words that say how a picture was made), device"
    )
    add("--keep", action="extend", type=parse_words(*KEPT), default=[], metavar="|".join(KEPT), help=says)
    says = "the file of the key: with it a later run gives the same UIDs, names and days (made if it is not there)"
    add("--map", type=parse_path, metavar="MAP.json", help=says)
    says = "black out these pixels in every picture (again for more boxes); pixels are stored uncompressed then"
    add(
        "--black-out",
        dest="boxes",
        action="append",
        default=[],
        type=parse_box,
        metavar="TOP,LEFT,BOTTOM,RIGHT",
        help=says,
    )


def add_export(command: argparse.ArgumentParser) -> None:
    """Add the options of `export`."""
    add = command.add_argument
    add("path", type=parse_path, metavar="PATH", help=pages.PATH)
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--to", choices=EXPORT_FORMATS, help="the format to write")
    says = "the recipe of a figure for publication (docs/publication_figures.md), written as PNG or TIFF"
    what.add_argument("--figure", type=parse_path, metavar="RECIPE.json", help=says)
    says = "the file to write, or a folder for one file a slice; older files are replaced"
    add("--out", required=True, type=parse_path, metavar="OUT", help=says)
    add("--series", type=parse_number, default=0, metavar="K", help=f"{pages.SERIES} (default 0)")
    says = "one slice, counted from 0 (default: the middle one where OUT is one picture, else all)"
    add("--slice", type=parse_slice_or("middle", "all"), metavar="I|middle|all", help=says)
    add("--phase", type=parse_number, default=0, metavar="P", help=pages.PHASE)
    says = "plane to cut, as radiologists look at it (default: as acquired)"
    add("--plane", choices=("acquired", "axial", "sagittal", "coronal"), default="acquired", help=says)
    says = "window centre and width in modality units (default: the one the viewer begins with)"
    add("--window", type=parse_window, metavar="C,W", help=says)
    says = "write the corner texts and letters into the pictures, the patient's name among them"
    add("--with-text", action="store_true", help=says)
    says = "draw the measurements that were drawn in the window into the pictures, with their values"
    add("--with-marks", action="store_true", help=says)
    says = "draw those of a file instead (JSON or CSV of `measure`, DICOM SR)"
    add("--shapes", type=parse_path, metavar="SHAPES", help=says)
    says = "lay the heatmap of this model's answer over the pictures: an installed id, or a bundle's path"
    add("--with-map", metavar="MODEL", help=says)
    says = "the label of the heatmap (default: what is decided; of a normal answer there is none)"
    add("--label", metavar="LABEL", help=says)
    add("--rate", type=parse_positive, default=10, metavar="N", help="pictures a second, for films (default 10)")
