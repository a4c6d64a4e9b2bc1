"""Which slice belongs with which, and bytes before claims: rows 41 to 52, through the command line."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imagecodecs import jpegls_encode
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, NuclearMedicineImageStorage, SegmentationStorage

from tests.conformance.conftest import Viewer
from tests.conformance.traps import trap
from tests.imaging.phantoms import AXIAL, dataset, enhanced, save

PLACES = 3


def stack(folder: Path, states: list[dict[str, Any]], **shared: Any) -> Path:
    """A slice of each state at each place, taken in another order at every place; a pixel is 1000 · state + place."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for place in range(PLACES):
        turn = [(number + place) % len(states) for number in range(len(states))]
        for number in turn:
            count += 1
            pixels = np.full((4, 5), 1000 * number + place, np.int16)
            elements = {
                "Modality": "MR", "PixelSpacing": [1, 1], "ImageOrientationPatient": list(AXIAL),
                "ImagePositionPatient": [0, 0, 3 * place], "InstanceNumber": count,
                "AcquisitionTime": f"1200{count:02d}", **shared, **states[number],
            }  # fmt: skip
            save(
                dataset(pixels, **elements),
                folder / f"{(number * 571 + place * 313 + 7) % 997:03d} {number} {place}.dcm",
            )
    return folder


def grid(viewer: Viewer, path: Path, row: dict[str, Any]) -> list[list[int]]:
    """The first pixel of each slice, phase by phase."""
    (series,) = [one for one in viewer.series(path) if one.id == row["id"]]
    return [
        [
            int(viewer.screen(path, number=row["index"]).go(index, phase).slice.values[0, 0])
            for index in range(row["slices"])
        ]
        for phase in range(series.phases)
    ]


def one_each(count: int) -> list[list[int]]:
    return [[1000 * number + place for place in range(PLACES)] for number in range(count)]


@trap(41)
@pytest.mark.parametrize(
    "keyword", ["PatientID", "PatientName", "PatientBirthDate", "StudyInstanceUID", "FrameOfReferenceUID"]
)
def test_one_series_uid_of_two_is_two_series(viewer: Viewer, tmp_path: Path, keyword: str) -> None:
    values = ("20200101", "20200202") if keyword.endswith("Date") else ("1.2.1", "1.2.2")
    path = stack(tmp_path / "a", [{keyword: value} for value in values])
    rows = viewer.inspect(path)["series"]
    assert sorted(grid(viewer, path, row) for row in rows) == [[one] for one in one_each(2)]
    assert all("same series UID" in row["notes"][0] for row in rows)


@trap(41)
@pytest.mark.parametrize("gone", [(), ("StudyInstanceUID",), ("SeriesNumber",), ("SeriesNumber", "StudyInstanceUID")])
def test_without_a_series_uid_two_patients_are_two_stacks(
    viewer: Viewer, tmp_path: Path, gone: tuple[str, ...]
) -> None:
    shared = {"SeriesInstanceUID": None, "SeriesNumber": 3, "FrameOfReferenceUID": "1.2.9"} | dict.fromkeys(gone)
    path = stack(tmp_path / "a", [{"PatientID": one, "StudyInstanceUID": f"1.2.{one}"} | dict.fromkeys(gone)
                                  for one in ("1", "2")], **shared)  # fmt: skip
    rows = viewer.inspect(path)["series"]
    assert sorted(grid(viewer, path, row) for row in rows) == [[one] for one in one_each(2)]
    assert not any(one in row["id"].split("/") for row in rows for one in ("1", "2"))


@trap(42)
def test_a_frame_of_reference_for_each_file_is_a_deidentifier_s(viewer: Viewer, tmp_path: Path) -> None:
    path = stack(tmp_path / "a", [{}])
    for number, file in enumerate(sorted(path.iterdir())):
        made = dataset(np.zeros((4, 5), np.int16), FrameOfReferenceUID=f"1.2.{number}", PixelSpacing=[1, 1],
                       ImageOrientationPatient=list(AXIAL), ImagePositionPatient=[0, 0, number])  # fmt: skip
        save(made, file)
    row = viewer.one(path)
    assert row["slices"] == PLACES
    assert "frame of reference of its own" in row["notes"][0]


