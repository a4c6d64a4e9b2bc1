"""What holds for every panel: names for screen readers, tab order, keys, nothing clipped, nothing heavy imported."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.state.view import Heat
from desktop.ui.panels.model import ModelPanel
from desktop.ui.panels.series import SeriesPanel
from desktop.ui.widgets.theme import apply_theme, units
from tests.desktop.ui import gallery, material

CONTROLS = QAbstractButton | QComboBox | QSlider | QAbstractItemView | QProgressBar
STATES = {name: (make, size) for name, make, size in gallery.PICTURES}
HEAVY = ("pydantic", "onnxruntime", "cv2", "pydicom", "nibabel", "torch", "pyqtgraph", "SimpleITK", "matplotlib")


@pytest.fixture(params=STATES)
def state(request: pytest.FixtureRequest, themed: QApplication, qtbot: QtBot) -> QWidget:
    make, (width, height) = STATES[request.param]
    widget = make()
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def controls(widget: QWidget) -> Iterator[QWidget]:
    for child in widget.findChildren(QWidget):
        if isinstance(child, CONTROLS) and child.isVisibleTo(widget) and not isinstance(child, QHeaderView):
            yield child


def test_every_control_has_a_name(state: QWidget) -> None:
    nameless = [
        child
        for child in controls(state)
        if not child.accessibleName() and not (isinstance(child, QAbstractButton) and child.text())
    ]
    assert nameless == []


def test_tab_goes_through_every_control_from_top_to_bottom(state: QWidget) -> None:
    wanted = {
        child
        for child in controls(state)
        if child.isEnabled() and child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.width() > 0
    }
    chain, child = [], state.nextInFocusChain()
    while child is not state:
        if child in wanted:
            chain.append(child)
        child = child.nextInFocusChain()
    assert set(chain) == wanted
    # Row by row: what starts lower comes later, unless it stands beside.
    for before, after in pairwise(chain):
        first = QRect(before.mapTo(state, QPoint(0, 0)), before.size())
        second = QRect(after.mapTo(state, QPoint(0, 0)), after.size())
        is_beside = first.top() <= second.bottom() and second.top() <= first.bottom()
        assert second.top() > first.top() or (is_beside and second.left() >= first.left())


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("name", STATES)
def test_no_text_is_cut_off(qapp: QApplication, qtbot: QtBot, name: str, scale: float) -> None:
    apply_theme(qapp, scale=scale)
    make, (width, height) = STATES[name]
    widget = make()
    qtbot.addWidget(widget)
    widget.resize(units(width), units(height))
    widget.show()
    qtbot.waitExposed(widget)
    QApplication.processEvents()
    cut = []
    for label in widget.findChildren(QLabel):
        if not label.isVisibleTo(widget) or not label.text():
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        is_narrow = not label.wordWrap() and label.width() < label.sizeHint().width() - 1
        is_elided = "…" in label.text() or label.property("text_whole") is not None
        if label.height() < needed or (is_narrow and not is_elided and type(label) is QLabel):
            cut.append((label.text(), label.size().toTuple(), needed))
    assert cut == []
    for button in widget.findChildren(QAbstractButton):
        if button.isVisibleTo(widget) and button.text():
            assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())
    apply_theme(qapp)


@pytest.mark.parametrize("name", ["model_mismatch", "model_card", "start", "start_between", "series_narrow"])
def test_nothing_hangs_over_the_right_edge(qapp: QApplication, qtbot: QtBot, name: str) -> None:
    apply_theme(qapp)
    make, (width, height) = STATES[name]
    widget = make()
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    qtbot.waitExposed(widget)
    for area in (widget, *widget.findChildren(QScrollArea)):
        if isinstance(area, QScrollArea):
            assert area.widget().width() <= area.viewport().width()
    assert widget.width() == width


@pytest.mark.parametrize(
    ("control", "key", "kept"),
    [
        ("opacity", Qt.Key.Key_Right, True),
        ("opacity", Qt.Key.Key_PageDown, True),
        ("label", Qt.Key.Key_Down, True),
        ("toggle", Qt.Key.Key_Space, True),
        ("toggle", Qt.Key.Key_Down, False),
        ("opacity", Qt.Key.Key_E, False),
        ("opacity", Qt.Key.Key_Escape, False),
    ],
)
def test_a_focused_control_keeps_the_keys_it_is_used_with(
    shown: Callable[[ModelPanel], ModelPanel], control: str, key: Qt.Key, kept: bool
) -> None:
    panel = shown(ModelPanel())
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
    panel.set_current(material.contract())
    panel.heat.set_heat(Heat(True, None, 0.5, 0.25))
    focused = getattr(panel.heat, control)
    focused.setFocus(Qt.FocusReason.TabFocusReason)
    event.ignore()
    QApplication.sendEvent(focused, event)
    assert event.isAccepted() is kept


def test_a_click_leaves_the_keys_to_the_slice(shown: Callable[[QWidget], QWidget], qtbot: QtBot) -> None:
    window = QWidget()
    row = QHBoxLayout(window)
    slice_view, panel, series = QLineEdit(), ModelPanel(), SeriesPanel()
    for part in (series, slice_view, panel):
        row.addWidget(part)
    panel.set_current(material.contract())
    panel.heat.set_heat(Heat(True, None, 0.5, 0.25))
    series.set_series(material.several_series())
    shown(window)
    slice_view.setFocus()
    for control in (panel.analyse, panel.live, panel.heat.toggle, panel.heat.opacity, series.list.viewport()):
        qtbot.mouseClick(control, Qt.MouseButton.LeftButton)
        assert slice_view.hasFocus()


@pytest.mark.parametrize("has_focus", [False, True])
def test_the_wheel_changes_a_slider_only_where_it_has_the_focus(
    shown: Callable[[ModelPanel], ModelPanel], has_focus: bool
) -> None:
    panel = shown(ModelPanel())
    panel.set_current(material.contract())
    panel.heat.set_heat(Heat(True, None, 0.5, 0.25))
    if has_focus:
        panel.heat.opacity.setFocus()
    where = QPointF(panel.heat.opacity.rect().center())
    turn = QPoint(0, 120)
    plain = (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase)
    wheel = QWheelEvent(where, panel.heat.opacity.mapToGlobal(where), QPoint(), turn, *plain, False)
    QApplication.sendEvent(panel.heat.opacity, wheel)
    assert (panel.heat.opacity.value() != 50) is has_focus


def test_the_panels_import_nothing_heavy(root: Path) -> None:
    script = (
        "import sys\n"
        "from desktop.startup.samples import list_samples\n"
        "from desktop.ui.dialogs import help, prompts, settings\n"
        "from desktop.ui.panels import finding, ledger, model, progress, provenance, series, start_page\n"
        "list_samples()\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    assert answer.stdout.split() == []


def test_a_new_scale_reaches_what_is_already_there(
    qapp: QApplication, shown: Callable[[ModelPanel], ModelPanel]
) -> None:
    panel = shown(ModelPanel())
    before = (panel.heat.bar.sizeHint(), panel.fontMetrics().height(), panel.analyse.sizeHint().height())
    apply_theme(qapp, scale=2.0)
    after = (panel.heat.bar.sizeHint(), panel.fontMetrics().height(), panel.analyse.sizeHint().height())
    apply_theme(qapp)
    assert after[0].width() == 2 * before[0].width()
    assert after[1] >= 1.8 * before[1]
    assert after[2] >= 1.7 * before[2]
