"""The benchmarks' own arithmetic, and one short round of each benchmark without judging its figures."""

import math

import pytest

from tests.benchmarks.harness import Pair, Row, Timing, alternate, alternate_told, repeat, table
from tests.benchmarks.run import main, measure, names


def test_alternate_runs_both_equally_often_and_changes_who_is_first() -> None:
    order: list[str] = []
    pair = alternate(lambda: order.append("a"), lambda: order.append("b"), runs=3, warm=1)
    assert "".join(order) == "ab" + "ab" + "ba" + "ab"
    assert len(pair.a.times) == len(pair.b.times) == 3


def test_ratio_is_that_of_neighbours() -> None:
    pair = Pair(Timing((10.0, 100.0, 12.0)), Timing((5.0, 50.0, 4.0)))
    assert pair.ratio == 2.0


def test_work_that_tells_its_own_time_is_taken_at_its_word() -> None:
    told = iter([1.0, 7.0, 2.0, 4.0, 5.0, 6.0])
    pair = alternate_told(lambda: next(told), lambda: next(told), runs=2, warm=1)
    assert pair.a.times == (2.0, 6.0)
    assert pair.b.times == (4.0, 5.0)


@pytest.mark.parametrize(("percent", "expected"), [(95, 19.0), (50, 10.0), (100, 20.0), (1, 1.0)])
def test_percentile_is_the_nearest_rank(percent: float, expected: float) -> None:
    assert Timing(tuple(float(i) for i in range(1, 21))).percentile(percent) == expected


def test_repeat_leaves_the_warm_runs_out() -> None:
    calls: list[int] = []
    assert len(repeat(lambda: calls.append(1), runs=4, warm=2).times) == 4
    assert len(calls) == 6


def test_the_table_says_what_was_not_reached() -> None:
    row = Row("startup", "window", 400.0, 800.0, 0.5, "0.4…0.6", "< 1", ok=True)
    missed = Row("frame", "2000²", 20.0, None, None, "18…22", "≤ 16 ms", ok=False)
    text = table([row, missed])
    assert "| startup | window | 400 ms | 800 ms | 0.5 | 0.4…0.6 | < 1 | reached |" in text
    assert "NOT REACHED" in text.splitlines()[-1]


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["never-written"]) == 2
    assert "There are: " in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.bench
@pytest.mark.timeout(600)
@pytest.mark.leaves("thread pools of torch and onnxruntime live as long as the interpreter")
# timm's own loader, the peer of `fit`, leaves the closing of its files to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", names())
def test_every_benchmark_runs(name: str) -> None:
    rows = measure(name, rounds=1)
    assert rows
    for row in rows:
        assert math.isfinite(row.ours)
        # Memory that was free already costs nothing.
        assert row.ours >= 0 if name == "memory" else row.ours > 0
        assert row.what
        assert row.reach
