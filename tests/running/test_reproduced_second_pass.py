"""A second pass on a machine of another class: other words are held against the original's own interval."""

import pytest

from tunixlib.artifacts import write_jsonl
from tunixlib.running.reproduction.files import DIFFERS, WITHIN, _compare
from tunixlib.runs import Run

FILE = "second_pass/eval-core/retry.jsonl"


def rows(right, question="What is 2 + 3?"):
    """Twenty answers, all of which were wrong at first; the first ones are mended."""
    item = {"question": question, "expected_answer": "5", "first_correct": False, "shown": True, "verdict": "wrong"}
    return [{**item, "id": f"x/{n:04d}", "correct": n < right} for n in range(20)]


@pytest.mark.parametrize(
    ("again", "verdict", "words"),
    [
        (rows(12), WITHIN, "10 of 20 right after the second pass, then 12"),
        (rows(16), DIFFERS, "10 of 20 right after the second pass, then 16"),
        (rows(10, "What is 2 + 4?"), DIFFERS, "line 1: "),
        (rows(10)[:-1], DIFFERS, "19 lines in place of 20"),
    ],
)
def test_the_questions_are_the_same_and_the_answers_after_it_lie_in_their_interval(tmp_path, again, verdict, words):
    original, other = Run(tmp_path / "one"), Run(tmp_path / "other")
    write_jsonl(original.path(FILE), rows(10))
    write_jsonl(other.path(FILE), again)
    found = _compare(FILE, original, other, False, [])
    assert found.verdict == verdict and words in found.why
    assert _compare(FILE, original, other, True, []).verdict == DIFFERS, "on the same class of machine bytes count"
