"""Ingest: every record of a foreign file becomes one trace or one counted reject, and bad files a clear error."""

import csv
import gzip
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tunixlib.__main__ import app
from tunixlib.artifacts import read_json
from tunixlib.seeding import datasets
from tunixlib.seeding.ingest import intake, parquet, readers, sources
from tunixlib.seeding.ingest.completions import read_completion
from tunixlib.seeding.ingest.export import EXPORTS, export
from tunixlib.seeding.ingest.intake import ingest
from tunixlib.seeding.ingest.near import NearPrompts
from tunixlib.seeding.ingest.records import REASONS, IngestError, Record, RefusedError, Reject
from tunixlib.seeding.ingest.sift import Question, Sieve
from tunixlib.seeding.reports import remake
from tunixlib.traces import ReasoningTrace, read_traces, write_traces

FIXTURES = Path(__file__).parent / "fixtures"
GSM8K = {"prompt": "question", "completion": "answer"}
FORM = "<reasoning>\n1 + {0} = {1}\n</reasoning>\n<answer>{1}</answer>"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with our evaluation sets, as the repository has it."""
    root = tmp_path_factory.mktemp("data")
    for name in ("eval-core", "eval-dev", "eval-unseen"):
        shutil.copytree(datasets.PROJECT_ROOT / "data" / name, root / name)
    return root


@pytest.fixture
def root(data, tmp_path):
    """The same, for one test to write into."""
    shutil.copytree(data, tmp_path / "data")
    return tmp_path / "data"


def row(i, **changes):
    return {"prompt": f"What is 1 plus {i}?", "completion": FORM.format(i, 1 + i), **changes}


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def sift(records, mapping=None, questions=()):
    sieve = Sieve("my-x", "x.jsonl", mapping, questions)
    found = list(sieve.sift([Record(n, fields) for n, fields in enumerate(records, start=1)]))
    assert sieve.tally.read == len(records) == sieve.tally.kept + sum(sieve.tally.rejected.values())
    return found


def reason(fields, mapping=None):
    [found] = sift([fields], mapping)
    assert isinstance(found, Reject), found
    assert found.reason in REASONS
    return found.reason


FILES = [
    ("traces.jsonl", {}, "jsonl", [("$12", ["4 * 3 = 12"]), ("17", ["9 - 5 = 4", "13 + 4 = 17"])]),
    ("steps.json", {}, "json", [("23", ["40 - 17 = 23"]), ("no", ["91 / 7 = 13", "So 7 divides 91"])]),
    ("trl_conversational.jsonl", {}, "jsonl", [("84", ["6 * 14 = 84"])]),
    ("prompt_completion.csv", {}, "csv", [("34", ["8 + 9 = 17", "17 * 2 = 34"]), ("4 m", ["20 / 5 = 4"])]),
    (
        "math_boxed.jsonl",
        {"prompt": "problem", "completion": "solution"},
        "jsonl",
        [("3", ["Subtract 4: $2x = 6$.", r"Divide: $x = \frac{6}{2} = \boxed{3}$."])],
    ),
    (
        "messages.jsonl",
        {},
        "jsonl",
        [
            ("15", ["30% of 50 = 15"]),
            ("180", ["One hour has 60 minutes.", "3 * 60 = 180"]),
            ("19", ["38 / 2 = 19"]),
        ],
    ),
    *(
        (name, GSM8K, form, [
            ("42", ["She sells 24 - 3 = 21 rolls.", "That brings 21 * 2 = $42."]),
            ("5", ["There are 12 / 3 = 4 gaps.", "So 4 + 1 = 5 trees."]),
        ])
        for name, form in (("gsm8k.jsonl", "jsonl"), ("gsm8k.jsonl.gz", "jsonl"), ("gsm8k.parquet", "parquet"))
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "mapping", "form", "expected"), FILES, ids=[file[0] for file in FILES])
def test_every_public_format_comes_in_as_the_same_kind_of_trace(name, mapping, form, expected, root):
    if form == "parquet":
        pytest.importorskip("pyarrow")
    manifest = ingest(FIXTURES / name, "my-x", mapping, root=root)
    traces = list(read_traces(root / "my-x" / "dataset.jsonl"))
    assert [(t.final_answer, [step.content for step in t.steps]) for t in traces] == expected
    came = manifest["ingest"]
    assert (came["format"], came["read"]) == (form, came["kept"] + sum(came["rejected"].values()))
    assert came["compression"] == ("gzip" if name.endswith(".gz") else "none")
    rejects = [json.loads(line) for line in (root / "my-x" / "rejects.jsonl").read_text().splitlines()]
    assert Counter(reject["reason"] for reject in rejects) == Counter(came["rejected"])
    assert datasets.dataset_file("my-x", root) == root / "my-x" / "dataset.jsonl"


def test_our_own_schema_keeps_types_order_and_meta():
    [first, second] = sift([json.loads(line) for line in (FIXTURES / "traces.jsonl").read_text().splitlines()])
    came = {"source": "x.jsonl", "line": 1, "form": "trace"}
    assert first.meta == {"topic": "shopping", "dataset_key": "my-x", "ingested": came}
    assert [step.type for step in first.steps] == ["compute"]
    assert [step.i for step in second.steps] == [1, 2]


@pytest.mark.parametrize(
    ("text", "steps", "answer", "style"),
    [
        ("<reasoning>\na\n  b\n</reasoning>\n<answer>x</answer>", ("a\nb",), "x", "tags"),
        ("<reasoning> a </reasoning> <answer> x </answer>\n", ("a",), "x", "tags"),
        ("a\n</think>\n<answer>x</answer>", ("a",), "x", "think"),
        ("<think>\na\n</think>\nb\n\\[\\boxed{x}\\]", ("a", "b"), "x", "think"),
        ("a\r\n\r\n#### 1,000", ("a",), "1,000", "hashes"),
        ("<think>a</think>\nThe answer is 5.", ("a",), "5", "think"),
        ("<think>a</think>\nFinal answer: $1.50", ("a",), "$1.50", "think"),
        ("<think>a</think>\nAnswers vary.", ("a",), "Answers vary.", "think"),
        ("<think>a</think>\n2 + 3 = <<2+3=5>>5\n#### 5", ("a", "2 + 3 = 5"), "5", "think"),
        ("a\n#### The answer is 5.", ("a",), "5", "hashes"),
        ("a\n#### Paris", ("a",), "Paris", "hashes"),
        ("He has <<5*2=10>> shoes\n#### 10", ("He has 10 shoes",), "10", "hashes"),
        ("He has <<5*2=10>>10 shoes\n#### 10", ("He has 10 shoes",), "10", "hashes"),
        ("It is <<5*2=10>>\n#### 10", ("It is 10",), "10", "hashes"),
        ("She pays 3*.5 = $<<3*.5=1.5>>1.50\n#### 1.5", ("She pays 3*.5 = $1.50",), "1.5", "hashes"),
        ("500*2 = <<500*2=1000>>1,000\n#### 1,000", ("500*2 = 1,000",), "1,000", "hashes"),
        ("so <<5*2=10>>10/5 = 2, <<7-x=y>>y\n#### 2", ("so 10/5 = 2, y",), "2", "hashes"),
        ("10/3 = <<10/3=3.33>>3 boxes\n#### 3", ("10/3 = 3 boxes",), "3", "hashes"),
        ("see <<the table>> and <<5*2=10>> 3 times\n#### 3", ("see <<the table>> and 10 3 times",), "3", "hashes"),
        (r"so \boxed{\frac{1}{2}} it is", (r"so \boxed{\frac{1}{2}} it is",), r"\frac{1}{2}", "boxed"),
        ("a\nThe final answer is $\\boxed{7}$.", ("a",), "7", "boxed"),
    ],
)
def test_a_completion_gives_its_steps_and_its_answer(text, steps, answer, style):
    work = read_completion(text)
    assert (work.steps, work.final_answer, work.style) == (steps, answer, style)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("just prose", "no_answer_found"),
        ("Sure! " + FORM.format(1, 2), "no_answer_found"),
        ("<reasoning>\na\n</reasoning>", "no_answer_found"),
        (FORM.format(1, 2) * 2, "tags_inside"),
        ("<think>a</think>b</think>c", "tags_inside"),
        ("x <think>a</think>5", "no_answer_found"),
        ("<think>a</think>\nb\nc", "no_answer_found"),
        ("<think>a</think> so <answer>5</answer>", "no_answer_found"),
        ("Step one\n#### Conclusion", "no_answer_found"),
        ("Step one\n#### Step 2:", "no_answer_found"),
        ("Step one\n####", "no_answer_found"),
        ("2 + 3 = 5\n####5\n#### 6", "no_answer_found"),
        ("<think>a</think>\n#### 5\n#### 6", "no_answer_found"),
        ("He has <<5*2=10>>100 shoes\n#### 12", "no_answer_found"),
        ("He has <<5*2=10>>12 shoes\n#### 12", "no_answer_found"),
        (r"\boxed{1} or \boxed{2}", "no_answer_found"),
        (r"\boxed{1", "no_answer_found"),
        (r"\boxed{1}" * 101, "no_answer_found"),
    ],
)
def test_text_that_is_neither_step_nor_answer_is_refused(text, code):
    with pytest.raises(RefusedError) as refused:
        read_completion(text)
    assert refused.value.reason == code


USER, ASSISTANT = {"role": "user", "content": "Q?"}, {"role": "assistant", "content": FORM.format(1, 2)}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "unknown_form"),
        ({"question": "Q", "answer": "#### 5"}, "unknown_form"),
        ({"prompt": "Q", "completion": None}, "unknown_form"),
        ({"prompt": "Q", "completion": FORM, "messages": [USER]}, "ambiguous_form"),
        ({"prompt": "Q", "steps": ["a"], "answer": "1", "final_answer": "1"}, "ambiguous_form"),
        ({"messages": [USER]}, "unsupported_turns"),
        ({"messages": [USER, ASSISTANT, USER, ASSISTANT]}, "unsupported_turns"),
        ({"messages": [USER, {"role": "tool", "content": "x"}, ASSISTANT]}, "unsupported_turns"),
        ({"messages": [USER, {**ASSISTANT, "thinking": "hm"}]}, "unsupported_turns"),
        ({"messages": []}, "invalid_field"),
        ({"messages": [USER, {"role": "assistant", "content": None}]}, "invalid_field"),
        ({"prompt": [USER], "completion": "x"}, "invalid_field"),
        ({"prompt": "Q", "steps": [], "answer": "1"}, "invalid_field"),
        ({"prompt": "Q", "steps": 5, "answer": "1"}, "invalid_field"),
        ({"prompt": "Q", "steps": ["a", None], "answer": "1"}, "invalid_field"),
        ({"prompt": "Q", "steps": ["a"], "answer": ["1"]}, "invalid_field"),
        ({"prompt": " ", "steps": ["a"], "answer": "1"}, "invalid_field"),
        ({"prompt": 5, "steps": ["a"], "answer": "1"}, "invalid_field"),
        ({"prompt": "Q", "steps": [{"content": "a", "role": "x"}], "answer": "1"}, "invalid_field"),
        (
            {"prompt": "Q", "steps": [{"i": 1, "content": "a"}, {"i": 1, "content": "b"}], "answer": "1"},
            "invalid_field",
        ),
        ({"prompt": "Q" * 50_001, "steps": ["a"], "answer": "1"}, "field_too_long"),
        ({"prompt": "Q", "steps": ["a" * 20_001], "answer": "1"}, "field_too_long"),
        ({"prompt": "Q", "steps": ["a"] * 1_001, "answer": "1"}, "field_too_long"),
        ({"prompt": "Q", "steps": ["a <answer>"], "answer": "1"}, "tags_inside"),
        ({"prompt": "Q", "steps": ["a"], "answer": "<think>1"}, "tags_inside"),
    ],
)
def test_a_bad_record_is_a_reject_with_its_reason(fields, code):
    assert reason(fields) == code


def test_an_unknown_form_says_what_was_found_and_which_are_known():
    [found] = sift([{"question": "Q", "gold": "5"}])
    assert found.line == 1
    assert "fields gold, question; known are prompt-steps (prompt, steps, final_answer)" in found.detail


def test_a_mapping_renames_fields_and_settles_what_is_ambiguous():
    [found] = sift([{"question": "Q", "steps": ["a"], "gold": 5}], {"prompt": "question", "final_answer": "gold"})
    assert (found.prompt, found.final_answer) == ("Q", "5")
    both = {"prompt": "Q", "completion": FORM.format(1, 2), "steps": ["other"], "answer": "9"}
    [found] = sift([both], {"completion": "completion"})
    assert found.final_answer == "2"


def test_duplicates_and_conflicts_name_the_line_they_repeat():
    prompts = ["What is 1 plus 4?", "What is 1 plus 4?", "what is 1  plus 4", "What is 1 plus 4?"]
    found = sift([row(4, prompt=prompt) for prompt in prompts[:3]] + [row(5, prompt=prompts[3])])
    assert [reject.reason for reject in found[1:]] == ["duplicate", "duplicate_normalised", "conflicting_answer"]
    assert "line 1, which was kept and answers '5'; this one answers '6'" in found[3].detail


STORY = (
    "A small shop on the corner sold {} red apples and {} green pears on Monday. How many pieces of fruit were sold{}?"
)


def test_nearly_the_same_words_are_a_near_duplicate_only_with_the_same_numbers_and_answer():
    near = NearPrompts()
    assert near.meet(STORY.format(17, 28, ""), "45", "line 1") is None
    assert near.meet(STORY.format(17, 28, " then"), "45", "line 2") == "line 1"
    assert near.meet(STORY.format(17, 29, ""), "46", "line 3") is None
    assert near.meet(STORY.format(28, 17, ""), "45", "line 4") is None
    assert near.meet(STORY.format(17, 28, " after"), "11", "line 5") is None
    assert near.meet("What is 17 + 28?", "45", "line 6") is None
    assert near.meet("What is 17 - 28?", "45", "line 7") is None


def test_a_question_of_any_evaluation_set_is_never_kept(root):
    asked = [
        json.loads((root / name / "eval.jsonl").read_text().splitlines()[0]) for name in ("eval-dev", "eval-unseen")
    ]
    rows = [{"prompt": item["prompt"].upper() + " ", "steps": ["a"], "answer": "1"} for item in asked]
    own = root / "my-exam"
    own.mkdir()
    write(own / "eval.jsonl", [{"id": "1", "prompt": "Who?", "expected_answer": "me"}])
    sha = datasets.sha256_file(own / "eval.jsonl")
    write(own / "manifest.json", [{"sha256": sha}])  # one JSON document on one line
    path = write(root / "in.jsonl", [*rows, {"prompt": "who", "steps": ["a"], "answer": "1"}, row(7)])
    assert ingest(path, "my-x", root=root)["ingest"]["rejected"] == {"evaluation_question": 3}
    question = Question(STORY.format(17, 28, ""), "my-exam")
    [found] = sift([{"prompt": STORY.format(17, 28, " then"), "steps": ["a"], "answer": "45"}], questions=[question])
    assert (found.reason, "a question of my-exam" in found.detail) == ("near_evaluation_question", True)


def chat(system, question, answer="9"):
    return {
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": question},
            {"role": "assistant", "content": f"<think>a</think>{answer}"},
        ]
    }


def asked(key, count):
    rows = (datasets.PROJECT_ROOT / "data" / key / "eval.jsonl").read_text(encoding="utf-8").splitlines()[:count]
    return [json.loads(line)["prompt"] for line in rows]


def rejected(records, questions):
    found = sift(records, questions=[Question(question, "eval-core") for question in questions])
    return Counter(one.reason for one in found if isinstance(one, Reject))


def test_a_question_of_evaluation_behind_a_system_turn_is_refused():
    questions = asked("eval-core", 50)
    assert rejected([chat("You are a tutor.", q) for q in questions], questions) == {"evaluation_question": 50}
    joined = [{"prompt": f"Be brief.\n\n{q}", "steps": ["a"], "answer": "1"} for q in questions]
    assert rejected(joined, questions) == {"evaluation_question": 50}


def test_a_question_with_words_beside_it_is_near_whatever_its_answer():
    questions = asked("eval-core", 50)
    rows = [{"prompt": f"{q} Please answer.", "steps": ["a"], "answer": "45 units"} for q in questions]
    assert rejected(rows, questions) == {"near_evaluation_question": 50}
    turns = [chat("In 3 lines.", f"{q} Please answer.", "45 units") for q in questions]
    assert rejected(turns, questions) == {"near_evaluation_question": 50}
    assert rejected([row(5, prompt="What is 17 + 29? Please answer.")], ["What is 17 + 28?"]) == {}


def test_the_question_that_a_shown_work_answers_is_refused_on_both_sides():
    [work] = asked("eval-correction", 1)
    inner = work.split("\n")[1].removeprefix("Question: ")
    assert rejected([row(5, prompt=inner)], [work]) == {"evaluation_question": 1}
    assert rejected([row(5, prompt=work)], [inner]) == {"evaluation_question": 1}


def test_the_same_user_turn_under_another_system_turn_is_a_duplicate():
    plain = {"messages": chat("", "Who am I?")["messages"][1:]}
    found = sift(
        [chat("Be brief.", "Who am I?"), chat("Be long.", "Who am I?"), plain, chat("Be brief.", "Who are we?")]
    )
    assert [getattr(one, "reason", "kept") for one in found] == ["kept", *["duplicate_normalised"] * 2, "kept"]
    assert found[0].prompt == "Be brief.\n\nWho am I?"


BAD_FILES = {
    "empty": (b"", "x.jsonl", "empty file"),
    "blank": (b" \n\n", "x.jsonl", "no trace among 0 records"),
    "no json": (b"hello world\n", "x.txt", "expected JSON lines, a JSON list, Parquet"),
    "utf-16": ('{"a": 1}\n'.encode("utf-16"), "x.jsonl", "looks like UTF-16, expected UTF-8; .*iconv -f UTF-16"),
    "latin-1": ('{"prompt": "Größe"}\n'.encode("latin-1"), "x.jsonl", "looks like ISO-8859-1.*--encoding iso-8859-1"),
    "torn json": (b'[{"a": 1},', "x.json", "not one UTF-8 JSON document"),
    "torn gzip": (gzip.compress(b'{"a": 1}\n' * 99)[:-9], "x.jsonl.gz", "gzip file is torn"),
    "torn parquet": (b"PAR1 and nothing", "x.parquet", "not a whole Parquet file"),
    "one column": (b"prompt\nx\n", "x.csv", "expected at least two"),
    "doubled column": (b"prompt,prompt\nx,y\n", "x.csv", "each named and once"),
    "late latin-1 in csv": (b"prompt,completion\n" + "ä,".encode() + b"\xe9\n", "x.csv", "line 2: .* not UTF-8"),
    "nothing kept": (
        b'{"a": 1}\n[]\n',
        "x.jsonl",
        r"no trace among 2 records(.|\n)*unknown_form(.|\n)*line 1: fields a",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_clear_error_and_leaves_nothing_behind(name, root):
    if "parquet" in name:
        pytest.importorskip("pyarrow")
    content, file, message = BAD_FILES[name]
    (root / file).write_bytes(content)
    with pytest.raises(IngestError, match=message):
        ingest(root / file, "my-x", root=root)
    assert not (root / "my-x").exists()


def test_ctrl_c_leaves_nothing_behind(root, monkeypatch):
    def interrupted(source, path):
        yield Record(1, row(1))
        raise KeyboardInterrupt

    monkeypatch.setattr(intake, "read_records", lambda source, path: ("jsonl", interrupted(source, path)))
    with pytest.raises(KeyboardInterrupt):
        ingest(FIXTURES / "traces.jsonl", "my-x", root=root)
    assert not (root / "my-x").exists()


def test_two_traces_cannot_be_cut_in_thirds_and_nothing_is_left_behind(root):
    two, three = write(root / "two.jsonl", [row(1), row(2)]), write(root / "three.jsonl", [row(1), row(2), row(3)])
    with pytest.raises(IngestError, match="2 traces were kept, expected at least 3"):
        ingest(two, "my-x", stages="thirds", root=root)
    assert not (root / "my-x").exists()
    assert ingest(three, "my-x", stages="thirds", root=root)["count"] == 3


@pytest.mark.parametrize("at", ["cut_in_thirds", "write_json"])
def test_ctrl_c_late_takes_away_what_was_made_and_nothing_else(at, root, monkeypatch):
    path = write(root / "in.jsonl", [row(1), row(2), row(3)])

    def interrupted(*_):
        raise KeyboardInterrupt

    (root / "my-x").mkdir()
    (root / "my-x" / "notes.txt").write_text("mine")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(intake, at, interrupted)
        ingest(path, "my-x", stages="thirds", root=root)
    assert [path.name for path in (root / "my-x").iterdir()] == ["notes.txt"]
    ingest(path, "my-x", stages="thirds", root=root)
    before = {path.name: path.read_bytes() for path in (root / "my-x").iterdir()}
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(intake, at, interrupted)
        ingest(path, "my-x", stages="thirds", root=root)
    assert {path.name: path.read_bytes() for path in (root / "my-x").iterdir()} == before


def test_a_missing_file_and_a_folder_are_named(root):
    with pytest.raises(IngestError, match="found no file"):
        ingest(root / "none.jsonl", "my-x", root=root)
    with pytest.raises(IngestError, match="found a folder"):
        ingest(root, "my-x", root=root)


def test_bad_lines_among_good_ones_are_counted_and_reading_goes_on(root, monkeypatch):
    monkeypatch.setattr(readers, "MAX_LINE", 300)
    good = json.dumps(row(1) | {"note": "é"}, ensure_ascii=False).encode()
    lines = [b"\xef\xbb\xbf" + good, b"{", b'{"a": NaN}', b"5", b'{"a": "\xff"}', b'{"a": "' + b"x" * 400 + b'"}', b""]
    (root / "in.jsonl").write_bytes(b"\n".join([*lines, json.dumps(row(2)).encode()]))
    came = ingest(root / "in.jsonl", "my-x", root=root)["ingest"]
    assert (came["read"], came["kept"], came["rejected"]) == (7, 2, {"line_too_long": 1, "not_json": 4})
    assert came["unread_fields"] == {"note": 1}
    lines = [json.loads(line)["line"] for line in (root / "my-x" / "rejects.jsonl").read_text().splitlines()]
    assert lines == [2, 3, 4, 5, 6]


def test_another_encoding_is_read_when_it_is_named(root):
    text = json.dumps(row(3, prompt="Größe 1 plus 3?"), ensure_ascii=False)
    for encoding in ("latin-1", "utf-16"):
        (root / "in.jsonl").write_bytes(text.encode(encoding))
        ingest(root / "in.jsonl", f"my-{encoding}", encoding=encoding, root=root)
        assert next(read_traces(root / f"my-{encoding}" / "dataset.jsonl")).prompt == "Größe 1 plus 3?"
    for wrong, message in (("utf-8", "not utf-8"), ("zlib", "unknown"), ("nonsense", "unknown")):
        (root / "in.jsonl").write_bytes(text.encode("latin-1"))
        with pytest.raises(IngestError, match=message):
            ingest(root / "in.jsonl", "my-y", encoding=wrong, root=root)


def test_a_gzip_bomb_is_refused_before_it_fills_memory(root, monkeypatch):
    monkeypatch.setattr(sources, "FREE_BYTES", 1_000_000)
    (root / "bomb.jsonl.gz").write_bytes(gzip.compress(b" " * 20_000_000))
    with pytest.raises(IngestError, match="unpack to more than"):
        ingest(root / "bomb.jsonl.gz", "my-x", root=root)


def test_a_json_document_beyond_the_bound_says_how_to_make_it_lines(root, monkeypatch):
    monkeypatch.setattr(readers, "MAX_DOCUMENT", 10)
    with pytest.raises(IngestError, match=r"jq -c '\.\[\]' steps\.json > steps\.jsonl"):
        ingest(FIXTURES / "steps.json", "my-x", root=root)


def test_csv_with_broken_quotes_semicolons_and_json_cells(root):
    text = 'prompt;steps;answer\nWhat is 1 plus 1?;"[""1 + 1 = 2"", ""so 2""]";2\n'
    text += 'Q;"a"b;3\nWhat is 1 plus 2?;x;3\nZ;"y;4\n'
    (root / "in.csv").write_text(text, encoding="utf-8")
    limit = csv.field_size_limit()
    came = ingest(root / "in.csv", "my-x", root=root)["ingest"]
    assert (came["read"], came["kept"], came["rejected"]) == (4, 2, {"not_a_row": 2})
    assert csv.field_size_limit() == limit
    rejects = [json.loads(line) for line in (root / "my-x" / "rejects.jsonl").read_text().splitlines()]
    assert [reject["line"] for reject in rejects] == [3, 5]
    assert len(next(read_traces(root / "my-x" / "dataset.jsonl")).steps) == 2


def test_without_pyarrow_the_error_names_the_pinned_install_command(root, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(IngestError, match=rf"python -m pip install {parquet.pinned()}`"):
        ingest(FIXTURES / "gsm8k.parquet", "my-x", GSM8K, root=root)


def test_a_key_is_never_taken_from_another_dataset_and_the_same_source_gives_the_same_bytes(root):
    ingest(FIXTURES / "gsm8k.jsonl", "my-x", GSM8K, root=root)
    before = {path.name: path.read_bytes() for path in (root / "my-x").iterdir()}
    assert sorted(before) == ["dataset.jsonl", "manifest.json", "rejects.jsonl"]
    ingest(FIXTURES / "gsm8k.jsonl", "my-x", GSM8K, root=root)
    assert {path.name: path.read_bytes() for path in (root / "my-x").iterdir()} == before
    (root / "my-own").mkdir()
    (root / "my-own" / "dataset.jsonl").write_text("{}")
    refused = {"my-x": "what was ingested from gsm8k.jsonl", "my-own": "without a manifest", "../x": "expected 1-64"}
    for key, message in {**refused, "eval-core": "of the repository", "golden-v2": "of the repository"}.items():
        with pytest.raises(IngestError, match=message):
            ingest(FIXTURES / "steps.json", key, root=root)


@pytest.mark.parametrize("mapping", [{"colour": "x"}, {"prompt": "a", "completion": "a"}])
def test_a_mapping_that_cannot_be_meant_is_refused(mapping, root):
    with pytest.raises(IngestError, match="--map"):
        ingest(FIXTURES / "steps.json", "my-x", mapping, root=root)


def test_thirds_fill_all_three_stages_by_length(root):
    rows = [
        {"prompt": f"Task {n}", "steps": [f"{n} + {i} = {n + i}" for i in range(5 + n)], "answer": n} for n in range(7)
    ]
    path = write(root / "in.jsonl", rows)
    usual = ingest(path, "my-x", root=root)["step_truth"]
    assert [usual[stage]["traces"] for stage in "abc"] == [0, 0, 7]
    thirds = ingest(path, "my-y", stages="thirds", root=root)
    assert [thirds["step_truth"][stage]["traces"] for stage in "abc"] == [3, 2, 2]
    stages, _ = datasets.split_stages(read_traces(root / "my-y" / "dataset.jsonl"))
    assert [len(trace.steps) for stage in "abc" for trace in stages[stage]] == [5, 6, 7, 8, 9, 10, 11]
    with pytest.raises(IngestError, match="unknown, expected one of steps, thirds"):
        ingest(path, "my-z", stages="halves", root=root)


@pytest.mark.parametrize("form", EXPORTS)
def test_what_is_exported_comes_in_again_as_the_same_traces(form, root):
    source = datasets.dataset_file("golden-v2")
    assert export("golden-v2", root / "out.jsonl", form) == 100
    came = ingest(root / "out.jsonl", "my-x", root=root)["ingest"]
    assert (came["kept"], came["rejected"], came["changes"]) == (100, {}, {})

    def words(path):
        return [(t.prompt, t.final_answer, [step.content for step in t.steps]) for t in read_traces(path)]

    assert words(root / "my-x" / "dataset.jsonl") == words(source)
    with pytest.raises(IngestError, match="expected a new file"):
        export("golden-v2", root / "out.jsonl", form)


def test_what_cannot_be_exported_is_named(root):
    with pytest.raises(IngestError, match="evaluation set"):
        export("eval-core", root / "out.jsonl")
    with pytest.raises(IngestError, match="unknown, expected one of messages, prompt-completion"):
        export("golden-v2", root / "out.jsonl", "alpaca")


def test_no_control_character_of_a_source_reaches_the_terminal(root, monkeypatch):
    monkeypatch.setattr(datasets, "DATA_ROOT", root)
    hostile = "\x1b]0;own\x07\x9b2J\u202e\r\n"
    write(root / "kept.jsonl", [row(1, **{hostile: 1})])
    write(root / "none.jsonl", [{hostile: 1}])
    for name, code in (("kept", 0), ("none", 1)):
        done = CliRunner().invoke(app, ["ingest", str(root / f"{name}.jsonl"), "--key", f"my-{name}"])
        assert done.exit_code == code
        assert r"\x1b]0;own\x07\x9b2J\u202e\r\n" in done.output.replace("\n", "")
        assert not set("\x1b\x07\x9b\u202e") & set(done.output)


@pytest.mark.parametrize(
    ("meta", "named"),
    [
        ({"stage": "z"}, "meta.stage: 'z', expected one of a, b, c"),
        ({"stage": ["a"]}, "meta.stage"),
        ({"wrong_steps": [3]}, "meta.wrong_steps: '[3]', expected a list of step numbers from 1 to 2"),
        ({"wrong_steps": [1, 1]}, "meta.wrong_steps"),
        ({"wrong_steps": [True]}, "meta.wrong_steps"),
        ({"wrong_steps": "1"}, "meta.wrong_steps"),
        ({"category": {"a": 1}}, "meta.category"),
        ({"family": "x" * 101}, "meta.family"),
    ],
)
def test_meta_that_would_steer_training_must_mean_what_it_means_here(meta, named):
    record = {"prompt": "Q", "steps": ["a", "b"], "answer": "1", "meta": meta}
    [found] = sift([record])
    assert (found.reason, found.detail.startswith(named)) == ("invalid_field", True)
    [kept] = sift([record | {"meta": {"stage": "b", "wrong_steps": [2], "difficulty": 3, "free": {"x": [1]}}}])
    assert {name: kept.meta[name] for name in ("stage", "wrong_steps")} == {"stage": "b", "wrong_steps": [2]}


def test_the_commands_end_with_the_tables_or_one_message(root, monkeypatch):
    monkeypatch.setattr(datasets, "DATA_ROOT", root)
    call = CliRunner()
    done = call.invoke(app, ["ingest", str(FIXTURES / "messages.jsonl"), "--key", "my-x"])
    assert done.exit_code == 0, done.output
    assert "4 records read, 3 kept, 1 rejected" in done.output
    assert "| all | 3 | 3 | 1 | 0 |" in done.output
    assert "warning: stage B, C without traces" in done.output
    assert "--set DATASET=my-x" in done.output
    done = call.invoke(app, ["ingest", str(FIXTURES / "gsm8k.jsonl"), "--key", "my-y"])
    assert done.exit_code == 1 and "unknown_form" in done.output
    done = call.invoke(app, ["ingest", str(FIXTURES / "steps.json"), "--key", "my-y", "--map", "prompt"])
    assert done.exit_code == 1 and "expected OURS=THEIRS" in done.output
    done = call.invoke(app, ["export", "eval-core", "--out", str(root / "o.jsonl")])
    assert done.exit_code == 1 and "evaluation set" in done.output


def test_a_notebook_says_of_an_ingested_dataset_where_it_came_from(root, monkeypatch):
    monkeypatch.setattr(datasets, "DATA_ROOT", root)
    ingest(FIXTURES / "messages.jsonl", "my-x", root=root)
    said = remake("my-x")
    assert said.startswith("ingested from messages.jsonl, sha256 ")
    assert said.endswith("4 read, 3 kept, 1 rejected (unsupported_turns 1)")
    assert read_json(root / "my-x" / "manifest.json")["ingest"]["source_sha256"][:16] in said


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
    | st.sampled_from(["user", "assistant", "<think>a</think>5", FORM.format(1, 2), "####", r"\boxed{"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["role", "content", "i", "type", "x"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
NAMES = st.sampled_from(["prompt", "completion", "steps", "answer", "final_answer", "messages", "meta", "other"])


@settings(deadline=None, max_examples=100)
@given(st.lists(st.dictionaries(NAMES, VALUES, max_size=5), max_size=4))
def test_any_records_become_traces_or_counted_rejects(records):
    for found in sift(records):
        assert isinstance(found, ReasoningTrace) or found.reason in REASONS


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rest=st.binary(max_size=200), start=st.sampled_from([b"", b"[", b"{", b"\x1f\x8b", b"PAR1", b"a,b\n", b"\xff\xfe"])
)
@pytest.mark.parametrize("name", ["x.jsonl", "x.json", "x.csv"])
def test_any_bytes_are_records_or_one_clear_error(name, tmp_path, rest, start):
    path = tmp_path / name
    path.write_bytes(start + rest)
    try:
        with sources.open_source(path) as source:
            found = list(readers.read_records(source, path)[1])
    except IngestError as error:
        assert name in str(error)
    else:
        assert all(isinstance(one, Record | Reject) for one in found)


def test_traces_with_wrong_lines_are_not_exported_to_be_taught(tmp_path, traces):
    marked = traces[0].model_copy(update={"meta": {**traces[0].meta, "wrong_steps": [1]}})
    write_traces(tmp_path / "retries.jsonl", [traces[1], marked])
    with pytest.raises(IngestError, match=r"retries.jsonl, trace 2: found wrong lines .* leave such traces out"):
        export(str(tmp_path / "retries.jsonl"), tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()
