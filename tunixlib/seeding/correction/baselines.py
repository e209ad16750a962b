"""Baselines of an evaluation set of shown works: what rules find that never read what the question means.

    rule_baselines(rows)["numbers"]["detection"]      # {"k": 122, "n": 200}: found without recomputing a line

============  ==========================================================================================================
rule          calls a work wrong when
============  ==========================================================================================================
numbers       an operand comes from nowhere (``checking.invented``), or the answer is not the result of the last line;
              whether a line's own calculation is true does not count
arithmetic    the same, or a calculation is false
============  ==========================================================================================================

Neither calls a right work of this set wrong, by construction: works were chosen that this very checker decides. Neither
sees a wrong operation that is computed rightly. A checkpoint that detects no more than ``numbers`` may have learned no
more than that.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tunixlib.checking.work import check_work
from tunixlib.seeding.correction.forms import parse_prompt, parse_verdict

RULES = ("numbers", "arithmetic")


def called_wrong(prompt: str) -> dict[str, bool]:
    """Rule -> whether it calls the work of a prompt wrong. Raises FormError for a prompt that shows none."""
    shown = parse_prompt(prompt)
    work = check_work(shown.question, shown.lines, shown.answer)
    numbers = work.invents or work.answer_follows is False
    return {"numbers": numbers, "arithmetic": numbers or work.truth.false > 0}


def rule_baselines(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rule -> ``detection`` and ``false_alarms`` as k of n works, and ``by_kind``: detection of each kind of error.

    ``rows`` are those of an evaluation set (prompt, expected_answer, section: the kind of error).
    """
    found: dict[str, dict[str, Any]] = {
        rule: {"detection": _none(), "false_alarms": _none(), "by_kind": {}} for rule in RULES
    }
    for row in rows:
        verdict = parse_verdict(row["expected_answer"])
        for rule, wrong in called_wrong(row["prompt"]).items():
            counts = [found[rule]["false_alarms"]]
            if verdict and verdict.wrong:
                counts = [found[rule]["detection"], found[rule]["by_kind"].setdefault(row["section"], _none())]
            for count in counts:
                count["k"] += wrong
                count["n"] += 1
    return found


def _none() -> dict[str, int]:
    return {"k": 0, "n": 0}
