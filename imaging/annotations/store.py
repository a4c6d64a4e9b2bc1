"""The store of what was drawn: one SQLite file in the program's own folder, found again by a salted hash of the series.

It holds no name, no path and no UID of a study. What `save` was given is on the disk when it returns; each shape is one
row under its tracking identifier, so that saving twice doubles nothing, and two windows do not undo each other's work.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import platformdirs

from imaging.annotations.shape_files import parse_shapes, shape_row
from imaging.annotations.shapes import Shape
from imaging.base.english import english
from imaging.base.errors import Refusal
from imaging.base.sqlite_store import SqliteStore, StoreLayout, store_key

SCHEMA = 1
"""Raised if an older program would misread the rows, or write some that the newer one misreads."""
NAME = "annotations.sqlite"
Changes = Mapping[str, Shape | None]
"""Shapes by their uid, as they are now; None for one that was deleted."""

_LAYOUT = StoreLayout(
    schema=SCHEMA,
    tables=(
        "CREATE TABLE shapes (uid TEXT PRIMARY KEY, series TEXT NOT NULL, body TEXT NOT NULL) STRICT",
        "CREATE INDEX shapes_of_series ON shapes (series)",
    ),
    probe="SELECT uid, series, body FROM shapes LIMIT 1",
    contents=english("measurements"),
)


def default_store_path() -> Path:
    """Return the path of the person's own store; it may not exist yet."""
    return platformdirs.user_data_path("slicelens", appauthor=False) / "annotations" / NAME


class AnnotationStore(SqliteStore):
    """The store of measurements."""

    def __init__(self, path: Path, *, patience: float = 2.0) -> None:
        super().__init__(path, _LAYOUT, patience=patience)

    def load(self, names: Sequence[str]) -> tuple[Shape, ...]:
        """Return the shapes of a series, which `names` identify (`imaging.provenance.name_series`), oldest first.

        Raises `Refusal`: UNSUPPORTED for a store of a newer program, WRITE if it cannot be opened.
        """
        with self.connection() as connection:
            key = store_key(connection, names)
            rows = connection.execute("SELECT body FROM shapes WHERE series = ? ORDER BY rowid", (key,)).fetchall()
        found: list[Shape] = []
        for (body,) in rows:
            # A row that cannot be read costs itself only, and stays where it is.
            with suppress(Refusal):
                found += parse_shapes(body.encode())
        return tuple(found)

    def save(self, names: Sequence[str], changes: Changes) -> None:
        """Put shapes in, or take them out, all or none; they are on the disk when it returns. Raises as `load`."""
        with self.transaction() as connection:
            key = store_key(connection, names)
            for uid, shape in changes.items():
                if shape is None:
                    connection.execute("DELETE FROM shapes WHERE uid = ? AND series = ?", (uid, key))
                else:
                    body = json.dumps({"version": 1, "shapes": [shape_row(shape)]})
                    put = (
                        "INSERT INTO shapes (uid, series, body) VALUES (?, ?, ?) "
                        "ON CONFLICT (uid) DO UPDATE SET series = excluded.series, body = excluded.body"
                    )
                    connection.execute(put, (uid, key, body))
