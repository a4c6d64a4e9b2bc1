"""Sends on what is open: a series is exported, files are copied without identity, one thing at a time."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath

from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.model import ModelController
from desktop.controllers.panes import PanesController
from desktop.controllers.view import ViewController
from desktop.jobs.export.figure import WrittenFigure, write_figure_and_recipe
from desktop.jobs.export.layers import ExportLayers, MapModel
from desktop.jobs.export.series_files import NO_OBLIQUE, ExportedFiles, draw_picture, export_series
from desktop.jobs.jobs import Jobs, Lane, Result, Work
from desktop.render.frame import Grey, draw_frame, is_large, reduce_slice
from desktop.state.export_options import ExportOptions
from desktop.state.figure_recipe import FigureMap, FigurePane, FigureRecipe
from desktop.state.picture import SliceLayers
from desktop.state.texts.language import said, tr
from imaging.annotations.placement import is_on_slice
from imaging.annotations.shapes import Shape
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.export.deidentify.copies import DeidentifiedFiles, deidentify
from imaging.export.deidentify.letter_marks import find_letter_marks
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.pseudonyms import Pseudonyms
from imaging.volume.geometry import Plane
from imaging.volume.series import Series
from imaging.volume.volume import Slice
from imaging.volume.windowing import Window

_PREVIEW_SIDE = 320
_MAP_COMES = english("The model's score and the caveat of its heatmap stand here.")


class SendingController(QObject):
    """Exports the series on screen, and copies what is open without identity, in the background."""

    previewed = Signal(object)  # uint8 [row, column] or [row, column, 3]: the slice on screen as it would be exported
    letters_found = Signal(object)  # boxes (top, left, bottom, right) of marks like letters on the slice on screen
    sent = Signal(str)  # a sentence on what was written
    refused = Signal(object)  # why it was not (`Refusal`), or None when another thing is begun
    progress_changed = Signal(object)

    def __init__(
        self, document: DocumentController, panes: PanesController, model: ModelController, *, jobs: Jobs
    ) -> None:
        super().__init__(model)
        self._document = document
        self._panes = panes
        self._model = model
        self._jobs = jobs
        self.marks: Callable[[Series], tuple[Shape, ...]] = lambda _: ()
        """Returns what was drawn on a series."""
        self.is_private: Callable[[], bool] = lambda: False
        """Tells whether patient data is hidden."""

    @property
    def _view(self) -> ViewController:
        return self._panes.active

    @property
    def _is_between(self) -> bool:
        """Whether what is on screen is no slice of the series: a plane of MPR, a projection."""
        return self._view.slice is not None and self._view.slice.is_interpolated

    @property
    def is_busy(self) -> bool:
        """Return whether anything is being written."""
        return self._jobs.is_busy(Lane.SENDING)

    def stop(self) -> None:
        """Stop what is being written; files that are whole stay."""
        self._jobs.cancel(Lane.SENDING)
        self.progress_changed.emit(None)
        self.sent.emit(tr("Stopped. What was written by then is whole and was kept."))

    def preview(self, options: ExportOptions) -> None:
        """Draw the slice on screen as it would be exported, small."""
        slice_ = self._view.slice
        if slice_ is not None:
            small = reduce_slice(slice_) if is_large(slice_) else slice_
            chosen, over = self._as_seen(options), self._layers_on_screen(slice_, options)
            size, heat = slice_.stored.shape[:2], self._view.state.heat
            picture = draw_picture(small, chosen.voi, chosen, over, heat, size=size, longest=_PREVIEW_SIDE)
            self.previewed.emit(picture)

    def export(self, options: ExportOptions) -> None:
        """Export the series on screen as it is looked at; an `index` that is given stands for the slice on screen."""
        series = self._view.series
        if series is not None:
            shapes = self.marks(series) if options.with_marks else ()
            layers = ExportLayers(shapes, self._map_model() if options.with_map else None)
            work = partial(export_series, series, self._as_seen(options), self._document.reading, layers)
            self._start(work, partial(self._exported, options.out.name))

    def write_figure(self, options: ExportOptions, dpi: int) -> None:
        """Write the slice on screen as a figure for publication, and the recipe that makes it again."""
        slice_ = self._view.slice
        if self._is_between:
            self._not_sent(Refusal(Code.UNSUPPORTED, tr(NO_OBLIQUE)))
        elif slice_ is not None:
            state, out = self._view.state, options.out
            drawn = self.marks(slice_.series) if options.with_marks else ()
            there = (shape for shape in drawn if shape.is_visible and is_on_slice(shape, slice_))
            pane = FigurePane(
                series=next(n for n, one in enumerate(self._document.series) if one.id == slice_.series.id),
                slice=state.index,
                phase=state.phase,
                plane=state.plane,
                window=(state.voi.centre, state.voi.width) if isinstance(state.voi, Window) else None,
                inverted=state.inverted,
                colours=state.colours,
                colour_bar=True,
                letters=True,
                shapes=tuple(replace(shape, label="") if self.is_private() else shape for shape in there),
                map=self._figure_map() if options.with_map else None,
            )
            recipe = FigureRecipe(panes=(pane,), dpi=dpi)
            work = partial(write_figure_and_recipe, self._document.series, recipe, out, self._document.reading)
            self._start(work, partial(self._figure_written, out))

    def deidentify(self, out: Path, options: DeidentifyOptions) -> None:
        """Copy everything that is open into a folder, without identity."""
        paths = self._document.paths
        work = partial(deidentify, paths, out, options, Pseudonyms(), self._document.reading)
        self._start(work, partial(self._copied, out.name))

    def look_for_letters(self) -> None:
        """Look for burned-in text on the slice on screen."""
        slice_ = self._view.slice
        if slice_ is not None:
            work = partial(find_letter_marks, slice_.stored)
            self._jobs.start(Lane.LETTERS, work, returned=self.letters_found.emit)

    def stored_frame(self) -> tuple[Grey, tuple[int, int]] | None:
        """Return the slice on screen as it is stored (8 bits, perhaps reduced), and its rows and columns.

        None of a cut across slices, whose pixels are not those of a file.
        """
        slice_ = self._view.slice
        if slice_ is None or slice_.frame is None or slice_.plane is not Plane.ACQUIRED:
            return None
        small = reduce_slice(slice_) if is_large(slice_) else slice_
        rows, columns = slice_.stored.shape[:2]
        return draw_frame(small, self._view.state.voi), (rows, columns)

    def has_model(self) -> bool:
        """Return whether a model is in use whose heatmaps can be exported."""
        return self._model.classifier is not None

    def _map_model(self) -> MapModel | None:
        """Return the model in use, with the heatmap that is on screen if it is one of the slice on screen."""
        classifier, answer, drawn = self._model.classifier, self._model.answer, self._model.explanation.map
        picture = self._view.picture
        is_shown = picture is not None and picture.overlay is not None and drawn is not None and not drawn.is_coarse
        shown = (answer.analysis, drawn) if is_shown and answer is not None and drawn is not None else None
        return None if classifier is None else MapModel(classifier, self._view.state.heat, shown)

    def _figure_map(self) -> FigureMap | None:
        classifier, heat = self._model.classifier, self._view.state.heat
        if classifier is None:
            return None
        installed = [one.contract.id for one in self._model.offers.models if one.path == classifier.bundle.path]
        named = installed[0] if installed else str(classifier.bundle.path)
        return FigureMap(model=named, label=heat.label, method=heat.method, opacity=heat.opacity, cut=heat.cut)

    def _layers_on_screen(self, slice_: Slice, options: ExportOptions) -> SliceLayers:
        """Return the layers as far as they are drawn already: nothing is measured or asked for a preview."""
        drawn = self._view.draw_shapes(slice_) if options.with_marks else ()
        picture = self._view.picture
        overlay = None if picture is None or not options.with_map else picture.overlay
        caption = (tr(_MAP_COMES),) if options.with_map else ()
        return SliceLayers(drawn, None if overlay is None else overlay.levels, caption)

    def _as_seen(self, options: ExportOptions) -> ExportOptions:
        state = self._view.state
        index = None if options.index is None else state.index
        return replace(
            options,
            index=index,
            phase=state.phase,
            # A cut between slices has another one's number: it is refused by the name of its plane.
            plane=Plane.OBLIQUE if self._is_between else state.plane,
            voi=state.voi,
            inverted=state.inverted,
            colours=state.colours,
            private=options.private or self.is_private(),
            turn=state.turn,
        )

    def _start(self, work: Work[Result], returned: Callable[[Result], None]) -> None:
        self.refused.emit(None)
        report = self.progress_changed.emit
        self._jobs.start(Lane.SENDING, work, returned=returned, refused=self._not_sent, progressed=report)

    def _exported(self, name: str, files: ExportedFiles) -> None:
        self.progress_changed.emit(None)
        self.sent.emit(
            " ".join(
                (
                    tr("{name} is written ({slices} slices).", name=PurePath(name), slices=files.slices),
                    *map(said, files.notes),
                )
            )
        )

    def _figure_written(self, out: Path, figure: WrittenFigure) -> None:
        self.progress_changed.emit(None)
        size = tr("{columns} × {rows} pixels", columns=figure.columns, rows=figure.rows)
        recipe = tr("Its recipe is {name}.", name=PurePath(out.with_suffix(".json").name))
        self.sent.emit(
            " ".join(
                (
                    tr("{name} is written, {size}. {recipe}", name=PurePath(out.name), size=size, recipe=recipe),
                    *map(said, figure.notes),
                )
            )
        )

    def _copied(self, name: str, files: DeidentifiedFiles) -> None:
        self.progress_changed.emit(None)
        texts = sum(bool(copy.record.burned_in) for copy in files.copies)
        looked = tr(
            "Of {seen} files {opened} were copied into the folder {name}, and verified.",
            seen=files.ledger.seen,
            opened=files.ledger.opened,
            name=PurePath(name),
        )
        seen = tr(" {texts} may have text in their pixels: look at them.", texts=texts) if texts else ""
        notes = dict.fromkeys(note for copy in files.copies for note in copy.record.notes)
        self.sent.emit(" ".join((f"{looked}{seen}", *map(said, notes))))

    def _not_sent(self, refusal: Refusal) -> None:
        self.progress_changed.emit(None)
        self.refused.emit(refusal)
