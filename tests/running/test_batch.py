"""Several runs one after the other: all are checked before one starts, a failure costs one, Ctrl-C starts no other."""

import pytest
from typer.testing import CliRunner

import tunixlib.__main__  # noqa: F401  # adds every command
from tunixlib.artifacts import write_json, write_text
from tunixlib.commands.app import app
from tunixlib.commands.making import read_seeds, spread_seeds
from tunixlib.holding import hold
from tunixlib.running import batch
from tunixlib.running.batch import BatchError, plan_batch, plan_text, results_text, run_batch
from tunixlib.running.notebooks import NotebookError
from tunixlib.runs import MANIFEST, ROOT_VARIABLE, Run


class Pipeline:
    """Stands in for the notebooks: seals a run at once, with what ``batch`` reads of it, or ends as it is told."""

    def __init__(self):
        self.made, self.ends = [], {}

    def __call__(self, profile, run_id, overrides, say, *, command):
        ready = batch.prepare(profile, run_id, overrides)
        run = ready.run
        self.made.append((run.run_id, command))
        if run.run_id in self.ends:
            write_json(run.record_path("01_seed"), {})
            raise self.ends[run.run_id]
        parameters = {name: value for name, value in ready.parameters.items() if name != "RUN_ID"}
        write_json(run.path("provenance.json"), {"stages": [{"stage": "02_train", "parameters": parameters}]})
        write_json(run.path(MANIFEST), {"profile": profile.name})
        return run


@pytest.fixture
def pipeline(tmp_path, monkeypatch):
    stand_in = Pipeline()
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setattr(batch, "run_pipeline", stand_in)
    share = {"k": 21, "n": 120, "rate": 0.175, "low": 0.117, "high": 0.253}
    monkeypatch.setattr(batch, "headline_of", lambda run: batch.Headline("stage_c", share, "eval-core", "0" * 64))
    return stand_in


def invoke(*words):
    return CliRunner().invoke(app, list(words))


def test_run_ids_are_the_profiles_with_the_seed_behind_and_are_shown_before_anything_starts(pipeline):
    entries = plan_batch(["smoke", "full"], seeds=(1, 2))
    assert [entry.ready.run.run_id for entry in entries] == ["my-smoke-s1", "my-smoke-s2", "my-full-s1", "my-full-s2"]
    assert [entry.ready.parameters["SEED"] for entry in entries] == [1, 2, 1, 2]
    assert plan_text(entries).splitlines() == [
        "run          profile  seed  what will be done",
        "my-smoke-s1  smoke    1     new",
        "my-smoke-s2  smoke    2     new",
        "my-full-s1   full     1     new",
        "my-full-s2   full     2     new",
    ]
    assert pipeline.made == []
    assert not entries[0].ready.run.root.exists()


def test_set_applies_to_all_and_a_run_id_gets_the_seeds(pipeline):
    entries = plan_batch(["smoke"], "mine", (7, 8), {"EVAL_ITEMS": 3})
    assert [entry.ready.run.run_id for entry in entries] == ["mine-s7", "mine-s8"]
    assert [entry.ready.parameters["EVAL_ITEMS"] for entry in entries] == [3, 3]
    assert entries[1].command == (
        "python -m tunixlib run --profile smoke --run-id mine-s8 --set=EVAL_ITEMS=3 --set=SEED=8"
    )


def test_the_command_on_record_takes_the_profile_file_and_names_no_folder_of_this_machine(pipeline, tmp_path):
    write_text(tmp_path / "mine.yaml", "RUN_ID: mine\nMODEL: tiny\n")
    overrides = {"RUNS_ROOT": "/home/ada/runs", "EVAL_ITEMS": 3}
    (entry,) = plan_batch([str(tmp_path / "mine.yaml")], seeds=(1,), overrides=overrides)
    assert entry.command == (
        "python -m tunixlib run --profile mine.yaml --run-id mine-s1 --set=EVAL_ITEMS=3 --set=SEED=1"
    )
    (entry,) = plan_batch(["notebooks/profiles/smoke.yaml"])
    assert entry.command == "python -m tunixlib run --profile notebooks/profiles/smoke.yaml --run-id my-smoke"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("RUN_ID: a\nMODEL: tiny\nSEDE: 1\n", "SEDE: no notebook declares it; did you mean SEED"),
        ("RUN_ID: a\nMODEL: tiny\nEVAL_ITEMS: many\n", "EVAL_ITEMS: found 'many'"),
        ("RUN_ID: [a\n", "not a UTF-8 YAML file"),
        ("RUN_ID: a\nMODEL: no/such/folder\n", "model 'no/such/folder': found no folder"),
        ("RUN_ID: a\nMODEL: tiny\nDATASET: no-such-data\n", "found no folder no-such-data"),
        ("RUN_ID: a\nMODEL: tiny\nBESIDE_RUN: no-such-run\n", "BESIDE_RUN 'no-such-run': found no sealed run in"),
        ("RUN_ID: a\nMODEL: tiny\nBESIDE_RUN: a\n", "BESIDE_RUN 'a': found this run itself"),
        ("RUN_ID: my-smoke\nMODEL: tiny\n", r"smoke and .*other\.yaml: found one run id for 2 entries"),
        ("RUN_ID: MY-Smoke\nMODEL: tiny\n", "found one run id for 2 entries"),
        ("MODEL: tiny\n", "found no RUN_ID"),
        ("RUN_ID: ../up\nMODEL: tiny\n", r"run id '\.\./up'"),
        ("RUN_ID: 7\nMODEL: tiny\n", "RUN_ID: found 7"),
    ],
)
def test_one_bad_entry_stops_all_before_the_first_starts(pipeline, tmp_path, content, message):
    write_text(tmp_path / "other.yaml", content)
    with pytest.raises(BatchError, match=message):
        plan_batch(["smoke", str(tmp_path / "other.yaml")])
    done = invoke("run", "smoke", str(tmp_path / "other.yaml"))
    assert done.exit_code == 1
    assert pipeline.made == []


