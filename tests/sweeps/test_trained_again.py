"""With seeds under report, the winner is trained again by seeds that did not choose it; these alone are reported."""

import pytest
import sweep_helpers
from sweep_helpers import Maker, sweep, write_sweep_file
from typer.testing import CliRunner

import tunixlib.__main__  # noqa: F401  # adds every command
from tunixlib.analysis.crossed_rate import crossed_proportion
from tunixlib.artifacts import read_json, sha256_file, sha256_text, write_json, write_jsonl, write_text
from tunixlib.commands.app import app
from tunixlib.evaluation.intervals import wilson
from tunixlib.runs import MANIFEST, RunError
from tunixlib.sweeps import verify_sweep as room
from tunixlib.sweeps.ending import sweep_words
from tunixlib.sweeps.plan import plan_sweep
from tunixlib.sweeps.spec import SweepError
from tunixlib.sweeps.verify_sweep import verify_sweep
from tunixlib.trees import remove

pytestmark = pytest.mark.usefixtures("in_turn")
OTHER = {"eval_set": "eval-core", "items": 10}
# How many of ten reporting items each seed gets right.
RIGHT = {"s101": 5, "s102": 3, "s103": 4}


def again(*seeds, **changes):
    return {"seeds": [0, 1], "report": {**OTHER, "seeds": list(seeds)}, **changes}


def ask(question):
    """Each fresh seed answers otherwise."""
    done = sweep_helpers.ask(question)
    right = RIGHT[question.run_id.rpartition("-")[2]]
    rows = [sweep_helpers.row(number, number < right, question.eval_set) for number in range(question.items)]
    write_jsonl(question.out / "predictions.jsonl", rows)
    return done


def score_of(found):
    return read_json(found.folder / "sweep.json")["winner"]["score_on_other_items"]


def ranking_text(found):
    return (found.folder / "ranking.md").read_text(encoding="utf-8")


def test_the_winner_is_trained_again_with_seeds_of_its_own_and_they_alone_are_asked(place):
    maker, asked, said = Maker(), [], []
    found = sweep(place, maker, said.append, lambda q: asked.append(q.run_id) or ask(q), **again(101, 102, 103))
    name = found.ranking[0].trials[0].run_id.removesuffix("-s0")
    fresh = [f"{name}-s{seed}" for seed in (101, 102, 103)]
    assert maker.made[6:] == fresh
    assert asked == fresh
    assert {(trial.values["LEARNING_RATE"], trial.seed) for trial in found.judged} == {
        (0.003, seed) for seed in (101, 102, 103)
    }
    assert "the winner is trained again with 3 seeds that did not choose it, 3 of them to make" in said
    assert said[0].endswith("6 to make; then the winner is trained again with 3 seeds that did not choose it")
    assert not (found.folder / "evaluations" / f"{name}-s0").exists()
    assert sorted({path.parents[4].name for path in (place / "runs").rglob("*.safetensors")}) == sorted(
        [f"{name}-s0", f"{name}-s1", *fresh]
    )


def test_the_score_is_that_of_the_fresh_runs_crossed_over_seeds_and_items(place):
    found = sweep(place, ask=ask, **again(101, 102, 103))
    rows = [[int(item < RIGHT[seed]) for item in range(10)] for seed in ("s101", "s102", "s103")]
    assert score_of(found) == crossed_proportion(rows)
    assert "trained again with 3 seeds that did not choose it, over items and seeds\n" in sweep_words(found)
    assert "neither items nor seeds of the second had a part in choosing" in sweep_words(found)
    assert "| eval-core, trained again with 3 seeds that did not choose it | 10 | 40.0 % [" in ranking_text(found)
    assert "neither its items nor its seeds had a part in choosing. Its interval is over items and" in (
        ranking_text(found)
    )
    assert "Other seeds of the same values do worse" not in ranking_text(found)
    best = (found.folder / "tries-best.yaml").read_text(encoding="utf-8")
    assert "than the score there that chose them, and not than that of the seeds that they were trained again" in best
    assert "\nSEED" not in best


@pytest.mark.parametrize(
    ("seeds", "words"),
    [
        ([101], "over items alone, since one seed tells nothing of others"),
        ([101, 102], "over items and seeds, of which two are too few, so that it is too narrow"),
    ],
)
def test_of_one_or_two_fresh_seeds_the_text_says_what_the_interval_lacks(place, seeds, words):
    found = sweep(place, ask=ask, **again(*seeds))
    assert words in ranking_text(found)
    assert words in sweep_words(found)
    if len(seeds) == 1:
        assert [score_of(found)["low"], score_of(found)["high"]] == pytest.approx(wilson(5, 10), abs=1e-6)
        assert "trained again with 1 seed that did not choose it" in ranking_text(found)


