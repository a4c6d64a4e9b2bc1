"""Commands on shapes: copy and paste, delete, words and colour, files."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.controllers.annotations.shapes_of_series import AnnotationController, place_shape
from desktop.controllers.document import DocumentController
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.shape_work import FoundShapes, read_reported, read_shapes, write_shapes
from desktop.state.annotations.drawing import clamp_shift
from desktop.state.texts.language import tr
from imaging.annotations.measurement import is_inside
from imaging.annotations.shapes import Shape, new_uid
from imaging.base.english import english
from imaging.volume.series import Series

# Pixels by which a copy stands beside what is there already, and how many copies find a place of their own.
_PASTE_SHIFT, _MOST_PASTED = 8.0, 20
_REPORTS = english("View › Reports among the files lists them")


class ShapeCommands(QObject):
    """Requests by menu, key or list. Most of it is about the selected shape."""

    label_wanted = Signal(str)  # a text is to be asked for; the one that is there

    def __init__(self, shapes: AnnotationController, document: DocumentController, jobs: Jobs) -> None:
        super().__init__(shapes)
        self._document = document
        self._shapes = shapes
        self._jobs = jobs
        self._copied: Shape | None = None
        self._unnamed: tuple[Series, Shape] | None = None
        """A text that is not written yet."""

    def delete(self) -> None:
        """Take the selected shape away; undo brings it back."""
        series = self._shapes.active().series
        if series is not None and self._shapes.selected_shape is not None:
            self._shapes.change(
                series, tuple(one for one in self._shapes.history_here.shapes if one.uid != self._shapes.selected)
            )

    def copy(self) -> None:
        """Keep the selected shape to be pasted."""
        if (shape := self._shapes.selected_shape) is not None:
            self._copied = shape
            self._shapes.said.emit(tr("Copied: paste it on this slice or on another one."))

    def paste(self) -> None:
        """Put what was copied on the slice on screen."""
        view, shape = self._shapes.active(), self._copied
        if shape is None or view.slice is None or view.series is None:
            return
        size = view.slice.stored.shape[:2]
        if not is_inside(shape.points, size):
            self._shapes.said.emit(tr("What was copied does not fit on this slice."))
            return
        taken = {one.points for one in self._shapes.shapes_on(view, view.slice)}
        for _ in range(_MOST_PASTED):
            if shape.points in taken:
                shape = shape.moved(*clamp_shift(shape.points, (_PASTE_SHIFT, _PASTE_SHIFT), size))
        pasted = place_shape(replace(shape, uid=new_uid(), is_visible=True), view.slice)
        self._shapes.change(view.series, self._shapes.history_here.with_shape(pasted))
        self._shapes.select(pasted.uid)

    def ask_for_label(self) -> None:
        """Ask for the label of the selected shape."""
        if (shape := self._shapes.selected_shape) is not None:
            self.label_wanted.emit(shape.label)

    def begin_text(self, series: Series, shape: Shape) -> None:
        """Ask what a text that was just placed is to say; without words it is not there."""
        self._unnamed = series, shape
        self.label_wanted.emit("")

    def set_label(self, label: str) -> None:
        """Write a label beside the shape that was asked about."""
        unnamed, self._unnamed = self._unnamed, None
        if unnamed is None:
            if (shape := self._shapes.selected_shape) is not None:
                self._shapes.replace(replace(shape, label=label))
        elif label:
            series, shape = unnamed
            self._shapes.change(series, self._shapes.history(series).with_shape(replace(shape, label=label)))
            self._shapes.select(shape.uid)

    def drop_text(self) -> None:
        """Leave a text out that was to be written."""
        self._unnamed = None

    def set_colour(self, uid: str, colour: str) -> None:
        """Draw a shape in a colour, `#rrggbb`; empty for the usual one."""
        if (shape := self._shapes.history_here.find(uid)) is not None:
            self._shapes.replace(replace(shape, colour=colour))

    def set_visible(self, uid: str, visible: bool) -> None:
        """Show a shape, or leave it out."""
        if (shape := self._shapes.history_here.find(uid)) is not None:
            self._shapes.replace(replace(shape, is_visible=visible))

    def export(self, path: Path) -> None:
        """Write the shapes of the series on screen to a file."""
        volume, shapes = self._shapes.active().volume, self._shapes.history_here.shapes
        if volume is not None:
            work = partial(write_shapes, path, shapes, volume, self._document.reading)
            told = partial(self._tell_written, len(shapes))
            self._jobs.start(Lane.SHAPES, work, returned=told, refused=self._shapes.refused.emit)

    def import_from(self, path: Path) -> None:
        """Add the shapes of a file to the series on screen; of JSON and CSV none of them if one does not fit."""
        volume = self._shapes.active().volume
        if volume is not None:
            work = partial(read_shapes, path, volume, self._document.reading)
            took = partial(self._take_imported, volume.series)
            self._jobs.start(Lane.SHAPES, work, returned=took, refused=self._shapes.refused.emit)

    def import_reported(self) -> None:
        """Add what structured reports among the open files have measured on the series on screen."""
        volume, reports = self._shapes.active().volume, self._document.reports
        if volume is not None and not reports:
            self._shapes.said.emit(tr("There are no structured reports among the open files."))
        elif volume is not None:
            work = partial(read_reported, reports, volume, self._document.reading)
            took = partial(self._take_imported, volume.series)
            self._jobs.start(Lane.SHAPES, work, returned=took, refused=self._shapes.refused.emit)

    def _tell_written(self, there: int, written: int) -> None:
        others = (
            tr("; {there} others are on planes that it cannot name", there=there - written) if written < there else ""
        )
        self._shapes.said.emit(tr("Measurements written: {written}{others}", written=written, others=others))

    def _take_imported(self, series: Series, found: FoundShapes) -> None:
        coming = {one.uid: one for one in (replace(one, uid=one.uid or new_uid()) for one in found.shapes)}
        kept = tuple(one for one in self._shapes.history(series).shapes if one.uid not in coming)
        self._shapes.change(series, (*kept, *coming.values()))
        lost = (
            tr("; {lost} others lie on other images, or are none that can be drawn", lost=found.lost)
            if found.lost
            else ""
        )
        unplaced = (
            tr(
                "; {unplaced} numbers without a place in a picture: {where}",
                unplaced=found.unplaced,
                where=tr(_REPORTS),
            )
            if found.unplaced
            else ""
        )
        self._shapes.said.emit(
            tr("Measurements imported: {coming}{lost}{unplaced}", coming=len(coming), lost=lost, unplaced=unplaced)
        )
