"""The real program over a stranger's things: how long it took, how much it held, what it opened, what it left.

An `Attack` is one row of a table: what is done, how the input is made, which rule holds, where the rule comes from.
`run_attack` starts the program as a person would, in a process of its own with folders of its own, and watches the
whole tree of processes from outside. Time is judged by the clock, but for the seconds in which the machine was busy
with something else: those in which neither the tree ran nor any core was idle.
"""

import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS, MEGABYTES = 5.0, 1024
PATIENCE, MOST_PATIENCE = 12.0, 240.0
"""Seconds after which the program is ended: those that are judged, and those on the clock."""
ONE_IN, SEED = 4, 13
"""Of how many rows one is in every run, and the seed that draws which."""

_SECONDS_BETWEEN_LOOKS = 0.02
_SECONDS_TO_GO = 2.0
_TOKEN = "SLICELENS_HOSTILE"
_OPENS = "open,openat,openat2"
# Standing in for strace where there is none: it sees what Python opens in the program itself.
_AUDITED = """
import os, sys
canary = os.environ["SLICELENS_CANARY"]
def hook(event, arguments):
    if event == "open" and canary in str(arguments[0]):
        with open(os.environ["SLICELENS_LOG"], "a") as log:
            log.write(canary + "\\n")
sys.addaudithook(hook)
from desktop.main import program
program()
"""


@dataclass(frozen=True)
class Scene:
    """The folders of one attack: `inputs` is what a person was given, `canary` the file that nobody may open."""

    folder: Path

    @property
    def inputs(self) -> Path:
        """The folder of the stranger's things; nothing may be written there."""
        return self.folder / "in"

    @property
    def canary(self) -> Path:
        """A file outside of it."""
        return self.folder / "outside" / "canary.raw"

    @property
    def temporary(self) -> Path:
        """The program's temporary folder."""
        return self.folder / "temporary"

    @property
    def home(self) -> Path:
        """Where the program keeps settings and reports."""
        return self.folder / "home"


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One row: `make` writes the input below `Scene.inputs` and returns what the command is given."""

    name: str
    clause: str
    """Where the rule comes from: `13 D6` is row D6 of the issue on hardening, `14 §4` a section of the one on files."""
    rule: str
    """What must come of it, as a sentence."""
    make: Callable[[Scene], Path]
    words: tuple[str, ...] = ("inspect", "{}")
    """The command; `{}` is the path that `make` returned, `{out}` one to write to, `{picture}` the `picture.dcm` and
    `{contract}` the `contract.json` in `inputs`. `--json` is added."""
    codes: Collection[str] | None = None
    """The codes that must be in the answer, all of them and no others; None is any but E_INTERNAL."""
    series: int | None = None
    """How many series must open; None is any number."""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was seen of one run. `code` is None if it had to be ended."""

    code: int | None
    out: str
    err: str
    seconds: float
    megabytes: float
    canary: bool
    left: tuple[str, ...]
    document: dict[str, Any] = field(default_factory=dict)

    @property
    def codes(self) -> set[str]:
        """Every code of the answer, wherever it stands."""
        return set(_codes_in(self.document))

    def faults(self, attack: Attack) -> list[str]:
        """Return what broke a rule, each as a line; none if all is well."""
        return [
            *self._limits(),
            *(f"left behind: {one}" for one in self.left),
            *(["the canary was opened"] if self.canary else []),
            *(["E_INTERNAL"] if "E_INTERNAL" in self.out + self.err else []),
            *(["a traceback"] if "Traceback" in self.out + self.err else []),
            *([f"ended with {self.code}: {self.err[-500:]}"] if self.code not in (0, 1, 2) else []),
            *self._answer(attack),
        ]

    def _limits(self) -> Iterator[str]:
        if self.code is None:
            yield f"no answer in {self.seconds:.0f} s"
        elif self.seconds > SECONDS:
            yield f"{self.seconds:.1f} s"
        if self.megabytes > MEGABYTES:
            yield f"{self.megabytes:.0f} MB"

    def _answer(self, attack: Attack) -> Iterator[str]:
        if self.code is not None and not self.document:
            yield f"no document: {self.out[:200]!r}"
        if attack.codes is not None and self.codes != set(attack.codes):
            yield f"codes {sorted(self.codes)} instead of {sorted(attack.codes)}"
        listed = self.document.get("series", ())
        # Commands for one slice name the series that it is of.
        opened = len(listed) if isinstance(listed, list | tuple) else 1
        if attack.series is not None and opened != attack.series:
            yield f"{opened} series instead of {attack.series}"
        files = self.document.get("files")
        if isinstance(files, dict) and "seen" in files and files["seen"] != files["opened"] + files["skipped"]:
            yield f"the ledger does not add up: {files}"


