"""Our recipes one by one: that each builds, and carries what the project that it comes from is known to have done."""

import csv
import re
import shutil
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.contract.contract import Bands, TwoStep
from inference.report.png_file import encode_png
from inference.torch_path.networks import run_network
from training.cli.main import main
from training.data.dataset import labels_and_targets, list_cases
from training.network.network import build_recipe_network, free_parameters
from training.recipe.augmentation import Augmentation
from training.recipe.recipe import Constant, Levels, Plateau, Recipe
from training.recipe.recipe_files import RECIPES, read_recipe, recipe_path

NAMES = sorted(path.stem for path in RECIPES.glob("*.toml") if "[network]" in path.read_text(encoding="utf-8"))
OF_THE_ISSUE = {
    *("neonatal_age_resnet18", "neonatal_age_efficientnet_b0"),
    *("ventriculomegaly_cnn", "ventriculomegaly_cnn_modified", "ventriculomegaly_vgg16", "ventriculomegaly_resnet18"),
    *("brain_tumor_mobilenetv2", "brain_tumor_vgg16_150", "brain_tumor_vit_tiny"),
    *("pneumonia_vgg16", "pneumonia_vgg16_enhanced", "pneumonia_etiology", "pneumonia_severity"),
    *("pneumonia_lite0", "brain_tumor_lite0", "ventriculomegaly_lite0"),
}


def _recipe(name: str) -> Recipe:
    return read_recipe(recipe_path(name))


def test_every_recipe_of_the_issue_is_there() -> None:
    assert set(NAMES) >= OF_THE_ISSUE


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_builds_and_answers_and_its_stages_find_their_layers(name: str) -> None:
    recipe = _recipe(name)
    model = build_recipe_network(recipe, weights="none").eval()
    with torch.no_grad():
        found = run_network(
            model,
            torch.zeros(1, 3, *recipe.input.size),
            target_layer=recipe.network.target_layer,
            familiarity_layers=recipe.network.familiarity_layers,
        )
    assert found.logits.shape == (1, recipe.task.logits)
    assert min(found.maps.shape[2:]) >= 7
    counts = [len(free_parameters(model, stage)) for stage in recipe.fit.stages]
    assert counts == sorted(counts)
    assert counts[0] > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_header_says_where_a_recipe_comes_from_and_what_it_runs_on(name: str) -> None:
    text = (RECIPES / f"{name}.toml").read_text(encoding="utf-8")
    header = text[: text.index("\nabout")]
    assert all(line.startswith("#") and len(line) <= 128 for line in header.strip().splitlines())
    keys = set(re.findall(r"^# ([A-Z][A-Za-z ]*): ", header, re.MULTILINE))
    assert keys >= {"Reported", "Runs on"}
    assert keys & {"From", "Data"}


def test_identities_are_told_apart() -> None:
    identities = [_recipe(name).bundle.id for name in NAMES]
    assert len(set(identities)) == len(identities)
    assert {"pneumonia-cxr", "brain-tumor-mri", "ventriculomegaly-fetal"} <= set(identities)


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name.startswith(("neonatal", "ventriculomegaly")) or name.endswith("severity")]
)
def test_stand_in_data_are_called_so(name: str) -> None:
    assert _recipe(name).judging.stand_in


@pytest.mark.parametrize(("name", "reported"), [("resnet18", "0.8162"), ("efficientnet_b0", "0.8775")])
def test_neonatal_age(name: str, reported: str) -> None:
    recipe = _recipe(f"neonatal_age_{name}")
    bins = ["0_10d", "11_20d", "21_30d", "2m", "3m", "4m", "5m", "6m", "7m", "8m", "9m", "10m", "11m", "12m"]
    assert list(recipe.task.names) == bins
    source = recipe.cases.source
    assert isinstance(source, Levels)
    assert (source.levels, source.label) == (("modality", "sex", "age"), "age")
    assert recipe.network.architecture == name
    assert (recipe.input.colour, recipe.input.size) == ("grey_to_rgb", (224, 224))
    assert (recipe.input.mean, recipe.input.std) == ((0.5,) * 3, (0.25,) * 3)
    assert (recipe.fit.balance, recipe.fit.best_by, recipe.split.protocol) == ("weights", "macro_f1", "grouped")
    assert reported in (RECIPES / f"neonatal_age_{name}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "count"),
    [("ventriculomegaly_cnn", 6_446_498), ("brain_tumor_vgg16_150", 14_716_740)],
)
def test_published_numbers_of_parameters(name: str, count: int) -> None:
    recipe = _recipe(name)
    model = build_recipe_network(recipe, weights="none")
    assert sum(one.numel() for one in model.parameters()) == count
    assert len(free_parameters(model, recipe.fit.stages[0])) == len(list(model.parameters()))


