"""Sentences in English that can be said in another language later: what was put into them is remembered beside them.

No Qt here. `english` marks a text for `lupdate` (see `build_spec/translations.py`), and remembers the facts in it. The
window translates it (`desktop/state/texts/language.py`); the command line prints it as it is. A sentence without facts
may also be a plain string: it is found in a translation by its words.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_PLURAL = re.compile(r"\((\w+)(?:\|(\w+))?\)")


class Text(str):
    """A sentence in English with the facts filled in: a string, and whatever another language needs to say it anew."""

    __slots__ = ("comment", "facts", "number", "template")
    template: str
    """The sentence as it stands in the source, and in a translation, such as `{path} has %n slice(s).`"""
    comment: str
    """What tells two uses of one English word apart, in the source and in a translation."""
    number: int
    """The number that `%n` stands for, -1 if there is none."""
    facts: Mapping[str, Any]
    """What the names in braces stand for; a value may be a `Text` itself."""

    def __new__(
        cls, template: str, comment: str = "", count: int = -1, facts: Mapping[str, Any] | None = None
    ) -> "Text":
        """Fill in the facts."""
        made = super().__new__(cls, fill(count_in_english(template, count), count, facts or {}))
        made.template, made.comment, made.number, made.facts = template, comment, count, facts or {}
        return made

    def __str__(self) -> str:
        """Return itself: it must not forget its facts on the way."""
        return self

    def __reduce__(self) -> tuple[type["Text"], tuple[str, str, int, dict[str, Any]]]:
        """Return how it is made again at the other end of a pipe."""
        return Text, (self.template, self.comment, self.number, dict(self.facts))


def english(template: str, comment: str = "", count: int = -1, /, **facts: object) -> Text:
    """Return a sentence in English with facts in it, a `Text`: `english("{n} of %n slice(s)", "", 60, n=12)`.

    Raises KeyError if a name in braces is not among the facts.
    """
    return Text(template, comment, count, facts)


def join_english(separator: str, parts: Iterable[str]) -> Text:
    """Return texts joined by a separator that is the same in every language, a `Text` that says each part anew."""
    facts = {f"part{number}": part for number, part in enumerate(parts)}
    return Text(separator.join(f"{{{name}}}" for name in facts), facts=facts)


def count_in_english(template: str, count: int) -> str:
    """Return a sentence in the singular if `count` is 1, else in the plural: `slice(s)`, `entr(y|ies)`."""
    if count < 0:
        return template
    return _PLURAL.sub(lambda found: _form(found, is_one=count == 1), template)


def fill(template: str, count: int, facts: Mapping[str, Any]) -> str:
    """Return a sentence of any language with its count and its facts in place; without any, as it is."""
    counted = template.replace("%n", str(count)) if count >= 0 else template
    return counted.format(**facts) if facts else counted


def _form(found: re.Match[str], *, is_one: bool) -> str:
    one, many = (found[1], found[2]) if found[2] is not None else ("", found[1])
    return one if is_one else many
