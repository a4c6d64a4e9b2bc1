"""Cross-validation: one fit for each fold, and what the networks say of the cases that they did not learn from.

Every fold is an ordinary run in its own folder. A case of the training part is answered by the one network that held it
out; cases of validation and test, from which none learned, by all together, as the folds' ensemble answers them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Refusal, Skipped
from imaging.base.progress import Job, Milestone
from inference.contract.contract import ContractPart, Evaluation, Interval
from inference.statistics.bootstrap import draw_group_weights
from inference.statistics.judged_cases import JudgedCases
from training.data.dataset import Case, list_cases
from training.data.folds import HELD_OUT, make_folds
from training.data.split import Split, hash_cases, load_split, make_split, save_split
from training.evaluate.evaluate import EvaluationOptions, evaluate_cases, list_caveats, read_metrics, trained_network
from training.evaluate.operating_point import OperatingPoint, choose_operating_point
from training.evaluate.out_of_fold import OutOfFold
from training.evaluate.predictions import AnswerCache, ScoredCases, cache_key, score_cases
from training.export.ensemble import average_answers
from training.fit import runs
from training.fit.fit import FitRequest, fit_run
from training.fit.processes import Processes
from training.recipe.ensemble_recipe import EnsembleMember, EnsembleRecipe
from training.recipe.recipe import Recipe, TrainingCode
from training.recipe.recipe_files import FOLDS, read_recipe, write_toml
from training.report.rendering import render_text
from training.report.run_report import predictions_csv, report_run

RESULT, ROWS, TABLE = "folds.json", "folds.md", "out_of_fold.csv"


class CrossValidation(ContractPart):
    """A fit in folds: how it was begun and, when all is done, the figures."""

    recipe: str
    recipe_sha256: str
    folds: int
    overrides: dict[str, str | int]
    each: tuple[Evaluation, ...] = ()
    """Each fold on the cases that it held out, by its own rule."""
    held_out: Evaluation | None = None
    """All of these together."""
    ece: Interval | None = None
    """Of all of them, after each fold's own temperature."""
    ensemble: Evaluation | None = None
    """All networks together on the test part; None if the recipe keeps none."""
    standing: tuple[str, ...] = ()


def cross_validate(
    request: FitRequest, count: int, processes: Processes
) -> Job[tuple[CrossValidation, tuple[Skipped, ...]] | None]:
    """Fit fold by fold, then judge; what is done is not done again. None in all processes but the main one.

    Raises `Refusal` as `fit_run` does; SPLIT for too few groups, CHECKPOINT if the folder was begun otherwise.
    """
    begun, skipped = yield from processes.run_job_in_main(lambda: _lay_out_folds(request, count))
    for number, folder in enumerate(_fold_folders(request.run, count), start=1):
        yield Milestone("Folds", number, count, f"fold {number} of {count}")
        fold = replace(request, run=folder, split_file=folder / runs.SPLIT, resume=request.resume)
        if not processes.run_in_main(partial(_is_fitted, fold)):
            skipped = (yield from fit_run(fold, processes)).skipped or skipped
    if not processes.is_main:
        return None
    found = yield from _judge_folds(request, begun)
    return found, skipped


def _fold_folders(run: Path, count: int) -> list[Path]:
    return [run / f"fold_{number}" for number in range(1, count + 1)]


def _lay_out_folds(request: FitRequest, count: int) -> Job[tuple[CrossValidation, tuple[Skipped, ...]]]:
    """Make the split of the whole and those of the folds, unless they are there."""
    run = request.run
    wanted = CrossValidation(
        recipe=request.recipe_file.stem,
        recipe_sha256=request.recipe.digest,
        folds=count,
        overrides=request.overrides.given,
    )
    begun = runs.read_run_file(run / RESULT, CrossValidation)
    if (begun is not None or (run / runs.RECIPE).is_file()) and not request.resume:
        raise Refusal(TrainingCode.RUN, f"{run}: there is a run in this folder already. Continue it with --resume.")
    if begun is not None:
        if (begun.recipe_sha256, begun.folds) != (wanted.recipe_sha256, count):
            words = f"the folder was begun with {begun.folds} folds of the recipe {begun.recipe}"
            raise Refusal(TrainingCode.CHECKPOINT, f"{run}: {words}; go on with the same, or take another folder.")
        return begun, ()
    skipped: tuple[Skipped, ...] = ()
    if request.split_file is not None:
        split = load_split(request.split_file)
    else:
        recipe = request.overrides.apply(request.recipe)
        kept, hashes, skipped = yield from hash_cases(list_cases(request.data, recipe), recipe)
        split = make_split(kept, hashes, rule=recipe.split, seed=recipe.fit.seed)
    for folder, fold in zip(_fold_folders(run, count), make_folds(split, count), strict=True):
        save_split(fold, folder / runs.SPLIT)
    save_split(split, run / runs.SPLIT)
    write_with_folder(run / RESULT, wanted.model_dump_json(indent=1).encode())
    return wanted, skipped


def _is_fitted(fold: FitRequest) -> bool:
    """Tell whether a fold's fit has ended. Raises `Refusal` (CHECKPOINT) if it was begun with other options."""
    if not (fold.run / runs.RECIPE).is_file():
        return False
    runs.resolve_recipe(fold.run, recipe=fold.recipe, overrides=fold.overrides, resume=True)
    return runs.read_facts(fold.run).seconds > 0


