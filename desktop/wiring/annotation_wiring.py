"""The part of the wiring that is about shapes: pointers of panes, the tools, the list and its dialogs, the store."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject

from desktop.controllers.annotations.commands import ShapeCommands
from desktop.controllers.annotations.drawing import ShapeDrawing
from desktop.controllers.annotations.keeping import AnnotationKeeper
from desktop.controllers.annotations.shapes_of_series import AnnotationController
from desktop.controllers.document import DocumentController
from desktop.controllers.view import ViewController
from desktop.jobs.jobs import Jobs
from desktop.state.annotations.drawing import Tool
from desktop.state.pointer import Pointer
from desktop.state.texts.language import tr
from desktop.ui.annotation_pages import AnnotationPages
from desktop.ui.main_window import MainWindow
from desktop.ui.slice_view.slice_view import SliceView
from desktop.ui.tools.shape_pointer import ShapePointer
from imaging.annotations.store import AnnotationStore, default_store_path
from imaging.base.english import english

_DRAWN = english("Drag on a measurement to move it, arrow keys by a pixel; Del deletes it, Ctrl+Z takes it back")


@dataclass(frozen=True)
class PointerUser:
    """Who else uses the pointer over a pane: a press, its moves and its release."""

    press: Callable[[Pointer], object]
    move: Callable[[Pointer], object]
    release: Callable[[Pointer], object]


class _SharedPointer(QObject):
    """Gives each drag over a pane to the shapes, or whole to the other one who uses the pointer there."""

    def __init__(
        self, drawing: ShapeDrawing, view: ViewController, others: PointerUser | None, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._drawing = drawing
        self._view = view
        self._others = others
        self._is_theirs = False

    def press(self, pointer: Pointer) -> None:
        """Begin a drag."""
        self._is_theirs = self._others is not None and not self._drawing.takes(self._view, pointer)
        if self._others is not None and self._is_theirs:
            self._others.press(pointer)
        else:
            self._drawing.press(self._view, pointer)

    def move(self, pointer: Pointer) -> None:
        """Go on with it."""
        if self._others is not None and self._is_theirs:
            self._others.move(pointer)
        else:
            self._drawing.move(self._view, pointer)

    def release(self, pointer: Pointer) -> None:
        """End it."""
        if self._others is not None and self._is_theirs:
            self._others.release(pointer)
        else:
            self._drawing.release(self._view, pointer)
        self._is_theirs = False


class AnnotationWiring(QObject):
    """Connects what is drawn with the main window; `shapes` and `drawing` are the two controllers behind it."""

    def __init__(
        self, main_window: MainWindow, document: DocumentController, active: Callable[[], ViewController], *, jobs: Jobs
    ) -> None:
        """`active` returns the pane that commands speak of."""
        super().__init__(main_window)
        self._main_window = main_window
        self._keeper = AnnotationKeeper(jobs, AnnotationStore(default_store_path()), self)
        self._pages = AnnotationPages(main_window)
        self.shapes = AnnotationController(document, active, self._keeper, jobs)
        self.drawing = ShapeDrawing(self.shapes)
        self._commands = ShapeCommands(self.shapes, document, jobs)
        targets = {"shapes": self.shapes, "shape_commands": self._commands, "drawing": self.drawing}
        main_window.menus.connect({**targets, "annotation_pages": self._pages})
        main_window.menus.set_checked("show_shapes", True)
        self._wire_pages()
        self.drawing.tool_changed.connect(self._show_tool)
        self.shapes.said.connect(main_window.strip.set_hint)
        self.shapes.refused.connect(main_window.strip.show_problem)
        document.opened.connect(self.shapes.tell_waiting)

    def add_pane(self, view: ViewController, pane: SliceView, others: PointerUser | None = None) -> None:
        """Join the pointer over a pane with what is drawn on its slices; `others` hear of what is not for shapes."""
        drawing, pointer = self.drawing, ShapePointer(pane)
        shared = _SharedPointer(drawing, view, others, pointer)
        self.shapes.attach(view)
        drawing.attach(view)
        drawing.tool_changed.connect(lambda tool: pointer.set_tool(tool is not None))
        pointer.pressed.connect(shared.press)
        pointer.moved.connect(shared.move)
        pointer.released.connect(shared.release)
        pointer.nudged.connect(partial(drawing.nudge, view))
        pointer.left_alone.connect(partial(self.shapes.select, ""))
        pointer.label_requested.connect(self._commands.ask_for_label)

    def close(self) -> None:
        """Save what is not saved yet: the program ends, and no job runs any more."""
        self._keeper.close()

    def _wire_pages(self) -> None:
        commands, pages, panel = self._commands, self._pages, self._pages.panel
        self.shapes.rows_changed.connect(panel.set_rows)
        self.drawing.text_placed.connect(commands.begin_text)
        commands.label_wanted.connect(pages.ask_for_label)
        pages.label_given.connect(commands.set_label)
        pages.label_withdrawn.connect(commands.drop_text)
        pages.export_requested.connect(commands.export)
        pages.import_requested.connect(commands.import_from)
        panel.watched.connect(self.shapes.watch)
        panel.jump_requested.connect(self.shapes.jump)
        panel.visible_requested.connect(commands.set_visible)
        panel.colour_requested.connect(commands.set_colour)
        panel.label_requested.connect(commands.ask_for_label)
        panel.delete_requested.connect(commands.delete)

    def _show_tool(self, tool: Tool | None) -> None:
        self._main_window.strip.set_hint(tr(_DRAWN) if tool is None else f"{tr(tool.title)}: {tr(tool.hint)}")
