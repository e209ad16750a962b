import errno

import pytest

from tunixlib.artifacts import (
    ArtifactError,
    canonical_json,
    read_json,
    read_jsonl,
    sha256_file,
    write_atomic,
    write_json,
    write_jsonl,
    write_text,
)


def test_canonical_json_sorts_keys_keeps_utf8_and_refuses_nan():
    assert canonical_json({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"loss": float("nan")})


def test_a_failed_write_leaves_the_earlier_file_and_no_partial_one(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def fill(stream):
        stream.write(b"half")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write_atomic(path, fill)
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["a.txt"]


def test_text_is_written_with_lf_and_a_known_hash(tmp_path):
    write_text(tmp_path / "a.txt", "abc")
    assert sha256_file(tmp_path / "a.txt") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    write_json(tmp_path / "a.json", {"b": 1, "a": 2})
    assert (tmp_path / "a.json").read_bytes() == b'{\n  "a": 2,\n  "b": 1\n}\n'


def test_jsonl_round_trip_counts_lines_and_skips_blank_ones(tmp_path):
    path = tmp_path / "a.jsonl"
    assert write_jsonl(path, ({"i": i} for i in range(3))) == 3
    path.write_bytes(path.read_bytes() + b"\n")
    assert list(read_jsonl(path)) == [(1, {"i": 0}), (2, {"i": 1}), (3, {"i": 2})]


@pytest.mark.parametrize("content", [b'{"a": 1}\n{"a": \n', b'{"a": 1}\n\xff\xfe\n'])
def test_a_bad_line_is_named_with_file_and_number(tmp_path, content):
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match=r"a\.jsonl, line 2: not UTF-8 JSON"):
        list(read_jsonl(path))


def test_missing_files_say_what_to_do(tmp_path):
    with pytest.raises(ArtifactError, match=r"found no file.*run the stage"):
        read_json(tmp_path / "none.json")
    with pytest.raises(ArtifactError, match=r"found no file.*run the stage"):
        list(read_jsonl(tmp_path / "none.jsonl"))


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "no permission")],
)
def test_a_place_that_cannot_be_written_is_named_with_what_to_do(tmp_path, monkeypatch, number, words):
    place = tmp_path / "place.json"
    write_json(place, {"old": 1})
    monkeypatch.setattr("os.fsync", lambda handle: (_ for _ in ()).throw(OSError(number, "refused")))
    with pytest.raises(OSError, match=words) as caught:
        write_json(place, {"new": 2})
    assert caught.value.filename == str(place)
    assert read_json(place) == {"old": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["place.json"]
