"""One of the processes that train a segment together; ``distributed`` starts them and reads what they leave.

    python -m torch.distributed.run --standalone --nproc-per-node 2 -m tunixlib.training.workers JOB.json

A process that cannot go on leaves its message in ``error-<number>.txt`` beside the job.
"""

import sys
from pathlib import Path

from tunixlib.artifacts import read_json, write_text
from tunixlib.training.config import SFTConfig
from tunixlib.training.distributed import unpack
from tunixlib.training.plan import Choice
from tunixlib.training.sft import train_here


def work(job: Path) -> None:
    """Do this process's part of a job. The launcher's environment says which part it is."""
    import torch
    from accelerate import Accelerator

    found = read_json(job)
    choice = Choice(**found["choice"])
    accelerator = Accelerator(cpu=choice.device == "cpu", mixed_precision="no")
    try:
        train_here(
            Path(found["parent"]), [unpack(batch) for batch in found["batches"]], SFTConfig(**found["config"]),
            Path(found["out"]), choice, found["names"], accelerator,
        )  # fmt: skip
    except (RuntimeError, ValueError, OSError) as error:
        write_text(job.with_name(f"error-{accelerator.process_index}.txt"), str(error))
        raise
    if torch.distributed.is_initialized():  # not when the job is for one process
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    work(Path(sys.argv[1]))
