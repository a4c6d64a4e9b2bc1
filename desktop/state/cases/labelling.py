"""Labelling as a frozen choice and as the state of what a reader has said so far. No Qt here.

Nothing in here holds a score: what shows a case cannot show what the model said of it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path

from desktop.state.texts.language import tr
from inference.cases.case_store import CANNOT_TELL, CasePlace, GivenAnswer, Occasion
from inference.cases.reader_study import RATINGS, ReaderStudy
from inference.cases.reading_order import CaseOrder

LABEL_KEYS = "123456789ABCEGJKLMNOPQSTUXYZ"
"""The keys of labels in their order. Those of the slice (F, H, I, R, V, W) and of patient data (D) stay free."""
CANNOT_TELL_KEY = "0"
NONE = "none"
_LONGEST_READER = 40
_NOT_A_READER = ("truth", "-1")


class LabellingPurpose(StrEnum):
    """A purpose for which cases are shown to a reader one by one."""

    LABEL = "label"
    ADJUDICATE = "adjudicate"
    STUDY = "study"


@dataclass(frozen=True)
class Question:
    """Labels, one of which a case has, or several of which it may have."""

    labels: tuple[str, ...]
    are_exclusive: bool
    models: tuple[str, ...] = ()
    cases: int = 0

    @property
    def title(self) -> str:
        """Return the question in a line."""
        said = " or ".join(self.labels) if self.are_exclusive else ", ".join(self.labels)
        return f"{said} ({', '.join(self.models)})" if self.models else said


@dataclass(frozen=True)
class LabellingChoice:
    """A reader's choice of what is labelled, and how."""

    reader: str
    question: Question
    purpose: LabellingPurpose = LabellingPurpose.LABEL
    table: Path | None = None
    """A table of results; None for the series that are open."""
    only: frozenset[CasePlace] | None = None
    """The cases of the table that are wanted; None for all."""
    order: CaseOrder = CaseOrder.RANDOM
    hides_model: bool = True
    """Whether the model's answer is shown only once the reader has answered."""
    study: ReaderStudy | None = None


@dataclass(frozen=True)
class LabellingPlan:
    """Cases in the order in which a reader gets them, with what that reader has said of them on earlier days."""

    choice: LabellingChoice
    cases: tuple[CasePlace, ...]
    answers: Mapping[CasePlace, GivenAnswer] = field(default_factory=dict)
    """In a study: the ratings of the last stage that was done."""
    said_by_others: Mapping[CasePlace, str] = field(default_factory=dict)
    """For an adjudication: what the readers said."""
    notes: tuple[str, ...] = ()


