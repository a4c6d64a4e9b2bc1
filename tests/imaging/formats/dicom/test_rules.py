"""Every row of the table by which frames become series and phases: it is read where it is stated, and it decides."""

import random
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset

from imaging.formats.dicom.dataset.elements import tag_of
from imaging.formats.dicom.dataset.parser import ORDINARY_TAGS, SEQUENCE_TAGS
from imaging.formats.dicom.grouping import group
from imaging.formats.dicom.header import DicomHeader, read_open_header
from imaging.formats.dicom.repetitions import UNKNOWN_ORDER
from imaging.formats.dicom.rules import ORDERING, RULES, Role, Value, number_of
from imaging.volume.series import Series, Source
from tests.imaging.phantoms import AXIAL, dataset, enhanced
from tests.reading import POLICY

PLACES, VALUES = 4, 3
CONTRASTS = [rule.name for rule in RULES if rule.role in (Role.KIND, Role.CONTRAST) and rule.name != "segment"]
TIMES = [rule.name for rule in RULES if rule.role is Role.TIME]
OWNERS = [rule.name for rule in RULES if rule.role is Role.OWNER]
SCATTERED = [rule.name for rule in RULES if rule.is_scattered]
APART = [rule.name for rule in RULES if rule.role is Role.APART]

# What an element of each kind may hold, three values in their order.
STATED: dict[str, list[Any]] = {
    "CS": ["FIRST", "NEXT", "THIRD"], "LO": ["a 2", "a 10", "b"], "SH": ["*ep_b0", "*ep_b50", "*ep_b1000"],
    "DS": [0.0, 90.5, 1000.0], "FD": [0.0, 90.5, 1000.0], "FL": [0.0, 90.5, 1000.0], "IS": [1, 2, 10], "US": [1, 2, 10],
    "TM": ["100000", "100002.5", "120000"], "DT": ["20240101100000", "20240101100002.5", "20240102"], "UL": [1, 2, 10],
    "UI": ["1.2", "1.2.3", "1.2.4"], "DA": ["20200101", "20200102", "20210101"], "PN": ["A^A", "B^B", "C^C"],
}  # fmt: skip


@cache
def template() -> DicomHeader:
    """The header of an axial slice that states nothing."""
    elements = {"ImageOrientationPatient": list(AXIAL), "ImagePositionPatient": [0, 0, 0], "PixelSpacing": [1, 1]}
    return read(dataset(np.zeros((4, 5), np.int16), **elements), "template")


def read(made: Dataset, name: str) -> DicomHeader:
    stream = BytesIO()
    made.save_as(stream)
    return read_open_header(Source(Path(name)), stream, POLICY)


def header(name: str, place: float | None, states: dict[str, Value], uid: str = "") -> DicomHeader:
    """A slice at a place (None: nowhere) that states so much; its UID is random, as UIDs are."""
    frame = template().frames[0]
    values: list[Value] = [None] * len(RULES)
    for rule, value in states.items():
        values[number_of(rule)] = value
    position = None if place is None else (0.0, 0.0, 3.0 * place)
    own = replace(frame, values=tuple(values), position=position)
    number = states.get("instance number")
    return replace(
        template(),
        source=Source(Path(name)),
        frames=(own,),
        instance_uid=uid or f"1.2.{crc32(name.encode())}",
        instance_number=int(number) if isinstance(number, float) else 0,
    )


def value_of(rule: str, number: int) -> Value:
    """The number-th of some values of a rule, in their order."""
    kind = RULES[number_of(rule)]
    if "({" in kind.says or kind.name == "velocity encoding":
        return [(0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)][number]
    if kind.name in ("acquisition time", "content time"):
        return 36_000_000_000 + 2_500_000 * number
    return [0.0, 90.5, 1000.0][number] if "{value:g}" in kind.says or not kind.says else ["a 2", "a 10", "b"][number]


