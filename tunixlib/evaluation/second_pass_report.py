"""The second pass of a run for people: a table of its arms, and one answer that it mended.

print(second_pass_table(run))       # | arm | shown | right before [95 %] | right after | mended | broken | ...
print(mended_example(run))          # its own work as it was shown, and the check
"""

from collections.abc import Mapping
from textwrap import indent
from typing import Any

from tunixlib.artifacts import read_jsonl
from tunixlib.evaluation.second_pass import SECOND_PASS, second_pass_scorecard
from tunixlib.runs import Run
from tunixlib.stages import CORRECTION_ARMS
from tunixlib.tables import markdown_table, percent
from tunixlib.visible import visible

NONE = "No second pass: no arm that learned to check work was evaluated on questions."


def read_second_pass(run: Run) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """``(evaluation set, arm)`` -> rows of the second pass, arms in the order of ``CORRECTION_ARMS``."""
    paths = sorted(run.path(SECOND_PASS).glob("*/*.jsonl"), key=lambda path: path.parent.name)
    found = {(path.parent.name, path.stem): path for path in paths}
    ordered = sorted(found, key=lambda key: CORRECTION_ARMS.index(key[1]) if key[1] in CORRECTION_ARMS else -1)
    return {key: [row for _, row in read_jsonl(found[key])] for key in ordered}


def second_pass_table(run: Run) -> str:
    """Answers before and after by arm, what was mended and broken, detection and false alarms; Markdown."""
    found = read_second_pass(run)
    if not found:
        return NONE
    header = ("arm", "shown", "right before [95 %]", "right after", "mended, of the wrong", "broken, of the right",
              "own errors called wrong", "own right answers called wrong")  # fmt: skip
    sets = ", ".join(dict.fromkeys(eval_set for eval_set, _ in found))
    rows = [(arm, *_cells(second_pass_scorecard(rows))) for (_, arm), rows in found.items()]
    return f"**{sets}**, each arm on its own work\n\n{markdown_table(header, rows)}"


def _cells(card: Mapping[str, Any]) -> list[str]:
    rates = [percent(card[name], interval=True) for name in ("before", "after")]
    counted = [f"{card[name]['k']} of {card[name]['n']}: {percent(card[name], interval=True)}"
               for name in ("mended", "broken", "detection", "false_alarms")]  # fmt: skip
    return [f"{card['shown']} of {card['n']}", *rates, *counted]


def mended_example(run: Run) -> str:
    """The first mended answer of the arm that mended most (of several, the first): work, check and answers; Markdown.

    One line when nothing was mended.
    """
    found = read_second_pass(run)
    mended = {arm: [row for row in rows if row["correct"] and not row["first_correct"]]
              for (_, arm), rows in found.items()}  # fmt: skip
    if not any(mended.values()):
        return "No wrong answer was mended." if found else NONE
    arm = max(mended, key=lambda name: len(mended[name]))
    row = mended[arm][0]
    answers = f"first {row['first_answer']}, then {row['answer']}, expected {row['expected_answer']}"
    text = visible(f"{row['prompt']}\n\n{row['completion']}\n\n{answers}")
    return (
        f"**{arm}**, {row['id']}, the first of {len(mended[arm])} it mended:\n\n{indent(text, '    ', lambda _: True)}"
    )
