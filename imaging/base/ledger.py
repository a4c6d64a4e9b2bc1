"""The ledger: what was opened, what was skipped and why. A file that cannot be used is a row here, never a surprise."""

from dataclasses import dataclass
from enum import StrEnum

from imaging.base.errors import Refusal


@dataclass(frozen=True)
class Skipped:
    """One file that was not opened. `path` is for the person's eyes (`scan.zip/IM0001` for an archive's member)."""

    path: str
    code: StrEnum
    message: str
    unpacks_to: int | None = None
    """Bytes that it would become, where a person may still say yes to it (`imaging.base.limits.grant`)."""

    @classmethod
    def because(cls, path: str, refusal: Refusal) -> "Skipped":
        """The row for a refusal raised while `path` was read."""
        return cls(path=path, code=refusal.code, message=refusal.message, unpacks_to=refusal.unpacks_to)


@dataclass(frozen=True)
class Ledger:
    """Counts of files (not of slices), and one row for every file that was skipped. `seen == opened + len(skipped)`."""

    seen: int = 0
    opened: int = 0
    skipped: tuple[Skipped, ...] = ()

    def sentence(self) -> str:
        """One line for the status bar: `60 opened, 3 skipped`."""
        if not self.skipped:
            return f"{self.opened} opened"
        return f"{self.opened} opened, {len(self.skipped)} skipped"