@pytest.mark.parametrize("name", ["cnn", "cnn_modified", "vgg16", "resnet18"])
def test_ventriculomegaly_has_lime_for_each(name: str) -> None:
    recipe = _recipe(f"ventriculomegaly_{name}")
    assert recipe.judging.lime
    assert (recipe.input.size, recipe.task.logits) == ((224, 224), 2)
    assert recipe.input.modality == ("MR", "US")
    # A gestational week is one person, in whatever class and whether operated or not.
    (pattern,) = recipe.cases.person_patterns
    found = {re.search(pattern, text)[1] for text in ("GA25-z067.png", "GA25-operated-z01.png")}  # type: ignore[index]
    assert found == {"GA25"}


def test_brain_tumor_mobilenetv2() -> None:
    recipe = _recipe("brain_tumor_mobilenetv2")
    head, last = recipe.fit.stages
    assert (head.free, head.epochs, head.head_learning_rate, head.patience) == ("head", 12, 1e-4, 4)
    assert (last.free, last.epochs, last.head_learning_rate, last.patience) == ("layers:60", 15, 5e-6, 5)
    assert last.backbone_learning_rate == 5e-6
    assert head.frozen_batch_norm
    assert last.frozen_batch_norm
    assert isinstance(head.rate, Constant)
    assert isinstance(last.rate, Plateau)
    assert (recipe.fit.batch, recipe.fit.balance, recipe.input.size) == (16, "weights", (224, 224))
    (layer,) = recipe.network.head.layers
    assert (recipe.network.head.input, layer.units, layer.dropout) == ("pooled", 256, 0.45)
    rule = recipe.augmentation
    assert (rule.rotation, rule.zoom, rule.shift, rule.shear, rule.gain) == (20, 0.25, 0.08, 0.10, (0.7, 1.3))
    assert rule.flip == 0.5
    decision = recipe.decision
    assert isinstance(decision, TwoStep)
    assert (decision.normal, decision.gate) == ("no_tumor", 0.85)
    assert decision.values == {"meningioma": 0.60, "glioma": 0.55, "pituitary": 0.55}
    said = {one.low: one.sentence for one in decision.confidence}
    assert "low confidence, consult a physician" in said[0.0]
    assert "moderate confidence, review recommended" in said[0.60]
    assert "high confidence" in said[0.85]


def test_brain_tumor_vgg16_150() -> None:
    recipe = _recipe("brain_tumor_vgg16_150")
    (stage,) = recipe.fit.stages
    assert recipe.input.size == (150, 150)
    assert (stage.free, stage.epochs, stage.patience, stage.restore_best) == ("all", 17, 5, True)
    assert (recipe.fit.best_by, recipe.fit.stop_by) == ("accuracy", "loss")
    assert stage.rate == Plateau(schedule="plateau", factor=0.1, patience=2, least_gain=1e-4, by="accuracy")
    assert recipe.augmentation != Augmentation()


