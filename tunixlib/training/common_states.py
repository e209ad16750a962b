"""The state that several processes go on from together after a kill: one that all of them can read.

saved = CommonStates(folder, key, torch.device("cpu"))      # in every process of a group
state = saved.newest()                                      # of the same step in all of them, or None in all
"""

import sys
from pathlib import Path

import torch

from tunixlib.training.resume import SavedStates, State


class CommonStates(SavedStates):
    """``SavedStates`` of which each process finds its own newest one; what a disk hides from one, none goes on from."""

    def __init__(self, folder: Path | None, key: str, device: torch.device, every: float | None = None):
        super().__init__(folder, key, every)
        self.device = device

    def newest(self) -> State | None:
        """The newest state that every process has whole; None, and a word about it, when there is none."""
        mine = super().newest()
        step = mine.document["step"] if mine else 0
        agreed = self._least(step)
        if mine and step != agreed:
            mine = self.at(agreed)
        if self._least(int(mine is not None)):
            return mine
        if step:
            print(
                f"saved state of step {step} not used: not every process found one of the same step; starting without "
                "it",
                file=sys.stderr,
            )
        return None

    def _least(self, value: int) -> int:
        found = torch.tensor([value], dtype=torch.int64, device=self.device)
        torch.distributed.all_reduce(found, torch.distributed.ReduceOp.MIN)
        return int(found)
