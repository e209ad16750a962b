"""A locked run is a submission: nothing is written into it, and whatever happens to it is told."""

import shutil
import subprocess
import sys

import pytest
from made_run import rehash, reseal

from tunixlib.artifacts import read_json, write_json, write_text
from tunixlib.evidence import locks
from tunixlib.evidence.locks import lock_problems, lock_run, lock_words
from tunixlib.evidence.sealing import seal
from tunixlib.holding import LOCKED
from tunixlib.running.pipeline import run_pipeline
from tunixlib.runs import MANIFEST, ROOT_VARIABLE, Run, RunError
from tunixlib.submission import archive, bundle
from tunixlib.trees import PROJECT_ROOT


@pytest.fixture
def locked(run):
    lock_run(run)
    return run


def found_in(run):
    return [str(problem) for problem in lock_problems(run.root)]


def snapshot(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_mark_lies_beside_the_run_and_names_manifest_digest_commit_and_time(run, monkeypatch):
    monkeypatch.setattr(locks, "capture_commit", lambda: {"commit": "c" * 40, "dirty": False})
    evidence = {path: data for path, data in snapshot(run.root).items() if ".work" not in path.parts}
    mark = lock_run(run)
    document = read_json(run.root.parent / LOCKED)
    assert document == {"lock_version": "1.0", "runs": {"demo": mark}}
    assert mark["digest"] == read_json(run.path(MANIFEST))["digest"]
    assert mark["commit"] == "c" * 40
    assert {path: data for path, data in snapshot(run.root).items() if ".work" not in path.parts} == evidence
    assert f"manifest sha256 {mark['manifest_sha256']}" in lock_words(run, mark)
    assert found_in(run) == []


def test_locking_again_changes_nothing(locked):
    before = snapshot(locked.root.parent)
    assert lock_run(locked) == read_json(locked.root.parent / LOCKED)["runs"]["demo"]
    assert snapshot(locked.root.parent) == before


def test_a_second_run_is_locked_beside_the_first(locked):
    shutil.copytree(locked.root, locked.root.with_name("demo2"))
    other = Run(locked.root.with_name("demo2"))
    rehash(other.root, run_id="demo2")
    provenance = {**read_json(other.path("provenance.json")), "run_id": "demo2"}
    write_json(other.path("provenance.json"), provenance)
    rehash(other.root)
    locks._add_mark(other)  # its notebooks still name the first one, so it would not verify
    assert sorted(read_json(locked.root.parent / LOCKED)["runs"]) == ["demo", "demo2"]
    assert found_in(locked) == found_in(other) == []


def test_a_run_that_is_not_sealed_or_does_not_verify_cannot_be_locked(run, unsealed):
    with pytest.raises(RunError, match=r"found no run_manifest\.json, expected a sealed run"):
        lock_run(unsealed)
    write_text(run.path("analysis.md"), "better\n")
    with pytest.raises(RunError, match=r"(?s)does not verify, so it cannot be locked.*analysis\.md: found sha256"):
        lock_run(run)
    assert not (run.root.parent / LOCKED).exists()


def test_a_folder_that_is_not_there_gets_no_mark_and_is_not_made(tmp_path):
    with pytest.raises(RunError, match="expected a sealed run"):
        lock_run(Run(tmp_path / "none"))
    assert list(tmp_path.iterdir()) == []


def remade(run):
    """Everything made again consistently, as a forger would: every hash agrees with every file."""
    write_text(run.path("analysis.md"), "A better analysis.\n")
    reseal(run.root)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (remade, "run_manifest.json: found sha256 "),
        (lambda run: rehash(run.root, notes=["made later"]), "run_manifest.json: found sha256 "),
        (lambda run: run.path(MANIFEST).unlink(), "run_manifest.json: found no such file"),
        (lambda run: shutil.rmtree(run.root), "run_manifest.json: found no such file"),
    ],
)
def test_a_locked_run_that_changed_is_told_even_when_all_its_hashes_agree(locked, change, words):
    change(locked)
    (problem,) = found_in(locked)
    assert problem.startswith(words)
    assert "restore it: git checkout -- submission_runs/demo" in problem
    with pytest.raises(RunError, match="so it cannot be locked"):
        lock_run(locked)


def test_marks_that_cannot_be_read_are_a_problem_of_every_run_beside_them(locked):
    write_text(locked.root.parent / LOCKED, "{")
    (problem,) = found_in(locked)
    assert problem.startswith(f"../{LOCKED}: found content that cannot be read")


def test_nothing_the_package_does_writes_into_a_locked_run(locked, monkeypatch):
    monkeypatch.setenv(ROOT_VARIABLE, str(locked.root.parent))
    before = snapshot(locked.root.parent)
    for change in (lambda: None, locked.path(MANIFEST).unlink, lambda: shutil.rmtree(locked.root)):
        change()
        left = snapshot(locked.root.parent)
        for write in (
            lambda: locked.start("01_seed", {}),
            lambda: seal(locked),
            lambda: run_pipeline("smoke", "demo", say=lambda words: None),
        ):
            with pytest.raises(RunError, match="is locked as a submission"):
                write()
        assert snapshot(locked.root.parent) == left
    assert len(before) > len(left)


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "tunixlib", *arguments], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )


def test_the_command_line_locks_nothing_that_is_not_sealed(unsealed):
    done = command("lock", str(unsealed.root))
    assert done.returncode == 1
    assert "error: run 'demo': found no run_manifest.json, expected a sealed run" in done.stderr


@pytest.fixture
def dist(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "DIST", tmp_path / "dist")
    monkeypatch.setattr(bundle, "kernel_folder", lambda run, meta: {"kaggle.ipynb": b"{}"})
    monkeypatch.setattr(bundle, "render_report", lambda run: run.path("analysis.md").read_text(encoding="utf-8"))
    monkeypatch.setattr(archive, "SOURCES", {})  # what the package is at this moment, the same for every run
    return bundle.DIST / "demo"


def test_later_experiments_cannot_enter_the_bundle_of_a_locked_run(locked, dist, tmp_path):
    bundle.publish(locked)
    before = {path.relative_to(dist): path.read_bytes() for path in dist.rglob("*") if path.is_file()}
    later = Run(locked.root.with_name("later"))
    shutil.copytree(locked.root, later.root)
    write_text(later.path("analysis.md"), "Everything is better.\n")
    reseal(later.root)
    write_text(locked.path(".work", "later.json"), "{}")
    bundle.publish(locked)
    after = {path.relative_to(dist): path.read_bytes() for path in dist.rglob("*") if path.is_file()}
    assert after == before
    assert not any("later" in str(name) for name in archive.archive_parts(locked)["evidence"])


def test_a_file_laid_into_a_locked_run_stops_its_bundle(locked, dist):
    write_text(locked.path("predictions", "eval-adding", "later.jsonl"), "{}\n")
    with pytest.raises(RunError, match=r"predictions/eval-adding/later\.jsonl is not the file that was sealed"):
        bundle.publish(locked)
    assert not dist.exists()
