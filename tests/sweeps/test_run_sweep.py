"""A sweep chooses by one set of items and judges by another, continues where it was, and changes no rule on the way."""

import re
import sys

import pytest
import sweep_helpers
import yaml
from fault_helpers import kill, started
from sweep_helpers import Maker, sweep, write_sweep_file
from typer.testing import CliRunner

import tunixlib.__main__  # noqa: F401  # adds every command
from tunixlib.analysis.crossed_rate import crossed_proportion
from tunixlib.artifacts import read_json, write_json, write_text
from tunixlib.commands.app import app
from tunixlib.evaluation.intervals import proportion
from tunixlib.holding import hold
from tunixlib.running.profiles import load_profile
from tunixlib.running.runs_table import list_runs
from tunixlib.runs import Run, RunError
from tunixlib.sweeps import run_sweep as driver
from tunixlib.sweeps.ending import sweep_words
from tunixlib.sweeps.run_sweep import run_sweep
from tunixlib.sweeps.spec import SweepError
from tunixlib.trees import remove

pytestmark = pytest.mark.usefixtures("in_turn")


def weights(place):
    return sorted(path.relative_to(place / "runs").parts[0] for path in (place / "runs").rglob("*.safetensors"))


def test_configurations_are_ranked_with_the_interval_of_their_items(place):
    found = sweep(place)
    assert [row.values["LEARNING_RATE"] for row in found.ranking] == [0.003, 0.01, 0.001]
    wilson = proportion(12, 20)
    assert {name: found.ranking[0].score[name] for name in wilson} == pytest.approx(wilson, abs=1e-6)
    text = (found.folder / "ranking.md").read_text(encoding="utf-8")
    assert re.search(r"^\| 1 \| 0\.003 \| 1 \| 60\.0 % \[38\.7, 78\.1\] \| tries-", text, re.MULTILINE)
    assert "cover the items and not other seeds" in text


def test_over_seeds_the_interval_covers_items_and_seeds(place):
    found = sweep(place, seeds=[0, 1, 2])
    rows = [[int(item < 12 - seed) for item in range(20)] for seed in (0, 1, 2)]
    assert found.ranking[0].score == crossed_proportion(rows)
    first, report = found.ranking[0], read_json(found.folder / "sweep.json")["winner"]["score_on_other_items"]
    assert (report["k"], report["n"], report["effective"]) == (4 * len(first.trials), 10 * len(first.trials), 10)
    assert [report["low"], report["high"]] == [proportion(4, 10)["low"], proportion(4, 10)["high"]]
    assert "cover items and seeds" in (found.folder / "ranking.md").read_text(encoding="utf-8")


def test_the_lowest_wins_where_the_file_says_so(place):
    found = sweep(place, choose={"eval_set": "eval-dev", "items": 20, "mode": "min"})
    assert found.ranking[0].values == {"LEARNING_RATE": 0.001}


def test_the_winner_alone_is_asked_the_other_items_and_both_scores_are_told_apart(place):
    asked = []
    found = sweep(place, ask=lambda question: asked.append(question) or sweep_helpers.ask(question))
    assert [question.run_id for question in asked] == [found.ranking[0].trials[0].run_id]
    assert (asked[0].eval_set, asked[0].items, asked[0].checkpoint) == ("eval-core", 10, "stage_c")
    winner = read_json(found.folder / "sweep.json")["winner"]
    assert (winner["score"]["k"], winner["score"]["n"]) == (12, 20)
    assert (winner["score_on_other_items"]["k"], winner["score_on_other_items"]["n"]) == (4, 10)
    words = sweep_words(found)
    assert "60.0 % [38.7, 78.1] on eval-dev, which chose it: too good on average" in words
    assert "40.0 % [16.8, 68.7] on eval-core, which did not: of these checkpoints, over items alone" in words
    assert "other seeds of these values do worse on average than the second" in words
    text = (found.folder / "ranking.md").read_text(encoding="utf-8")
    assert "The first row is the best of 3 scores and therefore too good on average" in text
    assert "right for these checkpoints, with an interval over items alone. Other seeds of the same values do" in text
    assert "the seeds that won were chosen, too" in (found.folder / "tries-best.yaml").read_text(encoding="utf-8")


def test_the_table_says_that_it_tests_nothing_names_ties_and_warns_of_two_seeds(place, monkeypatch):
    monkeypatch.setitem(sweep_helpers.RIGHT, 0.01, 12)
    text = (sweep(place, seeds=[0, 1]).folder / "ranking.md").read_text(encoding="utf-8")
    assert "This table tests no difference: all configurations answered the same items" in text
    assert "Ranks 1, 2 are tied at 57.5 %, in the order of the sweep's file." in text
    assert "two seeds are too few for that, and the intervals too narrow" in text
    remove(place / "runs")
    assert "too few" not in (sweep(place, seeds=[0, 1, 2]).folder / "ranking.md").read_text(encoding="utf-8")


