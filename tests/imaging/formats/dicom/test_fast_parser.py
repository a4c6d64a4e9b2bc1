"""The quick way through a DICOM header gives what pydicom's gives, or leaves the file to pydicom."""

import random
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless

from imaging.base.errors import Refusal
from imaging.formats import HEAD_BYTES, recognise
from imaging.formats.dicom import header
from imaging.formats.dicom.dataset import parser
from imaging.formats.dicom.dataset.fast_parser import NeedsMore, parse_ordinary
from imaging.formats.dicom.header import DicomHeader, read_open_header
from imaging.volume.series import Format, Source
from tests.conformance.real_files import real_files
from tests.imaging.phantoms import dataset
from tests.imaging.plain_values import as_plain_values
from tests.reading import POLICY


def _real() -> list[Path]:
    """The DICOM files at hand, and a few of each shared series."""
    found = [one for _, path in real_files() for one in (sorted(path.iterdir())[::20] if path.is_dir() else [path])]
    small = [one for one in found if one.stat().st_size < 4_000_000]
    return [one for one in small if recognise(one.read_bytes()[:HEAD_BYTES], one.name) is Format.DICOM]


REAL = _real()
SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, JPEG2000Lossless)


def _header(content: bytes, *, quick: bool) -> DicomHeader | str:
    """The header of a file's bytes, or the code and the sentence of its refusal."""
    with pytest.MonkeyPatch.context() as patch:
        if not quick:
            patch.setattr(parser, "open_ordinary", lambda *_: None)
        try:
            return read_open_header(Source(Path("file.dcm")), BytesIO(content), POLICY)
        except Refusal as refusal:
            return f"{refusal.code} {refusal.message}"


def _same(content: bytes) -> None:
    assert as_plain_values(_header(content, quick=True)) == as_plain_values(_header(content, quick=False))


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_files_have_the_same_header_both_ways(path: Path) -> None:
    content = path.read_bytes()
    _same(content)
    chance = random.Random(path.name)
    end = min(len(content), 6000)
    for _ in range(6):
        _same(_mutated(content, end, chance))


def _mutated(content: bytes, end: int, chance: random.Random) -> bytes:
    """The file with a few bytes of its header changed, taken out or doubled, or cut off."""
    kind = chance.randrange(5)
    at = chance.randrange(1, end)
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + content[at + chance.randrange(1, 40) :]
    if kind == 2:
        return content[: at + 20] + content[at:]
    changed = bytearray(content)
    for _ in range(chance.randrange(1, 6)):
        changed[chance.randrange(end)] = chance.choice((0, 1, 0xFF, 0x7F, ord("S"), chance.randrange(256)))
    return bytes(changed)


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(at=st.integers(132, 900), new=st.binary(min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_anywhere_in_a_header_give_the_same_both_ways(syntax: str, at: int, new: bytes) -> None:
    content = _phantom(syntax)
    _same(content[:at] + new + content[at + len(new) :])


_made: dict[str, bytes] = {}


def _phantom(syntax: str, **elements: Any) -> bytes:
    if elements or syntax not in _made:
        stream = BytesIO()
        said = {
            "ImagePositionPatient": [1, 2, 3], "SpecificCharacterSet": "ISO_IR 192", "PatientName": "Müller^Jürgen",
            "WindowCenter": [40, 50], "WindowWidth": [400, 80], "ImageType": ["ORIGINAL", "PRIMARY"],
            "RescaleSlope": 1, "RescaleIntercept": -1024,
        }  # fmt: skip
        made = dataset(np.arange(4096, dtype=np.int16).reshape(64, 64), syntax=syntax, **{**said, **elements})
        made.save_as(stream, enforce_file_format=True)
        if elements:
            return stream.getvalue()
        _made[syntax] = stream.getvalue()
    return _made[syntax]


def _quick(content: bytes) -> Any:
    return parse_ordinary(content, len(content), parser.ORDINARY_TAGS, parser.SEQUENCE_TAGS)


@pytest.mark.parametrize(
    ("syntax", "is_quick"),
    [
        (ExplicitVRLittleEndian, True),
        (ImplicitVRLittleEndian, True),
        (JPEG2000Lossless, True),
        (ExplicitVRBigEndian, False),
    ],
)
def test_ordinary_files_take_the_quick_way(syntax: str, is_quick: bool) -> None:
    assert (_quick(_phantom(syntax)) is not None) == is_quick


def test_most_real_files_take_it() -> None:
    """Else all of the above would hold and mean nothing."""
    taken = [_quick(path.read_bytes()) is not None for path in REAL]
    assert sum(taken) > 0.5 * len(taken)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("undefined", [True, False])
def test_sequences_that_are_not_wanted_are_stepped_over(syntax: str, undefined: bool) -> None:
    inner = Dataset()
    inner.ReferencedSOPInstanceUID = "1.2.3"
    outer = Dataset()
    outer.ReferencedImageSequence = DicomSequence([inner, inner])
    content = _phantom(syntax, ReferencedStudySequence=DicomSequence([outer]))
    if undefined:
        made = parser.dcmread(BytesIO(content))
        for item in (made, made.ReferencedStudySequence[0]):
            for element in item:
                element.is_undefined_length = element.VR == "SQ"
        for item in made.ReferencedStudySequence:
            item.is_undefined_length_sequence_item = True
        stream = BytesIO()
        made.save_as(stream)
        content = stream.getvalue()
        assert b"\xfe\xff\xdd\xe0\0\0\0\0" in content
    assert _quick(content) is not None
    _same(content)


def test_a_head_that_ends_too_early_asks_for_more() -> None:
    content = _phantom(ExplicitVRLittleEndian)
    with pytest.raises(NeedsMore):
        parse_ordinary(content[:400], len(content), parser.ORDINARY_TAGS, parser.SEQUENCE_TAGS)


def test_a_long_private_value_in_front_of_the_pixels_is_read_over() -> None:
    made = parser.dcmread(BytesIO(_phantom(ExplicitVRLittleEndian)))
    made.add_new(0x00291010, "OB", bytes(300_000))
    stream = BytesIO()
    made.save_as(stream)
    _same(stream.getvalue())
    header = _header(stream.getvalue(), quick=True)
    assert isinstance(header, DicomHeader)
    assert header.layout.offset > 300_000


def test_slices_of_a_series_share_what_they_say_alike() -> None:
    one, other = (_header(_phantom(ExplicitVRLittleEndian, InstanceNumber=n), quick=True) for n in (1, 2))
    assert isinstance(one, DicomHeader)
    assert isinstance(other, DicomHeader)
    assert one.shared.patient is other.shared.patient
    assert (one.instance_number, other.instance_number) == (1, 2)
    assert header.REMEMBERED_SERIES == 64
