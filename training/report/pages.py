"""Report pages: what was found, as one self-contained HTML file and as Markdown, from one description.

A page is sections of blocks: a sentence (a plain `str`), `marked` words, bullets, a table, a figure, a gallery.
Everything that is shown is escaped, pictures are inside the file, and the page may fetch nothing (its own content
security policy says so). It follows the reader's light or dark setting, and prints.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import cv2
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from numpy.typing import NDArray

from imaging.base.atomic_write import write_with_folder

_TEMPLATES = Path(__file__).parent.parent / "templates"
_PNG = b"\x89PNG\r\n\x1a\n"

Tone = Literal["good", "warn", "bad"]


@dataclass(frozen=True)
class Marked:
    """Words that stand out. The colour is never the only sign: the words themselves say it too."""

    text: str
    tone: Tone


Cell: TypeAlias = str | int | float | Marked | None
"""Whole numbers get thin spaces, other numbers four digits; None is a dash. Give text where that does not fit."""


@dataclass(frozen=True)
class PageTable:
    """Rows under a head; the first cell of a row is its heading."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""

    @property
    def numeric(self) -> frozenset[int]:
        """The columns that hold numbers only, which stand to the right."""
        columns = range(1, len(self.head))
        return frozenset(column for column in columns if all(_is_number(row[column]) for row in self.rows))


@dataclass(frozen=True)
class Figure:
    """A picture (PNG) with its caption, and for those who cannot see it what it shows."""

    png: bytes
    caption: str = ""
    alt: str = ""

    @property
    def address(self) -> str:
        """The picture itself, as a data URI."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"


@dataclass(frozen=True)
class Gallery:
    """Small figures side by side."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Bullets:
    """A list of points."""

    points: tuple[str | Marked, ...]


Block: TypeAlias = str | Marked | Bullets | PageTable | Figure | Gallery


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A whole page. `notice` stands in a box under the title (stand-in data, a short run)."""

    title: str
    sections: tuple[Section, ...]
    subtitle: str = ""
    notice: str = ""
    footer: str = "Research use only. Not for diagnosis."


def section(title: str, *blocks: Block) -> Section:
    """A section of those blocks."""
    return Section(title, blocks)


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], caption: str = "") -> PageTable:
    """A table; raises ValueError where a row has not as many cells as the head."""
    if any(len(row) != len(head) for row in rows):
        raise ValueError("every row needs one cell under each heading")
    return PageTable(tuple(head), tuple(tuple(row) for row in rows), caption)


def figure(png: bytes, caption: str = "", *, alt: str = "") -> Figure:
    """A figure; raises ValueError where the bytes are no PNG."""
    if not png.startswith(_PNG):
        raise ValueError("a figure is a PNG")
    return Figure(png, caption, alt)


def gallery(figures: Sequence[Figure]) -> Gallery:
    """Figures side by side."""
    return Gallery(tuple(figures))


def bullets(points: Sequence[str | Marked]) -> Bullets:
    """A list of points."""
    return Bullets(tuple(points))


def encode_png(picture: NDArray[Any]) -> bytes:
    """A PNG of uint8 [row, column] grey or [row, column, 3] RGB."""
    stored = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    done, coded = cv2.imencode(".png", stored)
    if not done:
        raise ValueError("the picture cannot be coded")
    return bytes(coded.tobytes())


def html(page: Page) -> str:
    """The page as one HTML file."""
    return _template().render(page=page) + "\n"


def write_html(page: Page, path: Path) -> None:
    """Write the page as one HTML file. Raises `Refusal` (WRITE)."""
    write_with_folder(path, html(page).encode())


def write_markdown(page: Page, path: Path, pictures: str = "pictures") -> None:
    """Write the page as Markdown, its pictures as PNG files in the folder of that name beside it.

    Raises `Refusal` (WRITE).
    """
    text, files = markdown(page, pictures)
    for name, png in files.items():
        write_with_folder(path.parent / name, png)
    write_with_folder(path, text.encode())


def markdown(page: Page, pictures: str = "pictures") -> tuple[str, Mapping[str, bytes]]:
    """The page as Markdown, and the picture files it refers to: path below the page -> PNG."""
    files: dict[str, bytes] = {}
    parts = [f"# {_escaped(page.title)}"]
    parts += [_escaped(page.subtitle)] * bool(page.subtitle) + [f"> {_escaped(page.notice)}"] * bool(page.notice)
    for one in page.sections:
        parts.append(f"## {_escaped(one.title)}")
        parts += [_block(block, pictures, files) for block in one.blocks]
    parts += [_escaped(page.footer)] * bool(page.footer)
    return "\n\n".join(parts) + "\n", files


def _block(block: Block, pictures: str, files: dict[str, bytes]) -> str:
    """One block as Markdown; the pictures that it refers to are put into `files`."""
    if isinstance(block, PageTable):
        return _table(block)
    if isinstance(block, Bullets):
        return "\n".join(f"- {_said(point)}" for point in block.points)
    if isinstance(block, Figure):
        return _picture(block, pictures, files)
    if isinstance(block, Gallery):
        return "\n\n".join(_picture(one, pictures, files) for one in block.figures)
    return _said(block)


def _table(block: PageTable) -> str:
    lines = [f"**{_escaped(block.caption)}**\n"] if block.caption else []
    lines.append("| " + " | ".join(_escaped(value) for value in block.head) + " |")
    lines.append("|" + "|".join("---:" if n in block.numeric else "---" for n in range(len(block.head))) + "|")
    lines.extend("| " + " | ".join(_said(value) for value in row) + " |" for row in block.rows)
    return "\n".join(lines)


def _picture(one: Figure, pictures: str, files: dict[str, bytes]) -> str:
    name = f"{pictures}/{len(files) + 1:03d}.png"
    files[name] = one.png
    caption = _escaped(one.caption)
    return f"![{_escaped(one.alt or one.caption)}]({name})" + (f"\n\n{caption}" if caption else "")


def _said(value: Cell) -> str:
    words = _escaped(_plain(value))
    return f"**{words}**" if isinstance(value, Marked) and words else words


def _escaped(text: str) -> str:
    """Text in which nothing is Markdown, nor HTML, nor the end of a cell."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", re.sub(r"[^\S\u202f\u00a0]+", " ", text).strip(" "))


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


def _is_number(value: Cell) -> bool:
    """True for numbers, and for text that begins as one: "0.94 [0.93, 0.95]", "12 %"."""
    if isinstance(value, Marked):
        value = value.text
    if isinstance(value, str):
        return bool(re.match(r"[-+−]?\d", value))
    return not isinstance(value, bool)


def _kind_of(block: Block) -> str:
    return type(block).__name__.lower()


def _tone(value: Cell) -> str:
    return value.tone if isinstance(value, Marked) else ""


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )
    environment.globals.update(kind_of=_kind_of, tone=_tone, plain=_plain)
    return environment.get_template("page.html")
