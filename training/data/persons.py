"""Who is who: whom a picture shows, how that is known, and the words for it in a split, a report and a card.

A table's column comes first, then the recipe's patterns of names, then what the file itself says: DICOM's PatientID,
else its StudyInstanceUID; of another volume, the file. Identifiers of a header leave this module as salted hashes only
(decision 0036).
"""

import hashlib
import re
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from imaging import remote_read
from imaging.base.errors import Refusal
from imaging.formats import HEAD_BYTES, recognise
from imaging.identify import IdentifiedFile, identify_in_process, refusal_or
from imaging.volume.series import Format, Source
from imaging.workers.pool import Reading

_SALT = secrets.token_bytes(32)
"""Of this process and never written: a hash that got out could not be undone by trying every ID."""


class ToldBy(StrEnum):
    """How it is known whom a picture shows."""

    TABLE = "table"
    NAME = "name"
    PATIENT = "patient ID"
    STUDY = "study"
    VOLUME = "volume"
    NOTHING = "nothing"


@dataclass(frozen=True)
class FileFacts:
    """The facts of a file that tell pictures of one person or one series; empty where it does not say."""

    format: Format | None = None
    patient: str = ""
    study: str = ""
    series: str = ""

    @property
    def is_volume(self) -> bool:
        """Whether the file is of a kind that holds volumes or parts of them."""
        return self.format is not None and self.format is not Format.RASTER


def read_facts(paths: Iterable[Path], reading: Reading) -> dict[Path, FileFacts]:
    """Return the facts of each file; one that cannot be read has none, and its reader says why later."""
    found = {path: FileFacts(_format_of(path)) for path in paths}
    elsewhere: list[Source] = []
    for path, facts in found.items():
        if facts.format is Format.DICOM:
            identified = refusal_or(identify_in_process, Source(path), reading.policy)
            if identified is None:
                elsewhere.append(Source(path))
            else:
                found[path] = _facts_of(identified)
    if elsewhere:
        for step in remote_read.identify_files(elsewhere, reading):
            if step is not None:
                found[step[0].path] = _facts_of(step[1])
    return found


def _format_of(path: Path) -> Format | None:
    try:
        with path.open("rb") as stream:
            return recognise(stream.read(HEAD_BYTES), path.name)
    except OSError:
        return None


def _facts_of(identified: IdentifiedFile | Refusal) -> FileFacts:
    if isinstance(identified, Refusal) or identified.header is None:
        return FileFacts(Format.DICOM)
    header = identified.header
    patient = header.shared.patient
    hashed = map(_hash_id, (patient.id, patient.study_id, header.series_uid))
    return FileFacts(Format.DICOM, *hashed)


def _hash_id(text: str) -> str:
    plain = text.strip(" \0")
    return hashlib.blake2b(plain.encode(), key=_SALT, digest_size=16).hexdigest() if plain else ""


def find_person(
    name: str, facts: FileFacts, patterns: Sequence[str], in_table: str | None = None
) -> tuple[str, ToldBy]:
    """Return whom a picture shows and how that is known; its name if nothing tells."""
    if in_table:
        return in_table, ToldBy.TABLE
    if (by_name := _match_name(name, patterns)) is not None:
        return by_name, ToldBy.NAME
    if facts.patient:
        return facts.patient, ToldBy.PATIENT
    if facts.study:
        return facts.study, ToldBy.STUDY
    return name, ToldBy.VOLUME if facts.format in (Format.NIFTI, Format.ITK) else ToldBy.NOTHING


def _match_name(name: str, patterns: Sequence[str]) -> str | None:
    """Return whom a name (for a pattern with a slash, a path) tells; None if no pattern knows."""
    for pattern in patterns:
        if match := re.search(pattern, name if "/" in pattern else name.rpartition("/")[2]):
            return str(match[1])
    return None


def number_persons(persons: Iterable[str]) -> list[str]:
    """Return p00000, p00001 … for the persons of cases, in the order in which they come: what may be written."""
    numbers: dict[str, int] = {}
    return [f"p{numbers.setdefault(person, len(numbers)):05d}" for person in persons]


_UNKNOWN = "cases_of_unknown_person"
_SEVERAL = "persons_with_several_labels"
_OF_HEADERS = {ToldBy.PATIENT: "persons_by_patient_id", ToldBy.STUDY: "persons_by_study", ToldBy.VOLUME: "volumes"}
NOTHING_TELLS = "nothing tells which pictures show one person"


def count_persons(shown: Sequence[tuple[str, ToldBy, str]]) -> dict[str, int]:
    """Return for cases (person, how told, label) how many persons are known and how, and whose labels differ."""
    labels: defaultdict[str, set[str]] = defaultdict(set)
    told_by: dict[str, ToldBy] = {}
    for person, how, label in shown:
        if how is not ToldBy.NOTHING:
            told_by[person] = how
            labels[person].add(label)
    told = Counter(told_by.values())
    unknown = sum(how is ToldBy.NOTHING for _, how, _ in shown)
    several = sum(len(one) > 1 for one in labels.values())
    counts = {"cases": len(shown), "persons": len(told_by)}
    counts |= {key: told[how] for how, key in _OF_HEADERS.items() if told[how]}
    # Splits of older versions count a file of which nothing is known as a person, and do not say so.
    counts |= {_UNKNOWN: unknown} if unknown or len(told_by) == len(shown) else {}
    return counts | ({_SEVERAL: several} if several else {})


def count_unknown(counts: Mapping[str, int]) -> int:
    """Return of how many cases nobody knows whom they show."""
    return counts.get(_UNKNOWN, counts["cases"] if counts["persons"] == counts["cases"] else 0)


def describe_groups(counts: Mapping[str, int], joined_by: str = "") -> str:
    """Return what makes a group, for "grouped by …": persons, and what else joins pictures."""
    unknown = count_unknown(counts)
    if unknown == counts["cases"]:
        return f"{joined_by or 'picture'}; {NOTHING_TELLS}"
    whom = "volume" if counts.get("volumes") == counts["persons"] else "person"
    more = f"; nothing tells whom {unknown} of {counts['cases']} pictures show" if unknown else ""
    return f"{whom}{joined_by and f', joined by {joined_by}'}{more}"


def describe_persons(counts: Mapping[str, int]) -> str:
    """Return how many persons there are and how that is known, to stand behind "so many pictures"."""
    unknown = count_unknown(counts)
    if unknown == counts["cases"]:
        return f"({NOTHING_TELLS})"
    told = {how.value: counts[key] for how, key in _OF_HEADERS.items() if key in counts}
    told |= {"names or a table": rest} if (rest := counts["persons"] - sum(told.values())) else {}
    by = ", ".join(f"{count} by {how}" for how, count in told.items())
    more = f"; nothing tells whom {unknown} of the pictures show" if unknown else ""
    return f"of {counts['persons']} {'person' if counts['persons'] == 1 else 'persons'} ({by}){more}"


def describe_sides(counts: Mapping[str, int]) -> str:
    """Return what a grouped split promises of persons, in whole sentences."""
    unknown, volumes = count_unknown(counts), counts.get("volumes", 0)
    if unknown == counts["cases"]:
        return f"{NOTHING_TELLS.capitalize()}, so one person may be on two sides."
    said = ["No person who is known is on two sides." if unknown else "No person is on two sides."]
    if volumes:
        said = ["No volume is on two sides; whether two volumes show one person, nothing tells."]
        said += ["Nor is any other person who is known."] if volumes < counts["persons"] else []
    if several := counts.get(_SEVERAL):
        said.append(f"Persons with pictures of different labels: {several}.")
    return " ".join(said)
