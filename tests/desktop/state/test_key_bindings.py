"""Keys that a person changed: whom a key belongs to, and what a damaged setting comes to."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.state.commands import COMMANDS, GESTURES, MOUSE_MODIFIERS, MOUSE_WORDS, Gesture, command, shown_gesture
from desktop.state.key_bindings import GestureBindings, KeyBindings

INVERT, FIT = command("invert"), command("fit")


def test_a_key_is_taken_from_whoever_had_it() -> None:
    bindings = KeyBindings().with_key(INVERT, "F")
    assert bindings.keys_of(INVERT) == ("F",)
    assert bindings.keys_of(FIT) == ()
    assert bindings.owner_of("F") == INVERT
    assert bindings.owner_of("I") is None
    assert bindings.shown_key_of(FIT) == ""


def test_the_first_key_comes_back_and_leaves_whoever_had_taken_it() -> None:
    bindings = KeyBindings().with_key(INVERT, "F").with_default(FIT)
    assert bindings.keys_of(FIT) == ("F",)
    assert bindings.keys_of(INVERT) == ()
    assert bindings.with_default(INVERT) == KeyBindings()
    assert KeyBindings().with_key(INVERT, "I") == KeyBindings()


def test_a_command_may_have_no_key() -> None:
    bindings = KeyBindings().without_key(INVERT)
    assert bindings.keys_of(INVERT) == ()
    assert KeyBindings.read(bindings.format()) == bindings


@given(st.lists(st.tuples(st.sampled_from(COMMANDS), st.sampled_from(["F", "I", "Ctrl+K", "Up", "?"])), max_size=8))
def test_no_key_has_two_owners_and_all_is_kept(changes: list[tuple[object, str]]) -> None:
    bindings = KeyBindings()
    for row, key in changes:
        bindings = bindings.with_key(row, key)  # type: ignore[arg-type]
    counted = Counter(key for row in COMMANDS for key in bindings.keys_of(row))
    assert max(counted.values()) == 1
    assert KeyBindings.read(bindings.format()) == bindings


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"invert": "F"}', '{"invert": [1]}', '{"nobody": ["F"]}', '{"invert": ["a","b","c","d","e"]}',
     "[" * 10_000, json.dumps({"invert": ["X" * 30_000]})],
)  # fmt: skip
def test_a_damaged_setting_changes_nothing(text: str) -> None:
    assert KeyBindings.read(text) == KeyBindings()


def test_a_key_that_is_kept_twice_belongs_to_one_command() -> None:
    bindings = KeyBindings.read('{"invert": ["F"], "left": ["F", "J"]}')
    owners = [row.id for row in COMMANDS if "F" in bindings.keys_of(row)]
    assert len(owners) == 1
    assert "J" in bindings.keys_of(command("left"))


WINDOW, REGION, PAN, ZOOM, SLICES = GESTURES


@pytest.mark.parametrize(
    ("part", "modifiers", "meant"),
    [
        ("Left", (), "window"),
        ("Left", ("Shift",), "pan"),
        ("Left", ("Ctrl",), "region"),
        ("Left", ("Alt",), "window"),
        ("Middle", ("Shift", "Ctrl"), "pan"),
        ("Right", (), "zoom"),
        ("Wheel", (), "slices"),
        ("Wheel", ("Ctrl",), "zoom"),
        ("Wheel", ("Shift",), "slices"),
    ],
)
def test_what_the_mouse_does_at_first(part: str, modifiers: tuple[str, ...], meant: str) -> None:
    assert GestureBindings().find(part, modifiers) == meant


def test_a_gesture_is_taken_from_whatever_had_it() -> None:
    bindings = GestureBindings().with_key(SLICES, "Left")
    assert bindings.find("Left", ()) == "slices"
    assert bindings.find("Wheel", ()) is None
    assert bindings.keys_of(WINDOW) == ()
    assert bindings.with_default(WINDOW).with_default(SLICES) == GestureBindings()


@given(
    st.lists(
        st.tuples(st.sampled_from(GESTURES), st.sampled_from(MOUSE_MODIFIERS), st.sampled_from(sorted(MOUSE_WORDS)))
    )
)
def test_no_gesture_has_two_meanings_and_all_is_kept(changes: list[tuple[Gesture, str, str]]) -> None:
    bindings = GestureBindings()
    for row, modifiers, part in changes:
        wanted = "+".join(filter(None, (modifiers, part)))
        if bindings.can_have(row, wanted):
            bindings = bindings.with_key(row, wanted)
    counted = Counter(one for row in GESTURES for one in bindings.keys_of(row))
    assert not counted or max(counted.values()) == 1
    assert GestureBindings.read(bindings.format()) == bindings


@pytest.mark.parametrize(
    "text", ['{"pan":["Wheel"]}', '{"pan":["Hand"]}', '{"pan":["Meta+Left"]}', '{"pan":["+Left"]}']
)
def test_what_the_mouse_cannot_do_is_left_out(text: str) -> None:
    assert GestureBindings.read(text).keys_of(PAN) == ()


def test_gestures_in_words() -> None:
    assert [shown_gesture(one) for one in ("Left", "Shift+Left", "Wheel", "Ctrl+Wheel")] == [
        "Left drag", "Shift+Left drag", "Wheel", "Ctrl+Wheel",
    ]  # fmt: skip
