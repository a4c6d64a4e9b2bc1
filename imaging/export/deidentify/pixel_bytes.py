"""Hiding places behind pixels: bytes after the last sample, drawings in unused bits.

Pixels themselves stay as they are, byte for byte, but where a person names boxes to black out.
"""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from imaging.base.errors import Code, Refusal
from imaging.export.deidentify.options import Box


def native_length(dataset: Dataset) -> int | None:
    """Return how many bytes the samples of uncompressed pixels take; None if the header does not say."""
    try:
        count = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("SamplesPerPixel", 1) or 1)
        bits = count * int(dataset.get("NumberOfFrames", 1) or 1) * int(dataset.BitsAllocated)
    except (AttributeError, TypeError, ValueError):
        return None
    if dataset.get("PhotometricInterpretation") == "YBR_FULL_422":
        bits = bits * 2 // 3
    return (bits + 7) // 8


def trim_native(value: bytes, length: int) -> bytes:
    """Return the samples without what follows them, of even length; fewer than expected stay as they are."""
    return value if len(value) <= length else value[:length] + bytes(length % 2)


def clear_embedded_overlays(value: bytes, dataset: Dataset, planes: list[int]) -> bytes:
    """Return native samples with the bits cleared in which overlays were drawn (Overlay Bit Position, retired)."""
    allocated = int(dataset.BitsAllocated)
    if allocated not in (8, 16, 32) or not planes:
        return value
    stored, high = int(dataset.BitsStored), int(dataset.get("HighBit", int(dataset.BitsStored) - 1))
    samples = ((1 << stored) - 1) << max(high + 1 - stored, 0)
    mask = (1 << allocated) - 1
    for bit in planes:
        if 0 <= bit < allocated and not samples >> bit & 1:
            mask &= ~(1 << bit)
    words = np.frombuffer(value, dtype=f"<u{allocated // 8}", count=len(value) // (allocated // 8))
    cleared: bytes = (words & words.dtype.type(mask)).tobytes()
    return cleared + value[len(cleared) :]


def black_out(frames: NDArray[np.generic], boxes: tuple[Box, ...], *, white_is_least: bool) -> NDArray[np.generic]:
    """Return frames [frame, row, column(, sample)] with the boxes filled with each frame's darkest value.

    Raises `Refusal` (ARGUMENT) for a box that lies outside all of them.
    """
    filled = frames.copy()
    rows, columns = frames.shape[1:3]
    for top, left, bottom, right in boxes:
        if top >= rows or left >= columns:
            raise Refusal(Code.ARGUMENT, "A box to black out lies outside the picture.")
        for frame in filled:
            frame[top:bottom, left:right] = frame.max() if white_is_least else frame.min()
    return filled


def store_uncompressed(dataset: Dataset, frames: NDArray[np.generic]) -> None:
    """Put decoded frames [frame, row, column(, 3)] into a data set as native samples, explicit little endian."""
    is_colour = frames.ndim == 4
    dataset.SamplesPerPixel = 3 if is_colour else 1
    if is_colour:
        dataset.PhotometricInterpretation, dataset.PlanarConfiguration = "RGB", 0
    bits = frames.dtype.itemsize * 8
    if int(dataset.BitsAllocated) != bits or is_colour:
        dataset.BitsAllocated = bits
        dataset.BitsStored = min(int(dataset.BitsStored), bits)
        dataset.HighBit = dataset.BitsStored - 1
    content = np.ascontiguousarray(frames, dtype=frames.dtype.newbyteorder("<")).tobytes()
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in dataset:
            del dataset[keyword]
    dataset.add_new(0x7FE00010, "OB" if bits == 8 else "OW", content + bytes(len(content) % 2))
    dataset["PixelData"].is_undefined_length = False
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
