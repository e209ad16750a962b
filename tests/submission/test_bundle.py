import json
import os
import re
import zipfile

import pytest

from tunixlib.artifacts import read_json, sha256_bytes, sha256_file, write_bytes, write_json, write_text
from tunixlib.evidence.sealing import evidence_files
from tunixlib.evidence.verify import verify_run
from tunixlib.running.housekeeping import clean_run
from tunixlib.running.summary import closing_words, publication_words
from tunixlib.runs import MANIFEST, RunError
from tunixlib.submission import bundle
from tunixlib.submission.bundle import contents_table, publication_tree, publish

pytestmark = pytest.mark.usefixtures("dist")

CHECKPOINT = ("training", "curriculum", "stage_c", "checkpoint")


def hashes(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_file(path) for path in files}


def test_the_same_run_gives_the_same_bytes_in_every_file(run, dist):
    paths = publish(run)
    assert [path.relative_to(dist / "demo").as_posix() for path in paths] == [
        "report.html", "submission.zip", "kernel", "dataset", "model", "WRITEUP.md",
    ]  # fmt: skip
    first = hashes(dist)
    for path in [*dist.rglob("*"), *run.root.rglob("*.json")]:
        path.touch()
    publish(run)
    assert hashes(dist) == first


def test_publishing_leaves_the_run_as_it_is(run):
    publish(run)
    assert verify_run(run.root).problems == []


def test_the_folders_are_flat_and_whole_and_hold_no_hidden_files(run, dist):
    publish(run)
    assert sorted(hashes(dist / "demo")) == [
        "WRITEUP.md",
        "dataset/LICENSE",
        "dataset/README.md",
        "dataset/adding-v1.jsonl",
        "dataset/adding-v1.manifest.json",
        "dataset/croissant.json",
        "dataset/dataset-metadata.json",
        "dataset/eval-adding.jsonl",
        "dataset/eval-adding.manifest.json",
        "dataset/evidence.zip",
        "kernel/kaggle.ipynb",
        "kernel/kernel-metadata.json",
        "model/README.md",
        "model/checkpoint.json",
        "model/config.json",
        "model/model-instance-metadata.json",
        "model/model-metadata.json",
        "model/model.safetensors",
        "report.html",
        "submission.zip",
    ]
    assert [path.name for path in dist.iterdir()] == ["demo"], "nothing is left of the building"


def test_the_tree_names_what_is_published_before_and_after_sealing(run, unsealed, dist):
    publish(run)
    lines = publication_tree(run).splitlines()
    assert lines[0] == "dist/demo/"
    named, folder = [], ""
    for line in lines[1:]:
        if line.startswith("    "):
            named.append(folder + line.strip())
        elif line.endswith("/"):
            folder = line.strip()
        else:
            named.append(line.strip())
    assert sorted(named) == sorted(hashes(dist / "demo"))
    assert publication_tree(unsealed) == publication_tree(run)


def test_metadata_is_sorted_ascii_json_since_the_client_reads_some_in_the_machines_encoding(run, dist):
    publish(run)
    found = sorted(dist.rglob("*-metadata.json"))
    assert len(found) == 4
    for path in found:
        document = json.loads(path.read_bytes().decode("ascii"))
        assert path.read_text() == json.dumps(document, sort_keys=True, indent=2) + "\n"


def test_weights_are_linked_and_evidence_is_copied(run, dist):
    publish(run)
    weights, record = (run.path(*CHECKPOINT, name) for name in ("model.safetensors", "checkpoint.json"))
    assert weights.samefile(dist / "demo" / "model" / "model.safetensors")
    assert not record.samefile(dist / "demo" / "model" / "checkpoint.json")


