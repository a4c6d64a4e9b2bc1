"""One of the processes that a test of several starts: fits phantoms by a recipe, and goes wrong where it is told to.

Arguments: the recipe as JSON, the run's folder, and `whole`, `nan` (the slices of the second process are no numbers) or
`killed` (the second process is killed in the second epoch).
"""

import json
import os
import signal
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from imaging.base.errors import Refusal
from tests.training.fit.phantoms import phantoms, split_of
from training.fit.fit import fit
from training.fit.processes import Processes
from training.recipe.recipe import Recipe


def main(recipe_file: str, run: str, what: str) -> int:
    """Fit, and write `told.json` into the run's folder; code 2 where the fit was refused."""
    recipe = Recipe.model_validate_json(Path(recipe_file).read_text(encoding="utf-8"))
    processes = Processes()
    is_victim = processes.number == 1
    prepared = phantoms()
    if what == "nan" and is_victim:
        prepared = replace(prepared, tensors=np.full_like(prepared.tensors, np.nan))
    job = fit(recipe, prepared, split_of(prepared), run=Path(run), resume=False, processes=processes)
    try:
        while True:
            step = next(job)
            if what == "killed" and is_victim and step.doing.startswith("Stage all, epoch 2"):
                os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    except StopIteration as end:
        history = [asdict(epoch) for epoch in end.value]
    except Refusal as refusal:
        print(f"REFUSED: {refusal.message}", file=sys.stderr)
        return 2
    finally:
        processes.close()
    if processes.is_main:
        (Path(run) / "told.json").write_text(json.dumps(history), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
