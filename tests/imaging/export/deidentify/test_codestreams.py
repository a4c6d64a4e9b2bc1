"""Text within compressed pixels: in every segment that may hold it, and behind the pictures."""

import struct
from io import BytesIO
from itertools import pairwise

import imagecodecs
import numpy as np
from PIL import Image
from pydicom.encaps import encapsulate, generate_frames

from imaging.export.deidentify.codestreams import EOI, is_text, jpeg_segments, silence_codestreams

CANARY = b"KOBOLDSON"
PIXELS = np.add.outer(np.arange(48), np.arange(64)).astype(np.uint8)


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def make_jpeg() -> bytes:
    """A progressive JPEG with text before its scans, between them, and behind the end."""
    buffer = BytesIO()
    Image.fromarray(np.dstack([PIXELS, PIXELS[::-1], PIXELS])).save(buffer, "JPEG", progressive=True, comment=CANARY)
    made = buffer.getvalue()
    scans = [one for one in jpeg_segments(made, 2, len(made)) if one.marker == 0xDA]
    between = scans[1].begin
    return made[:between] + segment(0xFE, CANARY) + segment(0xE5, CANARY) + made[between:] + CANARY


def make_jpeg_2000() -> bytes:
    """A codestream with text in its main header, in that of its tile-part, and behind the end."""
    made = bytes(imagecodecs.jpeg2k_encode(PIXELS, codecformat="j2k", level=0))
    tile, data = made.find(b"\xff\x90"), made.find(b"\xff\x93")
    comment = segment(0x64, b"\0\1" + CANARY)
    (length,) = struct.unpack(">I", made[tile + 6 : tile + 10])
    part = made[tile : tile + 6] + struct.pack(">I", length + len(comment)) + made[tile + 10 : data] + comment
    return made[:tile] + comment + part + made[data:] + CANARY


def make_jp2() -> bytes:
    """A whole JP2 file, as some writers put it into DICOM, with a box of text."""
    made = bytes(imagecodecs.jpeg2k_encode(PIXELS, codecformat="jp2", level=0))
    at = made.find(b"jp2c") - 4
    return made[:at] + struct.pack(">I", 8 + len(CANARY)) + b"xml " + CANARY + made[at:]


def test_no_text_is_left_and_samples_are_equal() -> None:
    jpeg_ls = bytes(imagecodecs.jpegls_encode(PIXELS))
    jpeg_ls = jpeg_ls[:2] + segment(0xFE, CANARY) + jpeg_ls[2:] + CANARY
    streams = {
        imagecodecs.jpeg8_decode: make_jpeg(),
        imagecodecs.jpegls_decode: jpeg_ls,
        imagecodecs.jpeg2k_decode: make_jpeg_2000(),
        lambda one: imagecodecs.jpeg2k_decode(one): make_jp2(),
    }
    for decode, stream in streams.items():
        assert CANARY in stream
        frames = [one + bytes(len(one) % 2) for one in (stream, stream)]
        value = encapsulate(frames)
        quiet = silence_codestreams(value)
        assert CANARY not in quiet
        assert len(quiet) == len(value)
        for frame in generate_frames(quiet, number_of_frames=2):
            assert np.array_equal(decode(frame), decode(stream))


def test_segments_are_those_of_the_whole_picture() -> None:
    content = make_jpeg()
    found = list(jpeg_segments(content, 2, len(content)))
    assert found[0].begin == 2
    assert all(one.end == other.begin for one, other in pairwise(found))
    assert (found[-1].marker, found[-1].end) == (EOI, len(content) - len(CANARY))
    assert sum(is_text(content, one) for one in found) == 3
    assert list(jpeg_segments(content[:400], 2, 400))[-1].end <= 400