def test_trials_of_another_machine_are_named(place):
    def elsewhere(task, say):
        ending = sweep_helpers.make(task, say)
        if task.parameters["LEARNING_RATE"] == 1e-2:
            path = place / "runs" / task.run_id / "run_manifest.json"
            write_json(path, {**read_json(path), "environment": sweep_helpers.environment(cpu="two")})
        return ending

    text = (sweep(place, elsewhere).folder / "ranking.md").read_text(encoding="utf-8")
    assert re.search(
        r"- Runs of another machine class than `tries-.*`, .*: `tries-.*` \(cpu: 'one', then 'two'\)", text
    )


def test_answers_of_weights_that_are_gone_are_not_taken_for_the_winners(place):
    def other(name):
        path = place / "runs" / "tries" / "evaluations" / run_id / name
        write_json(path, {"checkpoint": {"weights_sha256": "0" * 64}})

    asked, run_id = [], sweep(place).ranking[0].trials[0].run_id
    again = lambda question: asked.append(question.run_id) or sweep_helpers.ask(question)  # noqa: E731
    other("evaluation_manifest.json")
    assert sweep(place, ask=again).evaluated.keys() == {run_id}
    assert asked == [run_id]
    remove(place / "runs" / "tries" / "evaluations" / run_id)
    other(".work/evaluation.json")  # begun with them
    sweep(place, ask=again)
    assert not (place / "runs" / "tries" / "evaluations" / run_id / ".work").exists()


def test_more_seeds_are_refused_at_once_where_weights_are_gone_and_taken_where_they_were_kept(place):
    sweep(place, seeds=[0])
    maker = Maker()
    with pytest.raises(RunError, match=r"found no weights of tries-.*, tries-.*-s0, expected them.*--keep-weights"):
        sweep(place, maker, seeds=[0, 1])
    assert maker.made == []
    remove(place / "runs")
    file = write_sweep_file(place / "sweep.yaml", seeds=[0])
    run_sweep(file, print, make=maker, ask=sweep_helpers.ask, keep_weights=True)
    assert len(sweep(place, maker, seeds=[0, 1]).ranking[0].trials) == 2


def test_the_weights_of_a_submission_stay(place):
    locked = driver.plan_sweep(write_sweep_file(place / "sweep.yaml")).trials[0].run_id

    def lock(task, say):
        ending = sweep_helpers.make(task, say)
        if task.run_id == locked:
            write_json(place / "runs" / "locked.json", {"runs": {locked: {"locked_at": "2026-01-02T03:04:05Z"}}})
        return ending

    found = sweep(place, lock)
    assert weights(place) == sorted([locked, found.ranking[0].trials[0].run_id])


def test_the_best_parameters_are_a_profile_that_can_be_run(place):
    found = sweep(place)
    profile = load_profile(str(found.folder / "tries-best.yaml"))
    assert profile.parameters["LEARNING_RATE"] == 0.003
    assert profile.parameters["RUN_ID"] == "tries-best"
    assert profile.parameters["CORRECTION_ARMS"] == []
    assert profile.parameters["EVAL_SETS"] == load_profile("smoke").parameters["EVAL_SETS"]


def test_what_is_sealed_is_not_made_again_and_more_values_are_added(place):
    first, second, third = Maker(), Maker(), Maker()
    sweep(place, first)
    assert len(first.made) == 3
    before = (place / "runs" / "tries" / "sweep.json").read_bytes()
    sweep(place, second)
    assert second.made == []
    assert (place / "runs" / "tries" / "sweep.json").read_bytes() == before
    found = sweep(place, third, grid={"LEARNING_RATE": [1e-3, 3e-3, 1e-2, 3e-2]})
    assert len(third.made) == 1
    assert found.ranking[0].values == {"LEARNING_RATE": 0.03}
    text = (found.folder / "ranking.md").read_text(encoding="utf-8")
    assert "won before the sweep was enlarged; whoever enlarged it could have read these scores" in text
    assert len(read_json(found.folder / "sweep.json")["evaluations"]) == 2


