"""Claims about the leaderboard: states, sizes, and no ranking across different items."""

import os

import pytest

from tunixlib.artifacts import read_json, sha256_file, sha256_text, write_bytes, write_json, write_jsonl
from tunixlib.evaluation.scoring import grade, scorecard
from tunixlib.evidence.sealing import evidence_files, manifest_digest
from tunixlib.holding import hold
from tunixlib.running.runs_table import list_runs, runs_text
from tunixlib.runs import Run
from tunixlib.stages import STAGES


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
        files = {name: sha256_file(run.path(name)) for name in evidence_files(run.root)}
        manifest = {"timestamp": sealed, "files": files}
        write_json(run.path("run_manifest.json"), {**manifest, "digest": manifest_digest(manifest)})
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


def states(root):
    return {row.name: row.state for row in list_runs(root)}


def test_what_has_no_headline_is_listed_with_its_state(tmp_path):
    made(tmp_path, "going", 5, sealed=None)
    write_jsonl(tmp_path / "started" / "data" / "dataset.jsonl", [{"a": 1}])
    write_json(tmp_path / "orders" / "study.json", {"comparisons": [{"verdict": "undecided"}]})
    write_json(tmp_path / "half" / "study.json", {"comparisons": []})
    write_json(tmp_path / "torn" / "eval_summary.json", {"checkpoints": 3})
    (tmp_path / "README.md").write_text("not a run")
    assert states(tmp_path) == {
        "going": "interrupted at 01_seed",
        "started": "interrupted at 01_seed",
        "orders": "study: undecided",
        "half": "damaged: content that cannot be read (IndexError)",
        "torn": "damaged: content that cannot be read (ArtifactError)",
    }
    text = runs_text(list_runs(tmp_path))
    assert order(text) == ["run", "going", "without a headline", "half", "orders", "started", "torn"]
    assert "2026-01-01T00:00:00Z" in text  # an unsealed run shows when it was evaluated


def test_an_unsealed_run_says_which_notebook_is_next(tmp_path):
    run = Run(tmp_path / "demo")
    for stage in [stage for stage in STAGES if not stage.switch]:  # of one that is off a run holds nothing
        assert states(tmp_path) in ({}, {"demo": f"interrupted at {stage.name}"})
        write_json(run.record_path(stage.name), {"stage": stage.name})
    assert states(tmp_path) == {"demo": "finished, unsealed"}


def test_a_run_at_work_names_who_works_on_it(tmp_path):
    run = made(tmp_path, "demo", 5, sealed=None)
    lock = hold(run.root)
    row = list_runs(tmp_path)[0]
    lock.release()
    assert row.state.startswith(f"running: process {os.getpid()} on ")
    assert row.headline.accuracy["k"] == 5
    assert states(tmp_path) == {"demo": "interrupted at 01_seed"}


def test_locked_runs_say_so_and_those_that_changed_or_are_gone_are_damaged(tmp_path):
    runs = [made(tmp_path, name, 5) for name in ("good", "remade", "emptied", "free")]
    sha = {run.run_id: {"manifest_sha256": sha256_file(run.path("run_manifest.json"))} for run in runs[:3]}
    write_json(tmp_path / "locked.json", {"runs": {**sha, "gone": sha["good"]}})
    made(tmp_path, "remade", 15)
    runs[2].path("run_manifest.json").unlink()
    assert states(tmp_path) == {
        "good": "locked",
        "free": "sealed",
        "remade": "damaged: locked, but another run than this",
        "emptied": "damaged: locked, but run_manifest.json is gone",
        "gone": "damaged: locked, but its folder is gone",
    }
    assert "| gone | damaged" in runs_text(list_runs(tmp_path))


@pytest.mark.parametrize(
    ("damage", "state"),
    [
        (lambda run: run.path("eval_summary.json").unlink(), "1 files missing, such as eval_summary.json"),
        (lambda run: write_json(run.path("run_manifest.json"), {"timestamp": "x"}), "content that cannot be read (Key"),
        (lambda run: write_bytes(run.path("run_manifest.json"), b"{"), "content that cannot be read (Artifact"),
        (lambda run: write_bytes(run.path("run_manifest.json"), b"[]"), "content that cannot be read (Attribute"),
        (
            lambda run: write_json(
                run.path("run_manifest.json"), {**read_json(run.path("run_manifest.json")), "timestamp": "yesterday"}
            ),
            "run_manifest.json was changed",
        ),
    ],
)
def test_a_sealed_run_with_visible_damage_is_not_called_sealed(tmp_path, damage, state):
    damage(made(tmp_path, "demo", 5))
    assert states(tmp_path)["demo"].startswith(f"damaged: {state}")
    runs_text(list_runs(tmp_path))


def test_links_to_nowhere_and_folders_in_place_of_files_crash_nothing(tmp_path):
    run = made(tmp_path, "demo", 5, sealed=None)
    (run.root / "data").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    run.path("run_manifest.json").mkdir()
    Run(tmp_path / "other").path("eval_summary.json").mkdir(parents=True)
    assert states(tmp_path) == {"demo": "interrupted at 01_seed", "other": "interrupted at 01_seed"}


def test_weights_evidence_and_working_state_are_weighed_apart(tmp_path):
    run = made(tmp_path, "one", 5)
    before = list_runs(tmp_path)[0]
    write_bytes(run.path("training", "flat", "stage_3", "checkpoint", "model.safetensors"), b"w" * 2_000_000)
    write_bytes(run.path(".work", "partial.bin"), b"p" * 500_000)
    after = list_runs(tmp_path)[0]
    assert (before.weights, after.weights, after.evidence) == (0, 2_000_000, before.evidence)
    assert (before.work, after.work) == (0, 500_000)
    assert runs_text([after]).endswith(" | 2.0 MB | 0.5 MB |")


def test_an_empty_folder_says_how_to_start_and_an_unknown_order_is_refused(tmp_path):
    assert runs_text(list_runs(tmp_path / "none")) == (
        "No runs here yet. Start with: python -m tunixlib run --profile smoke"
    )
    with pytest.raises(ValueError, match="found sort 'luck', expected one of accuracy, name, time"):
        runs_text([], "luck")
