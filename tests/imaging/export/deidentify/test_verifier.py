"""The verifier alone: it finds what is there in any spelling, and is not upset by what merely looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.export.deidentify.dataset_walk import OriginalValue
from imaging.export.deidentify.verifier import collect_spellings, find_leftovers

NAME, STUDY_ID, UID, DATE = 0x00100010, 0x00200010, 0x00080018, 0x00080020


def found(value: OriginalValue, content: bytes, **how: bool) -> bool:
    sought, _ = collect_spellings([value])
    return bool(find_leftovers(content, sought, **how))


@pytest.mark.parametrize("codec", ["ascii", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("spelling", ["Smithson", "SMITHSON", "smithson"])
def test_a_part_of_a_name_is_found_in_any_case_and_encoding(codec: str, spelling: str) -> None:
    value = OriginalValue(NAME, "PN", b"Smithson^Anna Maria")
    assert found(value, b"\0\1" + f"xx {spelling} yy".encode(codec) + b"\2")


@pytest.mark.parametrize("codec", ["utf-8", "latin-1", "utf-16-le"])
def test_letters_beyond_ascii_are_found(codec: str) -> None:
    value = OriginalValue(NAME, "PN", "Müllerová^Jörg".encode("latin-1"), ("iso8859",))
    assert found(value, "über MÜLLEROVÁ hinaus".encode(codec))


def test_the_file_s_own_characters_are_known() -> None:
    value = OriginalValue(NAME, "PN", "山田^太郎".encode("shift_jis"), ("shift_jis",))
    assert found(value, "検査 山田 様".encode())
    assert found(value, "検査 山田 様".encode("shift_jis"))


def test_numbers_count_only_whole() -> None:
    value = OriginalValue(DATE, "DA", b"20210304")
    assert found(value, b"on 20210304.") is False
    assert found(value, b"on 20210304 and")
    assert not found(value, b"1.2.120210304.5")
    assert not found(value, b"0.20210304")


def test_a_uid_is_no_part_of_a_longer_one() -> None:
    value = OriginalValue(UID, "UI", b"1.2.840.99.1\0")
    assert found(value, b"\x081.2.840.99.1\0")
    assert not found(value, b"1.2.840.99.12")
    assert not found(value, b"9.1.2.840.99.1")


@pytest.mark.parametrize("text", ["M", "CT", "T1 axial head", "1234", "0000000", "75.500000", "REMOVED", "19000101"])
def test_what_is_short_or_ordinary_is_counted_and_not_looked_for(text: str) -> None:
    sought, unsought = collect_spellings([OriginalValue(STUDY_ID, "LO", text.encode())])
    assert (sought, unsought) == ({}, 1)


def test_among_pixels_only_long_spellings_are_looked_for() -> None:
    value = OriginalValue(STUDY_ID, "LO", b"Kobold")
    assert found(value, b"...Kobold...")
    assert not found(value, b"...Kobold...", in_pixels=True)
    assert found(OriginalValue(STUDY_ID, "LO", b"Rumpelstiltskin"), b"..Rumpelstiltskin", in_pixels=True)


@given(st.binary(max_size=300), st.text("abcdefghij", min_size=6, max_size=20), st.binary(max_size=300))
def test_a_value_is_found_wherever_it_stands(before: bytes, text: str, after: bytes) -> None:
    if len(set(text)) > 1:
        assert found(OriginalValue(STUDY_ID, "LO", text.encode()), before + text.upper().encode() + after)


@given(st.binary(max_size=40), st.text("abcdefghijXYZ", min_size=8, max_size=20), st.binary(max_size=40))
def test_a_long_value_is_found_among_pixels_at_any_offset(before: bytes, text: str, after: bytes) -> None:
    value = OriginalValue(STUDY_ID, "LO", text.encode())
    if len(set(text.lower())) > 1:
        for written in (text, text.upper(), text.swapcase()):
            content = before + written.encode() + after
            assert found(value, content, in_pixels=True)
            sought, _ = collect_spellings([value])
            assert all(
                content[one.offset :].lower().startswith(one.content)
                for one in find_leftovers(memoryview(content), sought, in_pixels=True)
            )


@pytest.mark.parametrize("shift", range(4))
def test_numbers_among_pixels_count_only_whole(shift: int) -> None:
    value = OriginalValue(DATE, "DA", b"20210304")
    assert found(value, b"x" * shift + b"20210304", in_pixels=True)
    assert found(value, b"x" * shift + b"20210304 and", in_pixels=True)
    assert not found(value, b"x" * shift + b"1.20210304", in_pixels=True)
    assert not found(value, b"x" * shift + b"202103045", in_pixels=True)