def test_the_ranking_is_the_same_as_without_fresh_runs(place, monkeypatch):
    plain = sweep(place, seeds=[0, 1])
    expected = (read_json(plain.folder / "sweep.json")["ranking"], read_json(plain.folder / "sweep.json")["trials"])
    remove(place / "runs")
    found = sweep(place, ask=ask, **again(101, 102))
    document = read_json(found.folder / "sweep.json")
    assert [row["run_ids"] for row in document["ranking"]] == [row["run_ids"] for row in expected[0]]
    assert (document["ranking"], document["winner"]["score"]) == (expected[0], expected[0][0]["score"])
    assert [entry["run_id"] for entry in document["trials"]] == [entry["run_id"] for entry in expected[1]]
    assert [entry["run_id"][-4:] for entry in document["trained_again"]] == ["s101", "s102"]


def test_without_seeds_nothing_of_it_is_on_record(place):
    document = read_json(sweep(place).folder / "sweep.json")
    assert "trained_again" not in document
    assert document["report"] == OTHER


def test_killed_between_fresh_runs_it_goes_on_with_those_that_are_not_sealed(place):
    def killed(task, say):
        if task.run_id.endswith("-s102"):
            raise KeyboardInterrupt
        return sweep_helpers.make(task, say)

    maker, asked = Maker(), []
    with pytest.raises(KeyboardInterrupt):
        sweep(place, killed, ask=lambda q: asked.append(q) or ask(q), **again(101, 102, 103))
    assert asked == []
    assert not (place / "runs" / "tries" / "sweep.json").exists()
    found = sweep(place, maker, ask=ask, **again(101, 102, 103))
    assert [name[-4:] for name in maker.made] == ["s102", "s103"]
    before = (found.folder / "sweep.json").read_bytes()
    repeat = Maker()
    sweep(place, repeat, **again(101, 102, 103))
    assert repeat.made == []
    assert (found.folder / "sweep.json").read_bytes() == before


def test_while_a_fresh_run_fails_there_is_no_score_of_those_that_went_well(place):
    winner = sweep(place, **again()).ranking[0].trials[0].run_id.removesuffix("-s0")
    remove(place / "runs")
    maker, asked = Maker(), []
    maker.fails[f"{winner}-s102"] = "loss nan"
    found = sweep(place, maker, ask=lambda q: asked.append(q) or ask(q), **again(101, 102))
    assert (asked, score_of(found), found.failed) == ([], None, {f"{winner}-s102": "loss nan"})
    assert (
        f"No score on eval-core: the winner was to be trained again with 2 seeds that did not choose it, and {winner}"
        in (sweep_words(found))
    )
    assert f"failed     {winner}-s102: loss nan" in sweep_words(found)
    assert f"Of the winner trained again; the same command tries them again.\n\n- {winner}-s102: loss nan" in (
        ranking_text(found)
    )
    assert len(found.ranking) == 3
    repeat = Maker()
    assert score_of(sweep(place, repeat, ask=ask, **again(101, 102)))["k"] == 8
    assert repeat.made == [f"{winner}-s102"]


@pytest.mark.parametrize("after", [[101], [101, 103], []])
def test_what_was_reported_is_not_drawn_again(place, after):
    folder = sweep(place, ask=ask, **again(101, 102)).folder
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(RunError, match=r"was begun with 102|was begun with 101, 102") as error:
        sweep(place, ask=ask, **again(*after))
    assert "what the winner is reported by is not drawn again; put them back, or choose another run_id" in str(error)
    assert {path: path.read_bytes() for path in before} == before


def test_fresh_seeds_do_not_choose_later(place):
    sweep(place, ask=ask, **again(101))
    with pytest.raises(SweepError, match="report, seeds: found 101, also under seeds"):
        sweep(place, ask=ask, **again(101, seeds=[0, 1, 101]))


def test_a_seed_added_after_others_had_answered_is_named(place):
    def later(task, say):
        done = sweep_helpers.make(task, say)
        path = place / "runs" / task.run_id / MANIFEST
        write_json(path, {**read_json(path), "timestamp": "2026-01-01T12:00:00Z"})
        return done

    first = sweep(place, ask=ask, **again(101, 102))
    assert "had answered" not in ranking_text(first)
    found = sweep(place, later, ask=ask, **again(101, 102, 103))
    assert (score_of(found)["k"], score_of(found)["n"]) == (12, 30)
    assert f"`{found.judged[2].run_id}` was trained when other seeds of the winner had answered eval-core; whoever" in (
        ranking_text(found)
    )


def test_seeds_added_to_a_sweep_that_was_reported_without_name_what_was_asked_before(place):
    first = sweep(place, seeds=[0, 1])
    found = sweep(place, ask=ask, **again(101))
    names = ", ".join(f"`{trial.run_id}`" for trial in first.ranking[0].trials)
    assert f"eval-core was asked before of {names}, the winner as it was chosen; whoever added" in ranking_text(found)
    assert score_of(found)["k"] == 5


