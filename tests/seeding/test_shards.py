"""Shards: any order gives the bytes of the whole, and what is missing, changed or foreign is named."""

import json

import pytest
from typer.testing import CliRunner

from tunixlib.__main__ import app
from tunixlib.artifacts import sha256_file, write_json
from tunixlib.seeding import shards
from tunixlib.seeding.datasets import write_dataset, write_eval_set
from tunixlib.seeding.ingest.intake import ingest
from tunixlib.seeding.ingest.shards import prepare_shard
from tunixlib.seeding.recipes import Recipe, SeedingError
from tunixlib.seeding.shards import merge_shards, write_shard

RECIPE = Recipe("my-sharded", 61, 7)


@pytest.fixture
def folder(tmp_path):
    """Five shards, made last first."""
    for shard in (5, 3, 1, 4, 2):
        write_shard(RECIPE, tmp_path / "data", shard, 5)
    return tmp_path / "data"


@pytest.mark.parametrize("count", [1, 5, 61])
def test_shards_put_together_are_the_dataset_byte_for_byte(tmp_path, count):
    whole = write_dataset(RECIPE, tmp_path / "whole")
    counts = [write_shard(RECIPE, tmp_path / "data", n, count)["rows"] for n in range(count, 0, -1)]
    assert sum(counts) == 61 and max(counts) - min(counts) <= 1
    assert merge_shards(tmp_path / "data") == whole
    for name in ("dataset.jsonl", "manifest.json"):
        assert (tmp_path / "data" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_missing_shards_are_named_and_nothing_is_written(folder):
    (folder / "shards" / "2-of-5.json").unlink()
    (folder / "shards" / "4-of-5.json").unlink()
    with pytest.raises(SeedingError, match="found no shard 2, 4 of 5"):
        merge_shards(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["shards"]


def test_a_shard_with_other_bytes_is_named(folder):
    path = folder / "shards" / "3-of-5.jsonl"
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    with pytest.raises(SeedingError, match=r"3-of-5\.jsonl: found other bytes than 3-of-5\.json names"):
        merge_shards(folder)


def test_a_shard_under_another_number_is_named(folder):
    for suffix in (".json", ".jsonl"):
        one, two = (folder / "shards" / f"{n}-of-5{suffix}" for n in (1, 2))
        two.write_bytes(one.read_bytes())
    with pytest.raises(SeedingError, match=r"2-of-5\.json: found shard 1, expected shard 2"):
        merge_shards(folder)


def test_a_record_that_is_none_is_named(folder):
    (folder / "shards" / "2-of-5.json").write_text("{}")
    with pytest.raises(SeedingError, match=r"2-of-5\.json: found no record of a shard"):
        merge_shards(folder)


def test_shards_of_other_code_are_not_merged(folder, monkeypatch):
    monkeypatch.setattr(shards, "code_sha256", lambda: "0" * 64)
    with pytest.raises(SeedingError, match=r"found a shard with code .*, expected one with code"):
        write_shard(RECIPE, folder, 5, 5)


def test_an_evaluation_set_that_came_later_is_held_against_the_records(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    prepare_shard(source, "my-x", root=tmp_path, shard=1, shards=1)
    write_eval_set("eval-dev", tmp_path / "eval-dev")
    rows = (tmp_path / "eval-dev" / "eval.jsonl").read_text().replace("eval-dev/", "eval-mine/").splitlines()[:3]
    (tmp_path / "eval-mine").mkdir()
    (tmp_path / "eval-mine" / "eval.jsonl").write_text("\n".join(rows) + "\n")
    write_json(tmp_path / "eval-mine" / "manifest.json", {"sha256": sha256_file(tmp_path / "eval-mine" / "eval.jsonl")})
    with pytest.raises(SeedingError, match="found other evaluation sets in"):
        merge_shards(tmp_path / "my-x")


def test_shards_of_another_dataset_do_not_get_in(folder):
    with pytest.raises(SeedingError, match="found a shard with seed 7, expected one with seed 8"):
        write_shard(Recipe("my-sharded", 61, 8), folder, 1, 5)
    record = json.loads((folder / "shards" / "1-of-5.json").read_text())
    (folder / "shards" / "1-of-6.json").write_text(json.dumps(record | {"shards": 6}))
    with pytest.raises(SeedingError, match="found a shard with shards 6, expected one with shards 5"):
        merge_shards(folder)


@pytest.mark.parametrize(("shard", "count"), [(0, 5), (6, 5), (1, 62)])
def test_a_shard_that_there_is_not_is_refused(tmp_path, shard, count):
    with pytest.raises(SeedingError, match=f"found shard {shard} of {count}|found 62 shards of 61 traces"):
        write_shard(RECIPE, tmp_path / "data", shard, count)


RECORDS = [
    {"prompt": f"Ann has {n} pens and buys {n % 5} more. How many has she?", "steps": [f"{n} + {n % 5} = {n + n % 5}"],
     "answer": str(n + n % 5), "note": "extra"}
    for n in (*range(10, 40), 12, 13)
]  # fmt: skip


@pytest.mark.parametrize("stages", ["steps", "thirds"])
@pytest.mark.parametrize("count", [1, 3, 50])
def test_a_file_prepared_in_shards_is_taken_in_as_it_is_at_once(tmp_path, count, stages):
    source = tmp_path / "in.jsonl"
    lines = [json.dumps(record) for record in RECORDS]
    lines[4:4] = ["not json", json.dumps(RECORDS[0] | {"answer": "7"}), json.dumps({"prompt": "no steps"})]
    source.write_text("\n".join(lines) + "\n")
    whole = ingest(source, "my-x", stages=stages, root=tmp_path / "whole")
    assert whole["ingest"]["rejected"].keys() >= {"not_json", "conflicting_answer", "duplicate", "unknown_form"}
    for shard in range(count, 0, -1):
        prepare_shard(source, "my-x", stages=stages, root=tmp_path / "data", shard=shard, shards=count)
    assert merge_shards(tmp_path / "data" / "my-x") == whole
    for name in ("dataset.jsonl", "rejects.jsonl", "manifest.json"):
        one, other = ((tmp_path / side / "my-x" / name).read_bytes() for side in ("whole", "data"))
        assert one == other


def test_shards_of_another_file_or_with_other_options_are_named(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    prepare_shard(source, "my-x", root=tmp_path, shard=1, shards=2)
    with pytest.raises(SeedingError, match='found a shard with stages "steps", expected one with stages "thirds"'):
        prepare_shard(source, "my-x", stages="thirds", root=tmp_path, shard=2, shards=2)
    with pytest.raises(SeedingError, match="found no shard 2 of 2"):
        merge_shards(tmp_path / "my-x")


def test_the_commands_make_and_merge(tmp_path):
    out = str(tmp_path / "data")
    for shard in "21":
        made = ["seed", "--dataset", "my-x", "--traces", "20", "--out", out, "--shards", "2", "--shard", shard]
        done = CliRunner().invoke(app, made)
        assert done.exit_code == 0 and f"10 traces in {out}/shards/{shard}-of-2.jsonl" in done.output
    done = CliRunner().invoke(app, ["merge", out])
    assert done.exit_code == 0 and "20 traces in" in done.output
    assert CliRunner().invoke(app, ["merge", str(tmp_path)]).exit_code == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--shards", "2"], "found one of --shards and --shard"),
        (["--shards", "2", "--shard", "1", "--form", "check"], "found --shards for a dataset of form check"),
    ],
)
def test_shards_that_make_no_sense_are_refused(tmp_path, options, said):
    done = CliRunner().invoke(app, ["seed", "--dataset", "my-x", "--out", str(tmp_path / "data"), *options])
    assert done.exit_code != 0 and said in " ".join(done.output.split())
