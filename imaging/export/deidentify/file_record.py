"""The account of one copy, and the copy itself on its way to the disk. Nothing here names anybody."""

from dataclasses import dataclass, field

from imaging.base.english import english

FACE = english("If this is a head, its face can be drawn from the voxels; it was not removed.")
OVERLAYS = english("Overlays, which the file draws over its pixels, were removed.")
CURVES = english("Curves or sound that the file holds beside its pixels were removed.")
WAVEFORMS = english(
    "The values of waveforms (an ECG or sound, for example) were removed; what describes them was copied."
)
BINARY = english("Binary values that are no pixels were removed, for they can hold anything.")
EXTENSIONS = english("Extensions of the header (of CIFTI, for example) were removed.")
FRAMES = english("Only the first picture of the file was copied; an animation or a second view was removed.")


@dataclass(frozen=True)
class CopyRecord:
    """The account of one copy: what was changed, what the verifier did, and what a person should look at."""

    format: str
    changed: int
    """Attributes or header fields that were removed or changed."""
    looked_for: int
    """Spellings of original values that were looked for in all bytes of the copy; none of them is there."""
    not_looked_for: int = 0
    """Values too short or too ordinary to be looked for."""
    burned_in: str = ""
    """`stated` (by the file), `letters` (found by us), `not looked at` (the pixels cannot be decoded), or nothing."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FinishedCopy:
    """A copy as bytes, with the folders and the name that it gets."""

    content: bytes = field(repr=False)
    folders: tuple[str, ...]
    name: str
    record: CopyRecord
