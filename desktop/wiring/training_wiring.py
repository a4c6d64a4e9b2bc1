"""The signals of a training on own cases."""

from desktop.controllers.cases.training import TrainingController
from desktop.ui.main_window import MainWindow
from desktop.ui.plots.training_window import TrainingWindow


def wire_training(main_window: MainWindow, window: TrainingWindow, training: TrainingController) -> None:
    """Connect the window of a training."""
    window.start_requested.connect(training.start)
    window.stop_requested.connect(training.stop)
    window.trainer_chosen.connect(training.set_trainer)
    window.bundle_requested.connect(main_window.model_requested)
    training.began.connect(window.show_running)
    training.set_written.connect(window.show_set)
    training.said.connect(window.show_line)
    training.curve_changed.connect(window.show_curve)
    training.lacking.connect(window.show_lacking)
    training.stopped.connect(window.show_stopped)
    training.ended.connect(window.show_end)
    training.refused.connect(window.show_problem)
