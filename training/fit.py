"""Fitting: from prepared cases and a split to the best checkpoint. Read it from top to bottom.

Every random draw of an epoch comes from generators seeded by (seed, epoch), and a checkpoint after each epoch holds the
whole state, so a run that was killed continues with the curve it would have had.
"""

import csv
import io
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from imaging.progress import Job, Progress
from imaging.refusal import Refusal
from inference.contract import InputSpec
from training.augment import augment, mixed
from training.dataset import Prepared
from training.files import write_atomically
from training.measures import macro_f1, roc_auc
from training.models import build_network, parameter_groups
from training.recipe import Fit, Recipe
from training.split import Split
from training.training_codes import TrainingCode

LAST, BEST, LOG = "last.pt", "best.pt", "history.csv"
_EVALUATION_BATCH = 64


@dataclass(frozen=True)
class Epoch:
    """One line of the log: the training loss, and what the averaged weights do on the validation part."""

    epoch: int
    learning_rate: float
    train_loss: float
    loss: float
    accuracy: float
    macro_f1: float
    auc: float


def fit(recipe: Recipe, prepared: Prepared, split: Split, *, run: Path, resume: bool) -> Job[tuple[Epoch, ...]]:
    """Train and leave `best.pt`, `last.pt` and `history.csv` in the run's folder; returns the history.

    Raises `Refusal`: DIVERGED when the loss is no number, CHECKPOINT when the folder's checkpoint is of another run.
    """
    rule = recipe.fit
    train = split.indices("train", prepared.cases)
    validation = split.indices("validation", prepared.cases)
    steps = math.ceil(len(train) / rule.batch)
    weights = class_weights(prepared.labels[train], len(recipe.task.names)) if rule.class_balanced else None

    torch.manual_seed(rule.seed)
    model = build_network(recipe.network, len(recipe.task.names)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    averaged = build_network(recipe.network, len(recipe.task.names)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    averaged.load_state_dict(model.state_dict())
    optimiser = torch.optim.AdamW(parameter_groups(model, rule))
    history: list[Epoch] = []
    if resume and (run / LAST).is_file():
        history = _restore(run / LAST, recipe, split, model=model, averaged=averaged, optimiser=optimiser)

    for epoch in range(len(history), rule.epochs):
        generator = torch.Generator().manual_seed(rule.seed * 1_000_003 + epoch)
        torch.manual_seed(rule.seed * 1_000_033 + epoch)
        order = train[torch.randperm(len(train), generator=generator).numpy()]
        model.train()
        total = 0.0
        for step in range(steps):
            chosen = order[step * rule.batch : (step + 1) * rule.batch]
            inputs, targets = _batch(prepared, chosen, recipe, generator)
            scale = _schedule(epoch * steps + step, steps, rule)
            for group in optimiser.param_groups:
                group["lr"] = group["scale"] * scale
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=rule.precision == "bfloat16"):
                logits = model(inputs.contiguous(memory_format=torch.channels_last))
            loss = soft_cross_entropy(logits.float(), targets, weights, rule.label_smoothing)
            if not math.isfinite(value := float(loss.detach())):
                raise Refusal(
                    TrainingCode.DIVERGED,
                    f"The loss became {value} in epoch {epoch + 1}, step {step + 1}; the last checkpoint is whole. "
                    "A lower learning rate is the usual cure.",
                )
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), rule.gradient_clip)
            optimiser.step()
            _average(averaged, model, epoch * steps + step, rule.ema_decay)
            total += value * len(chosen)
            yield Progress(f"Epoch {epoch + 1} of {rule.epochs}", step + 1, steps)

        logits_ = predict(averaged, prepared.tensors[validation], recipe.input).logits
        history.append(_judged(epoch, scale, total / len(train), logits_, prepared.labels[validation], weights))
        is_best = _is_best(history, rule.best_by)
        _save(run, recipe, split, model=model, averaged=averaged, optimiser=optimiser, history=history, is_best=is_best)
    return tuple(history)


def class_weights(labels: NDArray[np.int64], classes: int) -> Tensor:
    """Weights [C] inverse to how often a class occurs, with mean 1 over the cases."""
    counts = np.bincount(labels, minlength=classes)
    return torch.from_numpy((len(labels) / (classes * counts)).astype(np.float32))