@pytest.mark.parametrize("name", ["brain_tumor_mobilenetv2", "brain_tumor_vgg16_150", "brain_tumor_vit_tiny"])
def test_the_published_parts_are_told_by_the_files_names(name: str) -> None:
    published = _recipe(name).split.published
    of = {
        "glioma/masoud-training-Tr-gl_0003.jpg": "train",
        "glioma/masoud-testing-Te-glTr_0001.jpg": "test",
        "no_tumor/sartaj-training-image_12.jpg": "train",
        "pituitary/sartaj-testing-image.jpg": "test",
    }
    for path, part in of.items():
        assert [key for key, pattern in published.items() if re.search(pattern, path)] == [part]


def test_pneumonia_vgg16_and_its_sister() -> None:
    plain, enhanced = _recipe("pneumonia_vgg16"), _recipe("pneumonia_vgg16_enhanced")
    for recipe in (plain, enhanced):
        assert (recipe.task.kind, recipe.task.logits) == ("binary", 1)
        rule = recipe.augmentation
        assert (rule.rotation, rule.zoom, rule.shift, rule.shear, rule.flip) == (20, 0.2, 0.2, 0.2, 0.5)
        assert recipe.fit.optimiser == "adam"
        assert isinstance(recipe.decision, Bands)
        assert [band.low for band in recipe.decision.bands] == [0.0, 0.3, 0.7]
        assert all(band.sentence for band in recipe.decision.bands)
    (layer,) = plain.network.head.layers
    assert (plain.network.head.input, layer.units, layer.batch_norm, layer.dropout) == ("flattened", 512, False, 0.5)
    (stage,) = plain.fit.stages
    assert (stage.free, stage.epochs, stage.patience, stage.head_learning_rate) == ("head", 10, None, 1e-3)
    assert stage.rate == Constant(schedule="constant")
    assert (plain.fit.batch, plain.fit.best_by) == (32, "last")
    first, second = enhanced.network.head.layers
    assert (first.units, first.batch_norm, first.dropout) == (512, True, 0.5)
    assert (second.units, second.batch_norm, second.dropout) == (256, False, 0.3)
    (stage,) = enhanced.fit.stages
    assert (stage.free, stage.epochs, stage.patience) == ("layers:4", 25, 5)
    assert stage.head_learning_rate == stage.backbone_learning_rate == 1e-4
    assert stage.rate == Plateau(schedule="plateau", factor=0.2, patience=3, least=1e-7)


@pytest.mark.parametrize("name", [name for name in NAMES if re.match("pneumonia_(vgg16|etiology|severity)", name)])
def test_options_are_switched_on_by_taking_a_sign_away(name: str, tmp_path: Path) -> None:
    text = (RECIPES / f"{name}.toml").read_text(encoding="utf-8")
    assert _recipe(name).input.clahe is _recipe(name).input.gaussian_sigma is None
    path = tmp_path / "with_options.toml"
    path.write_text(re.sub("^# (clahe|gaussian_sigma) = ", r"\1 = ", text, flags=re.MULTILINE), encoding="utf-8")
    recipe = read_recipe(path)
    assert recipe.input.clahe is not None
    assert (recipe.input.clahe.clip_limit, recipe.input.clahe.grid, recipe.input.gaussian_sigma) == (2.0, (8, 8), 1.0)
    assert recipe.digest != _recipe(name).digest


def test_pneumonia_etiology_tells_both_answers_by_the_name() -> None:
    recipe = _recipe("pneumonia_etiology")
    assert recipe.task.heads == (("normal", "pneumonia"), ("bacterial", "viral"))
    assert recipe.task.asked_if == (None, "pneumonia")
    patterns = recipe.cases.source.patterns  # type: ignore[union-attr]
    of = {
        "NORMAL/IM-0115-0001.jpeg": ["normal"],
        "NORMAL/NORMAL2-IM-0592-0001.jpeg": ["normal"],
        "PNEUMONIA/person1_bacteria_1.jpeg": ["pneumonia", "bacterial"],
        "PNEUMONIA/person1_virus_6.jpeg": ["pneumonia", "viral"],
    }
    for path, labels in of.items():
        assert [name for name in recipe.task.names if re.search(patterns[name], path)] == labels


