"""The main window: panels, slice, sliders, strip and menus in their places. It shows facts and emits requests."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMainWindow, QSplitter, QStackedWidget, QWidget

from desktop.state.commands import key_rows
from desktop.state.settings import CORNER_TEXT, MEMORY, SCALE, Settings
from desktop.ui.dialogs.help import KeysDialog
from desktop.ui.dialogs.settings import SettingsDialog
from desktop.ui.menus import Menus
from desktop.ui.panels.ledger import LedgerPanel
from desktop.ui.panels.model import ModelPanel
from desktop.ui.panels.progress import ProgressStrip
from desktop.ui.panels.provenance import ProvenancePanel
from desktop.ui.panels.series import SeriesPanel
from desktop.ui.panels.start_page import StartPage
from desktop.ui.slice_view.slice_view import SliceView
from desktop.ui.slice_view.sliders import Sliders
from desktop.ui.widgets.controls import make_column
from desktop.ui.widgets.theme import SCALES, apply_theme, icon, nearest_scale_index, units
from imaging.base.policy import free_bytes

if TYPE_CHECKING:
    from desktop.startup.samples import Sample

TITLE = "Slicelens"
"""All that the title bar ever says: titles show up in task bars and screen shares, and must name no patient."""
_MODEL_FILES = "Models (*.slb *.onnx bundle.json);;All files (*)"


class MainWindow(QMainWindow):
    """Everything on screen. `settings` hold the scale and how much corner text there is."""

    paths_requested = Signal(list)  # files and folders to open, a list of `Path`
    model_requested = Signal(str)  # a bundle or ONNX file to use, by its path
    escape_requested = Signal()
    memory_limit_requested = Signal(int)  # MiB for the pixels of one series, 0 for half of what is free

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.setWindowTitle(TITLE)
        self.setWindowIcon(icon("slicelens"))
        self.setAcceptDrops(True)
        self.series = SeriesPanel()
        self.start_page = StartPage()
        self.slice_view = SliceView()
        self.sliders = Sliders()
        self.model = ModelPanel()
        self.strip = ProgressStrip()
        self.ledger = LedgerPanel()
        self._ledger_dialog = _dialog(self, "What was opened and skipped", self.ledger)
        self.why = ProvenancePanel()
        self._why_dialog = _dialog(self, "Why does it look like this?", self.why)
        self._keys: KeysDialog | None = None
        self._middle = QStackedWidget()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self.menus = Menus(self)
        self.menus.connect({"main_window": self})
        self.slice_view.set_text_level(settings.get(CORNER_TEXT))
        self.slice_view.menu_requested.connect(self._show_context_menu)
        self.start_page.open_file_requested.connect(self.ask_for_files)
        self.start_page.open_folder_requested.connect(self.ask_for_folder)
        self.model.open_bundle_requested.connect(self.ask_for_bundle)
        self.strip.ledger_requested.connect(self.show_ledger)
        self.strip.cancel_requested.connect(self.escape)

    # --- facts to show ---

    def show_slices(self, are_open: bool) -> None:
        """Show the slice in the middle, or the start page while nothing is open."""
        self._middle.setCurrentIndex(1 if are_open else 0)
        if are_open:
            self.slice_view.setFocus()

    def set_samples(self, samples: "Sequence[Sample]", chosen: Callable[[str], object]) -> None:
        """Offer the samples on the start page and in the menu."""
        self.start_page.set_samples(tuple(samples))
        self.start_page.sample_requested.connect(chosen)
        self.menus.fill(self.menus.samples, [(one.title, partial(chosen, one.id)) for one in samples])

    def set_recent(self, opened: Sequence[tuple[Path, ...]]) -> None:
        """Offer what was opened since the start. It is never stored: paths of scans often hold names."""

        def title(paths: tuple[Path, ...]) -> str:
            return str(paths[0]) if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"

        self.menus.fill(self.menus.recent, [(title(paths), partial(self._request, paths)) for paths in opened])

    # --- commands of the main window itself ---

    def ask_for_files(self) -> None:
        """Ask for files and open them."""
        names, _ = QFileDialog.getOpenFileNames(self, "Open files")
        self._request([Path(name) for name in names])

    def ask_for_folder(self) -> None:
        """Ask for a folder and open it."""
        name = QFileDialog.getExistingDirectory(self, "Open a folder")
        self._request([Path(name)] if name else [])

    def ask_for_bundle(self) -> None:
        """Ask for a model and use it."""
        name, _ = QFileDialog.getOpenFileName(self, "Open a model", "", _MODEL_FILES)
        if name:
            path = Path(name)
            self.model_requested.emit(str(path.parent if path.name == "bundle.json" else path))

    def show_ledger(self) -> None:
        """Show what was opened, and what was skipped and why."""
        self._ledger_dialog.resize(units(860), units(420))
        self._ledger_dialog.show()
        self._ledger_dialog.raise_()

    def show_why(self) -> None:
        """Show the sources of each fact about the slice on screen; the second time, hide them."""
        if self._why_dialog.isVisible():
            self._why_dialog.hide()
            return
        self._why_dialog.resize(units(760), units(520))
        self._why_dialog.show()
        self._why_dialog.raise_()
        # Wheel and keys go on working on the slice that the panel explains.
        self.activateWindow()

    def show_keys(self) -> None:
        """Show every key and gesture."""
        if self._keys is None:
            self._keys = KeysDialog(tuple(key_rows()), self)
        self._keys.show()
        self._keys.raise_()

    def show_settings(self) -> None:
        """Show what can be set, or bring that page to the front; a choice takes effect at once."""
        page = self.findChild(SettingsDialog) or self._make_preferences()
        page.set_state(
            scale=self._settings.get(SCALE),
            corner_text=self._settings.get(CORNER_TEXT),
            radiological=self.menus.actions["radiological"].isChecked(),
        )
        page.show()
        page.raise_()
        page.activateWindow()

    def show_about(self) -> None:
        """Show what this program is: version, models, licences."""
        # What reads contracts and licences is not loaded on the way to the window.
        from desktop.startup.build_info import edition, list_licences, list_models, system_line
        from desktop.ui.dialogs.help import AboutDialog

        AboutDialog(edition(), system=system_line(), models=list_models(), licences=list_licences(), parent=self).show()

    def cycle_corner_text(self, level: str | None = None) -> None:
        """Go on from all to some to no text in the corners, or straight to a level."""
        levels = CORNER_TEXT.choices
        level = level or levels[(levels.index(self.slice_view.text_level) + 1) % len(levels)]
        self._settings.set(CORNER_TEXT, level)
        self.slice_view.set_text_level(level)

    def scale_by(self, steps: int) -> None:
        """Make text and controls larger or smaller by steps of `SCALES`."""
        before = self._settings.get(SCALE)
        scale = SCALES[min(max(nearest_scale_index(before) + steps, 0), len(SCALES) - 1)]
        self._settings.set(SCALE, scale)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            left, middle, right = self._splitter.sizes()
            apply_theme(app, scale=scale)
            # The panels at the sides grow with their text; the slice takes what is left.
            sides = round(left * scale / before), round(right * scale / before)
            self._splitter.setSizes([sides[0], left + middle + right - sum(sides), sides[1]])

    def escape(self) -> None:
        """Cancel what runs; if nothing does, reset the view."""
        self.escape_requested.emit()

    # --- Qt's events ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self._request(paths)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End a peek: its key was let go."""
        if not event.isAutoRepeat():
            self.menus.release(event.key())
        super().keyReleaseEvent(event)

    def _make_preferences(self) -> SettingsDialog:
        page = SettingsDialog(memory=self._settings.get(MEMORY), free=free_bytes(), parent=self)
        side = self.menus.actions["radiological"]

        def set_scale(scale: float) -> None:
            self.scale_by(SCALES.index(scale) - nearest_scale_index(self._settings.get(SCALE)))

        def set_side(wanted: bool) -> None:
            if side.isChecked() != wanted:
                side.trigger()
            # Before there is anything to turn, the command is not there either.
            page.side.setChecked(side.isChecked())

        page.memory_changed.connect(self.memory_limit_requested)
        page.scale_changed.connect(set_scale)
        page.corner_text_changed.connect(self.cycle_corner_text)
        page.radiological_changed.connect(set_side)
        # Keys and menus change it too, while the page is there.
        side.toggled.connect(page.side.setChecked)
        return page

    def _request(self, paths: Sequence[Path]) -> None:
        if paths:
            self.paths_requested.emit(list(paths))

    def _show_context_menu(self, at: QPoint) -> None:
        menu = self.menus.context_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _lay_out(self) -> None:
        viewer = QWidget()
        make_column((self.slice_view, 1), self.sliders, holder=viewer, spacing=0)
        self._middle.addWidget(self.start_page)
        self._middle.addWidget(viewer)
        splitter = self._splitter
        splitter.setChildrenCollapsible(False)
        for part, stretch in ((self.series, 0), (self._middle, 1), (self.model, 0)):
            splitter.addWidget(part)
            splitter.setStretchFactor(splitter.indexOf(part), stretch)
        splitter.setSizes([units(230), units(700), units(350)])
        body = QWidget()
        make_column((splitter, 1), self.strip, holder=body, spacing=0)
        self.setCentralWidget(body)
        self.resize(units(1280), units(800))


def _dialog(parent: QWidget, title: str, content: QWidget) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    make_column(content, holder=dialog, spacing=0)
    return dialog
