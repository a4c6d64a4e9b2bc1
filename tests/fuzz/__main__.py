"""`python -m tests.fuzz --count N --seed S [--files …]`: mutate real files, open them all, say what went wrong.

With `--models` the fields of models are mutated instead: of graphs, bundles and files of tensors.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.folder import originals, write_mutants
from tests.fuzz.judge import judged
from tests.fuzz.models import KINDS, fuzz_models


def main() -> int:
    """Exit code 1 where anything went wrong; the folder of mutants is then kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="how many mutated files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30.0, help="the limit for one file or frame")
    parser.add_argument("--files", type=Path, nargs="*", default=[], help="mutate these instead of all real files")
    parser.add_argument("--keep", type=Path, help="write the mutants here and leave them")
    parser.add_argument("--fields", action="store_true", help="mutate fields of NIfTI, NRRD and MetaImage headers")
    parser.add_argument("--models", choices=(*KINDS, "all"), help="mutate fields of models instead of files")
    arguments = parser.parse_args()
    if arguments.models:
        return _fuzz_models(KINDS if arguments.models == "all" else (arguments.models,), arguments)
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="slicelens-fuzz-"))
    kinds = write_mutants(
        folder, count=arguments.count, seed=arguments.seed, files=arguments.files, fields=arguments.fields
    )
    print(f"{len(kinds)} mutants, seed {arguments.seed}, in {folder}", flush=True)
    print(f"damage: {dict(Counter(part for kind in kinds for part in kind.split('+')))}", flush=True)
    began = time.monotonic()
    names = [] if arguments.files else sorted({name for name, _ in originals()})
    verdict = judged(folder, seconds=arguments.seconds, originals=names)
    print("\n".join(verdict.lines))
    print(f"{time.monotonic() - began:.0f} s; {'all well' if not verdict.faults else 'FAULTS:'}")
    print("\n".join(verdict.faults))
    return 1 if verdict.faults else 0


def _fuzz_models(kinds: Sequence[str], arguments: argparse.Namespace) -> int:
    faults: list[str] = []
    for kind in kinds:
        began = time.monotonic()
        verdict = fuzz_models(kind, count=arguments.count, seed=arguments.seed)
        faults += verdict.faults
        print(f"{kind}: {dict(verdict.codes.most_common())}, {time.monotonic() - began:.0f} s", flush=True)
    print("\n".join(faults) or "all well")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