def told(series: Series) -> list[list[tuple[int, int]]]:
    """(value, place) of each slice, phase by phase, which the files' names hold."""
    names = [frame.source.path.name.split(" ")[-1] for frame in series.frames]
    pairs = [(int(name.split("-")[0]), int(name.split("-")[1])) for name in names]
    return [pairs[phase * series.slices : (phase + 1) * series.slices] for phase in range(series.phases)]


def repeated(rule: str, turns: list[list[int]], lost: tuple[int, int] | None, seed: int) -> list[DicomHeader]:
    """Files of each value at each place, taken in another order at every place: time contradicts the value."""
    chance, made, count = random.Random(seed), [], 0
    for place, order in enumerate(turns):
        for number in order:
            count += 1
            states: dict[str, Value] = {"instance number": float(count)}
            if rule not in ("acquisition time", "content time", "instance number"):
                states["acquisition time"] = 36_000_000_000 + 1_000_000 * count
            states[rule] = value_of(rule, number)
            if (number, place) != lost:
                made.append(header(f"{chance.random()} {number}-{place}", place, states))
    chance.shuffle(made)
    return made


@pytest.mark.parametrize("rule", [*CONTRASTS, *TIMES])
@given(data=st.data(), seed=st.integers(0, 999), lost=st.none() | st.tuples(st.integers(0, 2), st.integers(0, 3)))
@settings(max_examples=6, deadline=None)
def test_a_phase_is_one_value_whenever_it_was_taken(
    rule: str, data: st.DataObject, seed: int, lost: tuple[int, int] | None
) -> None:
    turns = [data.draw(st.permutations(range(VALUES))) for _ in range(PLACES)]
    headers = repeated(rule, turns, lost, seed)
    main, *rest = group(headers)
    for series in (main, *rest):
        for phase in told(series):
            assert len({number for number, _ in phase}) == 1, "a phase of several values"
            assert [place for _, place in phase] == sorted({place for _, place in phase})
    whole = [number for number in range(VALUES) if lost is None or number != lost[0]]
    if "({" not in RULES[number_of(rule)].says:
        assert [phase[0][0] for phase in told(main)] == whole, "in the order of the values"
    assert (main.phases, main.slices) == (len(whole), PLACES)
    assert sum(len(series.frames) for series in (main, *rest)) == len(headers)
    assert main.phase_of == rule
    if rule != "instance number":
        assert main.phase_values is not None
        assert len(main.phase_values) == len(main.phase_names) == len(whole)
    assert bool(rest) == bool(main.notes) == (lost is not None)


@pytest.mark.parametrize("rule", ["trigger time", "inversion time"])
@given(jitter=st.lists(st.floats(-0.4, 0.4), min_size=PLACES * VALUES, max_size=PLACES * VALUES), data=st.data())
@settings(max_examples=12, deadline=None)
def test_values_that_differ_a_little_from_place_to_place_are_ranked(
    rule: str, jitter: list[float], data: st.DataObject
) -> None:
    """Times after a heart beat, which never come twice."""
    headers = []
    for place in range(PLACES):
        for turn, number in enumerate(data.draw(st.permutations(range(VALUES)))):
            value = 100.0 * number + 50 + 40 * jitter[place * VALUES + number]
            states: dict[str, Value] = {rule: value, "acquisition time": 1_000_000.0 * (place * VALUES + turn)}
            headers.append(header(f"{number}-{place}", place, states))
    (series,) = group(headers)
    assert told(series) == [[(number, place) for place in range(PLACES)] for number in range(VALUES)]
    assert series.phase_of == rule


@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_two_contrasts_at_once(data: st.DataObject) -> None:
    """Echoes of two components, dealt out at random: each phase is one pair, echo by echo."""
    pairs = [(echo, component) for echo in (5.0, 90.0) for component in ("MAGNITUDE", "PHASE")]
    headers = [
        header(f"{pairs.index(pair)}-{place}", place, {"echo": pair[0], "component": pair[1], "instance number": turn})
        for place in range(PLACES)
        for turn, pair in enumerate(data.draw(st.permutations(pairs)))
    ]
    (series,) = group(headers)
    assert told(series) == [[(number, place) for place in range(PLACES)] for number in range(4)]
    assert (series.phase_of, series.phase_names[1]) == ("echo and component", "TE 5 ms, PHASE")


