"""Settings in the system's own place: Qt reads them, and they are written whole."""

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QSettings

from desktop.state.settings import Settings, format_settings
from imaging.base.atomic_write import move, write_with_folder
from imaging.base.english import english
from imaging.base.errors import Code, Refusal

_NAME = "slicelens"


class StoredSettings:
    """Keeps settings as text by name in a file. Raises `Refusal` (UNSUPPORTED) if a newer program wrote it."""

    def __init__(self) -> None:
        self._file = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, _NAME, _NAME)
        self._own: dict[str, str] = {}
        self.refusal = self._set_aside_damaged()
        """What is to be said about the file; None if it is as it should be."""
        Settings(self).require_known(self._file.fileName())

    def _set_aside_damaged(self) -> Refusal | None:
        """Give a file of which nothing can be read another name, so that nothing is written over it."""
        path = Path(self._file.fileName())
        aside = path.with_suffix(f".damaged{path.suffix}")
        is_readable = self._file.status() is not QSettings.Status.AccessError
        with suppress(OSError):
            if is_readable and path.is_file() and path.stat().st_size > 0 and not self._file.allKeys():
                move(path, aside)
                self._file.sync()
                return Refusal(
                    Code.HEADER,
                    english(
                        "The settings could not be read and begin anew. The damaged file is kept as {file}.",
                        file=str(aside),
                    ),
                )
        return None

    def get(self, name: str) -> str | None:
        """Return the stored text, None if there is none."""
        text = self._own.get(name, self._file.value(name))
        return None if text is None else str(text)

    def __setitem__(self, name: str, text: str) -> None:
        # What another window wrote meanwhile is read first.
        self._file.sync()
        self._own[name] = text
        kept = {key: str(self._file.value(key)) for key in self._file.allKeys()}
        # A person whose settings cannot be written still works with them until the end.
        with suppress(Refusal):
            write_with_folder(Path(self._file.fileName()), format_settings(kept | self._own).encode())
