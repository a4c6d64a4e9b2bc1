"""gzip files that say nothing for long are refused; all others stand at their beginning again."""

import gzip
import io

import pytest

from imaging.base.errors import Code, Refusal
from imaging.files.gzip_start import check_gzip_start

NAMED = b"\x1f\x8b\x08\x08" + bytes(6)


@pytest.mark.parametrize(
    "content", [NAMED + b"x" * 100_000, gzip.compress(b"", mtime=0) * 1001 + gzip.compress(b"x", mtime=0)]
)
def test_nothing_for_long(content: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        check_gzip_start(io.BytesIO(content))
    assert caught.value.code is Code.HEADER


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(bytes(10**6), mtime=0),
        gzip.compress(b"", mtime=0) * 900 + gzip.compress(b"x", mtime=0),
        gzip.compress(b"", mtime=0),
        NAMED + b"name",
        NAMED + b"x" * 4000 + b"\0" + gzip.compress(b"x", mtime=0)[10:],
        b"\x1f\x8b no gzip",
        b"",
    ],
)
def test_the_rest_is_for_its_reader(content: bytes) -> None:
    stream = io.BytesIO(content)
    check_gzip_start(stream)
    assert stream.tell() == 0