class Labelling:
    """A reader's way through the cases of a plan: which one is shown, what was said, and what can be taken back."""

    def __init__(self, plan: LabellingPlan, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin at the first case that is not done."""
        self.plan = plan
        self.choice = plan.choice
        self._answers = dict(plan.answers)
        self._given: list[CasePlace] = []
        self._done = {case for case, said in self._answers.items() if self._is_last(said)}
        self.toggled: frozenset[str] = frozenset()
        """The labels that are chosen so far, of those that do not exclude each other."""
        self.clock = CaseClock(clock)
        self.number = next((n for n, case in enumerate(plan.cases) if not self.is_done(case)), 0)
        self._turn_to(self.number)

    @property
    def case(self) -> CasePlace:
        """The case that is shown."""
        return self.plan.cases[self.number]

    @property
    def is_study(self) -> bool:
        """Whether this is a reader study."""
        return self.choice.study is not None

    @property
    def stage(self) -> Occasion:
        """The occasion on which the next answer is given."""
        if self.choice.purpose is LabellingPurpose.ADJUDICATE:
            return Occasion.ADJUDICATION
        if not self.is_study:
            return Occasion.LABELLING
        return Occasion.WITH_MODEL if self.case in self._answers else Occasion.WITHOUT_MODEL

    @property
    def done(self) -> int:
        """How many cases are done."""
        return len(self._done)

    @property
    def answer(self) -> GivenAnswer | None:
        """The answer that was given to the case that is shown."""
        return self._answers.get(self.case)

    @property
    def may_see_model(self) -> bool:
        """Whether the model's answer to the case that is shown may be: not before the reader's own is kept."""
        if self.is_study:
            return self.answer is not None
        return self.answer is not None or not self.choice.hides_model

    def is_done(self, case: CasePlace) -> bool:
        """Return whether nothing more is asked about a case."""
        return case in self._done

    def answer_keys(self) -> tuple[tuple[str, str, str], ...]:
        """Return (key, words, answer) of each answer that has a key; the answer is what `answer_with` takes."""
        if self.choice.study is not None:
            label = self.choice.study.label
            return tuple((str(n), f"{words} {label}", str(n)) for n, words in enumerate(RATINGS, 1))
        named = self.choice.question.labels
        keys = (*LABEL_KEYS, *("",) * max(0, len(named) - len(LABEL_KEYS)))
        rows = tuple((key, label, label) for key, label in zip(keys, named, strict=False))
        return (*rows, (CANNOT_TELL_KEY, tr("cannot tell"), CANNOT_TELL))

    def answer_with(self, said: str, *, remark: str = "") -> GivenAnswer | None:
        """Answer with a label, a rating or `CANNOT_TELL`, and return what is to be kept.

        Of labels that do not exclude each other it is toggled, None is returned, and `confirm` answers.
        """
        question = self.choice.question
        if self.is_study:
            # The row says of which label it is a rating.
            label = "" if self.choice.study is None else self.choice.study.label
            return None if self.is_done(self.case) else self._give(said=label, rating=int(said), remark=remark)
        if not question.are_exclusive and said != CANNOT_TELL:
            self.toggled ^= {said}
            return None
        return self._give(said=said, remark=remark)

    def confirm(self, *, remark: str = "") -> GivenAnswer | None:
        """Answer with the labels that are toggled, none of them too; nothing where one key answers."""
        if self.choice.question.are_exclusive or self.is_study:
            return None
        said = "+".join(name for name in self.choice.question.labels if name in self.toggled)
        return self._give(said=said or NONE, remark=remark)

    def remark_on(self, text: str) -> GivenAnswer | None:
        """Change the remark of an answer that was given already; None if there is none yet, and the remark waits."""
        said = self.answer
        if said is None or self.is_study or said.remark == text:
            return None
        return self._give(said=said.answer or CANNOT_TELL, remark=text, moves=False)

    def take_back(self) -> GivenAnswer | None:
        """Go back to the last answer, and take it back; None if there is none. In a study answers stand."""
        if self.is_study:
            return None
        while self._given:
            case = self._given.pop()
            if case in self._answers:
                self._turn_to(self.plan.cases.index(case))
                before = self._answers.pop(case)
                self._done.discard(case)
                self.toggled = frozenset()
                return GivenAnswer(case, self.choice.reader, None, before.occasion)
        return None

    def step(self, cases: int) -> None:
        """Go to another case, held within the list. In a study the order stands."""
        if not self.is_study:
            self._turn_to(min(max(self.number + cases, 0), len(self.plan.cases) - 1))

    def leave_out(self) -> None:
        """Ask nothing more about the case that is shown, this time: it cannot be read."""
        self._done.add(self.case)

    def go_on(self) -> bool:
        """Go to the next case that is not done, around the end too; return whether there is one."""
        count = len(self.plan.cases)
        following = (n % count for n in range(self.number, self.number + count))
        found = next((n for n in following if not self.is_done(self.plan.cases[n])), None)
        if found is not None:
            self._turn_to(found)
        return found is not None

    def wanted(self, ahead: int) -> tuple[CasePlace, ...]:
        """Return the cases to have in memory: the one shown, those that come next, the one before."""
        cases, count = self.plan.cases, len(self.plan.cases)
        following = (cases[n % count] for n in range(self.number + 1, self.number + count))
        ahead_of = islice((case for case in following if not self.is_done(case)), ahead)
        beside = cases[max(self.number - 1, 0) : self.number + 2]
        return tuple(dict.fromkeys((self.case, *ahead_of, *beside)))

    def _give(self, *, said: str, remark: str, rating: int | None = None, moves: bool = True) -> GivenAnswer:
        study = self.choice.study
        given = GivenAnswer(
            self.case,
            self.choice.reader,
            said,
            self.stage if moves else (self._answers[self.case].occasion),
            "" if study is None else study.name,
            rating,
            remark,
            self.clock.seconds if moves else None,
        )
        self._answers[self.case] = given
        if self._is_last(given):
            self._done.add(self.case)
        if moves:
            self._given.append(self.case)
            self.clock.restart()
        return given

    def _is_last(self, said: GivenAnswer) -> bool:
        """Return whether an answer is the last that is asked for of its case."""
        return not self.is_study or said.occasion is Occasion.WITH_MODEL

    def _turn_to(self, number: int) -> None:
        self.number = number
        said = self.answer
        is_open = said is None or self.choice.question.are_exclusive or self.is_study
        self.toggled = (
            frozenset() if is_open or said is None else frozenset((said.answer or "").split("+")) - {NONE, ""}
        )
        self.clock.restart()


class CaseClock:
    """Counts how long a case is looked at, without pauses; it stands still until the case is on screen."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._counted = 0.0
        self._since: float | None = None

    @property
    def is_running(self) -> bool:
        """Whether it counts."""
        return self._since is not None

    @property
    def seconds(self) -> float:
        """The seconds that it has counted."""
        return self._counted + (0.0 if self._since is None else self._clock() - self._since)

    def restart(self) -> None:
        """Begin anew at zero; count on if it was counting."""
        self._counted = 0.0
        self._since = None if self._since is None else self._clock()

    def run(self) -> None:
        """Count from now on."""
        if self._since is None:
            self._since = self._clock()

    def pause(self) -> None:
        """Stand still."""
        self._counted, self._since = self.seconds, None


def find_fault(choice: LabellingChoice) -> str:
    """Return in a sentence what keeps labelling from beginning; empty if nothing does."""
    reader = choice.reader.strip()
    if not reader or len(reader) > _LONGEST_READER:
        return tr("Say who reads: initials or a name, 40 letters at most.")
    if reader.casefold() in _NOT_A_READER:
        return tr(
            "A reader cannot be called `{reader}`: tables of reader studies use that word for the truth.", reader=reader
        )
    if len(set(choice.question.labels)) < len(choice.question.labels) or not all(choice.question.labels):
        return tr("Each label has a name of its own.")
    if len(choice.question.labels) < 2 and choice.question.are_exclusive:
        return tr("Name two labels at least, with a comma between them.")
    if any("+" in label for label in choice.question.labels):
        return tr("A label has no `+` in its name; that joins several labels of one case.")
    if choice.purpose is LabellingPurpose.STUDY:
        if choice.study is None or not choice.study.name.strip():
            return tr("Give the study a name, by which all its readers know it.")
        if choice.table is None:
            return tr("A reader study needs a table of results: its second stage shows what the model said.")
    return ""


def read_labels(text: str) -> Question:
    """Return the labels that a person typed, with commas between them."""
    return Question(tuple(part.strip() for part in text.split(",") if part.strip()), are_exclusive=True)


def describe_answer(said: GivenAnswer | None) -> str:
    """Return an answer in words; empty if there is none."""
    if said is None:
        return ""
    if said.rating is not None:
        return f"{said.rating}, {RATINGS[said.rating - 1]}"
    return " + ".join((said.answer or tr("cannot tell")).split("+"))


@dataclass(frozen=True)
class LabellingFacts:
    """All that a reader is shown beside the picture. It holds the model's answer only once that may be seen."""

    progress: tuple[str, ...]
    done: int
    total: int
    keys: tuple[tuple[str, str, str], ...]
    chosen: frozenset[str]
    """The answers that are marked: the one that was given, or the labels that are toggled."""
    needs_confirmation: bool
    """Whether labels do not exclude each other, so that Enter says that these are all."""
    others: str
    """For an adjudication: what the readers said."""
    model: str
    """The answers of models; empty while they are hidden."""
    before: str
    """The answer to the case before, with that of the model beside it."""
    remark: str
    problem: str
    is_paused: bool
    is_read: bool
    """Whether the case is on screen."""
    is_over: bool
    is_study: bool


def describe_labelling(
    labelling: Labelling, *, model: str, before: str, problem: str, is_paused: bool, is_read: bool
) -> LabellingFacts:
    """Return what a reader is shown; `model` is the model's answer, as far as it may be seen now."""
    said = labelling.answer
    chosen = labelling.toggled
    if said is not None and not chosen:
        chosen = frozenset({str(said.rating) if said.rating is not None else said.answer or CANNOT_TELL})
    done, total = labelling.done, len(labelling.plan.cases)
    return LabellingFacts(
        progress=tuple(describe_progress(labelling)),
        done=done,
        total=total,
        keys=labelling.answer_keys(),
        chosen=chosen,
        needs_confirmation=not labelling.choice.question.are_exclusive and not labelling.is_study,
        others=labelling.plan.said_by_others.get(labelling.case, ""),
        model=model,
        before=before,
        remark="" if said is None else said.remark,
        problem=problem,
        is_paused=is_paused,
        is_read=is_read,
        is_over=done == total,
        is_study=labelling.is_study,
    )


def describe_progress(labelling: Labelling) -> Sequence[str]:
    """Return the lines about how far a reader has come: the case, the reader, the stage of a study."""
    choice, total = labelling.choice, len(labelling.plan.cases)
    lines = [
        tr("Case {number} of {total}", number=labelling.number + 1, total=total),
        tr("{done} done by {reader}", done=labelling.done, reader=choice.reader),
    ]
    if choice.study is not None:
        stage = tr("With the model") if labelling.stage is Occasion.WITH_MODEL else tr("Without the model")
        lines.append(f"{stage} ({choice.study.name})")
    return lines
