"""A run set beside another: equal ones agree, each difference is said, and what is kept of the other is checked."""

import shutil
from io import BytesIO

import pytest
from PIL import Image

from tunixlib.analysis.beside import BESIDE, read_beside, set_beside
from tunixlib.analysis.beside_claims import TOLERANCE, beside_claims, render_beside
from tunixlib.analysis.beside_figure import plot_beside
from tunixlib.analysis.figure_style import png_bytes
from tunixlib.artifacts import read_json, read_jsonl, sha256_file, write_json, write_jsonl
from tunixlib.evidence.check_beside import check_beside
from tunixlib.evidence.check_files import check_bytes
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.runs import MANIFEST, PROJECT_ROOT, Run, RunError

LAST = "training/curriculum/stage_c"
LOSSES = "beside/curriculum/stage_c/loss"


@pytest.fixture
def there(run):
    """The same run once more, under another name beside it."""
    shutil.copytree(run.root, run.root.parent / "there")
    return Run(run.root.parent / "there")


def claims(run):
    return {claim["id"]: claim for claim in beside_claims(run)}


def lines(run, file, change):
    write_jsonl(run.path(file), [change(number, row) for number, row in read_jsonl(run.path(file))])


def record(run, **changes):
    path = run.path(LAST, "checkpoint", "checkpoint.json")
    found = read_json(path)
    write_json(path, {**found, **{name: {**found[name], **value} for name, value in changes.items()}})


def asked(run, other):
    """The run's provenance says that it was asked to stand beside ``other``."""
    document = read_json(run.path("provenance.json"))
    for stage in document["stages"]:
        if stage["stage"] == "06_analysis":
            stage["parameters"]["BESIDE_RUN"] = other
    write_json(run.path("provenance.json"), document)


def seal_again(run):
    """The manifest made to agree with the files."""
    document = read_json(run.path(MANIFEST))
    write_json(
        run.path(MANIFEST), {**document, "files": {name: sha256_file(run.path(name)) for name in document["files"]}}
    )


def problems(run):
    return list(check_beside(Evidence(run.root, read_json(run.path(MANIFEST)))))


def test_a_run_beside_its_own_copy_agrees_in_every_segment_and_answer(run, there):
    assert set_beside(run, "there") == "Beside this run: there, trained by torch in float32."
    found = claims(run)
    losses = [claim for name, claim in found.items() if name.endswith("/loss")]
    assert len(losses) == 6 and {(claim["verdict"], claim["value"]) for claim in losses} == {("supported", 0.0)}
    answers = [claim for name, claim in found.items() if name.endswith("/answers")]
    assert [claim["fields"]["checkpoint"] for claim in answers] == ["flat", "stage_a", "stage_b", "stage_c"]
    assert all(claim["fields"]["same"] == 8 and claim["value"] == 1 for claim in answers)


def test_a_loss_further_apart_than_the_tolerance_is_named_with_its_step(run, there):
    lines(run, f"{LAST}/metrics.jsonl", lambda n, row: {**row, "loss": row["loss"] + 2 * TOLERANCE * (n == 2)})
    set_beside(run, "there")
    claim = claims(run)[LOSSES]
    assert (claim["verdict"], claim["fields"]["at"]) == ("not supported", 2)
    assert claim["value"] == pytest.approx(2 * TOLERANCE)
    assert claims(run)["beside/flat/stage_1/loss"]["verdict"] == "supported"


@pytest.mark.parametrize(("planted", "verdict"), [(0.999, "supported"), (1.001, "not supported")])
def test_a_difference_just_below_the_tolerance_passes_and_one_just_above_does_not(run, there, planted, verdict):
    lines(run, f"{LAST}/metrics.jsonl", lambda n, row: {**row, "loss": row["loss"] + planted * TOLERANCE * (n == 2)})
    set_beside(run, "there")
    claim = claims(run)[LOSSES]
    assert claim["verdict"] == verdict
    assert claim["value"] == pytest.approx(planted * TOLERANCE, rel=1e-6)


def test_beyond_float32_what_is_found_is_measured_and_judged_by_no_tolerance(run, there):
    for file in sorted(there.root.glob("training/*/*/checkpoint/checkpoint.json")):
        found = read_json(file)
        write_json(file, {**found, "chosen": {**found["chosen"], "precision": "bfloat16"}})
    seal_again(there)
    set_beside(run, "there")
    assert {claim["verdict"] for name, claim in claims(run).items() if name.endswith("/loss")} == {"measured"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda run: lines(run, f"{LAST}/order.jsonl", lambda n, row: {**row, "trace_ids": row["trace_ids"][::-1]}),
         "other rows, or in another order"),
        (lambda run: record(run, config={"learning_rate": 0.5, "seed": 7}), "other settings: learning_rate, seed"),
    ],
)  # fmt: skip
def test_segments_that_were_not_trained_alike_are_not_compared(run, there, change, said):
    change(run)
    set_beside(run, "there")
    claim = claims(run)[LOSSES]
    assert "value" not in claim and claim["verdict"] == "undecided"
    assert claim["text"] == f"The losses of curriculum/stage_c are not compared with those of run there: {said}."
    text = "\n".join(render_beside(claims(run)))
    assert claim["text"] in text and "| flat/stage_1 |" in text and "| curriculum/stage_c |" not in text


def test_the_engine_and_how_it_computes_may_differ(run, there):
    record(there, config={"engine": "tunix", "compile": "on", "micro_batch": 3})
    seal_again(there)
    set_beside(run, "there")
    assert claims(run)[LOSSES]["verdict"] == "supported"


