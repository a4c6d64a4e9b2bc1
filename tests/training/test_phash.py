import tracemalloc

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.data.perceptual_hash import near_pairs, phash


def _picture(seed: int) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).uniform(0, 1, (224, 224)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 20)
    return np.asarray((soft - soft.min()) / (soft.max() - soft.min()), dtype=np.float32)


def _distance(first: int, second: int) -> int:
    return (first ^ second).bit_count()


@pytest.mark.parametrize("seed", range(6))
def test_the_same_picture_saved_again_is_near(seed: int) -> None:
    picture = _picture(seed)
    levels = np.rint(picture * 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, 60])
    again = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE).astype(np.float32)
    smaller = cv2.resize(picture, (150, 150), interpolation=cv2.INTER_AREA)
    for other in (again, smaller, picture * 0.6 + 0.2):
        assert _distance(phash(picture), phash(np.asarray(other, dtype=np.float32))) <= 4


def test_different_pictures_are_far() -> None:
    hashes = [phash(_picture(seed)) for seed in range(12)]
    assert min(_distance(a, b) for n, a in enumerate(hashes) for b in hashes[:n]) > 10


@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.integers(0, 64))
def test_pairs_are_those_of_a_plain_search(hashes: list[int], distance: int) -> None:
    found = {tuple(pair) for pair in near_pairs(np.array(hashes, dtype=np.uint64), distance).tolist()}
    wanted = {
        (first, second)
        for second in range(len(hashes))
        for first in range(second)
        if _distance(hashes[first], hashes[second]) <= distance
    }
    assert found == wanted


@st.composite
def _clouds(draw: st.DrawFn) -> list[int]:
    """Hashes in clouds: a few centres, around each some that differ in a few bits, some twice."""
    found = []
    for centre in draw(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5)):
        for bits in draw(st.lists(st.lists(st.integers(0, 63), max_size=7), min_size=1, max_size=12)):
            found.append(centre)
            for bit in bits:
                found[-1] ^= 1 << bit
    return found


@given(_clouds(), st.integers(0, 7))
def test_bands_find_exactly_what_a_plain_search_finds(hashes: list[int], distance: int) -> None:
    """Few random hashes are near each other, so the exactness of the bands is tested where many are."""
    found = near_pairs(np.array(hashes, dtype=np.uint64), distance).tolist()
    plain = [
        [one, other]
        for one in range(len(hashes))
        for other in range(one + 1, len(hashes))
        if _distance(hashes[one], hashes[other]) <= distance
    ]
    assert found == plain


def test_a_hundred_thousand_hashes_need_no_table_of_all_pairs() -> None:
    generator = np.random.default_rng(0)
    hashes = generator.integers(0, 2**64, 100_000, dtype=np.uint64)
    hashes[99_000:] = hashes[:1000] ^ (np.uint64(1) << generator.integers(0, 64, 1000).astype(np.uint64))
    tracemalloc.start()
    pairs = near_pairs(hashes, 4)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {(number, 99_000 + number) for number in range(1000)} <= {tuple(pair) for pair in pairs.tolist()}
    # A table of all pairs would be 10,000 million bytes.
    assert most < 100_000_000
