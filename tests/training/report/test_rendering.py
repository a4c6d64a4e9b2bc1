import base64
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import ChoiceLoader, DictLoader

from inference.report.png_file import encode_png
from training.report.rendering import (
    Marked,
    ReportPicture,
    environment,
    render_html,
    render_markdown,
    write_html,
    write_markdown,
)

PNG = encode_png(np.arange(64, dtype=np.uint8).reshape(8, 8))
WHOLE = """{% extends page_layout %}{% import blocks as page with context %}
{% block sections %}
{% call page.section(text) %}
{{ page.paragraph(text) }}{{ page.paragraph(bad) }}{{ page.bullets([text, good]) }}
{% endcall %}
{% call page.section("Numbers") %}{{ page.table([text, "n"], [[text, 12345], [warn, none]], text) }}{% endcall %}
{% call page.section("Pictures") %}{{ page.figure(pictures[0]) }}{{ page.gallery(pictures[1:]) }}{% endcall %}
{% call page.section("End") %}{% endcall %}
{% endblock %}"""


@pytest.fixture(scope="module", autouse=True)
def whole_template() -> Iterator[None]:
    """A report that has every block, known to both formats for as long as this module's tests run."""
    loaders = {format_: environment(format_).loader for format_ in ("html", "md")}  # type: ignore[arg-type]
    for format_, loader in loaders.items():
        assert loader is not None
        environment(format_).loader = ChoiceLoader([DictLoader({"whole.jinja": WHOLE}), loader])  # type: ignore[arg-type]
    yield
    for format_, loader in loaders.items():
        environment(format_).loader = loader  # type: ignore[arg-type]


class _Outline(HTMLParser):
    """Tags that were opened and never closed, every attribute, and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _outline(page: dict[str, object]) -> _Outline:
    outline = _Outline()
    outline.feed(render_html("whole.jinja", **page))
    outline.close()
    assert outline.open == []
    return outline


def _whole(text: str = "words") -> dict[str, object]:
    """The context of the report that has every block."""
    return {
        **dict.fromkeys(("title", "subtitle", "notice", "text"), text),
        **{tone: Marked(text, tone) for tone in ("good", "warn", "bad")},  # type: ignore[arg-type]
        "pictures": [ReportPicture(PNG, text), ReportPicture(PNG, text, alt=text), ReportPicture(PNG)],
    }


def test_a_page_needs_nothing_but_itself() -> None:
    text = render_html("whole.jinja", **_whole())
    outline = _outline(_whole())
    assert "<script" not in text
    assert not re.search(r"https?:|@import|url\(", text)
    addresses = [value for tag, name, value in outline.attributes if name in ("src", "href")]
    assert addresses
    assert all(value.startswith(("data:image/png;base64,", "#s")) for value in addresses)
    assert ("meta", "content", "default-src 'none'; img-src data:; style-src 'unsafe-inline'") in outline.attributes
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_pictures_are_inside_as_they_were_given() -> None:
    source = next(value for tag, name, value in _outline(_whole()).attributes if (tag, name) == ("img", "src"))
    assert base64.b64decode(source.partition(",")[2]) == PNG
    colour = np.zeros((4, 4, 3), np.uint8)
    colour[..., 0] = 200
    coded = cv2.imdecode(np.frombuffer(encode_png(colour), np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(coded[..., ::-1], colour)


@given(st.text(min_size=1, max_size=40))
def test_nothing_that_is_shown_becomes_part_of_the_page(text: str) -> None:
    known = {(tag, name) for tag, name, _ in _outline(_whole("words")).attributes}
    hostile = _outline(_whole(f"{text}</table><img src=x onerror=a>\" onclick='b' {{{{ 7*7 }}}}"))
    assert {(tag, name) for tag, name, _ in hostile.attributes} == known
    assert "49" not in "".join(hostile.text).replace(text, "")


def test_the_same_page_as_markdown(tmp_path: Path) -> None:
    text, files = render_markdown("whole.jinja", **_whole("a | b <i> *c*"))
    assert list(files) == ["pictures/001.png", "pictures/002.png", "pictures/003.png"]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows[0] == r"| a \| b \<i\> \*c\* | n |"
    assert rows[1] == "|---|---:|"
    assert rows[2].endswith("| 12\u202f345 |")
    assert rows[3] == r"| **a \| b \<i\> \*c\*** | – |"
    write_markdown(tmp_path / "report.md", "whole.jinja", **_whole())
    write_html(tmp_path / "report.html", "whole.jinja", **_whole())
    for address in re.findall(r"\]\((.+?)\)", (tmp_path / "report.md").read_text(encoding="utf-8")):
        assert (tmp_path / address).read_bytes() == PNG
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == render_html("whole.jinja", **_whole())


def test_wrong_parts_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="PNG"):
        ReportPicture(b"\xff\xd8\xff")
    numeric_columns = environment("html").globals["numeric_columns"]
    with pytest.raises(ValueError, match="one cell"):
        numeric_columns(["a", "b"], [["only one"]])
