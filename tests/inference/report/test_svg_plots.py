"""Curves as SVG: where their points and the diagonal lie."""

from xml.etree import ElementTree

from inference.report.svg_plots import Plot, PlottedCurve, draw_svg

SVG = "{http://www.w3.org/2000/svg}"


def test_the_diagonal_and_a_curve_go_from_corner_to_corner() -> None:
    drawn = ElementTree.fromstring(draw_svg(Plot("ROC <1>", "x & y", "y", [PlottedCurve("one", (0, 1), (0, 1))])))
    box = next(one for one in drawn.iter(f"{SVG}rect") if one.get("fill") == "none")
    x, y, width, height = (float(box.get(name, "")) for name in ("x", "y", "width", "height"))
    diagonal = next(one for one in drawn.iter(f"{SVG}line") if one.get("stroke-dasharray"))
    assert [float(diagonal.get(name, "")) for name in ("x1", "y1", "x2", "y2")] == [x, y + height, x + width, y]
    (curve,) = drawn.iter(f"{SVG}polyline")
    points = [tuple(map(float, point.split(","))) for point in curve.get("points", "").split()]
    assert points == [(x, y + height), (x + width, y)]
    said = [one.text for one in drawn.iter(f"{SVG}text")]
    assert {"ROC <1>", "x & y", "one"} <= set(said)
