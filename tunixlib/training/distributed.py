"""Several processes train one segment: this side writes the job, starts them, watches them and reads the result.

    train_in_processes(parent, steps, config, out, choice, names)     # choice.processes == 2: one for each GPU

Each process takes its share of every step's rows; gradients are summed, so the update is that of one process up to
rounding. The processes are started by ``torch.distributed.run`` and talk over this machine's own addresses only.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from tunixlib.artifacts import read_json, write_json
from tunixlib.modeling.checkpoints import CheckpointRecord, read_record
from tunixlib.modeling.tokenization import Batch
from tunixlib.progress import PROGRESS_VARIABLE, Progress, progress
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.plan import Choice
from tunixlib.trees import PROJECT_ROOT

# Lines of the processes' output that an error shows when none of them left a message.
TAIL = 15


def train_in_processes(
    parent: Path, steps: Sequence[Batch], config: SFTConfig, out: Path, choice: Choice, names: Mapping[str, Any]
) -> CheckpointRecord:
    """Train in ``choice.processes`` processes; the first writes ``out``. ``names`` are arm, stage and what goes along.

    Raises TrainingError with what the failing process said. An interruption ends the processes too.
    """
    label = f"{names['arm']}/{names['stage']}"
    with tempfile.TemporaryDirectory(prefix="tunixlib-job-") as scratch, progress(len(steps), label) as bar:
        job = Path(scratch) / "job.json"
        write_json(job, {
            "parent": str(parent), "out": str(out), "config": config.model_dump(), "choice": choice.record(),
            "names": dict(names), "batches": [pack(batch) for batch in steps],
            "driver": driver(),
        })  # fmt: skip
        with open(job.with_name("output.txt"), "wb") as output, _started(job, choice, output) as process:
            while process.poll() is None:
                time.sleep(0.2)
                _show(job.with_name("progress.json"), bar)
        if process.returncode:
            raise TrainingError(f"{label}: {_what_happened(job.parent, choice.processes)}")
    return read_record(out / "checkpoint")


def driver() -> dict[str, Any]:
    """This process, told apart from a later one with the same id: the workers end when it is gone."""
    return {"pid": os.getpid(), "started": psutil.Process().create_time()}


@contextmanager
def _started(job: Path, choice: Choice, output: Any) -> Iterator["subprocess.Popen[bytes]"]:
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1",
        "--nproc-per-node", str(choice.processes), "-m", "tunixlib.training.workers", str(job),
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=_environment(job, choice))
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()  # the launcher ends its workers
            process.wait(timeout=60)


def _environment(job: Path, choice: Choice) -> dict[str, str]:
    """What the workers inherit: where the package lies, where to report, threads, this machine's own network."""
    found = dict(os.environ)
    # In a kernel the package is only on sys.path, unpacked somewhere.
    found["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PROJECT_ROOT), found.get("PYTHONPATH")]))
    found[PROGRESS_VARIABLE] = str(job.with_name("progress.json"))
    found.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // choice.processes)))
    if sys.platform == "linux":
        found |= {"GLOO_SOCKET_IFNAME": "lo", "NCCL_SOCKET_IFNAME": "lo"}
    return found


def _show(file: Path, bar: Progress) -> None:
    """Hand on what the first process reports."""
    with suppress(OSError, ValueError):  # not there yet, or being written
        state = read_json(file)
        if state["done"] > bar.done:
            bar.advance(state["note"], by=state["done"] - bar.done)


def _what_happened(folder: Path, processes: int) -> str:
    for file in sorted(folder.glob("error-*.txt"), key=lambda path: path.stat().st_mtime_ns):
        number = int(file.stem.partition("-")[2]) + 1
        return f"process {number} of {processes} stopped: {file.read_text(encoding='utf-8')}"
    lines = (folder / "output.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    return f"{processes} processes stopped without a message; the end of their output:\n" + "\n".join(lines[-TAIL:])


def pack(batch: Batch) -> dict[str, Any]:
    """A batch as plain JSON; ``unpack`` makes the same batch of it."""
    lengths = batch.pad_mask.sum(1)
    return {
        "trace_ids": list(batch.trace_ids),
        "input_ids": batch.input_ids.tolist(),
        "lengths": lengths.tolist(),
        "loss_mask": batch.loss_mask.astype(int).tolist(),
    }


def unpack(found: Mapping[str, Any]) -> Batch:
    """The batch that ``pack`` was given."""
    input_ids = np.array(found["input_ids"], dtype=np.int64)
    places = np.arange(input_ids.shape[1])[None, :]
    pad_mask = places < np.array(found["lengths"])[:, None]
    return Batch(tuple(found["trace_ids"]), input_ids, pad_mask, np.array(found["loss_mask"], dtype=bool))


def share(batch: Batch, process: int, processes: int) -> Batch:
    """Every ``processes``-th row from ``process`` on: rows of a batch are sorted by length, so shares weigh alike."""
    rows = slice(process, None, processes)
    return Batch(batch.trace_ids[rows], batch.input_ids[rows], batch.pad_mask[rows], batch.loss_mask[rows])
