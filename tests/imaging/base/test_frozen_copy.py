"""A changed copy of a frozen value is what `dataclasses.replace` makes of it."""

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.base.frozen_copy import with_fields


@dataclass(frozen=True)
class Sample:
    """A value of some fields."""

    one: int
    two: str = "b"
    three: tuple[int, ...] = field(default=(), compare=False)


@given(st.fixed_dictionaries({}, optional={"one": st.integers(), "two": st.text(), "three": st.tuples(st.integers())}))
def test_it_is_replace(changes: dict[str, object]) -> None:
    whole = Sample(1, "x", (3,))
    made, expected = with_fields(whole, **changes), replace(whole, **changes)  # type: ignore[arg-type]
    assert (made, made.three) == (expected, expected.three)
    assert whole == Sample(1, "x")


def test_it_stays_frozen_and_knows_its_fields() -> None:
    made = with_fields(Sample(1), one=2)
    with pytest.raises(FrozenInstanceError):
        made.one = 3  # type: ignore[misc]
    with pytest.raises(KeyError):
        with_fields(made, four=4)
