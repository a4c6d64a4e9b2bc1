"""An ensemble as one bundle: one graph that holds the members, judged on the test part of their common split."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import nn

from imaging.base.errors import Refusal
from imaging.base.progress import Job
from inference.bundle.bundle import load_bundle, save_bundle
from inference.contract.contract import Contract, Provenance, QualityName, Task
from inference.contract.contract_check import CONTRACT_FILE
from inference.graph.walk import MODEL_FILE
from inference.statistics.bootstrap import draw_group_weights, share_interval
from inference.statistics.metrics import compute_intervals
from inference.torch_path.proof import load_bundle_network
from training.data.dataset import Case, list_cases
from training.data.folds import undo_fold
from training.data.split import PARTS, Split, load_split
from training.evaluate.evaluate import compute_metrics, read_metrics, trained_network
from training.evaluate.metrics import Metrics
from training.evaluate.ood_statistics import STATISTICS, Familiarity
from training.evaluate.operating_point import OperatingPoint, choose_operating_point
from training.evaluate.predictions import (
    AnswerCache,
    NetworkAnswers,
    ScoredCases,
    cache_key,
    decided,
    join_cases,
    score_cases,
)
from training.evaluate.qualities import QUALITIES, score_copies
from training.export.export import CARD, build_contract, code_version
from training.fit.runs import BEST, RECIPE, SPLIT, check_split, package_versions
from training.network.class_maps import ClassMapNetwork
from training.network.onnx_export import (
    MEMBERS,
    EnsembleNetwork,
    Proof,
    TorchOutput,
    average_logits,
    average_maps,
    prove_graph,
    torch_runner,
    write_onnx,
)
from training.recipe.ensemble_recipe import EnsembleRecipe
from training.recipe.recipe import Recipe, TrainingCode, json_sha256
from training.recipe.recipe_files import member_folder, read_ensemble, read_recipe, unpack_recipe
from training.report.card import CardNotes, model_card
from training.report.figures import draw_figures
from training.report.rendering import render_text


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
    """Of a fold, the split that it was made of; None for a bundle, which carries its hash only."""
    weights_licence: str
    source: str
    """For the provenance."""
    standing: tuple[str, ...]
    kept: AnswerCache


@dataclass(frozen=True, eq=False)
class JointAnswers:
    """The answers of all members together by one rule."""

    parts: dict[str, ScoredCases]
    """By part of the split."""
    shown: dict[str, dict[QualityName, ScoredCases]]
    """Of validation and test in other qualities."""

    @property
    def tuning(self) -> tuple[ScoredCases, ...]:
        """The validation part as given, then in every other quality."""
        return (self.parts["validation"], *self.shown["validation"].values())


@dataclass(frozen=True, eq=False)
class MemberAnswers:
    """The answers of each member by part, and of all together by the rules `mean` and `vote`."""

    each: tuple[dict[str, ScoredCases], ...]
    together: dict[str, JointAnswers]


def load_members(recipe: EnsembleRecipe, file: Path) -> tuple[tuple[LoadedMember, ...], Split]:
    """Load the members and their common split. Raises `Refusal` if they do not fit together."""
    members = tuple(_load_member(member_folder(one, file), one.share) for one in recipe.members)
    first = members[0]
    for other in members[1:]:
        differs = {
            "labels": other.recipe.task.unreported != first.recipe.task.unreported,
            "input": other.recipe.input != first.recipe.input,
        }
        for what, is_different in differs.items():
            if is_different:
                words = f"{first.name} and {other.name} differ in their {what}: they cannot vote together."
                raise Refusal(TrainingCode.RECIPE, words)
        if other.split_sha256 != first.split_sha256:
            words = "what one was tested on, another was trained on. Fit them with --folds K or the same --split FILE"
            both = f"{first.name} and {other.name} were made with different splits"
            raise Refusal(TrainingCode.SPLIT, f"{both}: {words}.")
    split = next((one.split for one in members if one.split is not None), None)
    if split is None:
        words = "One member at least must be a run: bundles carry the hash of their split only."
        raise Refusal(TrainingCode.SPLIT, words)
    return members, split


def _load_member(folder: Path, share: float) -> LoadedMember:
    if (folder / CONTRACT_FILE).is_file() or folder.suffix == ".slb":
        return _load_bundle_member(folder, share)
    if not (folder / RECIPE).is_file():
        raise Refusal(TrainingCode.RUN, f"{folder}: there is neither a run nor a bundle here.")
    recipe, split, metrics = read_recipe(folder / RECIPE), load_split(folder / SPLIT), read_metrics(folder)
    whole = undo_fold(split)
    return LoadedMember(
        name=folder.name,
        share=share,
        recipe=recipe,
        model=trained_network(folder, recipe, split),
        choice=OperatingPoint.restored(metrics, recipe),
        split_sha256=whole.sha256,
        split=whole,
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
    case_of = {case.name: case for case in cases}
    group_of, each = split.groups(), list[dict[str, ScoredCases]]()
    each_shown = list[dict[str, dict[QualityName, ScoredCases]]]()
    for member in members:
        found, shown = {}, {}
        for part in PARTS:
            of_part = _select_cases(part, members, [cases[number] for number in split.indices(part, cases)])
            groups = [group_of[case.name] for case in of_part]
            found[part], _ = yield from score_cases(
                part, of_part, groups, model=member.model, recipe=member.recipe, cache=member.kept
            )
            if part != "train":
                shown[part] = yield from score_copies(
                    found[part], case_of, QUALITIES, model=member.model, recipe=member.recipe, cache=member.kept
                )
        each.append(found)
        each_shown.append(shown)
    temperatures, shares = [member.choice.temperature for member in members], normalised_shares(members)

    def combine(answers: Sequence[ScoredCases], rule: str) -> ScoredCases:
        return average_answers(answers, recipe.task, temperatures, shares, is_vote=rule == "vote")

    common = [_keep_common([one[part] for one in each]) for part in PARTS]
    common_shown = {
        part: {quality: _keep_common([one[part][quality] for one in each_shown]) for quality in QUALITIES}
        for part in ("validation", "test")
    }
    return MemberAnswers(
        each=tuple(dict(zip(PARTS, answers, strict=True)) for answers in zip(*common, strict=True)),
        together={
            rule: JointAnswers(
                parts={part: combine(answers, rule) for part, answers in zip(PARTS, common, strict=True)},
                shown={
                    part: {quality: combine(answers, rule) for quality, answers in of_part.items()}
                    for part, of_part in common_shown.items()
                },
            )
            for rule in ("mean", "vote")
        },
    )


def _select_cases(part: str, members: Sequence[LoadedMember], cases: list[Case]) -> list[Case]:
    """Return the cases to answer: of the training part those that the first run kept, if any."""
    names = next((set(member.kept.names(part)) for member in members if member.split is not None), set())
    return [case for case in cases if case.name in names] if part == "train" and names else cases


def _keep_common(each: Sequence[ScoredCases]) -> list[ScoredCases]:
    """Return the answers to the cases that every member has, in the order of the first."""
    common = set.intersection(*(set(one.names) for one in each))
    kept = []
    for one in each:
        row_of = {name: row for row, name in enumerate(one.names)}
        kept.append(one.at(np.array([row_of[name] for name in each[0].names if name in common], dtype=np.intp)))
    return kept


def average_answers(
    each: Sequence[ScoredCases],
    task: Task,
    temperatures: Sequence[float],
    shares: Sequence[float],
    *,
    is_vote: bool = False,
) -> ScoredCases:
    """Return the answers of several networks to the same cases as the graph of their ensemble computes them."""
    logits = average_logits([torch.from_numpy(one.logits) for one in each], task, temperatures, shares, is_vote=is_vote)
    features = np.concatenate([one.features for one in each], axis=1)
    return replace(each[0], logits=logits.numpy(), features=features)


def normalised_shares(members: Sequence[LoadedMember]) -> list[float]:
    """Return the members' shares such that they add up to 1."""
    return [member.share / sum(one.share for one in members) for member in members]