def test_repetitions_of_one_value_are_counted_and_named() -> None:
    """One picture without diffusion weighting, and three repetitions with it."""
    headers = [
        header(
            f"{time}-{place}", place, {"b value": 0.0 if time == 0 else 1000.0, "acquisition time": 36e9 + 1e6 * time}
        )
        for place in range(PLACES)
        for time in range(4)
    ]
    (series,) = group(headers)
    assert told(series) == [[(time, place) for place in range(PLACES)] for time in range(4)]
    assert series.phase_of == "b value and acquisition time"
    assert series.phase_names == ("b 0, 0 s", "b 1000, 1 s", "b 1000, 2 s", "b 1000, 3 s")


@pytest.mark.parametrize("rule", [name for name in CONTRASTS if RULES[number_of(name)].role is Role.KIND])
def test_kinds_of_other_positions_are_series_of_their_own(rule: str) -> None:
    one = [header(f"0-{place}", place, {rule: value_of(rule, 0)}) for place in range(4)]
    other = [header(f"1-{place}", place + 0.5, {rule: value_of(rule, 1)}) for place in range(4)]
    assert [told(series) for series in group(one + other)] == [[[(k, place) for place in range(4)]] for k in (0, 1)]


@pytest.mark.parametrize("rule", [name for name in CONTRASTS if RULES[number_of(name)].role is Role.CONTRAST])
def test_a_contrast_that_changes_along_a_stack_does_not_split_it(rule: str) -> None:
    made = [header(f"0-{place}", place, {rule: value_of(rule, place % 3)}) for place in range(9)]
    (series,) = group(made)
    assert (series.slices, series.phases, series.phase_of, series.notes) == (9, 1, None, ())


# --- who and what was examined ---


@pytest.mark.parametrize("rule", OWNERS)
@given(seed=st.integers(0, 99))
@settings(max_examples=5, deadline=None)
def test_two_owners_of_one_uid_are_two_series(rule: str, seed: int) -> None:
    made = [
        header(f"{random.Random(seed + place).random()} {number}-{place}", place, {rule: value_of(rule, number)})
        for place in range(3)
        for number in range(2)
    ]
    random.Random(seed).shuffle(made)
    series = group(made)
    assert sorted(told(one) for one in series) == [[[(number, place) for place in range(3)]] for number in range(2)]
    assert len({one.id for one in series}) == 2
    assert all(one.notes == (f"files of another {rule} have the same series UID; they are series of their own",)
               for one in series)  # fmt: skip


@pytest.mark.parametrize("rule", OWNERS)
def test_what_is_not_stated_contradicts_no_owner(rule: str) -> None:
    made = [header(f"0-{place}", place, {rule: value_of(rule, 0)} if place else {}) for place in range(4)]
    (series,) = group(made)
    assert (series.slices, series.notes) == (4, ())


@pytest.mark.parametrize("rule", OWNERS)
def test_a_value_for_each_file_is_a_deidentifier_s_where_one_may_do_that(rule: str) -> None:
    made = [header(f"0-{place}", place, {rule: 90.5 + place}) for place in range(4)]
    series = group(made)
    if rule in SCATTERED:
        assert [one.slices for one in series] == [4]
        assert series[0].notes == (
            f"each file names a {rule} of its own, as some de-identifiers leave it; they are taken as one",
        )
    else:
        assert [one.slices for one in series] == [1] * 4


@pytest.mark.parametrize("rule", [*OWNERS, *APART])
@given(data=st.data(), seed=st.integers(0, 999), lost=st.none() | st.tuples(st.integers(0, 2), st.integers(0, 3)))
@settings(max_examples=6, deadline=None)
def test_what_shares_no_series_stays_apart_whenever_it_was_taken(
    rule: str, data: st.DataObject, seed: int, lost: tuple[int, int] | None
) -> None:
    turns = [data.draw(st.permutations(range(VALUES))) for _ in range(PLACES)]
    found = group(repeated(rule, turns, lost, seed))
    places = {number: [place for place in range(PLACES) if (number, place) != lost] for number in range(VALUES)}
    assert sorted(told(one) for one in found) == [
        [[(number, place) for place in places[number]]] for number in range(VALUES)
    ]
    has_gap = lost is not None and 0 < lost[1] < PLACES - 1
    assert sum(not one.regular for one in found) == has_gap


