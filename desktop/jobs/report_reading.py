"""Reading the structured reports among the files that are open. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.state.texts.language import tr
from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from imaging.remote_read import read_reports
from imaging.volume.series import Source
from imaging.volume.structured_report import StructuredReport
from imaging.workers.pool import Reading

MOST_REPORTS = 100
"""The most reports that are read at once; of more, the first ones."""


@dataclass(frozen=True)
class FoundReport:
    """A report among the files: what it says, or why it cannot be read."""

    name: str
    """Its path, for the person's eyes."""
    found: StructuredReport | Refusal

    def is_about(self, study_uid: str) -> bool:
        """Return whether it stands in a study, or refers to images of it."""
        return isinstance(self.found, StructuredReport) and bool(study_uid) and study_uid in self.found.studies


def read_all_reports(sources: Sequence[Source], reading: Reading) -> Job[tuple[FoundReport, ...]]:
    """Read structured reports, at most `MOST_REPORTS` of them, in their order; one that is refused costs no other."""
    wanted = sources[:MOST_REPORTS]
    found: dict[int, FoundReport] = {}
    for answer in read_reports(wanted, reading) if wanted else ():
        if answer is not None:
            found[answer[0]] = FoundReport(wanted[answer[0]].name, answer[1])
        yield Progress(tr("Reading reports"), len(found), len(wanted))
    return tuple(found[number] for number in sorted(found))
