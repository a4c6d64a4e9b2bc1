"""The wishes of a person for a training on own cases. No Qt here."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class TrainingChoice:
    """Which model of the judgement is continued, and the folder for set, run and new bundle."""

    model: int
    folder: Path
    without_identity: bool
    epochs: int
