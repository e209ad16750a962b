"""The parts of analysis.md that compare the arms of self-correction: accuracy, second pass, comparisons, training.

for paragraph in render_arms(claims, summary, arms, eval_sets):
    print(paragraph)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.correction_comparisons import ACCURACY, CONTROL, JUDGED, SECOND_PASS
from tunixlib.analysis.report_comparisons import points, undecided
from tunixlib.analysis.second_pass_claims import RATES
from tunixlib.analysis.shown_works import SHOWN_ERRORS
from tunixlib.analysis.verdicts import NOT_SUPPORTED, SUPPORTED, UNDECIDED
from tunixlib.stages import FINAL
from tunixlib.tables import markdown_table, percent

Claims = Mapping[str, dict[str, Any]]
Claim = Mapping[str, Any]

SAID = {
    JUDGED: ("judges more works rightly than", "judges fewer works rightly than"),
    ACCURACY: ("answers more items correctly than", "answers fewer items correctly than"),
}


def render_arms(claims: Claims, arms: Sequence[str], eval_sets: Sequence[str]) -> Iterator[str]:
    """Paragraphs on the arms, ``eval_sets`` being those that ask ordinary questions."""
    yield from _on_questions(claims, arms, eval_sets)
    yield from _second_pass(claims)
    yield from _comparisons(claims)
    yield from _training(claims, arms)


def render_arm_verdict(claims: Claims) -> str:
    """A sentence on what errors add to the words, and one on what it cost."""
    judged = [claim for claim in _contrasts(claims, JUDGED) if claim["fields"]["a"] == SHOWN_ERRORS]
    cost = [claim for claim in _contrasts(claims, ACCURACY) if claim["fields"]["a"] == SHOWN_ERRORS]
    cost = [claim for claim in cost if claim["fields"]["b"] == CONTROL] or cost
    phrases = [_finding(claim) for claim in (*judged, *cost)]
    if not judged:
        phrases.insert(0, f"there is no set of shown works on which {SHOWN_ERRORS} can be held against another arm")
    said = "; ".join(phrases)
    return f"**Verdict.** {said[0].upper()}{said[1:]}."


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


def _contrasts(claims: Claims, kind: str = "") -> list[Claim]:
    found = [claim for claim_id, claim in claims.items() if claim_id.startswith("correction/")]
    return [claim for claim in found if kind in ("", claim["fields"]["kind"])]


def _on_questions(claims: Claims, arms: Sequence[str], eval_sets: Sequence[str]) -> Iterator[str]:
    if not eval_sets:
        return
    yield "### Does learning to check cost anything?"
    yield "Strict accuracy on ordinary questions; the differences and their verdicts stand in the table of comparisons."
    names = [name for name in (FINAL, *arms) if f"{eval_sets[0]}/{name}/accuracy" in claims]
    rows = [(name, *(share_cell(claims[f"{eval_set}/{name}/accuracy"]) for eval_set in eval_sets)) for name in names]
    yield markdown_table(("checkpoint", *eval_sets), rows)


def _second_pass(claims: Claims) -> Iterator[str]:
    shown = [claim for claim_id, claim in claims.items() if claim_id.endswith("/second_pass/shown")]
    if not shown:
        return
    yield "### The second pass"
    yield (
        "Each arm is shown its own work on ordinary questions, checks it, and replaces its answer where it calls the "
        "work wrong. *Mended* are wrong answers that became right, *broken* right ones that became wrong. *Detection* "
        "and *false alarms* are of its own works that could be shown; one counts as wrong when its answer is."
    )
    rows = []
    for claim in shown:
        fields = claim["fields"]
        start = f"{fields['eval_set']}/{fields['checkpoint']}/second_pass"
        found = [share_cell(claims[f"{start}/{measure}"]) for measure in RATES]
        rows.append((fields["checkpoint"], fields["eval_set"], f"{claim['value']} of {fields['n']}", *found))
    yield markdown_table(("arm", "items of", "shown", *(measure.replace("_", " ") for measure in RATES)), rows)


def _comparisons(claims: Claims) -> Iterator[str]:
    found = _contrasts(claims)
    if not found:
        return
    yield "### Comparisons of the arms"
    yield markdown_table(("claim", "items", "difference", "p", "adjusted p", "verdict"), map(_row, found))
    yield (
        "One family, fixed before the results: works judged rightly (a wrong one called wrong, a right one accepted) "
        "by contrastive against surface and control and by retry against control; strict accuracy on ordinary "
        f"questions of each arm against {FINAL} and against control; a second pass against the first. Differences are "
        "paired, in percentage points with 95 % intervals; p is the exact McNemar test, adjusted by Holm over these "
        f"{found[0]['fields']['family']} comparisons. *Not supported* means that the second side is ahead. Who gives "
        "no verdict judges nothing rightly, so an arm is said to judge better only if it also tells wrong works from "
        "right ones: the interval of its balanced accuracy lies above 50 %."
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


def share_cell(claim: Claim) -> str:
    """The share of a claim with its interval, a dash where there was nothing to measure."""
    if "value" not in claim:
        return percent({})
    low, high = claim["interval"]
    return percent({"rate": claim["value"], "low": low, "high": high}, interval=True)
