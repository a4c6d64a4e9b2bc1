"""From a slice and its view state to the whole `Picture`: frame, heatmap, letters, text. No Qt here."""

import numpy as np

from desktop.render.colour_bar import PaneColours, describe_colours
from desktop.render.colour_maps import GRAPHICS_TABLE, Levels, build_overlay_table
from desktop.render.frame import Grey, draw_frame, reduce_slice
from desktop.render.text import describe_corners, find_edge_letters
from desktop.state.picture import DrawnShape, ModelMarks, Overlay, Picture
from desktop.state.texts.language import tr
from desktop.state.view import ViewState
from imaging.annotations.calibration import calibrate_whole
from imaging.base.english import english
from imaging.volume.series import Series
from imaging.volume.volume import Slice
from imaging.volume.windowing import VoiTable, Window

WEAK_MAP = english("Weak map")
"""Written on a heatmap that does not hold, or says no more than the middle of the slice does."""

NO_MARKS = ModelMarks()


class PictureBuilder:
    """Composes pictures one after another, and keeps the last frame while only zoom, turn or heatmap change."""

    def __init__(self) -> None:
        self._last: tuple[Slice, Window | VoiTable | None, bool, Grey] | None = None
        self._reduced: tuple[Slice, Slice] | None = None
        self._drawn: tuple[Slice, Overlay | None] | None = None
        self._colours = PaneColours()

    def has_frame(self, slice_: Slice, state: ViewState) -> bool:
        """Return whether the frame that this state wants is drawn already."""
        last = self._last
        return last is not None and last[0] is slice_ and last[1] is state.voi and last[2] == state.inverted

    def keep_frame(self, slice_: Slice, voi: Window | VoiTable | None, *, inverted: bool, frame: Grey) -> None:
        """Take a frame that was drawn elsewhere."""
        self._last = slice_, voi, inverted, frame

    def compose(
        self,
        slice_: Slice,
        state: ViewState,
        levels: Levels | None,
        *,
        marks: ModelMarks = NO_MARKS,
        annotations: tuple[DrawnShape, ...] = (),
        reduced: bool = False,
    ) -> Picture:
        """Return the picture of a slice; `levels` are those of its heatmap, `marks` what the model adds to it.

        A `reduced` frame is drawn in no time.
        """
        frame = self._reduced_frame(slice_, state) if reduced else self._frame(slice_, state)
        return Picture(
            frame=self._colours.colour(frame, slice_, state.colours),
            size=slice_.stored.shape[:2] if reduced else None,
            pixel_aspect=slice_.pixel_aspect,
            turn=state.turn,
            camera=state.camera,
            overlay=_overlay(levels, state, tr(WEAK_MAP) if marks.is_weak else ""),
            input_frame=marks.frame,
            graphics=self._graphics(slice_) if state.graphics else None,
            annotations=annotations,
            corners=describe_corners(slice_, state),
            letters=find_edge_letters(slice_.affine, state.turn, edges=slice_.series.edges),
            smooth=state.smooth,
            scale=calibrate_whole(slice_),
            colour_bar=describe_colours(slice_, state),
        )

    def _graphics(self, slice_: Slice) -> Overlay | None:
        if self._drawn is None or self._drawn[0] is not slice_:
            drawn = slice_.graphics
            self._drawn = slice_, None if drawn is None else Overlay(drawn.astype(np.uint8), GRAPHICS_TABLE)
        return self._drawn[1]

    def _frame(self, slice_: Slice, state: ViewState) -> Grey:
        if not self.has_frame(slice_, state):
            frame = draw_frame(slice_, state.voi, inverted=state.inverted)
            self.keep_frame(slice_, state.voi, inverted=state.inverted, frame=frame)
        assert self._last is not None
        return self._last[3]

    def _reduced_frame(self, slice_: Slice, state: ViewState) -> Grey:
        if self._reduced is None or self._reduced[0] is not slice_:
            self._reduced = slice_, reduce_slice(slice_)
        return draw_frame(self._reduced[1], state.voi, inverted=state.inverted)


def empty_picture(series: Series, state: ViewState, *, lost: str | None) -> Picture:
    """Return the picture in place of a slice that is not read yet, or cannot be; `lost` says why it cannot."""
    message = tr("Reading slice {index}…", index=state.index + 1) if lost is None else lost
    frame = np.zeros((series.rows, series.columns), dtype=np.uint8)
    return Picture(frame, series.pixel_aspect, state.turn, state.camera, message=message)


def _overlay(levels: Levels | None, state: ViewState, warning: str) -> Overlay | None:
    heat = state.heat
    if levels is None or not heat.visible:
        return None
    return Overlay(levels, build_overlay_table(round(heat.opacity, 3), round(heat.cut, 3)), warning)
