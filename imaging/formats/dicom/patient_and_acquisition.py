"""Who was examined, how, and what the screen must say about it: `Patient`, `Acquisition`, spacing of a projection."""

import datetime
import math
import re

from imaging.base.english import Text, english
from imaging.formats.dicom.dataset.elements import Elements
from imaging.formats.dicom.dataset.parser import syntax_name
from imaging.volume.series import PROJECTION_MODALITIES, Acquisition, LengthRegion, Patient, SpacingSource

_AGE = re.compile(r"^(\d{1,3})([DWMY])$")
_DAYS = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Y": 365.25}
_FEET_AND_HEAD = str.maketrans("FH", "IS")
_BODY_AXIS = {"L": 0, "R": 0, "A": 1, "P": 1, "I": 2, "S": 2}
_DIRECTION = re.compile(r"[LRAPIS]{1,3}")
# Those that can be nothing else: baseline, extended, every retired process of that kind, near-lossless JPEG-LS.
_LOSSY = {f"1.2.840.10008.1.2.4.{number}" for number in (*range(50, 57), *range(59, 65), 81)}
_CENTIMETRES = 3
# Pictures a second that no screen shows.
_FASTEST = 240.0


def patient_of(elements: Elements) -> Patient:
    """The facts about the patient and the study."""
    study_date = elements.text("StudyDate") or elements.text("SeriesDate") or elements.text("AcquisitionDate")
    birth_date = elements.text("PatientBirthDate")
    return Patient(
        name=readable_name(elements.prose("PatientName")),
        id=elements.prose("PatientID"),
        sex=elements.text("PatientSex"),
        birth_date=birth_date,
        age_years=age_in_years(elements.text("PatientAge"), birth_date, study_date),
        study_id=elements.text("StudyInstanceUID"),
        study_description=elements.prose("StudyDescription"),
        study_date=study_date,
        institution=elements.prose("InstitutionName"),
    )


def readable_name(person: str) -> str:
    """`Family, Given Middle` from a PN value `Family^Given^Middle`; each script's group apart by ` = `."""
    groups = []
    for group in person.split("="):
        family, *rest = [part.strip(" \0") for part in group.split("^")]
        given = " ".join(part for part in rest if part)
        groups.append(", ".join(part for part in (family, given) if part))
    return " = ".join(group for group in groups if group)


def age_in_years(stated: str, birth_date: str, study_date: str) -> float | None:
    """Return the age from an AS value (`003Y`, `018M`, `010W`, `005D`), else from the dates; None if neither tells."""
    match = _AGE.match(stated.strip().upper())
    if match:
        return int(match[1]) * _DAYS[match[2]] / _DAYS["Y"]
    born, seen = _date(birth_date), _date(study_date)
    if born is None or seen is None or seen < born:
        return None
    return (seen - born).days / _DAYS["Y"]


def _date(text: str) -> datetime.date | None:
    digits = text.replace(".", "").replace("-", "")[:8]
    try:
        return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def acquisition_of(elements: Elements, syntax: str, spacing_source: SpacingSource) -> Acquisition:
    """The facts about how the pixels were made. `syntax` is the transfer syntax UID."""
    ratios = [ratio for ratio in elements.numbers("LossyImageCompressionRatio") if ratio is not None and ratio > 1]
    region = elements.item("AnatomicRegionSequence")
    return Acquisition(
        body_part=elements.text("BodyPartExamined") or (region.prose("CodeMeaning") if region else ""),
        maker=elements.prose("Manufacturer"),
        transfer_syntax=syntax_name(syntax),
        # Each step of a repeated compression has its own ratio, and they multiply (C.7.6.1.1.5.2).
        lossy_ratio=math.prod(ratios) if ratios else None,
        is_lossy=elements.text("LossyImageCompression") == "01" or syntax in _LOSSY or bool(ratios),
        burned_in=elements.text("BurnedInAnnotation").upper() == "YES",
        frames_per_second=_cine_rate(elements),
        spacing_source=spacing_source,
    )


def _cine_rate(elements: Elements) -> float | None:
    """Return pictures a second by the file (C.7.6.5.1): as recommended, as taken, or by milliseconds a frame."""
    for keyword in ("RecommendedDisplayFrameRate", "CineRate"):
        rate = next(iter(elements.numbers(keyword)), None)
        if rate is not None and 0 < rate <= _FASTEST:
            return rate
    milliseconds = next(iter(elements.numbers("FrameTime")), None)
    return 1000 / milliseconds if milliseconds is not None and milliseconds >= 1000 / _FASTEST else None


