"""A figure by its recipe, in the background: its slices read, composed, written. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.jobs.export.layers import ExportLayers, MapModel, find_layers
from desktop.jobs.export.series_files import ExportedPicture, read_pictures
from desktop.render.figure import FigurePart, draw_figure, encode_figure
from desktop.state.export_options import ExportOptions
from desktop.state.figure_recipe import FigureMap, FigurePane, FigureRecipe, write_recipe
from desktop.state.texts.language import tr
from desktop.state.view import Heat
from imaging.base.atomic_write import write_with_folder
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job, Progress
from imaging.load import allocate
from imaging.volume.series import Series, middle_of
from imaging.volume.windowing import VoiFunction, Window
from imaging.workers.pool import Reading
from inference.bundle.catalog import resolve_model
from inference.classify.classifier import Classifier

FIGURE_ENDINGS = (".png", ".tif", ".tiff")


@dataclass(frozen=True)
class WrittenFigure:
    """The size of a figure that was written, in pixels, and what a person should know of it."""

    rows: int
    columns: int
    notes: tuple[str, ...] = ()


def write_figure(series: Sequence[Series], recipe: FigureRecipe, out: Path, reading: Reading) -> Job[WrittenFigure]:
    """Write the figure that a recipe describes. Raises `Refusal`: ARGUMENT, OUT_OF_RANGE, NO_GEOMETRY, WRITE …"""
    if not out.name.lower().endswith(FIGURE_ENDINGS):
        raise Refusal(Code.ARGUMENT, "A figure is a PNG or a TIFF; let the name of OUT end in .png or .tif.")
    parts = []
    for done, pane in enumerate(recipe.panes, start=1):
        if not 0 <= pane.series < len(series):
            raise Refusal(
                Code.OUT_OF_RANGE,
                english(
                    "A pane wants series {series}; the last is {series_2}.",
                    series=pane.series,
                    series_2=len(series) - 1,
                ),
            )
        parts.append((yield from _read_part(pane, series[pane.series], out, reading)))
        yield Progress(tr("Reading slices"), done, len(recipe.panes))
    if any(path.exists() and out.exists() and path.samefile(out) for path in _files_of(parts)):
        raise Refusal(Code.WRITE, "The file to write is one of the files that were opened; they are never changed.")
    figure = draw_figure(tuple(parts), recipe)
    yield Progress(tr("Writing the figure"), len(parts), len(parts))
    write_with_folder(out, encode_figure(figure, recipe.dpi, as_tiff=not out.name.lower().endswith(".png")))
    burned = tr("Text is burned into pixels of this figure and may name the patient.")
    is_burned = any(part.slice.series.acquisition.burned_in for part in parts)
    return WrittenFigure(figure.shape[0], figure.shape[1], (burned,) if is_burned else ())


def write_figure_and_recipe(
    series: Sequence[Series], recipe: FigureRecipe, out: Path, reading: Reading
) -> Job[WrittenFigure]:
    """Write a figure, and its recipe beside it under the same name as `.json`. Raises as `write_figure` does."""
    written = yield from write_figure(series, recipe, out, reading)
    write_with_folder(out.with_suffix(".json"), write_recipe(recipe))
    return written


def _files_of(parts: Sequence[FigurePart]) -> set[Path]:
    return {frame.source.path for part in parts for frame in part.slice.series.frames}


def _read_part(pane: FigurePane, series: Series, out: Path, reading: Reading) -> Job[FigurePart]:
    window = None
    if pane.window is not None and series.channels == 1:
        centre, width = pane.window
        window = Window(centre, width, VoiFunction.LINEAR if width >= 1 else VoiFunction.LINEAR_EXACT)
    index = pane.slice if pane.slice is not None else middle_of(allocate(series, reading).count(pane.plane))
    options = ExportOptions(format="png", out=out, index=index, phase=pane.phase, plane=pane.plane, voi=window)
    part: FigurePart | None = None
    for step in read_pictures(series, options, reading):
        if isinstance(step, ExportedPicture):
            part = FigurePart(pane, step.slice, step.voi)
        else:
            yield step
    assert part is not None
    layers = ExportLayers(pane.shapes, None if pane.map is None else _map_model(pane.map, reading))
    over = yield from find_layers(part.slice, layers, part.voi, inverted=pane.inverted, is_alone=True)
    return replace(part, over=over)


def _map_model(wanted: FigureMap, reading: Reading) -> MapModel:
    """Return the model of a heatmap. Raises `Refusal`: those of a bundle, and ARGUMENT for a label that it has not."""
    classifier = Classifier(resolve_model(wanted.model, policy=reading.policy), policy=reading.policy)
    names = classifier.contract.task.names
    if wanted.label is not None and wanted.label not in names:
        raise Refusal(
            Code.ARGUMENT,
            english(
                "The model of a pane has no label {label}; it has {names}.", label=wanted.label, names=", ".join(names)
            ),
        )
    heat = Heat(True, wanted.label, wanted.opacity, wanted.cut, wanted.method)
    return MapModel(classifier, heat)
