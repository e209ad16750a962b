"""Every change to an arm of self-correction is found, also after its hashes were mended; and its first loss again."""

import shutil

import pytest
from made_run import make_traces

from tunixlib.artifacts import read_json, read_jsonl, sha256_file, write_json, write_jsonl
from tunixlib.evidence.check_correction import check_correction
from tunixlib.evidence.check_data import absent_data
from tunixlib.evidence.recheck import recheck_losses
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.runs import Run
from tunixlib.seeding.correction.datasets import CORRECTION_DATASET
from tunixlib.seeding.datasets import dataset_file, load_traces, write_run_data
from tunixlib.stages import CORRECTION_ARMS, CORRECTION_SEGMENT
from tunixlib.traces import ReasoningTrace, read_traces, write_traces
from tunixlib.training.arms import LENGTHS
from tunixlib.training.config import SFTConfig
from tunixlib.training.correction import DATASET
from tunixlib.training.run_arm import encode_run, train_arm
from tunixlib.training.run_correction import encode_arm, train_correction, write_arm_traces

SHARE = {"traces": 18, "replay": 4, "seed": 42}
SETTINGS = {
    "CORRECTION_ARMS": list(CORRECTION_ARMS), "CORRECTION_DATASET": CORRECTION_DATASET, "CORRECTION_TRACES": 18,
    "REPLAY_TRACES": 4, "RETRY_DENSITY": 0.5, "MASK_ERRORS": True,
}  # fmt: skip
HOW = {
    "SEED": 42, "LEARNING_RATE": 3e-3, "LORA_RANK": 0, "LORA_CHECKPOINTS": "merged", "TRACES_PER_STEP": 6,
    "MAX_LENGTH": 512, "MAX_STEPS": 0, "PRECISION": "float32", "COMPILE": "off", "ENGINE": "torch",
}  # fmt: skip
CONTRASTIVE, RETRY = "training/contrastive", "training/retry"
ASKED = "How much is 100 + 1?"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A curriculum and the four arms, trained on the tiny model; copy it, do not change it."""
    run = Run(tmp_path_factory.mktemp("correction") / "demo")
    write_run_data(run.path("data"), "adding-v1", make_traces())
    config = SFTConfig(learning_rate=3e-3, precision="float32", compile="off")
    rows, _ = encode_run(run, "curriculum", "tiny", 512)
    train_arm(run, "curriculum", "tiny", rows, epochs=(1, 1, 1), traces_per_step=6, seed=42, config=config)
    shown = load_traces(dataset_file(CORRECTION_DATASET))
    for arm in CORRECTION_ARMS:
        write_arm_traces(run, arm, shown, **SHARE, density=0.5)
    arms = {arm: encode_arm(run, arm, "tiny", 512)[0] for arm in CORRECTION_ARMS}
    for arm in CORRECTION_ARMS:
        train_correction(run, arm, "tiny", arms, **SHARE, parameters=HOW)
    write_jsonl(run.path("predictions", "eval-adding", "stage_c.jsonl"), [{"prompt": ASKED}])
    stages = {"02_train": {"MODEL": "tiny"}, "03_curriculum": HOW, "04_self_correction": SETTINGS, "05_evaluate": {
        "EVAL_SETS": ["eval-adding"]}}  # fmt: skip
    entries = [{"stage": name, "parameters": parameters} for name, parameters in stages.items()]
    write_json(run.path("provenance.json"), {"stages": entries})
    write_json(run.path("run_manifest.json"), {"files": {}})
    return run


@pytest.fixture
def run(trained, tmp_path):
    """A copy of one's own."""
    shutil.copytree(trained.root, tmp_path / "demo")
    return Run(tmp_path / "demo")


def problems(run):
    evidence = Evidence(run.root, read_json(run.path("run_manifest.json")))
    return {problem.file: str(problem) for problem in check_correction(evidence)}


def parameter(run, **changes):
    document = read_json(run.path("provenance.json"))
    for stage in document["stages"]:
        stage["parameters"] |= {name: value for name, value in changes.items() if name in stage["parameters"]}
    write_json(run.path("provenance.json"), document)


def swap_traces(run, arm, old, new):
    """Put a trace in the place of another and mend all that names it: lengths, order, and the checkpoint's hash."""
    place = run.path("training", arm)
    traces = [new if trace.trace_id == old.trace_id else trace for trace in read_traces(place / DATASET)]
    write_traces(place / DATASET, traces)
    lengths = read_json(place / LENGTHS)
    lengths[new.trace_id] = lengths.pop(old.trace_id)
    write_json(place / LENGTHS, lengths)
    order = place / CORRECTION_SEGMENT / "order.jsonl"
    steps = [row for _, row in read_jsonl(order)]
    for row in steps:
        row["trace_ids"] = [new.trace_id if found == old.trace_id else found for found in row["trace_ids"]]
    write_jsonl(order, steps)
    mend(place)


