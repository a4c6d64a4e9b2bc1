import json
import shutil
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desktop.cli import run
from desktop.jobs.explain import NOT_ALLOWED, reason_without_layers
from imaging.base.errors import Refusal
from inference.bundle.bundle import load_bundle, save_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract, Torch
from inference.explain.normalise_cam import heat_in_slice
from inference.torch_availability import torch_available
from tests.inference.factory import labels, make_contract, rewrite, spot_slice

torch = pytest.importorskip("torch", reason="this edition has no torch")
import safetensors.torch  # noqa: E402  it imports torch
from torch import nn  # noqa: E402

from inference.torch_path.gradcam import compute_cams, explain_at_layer, list_layers  # noqa: E402
from inference.torch_path.proof import build_bundle_network, load_bundle_network  # noqa: E402

LAYER = "layer4"


class _WithMaps(nn.Module):
    """A timm ResNet with the outputs that a bundle's graph has."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        maps = self.model.forward_features(image)
        cams = torch.nn.functional.conv2d(maps, self.model.fc.weight[:, :, None, None])
        features = maps.mean(dim=(2, 3))
        return self.model.fc(features), cams, features


def _contract(kind: str) -> Contract:
    names = labels("no", "yes") if kind == "binary" else labels("a", "b", "c")
    return make_contract(
        task={"kind": kind, "labels": names},
        input={"size": [64, 64], "colour": "grey_to_rgb", "mean": [0.5] * 3, "std": [0.25] * 3},
        output={"activation": "sigmoid" if kind == "binary" else "softmax"},
        torch={"architecture": "resnet10t", "kwargs": {}},
        explanation={"target_layer": LAYER},
    )


def _bundle(folder: Path, kind: str) -> Path:
    contract = _contract(kind)
    torch.manual_seed(0)
    model = build_bundle_network(contract).eval()
    path = folder / "graph.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of torch's own internals
        torch.onnx.export(
            _WithMaps(model).eval(),
            (torch.zeros(1, 3, 64, 64),),
            path,
            input_names=["image"],
            output_names=["logits", "cams", "features"],
            opset_version=18,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    files = {
        "model.onnx": path.read_bytes(),
        "weights.safetensors": safetensors.torch.save(model.state_dict()),
    }
    save_bundle(folder / kind, contract=contract, files=files)
    return folder / kind


@pytest.fixture(scope="module", params=["multiclass", "binary"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _bundle(tmp_path_factory.mktemp("torch"), request.param)


def test_the_torch_path_and_the_graph_make_the_same_heatmaps(folder: Path) -> None:
    bundle = load_bundle(folder)
    slice_ = spot_slice(80, 100)
    analysis = analyse(slice_, Classifier(bundle))
    seen = explain_at_layer(analysis, slice_, model=load_bundle_network(bundle), contract=bundle.contract, layer=LAYER)
    for label in bundle.contract.task.names:
        graph = heat_in_slice(analysis, bundle.contract, label)
        network = heat_in_slice(seen, bundle.contract, label)
        assert np.abs(graph - network).max() <= 1e-3
    assert seen.finding == analysis.finding


def test_grad_cam_is_its_definition(folder: Path) -> None:
    """The gradient written down once more, by finite differences of the layers above."""
    bundle = load_bundle(folder)
    model = load_bundle_network(bundle)
    x = torch.rand(1, 3, 64, 64)
    maps = compute_cams(model, "layer3", x.numpy())
    model = model.double()
    kept: list[torch.Tensor] = []
    hook = model.layer3.register_forward_hook(lambda _m, _i, out: kept.append(out))
    with torch.no_grad():
        model(x.double())
    hook.remove()
    features = kept[0]
    step = 1e-6

    def logits_of(value: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return model.forward_head(model.layer4(value))

    nudges = step * torch.eye(features.shape[1], dtype=torch.float64)[:, :, None, None]
    slopes = (logits_of(features + nudges) - logits_of(features - nudges)) / (2 * step)
    expected = torch.einsum("kc,khw->chw", slopes / features[0, 0].numel(), features[0]).numpy()
    assert np.abs(maps - expected).max() <= 1e-3 * np.abs(expected).max()


def test_layers_are_those_with_feature_maps_in_their_order(folder: Path) -> None:
    bundle = load_bundle(folder)
    model = load_bundle_network(bundle)
    names = list_layers(model, bundle.contract)
    assert [name for name in names if name.startswith("layer") and "." not in name] == [
        "layer1",
        "layer2",
        "layer3",
        "layer4",
    ]
    assert "fc" not in names
    assert "global_pool" not in names
    assert not any(module._forward_hooks for module in model.modules())
    x = np.zeros((1, 3, 64, 64), np.float32)
    for name in names[:: max(1, len(names) // 6)]:
        assert compute_cams(model, name, x).ndim == 3


def test_hooks_are_gone_even_when_the_layer_is_refused(folder: Path) -> None:
    model = load_bundle_network(load_bundle(folder))
    for layer in ("fc", "no.such.layer", ""):
        with pytest.raises(Refusal) as refused:
            compute_cams(model, layer, np.zeros((1, 3, 64, 64), np.float32))
        assert refused.value.code is ModelCode.UNKNOWN_LAYER
    assert not any(module._forward_hooks for module in model.modules())


@pytest.mark.parametrize(
    "torch_part",
    [None, {"architecture": "no_such_net"}, {"architecture": "resnet10t", "kwargs": {"colour": "blue"}}],
)
def test_a_network_that_cannot_be_built_is_refused(torch_part: object) -> None:
    with pytest.raises(Refusal) as refused:
        build_bundle_network(make_contract(torch=torch_part))
    assert refused.value.code is ModelCode.NO_TORCH


def test_a_bundle_cannot_have_timm_open_a_file_beside_its_own(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.pth"
    part = {"architecture": "resnet10t", "kwargs": {}}
    torch.save(build_bundle_network(make_contract(torch=part)).state_dict(), elsewhere)
    with pytest.raises(Refusal) as refused:
        build_bundle_network(make_contract(torch=part | {"kwargs": {"checkpoint_path": str(elsewhere)}}))
    assert refused.value.code is ModelCode.NO_TORCH


def test_weights_of_another_network_are_refused(folder: Path) -> None:
    bundle = load_bundle(folder)
    other = bundle.contract.model_copy(update={"torch": Torch(architecture="resnet14t")})
    with pytest.raises(Refusal) as refused:
        load_bundle_network(replace(bundle, contract=other))
    assert refused.value.code is ModelCode.NO_TORCH


def test_torch_is_available_and_asking_does_not_import_it() -> None:
    assert torch_available()
    program = (
        "import sys, inference.torch_availability as a; assert a.torch_available();"
        "import inference.classify.analysis, inference.bundle.catalog, inference.bundle.bundle;"
        "import inference.explain.normalise_cam, inference.explain.occlusion;"
        "print([name for name in ('torch', 'timm', 'torchvision', 'SimpleITK', 'onnx') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_menu_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.torch_availability.find_spec", lambda name: None)
    assert not torch_available()
    assert "PyTorch, timm, torchvision" in torch_available().reason


def test_weights_that_were_changed_and_packed_again_are_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a stranger's bundle they are not tried at all: torch builds what a contract says, in the program itself."""
    copy = Path(shutil.copytree(folder, tmp_path / folder.name))
    weights = safetensors.torch.load((copy / "weights.safetensors").read_bytes())
    weights["fc.weight"] = weights["fc.weight"].flip(1).contiguous()
    rewrite(copy, files={"weights.safetensors": safetensors.torch.save(weights)})
    bundle = load_bundle(copy)  # the graph itself is whole
    with pytest.raises(Refusal) as refused:
        load_bundle_network(bundle)
    assert refused.value.code is ModelCode.GOLDEN
    assert run(["model", "check", str(copy), "--json"]) == 0
    assert NOT_ALLOWED in json.loads(capsys.readouterr().out)["torch_weights"]
    assert reason_without_layers(bundle) == NOT_ALLOWED
    monkeypatch.setattr("platformdirs.site_config_path", lambda name, appauthor: tmp_path)
    (tmp_path / "models.allow").write_text(f"{bundle.sha256}\n")
    assert reason_without_layers(bundle) is None
    assert run(["model", "check", str(copy), "--json"]) == 2
