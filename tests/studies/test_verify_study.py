"""A whole study verifies; a bar that came later, another run, or another number does not."""

import json
import shutil
import subprocess

import pytest
import yaml
from studies.study_runs import BAR, bar_of, planted, write_runs

from tunixlib.artifacts import read_json, sha256_file, write_bytes, write_json, write_text
from tunixlib.runs import MANIFEST
from tunixlib.studies import results
from tunixlib.studies import run_study as running
from tunixlib.studies.document import STUDY
from tunixlib.studies.verify_study import committed_bytes, is_study, same_code, verify_study

FILE = "notebooks/profiles/studies/orders.yaml"


def git(repository, *arguments):
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=repository, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(repository, file, content):
    write_bytes(repository / file, content)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "a change")
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A repository with the bar in its second commit, and a study of three runs made at that commit."""
    place = tmp_path_factory.mktemp("study")
    repository, root = place / "repository", place / "runs"
    repository.mkdir()
    git(repository, "init", "--quiet")
    commit(repository, "tunixlib/training/sft.py", b"one = 1\n")
    content = yaml.safe_dump(BAR).encode()
    head = commit(repository, FILE, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "refusals", lambda *sides: [])
        patch.setattr(running, "PROJECT_ROOT", repository)
        write_runs(root, bar_of(), planted(60, 0.2), commit=head)
        running.write_study(root / "orders", bar_of(), FILE, content)
    return place


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    """A copy of one's own."""
    monkeypatch.setattr(results, "refusals", lambda *sides: [])
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


def problems(place):
    report = verify_study(place / "runs" / "orders", place / "repository", with_runs=False)
    return [str(problem) for problem in report.problems]


def rehash(folder):
    """Let study.json name the files as they are now, as someone would who wants to hide a change."""
    document = read_json(folder / STUDY)
    document["files"] = {name: sha256_file(folder / name) for name in document["files"]}
    write_json(folder / STUDY, document)


def test_a_whole_study_has_no_problem(place):
    folder = place / "runs" / "orders"
    report = verify_study(folder, place / "repository", with_runs=False)
    assert [str(problem) for problem in report.problems] == []
    assert report.headline.startswith("study orders: 5 files, 6 checks, no problem found")
    assert is_study(folder) and not is_study(place / "runs" / "orders-s1")
    assert read_json(folder / STUDY)["bar"]["committed"] is True
    assert read_json(folder / STUDY)["comparisons"][0]["verdict"] == "supported"


def test_each_run_is_verified_on_its_own(place):
    report = verify_study(place / "runs" / "orders", place / "repository")
    assert {problem.file.split("/")[0] for problem in report.problems} == {"orders-s1", "orders-s2", "orders-s3"}


def test_a_bar_that_was_changed_after_the_runs_is_found(place):
    folder = place / "runs" / "orders"
    changed = (folder / "bar.yaml").read_bytes().replace(b"smallest_effect: 0.05", b"smallest_effect: 0.01")
    write_bytes(folder / "bar.yaml", changed)
    rehash(folder)
    assert any(
        p.startswith("bar.yaml: found that commit") and "does not hold these bytes" in p for p in problems(place)
    )


def test_a_bar_that_was_committed_after_a_run_is_found(place):
    first = git(place / "repository", "rev-list", "--max-parents=0", "HEAD")
    path = place / "runs" / "orders-s2" / MANIFEST
    write_json(path, {**read_json(path), "commit": first})
    found = problems(place)
    assert any(f"commit {first[:12]} of orders-s2 does not hold these bytes" in p for p in found)
    assert any("/runs/1/manifest_sha256" in p for p in found)


def test_a_run_from_a_tree_with_changes_is_found(place):
    path = place / "runs" / "orders-s1" / MANIFEST
    write_json(path, {**read_json(path), "dirty": True})
    assert any("orders-s1 was made with changes that no commit holds" in p for p in problems(place))


def test_without_the_history_the_bar_proves_nothing_and_that_is_said(place):
    shutil.rmtree(place / "repository" / ".git")
    assert any("fetch the whole history" in p for p in problems(place))


def test_a_run_with_other_parameters_than_the_bar_gives_is_found(place):
    path = place / "runs" / "orders-s3" / "provenance.json"
    document = read_json(path)
    document["stages"][0]["parameters"]["EPOCHS"] = [2, 1, 1]
    write_json(path, document)
    assert any("EPOCHS = [2, 1, 1] in place of [1, 1, 1]" in p for p in problems(place))


@pytest.mark.parametrize("hide", [False, True])
def test_a_changed_prediction_changes_the_numbers(place, hide):
    path = place / "runs" / "orders-s1" / "predictions" / "eval-core" / "flat.jsonl"
    write_text(path, path.read_text(encoding="utf-8").replace('"correct":false', '"correct":true', 1))
    if hide:
        rehash(place / "runs" / "orders")
    found = problems(place)
    assert any(p.startswith("study.json: found /comparisons/0/difference") for p in found)
    assert any(p.startswith("claims.json: found /claims/0/") for p in found)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("analysis.md", "Supported", "Proved", "analysis.md: found other words"),
        ("claims.json", '"verdict": "supported"', '"verdict": "undecided"', "claims.json: found /claims/"),
    ],
)
def test_words_and_verdicts_follow_from_the_runs(place, name, old, new, message):
    path = place / "runs" / "orders" / name
    write_text(path, path.read_text(encoding="utf-8").replace(old, new, 1))
    assert any("another sha256" in p for p in problems(place))
    rehash(path.parent)
    assert any(p.startswith(message) for p in problems(place))


def test_a_verdict_that_the_numbers_do_not_give_is_found(place):
    path = place / "runs" / "orders" / STUDY
    document = read_json(path)
    document["comparisons"][0]["verdict"] = "undecided"
    write_json(path, document)
    assert any(
        "study.json: found /comparisons/0/verdict 'undecided', expected 'supported'" in p for p in problems(place)
    )


def test_a_file_too_many_and_a_missing_run_are_problems_and_no_error(place):
    write_text(place / "runs" / "orders" / "notes.txt", "hello\n")
    assert any(p.startswith("notes.txt: found a file") for p in problems(place))
    shutil.rmtree(place / "runs" / "orders-s2")
    assert any("orders-s2" in p for p in problems(place))
    write_text(place / "runs" / "orders" / STUDY, json.dumps([1]))
    assert problems(place)


def test_only_changes_of_what_makes_the_numbers_count_as_other_code(place):
    repository = place / "repository"
    head = git(repository, "rev-parse", "HEAD")
    prose = commit(repository, "README.md", b"words\n")
    code = commit(repository, "tunixlib/training/sft.py", b"one = 2\n")
    profile = commit(repository, "notebooks/profiles/smoke.yaml", b"SEED: 2\n")
    assert same_code(head, prose, "smoke", repository)
    assert not same_code(head, code, "smoke", repository)
    assert not same_code(code, profile, "smoke", repository)
    assert not same_code(head, "f" * 40, "smoke", repository)
    assert committed_bytes(head, "README.md", repository) is None
    assert committed_bytes(prose, "README.md", repository) == b"words\n"
