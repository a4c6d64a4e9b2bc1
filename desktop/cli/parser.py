"""The one parser of what a person types after `slicelens`: a frozen request for each command, and for the window.

A wrong argument raises `Refusal` (ARGUMENT) with a sentence. Nothing here opens a file, and nothing is imported that
`--help` does not need.
"""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, NoReturn

from desktop.cli import help_pages as pages
from desktop.cli.command_request import CommandRequest
from desktop.cli.option_values import (
    SliceNumber,
    join_numbers,
    parse_codes,
    parse_formats,
    parse_labels,
    parse_mean_and_spread,
    parse_normal,
    parse_number,
    parse_path,
    parse_positive,
    parse_rows_and_columns,
    parse_series_or_all,
    parse_share,
    parse_size,
    parse_slab,
    parse_slice_or,
    parse_window,
)
from desktop.cli.sending_options import DeidentifyRequest, ExportRequest, add_deidentify, add_export
from desktop.cli.table_requests import BatchRequest, ValidateRequest, add_batch_options, add_validate_options
from desktop.startup.build_info import NOTICE, edition
from desktop.state.launch_request import LaunchRequest
from desktop.state.layout import DERIVED_LAYOUTS, PANE_LAYOUTS
from desktop.state.report_options import DICOM_FORMATS, REPORT_FORMATS, ReportOptions
from imaging.base.errors import Code, Refusal
from inference.contract.model_answers import ACTIVATIONS, FITS, LAYOUTS, RANGES, SCALE_WORDS, ModelAnswers


@dataclass(frozen=True, kw_only=True)
class TagsRequest(CommandRequest):
    """`slicelens tags FILE`: `find` is a text that is looked for, `diff` a file to compare with."""

    path: Path
    find: str
    diff: Path | None


@dataclass(frozen=True, kw_only=True)
class InspectRequest(CommandRequest):
    """`slicelens inspect PATH…`: `why` tells the sources of the facts about each series' middle slice."""

    paths: tuple[Path, ...]
    why: bool


@dataclass(frozen=True, kw_only=True)
class PlaneRequest(CommandRequest):
    """One series, and the plane that its slices are taken in."""

    path: Path
    series: int
    phase: int
    plane: str
    oblique: tuple[float, float, float] | None
    """The normal of the plane in LPS, instead of one of the named planes."""
    slab: tuple[float, str] | None
    """Millimetres, and max, min or mean."""


@dataclass(frozen=True, kw_only=True)
class SliceRequest(PlaneRequest):
    """`slicelens values`: one slice of one series, and the file to write."""

    slice: SliceNumber
    out: Path


@dataclass(frozen=True, kw_only=True)
class RenderRequest(SliceRequest):
    """`slicelens render`: `window` is (centre, width), None for the one that the viewer begins with."""

    window: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class MeasureRequest(PlaneRequest):
    """`slicelens measure`: shapes of a file on slices of a series; plane and phase are of those that name none."""

    shapes: Path


@dataclass(frozen=True, kw_only=True)
class ModelCheckRequest(CommandRequest):
    """`slicelens model check BUNDLE`."""

    bundle: Path


@dataclass(frozen=True, kw_only=True)
class ModelSaveRequest(CommandRequest, ModelAnswers):
    """`slicelens model save F.onnx`: without `out`, the assumptions about the model are printed, to be corrected.

    Answers go before what stands in `contract`, and that before what is assumed.
    """

    model: Path
    contract: Path | None
    labels_file: Path | None
    out: Path | None


@dataclass(frozen=True, kw_only=True)
class ClassifyRequest(CommandRequest):
    """`slicelens classify PATH…`: `series` None is every series, `explain` the folder for heatmaps.

    `method` None explains by class maps if the model has them, else by occlusion.
    """

    paths: tuple[Path, ...]
    model: str
    series: int | None
    slice: SliceNumber
    phase: int
    explain: Path | None
    method: str | None
    local: bool


@dataclass(frozen=True, kw_only=True)
class ReportRequest(CommandRequest, ReportOptions):
    """`slicelens report PATH…`: a report on one slice, with its options."""

    paths: tuple[Path, ...]
    model: str
    series: int | Literal["all"]
    slice: SliceNumber
    phase: int
    method: str | None
    local: bool


@dataclass(frozen=True, kw_only=True)
class SelftestRequest(CommandRequest):
    """`slicelens selftest [PATH…]`: `paths` are files whose decoded pixels are hashed as well."""

    paths: tuple[Path, ...]


