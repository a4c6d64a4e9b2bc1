"""Values one by one: what stays of attributes that the profile's table does not name, dummies, and moved dates.

The table lists what identifies by its meaning. What it does not list stays only if its value can hardly say who it is:
numbers, codes, text of a few technical attributes, registered UIDs. All other text goes.
"""

import re
from datetime import date, timedelta
from functools import cache

from pydicom.datadict import keyword_for_tag
from pydicom.uid import UID_dictionary

SIZES = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "SV": 8, "UV": 8, "AT": 4}
"""Bytes of one value of the VRs that hold plain numbers."""
TEXTS = frozenset({"AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
TIMES = frozenset({"DA", "TM", "DT"})

_TECHNICAL = """
Manufacturer ManufacturerModelName SoftwareVersions CodeValue LongCodeValue CodeMeaning CodingSchemeDesignator
CodingSchemeVersion MappingResourceName ConvolutionKernel SequenceName PulseSequenceName ReceiveCoilName
TransmitCoilName StackID RescaleType WindowCenterWidthExplanation LUTExplanation ModalityLUTType Radiopharmaceutical
ContrastBolusRoute RadiopharmaceuticalRoute ImagedNucleus FilterType CollimatorGridName ImageFilter ViewName
DoseModeName AttenuationCorrectionMethod ReconstructionMethod ScatterCorrectionMethod SegmentLabel
SegmentAlgorithmName AlgorithmName AlgorithmVersion EnergyWindowName DimensionDescriptionLabel
DigitalImageFormatAcquired PixelValueMappingExplanation OpticalPathIdentifier ReferencedOpticalPathIdentifier
TriggerSourceOrType CardiacFramingType TypeOfFilters PhosphorType PlateType AcquisitionMode DetectorManufacturerName
DetectorManufacturerModelName PVCRejection LUTLabel SecondaryCaptureDeviceManufacturer
SecondaryCaptureDeviceManufacturerModelName
"""
_TECHNICAL_TEXTS = frozenset(_TECHNICAL.split())
CODE_TEXTS = frozenset({"CodeMeaning", "CodeValue", "LongCodeValue"})
# A code string by its VR alone: a person types it (PS3.3 10.9).
LABEL = "ContentLabel"
_BINARY = """
RedPaletteColorLookupTableData GreenPaletteColorLookupTableData BluePaletteColorLookupTableData
AlphaPaletteColorLookupTableData SegmentedRedPaletteColorLookupTableData SegmentedGreenPaletteColorLookupTableData
SegmentedBluePaletteColorLookupTableData SegmentedAlphaPaletteColorLookupTableData BlendingLookupTableData LUTData
VectorGridData PointCoordinatesData VectorCoordinateData DoublePointCoordinatesData LongPrimitivePointIndexList
LongTrianglePointIndexList LongEdgePointIndexList LongVertexPointIndexList TrackPointIndexList SpectroscopyData
ICCProfile FloatPixelData DoubleFloatPixelData PixelData ExtendedOffsetTable ExtendedOffsetTableLengths
"""
_BINARIES = frozenset(_BINARY.split())
CODING_SCHEMES = frozenset({"DCM", "SCT", "SRT", "SNM3", "99SDM", "UCUM", "LN", "FMA", "UMLS", "NCIt", "RADLEX", "MDC"})
"""Public coding schemes (PS3.16 8): the meaning of their codes is not free text."""

_CODE_STRING = re.compile(rb"[A-Za-z0-9 _./+-]{0,16}")
# Many writers give more digits than the sixteen bytes of the standard.
_NUMBER = re.compile(rb"[0-9 +\-.,eE]{0,64}")
_LINE = re.compile(rb"[^\x00-\x1f\x7f]{0,64}")
_UID = re.compile(r"[0-9]+(\.[0-9]+)+")
_ZONE = re.compile(rb"[+-][0-9]{4} ?")
_DUMMIES = {
    "DA": b"19000101", "TM": b"000000", "DT": b"19000101000000", "AS": b"000Y", "CS": b"UNKNOWN ", "DS": b"0 ",
    "IS": b"0 ", "UR": b"urn:removed ", "PN": b"REMOVED ",
}  # fmt: skip
_TAIL = b"\0 "


@cache
def keyword_of(tag: int) -> str:
    """Return the keyword of an attribute; an empty string if pydicom's dictionary has none."""
    return keyword_for_tag(tag)


def may_stay(tag: int, vr: str, value: bytes, scheme: str | None) -> bool:
    """Return whether the value of an attribute without a row in the table may stay; UIDs, dates and sequences apart.

    `scheme` is the coding scheme of the item, if it names one.
    """
    keyword = keyword_of(tag)
    if not keyword:
        return False
    if vr in SIZES:
        return len(value) % SIZES[vr] == 0
    if vr in ("DS", "IS"):
        return _each(_NUMBER, value)
    if vr == "CS" and keyword != LABEL:
        return _each(_CODE_STRING, value)
    if vr in TEXTS:
        if keyword in CODE_TEXTS and scheme is not None and scheme not in CODING_SCHEMES:
            return False
        return keyword in _TECHNICAL_TEXTS and _each(_LINE, value)
    if keyword == "ICCProfile":
        return value[36:40] == b"acsp"
    return keyword in _BINARIES


def _each(pattern: re.Pattern[bytes], value: bytes) -> bool:
    return all(pattern.fullmatch(part.strip(_TAIL)) for part in value.split(b"\\"))


def is_public_uid(keyword: str, uid: str) -> bool:
    """Return whether a UID names something public: a class, a transfer syntax, a registered frame of reference."""
    if keyword.endswith(("SOPClassUID", "SyntaxUID")):
        return len(uid) <= 64 and _UID.fullmatch(uid) is not None
    return uid in UID_dictionary


def dummy_of(vr: str, value: bytes) -> bytes:
    """Return a value that says nothing, of even length, in the place of one of a VR."""
    if vr in SIZES:
        return bytes(SIZES[vr])
    if vr in TEXTS or vr in _DUMMIES:
        return _DUMMIES.get(vr, b"REMOVED ")
    return bytes(min(2, len(value) + len(value) % 2))


def shift_times(vr: str, value: bytes, days: int) -> bytes | None:
    """Return dates moved so many days into the past; times of day stay. None for what is no date."""
    moved = [_shift(vr, part.strip(_TAIL), days) for part in value.split(b"\\")]
    if any(part is None for part in moved):
        return None
    joined = b"\\".join(part for part in moved if part is not None)
    return joined + b" " * (len(joined) % 2)


def _shift(vr: str, value: bytes, days: int) -> bytes | None:
    if vr == "SH":
        return value if _ZONE.fullmatch(value) else None
    if not value:
        return value
    if vr == "TM":
        return value if re.fullmatch(rb"[0-9:.]{2,16}", value) else None
    plain = value.replace(b".", b"") if vr == "DA" else value
    if not re.fullmatch(rb"[0-9]{8}([0-9.+-]{0,18})", plain) or (vr == "DA" and len(plain) != 8):
        return None
    try:
        day = date(int(plain[:4]), int(plain[4:6]), int(plain[6:8])) - timedelta(days)
    except (ValueError, OverflowError):
        return None
    return day.strftime("%Y%m%d").encode().rjust(8, b"0") + plain[8:]
