"""Keys of commands and gestures of the mouse as a person has changed them, and whom each belongs to. No Qt."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Generic, Self, TypeVar

from desktop.state.commands import COMMANDS, GESTURES, MOUSE_MODIFIERS, MOUSE_WORDS, Command, Gesture, shown_key

Row = TypeVar("Row", Command, Gesture)

_MOST_TEXT = 20_000
_MOST_KEYS = 4


@dataclass(frozen=True)
class Bindings(Generic[Row]):
    """The keys that are not those of the table, by the id of its row. An empty tuple is a row without a key."""

    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The table."""
        raise NotImplementedError

    def keys_of(self, row: Row) -> tuple[str, ...]:
        """Return the keys of a row; the first one stands in the menu."""
        return self.changed.get(row.id, row.keys)

    def can_have(self, row: Row, key: str) -> bool:
        """Return whether a key is one for this row."""
        return bool(key)

    def owner_of(self, key: str) -> Row | None:
        """Return the row that a key belongs to."""
        return next((row for row in self.rows if key in self.keys_of(row)), None)

    def with_key(self, row: Row, key: str) -> Self:
        """Return bindings in which a row has this one key, which whoever had it before has no longer."""
        owner = self.owner_of(key)
        changed = dict(self.changed)
        if owner is not None and owner.id != row.id:
            changed[owner.id] = tuple(one for one in self.keys_of(owner) if one != key)
        return self.of(changed | {row.id: (key,)})

    def without_key(self, row: Row) -> Self:
        """Return bindings in which a row has no key."""
        return self.of({**self.changed, row.id: ()})

    def with_default(self, row: Row) -> Self:
        """Return bindings in which a row has the table's keys again, and nobody else has them."""
        changed = {name: keys for name, keys in self.changed.items() if name != row.id}
        for name, keys in changed.items():
            changed[name] = tuple(key for key in keys if key not in row.keys)
        return self.of(changed)

    @classmethod
    def of(cls, changed: Mapping[str, tuple[str, ...]]) -> Self:
        """Return bindings with these changes, less those that change nothing."""
        known = {row.id: row.keys for row in cls().rows}
        return cls({name: keys for name, keys in changed.items() if name in known and keys != known[name]})

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what a setting keeps. Whatever is no key of a known row, or is used twice, is left out."""
        try:
            kept = json.loads(text) if 0 < len(text) <= _MOST_TEXT else {}
        except (ValueError, RecursionError):
            kept = {}
        bindings = cls()
        for row in bindings.rows:
            keys = kept.get(row.id) if isinstance(kept, dict) else None
            if not isinstance(keys, list) or len(keys) > _MOST_KEYS or not all(isinstance(key, str) for key in keys):
                continue
            usable = (key for key in dict.fromkeys(keys) if bindings.can_have(row, key))
            bindings = cls.of({**bindings.changed, row.id: tuple(usable)})
        taken: set[str] = set()
        changed = dict(bindings.changed)
        for row in sorted(bindings.rows, key=lambda row: row.id not in changed):
            keys = tuple(key for key in bindings.keys_of(row) if key not in taken)
            taken.update(keys)
            changed[row.id] = keys
        return cls.of(changed)

    def format(self) -> str:
        """Return the changes as the text of a setting."""
        return json.dumps(dict(sorted(self.changed.items())), separators=(",", ":")) if self.changed else ""


class KeyBindings(Bindings[Command]):
    """The keys of commands, in Qt's names."""

    @property
    def rows(self) -> tuple[Command, ...]:
        """The commands."""
        return COMMANDS

    def shown_key_of(self, row: Command) -> str:
        """Return the first key of a command as it stands on the keyboard, empty if it has none."""
        return next(map(shown_key, self.keys_of(row)), "")


class GestureBindings(Bindings[Gesture]):
    """The gestures of the mouse over a slice: a part of the mouse behind the modifiers that are down with it."""

    @property
    def rows(self) -> tuple[Gesture, ...]:
        """The gestures that may be changed."""
        return GESTURES

    def can_have(self, row: Gesture, key: str) -> bool:
        """Return whether the mouse has such a gesture; what is not done in steps is not done by the wheel."""
        modifiers, _, part = key.rpartition("+")
        is_known = modifiers in MOUSE_MODIFIERS and part in MOUSE_WORDS and not key.startswith("+")
        return is_known and (part != "Wheel" or row.by_wheel)

    def find(self, part: str, modifiers: Collection[str]) -> str | None:
        """Return the id of what a part of the mouse does with these modifiers.

        If nothing is done with all of them, the gesture with the most of them is meant.
        """
        best: tuple[int, str] | None = None
        for row in self.rows:
            for gesture in self.keys_of(row):
                *needed, named = gesture.split("+")
                if named == part and set(needed) <= set(modifiers) and (best is None or len(needed) > best[0]):
                    best = len(needed), row.id
        return None if best is None else best[1]

    def first_of(self, gesture_id: str) -> str:
        """Return the first gesture of a row in the words of the table, empty if it has none."""
        return next((gesture for row in self.rows if row.id == gesture_id for gesture in self.keys_of(row)), "")
