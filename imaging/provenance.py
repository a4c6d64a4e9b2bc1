"""Why a slice looks as it does: each fact that shapes the picture, its value, and its source in the file.

Asked for one slice at a time, so the reader looks at that slice's file again instead of every header carrying this.
"""

from imaging import remote_read
from imaging.base.errors import Code, Refusal
from imaging.formats import Access, reader_for
from imaging.remote_read import access
from imaging.volume.facts import Reason, Topic
from imaging.volume.series import Series
from imaging.workers.pool import Reading


def reasons(series: Series, reading: Reading, *, index: int, phase: int = 0) -> tuple[Reason, ...]:
    """Return all that shaped the slice `index` of `phase`, counted as acquired; the series' notes come last.

    Read the header of the slice's file. Raises `Refusal`: OUT_OF_RANGE, and those of the format's `read_header` if the
    file is no longer there or was changed.
    """
    if not (0 <= index < series.slices and 0 <= phase < series.phases):
        raise Refusal(Code.OUT_OF_RANGE)
    frame = series.frame(phase, index)
    if access(series, frame) is Access.PLAIN:
        own = reader_for(series.format).reasons(series, frame, reading.policy)
    else:
        own = remote_read.reasons(series, frame, reading)
    notes = tuple(Reason(Topic.NOTE, note, "what the files of this series say together") for note in series.notes)
    order = list(Topic)
    return (*sorted(own, key=lambda reason: order.index(reason.topic)), *notes)
