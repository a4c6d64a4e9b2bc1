"""The writing on a pane: letters of the patient's sides, corner text, scale bar and colour bar."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from desktop.render.privacy import HIDDEN
from desktop.state.picture import Letters, Picture
from desktop.state.texts.language import said, tr
from desktop.state.view import Viewport
from desktop.ui.slice_view.scale_bars import draw_colour_bar, draw_scale_bar
from desktop.ui.slice_view.text_painter import draw_block, draw_centred
from desktop.ui.widgets.theme import units

_LEAST_WIDTH, _LEAST_HEIGHT = 320, 240
_LEAST_CORNER = 200
"""In a narrower corner the letters at the edges have to do: words would be broken all over the slice."""


@dataclass
class PaneText:
    """How much is written on a pane. `level` is that of the corners: all, some, none."""

    level: str = "all"
    is_private: bool = False
    has_scale_bar: bool = True
    probe: str = ""
    """About the pixel under the cursor."""
    link: str = ""
    """How the pane stands to the one that it is linked with."""

    def draw(self, painter: QPainter, picture: Picture, viewport: Viewport, font: QFont) -> None:
        """Write on a pane of the viewport's size. Sides and an offset are said at every size; the rest needs room."""
        width, height = viewport.width, viewport.height
        if picture.letters is not None:
            _draw_letters(painter, picture.letters, font, QSizeF(width, height))
        if self.link:
            draw_centred(painter, self.link, font, x=width / 2, y=float(units(38)))
        if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
            return
        edge = units(8)
        # Each corner keeps to its own half, less the letter in the middle of the edge.
        half = width / 2 - edge - units(18)
        left = QRectF(edge, edge, half, height - 2 * edge)
        right = QRectF(width - edge - half, edge, half, height - 2 * edge)
        top = self._draw_corners(painter, picture, font, left=left, right=right, zoom=viewport.zoom)
        if self.has_scale_bar and picture.scale is not None:
            # Beside it stands the series, at the right.
            reach = right.left() if self.level == "all" else float(width)
            draw_scale_bar(painter, picture, viewport, font, x=float(edge), y=top - units(4), right=reach)
            top -= QFontMetricsF(font).height()
        if self.probe and self.level != "none":
            # On top, for it comes and goes with the cursor, and nothing may move then.
            left.setBottom(top)
            draw_block(painter, (self.probe,), font, area=left, bottom=True)
        if picture.colour_bar is not None:
            draw_colour_bar(painter, picture.colour_bar, font, area=right.adjusted(0, 0, -units(22), 0))

    def _draw_corners(
        self, painter: QPainter, picture: Picture, font: QFont, *, left: QRectF, right: QRectF, zoom: float
    ) -> float:
        """Write in the corners; return the upper edge of what stands at the bottom left."""
        corners = picture.corners
        if corners is not None and self.is_private:
            corners = corners.without_patient(tr(HIDDEN))
        if corners is None or self.level == "none":
            return left.bottom()
        position = (*map(said, corners.bottom_left), tr("Zoom {zoom} %", zoom=f"{100 * zoom:.0f}"))
        top = draw_block(painter, position, font, area=left, bottom=True)
        if self.level == "all":
            draw_block(painter, tuple(map(said, corners.top_left)), font, area=left)
            draw_block(painter, tuple(map(said, corners.top_right)), font, area=right, right=True)
            is_narrow = picture.letters is not None and right.width() < units(_LEAST_CORNER)
            series = tuple(said(line) for line in corners.bottom_right if not (is_narrow and line == corners.side))
            draw_block(painter, series, font, area=right, right=True, bottom=True)
        return top


def _draw_letters(painter: QPainter, letters: Letters, plain: QFont, size: QSizeF) -> None:
    font = QFont(plain)
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 1.25)
    middle_x, middle_y, edge = size.width() / 2, size.height() / 2, units(16)
    draw_centred(painter, letters.left, font, x=edge, y=middle_y)
    draw_centred(painter, letters.right, font, x=size.width() - edge, y=middle_y)
    draw_centred(painter, letters.top, font, x=middle_x, y=edge)
    draw_centred(painter, letters.bottom, font, x=middle_x, y=size.height() - edge)
