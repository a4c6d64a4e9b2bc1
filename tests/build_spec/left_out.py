"""Runs `selftest` from source with every module kept from it that the built program of an edition leaves out.

`python left_out.py EDITION`: the last line names the modules that were asked for in vain; the exit code is selftest's.
"""

import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "build_spec")]

from contents import Contents  # noqa: E402  its folder is on the path only now

CONTENTS = Contents.read(ROOT / "build_spec" / "contents.toml", sys.argv[1])
ASKED: set[str] = set()
SAMPLES = {package for package, _ in CONTENTS.samples}
find_spec = importlib.util.find_spec


class Gate:
    """A finder that lets nothing through that is left out."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if CONTENTS.leaves_out_module(name):
            ASKED.add(name)
            raise ModuleNotFoundError(name, name=name)


def found(name: str, package: str | None = None) -> ModuleSpec | None:
    """`find_spec` as it answers in the built program: folders of samples are there, what is left out is not."""
    if name in SAMPLES:
        sys.meta_path.remove(GATE)
        try:
            return find_spec(name, package)
        finally:
            sys.meta_path.insert(0, GATE)
    return None if CONTENTS.leaves_out_module(name) else find_spec(name, package)


GATE = Gate()
sys.meta_path.insert(0, GATE)  # type: ignore[arg-type]
importlib.util.find_spec = found

from importlib import import_module  # noqa: E402

for module in (
    "desktop.app",
    "desktop.wiring.wiring",
    "desktop.controllers.document",
    "desktop.controllers.view",
    "desktop.controllers.model",
    "SimpleITK",
):
    import_module(module)

code = import_module("desktop.main").main(["selftest"])
print(sorted(ASKED))
sys.exit(code)