def mend(place):
    record = place / CORRECTION_SEGMENT / "checkpoint" / "checkpoint.json"
    write_json(record, {**read_json(record), "dataset_sha256": sha256_file(place / DATASET)})


def test_a_run_as_it_was_trained_has_no_problem(run):
    assert problems(run) == {}


def test_a_run_without_the_stage_is_not_looked_at(run):
    write_json(run.path("provenance.json"), {"stages": []})
    assert problems(run) == {}


def test_two_rows_that_changed_places_are_found(run):
    order = run.path(CONTRASTIVE, CORRECTION_SEGMENT, "order.jsonl")
    rows = [row for _, row in read_jsonl(order)]
    rows[0]["trace_ids"][0], rows[1]["trace_ids"][0] = rows[1]["trace_ids"][0], rows[0]["trace_ids"][0]
    write_jsonl(order, rows)
    found = problems(run)
    assert "another at step 1" in found[f"{CONTRASTIVE}/{CORRECTION_SEGMENT}/order.jsonl"]


@pytest.mark.parametrize("arm", CORRECTION_ARMS)
def test_a_changed_trace_is_found_though_all_that_names_it_was_mended(run, arm):
    old = next(iter(read_traces(run.path("training", arm, DATASET))))
    new = ReasoningTrace(**{**old.model_dump(), "final_answer": f"{old.final_answer} or so"})
    swap_traces(run, arm, old, new)
    found = problems(run)
    assert "another in line 1" in found[f"training/{arm}/{DATASET}"]


def test_traces_in_another_order_are_found_though_the_hash_was_mended(run):
    place = run.path(CONTRASTIVE)
    first, second, *others = read_traces(place / DATASET)
    write_traces(place / DATASET, [second, first, *others])
    mend(place)
    evidence = Evidence(run.root, read_json(run.path("run_manifest.json")))
    assert any("another in line 1" in str(problem) for problem in check_correction(evidence))


def test_a_trace_that_cannot_be_read_is_named_with_its_line(run):
    path = run.path(RETRY, DATASET)
    rows = [row for _, row in read_jsonl(path)]
    rows[2]["steps"][0]["content"] = ""
    write_jsonl(path, rows)
    mend(run.path(RETRY))
    evidence = Evidence(run.root, read_json(run.path("run_manifest.json")))
    found = [str(problem) for problem in check_correction(evidence) if problem.file == f"{RETRY}/{DATASET}"]
    assert "line 3" in found[0]


def test_a_question_of_evaluation_among_the_traces_is_found(run):
    asked = load_traces(run.path("training", "surface", DATASET))[0].prompt
    write_jsonl(run.path("predictions", "eval-adding", "stage_c.jsonl"), [{"prompt": asked.upper()}])
    assert set(problems(run)) == {f"training/surface/{DATASET}"}


def test_fewer_steps_in_one_arm_are_found_though_it_is_whole_in_itself(run):
    place = run.path(RETRY, CORRECTION_SEGMENT)
    for name in ("order.jsonl", "metrics.jsonl"):
        write_jsonl(place / name, [row for _, row in read_jsonl(place / name)][:1])
    record = place / "checkpoint" / "checkpoint.json"
    write_json(record, {**read_json(record), "steps": 1})
    found = problems(run)
    assert "'retry': 1" in found["training"]
    assert "found 1 batches" in found[f"{RETRY}/{CORRECTION_SEGMENT}/order.jsonl"]


def test_an_arm_that_is_missing_is_no_silence(run):
    shutil.rmtree(run.path(RETRY))
    with pytest.raises((OSError, ValueError), match="retry"):  # ends this check of verify, which reports it
        problems(run)


@pytest.mark.parametrize(
    ("changes", "file"),
    [
        ({"SEED": 43}, f"{CONTRASTIVE}/{CORRECTION_SEGMENT}/order.jsonl"),
        ({"RETRY_DENSITY": 0.1}, f"{RETRY}/{DATASET}"),
        ({"CORRECTION_TRACES": 14}, f"{CONTRASTIVE}/{DATASET}"),
        ({"REPLAY_TRACES": 2}, f"{CONTRASTIVE}/{DATASET}"),
        ({"LEARNING_RATE": 1e-3}, f"{RETRY}/{CORRECTION_SEGMENT}/checkpoint/checkpoint.json"),
    ],
)
def test_other_parameters_than_those_it_was_trained_with_are_found(run, changes, file):
    parameter(run, **changes)
    assert file in problems(run)