def choose_together(answers: MemberAnswers, own: Recipe) -> dict[str, OperatingPoint]:
    """Return the operating point of each rule. Shares of votes have no temperature: they would be shares no longer."""
    untempered = 1.0, "shares of votes have none"
    return {
        rule: choose_operating_point(join_cases(of.tuning), own, temperature=untempered if rule == "vote" else None)
        for rule, of in answers.together.items()
    }


FIGURES = ("confusion.png", "roc.png", "reliability.png")
_MAPS_SENTENCE = (
    "It is the mean of the members' maps, each divided by its strongest value and resized to a common grid."
)


def export_ensemble(file: Path, data: Path, out: Path) -> Job[str]:
    """Judge the members together and write their bundle to `out`; says what was proved. Raises `Refusal`."""
    recipe = read_ensemble(file)
    members, split = load_members(recipe, file)
    answers = yield from answer_together(members, split, data)
    own = _merged_recipe(recipe, members)
    choices, scored = choose_together(answers, own), answers.together[recipe.combine]
    choice = choices[recipe.combine]
    familiarity = Familiarity.fitted(scored.parts["train"], scored.tuning)
    metrics = compute_metrics(scored.parts, choice, familiarity, recipe=own, split=split, shown=scored.shown["test"])
    standing = tuple(dict.fromkeys(sentence for member in members for sentence in member.standing))
    metrics = metrics.model_copy(update={"standing": standing})
    contract = _ensemble_contract(recipe, own, members, metrics)
    graph, proof = _prove_ensemble(members, own, contract, is_vote=recipe.combine == "vote")
    notes = CardNotes(
        figures=FIGURES,
        proof=proof.sentence,
        sections=(_comparison_section(members, answers, choices, own, recipe.combine),),
        made=_describe_making(members, recipe.combine),
    )
    files = {MODEL_FILE: graph, CARD: model_card(own, metrics, contract, notes).encode()}
    files[STATISTICS] = familiarity.statistics()
    files |= _draw_bundle_figures(scored.parts, choice, metrics)
    bundle = save_bundle(out, contract=contract, files=files, answers=proof.answers)
    return f"{out}: {contract.id} {contract.version}, SHA-256 {bundle.sha256}\n{proof.sentence}"


