"""Continuing a bundle: its weights fine-tuned on new cases, then both models judged on the same held-out ones.

The bundle itself is only read. What comes out is a run like any other, to be evaluated further and exported, with two
more files (`continued.json` and `comparison.json`).
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from torch import nn

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Refusal, Skipped
from imaging.base.progress import Job
from inference.bundle.bundle import WEIGHTS_FILE, load_bundle
from inference.cases.training_set import PATH, PERSON, SLICE, TABLE, has_training_table, label_columns
from inference.contract.storage import Bundle
from inference.torch_path.proof import load_bundle_network
from training.data.dataset import list_cases, manifest_sha256
from training.data.split import Split, hash_cases, load_split, make_split
from training.evaluate.evaluate import EvaluationOptions, RunEvaluation, read_metrics, trained_network
from training.evaluate.metrics import COMPARISON, Compared, Metrics, ModelComparison, compare_models
from training.evaluate.operating_point import OperatingPoint
from training.evaluate.predictions import AnswerCache, cache_key, score_cases
from training.fit.fit import FitRequest, fit_run
from training.fit.processes import Processes
from training.fit.runs import BEST, ORIGIN, RECIPE, SPLIT, origin_of, read_origin
from training.recipe.recipe import Cases, CsvTable, Recipe, TrainingCode
from training.recipe.recipe_files import read_recipe, unpack_recipe, write_toml
from training.report.run_report import report_run

CONTINUED_RECIPE, OLD_WEIGHTS, OLD_ANSWERS = "continuing.toml", "old_weights.safetensors", "old_model"


@dataclass(frozen=True)
class ContinueRequest:
    """The wishes of a command line for continuing a bundle."""

    bundle: Path
    data: Path
    run: Path
    cases_as: Recipe | None = None
    """A recipe whose [cases] and [split] say how the new data lie; None: as the bundle's own recipe says."""
    old_data: Path | None = None
    old_split: Path | None = None
    about_data: str = "further cases"
    """The new cases in words, for the card."""
    data_licence: str = "not stated"
    epochs: int = 10
    share_of_rate: float = 0.1
    """The learning rates are this share of those of the bundle's last stage."""
    resume: bool = False
    also: EvaluationOptions = field(default_factory=lambda: EvaluationOptions({}))


@dataclass(frozen=True)
class ContinueOutcome:
    """The comparison of both models, the figures of the new one, and the files left out."""

    comparison: ModelComparison
    metrics: Metrics
    skipped: tuple[Skipped, ...]


def continue_bundle(request: ContinueRequest, processes: Processes) -> Job[ContinueOutcome | None]:
    """Fine-tune, judge, compare; None in all processes but the main one. Raises `Refusal`, before the first epoch."""
    bundle = load_bundle(request.bundle)
    old_model = load_bundle_network(bundle)
    old_split = None
    if (old_data := request.old_data) is not None:
        old_split = yield from processes.run_job_in_main(
            lambda: _restore_old_split(old_data, request.old_split, bundle)
        )
    recipe = processes.run_in_main(lambda: _lay_out_run(request, bundle))
    fitting = FitRequest(
        recipe_file=request.run / CONTINUED_RECIPE,
        recipe=recipe,
        data=request.data,
        run=request.run,
        resume=request.resume,
    )
    outcome = yield from fit_run(fitting, processes)
    if not processes.is_main:
        return None
    judged = yield from report_run(request.run, request.data, request.also)
    if not isinstance(judged, RunEvaluation):
        raise Refusal(TrainingCode.SPLIT, f"{request.data}: these are not the pictures that the run was trained with.")
    new_split, name = load_split(request.run / SPLIT), "held-out new cases (the test part of their split)"
    sets = [(yield from _compare_on(request, bundle, old_model, name, request.data, recipe, new_split))]
    seen_by_old, seen_by_new = None, None
    if old_split is not None and old_data is not None:
        reader = recipe.model_copy(update={"cases": unpack_recipe(bundle).cases})
        name = "old cases (the test part of the split that the bundle was made with)"
        sets.append((yield from _compare_on(request, bundle, old_model, name, old_data, reader, old_split)))
        seen_by_old, seen_by_new = _count_seen(request, bundle, old_split)
    found = ModelComparison(old=origin_of(bundle), sets=tuple(sets), seen_by_old=seen_by_old, seen_by_new=seen_by_new)
    write_with_folder(request.run / COMPARISON, found.model_dump_json(indent=1).encode())
    return ContinueOutcome(found, judged.metrics, (*outcome.skipped, *judged.skipped))


