"""The part of the wiring that is about a whole series: its scoring, the second model, the window of the curve."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.controllers.comparison import ComparisonController
from desktop.controllers.panes import PanesController
from desktop.controllers.series.series_scoring import SeriesScoringController
from desktop.state.probability_curve import ProbabilityCurve
from desktop.state.view import ViewState
from desktop.ui.main_window import MainWindow

if TYPE_CHECKING:
    # At run time this would load pyqtgraph before a plot is wanted.
    from desktop.ui.plots.curve_window import CurveWindow


class SeriesWiring(QObject):
    """Connects strip and model panel with what scores a series; holds the window of the curve once there is one."""

    def __init__(
        self,
        main_window: MainWindow,
        panes: PanesController,
        scoring: SeriesScoringController,
        comparison: ComparisonController,
    ) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self._panes = panes
        self._scoring = scoring
        self._window: CurveWindow | None = None
        main_window.menus.connect({"scoring": scoring, "comparison": comparison})
        main_window.sliders.analysis_requested.connect(scoring.analyse)
        scoring.curves_changed.connect(self._show_curves)
        scoring.progress_changed.connect(main_window.strip.show_progress)
        scoring.refused.connect(main_window.strip.show_problem)
        scoring.plots_ready.connect(self._open_window)
        panes.view_changed.connect(self._show_index)
        view = main_window.model.comparison
        view.second_requested.connect(comparison.choose)
        view.switch_requested.connect(comparison.switch)
        comparison.second_changed.connect(view.set_second)
        comparison.answers_changed.connect(view.show_answers)
        comparison.refused.connect(main_window.strip.show_problem)

    def _show_curves(self, curves: tuple[ProbabilityCurve, ...], said: str) -> None:
        self._main_window.sliders.set_curves(curves, said)
        if self._window is not None and self._window.isVisible():
            self._window.set_curves(curves, said)

    def _show_index(self, state: ViewState) -> None:
        if self._window is not None:
            self._window.set_index(state.index)

    def _open_window(self) -> None:
        from desktop.ui.plots.curve_window import CurveWindow  # loaded in the background a moment ago

        if self._window is None:
            self._window = CurveWindow(self._main_window)
            self._window.index_requested.connect(lambda index: self._panes.active.go(index))
        self._window.show()
        self._window.raise_()
        self._window.set_curves(self._scoring.curves, self._scoring.said)
        self._window.set_index(self._panes.active.state.index)
