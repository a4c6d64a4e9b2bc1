"""A whole evaluation of a tiny run, of other sets, and of every kind of task."""

import csv
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from sklearn.metrics import classification_report

from imaging.base.errors import Refusal
from imaging.base.progress import finish
from inference.contract.contract import Argmax, Label, Task
from tests.imaging.phantoms import write_series
from tests.training.small_run import write_pictures
from training.cli.main import main
from training.data.split import load_split
from training.evaluate.evaluate import EVERY_QUALITY, EvaluationOptions, compute_metrics, evaluate_run, read_metrics
from training.evaluate.metrics import METRICS, External
from training.evaluate.ood_statistics import Familiarity
from training.evaluate.operating_point import choose_operating_point
from training.evaluate.predictions import ANSWERS_FILE, AnswerCache, ScoredCases, cache_key
from training.evaluate.qualities import CHANGES, TURNED
from training.fit.runs import BEST, RECIPE, SPLIT
from training.recipe.recipe import Recipe, Youden
from training.recipe.recipe_files import read_recipe
from training.report.figures import FIGURES, confusion_of, draw_figures, draw_history
from training.report.run_report import EXTERNAL, REPORT, report_run


@pytest.fixture(scope="module")
def judged(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the evaluated run, to write into."""
    folder = tmp_path_factory.mktemp("judged") / "run"
    shutil.copytree(run, folder)
    return folder


def test_a_run_is_judged_whole(judged: Path, recipe: Recipe) -> None:
    metrics = read_metrics(judged)
    validation, test = metrics.evaluations
    split = load_split(judged / SPLIT)
    assert test.n == sum(case.part == "test" for case in split.cases)
    assert metrics.training is not None
    assert metrics.training.n == sum(case.part == "train" for case in split.cases)
    for name in FIGURES:
        assert (judged / "figures" / name).read_bytes().startswith(b"\x89PNG")
    rows = list(csv.DictReader((judged / "per_class_test.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["label"] for row in rows] == list(recipe.task.names)
    for row in rows:
        found = test.labels[row["label"]].f1
        assert found is not None
        assert float(row["f1"]) == pytest.approx(found.value, abs=1e-5)
        assert float(row["f1_low"]) <= float(row["f1"]) <= float(row["f1_high"])
    assert set(metrics.coverage["test"]) == {"0.05", "0.1"}
    assert metrics.foreign["noise"].n == 63
    assert metrics.saliency is not None
    assert len(metrics.saliency.insertion.shares) == len(metrics.saliency.insertion.by_heatmap)
    assert set(metrics.youden) == set(recipe.task.names)
    assert validation.grouped_by.startswith("person")


def test_the_same_cases_are_judged_in_every_quality_that_they_have(judged: Path, recipe: Recipe) -> None:
    """The pictures have 48 pixels a side and the input has 64, so that none has an original resolution."""
    metrics = read_metrics(judged)
    test = metrics.evaluations[1]
    assert set(metrics.qualities) == {"as_given", *CHANGES}
    assert metrics.qualities["as_given"].accuracy == test.accuracy
    assert metrics.qualities["as_given"].flipped is None
    assert {one.n for one in metrics.qualities.values()} == {test.n}
    kept = AnswerCache(judged, cache_key(judged / BEST, recipe))
    shown = kept.find_any("test, copies")
    assert shown is not None
    is_quality = np.array([name.partition("/")[0] not in TURNED for name in shown.names])
    shown = replace(shown, names=tuple(np.array(shown.names)[is_quality]), logits=shown.logits[is_quality])
    lacking = np.isnan(shown.logits).all(axis=1)
    assert {name.partition("/")[0] for name, lacks in zip(shown.names, lacking, strict=True) if lacks} == {
        "original_resolution"
    }
    assert lacking.sum() == test.n
    assert np.isfinite(shown.logits[~lacking]).all()
    # No two qualities are answered alike.
    assert len(np.unique(shown.logits[~lacking], axis=0)) == len(CHANGES) * test.n
    validation = metrics.evaluations[0]
    assert metrics.conformal is not None
    # Each case once in each of seven qualities.
    assert metrics.conformal.cases == 7 * validation.n
    assert metrics.coverage[EVERY_QUALITY]["0.1"].n == 7 * test.n
    assert set(metrics.refused["validation"]) == set(test.labels)
    assert not any("quick" in sentence for sentence in metrics.standing)


def test_orientation_is_checked_by_copies_that_were_turned(judged: Path) -> None:
    metrics = read_metrics(judged)
    rule = metrics.out_of_distribution
    assert rule.orientation is not None
    assert set(rule.orientation.caught) == set(TURNED)
    assert rule.orientation.in_distribution_refused <= rule.in_distribution_refused
    # A bright ground on which nothing was ever seen.
    assert rule.orientation.caught["inverted"] > 0.9
    restored = Familiarity.restored(judged, rule)
    assert restored.orientation is not None
    assert restored.orientation.shape == (restored.mean.shape[1] + 1,)
    assert restored.orientation_cut_off == rule.orientation.cut_off


def test_other_qualities_are_judged_on_a_stated_sample(
    judged: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(judged, run := tmp_path / "run")

    def never(*_: object) -> None:
        raise AssertionError("asked again")

    # All is answered and kept already: a smaller evaluation asks nobody, and throws nothing away.
    monkeypatch.setattr("training.evaluate.predictions.predict", never)
    whole = read_metrics(run)
    tests = whole.evaluations[1].n
    found = finish(report_run(run, pictures, EvaluationOptions({}, explained=False, most_in_qualities=5))).metrics
    assert {name: one.n for name, one in found.qualities.items()} == {"as_given": tests, "jpeg_20": 5}
    sentence = found.standing[-1]
    assert f"other qualities were judged on 5 of {tests} test cases" in sentence
    assert "evaluate --all" in sentence
    again = finish(report_run(run, pictures, EvaluationOptions({}, most_in_qualities=None))).metrics
    assert again.qualities == whole.qualities


def test_figures_follow_from_the_predictions_that_are_written(judged: Path) -> None:
    rows = list(csv.DictReader((judged / "predictions.csv").read_text(encoding="utf-8").splitlines()))
    test = [row for row in rows if row["part"] == "test"]
    right = np.mean([row["label"] == row["decision"] for row in test])
    metrics = read_metrics(judged)
    assert metrics.evaluations[1].accuracy.value == pytest.approx(right, abs=1e-5)
    assert metrics.threshold is not None
    for row in rows:
        # Written with six digits: one that lies on the threshold may stand on either side of it.
        if abs(float(row["p_pneumonia"]) - metrics.threshold) > 2e-6:
            assert (row["decision"] == "pneumonia") == (float(row["p_pneumonia"]) >= metrics.threshold)


def test_the_report_holds_all_and_fetches_nothing(judged: Path) -> None:
    text = (judged / REPORT).read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href|action|data|url)\s*[=(]\s*["']?\s*(?!data:|\#)(?:https?:|//|/|\.)""", text)
    assert "<script" not in text
    assert "@import" not in text
    assert text.count("data:image/png;base64,") >= len(FIGURES) + 2
    for words in ("Calibration", "Unfamiliar slices", "Heatmaps", "insertion", "q-hat", "Research use only"):
        assert words in text


