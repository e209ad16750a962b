"""What a person reads when a run has ended: the table, where things are, what to do next."""

from typing import Any

from tunixlib.artifacts import read_json
from tunixlib.runs import PROJECT_ROOT, Run
from tunixlib.tables import percent

LABELS = {"base": "base model", "flat": "flat", "stage_a": "stage A", "stage_b": "stage B", "stage_c": "stage C"}


def result_table(summary: dict[str, Any]) -> str:
    """The table of checkpoints as text, one block per evaluation set."""
    blocks = []
    for name, entry in summary["eval_sets"].items():
        lines = [f"{name}, {entry['items']} items, 95 % intervals"]
        lines.append(f"{'':12}{'accuracy':>24}{'lenient':>10}{'format':>10}{'step truth':>12}{'coverage':>10}")
        for card in summary["scorecards"]:
            if card["eval_set"] == name:
                cells = f"{percent(card['accuracy'], True):>24}{percent(card['lenient_accuracy']):>10}"
                cells += f"{percent(card['format_rate']):>10}{percent(card['step_truth']):>12}"
                lines.append(f"{LABELS[card['checkpoint']]:12}{cells}{percent(card['step_coverage']):>10}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def closing_words(run: Run) -> str:
    """The end of a run: result table, evidence, report, bundle, next steps."""
    summary = read_json(run.path("eval_summary.json"))
    folder = _shown(run)
    return "\n".join(
        [
            "",
            result_table(summary),
            "",
            f"evidence   {folder}",
            f"report     dist/{run.run_id}/report.html",
            f"bundle     dist/{run.run_id}/bundle.zip",
            "",
            "next       read analysis.md in the evidence folder, or open the report in a browser",
            f"           check every number again: python -m tunixlib verify {folder}",
            "           look into it by hand: make lab, then notebooks/06_analysis.ipynb with this RUN_ID",
        ]
    )


def _shown(run: Run) -> str:
    return str(run.root.relative_to(PROJECT_ROOT)) if run.root.is_relative_to(PROJECT_ROOT) else str(run.root)
