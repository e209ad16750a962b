"""Claims about evaluation files of one's own: three fields are enough, and one wrong line is named, never left out."""

import json

import pytest

from tunixlib.artifacts import ArtifactError
from tunixlib.seeding.evalfiles import eval_file, refuse_name
from tunixlib.seeding.evalsets import EvalItem, read_eval_set

GOOD = {"id": "q1", "prompt": "What is 17 + 28?", "expected_answer": "45"}
REST = {"section": "all", "category": "all", "difficulty": "all", "family": "all"}


def line(**changes):
    return json.dumps({**GOOD, "id": "q2", "prompt": "What is 2 + 3?", **changes})


def write(folder, content, name="mine.jsonl"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_three_fields_are_enough_and_the_rest_is_all(tmp_path):
    assert read_eval_set(write(tmp_path, json.dumps(GOOD))) == [{**GOOD, **REST}]


def test_a_csv_file_reads_as_its_json_lines(tmp_path):
    text = '\ufeffid,prompt,expected_answer,section\r\na,"2, plus\n3?",5,\r\n\r\nb,"say ""hi""",hi,text\r\n'
    assert read_eval_set(write(tmp_path, text, "mine.csv")) == [
        {"id": "a", "prompt": "2, plus\n3?", "expected_answer": "5", **REST},
        {"id": "b", "prompt": 'say "hi"', "expected_answer": "hi", **REST, "section": "text"},
    ]


BAD_LINES = {
    "no id": ('{"prompt": "x", "expected_answer": "1"}', "line 2, field id: Field required"),
    "no answer": ('{"id": "q2", "prompt": "x"}', "line 2, field expected_answer: Field required"),
    "doubled id": (line(id="q1"), "line 2, field id: 'q1' stands twice, first in line 1"),
    "doubled prompt": (line(prompt=GOOD["prompt"]), "line 2, field prompt: 'What is 17 + 28?' stands twice, first in"),
    "a number": (line(expected_answer=5), "line 2, field expected_answer: Input should be a valid string, found '5'"),
    "a list": (line(prompt=["x"]), "line 2, field prompt: Input should be a valid string, found a list"),
    "unknown field": (line(answer="5"), "line 2, field answer: Extra inputs are not permitted"),
    "over-long prompt": (
        line(prompt="x" * 50_001),
        "line 2, field prompt: String should have at most 50000 characters",
    ),
    "empty answer": (
        line(expected_answer=""),
        "line 2, field expected_answer: String should have at least 1 character",
    ),
    "blank answer": (line(expected_answer=" \t"), "line 2, field expected_answer: found only white space"),
    "not an object": ("[1]", "line 2, field (whole line): Input should be a valid dictionary"),
    "not JSON": ("id: q2", "line 2: not UTF-8 JSON"),
}


@pytest.mark.parametrize("case", BAD_LINES)
def test_a_bad_line_is_named_with_its_field(tmp_path, case):
    bad, message = BAD_LINES[case]
    with pytest.raises(ArtifactError) as error:
        read_eval_set(write(tmp_path, f"{json.dumps(GOOD)}\n{bad}\n"))
    assert message in str(error.value)
    assert str(error.value).startswith(str(tmp_path / "mine.jsonl"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found no rows"),
        (b"\n \n", "found no rows"),
        (json.dumps(GOOD).encode("utf-16"), "UTF-16 or zero bytes, expected UTF-8"),
        ('{"id": "é"}'.encode("latin-1"), "not UTF-8 JSON"),
        (b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), "byte order mark"),
    ],
)
def test_an_empty_file_and_other_encodings_are_errors(tmp_path, content, message):
    with pytest.raises(ArtifactError, match=message):
        read_eval_set(write(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "found no rows"),
        ("id,prompt,expected_answer\n", "found no rows"),
        ("id,prompt,expected_answer\na,2, plus 3?,5\n", "line 2: found 4 cells .* double quotes"),
        ("id,id,prompt\na,b,c\n", "line 2: found 3 cells .* each name once"),
        ('id,prompt,expected_answer\na,"2 + 3?,5\n', "not CSV"),
        ("id;prompt;expected_answer\na;2 + 3?;5\n", "field expected_answer: Field required|field id: Field required"),
        ("id,prompt,expected_answer\na,é,5\n".encode("latin-1"), "not UTF-8 .* save the file in that encoding"),
    ],
)
def test_a_bad_csv_file_is_an_error(tmp_path, content, message):
    with pytest.raises(ArtifactError, match=message):
        read_eval_set(write(tmp_path, content, "mine.csv"))


def test_a_set_is_named_by_its_path_or_by_its_key(tmp_path):
    path = write(tmp_path, json.dumps(GOOD))
    assert eval_file(str(path)) == ("mine", path)
    name, found = eval_file("eval-dev")
    assert (name, found.name) == ("eval-dev", "eval.jsonl")
    assert eval_file(str(found)) == ("eval-dev", found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("missing.jsonl", "found no such file"),
        ("data/eval-core/", "found a folder|found no such file"),
        ("golden-v2", "found a training dataset"),
        ("no-such-set", "found no folder no-such-set"),
    ],
)
def test_a_name_that_is_no_evaluation_set_is_an_error(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        eval_file(text)


def test_a_file_in_the_current_folder_has_that_folders_name(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    write(tmp_path / "mine", json.dumps(GOOD), "eval.jsonl")
    monkeypatch.chdir(tmp_path / "mine")
    assert eval_file("eval.jsonl")[0] == "mine" and eval_file("../mine/eval.jsonl")[0] == "mine"
    with pytest.raises(ArtifactError, match="found a file without a name"):
        refuse_name("", tmp_path)  # /eval.jsonl


def test_a_file_with_the_name_of_a_set_in_data_must_be_that_set(tmp_path):
    path = write(tmp_path, json.dumps(GOOD), "eval-core.jsonl")
    with pytest.raises(ArtifactError, match=r"found other questions than those of data/eval-core.*rename the file"):
        eval_file(str(path))
    path.write_bytes(eval_file("eval-core")[1].read_bytes())
    assert eval_file(str(path)) == ("eval-core", path)


def test_every_field_of_an_item_is_described():
    assert [name for name in EvalItem.model_fields if name not in EvalItem.__doc__] == []
