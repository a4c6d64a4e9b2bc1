"""The random changes of a training slice: its place and tone, and how it may have been made and saved."""

from typing import Annotated

from pydantic import Field

from inference.contract.contract import ContractPart, Positive, Share

Unsigned = Annotated[float, Field(ge=0)]


class Quality(ContractPart):
    """How differently a picture may have been made and saved: chances in 0…1, each drawn for itself."""

    resolution: Share = 0.0
    """Kept at fewer pixels (down to `least_side` along the longer side) and enlarged again."""
    least_side: Annotated[int, Field(ge=16)] = 96
    """Pixels along the longer side, at the fewest."""
    jpeg: Share = 0.0
    """Saved as JPEG of a quality from `least_jpeg` to 95."""
    least_jpeg: Annotated[int, Field(ge=1, le=95)] = 20
    """The lowest JPEG quality that is drawn."""
    noise: Unsigned = 0.0
    """Normal noise of a standard deviation from 0 to this, in shares of white."""
    tone: Share = 0.0
    """Anything from washed out to hard."""
    border: Share = 0.0
    """A border of one grey is laid around it."""
    corners: Share = 0.0
    """Corners are covered, as scanners mask them."""
    letters: Share = 0.0
    """Letters are burnt in, as side markers are."""


class Augmentation(ContractPart):
    """Random changes of a training slice. Angles in degrees, lengths as shares of the side, chances in 0…1."""

    rotation: Unsigned = 0.0
    """Drawn from -rotation…rotation degrees."""
    zoom: Unsigned = 0.0
    """Enlarged or shrunk, by exp(-zoom)…exp(zoom)."""
    stretch: Unsigned = 0.0
    """How much height and width may change against each other."""
    shift: Unsigned = 0.0
    """Moved by up to this share of the side, along both."""
    shear: Unsigned = 0.0
    """Sheared by up to this slope."""
    flip: Share = 0.0
    """Chance of a left-right mirror image; leave it at 0 where the side matters."""
    gamma: Unsigned = 0.0
    """Exponents are drawn from exp(-gamma)…exp(gamma)."""
    contrast: Unsigned = 0.0
    """Multiplied around the mean by exp(-contrast)…exp(contrast)."""
    brightness: Unsigned = 0.0
    """Added, drawn from -brightness…brightness."""
    gain: tuple[Positive, Positive] | None = None
    """Multiplied, drawn from this range (Keras's brightness_range)."""
    blur: Share = 0.0
    """Chance of being softened or sharpened."""
    noise: Unsigned = 0.0
    """Normal noise of a standard deviation from 0 to this, in shares of white."""
    erase: Share = 0.0
    """Chance that a rectangle is painted over."""
    mixup: Unsigned = 0.0
    """The parameter of the Beta distribution; 0 is none."""
    mixup_chance: Share = 0.0
    """Chance that a batch is mixed."""
    quality: Quality | None = None
    """How pictures are made and saved anew; left out, they are not."""
