"""A store of the program's own: one SQLite file in its data folder, made when it is first needed.

Writing ahead to a log lets several windows use it, one of which writes at a time; what was acknowledged is on the disk.
At its first use a store is looked over: a damaged one is put aside, one of a newer program is refused untouched. The
store keeps a salt of its own, with which it hashes whatever would name a patient, a study or a file.
"""

import hashlib
import hmac
import json
import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from imaging.base.english import english
from imaging.base.errors import Code, Refusal

_USER_VERSION_AT = 60
_MAGIC = b"SQLite format 3\0"
_SALT_BYTES = 32
_FACTS = "CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT"
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# Without room for its log or the log's index SQLite speaks of an error of the disk, or cannot open the file.
_OF_THE_DISK = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_LEAST_FREE = 64 * 1024
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})


@dataclass(frozen=True)
class StoreLayout:
    """The content of a store: `tables` are SQL statements, `probe` a query that fails on tables of another shape.

    `schema` is raised if an older program would misread the rows. `contents` is the word for them in sentences, marked
    as `english`.
    """

    schema: int
    tables: tuple[str, ...]
    probe: str
    contents: str


class SqliteStore:
    """The store in one file. May be used from any thread, by one at a time."""

    def __init__(self, path: Path, layout: StoreLayout, *, patience: float = 2.0) -> None:
        """Wait for another program's writing for `patience` seconds."""
        self._path = path
        self._layout = layout
        self._patience = patience
        self._is_checked = False
        self.set_aside: Path | None = None
        """The damaged store that was put aside, if one was."""

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Open the store. Raises `Refusal`: UNSUPPORTED for one of a newer program, WRITE if it cannot be used."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._is_checked:
                self._check()
                self._is_checked = True
            with self._open() as connection:
                yield connection
        except sqlite3.Error as error:
            # Looked over again before the next use.
            self._is_checked = not _is_damage(error)
            raise self._refusal_of(error) from None
        except OSError:
            raise Refusal(Code.WRITE, self._unwritable) from None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Open the store to write: all or nothing, on the disk when it returns. Raises as `connection` does."""
        with self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def _check(self) -> None:
        """Look the store over once: one of a newer program is refused untouched, a damaged one is put aside."""
        if self._path.is_file() and _version_in_header(self._path) > self._layout.schema:
            raise Refusal(Code.UNSUPPORTED, self._newer)
        try:
            with self._open() as connection:
                (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
                connection.execute(self._layout.probe).fetchone()
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
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the store, and make its tables if it is new."""
        connected = sqlite3.connect(self._path, timeout=self._patience, isolation_level=None, check_same_thread=False)
        with closing(connected) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > self._layout.schema:
                raise Refusal(Code.UNSUPPORTED, self._newer)
            connection.execute("PRAGMA journal_mode = WAL")
            # What was acknowledged outlives a loss of power too.
            connection.execute("PRAGMA synchronous = FULL")
            if version == 0:
                self._make_tables(connection)
            yield connection

    def _make_tables(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            for statement in (_FACTS, *self._layout.tables):
                connection.execute(statement)
            connection.execute("INSERT INTO facts VALUES ('salt', ?)", (secrets.token_bytes(_SALT_BYTES),))
            connection.execute(f"PRAGMA user_version = {self._layout.schema}")
        connection.execute("COMMIT")

    @property
    def _newer(self) -> str:
        return english(
            "The store of {contents} was written by a newer Slicelens and is left as it is; {contents} are not saved.",
            contents=self._layout.contents,
        )

    @property
    def _unwritable(self) -> str:
        return english(
            "The {contents} cannot be saved: the store in the program's own data folder cannot be written.",
            contents=self._layout.contents,
        )

    def _refusal_of(self, error: sqlite3.Error) -> Refusal:
        said: str
        code, contents = getattr(error, "sqlite_errorcode", 0) & 0xFF, self._layout.contents
        if code in _BUSY:
            said = english(
                "Another program holds the store of {contents}, so nothing can be saved; close it, and go on.",
                contents=contents,
            )
        elif code == sqlite3.SQLITE_FULL or (code in _OF_THE_DISK and _is_full(self._path.parent)):
            said = english(
                "The disk is full, so {contents} cannot be saved; they stay in this window. Free some space.",
                contents=contents,
            )
        else:
            said = self._unwritable
        return Refusal(Code.WRITE, said)


def store_key(connection: sqlite3.Connection, names: Sequence[str]) -> str:
    """Return the salted hash of names by which a store finds something again; the salt never leaves the store."""
    return hash_names(store_salt(connection), names)


def store_salt(connection: sqlite3.Connection) -> bytes:
    """Return the store's salt, to hash many names with `hash_names`."""
    (salt,) = connection.execute("SELECT value FROM facts WHERE name = 'salt'").fetchone()
    return bytes(salt)


def hash_names(salt: bytes, names: Sequence[str]) -> str:
    """Return the salted hash of names."""
    return hmac.new(salt, json.dumps(list(names)).encode(), hashlib.sha256).hexdigest()


def _is_full(folder: Path) -> bool:
    """Return whether a disk has no room for SQLite's log any more, whose index alone takes 32 KiB."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_FREE
    except OSError:
        return False


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
