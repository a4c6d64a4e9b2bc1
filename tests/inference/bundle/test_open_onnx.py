from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from inference.bundle.bundle import load_bundle, save_bundle
from inference.bundle.provisional import open_onnx
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import ConcernKind, Status
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract
from inference.contract.phantoms import slice_from_array
from inference.explain.methods import explain
from inference.explain.normalise_cam import heat_in_slice
from tests.inference.factory import labels, make_contract, spot_slice, tiny_model


def bare(tmp_path: Path, *, tail: Any = (), **changes: Any) -> Path:
    path = tmp_path / "Some Model.onnx"
    path.write_bytes(tiny_model(make_contract(**changes), tail=tail, maps=False))
    return path


def test_the_graph_tells_layout_size_and_classes(tmp_path: Path) -> None:
    changes: dict[str, Any] = {
        "input": {"size": [48, 32], "layout": "NHWC", "colour": "grey_to_rgb", "mean": [0.0] * 3, "std": [1.0] * 3},
        "task": {"labels": labels("a", "b", "c")},
    }
    contract = open_onnx(bare(tmp_path, **changes)).contract
    assert contract.id == "some-model"
    assert contract.input.size == (48, 32)
    assert (contract.input.layout, contract.input.colour) == ("NHWC", "grey_to_rgb")
    assert contract.task.names == ("class_0", "class_1", "class_2")
    assert (contract.task.kind, contract.output.activation) == ("multiclass", "softmax")


@pytest.mark.parametrize(
    ("count", "tail", "kind", "activation"),
    [
        (2, (), "multiclass", "softmax"),
        (2, ("Softmax",), "multiclass", "none"),
        (2, ("Sigmoid",), "multilabel", "none"),
        (1, (), "binary", "sigmoid"),
        (1, ("Sigmoid",), "binary", "none"),
    ],
)
def test_kind_and_activation(tmp_path: Path, count: int, tail: tuple[str, ...], kind: str, activation: str) -> None:
    task = {"kind": "binary"} if count == 1 else {}
    output = {"activation": "sigmoid"} if count == 1 else {}
    bundle = open_onnx(bare(tmp_path, tail=tail, task=task, output=output))
    assert (bundle.contract.task.kind, bundle.contract.output.activation) == (kind, activation)
    analysis = analyse(spot_slice(), Classifier(bundle))
    assert analysis.status is Status.OK
    assert heat_in_slice(analysis, bundle.contract, bundle.contract.task.names[-1]).max() > 0.9


def test_every_score_comes_with_the_concern_that_the_contract_is_assumed(tmp_path: Path) -> None:
    bundle = open_onnx(bare(tmp_path))
    assert bundle.assumptions
    found = analyse(spot_slice(), Classifier(bundle)).concerns
    assert [concern.sentence for concern in found if concern.point == "contract"] == list(bundle.assumptions)
    assert all(concern.kind is ConcernKind.UNKNOWN for concern in found)


def test_a_corrected_contract_is_saved_as_a_real_bundle(tmp_path: Path) -> None:
    bundle = open_onnx(bare(tmp_path))
    document = bundle.contract.model_dump()
    document["task"]["labels"] = labels("normal", "bright")
    corrected = Contract.model_validate(document, strict=False)
    saved = save_bundle(tmp_path / "saved", contract=corrected, files={"model.onnx": bundle.read("model.onnx")})
    assert saved.assumptions == ()
    again = load_bundle(tmp_path / "saved")
    analysis = analyse(spot_slice(at=(16, 40)), Classifier(again))
    heat = heat_in_slice(analysis, again.contract, "bright")
    peak = np.unravel_index(int(heat.argmax()), heat.shape)
    assert np.abs(np.array(peak) - (16, 40)).max() <= 8


def _without_pooling(tmp_path: Path) -> Path:
    """A classifier whose score is the mean of the right half: no class maps can be read off its head."""
    weight = np.zeros((32 * 32, 2), np.float32)
    mask = np.zeros((32, 32), np.float32)
    mask[:, 16:] = 20.0 / 512
    weight[:, 1] = mask.ravel()
    graph = helper.make_graph(
        [helper.make_node("Flatten", ["x"], ["flat"], axis=1), helper.make_node("MatMul", ["flat", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, 32, 32])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", "classes"])],
        [onnx.numpy_helper.from_array(weight, "w")],
    )
    path = tmp_path / "flat.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def test_another_head_is_explained_by_occlusion(tmp_path: Path) -> None:
    bundle = open_onnx(_without_pooling(tmp_path))
    assert bundle.contract.task.names == ("class_0", "class_1")
    assert (bundle.contract.output.cams, bundle.contract.explanation.method) == (None, "occlusion")
    classifier = Classifier(bundle)
    # Two spots of which the model can see only the right one.
    stored = spot_slice(at=(16, 40)).stored.copy()
    stored[40:49, 8:17] = 3000
    analysis = analyse(slice_from_array(stored), classifier)
    assert analysis.raw is not None
    assert analysis.raw.cams is None
    with pytest.raises(Refusal):
        heat_in_slice(analysis, bundle.contract, "class_1")
    steps: list[int] = []
    seen = finish(
        explain(analysis, slice_from_array(stored), classifier, "occlusion"), lambda step: steps.append(step.done)
    ).analysis
    assert steps == sorted(steps)
    assert len(steps) > 5
    heat = heat_in_slice(seen, bundle.contract, "class_1")
    peak = np.unravel_index(int(heat.argmax()), heat.shape)
    assert np.abs(np.array(peak) - (16, 40)).max() <= 8
    assert heat[44, 12] < 0.3
    assert seen.finding == analysis.finding


@pytest.mark.parametrize(
    ("shape", "output"),
    [
        ((1, 5, 32, 32), (1, 2)),
        ((1, 32), (1, 2)),
        ((1, 1, 8, 8), (1, 2, 8, 8)),
        ((1, 1, 16, 8, 8), (1, 2)),
        ((4, 1, 8, 8), (4, 2)),
    ],
)
def test_what_is_no_classifier_of_slices_is_refused(tmp_path: Path, shape: Any, output: Any) -> None:
    constant = onnx.numpy_helper.from_array(np.zeros(output, np.float32), "c")
    graph = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, output)],
        [constant],
    )
    path = tmp_path / "other.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    with pytest.raises(Refusal) as refused:
        open_onnx(path)
    assert refused.value.code is ModelCode.GRAPH


def test_unsafe_missing_and_empty_files_are_refused(tmp_path: Path) -> None:
    unsafe = onnx.load_model_from_string(tiny_model(make_contract(), maps=False))
    unsafe.graph.node[0].domain = "com.example"
    (tmp_path / "unsafe.onnx").write_bytes(unsafe.SerializeToString())
    (tmp_path / "empty.onnx").touch()
    for name, code in (
        ("unsafe.onnx", ModelCode.CUSTOM_DOMAIN),
        ("empty.onnx", ModelCode.GRAPH),
        ("nowhere.onnx", Code.MISSING),
    ):
        with pytest.raises(Refusal) as refused:
            open_onnx(tmp_path / name)
        assert refused.value.code is code