def test_a_limit_that_would_have_left_a_trace_out_is_found(run):
    longest = max(read_json(run.path(CONTRASTIVE, LENGTHS)).values())
    parameter(run, MAX_LENGTH=longest - 1)
    assert f"{CONTRASTIVE}/{CORRECTION_SEGMENT}/order.jsonl" in problems(run)


def test_an_arm_that_started_elsewhere_than_at_the_curriculums_end_is_found(run):
    record = run.path("training", "control", CORRECTION_SEGMENT, "checkpoint", "checkpoint.json")
    parent = read_json(run.path("training", "curriculum", "stage_b", "checkpoint", "checkpoint.json"))
    write_json(record, {**read_json(record), "parent_sha256": parent["weights_sha256"]})
    assert "parent_sha256" in problems(run)[run.relative(record)]


def test_a_length_that_is_missing_is_found(run):
    path = run.path("training", "surface", LENGTHS)
    lengths = read_json(path)
    lengths.popitem()
    write_json(path, lengths)
    assert f"one of every trace in {DATASET}" in problems(run)[f"training/surface/{LENGTHS}"]


def test_where_the_shown_works_are_not_here_the_rest_is_made_again_and_the_report_says_so(run):
    evidence = Evidence(run.root, {"dataset": {"dataset_key": "golden-v2"}, "eval_sets": []})
    assert absent_data(evidence) == []
    parameter(run, CORRECTION_DATASET="my-elsewhere")
    assert problems(run) == {}
    evidence = Evidence(run.root, {"dataset": {"dataset_key": "golden-v2"}, "eval_sets": []})
    assert absent_data(evidence) == ["my-elsewhere"]
    parameter(run, CORRECTION_ARMS=["control", "surface", "retry"])
    evidence = Evidence(run.root, {"dataset": {"dataset_key": "golden-v2"}, "eval_sets": []})
    assert absent_data(evidence) == [], "only contrastive learns from it"


@pytest.mark.parametrize(
    ("arm", "line", "change", "said"),
    [
        ("contrastive", 1, {"final_answer": "right: 65"}, "in line 1 verdict 'right: 65', expected 'line"),
        ("contrastive", 2, {"final_answer": "line 1 is wrong: 65"}, "in line 2 verdict 'line 1 is wrong: 65'"),
        ("contrastive", 1, {"twin": "clean"}, "in line 1 clean and clean twins"),
        ("contrastive", 2, {"pair": 9999}, "in line 1 wrong and clean twins"),
        ("contrastive", 2, {"prompt": "Check this."}, "in line 1 twins that are no works of one question"),
        ("surface", 1, {"twin": "wrong"}, "in line 1 twin wrong, expected clean by its verdict"),
        ("surface", 1, {"final_answer": "line 1 is wrong: 65"}, "in line 1 verdict 'line 1 is wrong: 65'"),
    ],
)  # fmt: skip
def test_labels_that_were_falsified_are_found_without_the_dataset(run, arm, line, change, said):
    parameter(run, CORRECTION_DATASET="my-elsewhere")
    old = list(read_traces(run.path("training", arm, DATASET)))[line - 1]
    fields = {**old.model_dump(), "meta": {**old.meta}}
    for name, value in change.items():
        (fields if name in fields else fields["meta"])[name] = value
    swap_traces(run, arm, old, ReasoningTrace(**fields))
    evidence = Evidence(run.root, read_json(run.path("run_manifest.json")))
    assert any(said in str(problem) for problem in check_correction(evidence))


@pytest.mark.parametrize(
    ("name", "value"), [("precision", "bfloat16"), ("device", "cuda"), ("compile", True), ("attention", "another")]
)
def test_arms_that_were_computed_otherwise_are_found(run, name, value):
    record = run.path("training", "control", CORRECTION_SEGMENT, "checkpoint", "checkpoint.json")
    document = read_json(record)
    document["chosen"][name] = value
    write_json(record, document)
    found = problems(run)
    assert f"{name} {{'control': {value!r}" in found["training"]


def test_the_first_loss_of_every_arm_is_found_again(run):
    lines = {row.line.partition(":")[0]: row for row in recheck_losses(run.root)}
    arms = [f"{arm}/{CORRECTION_SEGMENT}" for arm in CORRECTION_ARMS]
    assert list(lines)[-4:] == arms
    assert all("agrees" in lines[arm].line and not lines[arm].problems for arm in arms)


def test_a_run_that_says_errors_were_learnt_which_were_masked_does_not_recheck(run):
    parameter(run, MASK_ERRORS=False)
    problem_files = {problem.file for row in recheck_losses(run.root) for problem in row.problems}
    assert problem_files == {f"{RETRY}/{CORRECTION_SEGMENT}/metrics.jsonl"}