class Printed(Exception):
    """A help page or the version was asked for: its text is to be printed, instead of ending the interpreter."""

    def __init__(self, text: str) -> None:
        self.text = text


EXPLANATIONS = ("cam", "occlusion", "lime")
"""The words of `inference.explain.methods.METHODS`, which would bring onnxruntime into every command."""

COMMANDS = (
    *("inspect", "tags", "render", "values", "measure", "export", "deidentify", "models", "model", "classify"),
    *("report", "batch", "validate", "selftest", "about"),
)
"""The first words that make `slicelens` a command line; with any other it opens the window."""


_OTHER_WORDS = {
    **dict.fromkeys(("predict", "score", "analyse", "analyze"), "classify"),
    **dict.fromkeys(("header", "dump", "elements", "exif"), "tags"),
    **dict.fromkeys(("info", "list"), "inspect"),
    **dict.fromkeys(("convert", "save"), "export"),
    **dict.fromkeys(("anonymize", "anonymise", "deid"), "deidentify"),
    "check": "model check", "version": "about", "help": "--help",
}  # fmt: skip
"""What people type for a command of ours that looks nothing like it."""


def parse_command(argv: Sequence[str]) -> tuple[str, CommandRequest]:
    """Return a command's name (`model check` is one name) and its request. Raises `Refusal` (ARGUMENT) or `Printed`."""
    chosen = vars(_command_parser().parse_args(join_numbers(argv)))
    chosen.pop("action", None)
    command: str = chosen.pop("command")
    request: type[CommandRequest] = chosen.pop("request")
    return command, request(**chosen)


def require_known_word(argv: Sequence[str]) -> None:
    """Return if the first word may stand there: an option, or something that is there to be opened.

    Raises `Refusal` (MISSING) with the command that was probably meant: a mistyped one would open the window.
    """
    word = argv[0] if argv else "-"
    if word.startswith("-") or Path(word).exists():
        return
    meant = _OTHER_WORDS.get(word.lower()) or get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.0)[0]
    is_path = {"/", "\\", "."} & set(word)
    nearest = "" if is_path else f" Did you mean `{meant}`?"
    raise Refusal(
        Code.MISSING,
        f"The first word is no command, and there is no file or folder of that name.{nearest} "
        "`slicelens --help` lists the commands.",
    )


def parse_launch(argv: Sequence[str]) -> LaunchRequest:
    """Return the request of a command line without a command, which opens the window. Raises `Refusal` (ARGUMENT)."""
    found = _window_parser().parse_intermixed_args(list(argv))
    if (found.explain or found.model) and not (found.paths or found.demo):
        raise Refusal(Code.ARGUMENT, "A model needs something to look at: name a path, or use --demo.")
    return LaunchRequest(**{**vars(found), "paths": tuple(path.absolute() for path in found.paths)})


class _Show(argparse.Action):
    """An option without a value that ends parsing with a text: `--help` and `--version`."""

    def __init__(self, option_strings: Sequence[str], dest: str, **rest: Any) -> None:
        super().__init__(option_strings, dest=argparse.SUPPRESS, default=argparse.SUPPRESS, nargs=0, help=rest["help"])

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        is_version = "--version" in self.option_strings
        raise Printed(f"slicelens {edition().version}" if is_version else parser.format_help())


class _Parser(argparse.ArgumentParser):
    """Refuses instead of printing a usage and ending the interpreter."""

    def __init__(self, *, add_help: bool = True, **options: Any) -> None:
        layout = argparse.RawDescriptionHelpFormatter
        super().__init__(**options, add_help=False, allow_abbrev=False, formatter_class=layout)
        if add_help:
            self.add_argument("-h", "--help", action=_Show, help="show this page and end")

    def error(self, message: str) -> NoReturn:
        raise Refusal(Code.ARGUMENT, f"{message[:1].upper()}{message[1:]} (see {self.prog} --help).")


class _WindowParser(_Parser):
    """The same for the window, whose arguments may be paths with names in them: they are not repeated."""

    def error(self, message: str) -> NoReturn:
        option = re.match(r"argument (--[\w-]+):", message)
        subject = f"The value of {option[1]} is" if option else "These arguments are"
        raise Refusal(Code.ARGUMENT, f"{subject} not understood. `slicelens --help` lists them.")


# --- the window ---


