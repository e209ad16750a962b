import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tunixlib.artifacts import ArtifactError
from tunixlib.strict_json import parse_json
from tunixlib.traces import (
    TAGS,
    BadLine,
    ReasoningTrace,
    parse_completion,
    read_traces,
    render_completion,
    shortest_form,
    write_traces,
)

FORM = "<reasoning>\n1 + 1 = 2\n2 + 2 = 4\n</reasoning>\n<answer>4</answer>"

line = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1).filter(
    lambda text: text == text.strip() and not any(tag in text for tag in TAGS)
)
content = st.lists(line, min_size=1, max_size=3).map("\n".join)


@given(st.lists(content, min_size=1, max_size=5), line)
def test_every_trace_reads_back(steps, answer):
    trace = ReasoningTrace.build("Q", [("compute", step) for step in steps], answer)
    parsed = parse_completion(render_completion(trace))
    assert parsed.well_formed
    assert parsed.steps == tuple(steps)
    assert parsed.final_answer == answer


@given(st.text())
def test_parsing_never_raises(text):
    parse_completion(text)


@pytest.mark.parametrize(
    ("text", "well_formed", "steps", "answer"),
    [
        (FORM, True, ("1 + 1 = 2", "2 + 2 = 4"), "4"),
        ("<reasoning>\na\n  b\n</reasoning>\n<answer>x</answer>", True, ("a\nb",), "x"),
        (FORM + "\n", False, ("1 + 1 = 2", "2 + 2 = 4"), "4"),
        ("Sure! " + FORM, False, ("1 + 1 = 2", "2 + 2 = 4"), "4"),
        (FORM + FORM, False, ("1 + 1 = 2", "2 + 2 = 4"), "4"),
        (FORM.replace("\n", " "), False, (" 1 + 1 = 2 2 + 2 = 4 ",), "4"),
        ("<answer>4</answer>", False, (), "4"),
        ("<answer>4", False, (), None),
        ("<answer> </answer>", False, (), None),
        ("<reasoning>\n</reasoning>\n<answer>4</answer>", False, (), "4"),
        ("4", False, (), None),
        ("", False, (), None),
    ],
)
def test_only_the_exact_form_is_well_formed(text, well_formed, steps, answer):
    parsed = parse_completion(text)
    assert (parsed.well_formed, parsed.steps, parsed.final_answer) == (well_formed, steps, answer)


@pytest.mark.parametrize("bad", ["a </answer> b", "<reasoning>", " padded", "a\n\nb", "a\rb"])
def test_content_that_could_not_be_read_back_is_refused(bad):
    with pytest.raises(ValueError, match=r"answer|reasoning|space|empty line"):
        render_completion(ReasoningTrace.build("Q", [("compute", bad)], "1"))


def test_parsing_stays_linear_on_adversarial_text():
    started = time.perf_counter()
    parse_completion("<reasoning>" * 50_000 + "<answer>" * 50_000 + " " * 100_000)
    assert time.perf_counter() - started < 30  # no measurement: quadratic would take minutes


def test_trace_id_is_computed_from_content_only():
    one = ReasoningTrace.build("Q", [("compute", "1 + 1 = 2")], "2")
    assert one.trace_id == ReasoningTrace.build("Q", [("compute", "1 + 1 = 2")], "2").trace_id
    assert one.trace_id != ReasoningTrace.build("Q", [("compute", "1 + 1 = 2")], "3").trace_id
    assert len(one.trace_id) == 16


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 50_001}, "prompt"),
        ({"final_answer": 5}, "final_answer"),
        ({"steps": []}, "steps"),
        ({"steps": [{"i": 1, "type": "t", "content": ""}]}, "content"),
        ({"steps": [{"i": -1, "type": "t", "content": "c"}]}, "i"),
        ({"steps": [{"i": 1, "type": "t", "content": "c"}] * 2}, "unique"),
        ({"steps": [{"i": 1, "type": "t" * 65, "content": "c"}]}, "type"),
        ({"surprise": 1}, "surprise"),
        ({"trace_version": "2.0"}, "trace_version"),
    ],
)
def test_the_schema_is_strict(change, field):
    good = ReasoningTrace.build("Q", [("compute", "1 + 1 = 2")], "2").model_dump()
    with pytest.raises(ValidationError, match=field):
        ReasoningTrace.model_validate({**good, **change})


