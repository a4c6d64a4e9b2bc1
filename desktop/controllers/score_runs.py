"""Runs of the model in use: one slice with all cores, or in live mode several at a time, each with a share of them."""

from collections.abc import Callable
from functools import partial
from time import perf_counter

from desktop.controllers.view import SliceKey, key_of
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.score import ScoredSlice, open_shares, score_slice
from imaging.base.errors import Refusal
from imaging.base.policy import ReadingPolicy
from imaging.volume.volume import Slice
from inference.classify.classifier import Classifier


class ScoreRuns:
    """Asks the model in use about slices, each on a track of its own; knows which slices are under way."""

    def __init__(self, jobs: Jobs, returned: Callable[[ScoredSlice], None], refused: Callable[[Refusal], None]) -> None:
        self._jobs, self._returned, self._refused = jobs, returned, refused
        self._classifiers: tuple[Classifier, ...] = ()
        """The model for each track."""
        self._unshared: Classifier | None = None
        """The model, until it was opened for several slices at a time, or found too large for that."""
        self._asked: dict[int, tuple[SliceKey, float]] = {}
        """The slice that each track was asked about last, and when."""

    def use(self, classifier: Classifier | None) -> None:
        """Run this model from here on, one slice at a time."""
        self._jobs.cancel(Lane.SCORE, Lane.SHARES)
        self._classifiers = () if classifier is None else (classifier,)
        self._unshared = classifier

    def share(self, policy: ReadingPolicy) -> None:
        """Run several slices at a time as soon as the model is open for that, if it may be; it is asked once."""
        unshared, self._unshared = self._unshared, None
        if unshared is not None:
            self._jobs.start(Lane.SHARES, partial(open_shares, unshared.bundle, policy), returned=self._shared)

    @property
    def free(self) -> int:
        """How many slices more can be asked about at once."""
        return sum(not self._is_busy(track) for track in range(len(self._classifiers)))

    def seconds_under_way(self, slice_: Slice) -> float | None:
        """Return how long ago a slice was asked about whose answer has not come; None if there is no such."""
        times = [when for track, (key, when) in self._asked.items() if key == key_of(slice_) and self._is_busy(track)]
        return perf_counter() - times[0] if times else None

    def ask(self, slice_: Slice, *, label: str | None, with_map: bool) -> None:
        """Ask about a slice on a free track; if there is none, as soon as the first is, instead of what waits there."""
        track = next((one for one in range(len(self._classifiers)) if not self._is_busy(one)), 0)
        self._asked[track] = key_of(slice_), perf_counter()
        work = partial(score_slice, slice_, self._classifiers[track], label=label, with_map=with_map)
        self._jobs.start_latest((Lane.SCORE, track), work, returned=self._returned, refused=self._refused)

    def _is_busy(self, track: int) -> bool:
        return self._jobs.is_busy((Lane.SCORE, track))

    def _shared(self, classifiers: tuple[Classifier, ...]) -> None:
        self._classifiers = classifiers or self._classifiers
