"""Every kind of task, each with another head, as a bundle: the viewer's graph and its torch path say the same."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from torch import nn

from imaging.base.errors import Refusal
from inference.bundle.bundle import WEIGHTS_FILE, load_bundle, save_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import Status
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract, Head, HeadLayer, Torch
from inference.contract.storage import Bundle
from inference.explain.normalise_cam import heat_in_slice
from inference.torch_path.gradcam import explain_at_layer, list_layers
from inference.torch_path.proof import load_bundle_network
from tests.inference.factory import labels, make_contract, rewrite, spot_slice
from tests.training.network.networks import CNN, VIT, network
from training.export.export import pack_weights
from training.network.onnx_export import export_graph, prove_graph, torch_runner
from training.recipe.recipe import TrainingCode


@dataclass(frozen=True)
class Kind:
    """A task with the network that answers it."""

    spec: Torch
    layer: str
    task: dict[str, Any]
    activation: str
    decision: dict[str, Any]
    more: tuple[str, ...] = ()


def _dense(kind: Any, *units: int) -> Head:
    return Head(input=kind, layers=tuple(HeadLayer(units=count, batch_norm=True) for count in units))


KINDS = {
    "binary": Kind(
        Torch(architecture=CNN, head=_dense("flattened", 8)),
        "backbone.features.relu3",
        {"kind": "binary", "labels": labels("well", "ill")},
        "sigmoid",
        {
            "rule": "bands",
            "label": "ill",
            "bands": [
                {"low": 0.0, "decision": "well", "sentence": "Unlikely."},
                {"low": 0.5, "decision": "ill", "sentence": "Likely."},
            ],
        },
        ("backbone.features.pool1", "backbone.features.pool2"),
    ),
    "multilabel": Kind(
        Torch(architecture=CNN, head=_dense("pooled", 9, 5)),
        "backbone.features.conv3",
        {"kind": "multilabel", "labels": labels("mass", "effusion", "tube")},
        "sigmoid",
        {"rule": "thresholds", "values": {"mass": 0.4, "effusion": 0.5, "tube": 0.6}},
    ),
    "several_outputs": Kind(
        Torch(architecture=CNN, head=_dense("pooled", 9)),
        "backbone.features.relu3",
        {
            "kind": "several_outputs",
            "labels": labels("normal", "pneumonia", "bacterial", "viral", "tube"),
            "heads": [["normal", "pneumonia"], ["bacterial", "viral"], ["tube"]],
            "asked_if": [None, "pneumonia", None],
        },
        "softmax",
        {"rule": "argmax"},
    ),
    "multiclass": Kind(
        Torch(architecture="test_vit", kwargs=dict(VIT)),
        "norm",
        {"kind": "multiclass", "labels": labels("a", "b", "c")},
        "softmax",
        {"rule": "two_step", "normal": "a", "gate": 0.6, "values": {"b": 0.4, "c": 0.4}},
    ),
}


def _contract(kind: Kind) -> Contract:
    return make_contract(
        task=kind.task,
        input={"size": [32, 32], "colour": "grey_to_rgb", "mean": [0.5] * 3, "std": [0.25] * 3},
        output={"activation": kind.activation},
        decision=kind.decision,
        torch=kind.spec.model_dump(mode="json"),
        explanation={"target_layer": kind.layer},
    )


def _rounded(kind: Kind) -> nn.Module:
    """The network with its kernels in half precision, as a bundle stores them."""
    model = network(kind.spec, outputs=_contract(kind).task.logits, size=32)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            parameter.copy_(parameter.half().float())
    return model


@pytest.fixture(scope="module", params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Kind, Path, bytes]:
    """A kind, its bundle, and its graph."""
    kind = KINDS[request.param]
    contract = _contract(kind)
    model = _rounded(kind)
    graph = export_graph(model, (3, 32, 32), target_layer=kind.layer, familiarity_layers=kind.more)
    proof = prove_graph(graph, contract, torch_runner(model, target_layer=kind.layer, familiarity_layers=kind.more))
    assert max(proof.probability, proof.heatmap, proof.features) < 1e-4
    folder = tmp_path_factory.mktemp("kinds") / request.param
    files = {"model.onnx": graph, WEIGHTS_FILE: pack_weights(model)}
    save_bundle(folder, contract=contract, files=files, answers=proof.answers)
    return kind, folder, graph


@pytest.fixture
def bundle(made: tuple[Kind, Path, bytes]) -> Bundle:
    return load_bundle(made[1])


def test_graph_and_torch_path_say_the_same(bundle: Bundle) -> None:
    slice_ = spot_slice(80, 100)
    classifier = Classifier(bundle)
    analysis = analyse(slice_, classifier)
    assert analysis.status is Status.OK
    assert analysis.raw is not None
    assert analysis.raw.cams is not None
    assert len(analysis.raw.cams) == len(bundle.contract.task.names)
    model = load_bundle_network(bundle)
    layer = bundle.contract.explanation.target_layer
    assert layer is not None
    seen = explain_at_layer(analysis, slice_, model=model, contract=bundle.contract, layer=layer)
    for label in bundle.contract.task.names:
        graph = heat_in_slice(analysis, bundle.contract, label)
        assert np.abs(graph - heat_in_slice(seen, bundle.contract, label)).max() <= 5e-3
    assert layer in list_layers(model, bundle.contract)


def test_probabilities_are_those_of_the_task(bundle: Bundle) -> None:
    analysis = analyse(spot_slice(), Classifier(bundle))
    assert analysis.finding is not None
    assert analysis.raw is not None
    values = {score.name: score.probability for score in analysis.finding.scores}
    assert set(values) == set(bundle.contract.task.names)
    task = bundle.contract.task
    groups = {"multilabel": [], "several_outputs": [head for head in task.heads if len(head) > 1]}
    for group in groups.get(task.kind, [task.names]):
        assert sum(values[name] for name in group) == pytest.approx(1.0, abs=1e-5)
    if task.kind == "binary":
        assert analysis.raw.cams is not None
        np.testing.assert_array_equal(analysis.raw.cams[0], -analysis.raw.cams[1])


def _doubled(graph: bytes, output: str) -> bytes:
    """The graph with one of its outputs twice as large, and shifted."""
    proto = onnx.load_from_string(graph)
    node = next(node for node in proto.graph.node if output in node.output)
    node.output[list(node.output).index(output)] = "before"
    for reader in proto.graph.node:
        for number, name in enumerate(reader.input):
            if name == output:
                reader.input[number] = "before"
    proto.graph.initializer.append(numpy_helper.from_array(np.float32(1.5), "more"))
    proto.graph.node.append(onnx.helper.make_node("Mul", ["before", "before"], ["squared"]))
    proto.graph.node.append(onnx.helper.make_node("Add", ["squared", "more"], [output]))
    return proto.SerializeToString()


@pytest.mark.parametrize(("output", "what"), [("logits", "probability"), ("cams", "heatmap"), ("features", "features")])
def test_a_graph_that_was_tampered_with_is_not_exported(made: tuple[Kind, Path, bytes], output: str, what: str) -> None:
    kind, _, graph = made
    contract = _contract(kind)
    model = _rounded(kind)
    say = torch_runner(model, target_layer=kind.layer, familiarity_layers=kind.more)
    with pytest.raises(Refusal, match=what) as refused:
        prove_graph(_doubled(graph, output), contract, say)
    assert refused.value.code is TrainingCode.PARITY


def test_weights_of_another_network_are_found_out(made: tuple[Kind, Path, bytes], tmp_path: Path) -> None:
    kind, folder, _ = made
    model = _rounded(kind)
    for parameter in model.get_classifier().parameters():  # type: ignore[operator]
        parameter.neg_()
    copy = save_bundle(
        tmp_path / "copy",
        contract=load_bundle(folder).contract,
        files={name: load_bundle(folder).read(name) for name in ("model.onnx", WEIGHTS_FILE)},
    )
    rewrite(copy.path, files={WEIGHTS_FILE: pack_weights(model)})
    with pytest.raises(Refusal) as refused:
        load_bundle_network(load_bundle(copy.path))
    assert refused.value.code is ModelCode.GOLDEN
