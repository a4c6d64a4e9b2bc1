"""`python3 dev.py bench [NAME ...]`: runs bench_*.py and prints their table; exit code 1 where an aim was missed."""

import importlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks.harness import Row, table

FOLDER = Path(__file__).resolve().parent


def names() -> list[str]:
    """All benchmarks, without the `bench_` of their files."""
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def measure(name: str, *, rounds: int | None = None) -> list[Row]:
    """Run one benchmark; `rounds` of 1 is the shortest that touches everything, None what the benchmark thinks fit."""
    module = importlib.import_module(f"tests.benchmarks.bench_{name}")
    rows = module.run() if rounds is None else module.run(rounds=rounds)
    return list(rows)


def main(wanted: Iterable[str]) -> int:
    """Run the named benchmarks, or all."""
    chosen = [name.removeprefix("bench_") for name in wanted] or names()
    if unknown := sorted(set(chosen) - set(names())):
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(names())}.", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name in chosen:
        print(f"{name} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as home:
            # What a person has drawn or chosen, or the benchmark before has, must not change a figure.
            os.environ |= dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA"), home)
            rows += measure(name)
    print(f"\n{os.cpu_count()} cores, medians, spread = quartiles (of the ratio where there is one)\n")
    print(table(rows))
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
