"""Members of archives of any kind: what is known of one, and its name, which a stranger chose."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from imaging.base.english import english
from imaging.base.errors import Code, Refusal

MEMBER_LIMIT = 50_000
"""The most members that an archive may list."""

# A drive, and slashes of either kind; `./`, which tar likes to write.
_ABSOLUTE = re.compile(r"^(?:[A-Za-z]:)?(?:\.?[/\\])*")

LINK = "This file of the archive is a link."
DEVICE = "This file of the archive is a device or a pipe."
SPARSE = "This file of the archive is stored with holes, which Slicelens does not read. Unpack the archive first."
OVERLAPPING = "The bytes of this file are those of other files of the archive too, or lie outside of it."


@dataclass(frozen=True, eq=False)
class Member:
    """One member: `name` is its own within the archive, `size` what it unpacks to, `facts` the archive's own row."""

    name: str
    size: int
    is_folder: bool
    flaw: str | None
    """The sentence that says why it is not opened whatever it holds, or None."""
    facts: Any


class MemberNames:
    """The names that members of one archive got by now."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._again: Counter[str] = Counter()

    def name_for(self, written: str) -> str:
        """Return the name of the next member: made relative, and numbered if an earlier one has it."""
        plain = _ABSOLUTE.sub("", written, count=1)
        name = plain
        folder, slash, last = plain.rpartition("/")
        while name in self._taken:
            self._again[plain] += 1
            # The ending tells formats, `.nii.gz` as a whole.
            stem, dot, ending = last.partition(".")
            name = f"{folder}{slash}{stem} ({self._again[plain] + 1}){dot}{ending}"
        self._taken.add(name)
        return name


def too_many_members() -> Refusal:
    """Return the refusal of an archive that lists more than `MEMBER_LIMIT` members."""
    return Refusal(
        Code.TOO_LARGE, english("The archive lists more than {member_limit:,} files.", member_limit=MEMBER_LIMIT)
    )
