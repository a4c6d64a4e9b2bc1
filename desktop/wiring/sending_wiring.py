"""Exports and copies without identity: the part of the wiring that what leaves the program follows.

The other part of `wiring`, which is the one place that joins signals.
"""

from desktop.controllers.annotations.shapes_of_series import AnnotationController
from desktop.controllers.sending import SendingController
from desktop.ui.dialogs.sending_pages import SendingPages
from desktop.ui.layout_pages import LayoutPages
from desktop.ui.main_window import MainWindow
from desktop.wiring.privacy_wiring import PrivacyWiring


def wire_sending(
    main_window: MainWindow, sending: SendingController, privacy: PrivacyWiring, shapes: AnnotationController
) -> None:
    """Join what is sent on with its dialogs, with what was drawn, and with whether patient data is hidden."""
    strip = main_window.strip
    sending.is_private = lambda: privacy.is_private
    sending.marks = lambda series: shapes.history(series).shapes
    main_window.menus.connect({"sending": SendingPages(main_window, sending), "layout_pages": LayoutPages(main_window)})
    sending.refused.connect(strip.show_problem)
    sending.progress_changed.connect(strip.show_progress)
    sending.sent.connect(strip.set_hint)