CONTRASTS: dict[str, tuple[str, list[Any]]] = {
    "trigger time": ("TriggerTime", [0, 300]), "echo": ("EchoTime", [5, 90]),
    "b value": ("DiffusionBValue", [0.0, 1000.0]), "inversion time": ("InversionTime", [100, 2000]),
    "flip angle": ("FlipAngle", [5, 20]), "tube voltage": ("KVP", [80, 140]),
    "repetition time": ("RepetitionTime", [500, 3000]), "component": ("ComplexImageComponent", ["MAGNITUDE", "PHASE"]),
    "contrast agent": ("ContrastBolusAgent", ["", "Gd"]), "temporal position": ("TemporalPositionIdentifier", [1, 2]),
    "sequence": ("SequenceName", ["*ep_b0", "*ep_b1000"]), "acquisition number": ("AcquisitionNumber", [1, 2]),
    "spin labelling": ("ASLContext", ["CONTROL", "LABEL"]),
}  # fmt: skip


@trap(43)
@pytest.mark.parametrize("name", CONTRASTS)
def test_each_stated_contrast_is_a_phase(viewer: Viewer, tmp_path: Path, name: str) -> None:
    keyword, values = CONTRASTS[name]
    path = stack(tmp_path / "a", [{keyword: value} for value in values])
    row = viewer.one(path)
    assert (row["phases"], row["phase_of"], row["phase_values"]) == (
        2,
        name,
        [value or None if value == "" else value for value in values],
    )
    assert grid(viewer, path, row) == one_each(2)


GROUPS = {
    "b value": ("MRDiffusionSequence", "DiffusionBValue", [0.0, 1000.0]),
    "echo": ("MREchoSequence", "EffectiveEchoTime", [5.0, 90.0]),
    "flip angle": ("MRTimingAndRelatedParametersSequence", "FlipAngle", [5.0, 20.0]),
    "inversion time": ("MRModifierSequence", "InversionTimes", [100.0, 2000.0]),
    "tube voltage": ("CTXRayDetailsSequence", "KVP", [80.0, 140.0]),
    "component": ("MRImageFrameTypeSequence", "ComplexImageComponent", ["MAGNITUDE", "PHASE"]),
    "cardiac percentage": ("CardiacSynchronizationSequence", "NominalPercentageOfCardiacPhase", [5.0, 75.0]),
}


@trap(44)
@pytest.mark.parametrize("name", GROUPS)
def test_the_same_within_enhanced_files(viewer: Viewer, tmp_path: Path, name: str) -> None:
    sequence, keyword, values = GROUPS[name]
    pairs = [((number + place) % 2, place) for place in range(PLACES) for number in range(2)]
    pixels = np.zeros((len(pairs), 4, 5), np.uint16)
    pixels[:] = np.array([1000 * number + place for number, place in pairs])[:, np.newaxis, np.newaxis]
    made = enhanced(pixels, positions=[(0, 0, 3 * place) for _, place in pairs])
    for frame, (number, _) in zip(made.PerFrameFunctionalGroupsSequence, pairs, strict=True):
        item = Dataset()
        setattr(item, keyword, values[number])
        setattr(frame, sequence, [item])
    path = save(made, tmp_path / "e.dcm")
    row = viewer.one(path)
    assert (row["phases"], row["phase_of"], row["phase_values"]) == (2, name, values)
    assert grid(viewer, path, row) == one_each(2)


@trap(45)
@pytest.mark.parametrize("stated", [{"ContentTime": lambda place: f"1200{place:02d}"}, {}])
def test_order_without_positions(viewer: Viewer, tmp_path: Path, stated: dict[str, Any]) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    for place in range(12):
        elements = {keyword: tell(place) for keyword, tell in stated.items()}
        name = f"{11 - place if stated else place}.dcm"
        save(dataset(np.full((4, 5), place, np.int16), InstanceNumber=1, **elements), folder / name)
    row = viewer.one(folder)
    assert [float(viewer.values(folder, "--slice", index)[0, 0]) for index in range(12)] == list(range(12))
    assert any("the order of their slices" in note for note in row["notes"]) == (not stated)


