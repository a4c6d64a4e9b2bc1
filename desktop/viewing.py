"""How the series on screen is looked at: receives what a person asks for, keeps the `ViewState`, emits the picture.

Loaded after the window is shown, since it needs what draws slices.
"""

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop.compose import (
    Grey,
    automatic_window,
    default_voi_of,
    file_windows,
    grey_frame,
    next_window,
    overlay_table,
    span_of,
)
from desktop.corners import corner_lines, edge_letters, home_turn, probe_text
from desktop.picture import Overlay, Picture
from desktop.state import FIT, Camera, ViewState, dragged_window
from imaging.refusal import SENTENCES, Code
from imaging.series import Series
from imaging.volume import Slice, Volume
from imaging.windowing import VoiTable, Window

SliceKey = tuple[str, str, int, int]
"""(series id, plane, phase, slice): which slice an answer speaks of."""


def key_of(slice_: Slice) -> SliceKey:
    """The key of a slice."""
    return slice_.series.id, slice_.plane.value, slice_.phase, slice_.index


@dataclass(frozen=True)
class _Drag:
    window: Window
    span: float


class Viewing(QObject):
    """The series on screen. Every public method is something that a person can ask for, or a fact that came in."""

    picture_changed = Signal(object)
    """A `Picture`."""
    view_changed = Signal(object)
    """The `ViewState`; emitted before the picture."""
    slice_changed = Signal(object)
    """The `Slice` on screen, None while it is not read yet."""
    shown_changed = Signal(object)
    """The `Series` on screen."""
    slice_missing = Signal()
    """The slice that is asked for is not read yet."""
    probed = Signal(str)

    def __init__(self, parent: QObject | None = None, *, radiological: bool = True) -> None:
        super().__init__(parent)
        self.volume: Volume | None = None
        self.slice: Slice | None = None
        self.state = ViewState()
        self._home = ViewState()
        self._remembered: dict[str, tuple[ViewState, ViewState]] = {}
        self._radiological = radiological
        self._drag: _Drag | None = None
        self._overlay: tuple[SliceKey, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]] | None = None
        self._drawn: tuple[Slice, Window | VoiTable | None, bool, Grey] | None = None
        self._unreadable: frozenset[tuple[int, int]] = frozenset()

    # --- facts that come in ---

    @property
    def series(self) -> Series | None:
        """The series on screen."""
        return None if self.volume is None else self.volume.series

    def show(self, volume: Volume, slice_: Slice | None = None) -> None:
        """Put a series on screen: as it was left, or, the first time, at `slice_` with its default window."""
        heat = self.state.heat
        series = volume.series
        if series.id in self._remembered:
            self.state, self._home = self._remembered[series.id]
        else:
            index, phase = (0, 0) if slice_ is None else (slice_.index, slice_.phase)
            shown = volume.slice_at(self.state.plane, index, phase)
            turn = home_turn(shown.affine, radiological=self._radiological)
            self._home = self.state = ViewState(voi=default_voi_of(volume, phase), index=index, phase=phase, turn=turn)
        self.volume = volume
        self.state = replace(self.state, heat=heat)
        self._drag = self._overlay = None
        self._unreadable = frozenset()
        self.shown_changed.emit(series)
        self._moved()

    def forget(self) -> None:
        """Other files were opened: what was remembered of the series before is of no use."""
        self._remembered.clear()

    def slices_arrived(self) -> None:
        """More slices were read; the one that is waited for may be among them."""
        if self.slice is None and self.volume is not None:
            self._moved()

    def mark_unreadable(self, places: frozenset[tuple[int, int]]) -> None:
        """These (phase, slice) could not be read and will not come."""
        self._unreadable |= places
        self.slices_arrived()

    def set_overlay(self, key: SliceKey, levels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None") -> None:
        """The heatmap of a slice came in (or is taken away); it is drawn while that slice is on screen."""
        self._overlay = None if levels is None else (key, levels)
        self._repaint()

    # --- where ---

    def step(self, slices: int) -> None:
        """So many slices on (negative: back), held within the series."""
        self.go(self.state.index + slices)

    def go(self, index: int) -> None:
        """To a slice by its number."""
        if self.volume is not None:
            self._move(self.state.at(index, count=self.volume.count(self.state.plane)))

    def step_phase(self, phases: int) -> None:
        """So many phases on."""
        self.go_to_phase(self.state.phase + phases)

    def go_to_phase(self, phase: int) -> None:
        """To a phase by its number."""
        if self.volume is not None:
            self._move(self.state.at_phase(phase, phases=self.volume.series.phases))

    # --- window ---

    def window_automatically(self) -> None:
        """A window that spans the slice on screen."""
        if self.slice is not None and not self.slice.is_colour:
            self._change(replace(self.state, voi=automatic_window(self.slice)))

    def window_of_file(self) -> None:
        """The file's own window, or its next one; where it has none, the window at the beginning."""
        if self.slice is not None and not self.slice.is_colour:
            offered = file_windows(self.slice) or self.slice.series.file_windows
            self._change(replace(self.state, voi=next_window(offered, self.state.voi) or self._home.voi))

    def window_preset(self, centre_and_width: tuple[float, float]) -> None:
        """A CT window; only where the values are Hounsfield units."""
        if self.slice is not None and self.slice.series.units == "HU":
            self._change(replace(self.state, voi=Window(*centre_and_width)))

    def begin_drag(self) -> None:
        """The left button went down: drags are counted from the window as it is now."""
        voi = self.state.voi
        if self.slice is None or voi is None:
            self._drag = None
            return
        window = voi if isinstance(voi, Window) else _as_window(voi)
        self._drag = _Drag(window, span_of(self.slice))

    def drag_window(self, right: float, up: float) -> None:
        """The pointer is so many pixels from where the drag began."""
        if self._drag is not None:
            self._change(
                replace(self.state, voi=dragged_window(self._drag.window, right=right, up=up, span=self._drag.span))
            )

    def invert(self) -> None:
        """Exchange bright and dark."""
        self._change(replace(self.state, inverted=not self.state.inverted))

    # --- how it stands ---

    def rotate(self, quarters: int) -> None:
        """Turn clockwise by quarters."""
        self._change(replace(self.state, turn=self.state.turn.rotated(quarters)))

    def flip_horizontally(self) -> None:
        """Exchange left and right of the screen."""
        self._change(replace(self.state, turn=self.state.turn.flipped_horizontally()))

    def flip_vertically(self) -> None:
        """Exchange top and bottom of the screen."""
        self._change(replace(self.state, turn=self.state.turn.flipped_vertically()))

    def set_radiological(self, radiological: bool) -> None:
        """Choose which side of the patient is on the left; the slice is brought home on that side."""
        self._radiological = radiological
        self._remembered.clear()
        if self.volume is not None:
            turn = home_turn(self.volume.series.affine, radiological=radiological)
            self._home = replace(self._home, turn=turn)
            self._change(replace(self.state, turn=turn))

    def look(self, camera: Camera) -> None:
        """Zoom or pan."""
        self._change(replace(self.state, camera=camera))

    def fit(self) -> None:
        """The whole slice in the pane."""
        self.look(FIT)

    def reset(self) -> None:
        """Window, turn, zoom as at the beginning."""
        self._change(self.state.with_home(self._home))

    # --- heatmap and probe ---

    def set_heat(self, **changes: object) -> None:
        """Change how the heatmap is drawn: `visible`, `label`, `opacity`, `cut`, `layer`."""
        self._change(replace(self.state, heat=replace(self.state.heat, **changes)))  # type: ignore[arg-type]

    def probe(self, pixel: tuple[int, int] | None) -> None:
        """Say what is under the cursor, (row, column) or None outside the slice."""
        inside = self.slice is not None and pixel is not None
        self.probed.emit(probe_text(self.slice, *pixel) if inside and self.slice and pixel else "")

    # --- making the picture ---

    def _move(self, state: ViewState) -> None:
        if (state.index, state.phase) != (self.state.index, self.state.phase):
            self.state = state
            self._moved()

    def _moved(self) -> None:
        """Another slice is asked for: take it where it is read, else ask for it."""
        assert self.volume is not None
        state = self.state
        is_there = self.volume.loaded[state.phase, state.index]
        self.slice = self.volume.slice_at(state.plane, state.index, state.phase) if is_there else None
        self._remember()
        self.view_changed.emit(state)
        self._repaint()
        self.slice_changed.emit(self.slice)
        if self.slice is None and (state.phase, state.index) not in self._unreadable:
            self.slice_missing.emit()

    def _change(self, state: ViewState) -> None:
        self.state = state
        self._remember()
        self.view_changed.emit(state)
        self._repaint()

    def _remember(self) -> None:
        if self.volume is not None:
            self._remembered[self.volume.series.id] = (self.state, self._home)

    def _repaint(self) -> None:
        if self.volume is not None:
            self.picture_changed.emit(self._empty_picture() if self.slice is None else self._picture(self.slice))

    def _picture(self, slice_: Slice) -> Picture:
        state = self.state
        return Picture(
            frame=self._frame(slice_),
            pixel_aspect=slice_.pixel_aspect,
            turn=state.turn,
            camera=state.camera,
            overlay=self._overlay_of(slice_),
            corners=corner_lines(slice_, state),
            letters=edge_letters(slice_.affine, state.turn),
        )

    def _frame(self, slice_: Slice) -> Grey:
        """The 8-bit frame, kept while only zoom, turn or heatmap change."""
        state = self.state
        last = self._drawn
        if last is None or last[0] is not slice_ or last[1] is not state.voi or last[2] != state.inverted:
            frame = grey_frame(slice_, state.voi, inverted=state.inverted)
            self._drawn = last = (slice_, state.voi, state.inverted, frame)
        return last[3]

    def _overlay_of(self, slice_: Slice) -> Overlay | None:
        heat = self.state.heat
        if not heat.visible or self._overlay is None or self._overlay[0] != key_of(slice_):
            return None
        return Overlay(self._overlay[1], overlay_table(round(heat.opacity, 3), round(heat.cut, 3)))

    def _empty_picture(self) -> Picture:
        series = self.series
        assert series is not None
        state = self.state
        is_lost = (state.phase, state.index) in self._unreadable
        message = SENTENCES[Code.DECODE] if is_lost else f"Reading slice {state.index + 1}…"
        frame = np.zeros((series.rows, series.columns), dtype=np.uint8)
        return Picture(frame, series.pixel_aspect, state.turn, state.camera, message=message)


def _as_window(table: VoiTable) -> Window:
    """A window over the values that a table covers, to drag from."""
    return Window(table.first + len(table.entries) / 2, max(float(len(table.entries)), 1.0))
