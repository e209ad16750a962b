"""Several processes do one job: this side writes it, starts them, watches them, and says what went wrong in them.

    job = {"parent": "...", "batches": [...]}
    run_job("tunixlib.training.workers", job, Launch(processes=2), "flat/stage_1", 100, TrainingError)

and a worker, started with the path of the job, does its part inside ``part_of(path)``.
"""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from tunixlib.artifacts import read_json, write_json, write_text
from tunixlib.holding import hold
from tunixlib.modeling.launching import MEETING, Launch
from tunixlib.progress import PROGRESS_VARIABLE, Progress, progress
from tunixlib.trees import PROJECT_ROOT, remove

JOB = "job.json"
# Lines of the processes' output that an error shows when none of them left a message.
TAIL = 15
# Seconds that processes have to end by themselves: a launcher gives its own half a minute.
PATIENCE = 40.0
# What the first process says to those of other machines when it has written its files, and how long they wait for it.
WRITTEN, LONGEST_WRITING = "tunixlib/written", timedelta(hours=12)


def run_job(
    module: str, job: Mapping[str, Any], launch: Launch, label: str, total: int, error: Callable[[str], Exception]
) -> None:
    """Let the processes of ``launch`` do a job with a worker module; ``total`` units of work are shown.

    Raises ``error`` with what the failing process said, RunError when another job is at work in the machines' folder.
    An interruption ends the processes too.
    """
    with _job_folder(launch.machines.jobs) as folder, progress(total, label) as bar:
        file = folder / JOB
        write_json(file, {**job, "driver": driver()})
        with open(folder / "output.txt", "wb") as output, _started(module, file, launch, output) as found:
            while not any(codes := [process.poll() for process in found]) and None in codes:
                time.sleep(0.2)
                _show(folder, bar)
        if any(codes):
            raise error(f"{label}: {what_happened(folder, launch.processes)}")


@contextmanager
def _job_folder(shared: str) -> Iterator[Path]:
    """A folder of one's own, or the one that all machines see, held and emptied of what an earlier job left."""
    if not shared:
        with tempfile.TemporaryDirectory(prefix="tunixlib-job-") as scratch:
            yield Path(scratch)
        return
    lock = hold(Path(shared))
    try:
        _clear(Path(shared))
        yield Path(shared)
    finally:
        _clear(Path(shared))
        lock.release()


def _clear(folder: Path) -> None:
    for path in [folder / JOB, folder / "output.txt", *folder.glob("error-*.txt"), *folder.glob("progress*.json")]:
        remove(path)


def driver() -> dict[str, Any]:
    """This process, told apart from a later one with the same id: the workers beside it end when it is gone."""
    return {"pid": os.getpid(), "started": psutil.Process().create_time(), "host": socket.gethostname()}


@contextmanager
def _started(module: str, job: Path, launch: Launch, output: Any) -> Iterator[list["subprocess.Popen[bytes]"]]:
    command, shared = launch.command(module, job), _environment(job, launch)
    found: list[subprocess.Popen[bytes]] = []
    try:
        for own in launch.environments(job):
            how = {"stdout": output, "stderr": subprocess.STDOUT, "env": shared | own}
            found.append(subprocess.Popen(command, **how))
        yield found
    finally:
        _end([process for process in found if process.poll() is None])


def _end(found: Sequence["subprocess.Popen[bytes]"]) -> None:
    """End processes and all that they started, by force what has not ended after a while; raises nothing."""
    everything: list[psutil.Process] = []
    for process in found:
        with suppress(psutil.Error):
            own = psutil.Process(process.pid)
            everything += [own, *own.children(recursive=True)]
        process.terminate()
    _, left = psutil.wait_procs(everything, timeout=PATIENCE)
    for other in left:
        with suppress(psutil.Error):
            other.kill()
    psutil.wait_procs(left, timeout=PATIENCE)