def edges_of(elements: Elements) -> tuple[str, str] | None:
    """Return the letters toward which (row, column) grow by Patient Orientation (C.7.6.1.1.1), or None.

    The element names the direction along a row first, which is that of growing columns. Its F and H are I and S here.
    """
    named = [text.upper().translate(_FEET_AND_HEAD) for text in elements.texts("PatientOrientation")]
    if len(named) != 2 or not all(_DIRECTION.fullmatch(letters) for letters in named):
        return None
    along_row, along_column = named
    axes = [{_BODY_AXIS[letter] for letter in letters} for letters in named]
    one_each = all(len(axis) == len(letters) for axis, letters in zip(axes, named, strict=True))
    if not one_each or _BODY_AXIS[along_row[0]] == _BODY_AXIS[along_column[0]]:
        return None
    return along_column, along_row


def plane_spacing(elements: Elements, modality: str) -> tuple[tuple[float, float] | None, SpacingSource]:
    """Millimetres between rows and between columns of a data set's own header, and what kind of millimetres they are.

    For projections see PS3.3 10.7.1: Pixel Spacing that equals Imager Pixel Spacing was not calibrated, and holds in
    the plane of the detector. Ultrasound has spacing inside its regions only, so the picture as a whole has none.
    """
    if modality == "US":
        return None, SpacingSource.REGION
    pixel = _positive_pair(elements, "PixelSpacing")
    detector = _positive_pair(elements, "ImagerPixelSpacing")
    at_detector = SpacingSource.DETECTOR if detector else SpacingSource.PIXEL_SPACING
    if modality not in PROJECTION_MODALITIES:
        return (pixel, SpacingSource.PIXEL_SPACING) if pixel else (detector, at_detector)
    is_said = "PixelSpacingCalibrationType" in elements
    if pixel is not None and (is_said or (detector is not None and pixel != detector)):
        return pixel, SpacingSource.CALIBRATED
    return detector or pixel, at_detector


def regions_of(elements: Elements) -> tuple[LengthRegion, ...]:
    """Return the regions of an ultrasound picture (C.8.5.5); those of other units, as a Doppler spectrum, have no
    spacing.
    """
    found = []
    for item in elements.items("SequenceOfUltrasoundRegions"):
        units = item.integer("PhysicalUnitsXDirection"), item.integer("PhysicalUnitsYDirection")
        across, down = item.number("PhysicalDeltaX"), item.number("PhysicalDeltaY")
        corners = [item.integer(f"RegionLocation{corner}") for corner in ("MinY0", "MinX0", "MaxY1", "MaxX1")]
        # One that does not say where it lies holds no point.
        top, left, bottom, right = (-2 if corner is None else corner for corner in corners)
        is_length = units == (_CENTIMETRES, _CENTIMETRES)
        spacing = (abs(down) * 10, abs(across) * 10) if is_length and across and down else None
        behind = bool((item.integer("RegionFlags") or 0) & 1)
        found.append(LengthRegion((top, left), (bottom, right), spacing, behind))
    return tuple(found)


def modality_notes(elements: Elements, modality: str) -> tuple[Text, ...]:
    """Return what a person should know of values and lengths of some modalities before trusting them."""
    if modality == "PT" and elements.text("DecayCorrection") == "NONE":
        return (english("values are not corrected for radioactive decay"),)
    if elements.text("RecommendedViewingMode") == "SUB":
        return (english("the file asks for a mask to be subtracted; its frames are shown as they were taken"),)
    if modality == "US" and any(one.spacing for one in regions_of(elements)):
        return (english("lengths are known inside the regions of the ultrasound picture only"),)
    return ()


def _positive_pair(elements: Elements, keyword: str) -> tuple[float, float] | None:
    pair = elements.vector(keyword, 2)
    if pair is None or min(pair) <= 0:
        return None
    return pair[0], pair[1]


def aspect_of(elements: Elements, spacing: tuple[float, float] | None) -> float:
    """Height of a pixel over its width: from the spacing, else Pixel Aspect Ratio (vertical, horizontal), else 1."""
    pair = spacing or _positive_pair(elements, "PixelAspectRatio")
    return pair[0] / pair[1] if pair else 1.0
