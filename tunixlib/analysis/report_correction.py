"""The part of analysis.md on self-correction, rendered from claims; nothing for a run without such arms.

for paragraph in render_correction(claims, summary):
    print(paragraph)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.correction_claims import LEAST_DETECTION, MOST_ALARMS, OF_KIND, RATES
from tunixlib.analysis.correction_comparisons import ACCURACY, CONTROL, JUDGED, SECOND_PASS
from tunixlib.analysis.report_comparisons import points, undecided
from tunixlib.analysis.run_files import Summary
from tunixlib.analysis.shown_works import SHOWN_ERRORS, WORDS_ONLY
from tunixlib.analysis.verdicts import NOT_SUPPORTED, SUPPORTED, UNDECIDED
from tunixlib.evaluation.correction_failures import FAILURES
from tunixlib.runs import CORRECTION_ARMS, FINAL
from tunixlib.tables import markdown_table, percent

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
    "- The works come from families of questions that the arms were trained on, though never from these questions.",
    "- A wrong work and its right twin share a question, so items hang together: intervals and p-values, which take "
    "them for independent, are somewhat too sure.",
    "- Each arm is one checkpoint of one seed; only several seeds can say what an arm does as a method.",
    "- An arm that never saw the form of a verdict cannot give one. Against control and the checkpoint before, a "
    "difference in works judged rightly therefore measures the form, too; against surface, which knows the form, it "
    "does not.",
)
SAID = {
    JUDGED: ("judges more works rightly than", "judges fewer works rightly than"),
    ACCURACY: ("answers more items correctly than", "answers fewer items correctly than"),
}


def render_correction(claims: Claims, summary: Summary) -> Iterator[str]:
    """The section, verdict first and the aim last."""
    arms = [arm for arm in CORRECTION_ARMS if arm in summary.checkpoints]
    if not arms:
        return
    yield "## Self-correction"
    yield _verdict(claims)
    sets = list(dict.fromkeys(claim["fields"]["eval_set"] for claim in _named(claims, "/correction/detection")))
    for eval_set in sets:
        yield from _on_works(claims, eval_set, [name for name in (FINAL, *arms) if _key(eval_set, name) in claims])
    yield from _on_questions(claims, arms, [name for name in summary.eval_sets if name not in sets])
    yield from _comparisons(claims)
    yield from _training(claims, arms)
    yield "### Limits of these measures"
    yield "\n".join(LIMITS)
    yield from (_aim(claim) for claim in _named(claims, "/correction/aim"))


def _key(eval_set: str, name: str, measure: str = "detection") -> str:
    return f"{eval_set}/{name}/correction/{measure}"


def _named(claims: Claims, ending: str) -> list[Claim]:
    return [claim for claim_id, claim in claims.items() if claim_id.endswith(ending)]


def _contrasts(claims: Claims, kind: str = "") -> list[Claim]:
    found = [claim for claim_id, claim in claims.items() if claim_id.startswith("correction/")]
    return [claim for claim in found if kind in ("", claim["fields"]["kind"])]


def _verdict(claims: Claims) -> str:
    """A sentence on what errors add to the words, and one on what it cost."""
    judged = [claim for claim in _contrasts(claims, JUDGED) if claim["fields"]["a"] == SHOWN_ERRORS]
    cost = [claim for claim in _contrasts(claims, ACCURACY) if claim["fields"]["a"] == SHOWN_ERRORS]
    cost = [claim for claim in cost if claim["fields"]["b"] == CONTROL] or cost
    phrases = [_finding(claim) for claim in (*judged, *cost)]
    if not judged:
        phrases.insert(
            0, "whether errors that are shown are seen was not measured: no set of shown works compares two arms"
        )
    return f"**Verdict.** {'; '.join(phrases)}."


def _finding(claim: Claim) -> str:
    fields = claim["fields"]
    more, fewer = SAID[fields["kind"]]
    sides = f"{100 * fields['rate_a']:.1f} % against {100 * fields['rate_b']:.1f} % of {fields['n']}"
    measured = f"{sides}, difference {points(claim)}, adjusted p = {fields['p_holm']:.2g}"
    place, a, b = f"on {fields['eval_set']}", fields["a"], fields["b"]
    if claim["verdict"] == UNDECIDED:
        why = f" ({fields['nothing']})" if "nothing" in fields else ""
        return f"{place} it is undecided whether {a} {more} {b}: {measured}{why}"
    return f"{place} {a} {more if claim['verdict'] == SUPPORTED else fewer} {b}: {measured}"


def _on_works(claims: Claims, eval_set: str, names: Sequence[str]) -> Iterator[str]:
    n = claims[_key(eval_set, names[0], "unparseable")]["fields"]["n"]
    yield f"### Shown works of {eval_set}"
    yield f"{n} works; {FINAL} is the checkpoint that every arm started from. {WORKS}"
    header = ("checkpoint", *(measure.replace("_", " ") for measure in RATES), "balanced accuracy", "d'")
    rows = []
    for name in names:
        cells = [_share(claims[_key(eval_set, name, measure)]) for measure in (*RATES, "balanced_accuracy")]
        rows.append((name, *cells, _number(claims[_key(eval_set, name, "d_prime")])))
    yield markdown_table(header, rows)
    yield "![Detection against false alarms by arm, with intervals](figures/correction_rates.png)"
    yield from _by_kind(claims, eval_set, names)
    yield "![Kinds of error by outcome](figures/correction_kinds.png)"
    yield "![Shown works with the marks of a checkpoint](figures/correction_examples.png)"
    yield from _failures(claims, eval_set, names)


def _by_kind(claims: Claims, eval_set: str, names: Sequence[str]) -> Iterator[str]:
    start = _key(eval_set, names[0], "kind/")
    kinds = list(dict.fromkeys(key.removeprefix(start).split("/")[0] for key in claims if key.startswith(start)))
    shown = [name for name in (SHOWN_ERRORS, WORDS_ONLY) if name in names] or list(names[-1:])
    columns = [(name, measure) for name in shown for measure in OF_KIND]
    rows = []
    for kind in kinds:
        found = [claims[_key(eval_set, name, f"kind/{kind}/{measure}")] for name, measure in columns]
        rows.append((f"{kind} ({found[0]['fields']['n']})", *map(_share, found)))
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


def _on_questions(claims: Claims, arms: Sequence[str], eval_sets: Sequence[str]) -> Iterator[str]:
    if not eval_sets:
        return
    yield "### Does learning to check cost anything?"
    yield "Strict accuracy on ordinary questions; the differences and their verdicts stand in the table of comparisons."
    names = [name for name in (FINAL, *arms) if f"{eval_sets[0]}/{name}/accuracy" in claims]
    rows = [(name, *(_share(claims[f"{eval_set}/{name}/accuracy"]) for eval_set in eval_sets)) for name in names]
    yield markdown_table(("checkpoint", *eval_sets), rows)


def _comparisons(claims: Claims) -> Iterator[str]:
    found = _contrasts(claims)
    if not found:
        return
    yield "### Comparisons of the arms"
    yield markdown_table(("claim", "items", "difference", "p", "adjusted p", "verdict"), map(_row, found))
    yield (
        "One family, fixed before the results: works judged rightly (a wrong one called wrong, a right one accepted) by "
        "contrastive against surface and control and by retry against control; strict accuracy on ordinary questions of "
        f"each arm against {FINAL} and against control; a second pass against the first. Differences are paired, in "
        "percentage points with 95 % intervals; p is the exact McNemar test, adjusted by Holm over these "
        f"{found[0]['fields']['family']} comparisons. *Not supported* means that the second is ahead."
    )
    open_ones = [undecided(claim) for claim in found if claim["verdict"] == UNDECIDED]
    if open_ones:
        yield "\n".join(open_ones)


def _row(claim: Claim) -> Sequence[str]:
    fields = claim["fields"]
    what = {JUDGED: "works judged rightly", ACCURACY: "strict accuracy", SECOND_PASS: "second pass"}[fields["kind"]]
    stated = f"{fields['eval_set']}, {what}: {fields['a']} above {fields['b']}"
    numbers = (points(claim), f"{fields['p_value']:.2g}", f"{fields['p_holm']:.2g}")
    return stated, str(fields["n"]), *numbers, claim["verdict"]


def _training(claims: Claims, arms: Sequence[str]) -> Iterator[str]:
    rows = []
    for arm in [arm for arm in arms if f"training/{arm}/steps" in claims]:
        steps, tokens, loss = (claims[f"training/{arm}/{name}"] for name in ("steps", "tokens", "final_loss"))
        targets = f"{tokens['fields']['target_tokens']:,}"
        rows.append((arm, f"{steps['value']:,}", f"{tokens['value']:,}", targets, f"{loss['value']:.3f}"))
    if rows:
        yield "### Training of the arms"
        yield markdown_table(("arm", "steps", "tokens", "of them in completions", "loss at the last step"), rows)
        yield "They hold different rows, so tokens and losses are no comparison of the arms."
    same = claims.get("training/self-correction/same-steps")
    if same and same["verdict"] == NOT_SUPPORTED:
        yield f"The arms differ in size. {same['text']}"


def _aim(claim: Claim) -> str:
    """By rule: met or missed by what was measured, and what the intervals allow to say."""
    fields, (low, high) = claim["fields"], claim["interval"]
    allowed = {
        SUPPORTED: "both intervals keep to it", NOT_SUPPORTED: "an interval lies outside of it",
        UNDECIDED: "the intervals leave open which it is",
    }[claim["verdict"]]  # fmt: skip
    return (
        f"**The aim**, set before any run: detection of {100 * LEAST_DETECTION:.0f} % or more at false alarms of "
        f"{100 * MOST_ALARMS:.0f} % or less. {fields['checkpoint']} on {fields['eval_set']}: "
        f"{100 * claim['value']:.1f} % [{100 * low:.1f}, {100 * high:.1f}] at {100 * fields['alarms']:.1f} % "
        f"[{100 * fields['alarms_low']:.1f}, {100 * fields['alarms_high']:.1f}]. By the measured rates it is "
        f"{'met' if fields['met'] else 'missed'}; {allowed}."
    )


def _share(claim: Claim) -> str:
    if "value" not in claim:
        return percent({})
    low, high = claim["interval"]
    return percent({"rate": claim["value"], "low": low, "high": high}, interval=True)


def _number(claim: Claim) -> str:
    if "value" not in claim:
        return "–"
    low, high = claim["interval"]
    return f"{claim['value']:.2f} [{low:.2f}, {high:.2f}]"
