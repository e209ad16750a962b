import shutil
import subprocess
import sys

import pytest

from tunixlib.artifacts import write_text
from tunixlib.evidence.verify import CHECKS, verify_run
from tunixlib.seeding import datasets
from tunixlib.trees import PROJECT_ROOT


def test_an_untouched_run_has_no_problem_and_the_headline_counts_what_was_checked(run):
    report = verify_run(run.root)
    assert [str(problem) for problem in report.problems] == []
    files = sum(1 for path in run.root.rglob("*") if path.is_file() and path.suffix != ".safetensors")
    hidden = sum(1 for path in run.root.rglob("*") if path.is_file() and ".work" in path.parts)
    configs = 6
    assert report.headline.startswith(f"run demo: {files - hidden - configs} files, 11 checks, no problem found in ")
    assert report.headline.endswith(" s; weights of 6 checkpoints checked")


def test_a_run_without_its_weights_verifies(run):
    for path in run.root.rglob("*.safetensors"):
        path.unlink()
    report = verify_run(run.root)
    assert report.problems == []
    assert report.headline.endswith(" s; no weights here")


def test_the_checks_are_listed_by_name_with_what_each_found(run):
    (run.root / "analysis.md").write_text("another analysis\n", encoding="utf-8")
    lines = dict(reversed(line.strip().split("  ", 1)) for line in verify_run(run.root).checks_text.splitlines())
    assert len(lines) == len(CHECKS) == 11
    assert {name.partition(":")[0]: verdict for name, verdict in lines.items() if verdict != "ok"} == {
        "hashes": "1 problem",
        "provenance": "2 problems",
        "claims": "1 problem",
        "notebooks": "1 problem",
    }


def test_verification_takes_under_a_second(run):
    verify_run(run.root)  # imports scipy once
    assert verify_run(run.root).seconds < 1


def test_a_fresh_process_verifies_without_any_engine(run):
    code = (
        "import sys; from pathlib import Path; from tunixlib.evidence.verify import verify_run\n"
        f"report = verify_run(Path({str(run.root)!r}))\n"
        "print(report.checks, sorted({'torch', 'transformers', 'matplotlib', 'nbformat'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, f"{len(CHECKS)} []"), done.stderr


@pytest.mark.parametrize("content", [None, "", "{", "[]", "null", '"text"', "[" * 100_000])
def test_what_is_no_sealed_run_is_one_clear_problem(tmp_path, content):
    if content is not None:
        write_text(tmp_path / "run_manifest.json", content)
    report = verify_run(tmp_path)
    assert len(report.problems) == 1
    assert "seal" in str(report.problems[0])
    assert ": 0 files, 1 check, 1 problem in " in report.headline


def test_a_folder_that_is_not_there_is_one_clear_problem(tmp_path):
    report = verify_run(tmp_path / "nowhere")
    assert [problem.found for problem in report.problems] == ["no such folder"]


@pytest.fixture
def repository(run, tmp_path, monkeypatch):
    """The repository's data, of this test's own."""
    shutil.copytree(datasets.DATA_ROOT, tmp_path / "data")
    monkeypatch.setattr(datasets, "DATA_ROOT", tmp_path / "data")
    return tmp_path / "data"


def test_data_that_the_repository_does_not_hold_is_named_and_no_problem(run, repository):
    shutil.rmtree(repository / "eval-adding")
    report = verify_run(run.root)
    assert report.problems == []
    assert report.headline.endswith(" checked; not compared with data/eval-adding: not here")
    shutil.rmtree(repository / "adding-v1")
    assert verify_run(run.root).headline.endswith("; not compared with data/adding-v1, data/eval-adding: not here")


@pytest.mark.parametrize("file", ["eval-adding/eval.jsonl", "adding-v1/dataset.jsonl"])
def test_data_that_was_altered_in_the_repository_is_named_as_that_and_the_run_is_not_blamed(run, repository, file):
    path = repository / file
    path.write_bytes(path.read_bytes().replace(b"100", b"101", 1) + b"\n")
    (problem,) = verify_run(run.root).problems
    assert problem.file == f"the repository's data/{file}"
    assert problem.expected.endswith("as the manifest beside it says")
    assert problem.remedy.startswith(f"restore it: git checkout -- data/{file.split('/')[0]}; of the run's own files")


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_manifest_of_data_that_cannot_be_read_is_named(run, repository, content):
    write_text(repository / "eval-adding" / "manifest.json", content)
    (problem,) = verify_run(run.root).problems
    assert problem.file == "the repository's data/eval-adding/manifest.json"
