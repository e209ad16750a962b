"""What a kernel left comes back whole or not at all; and the index of committed runs is true."""

import re
import shutil
import subprocess
import zipfile

import pytest

from tunixlib.artifacts import write_text
from tunixlib.evidence.verify import verify_run
from tunixlib.runs import MANIFEST, ROOT_VARIABLE, RunError
from tunixlib.submission.import_kaggle import closing_words, import_output
from tunixlib.trees import PROJECT_ROOT


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Where runs are brought to."""
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "here"))
    return tmp_path / "here"


@pytest.fixture
def output(run, tmp_path):
    """The output folder of a kernel that made ``demo``: evidence, a bundle with the same run in it, a log."""
    folder = tmp_path / "output"
    shutil.copytree(run.root, folder / "submission_runs" / "demo")
    write_text(folder / "ledger.json", "{}\n")
    (folder / "dist" / "demo").mkdir(parents=True)
    zipped(run.root, folder / "dist" / "demo" / "submission.zip", "submission_runs/demo")
    return folder


def zipped(folder, path, prefix):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, f"{prefix}/{file.relative_to(folder).as_posix()}")
    return path


def test_a_sealed_run_is_copied_with_its_weights_and_without_working_state(output, here):
    made = output / "submission_runs" / "demo"
    write_text(made / ".work" / "lock", "")
    (run,) = import_output(output)
    assert run.root == here / "demo"
    assert verify_run(run.root).problems == []
    assert run.path("training", "curriculum", "stage_c", "checkpoint", "model.safetensors").is_file()
    assert not run.path(".work").exists()
    assert [path.name for path in here.iterdir()] == ["demo"], "nothing half done is left"
    assert "python -m tunixlib bundle submission_runs/demo" in closing_words([run])


@pytest.mark.parametrize("inside", ["submission_runs/demo", "demo"])
def test_a_run_inside_a_zip_is_found(run, tmp_path, here, inside):
    (found,) = import_output(zipped(run.root, tmp_path / "output.zip", inside))
    assert verify_run(found.root).problems == []


def test_a_run_that_is_only_in_the_outputs_bundle_is_found(output, here):
    shutil.rmtree(output / "submission_runs")
    (found,) = import_output(output)
    assert verify_run(found.root).problems == []


def test_importing_twice_changes_nothing(output, here):
    (first,) = import_output(output)
    before = first.path(MANIFEST).stat().st_mtime_ns
    (second,) = import_output(output)
    assert second.path(MANIFEST).stat().st_mtime_ns == before


def test_another_run_of_the_same_name_is_never_overwritten(output, here):
    write_text(here / "demo" / MANIFEST, "{}\n")
    with pytest.raises(RunError, match=r"run 'demo' is here already with other content.*another RUN_ID"):
        import_output(output)
    assert (here / "demo" / MANIFEST).read_text() == "{}\n"


def test_a_run_that_does_not_verify_is_refused_with_its_problems(output, here):
    write_text(output / "submission_runs" / "demo" / "analysis.md", "better\n")
    with pytest.raises(RunError, match=r"(?s)run 'demo' does not verify, \d+ problems:\n  analysis\.md: .*download"):
        import_output(output)
    assert not here.exists()


def test_an_unsealed_run_is_refused_and_holds_back_the_others(output, here):
    shutil.copytree(output / "submission_runs" / "demo", output / "submission_runs" / "late")
    (output / "submission_runs" / "late" / MANIFEST).unlink()
    with pytest.raises(RunError, match=r"run 'late' is not sealed.*ledger\.json"):
        import_output(output)
    assert not here.exists()


def test_two_different_runs_of_one_name_are_refused(output, here, run):
    shutil.copytree(run.root, output / "old" / "demo")
    write_text(output / "old" / "demo" / MANIFEST, "{}\n")
    with pytest.raises(RunError, match="two different runs named 'demo'"):
        import_output(output)


@pytest.mark.parametrize(
    ("name", "words"), [("none", "no such folder"), ("log.txt", "a file that is no zip"), (".", "found no run")]
)
def test_what_is_no_output_is_named(tmp_path, name, words):
    place = tmp_path / "downloads"
    place.mkdir()
    write_text(place / "log.txt", "Traceback\n")
    with pytest.raises(RunError, match=words):
        import_output(place / name)


def committed_runs():
    if not (PROJECT_ROOT / ".git").exists():
        pytest.skip("not a git checkout, so nothing is committed: run this in a clone")
    command = ["git", "-c", f"safe.directory={PROJECT_ROOT}", "ls-files", f"submission_runs/*/{MANIFEST}"]
    names = subprocess.run(command, cwd=PROJECT_ROOT, check=True, capture_output=True, text=True).stdout.split()
    return {name.split("/")[1] for name in names}


def test_the_index_of_runs_lists_every_committed_run_and_no_other():
    text = (PROJECT_ROOT / "submission_runs" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[([\w.-]+)\]\(\1/analysis\.md\) \| `([\w-]+)` \|", text, re.MULTILINE)
    assert {name for name, _ in listed} == committed_runs()
    for name, profile in listed:
        manifest = (PROJECT_ROOT / "submission_runs" / name / MANIFEST).read_text(encoding="utf-8")
        assert f'"profile": "{profile}"' in manifest
