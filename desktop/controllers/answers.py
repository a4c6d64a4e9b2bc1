"""Answers of one model to the slices of a series, and the slices that it is asked about ahead of the wheel."""

from collections import OrderedDict
from dataclasses import replace

from desktop.controllers.view import SliceKey, key_of
from desktop.jobs.score import LIVE_SLICES, ScoredSlice
from imaging.volume.volume import Slice, Volume

_KEPT = 256


class SliceAnswers:
    """The newest answers, of which only those that were made ahead keep what is as large as their slice."""

    def __init__(self) -> None:
        self._answers: OrderedDict[SliceKey, ScoredSlice] = OrderedDict()
        self._ahead: OrderedDict[SliceKey, ScoredSlice] = OrderedDict()

    def keep(self, answer: ScoredSlice, *, ahead: bool = False) -> None:
        """Keep an answer; whole if the slice is not on screen yet."""
        key = key_of(answer.slice)
        self._ahead.pop(key, None)
        if ahead:
            self._ahead[key] = answer
            while len(self._ahead) > LIVE_SLICES:
                self._ahead.popitem(last=False)
        # A slice that is made anew has not converted its pixels yet; maps are made again when a person comes back.
        self._answers[key] = replace(answer, slice=replace(answer.slice), map=None)
        self._answers.move_to_end(key)
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)

    def drop_ahead(self) -> None:
        """Forget the answers about slices that nobody has come to."""
        for key in self._ahead:
            self._answers.pop(key, None)
        self._ahead.clear()

    def find(self, key: SliceKey) -> ScoredSlice | None:
        """Return what was said of the slice with a key, None if nothing was."""
        return self._ahead.get(key) or self._answers.get(key)


class SlicesAhead:
    """The slices that the wheel will come to next: further the way it went last."""

    def __init__(self) -> None:
        self._last: SliceKey | None = None
        self._step = 1
        self.keys: frozenset[SliceKey] = frozenset()
        """The slices that were last found ahead."""

    def follow(self, slice_: Slice) -> None:
        """Note which way the wheel goes."""
        key = key_of(slice_)
        if self._last is not None and self._last[:3] == key[:3] and self._last[3] != key[3]:
            self._step = 1 if key[3] > self._last[3] else -1
        self._last = key

    def find(self, slice_: Slice, volume: Volume, answers: SliceAnswers) -> list[Slice]:
        """Return the slices after the one on screen that are read and have no answer, the next one first."""
        indices = (slice_.index + self._step * number for number in range(1, LIVE_SLICES + 1))
        read = [index for index in indices if 0 <= index < slice_.count and volume.loaded[slice_.phase, index]]
        first = key_of(slice_)[:3]
        self.keys = frozenset((*first, index) for index in read)
        unknown = [index for index in read if answers.find((*first, index)) is None]
        return [volume.slice_at(slice_.plane, index, slice_.phase) for index in unknown]
