"""The table by which frames become series, phases and slices: one row a rule, with the clause or report it comes from.

What a file states of itself decides, in the order of the rows: first who and what was examined, then which picture of
it this is (the contrast), then when it was taken, then what numbers slices that have no position. A number in a source
such as dcm2niix#845 is that of a public report of another program, in which the situation was described.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from imaging.base.english import Text
from imaging.formats.dicom.dataset.elements import Elements, tag_of

Value = float | str | tuple[float, ...] | None
"""The value that a file states for a rule; None if it states none."""


class Role(StrEnum):
    """The consequence of values that differ."""

    OWNER = "never in one series, whatever the series' UID says; what is not stated contradicts nothing"
    APART = "never in one series"
    KIND = "phases where the positions are the same, else series of their own"
    CONTRAST = "phases, where positions are repeated and the values are common to them"
    TIME = "phases, where nothing else is known to differ"
    ORDER = "the order of slices that have no position"


class Groups(Protocol):
    """The functional groups of a frame (PS3.3 C.7.6.16)."""

    def item(self, keyword: str) -> Elements | None:
        """Return the item of a functional group, the frame's own before that shared by all."""


class Read:
    """How a value is read from a data set: by `way` from the first of the keywords that is there."""

    def __init__(self, way: Callable[[Elements, str], Value], *keywords: str) -> None:
        self.way, self.keywords = way, keywords

    def __call__(self, elements: Elements) -> Value:
        """Return the value, None if none of the elements has one."""
        for keyword in self.keywords:
            value = self.way(elements, keyword)
            if value is not None:
                return value
        return None


def _number(elements: Elements, keyword: str) -> Value:
    # Rounded: a value of 4 bytes in one slice and of text in another are the same.
    value = elements.number(keyword)
    return None if value is None else round(value, 4)


def _echo(elements: Elements, keyword: str) -> Value:
    value = elements.number(keyword)
    return None if value is None else round(value, 2)


def _text(elements: Elements, keyword: str) -> Value:
    return "\\".join(elements.texts(keyword)) or None


def _name(elements: Elements, keyword: str) -> Value:
    """Return a person's name or id as it is compared: without case and without empty parts at its end."""
    return elements.text(keyword).rstrip("^ ").casefold() or None


def _vector(elements: Elements, keyword: str) -> Value:
    found = elements.vector(keyword, 3)
    return None if found is None else tuple(round(part, 4) for part in found)


def _instant(elements: Elements, keyword: str) -> Value:
    """Return date and time, or the two elements of those names, in microseconds; None without a time."""
    if keyword.endswith("DateTime"):
        stamp = elements.text(keyword)
        return microseconds_of(stamp[:8], stamp[8:]) or None
    time = elements.text(keyword)
    return microseconds_of(elements.text(keyword.replace("Time", "Date")), time) if time else None


def microseconds_of(date: str, time: str) -> int:
    """A DA and a TM as one number that grows with time; what is missing or broken counts as 0."""
    clock, _, fraction = time.replace(":", "").partition(".")
    seconds = 0
    if len(clock) == 6 and _is_number(clock):
        number = int(clock)
        seconds = number // 10000 * 3600 + number // 100 % 100 * 60 + number % 100
    else:
        for part in (clock[:2], clock[2:4], clock[4:6]):
            seconds = seconds * 60 + (int(part) if _is_number(part) else 0)
    micro = int(fraction[:6].ljust(6, "0")) if _is_number(fraction[:6]) else 0
    days = int(date[:8]) if _is_number(date[:8]) else 0
    return (days * 86400 + seconds) * 1_000_000 + micro


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


@dataclass(frozen=True)
class At:
    """Where functional groups state a value: in the first of the sequences that has it, or in a sequence inside."""

    sequences: tuple[str, ...]
    read: Read
    inside: str = ""

    def __call__(self, groups: Groups) -> Value:
        """Return the value of a frame; None if its groups do not state one."""
        for sequence in self.sequences:
            item = groups.item(sequence)
            if item is not None and self.inside:
                item = item.item(self.inside)
            if item is not None and (value := self.read(item)) is not None:
                return value
        return None


def _at(sequence: str, read: Read, inside: str = "") -> At:
    return At((sequence,), read, inside)


