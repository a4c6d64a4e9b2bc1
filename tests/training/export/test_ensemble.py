from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.bundle.bundle import check_bundle, load_bundle
from inference.classify.classifier import Classifier, probabilities_of
from inference.classify.decision import decide
from inference.classify.preprocess import prepare
from inference.contract.contract import Label, Task
from inference.contract.phantoms import make_phantoms
from training.cli.main import main
from training.data.split import load_split
from training.evaluate.evaluate import read_metrics, trained_network
from training.export.export import run_contract
from training.fit.runs import RECIPE, SPLIT
from training.network.onnx_export import average_logits, average_maps
from training.recipe.recipe_files import ENSEMBLES, read_ensemble, read_recipe

TEXT = """
kind = "ensemble"
about = "Two small ones"
heatmap_notice = "Where they looked."
members = [{{ path = "{first}" }}, {{ path = "{second}", share = 2.0 }}]

[bundle]
id = "both"
name = "Both"
version = "1.0.0"
authors = ["a test"]
weights_licence = "CC0-1.0"
data = "pictures made in a test"
data_licence = "CC0-1.0"
citation = "none"

[decision]
rule = "argmax"

[intended_use]
use = "Tests."
not_for = "Anything else."
limits = []
notice = "Research use only. Not for diagnosis."

[intended_use.population]
description = "nobody"
"""


