"""The parts of verification that the one made run does not reach: leaks as text, other training parameters."""

import json

import pytest
from made_run import png, write_arm

from tunixlib.artifacts import read_json, read_jsonl, write_json, write_jsonl
from tunixlib.evidence.check_metrics import choice_problems, row_faults
from tunixlib.evidence.check_pictures import is_png
from tunixlib.evidence.check_training import check_training
from tunixlib.evidence.leaks import leaks_in
from tunixlib.evidence.notebook_check import assignments, source_of, unfinished
from tunixlib.evidence.problems import Problem
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.evidence.shown import MARKDOWN
from tunixlib.trees import PROJECT_ROOT


@pytest.mark.parametrize(
    "text",
    [
        "in /home/ada/runs/x",
        '"/work/runs/a.py"',
        "(/Users/ada/x.png)",
        "/root/.cache/model",
        "/tmp/runs/a.json",
        "/private/tmp/runs",
        "/var/folders/k2/x1_y/T/runs",
        "/private/var/folders/k2",
        "/var/tmp/x",
        "/dev/shm/a",
        "file:///tmp/abc",
        "file:///home/ada/x.py",
        "/tmp/ipykernel_123/456.py.json",
        "/tmp/ipykernel_123/runs/456.py",
        "/tmp/ada/ipykernel_123/456.py",
        "C:/Users/ada",
        "C:\\Users\\ada",
        "D:\\data\\runs\\x",
        "hf_" + "a" * 34,
        "ghp_" + "A1" * 18,
        "AKIA" + "ABCD1234" * 2,
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "KAGGLE_KEY=" + "0123456789abcdef",
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
        "/dev/null",
        "in /tmp, /var and /private",
        "/tmp/ipykernel_123/456.py:2: UserWarning: found 1",
        "/var/folders/k2/x1_y/T/ipykernel_123/456.py:2: UserWarning: found 1",
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


RECORD = {"config": {"learning_rate": 0.1}, "chosen": {"precision": "float16"}}
HALF = {
    "loss": 1.0, "learning_rate": 0.1, "tokens": 100, "target_tokens": 50, "tokens_per_second": 50.0, "grad_norm": 0.0,
    "seconds": 2.0, "loss_scale": 32768.0, "skipped": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, []),
        ({"grad_norm": 1.0}, ["grad_norm"]),
        ({"grad_norm": 1.0, "skipped": False}, []),
        ({"loss_scale": 30000.0}, ["loss_scale"]),
        ({"loss": -0.1}, ["loss"]),
        ({"learning_rate": 0.1 + 1e-9}, ["learning_rate"]),
        ({"tokens_per_second": 50.1}, ["tokens_per_second"]),
        ({"seconds": 1.9999, "tokens_per_second": 50.0}, []),
        ({"seconds": 0.0, "tokens_per_second": 1e9}, []),
        ({"target_tokens": 100}, ["target_tokens"]),
    ],
)
def test_a_row_of_metrics_contradicts_itself_or_does_not(values, fields):
    assert [field for field, _ in row_faults({**HALF, **values}, 1, 10, RECORD)] == fields


def test_float16_logs_its_loss_scale_and_the_others_do_not():
    bare = {name: value for name, value in HALF.items() if name not in ("loss_scale", "skipped")}
    single = {**RECORD, "chosen": {"precision": "float32"}}
    assert [field for field, _ in row_faults(bare, 1, 10, RECORD)] == ["loss_scale", "skipped"]
    assert [field for field, _ in row_faults(HALF, 1, 10, single)] == ["loss_scale", "skipped"]
    assert list(row_faults(bare, 1, 10, single)) == []


@pytest.mark.parametrize(
    ("config", "chosen", "count"),
    [
        ({"precision": "auto", "compile": "auto"}, {"precision": "float16", "compile": True, "processes": 2}, 0),
        ({"precision": "float32", "compile": "off", "processes": 2}, {"precision": "float32", "compile": False}, 0),
        ({"precision": "float32"}, {"precision": "bfloat16"}, 1),
        ({"compile": "on", "processes": 1}, {"compile": False, "processes": 2}, 2),
    ],
)
def test_what_was_asked_for_by_name_was_chosen(config, chosen, count):
    assert len(list(choice_problems("x/checkpoint.json", {"config": config, "chosen": chosen}))) == count


def test_a_png_is_whole_to_its_last_checksum():
    whole = png(7)
    assert is_png(whole)
    assert not any(is_png(whole[:length]) for length in range(len(whole)))
    assert not is_png(whole + b"\0")
    for place in range(len(whole)):
        assert not is_png(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]), place


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
        ({"end_time": "now"}, {"execution_count": 1}, "cell 1 was not run in its order"),
        ({"end_time": "now"}, {"outputs": [{"execution_count": 3}]}, "cell 1 was not run in its order"),
        ({"end_time": "now"}, {"outputs": [{"output_type": "error"}]}, "cell 1 ended in an error"),
        ({"end_time": "now"}, {"cell_type": "markdown", "execution_count": None}, None),
    ],
)
def test_a_notebook_is_finished_when_every_cell_ran_to_its_end(metadata, cell, reason):
    code = {"cell_type": "code", "source": "1", "execution_count": 1, "outputs": [], "metadata": {}}
    notebook = {"metadata": {"papermill": metadata}, "cells": [code, {**code, "execution_count": 2, **cell}]}
    assert unfinished(notebook) == reason


def test_every_result_that_is_held_against_the_files_is_shown_by_a_notebook_of_ours():
    """A cell that ends otherwise would be checked no more, without a word."""
    lasts = set()
    for path in (PROJECT_ROOT / "notebooks").glob("0*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        lasts |= {source_of(cell).strip().rsplit("\n", 1)[-1] for cell in cells if cell["cell_type"] == "code"}
    assert set(MARKDOWN) <= lasts
