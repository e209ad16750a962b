"""Cleaning takes weights and working state of sealed runs, and never a byte of evidence."""

import os
import shutil
import subprocess
import sys
from pathlib import PurePath

import pytest
from fault_helpers import snapshot

from tunixlib.artifacts import write_bytes, write_text
from tunixlib.evidence.locks import lock_run
from tunixlib.evidence.verify import verify_run
from tunixlib.holding import SCRATCH_LOCK
from tunixlib.running import housekeeping
from tunixlib.running.housekeeping import clean_leftovers, clean_run, clean_runs, clean_words, cleanable, drop_weights
from tunixlib.runs import MANIFEST, ROOT_VARIABLE, Run, RunError
from tunixlib.seeding import datasets
from tunixlib.submission import bundle
from tunixlib.trees import PROJECT_ROOT, is_evidence, remove


@pytest.fixture
def run(made, tmp_path, monkeypatch):
    """A sealed run with the weights of six checkpoints, a resume state and a failed notebook."""
    monkeypatch.setattr(datasets, "DATA_ROOT", made / "data")
    shutil.copytree(made / "runs" / "demo", tmp_path / "demo")
    run = Run(tmp_path / "demo")
    remove(run.path(".work", "resume"))
    write_bytes(run.path(".work", "resume", "training", "flat", "state.safetensors"), b"s" * 1000)
    write_text(run.path(".work", "failed-02_train.ipynb"), "{}" * 50)
    return run


def weights_of(run):
    return [path for path in run.root.rglob("checkpoint/*") if path.name != "checkpoint.json"]


def evidence_of(run):
    return {name: data for name, data in snapshot(run.root).items() if is_evidence(PurePath(name))}


def test_cleaning_frees_what_it_says_and_leaves_evidence_that_verifies(run):
    before, weights = evidence_of(run), sum(path.stat().st_size for path in weights_of(run))
    assert len(weights_of(run)) == 12
    found = clean_run(run)
    assert (found.weights, found.work, found.linked) == (weights, 1100, 0)
    assert found.freed == weights + 1100
    assert weights_of(run) == []
    assert evidence_of(run) == before
    assert verify_run(run.root).problems == []
    assert sorted(path.name for path in run.path(".work").iterdir() if path.is_dir()) == ["pipeline", "stages"]
    assert clean_run(run).freed == 0, "again there is nothing left"


def test_a_dry_run_counts_the_same_and_deletes_nothing(run):
    before = {path: path.stat().st_mtime_ns for path in run.root.rglob("*")}
    counted = clean_run(run, dry_run=True)
    assert {path: path.stat().st_mtime_ns for path in run.root.rglob("*")} == before
    assert "nothing was deleted" in clean_words([counted], dry_run=True)
    assert clean_run(run) == counted


def test_what_a_published_model_folder_links_to_is_not_called_free(run, tmp_path):
    weights = run.path("training", "curriculum", "stage_c", "checkpoint", "model.safetensors")
    size = weights.stat().st_size
    os.link(weights, tmp_path / "model.safetensors")
    found = clean_run(run)
    assert (found.linked, found.freed) == (size, found.weights + found.work - size)
    assert "linked from dist/demo/" in clean_words([found], dry_run=False)
    assert (tmp_path / "model.safetensors").stat().st_size == size


