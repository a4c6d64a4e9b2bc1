"""Files, folders and archives become series and a ledger, from headers alone.

Every file that was looked at is either opened or a row. Containers (folders, ZIPs, DICOMDIRs) are looked into and not
counted themselves unless they fail, and neither is what an operating system leaves lying about.
"""

import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imaging import remote_read
from imaging.base.errors import Code, Ledger, Refusal, ReportRefusal, Skipped
from imaging.base.natural_sort import natural_key
from imaging.base.progress import Job, Progress
from imaging.files.file_names import is_litter
from imaging.files.folder_listing import list_files
from imaging.formats import Reader, reader_for
from imaging.identify import IdentifiedFile, identify_in_process, refusal_or
from imaging.volume.series import Format, Series, Source
from imaging.workers.pool import Reading

# Between two files more than this many names were looked at: say so, and let a cancel take effect.
_NAMES_A_STEP = 200
FILES_A_STEP = 4


@dataclass(frozen=True)
class Scan:
    """The result of a scan: series in a stable order (by format, then as their reader sorts them), and the ledger."""

    series: tuple[Series, ...]
    ledger: Ledger
    reports: tuple[Source, ...] = ()
    """Structured reports among the files; the ledger has them as skipped, since they are no pictures."""


@dataclass
class RunningScan:
    """A scan under way: `run` does it, and in between `series_so_far` says what is known by then."""

    reading: Reading
    waiting: deque[Source] = field(default_factory=deque)
    known: set[tuple[str, str | None]] = field(default_factory=set)
    added: set[Source] = field(default_factory=set)
    """Those by whose names files were put on the list."""
    headers: dict[Format, list[Any]] = field(default_factory=dict)
    skipped: dict[str, Skipped] = field(default_factory=dict)
    reports: list[Source] = field(default_factory=list)
    done: int = 0

    def run(self, paths: Sequence[Path]) -> Job[Scan]:
        """As `scan`."""
        for count, found in enumerate(list_files(paths), start=1):
            if isinstance(found, Skipped):
                self.skipped.setdefault(found.path, found)
            elif found is not None:
                self.add(found)
            if count % _NAMES_A_STEP == 0:
                yield Progress("Looking for files", len(self.known))
        while self.waiting:
            yield from self._identify_waiting()
        yield Progress("Sorting slices", self.done, self.done)
        return _result(self)

    def series_so_far(self) -> tuple[Series, ...]:
        """Return the DICOM series of the files that were read by now; slices of them may still be missing."""
        headers = self.headers.get(Format.DICOM)
        if not headers:
            return ()
        try:
            return tuple(_by_study(reader_for(Format.DICOM).group(headers)))
        except Exception:
            # Which of the headers it is that no series can be made with is found out in the end.
            return ()

    def _identify_waiting(self) -> Job[None]:
        """Look at the files that wait: at plain ones here, then at all others in child processes."""
        elsewhere: list[Source] = []
        count = 0
        while self.waiting:
            source = self.waiting.popleft()
            identified = refusal_or(identify_in_process, source, self.reading.policy)
            if identified is None:
                elsewhere.append(source)
            else:
                self._record(source, identified)
            if count % FILES_A_STEP == 0:
                yield self._progress()
            count += 1
        if not elsewhere:
            # No child is started for nothing.
            return
        for step in remote_read.identify_files(elsewhere, self.reading):
            if step is not None:
                self._record(*step)
            yield self._progress()

    def _progress(self) -> Progress:
        return Progress("Reading headers", self.done, len(self.known))

    def _record(self, source: Source, identified: IdentifiedFile | Refusal) -> None:
        """Take in what a look at a file found."""
        self.done += 1
        if isinstance(identified, Refusal):
            self.refuse(source.name, identified)
            if isinstance(identified, ReportRefusal):
                self.reports.append(source)
        elif identified.contents is not None:
            for one in identified.contents.sources:
                self.add(one)
            for row in identified.contents.skipped:
                self.skipped.setdefault(row.path, row)
        elif identified.format is not None:
            self.headers.setdefault(identified.format, []).append(identified.header)

    def add(self, source: Source) -> None:
        """Put a file on the list, once however often and however it was named."""
        key = (os.path.abspath(source.path), source.member)
        if key not in self.known and not is_litter(source.member or source.path.name):
            self.known.add(key)
            self.added.add(source)
            self.waiting.append(source)

    def refuse(self, name: str, refusal: Refusal) -> None:
        """Give a file its row."""
        self.skipped.setdefault(name, Skipped.because(name, refusal))


def scan(paths: Sequence[Path], reading: Reading) -> Job[Scan]:
    """Find and read the headers of everything in `paths`: files, folders with all below, ZIPs, DICOMDIRs, mixed.

    Yields every few files, so that closing the generator cancels it. Never raises `Refusal`: what cannot be used,
    a missing path among it, is a row of the ledger.
    """
    return (yield from RunningScan(reading).run(paths))


def _result(findings: RunningScan) -> Scan:
    """Group the headers and settle for every file whether it was opened."""
    every_header = (header for headers in findings.headers.values() for header in headers)
    # The other files that a header's pixels lie in; only some formats have such.
    companions = {one for header in every_header for one in getattr(header, "companions", ())}
    for one in companions:
        findings.skipped.pop(one.name, None)
    series: list[Series] = []
    used: set[Source] = set()
    for format_ in Format:
        # A header is found twice where its pixels were looked at too.
        by_source = {one.source: one for one in findings.headers.get(format_, [])}
        headers = [one for one in by_source.values() if one.source not in companions]
        grouped = _group(reader_for(format_), headers, findings) if headers else []
        series += _by_study(grouped) if format_ is Format.DICOM else grouped
        used |= {frame.source for one in grouped for frame in one.frames}
        for header in headers:
            if header.source not in used:
                findings.refuse(header.source.name, Refusal(Code.DUPLICATE))
    # What a header names may be on the list by another spelling of its path.
    looked_at = {
        one
        for one in used | companions
        if one in findings.added or (os.path.abspath(one.path), one.member) in findings.known
    }
    skipped = tuple(sorted(findings.skipped.values(), key=lambda row: natural_key(row.path)))
    opened = len(looked_at)
    seen = opened + sum(row.files for row in skipped)
    reports = tuple(sorted(findings.reports, key=lambda one: natural_key(one.name)))
    return Scan(tuple(series), Ledger(seen=seen, opened=opened, skipped=skipped), reports)


def _group(reader: Reader, headers: Sequence[Any], findings: RunningScan) -> list[Series]:
    """Return a reader's series. If it stumbles over the lot, each file is tried alone, so that one costs no other."""
    try:
        return reader.group(headers)
    except Exception:
        if len(headers) == 1:
            findings.refuse(headers[0].source.name, Refusal(Code.HEADER))
            return []
    return [one for header in headers for one in _group(reader, [header], findings)]


def _by_study(series: list[Series]) -> list[Series]:
    """Return DICOM series study by study, studies by date; within one they stay in their reader's order."""
    return sorted(series, key=lambda one: (one.patient.study_date, one.patient.study_id, one.patient.study_description))
