"""Windows that stood on a screen which is unplugged come back onto one that is there."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from desktop.state.window_place import Rectangle, place_window

_REACHABLE = 0.25
"""A window of which less than this can be seen is not where a hand can take it."""


class ScreenWatch(QObject):
    """Watches the screens for a main window and its dialogs."""

    def __init__(self, main_window: QMainWindow) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenRemoved.connect(self._wait)
        app.primaryScreenChanged.connect(self._wait)

    def _wait(self, _: QScreen) -> None:
        # The system moves windows by itself where it can; what it leaves outside is ours.
        QTimer.singleShot(0, self, self._bring_back)

    def _bring_back(self) -> None:
        screens = [_area_of(screen) for screen in QGuiApplication.screens()]
        for window in QApplication.topLevelWidgets():
            is_ours = window is self._main_window or window.parentWidget() is self._main_window
            if is_ours and screens and window.isVisible() and not (window.isMaximized() or window.isFullScreen()):
                _hold(window, screens)


def _hold(window: QWidget, screens: list[Rectangle]) -> None:
    """Move a window that is out of reach onto a screen, and make it no larger than that."""
    frame = window.frameGeometry()
    stands = Rectangle(frame.left(), frame.top(), frame.width(), frame.height())
    if sum(map(stands.shared_with, screens)) >= _REACHABLE * stands.width * stands.height:
        return
    placed = place_window(stands, screens)
    window.move(placed.left, placed.top)
    # What stands around the content, title and edges, keeps its size.
    window.resize(window.width() - (stands.width - placed.width), window.height() - (stands.height - placed.height))


def _area_of(screen: QScreen) -> Rectangle:
    around = screen.availableGeometry()
    return Rectangle(around.left(), around.top(), around.width(), around.height())
