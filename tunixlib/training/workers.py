"""One of the processes that train a segment together; ``distributed`` starts them and reads what they leave.

    python -m torch.distributed.run --standalone --nproc-per-node 2 -m tunixlib.training.workers JOB.json

A process that cannot go on leaves its message in ``error-<number>.txt`` beside the job. When the process that wants the
result is gone, killed perhaps, it ends at once: the next one may already be at work in the same run.
"""

import os
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

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
    threading.Thread(target=end_with, args=(found["driver"],), daemon=True).start()
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


def end_with(driver: Mapping[str, Any]) -> None:
    """Wait until the process with this ``pid``, ``started`` then, is gone; then end this one without a word."""
    with suppress(psutil.Error):
        while psutil.Process(driver["pid"]).create_time() == driver["started"]:
            time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    work(Path(sys.argv[1]))
