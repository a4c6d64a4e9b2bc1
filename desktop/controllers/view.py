"""How the series on screen is looked at: take what a person asks for, keep the `ViewState`, emit the `Picture`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from desktop.render.colour_maps import Levels
from desktop.render.frame import choose_next_window, fit_window, list_file_windows, measure_span
from desktop.render.picture_builder import PictureBuilder, empty_picture
from desktop.render.text import choose_home_turn, describe_pixel
from desktop.state.view import FIT, Camera, ViewState, drag_window
from imaging.volume.geometry import Affine
from imaging.volume.series import Series
from imaging.volume.volume import Slice, Volume
from imaging.volume.windowing import VoiTable, Window

SliceKey = tuple[str, str, int, int]
"""(series id, plane, phase, slice): the slice that an answer speaks of."""
_NO_SERIES = ""


def key_of(slice_: Slice) -> SliceKey:
    """Return the key of a slice."""
    return slice_.series.id, slice_.plane.value, slice_.phase, slice_.index


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

    picture_changed = Signal(object)  # a `Picture`
    view_changed = Signal(object)  # the `ViewState`; emitted before the picture
    slice_changed = Signal(object)  # the `Slice` on screen, None while it is not read yet
    shown_changed = Signal(object)  # the `Series` on screen; `view_changed` follows
    slice_missing = Signal()  # the slice that is asked for is not read yet
    probed = Signal(str)

    def __init__(self, parent: QObject | None = None, *, radiological: bool = True) -> None:
        super().__init__(parent)
        self.volume: Volume | None = None
        self.slice: Slice | None = None
        self._shown = _NO_SERIES
        self._views = {_NO_SERIES: _SeriesView(ViewState(), ViewState())}
        self._radiological = radiological
        self._overlay: dict[SliceKey, Levels] = {}
        self._builder = PictureBuilder()
        self._unreadable: dict[tuple[int, int], str] = {}
        self._drag: tuple[Window, float] | None = None

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

    # --- facts that come in ---

    def show(self, slice_: Slice, *, volume: Volume, voi: Window | VoiTable | None) -> None:
        """Put a series on screen: as it was left, or, the first time, at this slice with this window."""
        series = volume.series
        if series.id not in self._views:
            turn = choose_home_turn(slice_.affine, radiological=self._radiological)
            state = ViewState(voi=voi, index=slice_.index, phase=slice_.phase, turn=turn)
            self._views[series.id] = _SeriesView(state, state, series.affine)
        self.show_again(volume)

    def show_again(self, volume: Volume) -> None:
        """Put a series on screen that was there before, as it was left."""
        heat = self.state.heat
        self.volume, self._shown = volume, volume.series.id
        self._keep(replace(self.state, heat=heat))
        self._overlay = {}
        self._unreadable = {}
        self.shown_changed.emit(volume.series)
        self._take_slice()

    def forget(self) -> None:
        """Forget how series were left: other files were opened. The one on screen stays until another one comes."""
        self._views = {_NO_SERIES: self._views[self._shown]}
        self._shown = _NO_SERIES

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
        if self.slice is not None and key_of(self.slice) == key:
            self._overlay = {} if levels is None else {key: levels}
            self._repaint()

    # --- which slice ---

    def step(self, slices: int) -> None:
        """Go so many slices on (negative: back), held within the series."""
        self.go(self.state.index + slices)

    def go(self, index: int) -> None:
        """Go to a slice by its number."""
        if self.volume is not None:
            self._move(self.state.at(index, count=self.volume.count(self.state.plane)))

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
        self._change(turn=self.state.turn.rotated(quarters))

    def flip(self, across: str) -> None:
        """Exchange left and right of the screen (`horizontally`), or top and bottom (`vertically`)."""
        turn = self.state.turn
        self._change(turn=turn.flipped_horizontally() if across == "horizontally" else turn.flipped_vertically())

    def set_radiological(self, radiological: bool) -> None:
        """Choose which side of the patient is on the left; every series is brought home on that side."""
        self._radiological = radiological
        self._views = {name: view.with_side(radiological=radiological) for name, view in self._views.items()}
        if self.volume is not None:
            self._tell()

    def look(self, camera: Camera) -> None:
        """Zoom or pan."""
        self._change(camera=camera)

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
            self._change(voi=fit_window(self.slice))

    def window_of_file(self) -> None:
        """Choose the file's own window, or its next one; if it has none, the window of the beginning."""
        if self.slice is not None and not self.slice.is_colour:
            offered = list_file_windows(self.slice) or self.slice.series.file_windows
            self._change(voi=choose_next_window(offered, self.state.voi) or self.home.voi)

    def window_preset(self, centre_and_width: tuple[float, float]) -> None:
        """Choose a CT window; only if the values are Hounsfield units."""
        if self.slice is not None and self.slice.series.units == "HU":
            self._change(voi=Window(*centre_and_width))

    def begin_drag(self) -> None:
        """Count drags from the window as it is now: the left button went down."""
        voi = self.state.voi
        if isinstance(voi, VoiTable):
            # A window over the values that the table covers.
            voi = Window(voi.first + len(voi.entries) / 2, max(float(len(voi.entries)), 1.0))
        self._drag = None if self.slice is None or voi is None else (voi, measure_span(self.slice))

    def drag_window(self, right: float, up: float) -> None:
        """Change the window by the pixels that the pointer is from the beginning of the drag."""
        if self._drag is not None:
            window, span = self._drag
            self._change(voi=drag_window(window, right=right, up=up, span=span))

    def invert(self) -> None:
        """Exchange bright and dark."""
        self._change(inverted=not self.state.inverted)

    def set_drawings(self, shown: bool) -> None:
        """Show what the file draws over its picture (60xx overlays), or leave it out."""
        self._change(graphics=shown)

    # --- heatmap and probe ---

    def set_heat(self, **changes: object) -> None:
        """Change how the heatmap is drawn: `visible`, `label`, `opacity`, `cut`, `layer`."""
        self._change(heat=replace(self.state.heat, **changes))  # type: ignore[arg-type]

    def probe(self, pixel: tuple[int, int] | None) -> None:
        """Say what is under the cursor, (row, column) or None outside the slice."""
        self.probed.emit("" if self.slice is None or pixel is None else describe_pixel(self.slice, *pixel))

    # --- making the picture ---

    def _move(self, state: ViewState) -> None:
        if (state.index, state.phase) != (self.state.index, self.state.phase):
            self._keep(state)
            self._take_slice()

    def _take_slice(self) -> None:
        """Take the slice that is asked for, or ask for it if it is not read yet."""
        assert self.volume is not None
        state = self.state
        is_there = self.volume.loaded[state.phase, state.index]
        self.slice = self.volume.slice_at(state.plane, state.index, state.phase) if is_there else None
        self._tell()
        self.slice_changed.emit(self.slice)
        if self.slice is None and (state.phase, state.index) not in self._unreadable:
            self.slice_missing.emit()

    def _change(self, **changes: object) -> None:
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
        if self.slice is not None:
            levels = self._overlay.get(key_of(self.slice))
            self.picture_changed.emit(self._builder.compose(self.slice, state, levels))
        elif series is not None:
            lost = self._unreadable.get((state.phase, state.index))
            self.picture_changed.emit(empty_picture(series, state, lost=lost))
