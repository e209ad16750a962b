"""Claims about the second pass: what is shown, what replaces an answer, and how it is counted."""

import pytest

from tunixlib.artifacts import write_jsonl
from tunixlib.evaluation.second_pass import own_work, regrade, second_pass, second_pass_scorecard, works_set
from tunixlib.evaluation.second_pass_report import NONE, mended_example, read_second_pass, second_pass_table
from tunixlib.runs import Run

QUESTION = "A pen costs $3. What do 4 pens and a $5 cap cost?"
SHOWN = f"Check this work.\nQuestion: {QUESTION}\nLine 1: 4 * 3 = 13\nLine 2: 13 + 5 = 18\nAnswer: $18"


def wrote(answer, *steps):
    return "<reasoning>\n" + "\n".join(steps) + f"\n</reasoning>\n<answer>{answer}</answer>"


def predicted(answer="$18", steps=("4 * 3 = 13", "13 + 5 = 18"), expected="$17", number=1, prompt=QUESTION):
    item = {"id": f"x/{number:04d}", "prompt": prompt, "expected_answer": expected, "section": "core"}
    return {
        **item,
        "category": "reasoning",
        "difficulty": "easy",
        "family": "pens",
        "completion": wrote(answer, *steps),
    }


def checked(verdict, **first):
    return regrade(predicted(**first), wrote(verdict, "Line 1: 4 * 3 = 12, shown 13: wrong"), "eos", 20)


def test_the_question_the_steps_and_the_answer_are_shown_as_a_work():
    assert own_work(predicted()) == SHOWN


@pytest.mark.parametrize(
    "row",
    [
        {**predicted(), "completion": "<reasoning>\n4 * 3 = 12\n</reasoning>"},
        {**predicted(), "completion": "<answer>12</answer>"},
        {**predicted(), "completion": "It is 12."},
        predicted(steps=("4 * 3 = 12\n  as above",)),
        predicted(steps=("4 * 3 = 12\r",)),
        predicted(answer="one\ntwo"),
        predicted(prompt="Two lines:\nwhat is 4 * 3?"),
    ],
    ids=["no answer", "no step", "no tags", "a step of two lines", "a return", "an answer of two", "a question of two"],
)
def test_what_cannot_be_shown_is_not_checked_and_its_answer_stays(row):
    found = regrade(row, wrote("line 1 is wrong: $17"), "eos", 20)
    assert (found["shown"], found["prompt"], found["verdict"]) == (False, "", "none")
    assert (found["completion"], found["finish_reason"], found["tokens"]) == ("", "", 0)
    assert found["answer"] == found["first_answer"] and found["correct"] == found["first_correct"]


def test_without_a_tagged_answer_nothing_is_right_even_if_the_last_number_is():
    found = regrade({**predicted(expected="12"), "completion": "It is 12."})
    assert (found["first_answer"], found["first_correct"], found["correct"]) == ("", False, False)


@pytest.mark.parametrize(
    ("verdict", "said", "answer", "correct"),
    [
        ("line 1 is wrong: $17", "wrong", "$17", True),
        ("line 9 is wrong: 17", "wrong", "17", True),
        ("the answer is wrong: $16", "wrong", "$16", False),
        ("right: $17", "right", "$18", False),
        ("$17", "none", "$18", False),
        ("line 1 is wrong", "none", "$18", False),
        ("Line 1 is wrong: $17", "none", "$18", False),
    ],
)
def test_only_a_verdict_that_calls_the_work_wrong_replaces_the_answer(verdict, said, answer, correct):
    found = checked(verdict)
    assert (found["verdict"], found["answer"], found["correct"]) == (said, answer, correct)
    assert (found["first_answer"], found["first_correct"]) == ("$18", False)


class Scripted:
    """A checkpoint that says the same of every work, and notes what it was asked."""

    name = "contrastive"

    def __init__(self, verdict):
        self.verdict, self.asked = verdict, []

    def answer(self, items, eval_set, config, kept):
        self.asked, self.kept = list(items), kept
        return [{**item, "completion": wrote(self.verdict), "finish_reason": "eos", "tokens": 9} for item in items]


def test_only_works_that_can_be_shown_are_asked_and_the_order_stays(tmp_path):
    rows = [predicted(number=1), {**predicted(number=2), "completion": "12"}, predicted("$17", number=3)]
    checkpoint, run = Scripted("line 1 is wrong: $17"), Run(tmp_path)
    found = second_pass(run, "eval-core", checkpoint, rows, None)
    assert [row["id"] for row in found] == ["x/0001", "x/0002", "x/0003"]
    assert [row["tokens"] for row in found] == [9, 0, 9]
    assert [item["id"] for item in checkpoint.asked] == ["x/0001", "x/0003"]
    assert checkpoint.kept == run.resume_path("second_pass", "eval-core", "contrastive")


def test_what_is_shown_does_not_depend_on_the_expected_answer(tmp_path):
    asked = []
    for expected in ("$17", "$99"):
        checkpoint = Scripted("right: 1")
        second_pass(Run(tmp_path), "eval-core", checkpoint, [predicted(expected=expected)], None)
        asked.append([item["prompt"] for item in checkpoint.asked])
    assert asked == [[SHOWN], [SHOWN]]


def test_a_checkpoint_without_any_work_to_show_is_not_asked(tmp_path):
    checkpoint = Scripted("right: 12")
    found = second_pass(Run(tmp_path), "eval-core", checkpoint, [{**predicted(), "completion": "12"}], None)
    assert not hasattr(checkpoint, "kept")
    assert found == [regrade({**predicted(), "completion": "12"})]
    card = second_pass_scorecard(found)
    assert card["shown"] == 0 and card["detection"] == {"k": 0, "n": 0} and card["d_prime"] == {}


