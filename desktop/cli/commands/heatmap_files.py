"""Heatmaps as files: the map of a decided label as .npy in slice pixels, and over the viewer's frame as PNG."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.cli.commands.slices import read_initial_voi, write_npy, write_png
from desktop.jobs.score import choose_label
from desktop.render.colour_maps import blend_overlay, draw_heat
from desktop.render.frame import draw_frame, draw_graphics
from desktop.state.view import Heat
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job
from imaging.volume.volume import Slice, Volume
from imaging.workers.pool import Reading
from inference.batch.run import SliceAnswer
from inference.classify.classifier import Classifier
from inference.classify.finding import Analysis
from inference.contract.storage import Bundle
from inference.explain.methods import explain
from inference.explain.normalise_cam import heat_in_slice


@dataclass(frozen=True)
class Heatmap:
    """A heatmap that was written: the .npy (the overlay is the .png beside it), of which label, and how it was made."""

    path: Path
    label: str
    method: str
    """`grad-cam`, `hires-cam`, `occlusion` or `lime`."""
    layer: str | None
    """Where the class maps come from; the other methods look at no layer."""
    is_empty: bool = False
    """It is zero everywhere: nothing in the slice speaks for the label."""


class HeatmapWriter:
    """Writes the heatmaps of answers into a folder, one after another."""

    def __init__(self, bundles: Sequence[Bundle], folder: Path, method: str | None = None) -> None:
        """Name the models in the order of the answers' analyses. Makes the folder; raises `Refusal` (WRITE)."""
        self._bundles = bundles
        self._folder = folder
        self._method = method
        self._classifiers: dict[int, Classifier] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refusal(Code.WRITE, "The folder for the results could not be made there.") from error

    def write(self, answer: SliceAnswer, reading: Reading) -> Job[list[Heatmap | None]]:
        """Write the heatmap of each model's decided label; None in the place of one that has none.

        Nothing is written for a slice that could not be read. Raises `Refusal` (WRITE).
        """
        heats: list[Heatmap | None] = []
        for model, analysis in enumerate(answer.analyses):
            assert answer.slice is not None
            assert answer.volume is not None
            file = self._folder / self._name(answer, model)
            heat = yield from self._write_one(model, analysis, answer.slice, answer.volume, file, reading)
            heats.append(heat)
        return heats

    def _name(self, answer: SliceAnswer, model: int) -> str:
        """Return a name made of numbers alone: file names and labels may hold what no file name should."""
        which = f"_model-{model}" if len(self._bundles) > 1 else ""
        phase = f"_phase-{answer.plan.phase:03d}" if answer.series.phases > 1 else ""
        return f"series-{answer.plan.number:03d}{phase}_slice-{answer.index:04d}{which}.npy"

    def _write_one(
        self, model: int, analysis: Analysis, slice_: Slice, volume: Volume, file: Path, reading: Reading
    ) -> Job[Heatmap | None]:
        contract, label = self._bundles[model].contract, choose_label(analysis)
        if contract.explanation.method == "none" or label is None or analysis.raw is None:
            return None
        try:
            explained = yield from explain(analysis, slice_, self._classifier(model, reading), self._method)
        except Refusal:
            # The score stands; a model that fails on covered slices has no heatmap.
            return None
        heat = heat_in_slice(explained.analysis, contract, label)
        look = Heat()
        overlay = draw_heat(heat, opacity=look.opacity, cut=look.cut)
        write_npy(file, heat)
        frame = draw_frame(slice_, read_initial_voi(volume, reading))
        write_png(file.with_suffix(".png"), draw_graphics(blend_overlay(frame, overlay), slice_))
        return Heatmap(file, label, explained.method, explained.layer, is_empty=not heat.any())

    def _classifier(self, model: int, reading: Reading) -> Classifier:
        """Return a model with all cores: what is covered is asked for one after another."""
        if model not in self._classifiers:
            self._classifiers[model] = Classifier(self._bundles[model], policy=reading.policy)
        return self._classifiers[model]
