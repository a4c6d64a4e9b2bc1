"""The questions for files, a folder, or a model to open."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.state.texts.language import tr
from imaging.base.english import english

_ONNX_FILES = english("ONNX models (*.onnx)")
_MODEL_FILES = english("Models (*.slb *.onnx bundle.json);;All files (*)")


def choose_files(parent: QWidget) -> list[Path]:
    """Ask for files; none if the person thought better of it."""
    names, _ = QFileDialog.getOpenFileNames(parent, tr("Open files"))
    return [Path(name) for name in names]


def choose_folder(parent: QWidget) -> list[Path]:
    """Ask for a folder."""
    name = QFileDialog.getExistingDirectory(parent, tr("Open a folder"))
    return [Path(name)] if name else []


def choose_model(parent: QWidget) -> Path | None:
    """Ask for a model: a packed bundle, an ONNX file, or a bundle's folder by the file in it."""
    name, _ = QFileDialog.getOpenFileName(parent, tr("Open a model"), "", tr(_MODEL_FILES))
    path = Path(name)
    return None if not name else path.parent if path.name == "bundle.json" else path


def choose_onnx(parent: QWidget) -> Path | None:
    """Ask for a model without a contract."""
    name, _ = QFileDialog.getOpenFileName(parent, tr("Open a model without a contract"), "", tr(_ONNX_FILES))
    return Path(name) if name else None
