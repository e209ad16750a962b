"""A sweep on Ray: two machines share the trials, a killed worker or driver costs no more than what it was doing.

``make test-cluster`` sets ``TUNIXLIB_TEST_CLUSTER``; then Ray that is not installed is a failure, else a skip.
"""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
import sweep_helpers
from fault_helpers import unmeasured
from sweep_helpers import write_sweep_file

from tunixlib.artifacts import read_json, write_text
from tunixlib.evidence.verify import verify_run
from tunixlib.runs import ROOT_VARIABLE, Run
from tunixlib.sweeps import placing
from tunixlib.sweeps.cluster import Shares, require_ray
from tunixlib.sweeps.run_sweep import run_sweep
from tunixlib.sweeps.spec import SweepError
from tunixlib.sweeps.trial import make_trial
from tunixlib.sweeps.verify_sweep import verify_sweep
from tunixlib.trees import PROJECT_ROOT

ASKED = "TUNIXLIB_TEST_CLUSTER"
HERE = (PROJECT_ROOT, PROJECT_ROOT / "tests", Path(__file__).parent)
PATIENCE = 240  # seconds until whoever waits for somebody else gives up


@pytest.fixture(scope="module")
def ray_here():
    """Skip unless sweeps are to be tested on Ray."""
    if not os.environ.get(ASKED):
        pytest.skip("Ray: make test-cluster")
    if importlib.util.find_spec("ray") is None:
        pytest.fail("found no Ray, expected that of requirements-cluster.txt")
    require_ray(None)  # every machine of a cluster made here is 127.0.0.1


@pytest.fixture(scope="module")
def two_machines(ray_here):
    """The address of a cluster of two machines, both here, with one processor each."""
    from ray.cluster_utils import Cluster

    options = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": 80 * 1024 * 1024}
    # A machine of a cluster imports what is installed there, or stands in its PYTHONPATH; so do the nodes made here.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, HERE)), prepend=os.pathsep)
        patch.setenv("RAY_worker_niceness", "0")  # by default Ray's workers wait for whatever else is at work
        cluster = Cluster(initialize_head=True, head_node_args=options)
        cluster.add_node(num_cpus=1, object_store_memory=80 * 1024 * 1024)
        yield cluster.address
        cluster.shutdown()


def note(task, words):
    """One more line about a trial, beside its run."""
    path = Path(task.root).parent / f"{task.run_id}.txt"
    with path.open("a", encoding="utf-8") as stream:
        stream.write(words + "\n")
    return path.read_text(encoding="utf-8").splitlines()


def node():
    import ray

    return ray.get_runtime_context().get_node_id()


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.2)


def make_together(task, say):
    """Begins when the other trial has begun; the first time, its worker dies."""
    tries = note(task, node())
    wait_for(lambda: len(list(Path(task.root).parent.glob("tries-*.txt"))) == 2)
    if len(tries) == 1 and task.parameters["LEARNING_RATE"] == 3e-3:
        os.kill(os.getpid(), signal.SIGKILL)
    if task.parameters["LEARNING_RATE"] == 1e-3:
        say(f"threads {task.threads}")
    return sweep_helpers.make(task, say)


def test_two_machines_share_the_trials_and_one_whose_worker_dies_is_made_by_another(two_machines, place):
    said = []
    file = write_sweep_file(place / "sweep.yaml", grid={"LEARNING_RATE": [1e-3, 3e-3]})
    found = run_sweep(file, said.append, address=two_machines, make=make_together, ask=sweep_helpers.ask)
    tries = {row.values["LEARNING_RATE"]: (place / f"{row.trials[0].run_id}.txt") for row in found.ranking}
    lines = {rate: path.read_text(encoding="utf-8").splitlines() for rate, path in tries.items()}
    assert (len(lines[1e-3]), len(lines[3e-3])) == (1, 2)
    assert lines[1e-3][0] != lines[3e-3][0], "each began on a machine of its own"
    assert [line.partition(": ")[2] for line in said if "died" in line] == [
        "its worker died; it is tried again, and goes on"
    ]
    assert found.ranking[0].values == {"LEARNING_RATE": 3e-3}
    assert (found.folder / "sweep.json").is_file()


