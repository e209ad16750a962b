"""How several processes are started: by which command, on one machine or several.

    Launch(processes=2).command("tunixlib.training.workers", job)       # python -m torch.distributed.run ...
    Launch(4, fsdp=True, machines=Machines.named())                     # accelerate launch, on the first of them

The processes of one machine talk over its own addresses only. Several machines share a job when the environment of the
command on the first one says so: ``TUNIXLIB_MACHINES``, ``TUNIXLIB_MAIN_PROCESS``, ``TUNIXLIB_JOBS``
(notebooks/README.md has the commands of all of them).
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tunixlib.runs import PROJECT_ROOT

# For `accelerate launch --config_file`, on one machine or several.
CONFIGS = PROJECT_ROOT / "notebooks" / "profiles" / "accelerate"
# How many machines share a job; HOST:PORT where the first one listens; a folder that all of them see.
MACHINES, MAIN_PROCESS, JOBS = "TUNIXLIB_MACHINES", "TUNIXLIB_MAIN_PROCESS", "TUNIXLIB_JOBS"


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
        if MACHINES not in os.environ:
            return cls()
        given = {name: os.environ.get(name, "") for name in (MACHINES, MAIN_PROCESS, JOBS)}
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
        """What starts the processes of this machine, the first one."""
        worker = ["-m", module, str(job)]
        if self.machines.count == 1 and not self.fsdp:
            return [
                sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1",
                "--nproc-per-node", str(self.processes), *worker,
            ]  # fmt: skip
        config = CONFIGS / ("fsdp.yaml" if self.fsdp else "ddp.yaml")
        several = ["--main_process_port", "0"]  # any that is free
        if self.machines.count > 1:
            several = ["--num_machines", str(self.machines.count), "--machine_rank", "0"]
            several += ["--main_process_ip", self.machines.host, "--main_process_port", self.machines.port]
        return [
            sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(config),
            "--num_processes", str(self.processes), *several, *worker,
        ]  # fmt: skip


def devices_here() -> int:
    """One for each GPU that is visible on this machine, else one."""
    import torch

    return max(1, torch.cuda.device_count()) if torch.cuda.is_available() else 1
