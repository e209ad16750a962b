"""Two machines share a segment: here both are this one, under one address; the command is that of the README."""

import os
import re
import shlex
import socket
import subprocess
import sys
from contextlib import closing

import pytest
from training.test_distributed import NAMES

from tunixlib.artifacts import read_jsonl
from tunixlib.running.preparing import check_inputs
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.plan import plan_segment
from tunixlib.training.sft import train_segment
from tunixlib.trees import PROJECT_ROOT


def documented(port, jobs):
    """What notebooks/README.md starts on machine 1, for two processes and one address."""
    text = (PROJECT_ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    [command] = re.findall(r"^while accelerate (launch .*?)\ndo :; done$", text, re.MULTILINE | re.DOTALL)
    here = {"10.0.0.1": "127.0.0.1", "29500": str(port), "processes 4": "processes 2", "/shared/jobs": str(jobs)}
    for there in here:
        assert there in command
        command = command.replace(there, here[there])
    launch, *words = shlex.split(command.replace("\\\n", " "))
    return [sys.executable, "-m", f"accelerate.commands.{launch}", *words]


@pytest.fixture
def surroundings(tmp_path, monkeypatch):
    """This machine is the first of two; gives the port and the folder of jobs."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    monkeypatch.setenv("TUNIXLIB_MACHINES", "2")
    monkeypatch.setenv("TUNIXLIB_MAIN_PROCESS", f"127.0.0.1:{port}")
    monkeypatch.setenv("TUNIXLIB_JOBS", str(jobs))
    return port, jobs


@pytest.fixture
def second(surroundings, tmp_path, monkeypatch):
    """The second machine, started as documented, where no variable names machines."""
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo")
    environment = {name: value for name, value in os.environ.items() if name != "TUNIXLIB_MACHINES"}
    with open(tmp_path / "second.txt", "wb") as output:
        how = {"cwd": PROJECT_ROOT, "env": environment, "stdout": output, "stderr": output}
        process = subprocess.Popen(documented(*surroundings), **how)
        yield process
        process.terminate()
        process.wait(timeout=60)


@pytest.mark.skipif(sys.platform != "linux", reason="gloo is kept to this machine by the name that Linux gives it")
def test_two_machines_train_what_one_trains(tiny_folder, batches, tmp_path, surroundings, second, monkeypatch):
    config = SFTConfig(learning_rate=1e-3, precision="float32", compile="off")
    two = train_segment(tiny_folder, batches, config.model_copy(update={"processes": 2}), tmp_path / "two", **NAMES)
    assert second.wait(timeout=60) == 0
    for name in ("TUNIXLIB_MACHINES", "TUNIXLIB_MAIN_PROCESS", "TUNIXLIB_JOBS"):
        monkeypatch.delenv(name)
    train_segment(tiny_folder, batches, config, tmp_path / "one", **NAMES)
    one, both = ([row["loss"] for _, row in read_jsonl(tmp_path / name / "metrics.jsonl")] for name in ("one", "two"))
    assert both == pytest.approx(one, abs=1e-5)
    assert two.chosen["processes"] == 2
    assert [path.name for path in surroundings[1].iterdir()] == [".work"]


def test_half_named_machines_stop_a_run_before_it_starts(surroundings, monkeypatch):
    check_inputs({"MODEL": "tiny"})
    monkeypatch.delenv("TUNIXLIB_JOBS")
    with pytest.raises(ValueError, match="TUNIXLIB_JOBS: found '', expected a folder that all machines see"):
        check_inputs({"MODEL": "tiny"})


def test_every_machine_has_as_many_processes(tiny_folder, surroundings):
    found = plan_segment(tiny_folder, 4, 60, 40, SFTConfig(processes=4))
    assert (found.choice.processes, found.choice.rows_at_once) == (4, 1)
    with pytest.raises(TrainingError, match="found 3 processes on 2 machines, expected as many on each"):
        plan_segment(tiny_folder, 4, 60, 40, SFTConfig(processes=3))