@trap(46)
def test_segments_are_phases_and_left_out_frames_are_empty(viewer: Viewer, tmp_path: Path) -> None:
    there = [(1, 0), (1, 1), (1, 5), (2, 1), (3, 0), (3, 5), (3, 6)]
    pixels = np.zeros((len(there), 4, 8), np.uint8)
    for frame, (segment, place) in zip(pixels, there, strict=True):
        frame[0, 0], frame[segment, place] = 1, 1
    made = enhanced(np.zeros((len(there), 4, 8), np.uint8), positions=[(0, 0, 3 * place) for _, place in there])
    made.SOPClassUID, made.Modality, made.BitsAllocated, made.BitsStored, made.HighBit = (
        SegmentationStorage,
        "SEG",
        1,
        1,
        0,
    )
    made.PixelData = np.packbits(pixels.ravel(), bitorder="little").tobytes()
    made.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SpacingBetweenSlices = 3
    made.SegmentSequence = []
    for number, label in enumerate(("liver", "spleen", "left kidney"), start=1):
        item = Dataset()
        item.SegmentNumber, item.SegmentLabel = number, label
        made.SegmentSequence.append(item)
    for frame, (segment, _) in zip(made.PerFrameFunctionalGroupsSequence, there, strict=True):
        item = Dataset()
        item.ReferencedSegmentNumber = segment
        frame.SegmentIdentificationSequence = [item]
    path = save(made, tmp_path / "seg.dcm")
    row = viewer.one(path)
    assert (row["phases"], row["slices"], row["phase_of"]) == (3, 7, "segment")
    assert row["phase_values"] == ["liver", "spleen", "left kidney"]
    assert row["spacing_mm"] == [3, 1, 1]
    seen = {
        (phase + 1, index)
        for phase, slices in enumerate(grid(viewer, path, row))
        for index, first in enumerate(slices)
        if first
    }
    assert seen == set(there)


@trap(47)
@pytest.mark.parametrize(
    ("elements", "value", "units", "note"),
    [
        ({"RescaleSlope": "0,5", "RescaleIntercept": "-1000,0"}, -950, "HU", "comma"),
        ({"RescaleSlope": "2 ", "RescaleIntercept": "-1e3"}, -800, "HU", ""),
        (
            {"RescaleSlope": "two", "RescaleIntercept": "-1000"},
            100,
            None,
            "Rescale Slope is stated, but cannot be read",
        ),
        (
            {"RescaleSlope": "    ", "RescaleIntercept": "-1000"},
            100,
            None,
            "Rescale Slope is stated, but cannot be read",
        ),
        (
            {"RescaleSlope": "NaN", "RescaleIntercept": "-1000"},
            100,
            None,
            "Rescale Slope is stated, but cannot be read",
        ),
        ({"RescaleSlope": "0", "RescaleIntercept": "-1000"}, -900, "HU", "Rescale Slope is 0"),
    ],
)
def test_numbers_that_are_not_written_as_they_should_be(
    viewer: Viewer, tmp_path: Path, elements: dict[str, str], value: float, units: str | None, note: str
) -> None:
    made = dataset(np.full((4, 5), 100, np.int16), PixelSpacing=["0.5", "0.5"])
    path = save(made, tmp_path / "x.dcm")
    content = path.read_bytes()
    for tag, keyword in ((0x1053, "RescaleSlope"), (0x1052, "RescaleIntercept")):
        text = elements[keyword].encode() + b" " * (len(elements[keyword]) % 2)
        at = content.index(b"\xe0\x7f\x10\0") if tag == 0x1053 else content.index(b"\x28\0\x53\x10")
        content = content[:at] + struct.pack("<HH2sH", 0x28, tag, b"DS", len(text)) + text + content[at:]
    path.write_bytes(content.replace(b"0.5\\0.5", b"0,5\\0,5"))
    row = viewer.one(path)
    assert viewer.values(path)[0, 0] == value
    assert row["units"] == units
    assert any(note in one for one in row["notes"])
    assert any("Pixel Spacing is written with a comma" in one for one in row["notes"])


@trap(48)
def test_types_of_samples_do_not_split_a_series(viewer: Viewer, tmp_path: Path) -> None:
    tmp_path.joinpath("a").mkdir()
    for place, (kind, value) in enumerate([("int16", -5), ("uint16", 65535), ("uint8", 200), ("int16", 7)]):
        elements = {
            "PixelSpacing": [1, 1],
            "ImageOrientationPatient": list(AXIAL),
            "ImagePositionPatient": [0, 0, place],
        }
        save(dataset(np.full((4, 5), value, kind), **elements), tmp_path / "a" / f"{place}.dcm")
    row = viewer.one(tmp_path / "a")
    assert (row["slices"], row["notes"]) == (4, [])
    assert grid(viewer, tmp_path / "a", row) == [[-5, 65535, 200, 7]]