@given(
    turn=st.permutations([(segment, place) for segment in range(VALUES) for place in range(PLACES)]),
    lost=st.none() | st.tuples(st.integers(0, 2), st.integers(0, 3)),
)
@settings(max_examples=20, deadline=None)
def test_a_segment_is_a_phase_in_whatever_order_its_frames_stand(
    turn: list[tuple[int, int]], lost: tuple[int, int] | None
) -> None:
    there = [pair for pair in turn if pair != lost]
    frames = []
    for index, (segment, place) in enumerate(there):
        values: list[Value] = [None] * len(RULES)
        values[number_of("segment")] = float(segment + 1)
        values[number_of("acquisition time")] = float(index)
        one = replace(template().frames[0], index=index, position=(0.0, 0.0, 3.0 * place), values=tuple(values))
        frames.append(one)
    labels = {number + 1: name for number, name in enumerate(("liver", "spleen", "kidney"))}
    file = replace(template(), frames=tuple(frames), segments=labels, overlays=((),) * len(frames))
    (series,) = group([file])
    assert (series.phases, series.slices, series.phase_of) == (VALUES, PLACES, "segment")
    assert series.phase_values == tuple(labels.values())
    for segment in range(VALUES):
        for place in range(PLACES):
            frame = series.frame(segment, place)
            assert frame.position == (0.0, 0.0, 3.0 * place)
            assert (frame.index < 0) if (segment, place) == lost else there[frame.index] == (segment, place)


def test_studies_at_one_position_are_never_phases() -> None:
    series = group([header(f"{number}-0", 0, {"study": str(number)}) for number in range(3)])
    assert [one.phases for one in series] == [1, 1, 1]


@pytest.mark.parametrize("rule", APART)
def test_what_is_taken_otherwise_stands_apart(rule: str) -> None:
    made = [
        header(f"{number}-{place}", place, {rule: value_of(rule, number)}) for place in range(3) for number in (0, 1)
    ]
    assert sorted(told(one) for one in group(made)) == [[[(k, place) for place in range(3)]] for k in (0, 1)]


# --- order without positions ---


