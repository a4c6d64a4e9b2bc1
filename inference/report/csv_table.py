"""A report as CSV: a line a field, with its path, its words and its value."""

import csv
import io

from imaging.base.spreadsheet import defuse_formula
from inference.report.content import ReportContent

HEAD = ("field", "words", "value")


def write_csv(content: ReportContent) -> bytes:
    """Return the content of `report.csv`: UTF-8 with its mark, by which spreadsheets know it."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(HEAD)
    for field in content.fields:
        table.writerow(
            (field.name, field.words, defuse_formula(field.text) if isinstance(field.value, str) else field.text)
        )
    return text.getvalue().encode("utf-8-sig")
