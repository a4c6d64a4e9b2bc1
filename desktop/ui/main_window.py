"""The main window: panels, slice, sliders, strip and menus in their places. It shows facts and emits requests."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QScreen,
)
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QSplitter, QStackedWidget, QWidget

from desktop.state.settings import CORNER_TEXT, FOLDED, PANELS, SCALE, TOOLBAR, WINDOW, Settings
from desktop.state.texts.language import tr
from desktop.state.window_place import Rectangle, place_window, read_numbers, write_numbers
from desktop.ui.dialogs.file_choice import choose_files, choose_folder, choose_model, choose_onnx
from desktop.ui.dialogs.model_pages import ModelPages
from desktop.ui.key_pages import KeyPages
from desktop.ui.menus import Menus
from desktop.ui.pane_copy import copy_pane
from desktop.ui.panels.ledger import LedgerPanel
from desktop.ui.panels.model import ModelPanel
from desktop.ui.panels.model_input_panel import ModelInputPanel
from desktop.ui.panels.progress import ProgressStrip
from desktop.ui.panels.provenance import ProvenancePanel
from desktop.ui.panels.series import SeriesPanel
from desktop.ui.panels.start_page import StartPage
from desktop.ui.panels.structured_reports import StructuredReportsPanel
from desktop.ui.panels.tag_browser import TagBrowserPanel
from desktop.ui.settings_page import SettingsTarget, show_settings_page
from desktop.ui.slice_view.pane_grid import PaneGrid
from desktop.ui.slice_view.slice_view import SliceView
from desktop.ui.slice_view.sliders import Sliders
from desktop.ui.toolbar import Toolbar
from desktop.ui.widgets.controls import make_column, make_row
from desktop.ui.widgets.drops import answer_copy, dropped_paths
from desktop.ui.widgets.theme import SCALES, apply_theme, icon, nearest_scale_index, resize_within_screen, units

if TYPE_CHECKING:
    from desktop.startup.samples import Sample

TITLE = "Slicelens"
"""All that the title bar ever says: titles show up in task bars and screen shares, and must name no patient."""
WIDTH, HEIGHT, LEFT_WIDTH, RIGHT_WIDTH = 1280, 800, 230, 350
"""The size of the main window, and the widths of its panels, on a screen with room enough; in our units."""
LEAST_LEFT, LEAST_RIGHT = 200, 336
"""The widths of the panels on a small screen, in our units; a person may make them narrower."""
_FOLDED = {(True, True): "none", (False, True): "left", (True, False): "right", (False, False): "both"}
"""The setting by which panels are shown."""


class MainWindow(QMainWindow):
    """Everything on screen. `settings` hold the scale and how much corner text there is."""

    paths_requested = Signal(list)  # files and folders to open, a list of `Path`
    paths_dropped = Signal(list)  # the same, to be opened beside what is open
    model_requested = Signal(str)  # a bundle or ONNX file to use, by its path
    onnx_requested = Signal(object)  # the `Path` of a model without a contract, to be asked about
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
        self.panes = PaneGrid()
        self.input = ModelInputPanel()
        self.input.hide()
        self.sliders = Sliders()
        self.model = ModelPanel()
        self.strip = ProgressStrip()
        self.ledger = LedgerPanel()
        self._ledger_dialog = _dialog(self, tr("What was opened and skipped"), self.ledger)
        self.why = ProvenancePanel()
        self._why_dialog = _dialog(self, tr("Why does it look like this?"), self.why)
        self.tags = TagBrowserPanel()
        self._tags_dialog = _dialog(self, tr("Tags"), self.tags)
        self.reports = StructuredReportsPanel()
        self._reports_dialog = _dialog(self, tr("Reports among the files"), self.reports)
        self._middle = QStackedWidget()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._has_slices = False
        self._lay_out()
        self.keys = KeyPages(settings, self)
        self.menus = Menus(self, self.keys.bindings, self.panes)
        self.model_pages = ModelPages(self, lambda: self.panes.is_private)
        self.menus.connect(
            {"main_window": self, "keys": self.keys, "model_pages": self.model_pages, "series": self.series}
        )
        self.toolbar = Toolbar(self.menus.actions, self)
        self.addToolBar(self.toolbar)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.toolbar.set_level(settings.get(TOOLBAR))
        for named in (self.model, self.toolbar):
            named.set_keys(self.keys.bindings)
            self.keys.changed.connect(named.set_keys)
        self.keys.changed.connect(self.menus.set_bindings)
        folded = settings.get(FOLDED)
        self.set_left_shown(folded not in ("left", "both"))
        self.set_right_shown(folded not in ("right", "both"))
        self.show_slices(False)
        self.panes.set_text_level(settings.get(CORNER_TEXT))
        self.panes.menu_requested.connect(self._show_context_menu)
        self.start_page.open_file_requested.connect(self.ask_for_files)
        self.start_page.open_folder_requested.connect(self.ask_for_folder)
        self.model.open_bundle_requested.connect(self.ask_for_bundle)
        self.model.card_requested.connect(self.model_pages.show_card)
        self.strip.ledger_requested.connect(self.show_ledger)
        self.strip.cancel_requested.connect(self.escape)

    @property
    def slice_view(self) -> SliceView:
        """The slice view of the active pane."""
        return self.panes.active

    # --- facts to show ---

    def show_slices(self, are_open: bool) -> None:
        """Show the slice in the middle, or the start page while nothing is open."""
        self._has_slices = are_open
        self._turn_to(start_page=not are_open)

    def _turn_to(self, *, start_page: bool) -> None:
        self._middle.setCurrentIndex(0 if start_page else 1)
        # The keys go to what is there: Return opens a file, arrows scroll.
        (self.start_page.open_file if start_page else self.slice_view).setFocus()

    def set_samples(self, samples: "Sequence[Sample]", chosen: Callable[[str], object]) -> None:
        """Offer the samples on the start page and in the menu."""
        self.start_page.set_samples(tuple(samples))
        self.start_page.sample_requested.connect(chosen)
        self.menus.fill(self.menus.samples, [(tr(one.title), partial(chosen, one.id)) for one in samples])

    def set_recent(self, opened: Sequence[tuple[Path, ...]], *, private: bool = False) -> None:
        """Offer what was opened since the start. It is never stored: paths of scans often hold names."""

        def title(number: int, paths: tuple[Path, ...]) -> str:
            named = tr("Opened before, {number}", number=number) if private else str(paths[0])
            return named if len(paths) == 1 else tr("{named} and {paths} more", named=named, paths=len(paths) - 1)

        offered = [(title(number, paths), partial(self._request, paths)) for number, paths in enumerate(opened, 1)]
        self.menus.fill(self.menus.recent, offered)

    # --- commands of the main window itself ---

    def ask_for_files(self) -> None:
        """Ask for files and open them."""
        self._request(choose_files(self))

    def ask_for_folder(self) -> None:
        """Ask for a folder and open it."""
        self._request(choose_folder(self))

    def ask_for_bundle(self) -> None:
        """Ask for a model and use it."""
        if (path := choose_model(self)) is not None:
            self.model_requested.emit(str(path))

    def ask_for_onnx(self) -> None:
        """Ask for a model without a contract, to be asked about and saved as a bundle."""
        if (path := choose_onnx(self)) is not None:
            self.onnx_requested.emit(path)

    def switch_start_page(self) -> None:
        """Go to the start page; from there, back to the slice if a series is open."""
        self._turn_to(start_page=not self._has_slices or self._middle.currentIndex() == 1)

    def switch_full_screen(self) -> None:
        """Fill the screen; the second time, go back to the window as it was."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def set_left_shown(self, shown: bool) -> None:
        """Show the panel of the series, or fold it away."""
        self._fold("left_panel", self.series, shown)

    def set_right_shown(self, shown: bool) -> None:
        """Show the panel of the model, or fold it away."""
        self._fold("right_panel", self.model, shown)

    def _fold(self, command_id: str, panel: QWidget, shown: bool) -> None:
        panel.setVisible(shown)
        self.menus.set_checked(command_id, shown)

    def show_ledger(self) -> None:
        """Show what was opened, and what was skipped and why."""
        resize_within_screen(self._ledger_dialog, 860, 420)
        self._ledger_dialog.show()
        self._ledger_dialog.raise_()

    def show_why(self) -> None:
        """Show the sources of each fact about the slice on screen; the second time, hide them."""
        _turn_over(self._why_dialog, self, 760)

    def show_tags(self) -> None:
        """Show the header of the slice's file, ready to be searched; the second time, hide it."""
        _turn_over(self._tags_dialog, self, 860)
        if self._tags_dialog.isVisible():
            self._tags_dialog.activateWindow()

    def show_reports(self) -> None:
        """Show the structured reports among the files as text; the second time, hide them."""
        _turn_over(self._reports_dialog, self, 620)

    def show_settings(self) -> None:
        """Show what can be set, or bring that page to the front; a choice takes effect at once."""
        actions, set_memory = self.menus.actions, self.memory_limit_requested.emit
        target = SettingsTarget(actions, self.scale_by, self.cycle_corner_text, set_memory)
        show_settings_page(self, self._settings, target)

    def show_about(self) -> None:
        """Show what this program is: version, models, licences."""
        # What reads contracts and licences is not loaded on the way to the window.
        from desktop.startup.build_info import edition, list_licences, list_models, system_line
        from desktop.ui.dialogs.help import AboutDialog

        AboutDialog(edition(), system=system_line(), models=list_models(), licences=list_licences(), parent=self).show()

    def copy_pane(self) -> None:
        """Copy the active pane as a picture with the finding and its caveat, and those as text."""
        is_private = self.panes.text_level != "all"
        QGuiApplication.clipboard().setMimeData(copy_pane(self.slice_view, self.model.lines(is_private=is_private)))
        self.strip.set_hint(tr("The pane is copied, with the finding."))

    def cycle_corner_text(self, level: str | None = None) -> None:
        """Go on from all to some to no text in the corners, or straight to a level."""
        levels = CORNER_TEXT.choices
        level = level or levels[(levels.index(self.panes.text_level) + 1) % len(levels)]
        self._settings.set(CORNER_TEXT, level)
        self.panes.set_text_level(level)

    def cycle_toolbar(self) -> None:
        """Go on from icons to icons with names to no toolbar."""
        levels = TOOLBAR.choices
        level = levels[(levels.index(self._settings.get(TOOLBAR)) + 1) % len(levels)]
        self._settings.set(TOOLBAR, level)
        self.toolbar.set_level(level)

    def scale_by(self, steps: int) -> None:
        """Make text and controls larger or smaller by steps of `SCALES`."""
        before = self._settings.get(SCALE)
        scale = SCALES[min(max(nearest_scale_index(before) + steps, 0), len(SCALES) - 1)]
        self._settings.set(SCALE, scale)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            left, _, right = self._splitter.sizes()
            apply_theme(app, scale=scale)
            # The panels at the sides grow with their text.
            self._set_sides(round(left * scale / before), round(right * scale / before))

    def escape(self) -> None:
        """Go back from the start page; else cancel what runs; if nothing does, reset the view."""
        if self._has_slices and self._middle.currentIndex() == 0:
            self._turn_to(start_page=False)
        else:
            self.escape_requested.emit()

    # --- size and place ---

    def fit_screen(self, *, step: int = 0) -> None:
        """Take the size and the place that it had last, a step beside it, on a screen that is there; or its own."""
        screens = [_room_on(screen) for screen in QGuiApplication.screens()]
        kept = read_numbers(self._settings.get(WINDOW), 5)
        if kept is None:
            # Where the window goes, the system knows best.
            wanted = Rectangle(screens[0].left, screens[0].top, units(WIDTH), units(HEIGHT)).held_in(screens[0])
        else:
            wanted = place_window(Rectangle(*kept[:4]).moved(step), screens)
            self.move(wanted.left, wanted.top)
        self.resize(wanted.width, wanted.height)
        self._set_sides(*(read_numbers(self._settings.get(PANELS), 2) or _choose_sides(wanted.width)))
        if kept is not None and kept[4]:
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def _set_sides(self, left: int, right: int) -> None:
        """Give the panels at the sides their widths; the slice takes what is left."""
        whole = sum(self._splitter.sizes()) if self.isVisible() else self.width()
        self._splitter.setSizes([left, max(1, whole - left - right), right])

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep size, place and the widths of the panels for the next start."""
        around, is_whole = self.normalGeometry(), self.isMaximized() or self.isFullScreen()
        corner = around.topLeft() if is_whole else self.pos()
        numbers = (corner.x(), corner.y(), around.width(), around.height(), int(is_whole))
        self._settings.set(WINDOW, write_numbers(*numbers))
        left, _, right = self._splitter.sizes()
        kept = read_numbers(self._settings.get(PANELS), 2) or (units(LEFT_WIDTH), units(RIGHT_WIDTH))
        # A folded panel has no width now; it comes back with the one that it had.
        self._settings.set(PANELS, write_numbers(left or kept[0], right or kept[1]))
        actions = self.menus.actions
        shown = actions["left_panel"].isChecked(), actions["right_panel"].isChecked()
        self._settings.set(FOLDED, _FOLDED[shown])
        super().closeEvent(event)

    # --- Qt's events ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files anywhere."""
        if event.mimeData().hasUrls():
            answer_copy(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Go on accepting them."""
        if event.mimeData().hasUrls():
            answer_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped beside what is open; with Shift, in its place."""
        paths = dropped_paths(event)
        pane = self.panes.pane_at(self.panes.mapFrom(self, event.position().toPoint()))
        answer_copy(event)
        if pane is not None and self.panes.isVisible():
            self.panes.pane_touched.emit(pane)
        if paths:
            replaces = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (self.paths_requested if replaces else self.paths_dropped).emit(paths)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End a peek: its key was let go."""
        if not event.isAutoRepeat():
            self.menus.release(event.key())
        super().keyReleaseEvent(event)

    def _request(self, paths: Sequence[Path]) -> None:
        if paths:
            self.paths_requested.emit(list(paths))

    def _show_context_menu(self, at: QPoint) -> None:
        menu = self.menus.context_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _lay_out(self) -> None:
        viewer = QWidget()
        slices = make_row((self.panes, 2), (self.input, 1), spacing=0)
        make_column((slices, 1), self.sliders, holder=viewer, spacing=0)
        self._middle.addWidget(self.start_page)
        self._middle.addWidget(viewer)
        splitter = self._splitter
        splitter.setChildrenCollapsible(False)
        for part, stretch in ((self.series, 0), (self._middle, 1), (self.model, 0)):
            splitter.addWidget(part)
            splitter.setStretchFactor(splitter.indexOf(part), stretch)
        splitter.setSizes([units(LEFT_WIDTH), units(WIDTH - LEFT_WIDTH - RIGHT_WIDTH), units(RIGHT_WIDTH)])
        body = QWidget()
        make_column((splitter, 1), self.strip, holder=body, spacing=0)
        self.setCentralWidget(body)


def _choose_sides(width: int) -> tuple[int, int]:
    """Return widths for the panels of a window: on a small screen narrower too, as far as their words allow."""
    share = min(1.0, width / units(WIDTH))
    return units(max(LEAST_LEFT, share * LEFT_WIDTH)), units(max(LEAST_RIGHT, share * RIGHT_WIDTH))


def _room_on(screen: QScreen) -> Rectangle:
    """Return the part of a screen that a window's content may take: less bars of the system, its own title and edge."""
    around, title, edges = screen.availableGeometry(), units(32), units(8)
    return Rectangle(around.left(), around.top(), around.width() - edges, around.height() - title)


def _turn_over(dialog: QDialog, window: QMainWindow, width: int) -> None:
    """Show a dialog beside the slice, or hide it if it is there."""
    if dialog.isVisible():
        dialog.hide()
        return
    resize_within_screen(dialog, width, 520)
    dialog.show()
    dialog.raise_()
    # Wheel and keys go on working on the slice that the dialog is about.
    window.activateWindow()


def _dialog(parent: QWidget, title: str, content: QWidget) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    make_column(content, holder=dialog, spacing=0)
    return dialog
