"""Scorecards and measures of form as tables: the base model first."""

from collections.abc import Mapping, Sequence
from typing import Any

from tunixlib.evaluation.trace_summary import MEASURES
from tunixlib.tables import markdown_table, percent


def scorecard_table(summary: dict[str, Any]) -> str:
    """Checkpoints by their rates, one table per evaluation set, in the order of evaluation, as Markdown."""
    header = ("checkpoint", "accuracy [95 %]", "lenient", "format", "EOS", "step truth", "coverage", "tokens")
    blocks = []
    # Not as ``eval_sets`` has them: a file names those in the order of the alphabet.
    for name in dict.fromkeys(card["eval_set"] for card in summary["scorecards"]):
        rows = [_row(card) for card in summary["scorecards"] if card["eval_set"] == name]
        blocks.append(f"**{name}**, {summary['eval_sets'][name]['items']} items\n\n{markdown_table(header, rows)}")
    return "\n\n".join(blocks)


def _row(card: dict[str, Any]) -> tuple[Any, ...]:
    rates = ("lenient_accuracy", "format_rate", "eos_rate", "step_truth", "step_coverage")
    shown = [percent(card[name]) for name in rates]
    return card["checkpoint"], percent(card["accuracy"], interval=True), *shown, f"{card['mean_completion_tokens']:.0f}"


def trace_table(found: Mapping[str, Mapping[str, Mapping[str, float]]], canned: str) -> str:
    """Measures of form by checkpoint as Markdown: accuracy first, and the canned template (a key of ``found``) last.

    ``found`` maps each checkpoint to what ``trace_summary.summarise`` gives.
    """
    names = [*(name for name in found if name != canned), canned]
    rows = [("**accuracy**", *(percent(dict(found[name]["accuracy"]), interval=True) for name in names))]
    for measure in MEASURES:
        rows.append((measure.title, *(_shown(found[name][measure.key], measure.kind) for name in names)))
    return markdown_table(("measure", *names), rows)


def _shown(value: Mapping[str, float], kind: str) -> str:
    if "mean" not in value:
        return percent(dict(value), interval=True)
    if kind == "share":
        return percent({**value, "rate": value["mean"]}, interval="low" in value)
    text = f"{value['mean']:.1f}"
    return f"{text} [{value['low']:.1f}, {value['high']:.1f}]" if "low" in value else text


def wins_sentence(name: str, titles: Sequence[str], canned_right: str) -> str:
    """Where the canned template is ahead of a checkpoint, in words; ``canned_right`` is ``0 of 120``."""
    if not titles:
        return f"The canned template, which answers {canned_right} items, is ahead of {name} on no measure of form."
    return f"The canned template, which answers {canned_right} items, is ahead of {name} on: {', '.join(titles)}."
