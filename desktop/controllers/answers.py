"""Answers of one model to the slices of a series, and the slice that it is asked about before the wheel comes there."""

from collections import OrderedDict
from dataclasses import replace

import numpy as np

from desktop.controllers.view import SliceKey, key_of
from desktop.jobs.score import ScoredSlice
from imaging.volume.volume import Slice, Volume
from inference.classify.analysis import PreparedSlice
from inference.contract.contract import Contract

_KEPT = 256


class SliceAnswers:
    """The newest answers, of which only the one that was made ahead keeps what is as large as its slice."""

    def __init__(self) -> None:
        self._answers: OrderedDict[SliceKey, ScoredSlice] = OrderedDict()
        self._ahead: ScoredSlice | None = None

    def keep(self, answer: ScoredSlice, *, ahead: bool = False) -> None:
        """Keep an answer; whole if the slice is not on screen yet."""
        self._ahead = answer if ahead else None
        key = key_of(answer.slice)
        # A slice that is made anew has not converted its pixels yet; maps are made again when a person comes back.
        self._answers[key] = replace(answer, slice=replace(answer.slice), map=None)
        self._answers.move_to_end(key)
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)

    def drop_ahead(self) -> None:
        """Forget the answer about a slice that nobody has come to."""
        if self._ahead is not None:
            self._answers.pop(key_of(self._ahead.slice), None)
            self._ahead = None

    def find(self, slice_: Slice) -> ScoredSlice | None:
        """Return what was said of a slice, None if nothing was."""
        key = key_of(slice_)
        if self._ahead is not None and key_of(self._ahead.slice) == key:
            return self._ahead
        return self._answers.get(key)


class SliceAhead:
    """The slice that the wheel will come to next: one further the way it went last; and a model's input of one."""

    def __init__(self) -> None:
        self._last: SliceKey | None = None
        self._step = 1
        self.key: SliceKey | None = None
        """The slice that was last asked about ahead."""
        self._prepared: PreparedSlice | None = None

    def follow(self, slice_: Slice) -> None:
        """Note which way the wheel goes."""
        key = key_of(slice_)
        if self._last is not None and self._last[:3] == key[:3] and self._last[3] != key[3]:
            self._step = 1 if key[3] > self._last[3] else -1
        self._last = key

    def take(self, slice_: Slice, volume: Volume) -> Slice | None:
        """Return the slice after the one on screen; None if there is none, or if it is not read yet."""
        following = self.find_next(slice_, volume)
        self.key = self.key if following is None else key_of(following)
        return following

    def find_next(self, slice_: Slice, volume: Volume) -> Slice | None:
        """Return the slice after another one; None if there is none, or if it is not read yet."""
        index = slice_.index + self._step
        if not 0 <= index < slice_.count or not volume.loaded[slice_.phase, index]:
            return None
        return volume.slice_at(slice_.plane, index, slice_.phase)

    def keep_input(self, prepared: PreparedSlice | None) -> None:
        """Keep the input of a slice that was prepared ahead, and only that one."""
        self._prepared = prepared

    def take_input(self, slice_: Slice, contract: Contract) -> PreparedSlice | None:
        """Return the input of a slice for a model if that was prepared, and forget it."""
        prepared, self._prepared = self._prepared, None
        if prepared is None or prepared.contract is not contract or key_of(prepared.slice) != key_of(slice_):
            return None
        # The same number may stand for other pixels by now: a preview has grown, a page was read again.
        return prepared if np.shares_memory(prepared.slice.stored, slice_.stored) else None
