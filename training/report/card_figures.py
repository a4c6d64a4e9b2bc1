"""The sections of the model card that hold numbers, each with its interval and n."""

from collections.abc import Sequence

from inference.contract.contract import Bands, Contract, Evaluation, Interval, Task, Thresholds, TwoStep
from training.evaluate.metrics import Metrics

_SHOWN = {"precision": "precision", "recall": "recall (sensitivity)", "f1": "F1", "auc": "AUC"}


def text_of(interval: Interval | None) -> str:
    """A figure with its 95 % interval, or a dash."""
    return "–" if interval is None else f"{interval.value:.4f} ({interval.low:.4f} to {interval.high:.4f})"


def share_of(interval: Interval | None) -> str:
    """The same as percentages."""
    return "–" if interval is None else f"{interval.value:.1%} ({interval.low:.1%} to {interval.high:.1%})"


def figures(metrics: Metrics, names: Sequence[str]) -> str:
    """The table of figures, and the pictures of them."""
    parts = metrics.evaluations
    rows = ["## Figures", "", "With 95 % bootstrap intervals (1,000 draws of whole groups).", ""]
    rows += ["| | " + " | ".join(f"{one.split}, n = {one.n}" for one in parts) + " |", "|---|" + "---|" * len(parts)]
    rows += [_row("AUC", [one.auc for one in parts]), _row("accuracy", [one.accuracy for one in parts])]
    rows += [_row("macro-F1", [one.macro_f1 for one in parts])]
    several = len(parts[0].labels) > 2
    for label in parts[0].labels:
        rows += [_label_row(parts, label, name) for name in _SHOWN if name != "auc" or several]
    rows += [
        "",
        "Temperature, decision and cut-off were chosen on the validation part; the test part only judges them. Both "
        "come from the same source as the training pictures: elsewhere, expect less.",
    ]
    if names:
        rows += ["", " ".join(f"![{name.removesuffix('.png')}](figures/{name})" for name in names)]
    return "\n".join(rows)


def _label_row(evaluations: Sequence[Evaluation], label: str, name: str) -> str:
    n = " / ".join(str(one.labels[label].n) for one in evaluations)
    return _row(f"{label} (n = {n}): {_SHOWN[name]}", [getattr(one.labels[label], name) for one in evaluations])


def _row(title: str, values: Sequence[Interval | None]) -> str:
    return f"| {title} | " + " | ".join(map(text_of, values)) + " |"


def decision(metrics: Metrics, task: Task) -> str:
    """What is decided at which probability, in the sentences that the viewer shows."""
    rule = metrics.decision
    if isinstance(rule, Bands):
        lines = [f"- from {band.low:.4f}: **{band.decision}**. {band.sentence}" for band in rule.bands]
        said = f"By the calibrated probability of {rule.label} ({metrics.threshold_rule}):"
    elif isinstance(rule, Thresholds):
        lines = [f"- {name}: reached at {value:.4f}" for name, value in rule.values.items()]
        said = f"Each label against its own threshold ({metrics.threshold_rule}); {_none_reached(task)}."
    elif isinstance(rule, TwoStep):
        lines = [f"- {rule.normal}: at {rule.gate:.2f} or more it ends the decision"]
        lines += [
            f"- else the most probable other label, if {name} reaches {value:.2f}"
            for name, value in rule.values.items()
        ]
        said = f"In two steps ({metrics.threshold_rule}); what reaches nothing is called ambiguous."
    else:
        lines, said = [], "The most probable label wins" + (" in each head." if task.kind == "several_outputs" else ".")
    body = "\n".join(lines)
    return f"## Operating point\n\n{said}{f'{chr(10)}{chr(10)}{body}' if body else ''}{_operating(metrics)}"


def _none_reached(task: Task) -> str:
    return "what reaches none is called " + ("ambiguous" if task.kind in ("multiclass", "binary") else "none")


