"""How long a scale bar is, and what stands beside it: in panes and in figures alike. No Qt here."""

import math

from desktop.render.text import format_number
from imaging.annotations.calibration import LengthScale
from imaging.base.english import Text

_ROUND = (1.0, 2.0, 5.0)


def round_down(length: float) -> float:
    """Return 1, 2 or 5 times a power of ten, the largest that is not more; 1 for what is not positive."""
    if length <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(length))
    return max(step * power for step in _ROUND if step * power <= length * (1 + 1e-9))


def describe_bar(length: float, scale: LengthScale, *, with_source: bool = True) -> Text:
    """Return a bar's length with its unit, and the source of its millimetres: `50 mm (at detector)`, `20 px`."""
    facts = {"length": format_number(length), "unit": scale.unit}
    if scale.source is None or not with_source:
        return Text("{length} {unit}", facts=facts)
    return Text("{length} {unit} ({source})", facts=facts | {"source": Text(scale.source.value)})
