"""What a person may type after `slicelens`: one parser, one frozen request for each command.

A wrong argument raises `Refusal` (ARGUMENT) with a sentence. Nothing here opens a file, and nothing is imported that a
`--help` does not need.
"""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

from desktop.cli import help_pages
from desktop.cli.help_pages import NOTICE
from imaging.base.errors import Code, Refusal

SliceChoice = int | Literal["middle", "all"]


@dataclass(frozen=True, kw_only=True)
class CommandRequest:
    """What every command has in common: whether the answer is one JSON document or lines for a person."""

    json: bool
    unpack_limit: int | None = None
    """The most MiB that one packed file may unpack to, where the person said so."""
    memory_limit: int | None = None
    """The most MiB of memory that the pixels of one series may take, where the person said so."""
    password_stdin: bool = False
    """Whether the password of encrypted archives stands in the first line of standard input."""


@dataclass(frozen=True, kw_only=True)
class InspectRequest(CommandRequest):
    """`slicelens inspect PATH…`: `why` tells where the facts about each series' middle slice come from."""

    paths: tuple[Path, ...]
    why: bool


@dataclass(frozen=True, kw_only=True)
class SliceRequest(CommandRequest):
    """`slicelens render` and `slicelens values`: one slice of one series, and the file to write."""

    path: Path
    series: int
    slice: SliceChoice
    phase: int
    plane: str
    out: Path


@dataclass(frozen=True, kw_only=True)
class RenderRequest(SliceRequest):
    """`slicelens render`: `window` is (centre, width), None for the one that the viewer would begin with."""

    window: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class ModelCheckRequest(CommandRequest):
    """`slicelens model check BUNDLE`."""

    bundle: Path


@dataclass(frozen=True, kw_only=True)
class ModelSaveRequest(CommandRequest):
    """`slicelens model save F.onnx`: without `out`, what is assumed of the model is printed, to be corrected."""

    model: Path
    contract: Path | None
    out: Path | None


@dataclass(frozen=True, kw_only=True)
class ClassifyRequest(CommandRequest):
    """`slicelens classify PATH…`: `series` None is every series, `explain` the folder for heatmaps."""

    paths: tuple[Path, ...]
    model: str
    series: int | None
    slice: SliceChoice
    phase: int
    explain: Path | None


@dataclass(frozen=True, kw_only=True)
class SelftestRequest(CommandRequest):
    """`slicelens selftest [PATH…]`: `paths` are files whose decoded pixels are to be hashed as well."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Printed:
    """A help page or the version, to print and be done."""

    text: str


COMMANDS = ("inspect", "render", "values", "models", "model", "classify", "selftest", "about")
"""The first words that make `slicelens` a command line; with any other it opens the window."""


def parse(argv: Sequence[str]) -> tuple[str, CommandRequest] | Printed:
    """The command's name (`model check` is one name) and its request. Raises `Refusal` (ARGUMENT)."""
    try:
        chosen = vars(_parser().parse_args(_joined(argv)))
    except _Shown as shown:
        return Printed(shown.text)
    command: str = chosen.pop("command")
    request: type[CommandRequest] = chosen.pop("request")
    chosen.pop("action", None)
    return command, request(**chosen)


class _Shown(Exception):
    """A help page was asked for; carries its text instead of ending the interpreter as argparse does."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class _Show(argparse.Action):
    """An option without a value that ends parsing with a text: `--help` and `--version`."""

    def __init__(self, option_strings: Sequence[str], dest: str, **rest: Any) -> None:
        super().__init__(option_strings, dest=argparse.SUPPRESS, default=argparse.SUPPRESS, nargs=0, help=rest["help"])

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        is_version = "--version" in self.option_strings
        raise _Shown(f"slicelens {program_version()}" if is_version else parser.format_help())


class _Parser(argparse.ArgumentParser):
    """Refuses instead of printing a usage and ending the interpreter."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **options, add_help=False, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        self.add_argument("-h", "--help", action=_Show, help="show this page and end")

    def error(self, message: str) -> NoReturn:
        raise Refusal(Code.ARGUMENT, f"{message[:1].upper()}{message[1:]} (see {self.prog} --help).")