def test_what_a_run_still_needs_is_never_deleted(run):
    sealed = snapshot(run.root)
    held = subprocess.Popen(
        [sys.executable, "-c", f"from pathlib import Path; from tunixlib.holding import hold\n"
         f"held = hold(Path({str(run.root)!r})); print('ready', flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT,
    )  # fmt: skip
    assert held.stdout.readline() == "ready\n"
    with pytest.raises(RunError, match=f"in use by process {held.pid}"):
        clean_run(run)
    held.communicate("\n")
    assert snapshot(run.root) == sealed
    run.path(MANIFEST).rename(run.root.parent / "aside")
    with pytest.raises(RunError, match="is not sealed: what it keeps is needed to continue it"):
        clean_run(run)
    with pytest.raises(RunError, match="is not sealed: its weights are still needed"):
        drop_weights(run)
    (run.root.parent / "aside").rename(run.path(MANIFEST))
    lock_run(run)
    for take in (clean_run, drop_weights, lambda run: clean_run(run, dry_run=True)):
        with pytest.raises(RunError, match="is locked as a submission"):
            take(run)
    assert snapshot(run.root) == sealed


def test_a_run_that_does_not_verify_keeps_its_weights(run):
    write_text(run.path("analysis.md"), "better\n")
    with pytest.raises(RunError, match=r"does not verify and nothing was deleted; found .* first: analysis\.md"):
        clean_run(run)
    assert len(weights_of(run)) == 12


def test_a_cleaning_that_was_killed_between_two_files_is_finished_by_the_same_command(run, monkeypatch):
    """Of weights in several files some are gone then, which without a mark would be a checkpoint that was changed."""

    def drop_half(run):
        weights_of(run)[0].write_bytes(b"of two files one is left")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(housekeeping, "drop_weights", drop_half)
        clean_run(run)
    assert verify_run(run.root).problems or weights_of(run)
    clean_run(run)
    assert weights_of(run) == []
    assert verify_run(run.root).problems == []
    assert not run.path(".work", "cleaning").exists()


def test_of_all_runs_those_are_cleaned_that_are_sealed_and_not_locked(run, made):
    root = run.root.parent
    shutil.copytree(made / "unsealed" / "demo", root / "going")
    shutil.copytree(run.root, root / ".hidden")
    write_text(root / "README.md", "not a run")
    assert [found.run_id for found in cleanable(root)] == ["demo"]
    lock_run(run)
    assert list(cleanable(root)) == []
    assert list(cleanable(root / "none")) == []


def test_a_refused_run_is_named_and_the_others_are_cleaned(run, made, tmp_path):
    shutil.copytree(made / "unsealed" / "demo", tmp_path / "going")
    done, refused = clean_runs([Run(tmp_path / "going"), run])
    assert [one.run_id for one in done] == ["demo"]
    assert [words.split(":")[0] for words in refused] == ["run 'going' is not sealed"]


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "tunixlib", *arguments], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )


def test_the_command_line_says_what_was_freed_and_what_it_cannot_clean(run):
    dry = command("clean", str(run.root), "--dry-run")
    assert (dry.returncode, dry.stdout.splitlines()[-1]) == (0, "would free 0.0 MB; nothing was deleted")
    run.path(MANIFEST).unlink()
    done = command("clean", str(run.root))
    assert (done.returncode, done.stdout) == (1, "no run was cleaned\n")
    assert "not cleaned: run 'demo' is not sealed" in done.stderr
    assert command("clean").returncode == 1


def test_what_killed_processes_left_is_named_by_a_dry_run_and_removed_by_cleaning(tmp_path, monkeypatch):
    places = [tmp_path / name for name in ("runs", "dist", "cache")]
    monkeypatch.setenv(ROOT_VARIABLE, str(places[0]))
    monkeypatch.setattr(bundle, "DIST", places[1])
    monkeypatch.setenv("TUNIXLIB_CACHE", str(places[2]))
    left = [place / ".one.abcd1234.part" for place in places]
    for path in left:
        write_bytes(path / "half", b"x" * 2_000_000)
        write_text(path / SCRATCH_LOCK, "")
    write_text(places[0] / ".mine" / "notes", "kept")
    lines = [f"{path}: 2.0 MB, its process ended half-way" for path in left]
    assert clean_leftovers(dry_run=True).splitlines() == [f"would remove {line}" for line in lines]
    assert all(path.is_dir() for path in left)
    assert clean_leftovers().splitlines() == [f"removed {line}" for line in lines]
    assert not any(path.exists() for path in left) and (places[0] / ".mine" / "notes").is_file()
    assert clean_leftovers() == ""
