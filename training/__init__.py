"""How a model is made, judged and exported. Imports `inference` and `imaging`, never the desktop.

    from pathlib import Path
    from training import FitRequest, Processes, audit_folder, export_run, finish, fit_run, read_recipe, report_run

    data, recipe_file, run = Path("data"), Path("recipe.toml"), Path("runs/first")
    found = finish(audit_folder(data))
    fitted = finish(fit_run(FitRequest(recipe_file, read_recipe(recipe_file), data, run), Processes()))
    judged = finish(report_run(run, data))
    export_run(run, Path("bundle"))

The names below are imported when they are asked for, so that `import training` loads neither torch nor NumPy. What
takes long is a job: `finish` runs it to its end, `finish(job, print)` tells of each step. `docs/train_a_model.ipynb`
goes through all of it.
"""

from importlib import import_module
from typing import Any

from imaging.base.private_cache import keep_cache_private

# torch's is a folder in the temporary folder, from which it reads what anybody may have put there.
keep_cache_private("TORCHINDUCTOR_CACHE_DIR", "torch")

_MODULES = {
    "imaging.base.errors": ("Refusal",),
    "imaging.base.progress": ("finish",),
    "training.audit.audit": ("FolderHints", "audit_folder"),
    "training.audit.label_noise": ("rank_labels",),
    "training.compare.cross_validate": ("cross_validate",),
    "training.compare.compare_splits": ("SplitRequest", "compare_splits"),
    "training.compare.continue_bundle": ("ContinueRequest", "continue_bundle"),
    "training.data.dataset": ("list_cases",),
    "training.data.split": ("hash_cases", "load_split", "make_split", "save_split"),
    "training.evaluate.evaluate": ("EvaluationOptions", "evaluate_run", "read_metrics", "trained_network"),
    "training.evaluate.out_of_fold": ("read_out_of_fold",),
    "training.export.ensemble": ("export_ensemble",),
    "training.export.export": ("export_run",),
    "training.fit.fit": ("FitRequest", "fit_run"),
    "training.fit.processes": ("Processes",),
    "training.recipe.recipe": ("Recipe",),
    "training.recipe.recipe_files": ("Overrides", "read_recipe", "recipe_path"),
    "training.report.audit_report": ("write_report",),
    "training.report.label_report": ("report_labels",),
    "training.report.run_report": ("report_run",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Return one of the names above from its module."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    """Return the names above, for a prompt that completes them."""
    return sorted([*globals(), *_MODULE_OF])
