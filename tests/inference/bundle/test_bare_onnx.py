"""Bare graphs as exporters write them: what is assumed, what is cast, and that nothing is scored twice."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from desktop.cli import run
from imaging.base.errors import Refusal
from imaging.base.policy import ReadingPolicy
from inference.bundle.activation import judge_activation
from inference.bundle.bundle import check_bundle, load_bundle
from inference.bundle.provisional import open_onnx
from inference.classify.classifier import Classifier
from inference.classify.preprocess import prepare
from inference.contract.codes import ModelCode
from inference.contract.storage import Bundle
from tests.hostile import graphs
from tests.hostile.models import looped, summed
from tests.inference.factory import make_contract, spot_slice, tiny_model

FAULTS = Path(__file__).resolve().parents[3].parent / "shared/faults/09_bare_onnx"


def assumed(bundle: Bundle) -> dict[str, tuple[str, str]]:
    return {one.what: (one.value, one.why) for one in bundle.assumed}


def saved(model: onnx.ModelProto, path: Path) -> Path:
    path.write_bytes(model.SerializeToString())
    return path


def probabilities(bundle: Bundle) -> NDArray[np.float32]:
    return Classifier(bundle).run(prepare(spot_slice(), bundle.contract.input)).probabilities


def raw(path: Path, tensor: NDArray[Any]) -> NDArray[Any]:
    """What ONNX Runtime itself says of the file, by its first output."""
    session = ort.InferenceSession(str(path))
    (only,) = session.get_inputs()
    return np.asarray(session.run(None, {only.name: tensor})[0], np.float64)


def softmax(row: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(row - row.max())
    return np.asarray(raised / raised.sum())


@pytest.mark.skipif(not FAULTS.is_dir(), reason="the shared faults (../shared/faults) are not beside this checkout")
@pytest.mark.parametrize(
    ("name", "kind", "activation", "cast"),
    [
        ("softmax_written_out.onnx", "multiclass", "none", np.float32),
        ("sigmoid_written_out.onnx", "multilabel", "none", np.float32),
        ("xrv_op_norm.onnx", "multilabel", "none", np.float32),
        ("float16.onnx", "multiclass", "softmax", np.float16),
        ("double.onnx", "multiclass", "softmax", np.float64),
        ("uint8.onnx", "multiclass", "softmax", np.uint8),
        ("external_data/model.onnx", "multiclass", "softmax", np.float32),
    ],
)
def test_the_faults_of_bare_files(name: str, kind: str, activation: str, cast: Any, tmp_path: Path) -> None:
    """Every file of the shared faults opens, and its probabilities are what the file itself says, once activated."""
    bundle = open_onnx(FAULTS / name)
    assert (bundle.contract.task.kind, bundle.contract.output.activation) == (kind, activation)
    tensor = prepare(spot_slice(), bundle.contract.input).tensor
    said = raw(FAULTS / name, (np.rint(tensor) if cast is np.uint8 else tensor).astype(cast))[0]
    expected = softmax(said) if activation == "softmax" else said
    assert probabilities(bundle) == pytest.approx(expected, abs=2e-3)
    assert assumed(bundle)["activation"][0] == (activation if activation != "none" else "none, the graph has done it")
    known = tmp_path / "known.json"
    known.write_text('{"id": "known", "name": "Known"}')
    out = tmp_path / "saved"
    assert run(["model", "save", str(FAULTS / name), "--contract", str(known), "--out", str(out)]) == 0
    assert check_bundle(out) == []
    assert probabilities(load_bundle(out)) == pytest.approx(probabilities(bundle), abs=1e-6)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([[0.2, 0.8], [0.5, 0.5]], ("multiclass", "none")),
        ([[0.2, 0.9], [0.5, 0.5]], ("multilabel", "none")),
        ([[0.2, 0.8], [0.5, 1.5]], ("multiclass", "softmax")),
        ([[-0.2, 1.2]], ("multiclass", "softmax")),
        ([[0.3], [1.0]], ("binary", "none")),
        ([[0.3], [3.0]], ("binary", "sigmoid")),
        ([], ("multiclass", "softmax")),
    ],
)
def test_the_activation_is_judged_by_what_comes_out(rows: list[list[float]], expected: tuple[str, str]) -> None:
    assert judge_activation(np.array(rows).reshape(len(rows), -1) if rows else np.empty((0, 2)))[:2] == expected


def test_scores_that_only_happen_to_lie_within_0_and_1_are_no_probabilities(tmp_path: Path) -> None:
    """A layer whose sums are small for every picture still leaves 0…1 far beyond any picture."""
    small = graphs.weight(raw_data=np.array([0.2, 0.3], np.float32).tobytes())
    shift = graphs.weight("B", raw_data=np.array([0.1, 0.2], np.float32).tobytes())
    bundle = open_onnx(saved(onnx.load_model_from_string(graphs.classifier(small, shift)), tmp_path / "m.onnx"))
    assert bundle.contract.output.activation == "softmax"


def with_kind(kind: int) -> onnx.ModelProto:
    """The tiny classifier, computed in another precision from its input to its scores."""
    model = onnx.load_model_from_string(tiny_model(make_contract(), maps=False))
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.elem_type = kind
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor).astype(helper.tensor_dtype_to_np_dtype(kind))
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    return model


def test_scores_in_double_precision_are_cast(tmp_path: Path) -> None:
    model = graphs.small_model()
    graphs.ending_with(helper.make_node("Cast", ["logits"], ["end"], to=TensorProto.DOUBLE))(model)
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.DOUBLE
    bundle = open_onnx(saved(model, tmp_path / "m.onnx"))
    plain = open_onnx(saved(graphs.small_model(), tmp_path / "n.onnx"))
    assert probabilities(bundle) == pytest.approx(probabilities(plain), abs=1e-6)
    assert bundle.contract.explanation.method == "grad_cam"


def test_half_precision_is_cast_at_both_ends_and_has_its_maps(tmp_path: Path) -> None:
    bundle = open_onnx(saved(with_kind(TensorProto.FLOAT16), tmp_path / "m.onnx"))
    plain = open_onnx(saved(onnx.load_model_from_string(tiny_model(make_contract(), maps=False)), tmp_path / "n.onnx"))
    assert bundle.contract.explanation.method == "grad_cam"
    assert probabilities(bundle) == pytest.approx(probabilities(plain), abs=5e-3)
    input_ = prepare(spot_slice(), bundle.contract.input)
    one, other = Classifier(bundle).run(input_).cams, Classifier(plain).run(input_).cams
    assert one is not None
    assert other is not None
    assert one == pytest.approx(other, abs=0.02 * float(np.abs(other).max()))


@pytest.mark.parametrize(
    ("first", "constant", "range_", "says"),
    [
        ("Div", 255.0, "0…255", "divides its input by 255"),
        ("Mul", 1 / 255, "0…255", "multiplies its input by"),
        ("Sub", 123.7, "0…255", "subtracts 123.7"),
        ("Sub", 0.485, "0…1", "subtracts 0.485"),
        ("Mul", 2.0, "0…1", "multiplies its input by 2"),
        ("Relu", None, "0…1", "does not say"),
    ],
)
def test_the_scale_is_read_off_the_first_step(
    first: str, constant: float | None, range_: str, says: str, tmp_path: Path
) -> None:
    model = graphs.small_model()
    inputs = ["image"] if constant is None else ["image", "constant"]
    if constant is not None:
        model.graph.initializer.append(numpy_helper.from_array(np.full((1, 1, 1, 1), constant, np.float32), "constant"))
    model.graph.node[0].input[0] = "scaled"
    model.graph.node.insert(0, helper.make_node(first, inputs, ["scaled"]))
    bundle = open_onnx(saved(model, tmp_path / "m.onnx"))
    value, why = assumed(bundle)["scale"]
    assert value == range_
    assert says in why
    assert prepare(spot_slice(), bundle.contract.input).tensor.max() == pytest.approx(255 if "255" in range_ else 1)


def test_the_row_of_scores_is_chosen_and_the_other_outputs_are_named(tmp_path: Path) -> None:
    """Features first, then scores: the scores are taken, and their class maps are found."""
    model = onnx.load_model_from_string(tiny_model(make_contract(), maps=False))
    model.graph.output.insert(0, helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", 4]))
    bundle = open_onnx(saved(model, tmp_path / "m.onnx"))
    assert bundle.contract.output.logits == "logits"
    assert bundle.contract.explanation.method == "grad_cam"
    value, why = assumed(bundle)["scores"]
    assert value == "`logits`, 2 numbers"
    assert "by its place" in why
    assert "`features` [N, 4]" in why


def test_every_assumption_is_in_the_document_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(tiny_model(make_contract()))
    assert run(["model", "check", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["model"]["assumed"]
    assert [one["what"] for one in told] == [
        "scores", "activation", "scale", "range of values", "layout", "colour", "size", "fit", "labels"
    ]  # fmt: skip
    assert all(one.keys() == {"what", "value", "why"} and all(one.values()) for one in told)
    assert run(["model", "check", str(path)]) == 0
    assert "Assumed layout: NCHW (the second dimension of the input is 1)." in capsys.readouterr().out


def test_scores_with_dimensions_of_one_behind_them_are_a_row(tmp_path: Path) -> None:
    model = onnx.load_model_from_string(tiny_model(make_contract(), maps=False))
    shape = numpy_helper.from_array(np.array([-1, 2, 1, 1], np.int64), "shape")
    model.graph.initializer.append(shape)
    model.graph.node.append(helper.make_node("Reshape", ["logits", "shape"], ["last"]))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("last", TensorProto.FLOAT, ["N", 2, 1, 1]))
    bundle = open_onnx(saved(model, tmp_path / "m.onnx"))
    plain = open_onnx(saved(onnx.load_model_from_string(tiny_model(make_contract(), maps=False)), tmp_path / "n.onnx"))
    assert probabilities(bundle) == pytest.approx(probabilities(plain), abs=1e-6)


# --- weights beside the file, and operators of Microsoft's domain ---


def with_data(tmp_path: Path, name: str = "m.onnx.data") -> Path:
    model = onnx.load_model_from_string(tiny_model(make_contract(), maps=False))
    path = tmp_path / "m.onnx"
    onnx.save_model(model, path, save_as_external_data=True, size_threshold=0, location=name)
    return path


def test_weights_beside_the_file_are_taken_in_and_count_for_its_hash(tmp_path: Path) -> None:
    path = with_data(tmp_path)
    bundle = open_onnx(path)
    plain = open_onnx(saved(onnx.load_model_from_string(tiny_model(make_contract(), maps=False)), tmp_path / "n.onnx"))
    assert probabilities(bundle) == pytest.approx(probabilities(plain), abs=1e-6)
    data = path.with_name("m.onnx.data")
    data.write_bytes(bytes(reversed(data.read_bytes())))
    assert open_onnx(path).sha256 != bundle.sha256


def test_a_graph_without_its_weights_says_which_file_is_missing(tmp_path: Path) -> None:
    path = with_data(tmp_path)
    path.with_name("m.onnx.data").unlink()
    with pytest.raises(Refusal, match=r"`m\.onnx\.data`, which is no file beside it") as refused:
        open_onnx(path)
    assert refused.value.code is ModelCode.EXTERNAL_DATA


def test_microsofts_operators_run_bare_and_stay_out_of_bundles(tmp_path: Path) -> None:
    model = onnx.load_model_from_string(tiny_model(make_contract(), maps=False))
    (relu,) = (node for node in model.graph.node if node.op_type == "Relu")
    relu.op_type, relu.domain = "Gelu", "com.microsoft"
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    path = saved(model, tmp_path / "m.onnx")
    assert probabilities(open_onnx(path)).sum() == pytest.approx(1.0, abs=1e-5)
    known = tmp_path / "known.json"
    known.write_text('{"id": "known"}')
    assert run(["model", "save", str(path), "--contract", str(known), "--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()


def test_a_quantised_graph_runs(tmp_path: Path) -> None:
    """The layer in whole numbers of 8 bits, as ONNX Runtime's own quantiser writes it."""
    model = graphs.small_model()
    del model.graph.node[2]
    weight = numpy_helper.from_array(np.array([[100, -100]], np.int8), "W8")
    scale = numpy_helper.from_array(np.float32(0.04), "W_scale")
    model.graph.initializer.extend([weight, scale])
    make = helper.make_node
    model.graph.node.extend(
        [
            make("DynamicQuantizeLinear", ["flat"], ["flat8", "flat_scale", "flat_zero"]),
            make("MatMulInteger", ["flat8", "W8", "flat_zero"], ["product"]),
            make("Cast", ["product"], ["product_f"], to=TensorProto.FLOAT),
            make("Mul", ["flat_scale", "W_scale"], ["both"]),
            make("Mul", ["product_f", "both"], ["scaled"]),
            make("Add", ["scaled", "B"], ["logits"]),
        ]
    )
    bundle = open_onnx(saved(model, tmp_path / "m.onnx"))
    plain = open_onnx(saved(graphs.small_model(), tmp_path / "n.onnx"))
    assert probabilities(bundle) == pytest.approx(probabilities(plain), abs=0.02)


