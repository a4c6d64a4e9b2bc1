"""A reader's way through cases: what is answered, taken back, timed and read ahead; no Qt."""

from pathlib import Path

import pytest

from desktop.state.cases.labelling import (
    LABEL_KEYS,
    Labelling,
    LabellingChoice,
    LabellingPlan,
    LabellingPurpose,
    Question,
    find_fault,
    read_labels,
)
from inference.cases.case_store import CANNOT_TELL, GivenAnswer, Occasion
from inference.cases.reader_study import ReaderStudy

CASES = tuple((f"/data/{n}.png", "0") for n in range(5))
LABELS = Question(("normal", "bright"), are_exclusive=True)
SEVERAL = Question(("bright", "round"), are_exclusive=False)


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def choose(question: Question = LABELS, **more: object) -> LabellingChoice:
    return LabellingChoice(reader="AB", question=question, table=Path("r.csv"), **more)  # type: ignore[arg-type]


def label(question: Question = LABELS, answers: dict | None = None, **more: object) -> tuple[Labelling, Clock]:
    clock = Clock()
    return Labelling(LabellingPlan(choose(question, **more), CASES, answers or {}), clock=clock), clock


def test_the_next_case_is_one_that_is_not_done() -> None:
    labelling, _ = label(answers={case: GivenAnswer(case, "AB", "normal") for case in (CASES[0], CASES[2])})
    assert labelling.number == 1
    assert labelling.answer_with("bright") == GivenAnswer(CASES[1], "AB", "bright", seconds=0.0)
    assert labelling.go_on()
    assert labelling.number == 3
    assert labelling.wanted(6) == (CASES[3], CASES[4], CASES[2])


def test_labels_that_may_be_several_are_confirmed() -> None:
    labelling, _ = label(SEVERAL)
    assert labelling.answer_with("round") is None
    assert labelling.answer_with("bright") is None
    given = labelling.confirm(remark="both")
    assert given is not None
    assert (given.answer, given.remark) == ("bright+round", "both")
    labelling.go_on()
    none = labelling.confirm()
    assert none is not None
    assert none.answer == "none"
    labelling.step(-1)
    assert labelling.toggled == {"bright", "round"}
    assert labelling.answer_with(CANNOT_TELL) is not None


def test_taking_back_goes_back_as_far_as_this_sitting() -> None:
    labelling, _ = label(answers={CASES[0]: GivenAnswer(CASES[0], "AB", "normal")})
    for said in ("normal", "bright"):
        labelling.answer_with(said)
        labelling.go_on()
    taken = [labelling.take_back() for _ in range(3)]
    assert [one and (one.place, one.answer) for one in taken] == [(CASES[2], None), (CASES[1], None), None]
    assert labelling.number == 1


def test_time_is_counted_while_a_case_is_seen() -> None:
    labelling, clock = label()
    clock.now = 5.0
    labelling.clock.run()
    clock.now = 7.0
    labelling.clock.pause()
    clock.now = 100.0
    labelling.clock.run()
    clock.now = 101.5
    given = labelling.answer_with("normal")
    assert given is not None
    assert given.seconds == 3.5
    assert labelling.clock.seconds == 0.0


def test_a_study_has_two_stages_and_no_way_back() -> None:
    labelling, _ = label(purpose=LabellingPurpose.STUDY, study=ReaderStudy("s", "bright"))
    assert not labelling.may_see_model
    first = labelling.answer_with("2")
    assert first is not None
    assert (first.occasion, first.rating, first.study) == (Occasion.WITHOUT_MODEL, 2, "s")
    assert labelling.may_see_model
    assert not labelling.is_done(CASES[0])
    assert labelling.take_back() is None
    labelling.step(1)
    assert labelling.number == 0
    second = labelling.answer_with("5")
    assert second is not None
    assert second.occasion is Occasion.WITH_MODEL
    assert labelling.answer_with("6") is None
    assert labelling.go_on()
    assert not labelling.may_see_model


def test_keys_are_used_once_and_labels_beyond_them_are_clicked() -> None:
    labels = tuple(f"label {n}" for n in range(40))
    labelling, _ = label(Question(labels, are_exclusive=False))
    keys = [key for key, _, _ in labelling.answer_keys() if key]
    assert len(keys) == len(set(keys)) == len(LABEL_KEYS) + 1
    assert [said for _, _, said in labelling.answer_keys()] == [*labels, CANNOT_TELL]
    assert not set("FHIRVW") & set(keys)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (choose(), ""),
        (LabellingChoice(" ", LABELS), "Say who reads"),
        (LabellingChoice("Truth", LABELS), "cannot be called `Truth`"),
        (LabellingChoice("AB", read_labels("normal")), "two labels at least"),
        (LabellingChoice("AB", read_labels("a, b, a")), "a name of its own"),
        (LabellingChoice("AB", read_labels("a+b, c")), "no `+`"),
        (choose(purpose=LabellingPurpose.STUDY), "Give the study a name"),
        (
            LabellingChoice("AB", LABELS, LabellingPurpose.STUDY, study=ReaderStudy("s", "bright")),
            "needs a table of results",
        ),
    ],
)
def test_what_keeps_it_from_beginning(choice: LabellingChoice, said: str) -> None:
    assert said in find_fault(choice)
    assert bool(find_fault(choice)) is bool(said)