def draw_attacks(attacks: Sequence[Attack]) -> "list[pytest.ParameterSet]":
    """Return attacks as parameters of a test: one in `ONE_IN` of each rule, its first among them, the rest on demand.

    The time that pytest allows a test is longer than what the harness allows a program.
    """
    by_rule: dict[tuple[str, str], list[Attack]] = {}
    for attack in attacks:
        by_rule.setdefault((attack.clause, attack.rule), []).append(attack)
    draw, always = random.Random(SEED), set()
    for first, *others in by_rule.values():
        always.add(first.name)
        always.update(one.name for one in draw.sample(others, len(others) // ONE_IN))
    longest = pytest.mark.timeout(2 * MOST_PATIENCE)
    return [
        pytest.param(one, id=one.name, marks=[longest] if one.name in always else [longest, pytest.mark.on_demand])
        for one in attacks
    ]


def run_attack(attack: Attack, folder: Path) -> Outcome:
    """Make the input below `folder`, run the program over it, and return what was seen."""
    scene = Scene(folder)
    for one in (scene.inputs, scene.canary.parent, scene.temporary, scene.home):
        one.mkdir(parents=True)
    scene.canary.write_bytes(b"canary" * 700)
    given = attack.make(scene)
    before = _listing(scene.inputs)
    kept = _listing(scene.home)
    beside = {"{picture}": str(scene.inputs / "picture.dcm"), "{contract}": str(scene.inputs / "contract.json")}
    places = {"{}": str(given), "{out}": str(folder / "written"), **beside}
    words = [*(places.get(word, word) for word in attack.words), "--json"]
    token, log = secrets.token_hex(8), folder / "opens.txt"
    process, outputs = _start(words, scene, token, log)
    peak, seconds = _watch(process)
    out, err = (path.read_text(encoding="utf-8", errors="replace") for path in outputs)
    left = [f"process {name}" for name in _alive(token)]
    left += [f"temporary {name}" for name in _listing(scene.temporary)]
    left += [f"kept {name}" for name in sorted(_listing(scene.home).keys() ^ kept.keys())]
    left += [f"beside the input {name}" for name in sorted(_listing(scene.inputs).items() ^ before.items())]
    return Outcome(
        code=process.returncode if process.returncode is not None and process.returncode >= 0 else None,
        out=out,
        err=err,
        seconds=seconds,
        megabytes=peak / 2**20,
        canary=log.exists() and str(scene.canary.parent) in log.read_text(encoding="utf-8", errors="replace"),
        left=tuple(left),
        document=_document(out),
    )


@cache
def strace() -> str | None:
    """Return the program that sees every file that is opened, or None where it is not there or not allowed."""
    found = shutil.which("strace")
    if found is None:
        return None
    tried = subprocess.run([found, "-f", "-qq", "-e", "trace=open", "-o", os.devnull, "true"], capture_output=True)
    return found if tried.returncode == 0 else None


def _start(
    words: list[str], scene: Scene, token: str, log: Path
) -> tuple["subprocess.Popen[bytes]", tuple[Path, Path]]:
    tracer = strace()
    if tracer is None:
        command = [sys.executable, "-c", _AUDITED, *words]
    else:
        # Only the calls in question stop the program, which costs it next to nothing.
        watch = [tracer, "-f", "-qq", "--seccomp-bpf", "-e", f"trace={_OPENS}", "-s", "4096", "-o", str(log)]
        command = [*watch, sys.executable, "-m", "desktop.main", *words]
    environment = os.environ | {
        _TOKEN: token,
        "SLICELENS_CANARY": str(scene.canary.parent),
        "SLICELENS_LOG": str(log),
        "PYTHONPATH": str(ROOT),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scene.temporary)),
        **dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), str(scene.home)),
        **dict.fromkeys(
            ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"),
            str(scene.home),
        ),
    }
    outputs = scene.folder / "out.txt", scene.folder / "err.txt"
    with outputs[0].open("wb") as out, outputs[1].open("wb") as err:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
    return process, outputs


def _watch(process: "subprocess.Popen[bytes]") -> tuple[int, float]:
    """Wait for the end, and return the most bytes seen in the tree at once, and the seconds that it took."""
    began, idle = time.monotonic(), psutil.cpu_times().idle
    known: dict[int, psutil.Process] = {}
    spent: dict[int, float] = {}
    peak, seconds = 0, 0.0
    while process.poll() is None:
        peak = max(peak, _look(process.pid, known, spent))
        clock = time.monotonic() - began
        seconds = min(clock, sum(spent.values()) + psutil.cpu_times().idle - idle)
        if seconds > PATIENCE or clock > MOST_PATIENCE:
            _end(process, known)
            break
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    return peak, seconds


def _look(root: int, known: dict[int, psutil.Process], spent: dict[int, float]) -> int:
    """Return the bytes of all processes of a tree now, and note the CPU time of each."""
    total = 0
    with suppress(psutil.NoSuchProcess):
        parent = known.setdefault(root, psutil.Process(root))
        known.update((child.pid, child) for child in parent.children(recursive=True) if child.pid not in known)
    for pid, one in list(known.items()):
        try:
            with one.oneshot():
                total += one.memory_info().rss
                times = one.cpu_times()
                spent[pid] = times.user + times.system
        except psutil.Error:
            del known[pid]
    return total


def _end(process: "subprocess.Popen[bytes]", known: dict[int, psutil.Process]) -> None:
    for one in known.values():
        with suppress(psutil.Error):
            one.kill()
    process.wait()


def _alive(token: str) -> list[str]:
    """Return what is still running of the processes that were started with a token, and end it."""
    deadline = time.monotonic() + _SECONDS_TO_GO
    while found := [one for one in psutil.process_iter() if _has_token(one, token)]:
        if time.monotonic() > deadline:
            names = []
            for one in found:
                with suppress(psutil.Error):
                    names.append(" ".join(one.cmdline())[:80])
                    one.kill()
            return names
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    return []


def _has_token(process: psutil.Process, token: str) -> bool:
    try:
        return process.environ().get(_TOKEN) == token and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):
        return False


def _listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Return everything below a folder by name, with size and time of change; links are not followed."""
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            facts = os.lstat(os.path.join(parent, name))
            is_folder = name in folders
            found[os.path.relpath(os.path.join(parent, name), folder)] = (
                0 if is_folder else facts.st_size,
                facts.st_mtime_ns,
            )
    return found


def _document(out: str) -> dict[str, Any]:
    try:
        document = json.loads(out)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _codes_in(value: Any) -> Iterator[str]:
    """Yield the value of every key `code` of a document, at any depth."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if isinstance(one.get("code"), str):
                yield one["code"]
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
