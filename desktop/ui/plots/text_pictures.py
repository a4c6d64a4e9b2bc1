"""Pictures of plots within a rich text."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument

from desktop.jobs.cases.validation import Pictures
from desktop.ui.slice_view.slice_view import make_image


def add_pictures(text: QTextDocument, pictures: Pictures, width: int) -> dict[str, dict[str, str]]:
    """Add pictures to a text, and return for each how it stands in HTML, so many pixels wide."""
    named: dict[str, dict[str, str]] = {}
    for number, (model, drawn) in enumerate(pictures.items()):
        for name, picture in drawn.items():
            address = f"plot:{number}-{name}"
            text.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(address), make_image(picture))
            named.setdefault(model, {})[name] = f'<img src="{address}" width="{width}" alt="{name}">'
    return named
