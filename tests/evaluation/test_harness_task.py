"""Claims about the exported task: its form, and that its patterns read and grade answers as we do."""

import re

import pytest
import yaml
from typer.testing import CliRunner

from tunixlib.__main__ import app
from tunixlib.artifacts import ArtifactError, read_jsonl
from tunixlib.evaluation.harness_task import IGNORED, LENIENT, TAGGED, task_name, write_task
from tunixlib.evaluation.scoring import grade
from tunixlib.trees import PROJECT_ROOT

STORED = sorted((PROJECT_ROOT / "submission_runs").glob("*/predictions/*/*.jsonl"))


def extracted(pattern, group, completion):
    """What the harness's filter ``regex`` makes of a completion (lm_eval/filters/extraction.py, 0.4.13)."""
    found = re.compile(pattern).findall(completion)
    if not found:
        return "[invalid]"
    match = found[group]
    if isinstance(match, tuple):
        match = next((part for part in match if part), "[invalid]")
    return match.strip()


def exact_match(given, expected):
    """The harness's ``exact_match`` with the task's options."""
    for pattern in IGNORED:
        given, expected = re.sub(pattern, "", given), re.sub(pattern, "", expected)
    return given == expected


TEXTS = {
    "<reasoning>\n2 + 3 = 5\n</reasoning>\n<answer>5</answer>": ("5", "5"),
    "so <answer> 7 </answer> and <answer>8</answer>": ("7", "7"),
    "<answer>a\nb</answer>": ("a\nb", "a\nb"),
    "It is 3, no, 1,200.5 apples.": ("[invalid]", "1,200.5"),
    "<answer>5": ("[invalid]", "5"),
    "<answer> </answer> 9": ("[invalid]", "9"),
    "no idea": ("[invalid]", "[invalid]"),
    "": ("[invalid]", "[invalid]"),
}


@pytest.mark.parametrize("text", TEXTS)
def test_the_patterns_find_the_answers_that_our_grades_find(text):
    assert (extracted(TAGGED, 0, text), extracted(LENIENT, -1, text)) == TEXTS[text]
    ours = grade(text, "5", "eos")
    assert ours["final_answer"] == TEXTS[text][1].replace("[invalid]", "")
    assert (ours["extraction_rule"] == "tagged") == (TEXTS[text][0] != "[invalid]")


def test_on_every_stored_prediction_the_same_answer_is_found_and_nearly_always_the_same_grade():
    rows = [row for path in STORED for _, row in read_jsonl(path)]
    assert len(rows) >= 600
    wrong_answer = [
        row["id"] for row in rows if extracted(LENIENT, -1, row["completion"]) != (row["final_answer"] or "[invalid]")
    ]
    assert wrong_answer == []
    other = {"correct": 0, "lenient_correct": 0}
    for row in rows:
        tagged, lenient = extracted(TAGGED, 0, row["completion"]), extracted(LENIENT, -1, row["completion"])
        other["correct"] += exact_match(tagged, row["expected_answer"]) != row["correct"]
        other["lenient_correct"] += exact_match(lenient, row["expected_answer"]) != row["lenient_correct"]
    assert max(other.values()) <= 0.005 * len(rows), other


@pytest.mark.parametrize(
    ("given", "expected", "same"),
    [
        ("1,200", "1200", True), ("$5", "5", True), ("25%", "25", True), ("2,4,6", "2, 4, 6", True),
        ("yes.", "yes", True), ("Yes", "yes", False),
        ("1/2", "0.5", False), ("12 cm", "12", False), ("1, 234", "1234", False), ("13", "12", False),
    ],
)  # fmt: skip
def test_exact_match_minds_spelling_where_our_answers_are_equal_as_numbers(given, expected, same):
    assert exact_match(given, expected) is same


def test_the_task_is_greedy_ends_with_the_turn_and_asks_our_prompts(tmp_path):
    rows = [{"id": "q1", "prompt": "What is {{2}} + 3?", "expected_answer": "5", "section": "all"}]
    task, documents = write_task(rows, "my questions", tmp_path, 99, "0" * 64)
    found = yaml.safe_load(task.read_text(encoding="utf-8"))
    assert found["task"] == task.stem == documents.stem == "tunixlib_my_questions"
    assert found["dataset_kwargs"]["data_files"]["test"] == documents.name
    assert [row for _, row in read_jsonl(documents)] == rows
    assert found["generation_kwargs"] == {"until": [], "do_sample": False, "max_gen_toks": 99}
    assert (found["doc_to_text"], found["doc_to_target"], found["num_fewshot"]) == ("prompt", "expected_answer", 0)
    assert [entry["filter"][0]["regex_pattern"] for entry in found["filter_list"]] == [TAGGED, LENIENT]
    assert found["metric_list"][0]["regexes_to_ignore"] == list(IGNORED)


def test_another_task_is_never_written_over_and_the_same_one_may_be(tmp_path):
    rows = [{"id": "q1", "prompt": "What is 2 + 3?", "expected_answer": "5", "section": "all"}]
    written = write_task(rows, "my-q", tmp_path, 99)
    before = [path.read_bytes() for path in written]
    assert write_task(rows, "my-q", tmp_path, 99) == written
    other = [{**rows[0], "prompt": "What is 2 + 4?", "expected_answer": "6"}]
    for name, asked, tokens in (("my-q", other, 99), ("my_q", other, 99), ("my-q", rows, 50)):
        with pytest.raises(ArtifactError, match=f"found another task of this name, expected none or the one of {name}"):
            write_task(asked, name, tmp_path, tokens)
    assert [path.read_bytes() for path in written] == before


def test_the_command_writes_the_first_items_and_says_how_to_run_them(tmp_path):
    result = CliRunner().invoke(app, ["export-task", "eval-dev", "--items", "7", "--out", str(tmp_path / "task")])
    assert result.exit_code == 0, result.output
    assert "7 questions" in result.output and "--tasks tunixlib_eval_dev" in result.output
    assert len((tmp_path / "task" / "tunixlib_eval_dev.jsonl").read_text(encoding="utf-8").splitlines()) == 7


@pytest.mark.parametrize(("name", "task"), [("eval-core", "tunixlib_eval_core"), ("My Set.v2", "tunixlib_my_set_v2")])
def test_task_names_are_words(name, task):
    assert task_name(name) == task
