"""Tasks whose items have nothing to do with each other: what one of them trips over costs that one only."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from imaging.base.errors import Code, Refusal

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def answer_each(
    answer: Callable[[Item], Answer], items: Sequence[Item], *, fault: Code
) -> Iterator[tuple[int, Answer | Refusal]]:
    """Yield each item's number and its answer, or the refusal it met. For tasks in a child process.

    Whatever a library raises is a refusal with the code `fault`; its text, which may quote the patient, is dropped.
    """
    for number, item in enumerate(items):
        yield number, _answer_one(answer, item, fault)


def _answer_one(answer: Callable[[Item], Answer], item: Item, fault: Code) -> Answer | Refusal:
    try:
        return answer(item)
    except Refusal as refusal:
        return refusal
    except MemoryError:
        return Refusal(Code.TOO_LARGE)
    except Exception:
        return Refusal(fault)
