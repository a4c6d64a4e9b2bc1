"""One line for each epoch, for people who watch a fit."""

import math
from collections.abc import Sequence

from training.fit.runs import Epoch, best_epoch, is_stage_over
from training.recipe.recipe import Fit

_NAMES = {"loss": "loss", "accuracy": "accuracy", "macro_f1": "macro-F1", "auc": "AUC"}
_EPOCHS_TIMED = 3


def epoch_line(history: Sequence[Epoch], rule: Fit) -> str:
    """Return the last epoch's line: figures of both parts, the one that decides beside the best, the time left."""
    last = history[-1]
    training = _figures({"loss": last.train_loss, "accuracy": last.train_accuracy})
    shown = dict.fromkeys(("loss", "accuracy", *([rule.best_by] if rule.best_by != "last" else [])))
    validation = _figures({name: getattr(last, name) for name in shown}, rule.best_by, _beside_best(history, rule))
    total = epochs_ahead(history, rule) + last.epoch
    parts = [f"training {training}", f"validation {validation}", *_ending(history, rule)]
    stage = f" ({last.stage})" if len(rule.stages) > 1 else ""
    return f"epoch {last.epoch:>{len(str(total))}} of {total}{stage}: {'; '.join(parts)}"


def epochs_ahead(history: Sequence[Epoch], rule: Fit) -> int:
    """Return how many epochs may still come, if no stage stops early."""
    names = [stage.name for stage in rule.stages]
    current = names.index(history[-1].stage)
    of_stage = [epoch for epoch in history if epoch.stage == history[-1].stage]
    stage = rule.stages[current]
    own = 0 if is_stage_over(of_stage, stage, rule.stop_by) else stage.epochs - len(of_stage)
    return own + sum(later.epochs for later in rule.stages[current + 1 :])


def _figures(values: dict[str, float], deciding: str = "", beside: str = "") -> str:
    known = {name: value for name, value in values.items() if not math.isnan(value) or name == deciding}
    told = (f"{_NAMES[name]} {value:.3f}{beside if name == deciding else ''}" for name, value in known.items())
    return ", ".join(told)


def _beside_best(history: Sequence[Epoch], rule: Fit) -> str:
    best = best_epoch(history, rule.best_by)
    if best is history[-1]:
        return " (best so far)"
    return f" (best: {getattr(best, rule.best_by):.3f} in epoch {best.epoch})" if rule.best_by != "last" else ""


def _ending(history: Sequence[Epoch], rule: Fit) -> list[str]:
    """Return that the stage stopped early, and the time left."""
    of_stage = [epoch for epoch in history if epoch.stage == history[-1].stage]
    stage = next(stage for stage in rule.stages if stage.name == history[-1].stage)
    said = []
    if len(of_stage) < stage.epochs and is_stage_over(of_stage, stage, rule.stop_by):
        epochs = f"{stage.patience} epoch{'' if stage.patience == 1 else 's'}"
        said.append(f"stopped: no better {_NAMES[rule.stop_by]} in {epochs}")
    timed = [epoch.seconds for epoch in history[-_EPOCHS_TIMED:]]
    if ahead := epochs_ahead(history, rule):
        may_stop = any(one.patience for one in rule.stages)
        said.append(f"{'at most' if may_stop else 'about'} {duration(ahead * sum(timed) / len(timed))} left")
    return said


def duration(seconds: float) -> str:
    """Return a time as a person says it: `40 s`, `12 min`, `2 h 05 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