def _merged_recipe(recipe: EnsembleRecipe, members: Sequence[LoadedMember]) -> Recipe:
    """Return the ensemble as a recipe for judging and the card: the first member's, with its own words."""
    first = members[0].recipe
    stand_in = any(member.recipe.judging.stand_in for member in members)
    return first.model_copy(
        update={
            "about": recipe.about,
            "bundle": recipe.bundle,
            "decision": recipe.decision,
            "heatmap_notice": f"{recipe.heatmap_notice} {_MAPS_SENTENCE}",
            "intended_use": recipe.intended_use,
            "judging": first.judging.model_copy(update={"stand_in": stand_in}),
        }
    )


def _ensemble_contract(
    recipe: EnsembleRecipe, own: Recipe, members: Sequence[LoadedMember], metrics: Metrics
) -> Contract:
    """Return its own contract. There is no torch path: that one builds single networks."""
    content = [
        recipe.model_dump(mode="json", exclude={"members"}, exclude_defaults=True),
        [(one.source, one.share) for one in members],
    ]
    provenance = Provenance(
        code_version=code_version(),
        seed=own.fit.seed,
        recipe=json_sha256(content),
        data=recipe.bundle.data,
        data_manifest_sha256=metrics.data_manifest_sha256,
        split_sha256=metrics.split_sha256,
        base_weights="; ".join(member.source for member in members),
        base_weights_licence="; ".join(dict.fromkeys(member.weights_licence for member in members)),
        environment=package_versions(),
    )
    contract = build_contract(own, metrics, provenance)
    # The layer is another one in each member.
    explanation = contract.explanation.model_copy(update={"target_layer": None})
    output = contract.output.model_copy(update={"members": MEMBERS})
    return contract.model_copy(update={"explanation": explanation, "output": output})


