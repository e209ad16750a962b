r"""What the readers of JSON, JSONL, traces and evaluation sets make of broken bytes: a clear error of ours, or a value.

Accepted on purpose: Windows line ends, blank lines, an empty JSONL file, ``\u0000`` in a string, and in documents (not
in lines of data) doubled keys and infinities, because other people's documents hold them.
"""

import json
import os
import tracemalloc
import unicodedata

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tunixlib.artifacts import MAX_LINE, ArtifactError, read_json, read_jsonl, read_lines
from tunixlib.checking.compatible import MAX_MARKS, compatible
from tunixlib.seeding.evalsets import read_eval_set
from tunixlib.strict_json import MAX_DEPTH, MAX_INT_DIGITS, check_json, parse_json
from tunixlib.traces import MANY_FAULTS, BadLine, ReasoningTrace, read_traces, write_traces

FAULTS = int(os.environ.get("TUNIXLIB_FAULTS", "1"))
SAME_FOLDER = [HealthCheck.function_scoped_fixture]

GOOD = b'{"prompt":"Q","final_answer":"1","steps":[{"i":1,"type":"t","content":"c"}]%s}'
ITEM = b'{"id":"a","prompt":"Q","expected_answer":"1"%s}'

# Always refused, and what the message says of it.
REFUSED = {
    "empty": (b"", "nothing, expected a value"),
    "blank": (b" \r\n\t", "nothing, expected a value"),
    "half": (b'{"a": [1, 2', "Expecting ',' delimiter"),
    "two values": (b"{} {}", "Extra data"),
    "python": (b"{'a': None}", "Expecting property name"),
    "latin-1": (b'"\xe9"', "invalid continuation byte|unexpected end"),
    "byte order mark": (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
    "utf-16 with mark": ('{"a": 1}'.encode("utf-16"), "UTF-16"),
    "utf-16 without mark": ('{"a": 1}'.encode("utf-16-le"), "UTF-16"),
    "utf-32": ('{"a": 1}'.encode("utf-32"), "UTF-16 or zero bytes"),
    "zero byte": (b'"a\0b"', "zero bytes"),
    "control character": (b'"a\x01b"', "Invalid control character"),
    "lists": (b"[" * 200_000, "nested deeper than 100"),
    "objects": (b'{"a":' * 200_000, "nested deeper than 100"),
    "just too deep": (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested deeper than 100"),
    "deep in objects": (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "nested deeper than 100"),
    "high half": (rb'["\ud83d"]', r"\\ud83d, half of a surrogate pair"),
    "low half": (rb'{"\udc00": 1}', r"\\udc00, half of a surrogate pair"),
    "raw surrogate": (b'"\xed\xa0\xbd"', "codec can't decode"),
    "digits": (b"1" * 10_000, "a whole number of 10000 digits, expected at most 4300"),
    "negative digits": (b"-" + b"9" * 5_000, "a whole number of 5001 digits"),
}
# Refused in lines of data; of documents, which others may have written, each gives a value.
DISPUTED = {
    "nan": (b'{"a": NaN}', "NaN, which JSON does not know"),
    "infinity": (b'{"a": [-Infinity]}', "-Infinity, which JSON does not know"),
    "too large": (b'{"a": 1e999}', "1e999, beyond the largest number"),
    "twice": (b'{"a": 1, "b": 2, "a": 3}', "key 'a' twice in one object"),
    "twice below": (b'[{"x": {"": 1, "": 2}}]', "key '' twice in one object"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("strict", [True, False])
def test_what_is_no_json_is_refused_with_its_reason(name, strict):
    data, reason = REFUSED[name]
    with pytest.raises(ValueError, match=reason):
        parse_json(data, strict)


@pytest.mark.parametrize("name", DISPUTED)
def test_what_readers_disagree_on_is_refused_in_data_and_read_in_documents(name, tmp_path):
    data, reason = DISPUTED[name]
    (tmp_path / "x.json").write_bytes(data)
    (tmp_path / "x.jsonl").write_bytes(b"{}\n" + data + b"\n")
    assert read_json(tmp_path / "x.json") is not None
    with pytest.raises(ArtifactError, match=rf"x\.jsonl, line 2: not UTF-8 JSON \({reason}"):
        list(read_jsonl(tmp_path / "x.jsonl"))


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": "\\u0000"}', {"a": "\0"}),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\\ud83d"', "\\ud83d"),
        (b'{"a":\r\n1}', {"a": 1}),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b"1" * MAX_INT_DIGITS, int("1" * MAX_INT_DIGITS)),
        (b"-0.0", 0.0),
        (b"1e-999", 0.0),
        ('"\u2028 é"'.encode(), "\u2028 é"),
        (b"[[],[]" + b",[]" * 1_000 + b"]", [[]] * 1_002),
    ],
    ids=lambda value: ascii(value)[:20] if isinstance(value, bytes) else "",
)
def test_unusual_json_is_read_for_what_it_is(data, value):
    assert parse_json(data) == value or value is None


def test_what_can_be_written_can_be_read_and_nothing_else():
    for bad in (float("nan"), {"a": float("inf")}, {1, 2}, {"a": object()}, "\ud800", {"\udfff": 1}, {1: 2, "a": 3}):
        with pytest.raises(ValueError, match=r"JSON|surrogate"):
            check_json(bad)
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="nested deeper"):
        check_json(endless)
    with pytest.raises(ValueError, match="4300 digits"):
        check_json(10**5_000)
    check_json({"a": [1, 2.5, None, True, "é"]})


