"""What the window says of a slice that a model was not made for, and of one that may be: the standing comes first."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from safetensors.numpy import save

from imaging.volume.volume import Slice
from inference.bundle.bundle import load_bundle, save_bundle
from inference.bundle.catalog import user_models_folder
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.contract.phantoms import slice_from_array
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle, make_contract, spot_slice, tiny_model
from tests.journeys.conftest import Launch, Reader

CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
CHILDREN = {"population": {"age_years": [1, 5], "description": "Children."}}
TWO_STEP = {"rule": "thresholds", "values": {"normal": 0.5, "bright": 0.5}}


def analysed(launch: Launch, path: Path, model: str, *, with_heat: bool = False) -> Reader:
    reader = launch(path, "--model", model)
    reader.until_open()
    reader.key(Qt.Key.Key_End)
    if with_heat:
        reader.key(Qt.Key.Key_E)
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(lambda: reader.program.model and reader.program.model.answer)
    reader.until_ready()
    return reader


@pytest.fixture
def child_model() -> str:
    """A model for CT of children of 1 to 5, with a normal answer, thresholds and figures measured at them."""
    figures = {name: {"value": value, "low": value, "high": value} for name, value in (("recall", 0.92), ("f1", 0.9))}
    normal = {"recall": {"value": 0.97, "low": 0.9, "high": 1.0}}
    missing = {"precision": None, "f1": None, "auc": None}
    split = {
        "split": "test (grouped)", "grouped_by": "person", "n": 522, "auc": None,
        "macro_f1": figures["f1"], "accuracy": figures["f1"],
        "labels": {"normal": {"n": 134, **missing, **normal}, "bright": {"n": 388, **missing, **figures}},
    }  # fmt: skip
    make_bundle(
        user_models_folder(), id="children", schema_version=2, task={"normal": "normal"}, decision=TWO_STEP,
        evaluation=[split], intended_use=CHILDREN,
        input={"modality": ["CT"]},
    )  # fmt: skip
    return "children"


def patient(folder: Path, age: str | None) -> Path:
    folder.mkdir()
    write_series(folder, values=l_values(), PatientAge=age)
    return folder


def test_out_of_contract_is_a_headline_of_its_own_without_number_and_map(
    launch: Launch, tmp_path: Path, child_model: str
) -> None:
    reader = analysed(launch, patient(tmp_path / "adult", "064Y"), child_model, with_heat=True)
    view = reader.window.model.finding
    assert view.decision.text_whole == "Not scored: age 64 years, made for 1 to 5"
    assert "%" not in view.bars.accessibleDescription()
    assert view.advice.text_whole == ""
    assert reader.pane.picture is not None
    assert reader.pane.picture.overlay is None
    assert not reader.window.model.heat.toggle.isEnabled()
    reader.qtbot.mouseClick(view.reveal, LEFT)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)
    assert "%" in view.bars.accessibleDescription()
    assert "doubtful" in view.bars.accessibleDescription()
    assert view.decision.text_whole.startswith("Not scored"), "the class stays out of the headline"
    reader.wheel(120)
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until_ready()
    assert "%" in view.bars.accessibleDescription(), "asked for once, it holds for the series"
    reader.qtbot.mouseClick(view.reveal, LEFT)
    assert "%" not in view.bars.accessibleDescription()
    assert reader.pane.picture.overlay is None


def test_what_the_file_does_not_say_stands_beside_the_decision_in_one_line(
    launch: Launch, tmp_path: Path, child_model: str
) -> None:
    reader = analysed(launch, patient(tmp_path / "nobody", None), child_model)
    view = reader.window.model.finding
    assert view.decision.text_whole in ("Normal", "Bright spot", "Ambiguous")
    assert view.standing.text_whole == "Not verified: age"
    assert "%" in view.bars.accessibleDescription()
    assert not view.reveal.isVisible()


def test_in_contract_has_sign_word_and_the_threshold_in_figures(
    launch: Launch, tmp_path: Path, child_model: str
) -> None:
    reader = analysed(launch, patient(tmp_path / "child", "003Y"), child_model)
    view = reader.window.model.finding
    words = {"Normal": "No finding: Normal", "Bright spot": "Finding: Bright spot", "Ambiguous": "Uncertain: Ambiguous"}
    assert view.decision.accessibleName() == words[view.decision.text_whole]
    assert view.standing.text_whole.startswith("In contract")
    said = view.figures.text_whole
    assert said == "Bright spot from 50 %: sensitivity 92.0 %, specificity 97.0 % (test, 522 cases)"


def test_a_slice_that_cannot_be_scored_says_so_in_the_headline(launch: Launch, tmp_path: Path, tiny_model: str) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    write_series(folder, values=np.zeros((3, 16, 16), np.int16), PixelPaddingValue=0)
    reader = analysed(launch, folder, tiny_model)
    view = reader.window.model.finding
    assert view.decision.text_whole.startswith("Not scored: ")
    assert "%" not in view.bars.accessibleDescription()
    assert not view.reveal.isVisible(), "there is no number to show"


# --- B8: places that stay ---


def places(reader: Reader) -> dict[str, tuple[QPoint, int]]:
    panel = reader.window.model
    heat = panel.heat
    parts: dict[str, QWidget] = {"bars": panel.finding.bars, "toggle": heat.toggle, "opacity": heat.opacity}
    return {name: (part.mapTo(panel, QPoint(0, 0)), part.height()) for name, part in parts.items()}


def test_bars_and_sliders_stay_where_they_are_whatever_is_said_of_a_slice(launch: Launch, tmp_path: Path) -> None:
    """Slices like the training cases, unlike them, and empty ones, scrolled through in live mode and out of it."""
    values = np.zeros((9, 32, 32), np.int16)
    for index in range(0, 9, 2):
        values[index] = np.linspace(0, 100 * (index + 1), 32, dtype=np.int16)[:, None]
    known = slice_from_array(values[2])
    knowing("wary", known, cut_off=0.5)
    write_series(tmp_path / "mixed", values=values)
    reader = analysed(launch, tmp_path / "mixed", "wary", with_heat=True)
    reader.key(Qt.Key.Key_Home)
    reader.qtbot.wait(1)
    view = reader.window.model.finding
    before, said = places(reader), set()
    for live in (True, False):
        if live:
            reader.qtbot.mouseClick(reader.window.model.live, LEFT)
        for _ in range(8):
            reader.wheel(-120)
            reader.until_ready()
            reader.qtbot.wait(1)
            said.add(view.decision.text_whole.split(":")[0])
            assert places(reader) == before
        reader.key(Qt.Key.Key_Escape)
        reader.key(Qt.Key.Key_Home)
    assert len(said) >= 2, said


# --- A4: a picture without metadata ---


def knowing(bundle: str, known: Slice, *, cut_off: float, **changes: object) -> None:
    """Install a model whose only training case was `known`."""
    raw = analyse(known, Classifier(load_bundle(make_bundle(user_models_folder() / "plain", id=f"{bundle}-plain")))).raw
    assert raw is not None
    assert raw.features is not None
    statistics = {"mean": raw.features[np.newaxis], "precision": np.eye(raw.features.size, dtype=np.float32) * 1e4}
    rule = {"method": "mahalanobis", "statistics": "s.safetensors", "in_distribution_refused": 0.05, "cut_off": cut_off}
    contract = make_contract(id=bundle, out_of_distribution=rule, **changes)
    files = {"model.onnx": tiny_model(contract), "s.safetensors": save(statistics)}
    save_bundle(user_models_folder() / bundle, contract=contract, files=files)


@pytest.fixture
def two_models() -> None:
    ramp = slice_from_array(np.linspace(0, 255, 64 * 64).reshape(64, 64).astype(np.uint8))
    knowing("ramps", ramp, cut_off=5.0, name="Ramps of a child", input={"modality": ["CR"], "body_part": ["CHEST"]})
    knowing("spots", spot_slice(), cut_off=5.0, name="Spots", input={"modality": ["CT"]})


def test_a_picture_is_offered_the_model_it_looks_made_for(launch: Launch, two_models: None, tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 64 * 64).reshape(64, 64).astype(np.uint8)
    Image.fromarray(ramp).save(tmp_path / "ramp.png")
    reader = launch(tmp_path / "ramp.png")
    reader.until_open()
    panel = reader.window.model
    reader.until(panel.offer.isVisible)
    assert panel.offer_text.text() == "Looks like a chest radiograph: use “Ramps of a child”?"
    assert reader.program.model is not None
    assert reader.program.model.contract is None
    assert not panel.analyse.isEnabled()
    reader.qtbot.mouseClick(panel.accept_offer, LEFT)
    reader.until(lambda: reader.program.model and reader.program.model.contract)
    reader.until_ready()
    assert reader.program.model.contract.id == "ramps"
    assert not panel.offer.isVisible()
    assert panel.analyse.isEnabled()


def test_a_picture_for_no_model_is_offered_nothing_and_says_so(
    launch: Launch, two_models: None, tmp_path: Path
) -> None:
    # All installed models are for grey.
    Image.fromarray(np.full((64, 64, 3), (200, 30, 30), np.uint8)).save(tmp_path / "red.png")
    reader = launch(tmp_path / "red.png")
    reader.until_open()
    panel = reader.window.model
    reader.until(lambda: "No installed model" in panel.finding.what.text_whole)
    assert not panel.offer.isVisible()
    assert panel.choice.currentIndex() == -1


def test_the_model_of_the_series_before_is_no_reason(
    launch: Launch, two_models: None, ct: Path, tmp_path: Path
) -> None:
    reader = launch(ct)
    reader.until_open()
    assert reader.program.model is not None
    reader.until(lambda: reader.program.model and reader.program.model.contract)
    assert reader.program.model.contract is not None
    assert reader.program.model.contract.id == "spots"
    Image.fromarray(np.linspace(0, 255, 64 * 64).reshape(64, 64).astype(np.uint8)).save(tmp_path / "ramp.png")
    reader.open(tmp_path / "ramp.png")
    assert reader.program.model.contract is None
    reader.until(reader.window.model.offer.isVisible)


# --- B5: no name over another map ---


def test_until_a_map_is_there_no_other_one_is_shown(launch: Launch, ct: Path) -> None:
    changes = {
        "output": {"cams": None, "features": None},
        "explanation": {"method": "occlusion", "target_layer": None, "notice": "By covering."},
    }
    make_bundle(user_models_folder(), model=tiny_model(make_contract(**changes), maps=False), **changes)
    reader = analysed(launch, ct, "tiny", with_heat=True)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)
    reader.until_ready()
    model, choice = reader.program.model, reader.window.model.heat.label
    assert model is not None
    assert model.answer is not None
    assert model.explanation.map is not None
    other = next(name for name in ("normal", "bright") if name != model.explanation.map.choice.label)
    busy: list[bool] = []
    model.busy_changed.connect(busy.append)
    choice.setFocus()
    while choice.currentData() != other:
        reader.qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert reader.pane.picture is not None
    assert reader.pane.picture.overlay is None, "the map of the label before went with its name"
    assert busy[-1]
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)
    assert model.explanation.map is not None
    assert model.explanation.map.choice.label == other
    assert not busy[-1]
