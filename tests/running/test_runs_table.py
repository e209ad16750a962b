"""Claims about the leaderboard: states, sizes, and no ranking across different items."""

import pytest

from tunixlib.artifacts import sha256_text, write_bytes, write_json, write_jsonl
from tunixlib.evaluation.scoring import grade, scorecard
from tunixlib.running.runs_table import list_runs, runs_text
from tunixlib.runs import Run


def made(root, name, right, items=20, eval_set="eval-core", sealed="2026-01-02T03:04:05Z", bytes_of_set=""):
    run, rows = Run(root / name), []
    for n in range(items):
        text = f"<reasoning>\nIt is {n}.\n</reasoning>\n<answer>{n if n < right else 'no'}</answer>"
        row = {"id": f"{n}", "prompt": f"{n}?", "expected_answer": f"{n}", "section": "core", "category": "synthetic"}
        row |= {"difficulty": "easy", "family": "adding", "completion": text, "finish_reason": "eos", "tokens": 9}
        rows.append({**row, **grade(text, f"{n}", "eos")})
    cards = [scorecard(rows, name, eval_set) for name in ("flat", "stage_c")]
    sets = {eval_set: {"items": items, "sha256": sha256_text(eval_set + bytes_of_set)}}
    summary = {"checkpoints": ["flat", "stage_c"], "scorecards": cards, "eval_sets": sets}
    write_json(run.path("eval_summary.json"), {**summary, "evaluated_at": "2026-01-01T00:00:00Z"})
    if sealed:
        write_json(run.path("run_manifest.json"), {"timestamp": sealed})
    return run


def order(text):
    return [line.split(" | ")[0][2:] for line in text.splitlines() if line.startswith("| ") and "---" not in line]


def test_runs_on_the_same_items_are_ranked_with_their_intervals(tmp_path):
    made(tmp_path, "worst", 5)
    made(tmp_path, "best", 15, sealed="2026-01-01T03:04:05Z")
    text = runs_text(list_runs(tmp_path))
    assert order(text) == ["run", "best", "worst"]
    assert text.startswith("eval-core, 20 items (set ")
    assert "| best | sealed | stage_c | 75.0 % [53.1, 88.8] | 2026-01-01T03:04:05Z |" in text
    assert order(runs_text(list_runs(tmp_path), "time")) == ["run", "worst", "best"]
    assert order(runs_text(list_runs(tmp_path), "name")) == ["run", "best", "worst"]


@pytest.mark.parametrize("other", [{"items": 10}, {"eval_set": "eval-unseen"}, {"bytes_of_set": "changed"}])
def test_runs_on_other_items_get_another_table_and_a_word_about_it(tmp_path, other):
    made(tmp_path, "one", 5)
    made(tmp_path, "two", 10, **other)
    text = runs_text(list_runs(tmp_path))
    assert order(text).count("run") == 2
    assert "accuracies on different items are not ranked together" in text


def test_what_has_no_headline_is_listed_with_its_state(tmp_path):
    made(tmp_path, "going", 5, sealed=None)
    write_jsonl(tmp_path / "started" / "data" / "dataset.jsonl", [{"a": 1}])
    write_json(tmp_path / "orders" / "study.json", {})
    write_json(tmp_path / "torn" / "eval_summary.json", {"checkpoints": 3})
    (tmp_path / "README.md").write_text("not a run")
    rows = {row.name: row.state for row in list_runs(tmp_path)}
    assert rows == {
        "going": "unsealed",
        "started": "unsealed, not evaluated",
        "orders": "study",
        "torn": "unreadable (ArtifactError)",
    }
    text = runs_text(list_runs(tmp_path))
    assert order(text) == ["run", "going", "without a headline", "orders", "started", "torn"]
    assert "2026-01-01T00:00:00Z" in text  # an unsealed run shows when it was evaluated


def test_weights_and_evidence_are_weighed_apart_and_resume_state_not_at_all(tmp_path):
    run = made(tmp_path, "one", 5)
    before = list_runs(tmp_path)[0]
    write_bytes(run.path("training", "flat", "stage_3", "checkpoint", "model.safetensors"), b"w" * 2_000_000)
    write_bytes(run.path(".work", "partial.bin"), b"p" * 5_000)
    after = list_runs(tmp_path)[0]
    assert (before.weights, after.weights, after.evidence) == (0, 2_000_000, before.evidence)
    assert "| 2.0 MB |" in runs_text([after])


def test_an_empty_folder_says_how_to_start_and_an_unknown_order_is_refused(tmp_path):
    assert runs_text(list_runs(tmp_path / "none")) == (
        "No runs here yet. Start with: python -m tunixlib run --profile smoke"
    )
    with pytest.raises(ValueError, match="found sort 'luck', expected one of accuracy, name, time"):
        runs_text([], "luck")
