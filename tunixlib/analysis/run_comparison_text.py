"""A comparison of two checkpoints as text for a terminal: tables in Markdown, or the reasons why it was refused.

print(comparison_text(compare_sides(a, b, "eval-core")))
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tunixlib.analysis.comparison_claims import measure_name
from tunixlib.analysis.comparisons import ALL, LENIENT_RULE, NUMERIC, resolvable
from tunixlib.analysis.run_comparison import Change, RunComparison, verdict
from tunixlib.tables import markdown_table

HEADER = ("items", "run", "baseline", "difference [95 %]", "lost", "gained")
PROMPT_START, LONGEST_ANSWER = 60, 24  # characters of a prompt and of an answer in the list of items


def comparison_text(found: RunComparison) -> str:
    """Everything that was found; when the comparison was refused, the reasons in place of numbers."""
    blocks = ["\n".join(_opening(found))]
    if found.refusals:
        return "\n\n".join([*blocks, "\n".join(["Refused:", *(f"- {refusal}" for refusal in found.refusals)])])
    blocks += [_overall(found), _groups(found), _changes(found), _verdict(found)]
    return "\n\n".join(blocks)


def _opening(found: RunComparison) -> Iterator[str]:
    graded = [measure_name(measure) for measure in found.measures]
    yield f"run       {found.a.label}, graded {graded[0]}"
    yield f"baseline  {found.b.label}, graded {graded[1]}"
    counts = found.counts
    yield f"items     {counts['common']} of {found.eval_set} that both answered"
    for name, what in (
        ("only_a", "only by the run"),
        ("only_b", "only by the baseline"),
        ("changed", "by both, but with another prompt or expected answer"),
    ):
        if counts[name]:
            yield f"left out  {counts[name]} answered {what}"
    for refusal in found.excused:
        yield f"stated    {refusal.kind}: {refusal.reason.split(', expected')[0].removeprefix('found ')}"


def _cells(result: Mapping[str, Any]) -> tuple[Any, ...]:
    rates = (f"{100 * result[name]:.1f} %" for name in ("rate_a", "rate_b"))
    interval = f"[{100 * result['low']:+.1f}, {100 * result['high']:+.1f}]"
    difference = f"{100 * result['difference']:+.1f} points {interval}"
    return (result["n"], *rates, difference, result["only_b"], result["only_a"])


def _overall(found: RunComparison) -> str:
    results = {ALL: found.overall, **({NUMERIC: found.numeric} if found.numeric else {})}
    rows = [(name, *_cells(result), f"{result['p_value']:.2g}") for name, result in results.items()]
    table = markdown_table(("overall", *HEADER, "exact p"), rows)
    resolves = resolvable(found.overall)
    shown = (
        "no difference would show" if resolves is None else f"a true difference of {100 * resolves:.1f} points shows"
    )
    lines = [f"With so many items and changes of side, {shown} four times in five."]
    if "bootstrap_low" in found.overall:
        ends = (100 * found.overall[name] for name in ("bootstrap_low", "bootstrap_high"))
        lines.append("Resampling the items (BCa) gives [{:+.1f}, {:+.1f}].".format(*ends))
    if found.numeric:
        lines.append(f"Lenient: {LENIENT_RULE}; so the second row tells more about the base model.")
    return f"{table}\n\n{' '.join(lines)}"


def _groups(found: RunComparison) -> str:
    """Sections whole; of the families, which are many, those with an item that changed sides."""
    blocks, tests = [], sum(len(results) for results in found.groups.values())
    for group, results in found.groups.items():
        moved = {name: r for name, r in results.items() if group == "section" or r["only_a"] + r["only_b"]}
        rows = [(name, *_cells(r), f"{r['p_holm']:.2g}", verdict(r, r["p_holm"])) for name, r in moved.items()]
        if rows:
            blocks.append(markdown_table((group, *HEADER, "adjusted p", "verdict"), rows))
        if len(moved) < len(results):
            still = sum(r["n"] for name, r in results.items() if name not in moved)
            blocks.append(f"{len(results) - len(moved)} of {len(results)} families, {still} items, have no change.")
    how = f"Exact p-values, adjusted by Holm over these {tests} sections and families, unchanged ones included."
    return "\n\n".join([*blocks, how])


def _changes(found: RunComparison) -> str:
    if not found.changed:
        return "No item changed sides."
    rows = [_change(change) for change in found.changed]
    header = ("item that changed sides", "now", "prompt", "answer before → after", "expected")
    return markdown_table(header, rows)


def _change(change: Change) -> tuple[str, ...]:
    answers = f"{_short(change.before, LONGEST_ANSWER)} → {_short(change.after, LONGEST_ANSWER)}"
    now, prompt = "right" if change.gained else "wrong", _short(change.prompt, PROMPT_START)
    return change.id, now, prompt, answers, _short(change.expected, LONGEST_ANSWER)


def _short(text: str, longest: int) -> str:
    """The start of a text on one line, without control characters."""
    line = "".join(char if char.isprintable() else " " for char in " ".join(text.split())) or "(none)"
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _verdict(found: RunComparison) -> str:
    word = verdict(found.overall, found.overall["p_value"])
    if word == "undecided":
        return f"Verdict: {found.a.label} and {found.b.label} cannot be told apart on these items."
    return f"Verdict: {found.a.label} is significantly {word} than {found.b.label} on these items."
