import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.volume.header_rows import (
    MOST_CHARACTERS,
    MOST_DEPTH,
    MOST_ROWS,
    HeaderRow,
    RowList,
    compare_rows,
    describe_bytes,
    find_rows,
)

ROWS = (
    HeaderRow(0, "(0010,0010)", "Patient's Name", "PatientName", "PN", "Roe^Jane"),
    HeaderRow(0, "(0040,0275)", "Request Attributes Sequence", "RequestAttributesSequence", "SQ", "2 items"),
    HeaderRow(1, "", "Item 1"),
    HeaderRow(2, "(0040,0007)", "Scheduled Procedure Step Description", "ScheduledProcedureStepDescription", "LO", "a"),
    HeaderRow(1, "", "Item 2"),
    HeaderRow(2, "(0040,0007)", "Scheduled Procedure Step Description", "ScheduledProcedureStepDescription", "LO", "b"),
    HeaderRow(0, "(0040,0280)", "Comments", "", "ST", "none"),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("patient's", (0,)),
        ("PATIENTNAME", (0,)),
        ("patient name", (0,)),
        ("roe", (0,)),
        ("0010,0010", (0,)),
        ("(0010,0010)", (0,)),
        ("00100010", (0,)),
        ("0040", (1, 2, 3, 4, 5, 6)),
        ("00400007", (1, 2, 3, 4, 5)),
        ("step", (1, 2, 3, 4, 5)),
        ("nothing of it", ()),
        ("  ", tuple(range(len(ROWS)))),
    ],
)
def test_rows_are_found_with_what_they_stand_in(text: str, found: tuple[int, ...]) -> None:
    assert find_rows(ROWS, text) == found


def test_a_row_below_items_brings_its_own_item_alone() -> None:
    rows = (*ROWS[:5], HeaderRow(2, "(0040,0007)", "x", value="unique"), ROWS[6])
    assert find_rows(rows, "unique") == (1, 4, 5)


def test_differences_are_told_by_their_place() -> None:
    changed = (ROWS[0], *ROWS[1:5], HeaderRow(2, "(0040,0007)", "Scheduled Procedure Step Description", value="c"))
    found = compare_rows(ROWS, changed)
    assert [(one.path, one.first, one.second) for one in found] == [
        ("(0040,0275) › Item 2 › (0040,0007)", "b", "c"),
        ("(0040,0280)", "none", None),
    ]
    assert compare_rows(ROWS, ROWS) == ()
    assert [(one.first, one.second) for one in compare_rows((), ROWS[:1])] == [(None, "Roe^Jane")]


def test_lists_have_bounds() -> None:
    rows = RowList()
    assert rows.add(HeaderRow(0, "", "long", value="x" * 5000))
    assert len(rows.rows[0].value) < MOST_CHARACTERS + 40
    assert rows.rows[0].value.endswith("(5000 characters)")
    assert not rows.add(HeaderRow(MOST_DEPTH + 1, "", "deep"))
    for _ in range(MOST_ROWS):
        rows.add(HeaderRow(0, "", "one"))
    listing = rows.listing("dicom")
    assert len(listing.rows) == MOST_ROWS
    assert listing.omitted == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [(b"", ""), (b"plain\0", "plain"), (b"\x01\x02", "2 bytes: 01 02"), (bytes(20), f"20 bytes: {'00 ' * 15}00 …")],
)
def test_bytes_are_text_or_counted(value: bytes, text: str) -> None:
    assert describe_bytes(value) == text


depths = st.lists(st.integers(0, 3), max_size=12)


@given(depths, st.text(max_size=4))
def test_whatever_is_found_stands_in_a_whole_tree(steps: list[int], text: str) -> None:
    rows, depth = [], 0
    for step in steps:
        depth = min(step, depth + 1) if rows else 0
        rows.append(HeaderRow(depth, "", f"n{step}"))
    found = find_rows(rows, text)
    assert list(found) == sorted(set(found))
    for index in found:
        if rows[index].depth:
            parent = max(one for one in range(index) if rows[one].depth < rows[index].depth)
            assert parent in found
