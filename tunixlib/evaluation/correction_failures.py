"""How a check of a shown work fails, by rule: classes that an item may share, and examples chosen by rule.

=======================  ==============================================================================================
class                    rule
=======================  ==============================================================================================
ritual_check             a line that calculates is marked without a calculation of its own: no mark for it, no equation
                         in the mark, or the shown equation copied although it is false
recomputes_and_ignores   what is derived for a line, or for the answer, is another value than the one shown there, and
                         the mark says right; or a mark says wrong, and the verdict says right
detects_elsewhere        the work is wrong and called wrong, and another line is named than the first wrong one
corrects_a_true_step     a line is named as wrong that is none: any in a right work, one before the first wrong line in
                         a wrong one
cascade                  the first wrong line is named, and the check computes on with the wrong value shown there, or
                         with a false result of its own, to an answer that is not right
=======================  ==============================================================================================
"""

from collections.abc import Sequence
from typing import Any

from tunixlib.checking.answers import same_answer
from tunixlib.checking.lexer import NUMBERS, Number
from tunixlib.checking.stated_numbers import values_in
from tunixlib.checking.steps import CheckedStep, check_step
from tunixlib.evaluation.correction_scores import Judged
from tunixlib.evaluation.intervals import proportion
from tunixlib.seeding.correction.forms import Mark

FAILURES = ("ritual_check", "recomputes_and_ignores", "detects_elsewhere", "corrects_a_true_step", "cascade")


def failures(item: Judged) -> tuple[str, ...]:
    """The failure classes of one item, in the order of ``FAILURES``; one without a verdict has only those of marks."""
    rules = (_is_ritual, _ignores, _elsewhere, _corrects_true, _cascades)
    return tuple(name for name, rule in zip(FAILURES, rules, strict=True) if rule(item))


def failure_counts(items: Sequence[Judged], examples: int = 3) -> dict[str, dict[str, Any]]:
    """For each class its rate among all items and the ids of the first ``examples`` items, in the order of the ids."""
    found = {item.id: failures(item) for item in items}
    return {
        name: {
            **proportion(sum(name in classes for classes in found.values()), len(found)),
            "examples": sorted(id_ for id_, classes in found.items() if name in classes)[:examples],
        }
        for name in FAILURES
    }


def _marks(item: Judged) -> dict[int | None, Mark]:
    """The first mark of each line; None is the answer."""
    found: dict[int | None, Mark] = {}
    for mark in item.check.marks:
        found.setdefault(mark.line, mark)
    return found


def _calculates(checked: CheckedStep) -> bool:
    return any(
        claim.relation == "=" and not claim.converts and claim.verdict != "unchecked" for claim in checked.claims
    )


def _is_ritual(item: Judged) -> bool:
    marks = _marks(item)
    if item.check.verdict is None and not marks:
        return False  # not a check at all
    for number, line in enumerate(item.shown.lines, start=1):
        shown = check_step(line)
        if not _calculates(shown):
            continue
        mark = marks.get(number)
        if mark is None or not check_step(mark.derived).claims:
            return True
        if shown.verdict == "false" and mark.derived in line:
            return True
    return False


def _ignores(item: Judged) -> bool:
    marks = item.check.marks
    if any(mark.right and mark.derived and not _same_value(mark) for mark in marks):
        return True
    verdict = item.check.verdict
    return verdict is not None and not verdict.wrong and any(not mark.right for mark in marks)


def _same_value(mark: Mark) -> bool:
    """Is what was derived the value shown? An equation gives what stands behind its last sign."""
    return same_answer(mark.derived.rpartition("=")[2].strip(), mark.shown)


def _elsewhere(item: Judged) -> bool:
    return item.outcome == "detected"


def _corrects_true(item: Judged) -> bool:
    verdict = item.check.verdict
    if verdict is None or not verdict.wrong:
        return False
    after_all = len(item.shown.lines) + 1
    named, first = verdict.line or after_all, item.expected.line or after_all
    return not item.expected.wrong or named < first


def _cascades(item: Judged) -> bool:
    if item.outcome != "localised":
        return False
    marks = [mark for mark in item.check.marks if mark.line is not None]
    spoilt: set[Number] = set()
    for mark in marks:
        checked = check_step(mark.derived)
        if spoilt & _operands(checked):
            return True
        if mark.line == item.expected.line and not _same_value(mark):
            spoilt |= set(values_in(mark.shown))
        if checked.verdict == "false":
            spoilt |= set(values_in(mark.derived.rpartition("=")[2]))
    return False


def _operands(checked: CheckedStep) -> set[Number]:
    sides = [claim.left for claim in checked.claims if claim.left]
    return {t.value for side in sides for t in side.tokens if t.kind in NUMBERS and not isinstance(t.value, str)}