def _environment(job: Path, launch: Launch) -> dict[str, str]:
    """What the workers inherit: where the package lies, where to report, threads, this machine's own network."""
    found = dict(os.environ)
    # In a kernel the package is only on sys.path, unpacked somewhere.
    found["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PROJECT_ROOT), found.get("PYTHONPATH")]))
    found[PROGRESS_VARIABLE] = str(job.with_name("progress.json"))
    here = launch.processes // launch.machines.count
    found.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // here)))
    if sys.platform == "linux" and launch.machines.count == 1:
        found |= {"GLOO_SOCKET_IFNAME": "lo", "NCCL_SOCKET_IFNAME": "lo"}
    return found


def _show(folder: Path, bar: Progress) -> None:
    """Hand on what the processes report: one of them for all, or each its own part."""
    done, note = 0, ""
    for file in folder.glob("progress*.json"):
        with suppress(OSError, ValueError):  # being written
            state = read_json(file)
            done, note = done + state["done"], state["note"]
    if done > bar.done:
        bar.advance(note, by=done - bar.done)


def what_happened(folder: Path, processes: int) -> str:
    """The message of the first process that left one, or the end of what the processes wrote."""
    for file in sorted(folder.glob("error-*.txt"), key=lambda path: path.stat().st_mtime_ns):
        number = int(file.stem.partition("-")[2]) + 1
        return f"process {number} of {processes} stopped: {file.read_text(encoding='utf-8')}"
    lines = (folder / "output.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    return f"{processes} processes stopped without a message; the end of their output:\n" + "\n".join(lines[-TAIL:])


@contextmanager
def part_of(job: Path) -> Iterator[None]:
    """A worker's part of a job. An error leaves its message beside the job, for ``run_job`` to say.

    When the process that wants the result is gone, killed perhaps, or the one that started this one, this one ends at
    once: the next one may already be at work in the same run. Of another machine nobody here knows who wants it.
    """
    driver = read_json(job)["driver"]
    beside = [driver] if driver["host"] == socket.gethostname() else []
    threading.Thread(target=end_with, args=([*_parent(), *beside],), daemon=True).start()
    try:
        yield
    except Exception as error:
        write_text(job.with_name(f"error-{rank()}.txt"), str(error) or type(error).__name__)
        raise


def _parent() -> list[dict[str, Any]]:
    with suppress(psutil.Error):
        if parent := psutil.Process().parent():
            return [{"pid": parent.pid, "started": parent.create_time()}]
    return []


@contextmanager
def meeting(device: str) -> Iterator[None]:
    """All processes of this machine in one group; of several machines, and of one process, accelerate makes it.

    ``device`` is cpu or cuda. They meet in a file: what listens afterwards is gloo's and NCCL's, for their own.
    """
    import torch

    if MEETING in os.environ and ranks() > 1:
        if device == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        store = torch.distributed.FileStore(os.environ[MEETING], ranks())
        backend = "cpu:gloo,cuda:nccl" if device == "cuda" else "gloo"
        torch.distributed.init_process_group(backend, store=store, rank=rank(), world_size=ranks())
    yield
    if torch.distributed.is_initialized():  # not when the job is for one process
        torch.distributed.destroy_process_group()


def rank() -> int:
    """Which of the processes this one is, as the launcher says, from 0."""
    return int(os.environ.get("RANK", "0"))


def ranks() -> int:
    """How many processes there are, as the launcher says."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def wait_for_first(process: int) -> None:
    """On several machines, wait until the first process has written what was made; it says so by calling this.

    Otherwise a machine that is done asks for the next job at the port where the first one is still busy with this one.
    """
    if int(os.environ.get("GROUP_WORLD_SIZE", "1")) == 1:
        return
    import torch

    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    store = torch.distributed.TCPStore(address, port, is_master=False)
    if process == 0:
        store.set(WRITTEN, "yes")
    else:
        store.wait([WRITTEN], LONGEST_WRITING)


def end_with(others: Sequence[Mapping[str, Any]]) -> None:
    """Wait until one of the processes with this ``pid``, ``started`` then, is gone; then end this one, wordlessly."""
    with suppress(psutil.Error):
        while all(psutil.Process(other["pid"]).create_time() == other["started"] for other in others):
            time.sleep(1)
    os._exit(1)