@pytest.mark.parametrize(
    "nodes",
    [
        [helper.make_node("Dropout", ["logits", "ratio", "trains"], ["end"])],
        [
            helper.make_node("RandomNormalLike", ["logits"], ["noise"]),
            helper.make_node("Add", ["logits", "noise"], ["end"]),
        ],
    ],
    ids=["dropout left on", "noise"],
)
def test_a_graph_that_answers_otherwise_each_time_is_refused(nodes: list[onnx.NodeProto], tmp_path: Path) -> None:
    model = graphs.small_model()
    graphs.ending_with(*nodes)(model)
    model.graph.initializer.extend(
        [
            numpy_helper.from_array(np.float32(0.5), "ratio"),
            numpy_helper.from_array(np.array(True), "trains"),
        ]
    )
    with pytest.raises(Refusal, match=r"differently each time.* evaluation mode") as refused:
        open_onnx(saved(model, tmp_path / "m.onnx"))
    assert refused.value.code is ModelCode.GRAPH


def test_a_graph_that_takes_for_ever_over_phantoms_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(summed(looped("v2 = Add (v, v)")))
    with pytest.raises(Refusal, match=r"longer than 2 seconds and was ended\. .*--time-limit") as refused:
        open_onnx(tmp_path / "m.onnx")
    assert refused.value.code is ModelCode.TIMEOUT
    with pytest.raises(Refusal, match="longer than 1 second"):
        open_onnx(tmp_path / "m.onnx", ReadingPolicy(seconds=1.0))