@dataclass(frozen=True)
class Rule:
    """One row: what differs, what follows, where files state it, how it is said, and the source of the rule."""

    name: str
    role: Role
    plain: Read
    """In the header of a slice, or at the top of a file of many frames."""
    group: At | None = None
    says: str = "{value}"
    """A value in words, beside the slider; empty where it would tell a person nothing."""
    source: str = ""
    ranked: bool = False
    """Whether the values of one phase may differ from position to position, as times after a heart beat do."""
    is_scattered: bool = False
    """Whether a de-identifier may have given each file a value of its own, which then tells nothing."""
    own: bool = False
    """Whether slices of one series usually differ in it."""
    order: int = 0
    """Its turn among what orders slices without positions; 0 if it does not."""
    vector: str = ""
    """The element that states it for each frame of a nuclear medicine file (C.8.4.8)."""

    def say(self, value: Value) -> Text:
        """Return a value in words."""
        facts = dict(zip("xyz", value, strict=True)) if isinstance(value, tuple) else {"value": value}
        return Text(self.says, facts=facts)


_TYPES = (
    "MRImageFrameTypeSequence",
    "CTImageFrameTypeSequence",
    "PETFrameTypeSequence",
    "MRSpectroscopyFrameTypeSequence",
    "XAXRFFrameCharacteristicsSequence",
)
_CONTENT = "FrameContentSequence"
_TIMING = "MRTimingAndRelatedParametersSequence"
_DIFFUSION = "MRDiffusionSequence"
_HEART = "CardiacSynchronizationSequence"
_LABELLING = "MRArterialSpinLabelingSequence"
_OWNER, _APART, _KIND, _CONTRAST, _TIME = Role.OWNER, Role.APART, Role.KIND, Role.CONTRAST, Role.TIME