def _parser() -> _Parser:
    parser = _Parser(
        prog="slicelens", usage=help_pages.USAGE, description=help_pages.DESCRIPTION, epilog=help_pages.EPILOG
    )
    parser.add_argument("--version", action=_Show, help="show the version and end")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True, dest="command", prog="slicelens"
    )
    _add_inspect(commands)
    _add_render(commands)
    _add_values(commands)
    _add_models(commands)
    _add_classify(commands)
    _add_selftest(commands)
    _command(
        commands, "about", CommandRequest, says="print version, edition, models and licences", more=help_pages.ABOUT
    )
    return parser


def program_version() -> str:
    """The version of this program; a checkout that was never installed says 0."""
    from desktop.startup.build_info import (
        edition,  # reading metadata costs more than all else here, and one option wants it
    )

    return edition().version


def _command(commands: Any, name: str, request: type[CommandRequest], *, says: str, more: str) -> _Parser:
    """A subcommand with its one line in the list, its own page, and `--json`."""
    command: _Parser = commands.add_parser(
        name, help=says, description=f"{says[0].upper()}{says[1:]}.\n\n{more}", epilog=NOTICE
    )
    command.set_defaults(command=command.prog.removeprefix("slicelens "), request=request)
    command.add_argument(
        "--json", action="store_true", help="print one JSON document on standard output and nothing else"
    )
    return command


def _add_inspect(commands: Any) -> None:
    command = _command(
        commands,
        "inspect",
        InspectRequest,
        says="list the series in files, folders, ZIPs or DICOMDIRs",
        more=help_pages.INSPECT,
    )
    command.add_argument("paths", nargs="+", type=_path, metavar="PATH", help="a file, a folder, a ZIP or a DICOMDIR")
    command.add_argument(
        "--why",
        action="store_true",
        help="tell for the middle slice of each series where its values, window, spacing, sides and order come from",
    )
    _add_limits(command)


def _add_render(commands: Any) -> None:
    command = _command(
        commands,
        "render",
        RenderRequest,
        says="write a slice as the viewer shows it, as an 8-bit PNG",
        more=help_pages.RENDER,
    )
    _add_slice(command, out="F.png")
    command.add_argument(
        "--window",
        type=_window,
        metavar="C,W",
        help="window centre and width in modality units, for example 40,400 (default: the one the viewer begins with)",
    )


def _add_values(commands: Any) -> None:
    command = _command(
        commands,
        "values",
        SliceRequest,
        says="write the modality values of a slice as a float32 .npy",
        more=help_pages.VALUES,
    )
    _add_slice(command, out="F.npy")


def _add_slice(command: _Parser, *, out: str) -> None:
    command.add_argument("path", type=_path, metavar="PATH", help="a file, a folder, a ZIP or a DICOMDIR")
    _add_series(command, default=0, says="number of the series as `inspect` lists it (default 0)")
    command.add_argument(
        "--slice",
        type=_slice_or("middle"),
        default="middle",
        metavar="I",
        help="number of the slice, counted from 0 along the normal of the plane (default: the middle one)",
    )
    _add_phase(command)
    command.add_argument(
        "--plane",
        choices=("acquired", "axial", "sagittal", "coronal"),
        default="acquired",
        help="plane to cut, as radiologists look at it (default: as acquired)",
    )
    command.add_argument(
        "--out", required=True, type=_path, metavar=out, help="the file to write; an older one is replaced"
    )
    _add_limits(command)


def _add_series(command: _Parser, *, default: int | None, says: str) -> None:
    command.add_argument("--series", type=_number, default=default, metavar="K", help=says)


