"""Structured reports of any template, ours and others' (PS3.3 C.17.3): their content tree becomes a list of items.

No template is asked for: every item says what it is by its code. Files are strangers', so all is read under limits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydicom.uid import UID

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import open_source
from imaging.formats.dicom.dataset.elements import Elements, silence_warnings
from imaging.formats.dicom.dataset.parser import open_elements
from imaging.formats.dicom.patient_and_acquisition import readable_name
from imaging.volume.series import Source
from imaging.volume.structured_report import (
    Point,
    ReferencedInstance,
    ReportedShape,
    ReportItem,
    StructuredReport,
)

MOST_CONTENT_ITEMS = 9_999
"""The most items that a report may have; those of an examination have some thousand."""
_MOST_TEXT, _MOST_POINTS = 10_000, 10_000
_EVIDENCE = ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence")
_KEYWORDS = (
    "SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "ContentDate", "Manufacturer",
    "CompletionFlag", "VerificationFlag", "ConceptNameCodeSequence", "ContentTemplateSequence", "ContentSequence",
    *_EVIDENCE,
)  # fmt: skip
# UCUM's sign of a number without a unit, and its words.
_NO_UNIT = ("1", "no units")


@dataclass(frozen=True)
class _Value:
    """The part of an item that depends on its value type."""

    value: str = ""
    number: float | None = None
    unit: str = ""
    references: tuple[ReferencedInstance, ...] = ()
    shape: ReportedShape | None = None


def read_report(source: Source, policy: ReadingPolicy) -> StructuredReport:
    """Read a structured report.

    Raises `Refusal`: those of `open_source`; HEADER; TRUNCATED; TOO_LARGE beyond `MOST_CONTENT_ITEMS`; NOT_AN_IMAGE if
    it has no content.
    """
    with open_source(source, policy) as stream, silence_warnings():
        try:
            opened = open_elements(stream, policy, source.name, _KEYWORDS)
            if opened.was_cut:
                raise Refusal(Code.TRUNCATED, "The report ends before its content does; it is probably incomplete.")
            return _report_of(opened.elements, opened.meta_class, source)
        except Refusal:
            raise
        except Exception:
            # Whatever pydicom trips over in a damaged file; its text may quote the patient.
            raise Refusal(Code.HEADER) from None


def _report_of(elements: Elements, meta_class: str, source: Source) -> StructuredReport:
    sop_class = elements.text("SOPClassUID") or meta_class
    kind = UID(sop_class).name.removesuffix(" Storage") if sop_class else "kind not stated"
    items = tuple(_items_of(elements))
    if not items:
        raise Refusal(Code.NOT_AN_IMAGE, english("This report has no content ({kind}).", kind=kind))
    template = elements.item("ContentTemplateSequence")
    evidence = (one.text("StudyInstanceUID") for keyword in _EVIDENCE for one in elements.items(keyword))
    return StructuredReport(
        source=source,
        title=_meaning(elements, "ConceptNameCodeSequence") or kind,
        kind=kind,
        template="" if template is None else template.text("TemplateIdentifier"),
        date=elements.text("ContentDate"),
        maker=elements.prose("Manufacturer"),
        instance_uid=elements.text("SOPInstanceUID"),
        studies=tuple(dict.fromkeys(filter(None, (elements.text("StudyInstanceUID"), *evidence)))),
        is_complete=elements.text("CompletionFlag") == "COMPLETE",
        is_verified=elements.text("VerificationFlag") == "VERIFIED",
        items=items,
    )


def _items_of(root: Elements) -> Iterator[ReportItem]:
    """Yield the items below a root in their order, each before those below it."""
    waiting = [(0, one) for one in reversed(root.items("ContentSequence"))]
    count = 0
    while waiting:
        depth, item = waiting.pop()
        count += 1
        if count + len(waiting) > MOST_CONTENT_ITEMS:
            says = f"The report holds more than {MOST_CONTENT_ITEMS} items, of which no list is made."
            raise Refusal(Code.TOO_LARGE, says)
        below = item.items("ContentSequence")
        yield _item_of(depth, item, below)
        waiting += [(depth + 1, one) for one in reversed(below)]


def _item_of(depth: int, item: Elements, below: list[Elements]) -> ReportItem:
    kind = item.text("ValueType")
    found = _value_of(kind, item)
    references = found.references
    if kind == "SCOORD":
        # An outline lies on the image that it is selected from, an item below it (PS3.3 C.18.6).
        references = tuple(one for child in below if child.text("ValueType") == "IMAGE" for one in _references(child))
    return ReportItem(
        depth,
        item.text("RelationshipType"),
        kind,
        _meaning(item, "ConceptNameCodeSequence"),
        found.value,
        number=found.number,
        unit=found.unit,
        references=references,
        shape=found.shape,
    )


def _value_of(kind: str, item: Elements) -> _Value:
    """Return what a value type adds to an item; words say so if it is not one that is read."""
    if kind in _VALUES:
        return _VALUES[kind](item)
    target = [f"{number:.0f}" for number in item.numbers("ReferencedContentItemIdentifier") if number is not None]
    if target:
        return _Value(f"see item {'.'.join(target)}")
    return _Value(f"not shown: a value of the kind {kind[:16]}" if kind else "not shown: its kind is not stated")


def _number(item: Elements) -> _Value:
    measured = item.item("MeasuredValueSequence")
    if measured is None:
        return _Value(_meaning(item, "NumericValueQualifierCodeSequence") or "not measured")
    return _Value(
        measured.text("NumericValue") or "not measured",
        measured.number("NumericValue"),
        _unit_of(measured.item("MeasurementUnitsCodeSequence")),
    )


def _unit_of(code: Elements | None) -> str:
    """Return a unit: UCUM's own sign of it, else its words; none of what has no unit."""
    if code is None:
        return ""
    sign, words = code.text("CodeValue"), code.prose("CodeMeaning")
    if sign in _NO_UNIT or words in _NO_UNIT:
        return ""
    is_sign = code.text("CodingSchemeDesignator") == "UCUM" and sign and not sign.startswith(("{", "["))
    return sign if is_sign else words or sign


