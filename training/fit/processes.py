"""The processes that fit together: one, or those that `torchrun` started, on one machine or several.

Accelerate finds out which (device, backend, number); this module adds what keeps them from waiting for each other for
ever: what one alone does, all learn the outcome of.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Literal, TypeVar

import numpy as np
import torch
from accelerate import Accelerator, PartialState
from accelerate.state import AcceleratorState
from accelerate.utils import broadcast, broadcast_object_list, gather_object, reduce
from numpy.typing import NDArray
from torch import Tensor, nn

from imaging.base.errors import Refusal
from imaging.base.progress import Job, finish

_Result = TypeVar("_Result")

PATIENCE = timedelta(hours=6)
"""How long processes wait for the one that prepares the slices. One that died is noticed at once, without this."""


class SecondaryExit(SystemExit):
    """The quiet end, with code 2, of a process that is not the main one: the main process is the one that says why."""

    def __init__(self) -> None:
        super().__init__(2)


class Processes:
    """This process among those that fit together."""

    def __init__(self) -> None:
        # Without this Accelerate takes processes on a machine without a GPU for strangers to each other.
        cpu = "LOCAL_RANK" in os.environ and not torch.cuda.is_available()
        self._state = PartialState(cpu=cpu, timeout=PATIENCE)
        self.count, self.number = int(self._state.num_processes), int(self._state.process_index)
        """How many there are on all machines, and the number of this one, from 0."""
        self.is_main, self.is_first_here = bool(self._state.is_main_process), bool(self._state.is_local_main_process)
        """Whether this one writes the run and talks to the user, and whether it is the first on its machine."""
        self.device = torch.device(self._state.device)

    @property
    def device_name(self) -> str:
        """The device's name for the run's facts."""
        return torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else self.device.type

    def wait(self) -> None:
        """Wait until all are here."""
        self._state.wait_for_everyone()

    def run_in_main(self, action: Callable[[], _Result]) -> _Result:
        """Give all what the main process finds (picklable); its `Refusal` is raised there, the others end quietly."""

        def job() -> Job[_Result]:
            yield from ()
            return action()

        return finish(self.run_job_in_main(job))

    def run_job_in_main(self, begin: Callable[[], Job[_Result]]) -> Job[_Result]:
        """Do as `run_in_main` for what takes long enough to report progress."""
        if self.count == 1:
            return (yield from begin())
        result: _Result | None = None
        refusal: Refusal | None = None
        if self.is_main:
            try:
                result = yield from begin()
            except Refusal as caught:
                refusal = caught
        return self._share_outcome(result, refusal)

    def _share_outcome(self, result: _Result | None, refusal: Refusal | None) -> _Result:
        """Return the main process's result in every process; its refusal is raised there, and the others end."""
        is_refused, shared = broadcast_object_list([refusal is not None, result])
        if refusal is not None:
            raise refusal
        if is_refused:
            raise SecondaryExit
        given: _Result = shared
        return given

    def refuse(self, refusal: Refusal) -> None:
        """Raise what every process has found out for itself: aloud in the main one, quietly elsewhere."""
        if self.is_main:
            raise refusal
        raise SecondaryExit

    def own_share(self, count: int) -> slice:
        """Return this process's share of `count` things: equal parts in order that differ by one at most."""
        ends = np.linspace(0, count, self.count + 1).round().astype(int)
        return slice(int(ends[self.number]), int(ends[self.number + 1]))

    def gather_rows(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the rows [n, …] of all processes in their order [N, …]."""
        return rows if self.count == 1 else np.concatenate(gather_object([rows]))

    def sum_over_all(self, values: Tensor) -> Tensor:
        """Return the sum over processes, without a gradient."""
        return values.detach() if self.count == 1 else reduce(values.detach().clone(), reduction="sum")

    def share_buffers(self, model: nn.Module) -> None:
        """Give the network the main process's buffers: batch norm's statistics differ if each saw its own share."""
        for buffer in model.buffers() if self.count > 1 else ():
            buffer.copy_(broadcast(buffer))

    def accelerator(self, precision: Literal["auto", "bfloat16", "float32"]) -> Accelerator:
        """Return what wraps network and optimiser; float16 gets a scaled loss (Micikevicius 2018)."""
        # Accelerate keeps the first precision for the whole process, and a process may fit by several recipes.
        AcceleratorState._reset_state()
        return Accelerator(mixed_precision=self._mixed_precision(precision))

    def _mixed_precision(self, precision: Literal["auto", "bfloat16", "float32"]) -> Literal["no", "bf16", "fp16"]:
        if precision == "float32" or (precision == "auto" and self.device.type != "cuda"):
            return "no"
        if self.device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
            return "fp16"
        return "bf16"

    def precision_name(self, precision: Literal["auto", "bfloat16", "float32"]) -> str:
        """Return the name of what a recipe's precision is on this device, for the run's facts."""
        names = {"no": "float32", "bf16": "mixed with bfloat16", "fp16": "mixed with float16"}
        return names[self._mixed_precision(precision)]

    def close(self) -> None:
        """Leave the others; nobody waits."""
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()