def test_the_report_shows_samples_classes_and_the_curves_of_training(judged: Path) -> None:
    text = (judged / REPORT).read_text(encoding="utf-8")
    for words in ("with their labels", "How the classes are distributed", "Losses and figures of each epoch"):
        assert words in text
    for name in ("gallery/samples.png", "figures/classes.png"):
        picture = cv2.imread(str(judged / name))
        assert picture is not None
        assert min(picture.shape[:2]) > 300
    rows = list(csv.DictReader((judged / "history.csv").read_text(encoding="utf-8").splitlines()))
    for part in ("train_", ""):
        for figure in ("loss", "accuracy", "precision", "recall"):
            assert all(np.isfinite(float(row[part + figure])) for row in rows)


def test_a_log_of_an_older_version_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text("epoch,stage,train_loss,loss,accuracy,macro_f1,auc\n1,a,1,1,0.5,0.5,nan\n")
    assert draw_history(tmp_path / "history.csv", notes=()).startswith(b"\x89PNG")


def test_a_classification_report_is_printed_as_scikit_learn_counts_it(
    judged: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Path(shutil.copytree(judged, tmp_path / "run"))
    assert main(["evaluate", str(run), "--data", str(pictures), "--quick"]) == 0
    said = capsys.readouterr().out
    rows = list(csv.DictReader((run / "predictions.csv").read_text(encoding="utf-8").splitlines()))
    test = [row for row in rows if row["part"] == "test"]
    true, decided = ([row[key] for row in test] for key in ("label", "decision"))
    wanted = classification_report(true, decided, output_dict=True, zero_division=0)
    for title, key in (("normal", "normal"), ("macro average", "macro avg"), ("weighted average", "weighted avg")):
        line = next(
            line for line in said.splitlines() if re.match(rf" +{title} +[01]\.\d+ +[01]\.\d+ +[01]\.\d+ +\d+$", line)
        )
        numbers = [float(cell) for cell in line.strip().removeprefix(title).split()]
        assert numbers == pytest.approx(
            [wanted[key][name] for name in ("precision", "recall", "f1-score", "support")], abs=1e-4
        )


def test_a_second_evaluation_asks_nobody_and_finds_the_same(
    judged: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_metrics(judged)

    def never(*_: object) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr("training.evaluate.predictions.predict", never)
    again = finish(report_run(judged, pictures))
    assert again.metrics == before
    assert again.skipped == ()


def test_answers_of_other_weights_are_not_used(judged: Path, recipe: Recipe, tmp_path: Path) -> None:
    known = AnswerCache(judged, cache_key(judged / BEST, recipe))
    names = known.names("test")
    assert known.find("test", names) is not None
    assert known.find("test", names[1:]) is None
    (tmp_path / "other.pt").write_bytes(b"other weights")
    assert AnswerCache(judged, cache_key(tmp_path / "other.pt", recipe)).names("test") == ()
    shutil.copy(judged / ANSWERS_FILE, tmp_path / ANSWERS_FILE)
    (tmp_path / ANSWERS_FILE).write_bytes((tmp_path / ANSWERS_FILE).read_bytes()[:100])
    assert AnswerCache(tmp_path, cache_key(judged / BEST, recipe)).names("test") == ()


def test_another_set_is_judged_by_what_was_chosen(judged: Path, tmp_path: Path) -> None:
    other = write_pictures(tmp_path / "elsewhere", persons=5, each=1)
    for path in sorted(other.rglob("*.png")):
        path.rename(path.with_name(path.name.replace("IM-", "IM-9").replace("person", "person9")))
    before = (judged / METRICS).read_bytes()
    assert main(["evaluate", str(judged), "--data", str(other)]) == 0
    assert (judged / METRICS).read_bytes() == before
    (folder,) = (judged / EXTERNAL).iterdir()
    external = External.model_validate_json((folder / METRICS).read_bytes())
    assert external.evaluation.n == 10
    assert "nothing was chosen" in external.evaluation.split
    assert external.refused.n == 10
    assert (folder / "confusion.png").is_file()
    assert "Another set: elsewhere" in (judged / REPORT).read_text(encoding="utf-8")


def test_the_runs_own_pictures_changed_are_no_external_set(judged: Path, pictures: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(pictures, changed)
    next(iter(sorted(changed.rglob("*.png")))).unlink()
    with pytest.raises(Refusal, match="most have the names of those"):
        finish(evaluate_run(judged, changed))


def test_foreign_slices_and_photographs_are_tried(
    judged: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "stripes").mkdir()
    (tmp_path / "photos").mkdir()
    stripes = np.zeros((60, 60), dtype=np.uint8)
    stripes[::4] = 255
    for number in range(3):
        cv2.imwrite(str(tmp_path / "stripes" / f"{number}.png"), np.roll(stripes, number, axis=0))
    picture = np.random.default_rng(0).integers(0, 255, (300, 700, 3)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "photos" / "one.png"), picture)
    write_series(tmp_path / "scan", PatientID="7")
    foreign = ["--foreign", f"stripes={tmp_path / 'stripes'}", "--photographs", str(tmp_path / "photos"), "--quick"]
    foreign += ["--foreign", f"scan={tmp_path / 'scan'}"]
    assert main(["evaluate", str(judged), "--data", str(pictures), *foreign]) == 0
    metrics = read_metrics(judged)
    assert (metrics.foreign["stripes"].n, metrics.foreign["stripes"].sources) == (3, 3)
    # The slices of one scan are one person.
    assert (metrics.foreign["scan"].n, metrics.foreign["scan"].sources) == (10, 1)
    # Two rows of four squares of 150.
    assert (metrics.foreign["photographs"].n, metrics.foreign["photographs"].sources) == (8, 1)
    assert metrics.saliency is None
    # Quick.
    assert set(metrics.qualities) == {"as_given", "jpeg_20"}
    assert "in the qualities noise 5/255, turned by" in metrics.standing[-1]
    assert "called unfamiliar" in capsys.readouterr().out
    assert main(["evaluate", str(judged), "--data", str(pictures), "--foreign", "stripes"]) == 2
    with pytest.raises(Refusal, match="no such folder"):
        finish(evaluate_run(judged, pictures, EvaluationOptions({"gone": tmp_path / "gone"})))


def test_stand_in_data_and_short_runs_are_said(judged: Path, pictures: Path) -> None:
    text = (judged / RECIPE).read_text(encoding="utf-8")
    (judged / RECIPE).write_text(text + "\n[judging]\nstand_in = true\n", encoding="utf-8")
    facts = json.loads((judged / "run.json").read_text(encoding="utf-8"))
    (judged / "run.json").write_text(json.dumps({**facts, "overrides": {"limit": 20}, "fitted_cases": 20, "cases": 96}))
    metrics = finish(report_run(judged, pictures, EvaluationOptions({}, explained=False))).metrics
    assert "Stand-in data" in metrics.standing[0]
    assert "20 of 96 cases" in metrics.standing[1]
    counted = ", ".join(f"{found.n} of {label}" for label, found in metrics.evaluations[1].labels.items())
    assert metrics.standing[2] == f"Figures of a class with fewer than 30 test cases say little: there are {counted}."
    assert "Stand-in data" in (judged / REPORT).read_text(encoding="utf-8")


def names(*given: str) -> tuple[Label, ...]:
    return tuple(Label(name=name, display=name.title()) for name in given)


KINDS = {
    "binary": Task(kind="binary", labels=names("well", "ill")),
    "multilabel": Task(kind="multilabel", labels=names("mass", "effusion", "tube")),
    "several_outputs": Task(
        kind="several_outputs",
        labels=names("normal", "pneumonia", "bacterial", "viral"),
        heads=(("normal", "pneumonia"), ("bacterial", "viral")),
    ),
    "multiclass": Task(kind="multiclass", labels=names(*"abcdefgh")),
}


def scored(task: Task, seed: int, count: int = 80) -> ScoredCases:
    """Cases whose logits speak for their targets; of several outputs the second head is asked of pneumonia only."""
    generator = np.random.default_rng(seed)
    targets = np.zeros((count, len(task.names)), dtype=np.float32)
    if task.kind == "multilabel":
        targets[:] = generator.integers(0, 2, targets.shape)
    for head in task.heads or (() if task.kind == "multilabel" else (task.names,)):
        columns = [task.names.index(name) for name in head]
        targets[np.arange(count), generator.choice(columns, count)] = 1
    if task.kind == "several_outputs":
        targets[targets[:, 0] == 1, 2:] = np.nan
    logits = 2 * np.nan_to_num(targets) - 1 + generator.normal(0, 1, targets.shape)
    logits = logits[:, 1:] - logits[:, :1] if task.kind == "binary" else logits
    return ScoredCases(
        part="test",
        names=tuple(str(number) for number in range(count)),
        groups=tuple(f"g{number // 2}" for number in range(count)),
        labels=("",) * count,
        targets=targets,
        logits=logits.astype(np.float32),
        features=generator.normal(size=(count, 4)).astype(np.float32),
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rule", ["argmax", "youden"])
def test_every_kind_of_task_is_judged_and_drawn(kind: str, rule: str, judged: Path, recipe: Recipe) -> None:
    task = KINDS[kind]
    decision = Argmax(rule="argmax") if rule == "argmax" else Youden(rule="youden")
    own = recipe.model_copy(update={"task": task, "decision": decision})
    parts = {part: scored(task, seed) for seed, part in enumerate(("train", "validation", "test"))}
    choice = choose_operating_point(parts["validation"], own)
    familiarity = Familiarity.fitted(parts["train"], [parts["validation"]])
    metrics = compute_metrics(parts, choice, familiarity, recipe=own, split=load_split(judged / SPLIT), shown={})
    assert metrics.temperature_rule == choice.temperature_rule != ""
    test = metrics.evaluations[1]
    assert 0.6 < test.accuracy.value <= 1
    assert set(test.labels) == set(task.names)
    assert all(one.n > 0 and one.f1 is not None for one in test.labels.values())
    assert test.auc is not None
    assert test.auc.value > 0.75
    for alpha, one in metrics.coverage["test"].items():
        assert one.coverage.value > 1 - float(alpha) - 0.15
    drawn = {part: choice.judge(parts[part]) for part in ("validation", "test")}
    figures = draw_figures(drawn, dots=choice.youden, notes=["Stand-in data"])
    assert set(figures) == set(FIGURES) - {"history.png"}
    if kind == "several_outputs":
        table, _ = confusion_of(drawn["test"][0], (2, 3))
        assert table.sum() == (~np.isnan(parts["test"].targets[:, 2])).sum()
        assert test.labels["bacterial"].n + test.labels["viral"].n == test.labels["pneumonia"].n


def test_the_digest_does_not_know_what_only_judging_looks_at(recipe: Recipe) -> None:
    network = recipe.network.model_copy(update={"familiarity_layers": ("blocks.1",)})
    assert recipe.model_copy(update={"network": network}).digest == recipe.digest
    other = recipe.network.model_copy(update={"drop_rate": 0.77})
    assert recipe.model_copy(update={"network": other}).digest != recipe.digest


def test_splits_that_know_ever_more_twins_are_compared(recipe_file: Path, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    given = ["--data", str(pictures), "--out", str(out), "--epochs", "1", "--size", "32"]
    assert main(["compare", str(recipe_file), *given]) == 0
    found = json.loads((out / "compare.json").read_text(encoding="utf-8"))
    assert list(found["sides"]) == ["random", "grouped_upright", "grouped"]
    assert found["overrides"] == {"epochs": 1, "size": 32}
    assert found["sides"]["random"]["counts"]["test_cases_person_seen"] > 0
    assert found["sides"]["grouped_upright"]["counts"]["test_cases_person_seen"] == 0
    assert "test_cases_person_seen" not in found["sides"]["grouped"]["counts"]
    assert found["sides"]["random"]["test_cases_group_seen"] > 0
    assert found["sides"]["grouped"]["test_cases_group_seen"] == 0
    runs = [read_recipe(out / protocol / RECIPE) for protocol in found["sides"]]
    assert [one.input.size for one in runs] == [(32, 32)] * 3
    assert len({one.fit.seed for one in runs}) == 1
    assert len({one.digest for one in runs}) == 3
    text = (out / "compare.md").read_text(encoding="utf-8")
    assert "| random split | grouped, flips not known | grouped, flips known |" in text
    assert {line.count("|") for line in text.splitlines()} == {8}
    assert "epochs 1, size 32" in text
    # Begun anew, nothing is trained a second time.
    weights = (out / "random" / BEST).read_bytes()
    assert main(["compare", str(recipe_file), *given]) == 0
    assert (out / "random" / BEST).read_bytes() == weights
