"""`batch` and `validate` as a person types them: requests and options."""

from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

from desktop.cli import help_pages as pages
from desktop.cli.command_request import CommandRequest
from desktop.cli.option_values import SliceNumber, parse_path, parse_positive, parse_share, parse_slice_or

SHARE = 0.5
"""Of the persons, how many choose a local operating point."""


@dataclass(frozen=True, kw_only=True)
class BatchRequest(CommandRequest):
    """`slicelens batch PATH…`: folders become a table; `overlays` is the folder for heatmaps."""

    paths: tuple[Path, ...]
    models: tuple[str, ...]
    out: Path
    slice: SliceNumber
    overlays: Path | None
    resume: bool
    workers: int | None
    timings: bool
    cluster: str | None


@dataclass(frozen=True, kw_only=True)
class ValidateRequest(CommandRequest):
    """`slicelens validate RESULTS.csv`: a table of `batch` against a truth file; `out` is the folder for a report.

    `choose_point` is the aim of a local operating point, chosen on a `share` of the cases.
    """

    results: Path
    truth: Path
    by: str
    out: Path | None
    choose_point: str | None
    label: str | None
    share: float
    temperature: bool


def add_batch_options(command: ArgumentParser) -> None:
    """Add the options of `batch`."""
    add = command.add_argument
    add("paths", nargs="+", type=parse_path, metavar="PATH", help=pages.PATH)
    says = f"{pages.MODEL}; may be given several times"
    add("--model", dest="models", action="append", required=True, metavar="ID|BUNDLE|F.onnx", help=says)
    says = "the table to write; what it goes on with is kept beside it in RESULTS.csv.job.json"
    add("--out", required=True, type=parse_path, metavar="RESULTS.csv", help=says)
    says = "which slices to score (default: the middle one of each series)"
    add("--slice", type=parse_slice_or("middle", "all"), default="middle", metavar="I|middle|all", help=says)
    says = "write each heatmap there, as float32 .npy in slice pixels and as an overlay PNG"
    add("--overlays", type=parse_path, metavar="DIR", help=says)
    says = "go on with a table that was begun with the same paths, models and options"
    add("--resume", action="store_true", help=says)
    says = "how many slices are scored at a time (default: as many as there are cores); the table is the same for any"
    add("--workers", type=parse_positive, metavar="N", help=says)
    says = "add a column with the milliseconds that each row took"
    add("--timings", action="store_true", help=says)
    says = "hand blocks to the Dask scheduler at that address, on this machine or by TLS (docs/batch.md)"
    add("--cluster", metavar="ADDRESS", help=says)


def add_validate_options(command: ArgumentParser) -> None:
    """Add the options of `validate`."""
    add = command.add_argument
    add("results", type=parse_path, metavar="RESULTS.csv", help="a table that `slicelens batch` wrote")
    says = "a CSV with `path` (and `slice`) or a key of the table, and `label`"
    add("--truth", required=True, type=parse_path, metavar="TRUTH.csv", help=says)
    says = "what is drawn for the intervals: each case for itself, or all cases of a person (default: case)"
    add("--by", choices=("case", "patient"), default="case", help=says)
    says = "the folder for a report: HTML, PDF, JSON, CSV, plots as SVG and PNG; older ones are replaced"
    add("--out", type=parse_path, metavar="DIR", help=says)
    says = (
        "choose a local operating point on a part of the cases, judge it on the rest, and keep it beside the bundle: "
        "youden, sensitivity=0.95, specificity=0.95, or temperature"
    )
    add("--choose-point", metavar="AIM", help=says)
    add("--label", metavar="L", help="the label that the threshold is of, where there are more than two")
    says = "which share of the persons chooses (default: 0.5)"
    add("--share", type=parse_share, default=SHARE, metavar="S", help=says)
    add("--temperature", action="store_true", help="choose a temperature as well as a threshold")