@pytest.mark.parametrize("name", REFUSED | DISPUTED)
def test_a_bad_line_is_named_and_the_good_ones_around_it_are_kept(name, tmp_path):
    path, (data, _) = tmp_path / "t.jsonl", (REFUSED | DISPUTED)[name]
    good, line = GOOD % b"", GOOD % (b',"meta":{"x":' + data.replace(b"\n", b" ") + b"}")
    path.write_bytes(good + b"\n" + line + b"\n\n" + good + b"\r\n")
    bad: list[BadLine] = []
    assert [trace.prompt for trace in read_traces(path, bad)] == ["Q", "Q"]
    assert [(found.line, found.field) for found in bad] == [(2, "(whole line)")]
    with pytest.raises(ArtifactError, match=r"t\.jsonl, line 2, field \(whole line\): .*; correct or remove the line"):
        list(read_traces(path))


def test_an_empty_file_holds_no_traces_and_no_items_is_an_error(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\n \r\n")
    assert list(read_traces(path)) == list(read_jsonl(path)) == []
    with pytest.raises(ArtifactError, match="found no rows, expected at least one"):
        read_eval_set(path)
    with pytest.raises(ArtifactError, match=r"not UTF-8 JSON \(nothing, expected a value\); restore the file"):
        read_json(path)


@pytest.mark.parametrize(
    "reader", [read_json, read_eval_set, lambda p: list(read_jsonl(p)), lambda p: [*read_traces(p)]]
)
def test_a_folder_in_the_place_of_a_file_is_named(reader, tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(ArtifactError, match=r"x: found a folder, expected a file of JSON"):
        reader(tmp_path / "x")
    with pytest.raises(ArtifactError, match=r"y: found no file, expected JSON"):
        reader(tmp_path / "y")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (b',"surprise":1', "line 1, field surprise: Extra inputs are not permitted, found '1'; correct the line"),
        (b',"section":[1]', "line 1, field section: Input should be a valid string, found a list; correct"),
        (b',"id":"b"', "line 1: not UTF-8 JSON .key 'id' twice"),
        (b',"family":null', "line 1, field family: Input should be a valid string, found 'None'"),
    ],
)
def test_an_item_that_does_not_fit_is_named_with_what_was_found(more, message, tmp_path):
    path = tmp_path / "e.jsonl"
    path.write_bytes(ITEM % more)
    with pytest.raises(ArtifactError, match=message):
        read_eval_set(path)


def test_meta_that_could_not_be_written_is_refused_at_once():
    for meta in ({"x": float("nan")}, {"x": "\ud800"}, {"x": {1, 2}}, {"x": 10**5_000}):
        with pytest.raises(ValidationError, match="meta"):
            ReasoningTrace.build("Q", [("t", "c")], "1", meta)