def test_where_links_fail_weights_are_copied(run, dist, monkeypatch):
    def refuse(source, path):
        raise OSError("no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    publish(run)
    published = dist / "demo" / "model" / "model.safetensors"
    assert published.read_bytes() == run.path(*CHECKPOINT, "model.safetensors").read_bytes()
    assert not published.samefile(run.path(*CHECKPOINT, "model.safetensors"))


def test_weights_that_are_not_the_recorded_ones_are_not_published(run, dist):
    write_bytes(run.path(*CHECKPOINT, "model.safetensors"), b"better weights")
    with pytest.raises(RunError, match=r"stage_c/checkpoint holds weights with sha256 .*, expected .* as checkpoint"):
        publish(run)
    assert list(dist.rglob("*")) == []


def test_in_a_clone_the_model_folder_has_no_weights_and_the_ending_says_how_to_get_them(run, dist):
    run.path(*CHECKPOINT, "model.safetensors").unlink()
    run.path(*CHECKPOINT, "config.json").unlink()
    words = publication_words(run, publish(run))
    assert {path.name for path in (dist / "demo" / "model").iterdir()} == {
        "README.md", "checkpoint.json", "model-instance-metadata.json", "model-metadata.json",
    }  # fmt: skip
    assert "model/ cannot be pushed: its weights are not here" in words
    assert "--run-id my-demo)" in words
    assert "kaggle models" not in words


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("run --profile profiles/smoke.yaml", "profiles/smoke.yaml"),
        ("run --profile=smoke.yml", "smoke.yml"),
        ("run other.yaml smoke", "smoke"),
    ],
)
def test_the_ending_names_the_profile_as_run_takes_it(run, dist, command, word):
    run.path(*CHECKPOINT, "model.safetensors").unlink()
    run.path(*CHECKPOINT, "config.json").unlink()
    paths = publish(run)
    manifest = read_json(run.path(MANIFEST))
    write_json(run.path(MANIFEST), {**manifest, "profile": "smoke", "command": f"python -m tunixlib {command}"})
    assert f"(python -m tunixlib run --profile {word} --run-id my-demo)" in publication_words(run, paths)


def test_the_ending_lists_sizes_and_the_commands_that_push(run, dist):
    paths = publish(run)
    words = publication_words(run, paths)
    size = (dist / "demo" / "submission.zip").stat().st_size
    assert f"submission.zip  {size:>14,} bytes\n" in words
    assert re.search(r"dataset/ +[\d,]+ bytes in 9 files", words)
    for command in ("kernels push", "datasets create", "models create", "models instances create"):
        folder = {"kernels": "kernel", "datasets": "dataset", "models": "model"}[command.split()[0]]
        assert f"kaggle {command} -p {dist.as_posix()}/demo/{folder}\n" in f"{words}\n"


def test_the_end_of_a_run_names_report_and_zip(run, dist):
    words = closing_words(run)
    assert f"report     {dist.as_posix()}/demo/report.html" in words
    assert f"bundle     {dist.as_posix()}/demo/submission.zip" in words
    assert f"{run.root.as_posix()}/notebooks, such as 06_analysis.ipynb" in words


def test_a_writeup_that_somebody_wrote_into_is_kept_and_a_skeleton_is_not(run, dist):
    publish(run)
    path = dist / "demo" / "WRITEUP.md"
    skeleton = path.read_text(encoding="utf-8")
    mine = skeleton.replace("[[Title: what you did, in a few words]]", "Steps that are true")
    write_text(path, mine)
    write_text(dist / "demo" / "cover.txt", "a picture\n")
    publish(run)
    assert path.read_text(encoding="utf-8") == mine != skeleton
    assert (dist / "demo" / "cover.txt").is_file()


def test_a_failure_leaves_what_was_published_before(run, dist, monkeypatch):
    publish(run)
    before = hashes(dist)

    def fail(run):
        raise ValueError("no page today")

    monkeypatch.setattr(bundle, "render_report", fail)
    with pytest.raises(ValueError, match="no page today"):
        publish(run)
    monkeypatch.setattr(bundle, "render_report", lambda run: "another page\n")
    monkeypatch.setattr(bundle, "_fill", lambda built, contents: built.mkdir() or fail(run))
    with pytest.raises(ValueError, match="no page today"):
        publish(run)
    assert hashes(dist) == before


