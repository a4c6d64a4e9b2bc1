"""Checkpoints: the whole state after an epoch, the best weights so far, and which recipe and split they belong to."""

import io
from pathlib import Path
from typing import Any

import torch

from imaging.base.errors import Refusal
from training.data.split import Split
from training.recipe.recipe import Recipe
from training.recipe.text_files import write_atomically
from training.recipe.training_codes import TrainingCode

LAST, BEST = "last.pt", "best.pt"


def write_checkpoint(path: Path, content: dict[str, Any]) -> None:
    """Replace a checkpoint. Raises `Refusal` (WRITE), and then the old one is still there, whole."""
    stream = io.BytesIO()
    torch.save(content, stream)
    write_atomically(path, stream.getvalue())


def read_checkpoint(path: Path, recipe: Recipe, split: Split) -> dict[str, Any]:
    """A checkpoint that belongs to this recipe and split. Raises `Refusal` (CHECKPOINT)."""
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    # A damaged checkpoint makes torch raise nearly every exception there is.
    except Exception:
        raise Refusal(TrainingCode.CHECKPOINT, f"{path}: the checkpoint is missing or damaged.") from None
    if not isinstance(content, dict) or content.get("recipe") != recipe.digest:
        raise Refusal(TrainingCode.CHECKPOINT, f"{path}: the checkpoint was made with another recipe.")
    if content.get("split") != split.sha256:
        raise Refusal(TrainingCode.CHECKPOINT, f"{path}: the checkpoint was made with another split.")
    known: dict[str, Any] = content
    return known
