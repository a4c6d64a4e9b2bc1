"""DICOM objects written in child processes, since highdicom reads 22 MB of tables before it writes the first one.

To read them takes a fifth of a second of Python's lock at a time, and they stay in memory; a window would stand still.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.export.dicom.measurement_report import MeasurementsObject, write_measurements
from imaging.export.dicom.parametric_map import MapObject, write_parametric_map
from imaging.export.dicom.presentation_state import OutlineObject, write_presentation_state
from imaging.export.dicom.secondary_capture import CaptureObject, write_secondary_capture
from imaging.export.dicom.shape_presentation import PresentationObject, write_shape_presentation
from imaging.export.dicom.structured_report import ReportObject, write_structured_report
from imaging.workers.messages import WorkerTask
from imaging.workers.pool import Reading

DicomObject: TypeAlias = (
    CaptureObject | MapObject | MeasurementsObject | OutlineObject | PresentationObject | ReportObject
)

_WRITERS: dict[type, Callable[[Any], bytes]] = {
    CaptureObject: write_secondary_capture,
    MapObject: write_parametric_map,
    MeasurementsObject: write_measurements,
    OutlineObject: write_presentation_state,
    PresentationObject: write_shape_presentation,
    ReportObject: write_structured_report,
}
# What highdicom and its tables take, and copies of what is written.
_SECONDS = 60.0
_MEMORY, _COPIES = 512 * 2**20, 8


def write_objects(objects: Sequence[DicomObject], reading: Reading) -> Iterator[tuple[int, bytes | Refusal] | None]:
    """Yield (number, file or why there is none) of each object, in any order; None while time passes."""
    size = sum(one.nbytes for each in objects for one in vars(each).values() if isinstance(one, np.ndarray))
    memory = _MEMORY + _COPIES * size
    task = WorkerTask(f"{__name__}:_write_task", tuple(objects), fault=Code.INTERNAL, memory=memory)
    # What is written is ours: the limit for a stranger's file, which may be a second, is not meant for it.
    unhurried = replace(reading, policy=replace(reading.policy, seconds=max(_SECONDS, reading.policy.seconds)))
    for answer in unhurried.run([task]):
        if answer is None:
            yield None
        else:
            yield answer.number, answer.value if isinstance(answer.value, Refusal) else answer.value.tobytes()


# --- in the child ---


def _write_task(
    _: None, objects: Sequence[DicomObject], policy: ReadingPolicy
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    for number, one in enumerate(objects):
        yield number, np.frombuffer(_WRITERS[type(one)](one), np.uint8)