def test_a_run_may_stand_beside_one_that_the_same_batch_makes_before_it(pipeline, tmp_path):
    write_text(tmp_path / "other.yaml", "RUN_ID: a\nMODEL: tiny\nBESIDE_RUN: my-smoke\n")
    other = str(tmp_path / "other.yaml")
    assert [entry.todo for entry in plan_batch(["smoke", other])] == [batch.NEW, batch.NEW]
    with pytest.raises(BatchError, match="BESIDE_RUN 'my-smoke': found no sealed run in"):
        plan_batch([other, "smoke"])


def test_every_fault_of_every_entry_is_listed_once(pipeline):
    with pytest.raises(BatchError) as raised:
        plan_batch(["nope", "smoke", "nor-this"], seeds=(1, 2), overrides={"SEDE": 1})
    assert str(raised.value).count("nope.yaml") == 1
    assert str(raised.value).count("nor-this.yaml") == 1
    assert str(raised.value).count("did you mean SEED") == 1


def test_a_seed_in_two_places_and_one_run_id_for_two_profiles_are_refused(pipeline):
    with pytest.raises(BatchError, match="found SEED under --set and seeds"):
        plan_batch(["smoke"], seeds=(1, 2), overrides={"SEED": 3})
    with pytest.raises(BatchError, match="found run id 'x' for 2 profiles"):
        plan_batch(["smoke", "full"], "x")


def test_a_failure_costs_one_run_and_its_reason_stands_in_one_line(pipeline):
    pipeline.ends["my-smoke-s2"] = NotebookError("02_train.ipynb, cell 3: ValueError: found\nlearning rate -1")
    done = invoke("run", "smoke", "--seeds", "1", "2", "3")
    assert done.exit_code == 1
    assert [run_id for run_id, _ in pipeline.made] == ["my-smoke-s1", "my-smoke-s2", "my-smoke-s3"]
    table = done.output[done.output.index("headline") :]
    assert "my-smoke-s1  sealed  stage_c on eval-core (120)  17.5 % [11.7, 25.3]" in table
    failed = next(line for line in table.splitlines() if line.startswith("my-smoke-s2"))
    assert failed.endswith("02_train.ipynb, cell 3: ValueError: found learning rate -1")
    assert "the same command again" in table


def test_a_defect_of_ours_costs_one_run_too_and_keeps_its_traceback(pipeline, capsys):
    pipeline.ends["my-smoke-s1"] = AttributeError("no such thing")
    results = run_batch(plan_batch(["smoke"], seeds=(1, 2)))
    assert [result.state for result in results] == [batch.FAILED, batch.SEALED]
    assert results[0].reason == "AttributeError: no such thing; a defect, its traceback is above"
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_stops_the_one_at_work_and_the_same_command_continues_without_the_sealed(pipeline):
    pipeline.ends["my-smoke-s2"] = KeyboardInterrupt()
    done = invoke("run", "smoke", "--seeds", "1,2,3")
    assert done.exit_code == 130
    assert [run_id for run_id, _ in pipeline.made] == ["my-smoke-s1", "my-smoke-s2"]
    assert "my-smoke-s3  not started" in done.output
    pipeline.ends.clear()
    again = invoke("run", "smoke", "--seeds", "1", "--seeds", "2", "--seeds", "3")
    assert again.exit_code == 0
    assert [run_id for run_id, _ in pipeline.made[2:]] == ["my-smoke-s2", "my-smoke-s3"]
    assert "my-smoke-s1  smoke    1     sealed: skipped" in again.output
    assert "my-smoke-s2  smoke    2     continues at 02_train" in again.output
    assert "python -m tunixlib study NAME" in again.output


