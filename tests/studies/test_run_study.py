"""A study goes from its bar to its verdict, continues where it stopped, and refuses what would make it worthless."""

import pytest
import yaml
from studies.study_runs import BAR, bar_of, planted, write_runs
from typer.testing import CliRunner

import tunixlib.__main__  # noqa: F401  # adds every command
from tunixlib.artifacts import read_json, write_json, write_text
from tunixlib.commands.app import app
from tunixlib.evaluation.evaluate_run import chosen
from tunixlib.evidence.problems import Problem
from tunixlib.running.notebooks import NotebookError
from tunixlib.running.profiles import ProfileError
from tunixlib.runs import MANIFEST, ROOT_VARIABLE, Run, RunError
from tunixlib.studies import results
from tunixlib.studies import run_study as study
from tunixlib.studies.parameters import planned_faults
from tunixlib.studies.plan import planned_runs
from tunixlib.studies.run_study import run_study, study_words
from tunixlib.studies.verify_study import StudyReport

COMMIT = "c" * 40


class Pipeline:
    """Stands in for the notebooks: seals a run at once, or stops at one of them."""

    def __init__(self, root, bar):
        self.root, self.bar, self.made, self.stops_at = root, bar, [], ""

    def __call__(self, profile, run_id, overrides, say, *, command, bundle):
        if run_id == self.stops_at:
            raise NotebookError(f"{run_id}: the kernel died")
        self.made.append((profile, run_id, overrides["SEED"], command, bundle))
        (planned,) = [run for run in planned_runs(self.bar) if run.run_id == run_id]
        write_runs(self.root / ".all", self.bar, planted(60, 0.2), commit=COMMIT)
        (self.root / ".all" / run_id).rename(self.root / run_id)
        assert dict(planned.parameters) == dict(overrides)
        checkpoint = self.root / run_id / "training" / "flat" / "stage_3" / "checkpoint"
        write_text(checkpoint / "model.safetensors", "weights")
        write_text(checkpoint / "tokenizer.json", "{}")
        write_json(checkpoint / "checkpoint.json", {"weights_sha256": "0" * 64})


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A bar in a file, runs in a folder, a clean commit that holds the bar, and a pipeline that needs no model."""
    bar_file = tmp_path / "orders.yaml"
    write_text(bar_file, yaml.safe_dump(BAR))
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setattr(results, "refusals", lambda *sides: [])
    monkeypatch.setattr(study, "run_pipeline", Pipeline(tmp_path / "runs", bar_of()))
    monkeypatch.setattr(study, "capture_commit", lambda: {"commit": COMMIT, "dirty": False})
    monkeypatch.setattr(study, "committed_bytes", lambda commit, file, repository: bar_file.read_bytes())
    monkeypatch.setattr(study, "parameter_faults", lambda run, bar, planned, root: planned_faults(run, bar, planned))
    return tmp_path


def go(place, **options):
    said = []
    folder = run_study(str(place / "orders.yaml"), said.append, **options)
    return folder, said


def test_every_run_is_made_once_and_the_verdict_follows(place):
    folder, said = go(place)
    assert [made[:3] for made in study.run_pipeline.made] == [("smoke", f"orders-s{n}", n) for n in (1, 2, 3)]
    assert study.run_pipeline.made[0][3:] == ("python -m tunixlib study orders.yaml", False)
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()) == [
        "analysis.md", "bar.yaml", "claims.json", "figures/order_effect.png", "study.json"
    ]  # fmt: skip
    document = read_json(folder / "study.json")
    assert [run["run_id"] for run in document["runs"]] == ["orders-s1", "orders-s2", "orders-s3"]
    assert document["comparisons"][0]["verdict"] == "supported"
    assert said[0].startswith("study orders: 3 runs of 2 conditions")
    words = study_words(folder)
    assert "eval-core/curriculum-vs-flat: Supported: a gain of curriculum over flat." in words


def test_an_interrupted_study_continues_with_the_runs_that_are_missing(place):
    study.run_pipeline.stops_at = "orders-s2"
    with pytest.raises(NotebookError):
        go(place)
    assert not (place / "runs" / "orders").exists()
    study.run_pipeline.stops_at = ""
    _, said = go(place)
    assert [made[1] for made in study.run_pipeline.made] == ["orders-s1", "orders-s2", "orders-s3"]
    assert "[run 1/3] orders-s1: sealed, skipped" in said


def test_seeds_are_made_apart_and_put_together_by_the_whole_command(place):
    for seeds in ([3], [1, 2]):
        folder, _ = go(place, seeds=seeds)
        assert folder is None
        assert not (place / "runs" / "orders").exists()
    assert [made[1] for made in study.run_pipeline.made] == ["orders-s3", "orders-s1", "orders-s2"]
    folder, _ = go(place)
    assert (folder / "study.json").is_file()
    assert len(study.run_pipeline.made) == 3


def test_a_seed_that_the_bar_has_not_is_refused_before_any_run(place):
    done = CliRunner().invoke(app, ["study", str(place / "orders.yaml"), "--seed", "4"])
    assert done.exit_code == 1
    assert "found seed 4, expected some of 1, 2, 3" in done.output
    assert study.run_pipeline.made == []


def test_weights_of_sealed_runs_are_deleted_and_their_records_stay(place):
    go(place)
    left = sorted(path.name for path in (place / "runs").glob("orders-s?/training/*/*/checkpoint/*"))
    assert left == ["checkpoint.json"] * 3


def test_weights_are_kept_when_asked_for(place):
    go(place, keep_weights=True)
    assert len(list((place / "runs").glob("orders-s?/training/*/*/checkpoint/model.safetensors"))) == 3


def test_weights_of_a_run_that_is_not_sealed_are_never_deleted(tmp_path):
    write_text(tmp_path / "demo" / "training/flat/stage_3/checkpoint/model.safetensors", "weights")
    with pytest.raises(RunError, match="is not sealed: its weights are still needed"):
        study.drop_weights(Run(tmp_path / "demo"))


@pytest.fixture
def problems(monkeypatch):
    """What ``verify`` finds in the study."""
    found = []
    monkeypatch.setattr(study, "verify_study", lambda folder: StudyReport(folder.name, 5, 8, 0.1, found))
    return found


def test_a_finished_study_whose_bar_is_unchanged_says_its_verdict_again(place, problems):
    folder, _ = go(place)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = CliRunner().invoke(app, ["study", str(place / "orders.yaml")])
    assert done.exit_code == 0
    assert "study orders is finished, its bar unchanged: nothing is made, and all of it verifies" in done.output
    assert "eval-core/curriculum-vs-flat: Supported: a gain of curriculum over flat." in done.output
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert len(study.run_pipeline.made) == 3


def test_a_finished_study_that_does_not_verify_shows_no_verdict(place, problems):
    go(place)
    problems.append(Problem("claims.json", "another sha256", "that of study.json", "restore it"))
    done = CliRunner().invoke(app, ["study", str(place / "orders.yaml")])
    assert done.exit_code == 1
    assert "claims.json: found another sha256" in done.output
    assert "Supported" not in done.output


@pytest.mark.parametrize("options", [{}, {"rehearsal": True}])
def test_a_finished_study_is_not_written_again_under_another_bar_or_as_a_rehearsal(place, problems, options):
    go(place)
    if not options:
        write_text(place / "orders.yaml", yaml.safe_dump({**BAR, "smallest_effect": 0.1}))
    with pytest.raises(RunError, match=r"'orders' is finished \(study\.json is there\)"):
        go(place, **options)


def test_a_study_is_not_made_into_a_folder_of_something_else(place):
    write_text(place / "runs" / "orders" / "notes.txt", "mine")
    with pytest.raises(RunError, match=r"'orders': found a folder with notes\.txt, expected none"):
        go(place)
    assert study.run_pipeline.made == []


def test_a_tree_that_changes_between_two_runs_stops_the_study_before_the_next(place, monkeypatch):
    states = iter([{"commit": COMMIT, "dirty": False}, {"commit": COMMIT, "dirty": True}])
    monkeypatch.setattr(study, "capture_commit", lambda: next(states))
    with pytest.raises(RunError, match="changes that no commit has"):
        go(place)
    assert [made[1] for made in study.run_pipeline.made] == ["orders-s1"]


@pytest.mark.parametrize(
    ("commit", "held", "message"),
    [
        ({"commit": COMMIT, "dirty": True}, True, "changes that no commit has; commit them first"),
        ({"commit": COMMIT, "dirty": False}, False, "commit the bar before its runs"),
    ],
)
def test_without_a_committed_bar_only_a_rehearsal_runs(place, monkeypatch, commit, held, message):
    monkeypatch.setattr(study, "capture_commit", lambda: commit)
    if not held:
        monkeypatch.setattr(study, "committed_bytes", lambda *where: None)
    with pytest.raises(RunError, match=message):
        go(place)
    assert study.run_pipeline.made == []
    folder, _ = go(place, rehearsal=True)
    assert read_json(folder / "study.json")["bar"]["committed"] is False


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dirty": True}, "a tree that no commit holds"),
        ({"commit": "d" * 40}, "other code, that of commit dddddddddddd"),
        ({"profile": "cpu"}, "profile 'cpu' in place of 'smoke'"),
    ],
)
def test_a_sealed_run_that_is_not_what_the_bar_asks_for_is_refused(place, change, message):
    study.run_pipeline.stops_at = "orders-s2"
    with pytest.raises(NotebookError):
        go(place)
    path = place / "runs" / "orders-s1" / MANIFEST
    write_json(path, {**read_json(path), **change})
    with pytest.raises(RunError, match=f"run 'orders-s1' is sealed but made with .*{message}"):
        go(place)


def test_a_parameter_that_no_notebook_declares_stops_the_study_before_anything_starts(place):
    write_text(place / "orders.yaml", yaml.safe_dump({**BAR, "set": {"EPOCH": [1, 1, 1]}}))
    with pytest.raises(ProfileError, match="did you mean EPOCHS"):
        go(place)
    assert study.run_pipeline.made == []


def test_before_the_runs_it_says_what_they_can_show():
    pilot = {"discordant_share": 0.125, "item_share": 0.5, "seed_sd": 0.02}
    coarse = study.resolution_words(bar_of(items=120, pilot=pilot))
    assert "which is finer: an undecided end is likely" in coarse
    fine = study.resolution_words(bar_of(items=500, pilot={**pilot, "seed_sd": 0.0}, smallest_effect=0.1))
    assert fine.endswith("the smallest effect of interest is 10.0 points")
    assert "no pilot" in study.resolution_words(bar_of())
    two = study.resolution_words(bar_of(items=120, pilot=pilot, eval_sets=["eval-core", "eval-unseen"]))
    assert "(alpha divided by 2 comparisons)" in two


def test_a_study_lets_only_the_checkpoints_answer_that_it_compares(tmp_path):
    folders = {name: tmp_path / name for name in ("base", "reverse", "flat", "stage_a", "stage_b", "stage_c")}
    assert list(chosen(folders, [])) == list(folders)
    assert list(chosen(folders, ["stage_c", "flat"])) == ["flat", "stage_c"], "in the order of the run"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["flat"], "with no stage_c, which is scored"),
        (["stage_c", "stage_d"], "with stage_d, which the run has not"),
        (["shuffled-stages", "stage_c"], "with shuffled-stages, which the run has not"),
    ],
)
def test_checkpoints_that_are_not_there_are_refused(tmp_path, names, message):
    with pytest.raises(ValueError, match=message):
        chosen({name: tmp_path / name for name in ("base", "flat", "stage_c")}, names)
