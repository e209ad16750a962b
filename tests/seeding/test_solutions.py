"""Claims about reading a person's worked solution: what is understood, and what is refused with its line."""

import json

import pytest

from tunixlib.seeding.correction.forms import FormError, Shown, parse_prompt, render_prompt
from tunixlib.seeding.correction.solutions import MAX_BYTES, MAX_CHARACTERS, MAX_LINES, read_solution
from tunixlib.trees import PROJECT_ROOT

QUESTION = "A pen costs $3. What do 4 pens and a $5 cap cost?"
LINES = ("Pens: 4 * 3 = 12", "With the cap: 12 + 5 = 17")
SHOWN = Shown(QUESTION, LINES, "$17")


def read(text):
    return read_solution(text.encode("utf-8") if isinstance(text, str) else text, "mine.txt")


PLAIN = f"{QUESTION}\n{LINES[0]}\n{LINES[1]}\nAnswer: $17\n"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        render_prompt(QUESTION, LINES, "$17"),
        f"\ufeff{render_prompt(QUESTION, LINES, '$17')}\n",
        f"Check this work.\n\n{PLAIN}",
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", "\n \n\n"),
        f"Question: {PLAIN}",
        PLAIN.replace("$3. ", "$3.\n\n"),
        f"Question: {PLAIN}".replace("$3. ", "$3.\n\n"),
        f"Question:\n\n{PLAIN}",
        f"Problem 3. {PLAIN}",
        f"question:\n{PLAIN}",
        f"A pen costs $3. What do 4\npens and a $5 cap cost?\n\n1. {LINES[0]}\n2. {LINES[1]}\nfinal answer = $17",
        f"{QUESTION}\nLine 1: {LINES[0]}\nLine 2: {LINES[1]}\nAnswer: $17",
        f"{QUESTION}\nSTEP 1. {LINES[0]}\nstep 2) {LINES[1]}\nMy answer:   $17  ",
        f"{QUESTION}\n1) {LINES[0]}\n2) {LINES[1]}\nAnswer:\n$17",
        f"{QUESTION}\nStep 1:\n{LINES[0]}\nStep 2:\n{LINES[1]}\nThe answer: $17",
        f"{QUESTION}\n\n- {LINES[0]}\n- {LINES[1]}\n\nAnswer: $17",
        f"{QUESTION}\n\n\u2022 {LINES[0]}\n\u2022\t{LINES[1].replace(' ', chr(160))}\n\nAnswer: $17",
    ],
)
def test_a_work_is_read_however_it_is_written(text):
    assert read(text) == SHOWN


def test_every_work_of_the_evaluation_set_is_read_as_it_was_shown():
    for line in (PROJECT_ROOT / "data/eval-correction/eval.jsonl").read_text(encoding="utf-8").splitlines():
        prompt = json.loads(line)["prompt"]
        assert read(prompt) == parse_prompt(prompt)


def test_a_number_that_calculates_is_no_label_and_a_minus_no_bullet():
    text = "What is 3.5 * 2 - 9?\n3.5 * 2 = 7\n- 9 + 7 = -2\nAnswer: -2"
    assert read(text).lines == ("3.5 * 2 = 7", "- 9 + 7 = -2")


def test_a_line_without_a_calculation_belongs_to_the_work_once_the_question_is_over():
    assert read(f"{QUESTION}\n\nFirst the pens.\n{LINES[0]}\nAnswer: 12").lines == ("First the pens.", LINES[0])


def test_behind_its_label_a_question_that_asks_nothing_is_one_paragraph():
    shown = read("Question: Add 4 and 3.\n\nWe add.\n\n4 + 3 = 7\nAnswer: 7")
    assert (shown.question, shown.lines) == ("Add 4 and 3.", ("We add.", "4 + 3 = 7"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "found no text, expected a question, lines of work and 'Answer: ...'"),
        ("\ufeff \n\r\n\t\n", "found no text"),
        ("Check this work.\n", "found no text"),
        (f"{QUESTION}\n{LINES[0]}\n\n", "line 2: found no answer, expected a last line 'Answer: ...'"),
        (f"{QUESTION}\n{LINES[0]}\nAnswer:\n", "line 3: found an empty answer"),
        (f"{PLAIN}{PLAIN}", "found answers in lines 4, 8, expected one"),
        (f"Question: {QUESTION}\n{LINES[0]}\nQuestion: another?\nAnswer: 1", "found questions in lines 1, 3"),
        (f"{PLAIN}\nAnd so on", "line 6: found text after the answer: 'And so on'"),
        (f"{QUESTION}\nAnswer: $17", "found 0 lines of work between question and answer, expected 1 to 1,000"),
        (f"{QUESTION}\n" + "1 + 1 = 2\n" * (MAX_LINES + 1) + "Answer: 2", "found 1,001 lines of work"),
        ("1. 4 * 3 = 12\nAnswer: 12", "line 1: found no question, expected it first"),
        (f"{LINES[0]}\nQuestion: {QUESTION}\nAnswer: 12", "line 1: found no question, expected it first"),
        ("Question:\n4 * 3 = 12\nAnswer: 12", "line 1: found an empty question"),
        ("Answer: 12", "line 1: found no question"),
        ("Add 4 and 3.\n\nWe add.\n\n4 + 3 = 7\nAnswer: 7", "line 1: found 2 paragraphs .*; begin with 'Question: "),
        (PLAIN.encode("utf-16"), "line 1: found bytes that are no UTF-8 text"),
        (f"{QUESTION}\nf\xfcnf = 5\nAnswer: 5".encode("latin-1"), "line 2: found bytes that are no UTF-8 text"),
        (f"{QUESTION}\n{LINES[0]}\0\nAnswer: 5", "line 2: found a zero byte"),
        ("?" * MAX_CHARACTERS + PLAIN, r"found 50,\d+ characters, expected at most 50,000"),
        (b"?" * (MAX_BYTES + 1), "found more than 200,003 bytes, expected one short work"),
    ],
)
def test_what_is_no_single_work_is_refused_with_its_line(text, said):
    with pytest.raises(FormError, match=f"^mine.txt: ({said})"):
        read(text)
