import errno
import json
import os
import random
import sys
import time

import pytest
from fault_helpers import FAULTS, kill, started

from tunixlib import atomic
from tunixlib.artifacts import (
    ArtifactError,
    canonical_json,
    read_json,
    read_jsonl,
    sha256_file,
    write_json,
    write_jsonl,
    write_text,
)
from tunixlib.atomic import not_writable, write_atomic
from tunixlib.holding import sweep
from tunixlib.trees import hash_tree, is_evidence


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
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "your share of the disk"),
        (errno.EFBIG, "a file of this size is not allowed"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "no permission"),
        (errno.EPERM, "not permitted"),
    ],
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


def test_an_error_about_something_else_stays_as_it_is():
    other = OSError(errno.ENOENT, "No such file", "a.txt")
    assert not_writable(other, "b.txt") is other
    named = not_writable(OSError(errno.ENOSPC, "No space left on device", "a.txt"))
    assert (named.errno, named.filename) == (errno.ENOSPC, "a.txt")
    assert not_writable(named, "b.txt") is named, "told once"


def test_a_rename_that_a_reader_holds_up_is_tried_again(tmp_path, monkeypatch):
    """What Windows does while another program has the target open."""
    refusals = [PermissionError(errno.EACCES, "Access is denied")] * 2
    rename = os.replace

    def replace(name, path):
        if refusals:
            raise refusals.pop()
        rename(name, path)

    monkeypatch.setattr(atomic, "RENAME_WAITS", (0, 0))
    monkeypatch.setattr("os.replace", replace)
    write_text(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "new"
    refusals += [PermissionError(errno.EACCES, "Access is denied")] * 3
    with pytest.raises(OSError, match="close what else has it open"):
        write_text(tmp_path / "a.txt", "newer")
    assert (tmp_path / "a.txt").read_text() == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot flush a folder")
def test_the_rename_itself_reaches_the_disk_before_the_next_file_is_written(tmp_path, monkeypatch):
    flushed, flush = [], os.fsync
    monkeypatch.setattr("os.fsync", lambda handle: (flushed.append(os.fstat(handle).st_ino), flush(handle)))
    write_text(tmp_path / "a.txt", "new")
    assert flushed == [(tmp_path / "a.txt").stat().st_ino, tmp_path.stat().st_ino]


WRITER = """
import sys
from pathlib import Path
from tunixlib.artifacts import write_json
print("ready", flush=True)
for n in range(10**9):
    write_json(Path(sys.argv[1]), {"n": n, "numbers": [n] * 100_000})
"""


def whole(path):
    """Whether a document of the writer is there as it was written, every number of it."""
    found = json.loads(path.read_bytes())
    return found["numbers"] == [found["n"]] * 100_000


def test_no_reader_sees_half_a_file_while_writers_are_killed_at_random_moments(tmp_path):
    """20 kills, TUNIXLIB_FAULTS times as many on demand."""
    path, left = tmp_path / "data" / "place.json", 0
    write_json(path, {"n": 0, "numbers": [0] * 100_000})
    moments = random.Random(20)
    for number in range(200 * FAULTS):
        if number >= 20 * FAULTS and left:
            break  # as many as asked for, and some of them hit a write
        writer = started(WRITER, path)
        end = time.monotonic() + moments.uniform(0, 0.1)
        while time.monotonic() < end:
            assert whole(path)
        kill(writer)
        assert whole(path)
        leftovers = [found for found in path.parent.iterdir() if found != path]
        assert all(found.match(".place.json.*.part") for found in leftovers)
        assert not any(is_evidence(found.relative_to(tmp_path)) for found in leftovers)
        assert list(hash_tree(tmp_path, ("data",))) == ["data/place.json"]
        assert sweep(tmp_path) == len(leftovers)
        left += len(leftovers)
    assert [found.name for found in path.parent.iterdir()] == ["place.json"]
    assert left > 0, "some kill must have hit a write, or nothing was tried"
