"""The note beside a heatmap: how it was made, and how far it can be believed. No Qt here."""

from dataclasses import dataclass
from enum import Enum


class MapStanding(Enum):
    """How far a heatmap can be believed, as far as that is known; each has a sign of its own."""

    NONE = "none"
    """There is no map, or nothing to say."""
    MISSING = "missing"
    """No map is drawn until a person asks for it."""
    COARSE = "coarse"
    """A finer one is on its way."""
    CHECKING = "checking"
    UNCHECKED = "unchecked"
    HOLDS = "holds"
    WEAK = "weak"


@dataclass(frozen=True)
class MapNote:
    """The words beside the colour bar: method and parameters, then the standing with its words."""

    how: str = ""
    standing: MapStanding = MapStanding.NONE
    words: str = ""
