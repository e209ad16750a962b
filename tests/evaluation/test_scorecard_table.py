"""The table of scorecards is the same from a summary as it was made and as it is read back from its file."""

from tunixlib.artifacts import read_json, write_json
from tunixlib.evaluation.reports import scorecard_table


def card(eval_set, checkpoint):
    rates = ("accuracy", "lenient_accuracy", "format_rate", "eos_rate", "step_truth", "step_coverage")
    share = {"k": 1, "n": 2, "rate": 0.5, "low": 0.1, "high": 0.9}
    return {
        "eval_set": eval_set,
        "checkpoint": checkpoint,
        "mean_completion_tokens": 9.0,
        **dict.fromkeys(rates, share),
    }


def test_evaluation_sets_stand_in_the_order_of_evaluation_whatever_their_names(tmp_path):
    names = ("eval-unseen", "eval-core")
    cards = [card(name, checkpoint) for checkpoint in ("base", "stage_c") for name in names]
    summary = {"eval_sets": {name: {"items": 2} for name in names}, "scorecards": cards}
    write_json(tmp_path / "eval_summary.json", summary)
    table = scorecard_table(summary)
    assert scorecard_table(read_json(tmp_path / "eval_summary.json")) == table
    assert table.index("**eval-unseen**, 2 items") < table.index("**eval-core**, 2 items")
