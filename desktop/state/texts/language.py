"""The language of the window: every text that a person sees there goes through `tr` before it is shown. No Qt here.

The source of a text is its English; whoever starts the window says how it is looked up in another language
(`desktop.ui.widgets.translation`). Without that, as on the command line, everything is said in English.
"""

from collections.abc import Callable, Mapping

from imaging.base.english import Text, count_in_english, fill

LookUp = Callable[[str, str, int], str | None]
"""Returns the translation of (English source, comment, count or -1), names in braces and all; None if there is none."""


def _none(_source: str, _comment: str, _count: int) -> str | None:
    return None


_look_up: LookUp = _none


def use_translation(look_up: LookUp | None) -> None:
    """Say from now on what `look_up` returns; None for English."""
    global _look_up
    _look_up = look_up or _none


def tr(text: str, comment: str = "", count: int = -1, /, **facts: object) -> str:
    """Return a text in the window's language, with its facts filled in.

    `text` is English: a literal, a constant, the title of a row of a table, or a `Text` that remembers its own facts.
    Facts that are texts are translated too if they are `Text`. What has no translation is said in English.
    """
    if isinstance(text, Text):
        return _say(text.template, text.comment, text.number, text.facts)
    return _say(text, comment, count, facts)


def _say(text: str, comment: str, count: int, facts: Mapping[str, object]) -> str:
    found = _look_up(text, comment, count)
    template = count_in_english(text, count) if found is None else found
    return fill(template, count, {name: tr(fact) if isinstance(fact, Text) else fact for name, fact in facts.items()})
