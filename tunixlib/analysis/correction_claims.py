"""Claims about self-correction: does a checkpoint see the error that it is shown, and what did learning it cost?

    for claim in correction_claims(run):
        print(claim["text"])     # contrastive on eval-correction calls 170 of 200 wrong works wrong: 85.0 % (95 % ...

Everything is computed from prediction rows, so ``verify`` recomputes it; a run without such arms has no such claim. The
aim was set before any run: detection of 85 % or more at false alarms of 5 % or less; a right work without a
verdict counts as a false alarm there, so that 95 % must be accepted. It is *supported* when both 95 % intervals keep to
it, *not supported* when one of them lies outside of it, else *undecided*.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.claim_kinds import NOTHING_TO_MEASURE, file_records, make_claim, rate_claim
from tunixlib.analysis.comparison_claims import COUNTS, MEASURED_DIFFERENCE, NOTHING_TO_SEE, ONE_SEED
from tunixlib.analysis.comparisons import resolvable
from tunixlib.analysis.correction_comparisons import ACCURACY, JUDGED, SECOND_PASS, Contrast, compare_arms
from tunixlib.analysis.run_files import predictions_path
from tunixlib.analysis.second_pass_claims import second_pass_claims
from tunixlib.analysis.shown_works import SHOWN_ERRORS, shown_works
from tunixlib.analysis.verdicts import MEASURED, NOT_SUPPORTED, SUPPORTED, UNDECIDED, difference_verdict, nothing_to_see
from tunixlib.evaluation.correction_failures import failure_counts
from tunixlib.evaluation.correction_scores import Judged, correction_scorecard
from tunixlib.runs import Run

# Measure of the scorecard of shown works -> what is counted.
RATES = {
    "detection": "{checkpoint} on {eval_set} calls {k} of {n} wrong works wrong",
    "localisation": "{checkpoint} on {eval_set} names the first wrong line of {k} of {n} wrong works",
    "repair": "{checkpoint} on {eval_set} names the first wrong line and the right answer of {k} of {n} wrong works",
    "false_alarms": "{checkpoint} on {eval_set} calls {k} of {n} right works wrong",
    "false_assurance": "{checkpoint} on {eval_set} calls {k} of {n} wrong works right",
    "unparseable": "{checkpoint} on {eval_set} gives no verdict that can be read on {k} of {n} works",
}
OF_KIND = ("detection", "localisation", "repair")
OF_THIS_KIND = ", of those with the error {kind}"
BALANCED = (
    "Balanced accuracy of {checkpoint} on {eval_set}, the mean of wrong works called wrong and right ones accepted: "
    "{value_percent:.1f} % (95 % interval {low_percent:.1f} % to {high_percent:.1f} %); any constant verdict has "
    "50 %, and none at all 0 %."
)
D_PRIME = (
    "Sensitivity d' of {checkpoint} on {eval_set}: {value:.2f} (95 % interval {low:.2f} to {high:.2f}); a verdict that "
    "does not depend on the work has 0, and none at all counts as false on both sides."
)
FAILURE = "{checkpoint} on {eval_set}: {k} of {n} checks fall into the class {failure}"
STATED = {
    JUDGED: "Claim: {a} judges more works of {eval_set} rightly than {b}",
    ACCURACY: "Claim: {a} answers more items of {eval_set} correctly than {b}, both inside the answer tags",
    SECOND_PASS: "Claim: {arm} answers more items of {eval_set} correctly after checking its own work than before",
}
SAME_CHECKPOINT = " This is one checkpoint of one seed."
LEAST_DETECTION, LEAST_ACCEPTANCE = 0.85, 0.95
AIM = (
    "Claim: {checkpoint} calls at least {least_percent:.0f} % of the wrong works of {eval_set} wrong and accepts at "
    "least {least_accepted_percent:.0f} % of the right ones. Measured: detection {value_percent:.1f} % (95 % interval "
    "{low_percent:.1f} % to {high_percent:.1f} %), acceptance {accepted_percent:.1f} % ({accepted_low_percent:.1f} % "
    "to {accepted_high_percent:.1f} %); false alarms {alarms_percent:.1f} %, no verdict that can be "
    "read on {unread_percent:.1f} % of all works."
)


def correction_claims(run: Run) -> Iterator[dict[str, Any]]:
    """Rates, failures and the aim on shown works, the second pass, then the comparisons of the arms."""
    works = shown_works(run)
    for eval_set, answered in works.items():
        for name, items in answered.items():
            records = file_records(run, [predictions_path(run, eval_set, name)])
            source = {"recompute": "correction_claims", "files": records}
            yield from _of_checkpoint(eval_set, name, items, source)
    yield from second_pass_claims(run)
    results = compare_arms(run, works)
    for contrast, result in results:
        source = {"recompute": "compare_arms", "files": file_records(run, contrast.files(run))}
        yield _comparison(contrast, result, len(results), source)


def _of_checkpoint(
    eval_set: str, name: str, items: Sequence[Judged], source: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    card, start = correction_scorecard(items), f"{eval_set}/{name}/correction"
    names = {"checkpoint": name, "eval_set": eval_set}
    for measure, subject in RATES.items():
        yield _rate(f"{start}/{measure}", subject, names, card[measure], source)
    for measure, template in (("balanced_accuracy", BALANCED), ("d_prime", D_PRIME)):
        yield _value(f"{start}/{measure}", template, names, card[measure], source)
    for kind in dict.fromkeys(item.kind for item in items):
        rates = card["by_kind"][kind]
        of_kind = {**names, "kind": kind}
        for measure in OF_KIND:
            subject = RATES[measure] + OF_THIS_KIND
            yield _rate(f"{start}/kind/{kind}/{measure}", subject, of_kind, rates[measure], source)
    for failure, found in failure_counts(items).items():
        fields = {**names, "failure": failure, "examples": found["examples"]}
        yield _rate(f"{start}/failure/{failure}", FAILURE, fields, found, source)
    if name == SHOWN_ERRORS and card["detection"]["n"] and card["acceptance"]["n"]:
        yield _aim(f"{start}/aim", names, card, source)


def _rate(
    claim_id: str, subject: str, names: Mapping[str, Any], found: Mapping[str, Any], source: Mapping[str, Any]
) -> dict[str, Any]:
    return rate_claim(claim_id, subject, {**names, "k": found["k"], "n": found["n"]}, found, source)


def _value(
    claim_id: str, template: str, names: Mapping[str, Any], found: Mapping[str, float], source: Mapping[str, Any]
) -> dict[str, Any]:
    if not found:
        subject = template.partition(":")[0] + NOTHING_TO_MEASURE
        return make_claim(claim_id, subject, names, source, UNDECIDED)
    return make_claim(claim_id, template, names, source, MEASURED, found["value"], (found["low"], found["high"]))


def _aim(claim_id: str, names: Mapping[str, Any], card: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    """Acceptance and not false alarms: no verdict on right works raises no alarm, and accepts none of them."""
    found, accepted = card["detection"], card["acceptance"]
    fields = {**names, "least": LEAST_DETECTION, "least_accepted": LEAST_ACCEPTANCE, "accepted": accepted["rate"]}
    fields |= {"accepted_low": accepted["low"], "accepted_high": accepted["high"]}
    fields |= {"alarms": card["false_alarms"]["rate"], "unread": card["unparseable"]["rate"]}
    fields["met"] = found["rate"] >= LEAST_DETECTION and accepted["rate"] >= LEAST_ACCEPTANCE
    verdict = UNDECIDED
    if found["low"] >= LEAST_DETECTION and accepted["low"] >= LEAST_ACCEPTANCE:
        verdict = SUPPORTED
    elif found["high"] < LEAST_DETECTION or accepted["high"] < LEAST_ACCEPTANCE:
        verdict = NOT_SUPPORTED
    return make_claim(claim_id, AIM, fields, source, verdict, found["rate"], (found["low"], found["high"]))


def _comparison(
    contrast: Contrast, result: Mapping[str, Any], family: int, source: Mapping[str, Any]
) -> dict[str, Any]:
    fields = {**vars(contrast), "family": family, **{name: result[name] for name in COUNTS}}
    if contrast.kind == SECOND_PASS:
        fields |= {"arm": contrast.a, "a": f"{contrast.a} after", "b": f"{contrast.b} before"}
    resolves = resolvable(result, family)
    if resolves is not None:
        fields["resolves"] = resolves
    ends, ending = (result["low"], result["high"]), SAME_CHECKPOINT if contrast.kind == SECOND_PASS else ONE_SEED
    nothing = nothing_to_see(result["rate_a"], result["rate_b"], result["only_a"] + result["only_b"])
    verdict = difference_verdict(*ends, result["p_holm"])
    if not nothing and verdict == SUPPORTED:
        nothing = result.get("blind", "")
    if nothing:
        fields["nothing"], ending, verdict = nothing, NOTHING_TO_SEE + ending, UNDECIDED
    template = STATED[contrast.kind] + MEASURED_DIFFERENCE + ending
    return make_claim(contrast.id, template, fields, source, verdict, result["difference"], ends)
