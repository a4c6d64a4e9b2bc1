"""The one parser of what a person types after `slicelens`: a frozen request for each command, and for the window.

A wrong argument raises `Refusal` (ARGUMENT) with a sentence. Nothing here opens a file, and nothing is imported that
`--help` does not need.
"""

import argparse
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

from desktop.startup.build_info import NOTICE, edition
from desktop.state.launch_request import LaunchRequest
from imaging.base.errors import Code, Refusal

SliceNumber = int | Literal["middle", "all"]


@dataclass(frozen=True, kw_only=True)
class CommandRequest:
    """Options that every command has."""

    json: bool
    """Whether the answer is one JSON document instead of lines for a person."""
    unpack_limit: int | None = None
    """The most MiB that one packed file may unpack to."""
    memory_limit: int | None = None
    """The most MiB of memory for the pixels of one series."""
    password_stdin: bool = False
    """Whether the password of encrypted archives is the first line of standard input."""


@dataclass(frozen=True, kw_only=True)
class InspectRequest(CommandRequest):
    """`slicelens inspect PATH…`: `why` tells where the facts about each series' middle slice come from."""

    paths: tuple[Path, ...]
    why: bool


@dataclass(frozen=True, kw_only=True)
class SliceRequest(CommandRequest):
    """`slicelens values`: one slice of one series, and the file to write."""

    path: Path
    series: int
    slice: SliceNumber
    phase: int
    plane: str
    out: Path


@dataclass(frozen=True, kw_only=True)
class RenderRequest(SliceRequest):
    """`slicelens render`: `window` is (centre, width), None for the one that the viewer begins with."""

    window: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class ModelCheckRequest(CommandRequest):
    """`slicelens model check BUNDLE`."""

    bundle: Path


@dataclass(frozen=True, kw_only=True)
class ModelSaveRequest(CommandRequest):
    """`slicelens model save F.onnx`: without `out`, the assumptions about the model are printed, to be corrected."""

    model: Path
    contract: Path | None
    out: Path | None


@dataclass(frozen=True, kw_only=True)
class ClassifyRequest(CommandRequest):
    """`slicelens classify PATH…`: `series` None is every series, `explain` the folder for heatmaps."""

    paths: tuple[Path, ...]
    model: str
    series: int | None
    slice: SliceNumber
    phase: int
    explain: Path | None


@dataclass(frozen=True, kw_only=True)
class SelftestRequest(CommandRequest):
    """`slicelens selftest [PATH…]`: `paths` are files whose decoded pixels are hashed as well."""

    paths: tuple[Path, ...]


class Printed(Exception):
    """A help page or the version was asked for: its text is to be printed, instead of ending the interpreter."""

    def __init__(self, text: str) -> None:
        self.text = text


COMMANDS = ("inspect", "render", "values", "models", "model", "classify", "selftest", "about")
"""The first words that make `slicelens` a command line; with any other it opens the window."""


def parse_command(argv: Sequence[str]) -> tuple[str, CommandRequest]:
    """Return a command's name (`model check` is one name) and its request. Raises `Refusal` (ARGUMENT) or `Printed`."""
    chosen = vars(_command_parser().parse_args(_join_window(argv)))
    chosen.pop("action", None)
    command: str = chosen.pop("command")
    request: type[CommandRequest] = chosen.pop("request")
    return command, request(**chosen)


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
    add("--model", metavar="ID", help="choose this model")
    add("--explain", action="store_true", help="run it on the shown slice, heatmap on")
    add("--screenshot", type=Path, metavar="OUT.png", help="save what is on screen")
    add("--size", type=_size, metavar="WIDTHxHEIGHT", help="size of the main window")
    _add_limits(group)
    add("--quit", action="store_true", help="end when that is done")
    add("--timings", action="store_true", help="print how long the start took")
    add("--provoke", action="store_true", help=argparse.SUPPRESS)
    return parser


# --- the commands ---


