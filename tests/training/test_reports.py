"""Two arms are compared by what they consumed, on record, not by what was planned."""

import pytest

from tunixlib.artifacts import write_json, write_jsonl
from tunixlib.modeling.tokenization import EncodedTrace
from tunixlib.runs import Run
from tunixlib.training.reports import consumed, fairness, training_table

ROWS = {name: EncodedTrace(name, tuple(range(10)), 4) for name in "abcd"}


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path / "demo")


def write_arm(run, arm, batches, **settings):
    folder = run.path("training", arm, "stage_1")
    write_jsonl(folder / "order.jsonl", ({"step": i, "trace_ids": list(b)} for i, b in enumerate(batches, 1)))
    row = {"loss": 2.0, "tokens": 10, "seconds": 1.0}
    write_jsonl(folder / "metrics.jsonl", [row] * len(batches))
    chosen = {"device": "cpu", "precision": "float32", "compile": False, "threads": 2}
    write_json(
        folder / "checkpoint" / "checkpoint.json", {"config": {"learning_rate": 1e-4, **settings}, "chosen": chosen}
    )


def test_the_same_rows_in_another_order_are_fair(run):
    write_arm(run, "flat", ["ab", "cd"])
    write_arm(run, "curriculum", ["da", "bc"])
    found = fairness(run, "flat", "curriculum", ROWS, 0)
    assert found == {
        "rows": (4, 4), "distinct rows": (4, 4), "steps": (2, 2), "tokens": (40, 40), "supervised tokens": (24, 24),
    }  # fmt: skip
    assert consumed(run, "curriculum") == ["d", "a", "b", "c"]


@pytest.mark.parametrize(
    ("batches", "settings", "message"),
    [
        (["ab", "cc"], {}, "2 rows differ, such as trace"),
        (["abcd"], {}, "took 2 and 1 steps"),
        (["ab", "cd"], {"learning_rate": 2e-4}, "train both alike"),
    ],
)
def test_other_rows_steps_or_settings_are_refused(run, batches, settings, message):
    write_arm(run, "flat", ["ab", "cd"])
    write_arm(run, "curriculum", batches, **settings)
    with pytest.raises(ValueError, match=message):
        fairness(run, "flat", "curriculum", ROWS, 0)


def test_a_limit_of_steps_cuts_arms_at_different_rows_and_is_no_error(run):
    write_arm(run, "flat", ["ab"])
    write_arm(run, "curriculum", ["cd"])
    assert fairness(run, "flat", "curriculum", ROWS, 1)["steps"] == (1, 1)


def test_the_training_table_shows_each_segment(run):
    write_arm(run, "flat", ["ab", "cd"])
    assert "| stage_1 | 2 | 20 | 2.000 | 2.000 | 10 | float32 on cpu |" in training_table(run, "flat")
