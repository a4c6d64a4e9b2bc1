"""New UIDs, names and dates that are the same for the same original, under a key that only the person keeps.

Everything is an HMAC-SHA256 of the original under a random key: without the key nothing leads back, with it (`--map`)
a later run gives the same UIDs, the same pseudonyms and the same shift of dates. The file of the key holds no identity.
"""

import hmac
import json
import secrets
import uuid
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from imaging.base.atomic_write import write_whole
from imaging.base.errors import Code, Refusal
from imaging.base.regular_file import read_regular

_KEY_BYTES = 32
_MOST_BYTES = 65536
_MOST_DAYS = 3650
_VERSION = 1
_NO_MAP = "The file after --map is not a map that `slicelens deidentify` has written."


@dataclass(frozen=True)
class Pseudonyms:
    """Names that stand for UIDs, persons and days under one key."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(_KEY_BYTES), repr=False)

    def new_uid(self, uid: str) -> str:
        """Return the UID that stands for another: a UUID as a number under 2.25 (PS3.5 B.2)."""
        return f"2.25.{uuid.UUID(bytes=self._digest('uid', uid)[:16], version=4).int}"

    def name_person(self, person: str) -> str:
        """Return the pseudonym of a person, whom `person` tells from all others: `ANON-4F1C22A09B3D`."""
        return f"ANON-{self._digest('person', person)[:6].hex().upper()}"

    def days_back(self, person: str) -> int:
        """Return how many days, 1 to 3650, the dates of a person are moved into the past."""
        return 1 + int.from_bytes(self._digest("days", person)[:8], "big") % _MOST_DAYS

    def name_file(self, kind: str, content: str) -> str:
        """Return 16 hexadecimal digits for the name of a file or folder."""
        return self._digest(kind, content)[:8].hex()

    def _digest(self, kind: str, text: str) -> bytes:
        return hmac.digest(self.key, f"{kind}\0{text}".encode("utf-8", "surrogatepass"), sha256)


def load_or_make_map(path: Path) -> Pseudonyms:
    """Return the pseudonyms of a map's key; make the map if there is none. Raises `Refusal` (ARGUMENT, WRITE …)."""
    if not path.exists():
        made = Pseudonyms()
        document = {"version": _VERSION, "key": made.key.hex()}
        write_whole(path, (json.dumps(document, indent=1) + "\n").encode())
        path.chmod(0o600)
        return made
    try:
        document = json.loads(read_regular(path, _MOST_BYTES))
        key = bytes.fromhex(document["key"])
        if document["version"] != _VERSION or len(key) != _KEY_BYTES:
            raise Refusal(Code.ARGUMENT, _NO_MAP)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Refusal(Code.ARGUMENT, _NO_MAP) from None
    return Pseudonyms(key)