def soft_cross_entropy(logits: Tensor, targets: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
    """Cross entropy of logits [N, C] against smoothed target shares [N, C]; a mean, with each class's weight [C]."""
    shares = targets * (1 - smoothing) + smoothing / targets.shape[1]
    if weights is None:
        return -(shares * functional.log_softmax(logits, dim=1)).sum(dim=1).mean()
    # The weight belongs to the case (by what it shows), so that smoothing stays symmetric.
    of_case = (targets * weights).sum(dim=1)
    return -(of_case * (shares * functional.log_softmax(logits, dim=1)).sum(dim=1)).sum() / of_case.sum()


def expand(tensors: Tensor, spec: InputSpec) -> Tensor:
    """Three equal channels again, where one was kept."""
    return tensors.expand(-1, spec.channels, -1, -1) if tensors.shape[1] != spec.channels else tensors


def _batch(
    prepared: Prepared, chosen: NDArray[np.int64], recipe: Recipe, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Augmented inputs [N, 3, H, W] and target shares [N, C] of the chosen cases."""
    spec = recipe.input
    tensors = torch.from_numpy(prepared.tensors[chosen])
    mean = torch.tensor(spec.mean[: tensors.shape[1]]).view(1, -1, 1, 1)
    std = torch.tensor(spec.std[: tensors.shape[1]]).view(1, -1, 1, 1)
    unit = augment(tensors * std + mean, recipe.augmentation, generator)
    labels = torch.from_numpy(prepared.labels[chosen])
    targets = functional.one_hot(labels, len(recipe.task.names)).float()
    inputs, targets = mixed((unit - mean) / std, targets, recipe.augmentation, generator)
    return expand(inputs, spec), targets


def _schedule(step: int, steps: int, rule: Fit) -> float:
    """The share of the learning rate at a step: a linear start, then half a cosine to one hundredth."""
    warm = max(1, round(rule.warmup_epochs * steps))
    if step < warm:
        return (step + 1) / warm
    along = (step - warm) / max(1, rule.epochs * steps - warm)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * along))


@torch.no_grad()
def _average(averaged: nn.Module, model: nn.Module, step: int, decay: float) -> None:
    """Move the averaged weights (and batch statistics) toward the model's; faster at the beginning."""
    now = min(decay, (1 + step) / (10 + step))
    for mean, value in zip(averaged.state_dict().values(), model.state_dict().values(), strict=True):
        if mean.dtype.is_floating_point:
            mean.lerp_(value, 1 - now)
        else:
            mean.copy_(value)


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network says of cases: logits [N, C] and pooled features [N, D], float32."""

    logits: NDArray[np.float32]
    features: NDArray[np.float32]


@torch.no_grad()
def predict(model: nn.Module, tensors: NDArray[np.float32], spec: InputSpec) -> Predictions:
    """Logits and pooled features of prepared tensors [N, channels, H, W], in float32 as in the bundle."""
    model.eval()
    logits, features = [], []
    for start in range(0, len(tensors), _EVALUATION_BATCH):
        inputs = expand(torch.from_numpy(tensors[start : start + _EVALUATION_BATCH]), spec)
        pooled = model.forward_head(  # type: ignore[operator]
            model.forward_features(inputs.contiguous(memory_format=torch.channels_last)),  # type: ignore[operator]
            pre_logits=True,
        )
        features.append(pooled.numpy())
        logits.append(model.get_classifier()(pooled).numpy())  # type: ignore[operator]
    return Predictions(np.concatenate(logits), np.concatenate(features))


def _judged(
    epoch: int,
    scale: float,
    train_loss: float,
    logits: NDArray[np.float32],
    labels: NDArray[np.int64],
    weights: Tensor | None,
) -> Epoch:
    targets = functional.one_hot(torch.from_numpy(labels), logits.shape[1]).float()
    loss = float(soft_cross_entropy(torch.from_numpy(logits), targets, weights, 0.0))
    decided = logits.argmax(axis=1)
    probabilities = functional.softmax(torch.from_numpy(logits), dim=1).numpy()
    return Epoch(
        epoch=epoch + 1,
        learning_rate=scale,
        train_loss=train_loss,
        loss=loss,
        accuracy=float((decided == labels).mean()),
        macro_f1=macro_f1(labels, decided, logits.shape[1]),
        auc=roc_auc(labels, probabilities),
    )


def _is_best(history: list[Epoch], by: str) -> bool:
    sign = -1.0 if by == "loss" else 1.0
    values = [sign * getattr(epoch, by) for epoch in history]
    return values[-1] >= max(values)


def _save(
    run: Path,
    recipe: Recipe,
    split: Split,
    *,
    model: nn.Module,
    averaged: nn.Module,
    optimiser: torch.optim.Optimizer,
    history: list[Epoch],
    is_best: bool,
) -> None:
    """The best checkpoint first: should the run die between the two, the epoch is done again with the same result."""
    known = {"recipe": recipe.digest, "split": split.sha256, "history": [asdict(epoch) for epoch in history]}
    if is_best:
        write_atomically(run / BEST, _serialised({**known, "model": averaged.state_dict()}))
    write_atomically(run / LOG, history_csv(history).encode())
    whole = {"model": model.state_dict(), "averaged": averaged.state_dict(), "optimiser": optimiser.state_dict()}
    write_atomically(run / LAST, _serialised({**known, **whole}))


def _serialised(content: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


def history_csv(history: list[Epoch]) -> str:
    """The log as CSV, one line an epoch."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(Epoch.__dataclass_fields__), lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(epoch) for epoch in history)
    return stream.getvalue()


def read_checkpoint(path: Path, recipe: Recipe, split: Split) -> dict[str, Any]:
    """A checkpoint that belongs to this recipe and split. Raises `Refusal` (CHECKPOINT)."""
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    # A damaged checkpoint makes torch raise nearly every exception there is.
    except Exception:
        raise Refusal(TrainingCode.CHECKPOINT, f"{path}: the checkpoint is missing or damaged.") from None
    if content.get("recipe") != recipe.digest:
        raise Refusal(TrainingCode.CHECKPOINT, f"{path}: the checkpoint was made with another recipe.")
    if content.get("split") != split.sha256:
        raise Refusal(TrainingCode.CHECKPOINT, f"{path}: the checkpoint was made with another split.")
    return content


def _restore(
    path: Path,
    recipe: Recipe,
    split: Split,
    *,
    model: nn.Module,
    averaged: nn.Module,
    optimiser: torch.optim.Optimizer,
) -> list[Epoch]:
    content = read_checkpoint(path, recipe, split)
    model.load_state_dict(content["model"])
    averaged.load_state_dict(content["averaged"])
    optimiser.load_state_dict(content["optimiser"])
    return [Epoch(**epoch) for epoch in content["history"]]
