"""The model card: what a person reads before believing a number. Written from recipe, metrics and contract alone.

Intended use comes first, then the data, then figures with their intervals and n, what the model decides and refuses,
and last how it was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from inference.contract.contract import Contract
from training.evaluate.metrics import Metrics
from training.recipe.recipe import Augmentation, CsvTable, Folders, Levels, Names, Recipe, Stage
from training.report.card_figures import calibration, decision, figures, heatmap, refusals

_SOURCES = {
    Folders: "the folder that a picture stands in",
    Levels: "the names of nested folders",
    CsvTable: "a table beside the pictures",
    Names: "the pictures' file names",
}
_OPTIMISERS = {"adamw": "AdamW", "adam": "Adam", "sgd": "SGD with momentum"}


@dataclass(frozen=True)
class Notes:
    """What the card says beside recipe and metrics: which figures there are, and sentences of whoever exports."""

    figures: tuple[str, ...]
    proof: str
    """How far ONNX and torch differ."""
    sections: tuple[str, ...] = ()
    """Whole sections in Markdown, put behind the figures: what a continued model or an ensemble has to say."""
    made: str = ""
    """Sentences on how the weights came about, instead of the recipe's own."""


def model_card(recipe: Recipe, metrics: Metrics, contract: Contract, notes: Notes) -> str:
    """The bundle's README.md."""
    sections = (
        _head(recipe, metrics, contract),
        _use(contract),
        _data(recipe, metrics),
        figures(metrics, notes.figures),
        *notes.sections,
        decision(metrics, contract.task),
        calibration(metrics),
        refusals(metrics),
        heatmap(metrics, contract, notes.proof),
        _making(recipe, contract, notes.made),
        _licence(recipe, contract),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def _head(recipe: Recipe, metrics: Metrics, contract: Contract) -> str:
    standing = "".join(f"\n\n**{sentence}**" for sentence in metrics.standing)
    return (
        f"# {contract.name} ({contract.id} {contract.version})\n\n"
        f"**{contract.intended_use.notice}**{standing}\n\n"
        f"{recipe.about}. One slice in; out come the probabilities of "
        f"{_list([label.display for label in contract.task.labels])}, a heatmap of each, and how familiar the slice is."
        f"{_conditions(contract)}"
    )


def _conditions(contract: Contract) -> str:
    task = contract.task
    display = {label.name: label.display for label in task.labels}
    return "".join(
        f" {' or '.join(display[name] for name in head)} is decided only where {display[condition]} is."
        for head, condition in zip(task.heads, task.asked_if, strict=False)
        if condition is not None
    )


def _use(contract: Contract) -> str:
    use = contract.intended_use
    limits = "\n".join(f"- {limit}" for limit in use.limits)
    ages = use.population.age_years
    aged = "" if ages is None else f" Ages {ages[0]:g} to {ages[1]:g} years; for others the viewer warns."
    return (
        f"## Intended use\n\n**For:** {use.use}\n\n**Not for:** {use.not_for}\n\n"
        f"**Population:** {use.population.description}.{aged}\n\n### Known limits\n\n{limits}"
    )


def _data(recipe: Recipe, metrics: Metrics) -> str:
    counts, shares = metrics.counts, recipe.split
    labelled = f"Labels come from {_SOURCES[type(recipe.cases.source)]}."
    persons = (
        f"of {counts['persons']} persons (read from their names)"
        if recipe.cases.person_patterns or counts["persons"] < counts["cases"]
        else "(nothing tells which of them show one person)"
    )
    found = (
        f"{counts['cases']} pictures {persons}. {counts['near_duplicate_pairs']} pairs are near-duplicates (64-bit DCT "
        f"hash, distance {shares.duplicate_distance} or less), {counts['pairs_across_persons']} of them across persons "
        f"and {counts['pairs_across_labels']} across labels. Persons joined by near-duplicates are {counts['groups']} "
        f"groups, the largest of {counts['largest_group']} pictures."
    )
    source = f"{recipe.bundle.data} ({recipe.bundle.data_licence}). {labelled}"
    return f"## Data and split\n\n{source}\n\n{found} {_protocol(recipe, metrics)}"


def _protocol(recipe: Recipe, metrics: Metrics) -> str:
    rule = recipe.split
    shares = f"{rule.train:.0%} to training, {rule.validation:.0%} to validation, {rule.test:.0%} to test"
    if rule.protocol == "grouped":
        return f"Groups were dealt out whole: {shares}, each label in its share. No person is on two sides."
    leaks = ", ".join(
        f"{key.replace('_', ' ')}: {count}"
        for key, count in metrics.counts.items()
        if key.startswith(("leak", "test_"))
    )
    how = (
        f"Pictures were dealt out one by one: {shares}."
        if rule.protocol == "random"
        else "The published parts were kept."
    )
    return f"{how} **Groups are torn apart, so the figures flatter the model**{f' ({leaks})' if leaks else ''}."


def _making(recipe: Recipe, contract: Contract, made: str) -> str:
    provenance = contract.provenance
    spec = recipe.input
    clahe = (
        ""
        if spec.clahe is None
        else f", then CLAHE {spec.clahe.clip_limit:g} on {spec.clahe.grid[0]}×{spec.clahe.grid[1]}"
    )
    versions = ", ".join(f"{name} {number}" for name, number in provenance.environment.items())
    return (
        f"## How it was made\n\n{made or _fitted(recipe, contract)}\n\n"
        f"Input: {spec.intensity.method.replace('_', ' ')} intensity of the slice itself{clahe}, "
        f"{spec.resize.replace('_', ' ')} to {spec.size[0]}×{spec.size[1]}, by the viewer's own code.\n\n"
        "## Provenance\n\n"
        f"Seed {provenance.seed} · code {provenance.code_version} · recipe SHA-256 {provenance.recipe} · "
        f"split SHA-256 {provenance.split_sha256} · data manifest SHA-256 {provenance.data_manifest_sha256} · "
        f"{versions}"
    )


def _fitted(recipe: Recipe, contract: Contract) -> str:
    fit, network = recipe.fit, recipe.network
    head = network.head
    layers = "".join(
        f", dense {layer.units}{' with batch norm' if layer.batch_norm else ''}"
        f"{f', dropout {layer.dropout:g}' if layer.dropout else ''}"
        for layer in head.layers
    )
    behind = "" if head.input == "own" else f" with a head of its own (maps {head.input}{layers})"
    balance = {"none": "", "weights": ", classes weighted", "sampling": ", classes drawn equally often"}[fit.balance]
    smoothing = f", labels smoothed by {fit.label_smoothing:g}" if fit.label_smoothing else ""
    once = ", one member of each group an epoch" if fit.one_of_each_group else ""
    averaged = f", averaged weights ({fit.ema_decay:g})" if fit.ema_decay else ""
    return (
        f"`{network.architecture}`{behind}, starting from {contract.provenance.base_weights}. "
        f"{_OPTIMISERS[fit.optimiser]}, batch {fit.batch}{balance}{once}{smoothing}{averaged}; best epoch by "
        f"validation {fit.best_by.replace('_', ' ')}. {' '.join(_stage(stage) for stage in fit.stages)}"
        f"{_augmented(recipe.augmentation)} "
        "Kernels were rounded to half precision before anything was judged; judged and shipped is float32."
    )


def _stage(stage: Stage) -> str:
    stop = f", stopped after {stage.patience} epochs without gain" if stage.patience else ""
    frozen = ", batch norm frozen" if stage.frozen_batch_norm else ""
    epochs = "epoch" if stage.epochs == 1 else "epochs"
    return (
        f"Stage {stage.name}: up to {stage.epochs} {epochs}{stop}, free: {stage.free}, learning rate "
        f"{stage.head_learning_rate:g} (head) and {stage.backbone_learning_rate:g} (rest), "
        f"{stage.rate.schedule}{frozen}."
    )


def _augmented(rule: Augmentation) -> str:
    given = rule.model_dump(exclude_defaults=True)
    words = ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in given.items())
    return f" Augmented by {words}." if words else " Not augmented."


def _plain(value: object) -> str:
    if isinstance(value, tuple | list):
        return " to ".join(_plain(one) for one in value)
    return f"{value:g}" if isinstance(value, float | int) else str(value)


def _licence(recipe: Recipe, contract: Contract) -> str:
    return (
        f"## Licences\n\nWeights: {contract.weights_licence}. Starting weights: "
        f"{contract.provenance.base_weights_licence}. Data: {contract.data_licence}; {recipe.bundle.citation}"
    )


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"