def _window_parser() -> _WindowParser:
    parser = _WindowParser(prog="slicelens", usage=argparse.SUPPRESS, add_help=False)
    parser.add_argument("paths", nargs="*", type=Path, help=argparse.SUPPRESS)
    group = parser.add_argument_group("the window takes, besides PATHs")
    add = group.add_argument
    add("--demo", action="store_true", help="open the samples that come with it")
    add("--series", type=int, metavar="K", help="begin with this series (default: the first)")
    add("--slice", type=int, metavar="I", help="begin with this slice (default: the middle one)")
    layouts = tuple(layout.id for layout in (*PANE_LAYOUTS, *DERIVED_LAYOUTS))
    add(
        "--layout",
        choices=layouts,
        help="divide the window into panes, and show the first series in them, or one in three planes (mpr), or beside "
        "its maximum projection that turns (mip)",
    )
    add("--model", metavar="ID", help="choose this model")
    add("--explain", action="store_true", help="run it on the shown slice, heatmap on")
    add("--private", action="store_true", help="hide patient data: names, dates, identifiers, descriptions")
    add("--screenshot", type=Path, metavar="OUT.png", help="save what is on screen")
    add("--size", type=parse_size, metavar="WIDTHxHEIGHT", help="size of the main window")
    _add_limits(group)
    add("--quit", action="store_true", help="end when that is done")
    add("--new-window", action="store_true", help="open a window of its own, although one may be there")
    add("--timings", action="store_true", help="print how long the start took")
    add("--print-to", type=Path, help=argparse.SUPPRESS)
    add("--provoke", action="store_true", help=argparse.SUPPRESS)
    return parser


# --- the commands ---


def _command_parser() -> _Parser:
    epilog = f"{_window_parser().format_help()}\n{pages.EXIT_CODES}"
    parser = _Parser(prog="slicelens", usage=pages.USAGE, description=pages.DESCRIPTION, epilog=epilog)
    parser.add_argument("--version", action=_Show, help="show the version and end")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True, dest="command", prog="slicelens"
    )
    inspect = _add_command(commands, "inspect", InspectRequest, *pages.INSPECT)
    inspect.add_argument("paths", nargs="+", type=parse_path, metavar="PATH", help=pages.PATH)
    says = "tell for the middle slice of each series where its values, window, spacing, sides and order come from"
    inspect.add_argument("--why", action="store_true", help=says)
    tags = _add_command(commands, "tags", TagsRequest, *pages.TAGS)
    tags.add_argument(
        "path", type=parse_path, metavar="FILE", help="one file: DICOM, NIfTI, NRRD, MetaImage, a picture"
    )
    says = "only rows whose name, keyword, number or value holds this, and those that they stand in"
    tags.add_argument("--find", default="", metavar="TEXT", help=says)
    tags.add_argument("--diff", type=parse_path, metavar="FILE2", help="only where the two headers differ")
    render = _add_command(commands, "render", RenderRequest, *pages.RENDER)
    _add_slice(render, out="F.png")
    says = "window centre and width in modality units, for example 40,400 (default: the one the viewer begins with)"
    render.add_argument("--window", type=parse_window, metavar="C,W", help=says)
    _add_slice(_add_command(commands, "values", SliceRequest, *pages.VALUES), out="F.npy")
    _add_measure(_add_command(commands, "measure", MeasureRequest, *pages.MEASURE))
    add_export(_add_command(commands, "export", ExportRequest, *pages.EXPORT))
    add_deidentify(_add_command(commands, "deidentify", DeidentifyRequest, *pages.DEIDENTIFY))
    _add_command(commands, "models", CommandRequest, *pages.MODELS)
    _add_model(commands)
    _add_classify(_add_command(commands, "classify", ClassifyRequest, *pages.CLASSIFY))
    _add_report(_add_command(commands, "report", ReportRequest, *pages.REPORT))
    add_batch_options(_add_command(commands, "batch", BatchRequest, *pages.BATCH))
    add_validate_options(_add_command(commands, "validate", ValidateRequest, *pages.VALIDATE))
    selftest = _add_command(commands, "selftest", SelftestRequest, *pages.SELFTEST)
    selftest.add_argument("paths", nargs="*", type=parse_path, metavar="PATH", help="files to decode and hash as well")
    _add_command(commands, "about", CommandRequest, *pages.ABOUT)
    return parser


