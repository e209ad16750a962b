"""The claims that compare: checkpoints on the same items, and the amounts of training of two arms.

for claim in comparison_claims(run):
    print(claim["id"], claim["verdict"])     # eval-core/flat-vs-base/numeric supported
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tunixlib.analysis.claim_kinds import NOTHING_TO_MEASURE, file_records, make_claim
from tunixlib.analysis.comparisons import (
    ALL,
    LENIENT,
    LENIENT_RULE,
    NUMERIC,
    Comparison,
    compare_run,
    resolvable,
)
from tunixlib.analysis.run_files import BASE, predictions_path
from tunixlib.analysis.verdicts import UNDECIDED, difference_verdict, nothing_to_see
from tunixlib.runs import Run

CLAIM = "Claim: on {eval_set}, of {items}, {a} ({how_a}) answers more correctly than {b} ({how_b})"
MEASURED_DIFFERENCE = (
    ". Measured on {n} items: "
    "{rate_a_percent:.1f} % against {rate_b_percent:.1f} %, a difference of {value_percent:+.1f} percentage points "
    "(95 % interval {low_percent:+.1f} to {high_percent:+.1f}; exact McNemar p = {p_value:.2g}, adjusted by Holm over "
    "{family} comparisons {p_holm:.2g})."
)
DIFFERENCE = CLAIM + MEASURED_DIFFERENCE
AGAINST_BASE = f" Lenient: {LENIENT_RULE}."
NOTHING_TO_SEE = " Undecided: {nothing}."
ONE_SEED = " With one seed this compares two checkpoints on these items, not two methods of training."
COUNTS = ("n", "rate_a", "rate_b", "only_a", "only_b", "both", "neither", "p_value", "p_holm")


def comparison_claims(run: Run) -> Iterator[dict[str, Any]]:
    """The fixed comparisons of the run; the field ``resolves`` is the difference that these items could have shown."""
    results = compare_run(run)
    for comparison, result in results:
        paths = [predictions_path(run, comparison.eval_set, name) for name in (comparison.a, comparison.b)]
        source = {"recompute": "compare_run", "files": file_records(run, paths)}
        yield _claim(comparison, result, len(results), source)


def _claim(comparison: Comparison, result: Mapping[str, Any], family: int, source: Mapping[str, Any]) -> dict[str, Any]:
    fields = {
        "eval_set": comparison.eval_set,
        "a": comparison.a,
        "how_a": measure_name(comparison.measure_a),
        "b": comparison.b,
        "how_b": measure_name(comparison.measure_b),
        "items": NUMERIC if comparison.numeric else ALL,
        "family": family,
        **{name: result[name] for name in COUNTS if name in result},
    }
    if not result["n"]:
        return make_claim(comparison.id, CLAIM + NOTHING_TO_MEASURE, fields, source, UNDECIDED)
    ending = (AGAINST_BASE if BASE in (comparison.a, comparison.b) else "") + (
        ONE_SEED if comparison.b == "flat" else ""
    )
    resolves = resolvable(result, family)
    if resolves is not None:
        fields["resolves"] = resolves
    if nothing := nothing_to_see(result["rate_a"], result["rate_b"], result["only_a"] + result["only_b"]):
        fields["nothing"], ending = nothing, NOTHING_TO_SEE + ending
    ends = (result["low"], result["high"])
    verdict = UNDECIDED if nothing else difference_verdict(*ends, result["p_holm"])
    return make_claim(comparison.id, DIFFERENCE + ending, fields, source, verdict, result["difference"], ends)


def measure_name(measure: str) -> str:
    """``correct`` -> ``strict``, ``lenient_correct`` -> ``lenient``."""
    return "lenient" if measure == LENIENT else "strict"
