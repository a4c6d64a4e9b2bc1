"""An ensemble as one bundle: one graph that holds the members, judged on the test part of their common split."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from imaging.base.progress import Job
from inference.bundle.bundle import save_bundle
from inference.contract.contract import Contract, Provenance
from inference.graph.walk import MODEL_FILE
from inference.statistics.bootstrap import draw_group_weights, mean_interval
from inference.statistics.metrics import compute_intervals
from training.evaluate.evaluate import compute_metrics
from training.evaluate.metrics import Metrics
from training.evaluate.ood_statistics import STATISTICS, Familiarity, statistics_file
from training.evaluate.operating_point import OperatingPoint, choose_operating_point
from training.evaluate.predictions import decided
from training.export.ensemble_members import (
    LoadedMember,
    MemberAnswers,
    answer_together,
    load_members,
    normalised_shares,
    take_vote,
)
from training.export.export import CARD, build_contract, code_version
from training.fit.runs import package_versions
from training.network.class_maps import ClassMapNetwork
from training.network.ensemble_graph import EnsembleNetwork, average_logits, average_maps
from training.network.onnx_export import Proof, TorchOutput, prove_graph, torch_runner, write_onnx
from training.recipe.recipe import EnsembleRecipe, Recipe
from training.recipe.recipe_files import read_ensemble
from training.report.card import CardNotes, model_card
from training.report.figures import draw_figures
from training.report.rendering import render_text

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
    choice = choose_operating_point(answers.mean["validation"], own)
    familiarity = Familiarity.fitted(
        answers.mean["train"].features, answers.mean["train"].targets, answers.mean["validation"].features
    )
    metrics = compute_metrics(answers.mean, choice, familiarity, recipe=own, split=split)
    standing = tuple(dict.fromkeys(sentence for member in members for sentence in member.standing))
    metrics = metrics.model_copy(update={"standing": standing})
    contract = _ensemble_contract(recipe, own, members, metrics)
    graph, proof = _prove_ensemble(members, own, contract)
    notes = CardNotes(
        figures=FIGURES,
        proof=proof.sentence,
        sections=(_comparison_section(members, answers, choice, own),),
        made=_describe_making(members),
    )
    files = {MODEL_FILE: graph, CARD: model_card(own, metrics, contract, notes).encode()}
    files[STATISTICS] = statistics_file(familiarity.mean, familiarity.precision)
    files |= _draw_bundle_figures(answers, choice, metrics)
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
    content = [recipe.model_dump(mode="json", exclude={"members"}), [(one.source, one.share) for one in members]]
    provenance = Provenance(
        code_version=code_version(),
        seed=own.fit.seed,
        recipe=hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(),
        data=recipe.bundle.data,
        data_manifest_sha256=metrics.data_manifest_sha256,
        split_sha256=metrics.split_sha256,
        base_weights="; ".join(member.source for member in members),
        base_weights_licence="; ".join(dict.fromkeys(member.weights_licence for member in members)),
        environment=package_versions(),
    )
    contract = build_contract(own, metrics, provenance)
    # The layer is another one in each member.
    return contract.model_copy(update={"explanation": contract.explanation.model_copy(update={"target_layer": None})})


def _prove_ensemble(members: Sequence[LoadedMember], own: Recipe, contract: Contract) -> tuple[bytes, Proof]:
    """Return the graph, and the proof that it answers as the members do in torch."""
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
    graph = write_onnx(
        EnsembleNetwork(networks, task=own.task, temperatures=temperatures, shares=shares, grid=grid), shape
    )
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
            logits=average_logits(logits, own.task, temperatures, shares)[0].numpy(),
            cams=average_maps(maps, shares, grid)[0].numpy(),
            features=np.concatenate([one.features for one in each]),
        )

    return graph, prove_graph(graph, contract, run_torch)


def _draw_bundle_figures(answers: MemberAnswers, choice: OperatingPoint, metrics: Metrics) -> dict[str, bytes]:
    """Return the figures by their names in the bundle."""
    judged = {part: choice.judge(answers.mean[part]) for part in ("validation", "test")}
    dots = {choice.label: metrics.threshold} if choice.label is not None and metrics.threshold is not None else {}
    figures = draw_figures(judged, dots=dots, notes=metrics.standing)
    return {f"figures/{name}": figures[name] for name in FIGURES}


def _comparison_section(
    members: Sequence[LoadedMember], answers: MemberAnswers, choice: OperatingPoint, own: Recipe
) -> str:
    """Return members, mean and vote side by side on the test part, and how far the members agree."""
    of_test = [one["test"] for one in answers.each]
    draws = draw_group_weights(answers.mean["test"].groups, seed=own.fit.seed)
    vote, agree = take_vote(members, of_test)
    rows = [
        (member.name, f"{member.share:g}", compute_intervals(member.choice.judge(one)[0], draws))
        for member, one in zip(members, of_test, strict=True)
    ]
    of_vote = compute_intervals(vote, draws)
    # Shares of votes have no area that could be compared with that of probabilities.
    of_vote.pop("auc", None)
    rows += [("**mean**", "", compute_intervals(choice.judge(answers.mean["test"])[0], draws)), ("vote", "", of_vote)]
    right = _find_right(choice, answers, own)
    return render_text(
        "members.md",
        n=len(agree),
        rows=rows,
        agreement=mean_interval(agree.astype(np.float64), draws),
        agreed=[
            (words, int(chosen.sum()), right[chosen].mean() if chosen.any() else 0.0)
            for words, chosen in (("agree", agree), ("do not agree", ~agree))
        ],
    ).rstrip()


def _find_right(choice: OperatingPoint, answers: MemberAnswers, own: Recipe) -> np.ndarray:
    """Tell for each case [N] whether the mean's decision is exactly right in all that was asked."""
    test = answers.mean["test"]
    found = decided(choice.decisions(test), own.task)
    asked = ~np.isnan(test.targets)
    return np.asarray((((test.targets == 1) == found) | ~asked).all(axis=1))


def _describe_making(members: Sequence[LoadedMember]) -> str:
    listed = "\n".join(
        f"- {member.source}, share {member.share:g}, temperature {member.choice.temperature:.3f}" for member in members
    )
    return (
        f"An ensemble of {len(members)} networks in one graph. Each one's logits are divided by its own temperature; "
        "the weighted mean of the probabilities is what comes out, as logarithms, and has a temperature of its own. "
        f"{_MAPS_SENTENCE}\n\n{listed}"
    )
