"""Claims about ``python -m tunixlib check``: the model's marks, exact arithmetic beside them, and what goes wrong."""

import json

import pytest
from evaluation.asked_run import make_asked_run, make_write
from typer.testing import CliRunner

from tunixlib.__main__ import app
from tunixlib.artifacts import write_jsonl
from tunixlib.evaluation.marking import LEGEND
from tunixlib.modeling.checkpoints import save_checkpoint
from tunixlib.modeling.models import load_checkpoint
from tunixlib.runs import ROOT_VARIABLE
from tunixlib.seeding.correction.forms import render_prompt

QUESTION = "A pen costs $3. What do 4 pens and a $5 cap cost?"
WORK = f"{QUESTION}\n1. Pens: 4 * 3 = 13\n2. With the cap: 13 + 5 = 18\nAnswer: $18\n"
SEEN = (
    "Line 1: 4 * 3 = 12, shown 13: wrong", "Line 2: 12 + 5 = 17, shown 18: wrong", "Answer: $17, shown $18: wrong",
)  # fmt: skip
VERDICT = "line 1 is wrong: $17"


def completion(*steps, verdict=VERDICT):
    return "<reasoning>\n" + "\n".join(steps) + f"\n</reasoning>\n<answer>{verdict}</answer>"


@pytest.fixture
def says(monkeypatch, tiny):
    """Let the model say some steps and a verdict."""
    return lambda *steps, verdict=VERDICT: make_write(monkeypatch, tiny[1], completion(*steps, verdict=verdict))


@pytest.fixture
def file(tmp_path):
    (tmp_path / "mine.txt").write_text(WORK, encoding="utf-8")
    return str(tmp_path / "mine.txt")


def check(*arguments, stdin=""):
    return CliRunner().invoke(app, ["check", *arguments], input=stdin)


def test_every_line_has_the_models_mark_and_what_arithmetic_says(says, file):
    says(*SEEN)
    done = check("tiny", file)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[:6] == [
        "tiny",
        f"question   {QUESTION}",
        "wrong      Line 1: Pens: 4 * 3 = 13   <- arithmetic: false, 4 * 3 is 12; the model: 4 * 3 = 12",
        "wrong      Line 2: With the cap: 13 + 5 = 18   <- arithmetic: true; the model: 12 + 5 = 17",
        "wrong      Answer: $18   <- the model: $17",
        f"verdict    {VERDICT}",
    ]
    assert lines[6].startswith("ended      by itself, after ")
    assert lines[-2] == LEGEND
    assert lines[-1].startswith("How often its opinions are right is not known here: found no predictions of it on")
    assert lines[-1].endswith("python -m tunixlib evaluate tiny --eval-set eval-correction --out my-evaluation")


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (("Line 1: 4 * 3 = 13, shown 13: right",), "the model passes a false calculation"),
        (("Line 1: 4 * 3 = 13, shown 13: right",), "the model computes falsely: 4 * 3 is 12"),
        (("Line 1: 4 * 3 = 12, shown 31: wrong",), "the model reads 31, which is not there"),
        (("Line 1: 4 * 3 = 12, shown 13: right",), "the model's mark contradicts what it derives"),
        (("Line 2: 13 + 5 = 18, shown 18: wrong",), "the model's mark contradicts what it derives"),
        (("Answer: $18, shown $18: right",), "its marks say otherwise"),
        (("Line 7: 1 + 1 = 2, shown 2: right",), "1 of its lines mark nothing that is shown"),
        ((SEEN[0], SEEN[0]), "1 of its lines mark nothing that is shown"),
        (("I look at it.",), "1 of its lines mark nothing that is shown"),
    ],
)
def test_where_the_model_is_wrong_is_said_beside_the_line(says, file, steps, said):
    says(*steps)
    done = check("tiny", file)
    assert said in done.stdout
    assert done.stdout.count("unmarked") == 3 - len({s.split(":")[0] for s in steps} & {"Line 1", "Line 2", "Answer"})


def test_a_right_check_is_not_accused(says, file):
    says(*SEEN)
    assert json.loads(check("tiny", file, "--json").stdout)["lines"][0]["faults"] == []
    assert "otherwise" not in check("tiny", file).stdout


def test_a_text_without_a_verdict_is_shown_as_it_is(says, file):
    says("Hm.", verdict="17")
    done = check("tiny", file)
    assert "verdict    none in the form of a verdict" in done.stdout
    assert "text       <reasoning>\n           Hm." in done.stdout


def test_json_is_one_line_without_control_characters(says, file):
    says(*SEEN, "odd \x1b[2J")
    done = check("tiny", file, "--json")
    [row] = [json.loads(line) for line in done.stdout.splitlines()]
    assert (row["model"], row["question"], row["unread"], row["measured"]) == ("tiny", QUESTION, 1, None)
    assert row["verdict"] == {"wrong": True, "line": 1, "answer": "$17"}
    assert [(line["line"], line["mark"], line["arithmetic"]) for line in row["lines"]] == [
        (1, "wrong", "false"), (2, "wrong", "true"), (None, "wrong", None),
    ]  # fmt: skip
    assert "\x1b" not in done.stdout and done.stdout.isascii()