def _lay_out_run(request: ContinueRequest, bundle: Bundle) -> Recipe:
    """Return the run's recipe, its starting weights written beside it; of a run that goes on, the recipe it has."""
    path = request.run / CONTINUED_RECIPE
    if request.resume and path.is_file():
        begun = read_origin(request.run)
        if begun is None or begun.sha256 != bundle.sha256:
            raise Refusal(TrainingCode.RUN, f"{request.run}: the run was begun with another bundle.")
        return read_recipe(path)
    if (request.run / RECIPE).is_file():
        raise Refusal(
            TrainingCode.RUN, f"{request.run}: there is a run in this folder already. Continue it with --resume."
        )
    recipe = derive_recipe(unpack_recipe(bundle), request)
    if manifest_sha256(list_cases(request.data, recipe)) == bundle.contract.provenance.data_manifest_sha256:
        words = "these are the very pictures that the bundle was made with, so there is nothing to continue with."
        raise Refusal(TrainingCode.CASES, f"{request.data}: {words}")
    write_with_folder(request.run / OLD_WEIGHTS, bundle.read(WEIGHTS_FILE))
    write_with_folder(request.run / ORIGIN, origin_of(bundle).model_dump_json(indent=1).encode())
    about = f"# Continues the bundle {bundle.contract.id} {bundle.contract.version} (SHA-256 {bundle.sha256})."
    write_with_folder(path, write_toml(recipe, [about, "# Written by `slicelens-train continue`."]))
    return recipe


def derive_recipe(old: Recipe, request: ContinueRequest) -> Recipe:
    """Return the bundle's recipe with its last stage once more, slower, and the next version number."""
    if request.epochs < 1 or not 0 < request.share_of_rate <= 10:
        words = "epochs must be 1 or more, and the share of the learning rate above 0 and at most 10."
        raise Refusal(TrainingCode.RECIPE, f"The bundle cannot be continued so: {words}")
    last = old.fit.stages[-1]
    stage = last.model_copy(
        update={
            "name": "continued",
            "epochs": request.epochs,
            "head_learning_rate": last.head_learning_rate * request.share_of_rate,
            "backbone_learning_rate": last.backbone_learning_rate * request.share_of_rate,
        }
    )
    given = request.cases_as or describe_own_cases(request.data, old)
    if given.task.names != old.task.names:
        words = f"the bundle tells {', '.join(old.task.names)} apart, the recipe {', '.join(given.task.names)}."
        raise Refusal(TrainingCode.RECIPE, f"{request.bundle}: {words}")
    own = old.bundle
    identity = {
        "version": next_version(own.version),
        "data": f"{own.data}; continued with {request.about_data}",
        "data_licence": f"{own.data_licence}; of what it was continued with: {request.data_licence}",
    }
    limit = (
        f"Continued from {own.id} {own.version} on further cases; what is said above of its training data is true of "
        "that model."
    )
    use = old.intended_use
    return old.model_copy(
        update={
            "bundle": own.model_copy(update=identity),
            "intended_use": use.model_copy(update={"limits": (*use.limits, limit)}),
            "cases": given.cases,
            "split": given.split,
            "network": old.network.model_copy(update={"weights": str((request.run / OLD_WEIGHTS).resolve())}),
            "fit": old.fit.model_copy(update={"stages": (stage,), "limit": None}),
        }
    )


