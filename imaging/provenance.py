"""Where a slice comes from: why it looks as it does, and the names by which others can check its source.

Asked for one slice at a time, so the reader looks at that slice's file again instead of every header carrying this.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from imaging import remote_read
from imaging.base.english import english
from imaging.base.errors import Code, Refusal, refusal_of
from imaging.base.progress import Job, Progress
from imaging.base.regular_file import open_regular
from imaging.formats import Access, reader_for
from imaging.remote_read import access
from imaging.volume.dicom_source import DicomSource
from imaging.volume.facts import Reason, Topic
from imaging.volume.series import Format, Series, Source, StoredFrame
from imaging.workers.pool import Reading

_BLOCK_BYTES = 4 * 2**20
_UID = re.compile(r"[0-9]+(\.[0-9]+)+")


@dataclass(frozen=True)
class SourceIdentity:
    """The names of one stored frame. UIDs are empty if the file has none."""

    sha256: str
    """Of the file; of the archive if the slice lies in one."""
    study_uid: str = ""
    series_uid: str = ""
    instance_uid: str = ""
    frame: int | None = None
    """The number of the frame within its DICOM file, counted from 1; None if that holds one."""
    dicom: DicomSource | None = None
    """All that a new object on it repeats, if it is DICOM."""


def reasons(series: Series, reading: Reading, *, index: int, phase: int = 0) -> tuple[Reason, ...]:
    """Return all that shaped the slice `index` of `phase`, counted as acquired; the series' notes come last.

    Read the header of the slice's file. Raises `Refusal`: OUT_OF_RANGE, and those of the format's `read_header` if the
    file is no longer there or was changed.
    """
    if not (0 <= index < series.slices and 0 <= phase < series.phases):
        raise Refusal(Code.OUT_OF_RANGE)
    frame = series.frame(phase, index)
    if access(series, frame) is Access.PLAIN:
        own = reader_for(series.format).reasons(series, frame, reading.policy)
    else:
        own = remote_read.reasons(series, frame, reading)
    notes = tuple(
        Reason(Topic.NOTE, note, english("what the files of this series say together")) for note in series.notes
    )
    order = list(Topic)
    return (*sorted(own, key=lambda reason: order.index(reason.topic)), *notes)


def identify_source(series: Series, frame: StoredFrame, reading: Reading) -> Job[SourceIdentity]:
    """Find the names of a frame's source; its file is read once more. Raises `Refusal` if it can no longer be read."""
    digest = yield from _hash_file(frame)
    if series.format is not Format.DICOM:
        return SourceIdentity(digest)
    if access(series, frame) is Access.PLAIN:
        from imaging.formats.dicom.source_facts import read_dicom_source  # pydicom comes with the first DICOM file

        found = read_dicom_source(frame, reading.policy)
    else:
        found = remote_read.read_dicom_source(frame, reading)
    return SourceIdentity(
        digest,
        study_uid=_stated_uid(found.study_uid),
        series_uid=_stated_uid(found.series_uid),
        instance_uid=_stated_uid(found.instance_uid),
        frame=found.frame,
        dicom=found,
    )


def find_dicom_sources(series: Series, numbers: Sequence[int], reading: Reading) -> Job[dict[int, DicomSource]]:
    """Find what a new object repeats of these frames of a DICOM series; each file is looked at once.

    Raises `Refusal` if a file can no longer be read.
    """
    from imaging.formats.dicom.source_facts import read_dicom_source  # pydicom comes with the first DICOM file

    read: dict[Source, DicomSource] = {}
    found = {}
    for number in numbers:
        frame = series.frames[number]
        if frame.source not in read:
            if access(series, frame) is Access.PLAIN:
                read[frame.source] = read_dicom_source(frame, reading.policy)
            else:
                read[frame.source] = remote_read.read_dicom_source(frame, reading)
            yield Progress(english("Looking at the files once more"), len(read), None)
        found[number] = read[frame.source]
        if found[number].frame is not None:
            found[number] = replace(found[number], frame=frame.index + 1)
    return found


def name_series(series: Series) -> Job[tuple[str, ...]]:
    """Find the names by which a series is known again wherever its files lie: its UIDs and whose they are, else the
    SHA-256 of what it was read from. They may tell of a person: only salted hashes of them are ever kept.

    Raises `Refusal` if a file can no longer be read.
    """
    uid = series.id.partition("#")[0]
    if series.format is Format.DICOM and _stated_uid(uid):
        return "dicom", series.patient.study_id, series.id, *series.patient.person
    paths = {frame.source.path: frame for frame in series.frames}
    digests = {}
    for path, frame in paths.items():
        digests[path] = yield from _hash_file(frame)
    contents = {f"{digests[frame.source.path]}/{frame.source.member or ''}" for frame in series.frames}
    return "content", str(series.frames[0].index), *sorted(contents)


def _hash_file(frame: StoredFrame) -> Job[str]:
    digest, done = hashlib.sha256(), 0
    try:
        with open_regular(frame.source.path) as stream:
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
                done += len(block)
                yield Progress(english("Hashing the file"), done, None)
    except OSError as error:
        raise refusal_of(error) from None
    return digest.hexdigest()


def _stated_uid(text: str) -> str:
    """Return a UID; empty for what stands in for one."""
    return text if _UID.fullmatch(text) else ""
