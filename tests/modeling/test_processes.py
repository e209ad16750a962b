"""Claims about starting several processes: what is started, what is shown of them, what is said when they stop."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import torch
from accelerate.commands.config.config_args import load_config_from_file
from accelerate.commands.launch import launch_command_parser
from accelerate.utils.launch import prepare_multi_gpu_env

from tunixlib.artifacts import read_json, write_json
from tunixlib.holding import RunError
from tunixlib.modeling import processes
from tunixlib.modeling.launching import CONFIGS, Launch, Machines
from tunixlib.modeling.processes import driver, part_of, run_job, wait_for_first, what_happened
from tunixlib.progress import PROGRESS_VARIABLE
from tunixlib.trees import PROJECT_ROOT

TWO = {"TUNIXLIB_MACHINES": "2", "TUNIXLIB_MAIN_PROCESS": "10.0.0.1:29500", "TUNIXLIB_JOBS": "jobs"}


@pytest.fixture
def surroundings(monkeypatch, tmp_path):
    """Set the variables that name machines; ``jobs`` is a folder."""
    monkeypatch.chdir(tmp_path)
    Path("jobs").mkdir()

    def say(**variables):
        for name in TWO:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return say


def test_where_nothing_is_said_there_is_one_machine(surroundings):
    surroundings()
    assert Machines.named() == Machines()
    surroundings(TUNIXLIB_MACHINES="1")
    assert Machines.named() == Machines()


def test_the_environment_names_the_machines(surroundings):
    surroundings(**TWO)
    assert Machines.named() == Machines(2, "10.0.0.1", "29500", "jobs")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"TUNIXLIB_MACHINES": ""}, "TUNIXLIB_MACHINES: found '', expected the number of machines"),
        ({"TUNIXLIB_MACHINES": "", "TUNIXLIB_JOBS": ""}, "TUNIXLIB_MACHINES: found '', expected the number of"),
        ({"TUNIXLIB_MACHINES": "", "TUNIXLIB_MAIN_PROCESS": ""}, "TUNIXLIB_MACHINES: found '', expected the number"),
        ({"TUNIXLIB_MACHINES": "two"}, "TUNIXLIB_MACHINES: found 'two', expected the number of machines"),
        ({"TUNIXLIB_MACHINES": "0"}, "TUNIXLIB_MACHINES: found '0', expected the number of machines"),
        ({"TUNIXLIB_MAIN_PROCESS": ""}, "TUNIXLIB_MAIN_PROCESS: found '', expected HOST:PORT"),
        ({"TUNIXLIB_MAIN_PROCESS": "10.0.0.1"}, "TUNIXLIB_MAIN_PROCESS: found '10.0.0.1', expected HOST:PORT"),
        ({"TUNIXLIB_JOBS": "nowhere"}, "TUNIXLIB_JOBS: found 'nowhere', expected a folder that all machines see"),
        ({"TUNIXLIB_JOBS": ""}, "TUNIXLIB_JOBS: found '', expected a folder that all machines see"),
    ],
)
def test_half_named_machines_are_an_error(surroundings, wrong, named):
    surroundings(**(TWO | wrong))
    with pytest.raises(ValueError, match=named):
        Machines.named()


def test_each_way_has_its_command():
    job = Path("job.json")
    launched = ["-m", "accelerate.commands.launch", "--config_file"]
    assert (
        Launch(3).command("a.b", job)[1:] == Launch(3, fsdp=True).command("a.b", job)[1:] == ["-m", "a.b", "job.json"]
    )
    of_all = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "TUNIXLIB_MEETING": "meeting"}
    assert Launch(2).environments(job) == [{"RANK": n, "LOCAL_RANK": n, **of_all} for n in "01"]
    assert Launch(4, machines=Machines(2, "10.0.0.1", "29500", "jobs")).environments(job) == [{}]
    assert Launch(4, machines=Machines(2, "10.0.0.1", "29500", "jobs")).command("a.b", job)[1:] == [
        *launched, str(CONFIGS / "ddp.yaml"), "--num_processes", "4", "--num_machines", "2", "--machine_rank", "0",
        "--main_process_ip", "10.0.0.1", "--main_process_port", "29500", "-m", "a.b", "job.json",
    ]  # fmt: skip


def test_shared_weights_get_the_settings_that_accelerate_would_hand_on():
    arguments = launch_command_parser().parse_args(["--num_processes", "2", "--num_machines", "1", "script"])
    arguments.use_fsdp, arguments.mixed_precision, arguments.dynamo_backend = True, "no", "no"
    for name, value in load_config_from_file(str(CONFIGS / "fsdp.yaml")).fsdp_config.items():
        setattr(arguments, name, value)
    handed_on = prepare_multi_gpu_env(arguments)
    [first, second] = Launch(2, fsdp=True).environments(Path("job.json"))
    settings = {name: value for name, value in first.items() if "FSDP" in name}
    assert settings == {name: handed_on[name] for name in settings} and settings["FSDP_VERSION"] == "2"
    assert len(settings) == 5 and settings.items() <= second.items()


LISTENER = """
import json, pathlib, sys
import psutil, torch
from tunixlib.modeling.processes import meeting, part_of, rank
with part_of(pathlib.Path(sys.argv[1])), meeting("cpu"):
    one = torch.ones(1)
    torch.distributed.all_reduce(one)
    found = [c.laddr.ip for c in psutil.Process().net_connections() if c.status == "LISTEN"]
    pathlib.Path(json.loads(pathlib.Path(sys.argv[1]).read_text())["out"], f"{rank()}.json").write_text(
        json.dumps([int(one), found]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="gloo is kept to this machine by the name that Linux gives it")
def test_processes_of_one_machine_listen_on_its_own_address_only(tmp_path, monkeypatch):
    """All that listens: there is no launcher beside the processes."""
    (tmp_path / "listener.py").write_text(LISTENER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    run_job("listener", {"out": str(tmp_path)}, Launch(2), "eval", 1, RuntimeError)
    for number in range(2):
        summed, listening = read_json(tmp_path / f"{number}.json")
        assert summed == 2 and listening and set(listening) == {"127.0.0.1"}


def test_the_configs_are_ones_that_accelerate_reads():
    ddp, fsdp = (load_config_from_file(str(CONFIGS / f"{name}.yaml")) for name in ("ddp", "fsdp"))
    assert (ddp.distributed_type, fsdp.distributed_type) == ("MULTI_GPU", "FSDP")
    assert (ddp.mixed_precision, fsdp.mixed_precision) == ("no", "no"), "precision is the notebook's"
    assert fsdp.fsdp_config["fsdp_version"] == 2


@dataclass(frozen=True)
class Stand(Launch):
    """A stand-in for the launcher: Python code with the job's folder in ``here``."""

    code: str = ""

    def command(self, module, job):
        start = f"import json, pathlib, time; here = pathlib.Path({str(job.parent)!r})"
        return [sys.executable, "-c", f"{start}\n{self.code}"]

    def environments(self, job):
        return [{}]


def test_what_several_processes_report_is_one_sum(tmp_path, monkeypatch):
    """The stand-in ends when the sum of both has been shown."""
    monkeypatch.setenv(PROGRESS_VARIABLE, str(tmp_path / "shown.json"))
    write_json(tmp_path / "shown.json", {"done": 0})
    code = f"""
for number, done in enumerate((3, 4)):
    (here / f"progress-{{number}}.json").write_text(json.dumps({{"done": done, "note": ""}}))
while json.loads(pathlib.Path({str(tmp_path / "shown.json")!r}).read_text())["done"] != 7:
    time.sleep(0.05)
"""
    run_job("a.b", {}, Stand(2, code=code), "eval", 7, RuntimeError)
    assert read_json(tmp_path / "shown.json")["done"] == 7


def test_a_job_names_the_process_that_wants_it_and_a_failure_is_the_callers_error(tmp_path):
    copy = tmp_path / "copy.json"
    code = f"pathlib.Path({str(copy)!r}).write_text((here / 'job.json').read_text()); print('out of luck'); exit(3)"
    with pytest.raises(LookupError, match=r"eval: 2 processes stopped without a message(.|\n)*out of luck"):
        run_job("a.b", {"rows": 5}, Stand(2, code=code), "eval", 7, LookupError)
    assert json.loads(copy.read_text()) == {"rows": 5, "driver": driver()}


def test_a_folder_that_machines_share_holds_nothing_of_the_job_before_and_is_left_clean(tmp_path):
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    for name in ("error-1.txt", "progress-0.json", "output.txt", "mine.txt"):
        (jobs / name).write_text("of an earlier job")
    launch = Stand(2, machines=Machines(2, "a", "1", str(jobs)), code="exit(3)")
    with pytest.raises(RuntimeError, match="2 processes stopped without a message"):
        run_job("a.b", {}, launch, "eval", 7, RuntimeError)
    assert sorted(path.name for path in jobs.iterdir()) == [".work", "mine.txt"]


def test_a_folder_that_machines_share_serves_one_job_at_a_time(tmp_path):
    (tmp_path / "jobs").mkdir()
    code = (
        "import sys, pathlib; from tunixlib.holding import hold; lock = hold(pathlib.Path(sys.argv[1])); print('held', "
    )
    code += "flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(tmp_path / "jobs")]
    how = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "cwd": PROJECT_ROOT}
    with subprocess.Popen(command, **how) as other:
        assert other.stdout.readline() == b"held\n"
        launch = Stand(2, machines=Machines(2, "a", "1", str(tmp_path / "jobs")), code="exit(3)")
        with pytest.raises(RunError, match=f"'jobs' is in use by process {other.pid}"):
            run_job("a.b", {}, launch, "eval", 7, LookupError)
        other.stdin.close()


def test_processes_of_other_machines_wait_until_the_first_has_written(monkeypatch):
    store = torch.distributed.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", str(store.port))
    monkeypatch.setattr(processes, "LONGEST_WRITING", timedelta(milliseconds=50))
    wait_for_first(1)  # on one machine nobody waits
    monkeypatch.setenv("GROUP_WORLD_SIZE", "2")
    with pytest.raises(RuntimeError, match="timeout"):
        wait_for_first(1)
    wait_for_first(0)
    wait_for_first(1)


def test_workers_that_leave_no_message_are_quoted(tmp_path):
    (tmp_path / "output.txt").write_text("\n".join(f"line {i}" for i in range(40)))
    said = what_happened(tmp_path, 2)
    assert said.startswith("2 processes stopped without a message") and said.endswith("line 39")
    assert "line 24\n" not in said and "line 25\n" in said


@pytest.mark.parametrize(
    ("error", "said"), [(OSError("no room"), "no room"), (TypeError("no"), "no"), (AssertionError(), "AssertionError")]
)
def test_a_worker_leaves_its_message_under_its_number(tmp_path, monkeypatch, error, said):
    monkeypatch.setenv("RANK", "1")
    write_json(tmp_path / "job.json", {"driver": driver()})
    with pytest.raises(type(error)), part_of(tmp_path / "job.json"):
        raise error
    assert what_happened(tmp_path, 2) == f"process 2 of 2 stopped: {said}"


def test_a_worker_of_another_machine_does_not_look_for_its_driver_here(tmp_path, monkeypatch):
    """It still ends with the process that started it."""
    looked = []
    monkeypatch.setattr(processes, "end_with", looked.append)
    for host in ("elsewhere", driver()["host"]):
        write_json(tmp_path / "job.json", {"driver": {**driver(), "host": host}})
        with part_of(tmp_path / "job.json"):
            pass
    assert [[found["pid"] for found in those] for those in looked] == [[os.getppid()], [os.getppid(), os.getpid()]]


@pytest.mark.parametrize("others", ["[me, gone]", "[gone, me]"])
def test_a_worker_ends_when_its_driver_or_its_parent_is_gone(others):
    code = (
        "from tunixlib.modeling.processes import driver, end_with; me = driver(); gone = {**me, 'started': -1.0}; "
        f"end_with({others}); print('still here')"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT_ROOT, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (1, "", "")


STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
(here / "progress.json").write_text(json.dumps({"done": 1, "note": ""}))
(here / "pids.txt").write_text(str(child.pid))
time.sleep(300)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there nothing can ignore its end")
def test_an_error_ends_what_does_not_want_to_end_and_its_children(monkeypatch):
    children = []

    def fail(folder, bar):
        if (folder / "pids.txt").is_file() and (pid := (folder / "pids.txt").read_text()):
            children.append(psutil.Process(int(pid)))
            raise LookupError("the first error")

    monkeypatch.setattr(processes, "_show", fail)
    monkeypatch.setattr(processes, "PATIENCE", 0.2)
    with pytest.raises(LookupError, match="the first error"):
        run_job("a.b", {}, Stand(1, code=STUBBORN), "eval", 7, RuntimeError)
    assert not children[0].is_running() or children[0].status() == psutil.STATUS_ZOMBIE
