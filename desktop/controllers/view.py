"""How the series on screen is looked at: take what a person asks for, keep the `ViewState`, emit the `Picture`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from desktop.jobs.frame_drawing import FrameDrawer
from desktop.jobs.jobs import Jobs
from desktop.render.colour_maps import Levels
from desktop.render.frame import (
    Grey,
    choose_next_window,
    fit_window,
    is_large,
    list_file_windows,
    measure_drag,
)
from desktop.render.picture_builder import empty_picture
from desktop.render.text import choose_home_turn, describe_pixel
from desktop.state.picture import DrawnShape, ModelMarks, Picture
from desktop.state.texts.language import tr
from desktop.state.view import FIT, Camera, ViewState, drag_window
from imaging.volume.geometry import Affine
from imaging.volume.series import Series
from imaging.volume.volume import Slice, Volume
from imaging.volume.windowing import VoiTable, Window

SliceKey = tuple[Series, str, int, int]
"""(series, plane, phase, slice): the slice that an answer speaks of. Files that are opened anew are another series."""
_NO_SERIES = ""


def key_of(slice_: Slice) -> SliceKey:
    """Return the key of a slice; two that are interpolated at the same number may be different planes."""
    plane = f"{slice_.plane} {id(slice_)}" if slice_.is_interpolated else slice_.plane
    return slice_.series, plane, slice_.phase, slice_.index


@dataclass(frozen=True, eq=False)
class _SeriesView:
    """How a series is looked at, or was when it was left, and how it is at home."""

    state: ViewState
    home: ViewState
    affine: Affine | None = None

    def with_side(self, *, radiological: bool) -> "_SeriesView":
        """Return the same with the turn that brings a side of the patient to the left."""
        turn = choose_home_turn(self.affine, radiological=radiological)
        return replace(self, state=replace(self.state, turn=turn), home=replace(self.home, turn=turn))


class ViewController(QObject):
    """The series on screen. Every public method is something that a person can ask for, or a fact that came in."""

    picture_changed = Signal(object)  # a `Picture`, or None if the pane was emptied
    view_changed = Signal(object)  # the `ViewState`; emitted before the picture
    slice_changed = Signal(object)  # the `Slice` on screen, None while it is not read yet
    shown_changed = Signal(object)  # the `Series` on screen, None for an empty pane; `view_changed` follows
    slice_missing = Signal()  # the slice that is asked for is not read yet
    probed = Signal(str)

    def __init__(
        self, parent: QObject | None = None, *, radiological: bool = True, jobs: Jobs | None = None, number: int = 0
    ) -> None:
        """Draw large slices with `jobs` in the background, without them at once; `number` tells panes apart."""
        super().__init__(parent)
        self.number = number
        self.picture: Picture | None = None
        self.volume: Volume | None = None
        self.slice: Slice | None = None
        self._shown = _NO_SERIES
        self._views = {_NO_SERIES: _SeriesView(ViewState(), ViewState())}
        self._radiological = radiological
        self._overlay: dict[SliceKey, Levels] = {}
        self._marks: dict[SliceKey, ModelMarks] = {}
        self.frames = FrameDrawer(jobs, number, self._repaint)
        self._unreadable: dict[tuple[int, int], str] = {}
        self._drag: tuple[Window, float] | None = None
        self._probed = ""
        self._first: tuple[Slice, Grey] | None = None  # a slice that was read for `show`, and its frame
        self.draw_shapes: Callable[[Slice], tuple[DrawnShape, ...]] = lambda _: ()
        self.annotate: Callable[[Slice], tuple[DrawnShape, ...]] = lambda _: ()

    @property
    def series(self) -> Series | None:
        """The series on screen."""
        return None if self.volume is None else self.volume.series

    @property
    def state(self) -> ViewState:
        """How the series on screen is looked at."""
        return self._views[self._shown].state

    @property
    def home(self) -> ViewState:
        """How the series on screen was looked at in the beginning."""
        return self._views[self._shown].home

    def knows(self, series_id: str) -> bool:
        """Return whether this pane has shown a series before."""
        return series_id in self._views

    @property
    def count(self) -> int:
        """How many slices there are to go through."""
        return 1 if self.volume is None else self.volume.count(self.state.plane)

    # --- facts that come in ---

    def show(self, slice_: Slice, *, volume: Volume, voi: Window | VoiTable | None, frame: Grey | None = None) -> None:
        """Put a series on screen: as it was left, or, the first time, at this slice with this window.

        `frame` is the slice drawn in that window, if it was drawn already.
        """
        series = volume.series
        if series.id not in self._views:
            turn = choose_home_turn(slice_.affine, radiological=self._radiological)
            state = ViewState(voi=voi, index=slice_.index, phase=slice_.phase, turn=turn)
            self._views[series.id] = _SeriesView(state, state, series.affine)
        if frame is not None:
            self._first = slice_, frame
            self.frames.keep_frame(slice_, voi, inverted=False, frame=frame)
        self.show_again(volume)
        self._first = None

    def show_again(self, volume: Volume) -> None:
        """Put a series on screen that was there before, as it was left; it may have fewer slices by now."""
        before, series = self.state, volume.series
        self.volume, self._shown = volume, series.id
        state = self.state.at(self.state.index, count=self.count).at_phase(self.state.phase, phases=series.phases)
        self._keep(replace(state, heat=before.heat, smooth=before.smooth))
        self._overlay, self._unreadable = {}, {}
        self.shown_changed.emit(series)
        self._take_slice()

    def forget(self) -> None:
        """Forget how series were left: other files were opened. The one on screen stays until another one comes."""
        self._views = {_NO_SERIES: self._views[self._shown]}
        self._shown = _NO_SERIES

    def clear(self) -> None:
        """Take the series away: the pane is empty."""
        self.volume = self.slice = None
        self._shown = _NO_SERIES
        self._overlay, self._unreadable = {}, {}
        self.frames.forget()
        self.shown_changed.emit(None)
        self.view_changed.emit(self.state)
        self._show_picture(None)
        self.slice_changed.emit(None)

    def adopt(self, volume: Volume, *, phase: int, index: int) -> None:
        """Look at the same slice as before in what the series on screen has grown to."""
        left = self._views.pop(self._shown)
        state, home = (replace(one, phase=phase, index=index) for one in (left.state, left.home))
        self._views[volume.series.id] = _SeriesView(state, home, volume.series.affine)
        self._shown = volume.series.id
        self.show_again(volume)

    def slices_arrived(
        self, unreadable: Mapping[tuple[int, int], str] | None = None, *, all_changed: bool = False
    ) -> None:
        """Take slices that were read; `unreadable` says by (phase, slice) why others cannot be.

        With `all_changed` the slice on screen is taken anew too: something became known of the whole volume.
        """
        self._unreadable.update(unreadable or {})
        if self.volume is not None and (self.slice is None or all_changed):
            self._take_slice()

    def set_overlay(self, key: SliceKey, levels: Levels | None) -> None:
        """Show the heatmap of a slice, or take it away; one for another slice than that on screen is dropped."""
        is_shown = self.slice is not None and key_of(self.slice) == key
        if is_shown and (self.frames.release() or self._overlay.get(key) is not levels):
            self._overlay = {} if levels is None else {key: levels}
            self._repaint()

    def set_marks(self, key: SliceKey, **changes: object) -> None:
        """Change what a model adds to a slice beside its heatmap (`ModelMarks`)."""
        marks = replace(before := self._marks.get(key, ModelMarks()), **changes)  # type: ignore[arg-type]
        if marks != before:
            self._marks = {key: marks}
            self._repaint()

    # --- which slice ---

    def step(self, slices: int) -> None:
        """Go so many slices on (negative: back), held within the series."""
        self.go(self.state.index + slices)

    def go(self, index: int) -> None:
        """Go to a slice by its number."""
        if self.volume is not None:
            self._move(self.state.at(index, count=self.count))

    def step_phase(self, phases: int) -> None:
        """Go so many phases on."""
        self.go_to_phase(self.state.phase + phases)

    def go_to_phase(self, phase: int) -> None:
        """Go to a phase by its number."""
        if self.volume is not None:
            self._move(self.state.at_phase(phase, phases=self.volume.series.phases))

    # --- how it stands ---

    def rotate(self, quarters: int) -> None:
        """Turn clockwise by quarters."""
        self.change(turn=self.state.turn.rotated(quarters))

    def flip(self, across: str) -> None:
        """Exchange left and right of the screen (`horizontally`), or top and bottom (`vertically`)."""
        turn = self.state.turn
        self.change(turn=turn.flipped_horizontally() if across == "horizontally" else turn.flipped_vertically())

    def set_radiological(self, radiological: bool) -> None:
        """Choose which side of the patient is on the left; every series of the pane is brought home on that side."""
        self._radiological = radiological
        self._views = {name: view.with_side(radiological=radiological) for name, view in self._views.items()}
        if self.volume is not None:
            self._tell()

    def look(self, camera: Camera) -> None:
        """Zoom or pan."""
        self.change(camera=camera)

    def fit(self) -> None:
        """Show the whole slice in the pane."""
        self.look(FIT)

    def reset(self) -> None:
        """Bring window, turn and zoom back to the beginning."""
        self._set(self.state.with_home(self.home))

    # --- window (contrast), drawings ---

    def window_automatically(self) -> None:
        """Choose a window that spans the slice on screen."""
        if self.slice is not None and not self.slice.is_colour:
            self.change(voi=fit_window(self.slice))

    def window_of_file(self) -> None:
        """Choose the file's own window, or its next one; if it has none, the window of the beginning."""
        if self.slice is not None and not self.slice.is_colour:
            offered = list_file_windows(self.slice) or self.slice.series.file_windows
            self.change(voi=choose_next_window(offered, self.state.voi) or self.home.voi)

    def window_preset(self, centre_and_width: tuple[float, float]) -> None:
        """Choose a CT window; only if the values are Hounsfield units."""
        if self.slice is not None and self.slice.series.units == "HU":
            self.change(voi=Window(*centre_and_width))

    def begin_drag(self) -> None:
        """Count drags from the window as it is now: the left button went down."""
        self._drag = None if self.slice is None else measure_drag(self.slice, self.state.voi)

    def drag_window(self, right: float, up: float) -> None:
        """Change the window by the pixels that the pointer is from the beginning of the drag."""
        if self._drag is not None:
            window, span = self._drag
            self.change(voi=drag_window(window, right=right, up=up, span=span))

    def end_drag(self) -> None:
        """Draw the whole frame again: the left button was let go."""
        self._drag = None
        if self.slice is not None and is_large(self.slice):
            self._repaint()

    def invert(self) -> None:
        """Exchange bright and dark."""
        self.change(inverted=not self.state.inverted)

    def set_drawings(self, shown: bool) -> None:
        """Show what the file draws over its picture (60xx overlays), or leave it out."""
        self.change(graphics=shown)

    def set_heat(self, **changes: object) -> None:
        """Change how the heatmap is drawn: `visible`, `label`, `opacity`, `cut`, `method`, `layer`."""
        self.change(heat=replace(self.state.heat, **changes))  # type: ignore[arg-type]

    def probe(self, pixel: tuple[int, int] | None) -> None:
        """Say what is under the cursor, (row, column) or None outside the slice."""
        said = "" if self.slice is None or pixel is None else tr(describe_pixel(self.slice, *pixel))
        if said != self._probed:
            self._probed = said
            self.probed.emit(said)

    # --- making the picture ---

    def redraw(self) -> None:
        """Draw anew what a person drew on the slice on screen."""
        if self.slice is not None:
            self._repaint()

    def _move(self, state: ViewState) -> None:
        if (state.index, state.phase) != (self.state.index, self.state.phase):
            self._keep(state)
            self._take_slice()

    def _take_slice(self) -> None:
        """Take the slice that is asked for, or ask for it if it is not read yet."""
        assert self.volume is not None
        state = self.state
        if self._first is not None and key_of(self._first[0])[1:] == (state.plane.value, state.phase, state.index):
            self.slice = self._first[0]
        else:
            is_there = self.volume.loaded[state.phase, state.index]
            self.slice = self.volume.slice_at(state.plane, state.index, state.phase) if is_there else None
        with self.frames.gather():
            self.view_changed.emit(state)
            self.slice_changed.emit(self.slice)
        if self.slice is None and (state.phase, state.index) not in self._unreadable:
            self.slice_missing.emit()

    def change(self, **changes: object) -> None:
        """Look at the slice with other fields of `ViewState`."""
        self._set(replace(self.state, **changes))  # type: ignore[arg-type]

    def _set(self, state: ViewState) -> None:
        """Look at the same slice in another way; nobody is told of a change that changes nothing."""
        if state != self.state:
            self._keep(state)
            self._tell()

    def _keep(self, state: ViewState) -> None:
        self._views[self._shown] = replace(self._views[self._shown], state=state)

    def _tell(self) -> None:
        self.view_changed.emit(self.state)
        self._repaint()

    def _repaint(self) -> None:
        state, series = self.state, self.series
        if self.slice is not None and not self.frames.is_waiting:
            key = key_of(self.slice)
            picture = self.frames.compose(
                self.slice,
                state,
                self._overlay.get(key),
                marks=self._marks.get(key, ModelMarks()),
                annotations=(*self.draw_shapes(self.slice), *self.annotate(self.slice)),
                is_dragging=self._drag is not None,
            )
            self._show_picture(picture)
        elif series is not None and self.slice is None:
            lost = self._unreadable.get((state.phase, state.index))
            self._show_picture(empty_picture(series, state, lost=lost))

    def _show_picture(self, picture: Picture | None) -> None:
        self.picture = picture
        self.picture_changed.emit(picture)


