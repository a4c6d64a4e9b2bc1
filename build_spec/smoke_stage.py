"""The stage of the smoke test: an unfriendly machine, made in a folder, and the program run on it."""

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

_NOBODY = 65534
_HOME = "Hôme of Jürgen 試"
_PLANTED = ("numpy.py", "cv2.py", "PySide6.py", "encodings.py", "sitecustomize.py", "SimpleITK/__init__.py")
_PLANT = (
    "import os, sys\nopen(os.path.join(os.path.dirname(__file__), 'PLANT-RAN'), 'w').close()\nsys.exit('planted')\n"
)
_XWD_HEAD = 100
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Line:
    """One check's answer."""

    name: str
    ok: bool
    says: str


@dataclass(frozen=True)
class Answer:
    """How a run of the program ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Standard output as JSON; empty where it is none."""
        try:
            found = json.loads(self.out)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Expected:
    """What the source run says of the same files: `selftest --json` with its paths made relative to them."""

    document: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> "Expected":
        """As `--write-expected` wrote it."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_source(cls, python: Path, files: Path) -> "Expected":
        """Ask the source run of this checkout."""
        run = [str(python), "-m", "desktop.main", "selftest", "--json", str(files)]
        done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
        document = json.loads(done.stdout)
        return cls({"pixels": hashes(document, files), "models": _models(document)})


def hashes(document: dict[str, Any], files: Path) -> dict[str, str]:
    """(file, series) → hash or code of the decoded pixels, with its transfer syntax in the key."""
    rows = {}
    for row in document.get("pixels", []):
        path = Path(row["path"])
        name = path.relative_to(files).as_posix() if path.is_relative_to(files) else path.name
        rows[f"{name} #{row['series']} {row['syntax']}"] = row["sha256"] or row["code"]
    return rows


def _models(document: dict[str, Any]) -> list[str]:
    return sorted(check["name"] for check in document.get("checks", []) if check["name"].startswith("model: "))


class Stage:
    """A home, a working directory, files to open, a display; `run` runs the program there."""

    def __init__(self, folder: Path, program: Path | None, *, root: Path | None, display: int, deadline: float) -> None:
        self.folder, self.program, self.root, self.display = folder, program, root, display
        self.deadline = deadline
        self.home = folder / _HOME
        self.work = folder / "working directory"
        self.files = folder / "Dateien äöü"
        self._xvfb: subprocess.Popen[bytes] | None = None
        for place in (self.home, self.work, self.files):
            place.mkdir()
        self._plant()
        self._copy_files()

    def __enter__(self) -> "Stage":
        """Start Xvfb and hand the folders to the user that the program runs as."""
        self._hand_over()
        self._before = self._state_of_program()
        if not sys.platform.startswith("linux"):
            return self
        screen = self.folder / "screen"
        screen.mkdir()
        command = [
            "Xvfb",
            f":{self.display}",
            "-screen",
            "0",
            "1280x900x24",
            "-fbdir",
            str(screen),
            "-ac",
            "-nolisten",
            "tcp",
        ]
        self._xvfb = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2.0)
        if self._xvfb.poll() is not None:
            raise SystemExit(f"Xvfb did not start on display {self.display}; name another with --display.")
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        """End Xvfb."""
        if self._xvfb is not None:
            self._xvfb.terminate()
            self._xvfb.wait()

    @property
    def outside(self) -> Path:
        """The program's executable as seen from here."""
        assert self.program is not None
        return self.program.resolve() if self.root is None else self.root / self.program.relative_to("/")

    def run(self, *arguments: object, limit: float = 120.0, screen: bool = True, **more: str) -> Answer:
        """Run the program to its end. Raises TimeoutError where it does not come to one."""
        running = self.start(*arguments, screen=screen, **more)
        try:
            out, err = running.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            self.end(running)
            raise TimeoutError(" ".join(map(str, arguments))[:80]) from None
        return Answer(running.returncode, out, err)

    def start(self, *arguments: object, screen: bool = True, **more: str) -> "subprocess.Popen[str]":
        """Start the program in an empty environment; paths are given as seen from here."""
        environment = {"HOME": self.inside(self.home), **more}
        if sys.platform == "win32":
            # No program of Windows starts without the first two; the others are what a home is there.
            environment |= {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
            environment |= dict.fromkeys(("USERPROFILE", "APPDATA", "LOCALAPPDATA"), environment["HOME"])
        if screen:
            environment["DISPLAY"] = f":{self.display}"
        words = [self.inside(word) if isinstance(word, Path) else str(word) for word in arguments]
        assert self.program is not None
        command = [*self._become(), str(self.program if self.root else self.program.resolve()), *words]
        return subprocess.Popen(
            command, env=environment, cwd=self.work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace", start_new_session=True,
        )  # fmt: skip

    def end(self, running: "subprocess.Popen[str]") -> None:
        """End a run and everything that it started."""
        with suppress(ProcessLookupError):
            if sys.platform == "win32":
                running.kill()
            else:
                os.killpg(running.pid, signal.SIGKILL)
        running.wait()

    def inside(self, path: Path) -> str:
        """A path as the program sees it."""
        return str(path) if self.root is None else "/" + str(path.resolve().relative_to(self.root.resolve()))

    def fresh_home(self, name: str) -> Path:
        """Another home."""
        home = self.folder / name
        home.mkdir()
        self._hand_over()
        return home

    def colours(self) -> int:
        """How many different pixels the screen shows now (Xvfb keeps it as an X window dump)."""
        dump = (self.folder / "screen" / "Xvfb_screen0").read_bytes()
        head = struct.unpack(">25I", dump[:_XWD_HEAD])
        start = head[0] + head[19] * 12
        pixels = memoryview(dump[start : start + (len(dump) - start) // 4 * 4]).cast("I")
        return len(set(pixels))

    def changed_in_program(self) -> list[str]:
        """Names in the program's folder that are not as they were at the beginning."""
        now = self._state_of_program()
        return sorted(name for name in {*now, *self._before} if now.get(name) != self._before.get(name))

    @cached_property
    def edition(self) -> str:
        """Lite or full, as the program says."""
        return str(self.run("about", "--json").document.get("program", {}).get("name", ""))

    def planted_code_ran(self) -> bool:
        """Return whether the program imported what was planted."""
        return any(self.work.rglob("PLANT-RAN"))

    def _state_of_program(self) -> dict[str, tuple[int, int]]:
        if self.program is None:
            return {}
        folder = self.outside.resolve().parent
        return {
            path.relative_to(folder).as_posix(): (path.lstat().st_size, path.lstat().st_mtime_ns)
            for path in folder.rglob("*")
        }

    def _become(self) -> list[str]:
        """The words before the program: another root, another user."""
        if self.root is not None:
            inside = self.inside(self.work)
            there = ["sh", "-c", 'cd "$0" && exec "$@"', inside]
            return ["/usr/sbin/chroot", f"--userspec={_NOBODY}:{_NOBODY}", str(self.root), *there]
        if _is_root() and shutil.which("setpriv"):
            who = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
            return [str(shutil.which("setpriv")), *who, "--"]
        return []

    def _hand_over(self) -> None:
        """What the program may write to belongs to the user that it runs as."""
        if not _is_root():
            return
        self.folder.chmod(0o755)
        for place in (self.folder, *self.folder.rglob("*")):
            if "screen" not in place.parts and place != self.folder:
                os.chown(place, _NOBODY, _NOBODY, follow_symlinks=False)

    def _plant(self) -> None:
        for name in _PLANTED:
            path = self.work / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(_PLANT, encoding="ascii")
        for name in ("platforms/libqxcb.so", "plugins/platforms/libqxcb.so", "qt.conf"):
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("[Paths]\nPlugins=.\n" if name == "qt.conf" else "no library", encoding="ascii")

    def _copy_files(self) -> None:
        """Real DICOM files of the packages pydicom and pydicom-data where they are installed, and three made here."""
        for package, below in (("pydicom", "data/test_files"), ("data_store", "data")):
            spec = importlib.util.find_spec(package)
            if spec is not None and spec.origin is not None:
                shutil.copytree(
                    Path(spec.origin).parent / below, self.files / package, ignore=shutil.ignore_patterns("*.py*")
                )
        write_png(self.files / "röntgen.png")
        write_nrrd(self.files / "volume.nrrd")
        write_nifti(self.files / "head.nii")


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _ramp(count: int, factor: int, top: int) -> list[int]:
    return [value * factor % top for value in range(count)]


def write_png(path: Path) -> None:
    """A grey ramp, 8 bit, 40 × 30."""
    rows = b"".join(b"\0" + bytes(_ramp(40, 6, 256)) for _ in range(30))

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 40, 30, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def write_nrrd(path: Path) -> None:
    """Three slices of 12 × 10, 16 bit."""
    head = (
        "NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 10 12 3\n"
        "space directions: (0.5,0,0) (0,0.5,0) (0,0,2)\nkinds: domain domain domain\nendian: little\nencoding: raw\n"
        "space origin: (0,0,0)\n\n"
    )
    path.write_bytes(head.encode("ascii") + struct.pack("<360h", *_ramp(360, 7, 3000)))


def write_nifti(path: Path) -> None:
    """NIfTI-1 of 8 × 9 × 5, 16 bit, with its place in the patient (sform)."""
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, 8, 9, 5, 1, 1, 1, 1)
    struct.pack_into("<hh", head, 70, 4, 16)
    struct.pack_into("<8f", head, 76, 1.0, 2.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0)
    struct.pack_into("<f", head, 108, 352.0)
    struct.pack_into("<f", head, 112, 1.0)
    head[123] = 2
    struct.pack_into("<hh", head, 252, 0, 1)
    struct.pack_into("<12f", head, 280, -2.0, 0, 0, 7.0, 0, 2.0, 0, -9.0, 0, 0, 3.0, -6.0)
    head[344:348] = b"n+1\0"
    path.write_bytes(bytes(head) + struct.pack("<360h", *_ramp(360, 11, 2000)))


def sha256(path: Path) -> str:
    """Of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "none"