def test_a_dash_is_standard_input(says):
    says(*SEEN)
    done = check("tiny", "-", stdin=f"\ufeff{WORK}".replace("\n", "\r\n"))
    assert done.exit_code == 0 and f"question   {QUESTION}" in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "standard input: found no text"),
        (f"{QUESTION}\n4 * 3 = 12\n", "standard input: line 2: found no answer"),
        (WORK * 2, "standard input: found answers in lines 4, 8"),
        ("?" * 60_000, "standard input: found 60,000 characters, expected at most 50,000"),
        (b"caf\xe9 = 1", "standard input: line 1: found bytes that are no UTF-8 text"),
    ],
)
def test_no_model_is_loaded_for_what_is_no_work(text, said):
    done = check("tiny", "-", stdin=text)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"error: {said}" in done.stderr and "loading" not in done.stderr


def test_a_work_that_is_too_long_for_the_model_says_so():
    done = check("tiny", "-", stdin=f"{QUESTION}\n" + "1 + 1 = 2\n" * 900 + "Answer: 2")
    assert done.exit_code == 1
    assert "error: found a text of " in done.stderr and "shorten the text" in done.stderr


def test_a_file_that_is_not_there_or_a_folder_is_one_message(tmp_path):
    for name in ("none.txt", "."):
        done = check("tiny", str(tmp_path / name))
        assert done.exit_code == 1 and "error:" in done.stderr and "Traceback" not in done.output


@pytest.fixture
def asked(tmp_path, tiny_folder, monkeypatch):
    """A run with weights of flat and stage_c; no arm learnt to check."""
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    return make_asked_run(tmp_path, tiny_folder)


def test_a_run_in_which_no_arm_learnt_to_check_says_which_checkpoints_there_are(asked, file):
    done = check("asked", file)
    assert done.exit_code == 1
    assert "found no arm contrastive, which learns from shown works; there are weights of flat, stage_c" in done.stderr
    assert "--set 'CORRECTION_ARMS=[contrastive]'" in done.stderr


def test_another_checkpoint_may_mark_all_the_same(asked, file, says):
    says(*SEEN)
    done = check("asked", file, "--checkpoint", "flat")
    assert done.exit_code == 0 and done.stdout.startswith("asked/flat\n")


def test_of_a_run_the_contrastive_arm_marks_and_its_measured_rates_are_told(asked, file, says, tiny_folder):
    model, tokenizer = load_checkpoint(tiny_folder)
    save_checkpoint(
        model, tokenizer, asked.path("training", "contrastive", "stage_d", "checkpoint"), arm="contrastive",
        stage="stage_d", config={}, chosen={}, parent_sha256="p" * 64, dataset_sha256="d" * 64, steps=3,
    )  # fmt: skip
    prompt = render_prompt(QUESTION, ["Pens: 4 * 3 = 13", "With the cap: 13 + 5 = 18"], "$18")
    row = {"prompt": prompt, "section": "propagated", "completion": completion(*SEEN)}
    rows = [{**row, "id": f"x/{i}", "expected_answer": e} for i, e in enumerate((VERDICT, VERDICT, "right: $18"))]
    write_jsonl(asked.path("predictions", "eval-correction", "contrastive.jsonl"), rows)
    says(*SEEN)
    done = check("asked", file)
    assert done.stdout.startswith("asked/contrastive\n")
    assert done.stdout.splitlines()[-1] == (
        "Measured on eval-correction: it called 2 of 2 wrong works wrong, 100.0 % [34.2, 100.0], and 1 of 1 right "
        "ones, 100.0 % [20.7, 100.0]."
    )
    measured = json.loads(check("asked", file, "--json").stdout)["measured"]
    assert (measured["checkpoint"], measured["scorecard"]["false_alarms"]["k"]) == ("contrastive", 1)


@pytest.mark.parametrize("arguments", [("tiny",), (), ("tiny", "a", "b"), ("tiny", "a", "--max-new-tokens", "0")])
def test_a_command_that_is_not_understood_has_exit_code_2(arguments):
    assert check(*arguments).exit_code == 2


def test_what_a_file_or_a_model_says_reaches_the_terminal_only_as_visible_text(says):
    says("Line 1: \x1b[31m = 1, shown 13: wrong")
    done = check("tiny", "-", stdin=WORK.replace("Pens", "\x1b]0;own\x07Pens"))
    assert done.exit_code == 0 and "\\x1b]0;own\\x07" in done.stdout
    assert "\x1b" not in done.output