class PlaneView(ViewController):
    """A pane whose slices are cut as somebody else decides: it asks for planes, and shows what it is given.

    Nobody who speaks of stored slices (models, coverage) hears of these: `slice_changed` tells None.
    """

    steps_requested = Signal(int)  # planes to go on along the normal, from the one that was asked for last
    index_requested = Signal(int)  # the number of a plane
    phase_requested = Signal(int)  # the phase to be cut

    @property
    def count(self) -> int:
        """How many planes there are along the normal."""
        return 1 if self.slice is None else self.slice.count

    def step(self, slices: int) -> None:
        """Ask for the plane so many further on; the one on screen may be on its way to another one."""
        if self.slice is not None:
            self.steps_requested.emit(slices)

    def go(self, index: int) -> None:
        """Ask for a plane by its number."""
        if self.slice is not None:
            self.index_requested.emit(min(max(index, 0), self.count - 1))

    def go_to_phase(self, phase: int) -> None:
        """Ask for the planes of a phase by its number."""
        if self.volume is not None:
            self.phase_requested.emit(min(max(phase, 0), self.volume.series.phases - 1))

    def present(self, slice_: Slice, volume: Volume, voi: Window | VoiTable | None) -> None:
        """Show a plane; of a series that was not shown yet in this window, standing as it is read."""
        self.slice = slice_
        known = self._views.get(volume.series.id)
        if known is not None:
            state = replace(known.state, index=slice_.index, phase=slice_.phase)
            self._views[volume.series.id] = replace(known, state=state)
        if self.volume is not volume or known is None:
            self.show(slice_, volume=volume, voi=voi)
        else:
            self._tell()

    def _take_slice(self) -> None:
        self._tell()
        self.slice_changed.emit(None)


class RotatingView(PlaneView):
    """A pane whose pictures go around: after the last one comes the first."""

    def step(self, slices: int) -> None:
        """Ask for the picture so many further on, around the end; one that is far away is the first or the last."""
        if abs(slices) > self.count:
            self.go(slices)
        else:
            super().step(slices)
