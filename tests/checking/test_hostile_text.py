"""Texts made to be slow: the parser, the checkers, the grader and the measures of form take time linear in them."""

import time

import pytest

from tunixlib.checking.answers import last_number, normalise, number_value
from tunixlib.checking.work import check_work
from tunixlib.evaluation.scoring import grade, rescore
from tunixlib.evaluation.trace_metrics import trace_metrics
from tunixlib.traces import TAGS, parse_completion

SIZE = 20_000


def fill(piece: str, size: int = SIZE) -> str:
    return piece * (size // len(piece))


HOSTILE = {
    "digits": fill("1"),
    "sums": fill("1+") + "1=3",
    "nested": fill("(", SIZE // 2) + "1" + fill(")", SIZE // 2) + "=1",
    "equals": fill("1="),
    "signs": "1=" + fill("-") + "1",
    "commas": fill("1,"),
    "thousands": "1" + fill(",111") + "1",
    "points": fill("1."),
    "fractions": fill("1 1/2 "),
    "vulgar fractions": fill("½"),
    "wide digits": fill("１２３"),
    "powers": fill("9^9"),
    "conversions": fill("1 m = 10 cm, "),
    "one long side": fill("1 = ") + fill("7"),
    "one word": fill("a"),
    "spelled": fill(": a-a a-a"),
    "quotes": fill('"'),
    "open quotes": fill("“ab"),
    "spaces": fill(" ") + "=",
    "lines": fill("\n- a") + "=1",
    "opened": fill("<reasoning>"),
    "closed": "<reasoning>" + fill("</reasoning><answer>"),
    "ended": "<reasoning>x</reasoning><answer>" + fill("</answer> "),
    "steps": "<reasoning>\n" + fill("1 + 1 = 2\n") + "</reasoning>\n<answer>2</answer>",
    "continued": "<reasoning>\n1\n" + fill("  a\n") + "</reasoning>\n<answer>1</answer>",
    "marks": "a" + fill("\u0315", SIZE // 2) + fill("\u0300", SIZE // 2),
    "marks in disguise": fill("\u0f73"),
    "roman": fill("MDCLXVI"),
    "words of numbers": fill("hundred and "),
    "checks": fill("check not is about "),
    "half characters": fill("\ud800"),
    "zeros": fill("\0"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_graded_and_does_not_hang(name):
    text = HOSTILE[name]
    started = time.process_time()
    assert grade(text, "12", "eos", text)["correct"] is False
    tagged = f"<reasoning>\n1 + 1 = 2\n</reasoning>\n<answer>{text}</answer>"
    assert grade(tagged, text, "eos", text)["extraction_rule"] in ("tagged", "last_number")
    assert len(check_work(text, [text, text], text).invented) == 2
    steps = [{"text": text, "verdict": "unchecked"}]
    row = {"prompt": text, "steps": steps, "completion": text, "finish_reason": "eos", "well_formed": False}
    assert trace_metrics(row)["steps"] == 1
    assert normalise(text) is not None and (number_value(text) is None or last_number(text))
    # No measurement: linear, it takes under two seconds; the slowest of before took minutes at ten times the size.
    assert time.process_time() - started < 60


class Counted(str):
    """A text that counts the characters in which something is looked for or which are put together."""

    looked = 0

    def count(self, *args):
        Counted.looked += len(self)
        return super().count(*args)


def test_repeated_tags_are_counted_before_anything_is_matched():
    """Four counts of a tag and four finds, however often the tags stand there."""
    Counted.looked = 0
    text = Counted("<reasoning>" + "</reasoning><answer>" * 1_000)
    assert not parse_completion(text).well_formed
    assert Counted.looked <= len(TAGS) * len(text)


def test_a_step_of_many_lines_is_read_whole():
    steps = parse_completion("<reasoning>\na\n" + "  b\n" * 50_000 + "c\n</reasoning>").steps
    assert (len(steps), steps[0].count("\n"), steps[1]) == (2, 50_000, "c")


@pytest.mark.parametrize(
    "row",
    [None, 5, [], {}, {"id": 1, "prompt": "", "completion": "", "expected_answer": "", "finish_reason": ""}],
)
def test_a_row_without_its_texts_is_named_instead_of_graded(row):
    assert rescore([row])[0].startswith("row 1 has no text in id")
