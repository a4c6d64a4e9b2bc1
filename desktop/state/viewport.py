"""Where a slice's pixels fall on the pane: one affine map, made from turn, camera and the pixels' aspect. No Qt here.

Places of a slice are (row, column) at pixel centres: the first pixel covers -0.5…0.5. Places of the pane are (x, y)
from its top left corner, in device-independent pixels.
"""

from dataclasses import dataclass, replace

from desktop.state.view import LEAST_ZOOM, MOST_ZOOM, Camera, Turn


@dataclass(frozen=True)
class Viewport:
    """A slice of `rows` × `columns` of pixels `pixel_aspect` times as high as wide, in a pane `width` × `height`."""

    rows: int
    columns: int
    pixel_aspect: float
    turn: Turn
    camera: Camera
    width: float
    height: float

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole slice just fits the pane."""
        across, down = float(self.columns), self.rows * self.pixel_aspect
        if self.turn.swaps_axes:
            across, down = down, across
        return max(min(self.width / across, self.height / down), 1e-6)

    @property
    def zoom(self) -> float:
        """Screen pixels for the width of a column."""
        return self.fit_zoom if self.camera.zoom is None else self.camera.zoom

    def matrix(self) -> tuple[float, float, float, float, float, float]:
        """(a, b, c, d, e, f) with x = a·column + b·row + e and y = c·column + d·row + f."""
        (a, b), (c, d) = self.turn.matrix()
        zoom, tall = self.zoom, self.zoom * self.pixel_aspect
        middle_row = (self.rows - 1) / 2 + self.camera.row
        middle_column = (self.columns - 1) / 2 + self.camera.column
        x = self.width / 2 - zoom * a * middle_column - tall * b * middle_row
        y = self.height / 2 - zoom * c * middle_column - tall * d * middle_row
        return zoom * a, tall * b, zoom * c, tall * d, x, y

    def to_pane(self, row: float, column: float) -> tuple[float, float]:
        """Where a place of the slice falls on the pane, (x, y)."""
        a, b, c, d, e, f = self.matrix()
        return a * column + b * row + e, c * column + d * row + f

    def to_slice(self, x: float, y: float) -> tuple[float, float]:
        """Which place of the slice, (row, column), lies under a place of the pane; may fall outside it."""
        a, b, c, d, e, f = self.matrix()
        determinant = a * d - b * c
        column = (d * (x - e) - b * (y - f)) / determinant
        row = (-c * (x - e) + a * (y - f)) / determinant
        return row, column

    def pixel_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The pixel (row, column) under a place of the pane, None outside the slice."""
        row, column = self.to_slice(x, y)
        pixel = round_half_up(row), round_half_up(column)
        inside = 0 <= pixel[0] < self.rows and 0 <= pixel[1] < self.columns
        return pixel if inside else None

    def panned(self, right: float, down: float) -> Camera:
        """The camera after the slice was dragged by so many pixels."""
        row, column = self.to_slice(self.width / 2 - right, self.height / 2 - down)
        return Camera(self.zoom, row - (self.rows - 1) / 2, column - (self.columns - 1) / 2)

    def zoomed(self, factor: float, x: float, y: float) -> Camera:
        """The camera after zooming by a factor, with the place under (x, y) staying there."""
        zoom = min(max(self.zoom * factor, LEAST_ZOOM), MOST_ZOOM)
        before = self.to_slice(x, y)
        closer = replace(self, camera=replace(self.camera, zoom=zoom))
        after = closer.to_slice(x, y)
        return Camera(zoom, self.camera.row + before[0] - after[0], self.camera.column + before[1] - after[1])


def round_half_up(place: float) -> int:
    """The pixel that holds a place: pixel n covers n - 0.5 (included) to n + 0.5."""
    return int((place + 0.5) // 1)
