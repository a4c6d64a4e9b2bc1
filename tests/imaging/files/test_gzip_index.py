"""Reading from an index point in the midst of a gzip file gives the bytes that unpacking it whole gives."""

import gzip
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.base.errors import Code, Refusal
from imaging.files.gzip_index import (
    ChecksumProgress,
    GzipIndex,
    IndexedGzipReader,
    IndexPoint,
    find_index_points,
    gzip_index_for_source,
)
from imaging.files.sources import stamp_of
from imaging.volume.series import Source

SPACING = 64 * 1024
CONTENT = b"".join(
    part
    for number in range(12)
    for part in (
        np.random.default_rng(number).integers(0, 1 + 20 * number, 50_000).astype(np.uint8).tobytes(),
        bytes(70_000),
        bytes([number]) * 5_000,
    )
)


def packed(levels: Sequence[int], behind: bytes = b"") -> bytes:
    """The content in as many members as there are levels."""
    cuts = np.linspace(0, len(CONTENT), len(levels) + 1).astype(int)
    parts = zip(levels, cuts, cuts[1:], strict=False)
    return b"".join(gzip.compress(CONTENT[begin:end], level) for level, begin, end in parts) + behind


def find_all_points(content: bytes, at_once: int = 3) -> list[IndexPoint]:
    """All points, found a few at a time, each time from the last two on."""
    found: list[IndexPoint] = []
    while True:
        searching = find_index_points(BytesIO(content), found[-2:], SPACING)
        fresh = [point for _ in range(at_once) for point in next(searching, ())]
        if not fresh:
            return found
        found += fresh


def read_at(content: IndexedGzipReader, position: int, count: int) -> bytes:
    for _ in content.skip(position):
        pass
    return content.read(count)


@settings(max_examples=25)
@given(
    levels=st.lists(st.sampled_from([0, 1, 6, 9]), min_size=1, max_size=4),
    behind=st.sampled_from([b"", b"rubbish", bytes(600)]),
    reads=st.lists(st.tuples(st.integers(0, len(CONTENT) - 1), st.integers(1, 200_000)), min_size=1, max_size=12),
)
def test_any_order_of_reading_gives_the_same_bytes(
    levels: list[int], behind: bytes, reads: list[tuple[int, int]]
) -> None:
    content = packed(levels, behind)
    points = find_all_points(content)
    assert len(points) > len(CONTENT) // (4 * SPACING)
    together = IndexedGzipReader(BytesIO(content), points)
    for position, count in reads:
        wanted = CONTENT[position : position + count]
        assert read_at(together, position, count) == wanted
        # What a child is given: no more than the points around it.
        near = [point for point in points if point.unpacked <= position][-1:]
        assert read_at(IndexedGzipReader(BytesIO(content), near), position, count) == wanted


def test_a_point_saves_the_unpacking_of_what_lies_before_it() -> None:
    content = packed([6])
    (*_, last) = (point for point in find_all_points(content) if point.unpacked < len(CONTENT))
    # What lies before the point may as well be gone.
    blank = bytes(last.packed - 1) + content[last.packed - 1 :]
    assert read_at(IndexedGzipReader(BytesIO(blank), [last]), last.unpacked, 10**7) == CONTENT[last.unpacked :]


def test_many_short_members_are_indexed_in_few_steps_and_thinned() -> None:
    """As bgzip writes them."""
    blocks = b"".join(gzip.compress(CONTENT[at : at + 4096]) for at in range(0, len(CONTENT), 4096))
    index = GzipIndex(Source(Path("x")), (0, 0), len(CONTENT))
    index.spacing = SPACING
    index.add(find_all_points(blocks))
    assert len(index.points_between(0, len(CONTENT))) <= len(CONTENT) // SPACING + 2
    for position in (0, 5, 4096, 500_000, len(CONTENT) - 10):
        near = index.points_between(position, position + 50)
        assert read_at(IndexedGzipReader(BytesIO(blocks), near), position, 50) == CONTENT[position : position + 50]


@pytest.mark.parametrize("levels", [[6], [1, 6]])
def test_a_cut_file_gives_what_is_there_and_then_says_so(levels: list[int]) -> None:
    content = packed(levels)
    cut = content[: int(len(content) * 0.7)]
    points = find_all_points(cut)
    assert points
    reader = IndexedGzipReader(BytesIO(cut), points)
    # The library takes the cut itself for a point; nothing lies behind it.
    good = points[-2].unpacked
    assert read_at(reader, good - 1000, 1000) == CONTENT[good - 1000 : good]
    with pytest.raises(EOFError):
        read_at(reader, len(CONTENT) - 10, 10)


def test_damaged_blocks_stop_a_search_and_are_an_error_to_read() -> None:
    content = bytearray(packed([6]))
    content[len(content) // 2 : len(content) // 2 + 64] = bytes(range(64))
    points = find_all_points(bytes(content))
    assert all(CONTENT[point.unpacked - 1000 : point.unpacked] == point.preceding[-1000:] for point in points[:3])
    with pytest.raises((zlib.error, EOFError)):
        checked_in_parts(bytes(content), points)


def checked_in_parts(content: bytes, points: list[IndexPoint], part: int = 300_000) -> ChecksumProgress:
    """A check as the program does it: a part at a time, each entered anew."""
    checked = ChecksumProgress()
    while not checked.is_all:
        reader = IndexedGzipReader(BytesIO(content), points)
        for _ in reader.check_from(checked):
            pass
        begin = checked.position
        while not checked.is_all and checked.position < begin + part:
            reader.read(50_000)
            checked = reader.checked()
    return checked


@pytest.mark.parametrize("levels", [[6], [9, 0, 1], [1] * 8])
@pytest.mark.parametrize("behind", [b"", b"rubbish"])
def test_whole_files_pass_the_check(levels: list[int], behind: bytes) -> None:
    content = packed(levels, behind)
    assert checked_in_parts(content, find_all_points(content)).position == len(CONTENT)
    assert checked_in_parts(content, []).position == len(CONTENT)


@pytest.mark.parametrize("levels", [[6], [1, 6, 9]])
def test_one_wrong_bit_is_found(levels: list[int]) -> None:
    content = packed(levels)
    for share in (0.2, 0.5, 0.9):
        wrong = bytearray(content)
        wrong[int(len(wrong) * share)] ^= 4
        points = find_all_points(bytes(wrong))
        with pytest.raises((zlib.error, EOFError)):
            checked_in_parts(bytes(wrong), points)
    # Nothing but the checksum itself.
    wrong = bytearray(content)
    wrong[-7] ^= 1
    with pytest.raises(zlib.error):
        checked_in_parts(bytes(wrong), find_all_points(content))


def test_points_are_shared_until_the_file_changes(tmp_path: Path) -> None:
    source = Source(tmp_path / "a.gz")
    source.path.write_bytes(packed([6]))
    known = gzip_index_for_source(source, 100)
    assert gzip_index_for_source(source, 100) is known
    source.path.write_bytes(packed([1]))
    assert gzip_index_for_source(source, 100) is not known
    assert gzip_index_for_source(source, 100).stamp == stamp_of(source)
    source.path.unlink()
    with pytest.raises(Refusal) as caught:
        gzip_index_for_source(source, 100)
    assert caught.value.code is Code.MISSING


def test_points_of_a_file_of_any_length_take_little_memory() -> None:
    for length in (1, 10**9, 10**10, 2**36):
        index = GzipIndex(Source(Path("x")), (0, 0), length)
        assert length / index.spacing * 32 * 1024 <= 40 * 2**20
