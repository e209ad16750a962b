"""The part of analysis.md on self-correction, rendered from claims; nothing for a run without such arms.

for paragraph in render_correction(claims, summary):
    print(paragraph)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.correction_claims import LEAST_ACCEPTANCE, LEAST_DETECTION, OF_KIND, RATES
from tunixlib.analysis.report_correction_arms import render_arm_verdict, render_arms, share_cell
from tunixlib.analysis.run_files import Summary
from tunixlib.analysis.shown_works import SHOWN_ERRORS, WORDS_ONLY
from tunixlib.analysis.verdicts import NOT_SUPPORTED, SUPPORTED, UNDECIDED
from tunixlib.evaluation.correction_failures import FAILURES
from tunixlib.stages import CORRECTION_ARMS, FINAL
from tunixlib.tables import markdown_table

Claims = Mapping[str, dict[str, Any]]
Claim = Mapping[str, Any]

WORKS = (
    "*Detection*, *localisation* and *repair* are shares of the wrong works: called wrong, the first wrong line named, "
    "and the right answer given as well. *False alarms* are right works called wrong, *false assurance* wrong works "
    "called right. Where no verdict can be read, it counts as false on either side, so that balanced accuracy falls "
    "below 50 % and d' below 0. Always saying “right” has detection 0 %, balanced accuracy 50 % and d' 0."
)
LIMITS = (
    "- The errors are made by rule, one in each wrong work, of six kinds; people and models err in other ways.",
    "- The works come mostly from families of questions that the arms were trained on, though never from these "
    "questions; some come from families that no arm was trained on.",
    "- A wrong work and its right twin share a question. Rates of the wrong works and rates of the right ones have "
    "each question once; what joins both (balanced accuracy, d', works judged rightly) takes twins for independent, so "
    "its intervals and p-values are approximate.",
    "- Each arm is one checkpoint of one seed; only several seeds can say what an arm does as a method.",
    "- An arm that never saw the form of a verdict cannot give one. Against control and the checkpoint before, a "
    "difference in works judged rightly therefore measures the form, too; against surface, which knows the form, it "
    "does not.",
)


def render_correction(claims: Claims, summary: Summary) -> Iterator[str]:
    """The section, verdict first and the aim last."""
    arms = [arm for arm in CORRECTION_ARMS if arm in summary.checkpoints]
    if not arms:
        return
    yield "## Self-correction"
    yield render_arm_verdict(claims)
    sets = list(dict.fromkeys(claim["fields"]["eval_set"] for claim in _named(claims, "/correction/detection")))
    for eval_set in sets:
        yield from _on_works(claims, eval_set, [name for name in (FINAL, *arms) if _key(eval_set, name) in claims])
    yield from render_arms(claims, arms, [name for name in summary.eval_sets if name not in sets])
    yield "### Limits of these measures"
    yield "\n".join(LIMITS)
    yield from (_aim(claim) for claim in _named(claims, "/correction/aim"))


def _key(eval_set: str, name: str, measure: str = "detection") -> str:
    return f"{eval_set}/{name}/correction/{measure}"


def _named(claims: Claims, ending: str) -> list[Claim]:
    return [claim for claim_id, claim in claims.items() if claim_id.endswith(ending)]


def _on_works(claims: Claims, eval_set: str, names: Sequence[str]) -> Iterator[str]:
    n = claims[_key(eval_set, names[0], "unparseable")]["fields"]["n"]
    yield f"### Shown works of {eval_set}"
    yield f"{n} works; {FINAL} is the checkpoint that every arm started from. {WORKS}"
    header = ("checkpoint", *(measure.replace("_", " ") for measure in RATES), "balanced accuracy", "d'")
    rows = []
    for name in names:
        cells = [share_cell(claims[_key(eval_set, name, measure)]) for measure in (*RATES, "balanced_accuracy")]
        rows.append((name, *cells, _number(claims[_key(eval_set, name, "d_prime")])))
    yield markdown_table(header, rows)
    yield "![Detection against false alarms by arm, with intervals](figures/correction_rates.png)"
    yield from _by_kind(claims, eval_set, names)
    yield "![Kinds of error by outcome](figures/correction_kinds.png)"
    yield "![Shown works with the marks of a checkpoint](figures/marked_works.png)"
    yield from _failures(claims, eval_set, names)


def _by_kind(claims: Claims, eval_set: str, names: Sequence[str]) -> Iterator[str]:
    start = _key(eval_set, names[0], "kind/")
    kinds = list(dict.fromkeys(key.removeprefix(start).split("/")[0] for key in claims if key.startswith(start)))
    shown = [name for name in (SHOWN_ERRORS, WORDS_ONLY) if name in names] or list(names[-1:])
    columns = [(name, measure) for name in shown for measure in OF_KIND]
    rows = []
    for kind in kinds:
        found = [claims[_key(eval_set, name, f"kind/{kind}/{measure}")] for name, measure in columns]
        rows.append((f"{kind} ({found[0]['fields']['n']})", *map(share_cell, found)))
    yield "By kind of error, with the number of wrong works:\n\n" + markdown_table(
        ("kind", *(f"{name}: {measure}" for name, measure in columns)), rows
    )


def _failures(claims: Claims, eval_set: str, names: Sequence[str]) -> Iterator[str]:
    yield "How checks fail, counted by rule (`tunixlib/evaluation/correction_failures.py`); a check may be in several:"
    shown = SHOWN_ERRORS if SHOWN_ERRORS in names else names[-1]
    rows = []
    for failure in FAILURES:
        found = {name: claims[_key(eval_set, name, f"failure/{failure}")]["fields"] for name in names}
        counts = [f"{fields['k']} of {fields['n']}" for fields in found.values()]
        rows.append((failure.replace("_", " "), *counts, ", ".join(found[shown]["examples"]) or "–"))
    yield markdown_table(("class", *names, f"first examples, {shown}"), rows)


def _aim(claim: Claim) -> str:
    """By rule: met or missed by what was measured, and what the intervals allow to say."""
    fields, (low, high) = claim["fields"], claim["interval"]
    allowed = {
        SUPPORTED: "both intervals keep to it", NOT_SUPPORTED: "an interval lies outside of it",
        UNDECIDED: "the intervals leave open which it is",
    }[claim["verdict"]]  # fmt: skip
    return (
        f"**The aim**, set before any run: detection of {100 * LEAST_DETECTION:.0f} % or more at false alarms of "
        f"{100 - 100 * LEAST_ACCEPTANCE:.0f} % or less, where a right work without a verdict counts as a false alarm: "
        f"{100 * LEAST_ACCEPTANCE:.0f} % or more of the right works accepted. On {fields['eval_set']}, "
        f"{fields['checkpoint']} has detection of {100 * claim['value']:.1f} % [{100 * low:.1f}, {100 * high:.1f}] and "
        f"accepts {100 * fields['accepted']:.1f} % [{100 * fields['accepted_low']:.1f}, "
        f"{100 * fields['accepted_high']:.1f}], with false alarms of {100 * fields['alarms']:.1f} % and "
        f"with no verdict that can be read on {100 * fields['unread']:.1f} % of the works. By the measured "
        "rates the aim is "
        f"{'met' if fields['met'] else 'missed'}; {allowed}."
    )


def _number(claim: Claim) -> str:
    if "value" not in claim:
        return "–"
    low, high = claim["interval"]
    return f"{claim['value']:.2f} [{low:.2f}, {high:.2f}]"