@pytest.fixture(scope="module")
def second(run: Path, pictures: Path, recipe_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another run of the same recipe: another seed, the same split."""
    folder = tmp_path_factory.mktemp("runs") / "second"
    given = ["--data", str(pictures), "--run", str(folder), "--split", str(run / SPLIT), "--seed", "5"]
    assert main(["fit", str(recipe_file), *given, "--epochs", "1"]) == 0
    assert main(["evaluate", str(folder), "--data", str(pictures), "--quick"]) == 0
    return folder


@pytest.fixture(scope="module")
def bundle(run: Path, second: Path, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ensemble")
    (folder / "both.toml").write_text(TEXT.format(first=run, second=second))
    kept = {path: path.read_bytes() for path in (run / "scored.npz", second / "scored.npz")}
    out = folder / "bundle"
    assert main(["export", str(folder / "both.toml"), "--data", str(pictures), "--out", str(out)]) == 0
    assert all(path.read_bytes() == content for path, content in kept.items())
    return out


def test_it_is_one_bundle_that_the_viewer_takes(bundle: Path) -> None:
    assert check_bundle(bundle) == []
    contract = load_bundle(bundle).contract
    assert contract.torch is None
    assert "mean of the members' maps" in contract.explanation.notice
    card = (bundle / "README.md").read_text(encoding="utf-8")
    for words in ("Members, mean and vote", "| vote |", "All members agree on", "small"):
        assert words in card


def test_it_answers_with_the_mean_of_calibrated_probabilities(bundle: Path, run: Path, second: Path) -> None:
    loaded = load_bundle(bundle)
    classifier = Classifier(loaded)
    for phantom in make_phantoms(loaded.contract):
        input_ = prepare(phantom.slice, loaded.contract.input)
        expected, each = np.zeros(2), []
        for folder, share in ((run, 1 / 3), (second, 2 / 3)):
            recipe, metrics = read_recipe(folder / RECIPE), read_metrics(folder)
            model = trained_network(folder, recipe, load_split(folder / SPLIT))
            logits = model(torch.from_numpy(input_.tensor))[0].numpy()
            each.append(probabilities_of(logits, run_contract(folder, recipe, metrics)))
            expected += share * each[-1]
        said = classifier.run(input_)
        assert said.members is not None
        assert said.members.shape == (2, 2)
        np.testing.assert_allclose(said.members, each, atol=1e-4)
        plain = loaded.contract.model_copy(update={"calibration": None})
        np.testing.assert_allclose(probabilities_of(said.logits, plain), expected, atol=1e-4)
        assert said.cams is not None
        assert np.abs(said.cams).max() <= 1 + 1e-5


def test_a_vote_answers_with_shares_of_votes_and_a_tie_is_ambiguous(
    run: Path, second: Path, pictures: Path, tmp_path: Path
) -> None:
    text = TEXT.replace('kind = "ensemble"', 'kind = "ensemble"\ncombine = "vote"').replace(", share = 2.0", "")
    majority = 'rule = "two_step"\nnormal = "normal"\ngate = 0.51\nvalues = {{ pneumonia = 0.51 }}'
    (tmp_path / "vote.toml").write_text(text.replace('rule = "argmax"', majority).format(first=run, second=second))
    out = tmp_path / "bundle"
    assert main(["export", str(tmp_path / "vote.toml"), "--data", str(pictures), "--out", str(out)]) == 0
    loaded = load_bundle(out)
    assert loaded.contract.calibration is not None
    assert loaded.contract.calibration.temperature == 1.0
    networks = [
        trained_network(folder, read_recipe(folder / RECIPE), load_split(folder / SPLIT)) for folder in (run, second)
    ]
    seen = set()
    for phantom in make_phantoms(loaded.contract):
        input_ = prepare(phantom.slice, loaded.contract.input)
        votes = [int(model(torch.from_numpy(input_.tensor))[0].argmax()) for model in networks]
        found = probabilities_of(Classifier(loaded).run(input_).logits, loaded.contract)
        np.testing.assert_allclose(found, [votes.count(0) / 2, votes.count(1) / 2], atol=1e-4)
        decision = decide(loaded.contract, found).decision
        assert decision == (("normal", "pneumonia")[votes[0]] if votes[0] == votes[1] else "ambiguous")
        seen.add(tuple(votes))
    assert seen
    card = (out / "README.md").read_text(encoding="utf-8")
    for words in ("shares of the members' votes", "| **vote** |", "| mean |", "Equal shares are a tie"):
        assert words in card


def test_members_of_different_splits_are_refused(
    run: Path, pictures: Path, recipe_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    given = ["--data", str(pictures), "--run", str(other), "--seed", "6", "--epochs", "1"]
    assert main(["fit", str(recipe_file), *given]) == 0
    assert main(["evaluate", str(other), "--data", str(pictures), "--quick"]) == 0
    (tmp_path / "both.toml").write_text(TEXT.format(first=run, second="other"))
    assert main(["export", str(tmp_path / "both.toml"), "--data", str(pictures), "--out", str(tmp_path / "out")]) == 2
    assert "different splits" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('kind = "ensemble"', 'kind = "ensemble"\nzoom = 1', "zoom"),
        ("share = 2.0", "share = 0.0", "members"),
        ('path = "{second}", share = 2.0', 'path = "nowhere"', "neither a run nor a bundle"),
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused(
    old: str, new: str, words: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "both.toml"
    file.write_text(TEXT.replace(old, new).format(first=run, second=run))
    assert main(["export", str(file), "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err


def test_data_must_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "both.toml").write_text(TEXT.format(first="a", second="b"))
    assert main(["export", str(tmp_path / "both.toml"), "--out", str(tmp_path / "out")]) == 2
    assert "--data" in capsys.readouterr().err


def test_ours_can_be_read() -> None:
    for path in ENSEMBLES.glob("*.toml"):
        assert len(read_ensemble(path).members) >= 2


def _task(kind: str, names: str, heads: tuple[tuple[str, ...], ...] = ()) -> Task:
    return Task(kind=kind, labels=tuple(Label(name=name, display=name) for name in names), heads=heads)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("task", "activate"),
    [
        (_task("multiclass", "abc"), lambda z: torch.softmax(z, 1)),
        (_task("multilabel", "abc"), torch.sigmoid),
        (_task("binary", "ab"), torch.sigmoid),
        (
            _task("several_outputs", "abcd", (("a", "b"), ("c",), ("d",))),
            lambda z: torch.cat([torch.softmax(z[:, :2], 1), torch.sigmoid(z[:, 2:])], 1),
        ),
    ],
    ids=lambda one: one.kind if isinstance(one, Task) else "",
)
def test_the_mean_of_every_task(task: Task, activate: Callable[[torch.Tensor], torch.Tensor]) -> None:
    torch.manual_seed(1)
    first, second = torch.randn(5, task.logits) * 3, torch.randn(5, task.logits)
    mean = average_logits([first, second], task, [2.0, 0.5], [0.25, 0.75])
    torch.testing.assert_close(activate(mean), 0.25 * activate(first / 2.0) + 0.75 * activate(second / 0.5))


@pytest.mark.parametrize(
    ("task", "activate", "wanted"),
    [
        (
            _task("multiclass", "abc"),
            lambda z: torch.softmax(z, 1),
            [[0.7, 0.3, 0.0], [0.0, 0.3, 0.7], [0.5, 0.5, 0.0]],
        ),
        (_task("multilabel", "abc"), torch.sigmoid, [[0.7, 0.3, 0.0], [0.3, 0.3, 0.7], [0.5, 0.5, 0.0]]),
        (_task("binary", "ab"), torch.sigmoid, [[0.7], [0.3], [0.5]]),
        (
            _task("several_outputs", "abc", (("a", "b"), ("c",))),
            lambda z: torch.cat([torch.softmax(z[:, :2], 1), torch.sigmoid(z[:, 2:])], 1),
            [[0.7, 0.3, 0.0], [0.0, 1.0, 0.7], [0.5, 0.5, 0.0]],
        ),
    ],
    ids=lambda one: one.kind if isinstance(one, Task) else "",
)
def test_the_shares_of_votes_of_every_task(
    task: Task, activate: Callable[[torch.Tensor], torch.Tensor], wanted: list[list[float]]
) -> None:
    first = torch.tensor([[3.0, -1.0, -2.0], [-4.0, -0.2, 0.1], [1.0, -3.0, -1.0]])[:, : task.logits]
    second = torch.tensor([[-9.0, 0.5, -5.0], [2.0, 9.0, -1.0], [-1.0, 2.0, -8.0]])[:, : task.logits]
    shares = [[0.7, 0.3], [0.7, 0.3], [0.5, 0.5]]
    for row, own in enumerate(shares):
        votes = average_logits([first[row : row + 1], second[row : row + 1]], task, [2.0, 0.5], own, is_vote=True)
        torch.testing.assert_close(activate(votes), torch.tensor([wanted[row]]), atol=1e-5, rtol=0)


def test_members_maps_count_alike_and_meet_on_one_grid() -> None:
    loud, quiet = torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 4, 4)
    loud[0, 0, 0, 0], quiet[0, 0, 3, 3] = 1000.0, -0.001
    mean = average_maps([loud, quiet], [0.5, 0.5], (4, 4))
    assert mean.shape == (1, 1, 4, 4)
    assert mean[0, 0, 0, 0] == pytest.approx(0.5)
    assert mean[0, 0, 3, 3] == pytest.approx(-0.5)
