"""One of the processes that share the items of an evaluation; ``answering`` has them started and reads what they keep.

    RANK=0 WORLD_SIZE=2 python -m tunixlib.evaluation.workers JOB.json

Each takes every so-manieth of the parts that are missing and keeps its rows. None of them writes evidence, and they
never speak to each other: no port is opened.
"""

import os
import sys
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json
from tunixlib.evaluation.answering import Answering
from tunixlib.evaluation.generation import GenerationConfig
from tunixlib.evaluation.parts import keep_part
from tunixlib.modeling.processes import part_of, rank, ranks
from tunixlib.progress import PROGRESS_VARIABLE, progress


def work(job: Path) -> None:
    """Do this process's part of a job. The launcher's environment says which part it is."""
    with part_of(job):
        os.environ[PROGRESS_VARIABLE] = str(job.with_name(f"progress-{rank()}.json"))
        answer(read_json(job), rank(), ranks())


def answer(job: dict[str, Any], process: int, processes: int) -> None:
    """Answer the parts of one of the processes and keep them."""
    mine = job["parts"][process::processes]
    if not mine:
        return
    who, config, done = job["checkpoint"], GenerationConfig(**job["config"]), 0
    if who["device"] == "cuda":
        import torch

        torch.cuda.set_device(process)
    checkpoint = Answering(**{**who, "folder": Path(who["folder"])})
    with progress(sum(len(part) for _, part in mine), checkpoint.name) as bar:
        for number, part in mine:

            def reached(more: int, done: int = done) -> None:
                bar.reach(done + more)

            rows = checkpoint.answer_part(part, config, reached)
            keep_part(Path(job["kept"]), number, job["key"], rows)
            done += len(part)


if __name__ == "__main__":
    work(Path(sys.argv[1]))