def _operating(metrics: Metrics) -> str:
    if not metrics.youden:
        return ""
    rows = [
        "\n\nFor comparison, at Youden's thresholds (chosen on validation), on the test part:\n",
        "| label | threshold | sensitivity | specificity |",
        "|---|---|---|---|",
    ]
    for label, one in metrics.youden.items():
        rows.append(f"| {label} | {one.threshold:.4f} | {text_of(one.sensitivity)} | {text_of(one.specificity)} |")
    return "\n".join(rows)


def calibration(metrics: Metrics) -> str:
    """What the probabilities are worth."""
    rows = [
        "## Calibration",
        "",
        f"Logits are divided by the temperature {metrics.calibration.temperature:.3f} "
        f"({metrics.calibration.cases} validation cases). Expected calibration error (15 bins):",
        "",
        "| | before | after |",
        "|---|---|---|",
    ]
    rows += [f"| {part} | {text_of(one['before'])} | {text_of(one['after'])} |" for part, one in metrics.ece.items()]
    for alpha, q_hat in ({} if metrics.conformal is None else metrics.conformal.q_hat).items():
        found = metrics.coverage.get("test", {}).get(alpha)
        held = (
            ""
            if found is None
            else (
                f"; on the test part they hold the right answer in {share_of(found.coverage)} of {found.n} questions, "
                f"with {found.size.value:.2f} answers on average"
            )
        )
        rows += ["", f"Conformal sets at alpha {alpha}: q-hat {q_hat:.4f}{held}."]
    return "\n".join(rows)


def refusals(metrics: Metrics) -> str:
    """What the familiarity check refuses, and what it lets pass."""
    rule = metrics.out_of_distribution
    rows = [
        "## What it refuses",
        "",
        f"A slice whose features lie farther than {rule.cut_off:.2f} (Mahalanobis) from the training cases is called "
        "unfamiliar. The cut-off refuses 5 % of the validation part, and "
        f"{rule.in_distribution_refused:.1%} of the test part.",
    ]
    if not metrics.foreign:
        return "\n".join([*rows, "", "What it does to slices that are none of its business was not measured."])
    rows += ["", "| tried on | n | refused |", "|---|---|---|"]
    rows += [f"| {name} | {one.n} | {share_of(one.refused)} |" for name, one in metrics.foreign.items()]
    return "\n".join(rows)


def heatmap(metrics: Metrics, contract: Contract, proof: str) -> str:
    """What the heatmap is, and whether it can be believed."""
    layer = contract.explanation.target_layer
    at = "" if layer is None else f" at the layer `{layer}`"
    rows = [
        "## Heatmap",
        "",
        f"Grad-CAM{at}, computed inside the graph for every class; "
        f"{', '.join(contract.explanation.order).replace('_', ' ')}. {contract.explanation.notice} {proof}.",
    ]
    found = metrics.saliency
    if found is None:
        return "\n".join([*rows, "", "No saliency checks were made."])
    last = found.randomised[-1]
    destroyed = "destroys" if found.destroyed else "**does not destroy**"
    rows += [
        "",
        f"Saliency checks on {found.cases} test cases: randomising all weights {destroyed} the map (rank correlation "
        f"{text_of(last.correlation)}). Area under the insertion curve {text_of(found.insertion.heatmap)}, in random "
        f"order {text_of(found.insertion.random)} (gain {text_of(found.insertion.gain)}); deletion "
        f"{text_of(found.deletion.heatmap)}, random {text_of(found.deletion.random)} "
        f"(gain {text_of(found.deletion.gain)}).",
    ]
    if metrics.lime is not None:
        rows += [
            "",
            f"LIME on {metrics.lime.cases} cases: repeatability over {metrics.lime.seeds} seeds "
            f"{text_of(metrics.lime.repeatability)}, likeness to the heatmap {text_of(metrics.lime.like_heatmap)}.",
        ]
    return "\n".join(rows)
