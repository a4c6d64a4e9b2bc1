"""How the series on screen is looked at: receives what a person asks for, keeps the `ViewState`, emits the picture.

Loaded after the window is shown, since it needs what draws slices.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from desktop.render.frame import Levels
from desktop.render.picture_builder import Pictures, empty_picture
from desktop.render.text import home_turn, probe_text
from desktop.state.view import FIT, Camera, ViewState
from imaging.volume.series import Series
from imaging.volume.volume import Slice, Volume
from imaging.volume.windowing import VoiTable, Window

SliceKey = tuple[str, str, int, int]
"""(series id, plane, phase, slice): which slice an answer speaks of."""


def key_of(slice_: Slice) -> SliceKey:
    """The key of a slice."""
    return slice_.series.id, slice_.plane.value, slice_.phase, slice_.index


@dataclass(frozen=True, eq=False)
class _Left:
    """How a series was left, and how it is at home."""

    series: Series
    state: ViewState
    home: ViewState

    def brought_home(self, *, radiological: bool) -> "_Left":
        """The same with the turn of a side."""
        turn = home_turn(self.series.affine, radiological=radiological)
        return _Left(self.series, replace(self.state, turn=turn), replace(self.home, turn=turn))


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
        self.home = ViewState()
        self._left: dict[str, _Left] = {}
        self._radiological = radiological
        self._overlay: tuple[SliceKey, Levels] | None = None
        self._pictures = Pictures()
        self._unreadable: dict[tuple[int, int], str] = {}

    # --- facts that come in ---

    @property
    def series(self) -> Series | None:
        """The series on screen."""
        return None if self.volume is None else self.volume.series

    def show(self, slice_: Slice, *, volume: Volume, voi: Window | VoiTable | None) -> None:
        """Put a series on screen: as it was left, or, the first time, at this slice with this window."""
        series = volume.series
        if series.id not in self._left:
            turn = home_turn(slice_.affine, radiological=self._radiological)
            state = ViewState(voi=voi, index=slice_.index, phase=slice_.phase, turn=turn)
            self._left[series.id] = _Left(series, state, state)
        self.show_again(volume)

    def show_again(self, volume: Volume) -> None:
        """Put a series on screen that was there before, as it was left."""
        heat = self.state.heat
        left = self._left[volume.series.id]
        self.volume, self.home = volume, left.home
        self.state = replace(left.state, heat=heat)
        self._overlay = None
        self._unreadable = {}
        self.shown_changed.emit(volume.series)
        self._moved()

    def forget(self) -> None:
        """Other files were opened: what was remembered of the series before is of no use."""
        self._left.clear()

    def adopt(self, volume: Volume, *, phase: int, index: int) -> None:
        """The series on screen has become another one (more files are known): the same slice, looked at as before."""
        assert self.volume is not None
        left = self._left.pop(self.volume.series.id)
        state = replace(self.state, phase=phase, index=index)
        self._left[volume.series.id] = _Left(volume.series, state, replace(left.home, phase=phase, index=index))
        self.show_again(volume)

    def slices_arrived(
        self, unreadable: Mapping[tuple[int, int], str] | None = None, *, all_changed: bool = False
    ) -> None:
        """More slices were read, or cannot be: `unreadable` says why by (phase, slice). One of them may be awaited.

        With `all_changed` the one on screen is taken anew too: something became known of the whole volume.
        """
        self._unreadable.update(unreadable or {})
        if self.volume is not None and (self.slice is None or all_changed):
            self._moved()

    def set_overlay(self, key: SliceKey, levels: Levels | None) -> None:
        """The heatmap of a slice came in, or is taken away; one for another slice than that on screen is dropped."""
        if self.slice is not None and key_of(self.slice) == key:
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

    # --- how it stands ---

    def rotate(self, quarters: int) -> None:
        """Turn clockwise by quarters."""
        self.change(replace(self.state, turn=self.state.turn.rotated(quarters)))

    def flip(self, across: str) -> None:
        """Exchange left and right of the screen (`horizontally`), or top and bottom (`vertically`)."""
        turn = self.state.turn
        flipped = turn.flipped_horizontally() if across == "horizontally" else turn.flipped_vertically()
        self.change(replace(self.state, turn=flipped))

    def set_radiological(self, radiological: bool) -> None:
        """Choose which side of the patient is on the left; every series is brought home on that side."""
        self._radiological = radiological
        self._left = {name: left.brought_home(radiological=radiological) for name, left in self._left.items()}
        if self.volume is not None:
            left = self._left[self.volume.series.id]
            self.home = left.home
            self.change(replace(self.state, turn=left.home.turn))

    def look(self, camera: Camera) -> None:
        """Zoom or pan."""
        self.change(replace(self.state, camera=camera))

    def fit(self) -> None:
        """The whole slice in the pane."""
        self.look(FIT)

    def reset(self) -> None:
        """Window, turn, zoom as at the beginning."""
        self.change(self.state.with_home(self.home))

    # --- heatmap and probe ---

    def set_heat(self, **changes: object) -> None:
        """Change how the heatmap is drawn: `visible`, `label`, `opacity`, `cut`, `layer`."""
        self.change(replace(self.state, heat=replace(self.state.heat, **changes)))  # type: ignore[arg-type]

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

    def change(self, state: ViewState) -> None:
        """Look at the same slice in another way."""
        self.state = state
        self._remember()
        self.view_changed.emit(state)
        self._repaint()

    def _remember(self) -> None:
        if self.volume is not None:
            self._left[self.volume.series.id] = _Left(self.volume.series, self.state, self.home)

    def _repaint(self) -> None:
        state, series = self.state, self.series
        if series is None:
            return
        if self.slice is None:
            lost = self._unreadable.get((state.phase, state.index))
            self.picture_changed.emit(empty_picture(series, state, lost=lost))
            return
        is_own = self._overlay is not None and self._overlay[0] == key_of(self.slice)
        levels = self._overlay[1] if self._overlay is not None and is_own else None
        self.picture_changed.emit(self._pictures.of(self.slice, state, levels))
