"""A study under a bar says which runs are of another machine class or precision, and nothing where none is."""

import copy

import pytest
from studies.study_runs import MACHINE, RECORD, bar_of, planted, write_runs

from tunixlib.artifacts import read_json, write_json
from tunixlib.runs import MANIFEST, Run
from tunixlib.studies import results
from tunixlib.studies.document import study_texts
from tunixlib.studies.machines import machine_words
from tunixlib.trees import PROJECT_ROOT

OTHERWISE = "Runs of another machine class than `orders-s1`, so that rounding differs: "


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "refusals", lambda *sides: [])
    write_runs(tmp_path, bar_of(), planted(60, 0.2))
    return tmp_path


def change(root, run_id, **changes):
    path = root / run_id / MANIFEST
    write_json(path, {**read_json(path), "environment": {**copy.deepcopy(MACHINE), **changes}})


def limits(root):
    text = study_texts(root, bar_of(), b"", RECORD)["analysis.md"].decode()
    return text.split("## Limits\n\n")[1].split("\n\n")[0].splitlines()


def test_runs_of_one_machine_class_are_told_nothing_of(made):
    assert "machine" not in "\n".join(limits(made))


def test_each_run_on_another_machine_is_named_with_what_differs(made):
    change(made, "orders-s2", cpu="Apple M3", python="3.12.1")
    change(made, "orders-s3", packages={"torch": "2.12.0"})
    assert limits(made)[-1] == (
        f"- {OTHERWISE}`orders-s2` (cpu: 'a processor', then 'Apple M3'; python: '3.11', then '3.12'), "
        "`orders-s3` (torch: '2.13.0', then '2.12.0')."
    )


def test_another_precision_is_said_once_however_many_segments_took_it(made):
    segments = ("flat/stage_1", "curriculum/stage_a")
    for run_id, precision in (("orders-s1", "float32"), ("orders-s2", "bfloat16"), ("orders-s3", "float32")):
        training = {segment: {"precision": precision, "precision_reason": run_id} for segment in segments}
        change(made, run_id, training=training)
    assert limits(made)[-1] == f"- {OTHERWISE}`orders-s2` (precision: 'float32', then 'bfloat16')."


@pytest.mark.parametrize("study", ["order-135m", "correction-135m"])
def test_the_committed_studies_are_of_one_class_each(study):
    runs = [Run(PROJECT_ROOT / "submission_runs" / f"{study}-s{seed}") for seed in (1, 2, 3)]
    assert machine_words(runs) == []