def _add_command(commands: Any, name: str, request: type[CommandRequest], line: str, page: str) -> _Parser:
    """Return a new command with its one line in the list, its own page, `--json`, and the options of reading."""
    page = f"{line[0].upper()}{line[1:]}.\n\n{page}"
    command: _Parser = commands.add_parser(name, help=line, description=page, epilog=NOTICE)
    command.set_defaults(command=command.prog.removeprefix("slicelens "), request=request)
    says = "print one JSON document on standard output and nothing else"
    command.add_argument("--json", action="store_true", help=says)
    reading = command.add_argument_group("options of reading")
    _add_limits(reading)
    says = "read the password of encrypted ZIPs from the first line of standard input (asked for, on a terminal)"
    reading.add_argument("--password-stdin", action="store_true", help=says)
    return command


def _add_slice(command: _Parser, *, out: str) -> None:
    add = command.add_argument
    _add_plane(command)
    says = "number of the slice, counted from 0 along the normal of the plane (default: the middle one)"
    add("--slice", type=parse_slice_or("middle"), default="middle", metavar="I", help=says)
    add("--out", required=True, type=parse_path, metavar=out, help="the file to write; an older one is replaced")


def _add_plane(command: _Parser) -> None:
    add = command.add_argument
    add("path", type=parse_path, metavar="PATH", help=pages.PATH)
    add("--series", type=parse_number, default=0, metavar="K", help=f"{pages.SERIES} (default 0)")
    add("--phase", type=parse_number, default=0, metavar="P", help=pages.PHASE)
    says = "plane to cut, as radiologists look at it (default: as acquired)"
    which = command.add_mutually_exclusive_group()
    planes = ("acquired", "axial", "sagittal", "coronal")
    which.add_argument("--plane", choices=planes, default="acquired", help=says)
    says = "a plane in any direction, by its normal toward left, posterior, superior, for example 0,0.5,1"
    which.add_argument("--oblique", type=parse_normal, metavar="N,N,N", help=says)
    says = "show so much tissue around the slice in one picture: the greatest, least or mean value along the depth"
    add("--slab", type=parse_slab, metavar="MM,max|min|mean", help=says)


def _add_measure(command: _Parser) -> None:
    _add_plane(command)
    says = "the shapes, as JSON or CSV, in the form above"
    command.add_argument("--shapes", required=True, type=parse_path, metavar="SHAPES.json", help=says)


def _add_model(commands: Any) -> None:
    page = "Commands on one model bundle."
    model = commands.add_parser("model", help="look at one model bundle", description=page, epilog=NOTICE)
    actions = model.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")
    check = _add_command(actions, "check", ModelCheckRequest, *pages.CHECK)
    check.add_argument(
        "bundle", type=parse_path, metavar="BUNDLE", help="a bundle's folder, an .slb file or an .onnx file"
    )
    _add_save(_add_command(actions, "save", ModelSaveRequest, *pages.SAVE))


def _add_save(command: _Parser) -> None:
    add = command.add_argument
    add("model", type=parse_path, metavar="F.onnx", help="an ONNX classifier")
    add("--contract", type=parse_path, metavar="C.json", help="the keys of bundle.json that you know better")
    says = "the bundle to write: a folder, or one file if the path ends in .slb"
    add("--out", type=parse_path, metavar="DIR|BUNDLE", help=says)
    answers = command.add_argument_group("answers about the model; what is left out is assumed")
    add = answers.add_argument
    says = "names of the classes in the order of the scores; of a single score the positive one, or negative,positive"
    add("--labels", type=parse_labels, metavar="A,B,…", help=says)
    says = "the same from a file: one a line, numbered, or JSON"
    add("--labels-file", type=parse_path, metavar="FILE", help=says)
    add("--normal", metavar="LABEL", help="the class that says that nothing was found")
    add(
        "--activation",
        choices=tuple(ACTIVATIONS),
        help=f"what is still to be done to the scores: {_words(ACTIVATIONS)}",
    )
    add("--threshold", type=parse_share, metavar="P", help="the probability from which a label is decided, 0 to 1")
    add("--scale", choices=tuple(SCALE_WORDS), help=f"the values that it expects: {_words(SCALE_WORDS)}")
    says = "mean and spread of the scale `own`, for example 0.1307,0.3081"
    add("--mean-spread", dest="own_scale", type=parse_mean_and_spread, metavar="M,S", help=says)
    add("--range", choices=tuple(RANGES), help=f"the values of a slice that become their ends: {_words(RANGES)}")
    add("--window", type=parse_window, metavar="C,W", help="centre and width of the range `window`, for example 40,400")
    add("--fit", choices=tuple(FITS), help=f"how a slice comes to the size: {_words(FITS)}")
    add("--size", type=parse_rows_and_columns, metavar="ROWSxCOLUMNS", help="the size, where the graph leaves it open")
    add("--layout", choices=tuple(LAYOUTS), help="the order of the dimensions, where the graph leaves it open")
    says = "DICOM modality codes that it is for, for example CR,DX (default: any)"
    add("--modality", type=parse_codes, metavar="CODES", help=says)
    add("--name", metavar="N", help="its name (default: the file's)")
    add("--use", metavar="TEXT", help="what it is for, in a sentence")


