"""What held up the GUI thread once, and must not again. The figures are `tests/benchmarks/bench_gap.py`'s affair."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop.render.colour_maps import build_overlay_table, lay_map
from desktop.state.picture import Overlay, Picture
from desktop.state.view import FIT, Turn
from desktop.ui.dialogs.model_card import ModelCardDialog
from desktop.ui.panels.finding import FindingDetails
from desktop.ui.slice_view.layer_images import LayerImages
from desktop.ui.slice_view.slice_view import SliceView
from desktop.ui.slice_view.sliders import Sliders
from desktop.ui.widgets.labels import Remark
from desktop.ui.widgets.theme import icon
from inference.classify.finding import OutOfDistributionScore
from tests.desktop.ui import material


def said(root: Path, script: str) -> list[str]:
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    return answer.stdout.split()


def test_the_first_slice_does_not_wait_for_what_models_need(root: Path) -> None:
    script = (
        "import sys, desktop.wiring.wiring, desktop.controllers.document, desktop.controllers.view\n"
        "late = ('pydantic', 'onnx', 'onnxruntime', 'desktop.controllers.model')\n"
        "print(*[name for name in late if name in sys.modules])"
    )
    assert said(root, script) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc/self/maps is Linux's")
@pytest.mark.parametrize("package", ["cv2", "onnxruntime"])
def test_a_large_library_is_open_before_python_imports_it(root: Path, package: str) -> None:
    script = (
        "import sys, pathlib\n"
        "from desktop.startup.background_imports import import_modules\n"
        f"import_modules((), opening=({package!r},))\n"
        f"print({package!r} in sys.modules, '/{package}/' in pathlib.Path('/proc/self/maps').read_text())\n"
        f"import_modules(({package!r},))\n"
        f"print({package!r} in sys.modules)"
    )
    assert said(root, script) == ["False", "True", "True"]


def test_in_live_mode_remarks_get_new_words_and_stay(shown: Callable[[FindingDetails], FindingDetails]) -> None:
    view = FindingDetails()
    view.resize(340, 400)
    shown(view)
    contract, analysis = material.knowing_contract(), material.analysis()
    view.show_analysis(replace(analysis, out_of_distribution=OutOfDistributionScore(41.5, True, limit=10.0)), contract)
    before = view.findChildren(Remark)
    assert before
    view.show_analysis(replace(analysis, out_of_distribution=OutOfDistributionScore(52.5, True, limit=10.0)), contract)
    assert view.findChildren(Remark) == before
    words = " ".join(label.text() for label in view.findChildren(QLabel))
    assert "5.2 times the limit" in words
    assert "4.2 times" not in words
    assert any("5.2 times" in remark.accessibleName() for remark in before)


class LayoutRequests(QObject):
    """Counts how often a widget is asked to lay out what is in it."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


def test_from_slice_to_slice_nothing_is_laid_out(shown: Callable[[Sliders], Sliders]) -> None:
    sliders = Sliders()
    sliders.set_counts(120, 3, ("b 0", "b 1000", "ADC"))
    shown(sliders)
    QApplication.processEvents()
    requests = LayoutRequests(sliders)
    for slice_, phase in ((9, 0), (99, 1), (119, 2), (0, 0)):
        sliders.set_position(slice_, phase)
        QApplication.processEvents()
    assert requests.count == 0
    counts = [label for label in sliders.findChildren(QLabel) if "/" in label.text()]
    assert [label.text() for label in counts] == ["1/120", "b 0   1/3"]
    for label in counts:
        assert label.fontMetrics().horizontalAdvance("b 1000   2/3") <= counts[1].width()
        assert label.height() >= label.fontMetrics().height()


def test_the_card_is_written_when_somebody_opens_it(shown: Callable[[ModelCardDialog], ModelCardDialog]) -> None:
    dialog = ModelCardDialog()
    dialog.card.set_contract(material.contract())
    assert dialog.card.findChildren(QLabel) == []
    shown(dialog)
    assert len(dialog.card.findChildren(QLabel)) > 10
    dialog.card.set_contract(material.contract("another"))
    assert any("another" in label.text() for label in dialog.card.findChildren(QLabel))


def test_an_icon_is_read_once(themed: object) -> None:
    assert icon("warning") is icon("warning")


def test_a_large_heatmap_is_laid_over_no_more_pixels_than_the_pane_needs(themed: object) -> None:
    overlay = Overlay(np.zeros((2000, 1600), np.uint8), build_overlay_table(1.0, 0.0))
    image = LayerImages().find_with_heat("frame", np.zeros((2000, 1600), np.uint8), 4, overlay)
    assert (image.width(), image.height()) == (400, 500)


def test_a_heatmap_lies_over_a_slice_on_screen_as_in_files(themed: object) -> None:
    random = np.random.default_rng(5)
    frame, levels = random.integers(0, 256, (2, 40, 50), dtype=np.uint8)
    overlay = Overlay(levels, build_overlay_table(0.6, 0.3))
    image = LayerImages().find_with_heat("frame", frame, 1, overlay)
    blue_first = np.frombuffer(image.constBits(), np.uint8).reshape(40, -1, 4)[:, :50]
    in_files = lay_map(frame, levels, opacity=0.6, cut=0.3)
    assert np.abs(blue_first[:, :, 2::-1].astype(int) - in_files).max() <= 1


def test_a_large_heatmap_is_painted_where_it_belongs(shown: Callable[[SliceView], SliceView]) -> None:
    view = SliceView()
    view.resize(400, 400)
    shown(view)
    levels = np.zeros((2000, 2000), np.uint8)
    levels[:, 1000:] = 200
    frame = np.zeros((2000, 2000), np.uint8)
    view.show_picture(Picture(frame, 1.0, Turn(), FIT, overlay=Overlay(levels, build_overlay_table(1.0, 0.0))))
    painted = view.grab().toImage()
    ratio = painted.width() / view.width()
    colours = build_overlay_table(1.0, 0.0)[[0, 200], :3].tolist()
    for x, colour in ((100, colours[0]), (300, colours[1])):
        pixel = painted.pixelColor(round(x * ratio), round(200 * ratio))
        assert [pixel.red(), pixel.green(), pixel.blue()] == pytest.approx(colour, abs=2)
