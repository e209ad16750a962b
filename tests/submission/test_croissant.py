"""The Croissant document against mlcroissant: it must accept it without a warning and read back every row."""

import json

import pytest

from tunixlib.artifacts import ArtifactError, read_json, read_jsonl, sha256_bytes, write_bytes, write_json
from tunixlib.submission.croissant import croissant
from tunixlib.submission.kaggle_metadata import load_metadata
from tunixlib.trees import PROJECT_ROOT


@pytest.fixture
def meta():
    return load_metadata()


@pytest.fixture
def described(run, meta, tmp_path):
    """Write files and the document that describes them into one folder; returns mlcroissant's view of it."""
    import mlcroissant

    def write(files):
        folder = tmp_path / "dataset"
        for name, data in files.items():
            write_bytes(folder / name, data)
        write_json(folder / "croissant.json", croissant(run, meta, files))
        return mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))

    return write


def committed(*keys):
    """Name in the data set -> bytes of our own data."""
    files = {}
    for key in keys:
        for path in sorted((PROJECT_ROOT / "data" / key).iterdir()):
            files[f"{key}.jsonl" if path.suffix == ".jsonl" else f"{key}.manifest.json"] = path.read_bytes()
    return files


def plain(value):
    """A record without the prefixes of its keys, text as text."""
    if isinstance(value, dict):
        return {key.rpartition("/")[2]: plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value.decode("utf-8") if isinstance(value, bytes) else value


def lines(data):
    return [json.loads(line) for line in data.splitlines()]


def test_mlcroissant_finds_neither_errors_nor_warnings(described):
    dataset = described(committed("golden-v2", "eval-unseen") | {"evidence.zip": b"PK", "LICENSE": b"words\n"})
    assert (dataset.metadata.ctx.issues.errors, dataset.metadata.ctx.issues.warnings) == (set(), set())
    assert [entry.id for entry in dataset.metadata.record_sets] == ["golden-v2", "eval-unseen"]


def test_every_trace_is_read_back_with_its_steps(described):
    files = committed("golden-v2")
    records = [plain(record) for record in described(files).records("golden-v2")]
    expected = [
        {name: row[name] for name in ("prompt", "final_answer", "steps")}
        | {name: row["meta"][name] for name in ("category", "difficulty", "family")}
        for row in lines(files["golden-v2.jsonl"])
    ]
    assert len(records) == 100
    assert records == expected


def test_every_evaluation_item_is_read_back(described):
    files = committed("eval-unseen")
    records = [plain(record) for record in described(files).records("eval-unseen")]
    assert len(records) == 200
    assert records == lines(files["eval-unseen.jsonl"])


def test_each_file_is_there_once_with_size_hash_and_form(run, meta):
    found = croissant(run, meta, {"evidence.zip": b"PK", "README.md": b"# Words\n", "LICENSE": b"terms\n"})
    assert [(e["@id"], e["contentSize"], e["encodingFormat"]) for e in found["distribution"]] == [
        ("LICENSE", "6 B", "text/plain"),
        ("README.md", "8 B", "text/markdown"),
        ("evidence.zip", "2 B", "application/zip"),
    ]
    assert [e["sha256"] for e in found["distribution"]] == [sha256_bytes(d) for d in (b"terms\n", b"# Words\n", b"PK")]
    assert found["recordSet"] == []
    assert "rai:dataAnnotationAnalysis" not in found


def test_a_file_may_be_given_by_its_path(run, meta, tmp_path):
    write_bytes(tmp_path / "words", b"words\n")
    assert croissant(run, meta, {"words": tmp_path / "words"}) == croissant(run, meta, {"words": b"words\n"})


def test_without_a_list_of_files_it_is_the_runs_data_that_is_described(run, meta):
    found = croissant(run, meta)
    assert [entry["@id"] for entry in found["recordSet"]] == ["adding-v1", "eval-adding"]
    assert found["recordSet"][1]["key"] == {"@id": "eval-adding/id"}


def test_the_run_is_named_by_model_data_and_day(run, meta):
    found, manifest = croissant(run, meta, {}), read_json(run.path("run_manifest.json"))
    assert f"Run demo trained tiny on adding-v1, sha256 {manifest['dataset']['sha256']}" in found["description"]
    assert found["datePublished"] == manifest["timestamp"][:10]
    assert found["license"] == "https://spdx.org/licenses/Apache-2.0.html"
    assert found["url"].endswith("/datasets/your-kaggle-name/reasoning-traces-with-checked-steps")


def test_origin_truth_and_shares_are_counted_in_the_files(run, meta):
    seeded = croissant(run, meta, committed("golden-v2"))
    rows = lines((PROJECT_ROOT / "data" / "golden-v2" / "dataset.jsonl").read_bytes())
    counts = {name: sum(row["meta"]["category"] == name for row in rows) for name in ("edge_case", "reasoning")}
    assert "--dataset golden-v2 --traces 100 --seed 42" in seeded["rai:dataCollection"]
    assert f"{counts['edge_case']} edge_case, " in seeded["rai:dataBiases"][0]
    assert f"{counts['reasoning']} reasoning, " in seeded["rai:dataBiases"][0]
    steps = sum(len(row["steps"]) for row in rows)
    assert seeded["rai:dataAnnotationAnalysis"][0].startswith(f"golden-v2.jsonl: Of {steps} steps, ")

    wrong = {"prompt": "1 + 1?", "final_answer": "3", "steps": [{"i": 1, "type": "compute", "content": "1 + 1 = 3"}]}
    brought = croissant(run, meta, {"mine.jsonl": json.dumps(wrong).encode() + b"\n"})
    assert brought["rai:dataCollection"] == "mine.jsonl: 1 traces brought from a file."
    assert "1 are false" in brought["rai:dataAnnotationAnalysis"][0]
    assert [field["name"] for field in brought["recordSet"][0]["field"]] == ["prompt", "final_answer", "steps"]


def test_predictions_are_no_evaluation_items(run, meta):
    rows = [row for _, row in read_jsonl(run.path("predictions", "eval-adding", "stage_c.jsonl"))]
    assert {"id", "prompt", "expected_answer"} <= rows[0].keys()
    data = run.path("predictions", "eval-adding", "stage_c.jsonl").read_bytes()
    assert croissant(run, meta, {"stage_c.jsonl": data})["recordSet"] == []


def test_an_unsealed_run_is_not_described(unsealed, meta):
    with pytest.raises(ArtifactError, match=r"run_manifest\.json: found no file"):
        croissant(unsealed, meta)


def test_the_same_run_gives_the_same_document(run, meta):
    first = json.dumps(croissant(run, meta))
    assert json.dumps(croissant(run, meta)) == first