def _words(choices: Mapping[str, str]) -> str:
    return "; ".join(f"{word} is {says}" for word, says in choices.items())


def _add_classify(command: _Parser) -> None:
    add = command.add_argument
    add("paths", nargs="+", type=parse_path, metavar="PATH", help=pages.PATH)
    add("--model", required=True, metavar="ID|BUNDLE|F.onnx", help=pages.MODEL)
    add("--series", type=parse_number, metavar="K", help=f"{pages.SERIES} (default: every series)")
    says = "which slices to score (default: the middle one of each series)"
    add("--slice", type=parse_slice_or("middle", "all"), default="middle", metavar="I|middle|all", help=says)
    add("--phase", type=parse_number, default=0, metavar="P", help=pages.PHASE)
    says = "write each heatmap there, as float32 .npy in slice pixels and as an overlay PNG"
    add("--explain", type=parse_path, metavar="DIR", help=says)
    add("--method", choices=EXPLANATIONS, help=pages.METHOD)
    add("--local", action="store_true", help=pages.LOCAL)


def _add_report(command: _Parser) -> None:
    add = command.add_argument
    add("paths", nargs="+", type=parse_path, metavar="PATH", help=pages.PATH)
    add("--model", required=True, metavar="ID|BUNDLE|F.onnx", help=pages.MODEL)
    says = f"{pages.SERIES} (default 0); all: a report on each, in a folder series-K of its own"
    add("--series", type=parse_series_or_all, default=0, metavar="K|all", help=says)
    says = "the slice to report on, counted from 0 (default: the middle one); all: the whole series is scored, its "
    says += "curve stands in the report, and the slice is the one with the greatest probability"
    add("--slice", type=parse_slice_or("middle", "all"), default="middle", metavar="I|middle|all", help=says)
    add("--phase", type=parse_number, default=0, metavar="P", help=pages.PHASE)
    add("--method", choices=EXPLANATIONS, help=pages.METHOD)
    add("--local", action="store_true", help=pages.LOCAL)
    says = f"which files to write, with commas between them: {', '.join(REPORT_FORMATS)} (default: these four), and "
    says += f"DICOM objects: {', '.join(DICOM_FORMATS)}"
    add("--formats", type=parse_formats, default=REPORT_FORMATS, metavar="LIST", help=says)
    add("--paper", choices=("A4", "Letter"), default="A4", help="the paper of a PDF (default A4)")
    says = "leave out whatever could name the patient: names, dates, identifiers, descriptions, UIDs, file names"
    add("--private", action="store_true", help=says)
    add("--name", metavar="N", help="the patient's name as it is to stand there, instead of the file's patient block")
    add("--date", metavar="D", help="the date of the scan as it is to stand there, instead of the file's")
    says = "the share of your patients who have a finding, 0 to 1: adds predictive values"
    add("--prevalence", type=parse_share, metavar="P", help=says)
    add("--label", default="", metavar="L", help="your own answer")
    add("--remark", default="", metavar="TEXT", help="your remark")
    add(
        "--out",
        dest="folder",
        required=True,
        type=parse_path,
        metavar="DIR",
        help="the folder for the files; older ones are replaced",
    )


def _add_limits(command: Any) -> None:
    says = (
        "the most MiB that one packed file, one member of an archive, or an archive that packs better than ten to one "
        "may unpack to (default 512)"
    )
    command.add_argument("--unpack-limit", type=parse_positive, metavar="MIB", help=says)
    says = "the most MiB of memory for the pixels of one series (default: half of what is free); the rest is read again"
    command.add_argument("--memory-limit", type=parse_positive, metavar="MIB", help=says)
    says = "the most seconds that one file may take to read, or one run of a model (default 30)"
    command.add_argument("--time-limit", type=parse_positive, metavar="S", help=says)
