"""Paths that were open and how they were looked at, as a value and as JSON. No Qt, and nothing out of a header.

Paths, numbers and names of layouts are all there is. Paths may name patients all the same, so a session is kept only
if a person allows it (docs/decisions/0097).
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from desktop.state.layout import DERIVED_LAYOUTS, MOST_PANES, PANE_LAYOUTS, Arrangement, find_layout
from desktop.state.view import ViewState
from imaging.base.errors import Code, Refusal
from imaging.volume.series import Series
from imaging.volume.windowing import VoiFunction, VoiTable, Window

FORMAT = 1
MOST_BYTES = 2**22
_MOST_NUMBER = 10**7


@dataclass(frozen=True)
class SeriesPlace:
    """Where a series begins: the file of its first frame, its member within an archive, and the how manieth series of
    those that begin in that file."""

    path: str
    member: str | None = None
    part: int = 0


@dataclass(frozen=True)
class PaneSession:
    """One pane: its number, its series, and how that was looked at."""

    pane: int
    series: SeriesPlace
    phase: int = 0
    index: int = 0
    window: Window | None = None
    """None for the file's own table, or for colour."""
    inverted: bool = False


@dataclass(frozen=True)
class Owner:
    """The process that keeps a session: its number, and when it began in seconds since 1970."""

    pid: int
    began: float


@dataclass(frozen=True)
class Session:
    """Everything that comes back."""

    paths: tuple[str, ...]
    """What was opened, in that order; absolute."""
    layout: str = PANE_LAYOUTS[0].id
    derived: str = ""
    """What stood before the panes, made of the series of the active one: `mpr`, `mip`, or nothing."""
    order: tuple[int, ...] = tuple(range(MOST_PANES))
    active: int = 0
    panes: tuple[PaneSession, ...] = ()
    owner: Owner | None = None
    """Who keeps it still; None once that program has ended well, or the person has answered."""

    def missing(self) -> tuple[str, ...]:
        """Return the paths at which there is nothing any more. This asks the disk."""
        return tuple(path for path in self.paths if not Path(path).exists())


@dataclass(frozen=True, eq=False)
class OpenedState:
    """Everything that is open now: taken in the GUI thread at once, made into a `Session` in the background."""

    paths: tuple[Path, ...]
    series: tuple[Series, ...]
    arrangement: Arrangement
    """That of the panes, also while MPR or a projection stands before them."""
    derived: str
    panes: tuple[tuple[int, Series, ViewState], ...]
    """Each pane that shows a series, with its number."""

    def session(self) -> Session:
        """Return what is to be kept of it."""
        places = list(_place_series(self.series))
        known = {id(series): place for series, place in zip(self.series, places, strict=True)}
        return Session(
            paths=tuple(dict.fromkeys(str(path.absolute()) for path in self.paths)),
            layout=self.arrangement.layout.id,
            derived=self.derived,
            order=self.arrangement.order,
            active=self.arrangement.active,
            panes=tuple(
                PaneSession(
                    pane, known[id(series)], state.phase, state.index, _without_words(state.voi), state.inverted
                )
                for pane, series, state in self.panes
                if id(series) in known
            ),
        )


def match_series(session: Session, series: Sequence[Series]) -> tuple[tuple[PaneSession, Series], ...]:
    """Return the panes of a session whose series are among these, each with its own."""
    found = dict(zip(_place_series(series), series, strict=True))
    return tuple((pane, found[pane.series]) for pane in session.panes if pane.series in found)


def arrangement_of(session: Session) -> Arrangement:
    """Return how the panes of a session stood."""
    layout = find_layout(session.layout)
    active = session.active if session.active in session.order[: len(layout.cells)] else session.order[0]
    return Arrangement(layout, session.order, active)


def _place_series(series: Sequence[Series]) -> Iterator[SeriesPlace]:
    begun: Counter[tuple[str, str | None]] = Counter()
    for one in series:
        source = one.frames[0].source
        key = str(source.path.absolute()), source.member
        yield SeriesPlace(*key, part=begun[key])
        begun[key] += 1


