"""From a slice and its view state to the whole `Picture`: frame, heatmap, letters, text. No Qt here."""

import numpy as np

from desktop.render.colour_maps import GRAPHICS_TABLE, Levels, build_overlay_table
from desktop.render.frame import Grey, draw_frame
from desktop.render.text import describe_corners, find_edge_letters
from desktop.state.picture import Overlay, Picture
from desktop.state.view import ViewState
from imaging.volume.series import Series
from imaging.volume.volume import Slice
from imaging.volume.windowing import VoiTable, Window


class PictureBuilder:
    """Composes pictures one after another, and keeps the last frame while only zoom, turn or heatmap change."""

    def __init__(self) -> None:
        self._last: tuple[Slice, Window | VoiTable | None, bool, Grey] | None = None
        self._drawn: tuple[Slice, Overlay | None] | None = None

    def compose(self, slice_: Slice, state: ViewState, levels: Levels | None) -> Picture:
        """Return the picture of a slice; `levels` are those of its heatmap, if there is one."""
        return Picture(
            frame=self._frame(slice_, state),
            pixel_aspect=slice_.pixel_aspect,
            turn=state.turn,
            camera=state.camera,
            overlay=_overlay(levels, state),
            graphics=self._graphics(slice_) if state.graphics else None,
            corners=describe_corners(slice_, state),
            letters=find_edge_letters(slice_.affine, state.turn, edges=slice_.series.edges),
        )

    def _graphics(self, slice_: Slice) -> Overlay | None:
        if self._drawn is None or self._drawn[0] is not slice_:
            drawn = slice_.graphics
            self._drawn = slice_, None if drawn is None else Overlay(drawn.astype(np.uint8), GRAPHICS_TABLE)
        return self._drawn[1]

    def _frame(self, slice_: Slice, state: ViewState) -> Grey:
        last = self._last
        if last is None or last[0] is not slice_ or last[1] is not state.voi or last[2] != state.inverted:
            frame = draw_frame(slice_, state.voi, inverted=state.inverted)
            self._last = last = (slice_, state.voi, state.inverted, frame)
        return last[3]


def empty_picture(series: Series, state: ViewState, *, lost: str | None) -> Picture:
    """Return the picture in place of a slice that is not read yet, or cannot be; `lost` says why it cannot."""
    message = f"Reading slice {state.index + 1}…" if lost is None else lost
    frame = np.zeros((series.rows, series.columns), dtype=np.uint8)
    return Picture(frame, series.pixel_aspect, state.turn, state.camera, message=message)


def _overlay(levels: Levels | None, state: ViewState) -> Overlay | None:
    heat = state.heat
    if levels is None or not heat.visible:
        return None
    return Overlay(levels, build_overlay_table(round(heat.opacity, 3), round(heat.cut, 3)))
