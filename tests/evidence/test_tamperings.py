"""Every tampering is found, with its file: as it is, and after all hashes were made to agree again."""

import json
import shutil
import subprocess

import pytest
from made_run import png, rehash, reseal

from tunixlib.analysis.claims import write_claims
from tunixlib.analysis.report_text import write_analysis
from tunixlib.artifacts import read_json, read_jsonl, sha256_bytes, write_json, write_jsonl
from tunixlib.evaluation.scoring import grade
from tunixlib.evidence import notebook_check
from tunixlib.evidence.check_files import check_hashes
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.evidence.sealing import manifest_digest
from tunixlib.evidence.verify import verify_run
from tunixlib.trees import PROJECT_ROOT

FLAT = "predictions/eval-adding/flat.jsonl"
LAST = "predictions/eval-adding/stage_c.jsonl"
ORDER = "training/flat/stage_2/order.jsonl"
METRICS = "training/curriculum/stage_c/metrics.jsonl"
RECORD = "training/curriculum/stage_b/checkpoint/checkpoint.json"
NOTEBOOK = "notebooks/06_analysis.ipynb"
EVALUATION, CURRICULUM = "notebooks/05_evaluate.ipynb", "notebooks/03_curriculum.ipynb"
MANIFEST = "run_manifest.json"


def files_with_problems(root):
    return {problem.file for problem in verify_run(root).problems}


def edit(name, old, new):
    """Replace bytes that occur in a file, once."""

    def tamper(root):
        data = (root / name).read_bytes()
        assert old in data
        (root / name).write_bytes(data.replace(old, new, 1))

    return tamper


def change(name, *path_and_value):
    """Set one value in a JSON document, canonically."""

    def tamper(root):
        document = read_json(root / name)
        *path, key, value = path_and_value
        part = document
        for step in path:
            part = part[step]
        part[key] = value(part[key]) if callable(value) else value
        write_json(root / name, document)

    return tamper


def lines(name, rewrite):
    """Rewrite the rows of a JSONL file, canonically."""

    def tamper(root):
        write_jsonl(root / name, rewrite([row for _, row in read_jsonl(root / name)]))

    return tamper


def with_row(number, **values):
    return lambda rows: [*rows[:number], {**rows[number], **values}, *rows[number + 1 :]]


def swap_files(one, other):
    def tamper(root):
        first, second = (root / one).read_bytes(), (root / other).read_bytes()
        (root / one).write_bytes(second)
        (root / other).write_bytes(first)

    return tamper


def add(name, content):
    return lambda root: (root / name).write_bytes(content)


def in_notebook(rewrite, name=NOTEBOOK, part="cells"):
    def tamper(root):
        notebook = json.loads((root / name).read_text(encoding="utf-8"))
        rewrite(notebook[part])
        (root / name).write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    return tamper


def cell_showing(cells, text):
    return next(cell for cell in cells if text in "".join(cell["source"]))


def in_result(cells, last, old, new):
    """Replace words in the Markdown that a cell shows."""
    output = cell_showing(cells, last)["outputs"][0]["data"]
    assert old in output["text/markdown"]
    output["text/markdown"] = output["text/markdown"].replace(old, new, 1)


def better_answer(rows):
    """A wrong completion rewritten into a right one, with its true grade."""
    wrong = next(row for row in rows if not row["correct"])
    completion = wrong["completion"].replace(wrong["final_answer"], wrong["expected_answer"])
    better = {**wrong, "completion": completion, **grade(completion, wrong["expected_answer"], "eos")}
    return [better if row is wrong else row for row in rows]


