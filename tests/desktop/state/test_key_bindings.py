"""Keys that a person changed: whom a key belongs to, and what a damaged setting comes to."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.state.commands import COMMANDS, command
from desktop.state.key_bindings import KeyBindings, read_bindings

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
    assert read_bindings(bindings.format()) == bindings


@given(st.lists(st.tuples(st.sampled_from(COMMANDS), st.sampled_from(["F", "I", "Ctrl+K", "Up", "?"])), max_size=8))
def test_no_key_has_two_owners_and_all_is_kept(changes: list[tuple[object, str]]) -> None:
    bindings = KeyBindings()
    for row, key in changes:
        bindings = bindings.with_key(row, key)  # type: ignore[arg-type]
    counted = Counter(key for row in COMMANDS for key in bindings.keys_of(row))
    assert max(counted.values()) == 1
    assert read_bindings(bindings.format()) == bindings


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"invert": "F"}', '{"invert": [1]}', '{"nobody": ["F"]}', '{"invert": ["a","b","c","d","e"]}',
     "[" * 10_000, json.dumps({"invert": ["X" * 30_000]})],
)  # fmt: skip
def test_a_damaged_setting_changes_nothing(text: str) -> None:
    assert read_bindings(text) == KeyBindings()


def test_a_key_that_is_kept_twice_belongs_to_one_command() -> None:
    bindings = read_bindings('{"invert": ["F"], "left": ["F", "J"]}')
    owners = [row.id for row in COMMANDS if "F" in bindings.keys_of(row)]
    assert len(owners) == 1
    assert "J" in bindings.keys_of(command("left"))
