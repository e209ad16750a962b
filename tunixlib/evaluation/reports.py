"""Scorecards as a table: the base model is row 1."""

from typing import Any

from tunixlib.tables import markdown_table, percent


def scorecard_table(summary: dict[str, Any]) -> str:
    """Checkpoints by their rates, one table per evaluation set, as Markdown."""
    header = ("checkpoint", "accuracy [95 %]", "lenient", "format", "EOS", "step truth", "coverage", "tokens")
    blocks = []
    for name, entry in summary["eval_sets"].items():
        rows = [_row(card) for card in summary["scorecards"] if card["eval_set"] == name]
        blocks.append(f"**{name}**, {entry['items']} items\n\n{markdown_table(header, rows)}")
    return "\n\n".join(blocks)


def _row(card: dict[str, Any]) -> tuple[Any, ...]:
    rates = ("lenient_accuracy", "format_rate", "eos_rate", "step_truth", "step_coverage")
    shown = [percent(card[name]) for name in rates]
    return card["checkpoint"], percent(card["accuracy"], interval=True), *shown, f"{card['mean_completion_tokens']:.0f}"