RULES: tuple[Rule, ...] = (
    # Who and what was examined. Equal UIDs of different patients are what a careless de-identification leaves.
    Rule("patient", _OWNER, Read(_name, "PatientID"), source="C.7.1.1; pydicom/deid#19"),
    Rule("patient's name", _OWNER, Read(_name, "PatientName"), source="C.7.1.1; pydicom/deid#19"),
    Rule("birth date", _OWNER, Read(_text, "PatientBirthDate"), source="C.7.1.1; pydicom/deid#19"),
    Rule("study", _OWNER, Read(_text, "StudyInstanceUID"), is_scattered=True, source="C.7.2.1; pydicom/deid#19"),
    Rule("series number", _OWNER, Read(_number, "SeriesNumber"), source="C.7.3.1; pydicom/deid#19"),
    Rule(
        "frame of reference", _OWNER, Read(_text, "FrameOfReferenceUID"), own=True, is_scattered=True,
        source="C.7.4.1; pydicom/deid#19",
    ),
    # What is examined from where, and with what. Beside these rows the grid of the pixels, their spacing, polarity and
    # unit, their orientation, and whether they have a position at all must agree; the type of the samples need not.
    Rule("modality", _APART, Read(_text, "Modality"), source="C.7.3.1"),
    Rule("view", _APART, Read(_text, "ViewPosition"), source="C.8.7.1"),
    Rule("side", _APART, Read(_text, "ImageLaterality", "Laterality"), source="C.7.3.1"),
    Rule(
        "kernel", _APART, Read(_text, "ConvolutionKernel"),
        _at("CTReconstructionSequence", Read(_text, "ConvolutionKernel")), source="C.8.2.1; dwv#493",
    ),
    Rule("stack", _APART, Read(_text, "StackID"), _at(_CONTENT, Read(_text, "StackID")), source="C.7.6.16.2.2"),
    # Which picture of it this is.
    Rule(
        "image type", _KIND, Read(_text, "ImageType"), At(_TYPES, Read(_text, "FrameType")),
        source="C.7.6.1.1.2; dcm2niix#408",
    ),
    Rule(
        "echo", _KIND, Read(_echo, "EchoTime"), _at("MREchoSequence", Read(_echo, "EffectiveEchoTime")),
        says="TE {value:g} ms", source="C.8.3.1; dwv#493",
    ),
    Rule("echo number", _KIND, Read(_number, "EchoNumbers"), says="echo {value:g}", source="C.8.3.1; dwv#493"),
    Rule(
        "segment", _CONTRAST, Read(_number),
        _at("SegmentIdentificationSequence", Read(_number, "ReferencedSegmentNumber")),
        says="segment {value:g}", source="C.8.20.3.1; highdicom#214",
    ),
    Rule(
        "b value", _CONTRAST, Read(_number, "DiffusionBValue"),
        _at(_DIFFUSION, Read(_number, "DiffusionBValue")), own=True,
        says="b {value:g}", source="C.8.13.5.9; dcm2niix#408",
    ),
    Rule(
        "diffusion directionality", _CONTRAST, Read(_text, "DiffusionDirectionality"),
        _at(_DIFFUSION, Read(_text, "DiffusionDirectionality")), own=True,
        source="C.8.13.5.9",
    ),
    Rule(
        "gradient direction", _CONTRAST, Read(_vector, "DiffusionGradientOrientation"),
        _at(_DIFFUSION, Read(_vector, "DiffusionGradientOrientation"), "DiffusionGradientDirectionSequence"), own=True,
        says="({x:.2g}, {y:.2g}, {z:.2g})", source="C.8.13.5.9; dcm2niix#408",
    ),
    Rule(
        "inversion time", _CONTRAST, Read(_number, "InversionTime"),
        _at("MRModifierSequence", Read(_number, "InversionTimes", "InversionTime")), ranked=True, own=True,
        says="TI {value:g} ms", source="C.8.3.1; dcm2niix#845",
    ),
    Rule(
        "flip angle", _CONTRAST, Read(_number, "FlipAngle"), _at(_TIMING, Read(_number, "FlipAngle")),
        says="flip angle {value:g}°", source="C.8.3.1; dcm2niix#408",
    ),
    Rule(
        "repetition time", _CONTRAST, Read(_number, "RepetitionTime"), _at(_TIMING, Read(_number, "RepetitionTime")),
        says="TR {value:g} ms", source="C.8.3.1; dcm2niix#408",
    ),
    Rule(
        "tube voltage", _CONTRAST, Read(_number, "KVP"), _at("CTXRayDetailsSequence", Read(_number, "KVP")),
        says="{value:g} kV", source="C.8.2.1, C.8.15.3.9; dwv#493",
    ),
    Rule(
        "energy window", _CONTRAST, Read(_number), vector="EnergyWindowVector",
        says="energy window {value:g}", source="C.8.4.8",
    ),
    Rule(
        "component", _CONTRAST, Read(_text, "ComplexImageComponent"),
        At(("MRImageFrameTypeSequence", "MRSpectroscopyFrameTypeSequence"), Read(_text, "ComplexImageComponent")),
        source="C.8.13.3.1; dcm2niix#408",
    ),
    Rule(
        "acquisition contrast", _CONTRAST, Read(_text, "AcquisitionContrast"),
        _at("MRImageFrameTypeSequence", Read(_text, "AcquisitionContrast")),
        source="C.8.13.3.1",
    ),
    Rule(
        "velocity encoding", _CONTRAST, Read(_vector, "VelocityEncodingDirection"),
        _at("MRVelocityEncodingSequence", Read(_vector, "VelocityEncodingDirection")),
        says="velocity ({x:.2g}, {y:.2g}, {z:.2g})", source="C.8.13.5.12",
    ),
    Rule(
        "spin labelling", _CONTRAST, Read(_text, "ASLContext"), _at(_LABELLING, Read(_text, "ASLContext")),
        source="C.8.13.5.14",
    ),
    Rule(
        "magnetization transfer", _CONTRAST, Read(_text, "MagnetizationTransfer"),
        _at("MRModifierSequence", Read(_text, "MagnetizationTransfer")),
        source="C.8.13.5.4",
    ),
    Rule(
        "contrast agent", _CONTRAST, Read(_text, "ContrastBolusAgent"),
        _at("ContrastBolusUsageSequence", Read(_text, "ContrastBolusAgentAdministered")),
        source="C.7.6.4; dwv#493",
    ),
    Rule(
        "receive coil", _CONTRAST, Read(_text, "ReceiveCoilName"),
        _at("MRReceiveCoilSequence", Read(_text, "ReceiveCoilName")), source="C.8.3.1; dcm2niix#408",
    ),
    Rule("correction", _CONTRAST, Read(_text, "CorrectedImage"), source="C.8.9.1"),
    Rule("sequence", _CONTRAST, Read(_text, "SequenceName", "PulseSequenceName"), source="C.8.3.1; dcm2niix#408"),
    Rule("protocol", _CONTRAST, Read(_text, "ProtocolName"), source="C.7.3.1; dwv#493"),
    Rule("description", _CONTRAST, Read(_text, "SeriesDescription"), source="C.7.3.1; pydicom/deid#19"),
    Rule(
        "cardiac percentage", _CONTRAST, Read(_number, "NominalPercentageOfCardiacPhase"),
        _at(_HEART, Read(_number, "NominalPercentageOfCardiacPhase")), own=True,
        says="{value:g} % of the heart beat", source="C.7.6.16.2.7; dcm2niix#408",
    ),
    Rule(
        "trigger time", _CONTRAST, Read(_number, "TriggerTime"),
        _at(_HEART, Read(_number, "NominalCardiacTriggerDelayTime")),
        ranked=True, own=True, order=3,
        says="trigger {value:g} ms", source="C.7.6.18.1, C.7.6.16.2.7; dcm2niix#408",
    ),
    Rule("time slot", _CONTRAST, Read(_number), vector="TimeSlotVector", says="time slot {value:g}",
         source="C.8.4.8"),
    # When it was taken.
    Rule(
        "temporal position", _TIME, Read(_number, "TemporalPositionIdentifier"),
        _at(_CONTENT, Read(_number, "TemporalPositionIndex")), own=True,
        says="time {value:g}", source="C.8.13.2.1, C.7.6.16.2.2",
    ),
    Rule(
        "acquisition time", _TIME, Read(_instant, "AcquisitionDateTime", "AcquisitionTime"),
        _at(_CONTENT, Read(_instant, "FrameAcquisitionDateTime")), own=True,
        says="{value:g} s", source="C.7.6.1, C.7.6.16.2.2",
    ),
    Rule(
        "frame reference time", _TIME, Read(_number, "FrameReferenceTime"),
        _at("TemporalPositionSequence", Read(_number, "TemporalPositionTimeOffset")), own=True,
        says="{value:g} ms", source="C.8.9.4, C.7.6.16.2.26",
    ),
    Rule("dimension index", _TIME, Read(_number), says="dimension index {value:g}", source="C.7.6.17"),
    Rule("phase", _TIME, Read(_number), vector="PhaseVector", says="phase {value:g}", source="C.8.4.8"),
    Rule("time slice", _TIME, Read(_number), vector="TimeSliceVector", says="time {value:g}", source="C.8.4.8"),
    Rule("content time", _TIME, Read(_instant, "ContentTime"), own=True, order=4, says="{value:g} s",
         source="C.7.6.1; dcm2niix#837, #577"),
    Rule("acquisition number", _TIME, Read(_number, "AcquisitionNumber"), own=True, says="acquisition {value:g}",
         source="C.7.6.1; dcm2niix#408"),
    Rule("instance number", _TIME, Read(_number, "InstanceNumber"), own=True, order=1, says="",
         source="C.7.6.1; dcm2niix#837"),
    Rule("slice location", Role.ORDER, Read(_number, "SliceLocation"), own=True, order=2,
         source="C.7.6.2; dcm2niix#577"),
)  # fmt: skip
"""Slices that none of the rows of order tells apart stand as their files are called, with a note; never by a UID."""

