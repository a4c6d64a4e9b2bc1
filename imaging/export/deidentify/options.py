"""The wishes that a person may have of a de-identification, and its code in the copy (PS3.16 CID 7050)."""

from dataclasses import dataclass

from imaging.export.deidentify.profile_table import Option

Box = tuple[int, int, int, int]
"""Top, left, bottom, right of pixels to black out, counted from 0; bottom and right are not part of it."""

PROFILE = ("113100", "Basic Application Confidentiality Profile")
_CODES: dict[Option, tuple[str, str]] = {
    "descriptions": ("113105", "Clean Descriptors Option"),
    "dates": ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    "device": ("113109", "Retain Device Identity Option"),
    "uids": ("113110", "Retain UIDs Option"),
}
_CLEAN_PIXELS = ("113101", "Clean Pixel Data Option")


@dataclass(frozen=True)
class DeidentifyOptions:
    """`keep` names options of the profile; `boxes` are blacked out in every picture."""

    keep: frozenset[Option] = frozenset()
    boxes: tuple[Box, ...] = ()

    @property
    def codes(self) -> tuple[tuple[str, str], ...]:
        """Return (code, meaning) of the profile and of its options in use."""
        kept = tuple(code for option, code in _CODES.items() if option in self.keep)
        return (PROFILE, *((_CLEAN_PIXELS,) if self.boxes else ()), *kept)
