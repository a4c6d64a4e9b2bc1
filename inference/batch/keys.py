"""Keys of persons, studies, series and frames: hashes that tell rows of one person apart from another's, not who it is.

They are made with the salt of a job, so that those of two jobs have nothing in common; whoever has the salt can try
whether an identifier that he guesses gives a key (docs/decisions/0070). The same job of the same person has the same
salt again, so that its table is the same, byte for byte: it is derived from a secret that stays in his own folder.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import platformdirs

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Refusal
from imaging.base.regular_file import read_regular
from imaging.volume.series import Series, StoredFrame

_SALT_BYTES, _KEY_BYTES = 32, 8


@dataclass(frozen=True)
class RowKeys:
    """The keys of one row; empty if the file tells nothing to make one of."""

    patient: str
    study: str
    series: str
    sop: str


@dataclass(frozen=True)
class KeyMaker:
    """Makes keys with one salt."""

    salt: bytes

    def keys_of(self, series: Series, frame: StoredFrame) -> RowKeys:
        """Return the keys of a frame of a series. The `sop` key is that of the frame, not of a file with many."""
        person, study_id = _person_of(series), series.patient.study_id
        frame_of = frame.instance_uid or frame.source.name
        return RowKeys(
            patient=self._hash("patient", person) if any(person) else "",
            study=self._hash("study", (*person, study_id)) if study_id else "",
            series=self._hash("series", (study_id, series.id)),
            sop=self._hash("sop", (frame_of, str(frame.index))),
        )

    def digest(self, words: tuple[str, ...]) -> str:
        """Return a hash of some words that nothing else is hashed as."""
        return self._hash("words", words)

    def _hash(self, what: str, words: tuple[str, ...]) -> str:
        text = "\0".join((what, *words))
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self.salt, digest_size=_KEY_BYTES).hexdigest()


def derive_salt(secret: bytes, job: str) -> bytes:
    """Return the salt of a job, which is described by all that decides its rows."""
    return blake2b(job.encode("utf-8", "surrogatepass"), key=secret, digest_size=_SALT_BYTES).digest()


def read_secret(path: Path | None = None) -> bytes:
    """Return the person's secret for salts, which is made when it is first wanted.

    Where it cannot be kept it is another one each time: tables are whole all the same, only their keys differ.
    """
    path = path or platformdirs.user_data_path("slicelens", appauthor=False) / "batch-secret"
    with suppress(Refusal):
        if len(kept := read_regular(path, _SALT_BYTES)) == _SALT_BYTES:
            return kept
    made = secrets.token_bytes(_SALT_BYTES)
    with suppress(Refusal):
        write_with_folder(path, made)
        path.chmod(0o600)
    return made


def _person_of(series: Series) -> tuple[str, ...]:
    """Return what tells a person: PatientID, else name and date of birth, else the study."""
    patient = series.patient
    if patient.id.strip():
        return ("id", patient.id.strip().casefold())
    if patient.name or patient.birth_date:
        return ("name", patient.name.casefold(), patient.birth_date)
    return ("study", patient.study_id) if patient.study_id else ()
