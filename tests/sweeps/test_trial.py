"""What a worker does with a trial: finished ones stay, failures are results, a dead kernel is tried again."""

import os

import pytest

from tunixlib.artifacts import write_json, write_text
from tunixlib.holding import InUseError
from tunixlib.running.notebooks import KernelDiedError, NotebookError
from tunixlib.running.profiles import load_profile
from tunixlib.runs import MANIFEST, ROOT_VARIABLE
from tunixlib.sweeps import trial
from tunixlib.sweeps.trial import Question, Task, ask_again, make_trial


@pytest.fixture
def task(tmp_path, monkeypatch):
    for name in (ROOT_VARIABLE, *trial.THREADS):
        monkeypatch.setenv(name, "")
    return Task("tries-1", load_profile("smoke"), {"RUN_ID": "tries-1"}, "python -m tunixlib run", str(tmp_path), 2)


def test_a_worker_takes_the_threads_of_its_processors_and_the_drivers_folder_of_runs(task, tmp_path, monkeypatch):
    seen = {}
    monkeypatch.setattr(trial, "run_pipeline", lambda *given, **options: seen.update(options, run_id=given[1]))
    assert make_trial(task, print) == ("sealed", "")
    assert [os.environ[name] for name in trial.THREADS] == ["2", "2", "2"]
    assert os.environ[ROOT_VARIABLE] == str(tmp_path)
    assert seen == {"run_id": "tries-1", "command": task.command, "bundle": False}


def test_a_sealed_trial_is_left_as_it_is(task, tmp_path, monkeypatch):
    write_json(tmp_path / "tries-1" / MANIFEST, {})
    monkeypatch.setattr(trial, "run_pipeline", None)
    assert make_trial(task, print) == ("sealed before", "")


def test_what_would_fail_again_is_a_result_and_a_dead_kernel_is_not(task, monkeypatch):
    def fails(error):
        def pipeline(*given, **options):
            raise error

        monkeypatch.setattr(trial, "run_pipeline", pipeline)

    fails(NotebookError("02_train.ipynb, cell 3: loss nan"))
    assert make_trial(task, print) == ("failed", "02_train.ipynb, cell 3: loss nan")
    fails(OSError(28, "No space left on device"))
    assert "the disk is full" in make_trial(task, print)[1]
    fails(KernelDiedError("02_train.ipynb: the kernel died"))
    with pytest.raises(KernelDiedError):
        make_trial(task, print)


def test_a_machine_with_another_tunixlib_makes_and_asks_nothing(task, tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "run_pipeline", None)
    other = Task(task.run_id, task.profile, task.parameters, task.command, task.root, code="0" * 64)
    assert make_trial(other, print)[0] == "failed"
    assert "found another tunixlib, notebook or data set on this machine" in make_trial(other, print)[1]
    question = Question(str(tmp_path), "tries-1", "stage_c", "eval-core", 3, tmp_path / "out", code="0" * 64)
    assert "found another tunixlib" in ask_again(question)


def test_a_trial_that_somebody_else_holds_is_left_for_another_try(task, monkeypatch):
    def pipeline(*given, **options):
        raise InUseError("run 'tries-1' is in use by process 7 on other")

    said = []
    monkeypatch.setattr(trial, "run_pipeline", pipeline)
    monkeypatch.setattr(trial, "WAIT_IN_USE", 0.0)
    with pytest.raises(InUseError):
        make_trial(task, said.append)
    assert said == ["run 'tries-1' is in use by process 7 on other; tried again in 0 s"]


@pytest.mark.parametrize("what", ["notebooks/01_seed.ipynb", "data/mine/manifest.json"])
def test_another_notebook_or_data_set_is_another_machine(tmp_path, monkeypatch, what):
    monkeypatch.setattr(trial, "PROJECT_ROOT", tmp_path)
    monkeypatch.setattr(trial.datasets, "DATA_ROOT", tmp_path / "data")
    before = trial.code_sha256()
    write_text(tmp_path / what, "{}")
    assert trial.code_sha256() != before
    assert "found another tunixlib, notebook or data set" in trial.other_code(before)


def test_a_winner_without_weights_is_said(tmp_path, monkeypatch, run):
    for name in (ROOT_VARIABLE, *trial.THREADS):
        monkeypatch.setenv(name, "")
    for path in run.root.rglob("*.safetensors"):
        path.unlink()
    question = Question(str(run.root.parent), run.run_id, "stage_c", "eval-core", 3, tmp_path / "out")
    assert "found no weights of stage_c" in ask_again(question)