def test_pneumonia_severity_has_three_outputs_and_runs_on_the_stand_in_of_the_readme(
    pictures: Path, tmp_path: Path, root: Path
) -> None:
    recipe = _recipe("pneumonia_severity")
    assert recipe.task.heads == (("pneumonia",), ("mild", "moderate", "severe"), ("confident",))
    assert recipe.task.asked_if == (None, "pneumonia", None)
    (layer,) = recipe.network.head.layers
    assert (recipe.network.head.input, layer.units, recipe.fit.stages[0].free) == ("pooled", 512, "all")
    data = Path(shutil.copytree(pictures, tmp_path / "data"))
    assert main(["audit", str(data), "--recipe", "pneumonia_vgg16", "--out", str(tmp_path / "audit")]) == 0
    text = (root / "training" / "README.md").read_text(encoding="utf-8")
    lines = re.search(r"### A stand-in for severity.*?```python\n(.*?)```", text, re.DOTALL)
    assert lines is not None
    tables = {"audit_table": tmp_path / "audit" / "files.csv", "severity_table": data / "severity.csv"}
    exec(compile(lines[1], "README.md", "exec"), tables)
    cases = list_cases(data, recipe)
    assert len(cases) == 96
    counts = Counter(label for case in cases for label in case.labels)
    assert counts["pneumonia"] == counts["mild"] + counts["moderate"] + counts["severe"] == 48
    assert (counts["mild"], counts["severe"], counts["confident"]) == (16, 16, 72)
    _, targets = labels_and_targets(cases, recipe.task)
    asked = ~np.isnan(targets[:, 1:4]).any(axis=1)
    assert (asked == (targets[:, 0] == 1)).all()


@pytest.mark.parametrize("name", ["resnet18", "efficientnet_b0"])
def test_neonatal_age_reads_the_audits_table_of_modality_sex_age_and_path(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = np.random.default_rng(0)
    for modality, sex, age in product(("T1", "T2"), ("F", "M"), ("0_10d", "3m", "12m")):
        path = tmp_path / "data" / modality / sex / age / "slice.png"
        path.parent.mkdir(parents=True)
        path.write_bytes(encode_png(drawn.integers(0, 255, (32, 32), dtype=np.uint8)))
    recipe = _recipe(f"neonatal_age_{name}")
    given = ["--recipe", f"neonatal_age_{name}", "--out", str(tmp_path / "audit")]
    assert main(["audit", str(tmp_path / "data"), *given]) == 0
    table = tmp_path / "data" / "files.csv"
    shutil.copy(tmp_path / "audit" / "files.csv", table)
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert {row["path"] for row in rows} == {f"{r['modality']}/{r['sex']}/{r['age']}/slice.png" for r in rows}
    text = (RECIPES / f"neonatal_age_{name}.toml").read_text(encoding="utf-8")
    by_table = re.sub(r"^source = .*\n", "", text, flags=re.MULTILINE).replace("# source = ", "source = ")
    (tmp_path / "table.toml").write_text(by_table, encoding="utf-8")
    wanted, found = (list_cases(tmp_path / "data", one) for one in (recipe, read_recipe(tmp_path / "table.toml")))
    assert len(found) == 12
    assert [(case.name, case.label) for case in found] == [(case.name, case.label) for case in wanted]


def test_each_patch_has_its_plain_share_of_the_transformers_score() -> None:
    """What the header of the recipe says: the map at `norm` adds up to the logit."""
    recipe = _recipe("brain_tumor_vit_tiny")
    torch.manual_seed(0)
    model = build_recipe_network(recipe, weights="none").eval()
    with torch.no_grad():
        found = run_network(model, torch.rand(1, 3, 224, 224), target_layer=recipe.network.target_layer)
        assert found.maps.shape == (1, 192, 14, 14)
        classifier = model.get_classifier()  # type: ignore[operator]
        shares = torch.einsum("ck,nkhw->nchw", classifier.weight, found.maps) / (14 * 14)
        logits = shares.sum(dim=(2, 3)) + classifier.bias
    np.testing.assert_allclose(logits.numpy(), found.logits.numpy(), atol=1e-5)