def _prove_ensemble(
    members: Sequence[LoadedMember], own: Recipe, contract: Contract, *, is_vote: bool
) -> tuple[bytes, Proof]:
    shape = (own.input.channels, *own.input.size)
    networks = [
        ClassMapNetwork(
            member.model,
            shape=shape,
            target_layer=member.recipe.network.target_layer,
            familiarity_layers=member.recipe.network.familiarity_layers,
        )
        for member in members
    ]
    with torch.no_grad():
        sizes = [tuple(one(torch.zeros(1, *shape))[1].shape[2:]) for one in networks]
    grid = (max(rows for rows, _ in sizes), max(columns for _, columns in sizes))
    shares = normalised_shares(members)
    temperatures = [member.choice.temperature for member in members]
    network = EnsembleNetwork(
        networks, task=own.task, temperatures=temperatures, shares=shares, grid=grid, is_vote=is_vote
    )
    graph = write_onnx(network, shape, has_members=True)
    runners = [
        torch_runner(
            member.model,
            target_layer=member.recipe.network.target_layer,
            familiarity_layers=member.recipe.network.familiarity_layers,
        )
        for member in members
    ]

    def run_torch(tensor: np.ndarray) -> TorchOutput:
        each = [run(tensor) for run in runners]
        logits = [torch.from_numpy(one.logits)[None] for one in each]
        maps = [torch.from_numpy(one.cams)[None] for one in each]
        return TorchOutput(
            logits=average_logits(logits, own.task, temperatures, shares, is_vote=is_vote)[0].numpy(),
            cams=average_maps(maps, shares, grid)[0].numpy(),
            features=np.concatenate([one.features for one in each]),
        )

    return graph, prove_graph(graph, contract, run_torch)


def _draw_bundle_figures(scored: dict[str, ScoredCases], choice: OperatingPoint, metrics: Metrics) -> dict[str, bytes]:
    judged = {part: choice.judge(scored[part]) for part in ("validation", "test")}
    dots = {choice.label: metrics.threshold} if choice.label is not None and metrics.threshold is not None else {}
    figures = draw_figures(judged, dots=dots, notes=metrics.standing)
    return {f"figures/{name}": figures[name] for name in FIGURES}


def _comparison_section(
    members: Sequence[LoadedMember],
    answers: MemberAnswers,
    choices: dict[str, OperatingPoint],
    own: Recipe,
    decides: Literal["mean", "vote"],
) -> str:
    """Return members, mean and vote side by side on the test part, and how far the members agree."""
    test = {rule: of.parts["test"] for rule, of in answers.together.items()}
    draws = draw_group_weights(test[decides].groups, seed=own.fit.seed)
    rows = [
        (member.name, f"{member.share:g}", compute_intervals(member.choice.judge(one["test"])[0], draws))
        for member, one in zip(members, answers.each, strict=True)
    ]
    for rule, scored in test.items():
        figures = compute_intervals(choices[rule].judge(scored)[0], draws)
        if rule == "vote":
            # Shares of votes have no area that could be compared with that of probabilities.
            figures.pop("auc", None)
        rows.append((f"**{rule}**" if rule == decides else rule, "", figures))
    votes = choices["vote"].probabilities(test["vote"])
    agree = np.asarray(((votes < 1e-3) | (votes > 1 - 1e-3)).all(axis=1))
    right = _find_right(choices[decides], test[decides], own)
    return render_text(
        "members.md",
        n=len(agree),
        decides=decides,
        rows=rows,
        agreement=share_interval(agree, draws),
        agreed=[
            (words, int(chosen.sum()), right[chosen].mean() if chosen.any() else 0.0)
            for words, chosen in (("agree", agree), ("do not agree", ~agree))
        ],
    ).rstrip()


def _find_right(choice: OperatingPoint, test: ScoredCases, own: Recipe) -> np.ndarray:
    """Tell for each case [N] whether the decision is exactly right in all that was asked."""
    found = decided(choice.decisions(test), own.task)
    asked = ~np.isnan(test.targets)
    return np.asarray((((test.targets == 1) == found) | ~asked).all(axis=1))


_RULES = {
    "mean": "Each one's logits are divided by its own temperature; the weighted mean of the probabilities is what "
    "comes out, as logarithms, and has a temperature of its own.",
    "vote": "Each one votes for its most probable label (in each head; a label alone, from 0.5); the weighted shares "
    "of the votes are what comes out, as logarithms, without a temperature. Equal shares are a tie: probabilities are "
    "equal then, and the decision rule says what follows.",
}


def _describe_making(members: Sequence[LoadedMember], rule: Literal["mean", "vote"]) -> str:
    listed = "\n".join(
        f"- {member.source}, share {member.share:g}, temperature {member.choice.temperature:.3f}" for member in members
    )
    return f"An ensemble of {len(members)} networks in one graph. {_RULES[rule]} {_MAPS_SENTENCE}\n\n{listed}"
