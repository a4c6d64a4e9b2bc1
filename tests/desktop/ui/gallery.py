"""Renders every panel in several states, sizes and scales to PNG, to be looked at: `python …/gallery.py FOLDER`."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(Path(__file__).parents[3]))

from PySide6.QtWidgets import QApplication, QWidget

from desktop.startup.samples import list_samples
from desktop.state.view import Heat
from desktop.ui.dialogs.help import KeysDialog
from desktop.ui.dialogs.model_card import ModelCardDialog
from desktop.ui.panels.ledger import LedgerPanel
from desktop.ui.panels.model import ModelPanel
from desktop.ui.panels.progress import ProgressStrip
from desktop.ui.panels.series import SeriesPanel
from desktop.ui.panels.start_page import StartPage
from desktop.ui.panels.tag_browser import TagBrowserPanel
from desktop.ui.widgets.theme import apply_theme, units
from imaging.base.errors import Code, Ledger, Refusal
from imaging.base.progress import Progress
from imaging.volume.header_rows import HeaderDifference, HeaderListing
from inference.classify.finding import OutOfDistributionScore
from inference.contract.codes import ModelCode
from tests.desktop.ui import material

Picture = tuple[str, Callable[[], QWidget], tuple[int, int]]


def series_full() -> QWidget:
    panel = SeriesPanel()
    panel.set_series(material.several_series())
    for name, shape in (("a", (96, 96)), ("c", (96, 80)), ("e", (96, 90))):
        panel.rows.set_thumbnail(name, material.picture(*shape))
    panel.set_current("c")
    return panel


def model(state: str) -> Callable[[], QWidget]:
    def make() -> QWidget:
        panel = ModelPanel()
        panel.set_models(material.contracts())
        panel.heat.set_layers((), None, "torch is not installed; other layers need the full edition.")
        panel.heat.set_heat(Heat(False, None, 0.5, 0.25))
        if state == "none":
            return panel
        contract = material.knowing_contract()
        what = "pneumonia-cxr 1.0.0 · Thorax PA · slice 1/1"
        familiar = OutOfDistributionScore(12.34, False)
        panel.set_current(contract)
        if state == "mismatch":
            panel.show_analysis(
                material.analysis(concerns=(material.AGE, material.POLARITY), distance=familiar), contract, what=what
            )
            panel.heat.set_heat(Heat(True, "pneumonia", 0.5, 0.25))
        elif state == "clean":
            panel.show_analysis(material.analysis(0.0831, distance=familiar), contract, what=what)
            panel.set_live(True)
        elif state == "strange":
            found = material.analysis(concerns=(material.AGE_UNKNOWN,), distance=OutOfDistributionScore(57.1, True))
            panel.show_analysis(found, contract, what=what)
        elif state == "broken":
            panel.show_analysis(material.broken_analysis(), contract, what=what)
        elif state == "refused":
            panel.set_current(None)
            panel.set_error(Refusal(ModelCode.HASH, "The hash of model.onnx is not the one that its contract names."))
        elif state == "bands":
            banded = material.banded_contract()
            panel.set_current(banded)
            panel.show_analysis(material.analysis(0.44, threshold=None), banded, what=what)
        return panel

    return make


def model_card() -> QWidget:
    """The card of a model in its window."""
    dialog = ModelCardDialog()
    dialog.card.set_contract(material.contract_of_version_2())
    return dialog


def ledger() -> QWidget:
    panel = LedgerPanel()
    panel.set_ledger(material.ledger())
    panel.table.selectRow(0)
    return panel


def ledger_clean() -> QWidget:
    panel = LedgerPanel()
    panel.set_ledger(Ledger(seen=60, opened=60))
    return panel


def start() -> QWidget:
    page = StartPage()
    page.set_samples(list_samples())
    page.open_file.setFocus()
    return page


def strip(state: str) -> Callable[[], QWidget]:
    def make() -> QWidget:
        line = ProgressStrip()
        line.set_hint("Wheel: slices · left drag: window · ? shows all keys")
        line.set_ledger_summary("60 opened, 3 skipped")
        if state == "busy":
            line.show_progress(Progress("Reading slices", 41, 112))
        if state == "unknown":
            line.show_progress(Progress("Looking through folders", 1712))
        if state == "problem":
            line.show_problem(
                Refusal(Code.TRUNCATED, "The file ends before its pixels do; it is probably an incomplete copy.")
            )
        return line

    return make


def tags() -> QWidget:
    panel = TagBrowserPanel()
    panel.show_listing("Slice 3 of 10", HeaderListing("dicom", material.HEADER_ROWS, omitted=3))
    panel.table.selectRow(1)
    return panel


def tags_compared() -> QWidget:
    panel = TagBrowserPanel()
    panel.show_differences("Slice 3 of 10 against other.dcm", [HeaderDifference("(0020,0013)", "Number", "3", None)])
    return panel


MODEL_STATES = ("none", "mismatch", "clean", "strange", "broken", "refused", "bands")
PICTURES: tuple[Picture, ...] = (
    ("series", series_full, (250, 600)),
    ("series_narrow", series_full, (190, 480)),
    ("series_empty", SeriesPanel, (250, 200)),
    *((f"model_{one}", model(one), (340, 640)) for one in MODEL_STATES),
    ("model_narrow", model("mismatch"), (280, 640)),
    ("model_card", model_card, (420, 620)),
    ("ledger", ledger, (760, 260)),
    ("ledger_clean", ledger_clean, (500, 120)),
    ("start", start, (1280, 680)),
    ("start_in_window", start, (700, 560)),
    ("start_between", start, (690, 640)),
    *((f"strip_{one}", strip(one), (1280, 36)) for one in ("hint", "busy", "unknown", "problem")),
    ("strip_narrow", strip("problem"), (760, 36)),
    ("tags", tags, (860, 520)),
    ("tags_compared", tags_compared, (700, 300)),
    ("keys", lambda: KeysDialog(material.KEYS), (1200, 420)),
)


def main(folder: Path) -> None:
    """Write one PNG for each picture and scale."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for scale in (1.0, 1.5, 2.0):
        apply_theme(app, scale=scale)
        for name, make, (width, height) in PICTURES:
            widget = make()
            if width:
                widget.resize(units(width), units(height))
            widget.show()
            for _ in range(3):
                app.processEvents()
            widget.grab().save(str(folder / f"{name}@{scale:g}.png"))
            widget.close()
            widget.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
