"""Claims about an evaluation that several processes share: the rows of one process, and nothing is made twice."""

import weakref

import pytest

from tunixlib.artifacts import read_jsonl, write_json
from tunixlib.evaluation import answering, parts, workers
from tunixlib.evaluation.answering import Answering, EvaluationError
from tunixlib.evaluation.generation import GenerationConfig
from tunixlib.evaluation.parts import cut
from tunixlib.modeling.processes import driver, what_happened
from tunixlib.running import preparing

FIELDS = {"section": "core", "category": "synthetic", "difficulty": "easy", "family": "addition"}
ITEMS = [{"id": f"x-{i}", "prompt": f"What is {i} + 3?", "expected_answer": str(i + 3), **FIELDS} for i in range(7)]
CONFIG = GenerationConfig(max_new_tokens=9)


@pytest.fixture(autouse=True)
def small_tensors(one_thread):
    """Every test here computes on tiny tensors."""


@pytest.fixture
def asked(tiny_folder):
    return lambda **how: Answering("tiny", tiny_folder, "w" * 64, "float32", "cpu", **how)


@pytest.fixture
def jobs(monkeypatch):
    """Jobs are done in this process, one share after the other, or not at all; lists what was to be done."""
    found = []

    def do(module, job, launch, label, total, error):
        found.append((module, [number for number, _ in job["parts"]], launch.processes, label, total))
        for process in range(launch.processes):
            workers.answer(job, process, launch.processes)

    monkeypatch.setattr(answering, "run_job", do)
    return found


def test_parts_are_cut_for_each_process_alike():
    assert [len(part) for part in cut(range(600))] == [200, 200, 200]
    assert [len(part) for part in cut(range(600), 2)] == [150] * 4
    assert [len(part) for part in cut(range(7), 2)] == [3, 4]
    assert [len(part) for part in cut(range(3), 8)] == [1, 1, 1]
    assert cut([], 2) == []
    assert [i for part in cut(range(1001), 3) for i in part] == list(range(1001))


def test_two_processes_answer_what_one_answers(asked, tmp_path):
    alone = asked().answer(ITEMS, "eval-core", CONFIG, tmp_path / "alone")
    assert [row["id"] for row in alone] == [item["id"] for item in ITEMS]
    assert asked(processes=2).answer(ITEMS, "eval-core", CONFIG, tmp_path / "two") == alone
    assert sorted(path.name for path in (tmp_path / "two").iterdir()) == ["part-0.jsonl", "part-1.jsonl"]


def test_a_continued_evaluation_makes_only_the_parts_that_are_missing(asked, tmp_path, jobs):
    first = asked(processes=3).answer(ITEMS, "eval-core", CONFIG, tmp_path)
    (tmp_path / "part-1.jsonl").unlink()
    assert asked(processes=3).answer(ITEMS, "eval-core", CONFIG, tmp_path) == first
    assert asked(processes=3).answer(ITEMS, "eval-core", CONFIG, tmp_path) == first
    module, label = "tunixlib.evaluation.workers", "tiny on eval-core"
    assert jobs == [(module, [0, 1, 2], 3, label, 7), (module, [1], 3, label, 2)]


def test_answers_made_by_another_number_of_processes_are_not_mixed_in(asked, tmp_path, jobs, capsys):
    asked(processes=2).answer(ITEMS, "eval-core", CONFIG, tmp_path)
    asked(processes=3).answer(ITEMS, "eval-core", CONFIG, tmp_path)
    assert [numbers for _, numbers, *_ in jobs] == [[0, 1], [0, 1, 2]]
    assert "saved answers not used" in capsys.readouterr().err


