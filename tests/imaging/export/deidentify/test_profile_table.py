"""The table against the packages that carry PS3.15's, and against DICOM's dictionary."""

from collections import Counter

import pytest
from pydicom.datadict import dictionary_VR, keyword_for_tag

from imaging.export.deidentify.profile_table import Action, profile_rows

theirs = pytest.importorskip("dicomanonymizer.dicom_anonymization_databases.dicomfields_2026c")
THEIR_ACTIONS = {
    "X_TAGS": "X", "Z_TAGS": "Z", "D_TAGS": "D", "U_TAGS": "U", "Z_D_TAGS": "Z/D", "X_Z_TAGS": "X/Z", "X_D_TAGS": "X/D",
    "X_Z_D_TAGS": "X/Z/D", "X_Z_U_STAR_TAGS": "X/Z/U*",
}  # fmt: skip


def test_every_attribute_has_the_action_that_dicom_anonymizer_gives_it() -> None:
    stated = {
        group << 16 | element: action
        for name, action in THEIR_ACTIONS.items()
        for group, element in (tag for tag in getattr(theirs, name) if len(tag) == 2)
    }
    assert stated == {tag: row.stated for tag, row in profile_rows().items()}


def test_whole_groups_are_the_only_rows_that_are_no_attribute() -> None:
    groups = [tag for tag in theirs.ALL_TAGS if len(tag) != 2]
    assert sorted({group for group, *_ in groups}) == [0x5000, 0x6000]


def test_dates_are_kept_only_of_what_holds_dates() -> None:
    by_vr = Counter(
        dictionary_VR(tag) for tag, row in profile_rows().items() if "dates" in row.options and keyword_for_tag(tag)
    )
    assert by_vr["DA"] > 40
    assert by_vr["DT"] > 30
    assert not {"PN", "LO", "UI", "AE"} & by_vr.keys()


def test_uids_are_kept_only_of_what_names_something() -> None:
    kept = {tag for tag, row in profile_rows().items() if "uids" in row.options and keyword_for_tag(tag)}
    assert {dictionary_VR(tag) for tag in kept} <= {"UI", "SQ"}
    changed = [tag for tag, row in profile_rows().items() if row.stated == "U" and keyword_for_tag(tag)]
    assert {dictionary_VR(tag) for tag in changed} <= {"UI"}


def test_where_the_standard_leaves_a_choice_the_attribute_stays_for_objects_that_must_have_it() -> None:
    free = {row.stated: row.action for row in profile_rows().values() if "/" in row.stated}
    assert free["X/Z"] is Action.EMPTY
    assert {free[stated] for stated in ("X/D", "Z/D", "X/Z/D")} == {Action.DUMMY}
    assert free["X/Z/U*"] is Action.NEW_UID
