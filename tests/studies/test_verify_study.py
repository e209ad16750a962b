"""A whole study verifies; a bar that came later, another run, or another number does not."""

import json
import shutil
import subprocess

import pytest
import yaml
from studies.study_runs import BAR, bar_of, planted, stages_of, write_project, write_runs

from tunixlib.artifacts import canonical_json, read_json, sha256_file, write_bytes, write_json, write_text
from tunixlib.evidence.environment import PACKED_COMMIT, capture_commit, same_code
from tunixlib.runs import MANIFEST
from tunixlib.studies import figure as drawing
from tunixlib.studies import results
from tunixlib.studies import run_study as running
from tunixlib.studies.document import STUDY
from tunixlib.studies.figure import study_png
from tunixlib.studies.history import bar_versions, committed_bytes, rules_at, rules_here, session_commits
from tunixlib.studies.plan import planned_runs
from tunixlib.studies.verify_study import is_study, verify_study

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
    write_project(repository)
    write_bytes(repository / "tunixlib/analysis/rules.py", b"alpha = 0.05\n")
    commit(repository, "tunixlib/training/sft.py", b"one = 1\n")
    content = yaml.safe_dump(BAR).encode()
    head = commit(repository, FILE, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "refusals", lambda *sides: [])
        patch.setattr(running, "PROJECT_ROOT", repository)
        patch.setattr(running, "capture_commit", lambda: capture_commit(repository))
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
    assert report.headline.startswith("study orders: 5 files, 7 checks, no problem found")
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
    document["stages"][1]["parameters"]["EPOCHS"] = [2, 1, 1]
    write_json(path, document)
    assert any("EPOCHS = [2, 1, 1] in place of [1, 1, 1]" in p for p in problems(place))


@pytest.mark.parametrize(("name", "value"), [("LEARNING_RATE", 2e-4), ("NOTHING_KNOWN", 1)])
def test_a_profile_from_elsewhere_does_not_pass_by_its_name(place, name, value):
    """All runs alike, and named after the profile: only its values at the commit tell."""
    for seed in (1, 2, 3):
        path = place / "runs" / f"orders-s{seed}" / "provenance.json"
        document = read_json(path)
        document["stages"][1]["parameters"][name] = value
        write_json(path, document)
    expected = {"LEARNING_RATE": "0.001", "NOTHING_KNOWN": "'nothing'"}[name]
    assert sum(f"02_train: {name} = {value} in place of {expected} at commit" in p for p in problems(place)) == 3


def test_runs_differ_in_nothing_but_what_the_bar_varies(place):
    path = place / "runs" / "orders-s2" / "provenance.json"
    document = read_json(path)
    document["stages"][0]["parameters"]["DATASET"] = "golden-v2"
    write_json(path, document)
    assert any(
        "01_seed: DATASET = 'golden-v2' in place of 'dev-reasoning-v2' in orders-s1" in p for p in problems(place)
    )
    assert [stage["parameters"].get("SEED") for stage in stages_of(planned_runs(bar_of())[2])] == [None, 3, 3, None]


def test_the_bar_must_lie_in_the_commit_of_every_session(place):
    first = git(place / "repository", "rev-list", "--max-parents=0", "HEAD")
    path = place / "runs" / "orders-s2" / MANIFEST
    manifest = read_json(path)
    notes = ["made in 2 sessions: it was interrupted and continued"]
    notes += [f"the commits of its sessions: {', '.join(sorted([first, manifest['commit']]))}"]
    assert session_commits({**manifest, "notes": notes}) == [manifest["commit"], first]
    write_json(path, {**manifest, "notes": notes})
    assert any(f"commit {first[:12]} of orders-s2 does not hold these bytes" in p for p in problems(place))


def test_the_history_of_the_bar_is_counted_and_counted_again(place):
    repository, folder = place / "repository", place / "runs" / "orders"
    document = read_json(folder / STUDY)
    assert (document["bar"]["versions"], document["bar"]["versions_after_first_run"]) == (1, 0)
    assert "git knows 1 version of this file; none of them was committed after" in (folder / "analysis.md").read_text()
    head = git(repository, "rev-parse", "HEAD")
    later = commit(repository, FILE, b"study: other\n")
    assert bar_versions(FILE, head, later, repository) == (2, 1)
    assert bar_versions(FILE, "f" * 40, later, repository) is None
    assert problems(place) == [], "what came after the study was written is no part of it"
    document["bar"]["versions"] = 2
    write_json(folder / STUDY, document)
    assert any("/bar/versions 2, expected 1" in p for p in problems(place))