def test_a_sweep_that_ended_before_the_winner_was_asked_only_asks(place):
    def killed(question):
        raise KeyboardInterrupt

    first, second = Maker(), Maker()
    with pytest.raises(KeyboardInterrupt):
        sweep(place, first, ask=killed)
    assert not (place / "runs" / "tries" / "sweep.json").exists()
    assert [row.state for row in list_runs(place / "runs") if row.name == "tries"] == ["sweep: not finished"]
    sweep(place, second)
    assert second.made == []
    assert [row.state for row in list_runs(place / "runs") if row.name == "tries"] == ["sweep of 3 trials"]


def test_a_trial_that_fails_is_listed_with_its_reason_and_tried_again(place):
    first, second, said = Maker(), Maker(), []
    runs = [trial.run_id for row in sweep(place).ranking for trial in row.trials]
    remove(place / "runs")
    first.fails[runs[0]] = (
        f"02_train.ipynb: loss nan in {place / 'runs'}/x of /home/ada/y/\nthe executed copy, with the traceback: /x"
    )
    found = sweep(place, first, said.append)
    assert found.failed == {runs[0]: "02_train.ipynb: loss nan in submission_runs/x of y"}
    assert f"{runs[0]}: failed: {first.fails[runs[0]]}" in said
    assert [row.values["LEARNING_RATE"] for row in found.ranking] == [0.01, 0.001]
    document = read_json(found.folder / "sweep.json")
    assert [entry.get("failed") for entry in document["trials"]].count(found.failed[runs[0]]) == 1
    assert "3 trials of profile `smoke`, 2 sealed and 1 failed" in (found.folder / "ranking.md").read_text("utf-8")
    assert "tries again what failed" in sweep_words(found)
    assert sweep(place, second).ranking[0].values == {"LEARNING_RATE": 0.003}
    assert second.made == [runs[0]]


def test_without_a_whole_configuration_there_is_nothing_to_choose(place):
    maker = Maker()
    maker.fails = dict.fromkeys((trial.run_id for row in sweep(place).ranking for trial in row.trials), "no")
    remove(place / "runs")
    with pytest.raises(SweepError, match="found no configuration whose trials are all sealed"):
        sweep(place, maker)


def test_only_the_weights_of_the_best_stay_unless_all_are_wanted(place):
    found = sweep(place)
    assert weights(place) == [found.ranking[0].trials[0].run_id]
    remove(place / "runs")
    run_sweep(write_sweep_file(place / "sweep.yaml"), print, make=Maker(), ask=sweep_helpers.ask, keep_weights=True)
    assert len(weights(place)) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"choose": {"eval_set": "eval-dev", "items": 10}},
        {"choose": {"eval_set": "eval-dev", "items": 20, "metric": "format_rate"}},
        {"report": {"eval_set": "eval-unseen"}},
        {"set": {"CORRECTION_ARMS": [], "MAX_STEPS": 2}},
    ],
)
def test_what_a_ranking_rests_on_cannot_be_changed_after_it(place, changes):
    sweep(place)
    before = (place / "runs" / "tries" / "ranking.md").read_bytes()
    with pytest.raises((RunError, SweepError), match=r"was begun with|is sealed, but made with"):
        sweep(place, **changes)
    assert (place / "runs" / "tries" / "ranking.md").read_bytes() == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"grid": {"LEARNING_RATE": [1e-3, 1e-2]}}),
        ({"seeds": [0, 1]}, {"seeds": [1]}),
        ({"seeds": [0]}, {"seeds": None}),
    ],
)
def test_what_was_begun_cannot_be_taken_out_after_its_score_was_seen(place, before, after):
    sweep(place, **before)
    files = {path: path.read_bytes() for path in (place / "runs" / "tries").rglob("*") if path.is_file()}
    with pytest.raises(RunError, match=r"was begun with tries-.*, which its file no longer has .*another run_id"):
        sweep(place, **after)
    assert {path: path.read_bytes() for path in files} == files


def test_another_search_seed_is_another_sweep(place):
    search = {"grid": None, "search": {"LEARNING_RATE": {"choice": [1e-3, 3e-3, 1e-2, 3e-2]}}, "trials": 1}
    seeds = [[trial.run_id for trial in driver.plan_sweep(
        write_sweep_file(place / "sweep.yaml", **search, search_seed=seed)).trials] for seed in range(9)]  # fmt: skip
    sweep(place, **search, search_seed=0)
    with pytest.raises(RunError, match=r"\(values, seeds, trials or search_seed changed\)"):
        sweep(place, **search, search_seed=next(n for n, ids in enumerate(seeds) if ids != seeds[0]))


