"""The page in the middle while nothing is open: how to begin, and samples to begin with."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QWidget

from desktop.startup.build_info import NOTICE
from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column, make_holder, make_row, set_up_button, settle_key_focus
from desktop.ui.widgets.labels import Mark, clear_layout, text_label
from desktop.ui.widgets.theme import bound_width, set_margins, units

if TYPE_CHECKING:
    from desktop.startup.samples import Sample

WIDTH = 700


class StartPage(QScrollArea):
    """Says what may be dropped, offers to open files, folders and samples, and that this is for research only."""

    open_file_requested = Signal()
    open_folder_requested = Signal()
    sample_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, widgetResizable=True)
        self.setObjectName("start_page")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.open_file = set_up_button(QPushButton(tr("Open file…")), self.open_file_requested)
        self.open_folder = set_up_button(QPushButton(tr("Open folder…")), self.open_folder_requested)
        self._samples = make_holder()
        self._grid = QGridLayout(self._samples)
        set_margins(self._grid, 0, spacing=10)
        self._samples_heading = text_label(tr("Or look at a sample"), role="heading")
        self.setWidget(self._page())
        settle_key_focus(self)
        self.set_samples(())

    def set_samples(self, samples: "tuple[Sample, ...]") -> None:
        """Offer these samples, two in a row."""
        clear_layout(self._samples)
        for number, sample in enumerate(samples):
            card = SampleCard(tr(sample.title), tr(sample.line))
            card.clicked.connect(lambda _=False, name=sample.id: self.sample_requested.emit(name))
            self._grid.addWidget(card, number // 2, number % 2)
            card.show()
        self._samples_heading.setVisible(bool(samples))
        settle_key_focus(self._samples)

    def _page(self) -> QWidget:
        column_widget = make_holder()
        bound_width(column_widget, most_width=WIDTH)
        column = make_column(_head(), self._drop_area(), holder=column_widget, spacing=12)
        column.addSpacing(units(6))
        column.addWidget(self._samples_heading)
        column.addWidget(self._samples)
        column.addSpacing(units(6))
        column.addWidget(text_label(tr("{notice} Everything stays on this computer.", notice=tr(NOTICE)), role="quiet"))
        page = make_holder("start_page")
        centre = make_row(1, (column_widget, 1000), 1)
        make_column(2, centre, 3, holder=page, margins=(24, 20, 24, 20), spacing=0)
        return page

    def _drop_area(self) -> QFrame:
        area = QFrame()
        area.setProperty("role", "drop")
        line = text_label(tr("Drop a folder, a DICOM series, a NIfTI volume or a picture"), role="headline")
        line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        more = text_label(tr("anywhere in this window. ZIP archives and discs with a DICOMDIR work too."), role="quiet")
        more.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = make_column(line, more, holder=area, margins=(20,), spacing=6)
        column.addSpacing(units(8))
        column.addLayout(make_row(0, self.open_file, self.open_folder, 0, spacing=10))
        return area


class SampleCard(QPushButton):
    """A button with a title and one line beneath it. Its height follows its text."""

    def __init__(self, title: str, line: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(tr("Sample: {title}", title=title))
        self.setAccessibleDescription(line)
        labels = (text_label(title, role="heading"), text_label(line, role="small"))
        for label in labels:
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        make_column(*labels, 0, holder=self, margins=(13, 10, 13, 11), spacing=3)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """Return room for the two labels."""
        return QSize(units(300), self.heightForWidth(units(300)))

    def minimumSizeHint(self) -> QSize:
        """Allow it to be narrow; the line wraps."""
        return QSize(units(160), units(40))

    def heightForWidth(self, width: int) -> int:
        """Return the height of title and wrapped line."""
        layout = self.layout()
        return units(60) if layout is None else max(layout.totalHeightForWidth(width), units(48))


def _head() -> QHBoxLayout:
    line = text_label(tr("Open a scan, scroll, ask a local model about a slice, see where it looked."), role="quiet")
    text = make_column(text_label("Slicelens", role="title", wrap=False), line, spacing=0)
    return make_row(Mark("slicelens", 56), (text, 1), spacing=14)
