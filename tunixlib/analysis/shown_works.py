"""What a run's checkpoints say of shown works, judged: the evaluation sets of 04_self_correction's arms.

    for eval_set, answered in shown_works(run).items():
        correction_scorecard(answered["contrastive"])["detection"]

An evaluation set shows works when every one of its items does (``seeding.correction.forms``). Runs without an arm of
self-correction have none to analyse: what they were asked stays what it was.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tunixlib.analysis.run_files import Summary, read_predictions, read_summary
from tunixlib.evaluation.correction_scores import Judged, judge_rows
from tunixlib.runs import Run
from tunixlib.seeding.correction.forms import FormError, parse_prompt, parse_verdict
from tunixlib.stages import CORRECTION_ARMS, FINAL

Works = dict[str, dict[str, list[Judged]]]

# The arm that is shown errors; where a run has not trained it, figures show the last arm that there is.
SHOWN_ERRORS, WORDS_ONLY = "contrastive", "surface"


def answered_arms(summary: Summary, eval_set: str) -> list[str]:
    """The arms of self-correction that answered an evaluation set, in the order in which tables show them."""
    names = {card["checkpoint"] for card in summary.cards(eval_set)}
    return [arm for arm in CORRECTION_ARMS if arm in names]


def shown_work_sets(run: Run, summary: Summary) -> tuple[str, ...]:
    """The evaluation sets that show works and that an arm of self-correction answered."""
    return tuple(name for name in summary.eval_sets if _shows_works(run, name, answered_arms(summary, name)))


def question_sets(run: Run, summary: Summary) -> tuple[str, ...]:
    """The evaluation sets whose answers are no verdicts on a work; all, if there are only works."""
    works = shown_work_sets(run, summary)
    return tuple(name for name in summary.eval_sets if name not in works) or summary.eval_sets


def shown_works(run: Run) -> Works:
    """Evaluation set -> checkpoint -> its items, judged: the checkpoint that the arms started from, then each arm.

    Raises FormError when one checkpoint was asked something else than works.
    """
    summary = read_summary(run)
    found: Works = {}
    for eval_set in shown_work_sets(run, summary):
        first = [FINAL] if (eval_set, FINAL) in summary.places else []
        names = [*first, *answered_arms(summary, eval_set)]
        found[eval_set] = {name: judge_rows(read_predictions(run, eval_set, name)) for name in names}
    return found


def shows_works(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether rows of an evaluation set (prompt, expected_answer) show works, each with its true verdict."""
    try:
        return bool(rows) and all(parse_prompt(row["prompt"]) and parse_verdict(row["expected_answer"]) for row in rows)
    except FormError:
        return False


def _shows_works(run: Run, eval_set: str, arms: Sequence[str]) -> bool:
    return bool(arms) and shows_works(read_predictions(run, eval_set, arms[0]))
