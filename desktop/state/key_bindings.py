"""The keys of commands as a person has changed them: what differs from the table, and whom a key belongs to. No Qt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.state.commands import COMMANDS, Command, shown_key

_MOST_TEXT = 20_000
_MOST_KEYS = 4


@dataclass(frozen=True)
class KeyBindings:
    """The keys that are not those of the table, by command id. An empty tuple is a command without a key."""

    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def keys_of(self, row: Command) -> tuple[str, ...]:
        """Return the keys of a command, in Qt's names; the first one stands in the menu."""
        return self.changed.get(row.id, row.keys)

    def shown_key_of(self, row: Command) -> str:
        """Return the first key of a command as it stands on the keyboard, empty if it has none."""
        return next(map(shown_key, self.keys_of(row)), "")

    def owner_of(self, key: str) -> Command | None:
        """Return the command that a key belongs to."""
        return next((row for row in COMMANDS if key in self.keys_of(row)), None)

    def with_key(self, row: Command, key: str) -> "KeyBindings":
        """Return bindings in which a command has this one key, which whoever had it before has no longer."""
        owner = self.owner_of(key)
        changed = dict(self.changed)
        if owner is not None and owner.id != row.id:
            changed[owner.id] = tuple(one for one in self.keys_of(owner) if one != key)
        return _without_defaults(changed | {row.id: (key,)})

    def without_key(self, row: Command) -> "KeyBindings":
        """Return bindings in which a command has no key."""
        return _without_defaults({**self.changed, row.id: ()})

    def with_default(self, row: Command) -> "KeyBindings":
        """Return bindings in which a command has the table's keys again, and nobody else has them."""
        changed = {name: keys for name, keys in self.changed.items() if name != row.id}
        for name, keys in changed.items():
            changed[name] = tuple(key for key in keys if key not in row.keys)
        return _without_defaults(changed)

    def format(self) -> str:
        """Return the changes as the text of a setting."""
        return json.dumps(dict(sorted(self.changed.items())), separators=(",", ":")) if self.changed else ""


def read_bindings(text: str) -> KeyBindings:
    """Return the bindings that a setting keeps. What is no key of a known command, or is used twice, is left out."""
    try:
        kept = json.loads(text) if 0 < len(text) <= _MOST_TEXT else {}
    except (ValueError, RecursionError):
        kept = {}
    bindings = KeyBindings()
    for row in COMMANDS:
        keys = kept.get(row.id) if isinstance(kept, dict) else None
        if not isinstance(keys, list) or len(keys) > _MOST_KEYS or not all(isinstance(key, str) for key in keys):
            continue
        bindings = _without_defaults({**bindings.changed, row.id: tuple(dict.fromkeys(keys))})
    taken: set[str] = set()
    changed = dict(bindings.changed)
    for row in sorted(COMMANDS, key=lambda row: row.id not in changed):
        keys = tuple(key for key in bindings.keys_of(row) if key not in taken)
        taken.update(keys)
        changed[row.id] = keys
    return _without_defaults(changed)


def _without_defaults(changed: Mapping[str, tuple[str, ...]]) -> KeyBindings:
    known = {row.id: row.keys for row in COMMANDS}
    return KeyBindings({name: keys for name, keys in changed.items() if name in known and keys != known[name]})