def test_a_sealed_run_of_other_values_is_not_passed_off_as_this_one(pipeline):
    assert invoke("run", "smoke", "--seeds", "1").exit_code == 0
    done = invoke("run", "smoke", "--seeds", "1", "2", "--set", "LEARNING_RATE=0.5")
    assert done.exit_code == 1
    assert "run 'my-smoke-s1' is sealed, but made with LEARNING_RATE = 0.003 in place of 0.5" in done.output
    assert len(pipeline.made) == 1


def test_a_run_that_somebody_is_at_work_in_is_refused_before_the_others_start(pipeline, tmp_path):
    lock = hold(Run(tmp_path / "runs" / "my-smoke-s2").root)
    try:
        with pytest.raises(BatchError, match="run 'my-smoke-s2' is in use by process"):
            plan_batch(["smoke"], seeds=(1, 2))
    finally:
        lock.release()


def test_a_sealed_run_without_its_bundle_gets_one(pipeline, tmp_path):
    assert invoke("run", "smoke", "--seeds", "1").exit_code == 0
    write_text(Run(tmp_path / "runs" / "my-smoke-s1").path(*batch.UNPUBLISHED), "")
    (entry,) = plan_batch(["smoke"], seeds=(1,))
    assert entry.todo == "build report and bundle"


def test_the_end_says_what_comes_next(pipeline):
    results = run_batch(plan_batch(["smoke"], seeds=(1, 2)), say=lambda words: None)
    assert results_text(results).splitlines()[-1] == "look       python -m tunixlib runs"
    assert "the same command again" not in results_text(results)


@pytest.mark.parametrize(
    ("other", "advised"),
    [
        ("RUN_ID: b\nMODEL: tiny\nSEED: 7\n", True),
        ("RUN_ID: b\nMODEL: tiny\nLEARNING_RATE: 0.5\n", True),
        ("RUN_ID: b\nMODEL: tiny\nLEARNING_RATE: 0.5\nEVAL_ITEMS: 7\n", False),
        ("RUN_ID: b\nMODEL: tiny\nEVAL_ITEMS: 7\n", False),
        ("RUN_ID: b\nMODEL: tiny\nSEED: 7\nCORRECTION_ARMS: [control]\n", True),
        ("RUN_ID: b\nMODEL: tiny\n", False),
    ],
)
def test_a_study_is_advised_only_of_runs_that_differ_in_seed_or_one_parameter(pipeline, tmp_path, other, advised):
    write_text(tmp_path / "a.yaml", "RUN_ID: a\nMODEL: tiny\n")
    write_text(tmp_path / "b.yaml", other)
    entries = plan_batch([str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")])
    words = results_text(run_batch(entries, say=lambda words: None))
    assert ("python -m tunixlib study NAME" in words) == advised


@pytest.mark.parametrize(
    ("words", "spread"),
    [
        (["a", "--seeds", "1", "2", "--set", "X=3"], ["a", "--seeds", "1", "--seeds", "2", "--set", "X=3"]),
        (["--seeds", "1", "2", "b.yaml", "3"], ["--seeds", "1", "--seeds", "2", "b.yaml", "3"]),
        (["--seeds", "1,2", "--seeds", "3"], ["--seeds", "1,2", "--seeds", "3"]),
        (["--seeds"], ["--seeds"]),
        (["--seeds=1", "2", "3", "b.yaml", "4"], ["--seeds=1", "--seeds", "2", "--seeds", "3", "b.yaml", "4"]),
        (["--set", "X=1", "7"], ["--set", "X=1", "7"]),
    ],
)
def test_numbers_after_seeds_are_seeds_and_nothing_else_is(words, spread):
    assert spread_seeds(words) == spread


def test_seeds_are_read_in_every_form():
    assert read_seeds(["1,2", "3"]) == [1, 2, 3]
    assert read_seeds([]) == []


@pytest.mark.parametrize("seeds", [["-1"], ["1.5"], ["x"], ["1", "1"], [","], ["9" * 30]])
def test_what_is_no_seed_is_a_mistake_of_the_command(seeds):
    done = invoke("run", "smoke", "--seeds", *seeds[:1], *(word for seed in seeds[1:] for word in ("--seeds", seed)))
    assert done.exit_code == 2


@pytest.mark.parametrize("words", [["smoke", "--profile", "cpu"], ["smoke", "full", "--run-id", "x"]])
def test_options_that_exclude_each_other_are_a_mistake_of_the_command(words):
    assert invoke("run", *words).exit_code == 2
