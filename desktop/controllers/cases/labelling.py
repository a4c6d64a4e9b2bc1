"""Labelling: cases one by one in a view of their own, the next ones read ahead, what a reader says kept at once.

The answers of models stay here until the reader's own is on the disk; only then do they go out in `LabellingFacts`.
"""

from contextlib import suppress
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.view import ViewController
from desktop.jobs.cases.labelled_cases import (
    CaseReader,
    ModelAnswers,
    PreparedLabelling,
    keep_answers,
    list_open_cases,
    prepare_labelling,
)
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.open import FirstPicture
from desktop.state.cases.labelling import (
    Labelling,
    LabellingChoice,
    describe_answer,
    describe_labelling,
    find_fault,
)
from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.load import fill_each
from inference.cases.case_store import CANNOT_TELL, CasePlace, CaseStore, GivenAnswer, Occasion

PANE = 90
"""The number of the pane of cases: none of those of the main window."""
_AHEAD = 6
_GONE = english("{why} Go on with PgDn, or say that you cannot tell.")
_GONE_IN_STUDY = english("{why} Go on with PgDn; it is left out this time.")


class LabellingController(QObject):
    """One reader at a time."""

    began = Signal(object)  # a `LabellingChoice`
    changed = Signal(object)  # the `LabellingFacts` to show
    refused = Signal(object)  # why it cannot begin (`Refusal`)
    said = Signal(str)  # something that happened to the store on the way
    ended = Signal()

    def __init__(self, jobs: Jobs, document: DocumentController, store: CaseStore) -> None:
        super().__init__(document)
        self._jobs = jobs
        self._document = document
        self._store = store
        self.view = ViewController(self, jobs=jobs, number=PANE)
        """The view in which cases are shown."""
        self.view.slice_missing.connect(self._read_wanted)
        self._labelling: Labelling | None = None
        self._models: ModelAnswers = {}
        self._reader: CaseReader | None = None
        self._pictures: dict[CasePlace, FirstPicture] = {}
        self._unreadable: dict[CasePlace, Refusal] = {}
        self._unsaved: list[tuple[tuple[str, ...], GivenAnswer]] = []
        self._problem = ""
        self._last: GivenAnswer | None = None
        self._is_paused = False

    # --- requests ---

    def start(self, choice: LabellingChoice) -> None:
        """Begin, or go on a later day; what keeps it from beginning is said."""
        fault = find_fault(choice)
        if fault:
            self.refused.emit(Refusal(Code.ARGUMENT, fault))
            return
        work = partial(prepare_labelling, choice, self._store, list_open_cases(self._document.series))
        self._jobs.start(Lane.READERS, work, returned=self._begin, refused=self.refused.emit)

    def answer(self, said: str, remark: str) -> None:
        """Answer with a label, a rating or `CANNOT_TELL`; of a case that is not on screen only the last."""
        labelling = self._labelling
        if labelling is None or self._is_paused:
            return
        is_gone = labelling.case in self._unreadable and said == CANNOT_TELL and not labelling.is_study
        is_seen = labelling.case in self._pictures and (labelling.stage is not Occasion.WITH_MODEL or self._model)
        if is_seen or is_gone:
            self._take(labelling.answer_with(said, remark=remark))

    def confirm(self, remark: str) -> None:
        """Say that these are all labels that the case has."""
        if self._labelling is not None and not self._is_paused and self._labelling.case in self._pictures:
            self._take(self._labelling.confirm(remark=remark))

    def remark(self, text: str) -> None:
        """Change the remark of a case that is answered; of another one it goes with the answer."""
        if self._labelling is not None and (given := self._labelling.remark_on(text)) is not None:
            self._keep(given)
            self._tell()

    def take_back(self) -> None:
        """Go back to the last answer, and take it back."""
        if self._labelling is not None and (given := self._labelling.take_back()) is not None:
            self._last = None
            self._keep(given)
            self._show()

    def step(self, cases: int) -> None:
        """Go to another case without an answer; in a study only from one that cannot be read."""
        labelling = self._labelling
        if labelling is None:
            return
        if labelling.is_study and labelling.case in self._unreadable:
            labelling.leave_out()
            labelling.go_on()
        else:
            labelling.step(cases)
        self._show()

    def pause(self) -> None:
        """Cover the case and stop counting the time, or go on."""
        if self._labelling is not None:
            self._is_paused = not self._is_paused
            self._show()

    def stop(self) -> None:
        """End it; what was said is kept, and it can go on another day."""
        if self._labelling is None:
            return
        self._labelling = self._reader = None
        self._models, self._pictures, self._unreadable = {}, {}, {}
        self._jobs.cancel(Lane.CASES, (Lane.WANTED, PANE))
        self.view.clear()
        self.ended.emit()

    def close(self) -> None:
        """Keep at once what is not kept yet; no job runs any more, since the program ends."""
        waiting, self._unsaved = self._unsaved, []
        for labels, given in waiting:
            # Nobody is there to be told.
            with suppress(Refusal):
                self._store.add(labels, [given])

    # --- facts that come in ---

    def _begin(self, prepared: PreparedLabelling) -> None:
        plan = prepared.plan
        self._labelling, self._models = Labelling(plan), prepared.models
        known = self._document.series
        self._reader = CaseReader(self._document.reading, known)
        self._problem, self._last = "", None
        self._is_paused = False
        for note in plan.notes:
            self.said.emit(note)
        self.began.emit(plan.choice)
        self._show()

    def _take(self, given: GivenAnswer | None) -> None:
        labelling = self._labelling
        if labelling is None:
            return
        if given is None:
            # A label was toggled, or the key says nothing here.
            self._tell()
            return
        self._keep(given)
        if given.occasion is Occasion.WITHOUT_MODEL:
            # The same case again, with the model, once this is on the disk.
            self._tell()
            return
        self._last = given
        labelling.go_on()
        self._show()

    def _show(self) -> None:
        """Put the case on screen if it is read, and have it and the next ones read."""
        labelling = self._labelling
        if labelling is None:
            return
        picture = None if self._is_paused else self._pictures.get(labelling.case)
        if picture is None:
            labelling.clock.pause()
            self.view.clear()
        else:
            # Each case begins in the same way, however the one before was looked at.
            self.view.forget()
            self.view.show(picture.slice, volume=picture.volume, voi=picture.voi, frame=picture.frame)
            labelling.clock.run()
        self._tell()
        self._read_next()

    def _read_next(self) -> None:
        labelling, reader = self._labelling, self._reader
        if labelling is None or reader is None:
            return
        wanted = labelling.wanted(_AHEAD)
        self._pictures = {case: self._pictures[case] for case in wanted if case in self._pictures}
        missing = next((one for one in wanted if one not in self._pictures and one not in self._unreadable), None)
        if missing is not None and not self._jobs.is_busy(Lane.CASES):
            self._jobs.start(
                Lane.CASES,
                partial(reader.read, missing),
                returned=partial(self._arrived, missing),
                refused=partial(self._not_read, missing),
            )

    def _arrived(self, case: CasePlace, picture: FirstPicture) -> None:
        self._pictures[case] = picture
        self._go_on_with(case)

    def _not_read(self, case: CasePlace, refusal: Refusal) -> None:
        self._unreadable[case] = refusal
        self._go_on_with(case)

    def _go_on_with(self, case: CasePlace) -> None:
        if self._labelling is not None and self._labelling.case == case:
            self._show()
        else:
            self._read_next()

    def _read_wanted(self) -> None:
        """Read a slice beside the case, to which the reader has scrolled."""
        volume, state = self.view.volume, self.view.state
        if volume is not None:
            number = state.phase * volume.series.slices + state.index
            work = partial(fill_each, volume, self._document.reading, [number], urgent=True)
            came = partial(self._slice_came, number, volume.series.slices)
            self._jobs.start_latest((Lane.WANTED, PANE), work, returned=came, refused=self.refused.emit)

    def _slice_came(self, number: int, slices: int, lost: dict[int, Refusal]) -> None:
        self.view.slices_arrived({divmod(number, slices): tr(why.message) for why in lost.values()})

    # --- keeping ---

    def _keep(self, given: GivenAnswer) -> None:
        assert self._labelling is not None
        self._unsaved.append((self._labelling.choice.question.labels, given))
        self._save()

    def _save(self) -> None:
        if self._jobs.is_busy(Lane.LABELS) or not self._unsaved:
            return
        labels = self._unsaved[0][0]
        together = [given for named, given in self._unsaved if named == labels]
        work = partial(keep_answers, self._store, labels, together)
        saved = partial(self._saved, [id(given) for given in together])
        self._jobs.start(Lane.LABELS, work, returned=saved, refused=self._not_saved)

    def _saved(self, kept: list[int], _: None) -> None:
        self._unsaved = [one for one in self._unsaved if id(one[1]) not in kept]
        self._problem = ""
        self._tell()
        self._save()

    def _not_saved(self, refusal: Refusal) -> None:
        # The next answer tries again, with all that wait.
        self._problem = tr(refusal.message)
        self._tell()

    # --- what is told ---

    @property
    def _model(self) -> str:
        """The model's answer to the case on screen, as far as it may be seen: not before the reader's own is kept."""
        labelling = self._labelling
        if labelling is None or not labelling.may_see_model:
            return ""
        if any(given.place == labelling.case for _, given in self._unsaved):
            return ""
        said = self._models.get(labelling.case, "")
        return said or (tr("No model answered.") if labelling.is_study else "")

    @property
    def _before(self) -> str:
        """The answer to the case before, with the model's once the reader's is kept; in a study that was seen there."""
        given = self._last
        if given is None:
            return ""
        is_kept = all(one.uid != given.uid for _, one in self._unsaved)
        model = self._models.get(given.place, "") if is_kept and not given.study else ""
        return "\n".join(filter(None, (tr("The case before: {answer}", answer=describe_answer(given)), model)))

    def _tell(self) -> None:
        labelling = self._labelling
        if labelling is None:
            return
        lost = self._unreadable.get(labelling.case)
        gone = _GONE_IN_STUDY if labelling.is_study else _GONE
        self.changed.emit(
            describe_labelling(
                labelling,
                model=self._model,
                before=self._before,
                problem=self._problem or ("" if lost is None else tr(gone, why=lost.message)),
                is_paused=self._is_paused,
                is_read=labelling.case in self._pictures,
            )
        )
