"""The smoke test of a built program: `python build_spec/smoke.py PROGRAM`.

Runs it as a stranger's machine would: in an empty environment, as another user where we are root (the program's folder
is read-only then), from a working directory in which numpy.py, cv2.py and Qt plug-ins are planted, with a home whose
name has spaces and umlauts, under Xvfb. Standard library only. What the source run says is asked of `--source` (the
environment of `dev.py`) or read from `--expected`, which `--write-expected` writes. One line a check; ends by itself;
exit code 1 where one failed.

  python build_spec/smoke.py dist/lite/slicelens/slicelens
  python build_spec/smoke.py /opt/slicelens/slicelens --chroot /tmp/debian --expected expected.json
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from smoke_checks import (
    about,
    bad_input,
    damaged,
    formats,
    goldens,
    left_alone,
    models,
    pixels,
    slot_exception,
    surviving_a_crash,
    window,
    workers,
)
from smoke_stage import Expected, Line, Stage

_LIMIT = 1500.0
CHECKS: tuple[Callable[[Stage, Expected], Iterator[Line]], ...] = (
    about, window, pixels, formats, goldens, models, workers, slot_exception, surviving_a_crash, bad_input, damaged,
    left_alone,
)  # fmt: skip
# What neither reads /proc nor looks at the screen of Xvfb: the part of the test that Windows and macOS have as well.
EVERYWHERE = (about, pixels, formats, goldens, models)


def main() -> int:
    """Run every check; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, nargs="?", help="the built program's executable")
    parser.add_argument("--source", type=Path, default=Path(sys.executable), help="Python of the source's environment")
    parser.add_argument("--expected", type=Path, help="what the source says, instead of asking it")
    parser.add_argument("--write-expected", type=Path, help="only ask the source, write its answers there, and end")
    parser.add_argument("--chroot", type=Path, help="run the program within this root; its path is as seen from inside")
    parser.add_argument("--display", type=int, default=87, help="number of the display that Xvfb opens (default 87)")
    parser.add_argument("--only", help="names of checks, separated by commas")
    options = parser.parse_args()
    began = time.monotonic()
    place = (options.chroot / "tmp" if options.chroot else Path(tempfile.gettempdir())).resolve()
    with tempfile.TemporaryDirectory(prefix="slicelens smöke ", dir=place) as folder:
        expected = Expected.read(options.expected) if options.expected else None
        stage = Stage(
            Path(folder), options.program, root=options.chroot, display=options.display, deadline=began + _LIMIT
        )
        if expected is None:
            expected = Expected.from_source(options.source, stage.files)
        if options.write_expected:
            options.write_expected.write_text(json.dumps(expected.document), encoding="utf-8")
            return 0
        if options.program is None:
            parser.error("name the program")
        failed = _run(stage, expected, only=options.only.split(",") if options.only else [])
    print(f"{'all checks passed' if not failed else f'{failed} checks failed'} after {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


def _run(stage: Stage, expected: Expected, *, only: list[str]) -> int:
    """Every check, each line printed as it comes; the number of those that failed."""
    failed = 0
    with stage:
        for check in CHECKS:
            if (only and check.__name__ not in only) or (
                not sys.platform.startswith("linux") and check not in EVERYWHERE
            ):
                continue
            try:
                for line in check(stage, expected):
                    failed += not line.ok
                    print(f"{'ok    ' if line.ok else 'FAILED'}  {line.name}: {line.says}", flush=True)
            except TimeoutError as late:
                failed += 1
                print(f"FAILED  {check.__name__}: it did not end in time ({late})", flush=True)
            if time.monotonic() > stage.deadline:
                print("FAILED  the time for all checks is over", flush=True)
                return failed + 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
