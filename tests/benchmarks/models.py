"""What the benchmarks of heatmaps share: bundled models, real slices, and the two libraries' own Grad-CAM."""

import warnings
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from inference.bundle.bundle import load_bundle
from inference.bundle.catalog import default_folders, list_installed
from inference.classify.finding import RawOutput
from inference.classify.preprocess import ModelInput, prepare
from inference.contract.contract import Contract
from inference.contract.phantoms import slice_from_array
from inference.contract.storage import Bundle
from inference.explain.normalise_cam import heatmap
from inference.torch_path.proof import load_bundle_network

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def bundled_models(folders: Sequence[Path] | None = None) -> list[Bundle]:
    """The bundles that come with the program (or those of `folders`) that have a torch path."""
    found = list_installed(default_folders()[:1] if folders is None else folders)
    bundles = [load_bundle(one.path) for one in found]
    if not bundles:
        raise SystemExit("There is no bundled model to measure: resources/models is empty.")
    return [bundle for bundle in bundles if bundle.contract.torch is not None]


def trainable(bundle: Bundle) -> nn.Module:
    """The bundle's network as people hand it to the libraries: both need gradients, and freeze nothing themselves."""
    return load_bundle_network(bundle).requires_grad_(True)


def sample_inputs(contract: Contract, count: int) -> list[ModelInput]:
    """Prepared slices: radiographs and MR slices of the shared data where it is there, else textures made by code."""
    paths = sorted((SHARED / "chest_xray").glob("*/*.jp*g")) + sorted((SHARED / "brain_tumor").glob("*/*.jp*g"))
    if len(paths) < count:
        return [_texture(contract, seed) for seed in range(count)]
    chosen = paths[:: len(paths) // count][:count]
    return [prepare(slice_from_array(np.asarray(Image.open(path).convert("L"))), contract.input) for path in chosen]


def _texture(contract: Contract, seed: int) -> ModelInput:
    coarse = np.random.default_rng(seed).integers(0, 255, (24, 20)).astype(np.uint8)
    picture = Image.fromarray(coarse).resize((300, 360), Image.Resampling.BICUBIC)
    return prepare(slice_from_array(np.asarray(picture)), contract.input)


def library_heatmap(network: nn.Module, contract: Contract, input_: ModelInput, label: str) -> NDArray[np.float32]:
    """pytorch-grad-cam's own map of a label, as it hands it out: 0…1 over the input."""
    library, target = _library(network, _layer(contract)), _target(contract, label)
    return np.asarray(library(input_tensor=_nchw(input_, contract), targets=[target])[0])


def captum_heatmap(network: nn.Module, contract: Contract, input_: ModelInput, label: str) -> NDArray[np.float32]:
    """captum's LayerGradCam of a label (signed, coarse), brought to the input in the order of the contract."""
    from captum.attr import LayerGradCam

    index, sign = _logit(contract, label)
    layer = network.get_submodule(_layer(contract))
    with warnings.catch_warnings():
        # captum asks for a hook that torch has renamed.
        warnings.simplefilter("ignore")
        coarse = LayerGradCam(network, layer).attribute(_nchw(input_, contract), target=index)
    maps = np.zeros((len(contract.task.labels), *coarse.shape[2:]), np.float32)
    maps[contract.task.names.index(label)] = sign * coarse[0, 0].detach().numpy()
    nothing = np.zeros(0, np.float32)
    return heatmap(RawOutput(nothing, nothing, maps, None), contract, label)


@lru_cache(maxsize=4)
def _library(network: nn.Module, layer: str) -> Any:
    from pytorch_grad_cam import GradCAM

    return GradCAM(model=network, target_layers=[network.get_submodule(layer)])


class _Logit:
    """A target for pytorch-grad-cam: one logit, or its negative."""

    def __init__(self, index: int, sign: float) -> None:
        self.index, self.sign = index, sign

    def __call__(self, output: torch.Tensor) -> torch.Tensor:
        return self.sign * output[self.index]


def _target(contract: Contract, label: str) -> _Logit:
    return _Logit(*_logit(contract, label))


def _logit(contract: Contract, label: str) -> tuple[int, float]:
    """The logit of a label and its sign: the negative label of a one-logit model is the negated logit."""
    index = contract.task.names.index(label)
    return (0, 1.0 if index == 1 else -1.0) if contract.task.kind == "binary" else (index, 1.0)


def _layer(contract: Contract) -> str:
    assert contract.explanation.target_layer is not None
    return contract.explanation.target_layer


def _nchw(input_: ModelInput, contract: Contract) -> torch.Tensor:
    tensor = torch.from_numpy(input_.tensor)
    return tensor if contract.input.layout == "NCHW" else tensor.permute(0, 3, 1, 2).contiguous()
