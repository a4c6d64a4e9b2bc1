"""What is made ready before anything on screen changes: the series that were found, and a first picture. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.compose import Grey, default_voi_of, grey_frame, thumbnail
from imaging.geometry import Plane
from imaging.ledger import Ledger, Skipped
from imaging.loading import allocate, fill, outward_from_middle
from imaging.progress import Job
from imaging.refusal import Code, Refusal
from imaging.scan import Scan, scan
from imaging.series import Series
from imaging.volume import Slice, Volume
from imaging.windowing import VoiTable, Window


@dataclass(frozen=True, eq=False)
class First:
    """A series of which one slice was read, with the window it is first shown with, and its thumbnail."""

    volume: Volume
    slice: Slice
    voi: Window | VoiTable | None
    thumbnail: Grey


@dataclass(frozen=True, eq=False)
class Staged:
    """What is needed to show files that were just opened: series, ledger, and one slice with its volume.

    `first` is None where nothing can be shown; `ledger` then says why.
    """

    series: tuple[Series, ...]
    ledger: Ledger
    first: First | None = None
    refusal: Refusal | None = None


def stage(
    paths: Sequence[Path], *, series: int | None = None, index: int | None = None, preferred: Path | None = None
) -> Job[Staged]:
    """Scan, then read the first picture: of the series with a number, else of the first one that can be read.

    A series of the file `preferred` goes before the others.
    """
    found = yield from scan(paths)
    ledger = found.ledger
    if not found.series:
        return Staged((), ledger, refusal=_why_nothing(found))
    if series is not None and not 0 <= series < len(found.series):
        raise Refusal(Code.OUT_OF_RANGE, f"There are series 0 to {len(found.series) - 1}.")
    refusal: Refusal | None = None
    ordered = tuple(sorted(found.series, key=lambda one: one.frames[0].source.path != preferred))
    for one in ordered if series is None else ordered[series : series + 1]:
        if index is not None and not 0 <= index < one.slices:
            raise Refusal(Code.OUT_OF_RANGE, f"This series has slices 0 to {one.slices - 1}.")
        try:
            first = yield from first_picture(one, index)
        except Refusal as failure:
            refusal = refusal or failure
            rows = [Skipped(name, failure.code, failure.message) for name in _names_of(one)]
            ledger = with_unread(ledger, rows)
            continue
        return Staged(ordered, ledger, first)
    return Staged((), ledger, refusal=refusal)


def with_unread(ledger: Ledger, rows: Sequence[Skipped]) -> Ledger:
    """The ledger after files that opened well turned out to have slices that cannot be read; one row for each file."""
    known = {row.path for row in ledger.skipped}
    fresh = {row.path: row for row in rows if row.path not in known}
    return Ledger(ledger.seen, max(0, ledger.opened - len(fresh)), (*ledger.skipped, *fresh.values()))


def first_picture(series: Series, index: int | None = None) -> Job[First]:
    """Read one slice (the middle one) and the one that says the default window. Raises `Refusal` where none can be.

    Where the wanted slice is damaged, the nearest one that can be read is the answer.
    """
    volume = allocate(series)
    failed: list[Skipped] = []
    for number in outward_from_middle(series, first=index):
        failed += yield from fill(volume, [number])
        if volume.loaded.reshape(-1)[number]:
            yield from fill(volume, [series.middle])
            shown = volume.slice_at(Plane.ACQUIRED, number % series.slices, number // series.slices)
            voi = default_voi_of(volume, shown.phase)
            small = thumbnail(grey_frame(shown, voi), pixel_aspect=shown.pixel_aspect)
            return First(volume, shown, voi, small)
    raise Refusal(failed[0].code, failed[0].message) if failed else Refusal(Code.NO_PIXELS)


def _names_of(series: Series) -> list[str]:
    return list(dict.fromkeys(frame.source.name for frame in series.frames))


def _why_nothing(found: Scan) -> Refusal:
    """Why there is nothing to show: the reason of a single file, or how many were tried."""
    skipped = found.ledger.skipped
    if not skipped:
        return Refusal(Code.MISSING, "There is nothing in there to open.")
    if len(skipped) == 1:
        return Refusal(skipped[0].code, skipped[0].message)
    return Refusal(skipped[0].code, f"None of the {len(skipped)} files could be opened. The list says why for each.")