def test_bad_lines_are_reported_with_file_line_field_and_reason(tmp_path, traces):
    path = tmp_path / "t.jsonl"
    write_traces(path, traces[:2])
    broken = json.loads(path.read_text().splitlines()[0])
    broken["prompt"] = 7
    path.write_text(path.read_text() + "not json\n" + json.dumps(broken) + "\n")
    with pytest.raises(ArtifactError, match=r"t\.jsonl, line 3, field \(whole line\)"):
        list(read_traces(path))
    bad: list[BadLine] = []
    assert list(read_traces(path, bad)) == traces[:2]
    assert [(found.line, found.field) for found in bad] == [(3, "(whole line)"), (4, "prompt")]
    assert "found '7'" in str(bad[1]) and "string" in bad[1].reason


def test_traces_survive_the_disk_byte_for_byte(tmp_path, traces):
    assert write_traces(tmp_path / "a.jsonl", traces) == 12
    assert write_traces(tmp_path / "b.jsonl", read_traces(tmp_path / "a.jsonl")) == 12
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def as_read(reader, line):
    """What a reader makes of a line: the trace, or that there is none."""
    try:
        found = reader(line)
    except ValueError:
        return None
    return found and found.model_dump_json()


def slowly(line):
    return ReasoningTrace.model_validate(parse_json(line))


NASTY = [
    (b'"i":1', b'"i":1,"i":1'), (b'"i":1', b'"i":1.0'), (b'"i":1', b'"i":true'), (b'"i":1', b'"i":01'),
    (b'"i":1', b'"i":-0'), (b'"i":1', b'"i":' + b"9" * 5000), (b'"prompt"', b'"prompt" '),
    (b'"prompt":', b'"prompt":"x","prompt":'), (b'"seed":1', b'"seed":NaN'), (b'"seed":1', b'"seed":1e999'),
    (b'"seed":1', b'"seed":1e5'), (b'"seed":1', b'"seed":null'), (b'"seed":1', b'"seed":"\\ud800"'),
    (b'"seed":1', b'"seed":"\xed\xa0\x80"'), (b'"seed":1', b'"seed":' + b"[" * 150 + b"]" * 150),
    (b'"seed":1', b'"seed":' + b'{"a":' * 150 + b"1" + b"}" * 150), (b'"seed":1', b'"seed":1,"seed":1'),
    (b'"seed":1', b'"seed":-0'), (b'"trace_version":"1.0"', b'"final_answer":"5"'), (b',"trace_version":"1.0"', b''),
    (b'is 2', b'is\t2'), (b'is 2', b'is \x7f2'), (b'is 2', b'\\u0069s 2'), (b'is 2', b'is\\/2'),
    (b'is 2', b'is\x002'), (b'{', b'\xef\xbb\xbf{'), (b'\n', b'\x0b\n'), (b'\n', b' \r\n'),
    (b'"meta":{"seed":1},', b''), (b'"meta":{"seed":1}', b'"meta":{}'), (b'"meta":{"seed":1}', b'"meta":[]'),
    (b'\n', b',\n'),
]  # fmt: skip
PLAIN = (
    b'{"final_answer":"5","meta":{"seed":1},"prompt":"What is 2 + 3?",'
    b'"steps":[{"content":"2 + 3 = 5","i":1,"type":"compute"}],"trace_version":"1.0"}\n'
)


@pytest.mark.parametrize(("old", "new"), NASTY)
def test_the_fast_reader_takes_nothing_that_the_strict_one_refuses(old, new):
    assert PLAIN.count(old) >= 1
    line = PLAIN.replace(old, new, 1)
    quick = as_read(shortest_form, line)
    assert quick in (None, as_read(slowly, line))


@given(st.binary(max_size=6), st.integers(0, len(PLAIN)), st.integers(0, 12))
def test_the_fast_reader_agrees_with_the_strict_one_on_damaged_lines(new, start, length):
    line = PLAIN[:start] + new + PLAIN[start + length :]
    quick = as_read(shortest_form, line)
    assert quick in (None, as_read(slowly, line))


def test_the_fast_reader_takes_what_we_write(tmp_path, traces):
    write_traces(tmp_path / "t.jsonl", traces)
    lines = (tmp_path / "t.jsonl").read_bytes().splitlines(keepends=True)
    assert [shortest_form(line) for line in lines] == list(traces)
