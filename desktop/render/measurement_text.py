"""Lines of text beside a shape: what it measures. Pure functions, no Qt."""

from desktop.render.text import format_number
from desktop.state.annotations.rows import ValueSpread
from imaging.annotations.measurement import Measurement, PointValues
from imaging.annotations.shapes import AREAS, ShapeType
from imaging.base.english import Text, english, join_english
from imaging.volume.series import SpacingSource


def describe_measurement(
    type_: ShapeType,
    found: Measurement,
    units: str | None,
    *,
    with_source: bool = False,
    presentation: int | list[int] | None = None,
) -> tuple[str, ...]:
    """Return the lines beside a shape; `units` are those of the series' modality values.

    Where millimetres hold is said if it is not everywhere in the body, or, `with_source`, always. `presentation` is the
    grey that a point is shown with, 0 to 255, or its colour.
    """
    if type_ is ShapeType.POINT:
        return () if found.point is None else _point_lines(found.point, units, found, presentation)
    if found.value is None:
        return ()
    where = _source_words(found, with_source=with_source)
    unit = "°" if found.unit == "°" else f" {found.unit}"
    if type_ not in AREAS:
        said = f"{_measured(found.value)}{unit}"
        # The angle depends on how high pixels are over their width alone, which is known more often.
        source = "" if found.unit == "°" and not with_source else where
        return (_join(" ", said, source, _interpolated(found)),)
    assert found.area is not None
    lines: list[Text] = [_join(" ", f"{_measured(found.area)} {found.area_unit}", where)]
    if (values := found.statistics) is not None:
        named = f" {units}" if units else ""
        lines.append(
            english(
                "mean {number} ± {number_2}{named}",
                number=format_number(values.mean),
                number_2=format_number(values.sd),
                named=named,
            )
        )
        extremes = english(
            "min {number}  max {number_2}", number=format_number(values.least), number_2=format_number(values.greatest)
        )
        lines.append(_join("  ", extremes, f"n {values.pixels}", _interpolated(found)))
    else:
        lines.append(Text(f"n {found.pixels}"))
    return tuple(lines)


def describe_spread(found: Measurement | None) -> ValueSpread | None:
    """Return how the values of an area are spread; None if it has none, or none yet."""
    values = None if found is None else found.statistics
    if values is None:
        return None
    words = english(
        "skewness {skewness}  entropy {entropy} bits",
        skewness=format_number(round(values.skewness, 2)),
        entropy=format_number(round(values.entropy, 2)),
    )
    ends = format_number(values.least), format_number(values.greatest)
    return ValueSpread(tuple(values.counts.tolist()), *ends, words)


def _point_lines(
    point: PointValues, units: str | None, found: Measurement, presentation: int | list[int] | None
) -> tuple[str, ...]:
    if isinstance(point.stored, tuple):
        value = "R {:.0f} G {:.0f} B {:.0f}".format(*point.stored)
    elif point.modality is None:
        value = english("padding")
    else:
        stored = (
            "" if point.stored == point.modality else english("stored {number}", number=format_number(point.stored))
        )
        shown = english("shown {number}", number=presentation) if isinstance(presentation, int) else ""
        value = f"{format_number(point.modality)} {units or ''}".strip()
        value = _join("  ", value, _interpolated(found), stored, shown)
    if point.position is None:
        return (value,)
    parts = (
        f"{(positive if part >= 0 else negative)} {abs(part):.1f}"
        for part, positive, negative in zip(point.position, "LPS", "RAI", strict=True)
    )
    return value, "  ".join(parts) + " mm"


def _source_words(found: Measurement, *, with_source: bool) -> str:
    source = found.calibration.source
    if source is None:
        return Text("({note})", facts={"note": found.calibration.note}) if found.calibration.note else ""
    # Pixel spacing of a slice is what everybody takes millimetres for.
    is_said = with_source or source is not SpacingSource.PIXEL_SPACING
    return Text("({source})", facts={"source": Text(source.value)}) if is_said else ""


def _interpolated(found: Measurement) -> str:
    return english("interpolated") if found.is_interpolated else ""


def _join(separator: str, *parts: str) -> Text:
    return join_english(separator, filter(None, parts))


def _measured(value: float) -> str:
    """Return a length, an angle or an area with one decimal, two below 10."""
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
