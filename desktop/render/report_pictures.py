"""Pictures of a report: the slice as the pane shows it, the same with its heatmap and colour bar, the model's input.

Turned as the pane would turn it, with square pixels, without any text: captions say what stands beside them.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop.render.colour_maps import blend_overlay, build_overlay_table, draw_heat
from desktop.render.frame import Grey, Voi, draw_frame, draw_graphics
from desktop.render.text import choose_home_turn, describe_side, find_edge_letters
from desktop.state.view import Heat, Turn
from imaging.volume.volume import Slice
from inference.classify.preprocess import ModelInput, picture_of_input
from inference.contract.contract import InputSpec
from inference.report.content import FindingPicture
from inference.report.subject import HeatmapNote

LONGEST = 1024
"""The longest side of a picture, in pixels."""
_BAR_SHARE = 0.04


def draw_report_pictures(
    slice_: Slice,
    voi: Voi | None,
    *,
    input_: ModelInput | None,
    spec: InputSpec,
    heat: NDArray[np.float32] | None = None,
    note: HeatmapNote | None = None,
) -> tuple[FindingPicture, ...]:
    """Draw the slice, its heatmap (float32 [row, column] in 0…1) if there is one, and the model's input."""
    turn = choose_home_turn(slice_.affine)
    side = describe_side(find_edge_letters(slice_.affine, turn, edges=slice_.series.edges))
    frame = draw_graphics(draw_frame(slice_, voi), slice_)
    pictures = [FindingPicture("seen", f"The slice. {side}", stand_up(frame, slice_, turn))]
    if heat is not None and note is not None:
        look = Heat()
        blended = blend_overlay(frame, draw_heat(heat, opacity=look.opacity, cut=look.cut))
        weak = " This map is weak: it does not hold under a nudge, or the middle of the picture says as much."
        said = weak if note.check is not None and note.check.is_weak else ""
        how = note.said or note.method
        caption = f"Where the model looked for {note.label} ({how}), not the outline of a lesion. Bar: 0 to 1.{said}"
        pictures.append(FindingPicture("map", caption, add_colour_bar(stand_up(blended, slice_, turn), look)))
    if input_ is not None:
        pictures.append(FindingPicture("input", "What the model saw: its input", picture_of_input(input_, spec)))
    return tuple(pictures)


def stand_up(frame: Grey, slice_: Slice, turn: Turn, *, longest: int = LONGEST) -> Grey:
    """Return a frame turned as on screen, with square pixels, no side longer than `longest`."""
    rows, columns = frame.shape[0] * slice_.pixel_aspect, float(frame.shape[1])
    scale = min(max(1.0, 1.0 / slice_.pixel_aspect), longest / max(rows, columns))
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    square = frame if size == frame.shape[1::-1] else cv2.resize(frame, size, interpolation=interpolation)
    mirrored = square[:, ::-1] if turn.mirrored else square
    return np.ascontiguousarray(np.rot90(mirrored, -turn.quarters), dtype=np.uint8)


def add_colour_bar(picture: NDArray[np.uint8], look: Heat) -> NDArray[np.uint8]:
    """Return an RGB picture with the colours of the map beside it, 1 at the top; what is cut off is black."""
    rows, columns = picture.shape[:2]
    width = max(6, round(columns * _BAR_SHARE))
    levels = np.linspace(255, 0, rows).round().astype(np.uint8)
    colours = build_overlay_table(1.0, look.cut)[levels]
    seen = np.where(colours[:, 3:] > 0, colours[:, :3], np.uint8(0))
    bar = np.repeat(seen[:, np.newaxis], width, axis=1)
    gap = np.zeros((rows, max(2, width // 3), 3), np.uint8)
    return np.concatenate([picture, gap, bar], axis=1)
