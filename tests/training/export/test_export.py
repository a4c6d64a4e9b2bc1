from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from safetensors.numpy import load as load_arrays

from imaging.base.errors import Refusal
from inference.bundle.bundle import check_bundle, load_bundle
from inference.classify.classifier import Classifier
from inference.classify.decision import decide
from inference.classify.ood import mahalanobis_distance
from inference.classify.preprocess import prepare
from inference.contract.phantoms import make_phantoms
from inference.contract.wording import describe_unknown
from inference.torch_path.proof import load_bundle_network
from training.data.split import load_split
from training.evaluate.evaluate import read_metrics, trained_network
from training.evaluate.ood_statistics import STATISTICS
from training.export.export import export_run, run_contract
from training.fit.runs import SPLIT
from training.network.onnx_export import export_graph, prove_graph, torch_runner
from training.recipe.recipe import Recipe, TrainingCode


@pytest.fixture(scope="module")
def bundle_folder(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles") / "small"
    assert "ONNX against torch" in export_run(run, folder)
    return folder


def test_the_bundle_loads_and_holds_what_it_must(bundle_folder: Path) -> None:
    assert check_bundle(bundle_folder) == []
    names = {path.relative_to(bundle_folder).as_posix() for path in bundle_folder.rglob("*") if path.is_file()}
    assert {"model.onnx", "weights.safetensors", "README.md", "figures/roc.png", STATISTICS} <= names
    card = (bundle_folder / "README.md").read_text(encoding="utf-8")
    for words in ("Research use only. Not for diagnosis.", "CC BY 4.0", "Not for:", "bootstrap"):
        assert words in card


def test_the_graph_names_no_folder_of_this_machine(bundle_folder: Path) -> None:
    content = (bundle_folder / "model.onnx").read_bytes()
    assert b"site-packages" not in content
    assert str(Path.cwd()).encode() not in content
    proto = onnx.load_from_string(content)
    assert [(entry.domain, entry.version >= 17) for entry in proto.opset_import] == [("", True)]
    assert proto.graph.input[0].type.tensor_type.shape.dim[0].dim_param


def test_the_viewers_torch_path_says_the_same(bundle_folder: Path) -> None:
    bundle = load_bundle(bundle_folder)
    model = load_bundle_network(bundle)
    for phantom in make_phantoms(bundle.contract):
        input_ = prepare(phantom.slice, bundle.contract.input)
        raw = Classifier(bundle).run(input_)
        np.testing.assert_allclose(model(torch.from_numpy(input_.tensor))[0].numpy(), raw.logits, atol=1e-4)
        assert raw.features is not None
        assert decide(bundle.contract, raw.probabilities).decision in bundle.contract.task.names


def test_a_batch_is_answered_like_its_slices(bundle_folder: Path) -> None:
    session = onnx_session(bundle_folder)
    tensors = np.random.default_rng(0).normal(0, 1, (5, 3, 64, 64)).astype(np.float32)
    whole = session.run(None, {"image": tensors})
    for number in range(5):
        one = session.run(None, {"image": tensors[number : number + 1]})
        for together, alone in zip(whole, one, strict=True):
            np.testing.assert_allclose(together[number], alone[0], atol=1e-4)


def onnx_session(folder: Path):  # type: ignore[no-untyped-def]
    import onnxruntime

    return onnxruntime.InferenceSession((folder / "model.onnx").read_bytes(), providers=["CPUExecutionProvider"])


def test_a_graph_of_other_weights_is_refused(run: Path, recipe: Recipe) -> None:
    model = trained_network(run, recipe, load_split(run / SPLIT))
    contract = run_contract(run, recipe, read_metrics(run))
    graph = export_graph(model, (3, 64, 64), target_layer="bn2")
    say = torch_runner(model, target_layer="bn2")
    assert prove_graph(graph, contract, say).probability <= 1e-4
    with torch.no_grad():
        model.get_parameter("classifier.bias").add_(torch.tensor([0.5, 0.0]))
    with pytest.raises(Refusal, match="probability") as caught:
        prove_graph(graph, contract, say)
    assert caught.value.code is TrainingCode.PARITY


def test_a_graph_with_another_heatmap_is_refused(run: Path, recipe: Recipe) -> None:
    model = trained_network(run, recipe, load_split(run / SPLIT))
    contract = run_contract(run, recipe, read_metrics(run))
    proto = onnx.load_from_string(export_graph(model, (3, 64, 64), target_layer="bn2"))
    cams = next(node for node in proto.graph.node if "cams" in node.output)
    cams.output[0] = "cams_before"
    proto.graph.node.append(onnx.helper.make_node("Mul", ["cams_before", "cams_before"], ["cams"]))
    with pytest.raises(Refusal, match="heatmap"):
        prove_graph(proto.SerializeToString(), contract, torch_runner(model, target_layer="bn2"))


def test_what_was_judged_is_what_ships(run: Path, recipe: Recipe, bundle_folder: Path) -> None:
    shipped = load_bundle_network(load_bundle(bundle_folder)).state_dict()
    judged = trained_network(run, recipe, load_split(run / SPLIT)).state_dict()
    assert shipped.keys() == judged.keys()
    assert all(torch.equal(shipped[name], judged[name]) for name in judged)


@pytest.mark.parametrize(
    ("name", "stand_in", "shipped"),
    [
        ("Small", False, "Small"),
        ("Small", True, "Small (demonstration)"),
        ("Small Demonstration", True, "Small Demonstration"),
    ],
)
def test_a_model_of_stand_in_data_is_called_a_demonstration(
    run: Path, recipe: Recipe, name: str, stand_in: bool, shipped: str
) -> None:
    called = recipe.model_copy(
        update={
            "bundle": recipe.bundle.model_copy(update={"name": name}),
            "judging": recipe.judging.model_copy(update={"stand_in": stand_in}),
        }
    )
    assert run_contract(run, called, read_metrics(run)).name == shipped


def test_the_cut_off_lets_most_of_the_validation_part_through(run: Path, bundle_folder: Path) -> None:
    arrays = load_arrays((bundle_folder / STATISTICS).read_bytes())
    rule = read_metrics(run).out_of_distribution
    generator = np.random.default_rng(0)
    far = generator.normal(0, 50, arrays["mean"].shape[1]).astype(np.float32)
    assert mahalanobis_distance(arrays["mean"][0], arrays["mean"], arrays["precision"]) < rule.cut_off
    assert mahalanobis_distance(far, arrays["mean"], arrays["precision"]) > rule.cut_off
    np.testing.assert_allclose(arrays["precision"], arrays["precision"].T, rtol=1e-3, atol=1e-3)


def test_the_contract_states_qualities_sets_and_refusals_as_they_were_judged(run: Path, bundle_folder: Path) -> None:
    metrics, contract = read_metrics(run), load_bundle(bundle_folder).contract
    assert contract.schema_version == 2
    assert contract.qualities == metrics.qualities
    assert contract.conformal is not None
    assert contract.conformal.rule == "aps"
    sizes = {alpha: one.by_size for alpha, one in metrics.coverage["test"].items()}
    assert contract.conformal.coverage_by_size == sizes
    assert all("0" not in of_alpha for of_alpha in sizes.values())
    assert contract.out_of_distribution is not None
    assert set(contract.out_of_distribution.refused_by_label) == set(contract.task.names)
    unknown = describe_unknown(contract)
    assert unknown is None or "pictures of other quality" not in unknown
    card = (bundle_folder / "README.md").read_text(encoding="utf-8")
    said = [f"{size} (n = {one.n}): " for of_alpha in sizes.values() for size, one in of_alpha.items()]
    for words in ("| JPEG 20 |", "nothing is known of originals", "so no set is empty", *said):
        assert words in card


def test_a_run_that_was_not_judged_is_refused(run: Path, tmp_path: Path) -> None:
    for name in ("recipe.toml", "split.json"):
        (tmp_path / name).write_bytes((run / name).read_bytes())
    with pytest.raises(Refusal, match="not evaluated yet"):
        export_run(tmp_path, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()
