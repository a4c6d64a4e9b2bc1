"""The model panel, both ways: what a setter shows, what a person's hand asks for."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.render.colour_maps import build_overlay_table
from desktop.state.view import Heat
from desktop.ui.dialogs.model_card import ModelCard
from desktop.ui.panels.finding import FindingView, collect_remarks
from desktop.ui.panels.heatmap_controls import CAVEAT, EMPTY, MOST_LAYERS, NO_METHOD, choose_layers, describe_layer
from desktop.ui.panels.model import BUSY_AFTER_MS, ModelPanel
from desktop.ui.panels.probability_bars import ProbabilityBars, describe_score, spread_texts
from desktop.ui.widgets.labels import Remark
from desktop.ui.widgets.theme import colours
from imaging.base.errors import Code, Refusal
from inference.classify.finding import AnswerSet, LabelScore, OutOfDistributionScore, Status
from inference.classify.finding_words import format_limit, format_percent
from inference.contract.codes import ModelCode
from inference.contract.contract import Conformal, Explanation
from inference.contract.storage import Assumption
from tests.desktop.ui import material

WHAT = "pneumonia-cxr 1.0.0 · Thorax · slice 3/60"
Record = Callable[[QWidget], list[tuple[Any, ...]]]


@pytest.fixture
def panel(shown: Callable[[ModelPanel], ModelPanel]) -> ModelPanel:
    panel = ModelPanel()
    panel.resize(340, 640)
    panel.set_models(material.contracts())
    panel.set_current(material.contract())
    panel.heat.set_heat(Heat(True, None, 0.5, 0.25))
    panel.heat.set_layers(("blocks.5", "blocks.6"), None, None)
    return shown(panel)


@pytest.fixture
def card(shown: Callable[[ModelCard], ModelCard]) -> ModelCard:
    return shown(ModelCard())


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def choose(qtbot: QtBot, choice: QComboBox, row: int) -> None:
    """As a hand does it that has no mouse: the arrows, until the row is there."""
    choice.setFocus(Qt.FocusReason.TabFocusReason)
    while choice.currentIndex() != row:
        qtbot.keyClick(choice, Qt.Key.Key_Down if choice.currentIndex() < row else Qt.Key.Key_Up)


# --- setters ---


def test_a_map_of_zeros_is_said(panel: ModelPanel) -> None:
    panel.heat.set_empty(True)
    assert EMPTY in texts(panel)
    panel.heat.set_empty(False)
    assert EMPTY not in texts(panel)
    assert CAVEAT in texts(panel)


def test_what_is_assumed_of_a_bare_model_heads_its_card(card: ModelCard) -> None:
    card.set_contract(material.contract(), [Assumption("scale", "0…255", "the graph first divides its input by 255")])
    assert "Scale: 0…255 (the graph first divides its input by 255)" in texts(card)
    card.set_contract(material.contract())
    assert not any("Scale:" in text for text in texts(card))


def test_no_setter_asks_for_anything(panel: ModelPanel, requests: Record) -> None:
    heard, of_heat = requests(panel), requests(panel.heat)
    contract = material.contract()
    panel.set_models(material.contracts()[:1])
    panel.set_current(None)
    panel.set_current(contract)
    panel.show_analysis(material.analysis(), contract, what=WHAT)
    panel.show_busy(True)
    panel.show_busy(False)
    panel.set_live(True)
    panel.heat.set_heat(Heat(False, "pneumonia", 0.8, 0.1))
    panel.heat.set_layers(("a", "b"), "b", "why")
    panel.set_error(Refusal(Code.HEADER, "It cannot be read."))
    panel.set_error(None)
    assert heard == of_heat == []


def test_shows_the_chosen_bundle(panel: ModelPanel) -> None:
    assert panel.choice.currentText() == "Pneumonia, chest radiograph"


def test_the_card_says_what_a_careful_reader_asks(card: ModelCard) -> None:
    card.set_contract(material.contract())
    said = texts(card)
    for wanted in (
        "Any decision about a patient; adults; lateral views.",
        "Children at one hospital in Guangzhou. Ages: 1 to 5 years.",
        "• One hospital, one country.",
        "Figures on “validation”, 1044 cases, grouped by person",
        "Weights: Apache-2.0",
        "Data: CC BY 4.0",
    ):
        assert wanted in said
    assert any("AUC 0.99 (0.97 to 1.00)" in line for line in said)
    assert any(line.startswith("The bundle (version 1) does not say") for line in said)


def test_the_card_shows_the_cases_in_other_qualities_and_whom_it_refuses(card: ModelCard) -> None:
    card.set_contract(material.contract_of_version_2())
    said = texts(card)
    assert (
        "as given (n = 522): right 96.0 %, refused 4.0 %\nJPEG 20 (n = 522): right 93.0 %, flipped 2.0 %, refused 5.0 %"
        in said
    )
    assert "Of its own test cases: No pneumonia 4.1 %, Pneumonia 3.9 %" in said
    assert "Of copies that were changed: half turn 97.0 %, inverted 99.0 %" in said
    (unknown,) = (line for line in said if "does not say" in line)
    assert "qualit" not in unknown
    assert "turned or inverted" not in unknown
    assert "sets of answers" in unknown


def test_without_a_model_nothing_can_be_analysed(panel: ModelPanel) -> None:
    panel.set_current(None)
    assert not panel.analyse.isEnabled()
    assert not panel.live.isEnabled()
    assert not panel.heat.isVisible()
    assert "Choose a model above, or open a bundle." in texts(panel.finding)


def test_the_research_notice_is_in_sight_in_every_state(panel: ModelPanel) -> None:
    contract = material.contract()
    whole = QRect(0, 0, panel.width(), panel.height())
    for act in (
        lambda: panel.set_current(None),
        lambda: panel.set_current(contract),
        lambda: panel.show_analysis(material.analysis(concerns=(material.AGE,) * 5), contract, what=WHAT),
        lambda: panel.more.set_open(True),
        lambda: panel.set_error(Refusal(Code.HEADER, "It cannot be read.")),
    ):
        act()
        panel.repaint()
        assert panel.notice.isVisible()
        assert panel.notice.text() == "Research use only. Not for diagnosis."
        assert whole.contains(panel.notice.geometry())


def test_shows_what_was_scored_decision_advice_and_numbers(panel: ModelPanel) -> None:
    contract = material.contract()
    panel.show_analysis(material.analysis(0.964), contract, what=WHAT)
    view = panel.finding
    assert view.what.text() == WHAT
    assert view.decision.text() == "Pneumonia"
    assert view.advice.text_whole == "The score reaches the threshold for pneumonia."
    said = "Pneumonia: 96.4 %, reaches 50 %; the mark on the bar is the threshold, 50 %"
    assert view.bars.accessibleDescription() == f"No pneumonia: 3.6 %; {said}"
    assert said in view.bars.toolTip()
    panel.show_analysis(None, contract, what="")
    assert view.decision.text() == ""
    assert "%" not in view.bars.accessibleDescription()


def test_the_answers_that_are_not_ruled_out_stand_below(panel: ModelPanel) -> None:
    conformal = Conformal(q_hat={"0.05": 0.7}, cases=522)
    contract, analysis = material.contract(schema_version=2, conformal=conformal), material.analysis()
    assert analysis.finding is not None
    panel.set_current(contract)
    promised = replace(analysis.finding, sets=(AnswerSet(0.05, (("pneumonia", "normal"),), 522),))
    panel.show_analysis(replace(analysis, finding=promised), contract, what=WHAT)
    assert panel.finding.sets.isVisible()
    assert panel.finding.sets.text_whole == "Not ruled out: Pneumonia or No pneumonia (95 % of 522 cases)."
    panel.set_current(material.contract())
    assert not panel.finding.sets.isVisible()


def test_marks_between_bands_say_what_they_are(panel: ModelPanel) -> None:
    bars, scores = panel.finding.bars, (LabelScore("pneumonia", "Pneumonia", 0.4, None),)
    bars.show_scores(scores, decision="none", doubtful=False, marks={"pneumonia": (0.1, 0.5)})
    said = "Pneumonia: 40.0 %; the marks on the bar are the limits of the bands, 10 %, 50 %"
    assert bars.accessibleDescription() == said
    assert "limits of the bands" in bars.toolTip()


def test_a_question_that_is_not_asked_has_no_number(panel: ModelPanel) -> None:
    bars = panel.finding.bars
    scores = (
        LabelScore("pneumonia", "Pneumonia", 0.1, 0.5),
        LabelScore("bacterial", "Bacterial", 0.7, None, asked=False),
        LabelScore("viral", "Viral", 0.3, None, asked=False),
    )
    heads = (("pneumonia",), ("bacterial", "viral"))
    bars.show_scores(scores, decision="none", doubtful=False, marks={}, heads=heads)
    said = "Pneumonia: 10.0 %, below 50 %; Bacterial: not asked; Viral: not asked"
    assert bars.accessibleDescription() == said
    apart = bars.sizeHint().height()
    bars.show_scores(scores, decision="none", doubtful=False, marks={})
    assert bars.sizeHint().height() < apart, "each question stands by itself"


def test_a_mismatch_takes_the_place_of_the_decision_and_of_the_numbers(panel: ModelPanel) -> None:
    answer = material.analysis(concerns=(material.AGE,))
    panel.more.button.click()
    panel.show_analysis(answer, material.contract(), what=WHAT)
    view = panel.finding
    assert view.decision.text_whole.startswith("Not scored: age ")
    assert view.bars.accessibleDescription() == "No pneumonia; Pneumonia"
    (remark,) = panel.details.findChildren(Remark)
    assert remark.property("role") == "warning"
    assert "Not made for this slice" in texts(remark)
    assert f"Age: {material.AGE.sentence}" in texts(remark)
    panel.show_analysis(answer, material.contract(), what=WHAT, revealed=True)
    assert view.bars.accessibleDescription().endswith("doubtful, see the concerns")
    assert view.decision.text_whole.startswith("Not scored: age ")


def test_what_the_file_does_not_tell_is_said_but_is_no_warning(panel: ModelPanel) -> None:
    panel.show_analysis(material.analysis(concerns=(material.AGE_UNKNOWN,)), material.contract(), what=WHAT)
    (remark,) = panel.details.findChildren(Remark)
    assert remark.property("role") == "unknown"
    assert panel.finding.standing.text_whole == "Not verified: age"
    assert panel.finding.decision.text_whole == "Pneumonia"
    assert "doubtful" not in panel.finding.bars.accessibleDescription()


def test_an_unfamiliar_slice_is_a_warning_with_its_distance() -> None:
    analysis = material.analysis(distance=OutOfDistributionScore(57.1, refused=True, limit=31.5))
    ((role, heading, sentence),) = collect_remarks(analysis)
    assert role == "warning"
    assert heading == "Unlike what it was trained on"
    assert sentence == "It is unlike the training cases (1.8 times the limit). Do not rely on the number."
    assert analysis.is_withheld
    assert collect_remarks(material.analysis(distance=OutOfDistributionScore(1.0, refused=False))) == ()


def test_a_model_error_shows_no_number(panel: ModelPanel) -> None:
    contract = material.contract()
    panel.show_analysis(material.analysis(), contract, what=WHAT)
    panel.show_analysis(material.broken_analysis(), contract, what=WHAT)
    view = panel.finding
    assert view.bars.accessibleDescription() == "No pneumonia; Pneumonia"
    assert view.decision.text_whole.startswith("Not scored: The model answered with numbers")
    panel.more.button.click()
    assert any("E_MODEL_ERROR" in line for line in texts(panel.details))


def test_a_refusal_that_still_has_numbers_shows_them_doubtful_if_asked(panel: ModelPanel) -> None:
    refused = replace(material.analysis(), status=Status.REFUSED, message="Too unlike.", code="E_X")
    panel.more.button.click()
    panel.show_analysis(refused, material.contract(), what=WHAT, revealed=True)
    assert "The model refuses this slice" in texts(panel.details)
    assert panel.finding.bars.accessibleDescription().endswith("doubtful, see the concerns")


def test_remarks_are_not_made_anew_while_they_stay_the_same(panel: ModelPanel) -> None:
    contract = material.contract()
    panel.show_analysis(material.analysis(0.9, concerns=(material.AGE,)), contract, what=WHAT)
    before = panel.details.findChildren(Remark)
    panel.show_analysis(material.analysis(0.3, concerns=(material.AGE,)), contract, what=WHAT)
    assert panel.details.findChildren(Remark) == before
    panel.show_analysis(material.analysis(0.3), contract, what=WHAT)
    assert panel.details.findChildren(Remark) == []


@pytest.mark.parametrize(
    ("decision", "expected"),
    [("pneumonia", "Pneumonia"), ("ambiguous", "Ambiguous"), ("none", "None of the labels"), ("not_sure", "Not sure")],
)
def test_decisions_in_words(panel: ModelPanel, decision: str, expected: str) -> None:
    answer = material.analysis()
    assert answer.finding is not None
    answer = replace(answer, finding=replace(answer.finding, decision=decision))
    panel.show_analysis(answer, material.contract(), what=WHAT)
    assert panel.finding.decision.text() == expected


def test_text_of_a_stranger_is_never_markup(panel: ModelPanel) -> None:
    hostile = '<img src="file:///etc/passwd"><b>Safe</b>'
    base = material.contract()
    use = base.intended_use.model_copy(update={"use": hostile})
    contract = base.model_copy(update={"name": hostile, "intended_use": use})
    panel.set_current(contract)
    answer = material.analysis()
    assert answer.finding is not None
    panel.show_analysis(replace(answer, finding=replace(answer.finding, advice=hostile)), contract, what=hostile)
    for label in panel.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()


def test_an_error_comes_with_advice_and_goes(panel: ModelPanel) -> None:
    panel.set_error(Refusal(ModelCode.HASH, "The hash differs."))
    said = texts(panel._errors)
    assert "The hash differs. (E_BUNDLE_HASH)" in said
    assert any(line.startswith("Do not use it") for line in said)
    panel.set_error(None)
    assert not panel._errors.isVisible()


def test_busy_shows_only_when_it_lasts(panel: ModelPanel, qtbot: QtBot) -> None:
    idle = panel.analyse.text()
    panel.show_busy(True)
    assert panel.analyse.text() == idle
    assert panel._patience.interval() == BUSY_AFTER_MS
    qtbot.waitUntil(lambda: panel.busy.isVisible())
    assert panel.analyse.text() == "Analysing…"
    before = panel.finding.mapTo(panel, panel.finding.rect().topLeft())
    panel.show_busy(False)
    assert panel.analyse.text() == idle
    assert panel.finding.mapTo(panel, panel.finding.rect().topLeft()) == before, "nothing jumps"


def test_heat_state_is_shown(panel: ModelPanel) -> None:
    heat = panel.heat
    panel.heat.set_heat(Heat(True, "pneumonia", 0.8, 0.1))
    assert heat.toggle.isChecked()
    assert heat.label.currentText() == "Pneumonia"
    assert (heat.opacity.value(), heat.opacity.shown.text()) == (80, "80 %")
    assert (heat.cut.value(), heat.cut.shown.text()) == (10, "10 %")
    panel.heat.set_heat(Heat(False, None, 0.8, 0.1))
    assert not heat.toggle.isChecked()
    assert heat.label.currentText() == "What the decision says"
    assert not heat.bar.isVisible()
    assert CAVEAT in texts(heat)


def test_the_colour_bar_has_the_overlays_colours(panel: ModelPanel) -> None:
    table = build_overlay_table(1.0, 0.0)[:, :3]
    strip = panel.heat.bar.strip
    for level in (0, 100, 255):
        got = strip.pixelColor(level, 0)
        assert (got.red(), got.green(), got.blue()) == tuple(int(value) for value in table[level])


def test_a_model_without_a_heatmap_says_so(panel: ModelPanel) -> None:
    none = Explanation(method="none", target_layer=None, notice="")
    panel.set_current(material.contract().model_copy(update={"explanation": none}))
    assert not panel.heat.toggle.isEnabled()
    assert NO_METHOD in texts(panel.heat)


def test_layers_are_grey_with_a_reason(panel: ModelPanel) -> None:
    rows = panel.heat.layer.model()

    def enabled() -> list[bool]:
        return [bool(rows.flags(rows.index(row, 0)) & Qt.ItemFlag.ItemIsEnabled) for row in range(rows.rowCount())]

    assert enabled() == [True, True, True]
    panel.heat.set_layers((), None, "torch is not installed.")
    assert enabled() == [True, False]
    assert "torch is not installed." in texts(panel.heat)
    panel.heat.set_layers(("a", "b"), "b", None)
    assert panel.heat.layer.currentData() == "b"
    assert panel.heat.layer.currentText() == "Layer 2 of 2, coarse: what it decides by"
    assert "torch is not installed." not in texts(panel.heat)


# --- hands ---


def test_buttons_ask(panel: ModelPanel, requests: Record, qtbot: QtBot) -> None:
    assert not panel.analyse.isEnabled(), "there is no slice yet"
    panel.set_has_slice(True)
    heard = requests(panel)
    for button in (panel.analyse, panel.live, panel.live, panel.open_bundle):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert heard == [
        ("analyse_requested",),
        ("live_requested", True),
        ("live_requested", False),
        ("open_bundle_requested",),
    ]


def test_choices_ask(panel: ModelPanel, requests: Record, qtbot: QtBot) -> None:
    heard, of_heat = requests(panel), requests(panel.heat)
    choose(qtbot, panel.choice, 1)
    choose(qtbot, panel.heat.label, 1)
    choose(qtbot, panel.heat.label, 0)
    choose(qtbot, panel.heat.layer, 1)
    choose(qtbot, panel.heat.layer, 0)
    assert heard == [("model_requested", "brain-tumour-mri")]
    assert of_heat == [
        ("label_requested", "normal"),
        ("label_requested", ""),
        ("layer_requested", "blocks.5"),
        ("layer_requested", ""),
    ]


def test_heat_controls_ask(panel: ModelPanel, requests: Record, qtbot: QtBot) -> None:
    heard = requests(panel.heat)
    qtbot.keyClick(panel.heat.toggle, Qt.Key.Key_Space)
    qtbot.keyClick(panel.heat.opacity, Qt.Key.Key_Right)
    qtbot.keyClick(panel.heat.cut, Qt.Key.Key_Home)
    assert heard == [
        ("visible_requested", False),
        ("opacity_requested", pytest.approx(0.51)),
        ("cut_requested", 0.0),
    ]


# --- bars ---


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, "0.0 %"), (1e-6, "< 0.1 %"), (0.001, "0.1 %"), (0.0831, "8.3 %"), (0.5, "50.0 %"),
        (0.9994, "99.9 %"), (0.99999, "> 99.9 %"), (1.0, "100.0 %"),
    ],
)  # fmt: skip
def test_percent_never_claims_certainty(share: float, expected: str) -> None:
    assert format_percent(share) == expected


@pytest.mark.parametrize(("share", "expected"), [(0.5, "50 %"), (0.375, "37.5 %"), (0.85, "85 %"), (1.0, "100 %")])
def test_limits(share: float, expected: str) -> None:
    assert format_limit(share) == expected


@pytest.mark.parametrize(
    ("probability", "threshold", "expected"),
    [
        (0.5, 0.5, "Glioma: 50.0 %, reaches 50 %"),
        (0.4999, 0.5, "Glioma: 50.0 %, below 50 %"),
        (0.2, None, "Glioma: 20.0 %"),
    ],
)
def test_how_a_score_stands_is_in_words(probability: float, threshold: float | None, expected: str) -> None:
    assert describe_score(LabelScore("glioma", "Glioma", probability, threshold)) == expected


def bar_line(widget: QWidget) -> list[str]:
    """The colours along the middle of the only bar."""
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    columns = range(picture.width())
    lines = [[picture.pixelColor(x, y).name() for x in columns] for y in range(picture.height())]
    return max(lines, key=lambda line: line.count(QColor(colours().accent).name()))


@pytest.mark.parametrize("probability", [0.25, 0.5, 0.9])
def test_a_bar_is_as_long_as_its_probability_and_marks_its_threshold(
    shown: Callable[[QWidget], QWidget], probability: float
) -> None:
    bars = ProbabilityBars()
    bars.resize(402, 60)
    score = LabelScore("glioma", "Glioma", probability, 0.7)
    bars.show_scores((score,), decision="glioma", doubtful=False, marks={"glioma": (0.7,)})
    shown(bars)
    line = bar_line(bars)
    assert abs(line.count(QColor(colours().accent).name()) - 400 * probability) <= 6
    marked = np.flatnonzero([colour == QColor(colours().text).name() for colour in line])
    assert abs(marked.mean() - 281) <= 2


def test_bands_are_marked_on_their_label(themed: object, qtbot: QtBot) -> None:
    view = FindingView()
    qtbot.addWidget(view)
    contract = material.banded_contract()
    view.show_analysis(material.analysis(0.44, threshold=None), contract, what=WHAT)
    assert view.bars._marks == {"pneumonia": (0.2, 0.8)}


def test_figures_of_marks_do_not_touch_and_stay_on_the_bar() -> None:
    for marks in ((0.2452, 0.4689, 0.7059), (0.01, 0.02, 0.03), (0.97, 0.98, 0.99), (0.5,), ()):
        widths = [44.0] * len(marks)
        lefts = spread_texts(marks, widths, 300.0, 6.0)
        assert all(0 <= left <= 300 - 44 for left in lefts)
        assert all(after - before >= 44 + 6 for before, after in pairwise(lefts))
    assert spread_texts((0.5,), (44.0,), 300.0, 6.0) == [128.0], "alone it stands in the middle below its mark"


def test_of_many_layers_a_few_are_offered_in_plain_words() -> None:
    names = tuple(f"blocks.{number}" for number in range(53))
    offered = choose_layers(names, None)
    assert len(offered) == MOST_LAYERS
    assert offered[-1] == (53, "blocks.52")
    assert (31, "blocks.30") in choose_layers(names, "blocks.30")
    assert choose_layers(("a", "b"), None) == [(1, "a"), (2, "b")]
    words = [describe_layer(name, number, len(names)) for number, name in offered]
    assert not any("blocks" in word for word in words)
    assert len(set(words)) == len(words)


def test_in_live_mode_findings_come_no_faster_than_they_are_read_and_the_last_one_comes(
    shown: Callable[[ModelPanel], ModelPanel], qtbot: QtBot
) -> None:
    panel = shown(ModelPanel())
    contract = material.contract()
    panel.set_current(contract)
    panel.set_live(True)
    for number in range(5):
        panel.show_analysis(material.analysis(0.1), contract, what=f"slice {number}")
        assert panel.finding.what.text_whole == "slice 0"
    qtbot.waitUntil(lambda: panel.finding.what.text_whole == "slice 4")
    panel.show_analysis(material.analysis(0.1), contract, what="slice 5")
    panel.show_analysis(material.analysis(0.1), contract, what="slice 6")
    panel.set_live(False)
    assert panel.finding.what.text_whole == "slice 6"
    panel.show_analysis(material.analysis(0.1), contract, what="slice 7")
    assert panel.finding.what.text_whole == "slice 7"


def test_a_finding_that_waits_goes_with_its_model(shown: Callable[[ModelPanel], ModelPanel], qtbot: QtBot) -> None:
    panel = shown(ModelPanel())
    contract = material.contract()
    panel.set_current(contract)
    panel.set_live(True)
    for number in range(2):
        panel.show_analysis(material.analysis(0.1), contract, what=f"slice {number}")
    panel.set_current(contract)
    qtbot.wait(120)
    assert panel.finding.what.text_whole not in ("slice 0", "slice 1")
