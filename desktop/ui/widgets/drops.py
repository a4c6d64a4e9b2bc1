"""Drops on the window: files from elsewhere, or a series out of the list."""

from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QDropEvent

SERIES_FORMAT = "application/x-slicelens-series"
"""The kind of data that a series out of the list is; its bytes are the series' id, which leaves the program nowhere."""


def dropped_paths(event: QDropEvent) -> list[Path]:
    """Return the files and folders that were dropped."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


def dropped_series(event: QDropEvent) -> str | None:
    """Return the id of the series that was dropped; None if it was something else."""
    data = event.mimeData()
    return bytes(data.data(SERIES_FORMAT).data()).decode() if data.hasFormat(SERIES_FORMAT) else None


def answer_copy(event: QDropEvent) -> None:
    """Accept a drag or a drop as a copy, whatever was proposed: a source that hears “move” may delete the files.

    One that offers to move them and nothing else hears in the end that nothing was done to them.
    """
    if event.possibleActions() & Qt.DropAction.CopyAction:
        event.setDropAction(Qt.DropAction.CopyAction)
    elif event.type() == QEvent.Type.Drop:
        event.setDropAction(Qt.DropAction.IgnoreAction)
    event.accept()
