"""A stranger's graph in a process of its own: the same answers, and nothing that it does reaches the program."""

import gc
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import stopped_by
from inference.bundle.bundle import load_bundle
from inference.bundle.catalog import default_folders, list_installed
from inference.classify.classifier import Classifier
from inference.classify.model_process import ChildSession, process_ids
from inference.classify.onnx_session import OnnxSession
from inference.classify.preprocess import prepare
from inference.classify.session import open_session
from inference.contract.codes import ModelCode
from inference.contract.storage import sha256_of
from tests.hostile.models import SIDE, graph, looped, looping_bundle, shaped, summed
from tests.inference.factory import make_bundle, make_contract, spot_slice, tiny_model

EMPTY = np.zeros((1, 1, SIDE, SIDE), np.float32)
SOON = ReadingPolicy(seconds=1.0)


def session_of(model: bytes, policy: ReadingPolicy = SOON) -> ChildSession:
    return ChildSession(lambda: model, sha256_of(model), policy)


def refused(model: bytes, policy: ReadingPolicy = SOON) -> Refusal:
    """Why the graph gives no answer for an empty picture."""
    with pytest.raises(Refusal) as found:
        session_of(model, policy).run("x", EMPTY, ["y"])
    return found.value


@pytest.mark.parametrize("batch", [1, 14, 600])
def test_answers_are_those_of_a_graph_inside_bit_for_bit(batch: int) -> None:
    model = tiny_model(make_contract())
    tensor = np.random.default_rng(batch).normal(size=(batch, 1, 32, 32)).astype(np.float32)
    inside, outside = OnnxSession(model), session_of(model, ReadingPolicy())
    for given in (tensor, tensor[::-1]):
        for one, other in zip(*(one.run("image", given, ["cams", "logits"]) for one in (inside, outside)), strict=True):
            assert one.dtype == other.dtype
            assert np.array_equal(one, other)


ENDLESS = summed(looped("v2 = Add (v, v)"))


@pytest.mark.parametrize(
    ("model", "code", "says"),
    [
        pytest.param(ENDLESS, ModelCode.TIMEOUT, "longer than 1 second", id="never ends"),
        pytest.param(
            summed(shaped(800_000_000) + "w = ConstantOfShape (s)"), ModelCode.MEMORY, "memory", id="3 GB at once"
        ),
        pytest.param(
            summed(looped("v2 = Concat <axis = 0> (v, v)", first="x", kind="float[N,C,H,W] v")),
            ModelCode.MEMORY,
            "memory",
            id="twice as much each time",
        ),
        pytest.param(
            graph("y = Cast <to = 8> (mean)", result="string[N]"), ModelCode.MODEL_ERROR, "numbers", id="text"
        ),
        pytest.param(
            graph("y = SequenceConstruct (mean, mean)", result="seq(float[N])"),
            ModelCode.MODEL_ERROR,
            "numbers",
            id="a sequence",
        ),
        pytest.param(
            graph(shaped(20_000_000) + "y = ConstantOfShape (s)", result="float[N]"),
            ModelCode.MODEL_ERROR,
            "more than any heatmap",
            id="a long answer",
        ),
        pytest.param(b"\xffnot a graph", ModelCode.GRAPH, "cannot run", id="no graph"),
    ],
)
def test_what_a_graph_does_is_a_refusal_and_the_next_one_runs(model: bytes, code: ModelCode, says: str) -> None:
    refusal = refused(model)
    assert refusal.code is code
    assert says in refusal.message
    assert session_of(summed("w = Add (mean, mean)")).run("x", EMPTY, ["y"])[0].tolist() == [[0.0, 0.0]]


def test_a_larger_limit_of_memory_lets_a_large_model_through() -> None:
    model = summed(shaped(250_000_000) + "w = ConstantOfShape (s)")
    assert refused(model).code is ModelCode.MEMORY
    gib = 2**30
    answer = session_of(model, ReadingPolicy(memory_bytes=3 * gib)).run("x", EMPTY, ["y"])[0]
    assert answer.tolist() == [[0.0, 0.0]]


def test_a_model_that_hung_on_one_slice_answers_on_the_next(tmp_path: Path) -> None:
    bundle = load_bundle(looping_bundle(tmp_path, only_dark=True))
    classifier = Classifier(bundle, policy=SOON)
    dark = prepare(spot_slice(), bundle.contract.input)
    bright = type(dark)(np.ones_like(dark.tensor), dark.placement)
    before = classifier.run(bright).logits
    with pytest.raises(Refusal) as hung:
        classifier.run(dark)
    assert hung.value.code is ModelCode.TIMEOUT
    assert np.array_equal(classifier.run(bright).logits, before)


def test_golden_pairs_that_never_end_are_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as hung:
        load_bundle(looping_bundle(tmp_path), SOON)
    assert hung.value.code is ModelCode.TIMEOUT


def test_a_run_that_nobody_waits_for_any_more_is_ended_at_once() -> None:
    others = process_ids()
    session = session_of(ENDLESS, ReadingPolicy())
    (pid,) = process_ids() - others
    stop = threading.Event()
    timer = threading.Timer(0.3, stop.set)
    timer.start()
    with stopped_by(stop.is_set), pytest.raises(Refusal) as cancelled:
        session.run("x", EMPTY, ["y"])
    timer.join()
    assert cancelled.value.code is Code.CANCELLED
    assert not psutil.pid_exists(pid)


def test_sessions_of_one_graph_share_a_process_and_another_graph_has_its_own() -> None:
    first, second = (summed(f"w = {operator} (mean, mean)") for operator in ("Max", "Min"))
    gc.collect()
    others = process_ids()
    one, other = session_of(first), session_of(first)
    (shared,) = process_ids() - others
    third = session_of(second)
    (own,) = process_ids() - others - {shared}
    del one, other
    gc.collect()
    assert shared not in process_ids()
    del third
    gc.collect()
    # The last one is kept: what was loaded and checked is used next.
    assert own in process_ids()


def test_what_came_with_the_program_runs_inside_and_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_inside(path: Path) -> bool:
        return isinstance(open_session(load_bundle(path), None, SOON), OnnxSession)

    shipped = [one.path for one in list_installed(default_folders()[:1])]
    assert [is_inside(path) for path in shipped] == [True] * len(shipped)
    ours = make_bundle(tmp_path)
    assert not is_inside(ours)
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "site"))
    allow = tmp_path / "site" / "slicelens" / "models.allow"
    allow.parent.mkdir(parents=True)
    allow.write_text(f"# tiny, seen on 2026-11-28\n{sha256_of((ours / 'bundle.json').read_bytes()).upper()} tiny\n")
    assert is_inside(ours)
