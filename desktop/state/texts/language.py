"""The language of the window: every text that a person sees there goes through `tr` before it is shown. No Qt here.

The source of a text is its English; whoever starts the window says how it is looked up in another language
(`desktop.ui.widgets.translation`). Without that, as on the command line, everything is said in English.

A path in a sentence can name a patient, so that a fact that is a `PurePath` is left out while patient data is hidden.
"""

from collections.abc import Callable, Mapping
from pathlib import PurePath

from imaging.base.english import Text, count_in_english, fill

LookUp = Callable[[str, str, int], str | None]
"""Returns the translation of (English source, comment, count or -1), names in braces and all; None if there is none."""


def _none(_source: str, _comment: str, _count: int) -> str | None:
    return None


_look_up: LookUp = _none
_are_paths_hidden = False
_LEFT_OUT = "…"


def use_translation(look_up: LookUp | None) -> None:
    """Say from now on what `look_up` returns; None for English."""
    global _look_up
    _look_up = look_up or _none


def hide_paths(hidden: bool) -> None:
    """Leave paths out of every sentence from now on, or say them again."""
    global _are_paths_hidden
    _are_paths_hidden = hidden


def show_path(path: PurePath | str) -> str:
    """Return a path as it may stand on screen: as it is, or an ellipsis while patient data is hidden."""
    return _LEFT_OUT if _are_paths_hidden else str(path)


def tr(text: str, comment: str = "", count: int = -1, /, **facts: object) -> str:
    """Return a text in the window's language, with its facts filled in.

    `text` is English: a literal, a constant, the title of a row of a table, or a `Text` that remembers its own facts.
    Facts that are texts are translated too if they are `Text`, and those that are paths are said as `show_path` says
    them. What has no translation is said in English.
    """
    if isinstance(text, Text):
        if _look_up is _none and count < 0 and not (_are_paths_hidden or facts):
            # It was said in English when it was made.
            return str.__str__(text)
        return _say(text.template, text.comment or comment, max(text.number, count), {**text.facts, **facts})
    return _say(text, comment, count, facts)


def said(text: str) -> str:
    """Return a `Text` in the window's language, and whatever else stands beside it (a file's own words) as it is."""
    return tr(text) if isinstance(text, Text) else text


def _say(text: str, comment: str, count: int, facts: Mapping[str, object]) -> str:
    found = _look_up(text, comment, count)
    template = count_in_english(text, count) if found is None else found
    return fill(template, count, {name: _say_fact(fact) for name, fact in facts.items()})


def _say_fact(fact: object) -> object:
    if isinstance(fact, Text):
        return tr(fact)
    return show_path(fact) if isinstance(fact, PurePath) else fact
