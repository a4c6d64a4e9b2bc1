"""Members of an ensemble, and their answers to the cases of their common split."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from imaging.base.errors import Refusal
from imaging.base.progress import Job
from inference.bundle.bundle import load_bundle
from inference.classify.decision import AMBIGUOUS
from inference.contract.contract_check import CONTRACT_FILE
from inference.statistics.judged_cases import JudgedCases
from inference.torch_path.proof import load_bundle_network
from training.data.dataset import Case, list_cases
from training.data.split import Split, load_split
from training.evaluate.evaluate import read_metrics, trained_network
from training.evaluate.operating_point import OperatingPoint
from training.evaluate.predictions import AnswerCache, NetworkAnswers, ScoredCases, cache_key, decided, score_cases
from training.fit.runs import BEST, RECIPE, SPLIT, check_split
from training.network.ensemble_graph import average_logits
from training.recipe.codes import TrainingCode
from training.recipe.recipe import EnsembleRecipe, Recipe
from training.recipe.recipe_files import member_folder, read_recipe, unpack_recipe

PARTS = ("train", "validation", "test")


class _BorrowedCache(AnswerCache):
    """The answers that a run keeps, to be read; other answers are not written into somebody's run."""

    def keep(self, name: str, answers: NetworkAnswers) -> None:
        """Add a set, in memory only."""
        self._sets[name] = answers


@dataclass(frozen=True, eq=False)
class LoadedMember:
    """A member, ready to be run."""

    name: str
    share: float
    recipe: Recipe
    model: nn.Module
    choice: OperatingPoint
    split_sha256: str
    split: Split | None
    """None for a bundle, which carries its hash only."""
    weights_licence: str
    source: str
    """For the provenance."""
    standing: tuple[str, ...]
    kept: AnswerCache


@dataclass(frozen=True, eq=False)
class MemberAnswers:
    """The answers of the members and of their mean to each part of the split."""

    mean: dict[str, ScoredCases]
    each: tuple[dict[str, ScoredCases], ...]


def load_members(recipe: EnsembleRecipe, file: Path) -> tuple[tuple[LoadedMember, ...], Split]:
    """Load the members and their common split. Raises `Refusal` if they do not fit together."""
    members = tuple(_load_member(member_folder(one, file), one.share) for one in recipe.members)
    first = members[0]
    for other in members[1:]:
        if other.recipe.task != first.recipe.task:
            raise _mismatch(first, other, "labels")
        if other.recipe.input != first.recipe.input:
            raise _mismatch(first, other, "input")
        if other.split_sha256 != first.split_sha256:
            words = "what one was tested on, another was trained on. Fit them with --split FILE, the same for all"
            raise Refusal(
                TrainingCode.SPLIT, f"{first.name} and {other.name} were made with different splits: {words}."
            )
    split = next((one.split for one in members if one.split is not None), None)
    if split is None:
        raise Refusal(
            TrainingCode.SPLIT, "One member at least must be a run: bundles carry the hash of their split only."
        )
    return members, split


def _mismatch(first: LoadedMember, other: LoadedMember, what: str) -> Refusal:
    return Refusal(
        TrainingCode.RECIPE, f"{first.name} and {other.name} differ in their {what}: they cannot vote together."
    )


def _load_member(folder: Path, share: float) -> LoadedMember:
    if (folder / CONTRACT_FILE).is_file() or folder.suffix == ".slb":
        return _load_bundle_member(folder, share)
    if not (folder / RECIPE).is_file():
        raise Refusal(TrainingCode.RUN, f"{folder}: there is neither a run nor a bundle here.")
    recipe, split, metrics = read_recipe(folder / RECIPE), load_split(folder / SPLIT), read_metrics(folder)
    return LoadedMember(
        name=folder.name,
        share=share,
        recipe=recipe,
        model=trained_network(folder, recipe, split),
        choice=OperatingPoint.restored(metrics, recipe),
        split_sha256=split.sha256,
        split=split,
        weights_licence=recipe.bundle.weights_licence,
        source=f"{folder.name} ({recipe.network.architecture}, recipe SHA-256 {recipe.digest})",
        standing=metrics.standing,
        kept=_BorrowedCache(folder, cache_key(folder / BEST, recipe)),
    )