@pytest.mark.parametrize(("gpus", "largest", "shared"), [(1, 2, 0), (2, 256, 0), (2, 4, 2), (8, 4, 2), (2, 2, 2)])
def test_visible_gpus_share_whole_parts_and_never_cut_them_finer(
    asked, tmp_path, jobs, monkeypatch, gpus, largest, shared
):
    """The rows, and which of them share a batch, are those of one process; what it began is continued."""
    monkeypatch.setattr(parts, "LARGEST_PART", largest)
    alone = asked(processes=1).answer(ITEMS, "eval-core", CONFIG, tmp_path)
    made = sorted(tmp_path.iterdir())
    contents = [list(read_jsonl(path)) for path in made]
    made[-1].unlink()
    monkeypatch.setattr(answering, "devices_here", lambda: gpus)
    assert asked().answer(ITEMS, "eval-core", CONFIG, tmp_path) == alone
    assert [list(read_jsonl(path)) for path in sorted(tmp_path.iterdir())] == contents
    assert [launched for *_, launched, _, _ in jobs] == ([shared] if shared else [])


def test_a_question_that_is_too_long_is_refused_before_any_process_starts(asked, tmp_path, jobs):
    def check(config, tokenizer, items, how):
        assert config.get_text_config().max_position_embeddings > 0 and tokenizer("1") and len(items) == 7
        raise LookupError("too long")

    for processes in (1, 2):
        with pytest.raises(LookupError, match="too long"):
            asked(check=check, processes=processes).answer(ITEMS, "eval-core", CONFIG, tmp_path)
    assert jobs == [] and list(tmp_path.iterdir()) == []


def test_more_processes_than_gpus_are_refused(tiny_folder, tmp_path, jobs, monkeypatch):
    monkeypatch.setattr(answering, "devices_here", lambda: 2)
    asked = Answering("tiny", tiny_folder, "w" * 64, "float32", "cuda", processes=3)
    with pytest.raises(EvaluationError, match="found 2 visible GPUs, expected one for each of 3 processes"):
        asked.answer(ITEMS, "eval-core", CONFIG, tmp_path)
    assert jobs == []


def test_more_processes_than_gpus_are_refused_before_a_run_starts(monkeypatch):
    monkeypatch.setattr(answering, "devices_here", lambda: 2)
    monkeypatch.setattr(preparing, "best_device", lambda: "cuda")
    preparing.check_inputs({"EVAL_PROCESSES": 2})
    with pytest.raises(EvaluationError, match="found 2 visible GPUs, expected one for each of 3 processes"):
        preparing.check_inputs({"EVAL_PROCESSES": 3})


def test_a_model_that_answered_is_let_go_before_others_load_it(asked, tmp_path, jobs, monkeypatch):
    checkpoint = asked()
    checkpoint.answer(ITEMS[:2], "eval-core", CONFIG, tmp_path / "few")
    model = weakref.ref(checkpoint._loaded[0])
    monkeypatch.setattr(answering, "devices_here", lambda: 2)
    monkeypatch.setattr(parts, "LARGEST_PART", 4)
    held, do = [], answering.run_job
    monkeypatch.setattr(answering, "run_job", lambda *job: (held.append(model()), do(*job)))
    checkpoint.answer(ITEMS, "eval-core", CONFIG, tmp_path / "all")
    assert held == [None]


def test_processes_that_end_without_their_answers_are_an_error(asked, tmp_path, monkeypatch):
    monkeypatch.setattr(answering, "run_job", lambda *job: None)
    with pytest.raises(EvaluationError, match="tiny on eval-core: found no answers to items 1 to 3 after 2 processes"):
        asked(processes=2).answer(ITEMS, "eval-core", CONFIG, tmp_path)


def test_a_process_whose_memory_runs_out_says_what_to_lower(tiny_folder, tmp_path, monkeypatch):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr(answering, "predict", full)
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("TUNIXLIB_PROGRESS_FILE", "")
    who = {"name": "tiny", "folder": str(tiny_folder), "weights": "w" * 64, "precision": "float32", "device": "cpu"}
    write_json(tmp_path / "job.json", {
        "checkpoint": who, "config": vars(CONFIG), "kept": str(tmp_path), "key": "k",
        "parts": [[0, ITEMS[:3]], [1, ITEMS[3:]]], "driver": driver(),
    })  # fmt: skip
    with pytest.raises(EvaluationError):
        workers.work(tmp_path / "job.json")
    said = what_happened(tmp_path, 2)
    assert said.startswith("process 2 of 2 stopped: evaluating tiny: this machine ran out of memory; set EVAL_BATCH")