def test_another_winner_gets_fresh_runs_of_its_own_and_the_former_ones_stay_on_record(place):
    first = sweep(place, ask=ask, **again(101))
    found = sweep(place, ask=ask, **again(101, grid={"LEARNING_RATE": [1e-3, 3e-3, 1e-2, 3e-2]}))
    assert [trial.values for trial in found.judged] == [{"LEARNING_RATE": 0.03}]
    document = read_json(found.folder / "sweep.json")
    assert [entry["run_id"] for entry in document["trained_again"]] == [
        first.judged[0].run_id, found.judged[0].run_id,
    ]  # fmt: skip
    assert f"asked before of `{first.judged[0].run_id}`, which had won before the sweep was" in ranking_text(found)
    assert not [*(place / "runs" / first.judged[0].run_id).rglob("*.safetensors")]


def test_with_fresh_seeds_more_seeds_may_choose_later_although_weights_are_gone(place):
    sweep(place, ask=ask, **again(101, seeds=[0]))
    assert len(sweep(place, ask=ask, **again(101, seeds=[0, 1])).ranking[0].trials) == 2


def test_a_fresh_run_that_was_made_with_other_values_is_refused_by_name(place, monkeypatch):
    plan = plan_sweep(write_sweep_file(place / "sweep.yaml", **again(101)))
    name = next(t.run_id for t in plan.trials if t.values == {"LEARNING_RATE": 0.003}).removesuffix("-s0")
    write_json(place / "runs" / f"{name}-s101" / MANIFEST, {"run_id": f"{name}-s101", "profile": "smoke"})
    stages = [{"stage": "02_train", "parameters": {"SEED": 7}}]
    write_json(place / "runs" / f"{name}-s101" / "provenance.json", {"stages": stages})
    with pytest.raises(SweepError, match=rf"the winner was not trained again, because of\n  {name}-s101: .*made with"):
        sweep(place, ask=ask, **again(101))


@pytest.fixture
def folder(place, monkeypatch):
    """A finished sweep with two fresh runs; what runs and evaluations hold, their own tests say."""
    monkeypatch.setattr(room, "run_problems", lambda folder: [])
    monkeypatch.setattr(room, "verify_evaluation", lambda folder: type("Report", (), {"problems": []}))
    return sweep(place, ask=ask, **again(101, 102)).folder


def edit(path, change):
    document = read_json(path)
    change(document)
    write_json(path, document)


def fresh(folder):
    """The folder of the first run that was trained again."""
    return folder.parent / read_json(folder / "sweep.json")["trained_again"][0]["run_id"]


def parameters(folder, **values):
    edit(fresh(folder) / "provenance.json", lambda d: d["stages"][0]["parameters"].update(values))


def seed_dropped(folder):
    """From the file of the sweep, with its sha256: its answers are still there."""
    path = folder / "sweep.yaml"
    write_text(path, path.read_text(encoding="utf-8").replace("  - 101\n", ""))
    edit(folder / "sweep.json", lambda d: d["files"].update({path.name: sha256_file(path)}))


def other_weights(folder):
    path = folder / "evaluations" / fresh(folder).name / "evaluation_manifest.json"
    edit(path, lambda d: d["checkpoint"].update(weights_sha256=sha256_text("x")))


TAMPERINGS = {
    "its manifest": (lambda f: edit(fresh(f) / MANIFEST, lambda d: d.update(dirty=True)), "sweep.json: found"),
    "its values": (lambda f: parameters(f, LEARNING_RATE=0.5), "found LEARNING_RATE = 0.5, expected 0.003 of the"),
    "its seed": (lambda f: parameters(f, SEED=1), "found SEED = 1, with which a trial was made that chose it"),
    "what no sweep says": (lambda f: parameters(f, EVAL_BATCH=1), "found EVAL_BATCH = 1, expected 128 of tries-"),
    "its weights": (other_weights, "found other weights, expected those of tries-"),
    "dropped from the folder": (lambda f: remove(fresh(f)), "sweep.json: found"),
    "dropped from the record": (lambda f: edit(f / "sweep.json", lambda d: d["trained_again"].pop()), "sweep.json: fo"),
    "its answers dropped": (lambda f: remove(f / "evaluations" / fresh(f).name), "found no answers"),
    "its seed dropped": (seed_dropped, "found answers of tries-"),
    "the score": (
        lambda f: edit(f / "sweep.json", lambda d: d["winner"]["score_on_other_items"].update(k=20)), "sweep.json: fo"
    ),
}  # fmt: skip


def test_a_sweep_with_fresh_runs_verifies_and_the_headline_says_so(folder):
    assert [str(problem) for problem in verify_sweep(folder).problems] == []
    done = CliRunner().invoke(app, ["verify", str(folder)])
    assert done.exit_code == 0, done.output
    assert "; the winner was trained again with 2 seeds that did not choose it" in done.output


@pytest.mark.parametrize("what", TAMPERINGS)
def test_of_a_fresh_run_what_was_changed_is_found(folder, what):
    tamper, message = TAMPERINGS[what]
    tamper(folder)
    report = verify_sweep(folder)
    assert any(message in str(problem) for problem in report.problems), report.problems
    assert "trained again with" not in report.headline
