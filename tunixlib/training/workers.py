"""One of the processes that train a segment together; ``distributed`` has them started and reads what they leave.

    RANK=0 LOCAL_RANK=0 WORLD_SIZE=2 TUNIXLIB_MEETING=... python -m tunixlib.training.workers JOB.json

On several machines ``accelerate launch`` starts it.
"""

import sys
from pathlib import Path

from tunixlib.artifacts import read_json
from tunixlib.modeling.processes import meeting, part_of, wait_for_first
from tunixlib.training.config import SFTConfig
from tunixlib.training.distributed import unpack
from tunixlib.training.plan import Choice
from tunixlib.training.sft import train_here


def work(job: Path) -> None:
    """Do this process's part of a job. The launcher's environment says which part it is."""
    from accelerate import Accelerator

    found = read_json(job)
    choice = Choice(**found["choice"])
    with part_of(job), meeting(choice.device):
        accelerator = Accelerator(cpu=choice.device == "cpu", mixed_precision="no")
        train_here(
            Path(found["parent"]), [unpack(batch) for batch in found["batches"]], SFTConfig(**found["config"]),
            Path(found["out"]), choice, found["names"], accelerator,
        )  # fmt: skip
        wait_for_first(accelerator.process_index)


if __name__ == "__main__":
    work(Path(sys.argv[1]))
