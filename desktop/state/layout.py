"""How panes share the middle of the main window: the layouts as rows of a table, and which pane stands where. No Qt.

A layout is a tuple of cells; a pane is known by its number, which it keeps whatever cell it stands in.
"""

from dataclasses import dataclass, replace

Cell = tuple[int, int, int, int]
"""(row, column, rows, columns) of a pane in the grid."""


@dataclass(frozen=True)
class Layout:
    """A way to divide the middle of the main window."""

    id: str
    title: str
    cells: tuple[Cell, ...]
    keys: tuple[str, ...] = ()


_SMALL_RIGHT: tuple[Cell, ...] = ((0, 0, 2, 2), (0, 2, 1, 1), (1, 2, 1, 1))
PANE_LAYOUTS = (
    Layout("1x1", "One pane", ((0, 0, 1, 1),), ("Ctrl+1",)),
    Layout("1x2", "Two panes side by side", ((0, 0, 1, 1), (0, 1, 1, 1)), ("Ctrl+2",)),
    Layout("2x1", "Two panes, one above the other", ((0, 0, 1, 1), (1, 0, 1, 1)), ("Ctrl+Shift+D",)),
    Layout("1+2", "One large pane and two small ones", _SMALL_RIGHT, ("Ctrl+3",)),
    Layout("2x2", "Four panes", ((0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)), ("Ctrl+4",)),
)
"""Every layout of panes that a person fills; the first one is that of the start."""
MPR_LAYOUT = Layout("mpr", "Axial, sagittal and coronal", _SMALL_RIGHT)
"""The layout of three planes through one series; its panes are not those of the others."""
MOST_PANES = max(len(layout.cells) for layout in PANE_LAYOUTS)


PLANE_PANES = tuple(range(MOST_PANES, MOST_PANES + len(MPR_LAYOUT.cells)))
"""The numbers of the panes of MPR."""
PROJECTION_LAYOUT = Layout("mip", "A series and its projection", PANE_LAYOUTS[1].cells)
"""The layout of a pane with the projection of its series beside it."""
PROJECTION_PANE = PLANE_PANES[-1] + 1
"""The number of the pane of the projection."""
DERIVED_LAYOUTS = (MPR_LAYOUT, PROJECTION_LAYOUT)
"""Layouts whose panes are made of the series of the active one."""


def find_layout(layout_id: str) -> Layout:
    """Return the layout of an id."""
    return next(layout for layout in PANE_LAYOUTS if layout.id == layout_id)


@dataclass(frozen=True)
class Arrangement:
    """Which pane stands in which cell. `order[n]` is the number of the pane in the layout's cell n."""

    layout: Layout = PANE_LAYOUTS[0]
    order: tuple[int, ...] = tuple(range(MOST_PANES))
    active: int = 0
    """The pane that keys, menus and panels speak of."""
    is_alone: bool = False
    """Whether the active pane fills the middle, whatever the layout is."""

    @property
    def cells(self) -> dict[int, Cell]:
        """The panes on screen, and the cell of each."""
        if self.is_alone:
            return {self.active: PANE_LAYOUTS[0].cells[0]}
        return dict(zip(self.order, self.layout.cells, strict=False))

    @property
    def is_mpr(self) -> bool:
        """Whether the panes are the three planes of MPR."""
        return self.layout is MPR_LAYOUT

    @property
    def is_projection(self) -> bool:
        """Whether one of the panes is the projection of another one's series."""
        return self.layout is PROJECTION_LAYOUT

    @property
    def derived(self) -> str:
        """The id of a layout whose panes are made of the active pane's series, empty if a person fills them."""
        return self.layout.id if self.layout in DERIVED_LAYOUTS else ""

    @property
    def shown(self) -> tuple[int, ...]:
        """The panes on screen, in the order of their cells."""
        return tuple(self.cells)

    def with_layout(self, layout: Layout) -> "Arrangement":
        """Return the same panes in another layout; the active one stays on screen."""
        order = self.order
        if self.active not in order[: len(layout.cells)]:
            order = (self.active, *(one for one in order if one != self.active))
        return replace(self, layout=layout, order=order, is_alone=False)

    def activated(self, pane: int) -> "Arrangement":
        """Return the arrangement with another active pane."""
        return replace(self, active=pane)

    def stepped(self, panes: int) -> "Arrangement":
        """Return the arrangement with the active pane so many cells on, around the end."""
        shown = self.order[: len(self.layout.cells)]
        return replace(self, active=shown[(shown.index(self.active) + panes) % len(shown)])

    def switched(self) -> "Arrangement":
        """Return the active pane alone, or again all of the layout."""
        return replace(self, is_alone=not self.is_alone and len(self.layout.cells) > 1)


def beside_projection(pane: int) -> Arrangement:
    """Return a pane with the projection of its series beside it, which is active."""
    return Arrangement(PROJECTION_LAYOUT, (pane, PROJECTION_PANE), PROJECTION_PANE)


MPR = Arrangement(MPR_LAYOUT, PLANE_PANES, PLANE_PANES[0])
"""The three planes in their cells, the axial one active."""
