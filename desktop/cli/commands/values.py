"""`values`: a slice as its modality values, as float32 .npy."""

from desktop.cli.output import CommandOutcome
from desktop.cli.parser import SliceRequest
from desktop.cli.slice_io import find_slice, slice_outcome, write_npy
from imaging.workers.pool import Reading


def values(request: SliceRequest, reading: Reading) -> CommandOutcome:
    """Write the modality values of a slice as float32 .npy."""
    found, _, slice_ = find_slice(request, reading)
    write_npy(request.out, slice_.values)
    return slice_outcome(request, found, slice_)
