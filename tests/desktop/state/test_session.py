"""Sessions as values: written and read back; what is no session is refused, and never half taken."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.state.layout import DERIVED_LAYOUTS, MOST_PANES, PANE_LAYOUTS
from desktop.state.session.session import (
    Owner,
    PaneSession,
    SeriesPlace,
    Session,
    arrangement_of,
    format_session,
    read_session,
)
from imaging.base.errors import Code, Refusal
from imaging.volume.windowing import VoiFunction, Window

# A name of a file need not be valid UTF-8; Python holds its bytes as surrogates.
TEXTS = st.text(st.characters(blacklist_characters="\0"))
NUMBERS = st.integers(0, 10**6)
PANE_NUMBERS = st.integers(0, MOST_PANES - 1)
REALS = st.floats(allow_nan=False, allow_infinity=False)
WINDOWS = st.builds(Window, REALS, st.floats(1e-6, 1e9), st.sampled_from(VoiFunction))
PLACES = st.builds(SeriesPlace, TEXTS, st.none() | TEXTS, NUMBERS)
PANES = st.builds(PaneSession, PANE_NUMBERS, PLACES, NUMBERS, NUMBERS, st.none() | WINDOWS, st.booleans())
SESSIONS = st.builds(
    Session,
    st.lists(TEXTS).map(tuple),
    st.sampled_from([layout.id for layout in PANE_LAYOUTS]),
    st.sampled_from(["", *(layout.id for layout in DERIVED_LAYOUTS)]),
    st.permutations(range(MOST_PANES)).map(tuple),
    PANE_NUMBERS,
    st.lists(PANES, max_size=MOST_PANES).map(tuple),
    st.none() | st.builds(Owner, NUMBERS, st.floats(0, 1e10)),
)
SMALLEST = json.loads(format_session(Session(("a",), panes=(PaneSession(0, SeriesPlace("a"), window=Window(1, 2)),))))


@given(SESSIONS)
def test_a_session_is_read_as_it_was_written(session: Session) -> None:
    assert read_session(format_session(session)) == session


@given(SESSIONS)
def test_the_active_pane_of_a_session_is_on_screen(session: Session) -> None:
    arrangement = arrangement_of(session)
    assert arrangement.active in arrangement.shown


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"7", b"\xff", b"[" * 10**5, b"{}", b'{"format": 1}', b'{"format": true}', b'{"format": 0}'],
)  # fmt: skip
def test_what_is_no_session_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_session(content)
    assert refused.value.code is Code.HEADER


@pytest.mark.parametrize(
    "changes",
    [
        {"paths": ["a\0b"]}, {"paths": [1]}, {"layout": "9x9"}, {"order": [0, 0, 1, 2]}, {"order": [0]}, {"active": 4},
        {"active": -1}, {"panes": {}}, {"panes": [7]}, {"derived": "no"}, {"owner": []}, {"owner": {"pid": 1}},
        {"panes": [SMALLEST["panes"][0] | {"series": None}]},
        {"panes": [SMALLEST["panes"][0] | {"index": -1}]},
        {"panes": [SMALLEST["panes"][0] | {"window": {"centre": 0, "width": 0, "function": "LINEAR"}}]},
        {"panes": [SMALLEST["panes"][0] | {"window": {"centre": 0, "width": 9, "function": "NEAR"}}]},
        {"panes": [SMALLEST["panes"][0] | {"window": {"centre": float("nan"), "width": 9, "function": "LINEAR"}}]},
    ],
)  # fmt: skip
def test_a_damaged_session_is_refused(changes: dict[str, object]) -> None:
    assert read_session(json.dumps(SMALLEST).encode())
    with pytest.raises(Refusal) as refused:
        read_session(json.dumps(SMALLEST | changes).encode())
    assert refused.value.code is Code.HEADER


def test_a_newer_session_is_told_from_a_damaged_one() -> None:
    with pytest.raises(Refusal) as refused:
        read_session(json.dumps(SMALLEST | {"format": 2}).encode())
    assert refused.value.code is Code.UNSUPPORTED