def test_the_second_pass_is_over_the_first_set_that_asks_questions():
    plain, shown = [{"prompt": QUESTION}], [{"prompt": SHOWN}]
    assert works_set({"eval-correction": shown, "eval-core": plain, "eval-unseen": plain}) == "eval-core"
    assert works_set({"mixed": [*shown, *plain]}) == "mixed"
    assert works_set({"eval-correction": shown}) == ""


def mixed():
    """Ten wrong works: 4 mended, 1 called wrong in vain, 3 assured, 1 unread, 1 not shown; five right: 1 broken."""
    rows = [checked("line 1 is wrong: $17", number=n) for n in range(4)] + [checked("line 1 is wrong: $16", number=4)]
    rows += [checked("right: $18", number=n) for n in range(5, 8)] + [checked("17", number=8)]
    rows += [regrade({**predicted(number=9), "completion": "$18"})]
    rows += [checked("right: $17", answer="$17", number=n) for n in (10, 11)]
    rows += [checked("line 2 is wrong: $17", answer="$17", number=12), checked("blah", answer="$17", number=13)]
    return [*rows, checked("line 2 is wrong: $18", answer="$17", number=14)]


def test_each_rate_is_counted_among_the_answers_it_is_about():
    card = second_pass_scorecard(mixed())
    rates = {name: value for name, value in card.items() if isinstance(value, dict) and "k" in value}
    counts = {name: (value["k"], value["n"]) for name, value in rates.items()}
    assert counts == {
        "before": (5, 15), "after": (8, 15), "mended": (4, 10), "broken": (1, 5), "detection": (5, 9),
        "false_alarms": (2, 5), "false_assurance": (3, 9), "unparseable": (2, 14),
    }  # fmt: skip
    assert (card["n"], card["shown"]) == (15, 14)
    assert (card["mended"]["low"], card["mended"]["high"]) == (0.168180, 0.687326)
    assert card["balanced_accuracy"]["value"] == round((5 / 9 + 2 / 5) / 2, 6)
    with pytest.raises(ValueError, match="found no rows of a second pass"):
        second_pass_scorecard([])


def test_always_right_mends_and_breaks_nothing_and_scores_nothing():
    rows = [checked("right: $18", number=n) for n in range(5)]
    rows += [checked("right: $17", answer="$17", number=n) for n in range(5, 10)]
    card = second_pass_scorecard(rows)
    assert (card["before"]["k"], card["after"]["k"], card["mended"]["k"], card["broken"]["k"]) == (5, 5, 0, 0)
    assert card["false_assurance"]["rate"] == 1 and card["balanced_accuracy"]["informedness"] == 0
    assert card["d_prime"]["value"] == 0


def test_the_table_shows_the_arms_in_their_order_with_intervals(tmp_path):
    run = Run(tmp_path)
    for arm in ("retry", "contrastive"):
        write_jsonl(run.path("second_pass", "eval-core", f"{arm}.jsonl"), mixed())
    assert list(read_second_pass(run)) == [("eval-core", "contrastive"), ("eval-core", "retry")]
    title, _, *lines = second_pass_table(run).split("\n")
    assert title == "**eval-core**, each arm on its own work"
    assert lines[2].startswith("| contrastive | 14 of 15 | 33.3 % [15.2, 58.3] | 53.3 % [30.1, 75.2] | 4 of 10: 40.0 %")
    assert lines[3].startswith("| retry | 14 of 15 |") and len(lines) == 4


def test_the_example_is_the_first_that_the_arm_mended_which_mended_most(tmp_path):
    run = Run(tmp_path)
    write_jsonl(run.path("second_pass", "eval-core", "control.jsonl"), mixed()[3:])
    write_jsonl(run.path("second_pass", "eval-core", "retry.jsonl"), mixed()[1:])
    text = mended_example(run)
    assert text.startswith("**retry**, x/0001, the first of 3 it mended:\n\n    Check this work.\n")
    assert text.endswith("\n    first $18, then $17, expected $17")
    assert all(line.startswith("    ") for line in text.split("\n")[2:]), "a model's words are no Markdown"


def test_a_run_without_such_arms_says_so_and_one_without_mended_answers_too(tmp_path):
    run = Run(tmp_path)
    assert second_pass_table(run) == mended_example(run) == NONE
    write_jsonl(run.path("second_pass", "eval-core", "control.jsonl"), mixed()[5:])
    assert mended_example(run) == "No wrong answer was mended."


@pytest.mark.parametrize(("name", "files"), [("contrastive", {"eval-core/contrastive.jsonl"}), ("flat", set())])
def test_the_arms_that_check_and_no_others_look_again_at_questions_and_not_at_shown_works(tmp_path, name, files):
    from tunixlib.evaluation.evaluate_run import _evaluate_checkpoint

    run, checkpoint = Run(tmp_path), Scripted("right: 1")
    checkpoint.name = name
    checkpoint.answer = lambda items, eval_set, config, kept: [
        predicted(number=n, prompt=item["prompt"]) | {"finish_reason": "eos", "tokens": 9, "correct": False}
        | {"lenient_correct": False, "well_formed": True, "steps": []} for n, item in enumerate(items)
    ]  # fmt: skip
    sets = {"eval-correction": [predicted(prompt=SHOWN)], "eval-core": [predicted()], "eval-unseen": [predicted()]}
    cards = _evaluate_checkpoint(run, checkpoint, sets, None)
    assert [card["eval_set"] for card in cards] == list(sets)
    found = run.path("second_pass").rglob("*.jsonl")
    assert {path.relative_to(run.path("second_pass")).as_posix() for path in found} == files
