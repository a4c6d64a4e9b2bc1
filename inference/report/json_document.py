"""A report as JSON: its fields nested by their paths. What is not known is null; pictures are not in it."""

import json
from typing import Any

from inference.report.content import ReportContent

VERSION = 2
"""Of all documents of the command line; fields are added, none changes its meaning."""


def make_document(content: ReportContent) -> dict[str, Any]:
    """Return the report as one nested object of JSON's types."""
    document: dict[str, Any] = {"version": VERSION, "headline": content.headline}
    for field in content.fields:
        inner = document
        for word in field.path[:-1]:
            inner = inner.setdefault(word, {})
        inner[field.path[-1]] = list(field.value) if isinstance(field.value, tuple) else field.value
    return document


def write_json(content: ReportContent) -> bytes:
    """Return the content of `report.json`."""
    return json.dumps(make_document(content), indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"
