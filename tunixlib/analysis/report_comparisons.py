"""The parts of analysis.md that compare, rendered from claims: the verdict, the table, what is undecided and why.

print(render_verdict(claims, summary))
for paragraph in render_comparisons(claims):
    print(paragraph)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.comparisons import LENIENT_RULE, NUMERIC
from tunixlib.analysis.run_files import BASE, Summary
from tunixlib.analysis.verdicts import ALPHA, NOT_SUPPORTED, SUPPORTED, UNDECIDED
from tunixlib.tables import markdown_table

Claims = Mapping[str, dict[str, Any]]


def _differences(claims: Claims) -> list[dict[str, Any]]:
    return [claim for claim in claims.values() if "how_a" in claim["fields"]]


def render_verdict(claims: Claims, summary: Summary) -> str:
    """One sentence on the last checkpoint against base, on items that base can be graded on, and one against flat."""
    found = [claim for claim in _differences(claims) if claim["fields"]["eval_set"] == summary.eval_sets[0]]
    found = [claim for claim in found if claim["fields"]["b"] != BASE or claim["fields"]["items"] == NUMERIC]
    against = {claim["fields"]["b"]: claim for claim in found}  # the last one against base is the last checkpoint
    phrases = [_finding(claim) for claim in against.values()]
    if not phrases:
        return "**Verdict.** No two checkpoints were evaluated, so there is nothing to compare."
    return f"**Verdict.** On {summary.eval_sets[0]}, " + "; ".join(phrases) + "."


def _finding(claim: Mapping[str, Any]) -> str:
    fields = claim["fields"]
    how = "by the last number where there are no tags" if fields["how_b"] == "lenient" else "strict"
    a, b, items = f"{fields['a']} (strict)", f"{fields['b']} ({how})", fields["items"]
    if "value" not in claim:
        return f"of {items}, it is undecided whether {a} answers more correctly than {b}: there are none"
    sides = f"{100 * fields['rate_a']:.1f} % against {100 * fields['rate_b']:.1f} % of these {fields['n']}"
    measured = f"{sides}, difference {points(claim)}, adjusted p = {fields['p_holm']:.2g}"
    if claim["verdict"] == SUPPORTED:
        return f"of {items}, {a} answers more correctly than {b}: {measured}"
    if claim["verdict"] == NOT_SUPPORTED:
        return f"of {items}, {a} answers fewer correctly than {b}: {measured}"
    why = f" ({fields['nothing']})" if "nothing" in fields else ""
    return f"of {items}, it is undecided whether {a} answers more correctly than {b}: {measured}{why}"


def points(claim: Mapping[str, Any]) -> str:
    """The difference of a claim and its interval, in percentage points."""
    low, high = claim["interval"]
    return f"{100 * claim['value']:+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"


def render_comparisons(claims: Claims) -> Iterator[str]:
    """Paragraphs: the table of all comparisons, how they were made, and each one that is undecided."""
    found = _differences(claims)
    if not found:
        yield "There are no two checkpoints to compare."
        return
    yield markdown_table(("claim", "items", "difference", "p", "adjusted p", "verdict"), map(_row, found))
    yield (
        "Differences are paired on the same items, in percentage points with 95 % intervals; p is the exact McNemar "
        f"test, adjusted by Holm over these {found[0]['fields']['family']} comparisons."
    )
    if any(claim["fields"]["b"] == BASE for claim in found):
        yield (
            f"The base model never saw the tags, so it is graded lenient: {LENIENT_RULE}. On all items a trained "
            f"checkpoint can therefore be ahead by its form alone, where the answer is a text. On {NUMERIC}, both "
            "sides can be right, and what is said of the base model rests on these."
        )
    open_ones = [undecided(claim) for claim in found if claim["verdict"] == UNDECIDED]
    if open_ones:
        yield "\n".join(open_ones)
    if any(claim["fields"]["b"] == "flat" for claim in found):
        yield "![Curriculum minus flat with its interval](figures/order_effect.png)"
        yield (
            "Curriculum against flat has one seed here: it measures these two checkpoints on these items, not the two "
            "orders of training as methods. A study over several seeds would."
        )


def _row(claim: Mapping[str, Any]) -> Sequence[str]:
    f = claim["fields"]
    items = f"{f['n']}, the answer a number" if f["items"] == NUMERIC else str(f["n"])
    numbers = (points(claim), f"{f['p_value']:.2g}", f"{f['p_holm']:.2g}") if "value" in claim else ("–", "–", "–")
    stated = f"{f['eval_set']}: {f['a']} ({f['how_a']}) above {f['b']} ({f['how_b']})"
    return stated, items, *numbers, claim["verdict"]


def _count(fields: Mapping[str, Any]) -> str:
    return f"{fields['n']} items" + (" whose expected answer is a number" if fields.get("items") == NUMERIC else "")


def undecided(claim: Mapping[str, Any]) -> str:
    """A line of a list: what is undecided, and the difference that these items could have shown."""
    f = claim["fields"]
    start = f"- Undecided, {f['eval_set']}: {f['a']} against {f['b']} on {_count(f)}"
    if "value" not in claim:
        return f"{start}, nothing to measure."
    if "nothing" in f:
        return f"{start}, {points(claim)}; {f['nothing']}."
    found = f"{start}, {points(claim)}. The two disagree on {f['only_a'] + f['only_b']}: "
    if "resolves" not in f:
        return found + "too few to show any difference."
    return found + (
        f"a true difference of {100 * f['resolves']:.1f} points would show four times in five (p under {ALPHA} shared "
        f"by {f['family']} comparisons), a smaller one less often."
    )
