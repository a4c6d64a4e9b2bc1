"""Pictures of far too many parts are refused before Pillow looks at each."""

import io
import struct

import pytest
from PIL import Image

from imaging.base.errors import Code, Refusal
from imaging.formats.raster.structure import check_structure
from tests.hostile import pictures

GREY = Image.new("L", (4, 4))


def chunks(count: int) -> bytes:
    return pictures.png(4, 4, b"", before=pictures.png_chunk(b"teXt", b"") * count)


def directories(count: int, order: str = "<") -> bytes:
    head = b"II*\0" if order == "<" else b"MM\0*"
    links = (struct.pack(f"{order}HL", 0, 8 + 6 * (number + 1)) for number in range(count - 1))
    return head + struct.pack(f"{order}L", 8) + b"".join(links) + struct.pack(f"{order}HL", 0, 0)


@pytest.mark.parametrize("content", [chunks(100_001), directories(8_001), directories(8_001, ">")])
def test_too_many_parts(content: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        check_structure(io.BytesIO(content))
    assert caught.value.code is Code.TOO_LARGE


@pytest.mark.parametrize(
    "content",
    [
        chunks(90_000),
        directories(8_000),
        pictures.tiff(pictures.tiff_tags(4, 4, at=8, count=16), following=8),
        b"",
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xff",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*\0",
    ],
)
def test_what_pillow_may_look_at(content: bytes) -> None:
    stream = io.BytesIO(content)
    check_structure(stream)
    assert stream.tell() == 0


def test_pictures_of_many_pages_are_still_read() -> None:
    stream = io.BytesIO()
    GREY.save(stream, "TIFF", save_all=True, append_images=[GREY] * 60)
    stream.seek(0)
    check_structure(stream)
    with Image.open(stream) as picture:
        assert picture.n_frames == 61  # type: ignore[attr-defined]