def describe_own_cases(data: Path, old: Recipe) -> Recipe:
    """Return the recipe with the cases told by the table of a training set that the viewer wrote; else as it is.

    Such sets are small, so a fifth each chooses and judges.
    """
    if not has_training_table(data):
        return old
    told = CsvTable(form="table", file=TABLE, path=PATH, labels=label_columns(old.task), person=PERSON, slice=SLICE)
    split = old.split.model_copy(update={"train": 0.6, "validation": 0.2, "test": 0.2, "protocol": "grouped"})
    return old.model_copy(update={"cases": Cases(source=told, may_lack_classes=True), "split": split})


def next_version(version: str) -> str:
    """Return 1.5.0 for 1.4.2; anything else gets `.1` behind it."""
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    return f"{match[1]}.{int(match[2]) + 1}.0" if match else f"{version}.1"


def _restore_old_split(folder: Path, file: Path | None, bundle: Bundle) -> Job[Split]:
    """Return the split that the bundle was made with: from its file, or made again. Raises `Refusal`."""
    recipe, provenance = unpack_recipe(bundle), bundle.contract.provenance
    cases = list_cases(folder, recipe)
    if file is not None:
        split = load_split(file)
    else:
        kept, hashes, _ = yield from hash_cases(cases, recipe)
        split = make_split(kept, hashes, rule=recipe.split, seed=recipe.fit.seed)
    if split.sha256 != provenance.split_sha256:
        told = f"{file}: this" if file is not None else f"{folder}: the split that these pictures give"
        more = "" if file is not None else " Give the split file of the old run with --old-split."
        raise Refusal(TrainingCode.SPLIT, f"{told} is not the split that the bundle was made with.{more}")
    known = {case.name for case in split.cases}
    if manifest_sha256([case for case in cases if case.name in known]) != split.manifest_sha256:
        raise Refusal(TrainingCode.SPLIT, f"{folder}: these are not the pictures that the bundle was made with.")
    return split


def _compare_on(
    request: ContinueRequest,
    bundle: Bundle,
    old_model: nn.Module,
    name: str,
    folder: Path,
    reader: Recipe,
    split: Split,
) -> Job[Compared]:
    """Compare both models on the test part of a split of a folder, whose labels `reader` tells."""
    recipe = read_recipe(request.run / RECIPE)
    cases = list_cases(folder, reader)
    cases = tuple(cases[number] for number in split.indices("test", cases))
    group_of = split.groups()
    groups = [group_of[case.name] for case in cases]
    set_ = f"test {split.sha256[:16]}"
    new_model = trained_network(request.run, recipe, load_split(request.run / SPLIT))
    old_kept = AnswerCache(request.run / OLD_ANSWERS, bundle.sha256)
    new_kept = AnswerCache(request.run / OLD_ANSWERS / "beside", cache_key(request.run / BEST, recipe))
    of_old, _ = yield from score_cases(set_, cases, groups, model=old_model, recipe=recipe, cache=old_kept)
    of_new, _ = yield from score_cases(set_, cases, groups, model=new_model, recipe=recipe, cache=new_kept)
    return compare_models(
        OperatingPoint.of_bundle(bundle, recipe.task).judge(of_old)[0],
        OperatingPoint.restored(read_metrics(request.run), recipe).judge(of_new)[0],
        of_old.groups,
        name=name,
        grouped_by=split.described_groups,
        seed=recipe.fit.seed,
    )


def _count_seen(request: ContinueRequest, bundle: Bundle, old_split: Split) -> tuple[int, int]:
    """Count held-out new cases among the old data, and held-out old ones among those the new model knows."""
    assert request.old_data is not None
    old = list_cases(request.old_data, unpack_recipe(bundle))
    new = list_cases(request.data, read_recipe(request.run / RECIPE))
    new_split = load_split(request.run / SPLIT)
    held_out_new = {new[number].sha256 for number in new_split.indices("test", new)} - {""}
    held_out_old = {old[number].sha256 for number in old_split.indices("test", old)} - {""}
    seen_by_old = held_out_new & {case.sha256 for case in old}
    seen_by_new = held_out_old & ({case.sha256 for case in new} - held_out_new)
    return len(seen_by_old), len(seen_by_new)