TAMPERINGS = {
    "a byte of a picture flipped": (edit("figures/sections.png", b"IDAT", b"IDAU"), NOTEBOOK),
    "a picture replaced by another": (add("figures/sections.png", png(255)), NOTEBOOK),
    "a picture cut off": (add("figures/sections.png", png(120)[:-4]), "figures/sections.png"),
    "predictions deleted": (lambda root: (root / FLAT).unlink(), FLAT),
    "order deleted": (lambda root: (root / ORDER).unlink(), ORDER),
    "claims deleted": (lambda root: (root / "claims.json").unlink(), "claims.json"),
    "a notebook deleted": (lambda root: (root / NOTEBOOK).unlink(), NOTEBOOK),
    "a file added": (add("notes.md", b"trust me\n"), "notes.md"),
    "a file added to the predictions": (
        add("predictions/eval-adding/best.jsonl", b"{}\n"),
        "predictions/eval-adding/best.jsonl",
    ),
    "a file added to training": (add("training/flat/stage_1/more.jsonl", b"{}\n"), "training/flat/stage_1"),
    "a notebook added": (add("notebooks/99_more.ipynb", b"{}\n"), "notebooks/99_more.ipynb"),
    "a program added": (add("figures/run.sh", b"true\n"), "figures/run.sh"),
    "predictions of two checkpoints swapped": (swap_files(FLAT, LAST), "eval_summary.json"),
    "stages swapped": (swap_files("data/stage_a.jsonl", "data/stage_b.jsonl"), "data/stage_a.jsonl"),
    "orders of two segments swapped": (swap_files(ORDER, "training/flat/stage_1/order.jsonl"), ORDER),
    "predictions reordered": (lines(FLAT, lambda rows: rows[::-1]), FLAT),
    "a prediction left out": (lines(FLAT, lambda rows: rows[:-1]), FLAT),
    "a prediction twice": (lines(FLAT, lambda rows: [*rows, rows[0]]), FLAT),
    "a trace left out": (lines("data/dataset.jsonl", lambda rows: rows[:-1]), "data/stage_c.jsonl"),
    "a trace moved to another stage": (lines("data/stage_a.jsonl", lambda rows: rows[1:]), "data/stage_a.jsonl"),
    "a trace's answer changed": (
        edit("data/dataset.jsonl", b'"final_answer":"4"', b'"final_answer":"5"'),
        "data/stage_a.jsonl",
    ),
    "a trace with an unknown key": (lines("data/dataset.jsonl", with_row(0, extra=1)), "data/dataset.jsonl"),
    "split counts changed": (change("data/split_stats.json", "total", 31), "data/split_stats.json"),
    "an evaluation question trained on": (
        lines(FLAT, with_row(0, prompt="What is 0 plus 4?")),
        FLAT,
    ),
    "a step of training reordered": (
        lines(ORDER, lambda rows: [{**rows[-1], "step": 1}, *rows[1:-1], {**rows[0], "step": len(rows)}]),
        ORDER,
    ),
    "a step of training left out": (lines(ORDER, lambda rows: rows[:-1]), ORDER),
    "a row of training replaced": (
        lines(ORDER, lambda rows: [{**rows[0], "trace_ids": rows[1]["trace_ids"]}, *rows[1:]]),
        ORDER,
    ),
    "the lines of an order reordered": (lines(ORDER, lambda rows: rows[::-1]), ORDER),
    "the lines of metrics reordered": (lines(METRICS, lambda rows: rows[::-1]), METRICS),
    "a loss lowered": (lines(METRICS, lambda rows: with_row(len(rows) - 1, loss=0.01)(rows)), "eval_summary.json"),
    "a loss that is no number": (lines(METRICS, with_row(0, loss="2.0")), METRICS),
    "a loss that is NaN": (edit(METRICS, b'"loss":2.0', b'"loss":NaN'), METRICS),
    "tokens of training changed": (lines(METRICS, with_row(0, tokens=99_999)), "training/flat"),
    "a checkpoint's parent changed": (change(RECORD, "parent_sha256", "0" * 64), RECORD),
    "a checkpoint's data changed": (change(RECORD, "dataset_sha256", "0" * 64), RECORD),
    "a checkpoint's weights hash changed": (
        change(RECORD, "weights_sha256", "0" * 64),
        "training/curriculum/stage_b/checkpoint",
    ),
    "a checkpoint's steps changed": (change(RECORD, "steps", 7), RECORD),
    "a checkpoint's settings changed": (change(RECORD, "config", "learning_rate", 0.5), RECORD),
    "a checkpoint's device changed": (change(RECORD, "chosen", "device", "cuda"), MANIFEST),
    "weights replaced": (
        add("training/flat/stage_3/checkpoint/model.safetensors", b"other weights"),
        "training/flat/stage_3/checkpoint",
    ),
    "a prediction marked correct": (lines(FLAT, with_row(4, correct=True)), FLAT),
    "a step marked true": (
        lines(LAST, lambda rows: with_row(0, steps=[{"text": "1 + 1 = 2", "verdict": "true"}])(rows)),
        LAST,
    ),
    "a completion improved, with its grade": (lines(FLAT, better_answer), "eval_summary.json"),
    "an expected answer changed": (lines(FLAT, with_row(4, expected_answer="109")), FLAT),
    "a question changed": (lines(FLAT, with_row(4, prompt="How much is 1 + 1?")), FLAT),
    "a completion shortened": (
        lines("predictions/eval-adding/base.jsonl", with_row(0, tokens=20)),
        "predictions/eval-adding/base.jsonl",
    ),
    "a scorecard raised": (change("eval_summary.json", "scorecards", 1, "accuracy", "k", 8), "eval_summary.json"),
    "a scorecard left out": (change("eval_summary.json", "scorecards", lambda cards: cards[1:]), "eval_summary.json"),
    "the primary score raised": (change("eval_summary.json", "primary_score", 1.0), "eval_summary.json"),
    "the final loss lowered": (change("eval_summary.json", "metrics", "final_loss", 0.001), "eval_summary.json"),
    "another evaluation set named": (
        change("eval_summary.json", "eval_sets", "eval-adding", "sha256", "0" * 64),
        "eval_summary.json",
    ),
    "fewer items named": (change("eval_summary.json", "eval_sets", "eval-adding", "items", 7), "eval_summary.json"),
    "a claim reworded": (
        change("claims.json", "claims", 0, "text", lambda text: text.replace("base", "our model")),
        "claims.json",
    ),
    "a claim's value raised": (change("claims.json", "claims", 0, "value", 1.0), "claims.json"),
    "a verdict turned": (change("claims.json", "claims", 0, "verdict", "not supported"), "claims.json"),
    "a claim left out": (change("claims.json", "claims", lambda claims: claims[1:]), "claims.json"),
    "the analysis reworded": (edit("analysis.md", b"Verdict", b"Victory"), "analysis.md"),
    "an analysis with Windows line ends": (edit("analysis.md", b"\n", b"\r\n"), "analysis.md"),
    "a summary with Windows line ends": (edit("eval_summary.json", b"\n", b"\r\n"), "eval_summary.json"),
    "a blank line": (edit(FLAT, b"\n", b"\n\n"), FLAT),
    "a summary that is not canonical": (edit("eval_summary.json", b'": ', b'":  '), "eval_summary.json"),
    "a null": (change("eval_summary.json", "primary_score", None), "eval_summary.json"),
    "a null in a row": (lines(FLAT, with_row(0, family=None)), FLAT),
    "a torn document": (lambda root: (root / "claims.json").write_bytes(b'{"claims": ['), "claims.json"),
    "text that is not UTF-8": (edit("analysis.md", b"Verdict", b"Verdi\xff"), "analysis.md"),
    "an absolute path": (in_notebook(lambda cells: cells[0]["source"].append("\n/home/ada/runs/demo")), NOTEBOOK),
    "a Windows path in an output": (
        in_notebook(lambda cells: cells[2]["outputs"].append({"output_type": "stream", "text": ["C:\\Users\\ada\\x"]})),
        NOTEBOOK,
    ),
    "a secret in an output": (
        in_notebook(lambda cells: cells[2]["outputs"].append({"output_type": "stream", "text": ["hf_" + "a" * 34]})),
        NOTEBOOK,
    ),
    "a notebook's cell removed": (in_notebook(lambda cells: cells.pop()), NOTEBOOK),
    "a notebook's code changed": (
        in_notebook(lambda cells: cells[3]["source"].append("\nrun = better")),
        NOTEBOOK,
    ),
    "a notebook's output removed": (
        in_notebook(lambda cells: cell_showing(cells, 'figures["sections"]')["outputs"].clear()),
        NOTEBOOK,
    ),
    "a notebook's text output changed": (
        in_notebook(lambda cells: cell_showing(cells, "write_analysis(run)")["outputs"].clear()),
        NOTEBOOK,
    ),
    "a cell that never ran": (
        in_notebook(lambda cells: cell_showing(cells, "write_claims(run)").update(execution_count=0)),
        NOTEBOOK,
    ),
    "a cell that failed": (
        in_notebook(lambda cells: cells[2]["outputs"].append({"output_type": "error", "ename": "X", "traceback": []})),
        NOTEBOOK,
    ),
    "an injected parameter changed": (
        in_notebook(lambda cells: cells[2].update(source=['RUN_ID = "another"'])),
        NOTEBOOK,
    ),
    "a recorded parameter changed": (
        change("provenance.json", "stages", 0, "parameters", "DATASET", "golden-v2"),
        "notebooks/01_seed.ipynb",
    ),
    "the recorded seed changed": (
        change("provenance.json", "stages", 1, "parameters", "SEED", 43),
        "notebooks/02_train.ipynb",
    ),
    "a recorded stage left out": (
        change("provenance.json", "stages", lambda stages: stages[:-1]),
        "provenance.json",
    ),
    "recorded stages in another order": (
        change("provenance.json", "stages", lambda stages: [stages[1], stages[0], *stages[2:]]),
        "provenance.json",
    ),
    "recorded seconds changed": (change("provenance.json", "stages", 2, "seconds", 1.5), MANIFEST),
    "a learning rate changed": (lines(METRICS, with_row(1, learning_rate=0.5)), METRICS),
    "a speed raised": (lines(METRICS, with_row(1, tokens_per_second=1e6)), METRICS),
    "targets of a step raised": (
        lines(METRICS, lambda rows: with_row(1, target_tokens=rows[1]["tokens"])(rows)),
        METRICS,
    ),
    "a gradient norm below zero": (lines(METRICS, with_row(0, grad_norm=-1.0)), METRICS),
    "a loss scale in float32": (lines(METRICS, with_row(0, loss_scale=2.0)), METRICS),
    "lengths changed in one arm": (
        edit("training/flat/lengths.json", b"8,\n", b"9,\n"),
        "training/curriculum/lengths.json",
    ),
    "another optimizer in one segment": (change(RECORD, "config", "beta2", 0.5), RECORD),
    "an unknown key in claims": (change("claims.json", "note", "trust me"), "claims.json"),
    "claims reordered": (change("claims.json", "claims", lambda claims: claims[::-1]), "claims.json"),
    "code in the injected cell": (
        in_notebook(lambda cells: cells[2].update(source='RUN_ID = "demo"\nhelp()')),
        NOTEBOOK,
    ),
    "an injected cell nested without end": (
        in_notebook(lambda cells: cells[2].update(source="X = " + "-" * 100_000 + "1")),
        "notebooks",
    ),
    "a second injected cell": (in_notebook(lambda cells: cells.insert(3, dict(cells[2]))), NOTEBOOK),
    "papermill's parameters changed": (
        in_notebook(lambda metadata: metadata["papermill"].update(parameters={"RUN_ID": "other"}), part="metadata"),
        NOTEBOOK,
    ),
    "a picture that is no figure": (
        in_notebook(lambda cells: cells[3]["outputs"].append({"output_type": "x", "data": {"image/png": "AAAA"}})),
        NOTEBOOK,
    ),
    "a picture drawn as text": (
        in_notebook(
            lambda cells: cells[3]["outputs"].append({"output_type": "x", "data": {"image/svg+xml": "<svg/>"}})
        ),
        NOTEBOOK,
    ),
    "a cell run before the one above it": (
        in_notebook(lambda cells: cell_showing(cells, "write_claims(run)").update(execution_count=1)),
        NOTEBOOK,
    ),
    "an accuracy raised in a notebook": (
        in_notebook(lambda cells: in_result(cells, "scorecard_table", "| 0.0 % [", "| 90.0 % ["), EVALUATION),
        EVALUATION,
    ),
    "tokens changed in a notebook": (
        in_notebook(lambda cells: in_result(cells, "fairness_table", "| steps | ", "| steps | 1"), CURRICULUM),
        CURRICULUM,
    ),
    "a loss lowered in a notebook": (
        in_notebook(lambda cells: in_result(cells, "training_table(run, arm)", "| 0.913 |", "| 0.001 |"), CURRICULUM),
        CURRICULUM,
    ),
    "a figure that no notebook shows": (add("figures/best.png", png(7)), "figures/best.png"),
    "data that no stage reads": (add("data/more.jsonl", b""), "data/more.jsonl"),
    "a program beside weights": (
        add("training/flat/stage_3/checkpoint/modeling.py", b"print(1)\n"),
        "training/flat/stage_3/checkpoint/modeling.py",
    ),
    "fewer checkpoints asked for": (
        change("provenance.json", "stages", 3, "parameters", "CHECKPOINTS", ["base", "stage_c"]),
        "eval_summary.json",
    ),
    "an arm asked for that is not there": (
        change("provenance.json", "stages", 2, "parameters", "ARMS", ["curriculum", "reverse"]),
        "training",
    ),
    "the recorded seed as a decimal": (
        change("provenance.json", "stages", 1, "parameters", "SEED", 42.0),
        "notebooks/02_train.ipynb",
    ),
    "epochs without end": (
        change("provenance.json", "stages", 1, "parameters", "EPOCHS", [10**12, 1, 1]),
        "training/flat/lengths.json",
    ),
    "another time of evaluation": (
        change("eval_summary.json", "evaluated_at", "2026-01-02T03:04:06Z"),
        "eval_summary.json",
    ),
    "another device of evaluation": (change("eval_summary.json", "device", "cuda"), "eval_summary.json"),
    "another precision of evaluation": (
        change("eval_summary.json", "precision", "bfloat16"),
        "training/flat/stage_1/checkpoint/checkpoint.json",
    ),
    "a recorded notebook left out": (
        change("provenance.json", "stages", 3, lambda stage: {k: v for k, v in stage.items() if k != "notebook"}),
        "provenance.json",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_the_hashes_name_exactly_the_files_that_were_tampered_with(run, name):
    before = Evidence(run.root, read_json(run.root / MANIFEST))
    assert list(check_hashes(before)) == []
    TAMPERINGS[name][0](run.root)
    after = Evidence(run.root, before.manifest)
    changed = {file for file, _ in before.hashes.items() ^ after.hashes.items()}
    assert changed or name in ("weights replaced", "a program beside weights"), "only a checkpoint's record is evidence"
    assert {problem.file for problem in check_hashes(after)} == changed


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampering_is_found_and_its_file_named_even_when_all_hashes_are_made_to_agree(run, name):
    tamper, file = TAMPERINGS[name]
    tamper(run.root)
    if file in ("provenance.json", MANIFEST, "notebooks/01_seed.ipynb", "notebooks/02_train.ipynb"):
        rehash(run.root)
    else:
        reseal(run.root)
    problems = verify_run(run.root).problems
    assert not any(problem.expected.endswith("as the manifest says") for problem in problems), "the hashes agree"
    assert file in {problem.file for problem in problems}


@pytest.mark.parametrize(
    "values",
    [
        {"seed": 43},
        {"max_steps": 5},
        {"run_id": "cpu-v1"},
        {"notes": "none"},
        {"notes": [None]},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-01-02T03:04:04Z"},
        {"command": "python -m tunixlib run --profile cpu"},
        {"command": "python -m tunixlib run --run-id=cpu-v1"},
        {"commit": "HEAD"},
        {"note": "an extra key"},
        {"model": {"model_id": "gemma", "weights_sha256": "0" * 64}},
        {"dataset": {"dataset_key": "adding-v1", "sha256": "0" * 64}},
        {"eval_sets": {}},
        {"seconds": {}},
        {"command": "/home/ada/.venv/bin/python -m tunixlib run"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_manifest_that_says_something_else_is_found(run, values):
    rehash(run.root, **values)
    assert MANIFEST in files_with_problems(run.root)


@pytest.mark.parametrize(
    "command", ["run --profile notebooks/profiles/smoke.yaml", "run --profile smoke --run-id demo"]
)
def test_a_command_that_names_the_same_profile_and_run_is_no_problem(run, command):
    rehash(run.root, command=f"python -m tunixlib {command}")
    assert files_with_problems(run.root) == set()


def test_a_manifest_that_is_a_link_is_found(run):
    (run.root / MANIFEST).rename(run.root.parent / "elsewhere.json")
    (run.root / MANIFEST).symlink_to(run.root.parent / "elsewhere.json")
    assert [str(problem) for problem in verify_run(run.root).problems if problem.found == "a link"]


def test_sources_are_those_of_the_commit_that_the_manifest_names(run, monkeypatch):
    names = sorted(path.name for path in (run.root / "notebooks").iterdir())
    committed = [(PROJECT_ROOT / "notebooks" / name).read_text(encoding="utf-8") for name in names]
    asked = []

    def show(root, *arguments):
        asked.extend(arguments)
        return subprocess.CompletedProcess(arguments, 0, "".join(committed).encode("utf-8"))

    monkeypatch.setattr(notebook_check, "git", show)
    monkeypatch.setattr(notebook_check, "PROJECT_ROOT", run.root.parent)
    (run.root.parent / ".git").mkdir()
    assert files_with_problems(run.root) == set()
    assert asked == ["show", *(f"{'c' * 40}:notebooks/{name}" for name in names)]
    committed[4] = committed[4].replace("## Claims", "## Some claims")
    assert files_with_problems(run.root) == {NOTEBOOK}
    asked.clear()
    rehash(run.root, commit="--output=elsewhere")
    assert files_with_problems(run.root) == {MANIFEST}
    assert asked == [], "what a manifest says is never an option of git"


def test_an_edited_digest_is_found(run):
    change(MANIFEST, "digest", "0" * 64)(run.root)
    assert files_with_problems(run.root) == {MANIFEST}


def test_a_manifest_edited_without_its_digest_is_found(run):
    change(MANIFEST, "notes", ["better"])(run.root)
    assert files_with_problems(run.root) == {MANIFEST}


def test_a_file_of_the_manifest_outside_the_run_is_found(run):
    manifest = read_json(run.root / MANIFEST)
    manifest["files"]["../secret.txt"] = "0" * 64
    manifest["digest"] = manifest_digest(manifest)
    write_json(run.root / MANIFEST, manifest)
    assert files_with_problems(run.root) == {"../secret.txt"}


def test_results_rewritten_from_top_to_bottom_contradict_the_committed_questions(run):
    """Easier questions, true grades, new scorecards, claims and analysis: only the evaluation set tells."""
    lines(FLAT, with_row(0, prompt="How much is 1 + 0?"))(run.root)
    write_claims(run)
    write_analysis(run)
    reseal(run.root)
    assert FLAT in files_with_problems(run.root)


def test_other_training_data_of_the_same_name_contradicts_the_committed_data(run, made, tmp_path, monkeypatch):
    from tunixlib.seeding import datasets

    shutil.copytree(made / "data", tmp_path / "data")
    other = tmp_path / "data" / "adding-v1" / "dataset.jsonl"
    other.write_bytes(other.read_bytes() + b"\n")
    change("adding-v1/manifest.json", "sha256", sha256_bytes(other.read_bytes()))(tmp_path / "data")
    monkeypatch.setattr(datasets, "DATA_ROOT", tmp_path / "data")
    assert files_with_problems(run.root) == {MANIFEST}


def test_a_renamed_run_is_told_to_take_its_name_back(run):
    other = run.root.rename(run.root.parent / "other")
    found = {problem.file: problem.remedy for problem in verify_run(other).problems}
    assert found[MANIFEST] == "rename the folder back"


@pytest.mark.parametrize(
    "name", ["provenance.json", "eval_summary.json", "claims.json", FLAT, METRICS, ORDER, RECORD, NOTEBOOK]
)
@pytest.mark.parametrize("content", ["", "[]", "7", "{", "null", '{"stages": 3}', "[" * 5000])
def test_content_of_any_other_kind_is_a_problem_and_never_an_exception(run, name, content):
    (run.root / name).write_text(content, encoding="utf-8")
    rehash(run.root)
    assert verify_run(run.root).problems