def test_what_differs_in_a_stage_makes_all_after_it_incomparable(run, there):
    file = "training/curriculum/stage_a/order.jsonl"
    lines(run, file, lambda n, row: {**row, "trace_ids": row["trace_ids"][::-1]})
    set_beside(run, "there")
    differs = {name: claim["fields"].get("differs") for name, claim in claims(run).items() if name.endswith("/loss")}
    assert differs["beside/curriculum/stage_a/loss"] == "other rows, or in another order"
    for stage in "bc":
        assert differs[f"beside/curriculum/stage_{stage}/loss"].startswith("it starts from other weights")
    assert differs["beside/flat/stage_3/loss"] is None


def test_adapters_of_two_engines_are_not_compared(run, there):
    for folder in (run, there):
        for file in folder.root.glob("training/*/*/checkpoint/checkpoint.json"):
            found = read_json(file)
            engine = {"engine": "tunix"} if folder is run else {}
            write_json(file, {**found, "config": {**found["config"], "lora_rank": 4, **engine}})
    seal_again(there)
    set_beside(run, "there")
    assert "draw adapters by other generators" in claims(run)["beside/flat/stage_1/loss"]["text"]


def test_answers_and_texts_that_differ_are_counted(run, there):
    file = "predictions/eval-adding/stage_c.jsonl"
    lines(run, file, lambda n, row: {**row, "correct": not row["correct"]} if n <= 3 else row)
    lines(run, file, lambda n, row: {**row, "completion": "7"} if n == 8 else row)
    set_beside(run, "there")
    fields = claims(run)["beside/eval-adding/stage_c/answers"]["fields"]
    assert (fields["n"], fields["same"]) == (8, 7)
    assert abs(fields["right"] - fields["right_other"]) in (1, 3)


def test_completions_that_were_made_otherwise_are_not_compared(run, there):
    document = read_json(run.path("eval_summary.json"))
    write_json(run.path("eval_summary.json"), {**document, "precision": "bfloat16"})
    set_beside(run, "there")
    assert "precision bfloat16 here and float32 there" in claims(run)["beside/answers"]["text"]
    assert not any(name.endswith("stage_c/answers") for name in claims(run))
    assert claims(run)["beside/answers"]["text"] in "\n".join(render_beside(claims(run)))


def test_a_run_that_is_not_as_it_was_sealed_is_not_set_beside(run, there):
    lines(there, "training/flat/stage_1/metrics.jsonl", lambda n, row: {**row, "loss": 0.5})
    with pytest.raises(RunError, match=r"found training/flat/stage_1/metrics\.jsonl missing or with other bytes"):
        set_beside(run, "there")


def test_the_figure_is_drawn_with_and_without_segments_to_compare(run, there, no_warnings):
    set_beside(run, "there")
    for change in (lambda n, row: row, lambda n, row: {**row, "trace_ids": row["trace_ids"][::-1]}):
        for file in run.root.glob("training/*/*/order.jsonl"):
            lines(run, run.relative(file), change)
        with Image.open(BytesIO(png_bytes(plot_beside(run)))) as picture:
            assert picture.size[0] > 500


@pytest.mark.parametrize("name", ["demo", "absent"])
def test_a_run_that_cannot_be_set_beside_is_refused_by_name(run, name):
    with pytest.raises(RunError, match=f"BESIDE_RUN '{name}': found .*, expected another one"):
        set_beside(run, name)


def test_without_a_name_nothing_is_kept_or_claimed(run, there):
    set_beside(run, "there")
    set_beside(run, "")
    assert not run.path(BESIDE).exists() and read_beside(run) is None and claims(run) == {}


def test_what_is_kept_is_checked_against_the_other_run_where_it_lies(run, there):
    set_beside(run, "there")
    asked(run, "there")
    assert problems(run) == []
    document = read_json(run.path(BESIDE))
    document["segments"]["flat/stage_1"]["losses"][0] += 1e-6
    write_json(run.path(BESIDE), document)
    assert ["other segments than those of there" in str(problem) for problem in problems(run)] == [True]
    set_beside(run, "there")
    there.path(MANIFEST).write_bytes(there.path(MANIFEST).read_bytes() + b"\n")  # made again since
    assert ["kept of another there than lies beside" in str(problem) for problem in problems(run)] == [True]
    shutil.rmtree(there.root)
    assert problems(run) == []


def test_a_file_without_the_parameter_and_a_parameter_without_the_file_are_found(run, there):
    set_beside(run, "there")
    assert "none as BESIDE_RUN = '' says" in str(problems(run)[0])
    run.path(BESIDE).unlink()
    asked(run, "there")
    assert "one as BESIDE_RUN = 'there' says" in str(problems(run)[0])


def test_the_form_of_what_is_kept_is_checked(run, there):
    set_beside(run, "there")
    document = read_json(run.path(BESIDE))
    write_json(run.path(BESIDE), {**document, "note": "trust me"})
    found = list(check_bytes(Evidence(run.root, read_json(run.path(MANIFEST)))))
    assert any(problem.file == BESIDE and "note" in str(problem) for problem in found)


def test_the_committed_runs_of_both_engines_are_a_pair():
    runs = PROJECT_ROOT / "submission_runs"
    kept = read_json(runs / "smoke-tunix-v1" / BESIDE)
    assert kept["run_id"] == "smoke-v1"
    assert kept["manifest_sha256"] == sha256_file(runs / "smoke-v1" / MANIFEST)
