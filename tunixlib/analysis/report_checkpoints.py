"""The tables of analysis.md on checkpoints, rendered from claims: every rate, and accuracy by section.

for paragraph in render_checkpoints(claims, summary, "eval-core"):
    print(paragraph)
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tunixlib.analysis.comparisons import LENIENT_RULE
from tunixlib.analysis.run_files import Summary
from tunixlib.tables import markdown_table, percent

Claims = Mapping[str, dict[str, Any]]

COLUMNS = (
    f"Accuracy is strict: the answer must stand in its tags. Lenient grades {LENIENT_RULE}. Step truth is the "
    "share of true steps among those that state something checkable; coverage is the share that does. False work is "
    "the share of completions that are right and yet hold a false step."
)


def render_checkpoints(claims: Claims, summary: Summary, eval_set: str) -> Iterator[str]:
    """Paragraphs on one evaluation set: items, the table of checkpoints, accuracy by section if it has several."""
    names = [card["checkpoint"] for card in summary.cards(eval_set)]
    rows = [_checkpoint_row(claims, f"{eval_set}/{name}", name) for name in names]
    yield f"{item_count(claims, summary, eval_set)} items. Brackets hold 95 % intervals."
    header = ("checkpoint", "accuracy", "lenient", "format", "EOS", "step truth", "coverage", "false work", "tokens")
    yield markdown_table(header, rows)
    start = f"{eval_set}/{names[0]}/section/"
    sections = [claim_id.removeprefix(start) for claim_id in claims if claim_id.startswith(start)]
    if len(sections) > 1:
        cells = [[_cell(claims[f"{eval_set}/{name}/section/{section}"]) for section in sections] for name in names]
        counts = [claims[start + section]["fields"]["n"] for section in sections]
        titles = [f"{section} ({count})" for section, count in zip(sections, counts, strict=True)]
        rows = [(name, *row) for name, row in zip(names, cells, strict=True)]
        yield "Accuracy by section, with the number of items:\n\n" + markdown_table(("checkpoint", *titles), rows)


def item_count(claims: Claims, summary: Summary, eval_set: str) -> int:
    """How many items of an evaluation set were asked."""
    first = summary.cards(eval_set)[0]["checkpoint"]
    return int(claims[f"{eval_set}/{first}/accuracy"]["fields"]["n"])


def _checkpoint_row(claims: Claims, start: str, name: str) -> tuple[str, ...]:
    plain = ("lenient_accuracy", "format_rate", "eos_rate", "step_truth", "step_coverage", "right_answer_false_work")
    measured = [_cell(claims[f"{start}/{measure}"], interval=measure == "step_truth") for measure in plain]
    tokens = f"{claims[f'{start}/mean_completion_tokens']['value']:.1f}"
    return (name, _cell(claims[f"{start}/accuracy"]), *measured, tokens)


def _cell(claim: Mapping[str, Any], interval: bool = True) -> str:
    if "value" not in claim:
        return percent({})
    low, high = claim["interval"]
    return percent({"rate": claim["value"], "low": low, "high": high}, interval)
