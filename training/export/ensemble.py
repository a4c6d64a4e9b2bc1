"""An ensemble as one bundle: one graph that holds the members, judged on the test part of their common split."""

import hashlib
import json
import tempfile
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
from training.export.ensemble_members import Loaded, Together, asked_together, load_members, voted
from training.export.export import CARD, code_version, contract_with
from training.fit.runs import package_versions
from training.network.class_maps import Explained
from training.network.ensemble_graph import Ensemble, mean_logits, mean_maps
from training.network.onnx_export import Proof, TorchOutput, asked, onnx_file, prove
from training.recipe.recipe import EnsembleRecipe, Recipe
from training.recipe.recipe_files import read_ensemble
from training.report.card import CardNotes, model_card
from training.report.figures import draw_figures
from training.report.rendering import render_text

FIGURES = ("confusion.png", "roc.png", "reliability.png")
_OF_MAPS = "It is the mean of the members' maps, each divided by its strongest value and resized to a common grid."


def export_ensemble(file: Path, data: Path, out: Path) -> Job[str]:
    """Judge the members together and write their bundle to `out`; says what was proved. Raises `Refusal`."""
    recipe = read_ensemble(file)
    members, split = load_members(recipe, file)
    together = yield from asked_together(members, split, data)
    own = _as_one(recipe, members)
    choice = choose_operating_point(together.mean["validation"], own)
    familiarity = Familiarity.fitted(
        together.mean["train"].features, together.mean["train"].targets, together.mean["validation"].features
    )
    metrics = compute_metrics(together.mean, choice, familiarity, recipe=own, split=split)
    standing = tuple(dict.fromkeys(sentence for member in members for sentence in member.standing))
    metrics = metrics.model_copy(update={"standing": standing})
    contract = _contract(recipe, own, members, metrics)
    graph, proof = _proved(members, own, contract)
    notes = CardNotes(
        figures=FIGURES,
        proof=proof.sentence,
        sections=(_section(members, together, choice, own),),
        made=_made(members),
    )
    files = {MODEL_FILE: graph, CARD: model_card(own, metrics, contract, notes).encode()}
    files[STATISTICS] = statistics_file(familiarity.mean, familiarity.precision)
    files |= _figures(together, choice, metrics)
    bundle = save_bundle(out, contract=contract, files=files, answers=proof.answers)
    return f"{out}: {contract.id} {contract.version}, SHA-256 {bundle.sha256}\n{proof.sentence}"


def _as_one(recipe: EnsembleRecipe, members: Sequence[Loaded]) -> Recipe:
    """The ensemble in the form in which judging and the card know recipes: the first member's, with its own words."""
    first = members[0].recipe
    stand_in = any(member.recipe.judging.stand_in for member in members)
    return first.model_copy(
        update={
            "about": recipe.about,
            "bundle": recipe.bundle,
            "decision": recipe.decision,
            "heatmap_notice": f"{recipe.heatmap_notice} {_OF_MAPS}",
            "intended_use": recipe.intended_use,
            "judging": first.judging.model_copy(update={"stand_in": stand_in}),
        }
    )


def _contract(recipe: EnsembleRecipe, own: Recipe, members: Sequence[Loaded], metrics: Metrics) -> Contract:
    """Its own contract. There is no torch path: that one builds single networks."""
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
    contract = contract_with(own, metrics, provenance)
    # The layer is another one in each member.
    return contract.model_copy(update={"explanation": contract.explanation.model_copy(update={"target_layer": None})})


def _proved(members: Sequence[Loaded], own: Recipe, contract: Contract) -> tuple[bytes, Proof]:
    """The graph, and the proof that it answers as the members do in torch, with maps by automatic differentiation."""
    shape = (own.input.channels, *own.input.size)
    explained = [
        Explained(
            member.model,
            shape=shape,
            target_layer=member.recipe.network.target_layer,
            familiarity_layers=member.recipe.network.familiarity_layers,
        )
        for member in members
    ]
    with torch.no_grad():
        sizes = [tuple(one(torch.zeros(1, *shape))[1].shape[2:]) for one in explained]
    grid = (max(rows for rows, _ in sizes), max(columns for _, columns in sizes))
    shares = [member.share / sum(one.share for one in members) for member in members]
    temperatures = [member.choice.temperature for member in members]
    seen = [member.seen for member in members]
    graph = onnx_file(
        Ensemble(explained, task=own.task, temperatures=temperatures, shares=shares, seen=seen, grid=grid), shape
    )
    say = [
        asked(
            member.model,
            target_layer=member.recipe.network.target_layer,
            familiarity_layers=member.recipe.network.familiarity_layers,
        )
        for member in members
    ]

    def together(tensor: np.ndarray) -> TorchOutput:
        each = [one(tensor) for one in say]
        logits = [torch.from_numpy(one.logits)[None] for one in each]
        maps = [torch.from_numpy(one.cams)[None] for one in each]
        parts = [
            one.features if at is None else one.features[at[0] : at[1]] for one, at in zip(each, seen, strict=True)
        ]
        return TorchOutput(
            logits=mean_logits(logits, own.task, temperatures, shares)[0].numpy(),
            cams=mean_maps(maps, shares, grid)[0].numpy(),
            features=np.concatenate(parts),
        )

    return graph, prove(graph, contract, together)


def _figures(together: Together, choice: OperatingPoint, metrics: Metrics) -> dict[str, bytes]:
    """The figures, by their names in the bundle."""
    judged = {part: choice.judge(together.mean[part]) for part in ("validation", "test")}
    dots = {choice.label: metrics.threshold} if choice.label is not None and metrics.threshold is not None else {}
    with tempfile.TemporaryDirectory(prefix="slicelens-") as folder:
        draw_figures(Path(folder), judged, dots=dots, notes=metrics.standing)
        return {f"figures/{name}": (Path(folder) / name).read_bytes() for name in FIGURES}


def _section(members: Sequence[Loaded], together: Together, choice: OperatingPoint, own: Recipe) -> str:
    """Return members, mean and vote side by side on the test part, and how far the members agree."""
    of_test = [one["test"] for one in together.each]
    draws = draw_group_weights(together.mean["test"].groups, seed=own.fit.seed)
    vote, agree = voted(members, of_test)
    rows = [
        (member.name, f"{member.share:g}", compute_intervals(member.choice.judge(one)[0], draws))
        for member, one in zip(members, of_test, strict=True)
    ]
    of_vote = compute_intervals(vote, draws)
    # Shares of votes have no area that could be compared with that of probabilities.
    of_vote.pop("auc", None)
    rows += [("**mean**", "", compute_intervals(choice.judge(together.mean["test"])[0], draws)), ("vote", "", of_vote)]
    right = _is_right(choice, together, own)
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


def _is_right(choice: OperatingPoint, together: Together, own: Recipe) -> np.ndarray:
    """Where the mean's decision is exactly right, of what was asked [N]."""
    test = together.mean["test"]
    said = decided(choice.decisions(test), own.task)
    asked_ = ~np.isnan(test.targets)
    return np.asarray((((test.targets == 1) == said) | ~asked_).all(axis=1))


def _made(members: Sequence[Loaded]) -> str:
    listed = "\n".join(
        f"- {member.source}, share {member.share:g}, temperature {member.choice.temperature:.3f}" for member in members
    )
    return (
        f"An ensemble of {len(members)} networks in one graph. Each one's logits are divided by its own temperature; "
        "the weighted mean of the probabilities is what comes out, as logarithms, and has a temperature of its own. "
        f"{_OF_MAPS}\n\n{listed}"
    )
