"""Sweeps whose trials are made here and at once: what Ray does is in test_cluster.py."""

from contextlib import contextmanager

import pytest

from tunixlib.running.parameters import declared_defaults, merge_declared, stage_notebooks
from tunixlib.runs import ROOT_VARIABLE
from tunixlib.sweeps import plan, run_sweep


@pytest.fixture(scope="session")
def notebooks():
    """What the notebooks declare, read once: parameters by notebook, and defaults."""
    return merge_declared(stage_notebooks()), declared_defaults(stage_notebooks())


@pytest.fixture
def place(tmp_path, monkeypatch, notebooks):
    """A folder of one's own for runs; sweep files beside it."""
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setattr(plan, "merge_declared", lambda paths: notebooks[0])
    monkeypatch.setattr(plan, "declared_defaults", lambda paths: notebooks[1])
    return tmp_path


@pytest.fixture
def in_turn(monkeypatch):
    """No Ray: one trial after the other, in this process."""

    @contextmanager
    def cluster(address, shares):
        yield shares

    def run_trials(tasks, shares, storage, make, watch):
        endings = {}
        for task in tasks:
            endings[task.run_id] = make(task, lambda words, name=task.run_id: watch.said(name, words))
            watch.ended(task.run_id, endings[task.run_id])
        return endings

    def run_questions(questions, shares, ask, say):
        return {question.run_id: ask(question) for question in questions}

    monkeypatch.setattr(run_sweep, "require_ray", lambda address: None)
    for function in (cluster, run_trials, run_questions):
        monkeypatch.setattr(run_sweep, function.__name__, function)
