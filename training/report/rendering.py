"""Render reports and cards from the Jinja templates beside this module.

A template is written once, in the macros of `blocks.html` or `blocks.md`, and becomes one self-contained HTML file that
may fetch nothing, or Markdown with its pictures beside it. All is escaped but the card, whose recipe may use Markdown.
"""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from imaging.base.atomic_write import write_with_folder
from inference.contract.wording import QUALITY_WORDS
from inference.statistics.bootstrap import interval_text

_TEMPLATES = Path(__file__).parent / "templates"
_PNG = b"\x89PNG\r\n\x1a\n"

Format = Literal["html", "md"]
Tone = Literal["good", "warn", "bad"]


@dataclass(frozen=True)
class Marked:
    """Words that stand out. The colour is never the only sign: the words themselves say it too."""

    text: str
    tone: Tone


Cell: TypeAlias = str | int | float | Marked | None
"""Whole numbers get thin spaces, other numbers four digits; None is a dash. Give text if that does not fit."""


@dataclass(frozen=True)
class ReportPicture:
    """A PNG with its caption, and for those who cannot see it what it shows. Raises ValueError if it is no PNG."""

    png: bytes
    caption: str = ""
    alt: str = ""

    def __post_init__(self) -> None:
        if not self.png.startswith(_PNG):
            raise ValueError("a picture of a report is a PNG")


def render_html(template: str, **context: object) -> str:
    """Return a report as one HTML file, its pictures inside."""

    def address(picture: ReportPicture) -> str:
        return f"data:image/png;base64,{base64.b64encode(picture.png).decode()}"

    return _render(template, "html", address, context)


def render_markdown(template: str, **context: object) -> tuple[str, dict[str, bytes]]:
    """Return a report as Markdown, and the PNG files that it refers to by their paths below it."""
    files: dict[str, bytes] = {}

    def address(picture: ReportPicture) -> str:
        name = f"pictures/{len(files) + 1:03d}.png"
        files[name] = picture.png
        return name

    return re.sub(r"\n{3,}", "\n\n", _render(template, "md", address, context)), files


def render_text(template: str, **context: object) -> str:
    """Return plain text or Markdown in which nothing is escaped."""
    return re.sub(r"\n{3,}", "\n\n", environment("md").get_template(template).render(**context)).strip() + "\n"


def write_html(path: Path, template: str, **context: object) -> None:
    """Write a report as one HTML file. Raises `Refusal` (WRITE)."""
    write_with_folder(path, render_html(template, **context).encode())


def write_markdown(path: Path, template: str, **context: object) -> None:
    """Write a report as Markdown, its pictures in the folder `pictures` beside it. Raises `Refusal` (WRITE)."""
    text, files = render_markdown(template, **context)
    for name, png in files.items():
        write_with_folder(path.parent / name, png)
    write_with_folder(path, text.encode())


def _render(template: str, format_: Format, address: Callable[[ReportPicture], str], context: dict[str, object]) -> str:
    loaded = environment(format_).get_template(template)
    return loaded.render(page_layout=f"page.{format_}", contents=[], address=address, **context).strip() + "\n"


@cache
def environment(format_: Format) -> Environment:
    """Return the templates, with what they may call, for one format."""
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=format_ == "html",
        undefined=StrictUndefined,
        extensions=["jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(blocks=f"blocks.{format_}", numeric_columns=_numeric_columns)
    found.filters.update(
        interval=interval_text,
        setting=_setting,
        quality=QUALITY_WORDS.__getitem__,
        plain=_plain,
        listed_shares=lambda shares: ", ".join(f"{name} {100 * share:.1f} %" for name, share in shares.items()),
        escaped=_escaped,
        spaced=lambda text: text.replace("_", " "),
    )
    found.tests["marked"] = lambda value: isinstance(value, Marked)
    return found


def _plain(value: Cell) -> str:
    if value is None:
        return "–"
    if isinstance(value, Marked):
        return value.text
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f")
    return f"{value:.4g}" if isinstance(value, float) else value


def _setting(value: float) -> str:
    """Return a threshold, temperature or limit with two decimals; with four if two would make it 0 or 1."""
    text = f"{value:.2f}"
    return text if text not in ("0.00", "1.00") or float(text) == value else f"{value:.4f}"


def _escaped(text: str) -> str:
    """Return text in which nothing is Markdown, nor HTML, nor the end of a cell."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", re.sub(r"[^\S\u202f\u00a0]+", " ", text).strip(" "))


def _numeric_columns(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Return the columns of numbers, which stand to the right. Raises ValueError if a row does not fit the head."""
    if any(len(row) != len(head) for row in rows):
        raise ValueError("every row needs one cell under each heading")
    return [column for column in range(1, len(head)) if all(_is_number(row[column]) for row in rows)]


def _is_number(value: Cell) -> bool:
    """Return True for numbers, a dash, and text that begins as a number: "0.94 (0.93 to 0.95)", "12 %"."""
    text = _plain(value)
    return not isinstance(value, bool) and (text == "–" or bool(re.match(r"[-+−]?\d", text)))
