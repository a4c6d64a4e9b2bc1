"""Layers over exported pictures: what a person drew, and the heatmap of a model's answer, as the window shows them."""

from dataclasses import dataclass, replace
from pathlib import Path

from desktop.jobs.explain import MapChoice, SliceMap, TorchPath, check_slice_map, make_map, reason_without_layers
from desktop.jobs.score import choose_map
from desktop.jobs.shape_work import SET_ASIDE, load_shapes, read_shapes
from desktop.render.annotations import draw_shape, find_presentation
from desktop.render.colour_maps import Levels
from desktop.render.frame import Voi
from desktop.state.picture import DrawnShape, SliceLayers
from desktop.state.texts.language import tr
from desktop.state.view import Heat
from imaging.annotations.measurement import measure_shape
from imaging.annotations.placement import find_slice, is_on_slice
from imaging.annotations.shapes import Shape
from imaging.annotations.store import AnnotationStore, default_store_path
from imaging.base.progress import Job
from imaging.load import allocate
from imaging.volume.series import Series
from imaging.volume.volume import Slice
from imaging.workers.pool import Reading
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import Analysis, describe_standing
from inference.classify.finding_words import format_percent
from inference.contract.contract import NOTICE

_CAVEAT = f"Where the model looked, not the outline of a lesion. {NOTICE}"
_WEAK = "Weak map: it does not hold under a nudge, or the middle of the picture says as much."
_UNCHECKED = "Not checked whether it holds."


@dataclass(frozen=True, eq=False)
class MapModel:
    """A model whose heatmaps are laid over slices; `heat` says of which label, by which method, how it looks."""

    classifier: Classifier
    heat: Heat
    shown: tuple[Analysis, SliceMap] | None = None
    """The answer and the heatmap that are on screen already."""


@dataclass(frozen=True, eq=False)
class ExportLayers:
    """All that may be laid over the slices of one series."""

    shapes: tuple[Shape, ...] = ()
    map_model: MapModel | None = None


NO_LAYERS = ExportLayers()
NOTHING_OVER = SliceLayers()


@dataclass(frozen=True)
class FoundMarks:
    """The shapes that are to be drawn, and what a person should know of those that are not."""

    shapes: tuple[Shape, ...] = ()
    notes: tuple[str, ...] = ()


def find_marks(series: Series, reading: Reading, file: Path | None) -> Job[FoundMarks]:
    """Return the shapes of a series: those of a file (JSON, CSV, DICOM SR), else those that this person has drawn.

    Raises `Refusal`: those of `read_shapes`, and those of the store.
    """
    if file is not None:
        found = yield from read_shapes(file, allocate(series, reading), reading)
        return FoundMarks(found.shapes, _notes_on_lost(found.lost))
    path = default_store_path()
    if not path.is_file():
        return FoundMarks()
    kept = yield from load_shapes(series, AnnotationStore(path))
    placed = [(shape, find_slice(shape, series)) for shape in kept.shapes]
    there = tuple(shape.on_slice(index) for shape, index in placed if index is not None)
    aside = () if kept.set_aside is None else (tr(SET_ASIDE, name=kept.set_aside.name),)
    return FoundMarks(there, (*aside, *_notes_on_lost(len(placed) - len(there))))


def _notes_on_lost(count: int) -> tuple[str, ...]:
    return (tr("Not drawn, of slices that are not open: %n measurement(s).", "", count),) if count else ()


def draw_marks(
    slice_: Slice, shapes: tuple[Shape, ...], voi: Voi | None, *, inverted: bool, is_private: bool
) -> tuple[DrawnShape, ...]:
    """Return the visible shapes of a slice as they are painted; a person's words beside them only if not `private`."""
    units = slice_.series.units
    there = [shape for shape in shapes if shape.is_visible and is_on_slice(shape, slice_)]
    named = (replace(shape, label="") if is_private else shape for shape in there)
    drawn = []
    for shape in named:
        found = measure_shape(shape, slice_)
        shown = find_presentation(found, slice_, voi, inverted=inverted)
        drawn.append(draw_shape(shape, found, units, presentation=shown))
    return tuple(drawn)


