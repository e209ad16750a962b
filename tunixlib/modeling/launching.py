"""How several processes are started: by which command, on one machine or several.

    Launch(processes=2).command("tunixlib.training.workers", job)       # python -m tunixlib.training.workers JOB.json
    Launch(2).environments(job)[1]["RANK"]                              # "1": one environment for each process
    Launch(4, fsdp=True, machines=Machines.named())                     # accelerate launch, on the first of them

On one machine nothing launches but this process, and the others meet in a file: no port waits for them, and on Linux
they exchange gradients over its own addresses only. Several machines meet at a port of the first one, on which it
listens under all its addresses: who reaches that port can disturb the job or run code in it.

Several machines share a job when the environment of the command on the first one says so: ``TUNIXLIB_MACHINES``,
``TUNIXLIB_MAIN_PROCESS``, ``TUNIXLIB_JOBS`` (notebooks/README.md has the commands of all of them).
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tunixlib.trees import PROJECT_ROOT

# For `accelerate launch --config_file`, on one machine or several.
CONFIGS = PROJECT_ROOT / "notebooks" / "profiles" / "accelerate"
# How many machines share a job; HOST:PORT where the first one listens; a folder that all of them see.
MACHINES, MAIN_PROCESS, JOBS = "TUNIXLIB_MACHINES", "TUNIXLIB_MAIN_PROCESS", "TUNIXLIB_JOBS"
# Set for the processes of one machine: the file in which they find each other.
MEETING = "TUNIXLIB_MEETING"


@dataclass(frozen=True)
class Machines:
    """The machines that share a job, this one being the first."""

    count: int = 1
    host: str = ""
    port: str = ""
    jobs: str = ""

    @classmethod
    def named(cls) -> "Machines":
        """What the environment says; one machine where it says nothing. Raises ValueError where it says half."""
        given = {name: os.environ.get(name, "") for name in (MACHINES, MAIN_PROCESS, JOBS)}
        if not any(given.values()):
            return cls()
        count, (host, _, port) = given[MACHINES], given[MAIN_PROCESS].rpartition(":")
        if not (count.isascii() and count.isdigit() and int(count)):
            raise ValueError(f"{MACHINES}: found {count!r}, expected the number of machines; correct or unset it")
        if int(count) == 1:
            return cls()
        if not (host and port.isascii() and port.isdigit()):
            raise ValueError(f"{MAIN_PROCESS}: found {given[MAIN_PROCESS]!r}, expected HOST:PORT of this machine")
        if not given[JOBS] or not Path(given[JOBS]).is_dir():
            raise ValueError(f"{JOBS}: found {given[JOBS]!r}, expected a folder that all machines see; make it")
        return cls(int(count), host, port, given[JOBS])


@dataclass(frozen=True)
class Launch:
    """How a job is started: how many processes in all, ``fsdp`` by accelerate's config of that name, which machines."""

    processes: int
    fsdp: bool = False
    machines: Machines = Machines()

    def command(self, module: str, job: Path) -> list[str]:
        """What starts one process of this machine, or, of several machines, those of the first one."""
        worker = ["-m", module, str(job)]
        if self.machines.count == 1:
            return [sys.executable, *worker]
        config = CONFIGS / ("fsdp.yaml" if self.fsdp else "ddp.yaml")
        return [
            sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(config),
            "--num_processes", str(self.processes), "--num_machines", str(self.machines.count), "--machine_rank", "0",
            "--main_process_ip", self.machines.host, "--main_process_port", self.machines.port, *worker,
        ]  # fmt: skip

    def environments(self, job: Path) -> list[dict[str, str]]:
        """How often to start the command, and which variables it gets each time: those that a launcher would set."""
        if self.machines.count > 1:
            return [{}]
        count = str(self.processes)
        of_all = {"WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count, MEETING: str(job.with_name("meeting"))}
        of_all |= fsdp_settings() if self.fsdp else {}
        return [{"RANK": str(rank), "LOCAL_RANK": str(rank), **of_all} for rank in range(self.processes)]


def fsdp_settings() -> dict[str, str]:
    """The variables by which ``accelerate launch`` hands on what ``fsdp.yaml`` sets."""
    from accelerate.commands.config.config_args import load_config_from_file

    found = load_config_from_file(str(CONFIGS / "fsdp.yaml")).fsdp_config
    return {"ACCELERATE_USE_FSDP": "true", **{name.upper(): str(value).lower() for name, value in found.items()}}


def devices_here() -> int:
    """One for each GPU that is visible on this machine, else one."""
    import torch

    return max(1, torch.cuda.device_count()) if torch.cuda.is_available() else 1
