import hashlib
import json
import shutil
from pathlib import Path

import pytest
from numpy.testing import assert_allclose

from imaging.base.errors import Refusal
from inference.bundle.bundle import check_bundle, load_bundle
from inference.statistics.judged_cases import JudgedCases
from tests.training.small_run import write_pictures
from training.cli.main import main
from training.compare.continue_bundle import next_version
from training.evaluate.metrics import Change, compare_models, read_comparison
from training.evaluate.predictions import decided
from training.export.export import export_run
from training.fit.runs import RECIPE
from training.recipe.recipe import Recipe, TrainingCode
from training.recipe.recipe_files import RECIPE_FILE, read_recipe, unpack_recipe


@pytest.fixture(scope="module")
def bundle(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles") / "old"
    export_run(run, folder)
    return folder


@pytest.fixture(scope="module")
def new_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictures(tmp_path_factory.mktemp("new") / "data", persons=12, each=1)


def _hash(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def continued(bundle: Path, new_pictures: Path, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    before, out = _hash(bundle), tmp_path_factory.mktemp("runs") / "continued"
    asked = ["continue", str(bundle), "--data", str(new_pictures), "--run", str(out), "--old-data", str(pictures)]
    assert main([*asked, "--epochs", "1", "--quick"]) == 0
    assert _hash(bundle) == before
    return out


def test_both_models_are_judged_on_the_same_cases(continued: Path) -> None:
    found = read_comparison(continued)
    assert found is not None
    new, old = found.sets
    assert "new cases" in new.name
    assert "old cases" in old.name
    assert set(new.labels) == {"normal", "pneumonia"}
    assert sum(new.counts.values()) == new.n
    for compared in found.sets:
        for change in (*compared.whole, *compared.labels["pneumonia"]):
            assert_allclose(change.difference.value, change.new.value - change.old.value, atol=2e-5)
            assert change.difference.low <= change.difference.high


def test_it_begins_with_the_bundles_weights_and_learns_slower(continued: Path, bundle: Path) -> None:
    recipe, old = read_recipe(continued / RECIPE), unpack_recipe(load_bundle(bundle))
    assert (continued / "old_weights.safetensors").read_bytes() == (bundle / "weights.safetensors").read_bytes()
    assert [stage.name for stage in recipe.fit.stages] == ["continued"]
    assert recipe.fit.stages[0].head_learning_rate == pytest.approx(old.fit.stages[-1].head_learning_rate / 10)
    assert recipe.bundle.version == "2.1.0"


def test_the_new_bundles_card_says_what_changed(continued: Path, bundle: Path, tmp_path: Path) -> None:
    export_run(continued, tmp_path / "new")
    card = (tmp_path / "new" / "README.md").read_text(encoding="utf-8")
    old = load_bundle(bundle)
    assert "Against the model that it continues" in card
    assert old.sha256 in card
    assert "new minus old" in card
    assert load_bundle(tmp_path / "new").contract.provenance.base_weights.startswith("bundle pneumonia-cxr 2.0.0")
    # Nobody's folders travel in a bundle.
    assert str(continued) not in (tmp_path / "new" / RECIPE_FILE).read_text(encoding="utf-8")


def test_the_same_pictures_are_nothing_to_continue_with(
    bundle: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["continue", str(bundle), "--data", str(pictures), "--run", str(tmp_path / "run")]) == 2
    assert "nothing to continue with" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_cases_that_flatter_a_model_are_counted(continued: Path, new_pictures: Path, pictures: Path) -> None:
    found = read_comparison(continued)
    assert found is not None
    digests = [
        {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.png")}
        for folder in (new_pictures, pictures)
    ]
    assert found.seen_by_old is not None
    assert found.seen_by_new is not None
    if not digests[0] & digests[1]:
        assert found.seen_by_old == found.seen_by_new == 0
    assert bool(found.seen_by_old or found.seen_by_new) == bool(found.warnings)


def test_a_bundle_without_a_recipe_is_refused(
    bundle: Path, new_pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(bundle, tmp_path / "bundle"))
    whole = json.loads((copy / "bundle.json").read_text(encoding="utf-8"))
    (copy / RECIPE_FILE).unlink()
    del whole["files"][RECIPE_FILE]
    (copy / "bundle.json").write_text(json.dumps(whole))
    assert check_bundle(copy) == []
    assert main(["continue", str(copy), "--data", str(new_pictures), "--run", str(tmp_path / "run")]) == 2
    assert "carries no recipe" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_other_old_data_is_refused(bundle: Path, new_pictures: Path, tmp_path: Path) -> None:
    asked = ["continue", str(bundle), "--data", str(new_pictures), "--run", str(tmp_path / "run")]
    assert main([*asked, "--old-data", str(new_pictures)]) == 2
    assert not (tmp_path / "run").exists()


def test_a_recipe_inside_a_bundle_that_is_none_is_refused(bundle: Path) -> None:
    loaded = load_bundle(bundle)

    class Spoilt:
        path, contract = loaded.path, loaded.contract

        def read(self, _name: str) -> bytes:
            return b'{"about": 3}'

    with pytest.raises(Refusal) as refused:
        unpack_recipe(Spoilt())  # type: ignore[arg-type]
    assert refused.value.code is TrainingCode.RECIPE


def test_what_got_better_is_called_so(recipe: Recipe) -> None:
    import numpy as np

    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 300)
    targets = np.eye(2, dtype=np.float32)[truth]

    def answered(wrong: float) -> JudgedCases:
        said = np.where(generator.random(300) < wrong, 1 - truth, truth)
        shares = np.where(np.eye(2)[said] == 1, 0.8, 0.2).astype(np.float32)
        words = tuple(recipe.task.names[number] for number in said)
        return JudgedCases(recipe.task, targets, shares, decided(words, recipe.task))

    groups = [str(number) for number in range(300)]
    found = compare_models(answered(0.3), answered(0.05), groups, name="x", grouped_by="case", seed=1)
    accuracy = next(change for change in found.whole if change.figure == "accuracy")
    assert accuracy.verdict == "better"
    assert accuracy.difference.value == pytest.approx(0.25, abs=0.08)
    turned = compare_models(answered(0.05), answered(0.3), groups, name="x", grouped_by="case", seed=1)
    assert {change.verdict for change in turned.labels["pneumonia"]} == {"worse"}
    same = compare_models(answered(0.1), answered(0.1), groups, name="x", grouped_by="case", seed=1)
    assert next(change for change in same.whole if change.figure == "accuracy").verdict == "not told apart"
    assert isinstance(same.whole[0], Change)


@pytest.mark.parametrize(("old", "new"), [("1.4.2", "1.5.0"), ("2", "2.1"), ("1.0-beta", "1.0-beta.1")])
def test_versions_go_on(old: str, new: str) -> None:
    assert next_version(old) == new
