"""A structured report as plain values: its measurements and findings in the order in which it says them."""

from dataclasses import dataclass

from imaging.volume.series import Source

Point = tuple[float, ...]
"""(column, row) on an image, the corner of its first pixel being 0; or x, y, z in LPS millimetres."""


@dataclass(frozen=True)
class ReferencedInstance:
    """An image or another object that an item refers to."""

    instance_uid: str
    sop_class_uid: str = ""
    frames: tuple[int, ...] = ()
    """Numbers of frames, counted from 1; empty for the whole object."""


@dataclass(frozen=True)
class ReportedShape:
    """Coordinates of an item (PS3.3 C.18.6, C.18.9): where on an image, or in a frame of reference, it was found."""

    kind: str
    """POINT, MULTIPOINT, POLYLINE, CIRCLE, ELLIPSE, POLYGON or ELLIPSOID."""
    points: tuple[Point, ...]
    frame_of_reference_uid: str = ""
    """Of points in space; empty for points on the image that the item refers to."""


@dataclass(frozen=True)
class ReportItem:
    """One item of the content tree; `depth` is 0 for what stands directly below the title."""

    depth: int
    relationship: str
    """Its tie to the item above it: CONTAINS, HAS PROPERTIES, INFERRED FROM…"""
    kind: str
    """The value type: NUM, CODE, TEXT, IMAGE, SCOORD…"""
    concept: str
    """What it is, in the words of its code."""
    value: str = ""
    number: float | None = None
    unit: str = ""
    references: tuple[ReferencedInstance, ...] = ()
    shape: ReportedShape | None = None

    @property
    def text(self) -> str:
        """Return the value with its unit."""
        return f"{self.value} {self.unit}".strip()


@dataclass(frozen=True)
class StructuredReport:
    """A report of any template. Whom it is about stands in its study alone, and in its items."""

    source: Source
    title: str
    kind: str
    """The name of its SOP class."""
    template: str
    """The number of its root template; empty if it does not say."""
    date: str
    maker: str
    instance_uid: str
    studies: tuple[str, ...]
    """UIDs of its own study, then of those whose images it refers to."""
    is_complete: bool
    is_verified: bool
    items: tuple[ReportItem, ...]