def _load_bundle_member(path: Path, share: float) -> LoadedMember:
    bundle = load_bundle(path)
    contract, recipe = bundle.contract, unpack_recipe(bundle)
    return LoadedMember(
        name=contract.id,
        share=share,
        recipe=recipe,
        model=load_bundle_network(bundle),
        choice=OperatingPoint.of_bundle(bundle, recipe.task),
        split_sha256=contract.provenance.split_sha256,
        split=None,
        weights_licence=contract.weights_licence,
        source=f"bundle {contract.id} {contract.version} (SHA-256 {bundle.sha256})",
        standing=(),
        kept=_BorrowedCache(path, bundle.sha256),
    )


def answer_together(members: Sequence[LoadedMember], split: Split, data: Path) -> Job[MemberAnswers]:
    """Return the answers of all members; those that runs keep are read. Raises `Refusal` (SPLIT)."""
    recipe = members[0].recipe
    cases = list_cases(data, recipe)
    check_split(split, cases, data)
    each: list[dict[str, ScoredCases]] = []
    for member in members:
        found = {}
        for part in PARTS:
            of_part = _select_cases(part, members, [cases[number] for number in split.indices(part, cases)])
            groups = [split.groups()[case.name] for case in of_part]
            found[part], _ = yield from score_cases(
                part, of_part, groups, model=member.model, recipe=member.recipe, cache=member.kept
            )
        each.append(found)
    each = [{part: _keep_cases(one[part], _common_names(each, part)) for part in PARTS} for one in each]
    return MemberAnswers({part: _average_answers(members, [one[part] for one in each]) for part in PARTS}, tuple(each))


def _select_cases(part: str, members: Sequence[LoadedMember], cases: list[Case]) -> list[Case]:
    """Return the cases to answer: of the training part those that the first run kept, if any."""
    names = next((set(member.kept.names(part)) for member in members if member.split is not None), set())
    return [case for case in cases if case.name in names] if part == "train" and names else cases


def _common_names(each: Sequence[dict[str, ScoredCases]], part: str) -> list[str]:
    """Return the names that every member could read, in the first one's order."""
    sets = [set(one[part].names) for one in each]
    return [name for name in each[0][part].names if all(name in names for names in sets)]


def _keep_cases(scored: ScoredCases, names: Sequence[str]) -> ScoredCases:
    row_of = {name: row for row, name in enumerate(scored.names)}
    rows = [row_of[name] for name in names]
    return replace(
        scored,
        names=tuple(names),
        groups=tuple(scored.groups[row] for row in rows),
        labels=tuple(scored.labels[row] for row in rows),
        targets=scored.targets[rows],
        logits=scored.logits[rows],
        features=scored.features[rows],
    )


def _average_answers(members: Sequence[LoadedMember], each: Sequence[ScoredCases]) -> ScoredCases:
    """Return the answers of the ensemble, as `training.network.ensemble_graph` computes them."""
    logits = average_logits(
        [torch.from_numpy(one.logits) for one in each],
        members[0].recipe.task,
        [member.choice.temperature for member in members],
        normalised_shares(members),
    )
    features = np.concatenate([one.features for one in each], axis=1)
    return replace(each[0], logits=logits.numpy(), features=features)


def normalised_shares(members: Sequence[LoadedMember]) -> list[float]:
    """Return the members' shares such that they add up to 1."""
    return [member.share / sum(one.share for one in members) for member in members]


def take_vote(members: Sequence[LoadedMember], each: Sequence[ScoredCases]) -> tuple[JudgedCases, NDArray[np.bool_]]:
    """Return the decision that most members (by their shares) came to, and whether all agree [N].

    Ties are ambiguous. The probabilities are the shares of votes for each label.
    """
    task = members[0].recipe.task
    words = [member.choice.decisions(one) for member, one in zip(members, each, strict=True)]
    chosen = []
    for ballot in zip(*words, strict=True):
        votes: dict[str, float] = defaultdict(float)
        for word, member in zip(ballot, members, strict=True):
            votes[word] += member.share
        most = max(votes.values())
        winners = [word for word, count in votes.items() if count >= most - 1e-9]
        chosen.append(winners[0] if len(winners) == 1 else AMBIGUOUS)
    shares = sum(
        (
            np.float32(member.share) * decided(one, task).astype(np.float32)
            for member, one in zip(members, words, strict=True)
        ),
        np.zeros(each[0].targets.shape, dtype=np.float32),
    ) / np.float32(sum(member.share for member in members))
    agree = np.array([len(set(ballot)) == 1 for ballot in zip(*words, strict=True)], dtype=np.bool_)
    return JudgedCases(task, each[0].targets, np.asarray(shares), decided(tuple(chosen), task)), agree
