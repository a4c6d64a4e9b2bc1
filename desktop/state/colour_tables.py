"""Colour tables for pictures with grey levels, as rows. A new one also needs its colours in `colour_maps`. No Qt."""

from dataclasses import dataclass

GREY = "grey"
"""The id of no table: grey levels as they are."""


@dataclass(frozen=True)
class ColourTable:
    """A table by the id that a view keeps, and its name in the menu."""

    id: str
    title: str


COLOUR_TABLES = (
    ColourTable(GREY, "Grey"),
    ColourTable("hot-iron", "Hot iron"),
    ColourTable("bone", "Bone"),
    ColourTable("inferno", "Inferno"),
    ColourTable("cividis", "Cividis"),
    ColourTable("pet", "PET"),
)


def find_colour_table(table_id: str) -> ColourTable:
    """Return the table of an id."""
    return next(table for table in COLOUR_TABLES if table.id == table_id)
