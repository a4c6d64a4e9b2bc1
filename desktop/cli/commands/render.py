"""`render`: a slice as the viewer shows it, as an 8-bit PNG."""

from dataclasses import replace

from desktop.cli.output import CommandOutcome
from desktop.cli.parser import RenderRequest
from desktop.cli.slice_io import find_slice, read_initial_voi, slice_outcome, write_png
from desktop.render.frame import draw_frame, draw_graphics
from imaging.volume.volume import Slice
from imaging.volume.windowing import VoiFunction, Window
from imaging.workers.pool import Reading


def render(request: RenderRequest, reading: Reading) -> CommandOutcome:
    """Write the 8-bit frame of a slice, composed as the viewer's, as PNG."""
    found, volume, slice_ = find_slice(request, reading)
    voi = _requested_window(request, slice_) if request.window is not None else read_initial_voi(volume, reading)
    frame = draw_graphics(draw_frame(slice_, voi), slice_)
    write_png(request.out, frame)
    window = (voi.centre, voi.width) if isinstance(voi, Window) else None
    return replace(slice_outcome(request, found, slice_, window=window), warnings=_warnings(request, slice_))


def _warnings(request: RenderRequest, slice_: Slice) -> tuple[str, ...]:
    """Return what a person should know of the frame that was written."""
    unused = "Colour pictures have no window; --window was not used."
    burned = "Text is burned into these pixels and may name the patient; it is in the written picture too."
    return (
        *((unused,) if request.window and slice_.is_colour else ()),
        *((burned,) if slice_.series.acquisition.burned_in else ()),
    )


def _requested_window(request: RenderRequest, slice_: Slice) -> Window | None:
    """Return the window of the command line; LINEAR is defined from width 1 upward only (PS3.3 C.11.2.1.2)."""
    if request.window is None or slice_.is_colour:
        return None
    centre, width = request.window
    return Window(centre, width, VoiFunction.LINEAR if width >= 1 else VoiFunction.LINEAR_EXACT)
