"""The processes that fit together: one, or those that `torchrun` started, on one machine or several.

Accelerate finds out which (device, backend, number); this module adds what keeps them from waiting for each other for
ever: what one alone does, all learn the outcome of.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import InitProcessGroupKwargs, broadcast_object_list, gather_object
from numpy.typing import NDArray
from torch import Tensor, nn

from imaging.base.errors import Refusal
from imaging.base.progress import Job

_Result = TypeVar("_Result")

PATIENCE = timedelta(hours=6)
"""How long processes wait for the one that prepares the slices. One that died is noticed at once, without this."""


class Elsewhere(SystemExit):
    """Ends a process quietly with code 2: the main process is the one that says why."""

    def __init__(self) -> None:
        super().__init__(2)


class Processes:
    """This process among those that fit together."""

    def __init__(self) -> None:
        handlers = [InitProcessGroupKwargs(timeout=PATIENCE)]
        # Without this Accelerate takes processes on a machine without a GPU for strangers to each other.
        cpu = "LOCAL_RANK" in os.environ and not torch.cuda.is_available()
        self.accelerator = Accelerator(cpu=cpu, mixed_precision="no", kwargs_handlers=handlers)

    @property
    def count(self) -> int:
        """How many there are, on all machines."""
        return int(self.accelerator.num_processes)

    @property
    def number(self) -> int:
        """Which one this is, from 0."""
        return int(self.accelerator.process_index)

    @property
    def is_main(self) -> bool:
        """Whether this one writes the run and talks to the user."""
        return bool(self.accelerator.is_main_process)

    @property
    def is_first_here(self) -> bool:
        """Whether this is the first process on its machine."""
        return bool(self.accelerator.is_local_main_process)

    @property
    def device(self) -> torch.device:
        """What this process computes on."""
        return torch.device(self.accelerator.device)

    def wait(self) -> None:
        """Wait until all are here."""
        self.accelerator.wait_for_everyone()

    def in_main(self, action: Callable[[], _Result]) -> _Result:
        """Do something in the main process only, and give all its result (which must be picklable).

        A `Refusal` is raised in the main process, and the others end quietly.
        """
        if self.count == 1:
            return action()
        result: _Result | None = None
        refusal: Refusal | None = None
        if self.is_main:
            try:
                result = action()
            except Refusal as caught:
                refusal = caught
        return self._told(result, refusal)

    def job_in_main(self, begin: Callable[[], Job[_Result]]) -> Job[_Result]:
        """`in_main` for what takes long enough to report progress."""
        if self.count == 1:
            return (yield from begin())
        result: _Result | None = None
        refusal: Refusal | None = None
        if self.is_main:
            try:
                result = yield from begin()
            except Refusal as caught:
                refusal = caught
        return self._told(result, refusal)

    def _told(self, result: _Result | None, refusal: Refusal | None) -> _Result:
        """The main process's result in every process; its refusal is raised there, and the others end."""
        refused, told = broadcast_object_list([refusal is not None, result])
        if refusal is not None:
            raise refusal
        if refused:
            raise Elsewhere
        given: _Result = told
        return given

    def refuse(self, refusal: Refusal) -> None:
        """Raise what every process has found out for itself: aloud in the main one, quietly elsewhere."""
        if self.is_main:
            raise refusal
        raise Elsewhere

    def share(self, count: int) -> slice:
        """Which of `count` things are this process's: equal parts in order, that differ by one at most."""
        ends = np.linspace(0, count, self.count + 1).round().astype(int)
        return slice(int(ends[self.number]), int(ends[self.number + 1]))

    def gathered(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """The rows [n, …] that each process has, of all of them in the order of processes [N, …]."""
        return rows if self.count == 1 else np.concatenate(gather_object([rows]))

    def summed(self, values: Tensor) -> Tensor:
        """The sum over processes, without a gradient."""
        return values.detach() if self.count == 1 else self.accelerator.reduce(values.detach().clone(), reduction="sum")

    def wrapped(self, model: nn.Module) -> nn.Module:
        """The network such that its gradients are the mean over processes; itself where there is one process.

        To be done again whenever other parameters learn; what was wrapped before is let go of.
        """
        if self.count == 1:
            return model
        self.accelerator.free_memory()
        wrapped: nn.Module = self.accelerator.prepare(model)
        return wrapped

    @property
    def device_name(self) -> str:
        """What this process computes on, for the run's facts."""
        return torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else self.device.type

    def close(self) -> None:
        """Leave the others; nobody waits."""
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()
