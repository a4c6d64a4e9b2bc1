"""Where the facts about a picture come from: a picture file says little, and nothing in millimetres."""

from imaging.volume.facts import Reason, Topic, rescale_text, window_reason
from imaging.volume.series import Series, StoredFrame

_NO_LENGTHS = "a picture says nothing in millimetres; its dots per inch are for printing"


def reasons_of(series: Series, frame: StoredFrame, *, kind: str, stored: str, turn: int) -> tuple[Reason, ...]:
    """What shaped one picture of a `kind` (PNG, JPEG, …) with pixels as `stored`, and the EXIF orientation `turn`."""
    exif = f"EXIF orientation {turn}, applied" if turn != 1 else "no EXIF orientation"
    polarity = "the file's own colour type" if kind != "TIFF" else "the TIFF's photometric interpretation"
    stack = "numbers in the files' names" if len({one.source for one in series.frames}) > 1 else "pages of the file"
    return (
        Reason(Topic.FORMAT, kind, "its magic bytes"),
        Reason(Topic.SAMPLES, f"{stored} as stored, kept as {series.dtype}", "the picture's header"),
        Reason(Topic.COLOUR, series.polarity.value, polarity),
        Reason(Topic.VALUES, rescale_text(frame), "pictures have no rescale"),
        window_reason(series, frame, "the picture's header"),
        Reason(Topic.PIXEL_SPACING, "unknown", _NO_LENGTHS),
        Reason(Topic.ORIENTATION, "unknown", exif),
        Reason(Topic.ORDER, "by number", stack),
    )
