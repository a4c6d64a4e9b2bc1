"""Functional, dynamic and Enhanced series: slices of one time stand in one phase, whatever tells the time."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import EnhancedMRImageStorage, MRImageStorage, PositronEmissionTomographyImageStorage

from imaging.base.errors import Code, Refusal
from imaging.formats.dicom import reader as dicom
from imaging.formats.dicom.repetitions import SURPLUS, align_repetitions
from imaging.volume.geometry import Plane
from imaging.volume.series import Series, Source
from tests.imaging.phantoms import AXIAL, CORONAL, dataset, enhanced, save, write_series
from tests.reading import POLICY, read_volume

TIMES, SLICES = 8, 6
INTERLEAVED = [*range(0, SLICES, 2), *range(1, SLICES, 2)]
"""The slices of a volume in the order in which they are taken."""


def clock(seconds: float) -> str:
    return f"{int(seconds) // 3600:02d}{int(seconds) % 3600 // 60:02d}{seconds % 60:09.6f}"


# What tells the time of slice `place`, the `turn`-th that is taken of volume `time`.
TELLS: dict[str, Callable[[int, int, int], dict[str, Any]]] = {
    "temporal position": lambda time, turn, place: {"TemporalPositionIdentifier": time + 1, "InstanceNumber": 1},
    "a clock for each slice": lambda time, turn, place: {
        "AcquisitionTime": clock(36000 + 2 * time + turn * 2 / SLICES)
    },
    "a clock for each volume": lambda time, turn, place: {"AcquisitionTime": clock(36000 + 2 * time)},
    "trigger time": lambda time, turn, place: {"TriggerTime": 100.0 * time, "InstanceNumber": place * TIMES + time + 1},
    "acquisition number": lambda time, turn, place: {"AcquisitionNumber": time + 1},
    "frame reference time": lambda time, turn, place: {"FrameReferenceTime": 15000.0 + 30000 * time},
    "number, volume by volume": lambda time, turn, place: {"InstanceNumber": time * SLICES + turn + 1},
    "number, slice by slice": lambda time, turn, place: {"InstanceNumber": place * TIMES + time + 1},
}


def functional(
    folder: Path, tells: Callable[[int, int, int], dict[str, Any]], lost: Callable[[int, int], bool] = lambda *_: False
) -> list[Path]:
    """Files with shuffled names; the first two pixels of each hold its time and its place."""
    names = list(range(TIMES * SLICES))
    random.Random(2).shuffle(names)
    folder.mkdir()
    made: list[Path] = []
    for time in range(TIMES):
        for turn, place in enumerate(INTERLEAVED):
            pixels = np.zeros((4, 5), np.int16)
            pixels[0, :2] = time, place
            elements = {"SOPClassUID": MRImageStorage, "Modality": "MR", "AcquisitionTime": "100000", **_axial(place)}
            file = dataset(pixels, **{**elements, **tells(time, turn, place)})
            if not lost(time, place):
                made.append(save(file, folder / f"I{names[len(made)]:04d}"))
    return made


def _axial(place: int) -> dict[str, Any]:
    return {
        "ImageOrientationPatient": list(AXIAL), "ImagePositionPatient": [0.0, 0.0, 4.0 * place],
        "PixelSpacing": [2.0, 2.0], "SliceThickness": 4.0,
    }  # fmt: skip


def series_of(paths: Sequence[Path]) -> list[Series]:
    return dicom.group([dicom.read_header(Source(path), POLICY) for path in paths])


def times_of(series: Series) -> list[int]:
    """The time of each phase. Fails where a phase holds slices of several, or slices out of place."""
    volume = read_volume(series).stored
    assert (volume[:, :, 0, 0] == volume[:, :1, 0, 0]).all(), "a phase of several times"
    assert (np.diff(volume[:, :, 0, 1].astype(int), axis=1) > 0).all()
    return [int(time) for time in volume[:, 0, 0, 0]]


@pytest.mark.parametrize("name", TELLS)
def test_a_functional_series_is_one_of_many_phases(tmp_path: Path, name: str) -> None:
    (series,) = series_of(functional(tmp_path / "a", TELLS[name]))
    assert (series.phases, series.slices, series.notes) == (TIMES, SLICES, ())
    assert times_of(series) == list(range(TIMES))


@pytest.mark.parametrize("name", TELLS)
@pytest.mark.parametrize("lost", [{(3, 2)}, {(1, 5), (4, 0), (6, 2)}, {(3, 2), (4, 2)}])
def test_a_missing_slice_does_not_shift_the_phases_behind_it(
    tmp_path: Path, name: str, lost: set[tuple[int, int]]
) -> None:
    main, *rest = series_of(functional(tmp_path / "a", TELLS[name], lambda *at: at in lost))
    poor = {time for time, _ in lost}
    assert times_of(main) == [time for time in range(TIMES) if time not in poor]
    count = len(poor)
    note = "1 phase lacks slices and stands apart" if count == 1 else f"{count} phases lack slices and stand apart"
    assert main.notes == (note,)
    assert sorted(time for one in rest for time in times_of(one)) == sorted(poor)
    assert all(one.slices == SLICES - 1 for one in rest)


@pytest.mark.parametrize("name", TELLS)
@pytest.mark.parametrize("taken", [1, 3, 4])
def test_a_scan_that_was_stopped_keeps_its_whole_volumes(tmp_path: Path, name: str, taken: int) -> None:
    last = INTERLEAVED[:taken]
    paths = functional(tmp_path / "a", TELLS[name], lambda time, place: time == TIMES - 1 and place not in last)
    main, rest = series_of(paths)
    assert times_of(main) == list(range(TIMES - 1))
    assert (times_of(rest), rest.slices) == ([TIMES - 1], taken)


def test_a_place_that_was_taken_once_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    paths = functional(tmp_path / "a", TELLS["temporal position"], lambda time, place: place == 2 and time > 0)
    by_size = sorted(series_of(paths), key=lambda one: one.phases)
    assert [(one.phases, one.slices) for one in by_size] == [(1, SLICES), (TIMES - 1, SLICES - 1)]
    assert times_of(by_size[1]) == list(range(1, TIMES))
    assert by_size[0].notes == (SURPLUS,)


@given(
    count=st.integers(3, 30),
    late=st.floats(-0.9, 0.9),
    jitter=st.floats(0, 0.2),
    missing=st.sets(st.integers(1, 28), min_size=1, max_size=6),
    seed=st.integers(0, 99),
)
def test_the_steps_of_other_places_tell_which_repetition_is_missing(
    count: int, late: float, jitter: float, missing: set[int], seed: int
) -> None:
    """Any but the first and the last: there the steps alone do not tell."""
    steps = np.arange(count) + np.random.default_rng(seed).uniform(-jitter, jitter, count)
    kept = [number for number in range(count) if number not in missing or number == count - 1]
    assert align_repetitions(steps[kept] + late, steps, -1.0, 1.0) == kept


@pytest.mark.parametrize("name", ["temporal position", "a clock for each volume", "acquisition number"])
def test_volumes_that_follow_the_head_are_still_phases(tmp_path: Path, name: str) -> None:
    """Prospective motion correction: from the third volume on the slices are planned anew, now and then."""

    def moved(time: int, turn: int, place: int) -> dict[str, Any]:
        shift = 0.1 * max(0, time - 2) ** 0.5
        return {**TELLS[name](time, turn, place), "ImagePositionPatient": [0.0, 0.0, 4.0 * place + round(shift, 3)]}

    (series,) = series_of(functional(tmp_path / "a", moved))
    assert (series.phases, series.slices) == (TIMES, SLICES)
    assert times_of(series) == list(range(TIMES))
    note = "slices lie up to 0.22 mm apart from phase to phase; the positions of the first one are used"
    assert series.notes == (note,)
    assert series.spacing == pytest.approx((4.0, 2.0, 2.0))


def test_a_stack_that_was_taken_in_steps_has_no_phases(tmp_path: Path) -> None:
    """Four slices at a time, with one acquisition number for each four."""

    def stepped(made: Dataset, number: int) -> None:
        made.AcquisitionNumber = number // 4 + 1

    (series,) = series_of(write_series(tmp_path, values=np.zeros((12, 4, 5), np.int16), edit=stepped))
    assert (series.phases, series.slices, series.notes) == (1, 12, ())


def test_echoes_of_one_series_stand_in_their_order(tmp_path: Path) -> None:
    long = write_series(tmp_path / "a", EchoTime=80.0, EchoNumbers=2, edit=_later)
    short = write_series(tmp_path / "b", EchoTime=20.0, EchoNumbers=1)
    (series,) = series_of(long + short)
    assert (series.phases, series.phase_of, series.phase_values) == (2, "echo", (20.0, 80.0))
    assert [series.frame(phase, 0).source.path.parent.name for phase in range(2)] == ["b", "a"]


def _later(made: Dataset, number: int) -> None:
    made.InstanceNumber = 100 + number


def test_gated_pet_is_in_the_order_of_its_gates_and_scaled_slice_by_slice(tmp_path: Path) -> None:
    def slope(time: int, turn: int, place: int) -> dict[str, Any]:
        kind = {"SOPClassUID": PositronEmissionTomographyImageStorage, "Modality": "PT", "Units": "BQML"}
        return {**kind, **TELLS["trigger time"](time, turn, place), "RescaleSlope": 1 + time + place / 10}

    (series,) = series_of(functional(tmp_path / "a", slope))
    assert times_of(series) == list(range(TIMES))
    assert series.units == "BQML"
    for number, frame in enumerate(series.frames):
        time, place = divmod(number, SLICES)
        assert frame.modality.slope == pytest.approx(1 + time + place / 10)  # type: ignore[union-attr]


def _with(frame: Dataset, sequence: str, **elements: Any) -> None:
    item = getattr(frame, sequence)[0] if sequence in frame else Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    setattr(frame, sequence, [item])


def _diffusion(frame: Dataset, time: int, place: int) -> None:
    _with(frame, "MRDiffusionSequence", DiffusionBValue=float(min(time, 2) * 500))
    _with(frame, "FrameContentSequence", DimensionIndexValues=[place + 1, time + 1])


DIMENSIONS = {"stack": 0x00209056, "position": 0x00209057, "time": 0x00209128, "gradient": 0x00189117}
ENHANCED: dict[str, tuple[tuple[str, ...], Callable[[Dataset, int, int], None]]] = {
    "temporal position index": (
        (),
        lambda frame, time, place: _with(frame, "FrameContentSequence", TemporalPositionIndex=time + 1),
    ),
    "temporal position time offset": (
        (),
        lambda frame, time, place: _with(frame, "TemporalPositionSequence", TemporalPositionTimeOffset=2.5 * time),
    ),
    "dimension indices alone": (
        ("stack", "position", "time"),
        lambda frame, time, place: _with(frame, "FrameContentSequence", DimensionIndexValues=[1, place + 1, time + 1]),
    ),
    "b-values, then gradients": (
        ("position", "gradient"),
        _diffusion,
    ),
    "trigger delay": (
        (),
        lambda frame, time, place: _with(
            frame, "CardiacSynchronizationSequence", NominalCardiacTriggerDelayTime=40.0 * time
        ),
    ),
}


def shuffled() -> Iterator[tuple[int, int]]:
    pairs = [(time, place) for time in range(TIMES) for place in range(SLICES)]
    random.Random(1).shuffle(pairs)
    yield from pairs


@pytest.mark.parametrize("name", ENHANCED)
def test_enhanced_frames_in_any_order_are_phases(tmp_path: Path, name: str) -> None:
    dimensions, tell = ENHANCED[name]
    pairs = list(shuffled())
    pixels = np.zeros((len(pairs), 4, 5), np.uint16)
    pixels[:, 0, :2] = pairs
    positions = [(0.0, 0.0, 3.0 * place) for _, place in pairs]
    made = enhanced(pixels, positions=positions, slopes=[1.0 + place for _, place in pairs])
    for frame, (time, place) in zip(made.PerFrameFunctionalGroupsSequence, pairs, strict=True):
        tell(frame, time, place)
    made.DimensionIndexSequence = []
    for dimension in dimensions:
        item = Dataset()
        item.DimensionIndexPointer = DIMENSIONS[dimension]
        made.DimensionIndexSequence.append(item)
    assert made.SOPClassUID == EnhancedMRImageStorage
    (series,) = series_of([save(made, tmp_path / "e.dcm")])
    assert (series.phases, series.slices, series.regular) == (TIMES, SLICES, True)
    assert times_of(series) == list(range(TIMES))
    slopes = [frame.modality.slope for frame in series.frames]  # type: ignore[union-attr]
    assert slopes == [1.0 + place for place in range(SLICES)] * TIMES


def test_stacks_of_one_enhanced_file_are_series_of_their_own(tmp_path: Path) -> None:
    pixels = np.zeros((8, 4, 5), np.uint16)
    pixels[:, 0, 1] = range(8)
    made = enhanced(pixels, positions=[(0.0, 3.0 * number, 3.0 * number) for number in range(8)])
    for number, frame in enumerate(made.PerFrameFunctionalGroupsSequence):
        _with(frame, "FrameContentSequence", StackID=str(number % 2 + 1))
        orientation = AXIAL if number % 2 == 0 else CORONAL
        _with(frame, "PlaneOrientationSequence", ImageOrientationPatient=list(orientation))
    first, second = series_of([save(made, tmp_path / "e.dcm")])
    assert [one.orientation for one in (first, second)] == ["axial", "coronal"]
    assert [one.slices for one in (first, second)] == [4, 4]


def test_a_change_of_spacing_is_no_missing_slice(tmp_path: Path) -> None:
    """Posterior fossa at 2.5 mm and the vault at 5, as heads are planned."""

    def planned(made: Dataset, number: int) -> None:
        made.ImagePositionPatient = [0.0, 0.0, 2.5 * number + 2.5 * max(number - 5, 0)]

    (series,) = series_of(write_series(tmp_path, edit=planned))
    assert series.notes == ("uneven distances between slices: 2.5 to 5 mm",)
    with pytest.raises(Refusal, match="evenly") as caught:
        read_volume(series).count(Plane.SAGITTAL)
    assert caught.value.code is Code.NO_GEOMETRY


def test_an_angiogram_that_asks_for_a_mask_says_that_it_is_not_subtracted(tmp_path: Path) -> None:
    frames = np.arange(96 * 12, dtype=np.uint16).reshape(96, 3, 4)
    made = dataset(frames, Modality="XA", FrameTime=66.0, RecommendedViewingMode="SUB")
    (series,) = series_of([save(made, tmp_path / "xa.dcm")])
    assert (series.slices, series.phases) == (96, 1)
    assert series.notes == ("the file asks for a mask to be subtracted; its frames are shown as they were taken",)
    np.testing.assert_array_equal(read_volume(series).stored[0], frames)


def test_lossy_in_one_slice_is_said_of_the_series(tmp_path: Path) -> None:
    def one_lossy(made: Dataset, number: int) -> None:
        if number == 4:
            made.LossyImageCompression, made.LossyImageCompressionRatio = "01", 12

    (series,) = series_of(write_series(tmp_path, edit=one_lossy))
    assert (series.slices, series.acquisition.is_lossy, series.acquisition.lossy_ratio) == (10, True, 12.0)


def test_of_two_copies_the_one_without_loss_is_kept(tmp_path: Path) -> None:
    lossy = write_series(tmp_path / "a", SOPInstanceUID="1.2.3", LossyImageCompression="01")
    plain = write_series(tmp_path / "b", SOPInstanceUID="1.2.3")
    (series,) = series_of(lossy + plain)
    assert {frame.source.path.parent.name for frame in series.frames} == {"b"}
    assert series.notes == ("10 copies of the same slices left out",)
