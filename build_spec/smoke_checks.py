"""What the smoke test checks, one function each: it runs the program on the stage and yields a line for each fact."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from smoke_stage import Expected, Line, Stage, hashes, sha256

_SECRET = "provoked; this text"
_NOTICE = "Research use only. Not for diagnosis."
_SAMPLE = "data_store/RG1_UNCR.dcm"
_SHA256_LETTERS = 64
# As many colours are on the screen only when a window is.
_PAINTED = 50


def about(stage: Stage, _: Expected) -> Iterator[Line]:
    """Version, build, edition, licences, and nothing of what was planted."""
    version = stage.run("--version", screen=False)
    yield Line(
        "version", version.code == 0 and bool(re.fullmatch(r"slicelens \d+\.\d+.*\n", version.out)), version.out.strip()
    )
    facts = stage.run("about", "--json", screen=False).document
    program, licences = facts.get("program", {}), facts.get("licences", [])
    yield Line("edition", program.get("is_built") is True and program.get("name") in ("lite", "full"), str(program))
    lacking = [part["name"] for part in licences if not part["texts"]]
    yield Line(
        "licences", len(licences) > 20 and not lacking, f"{len(licences)} parts, without a text: {lacking or 'none'}"
    )
    yield Line("notice", facts.get("notice") == _NOTICE, str(facts.get("notice")))
    hashed = [model["id"] for model in facts.get("models", []) if len(model["sha256"]) == 64]
    yield Line("models listed", bool(hashed), ", ".join(hashed))
    hostile = {
        "PYTHONPATH": stage.inside(stage.work),
        "PYTHONHOME": "/nowhere",
        "QT_PLUGIN_PATH": stage.inside(stage.work),
    }
    again = stage.run("--version", screen=False, **hostile)
    yield Line("PYTHON* ignored", again.out == version.out, again.out.strip() or again.err.strip()[-200:])


def window(stage: Stage, _: Expected) -> Iterator[Line]:
    """A window comes up, paints, opens the demo, analyses it with a heatmap, and prints the report."""
    running = stage.start("--size", "1100x800")
    since = time.monotonic()
    colours = _wait_until_painted(stage, running)
    painted = time.monotonic() - since
    yield Line("window paints", colours >= _PAINTED, f"{colours} colours on the screen after {painted:.1f} s")
    stage.end(running)
    picture = stage.work / "screen shot.png"
    arguments = ("--demo", "--model", "pneumonia-cxr", "--explain", "--screenshot", picture, "--quit")
    done = stage.run(*arguments, limit=180)
    size = picture.stat().st_size if picture.is_file() else 0
    yield Line(
        "window analyses",
        done.code == 0 and size > 50_000,
        f"exit code {done.code}, picture of {size} bytes {done.err[-300:]}",
    )
    printed = stage.work / "printed report.pdf"
    done = stage.run("--demo", "--model", "pneumonia-cxr", "--explain", "--print-to", printed, "--quit", limit=180)
    content = printed.read_bytes() if printed.is_file() else b""
    good = done.code == 0 and content.startswith(b"%PDF-") and len(content) > 20_000
    yield Line("window prints", good, f"exit code {done.code}, PDF of {len(content)} bytes {done.err[-300:]}")
    timed = stage.run("--timings", "--quit")
    yield Line(
        "--timings",
        timed.code == 0 and "window shown" in timed.out,
        timed.out.strip().splitlines()[-1:][0] if timed.out.strip() else timed.err,
    )
    none = stage.run("--quit", screen=False)
    yield Line("no screen", none.code == 2 and "no screen" in none.err, none.err.strip()[-200:])


def pixels(stage: Stage, expected: Expected) -> Iterator[Line]:
    """Every real file gives the pixels that the source run gives, by transfer syntax."""
    document = stage.run("selftest", "--json", stage.files, screen=False, limit=600).document
    inside = Path(stage.inside(stage.files))
    found, wanted = hashes(document, inside), expected.document["pixels"]
    by_syntax: dict[str, list[str]] = defaultdict(list)
    for key in wanted:
        by_syntax[key.rpartition(" #")[2].partition(" ")[2]].append(key)
    for syntax, keys in sorted(by_syntax.items()):
        wrong = [key for key in keys if found.get(key) != wanted[key]]
        says = f"{len(keys) - len(wrong)} of {len(keys)} series as from source"
        yield Line(f"pixels: {syntax}", not wrong, says + (f"; not: {wrong[:3]}" if wrong else ""))
    extra = sorted(found.keys() - wanted.keys())
    # A source run that refuses everything must not make a program right that does the same.
    decoded = sum(len(value) == _SHA256_LETTERS for value in found.values())
    yield Line(
        "pixels: all series",
        not extra and decoded > len(found) * 0.7,
        f"{len(found)} series, {decoded} with pixels; not from source: {extra[:3] or 'none'}",
    )


def formats(stage: Stage, expected: Expected) -> Iterator[Line]:
    """NIfTI, PNG and NRRD open and come out as files."""
    for name, kind in (("head.nii", "nifti"), ("röntgen.png", "raster"), ("volume.nrrd", "itk")):
        found = stage.run("inspect", stage.files / name, "--json", screen=False)
        rows = found.document.get("series", [])
        values, picture = stage.work / f"{kind}.npy", stage.work / f"{kind}.png"
        numbers = stage.run("values", stage.files / name, "--out", values, screen=False)
        drawn = stage.run("render", stage.files / name, "--out", picture, screen=False)
        good = found.code == numbers.code == drawn.code == 0 and [row["format"] for row in rows] == [kind]
        written = values.is_file() and picture.is_file() and picture.read_bytes()[:4] == b"\x89PNG"
        says = (
            f"{rows[0]['slices']} slices, {values.stat().st_size} bytes"
            if good and written
            else (found.err + drawn.err)[-200:]
        )
        yield Line(f"opens and exports: {kind}", good and written, says)


def goldens(stage: Stage, _: Expected) -> Iterator[Line]:
    """The shipped checks of the program itself."""
    answer = stage.run("selftest", "--json", screen=False, limit=300)
    rows = answer.document.get("checks", [])
    failed = [row["name"] for row in rows if not row["ok"]]
    yield Line(
        "selftest",
        answer.code == 0 and len(rows) > 15 and not failed,
        f"{len(rows)} checks, failed: {failed or 'none'} {answer.err[-200:]}",
    )
    torch = [row["says"] for row in rows if row["name"].startswith("torch: ")]
    if stage.edition == "full":
        yield Line("heatmap from torch", bool(torch), "; ".join(torch))
    else:
        yield Line("no torch in lite", not torch and not list(stage.outside.parent.rglob("torch")), "not there")


def models(stage: Stage, expected: Expected) -> Iterator[Line]:
    """Each shipped bundle is accepted and gives a finding with a heatmap on the sample radiograph."""
    listed = stage.run("models", "--json", screen=False).document.get("models", [])
    names = sorted(f"model: {row['id']}" for row in listed)
    yield Line("shipped models", names == expected.document["models"], ", ".join(names))
    for row in listed:
        checked = stage.run("model", "check", row["path"], "--json", screen=False)
        yield Line(
            f"bundle {row['id']}", checked.document.get("accepted") is True, f"{checked.document.get('reasons')}"
        )
    sample = stage.files / _SAMPLE
    if not sample.is_file():
        yield Line("finding", False, f"{_SAMPLE} is not at hand")
        return
    heat = stage.work / "heat maps"
    answer = stage.run(
        "classify", sample, "--model", "pneumonia-cxr", "--explain", heat, "--json", screen=False, limit=180
    )
    rows = answer.document.get("results", [])
    maps = sorted(heat.glob("*.npy")) if heat.is_dir() else []
    good = answer.code == 0 and rows and rows[0]["status"] == "ok" and len(maps) == 1
    yield Line(
        "finding and heatmap",
        bool(good),
        f"{rows[0]['probabilities'] if rows else answer.err[-200:]}, {sha256(maps[0])[:12] if maps else 'none'}",
    )
    yield from _dicom_objects(stage, sample)


def _dicom_objects(stage: Stage, sample: Path) -> Iterator[Line]:
    """The tables of the standard that highdicom reads are in: it writes a report and a capture."""
    folder = stage.work / "dicom report"
    answer = stage.run(
        "report", sample, "--model", "pneumonia-cxr", "--formats", "sr,sc", "--out", folder, "--json", screen=False,
        limit=180,
    )  # fmt: skip
    written = [path.name for path in sorted(folder.glob("*.dcm")) if path.read_bytes()[128:132] == b"DICM"]
    good = answer.code == 0 and written == ["finding.sr.dcm", "pane.sc.dcm"]
    yield Line("report as DICOM", good, f"{written or answer.err[-200:]}")


def workers(stage: Stage, expected: Expected) -> Iterator[Line]:
    """A decode worker that is killed comes back: what was asked for is answered all the same."""
    running = stage.start("selftest", "--json", stage.files, screen=False)
    killed, since = 0, time.monotonic()
    while running.poll() is None and killed < 2 and time.monotonic() - since < 120:
        for child in _workers_below(running.pid):
            try:
                os.kill(child, signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                continue
            time.sleep(1.0)
        time.sleep(0.005)
    program = _program_of(running.pid, "slicelens")
    loaded = Path(f"/proc/{program}/maps").read_bytes() if killed else b""
    yield Line(
        "a command loads no Qt", b"libpython" in loaded and b"libQt6" not in loaded, f"{len(loaded)} bytes of maps"
    )
    try:
        out, err = running.communicate(timeout=600)
    except subprocess.TimeoutExpired:
        stage.end(running)
        raise TimeoutError("selftest with a killed worker") from None
    document = json.loads(out) if out.startswith("{") else {}
    found = hashes(document, Path(stage.inside(stage.files)))
    same = sum(found.get(key) == value for key, value in expected.document["pixels"].items())
    # What the child was at when it died may be refused, and nothing else.
    enough = same >= len(expected.document["pixels"]) - killed
    yield Line(
        "killed workers come back",
        killed > 0 and enough,
        f"{killed} killed, {same} of {len(expected.document['pixels'])} series right {err[-200:]}",
    )


def slot_exception(stage: Stage, _: Expected) -> Iterator[Line]:
    """An exception in a slot is shown, kept without its text, and the program goes on to its end."""
    done = stage.run(
        "--provoke", stage.files / "röntgen.png", "--screenshot", stage.work / "after.png", "--quit", limit=60
    )
    reports = _reports(stage.home, "fault-")
    text = reports[0].read_text(encoding="utf-8") if reports else ""
    yield Line("exception in a slot", done.code == 0 and (stage.work / "after.png").is_file(), f"exit code {done.code}")
    yield Line("report of it", "ArithmeticError" in text and "desktop/app.py" in text, f"{len(reports)} reports")
    silent = _SECRET not in text + done.out + done.err and stage.home.name not in text
    yield Line("report names nobody", bool(text) and silent, "neither the exception's text nor a path of the person")


def surviving_a_crash(stage: Stage, _: Expected) -> Iterator[Line]:
    """A crash of a native library leaves a traceback; a program that is merely killed leaves nothing for long."""
    running = stage.start()
    _wait_until_painted(stage, running)
    # Children are started behind the window.
    time.sleep(3.0)
    children = _children_of(running.pid)
    os.kill(_program_of(running.pid, stage.outside.name), signal.SIGSEGV)
    try:
        running.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        stage.end(running)
    reports = _reports(stage.home, "running-")
    text = reports[0].read_text(encoding="utf-8", errors="replace") if reports else ""
    yield Line(
        "native crash leaves a report",
        "Segmentation fault" in text and "desktop/app.py" in text,
        f"{len(text)} characters",
    )
    # A child that was still starting sees only then that nobody is there; on a busy machine that takes its time.
    since = time.monotonic()
    while (left := [child for child in children if _lives(child)]) and time.monotonic() - since < 30:
        time.sleep(0.2)
    yield Line("no orphans", not left, f"{len(children)} children, {len(left)} left")


def bad_input(stage: Stage, _: Expected) -> Iterator[Line]:
    """Sentences and exit codes for what cannot work, in a home that cannot be written to as well."""
    answer = stage.run("values", stage.files / "nowhere.dcm", "--out", stage.work / "x.npy", screen=False)
    yield Line("missing file", answer.code == 2 and "E_MISSING" in answer.err, answer.err.strip()[-120:])
    answer = stage.run("--no-such-option")
    yield Line("wrong argument", answer.code == 2 and "Traceback" not in answer.err, answer.err.strip()[-120:])
    home = stage.fresh_home("read only home")
    home.chmod(0o555)
    answer = stage.run("--demo", "--screenshot", stage.work / "home.png", "--quit", HOME=stage.inside(home), limit=120)
    kept = sorted(path.name for path in home.rglob("*"))
    yield Line(
        "home without write permission",
        answer.code == 0 and not kept,
        f"exit code {answer.code}, written: {kept or 'nothing'} {answer.err[-200:]}",
    )
    said = stage.run("selftest", screen=False, HOME=stage.inside(home), limit=300).out
    yield Line(
        "and selftest says so",
        "cannot be kept" in said,
        next((line for line in said.splitlines() if "cannot" in line), ""),
    )


def damaged(stage: Stage, _: Expected) -> Iterator[Line]:
    """A copy of the program without a model, and one without a decoder, say so with exit code 2."""
    if stage.root is not None or os.environ.get("SLICELENS_SMOKE_NO_COPY"):
        return
    whole = stage.outside.parent
    copy = stage.folder / "damaged copy"
    shutil.copytree(whole, copy, symlinks=True)
    for pattern, what in (
        ("**/model.onnx", "model"),
        ("_internal/imagecodecs/_jpeg2k*", "decoder"),
        ("_internal/**/libqxcb*", "window's plug-in"),
    ):
        path = next(iter(copy.glob(pattern)), None)
        if path is None:
            yield Line(f"deleted {what}", False, f"there is no {pattern}")
            continue
        hidden = path.with_name(f"{path.name}.away")
        path.rename(hidden)
        for arguments in (("models",), ("--quit",)):
            environment = {"HOME": str(stage.home), "DISPLAY": f":{stage.display}"}
            done = subprocess.run(
                [str(copy / stage.outside.name), *arguments],
                capture_output=True, text=True, env=environment, cwd=stage.work, timeout=60, check=False,
            )  # fmt: skip
            good = done.returncode == 2 and "damaged" in done.stderr and path.name in done.stderr
            yield Line(f"deleted {what}: {' '.join(arguments)}", good, done.stderr.strip()[:160])
        hidden.rename(path)
    victim = next(copy.glob("_internal/numpy/_core/_multiarray_umath*"))
    content = victim.read_bytes()
    victim.write_bytes(content[: len(content) // 2])
    done = subprocess.run(
        [str(copy / stage.outside.name), "models"],
        capture_output=True,
        text=True,
        env={"HOME": str(stage.home)},
        timeout=60,
        check=False,
    )
    yield Line(
        "half a library, as a full disk leaves it",
        done.returncode == 2 and "damaged" in done.stderr,
        done.stderr.strip()[:160],
    )
    shutil.rmtree(copy)


def left_alone(stage: Stage, _: Expected) -> Iterator[Line]:
    """Nothing was written where it should not be, and nothing that was planted ran."""
    changed = stage.changed_in_program()
    yield Line("program's folder untouched", not changed, f"changed: {changed[:5] or 'nothing'}")
    yield Line(
        "planted code ignored",
        not stage.planted_code_ran(),
        "numpy.py, cv2.py, sitecustomize.py, Qt plug-ins in the working directory",
    )
    litter = [path.name for path in stage.files.rglob(".slicelens*")]
    yield Line("nothing beside the files", not litter, f"{litter or 'nothing'}")


def _wait_until_painted(stage: Stage, running: "subprocess.Popen[str]") -> int:
    """Wait a minute at the most for the window of a program, and return how many colours the screen shows."""
    since, colours = time.monotonic(), 0
    while time.monotonic() - since < 60 and running.poll() is None and colours < _PAINTED:
        time.sleep(0.5)
        colours = stage.colours()
    return colours


def _reports(home: Path, prefix: str) -> list[Path]:
    return sorted(home.rglob(f"crashes/{prefix}*.txt"))


def _lives(pid: int) -> bool:
    """Return whether a process runs; one that has ended and that nobody asks after does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"


def _children_of(pid: int) -> list[int]:
    """Every process below one, at any depth."""
    found, ahead = [], [pid]
    parents: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            parents[parent].append(int(folder.name))
    while ahead:
        below = parents[ahead.pop()]
        found += below
        ahead += below
    return found


def _workers_below(pid: int) -> list[int]:
    found = []
    for child in _children_of(pid):
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        if b"--slicelens-worker" in command or b"--multiprocessing-fork" in command:
            found.append(child)
    return found


def _program_of(pid: int, name: str) -> int:
    """The program itself, below whatever started it (a shell, setpriv): the first of its name that is no worker."""
    workers = set(_workers_below(pid))
    for one in (pid, *_children_of(pid)):
        try:
            if one not in workers and Path(f"/proc/{one}/exe").readlink().name == name:
                return one
        except OSError:
            continue
    return pid