def _command_parser() -> _Parser:
    epilog = f"{_window_parser().format_help()}\n{_EXIT_CODES}"
    parser = _Parser(prog="slicelens", usage=_USAGE, description=_DESCRIPTION, epilog=epilog)
    parser.add_argument("--version", action=_Show, help="show the version and end")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True, dest="command", prog="slicelens"
    )
    inspect = _add_command(commands, "inspect", InspectRequest, *_INSPECT)
    inspect.add_argument("paths", nargs="+", type=_path, metavar="PATH", help=_PATH)
    says = "tell for the middle slice of each series where its values, window, spacing, sides and order come from"
    inspect.add_argument("--why", action="store_true", help=says)
    _add_reading(inspect)
    render = _add_command(commands, "render", RenderRequest, *_RENDER)
    _add_slice(render, out="F.png")
    says = "window centre and width in modality units, for example 40,400 (default: the one the viewer begins with)"
    render.add_argument("--window", type=_window, metavar="C,W", help=says)
    _add_slice(_add_command(commands, "values", SliceRequest, *_VALUES), out="F.npy")
    _add_command(commands, "models", CommandRequest, *_MODELS)
    _add_model(commands)
    _add_classify(_add_command(commands, "classify", ClassifyRequest, *_CLASSIFY))
    selftest = _add_command(commands, "selftest", SelftestRequest, *_SELFTEST)
    selftest.add_argument("paths", nargs="*", type=_path, metavar="PATH", help="files to decode and hash as well")
    _add_command(commands, "about", CommandRequest, *_ABOUT)
    return parser


def _add_command(commands: Any, name: str, request: type[CommandRequest], line: str, page: str) -> _Parser:
    """Return a new command with its one line in the list, its own page, and `--json`."""
    page = f"{line[0].upper()}{line[1:]}.\n\n{page}"
    command: _Parser = commands.add_parser(name, help=line, description=page, epilog=NOTICE)
    command.set_defaults(command=command.prog.removeprefix("slicelens "), request=request)
    says = "print one JSON document on standard output and nothing else"
    command.add_argument("--json", action="store_true", help=says)
    return command


def _add_slice(command: _Parser, *, out: str) -> None:
    add = command.add_argument
    add("path", type=_path, metavar="PATH", help=_PATH)
    add("--series", type=_number, default=0, metavar="K", help=f"{_SERIES} (default 0)")
    says = "number of the slice, counted from 0 along the normal of the plane (default: the middle one)"
    add("--slice", type=_slice_or("middle"), default="middle", metavar="I", help=says)
    add("--phase", type=_number, default=0, metavar="P", help=_PHASE)
    says = "plane to cut, as radiologists look at it (default: as acquired)"
    add("--plane", choices=("acquired", "axial", "sagittal", "coronal"), default="acquired", help=says)
    add("--out", required=True, type=_path, metavar=out, help="the file to write; an older one is replaced")
    _add_reading(command)


def _add_model(commands: Any) -> None:
    page = "Commands on one model bundle."
    model = commands.add_parser("model", help="look at one model bundle", description=page, epilog=NOTICE)
    actions = model.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")
    check = _add_command(actions, "check", ModelCheckRequest, *_CHECK)
    check.add_argument("bundle", type=_path, metavar="BUNDLE", help="a bundle's folder, an .slb file or an .onnx file")
    save = _add_command(actions, "save", ModelSaveRequest, *_SAVE)
    save.add_argument("model", type=_path, metavar="F.onnx", help="an ONNX classifier")
    save.add_argument("--contract", type=_path, metavar="C.json", help="the keys of bundle.json that you know better")
    save.add_argument("--out", type=_path, metavar="BUNDLE", help="the bundle's folder to write")


def _add_classify(command: _Parser) -> None:
    add = command.add_argument
    add("paths", nargs="+", type=_path, metavar="PATH", help=_PATH)
    says = "an installed model's id, a bundle's folder or .slb file, or an .onnx file"
    add("--model", required=True, metavar="ID|BUNDLE|F.onnx", help=says)
    add("--series", type=_number, metavar="K", help=f"{_SERIES} (default: every series)")
    says = "which slices to score (default: the middle one of each series)"
    add("--slice", type=_slice_or("middle", "all"), default="middle", metavar="I|middle|all", help=says)
    add("--phase", type=_number, default=0, metavar="P", help=_PHASE)
    says = "write each heatmap there, as float32 .npy in slice pixels and as an overlay PNG"
    add("--explain", type=_path, metavar="DIR", help=says)
    _add_reading(command)


def _add_reading(command: _Parser) -> None:
    """Add what may be said about reading files."""
    _add_limits(command)
    says = "read the password of encrypted ZIPs from the first line of standard input (asked for, on a terminal)"
    command.add_argument("--password-stdin", action="store_true", help=says)


def _add_limits(command: Any) -> None:
    says = "the most MiB that one packed file or member of an archive may unpack to (default 512)"
    command.add_argument("--unpack-limit", type=_positive, metavar="MIB", help=says)
    says = "the most MiB of memory for the pixels of one series (default: half of what is free); the rest is read again"
    command.add_argument("--memory-limit", type=_positive, metavar="MIB", help=says)


# --- values of options ---


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise argparse.ArgumentTypeError("a path must not be empty")
    return Path(text)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from error