def find_layers(
    slice_: Slice,
    layers: ExportLayers,
    voi: Voi | None,
    *,
    inverted: bool = False,
    is_private: bool = False,
    is_alone: bool = False,
) -> Job[SliceLayers]:
    """Return the layers of one slice under a window; if a heatmap is wanted, the model is asked. Raises `Refusal`.

    Of a slice that is exported alone it is checked whether its heatmap holds, which takes as long as many answers.
    """
    drawn = draw_marks(slice_, layers.shapes, voi, inverted=inverted, is_private=is_private)
    if layers.map_model is None:
        return SliceLayers(drawn)
    levels, caption = yield from find_map(slice_, layers.map_model, with_check=is_alone)
    return SliceLayers(drawn, levels, caption)


def find_map(slice_: Slice, model: MapModel, *, with_check: bool) -> Job[tuple[Levels | None, tuple[str, ...]]]:
    """Return the heatmap of a slice, or None, and lines that say whose it is, or why there is none.

    As in the window there is none of an answer that must not be relied on, nor of a normal one, unless it is on screen.
    """
    found = yield from _make_map(slice_, model)
    if not isinstance(found, _FoundMap):
        return None, (f"{_title(model)}. {found}", NOTICE)
    worth = _UNCHECKED
    if with_check and found.map.heat.any():
        check = yield from check_slice_map(found.map, model.classifier, found.torch_path)
        worth = _WEAK if check.is_weak else ""
    return found.map.levels, _describe(found.analysis, found.map, _title(model), worth)


@dataclass(frozen=True, eq=False)
class _FoundMap:
    analysis: Analysis
    map: SliceMap
    torch_path: TorchPath | None


def _make_map(slice_: Slice, model: MapModel) -> Job[_FoundMap | str]:
    """Return the heatmap of a slice, or a sentence that says why there is none."""
    contract, heat, shown = model.classifier.contract, model.heat, model.shown
    is_elsewhere = heat.layer is not None and reason_without_layers(model.classifier.bundle) is None
    torch_path = TorchPath(model.classifier) if is_elsewhere else None
    if shown is not None and _is_same(shown[1].slice, slice_):
        return _FoundMap(*shown, torch_path)
    analysis = analyse(slice_, model.classifier)
    if analysis.finding is None or analysis.is_withheld:
        return f"No map: {analysis.message if analysis.finding is None else describe_standing(analysis)}"
    choice = choose_map(analysis, contract, heat.label, method=heat.method, layer=heat.layer)
    if not isinstance(choice, MapChoice):
        return choice
    made = yield from make_map(slice_, analysis, model.classifier, choice, torch_path=torch_path)
    return _FoundMap(analysis, made.map, torch_path)


def _title(model: MapModel) -> str:
    return f"{model.classifier.contract.name} {model.classifier.contract.version}"


def _describe(analysis: Analysis, drawn: SliceMap, title: str, worth: str) -> tuple[str, ...]:
    scores = () if analysis.finding is None else analysis.finding.scores
    score = next((one for one in scores if one.name == drawn.choice.label), None)
    number = f": {score.display} {format_percent(score.probability)}" if score is not None else ""
    empty = "" if drawn.levels.any() else "The map is zero everywhere."
    said = " ".join(filter(None, (f"{drawn.said}.", empty, worth)))
    return f"{title}{number}. {describe_standing(analysis)}", said, _CAVEAT


def _is_same(one: Slice, other: Slice) -> bool:
    """Return whether two slices, read at different times, are the same one of the same series."""
    places = [(each.series.id, each.plane, each.phase, each.index) for each in (one, other)]
    return places[0] == places[1] and not (one.is_interpolated or other.is_interpolated)
