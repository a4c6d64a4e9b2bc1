"""A second model beside the first: chosen, asked, compared in words, exchanged by one key, drawn as a second curve."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from desktop.ui.panels.comparison import NO_SECOND, ComparisonView
from inference.bundle.catalog import user_models_folder
from tests.inference.factory import make_bundle
from tests.journeys.conftest import Launch, Reader

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def reader(launch: Launch, ct: Path, tiny_model: str) -> Reader:
    """A CT with a model; installed are one that says the opposite, and one for MR."""
    exchanged = [{"name": "bright", "display": "Bright spot"}, {"name": "normal", "display": "Normal"}]
    make_bundle(user_models_folder(), id="opposite", name="Opposite", task={"labels": exchanged})
    make_bundle(user_models_folder(), id="for-mr", name="For MR", input={"modality": ["MR"]})
    reader = launch(ct, "--model", tiny_model)
    reader.until_open()
    reader.until(lambda: second(reader).choice.findData("for-mr") > 0)
    return reader


def second(reader: Reader) -> ComparisonView:
    return reader.window.model.comparison


def choose(reader: Reader, name: str) -> None:
    choice = second(reader).choice
    wanted = next(index for index in range(choice.count()) if choice.itemText(index) == name)
    choice.setCurrentIndex(wanted)
    choice.activated.emit(wanted)
    reader.until_ready()


def test_a_second_model_says_its_answer_and_that_they_disagree(reader: Reader) -> None:
    view = second(reader)
    assert not view.switch.isVisible()
    reader.key(Qt.Key.Key_End)
    choose(reader, "Opposite")
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(view.agreement.text)
    first = reader.window.model.finding.decision.text_whole
    other = {"Normal": "Bright spot", "Bright spot": "Normal"}[first]
    assert view.agreement.text_whole == f"They disagree: A says {first}, B says {other}."
    assert view.said.text_whole.startswith(f"B, Opposite 1.0: {other}, ")
    choose(reader, NO_SECOND)
    assert not view.agreement.isVisible()
    assert not reader.window.menus.actions["switch_models"].isEnabled()


def test_one_key_exchanges_both_with_what_they_said(reader: Reader) -> None:
    view, model = second(reader), reader.program.model
    assert model is not None
    reader.key(Qt.Key.Key_End)
    reader.key(Qt.Key.Key_E)
    choose(reader, "Opposite")
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(view.agreement.text)
    reader.until_ready()
    said = reader.window.model.finding.decision.text_whole
    answer = model.answer
    reader.key(Qt.Key.Key_B)
    # Nothing has come back from the background: both answers were there.
    assert reader.window.model.finding.model.text_whole.startswith("Opposite")
    assert reader.window.model.finding.decision.text_whole != said
    assert view.said.text_whole.startswith("B, Tiny")
    assert view.agreement.text_whole.startswith("They disagree: A says")
    reader.until_ready()
    reader.key(Qt.Key.Key_B)
    assert reader.window.model.finding.decision.text_whole == said
    assert model.answer is not None
    assert answer is not None
    assert model.answer.analysis is answer.analysis
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)


def test_of_a_second_model_out_of_contract_no_class_and_no_number_is_said(reader: Reader) -> None:
    view = second(reader)
    choose(reader, "For MR")
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(view.agreement.text)
    assert view.agreement.text_whole == "Nothing to compare: B is not scored."
    assert "Not scored: modality CT, made for MR" in view.said.text_whole
    assert "%" not in view.said.text_whole
    reader.key(Qt.Key.Key_B)
    assert reader.window.model.finding.decision.text_whole.startswith("Not scored")
    assert view.agreement.text_whole == "Nothing to compare: A is not scored."


def test_the_second_answer_follows_the_wheel_in_live_mode(reader: Reader) -> None:
    view = second(reader)
    choose(reader, "Opposite")
    reader.window.menus.actions["live"].trigger()
    for _ in range(3):
        reader.wheel(-120)
        reader.until_ready()
        assert view.agreement.text_whole.startswith("They disagree")
        assert reader.program.model is not None
        assert reader.program.model.answer is not None
        assert reader.program.model.answer.slice.index == reader.place[0]


def test_over_a_series_there_are_two_curves_and_the_count_of_disagreements(reader: Reader) -> None:
    choose(reader, "Opposite")
    reader.qtbot.mouseClick(reader.window.sliders.analyse, Qt.MouseButton.LeftButton)
    reader.until(lambda: reader.program.scoring and len(reader.program.scoring.curves) == 2)
    reader.until_ready()
    assert reader.program.scoring is not None
    first, other = reader.program.scoring.curves
    assert np.allclose(first.values, 1 - other.values, atol=1e-6)
    said = reader.window.sliders.said.text_whole
    assert said.startswith("Bright spot: they disagree on 10 of 10 slices. A: mean")
    both = reader.window.sliders.slices.grab().toImage()
    reader.key(Qt.Key.Key_B)
    assert [one.model for one in reader.program.scoring.curves] == ["Opposite", "Tiny"]
    choose(reader, NO_SECOND)
    assert len(reader.program.scoring.curves) == 1
    assert reader.window.sliders.slices.grab().toImage() != both


def test_a_second_model_that_is_refused_leaves_the_first_alone(reader: Reader) -> None:
    assert reader.program.comparison is not None
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(reader.window.model.finding.decision.text)
    said = reader.window.model.finding.decision.text_whole
    reader.program.comparison.choose("nobody")
    reader.until(lambda: "E_UNKNOWN_MODEL" in reader.window.strip.message.text_whole)
    assert second(reader).choice.currentText() == NO_SECOND
    assert reader.window.model.finding.decision.text_whole == said