def _positive(text: str) -> int:
    number = _number(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not more than 0")
    return number


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    size = int(width), int(height)
    if not all(200 <= length <= 8000 for length in size):
        raise ValueError(text)
    return size


def _slice_or(*words: Literal["middle", "all"]) -> Callable[[str], SliceNumber]:
    def choose(text: str) -> SliceNumber:
        try:
            return next((word for word in words if word == text), None) or int(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number nor {' nor '.join(words)}") from error

    return choose


def _window(text: str) -> tuple[float, float]:
    try:
        centre, width = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not two numbers C,W such as 40,400") from error
    if not (math.isfinite(centre) and math.isfinite(width) and width > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a window: the width must be greater than 0")
    return centre, width


def _join_window(argv: Sequence[str]) -> list[str]:
    """Return `--window -600,1500` as `--window=-600,1500`: argparse takes the first for an unknown option."""
    joined: list[str] = []
    for word in argv:
        if joined and joined[-1] == "--window" and word[:1] == "-" and word[1:2] in frozenset("0123456789."):
            joined[-1] = f"--window={word}"
        else:
            joined.append(word)
    return joined


# --- the pages of --help: one line in the list of commands, and the page below it ---

_PATH = "a file, a folder, a ZIP or a DICOMDIR"
_SERIES = "number of the series as `inspect` lists it"
_PHASE = "phase of a 4D series (default 0)"

_USAGE = """
  slicelens [PATH ...]              open the window on files, folders, ZIPs, DICOMDIRs
  slicelens --demo                  open the window on the samples
  slicelens COMMAND ...             do one thing without a window (below)"""

_DESCRIPTION = f"""\
An offline viewer for radiology images with local classifiers and their heatmaps.
{NOTICE}"""

_EXIT_CODES = f"""\
exit codes:  0 done   1 done, but some inputs were skipped (they are listed)   2 refused
With --json, standard output is one JSON document; progress and warnings go to standard error.
`slicelens COMMAND --help` explains each command. {NOTICE}"""

_INSPECT = ("list the series in files, folders, ZIPs or DICOMDIRs", """\
Reads headers only. Lists each series with its size, geometry and notes, and every file that was
skipped with the reason. `axes` are the directions in the patient (L R A P S I) toward which
slice, row and column numbers grow.

  slicelens inspect /media/cdrom --json
  slicelens inspect odd.dcm --why""")  # fmt: skip

_RENDER = ("write a slice as the viewer shows it, as an 8-bit PNG", """\
The frame is at the slice's own pixel grid, 8-bit grey, or RGB for colour pictures, with the window
that the viewer would show it with, unless --window says otherwise.

  slicelens render scans/ --series 0 --slice 30 --window 40,400 --out slice.png
  slicelens render head.nii.gz --plane sagittal --out middle.png""")  # fmt: skip

_VALUES = ("write the modality values of a slice as a float32 .npy", """\
Modality values (Hounsfield units if the file tells), [row, column], or [row, column, 3] for colour.
`axes` of `inspect` say where rows and columns point in the patient.

  slicelens values scans/ --series 0 --slice 30 --out slice.npy""")  # fmt: skip

_MODELS = ("list the installed models", "Bundles that came with Slicelens, and those that were installed into it.")

_CHECK = ("check a bundle; every reason it would be refused for", """\
A bundle's contract, the hashes of its files, its graph and its golden pairs are checked, and every
fault is listed, not only the first. Nothing in the bundle is executed.

  slicelens model check pneumonia-cxr/ --json""")  # fmt: skip

_SAVE = ("make a bundle of a bare .onnx file, completed by what you say in JSON", """\
A file without a contract is used with assumptions. Without --out they are printed, as JSON, to be
corrected: labels, input, decision, intended use. With --out and --contract the bundle is written.

  slicelens model save net.onnx > net.json
  slicelens model save net.onnx --contract net.json --out net-bundle/""")  # fmt: skip

_CLASSIFY = ("give slices to a model: findings and heatmaps", """\
Scores the middle slice of every series unless --series and --slice say otherwise, in the order of
series and slice. What a slice does not meet of the model's contract is listed beside its numbers.

  slicelens classify chest.dcm --model pneumonia-cxr --explain maps/ --json""")  # fmt: skip

_SELFTEST = ("check this installation and print what it consists of", """\
Checks that the program's files are as they were built, that every decoder gives the right pixels, that
a phantom is drawn as DICOM says, and that every model answers its golden pairs. Exit code 2 if not.
For each PATH the decoded pixels are hashed too, so that two installations can be compared.

  slicelens selftest --json > selftest.json""")  # fmt: skip

_ABOUT = (
    "print version, edition, models and licences",
    "Version, build, edition, the installed models with their hashes, the libraries with their licences.",
)