@trap(49)
@pytest.mark.parametrize("step", [-4.4, 4.4])
def test_nuclear_medicine_slices_are_stacked_by_the_sign_of_their_spacing(
    viewer: Viewer, tmp_path: Path, step: float
) -> None:
    pixels = np.zeros((6, 4, 5), np.uint16)
    pixels[:] = np.arange(6)[:, np.newaxis, np.newaxis]
    detector = Dataset()
    detector.ImagePositionPatient, detector.ImageOrientationPatient = [-50, -60, 100], list(AXIAL)
    made = dataset(
        pixels, SOPClassUID=NuclearMedicineImageStorage, Modality="NM", SpacingBetweenSlices=step,
        PixelSpacing=[4.4, 4.4], ImageType=["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"],
        SliceVector=list(range(1, 7)), DetectorInformationSequence=[detector],
    )  # fmt: skip
    path = save(made, tmp_path / "nm.dcm")
    row = viewer.one(path)
    assert row["spacing_mm"] == pytest.approx([4.4, 4.4, 4.4])
    assert grid(viewer, path, row) == [list(range(6)) if step > 0 else list(range(5, -1, -1))]
    positions = [frame.position[2] for frame in viewer.series(path)[0].frames if frame.position]
    assert positions == pytest.approx([100 + 4.4 * n for n in (range(6) if step > 0 else range(-5, 1))])


@trap(50)
@pytest.mark.parametrize(("vr", "length"), [(b"??", 2), (b"  ", 2), (b"\0\0", 2), (b"OX", 6)])
def test_a_vr_that_is_none(viewer: Viewer, tmp_path: Path, vr: bytes, length: int) -> None:
    path = save(dataset(np.arange(20, dtype=np.int16).reshape(4, 5)), tmp_path / "x.dcm")
    content = path.read_bytes()
    at = content.index(b"\x28\0\x10\0US")
    size = struct.pack("<H", 4) if length == 2 else b"\0\0\4\0\0\0"
    path.write_bytes(content[:at] + b"\x21\0\1\x10" + vr + size + b"abcd" + content[at:])
    np.testing.assert_array_equal(viewer.values(path), np.arange(20).reshape(4, 5))


@trap(50)
def test_twelve_bits_packed(viewer: Viewer, tmp_path: Path) -> None:
    values = (np.arange(20) * 200).reshape(4, 5)
    made = dataset(values.astype(np.uint16), BitsAllocated=12, BitsStored=12, HighBit=11)
    made.PixelData = sum(int(value) << 12 * n for n, value in enumerate(values.ravel())).to_bytes(30, "little")
    np.testing.assert_array_equal(viewer.values(save(made, tmp_path / "x.dcm")), values)


@trap(51)
@pytest.mark.parametrize("table", ["zero", "shifted", "from the file", "none"])
def test_frames_of_a_file_that_calls_itself_uncompressed(viewer: Viewer, tmp_path: Path, table: str) -> None:
    frames = [np.full((8, 8), 10 * number + 1, np.uint8) for number in range(4)]
    streams = [jpegls_encode(frame) for frame in frames]
    streams = [stream + bytes(len(stream) % 2) for stream in streams]
    starts = [sum(len(one) + 8 for one in streams[:number]) for number in range(4)]
    offsets = {
        "zero": [0] * 4, "shifted": [start + 8 for start in starts], "none": [],
        "from the file": [start + 1000 for start in starts],
    }[table]  # fmt: skip
    items = [struct.pack(f"<{len(offsets)}I", *offsets), *streams]
    made = dataset(np.stack(frames))
    path = save(made, tmp_path / "x.dcm")
    content = path.read_bytes()
    at = content.index(b"\xe0\x7f\x10\0") + 8
    held = b"".join(b"\xfe\xff\0\xe0" + struct.pack("<I", len(item)) + item for item in items)
    path.write_bytes(content[:at] + b"\xff" * 4 + held + b"\xfe\xff\xdd\xe0" + bytes(4))
    assert made.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    for index, frame in enumerate(frames):
        np.testing.assert_array_equal(viewer.values(path, "--slice", index), frame)
    assert "which the header does not say" in viewer.one(path)["notes"][0]


@trap(52)
def test_axes_are_known_without_a_spacing(viewer: Viewer, tmp_path: Path) -> None:
    path = stack(tmp_path / "a", [{"PixelSpacing": None}])
    row = viewer.one(path)
    assert (row["axes"], row["orientation"], row["spacing_mm"]) == (["S", "P", "L"], "axial", None)
    assert viewer.screen(path).letters == ("R", "A", "L", "P")