@pytest.mark.parametrize("rule", [RULES[number].name for number in ORDERING])
@given(turn=st.permutations(range(6)), lost=st.none() | st.integers(0, 5), seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_without_positions_a_number_that_tells_slices_apart_orders_them(
    rule: str, turn: list[int], lost: int | None, seed: int
) -> None:
    """Whatever the rows behind it say, and whichever slice is missing."""
    chance = random.Random(seed)
    later = [RULES[number].name for number in ORDERING[ORDERING.index(number_of(rule)) + 1 :]]
    made = [
        header(f"{chance.random()} 0-{place}", None, {rule: 10.0 * place, **dict.fromkeys(later, float(taken))})
        for taken, place in enumerate(turn)
        if place != lost
    ]
    (series,) = group(made)
    assert told(series) == [[(0, place) for place in range(6) if place != lost]]
    assert (series.affine, series.notes) == (None, ())


@given(turn=st.permutations(range(6)))
def test_an_instance_number_that_is_not_unique_leaves_the_order_to_the_content_time(turn: list[int]) -> None:
    made = [
        header(f"{turn[place]} 0-{place}", None, {"instance number": 1.0 + place % 2, "content time": 1e6 * place})
        for place in turn
    ]
    (series,) = group(made)
    assert told(series) == [[(0, place) for place in range(6)]]


@pytest.mark.parametrize("rule", [RULES[number].name for number in ORDERING])
@given(missing=st.integers(0, 5), seed=st.integers(0, 99))
@settings(max_examples=6, deadline=None)
def test_a_number_that_one_file_does_not_state_orders_nothing(rule: str, missing: int, seed: int) -> None:
    """It would stand before all others, without a word."""
    names = [f"IM {place} 0-{place}" for place in range(6)]
    made = [header(names[place], None, {} if place == missing else {rule: 60.0 - place}) for place in range(6)]
    random.Random(seed).shuffle(made)
    (series,) = group(made)
    assert told(series) == [[(0, place) for place in range(6)]]
    assert series.notes == (UNKNOWN_ORDER,)


@given(uids=st.permutations([f"1.2.{number}" for number in range(12)]))
def test_where_nothing_tells_the_order_it_is_that_of_the_names_never_of_uids(uids: list[str]) -> None:
    made = [header(f"IM {place} 0-{place}", None, {"instance number": 1.0}, uids[place]) for place in range(12)]
    random.Random(0).shuffle(made)
    (series,) = group(made)
    assert told(series) == [[(0, place) for place in range(12)]], "2 before 10"
    assert series.notes == (UNKNOWN_ORDER,)


@given(uids=st.permutations([f"1.2.{number}" for number in range(12)]))
@settings(max_examples=12, deadline=None)
def test_repetitions_that_nothing_tells_apart_are_in_the_order_of_names_and_it_is_said(uids: list[str]) -> None:
    made = [
        header(f"{time} {time}-{place}", place, {}, uids[4 * time + place]) for place in range(4) for time in range(3)
    ]
    (series,) = group(made)
    assert told(series) == [[(time, place) for place in range(4)] for time in range(3)]
    assert series.notes == (UNKNOWN_ORDER,)


# --- where it is stated ---

VECTORS = ("DiffusionGradientOrientation", "VelocityEncodingDirection")
READ = [(rule.name, keyword) for rule in RULES for keyword in rule.plain.keywords]


@pytest.mark.parametrize(("rule", "keyword"), READ)
def test_a_header_s_values_are_read(rule: str, keyword: str) -> None:
    vr = dictionary_VR(keyword)
    found = []
    for stated in STATED[vr]:
        made = dataset(np.zeros((4, 5), np.int16), **{keyword: [0.0, 0.0, stated] if keyword in VECTORS else stated})
        found.append(read(made, "x").frames[0].values[number_of(rule)])
    assert None not in found
    assert len(set(found)) == 3


GROUPED = [
    (rule.name, sequence, rule.group.inside, keyword)
    for rule in RULES
    if rule.group is not None
    for sequence in rule.group.sequences
    for keyword in rule.group.read.keywords
]


@pytest.mark.parametrize(("rule", "sequence", "inside", "keyword"), GROUPED)
@pytest.mark.parametrize("shared", [False, True])
def test_functional_groups_are_read(rule: str, sequence: str, inside: str, keyword: str, shared: bool) -> None:
    vr = dictionary_VR(keyword)
    stated = STATED[vr][1]
    item = Dataset()
    setattr(item, keyword, [0.0, 0.0, stated] if keyword in VECTORS else stated)
    if inside:
        outer = Dataset()
        setattr(outer, inside, [item])
        item = outer
    made = enhanced(np.zeros((2, 4, 5), np.uint16), positions=[(0, 0, 0), (0, 0, 3)])
    level = made.SharedFunctionalGroupsSequence if shared else made.PerFrameFunctionalGroupsSequence
    setattr(level[0], sequence, [item])
    first, second = read(made, "x").frames
    assert first.values[number_of(rule)] is not None
    assert (second.values[number_of(rule)] == first.values[number_of(rule)]) == shared


def test_every_element_of_the_table_is_asked_for() -> None:
    keywords = {keyword for _, keyword in READ} | {rule.vector for rule in RULES if rule.vector}
    assert {int(tag_of(keyword)) for keyword in keywords} <= ORDINARY_TAGS - SEQUENCE_TAGS


def test_every_row_names_its_source() -> None:
    assert all(rule.source for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)
