"""The shown work of one completion: truth, invented numbers, and whether the answer follows."""

import pytest

from tunixlib.checking.work import check_work

PENS = "A pen costs 3 dollars. How much are 4 pens?"


def test_work_is_judged_step_by_step() -> None:
    work = check_work(PENS, ["4 * 3 = 12", "Think of tax.", "12 + 9 = 22", "22 - 1 = 21"], "21")
    assert [step.verdict for step in work.truth.steps] == ["true", "unchecked", "false", "true"]
    assert (work.truth.first_false, work.invents) == (2, True)
    assert work.invented == ((), (), (9,), ())
    assert work.answer_follows is True


@pytest.mark.parametrize(
    ("steps", "answer", "follows"),
    [
        (["4 * 3 = 12"], "12", True),
        (["4 * 3 = 12"], "$12.00", True),
        (["4 * 3 = 12"], "13", False),
        (["4 * 3 = 12", "12 - 2 = 10"], "12", True),
        (["4 * 3 = 12", "10 - 2 = 8"], "12", False),
        (["4 * 3 = 12", "Check: 9 + 1 = 10"], "12", True),
        (["4 * 3 = 12", "Check: 9 + 1 = 10"], "14", False),
        (["Write 4/7 with 35, so 4/7 = 20/35"], "4/7", True),
        (["1 / 2 = 0.5"], "5", False),
        (["So it is twelve."], "12", True),
        (["So that is it."], "12", None),
        (["From last to first: p, m, a, l"], "pmal", True),
        (["In lowercase they are b-u-s-y d-o-c"], "busy doc", True),
        (["So the capital is Rome."], "Rome", True),
        (["So the capital is Rome."], "Paris", False),
        (["So the romer is here."], "Rome", False),
        (["Fox Shop is cheaper"], "fox shop", True),
        (["13 is prime, so stop"], "2 * 2 * 13", None),
        (["Left over: 69 - 48 = 21 hours"], "2 days 21 hours", None),
        (["Left over: 69 - 48 = 21 hours"], "3 days 5 hours", False),
        (["Nothing is left."], "yes", None),
        (["So a lily is not a fish: no"], "no", True),
        (["Both results fit the text."], "cannot be determined", None),
        ([], "12", None),
        (["4 * 3 = 12"], None, None),
        (["4 * 3 = 12"], " ", None),
    ],
)
def test_an_answer_follows_when_the_last_step_states_it(steps: list[str], answer: str | None, follows: bool) -> None:
    assert check_work(PENS, steps, answer).answer_follows is follows