@dataclass(frozen=True, eq=False)
class _Fold:
    """A fold's network: what it chose on the validation part, and its answers to each part that it did not learn."""

    choice: OperatingPoint
    scored: dict[str, ScoredCases]


def _judge_folds(request: FitRequest, begun: CrossValidation) -> Job[CrossValidation]:
    """Let each fold answer what it held out, write all answers, the figures and the recipe of the ensemble."""
    folders = _fold_folders(request.run, begun.folds)
    recipe, split = read_recipe(folders[0] / runs.RECIPE), load_split(request.run / runs.SPLIT)
    cases = list_cases(request.data, recipe)
    folds = []
    for folder in folders:
        folds.append((yield from _answer_fold(folder, request.data, cases, recipe)))
    held_out = [
        (replace(fold.scored[HELD_OUT], part=folder.name), fold.choice)
        for folder, fold in zip(folders, folds, strict=True)
    ]
    together = _answer_together(folds, recipe)
    found = begun.model_copy(update=_compute_figures(held_out, together, recipe, split))
    found = found.model_copy(update={"standing": list_caveats(folders[0], recipe)})
    answered = [*held_out, *together.values()]
    OutOfFold.collected(answered).save(request.run)
    write_with_folder(request.run / TABLE, predictions_csv(answered))
    if "test" in together:
        ensemble = _recipe_of_ensemble(recipe, folders)
        header = ["# The ensemble of the folds beside this file: slicelens-train export THIS_FOLDER --data D --out B"]
        write_with_folder(request.run / FOLDS, write_toml(ensemble, header))
    write_with_folder(request.run / ROWS, render_text("folds.md", found=found).encode())
    write_with_folder(request.run / RESULT, found.model_dump_json(indent=1).encode())
    return found


def _answer_fold(run: Path, data: Path, cases: Sequence[Case], recipe: Recipe) -> Job[_Fold]:
    """Judge a fold as a run of its own, if there is a test part, and let it answer what it held out."""
    split = load_split(run / runs.SPLIT)
    model, group_of, scored = trained_network(run, recipe, split), split.groups(), {}
    has_test = len(split.indices("test", cases)) > 0
    if has_test:
        yield from report_run(run, data, EvaluationOptions({}, explained=False))
    cache = AnswerCache(run, cache_key(run / runs.BEST, recipe))
    for part in (HELD_OUT, "validation", *(["test"] if has_test else [])):
        of_part = [cases[number] for number in split.indices(part, cases)]
        groups = [group_of[case.name] for case in of_part]
        scored[part], _ = yield from score_cases(part, of_part, groups, model=model, recipe=recipe, cache=cache)
    if has_test:
        return _Fold(OperatingPoint.restored(read_metrics(run), recipe), scored)
    return _Fold(choose_operating_point(scored["validation"], recipe), scored)


def _answer_together(folds: Sequence[_Fold], recipe: Recipe) -> dict[str, tuple[ScoredCases, OperatingPoint]]:
    """Return the answers of all networks together to what none learned from, by part, and their common choice."""
    temperatures, shares = [fold.choice.temperature for fold in folds], [1 / len(folds)] * len(folds)
    mean = {
        part: average_answers([fold.scored[part] for fold in folds], recipe.task, temperatures, shares)
        for part in folds[0].scored
        if part != HELD_OUT
    }
    choice = choose_operating_point(mean["validation"], recipe)
    return {part: (answers, choice) for part, answers in mean.items()}


def _compute_figures(
    held_out: Sequence[tuple[ScoredCases, OperatingPoint]],
    together: dict[str, tuple[ScoredCases, OperatingPoint]],
    recipe: Recipe,
    split: Split,
) -> dict[str, object]:
    """Return the figures of `CrossValidation`; intervals are drawn over whole groups, across folds."""

    def evaluate(pairs: Sequence[tuple[ScoredCases, OperatingPoint]], words: str) -> tuple[Evaluation, Interval]:
        judged = [choice.judge(one)[0] for one, choice in pairs]
        cases = JudgedCases(
            recipe.task,
            np.concatenate([one.targets for one in judged]),
            np.concatenate([one.probabilities for one in judged]),
            np.concatenate([one.decided for one in judged]),
        )
        draws = draw_group_weights([group for one, _ in pairs for group in one.groups], seed=recipe.fit.seed)
        return evaluate_cases(cases, draws, split=words, grouped_by=split.described_groups)

    whole, ece = evaluate(held_out, "held out, all folds")
    return {
        "each": tuple(evaluate([pair], f"held out, {pair[0].part}")[0] for pair in held_out),
        "held_out": whole,
        "ece": ece,
        "ensemble": evaluate([together["test"]], "test, all folds together")[0] if "test" in together else None,
    }


def _recipe_of_ensemble(recipe: Recipe, folders: Sequence[Path]) -> EnsembleRecipe:
    """Return the recipe by which `export` makes one bundle of the folds."""
    own, count = recipe.bundle, len(folders)
    identity = {"id": f"{own.id}-folds", "name": f"{own.name} ({count} folds)"}
    return EnsembleRecipe(
        kind="ensemble",
        about=f"{count} folds of one recipe, by the mean of their calibrated probabilities. {recipe.about}",
        bundle=own.model_copy(update=identity),
        members=tuple(EnsembleMember(path=folder.name) for folder in folders),
        decision=recipe.decision,
        heatmap_notice=recipe.heatmap_notice,
        intended_use=recipe.intended_use,
    )
