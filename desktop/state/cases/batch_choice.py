"""A batch as a person chose it in the window."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from desktop.state.texts.language import tr


@dataclass(frozen=True)
class BatchChoice:
    """Paths to score, the ids of models, and the table to write."""

    paths: tuple[Path, ...]
    models: tuple[str, ...]
    out: Path
    slices: Literal["middle", "all"] = "middle"
    resume: bool = False


@dataclass(frozen=True)
class BatchEnd:
    """How a batch ended: slices that were scored, rows that were added, how many files and slices have no finding."""

    out: Path
    slices: int
    rows: int
    without: int
    stopped: bool = False

    @property
    def sentence(self) -> str:
        """Return it as one line for a person."""
        without = tr(", {without} without a finding", without=self.without) if self.without else ""
        end = tr("Stopped; what was done is kept, and can go on") if self.stopped else tr("Done")
        return tr(
            "{end}: {slices} slices scored, {rows} rows added{without}.",
            end=end,
            slices=self.slices,
            rows=self.rows,
            without=without,
        )