def _without_words(voi: Window | VoiTable | None) -> Window | None:
    """Return a window without what its file says about it; None for a table."""
    return replace(voi, explanation="") if isinstance(voi, Window) else None


def format_session(session: Session) -> bytes:
    """Return a session as the bytes of its file."""
    return json.dumps({"format": FORMAT, **asdict(session)}, indent=1).encode("utf-8", "surrogatepass")


def read_session(content: bytes) -> Session:
    """Return the session that a file holds. Raises `Refusal` (HEADER) if it is none, (UNSUPPORTED) if it is newer."""
    try:
        found = json.loads(content.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise Refusal(Code.HEADER) from None
    fields = _Fields(found)
    if fields.number("format", least=1) > FORMAT:
        raise Refusal(Code.UNSUPPORTED)
    layout, derived = fields.text("layout"), fields.text("derived")
    order = tuple(_whole(one, most=MOST_PANES - 1) for one in fields.list("order"))
    active = fields.number("active", most=MOST_PANES - 1)
    if derived not in {"", *(one.id for one in DERIVED_LAYOUTS)}:
        raise Refusal(Code.HEADER)
    if layout not in {one.id for one in PANE_LAYOUTS} or sorted(order) != list(range(MOST_PANES)):
        raise Refusal(Code.HEADER)
    owner = fields.child("owner")
    return Session(
        paths=tuple(_text(path) for path in fields.list("paths")),
        layout=layout,
        derived=derived,
        order=order,
        active=active,
        panes=tuple(_read_pane(_Fields(one)) for one in fields.list("panes")),
        owner=None if owner is None else Owner(owner.number("pid", most=2**32), owner.real("began")),
    )


def _read_pane(fields: "_Fields") -> PaneSession:
    series, window = fields.child("series"), fields.child("window")
    if series is None:
        raise Refusal(Code.HEADER)
    member = series.value("member")
    return PaneSession(
        pane=fields.number("pane", most=MOST_PANES - 1),
        series=SeriesPlace(series.text("path"), None if member is None else _text(member), series.number("part")),
        phase=fields.number("phase"),
        index=fields.number("index"),
        window=None if window is None else _read_window(window),
        inverted=fields.flag("inverted"),
    )


def _read_window(fields: "_Fields") -> Window:
    width, function = fields.real("width"), fields.text("function")
    if width <= 0 or function not in list(VoiFunction):
        raise Refusal(Code.HEADER)
    return Window(fields.real("centre"), width, VoiFunction(function))


class _Fields:
    """The fields of a JSON object, each of its own kind. Every question raises `Refusal` (HEADER) if it is not so."""

    def __init__(self, found: object) -> None:
        if not isinstance(found, Mapping):
            raise Refusal(Code.HEADER)
        self._found = found

    def value(self, name: str) -> object:
        if name not in self._found:
            raise Refusal(Code.HEADER)
        return self._found[name]

    def number(self, name: str, *, least: int = 0, most: int = _MOST_NUMBER) -> int:
        return _whole(self.value(name), least=least, most=most)

    def real(self, name: str) -> float:
        return _real(self.value(name))

    def text(self, name: str) -> str:
        return _text(self.value(name))

    def flag(self, name: str) -> bool:
        found = self.value(name)
        if not isinstance(found, bool):
            raise Refusal(Code.HEADER)
        return found

    def list(self, name: str) -> list[object]:
        found = self.value(name)
        if not isinstance(found, list):
            raise Refusal(Code.HEADER)
        return found

    def child(self, name: str) -> "_Fields | None":
        found = self.value(name)
        return None if found is None else _Fields(found)


def _whole(found: object, *, least: int = 0, most: int = _MOST_NUMBER) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise Refusal(Code.HEADER)
    return found


def _real(found: object) -> float:
    if not isinstance(found, int | float) or isinstance(found, bool) or not math.isfinite(found):
        raise Refusal(Code.HEADER)
    return float(found)


def _text(found: object) -> str:
    if not isinstance(found, str) or "\0" in found:
        raise Refusal(Code.HEADER)
    return found