def _shape(item: Elements, dimensions: int) -> _Value:
    """Return the coordinates of an item, in points of so many numbers."""
    numbers = item.numbers("GraphicData")
    kind = item.text("GraphicType")
    count = len(numbers) // dimensions
    if not count or None in numbers or count > _MOST_POINTS:
        return _Value(f"{kind}, whose points cannot be used")
    known = [float(number) for number in numbers if number is not None]
    points: tuple[Point, ...] = tuple(tuple(known[dimensions * one : dimensions * (one + 1)]) for one in range(count))
    shape = ReportedShape(kind, points, item.text("ReferencedFrameOfReferenceUID"))
    return _Value(f"{kind}, {count} point{'s' if count > 1 else ''}", shape=shape)


def _referenced(item: Elements) -> _Value:
    found = _references(item)
    names = dict.fromkeys(UID(one.sop_class_uid).name for one in found if one.sop_class_uid)
    frames = ", ".join(str(number) for one in found for number in one.frames[:8])
    # Of a segmentation the segment says more than its frames (PS3.3 10.3).
    stated = (one.numbers("ReferencedSegmentNumber") for one in item.items("ReferencedSOPSequence"))
    segments = ", ".join(f"{number:.0f}" for each in stated for number in each[:8] if number is not None)
    which = f", segment {segments}" if segments else f", frame {frames}" if frames else ""
    return _Value(", ".join(names) + which, references=found)


def _references(item: Elements) -> tuple[ReferencedInstance, ...]:
    return tuple(
        ReferencedInstance(
            one.text("ReferencedSOPInstanceUID"),
            one.text("ReferencedSOPClassUID"),
            tuple(int(number) for number in one.numbers("ReferencedFrameNumber") if number is not None),
        )
        for one in item.items("ReferencedSOPSequence")
    )


def _text(keyword: str) -> Callable[[Elements], _Value]:
    def read(item: Elements) -> _Value:
        text = item.prose(keyword)
        return _Value(text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]} … (cut here)")

    return read


def _meaning(item: Elements, keyword: str) -> str:
    """Return a code in words; the code itself if it has none."""
    code = item.item(keyword)
    if code is None:
        return ""
    return code.prose("CodeMeaning") or code.text("CodeValue") or code.prose("LongCodeValue")


_VALUES: dict[str, Callable[[Elements], _Value]] = {
    "CONTAINER": lambda _: _Value(),
    "NUM": _number,
    "CODE": lambda item: _Value(_meaning(item, "ConceptCodeSequence")),
    "TEXT": _text("TextValue"),
    "DATETIME": _text("DateTime"),
    "DATE": _text("Date"),
    "TIME": _text("Time"),
    "UIDREF": _text("UID"),
    "PNAME": lambda item: _Value(readable_name(item.prose("PersonName"))),
    "IMAGE": _referenced,
    "COMPOSITE": _referenced,
    "WAVEFORM": _referenced,
    "SCOORD": lambda item: _shape(item, 2),
    "SCOORD3D": lambda item: _shape(item, 3),
    "TCOORD": lambda item: _Value(item.text("TemporalRangeType")),
}