def always_dies(task, say):
    note(task, "tried")
    if task.parameters["LEARNING_RATE"] == 3e-3:
        os.kill(os.getpid(), signal.SIGKILL)
    return sweep_helpers.make(task, say)


def test_a_trial_whose_worker_always_dies_fails_and_the_others_are_ranked(two_machines, place, monkeypatch):
    monkeypatch.setattr(placing, "RETRIES", 1)
    file = write_sweep_file(place / "sweep.yaml", grid={"LEARNING_RATE": [1e-3, 3e-3]})
    found = run_sweep(file, print, address=two_machines, make=always_dies, ask=sweep_helpers.ask)
    (run_id,) = found.failed
    assert (place / f"{run_id}.txt").read_text(encoding="utf-8").count("tried") == 2
    assert found.failed[run_id] == "its worker died (2 tries)"
    assert [row.values["LEARNING_RATE"] for row in found.ranking] == [1e-3]


def asked_in_turn(question):
    """Says when it began and ended."""
    path = Path(question.root).parent / "asked.txt"
    with path.open("a", encoding="utf-8") as stream:
        stream.write("begun\n")
    time.sleep(1.0)
    with path.open("a", encoding="utf-8") as stream:
        stream.write("ended\n")
    return sweep_helpers.ask(question)


def test_no_more_questions_at_once_than_asked_for(two_machines, place):
    file = write_sweep_file(place / "sweep.yaml", grid=None, seeds=[0, 1], set={"LEARNING_RATE": 1e-3})
    run_sweep(file, print, address=two_machines, shares=Shares(at_once=1), make=sweep_helpers.make, ask=asked_in_turn)
    assert (place / "asked.txt").read_text(encoding="utf-8").split() == ["begun", "ended"] * 2


def test_the_winner_is_trained_again_on_the_same_cluster(two_machines, place):
    report = {"eval_set": "eval-core", "items": 10, "seeds": [101, 102]}
    file = write_sweep_file(place / "sweep.yaml", grid={"LEARNING_RATE": [1e-3, 3e-3]}, report=report)
    found = run_sweep(file, print, address=two_machines, make=sweep_helpers.make, ask=sweep_helpers.ask)
    name = found.ranking[0].trials[0].run_id
    assert [trial.run_id for trial in found.made[2:]] == [f"{name}-s101", f"{name}-s102"]
    assert sorted(found.evaluated) == [f"{name}-s101", f"{name}-s102"]


def test_an_exported_variable_does_not_open_ray_to_others(ray_here, monkeypatch):
    monkeypatch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "1")
    require_ray(None)
    assert os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] == "0"


def seals_elsewhere(task, say):
    return "sealed", ""


def test_a_trial_that_lies_on_another_machine_ends_the_sweep_with_what_to_do(two_machines, place):
    file = write_sweep_file(place / "sweep.yaml", grid={"LEARNING_RATE": [1e-3, 3e-3]})
    with pytest.raises(SweepError, match="found it sealed where it was made and not here"):
        run_sweep(file, print, address=two_machines, make=seals_elsewhere, ask=sweep_helpers.ask)


def test_more_processors_than_a_machine_has_are_refused_before_anything_waits_for_them(two_machines, place):
    with pytest.raises(SweepError, match=r"1 CPUs, 0 GPUs; 1 CPUs, 0 GPUs, expected one with 2 CPUs and 0 GPUs"):
        run_sweep(write_sweep_file(place / "sweep.yaml"), print, address=two_machines, shares=Shares(cpus=2))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("127.0.0.1:1", "--address 127.0.0.1:1: found nothing that answers"),
        ("127.0.0.1", "--address 127.0.0.1: expected HOST:PORT"),
        ("ray://127.0.0.1:10001", "expected HOST:PORT as `ray start --head` says it, or auto"),
    ],
)
def test_an_address_where_no_cluster_answers_is_refused_at_once(ray_here, place, address, message):
    with pytest.raises(SweepError, match=re.escape(message)):
        run_sweep(write_sweep_file(place / "sweep.yaml"), print, address=address)


