"""A threshold and its effect: a slider, the figures that follow it, curves, matrices whose cells open their cases."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QPushButton, QSlider, QWidget

from desktop.state.cases.matrix_cell import MatrixCell
from desktop.state.texts.language import tr
from desktop.ui.plots.case_matrix import CaseMatrix
from desktop.ui.plots.square_plot import SquarePlot
from desktop.ui.widgets.controls import make_column, make_row, make_scroll_area, set_up_button
from desktop.ui.widgets.labels import SteadyLabel, text_label
from imaging.base.english import english

if TYPE_CHECKING:
    from desktop.jobs.cases.validation import JudgedTable
    from inference.bundle.local_point import LocalPoint
    from inference.cases.threshold_figures import ThresholdFigures
    from inference.cases.validation import Figure

_FIGURES = {
    "sensitivity": english("Sensitivity"),
    "specificity": english("Specificity"),
    "ppv": english("Positive predictive value"),
    "npv": english("Negative predictive value"),
    "accuracy": english("Accuracy"),
    "f1": "F1",
}
_AIMS = (
    (english("Youden (sensitivity + specificity)"), "youden"),
    (english("sensitivity 95 %"), "sensitivity=0.95"),
    (english("specificity 95 %"), "specificity=0.95"),
    (english("temperature alone"), "temperature"),
)
_NOTHING = "–"


class ThresholdPanel(QWidget):
    """Shows one label of one model; a pure view but for the slider, which only looks up what it was given."""

    figures_requested = Signal(int, str)  # the number of a model and one of its labels
    cases_requested = Signal(object)  # a `MatrixCell`
    point_requested = Signal(int, str, str, bool)  # model, label, aim, and whether a temperature is chosen too

    def __init__(self) -> None:
        super().__init__()
        self._judged: JudgedTable | None = None
        self._found: ThresholdFigures | None = None
        self.model, self.label = QComboBox(), QComboBox()
        self.model.setAccessibleName(tr("Model"))
        self.label.setAccessibleName(tr("Label"))
        self.model.activated.connect(self._show_model)
        self.label.activated.connect(self._ask)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Threshold"))
        self.slider.valueChanged.connect(self._follow)
        self.threshold = text_label(wrap=False)
        self.told = SteadyLabel(1, role="small")
        self.values: dict[str, QLabel] = {}
        self.roc = SquarePlot(tr("1 − specificity"), tr("sensitivity"))
        self.calibration = SquarePlot(tr("mean probability of the answer"), tr("share that was right"))
        self.at_threshold = CaseMatrix(tr("Cases at this threshold"))
        self.at_threshold.cell_requested.connect(self._open_at_threshold)
        self.decisions = CaseMatrix(tr("Truth in rows, the model's own decisions in columns"))
        self.decisions.cell_requested.connect(self._open_decided)
        self.aim = QComboBox()
        self.aim.setAccessibleName(tr("Aim of the local operating point"))
        for words, aim in _AIMS:
            self.aim.addItem(tr(words), aim)
        self.temperature = QCheckBox(tr("with a temperature"))
        self.choose = set_up_button(QPushButton(tr("Choose on half of the persons, judge on the others")), self._choose)
        self.chosen = SteadyLabel(2, role="small")
        self._lay_out()

    # --- facts ---

    def show_judged(self, judged: "JudgedTable") -> None:
        """Show the first model of a judgement."""
        self._judged = judged
        self.model.clear()
        self.model.addItems([one.cases.model.model for one in judged.validations])
        self._show_model()

    def show_figures(self, found: "ThresholdFigures") -> None:
        """Show a label's figures, at the model's own threshold or else the one nearest to one half."""
        if found.label != self.label.currentData():
            return
        self._found = found
        falsely, rightly = found.rates()
        self.roc.show_curve(falsely.tolist(), rightly.tolist())
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(found.thresholds) - 1)
        own = self._own_threshold()
        self.slider.setValue(found.nearest(0.5 if own is None else own))
        self.slider.blockSignals(False)
        self.slider.setEnabled(True)
        shown = self.label.currentText()
        self.at_threshold.set_names(
            (tr("truth: not {shown}", shown=shown), tr("truth: {shown}", shown=shown)),
            (tr("below the threshold"), tr("reaches it")),
        )
        self._follow(self.slider.value())

    def show_point(self, point: "LocalPoint") -> None:
        """Say what was chosen, and how good it is on the cases that took no part."""
        judged = point.judged.labels.get(point.label or "")
        chosen = tr(
            "{point} Judged on %n others: accuracy {accuracy}.", "", point.judged.n,
            point=point.sentence, accuracy=f"{point.judged.accuracy.value:.3f}",
        )  # fmt: skip
        figures = "" if judged is None or judged.recall is None else f"{judged.recall.value:.3f}"
        there = tr("Sensitivity {value} there.", value=figures) if figures else ""
        switch = tr("Findings name it; one switch beside them goes back to the bundle's own rule.")
        self.chosen.set_text(" ".join(part for part in (chosen, there, switch) if part))

    # --- requests ---

    def _choose(self) -> None:
        if self._judged is not None:
            self.chosen.set_text(tr("The local operating point is being chosen…"))
            label, aim = self.label.currentData(), self.aim.currentData()
            self.point_requested.emit(self.model.currentIndex(), label, aim, self.temperature.isChecked())

    def _show_model(self) -> None:
        if self._judged is None:
            return
        validation = self._judged.validations[self.model.currentIndex()]
        task = validation.cases.task
        self.label.clear()
        for label in task.labels:
            self.label.addItem(label.display, label.name)
        self.label.setCurrentIndex(self.label.count() - 1 if len(task.labels) == 2 else 0)
        self.calibration.show_curve(*validation.calibration, with_marks=True)
        self.decisions.setVisible(bool(validation.matrix))
        if validation.matrix:
            names = [one.display for one in task.labels]
            self.decisions.set_names([tr("truth: {name}", name=name) for name in names], [*names, tr("left open")])
            self.decisions.set_counts(validation.matrix)
        self._ask()

    def _ask(self) -> None:
        self._found = None
        self.slider.setEnabled(False)
        self.told.set_text(tr("The figures at every threshold are being found…"))
        self.figures_requested.emit(self.model.currentIndex(), self.label.currentData())

    def _follow(self, step: int) -> None:
        found = self._found
        if found is None:
            return
        threshold = float(found.thresholds[step])
        self.threshold.setText(f"{threshold:.4g}")
        for name, label in self.values.items():
            label.setText(_text_of(found.figures[step].get(name)))
        self.at_threshold.set_counts(found.counts[step].tolist())
        falsely, rightly = found.rates()
        self.roc.set_mark(float(falsely[step]), float(rightly[step]))
        self.told.set_text(self._told(threshold))

    def _told(self, threshold: float) -> str:
        own = self._own_threshold()
        enough = self._judged is not None and self._judged.validations[self.model.currentIndex()].is_enough
        few = "" if enough else tr(" Too few cases to conclude anything.")
        if own is None:
            return tr("The model's rule has no threshold for this label.{few}", few=few)
        here = tr(" (here)") if abs(own - threshold) < 1e-9 else ""
        return tr(
            "The bundle's own threshold: {own:.4g}{here}. A threshold read off these cases is too good for them.{few}",
            own=own,
            here=here,
            few=few,
        )

    def _own_threshold(self) -> float | None:
        if self._judged is None:
            return None
        from inference.classify.finding import threshold_of  # loaded with what judges

        sha256 = self._judged.validations[self.model.currentIndex()].cases.model.sha256
        contract = self._judged.contracts.get(sha256)
        return None if contract is None else threshold_of(contract, self.label.currentData())

    def _open_at_threshold(self, row: int, column: int) -> None:
        if self._found is None:
            return
        threshold = float(self._found.thresholds[self.slider.value()])
        truth = self.at_threshold.row_name(row)
        limit = f"{threshold:.4g}"
        side = tr("reaches {limit}", limit=limit) if column else tr("below {limit}", limit=limit)
        words = f"{truth}, {side}"
        self.cases_requested.emit(
            MatrixCell(
                model=self.model.currentIndex(),
                row=row,
                column=column,
                words=words,
                label=self._found.label,
                threshold=threshold,
            )
        )

    def _open_decided(self, row: int, column: int) -> None:
        truth = self.decisions.row_name(row)
        words = tr("{truth}, decision: {column_name}", truth=truth, column_name=self.decisions.column_name(column))
        self.cases_requested.emit(MatrixCell(model=self.model.currentIndex(), row=row, column=column, words=words))

    def _lay_out(self) -> None:
        figures = QWidget()
        grid = QGridLayout(figures)
        grid.setContentsMargins(0, 0, 0, 0)
        for number, (name, words) in enumerate(_FIGURES.items()):
            self.values[name] = text_label(_NOTHING, wrap=False)
            self.values[name].setAccessibleName(tr(words))
            grid.addWidget(text_label(tr(words), wrap=False), number // 2, 2 * (number % 2))
            grid.addWidget(self.values[name], number // 2, 2 * (number % 2) + 1)
        top = make_row(
            text_label(tr("Model"), wrap=False),
            self.model,
            text_label(tr("Label"), wrap=False),
            self.label,
            1,
            spacing=8,
        )
        slide = make_row(text_label(tr("Threshold"), wrap=False), (self.slider, 1), self.threshold, spacing=8)
        local = make_row(self.aim, self.temperature, self.choose, 1, spacing=8)
        content = QWidget()
        make_column(
            top, slide, self.told, figures, make_row((self.roc, 1), (self.calibration, 1), spacing=8),
            text_label(tr("At this threshold: a click on a number shows its cases"), role="heading"), self.at_threshold,
            text_label(tr("The model's own decisions"), role="heading"), self.decisions,
            text_label(tr("Local operating point, kept beside the bundle"), role="heading"), local, self.chosen, 1,
            holder=content, margins=(4,), spacing=8,
        )  # fmt: skip
        make_column((make_scroll_area(content, tr("Threshold and cases")), 1), holder=self)


def _text_of(figure: "Figure | None") -> str:
    return (
        _NOTHING
        if figure is None
        else tr("{value:.3f} ({low:.3f} to {high:.3f})", value=figure.value, low=figure.low, high=figure.high)
    )
