"""How a volume that is projected whole is turned before the eye, as a frozen value and its changes. No Qt."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from desktop.state.texts.language import tr

STEP_DEGREES = 5.0
STEPS = round(360 / STEP_DEGREES)
_A_PIXEL = 0.5
_MOST_TILT = 90.0


@dataclass(frozen=True)
class Rotation:
    """Degrees about the patient's long axis (the front goes to the right of the screen) and toward the eye (the top).

    Without either the patient is seen from the front: left on the right, feet at the bottom.
    """

    turned: float = 0.0
    tilted: float = 0.0

    @property
    def index(self) -> int:
        """The number of the nearest of `STEPS` around the axis."""
        return round(self.turned / STEP_DEGREES) % STEPS

    def dragged(self, right: float, down: float) -> "Rotation":
        """Return it after the front was dragged by so many pixels of the screen."""
        tilted = min(max(self.tilted + down * _A_PIXEL, -_MOST_TILT), _MOST_TILT)
        return Rotation((self.turned + right * _A_PIXEL) % 360, tilted)

    def stepped(self, steps: int) -> "Rotation":
        """Return it so many of `STEPS` further around."""
        return replace(self, turned=((self.index + steps) % STEPS) * STEP_DEGREES)

    def directions(self) -> NDArray[np.float64]:
        """Return unit vectors in LPS, one column each: away from the eye, to the bottom, to the right."""
        turned, tilted = np.radians(self.turned), np.radians(self.tilted)
        away = np.array([np.sin(turned), np.cos(turned), 0.0])
        down = np.array([0.0, 0.0, -1.0])
        right = np.array([np.cos(turned), -np.sin(turned), 0.0])
        tipped_away = np.cos(tilted) * away + np.sin(tilted) * down
        tipped_down = np.cos(tilted) * down - np.sin(tilted) * away
        return np.stack((tipped_away, tipped_down, right), axis=1)

    def describe(self) -> str:
        """Return it in words, as `Maximum of the whole volume, turned 35°, tilted 10°`."""
        tilt = tr(", tilted {tilted:.0f}°", tilted=self.tilted).replace("-", "−") if round(self.tilted) else ""
        return tr("Maximum of the whole volume, turned {turned:.0f}°{tilt}", turned=self.turned, tilt=tilt)
