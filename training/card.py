"""The model card: what a person reads before believing a number. Written from recipe and metrics, nothing by hand."""

from inference.contract import Contract, Evaluation, Interval
from training.evaluate import Metrics
from training.recipe import Recipe


def model_card(recipe: Recipe, metrics: Metrics, contract: Contract) -> str:
    """The bundle's README.md."""
    sections = (
        _head(recipe, contract),
        _use(contract),
        _data(recipe, metrics),
        _figures(metrics),
        _decision(recipe, metrics),
        _heatmap(contract),
        _making(recipe, contract),
        _licence(recipe, contract),
    )
    return "\n\n".join(sections) + "\n"


def _head(recipe: Recipe, contract: Contract) -> str:
    return (
        f"# {contract.name} ({contract.id} {contract.version})\n\n"
        f"**{contract.intended_use.notice}**\n\n"
        f"{recipe.about}. One slice in; the probabilities of {_list([label.display for label in contract.task.labels])}"
        ", a heatmap of each, and how familiar the slice is out."
    )


def _use(contract: Contract) -> str:
    use = contract.intended_use
    limits = "\n".join(f"- {limit}" for limit in use.limits)
    return (
        f"## Intended use\n\n**For:** {use.use}\n\n**Not for:** {use.not_for}\n\n"
        f"**Made for:** {use.population.description}.\n\n### Known limits\n\n{limits}"
    )


def _data(recipe: Recipe, metrics: Metrics) -> str:
    counts = metrics.counts
    shares = recipe.split
    return (
        f"## Data and split\n\n{recipe.bundle.data} ({recipe.bundle.data_licence}).\n\n"
        f"{counts['cases']} pictures of {counts['persons']} persons (the person is read from the file's name). "
        f"{counts['near_duplicate_pairs']} pairs are near-duplicates (64-bit DCT hash, distance "
        f"{shares.duplicate_distance} or less), {counts['pairs_across_persons']} of them across persons and "
        f"{counts['pairs_across_labels']} across labels (chest radiographs are alike, so some of these are different "
        f"pictures; joining them costs nothing). That gives {counts['groups']} groups, the largest of "
        f"{counts['largest_group']} pictures, dealt out whole: {shares.train:.0%} to training, {shares.validation:.0%} "
        f"to validation, {shares.test:.0%} to test, each label in its share. The published test part was not touched."
    )


def _figures(metrics: Metrics) -> str:
    rows = ["## Figures", "", "With 95 % bootstrap intervals (1,000 draws of whole groups).", ""]
    rows += ["| | " + " | ".join(f"{one.split}, n = {one.n}" for one in metrics.evaluations) + " |"]
    rows += ["|---|" + "---|" * len(metrics.evaluations)]
    rows += [_row("AUC", [one.auc for one in metrics.evaluations])]
    rows += [_row("accuracy", [one.accuracy for one in metrics.evaluations])]
    rows += [_row("macro-F1", [one.macro_f1 for one in metrics.evaluations])]
    for label in metrics.evaluations[0].labels:
        rows += [_label_row(metrics.evaluations, label, name) for name in ("precision", "recall", "f1")]
    errors = [metrics.ece[part] for part in ("validation", "test")]
    rows += [_row("calibration error before", [one["before"] for one in errors])]
    rows += [_row("calibration error after", [one["after"] for one in errors])]
    rows += [
        "",
        f"The temperature {metrics.calibration.temperature:.3f} and the threshold were chosen on the validation part; "
        "the test part only judges them. Both parts come from the same hospital and the same published part "
        "as the training pictures: elsewhere, expect less.",
        "",
        "![confusion](figures/confusion.png) ![ROC](figures/roc.png)",
        "",
        "![reliability](figures/reliability.png) ![history](figures/history.png)",
    ]
    return "\n".join(rows)


def _label_row(evaluations: tuple[Evaluation, ...], label: str, name: str) -> str:
    shown = {"precision": "precision", "recall": "recall", "f1": "F1"}[name]
    n = " / ".join(str(one.labels[label].n) for one in evaluations)
    return _row(f"{label} (n = {n}): {shown}", [getattr(one.labels[label], name) for one in evaluations])


def _row(title: str, values: list[Interval | None]) -> str:
    texts = ["–" if one is None else f"{one.value:.4f} ({one.low:.4f} to {one.high:.4f})" for one in values]
    return f"| {title} | " + " | ".join(texts) + " |"


def _decision(recipe: Recipe, metrics: Metrics) -> str:
    bands = "\n".join(f"- from {band.low:.4f}: **{band.decision}**. {band.sentence}" for band in metrics.decision.bands)
    rule = metrics.out_of_distribution
    return (
        f"## Decision\n\nThe threshold for {recipe.operating_point.label} is {metrics.threshold:.4f}: "
        f"{metrics.threshold_rule}. By the calibrated probability of {metrics.decision.label}:\n\n{bands}\n\n"
        f"A slice whose features lie farther than {rule.cut_off:.2f} (Mahalanobis) from both classes of the training "
        "part is called unfamiliar; that refuses 5 % of the validation part and "
        f"{rule.in_distribution_refused:.1%} of the test part."
    )


def _heatmap(contract: Contract) -> str:
    return (
        f"## Heatmap\n\nGrad-CAM at the layer `{contract.explanation.target_layer}`, computed inside the graph for "
        f"every class; {', '.join(contract.explanation.order).replace('_', ' ')}. {contract.explanation.notice}"
    )


def _making(recipe: Recipe, contract: Contract) -> str:
    fit, made = recipe.fit, contract.provenance
    versions = ", ".join(f"{name} {number}" for name, number in made.environment.items())
    return (
        f"## How it was made\n\ntimm `{recipe.network.architecture}`, starting from {made.base_weights}. "
        f"{fit.epochs} epochs, batch {fit.batch}, AdamW ({fit.head_learning_rate:g} for the head, "
        f"{fit.backbone_learning_rate:g} for the rest, cosine), {'class-balanced ' if fit.class_balanced else ''}cross "
        f"entropy with smoothing {fit.label_smoothing:g}, mixup, averaged weights ({fit.ema_decay:g}), best epoch by "
        f"validation {fit.best_by.replace('_', ' ')}; trained in {fit.precision} on a CPU, judged and shipped in "
        "float32 with kernels rounded to half precision before judging.\n\n"
        f"Input: {recipe.input.intensity.method.replace('_', ' ')} intensity of the slice itself, "
        f"{recipe.input.resize} to {recipe.input.size[0]}×{recipe.input.size[1]}, by the viewer's own code.\n\n"
        f"Seed {made.seed} · code {made.code_version} · recipe SHA-256 {made.recipe} · "
        f"split SHA-256 {made.split_sha256} · data manifest SHA-256 {made.data_manifest_sha256} · {versions}"
    )


def _licence(recipe: Recipe, contract: Contract) -> str:
    return (
        f"## Licences\n\nWeights: {contract.weights_licence}. Starting weights: "
        f"{contract.provenance.base_weights_licence}. Data: {contract.data_licence}; {recipe.bundle.citation}"
    )


def _list(names: list[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}"