def test_the_old_bundle_comes_back_when_the_new_one_cannot_take_its_place(run, dist):
    publish(run)
    before = hashes(dist)
    with pytest.raises(FileNotFoundError):
        bundle._replace(dist / "demo", dist / "never-built", dist / ".old")
    assert hashes(dist) == before


def test_the_zip_holds_all_evidence_and_what_checks_it_and_no_weights(run):
    with zipfile.ZipFile(publish(run)[1]) as found:
        names = found.namelist()
        evidence = {name: sha256_bytes(found.read(f"submission_runs/demo/{name}")) for name in evidence_files(run.root)}
        entries = found.infolist()
    assert names == sorted(names)
    assert evidence == {name: sha256_file(run.path(name)) for name in evidence_files(run.root)}
    assert {
        "LICENSE", "MODEL_CARD.md", "DATASET_CARD.md", "requirements.txt", "notebooks/01_seed.ipynb",
        "notebooks/profiles/smoke.yaml", "tunixlib/evidence/verify.py", "data/adding-v1/dataset.jsonl",
        "data/eval-adding/eval.jsonl", "submission_runs/demo/run_manifest.json", "kaggle-metadata.json",
    } <= set(names)  # fmt: skip
    unwanted = re.compile(r"\.safetensors$|checkpoint/(?!checkpoint\.json)|(^|/)\.|__pycache__|\.pyc$|^/|\.\.")
    assert [name for name in names if unwanted.search(name)] == []
    assert {(entry.date_time, entry.create_system, entry.external_attr >> 16) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 3, 0o100644)
    }


@pytest.mark.parametrize(
    ("archive", "folder"), [("submission.zip", "submission_runs/demo"), ("dataset/evidence.zip", "demo")]
)
def test_unpacked_evidence_verifies(run, dist, tmp_path, archive, folder):
    publish(run)
    with zipfile.ZipFile(dist / "demo" / archive) as found:
        found.extractall(tmp_path / "elsewhere")
    report = verify_run(tmp_path / "elsewhere" / folder)
    assert [str(problem) for problem in report.problems] == []


@pytest.mark.parametrize("text", ["", "other traces\n"])
def test_data_is_what_the_run_used_and_not_what_the_repository_holds_by_now(run, dist, monkeypatch, tmp_path, text):
    monkeypatch.setattr("tunixlib.seeding.datasets.DATA_ROOT", tmp_path / "data")
    for name in ("adding-v1/dataset.jsonl", "eval-adding/eval.jsonl"):
        write_text(tmp_path / "data" / name, text)
    publish(run)
    published = dist / "demo" / "dataset"
    assert (published / "adding-v1.jsonl").read_bytes() == run.path("data", "dataset.jsonl").read_bytes()
    assert not (published / "eval-adding.jsonl").exists()
    with zipfile.ZipFile(dist / "demo" / "submission.zip") as found:
        assert [name for name in found.namelist() if name.startswith("data/")] == []


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


def test_the_model_card_beside_the_weights_loads_from_where_it_lies(run, dist):
    publish(run)
    assert 'folder = "."\n' in (dist / "demo" / "model" / "README.md").read_text(encoding="utf-8")
    record = read_json(run.path(*CHECKPOINT, "checkpoint.json"))
    write_json(run.path(*CHECKPOINT, "checkpoint.json"), {**record, "steps": 0})
    with pytest.raises(RunError, match=r"checkpoint\.json is not the file that was sealed"):
        publish(run)


def test_publishing_again_after_cleaning_keeps_the_weights_that_only_dist_holds_any_more(run, dist):
    publish(run)
    first, inode = hashes(dist / "demo" / "model"), (dist / "demo" / "model" / "model.safetensors").stat().st_ino
    clean_run(run)
    publish(run)
    assert hashes(dist / "demo" / "model") == first
    assert (dist / "demo" / "model" / "model.safetensors").stat().st_ino == inode


def test_weights_in_dist_that_are_not_the_runs_are_not_published_again(run, dist):
    publish(run)
    clean_run(run)
    (dist / "demo" / "model" / "model.safetensors").write_bytes(b"other")
    publish(run)
    assert not list((dist / "demo" / "model").glob("*.safetensors"))
