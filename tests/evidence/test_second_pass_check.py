"""A second pass that does not follow from predictions and completions is found, file and line."""

import pytest

from tunixlib.artifacts import read_json, read_jsonl, write_json, write_jsonl
from tunixlib.evaluation.second_pass import regrade
from tunixlib.evidence.check_files import check_bytes
from tunixlib.evidence.check_results import check_predictions
from tunixlib.evidence.sealed_run import Evidence

FILE = "second_pass/eval-adding/control.jsonl"


@pytest.fixture
def arm(run):
    """The run with an arm that looked again: the first wrong answer is mended, all else is called right."""
    predictions = [row for _, row in read_jsonl(run.path("predictions", "eval-adding", "flat.jsonl"))]
    write_jsonl(run.path("predictions", "eval-adding", "control.jsonl"), predictions)
    summary = read_json(run.path("eval_summary.json"))
    write_json(run.path("eval_summary.json"), {**summary, "checkpoints": [*summary["checkpoints"], "control"]})
    wrong = next(row for row in predictions if not row["correct"])
    verdicts = [f"line 1 is wrong: {row['expected_answer']}" if row is wrong else "right: 1" for row in predictions]
    rows = [
        regrade(row, f"<reasoning>\nx\n</reasoning>\n<answer>{verdict}</answer>", "eos", 30)
        for row, verdict in zip(predictions, verdicts, strict=True)
    ]
    write_jsonl(run.path(FILE), rows)
    return run


def problems(run):
    evidence = Evidence(run.root, read_json(run.path("run_manifest.json")))
    found = [*check_predictions(evidence), *check_bytes(evidence)]
    return [problem for problem in found if problem.file.startswith("second_pass")]


def rewritten(run, change):
    write_jsonl(run.path(FILE), change([row for _, row in read_jsonl(run.path(FILE))]))


def test_a_second_pass_as_it_was_written_has_no_problem(arm):
    rows = [row for _, row in read_jsonl(arm.path(FILE))]
    assert problems(arm) == [] and len(rows) == 8 and sum(row["verdict"] == "wrong" for row in rows) == 1
    assert sum(row["correct"] for row in rows) == sum(row["first_correct"] for row in rows) + 1


CHANGES = {
    "an answer mended by hand": ("answer", lambda row: {**row, "answer": row["expected_answer"], "correct": True}),
    "a grade turned": ("correct", lambda row: {**row, "correct": not row["correct"]}),
    "a first grade turned": ("first_correct", lambda row: {**row, "first_correct": not row["first_correct"]}),
    "a verdict turned": ("verdict", lambda row: {**row, "verdict": "wrong"}),
    "another work shown": ("prompt", lambda row: {**row, "prompt": row["prompt"].replace("Line 1: ", "Line 1: 0 + ")}),
    "another question": ("question", lambda row: {**row, "question": "What is 1 + 1?"}),
    "another id": ("id", lambda row: {**row, "id": "eval-adding/9999"}),
    "another expected answer": ("expected_answer", lambda row: {**row, "expected_answer": row["first_answer"] + "0"}),
    "another first answer": ("first_answer", lambda row: {**row, "first_answer": "7"}),
    "a work that was shown hidden": ("shown", lambda row: {**row, "shown": False}),
    "a true grade as a number": ("correct", lambda row: {**row, "correct": int(row["correct"])}),
    "another completion": (
        "verdict",
        lambda row: {**row, "completion": row["completion"].replace("right: ", "line 1 is wrong: ")},
    ),
    "more tokens than may be written": ("tokens", lambda row: {**row, "tokens": 301}),
    "cut before it had to be": ("tokens", lambda row: {**row, "finish_reason": "length"}),
    "no end": ("no end of the check", lambda row: {**row, "finish_reason": ""}),
    "an unknown key": ("field note", lambda row: {**row, "note": "trust me"}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_row_is_found_with_its_line(arm, name):
    said, change = CHANGES[name]
    place = 7
    rewritten(arm, lambda rows: [*rows[:place], change(rows[place]), *rows[place + 1 :]])
    found = [problem for problem in problems(arm) if said in problem.found or said in str(problem)]
    assert found and all(problem.file == FILE for problem in found)
    assert any("line 8" in str(problem) for problem in found)


def test_a_row_without_a_shown_work_holds_nothing_that_was_written(arm):
    place = arm.path("predictions", "eval-adding", "control.jsonl")
    rows = [row for _, row in read_jsonl(place)]
    write_jsonl(place, [{**rows[0], "completion": "no tags"}, *rows[1:]])
    assert {"completion '<reasoning>", "shown True in line 1"} <= {
        text for p in problems(arm) for text in ("completion '<reasoning>", "shown True in line 1") if text in p.found
    }


@pytest.mark.parametrize(
    "change", [lambda rows: rows[:-1], lambda rows: [*rows, rows[0]], lambda rows: rows[::-1], lambda rows: []]
)
def test_rows_left_out_repeated_or_reordered_are_found(arm, change):
    rewritten(arm, change)
    assert FILE in {problem.file for problem in problems(arm)}


def test_a_missing_file_is_found_and_one_of_an_arm_that_was_not_evaluated(arm):
    arm.path(FILE).rename(arm.path("second_pass", "eval-adding", "retry.jsonl"))
    found = {problem.file: problem.found for problem in problems(arm)}
    assert found[FILE] == "no file of a second pass"
    assert found["second_pass/eval-adding/retry.jsonl"] == "a file of a second pass"


def test_a_run_without_such_arms_has_no_second_pass(run):
    assert problems(run) == []
    write_jsonl(run.path(FILE), [])
    assert [problem.found for problem in problems(run)] == ["a file of a second pass"]
