"""Claims about ``python -m tunixlib ask``: questions by argument, by pipe and by hand; JSON; what goes wrong."""

import builtins
import json
import shutil
import sys

import pytest
from evaluation.asked_run import make_asked_run, make_write
from typer.testing import CliRunner

from tunixlib.__main__ import app
from tunixlib.artifacts import read_json, write_json
from tunixlib.commands import models
from tunixlib.evaluation import asking
from tunixlib.evaluation.asking import LEGEND
from tunixlib.runs import ROOT_VARIABLE

QUESTION = "What is 17 + 28 + 15?"
WORK = "<reasoning>\n17 + 28 = 45\n45 + 15 = 61\x1b[2J\n</reasoning>\n<answer>61</answer>"


@pytest.fixture(autouse=True)
def writes(monkeypatch, tiny):
    make_write(monkeypatch, tiny[1], WORK)


def ask(*arguments, stdin=""):
    return CliRunner().invoke(app, ["ask", *arguments], input=stdin)


def test_a_question_gets_its_steps_its_answer_and_the_legend():
    done = ask("tiny", QUESTION)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:4] == [
        "tiny",
        "true       17 + 28 = 45",
        "false      45 + 15 = 61\\x1b[2J   <- 45 + 15 is 60",
        "answer     61",
    ]
    assert done.stdout.splitlines()[-1] == LEGEND
    assert done.stderr.startswith("loading tiny (")


def test_the_base_model_of_a_run_stands_before_its_checkpoint(tmp_path, tiny_folder, monkeypatch):
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    make_asked_run(tmp_path, tiny_folder)
    done = ask("asked", QUESTION, "--base")
    assert done.exit_code == 0
    heads = [line for line in done.stdout.splitlines() if line in ("tiny (base)", "asked/stage_c")]
    assert heads == ["tiny (base)", "asked/stage_c"]


def test_json_is_one_line_for_each_question_without_control_characters():
    done = ask("tiny", "--json", stdin=f"{QUESTION}\n\nAnd 5 + 5?\n")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["question"], second["question"]) == (QUESTION, "And 5 + 5?")
    [answer] = first["answers"]
    assert (answer["model"], answer["answer"], answer["finish_reason"]) == ("tiny", "61", "eos")
    assert answer["steps"][1] == {"text": "45 + 15 = 61\x1b[2J", "verdict": "false", "note": "45 + 15 is 60"}
    assert "\x1b" not in done.stdout and done.stdout.isascii()


def test_a_pipe_is_answered_line_by_line_with_the_model_loaded_once():
    done = ask("tiny", stdin=f"\ufeff{QUESTION}\r\n  \r\nAnd 5 + 5?")
    assert done.exit_code == 0
    heads = [line for line in done.stdout.splitlines() if line.startswith("question")]
    assert heads == [f"question   {QUESTION}", "question   And 5 + 5?"]
    assert done.stdout.count(LEGEND) == 1 and done.stderr.count("loading") == 1


def test_a_line_that_cannot_be_asked_is_named_and_the_others_are_answered():
    done = ask("tiny", "--json", stdin=b"caf\xe9?\n" + QUESTION.encode() + b"\n" + b"long " * 5000)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [sorted(row) for row in rows] == [["error", "question"], ["answers", "question"], ["error", "question"]]
    assert done.exit_code == 1
    assert "error: line 1: found a question that is no UTF-8 text" in done.stderr
    assert "error: line 3: found a text of " in done.stderr


@pytest.mark.parametrize("stdin", ["", "\n  \n"])
def test_an_empty_pipe_is_an_error(stdin):
    done = ask("tiny", stdin=stdin)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error: found no question on standard input, expected one on each line" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", QUESTION), "error: 'nowhere': found no such run or folder"),
        (("tiny", QUESTION, "--base"), "error: tiny: found no run around it"),
        (("tiny", ""), "error: found an empty question"),
        (("tiny", "caf\udce9"), "error: found a question that is no UTF-8 text"),
    ],
)
def test_what_cannot_be_asked_is_one_message_and_exit_code_1(arguments, said):
    done = ask(*arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("tiny", "What", "is", "it?"), ("tiny", "x", "--max-new-tokens", "0"), ()])
def test_a_command_that_is_not_understood_has_exit_code_2(arguments):
    assert ask(*arguments).exit_code == 2


def by_hand(monkeypatch, *lines):
    """A person at a terminal who types some lines; an exception among them is what the terminal raises."""
    typed = iter(lines)

    def read(prompt):
        line = next(typed, EOFError())
        if isinstance(line, BaseException):
            raise line
        return line

    monkeypatch.setattr(builtins, "input", read)
    monkeypatch.setattr(models.sys.stdin, "isatty", lambda: True, raising=False)
    return [question for _, question in models._from_stdin()]


@pytest.mark.parametrize("end", [[""], [":quit"], ["   "], []])
def test_an_empty_line_quit_or_ctrl_d_ends_the_questions(monkeypatch, end):
    assert by_hand(monkeypatch, " a? ", "b?", *end, *(["c?"] if end else [])) == ["a?", "b?"]


def test_ctrl_c_while_a_model_answers_leaves_it_waiting_for_another_question(monkeypatch, tiny_folder):
    asked = []

    def stopped(model, question, config):
        asked.append(question)
        raise KeyboardInterrupt

    monkeypatch.setattr(asking.OpenModel, "ask", stopped)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    failed = models._Asker(asking.open_models("tiny"), None, False, None, quiet()).answer_all([("", "a"), ("", "b")])
    assert (asked, failed) == (["a", "b"], 0)


def test_ctrl_c_elsewhere_ends_the_command_with_exit_code_130(monkeypatch):
    def stopped(*rest):
        raise KeyboardInterrupt

    monkeypatch.setattr(asking.OpenModel, "ask", stopped)
    done = ask("tiny", QUESTION)
    assert done.exit_code == 130 and done.stderr.endswith("\nstopped\n")


def quiet():
    import io

    from rich.console import Console

    return Console(file=io.StringIO())


def test_what_a_strangers_template_says_reaches_the_terminal_only_as_visible_text(tmp_path, tiny_folder):
    folder = shutil.copytree(tiny_folder, tmp_path / "foreign")
    settings = read_json(folder / "tokenizer_config.json")
    (folder / "chat_template.jinja").unlink(missing_ok=True)
    settings["chat_template"] = "{{ raise_exception('\x1b]0;PWNED\x07\x1b[32mverified') }}"
    write_json(folder / "tokenizer_config.json", settings)
    done = ask(str(folder), QUESTION)
    assert done.exit_code == 1 and "\\x1b]0;PWNED\\x07" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr and "\x07" not in done.stderr
