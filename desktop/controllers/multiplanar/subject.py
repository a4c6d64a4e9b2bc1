"""The volume that planes or projections are made of: the phase on screen, if it is read whole and may be resampled."""

from dataclasses import dataclass, replace

from desktop.controllers.view import ViewController
from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.volume.geometry import Affine
from imaging.volume.reslice import require_resampling
from imaging.volume.volume import Volume
from imaging.volume.windowing import VoiTable, Window

_EMPTY = english("There is no series in this pane to cut planes through.")
_UNREAD = english("The slices of this series are still being read; {what} begins when all are there.")
_INCOMPLETE = english("Slices of this series could not be read, so {what} through it would have holes.")


@dataclass(frozen=True, eq=False)
class VolumeSubject:
    """The phase of a volume, the affine of its grid, and how it was windowed in its pane."""

    volume: Volume
    phase: int
    grid: Affine
    voi: Window | VoiTable | None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        series = self.volume.series
        return series.slices, series.rows, series.columns

    def at_phase(self, phase: int, what: str, *, is_reading: bool) -> "VolumeSubject":
        """Return another phase of it. Raises `Refusal` (NO_PIXELS) while slices of that are missing."""
        if not self.volume.loaded[phase].all():
            raise Refusal(Code.NO_PIXELS, tr(_UNREAD, what=what) if is_reading else tr(_INCOMPLETE, what=what))
        return replace(self, phase=phase)


def take_subject(view: ViewController, what: str, *, is_growing: bool, is_reading: bool) -> VolumeSubject:
    """Return the volume of a pane. `what` is to be made of it, in the words of a message.

    `is_growing` says whether more of its files are being looked for, `is_reading` whether more slices are on their way.

    Raises `Refusal`: MISSING without a series, the reasons of `require_resampling`, NO_PIXELS while slices are missing.
    """
    if view.volume is None:
        raise Refusal(Code.MISSING, tr(_EMPTY))
    if is_growing:
        raise Refusal(Code.NO_PIXELS, tr(_UNREAD, what=what))
    grid = require_resampling(view.volume)
    subject = VolumeSubject(view.volume, view.state.phase, grid, view.state.voi)
    return subject.at_phase(view.state.phase, what, is_reading=is_reading)