Values = tuple[Value, ...]
"""The values that a frame states for each of `RULES`."""


def numbers_of(*roles: Role) -> tuple[int, ...]:
    """Return the numbers of the rows that have one of the roles."""
    return tuple(number for number, rule in enumerate(RULES) if rule.role in roles)


ORDERING = tuple(sorted((n for n, rule in enumerate(RULES) if rule.order), key=lambda n: RULES[n].order))
"""The rows that order slices without positions, the first before the others."""
_OWN = tuple(number for number, rule in enumerate(RULES) if rule.own)
_READS = tuple((rule.plain, tuple(int(tag_of(one)) for one in rule.plain.keywords), rule.own) for rule in RULES)
_OWN_READS = tuple((number, *_READS[number][:2]) for number in _OWN)
_GROUPED = tuple((number, rule.group) for number, rule in enumerate(RULES) if rule.group is not None)
_VECTORS = tuple((number, rule.vector) for number, rule in enumerate(RULES) if rule.vector)
OWN_KEYWORDS = tuple(dict.fromkeys(keyword for number in _OWN for keyword in RULES[number].plain.keywords))
"""The elements in which slices of one series usually differ."""


def number_of(name: str) -> int:
    """Return the number of the row of that name."""
    return next(number for number, rule in enumerate(RULES) if rule.name == name)


SEGMENT, DIMENSION = number_of("segment"), number_of("dimension index")


def shared_values(elements: Elements) -> Values:
    """Return what the slices of a series usually state alike, None for the rest."""
    return tuple(read(elements) if not own and elements.is_stated(tags) else None for read, tags, own in _READS)


def with_own_values(elements: Elements, shared: Values) -> Values:
    """Return all that a slice states, with what its series shares."""
    values = list(shared)
    for number, read, tags in _OWN_READS:
        if elements.is_stated(tags):
            values[number] = read(elements)
    return tuple(values)


def with_group_values(groups: Groups, plain: Values, dimensions: tuple[float, ...]) -> Values:
    """Return what a frame's functional groups state, before what the top of its file says.

    `dimensions` are its Dimension Index Values besides those of space (C.7.6.17).
    """
    values = list(plain)
    if dimensions:
        values[DIMENSION] = dimensions[0] if len(dimensions) == 1 else dimensions
    for number, at in _GROUPED:
        found = at(groups)
        if found is not None:
            values[number] = found
    return tuple(values)


def with_vector_values(elements: Elements, plain: Values, count: int) -> Iterable[Values]:
    """Yield what the vectors of a nuclear medicine file state for each of its frames (C.8.4.8)."""
    columns = [(number, elements.numbers(vector)) for number, vector in _VECTORS]
    told = [(number, column) for number, column in columns if len(column) == count]
    for index in range(count):
        values = list(plain)
        for number, column in told:
            values[number] = column[index]
        yield tuple(values)
