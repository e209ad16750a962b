"""A made run with arms of self-correction: pairs of shown works, what each arm says of them, and second passes.

add_arms(run)                                        # to a run with predictions on eval-core
add_arms(run, says={**SAYS, "contrastive": RIGHT})   # contrastive says right, whatever it is shown
"""

from tunixlib.artifacts import read_json, read_jsonl, write_json, write_jsonl
from tunixlib.evaluation.scoring import grade, scorecard
from tunixlib.evaluation.second_pass import regrade
from tunixlib.seeding.correction.forms import render_prompt
from tunixlib.seeding.correction.twins import KINDS
from tunixlib.stages import CORRECTION_ARMS

PAIRS = 24
WORKS = "eval-correction"


def work(pair, wrong):
    """An item: the pens cost 3 each and the cap 5; a wrong work has 1 too many in its first line, and goes on so."""
    pens = 3 * pair + wrong
    lines = [f"Pens: {pair} * 3 = {pens}", f"With the cap: {pens} + 5 = {pens + 5}"]
    right = f"${3 * pair + 5}"
    return {
        "id": f"{WORKS}/{pair:04d}/{'wrong' if wrong else 'clean'}",
        "prompt": render_prompt(f"A pen costs $3. What do {pair} pens and a $5 cap cost?", lines, f"${pens + 5}"),
        "expected_answer": f"line 1 is wrong: {right}" if wrong else f"right: {right}",
        "section": KINDS[pair % len(KINDS)],
        "category": "wrong" if wrong else "clean",
        "difficulty": "easy",
        "family": "pens",
    }


def good(pair, wrong):
    """The true check."""
    shown, right = 3 * pair + wrong, 3 * pair
    mark = "wrong" if wrong else "right"
    verdict = f"line 1 is wrong: ${right + 5}" if wrong else f"right: ${right + 5}"
    return check(
        verdict, f"Line 1: {pair} * 3 = {right}, shown {shown}: {mark}",
        f"Line 2: {right} + 5 = {right + 5}, shown {shown + 5}: {mark}",
        f"Answer: ${right + 5}, shown ${shown + 5}: {mark}",
    )  # fmt: skip


def check(verdict, *steps):
    return "<reasoning>\n" + "\n".join(steps or ("So it is.",)) + f"\n</reasoning>\n<answer>{verdict}</answer>"


def RIGHT(pair, wrong):
    return check(f"right: ${3 * pair + wrong + 5}")


def NOTHING(pair, wrong):
    return check(f"${3 * pair + 5}")


def WRONG(pair, wrong):
    return check(f"line 2 is wrong: ${3 * pair + 5}")


def _contrastive(pair, wrong):
    """Calls three wrong works right and three right works wrong."""
    if pair % 8 == 0:
        return RIGHT(pair, wrong) if wrong else WRONG(pair, wrong)
    return good(pair, wrong)


# Checkpoint -> what it writes of a work, by the number of its pair and whether it is the wrong twin.
SAYS = {
    "base": NOTHING, "flat": NOTHING, "stage_a": NOTHING, "stage_b": NOTHING, "stage_c": NOTHING,
    "control": NOTHING, "surface": RIGHT, "contrastive": _contrastive, "retry": WRONG,
}  # fmt: skip


def graded(row, completion):
    row = {**row, "completion": completion, "finish_reason": "eos", "tokens": len(completion.split())}
    return {**row, **grade(completion, row["expected_answer"], "eos")}


def add_arms(run, says=None, arms=CORRECTION_ARMS, pairs=PAIRS, like="flat"):
    """Give a run arms that answer eval-core as ``like`` does, and every checkpoint its checks of shown works."""
    says, summary = says or SAYS, read_json(run.path("eval_summary.json"))
    cards = summary["scorecards"]
    answers = [row for _, row in read_jsonl(run.path("predictions", "eval-core", f"{like}.jsonl"))]
    for arm in arms:
        write_jsonl(run.path("predictions", "eval-core", f"{arm}.jsonl"), answers)
        cards.append(scorecard(answers, arm, "eval-core"))
    summary["checkpoints"] = ["base", *arms, *(name for name in summary["checkpoints"] if name != "base")]
    for name in summary["checkpoints"] if pairs else ():
        rows = [graded(work(pair, wrong), says[name](pair, wrong)) for pair in range(1, pairs + 1) for wrong in (1, 0)]
        write_jsonl(run.path("predictions", WORKS, f"{name}.jsonl"), rows)
        cards.append(scorecard(rows, name, WORKS))
    write_json(run.path("eval_summary.json"), summary)


def add_second_pass(run, arm, verdict):
    """``verdict(number, row)`` is what the arm says of its own work on an item of eval-core."""
    rows = [row for _, row in read_jsonl(run.path("predictions", "eval-core", f"{arm}.jsonl"))]
    looks = [regrade(row, check(verdict(number, row)), "eos", 9) for number, row in enumerate(rows)]
    write_jsonl(run.path("second_pass", "eval-core", f"{arm}.jsonl"), looks)
