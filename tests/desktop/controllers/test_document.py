"""The state of the document: which phase follows which, and what is still wanted."""

import pytest

from desktop.controllers.document import DocumentState, Phase

WAYS = [
    [Phase.SCANNING, Phase.OPEN],
    [Phase.SCANNING, Phase.OPEN, Phase.EMPTY],
    [Phase.SCANNING, Phase.EMPTY],
    [Phase.SCANNING, Phase.PREVIEW, Phase.GROWING, Phase.OPEN],
    [Phase.SCANNING, Phase.PREVIEW, Phase.OPEN, Phase.SCANNING, Phase.SCANNING, Phase.OPEN],
    [Phase.SCANNING, Phase.PREVIEW, Phase.GROWING, Phase.GROWING, Phase.SCANNING],
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(phase.name.lower() for phase in way))
def test_an_opening_goes_through_its_phases(way: list[Phase]) -> None:
    state = DocumentState()
    assert state.phase is Phase.EMPTY
    for phase in way:
        state = state.next(phase)
        assert state.phase is phase


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Phase.EMPTY, Phase.OPEN),
        (Phase.EMPTY, Phase.PREVIEW),
        (Phase.SCANNING, Phase.GROWING),
        (Phase.PREVIEW, Phase.EMPTY),
        (Phase.OPEN, Phase.PREVIEW),
        (Phase.OPEN, Phase.GROWING),
    ],
)
def test_no_phase_is_skipped(before: Phase, after: Phase) -> None:
    with pytest.raises(ValueError, match="cannot follow"):
        DocumentState(before).next(after)
