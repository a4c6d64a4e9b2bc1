"""Rows of CSV files that people and programs bring: each with its line, so that a fault can be found."""

import csv
from collections.abc import Iterator
from pathlib import Path

from imaging.base.english import english
from imaging.base.errors import Code, Refusal, refusal_of
from imaging.base.spreadsheet import restore_text


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV with a head, each with the number of the line that it ends on; empty lines are left out.

    Raises `Refusal` (MISSING, PERMISSION, HEADER) for what cannot be read, or is no CSV in UTF-8.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            table = csv.reader(stream, strict=True)
            head = next(table, None)
            if head is None:
                raise Refusal(Code.EMPTY)
            for cells in table:
                if cells and len(cells) != len(head):
                    what = f"Line {table.line_num} has {len(cells)} cells; the first line has {len(head)}."
                    raise Refusal(Code.HEADER, what)
                if cells:
                    yield table.line_num, dict(zip(head, map(restore_text, cells), strict=True))
    except UnicodeDecodeError:
        raise Refusal(Code.HEADER, "This is no table in CSV: it is not text in UTF-8.") from None
    except csv.Error:
        raise Refusal(
            Code.HEADER, english("Line {line_num} is not as a line of CSV has to be.", line_num=table.line_num)
        ) from None
    except OSError as error:
        raise refusal_of(error) from None