def write_again(place, monkeypatch):
    repository, folder = place / "repository", place / "runs" / "orders"
    monkeypatch.setattr(running, "PROJECT_ROOT", repository)
    monkeypatch.setattr(running, "capture_commit", lambda: capture_commit(repository))
    running.write_study(folder, bar_of(), FILE, (folder / "bar.yaml").read_bytes())
    return (folder / "analysis.md").read_text(encoding="utf-8")


def test_whether_the_rules_were_changed_after_the_runs_is_said_and_checked(place, monkeypatch):
    repository, folder = place / "repository", place / "runs" / "orders"
    head = git(repository, "rev-parse", "HEAD")
    assert "The verdict's rules are those of the runs' commit." in (folder / "analysis.md").read_text(encoding="utf-8")
    assert rules_here(repository) == rules_at(head, repository)
    later = commit(repository, "tunixlib/analysis/rules.py", b"alpha = 0.5\n")
    text = write_again(place, monkeypatch)
    assert f"`git diff {head[:12]} {later[:12]} -- tunixlib/analysis tunixlib/studies`" in text
    assert problems(place) == []
    document = read_json(folder / STUDY)
    document["rules"]["same"] = True
    write_json(folder / STUDY, document)
    assert any("/rules/same True, expected False" in p for p in problems(place))


def test_rules_that_no_commit_holds_are_found(place, monkeypatch):
    write_bytes(place / "repository" / "tunixlib/analysis/rules.py", b"alpha = 0.5\n")
    write_again(place, monkeypatch)
    assert any("not those of commit" in p for p in problems(place))


def test_line_ends_of_a_checkout_do_not_change_the_rules(place):
    repository = place / "repository"
    before = rules_here(repository)
    write_bytes(repository / "tunixlib/analysis/rules.py", b"alpha = 0.05\r\n")
    assert rules_here(repository) == before


@pytest.mark.parametrize("installed", [True, False])
def test_a_figure_made_by_hand_is_found_whatever_is_installed(place, monkeypatch, installed):
    from PIL import Image

    if not installed:
        monkeypatch.setattr(drawing, "drawn_with", lambda: {"matplotlib": "0.1"})
    path = place / "runs" / "orders" / "figures" / "order_effect.png"
    assert problems(place) == []
    Image.new("RGB", (80, 60), "white").save(path)
    rehash(path.parent.parent)
    assert any("a picture that does not name these claims" in p for p in problems(place))


def test_a_figure_with_the_right_names_and_other_pixels_is_found(place):
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    folder, info = place / "runs" / "orders", PngInfo()
    claims = read_json(folder / "claims.json")["claims"]
    for name, value in {"claims_sha256": drawing.claims_sha256(claims), **drawing.drawn_with()}.items():
        info.add_text(name, value)
    path = folder / "figures" / "order_effect.png"
    image = Image.open(path).convert("RGB")
    image.putpixel((10, 10), (255, 0, 0))
    image.save(path, pnginfo=info)
    rehash(folder)
    assert [p for p in problems(place) if "other pixels" in p]
    write_bytes(path, study_png(bar_of(), claims))
    rehash(folder)
    assert problems(place) == []


def test_a_packed_commit_counts_only_where_there_is_no_git(place, tmp_path):
    repository, packed = place / "repository", {"commit": "a" * 40, "dirty": False}
    write_text(repository / PACKED_COMMIT, canonical_json(packed))
    found = capture_commit(repository)
    assert (found["commit"], found["dirty"]) == (git(repository, "rev-parse", "HEAD"), True)
    write_text(tmp_path / "copy-of-the-project" / PACKED_COMMIT, canonical_json(packed))
    assert capture_commit(tmp_path / "copy-of-the-project") == packed


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
    means = commit(repository, "tunixlib/evaluation/trace_summary.py", b"what 06 reads\n")
    assert same_code(profile, means, "smoke", repository)
    assert not same_code(head, code, "smoke", repository)
    assert not same_code(code, profile, "smoke", repository)
    assert not same_code(head, "f" * 40, "smoke", repository)
    assert committed_bytes(head, "README.md", repository) is None
    assert committed_bytes(prose, "README.md", repository) == b"words\n"
