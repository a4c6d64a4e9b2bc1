import tracemalloc
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.data.perceptual_hash import TURNS, NearDuplicates, hash_turns, near_pairs


def _picture(seed: int) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).uniform(0, 1, (224, 224)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 20)
    return np.asarray((soft - soft.min()) / (soft.max() - soft.min()), dtype=np.float32)


def phash(picture: NDArray[np.float32]) -> int:
    return hash_turns(picture)[0]


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


TURNED: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "as it is": lambda picture: picture,
    "mirrored": lambda picture: picture[:, ::-1],
    "upside down": lambda picture: picture[::-1],
    "turned by 180°": lambda picture: picture[::-1, ::-1],
    "rows for columns": lambda picture: picture.T,
    "turned by 90° clockwise": lambda picture: np.rot90(picture, -1),
    "turned by 90° anticlockwise": lambda picture: np.rot90(picture),
    "rows for columns, turned by 180°": lambda picture: picture[::-1, ::-1].T,
}
TURNED |= {f"{name}, inverted": lambda picture, turn=turn: 1 - turn(picture) for name, turn in TURNED.items()}


def test_every_turn_is_tried() -> None:
    assert tuple(TURNED) == TURNS


@pytest.mark.parametrize("turn", TURNS)
def test_a_hash_under_a_turn_is_that_of_the_turned_picture(turn: str) -> None:
    for seed in range(5):
        picture = _picture(seed)
        turned = np.ascontiguousarray(TURNED[turn](picture))
        assert _distance(hash_turns(picture)[TURNS.index(turn)], phash(turned)) <= 1


@pytest.mark.parametrize("turn", TURNS)
def test_twins_are_found_however_the_second_was_turned(turn: str) -> None:
    """And what is told is what makes the second one like the first."""
    pictures = [_picture(seed) for seed in range(6)]
    there = np.ascontiguousarray(TURNED[turn](pictures[2]))
    alike = NearDuplicates([hash_turns(one) for one in (*pictures, there)], 4)
    number_of = {position: number for number, members in enumerate(alike.members) for position in members}
    first, second = number_of[6], number_of[2]
    if turn == "as it is":
        assert first == second
        assert alike.near == []
    else:
        assert alike.near == [tuple(sorted((first, second)))]
        told, bits = alike.turn_between(first, second)
        assert (told, bits <= 1) == (turn, True)


def test_a_picture_that_is_its_own_mirror_is_no_twin_of_itself() -> None:
    picture = _picture(1)
    assert NearDuplicates([hash_turns(picture + picture[:, ::-1])], 4).near == []


def test_blank_pictures_are_no_twins() -> None:
    blank = [hash_turns(np.full((40, 40), level, dtype=np.float32)) for level in (-1, 0, 0, 0.5, 1)]
    alike = NearDuplicates([*blank, *(hash_turns(_picture(seed)) for seed in (1, 1))], 4)
    assert alike.near == []
    assert sorted(map(len, alike.members)) == [1, 1, 1, 1, 1, 2]


def test_no_pictures_have_no_twins() -> None:
    assert NearDuplicates([], 4).near == []


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


@given(_clouds(), st.integers(0, 9), st.integers(0, 40))
def test_pairs_of_the_first_are_those_of_all_that_begin_with_one_of_them(
    hashes: list[int], distance: int, first: int
) -> None:
    packed = np.array(hashes, dtype=np.uint64)
    found = near_pairs(packed, distance, first).tolist()
    assert found == [pair for pair in near_pairs(packed, distance).tolist() if pair[0] < first]


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
