"""The small picture of a row of a table, read in the background. No Qt here."""

from pathlib import Path

from desktop.jobs.open import read_first_picture
from desktop.render.frame import Grey
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job
from imaging.scan import scan
from imaging.workers.pool import Reading


def read_row_picture(name: str, index: str, reading: Reading) -> Job[Grey]:
    """Return the thumbnail of a slice of a file, by its number if the file holds several.

    Raises `Refusal`: MISSING for a file that is gone or lies in an archive, which is not unpacked for this.
    """
    path = Path(name)
    if not path.is_file():
        raise Refusal(Code.MISSING)
    found = yield from scan((path,), reading)
    if not found.series:
        raise Refusal(Code.MISSING)
    series = found.series[0]
    number = int(index) if index.isdigit() and int(index) < series.slices else None
    first = yield from read_first_picture(series, reading, number if series.slices > 1 else None)
    return first.thumbnail