def test_ray_that_does_not_start_here_says_to_repeat(ray_here, place, monkeypatch):
    import ray

    def init(*args, **kwargs):
        raise Exception("The current node timed out during startup.\nlogs")  # as Ray says it

    monkeypatch.setattr(ray, "init", init)
    expected = "Ray did not start on this machine (The current node timed out during startup.); expected it to within"
    with pytest.raises(SweepError, match=re.escape(expected)):
        run_sweep(write_sweep_file(place / "sweep.yaml"), print)


def dies_after_training(task, say):
    """A real trial whose worker is killed once, when the baseline is trained."""
    run, first = Run(Path(task.root) / task.run_id), len(note(task, "tried")) == 1
    if first and task.parameters["LEARNING_RATE"] == 1e-3:

        def kill():
            wait_for(lambda: run.record("02_train") is not None)
            time.sleep(1.0)
            os.kill(os.getpid(), signal.SIGKILL)

        threading.Thread(target=kill, daemon=True).start()
    return make_trial(task, say)


@pytest.mark.slow
def test_a_real_sweep_with_a_killed_worker_ends_with_evidence_that_verifies(two_machines, place):
    said = []
    file = write_sweep_file(
        place / "sweep.yaml", grid={"LEARNING_RATE": [1e-3, 3e-3]},
        set={"CORRECTION_ARMS": [], "MAX_STEPS": 1, "MAX_NEW_TOKENS": 8},
        choose={"eval_set": "eval-dev", "items": 3}, report={"eval_set": "eval-core", "items": 3},
    )  # fmt: skip
    found = run_sweep(file, said.append, address=two_machines, make=dies_after_training)
    by_rate = {trial.values["LEARNING_RATE"]: trial.run_id for trial in found.trials}
    own = [line.partition(": ")[2] for line in said if line.startswith(f"{by_rate[1e-3]}: ")]
    died = own.index("its worker died; it is tried again, and goes on")
    assert "[1/6] 01_seed: unchanged, skipped" in own[died:]
    assert own[-1] == "asked" or own[-1] == "sealed"
    assert [str(problem) for problem in verify_sweep(found.folder).problems] == []
    for run_id in by_rate.values():
        assert verify_run(place / "runs" / run_id).problems == []
        training = read_json(place / "runs" / run_id / "run_manifest.json")["environment"]["training"]
        assert {chosen["threads"] for chosen in training.values()} == {1}


DRIVER = """
import os, sys, time
from pathlib import Path
sys.path[:0] = [sys.argv[2]]
import sweep_helpers
from tunixlib.sweeps.run_sweep import run_sweep

def make(task, say):
    if task.parameters["LEARNING_RATE"] != 1e-3:
        Path(task.root, "waits").touch()
        time.sleep(600)
    return sweep_helpers.make(task, say)

run_sweep(Path(sys.argv[1]), print, make=make, ask=sweep_helpers.ask)
"""


def test_a_killed_sweep_leaves_no_process_and_continues_with_what_is_not_finished(two_machines, place, request):
    file, helpers = write_sweep_file(place / "sweep.yaml"), str(Path(__file__).parent)
    variables = {ROOT_VARIABLE: str(place / "runs"), "PYTHONPATH": os.pathsep.join([str(PROJECT_ROOT), *sys.path])}
    write_text(place / "driver.py", DRIVER)
    command = [sys.executable, str(place / "driver.py"), str(file), helpers]
    driver = subprocess.Popen(command, env={**unmeasured(), **variables}, cwd=PROJECT_ROOT)
    sealed_runs = lambda: [path.parent.name for path in (place / "runs").glob("*/run_manifest.json")]  # noqa: E731
    wait_for(lambda: driver.poll() is not None or ((place / "runs" / "waits").is_file() and sealed_runs()))
    children = psutil.Process(driver.pid).children(recursive=True)
    assert children, "Ray is at work"
    driver.kill()
    driver.wait()
    wait_for(lambda: not [child for child in children if child.is_running() and child.status() != "zombie"])
    sealed = sealed_runs()
    assert len(sealed) == 1
    request.getfixturevalue("in_turn")
    made = []
    found = run_sweep(
        file, print, make=lambda task, say: made.append(task.run_id) or sweep_helpers.make(task, say),
        ask=sweep_helpers.ask,
    )  # fmt: skip
    assert sorted(made + sealed) == sorted(trial.run_id for trial in found.trials)
    assert len(found.ranking) == 3
