"""The store of what was drawn: one SQLite file in the program's own folder, found again by a salted hash of the series.

It holds no name, no path and no UID of a study. What `save` was given is on the disk when it returns; each shape is one
row under its tracking identifier, so that saving twice doubles nothing, and two windows do not undo each other's work.
"""

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import platformdirs

from imaging.annotations.shape_files import parse_shapes, shape_row
from imaging.annotations.shapes import Shape
from imaging.base.errors import Code, Refusal

SCHEMA = 1
"""Raised if an older program would misread the rows, or write some that the newer one misreads."""
NAME = "annotations.sqlite"
Changes = Mapping[str, Shape | None]
"""Shapes by their uid, as they are now; None for one that was deleted."""

_USER_VERSION_AT = 60
_MAGIC = b"SQLite format 3\0"
_SALT_BYTES = 32
_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE shapes (uid TEXT PRIMARY KEY, series TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX shapes_of_series ON shapes (series);
"""
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_LOCKED = "Another program holds the store of measurements, so nothing can be saved; close it, and draw on."
_FULL = "The disk is full, so measurements cannot be saved; they stay in this window. Free some space, and draw on."
_NEWER = "The store of measurements was written by a newer Slicelens and is left as it is; measurements are not saved."
_UNWRITABLE = "Measurements cannot be saved: the store in the program's own data folder cannot be written."


def default_store_path() -> Path:
    """Return the path of the person's own store; it may not exist yet."""
    return platformdirs.user_data_path("slicelens", appauthor=False) / "annotations" / NAME


class AnnotationStore:
    """The store in one file, which is made when it is first needed. May be used from any thread, by one at a time."""

    def __init__(self, path: Path, *, patience: float = 2.0) -> None:
        self._path = path
        self._patience = patience
        self._is_checked = False
        self.set_aside: Path | None = None
        """The damaged store that was put aside at the start, if it was."""

    def load(self, names: Sequence[str]) -> tuple[Shape, ...]:
        """Return the shapes of a series, which `names` identify (`imaging.provenance.name_series`), oldest first.

        Raises `Refusal`: UNSUPPORTED for a store of a newer program, WRITE if it cannot be opened.
        """
        with self._connection() as connection:
            key = _key(connection, names)
            rows = connection.execute("SELECT body FROM shapes WHERE series = ? ORDER BY rowid", (key,)).fetchall()
        found: list[Shape] = []
        for (body,) in rows:
            # A row that cannot be read costs itself only, and stays where it is.
            with suppress(Refusal):
                found += parse_shapes(body.encode())
        return tuple(found)

    def save(self, names: Sequence[str], changes: Changes) -> None:
        """Put shapes in, or take them out, all or none; they are on the disk when it returns. Raises as `load`."""
        with self._connection() as connection:
            key = _key(connection, names)
            connection.execute("BEGIN IMMEDIATE")
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
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._is_checked:
                self._check()
                self._is_checked = True
            with _open(self._path, self._patience) as connection:
                yield connection
        except sqlite3.Error as error:
            # Looked over again before the next use.
            self._is_checked = not _is_damage(error)
            raise _refusal_of(error) from None
        except OSError:
            raise Refusal(Code.WRITE, _UNWRITABLE) from None

    def _check(self) -> None:
        """Look the store over once: one of a newer program is refused untouched, a damaged one is put aside."""
        if self._path.is_file() and _version_in_header(self._path) > SCHEMA:
            raise Refusal(Code.UNSUPPORTED, _NEWER)
        try:
            with _open(self._path, self._patience) as connection:
                (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
                connection.execute("SELECT uid, series, body FROM shapes LIMIT 1").fetchone()
                salt = connection.execute("SELECT value FROM facts WHERE name = 'salt'").fetchone()
            is_whole = answer == "ok" and salt is not None and len(salt[0]) == _SALT_BYTES
        except sqlite3.Error as error:
            is_whole = not _is_damage(error)
            if is_whole:
                raise
        if not is_whole:
            self._put_aside()

    def _put_aside(self) -> None:
        """Move a damaged store out of the way, with what belongs to it, under a name of its own; nothing is deleted."""
        stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
        aside = self._path.with_name(f"damaged-{stamp}-{self._path.name}")
        for suffix in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                os.replace(f"{self._path}{suffix}", f"{aside}{suffix}")
        self.set_aside = aside


@contextmanager
def _open(path: Path, patience: float) -> Iterator[sqlite3.Connection]:
    """Open the store, and make its tables if it is new."""
    connected = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    with closing(connected) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA:
            raise Refusal(Code.UNSUPPORTED, _NEWER)
        connection.execute("PRAGMA journal_mode = WAL")
        # What was acknowledged outlives a loss of power too.
        connection.execute("PRAGMA synchronous = FULL")
        if version == 0:
            _make_tables(connection)
        yield connection


def _make_tables(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        for statement in filter(str.strip, _TABLES.split(";")):
            connection.execute(statement)
        connection.execute("INSERT INTO facts VALUES ('salt', ?)", (secrets.token_bytes(_SALT_BYTES),))
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
    connection.execute("COMMIT")


def _key(connection: sqlite3.Connection, names: Sequence[str]) -> str:
    """Return the salted hash by which a series is found; the salt never leaves the store."""
    (salt,) = connection.execute("SELECT value FROM facts WHERE name = 'salt'").fetchone()
    return hmac.new(salt, json.dumps(list(names)).encode(), hashlib.sha256).hexdigest()


def _version_in_header(path: Path) -> int:
    """Return the schema's number as the file's first bytes have it (SQLite's format, 1.3.16), opening no database."""
    with path.open("rb") as stream:
        head = stream.read(100)
    is_ours = head.startswith(_MAGIC) and len(head) == 100
    return int.from_bytes(head[_USER_VERSION_AT : _USER_VERSION_AT + 4], "big", signed=True) if is_ours else 0


def _is_damage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # Tables of another shape than ours are a store that something else has written to.
    return code in _DAMAGED or (code == sqlite3.SQLITE_ERROR and isinstance(error, sqlite3.OperationalError))


def _refusal_of(error: sqlite3.Error) -> Refusal:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return Refusal(Code.WRITE, _LOCKED)
    return Refusal(Code.WRITE, _FULL if code == sqlite3.SQLITE_FULL else _UNWRITABLE)