def test_a_line_of_many_unknown_fields_is_counted_not_described(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_bytes(GOOD % b"".join(b',"%d":0' % n for n in range(MANY_FAULTS + 1)))
    bad: list[BadLine] = []
    assert list(read_traces(path, bad)) == []
    assert bad[0].reason == f"{MANY_FAULTS + 1:,} fields that do not fit, expected the schema's"


@pytest.mark.parametrize("size", [999, 1_000, 1_001, 5_000_000])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_is_read_up_to_the_limit_and_passed_over_beyond_it(size, end, tmp_path):
    path, heard = tmp_path / "x.jsonl", []
    path.write_bytes(b"1\n" + b"2" * size + b"\n" + b"3" * size + end)
    found = list(read_lines(path, 1_000, lambda number, reason: heard.append((number, reason))))
    if size <= 1_000:
        assert [(n, len(line.rstrip(b"\n"))) for n, line in found] == [(1, 1), (2, size), (3, size)] and not heard
        return
    reason = f"found {size:,} bytes, expected at most 1,000 in one line"
    assert found == [(1, b"1\n")] and heard == [(2, reason), (3, reason)]
    with pytest.raises(ArtifactError, match=rf"x\.jsonl, line 2: {reason}; shorten or remove it"):
        list(read_lines(path, 1_000))


def test_a_line_beyond_the_limit_is_not_held_and_the_next_one_is_read(tmp_path):
    path = tmp_path / "t.jsonl"
    with open(path, "wb") as stream:  # 100 MB of zero bytes take no place on most disks
        stream.truncate(100_000_000)
        stream.seek(0, os.SEEK_END)
        stream.write(b"\n" + GOOD % b"" + b"\n")
    bad: list[BadLine] = []
    tracemalloc.start()
    try:
        assert len(list(read_traces(path, bad, limit=1_000_000))) == 1
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [str(found) for found in bad] == [
        f"{path}, line 1, field (whole line): found 100,000,000 bytes, expected at most 1,000,000 in one line"
    ]
    assert peak < 5_000_000  # twice the limit, while a line is put together, and the blocks that are passed over


def test_the_largest_trace_of_the_schema_fits_into_the_longest_line():
    trace = ReasoningTrace.build(
        "😀" * 50_000, [("😀" * 64, "😀" * 20_000)] + [("t", "c")] * 999, "😀" * 50_000
    )  # one step at its largest; the other 999 are counted
    line = len(json.dumps(trace.model_dump(), ensure_ascii=False, separators=(",", ":")).encode())
    assert line + 999 * 4 * (64 + 20_000) <= MAX_LINE < 100_000_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("trace_version", "prompt", "final_answer", "steps", "meta", "i", "type", "content", "id", "expected_answer")
NEAR = st.dictionaries(
    st.sampled_from(FIELDS),
    JSON | st.lists(st.dictionaries(st.sampled_from(FIELDS), st.integers(-1, 2) | st.just("t")), max_size=3),
)
BYTES = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from([*b'{ } [ ] " \\u d8 00 1e9 - : ,'.split(b" "), b"\n", b"\xff"])).map(b"".join),
    (JSON | NEAR).map(lambda value: json.dumps(value).encode()),
    (JSON | NEAR).map(lambda value: json.dumps(value).encode("utf-16")),
)  # fmt: skip


@settings(max_examples=150 * FAULTS, deadline=None, suppress_health_check=SAME_FOLDER)
@given(st.lists(BYTES, max_size=4).map(b"\n".join))
@example(b"\xef\xbb\xbf{}")
@example(GOOD % b',"meta":{"a":1e999}')
def test_any_bytes_give_rows_or_an_error_that_names_the_file(tmp_path, data):
    path = tmp_path / "any.jsonl"
    path.write_bytes(data)
    for reader in (read_json, read_eval_set, lambda p: list(read_jsonl(p)), lambda p: list(read_traces(p))):
        try:
            reader(path)
        except ArtifactError as error:
            assert "any.jsonl" in str(error)
    bad: list[BadLine] = []
    traces = list(read_traces(path, bad))
    assert len(traces) + len(bad) == sum(bool(line.strip()) for line in data.split(b"\n"))
    # What was accepted can be written and is read back the same.
    write_traces(tmp_path / "again.jsonl", traces)
    assert list(read_traces(tmp_path / "again.jsonl")) == traces


@settings(max_examples=200 * FAULTS, deadline=None)
@given(NEAR | JSON)
def test_any_value_is_a_trace_that_can_be_written_or_a_validation_error(value):
    try:
        trace = ReasoningTrace.model_validate(value)
    except ValidationError:
        return
    assert len(trace.trace_id) == 16


@settings(max_examples=200 * FAULTS, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_ordinary_text_has_the_form_that_unicode_gives_it(text):
    assert compatible(text) == unicodedata.normalize("NFKC", text)


def test_more_marks_than_any_language_needs_are_left_as_they_are():
    most = "a" + "\u0315" * (MAX_MARKS - 1) + "\u0300"
    assert compatible(most) == unicodedata.normalize("NFKC", most) != most
    assert compatible(most + "\u0301") == most + "\u0301"


def test_every_sign_that_turns_into_marks_is_counted_as_one():
    for code in range(0x110000):
        sign = chr(code)
        if unicodedata.combining(unicodedata.normalize("NFKD", sign)[0]):
            assert compatible("１" + sign * (MAX_MARKS + 1)) == "１" + sign * (MAX_MARKS + 1), hex(code)