def _add_limits(command: _Parser) -> None:
    says = "the most MiB that one packed file or member of an archive may unpack to (default 512)"
    command.add_argument("--unpack-limit", type=_positive, metavar="MIB", help=says)
    says = "the most MiB of memory for the pixels of one series (default: half of what is free); the rest is read again"
    command.add_argument("--memory-limit", type=_positive, metavar="MIB", help=says)
    says = "read the password of encrypted ZIPs from the first line of standard input (asked for, on a terminal)"
    command.add_argument("--password-stdin", action="store_true", help=says)


def _add_phase(command: _Parser) -> None:
    command.add_argument("--phase", type=_number, default=0, metavar="P", help="phase of a 4D series (default 0)")


def _add_models(commands: Any) -> None:
    _command(commands, "models", CommandRequest, says="list the installed models", more=help_pages.MODELS)
    model = commands.add_parser("model", help="look at one model bundle", description=help_pages.MODEL, epilog=NOTICE)
    actions = model.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")
    check = _command(
        actions,
        "check",
        ModelCheckRequest,
        says="check a bundle; every reason it would be refused for",
        more=help_pages.CHECK,
    )
    check.add_argument("bundle", type=_path, metavar="BUNDLE", help="a bundle's folder, an .slb file or an .onnx file")
    save = _command(
        actions,
        "save",
        ModelSaveRequest,
        says="make a bundle of a bare .onnx file, completed by what you say in JSON",
        more=help_pages.SAVE,
    )
    save.add_argument("model", type=_path, metavar="F.onnx", help="an ONNX classifier")
    save.add_argument("--contract", type=_path, metavar="C.json", help="the keys of bundle.json that you know better")
    save.add_argument("--out", type=_path, metavar="BUNDLE", help="the bundle's folder to write")


def _add_classify(commands: Any) -> None:
    command = _command(
        commands,
        "classify",
        ClassifyRequest,
        says="give slices to a model: findings and heatmaps",
        more=help_pages.CLASSIFY,
    )
    command.add_argument("paths", nargs="+", type=_path, metavar="PATH", help="a file, a folder, a ZIP or a DICOMDIR")
    command.add_argument(
        "--model",
        required=True,
        metavar="ID|BUNDLE|F.onnx",
        help="an installed model's id, a bundle's folder or .slb file, or an .onnx file",
    )
    _add_series(command, default=None, says="number of the series as `inspect` lists it (default: every series)")
    command.add_argument(
        "--slice",
        type=_slice_or("middle", "all"),
        default="middle",
        metavar="I|middle|all",
        help="which slices to score (default: the middle one of each series)",
    )
    _add_phase(command)
    command.add_argument(
        "--explain",
        type=_path,
        metavar="DIR",
        help="write each heatmap there, as float32 .npy in slice pixels and as an overlay PNG",
    )
    _add_limits(command)


def _add_selftest(commands: Any) -> None:
    command = _command(
        commands,
        "selftest",
        SelftestRequest,
        says="check this installation and print what it consists of",
        more=help_pages.SELFTEST,
    )
    command.add_argument("paths", nargs="*", type=_path, metavar="PATH", help="files to decode and hash as well")


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


def _slice_or(*words: Literal["middle", "all"]) -> Callable[[str], SliceChoice]:
    def choice(text: str) -> SliceChoice:
        for word in words:
            if text == word:
                return word
        try:
            return int(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number nor {' nor '.join(words)}") from error

    return choice


def _window(text: str) -> tuple[float, float]:
    try:
        centre, width = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not two numbers C,W such as 40,400") from error
    if not (math.isfinite(centre) and math.isfinite(width) and width > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a window: the width must be greater than 0")
    return centre, width


def _joined(argv: Sequence[str]) -> list[str]:
    """`--window -600,1500` as `--window=-600,1500`: argparse takes the first for an option that it does not know."""
    joined: list[str] = []
    for word in argv:
        if joined and joined[-1] == "--window" and word[:1] == "-" and word[1:2] in _DIGITS:
            joined[-1] = f"--window={word}"
        else:
            joined.append(word)
    return joined


_DIGITS = frozenset("0123456789.")
