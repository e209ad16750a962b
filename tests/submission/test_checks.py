"""The parts of verification that the one made run does not reach: leaks as text, other training parameters."""

import json

import pytest
from made_run import write_arm

from tunixlib.artifacts import read_json, read_jsonl, write_json, write_jsonl
from tunixlib.submission.check_training import check_training
from tunixlib.submission.evidence import Evidence
from tunixlib.submission.leaks import leaks_in
from tunixlib.submission.notebook_check import assignments, unfinished
from tunixlib.submission.problems import Problem


@pytest.mark.parametrize(
    "text",
    [
        "in /home/ada/runs/x",
        '"/work/runs/a.py"',
        "(/Users/ada/x.png)",
        "/root/.cache/model",
        "C:\\Users\\ada",
        "D:\\data\\runs\\x",
        "hf_" + "a" * 34,
        "ghp_" + "A1" * 18,
        "AKIA" + "ABCD1234" * 2,
        "-----BEGIN RSA PRIVATE KEY-----",
        "KAGGLE_KEY=0123456789abcdef",
    ],
)
def test_a_path_or_a_secret_is_a_leak(text):
    assert len(list(leaks_in("analysis.md", text, text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/home/ada",
        "submission_runs/demo/home/x",
        "a/work/b",
        "3/4 of 12:\\n",
        "A:\nB",
        "home work",
        "/tmp/x",
        "task-based learning for everyone here",
        "HF_TOKEN is never read",
    ],
)
def test_ordinary_text_is_no_leak(text):
    assert list(leaks_in("analysis.md", text, text)) == []


def test_a_secret_is_not_repeated_in_the_message():
    secret = "hf_" + "abcdefgh" * 4
    assert secret not in str(next(leaks_in("analysis.md", secret, secret)))


def test_questions_and_completions_may_name_paths_but_hold_no_secret():
    row = {"completion": "cd /home/ada"}
    assert list(leaks_in("predictions/x/base.jsonl", json.dumps(row), [row])) == []
    row = {"completion": "hf_" + "a" * 34}
    assert len(list(leaks_in("predictions/x/base.jsonl", json.dumps(row), [row]))) == 1


def test_a_problem_says_what_was_found_where_what_was_expected_and_what_to_do():
    assert str(Problem("a.json", "1", "2", "run it again")) == "a.json: found 1, expected 2; run it again"


@pytest.fixture
def retrain(run):
    """Both arms trained again with other parameters; gives the problems of training."""

    def again(left_out=(), **parameters):
        provenance = read_json(run.path("provenance.json"))
        for entry in provenance["stages"][1:3]:
            entry["parameters"] |= parameters
            write_arm(run, entry["stage"], entry["parameters"], left_out)
        write_json(run.path("provenance.json"), provenance)
        return lambda: [str(p) for p in check_training(Evidence(run.root, read_json(run.path("run_manifest.json"))))]

    return again


def longest_id(run):
    return max(Evidence(run.root, {}).dataset, key=lambda trace: len(trace.steps)).trace_id


def test_a_limit_of_steps_cuts_every_segment(run, retrain):
    problems = retrain(MAX_STEPS=3)
    assert problems() == []
    path = run.path("training", "flat", "stage_1", "order.jsonl")
    rows = [row for _, row in read_jsonl(path)]
    assert len(rows) == 3
    write_jsonl(path, rows[:2])
    assert "training/flat/stage_1/order.jsonl: found 2 batches, another at step 2" in problems()[0]
    write_jsonl(path, [rows[0], rows[0] | {"step": 2}, rows[2]])
    assert "another at step 2, expected the 3 batches" in problems()[0]


def test_a_trace_over_the_limit_is_left_out_everywhere(run, retrain):
    lengths = read_json(run.path("training", "flat", "lengths.json"))
    assert retrain(MAX_LENGTH=max(lengths.values()) - 1)() == []


def test_a_trace_within_the_limit_may_not_be_missing(run, retrain):
    found = retrain({longest_id(run)})()
    assert {problem.split(":")[0].split("/")[1] for problem in found} == {"flat", "curriculum"}
    assert all("order.jsonl: found" in problem or "other tokens per step" in problem for problem in found)


def test_batches_in_another_order_inside_a_window_are_found(run, retrain):
    problems = retrain()
    path = run.path("training", "curriculum", "stage_c", "order.jsonl")
    rows = [row for _, row in read_jsonl(path)]
    rows[0]["trace_ids"], rows[1]["trace_ids"] = rows[1]["trace_ids"], rows[0]["trace_ids"]
    write_jsonl(path, rows)
    assert any("stage_c/order.jsonl" in problem and "another at step 1" in problem for problem in problems())


def test_lengths_must_cover_every_trace(run, retrain):
    problems = retrain()
    path = run.path("training", "flat", "lengths.json")
    lengths = read_json(path)
    lengths.popitem()
    write_json(path, lengths)
    assert any("training/flat/lengths.json: found lengths of" in problem for problem in problems())


def test_assignments_are_read_with_and_without_annotation_and_never_run():
    assert assignments('# Parameters\nA: list[int] = [2, 2]  # help\nB = "x"\nC = -1e-4\n') == {
        "A": [2, 2],
        "B": "x",
        "C": -1e-4,
    }
    with pytest.raises(ValueError, match="malformed"):
        assignments("A = open('x')")


@pytest.mark.parametrize(
    ("metadata", "cell", "reason"),
    [
        ({"end_time": "now"}, {}, None),
        ({}, {}, "papermill says end_time=None, exception=None"),
        ({"end_time": "now", "exception": True}, {}, "papermill says end_time=now, exception=True"),
        ({"end_time": "now"}, {"execution_count": None}, "cell 1 was never run"),
        ({"end_time": "now"}, {"execution_count": None, "source": [" \n"]}, None),
        ({"end_time": "now"}, {"outputs": [{"output_type": "error"}]}, "cell 1 ended in an error"),
        ({"end_time": "now"}, {"cell_type": "markdown", "execution_count": None}, None),
    ],
)
def test_a_notebook_is_finished_when_every_cell_ran_to_its_end(metadata, cell, reason):
    code = {"cell_type": "code", "source": "1", "execution_count": 1, "outputs": [], "metadata": {}}
    notebook = {"metadata": {"papermill": metadata}, "cells": [code, {**code, **cell}]}
    assert unfinished(notebook) == reason