def test_a_repeat_that_reaches_no_cluster_leaves_a_finished_sweep_as_it_was(place, monkeypatch):
    folder = sweep(place).folder
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    def nowhere(address, shares):
        raise SweepError("found no Ray that answers")

    monkeypatch.setattr(driver, "cluster", nowhere)
    with pytest.raises(SweepError, match="no Ray"):
        sweep(place, grid={"LEARNING_RATE": [1e-3, 3e-3, 1e-2, 3e-2]})
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_repeat_that_was_interrupted_is_no_whole_sweep(place):
    def killed(task, say):
        raise KeyboardInterrupt

    folder = sweep(place).folder
    with pytest.raises(KeyboardInterrupt):
        sweep(place, killed, grid={"LEARNING_RATE": [1e-3, 3e-3, 1e-2, 3e-2]})
    assert not (folder / "sweep.json").exists()
    assert b"0.03" in (folder / "sweep.yaml").read_bytes()


def test_a_second_driver_is_refused_by_name_and_so_is_a_trial_that_somebody_makes(place):
    code = "import sys, pathlib, time, tunixlib.holding as h\nlock = h.hold(pathlib.Path(sys.argv[1]))\n"
    code += "print('ready', flush=True)\ntime.sleep(60)"
    other = started(code, place / "runs" / "tries")
    with pytest.raises(RunError, match=rf"run 'tries' is in use by process {other.pid}"):
        sweep(place)
    kill(other)
    name = sweep(place).ranking[-1].trials[0].run_id
    remove(place / "runs" / name)
    lock = hold(place / "runs" / name)
    maker = Maker()
    with pytest.raises(SweepError, match=f"{name}: run '{name}' is in use"):
        sweep(place, maker)
    lock.release()
    assert maker.made == []


@pytest.mark.parametrize("there", ["study.json", "run_manifest.json", "notes.txt"])
def test_a_folder_of_something_else_is_refused(place, there):
    write_text(place / "runs" / "tries" / there, "{}")
    with pytest.raises(RunError, match=f"'tries': found .*{there}"):
        sweep(place)


def test_a_trial_that_another_machine_wrote_elsewhere_stops_the_sweep(place):
    with pytest.raises(SweepError, match="found it sealed where it was made and not here"):
        sweep(place, lambda task, say: ("sealed", ""))


def test_a_winner_that_cannot_be_asked_is_an_error_that_says_what_to_do(place):
    with pytest.raises(SweepError, match=r"could not be asked eval-core: tries-.*: no weights"):
        sweep(place, ask=lambda question: "no weights")
    assert not (place / "runs" / "tries" / "sweep.json").exists()


def test_trials_that_answered_other_items_are_not_ranked_together(place):
    def other(task, say):
        ending = sweep_helpers.make(task, say)
        if task.parameters["LEARNING_RATE"] == 1e-2:
            path = Run(place / "runs" / task.run_id).path("predictions", "eval-dev", "stage_c.jsonl")
            write_text(path, path.read_text(encoding="utf-8").replace("eval-dev/0003", "eval-dev/9999"))
        return ending

    with pytest.raises(SweepError, match="found other items of eval-dev than"):
        sweep(place, other)


def test_the_command_without_ray_names_what_to_install(place, monkeypatch):
    from tunixlib.sweeps import cluster

    monkeypatch.setattr(driver, "require_ray", cluster.require_ray)
    monkeypatch.setitem(sys.modules, "ray", None)
    done = CliRunner().invoke(app, ["sweep", str(write_sweep_file(place / "sweep.yaml"))])
    assert done.exit_code == 1
    assert "python -m pip install -r requirements-cluster.txt" in " ".join(done.output.split())
    assert not (place / "runs").exists()


def test_the_command_ends_with_one_where_a_trial_failed(place, monkeypatch):
    maker = Maker()
    file = write_sweep_file(place / "sweep.yaml")
    monkeypatch.setattr(
        run_sweep, "__kwdefaults__", {**run_sweep.__kwdefaults__, "make": maker, "ask": sweep_helpers.ask}
    )
    done = CliRunner().invoke(app, ["sweep", str(file)])
    assert (done.exit_code, "best of 3: LEARNING_RATE 0.003" in done.output) == (0, True), done.output
    write_sweep_file(file, grid={"LEARNING_RATE": [1e-3, 3e-3, 1e-2, 3e-2]})
    plan = driver.plan_sweep(file)
    maker.fails[plan.trials[-1].run_id] = "loss nan"
    done = CliRunner().invoke(app, ["sweep", str(file)])
    assert done.exit_code == 1
    assert f"failed     {plan.trials[-1].run_id}: loss nan" in done.output


def test_the_profile_of_the_winner_is_plain_yaml(place):
    found = sweep(place)
    assert yaml.safe_load((found.folder / "tries-best.yaml").read_bytes())["LEARNING_RATE"] == 0.003
