"""What an evaluation found, in a few lines for the terminal."""

from inference.contract.contract import Evaluation, Interval
from training.evaluate.evaluate import ExternalEvaluation, RunEvaluation
from training.evaluate.metrics import Foreign, Metrics


def summary(evaluated: RunEvaluation | ExternalEvaluation) -> str:
    """Return a few lines."""
    if isinstance(evaluated, ExternalEvaluation):
        external = evaluated.external
        lines = _of_evaluation(external.evaluation)
        lines.append(f"ECE: {_text(external.ece['before'])} before, {_text(external.ece['after'])} after")
        return "\n".join([*lines, _refused(external.name, external.refused)])
    found = evaluated.metrics
    lines = list(found.standing)
    lines.append(f"decision: {found.decision.rule}; {found.threshold_rule}")
    if found.threshold is not None:
        lines.append(f"threshold {found.threshold}")
    lines.append(f"temperature {found.calibration.temperature:.3f}")
    for evaluation in found.evaluations:
        lines += _of_evaluation(evaluation)
    for part, both in found.ece.items():
        lines.append(f"ECE on {part}: {_text(both['before'])} before, {_text(both['after'])} after")
    for alpha, one in found.coverage.get("test", {}).items():
        lines.append(
            f"conformal, alpha {alpha}: {_text(one.coverage)} of the test part covered, {_text(one.size)} answers"
        )
    rule = found.out_of_distribution
    lines.append(f"unfamiliar above {rule.cut_off:.2f}; refuses {rule.in_distribution_refused:.1%} of the test part")
    lines += [_refused(name, one) for name, one in found.foreign.items()]
    return "\n".join([*lines, *_checks(found)])


def _checks(found: Metrics) -> list[str]:
    lines = []
    if (checked := found.saliency) is not None:
        words = "destroy" if checked.destroyed else "do NOT destroy"
        lines.append(f"randomised weights {words} the map (correlation {_text(checked.randomised[-1].correlation)})")
        lines.append(f"insertion gain {_text(checked.insertion.gain)}, deletion gain {_text(checked.deletion.gain)}")
    if found.lime is not None:
        lines.append(f"LIME repeats itself: {_text(found.lime.repeatability)}")
    return lines


def _of_evaluation(evaluation: Evaluation) -> list[str]:
    auc = "" if evaluation.auc is None else f", AUC {_text(evaluation.auc)}"
    lines = [
        f"{evaluation.split} (n = {evaluation.n}): accuracy {_text(evaluation.accuracy)}, "
        f"macro-F1 {_text(evaluation.macro_f1)}{auc}"
    ]
    for name, figures in evaluation.labels.items():
        shown = [("precision", figures.precision), ("recall", figures.recall), ("F1", figures.f1)]
        words = ", ".join(f"{title} {_text(value)}" for title, value in shown if value is not None)
        lines.append(f"  {name} (n = {figures.n}): {words or 'nothing can be told'}")
    return lines


def _refused(name: str, one: Foreign) -> str:
    return f"{name}: {_text(one.refused)} of {one.n} slices ({one.sources} files) called unfamiliar"


def _text(interval: Interval) -> str:
    return f"{interval.value:.4f} [{interval.low:.4f}, {interval.high:.4f}]"
