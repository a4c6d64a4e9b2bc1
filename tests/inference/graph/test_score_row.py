import pytest

from imaging.base.errors import Refusal
from inference.contract.codes import ModelCode
from inference.graph.score_row import choose_score_row
from inference.graph.walk import GraphFacts, Port

Shape = tuple[int | None, ...] | None


def facts(outputs: dict[str, Shape], behind: dict[str, set[str]]) -> GraphFacts:
    sources = {name: frozenset(behind.get(name, ())) for name in outputs}
    return GraphFacts((), tuple(Port(name, "float32", shape) for name, shape in outputs.items()), sources)


@pytest.mark.parametrize(
    ("outputs", "behind", "chosen", "says"),
    [
        ({"y": (None, 3)}, {}, "y", "the only output"),
        ({"maps": (1, 3, 7, 7), "y": (1, 3)}, {}, "y", "the only output"),
        # Rank: a row before one with dimensions of one behind it.
        ({"a": (1, 3, 1, 1), "b": (1, 3)}, {}, "b", "rank"),
        # Place: features come before the scores that are computed from them.
        ({"415": (None, 64), "420": (None, 5)}, {"420": {"415"}}, "420", "place"),
        ({"logits": (None, 5), "out": (None, 5)}, {"out": {"logits"}}, "out", "place"),
        # Name, where no row is computed from another.
        ({"features": (None, 8), "logits": (None, 8)}, {}, "logits", "name"),
        ({"aux_logits": (None, 8), "logits": (None, 8)}, {}, "logits", "name"),
        ({"embedding": (None, 2), "x": (None, 9)}, {}, "x", "name"),
        # Size: a few classes before one number, and before hundreds.
        ({"a": (None, 512), "b": (None, 4)}, {}, "b", "size"),
        ({"age": (None, 1), "b": (None, 4)}, {}, "b", "size"),
        ({"a": (None, 4), "b": (None, 5)}, {}, "a", "the first"),
    ],
)
def test_the_row_of_scores(outputs: dict[str, Shape], behind: dict[str, set[str]], chosen: str, says: str) -> None:
    told = facts(outputs, behind)
    row = choose_score_row(told, told.outputs, {})
    assert row.port.name == chosen
    assert says in row.why
    assert len(row.others) == len(outputs) - 1
    assert all(any(f"`{name}`" in one for one in row.others) for name in outputs if name != chosen)


def test_shapes_that_were_measured_count() -> None:
    told = facts({"a": None, "b": (None, None)}, {})
    row = choose_score_row(told, told.outputs, {"a": (1, 2, 5, 5), "b": (1, 4)})
    assert (row.port.name, row.length) == ("b", 4)
    assert row.others == ("`a` [1, 2, 5, 5]",)


def test_a_row_without_its_batch_counts_where_there_is_no_other() -> None:
    alone, beside = facts({"y": (2,)}, {}), facts({"y": (2,), "z": (1, 3)}, {})
    assert choose_score_row(alone, alone.outputs, {}).length == 2
    assert choose_score_row(beside, beside.outputs, {}).length == 3


@pytest.mark.parametrize("shape", [(4, 2), (1, 2, 8, 8), (1, 0), (1, 10**6), ()])
def test_what_is_no_row_is_refused(shape: Shape) -> None:
    told = facts({"y": shape}, {})
    with pytest.raises(Refusal) as refused:
        choose_score_row(told, told.outputs, {})
    assert refused.value.code is ModelCode.GRAPH
