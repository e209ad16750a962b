import re
import zipfile

import pytest

from tunixlib.artifacts import sha256_bytes, sha256_file, write_text
from tunixlib.runs import RunError
from tunixlib.submission import bundle
from tunixlib.submission.bundle import contents_table, publish
from tunixlib.submission.report import _own, render_report
from tunixlib.submission.sealing import evidence_files
from tunixlib.submission.verify import verify_run


@pytest.fixture(autouse=True)
def dist(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "DIST", tmp_path / "dist")
    return tmp_path / "dist"


@pytest.fixture
def no_report(monkeypatch):
    """The page takes seconds and is no part of the zip."""
    monkeypatch.setattr(bundle, "render_report", lambda run: "a page\n")


def test_the_same_run_gives_the_same_bytes(run, dist, no_report):
    paths = publish(run)
    assert paths == [dist / "demo" / "report.html", dist / "demo" / "bundle.zip"]
    first = [sha256_file(path) for path in paths]
    for path in [*paths, *run.root.rglob("*.json")]:
        path.touch()
    assert [sha256_file(path) for path in publish(run)] == first


def test_publishing_leaves_the_run_as_it_is(run, no_report):
    publish(run)
    assert verify_run(run.root).problems == []


def test_the_zip_holds_all_evidence_and_what_checks_it_and_no_weights(run, no_report):
    with zipfile.ZipFile(publish(run)[1]) as found:
        names = found.namelist()
        evidence = {name: sha256_bytes(found.read(f"submission_runs/demo/{name}")) for name in evidence_files(run.root)}
        entries = found.infolist()
    assert names == sorted(names)
    assert evidence == {name: sha256_file(run.path(name)) for name in evidence_files(run.root)}
    assert {
        "LICENSE", "MODEL_CARD.md", "DATASET_CARD.md", "requirements.txt", "notebooks/01_seed.ipynb",
        "notebooks/profiles/smoke.yaml", "tunixlib/submission/verify.py", "data/adding-v1/dataset.jsonl",
        "data/eval-adding/eval.jsonl", "submission_runs/demo/run_manifest.json",
    } <= set(names)  # fmt: skip
    unwanted = re.compile(r"\.safetensors$|checkpoint/(?!checkpoint\.json)|(^|/)\.|__pycache__|\.pyc$|^/|\.\.")
    assert [name for name in names if unwanted.search(name)] == []
    assert {(entry.date_time, entry.create_system, entry.external_attr >> 16) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 3, 0o100644)
    }


def test_an_unpacked_bundle_verifies(run, tmp_path, no_report):
    with zipfile.ZipFile(publish(run)[1]) as found:
        found.extractall(tmp_path / "elsewhere")
    report = verify_run(tmp_path / "elsewhere" / "submission_runs" / "demo")
    assert [str(problem) for problem in report.problems] == []


def test_a_run_that_is_not_sealed_is_not_published(unsealed):
    with pytest.raises(RunError, match=r"found no run_manifest\.json, expected a sealed run"):
        publish(unsealed)


@pytest.mark.parametrize("change", [lambda path: path.unlink(), lambda path: path.write_text("better\n")])
def test_a_run_that_was_changed_after_sealing_is_not_published(run, change, dist):
    change(run.path("analysis.md"))
    with pytest.raises(RunError, match=r"analysis\.md is not the file that was sealed"):
        publish(run)
    assert not dist.exists()


def test_a_file_that_was_added_after_sealing_is_not_published(run):
    write_text(run.path("notes.md"), "trust me\n")
    with pytest.raises(RunError, match=r"notes\.md is not the file that was sealed"):
        publish(run)


def test_the_table_of_contents_counts_files_and_bytes_before_and_after_sealing(run, unsealed):
    sealed = [line.split(" | ") for line in contents_table(run).splitlines()[2:]]
    preview = [line.split(" | ") for line in contents_table(unsealed).splitlines()[2:]]
    assert [row[0] for row in sealed] == [
        f"| {p}" for p in ("evidence", "data", "notebooks", "package", "words", "cards", "all")
    ]
    assert int(sealed[0][1]) == len(evidence_files(run.root)) + 1
    assert int(preview[0][1]) == len(evidence_files(unsealed.root))
    assert sealed[1:-1] == preview[1:-1]
    assert sum(int(row[1]) for row in sealed[:-1]) == int(sealed[-1][1])


def test_the_report_is_one_page_with_results_notebooks_and_pictures_that_fetches_nothing(run):
    page = render_report(run)
    assert render_report(run) == page
    assert len(page.encode()) < 5_000_000
    assert page.count("<html") == page.count("<h1>Run demo</h1>") == 1
    for name in ("01_seed", "02_train", "03_curriculum", "05_evaluate", "06_analysis", "07_submission"):
        assert f'<a href="#{name}">' in page
        assert f'<section id="{name}">' in page
    assert page.index(">base</td>") < page.index("<section")
    assert page.count("data:image/png;base64,") >= 10, "five shown by cells, five by the analysis"
    assert re.findall(r'<(?:script|link|iframe|img[^>]+src="(?!data:))', page) == []
    assert re.findall(r'(?:src|@import|url\()\s*=?\s*["(]?https?:', page) == []
    assert re.findall(r'href="[^"#]*\.ipynb"', page) == []


def test_a_run_made_by_hand_is_reported_by_its_analysis(unsealed):
    for path in unsealed.path("notebooks").iterdir():
        path.unlink()
    page = render_report(unsealed)
    assert page.count("<section") == 1
    assert '<section id="analysis">' in page
    assert page.count('src="data:image/png;base64,') == 5


def test_active_content_in_a_completion_stays_text(unsealed):
    body = '<p><script src="https://example.org/x.js"></script><LINK rel=x><b>2</b></p>'
    expected = '<p>&lt;script src="https://example.org/x.js">&lt;/script>&lt;LINK rel=x><b>2</b></p>'
    assert _own(unsealed, body) == expected


def test_a_report_that_would_be_too_large_is_refused(unsealed, monkeypatch):
    for path in unsealed.path("notebooks").iterdir():
        path.unlink()
    monkeypatch.setattr("tunixlib.submission.report.LARGEST_REPORT", 1_000)
    with pytest.raises(ValueError, match="expected under 1,000; make the pictures in its notebooks smaller"):
        render_report(unsealed)
