"""Sealed runs are put together by what varies between them; what nobody could tell apart is refused with the list."""

import json
import shutil
import subprocess
import sys

import pytest
from analysis.made_arms import make_run, write_correction
from analysis.made_arms import traces as made_traces
from studies.study_runs import bar_of, planted, stages_of, write_runs

from tunixlib import holding
from tunixlib.analysis.arm_differences import Refusal
from tunixlib.analysis.run_files import MEASURES
from tunixlib.artifacts import read_json, sha256_file, write_json, write_text
from tunixlib.evidence.problems import Report
from tunixlib.running.runs_table import list_runs
from tunixlib.runs import MANIFEST, Run, RunError
from tunixlib.studies import collect, design, exploratory, without_bar
from tunixlib.studies.bar import Bar
from tunixlib.studies.collect import collect_study, collection_words, write_exploratory
from tunixlib.studies.design import DesignError, design_of
from tunixlib.studies.history import committed_bars
from tunixlib.studies.plan import planned_runs
from tunixlib.studies.verify_study import is_study, verify_study

RUNS = ("orders-s1", "orders-s2", "orders-s3")


def complete(folder):
    """What putting together reads of a run beyond what a study with a bar does."""
    share = {"k": 1, "n": 2, "rate": 0.5, "low": 0.1, "high": 0.9}
    card = {"eval_set": "eval-core", "n": 2, "mean_completion_tokens": 1.0, "by_section": {}}
    card |= dict.fromkeys(MEASURES, share)
    sets = {"eval-core": {"sha256": "e" * 64}}
    summary = {"checkpoints": ["flat", "stage_c"], "eval_sets": sets, "evaluated_at": "2026-01-01T00:00:00Z"}
    summary["scorecards"] = [{**card, "checkpoint": name} for name in summary["checkpoints"]]
    write_json(folder / "eval_summary.json", summary)
    machine = {"platform": "Linux x86_64", "cpu": "AMD EPYC", "cpus": 2, "accelerator": "none"}
    machine |= {"python": "3.11.9", "packages": {}}
    data = {"dataset_key": "dev-reasoning-v2", "sha256": "d" * 64}
    more = {"environment": machine, "dataset": data, "model": {"weights_sha256": "m" * 64}, "eval_sets": sets}
    write_json(folder / MANIFEST, {**read_json(folder / MANIFEST), **more})


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Three sealed runs that differ in the seed; the gate and the whole-run checks say yes."""
    write_runs(tmp_path, bar_of(), planted(60, 0.2))
    for name in RUNS:
        complete(tmp_path / name)
    monkeypatch.setattr(exploratory, "refuse_unfair", lambda *sides, **options: [])
    monkeypatch.setattr(design, "_uneven_seeds", lambda found: [])
    monkeypatch.setattr(collect, "verify_run", lambda folder: Report(folder.name, 1, 1, 0.1))
    monkeypatch.setattr(without_bar, "committed_bars", lambda commit, repository: {})
    return tmp_path


def runs_of(place, names=RUNS):
    return [Run(place / name) for name in names]


def change(place, name, **parameters):
    """Give a run other parameters in every stage that has them, or new ones in training."""
    path = place / name / "provenance.json"
    stages = read_json(path)["stages"]
    for stage in stages:
        for key, value in parameters.items():
            if key in stage["parameters"] or stage["stage"] == "02_train":
                stage["parameters"][key] = value
    write_json(path, {"stages": stages})


def test_where_only_the_seed_varies_the_arms_are_compared_over_seeds(place):
    found = design_of("mine", runs_of(place))
    assert (found.varies, found.seeds) == ("SEED", (1, 2, 3))
    assert [condition.name for condition in found.conditions] == ["flat", "curriculum"]
    assert [(a.name, b.name) for a, b in found.comparisons] == [("curriculum", "flat")]
    assert found.treatment == ("order",)


def with_corrections(place, name, arms):
    """Let a run have trained arms of self-correction, which went through a notebook of their own."""
    path = place / name / "provenance.json"
    stages = [stage for stage in read_json(path)["stages"] if stage["stage"] != "04_self_correction"]
    own = {"stage": "04_self_correction", "parameters": {"CORRECTION_ARMS": arms, "CORRECTION_TRACES": 500}}
    write_json(path, {"stages": [*stages, *([own] if arms else [])]})
    summary = read_json(place / name / "eval_summary.json")
    write_json(place / name / "eval_summary.json", {**summary, "checkpoints": ["flat", *arms, "stage_c"]})


def test_arms_of_self_correction_are_compared_among_themselves_and_their_rows_may_differ(place):
    for name in RUNS:
        with_corrections(place, name, ["control", "contrastive", "retry"])
    found = design_of("mine", runs_of(place))
    assert [condition.checkpoint for condition in found.conditions] == [
        "flat", "stage_c", "control", "contrastive", "retry"
    ]  # fmt: skip
    assert [(a.name, b.name, found.treatment_of(a, b)) for a, b in found.comparisons] == [
        ("curriculum", "flat", ("order",)),
        ("contrastive", "control", ("order", "rows", "counts", "tokens")),
        ("retry", "control", ("order", "rows", "counts", "tokens")),
    ]


def test_which_arms_of_self_correction_a_run_has_is_no_treatment(place):
    with_corrections(place, "orders-s2", ["control", "contrastive"])
    found = design_of("mine", runs_of(place))
    assert (found.varies, [condition.name for condition in found.conditions]) == ("SEED", ["flat", "curriculum"])


def test_a_seed_may_draw_other_rows_for_an_arm_of_self_correction_but_no_other_steps(tmp_path):
    runs = []
    for seed in (1, 2):
        run = make_run(tmp_path / f"checks-s{seed}", config={"seed": seed})
        write_correction(run, "control", made_traces(8, start=10 * seed), config={"seed": seed})
        runs.append(run)
    condition = design.Condition("control", "control", "control", {1: runs[0], 2: runs[1]})
    found = design.Design("mine", tuple(runs), "SEED", (1, 2), (condition,), (), ("order",), ("eval-core",))
    assert list(design._uneven_seeds(found)) == []
    write_correction(runs[1], "control", made_traces(8, start=20), size=2, config={"seed": 2})
    assert [refusal.split(":")[1].strip() for refusal in design._uneven_seeds(found)] == ["steps", "schedule"]


def test_the_numbers_are_those_of_a_study_with_a_bar(place):
    from tunixlib.studies import results

    folder = collect_study("mine", [place / name for name in RUNS], lambda words: None, place)
    claims = {claim["id"]: claim for claim in read_json(folder / "claims.json")["claims"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "refusals", lambda *sides: [])
        (expected,) = results.study_comparisons(place, bar_of())
    whole = claims["eval-core/curriculum-vs-flat"]
    assert whole["value"] == expected["difference"]
    assert whole["interval"] == [expected["low"], expected["high"]]
    assert [claims[f"eval-core/curriculum-vs-flat/s{s}"]["value"] for s in (1, 2, 3)] == expected["per_seed"]
    assert {claim["verdict"] for claim in claims.values()} == {"measured"}


def test_the_first_sentence_says_that_there_was_no_bar_and_no_word_is_a_verdict(place):
    folder = collect_study("mine", [place / name for name in RUNS], lambda words: None, place)
    text = (folder / "analysis.md").read_text(encoding="utf-8")
    assert text.splitlines()[2].startswith("Exploratory: no bar was written before these runs (their commits hold none")
    assert "upported" not in text
    assert "No verdict: no bar was written before these runs (their commits" in collection_words(folder)
    assert [row.state for row in list_runs(place) if row.name == "mine"] == ["study: exploratory"]


def test_one_parameter_over_the_same_seeds_is_grouped_by_its_values(place):
    for name in RUNS:
        shutil.copytree(place / name, place / f"{name}-fast")
        change(place, f"{name}-fast", LEARNING_RATE=0.5)
    found = design_of("rates", runs_of(place, [*RUNS, *(f"{name}-fast" for name in RUNS)]))
    assert (found.varies, found.seeds, found.treatment) == ("LEARNING_RATE", (1, 2, 3), ("training",))
    assert [condition.name for condition in found.conditions] == [
        "LEARNING_RATE=0.001, flat", "LEARNING_RATE=0.001, curriculum",
        "LEARNING_RATE=0.5, flat", "LEARNING_RATE=0.5, curriculum",
    ]  # fmt: skip
    assert [(a.name, b.name) for a, b in found.comparisons] == [
        ("LEARNING_RATE=0.5, flat", "LEARNING_RATE=0.001, flat"),
        ("LEARNING_RATE=0.5, curriculum", "LEARNING_RATE=0.001, curriculum"),
    ]


def test_more_than_one_thing_that_varies_is_refused_with_the_list(place):
    change(place, "orders-s2", LEARNING_RATE=0.5, EPOCHS=[9, 9, 9])
    with pytest.raises(DesignError) as raised:
        design_of("mine", runs_of(place))
    words = str(raised.value)
    assert "EPOCHS: [1, 1, 1] in orders-s1, [9, 9, 9] in orders-s2, [1, 1, 1] in orders-s3" in words
    assert "LEARNING_RATE: 0.001 in orders-s1, 0.5 in orders-s2" in words
    assert not (place / "mine").exists()


def test_a_parameter_whose_values_come_with_other_seeds_is_refused(place):
    change(place, "orders-s2", LEARNING_RATE=0.5)
    with pytest.raises(DesignError, match=r"found other seeds for other values[^$]*LEARNING_RATE=0\.5: seeds 2"):
        design_of("mine", runs_of(place))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"SEED": 1}, "found orders-s1 and orders-s2 of the same parameters"),
        ({"SEED": 1, "EVAL_ITEMS": 7}, "EVAL_ITEMS varies .*items differ"),
    ],
)
def test_runs_that_cannot_be_paired_are_refused(place, parameters, message):
    change(place, "orders-s2", **parameters)
    with pytest.raises(DesignError, match=message):
        design_of("mine", runs_of(place, ["orders-s1", "orders-s2", "orders-s3"]))


def test_the_same_run_under_two_names_is_refused(place):
    shutil.copytree(place / "orders-s1", place / "again")
    with pytest.raises(DesignError, match="found the same parameters in all of them"):
        design_of("mine", runs_of(place, ["orders-s1", "again"]))


def test_other_bytes_under_one_name_and_other_code_are_refused(place, monkeypatch):
    path = place / "orders-s2" / MANIFEST
    write_json(path, {**read_json(path), "dataset": {"dataset_key": "x", "sha256": "x" * 64}, "commit": "d" * 40})
    monkeypatch.setattr(design, "changed_code", lambda *commits: ["tunixlib/training/sft.py", "tunixlib/tables.py"])
    with pytest.raises(DesignError) as raised:
        design_of("mine", runs_of(place))
    assert "DATASET: found other bytes under one name" in str(raised.value)
    assert "orders-s2: found other code than in orders-s1 (tunixlib/training/sft.py)" in str(raised.value)
    monkeypatch.setattr(design, "changed_code", lambda *commits: None)
    with pytest.raises(DesignError, match="orders-s2: found commit dddddddddddd, expected one that git knows"):
        design_of("mine", runs_of(place))


def test_a_comparison_that_the_gate_refuses_gives_its_reasons_and_no_number(place, monkeypatch):
    refusal = Refusal("rows", "found 3 traces only in one")
    monkeypatch.setattr(exploratory, "refuse_unfair", lambda *sides, **options: [refusal])
    folder = collect_study("mine", [place / name for name in RUNS], lambda words: None, place)
    claims = {claim["id"]: claim for claim in read_json(folder / "claims.json")["claims"]}
    refused = claims["eval-core/curriculum-vs-flat"]
    assert "seed 1, rows: found 3 traces only in one" in refused["text"]
    assert "value" not in refused and "eval-core/curriculum-vs-flat/s1" not in claims
    assert "is refused" in collection_words(folder)


def test_two_seeds_get_no_interval_over_seeds(place):
    names = ["orders-s1", "orders-s2"]
    folder = write_exploratory(place / "two", design_of("two", runs_of(place, names)), without_bar.NO_BAR)
    claims = {claim["id"] for claim in read_json(folder / "claims.json")["claims"]}
    assert "eval-core/curriculum-vs-flat" not in claims
    assert "eval-core/curriculum-vs-flat/s2" in claims
    assert "With fewer than 3 seeds no interval over seeds is given" in (folder / "analysis.md").read_text()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["orders-s1", "nowhere"], "nowhere: found no run_manifest.json, expected a sealed run"),
        (["orders-s1", "orders-s1"], "found a run twice"),
        (["orders-s1"], "found one run, expected two or more"),
        (["orders-s1", "elsewhere/orders-s2"], "found runs of several folders"),
    ],
)
def test_what_is_no_set_of_sealed_runs_is_refused(place, names, message):
    shutil.copytree(place / "orders-s2", place / "elsewhere" / "orders-s2")
    with pytest.raises(RunError, match=message):
        collect_study("mine", [place / name for name in names], lambda words: None, place)


def test_a_run_that_does_not_verify_is_refused(place, monkeypatch):
    from tunixlib.evidence.verify import verify_run

    monkeypatch.setattr(collect, "verify_run", verify_run)
    with pytest.raises(RunError, match=f"orders-s1/{MANIFEST}: found"):
        collect_study("mine", [place / name for name in RUNS], lambda words: None, place)
    assert not (place / "mine").exists()


def test_a_finished_study_is_not_written_again(place):
    collect_study("mine", [place / name for name in RUNS], lambda words: None, place)
    with pytest.raises(RunError, match=r"'mine' is finished \(study\.json is there\)"):
        collect_study("mine", [place / name for name in RUNS], lambda words: None, place)


@pytest.fixture
def barred(place, monkeypatch):
    """A project with a bar for these runs: whether their commits hold it is what a test says."""
    import yaml
    from studies.study_runs import BAR

    file = place / "project" / "notebooks" / "profiles" / "studies" / "orders.yaml"
    write_text(file, yaml.safe_dump(BAR))
    monkeypatch.setattr(collect, "PROJECT_ROOT", place / "project")
    monkeypatch.setattr(collect, "parameter_faults", lambda *what: [])
    monkeypatch.setattr(collect, "write_study", lambda folder, bar, file, content: (folder, bar, file))

    def go(committed, names=RUNS, said=None):
        monkeypatch.setattr(collect, "bar_record", lambda *what: {"committed": committed})
        say = said.append if said is not None else lambda words: None
        return collect_study("orders", [place / name for name in names], say, file.parent)

    return go


def test_a_bar_that_was_committed_before_the_runs_is_used(barred, place):
    folder, bar, file = barred(committed=True)
    assert folder == place / "orders"
    assert isinstance(bar, Bar)
    assert file == "notebooks/profiles/studies/orders.yaml"


def test_a_bar_that_came_later_is_not_used_and_the_study_says_so(barred):
    said = []
    folder = barred(committed=False, said=said)
    assert "their commits hold none that names one of them" in said[0]
    assert "their commits hold none" in (folder / "analysis.md").read_text().splitlines()[2]


def test_other_runs_than_the_bar_asks_for_are_refused_by_name(barred):
    with pytest.raises(DesignError, match="found the runs orders-s1, orders-s2, expected orders-s1, orders-s2, orders"):
        barred(committed=True, names=RUNS[:2])


def test_a_whole_exploratory_study_verifies_and_a_changed_one_does_not(place):
    folder = collect_study("mine", [place / name for name in RUNS], lambda words: None, place)
    assert is_study(folder)
    whole = verify_study(folder, place, with_runs=False)
    assert (whole.problems, whole.files, whole.checks) == ([], 3, 2)
    assert "no such folder" not in whole.headline
    claims = read_json(folder / "claims.json")
    claims["claims"][0]["value"] = 0.99
    write_json(folder / "claims.json", claims)
    document = read_json(folder / "study.json")
    document["files"]["claims.json"] = sha256_file(folder / "claims.json")
    write_json(folder / "study.json", document)
    found = [str(problem) for problem in verify_study(folder, place, with_runs=False).problems]
    assert len(found) == 1 and found[0].startswith("claims.json: found /claims/0/value 0.99, expected ")


@pytest.mark.parametrize("name", ["analysis.md", "study.json"])
def test_other_words_or_another_record_are_found(place, name):
    folder = collect_study("mine", [place / name for name in RUNS], lambda words: None, place)
    path = folder / name
    if name == "study.json":
        write_json(path, {**read_json(path), "varies": "LEARNING_RATE"})
    else:
        write_text(path, path.read_text(encoding="utf-8").replace("Exploratory", "Confirmed"))
    assert name in {problem.file for problem in verify_study(folder, place, with_runs=False).problems}


def test_a_run_that_is_gone_or_changed_is_found(place):
    folder = collect_study("mine", [place / name for name in RUNS], lambda words: None, place)
    path = place / "orders-s2" / "predictions" / "eval-core" / "flat.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows[0]["correct"] = not rows[0]["correct"]
    write_text(path, "".join(json.dumps(row, sort_keys=True) + "\n" for row in rows))
    assert verify_study(folder, place, with_runs=False).problems
    shutil.rmtree(place / "orders-s2")
    assert verify_study(folder, place, with_runs=False).problems


def put_together(place, name="mine"):
    return collect_study(name, [place / run for run in RUNS], lambda words: None, place)


@pytest.fixture
def named(monkeypatch):
    """From here on the runs' commits hold a bar of another name that plans these runs."""
    import yaml
    from studies.study_runs import BAR

    def go():
        bars = {"notebooks/profiles/studies/orders.yaml": yaml.safe_dump(BAR).encode(), "broken.yaml": b"x: 1"}
        monkeypatch.setattr(without_bar, "committed_bars", lambda commit, repository: bars)

    return go


def test_runs_of_a_committed_bar_are_not_explored_under_another_name(place, named):
    named()
    with pytest.raises(DesignError, match=r"studies/orders\.yaml in commit cccccccccccc, the bar of study 'orders'"):
        put_together(place, "my-x")
    assert not (place / "my-x").exists()


def test_an_exploratory_study_of_runs_of_a_committed_bar_does_not_verify(place, named):
    folder = put_together(place)
    named()
    (problem,) = verify_study(folder, place, with_runs=False).problems
    assert (problem.file, problem.remedy) == ("study.json", "verify study orders instead")
    assert problem.found.endswith("the bar of study 'orders' with orders-s1, orders-s2, orders-s3")


def test_runs_of_commits_that_git_does_not_know_are_not_said_to_have_no_bar(place, monkeypatch):
    folder = put_together(place)
    monkeypatch.setattr(without_bar, "committed_bars", lambda commit, repository: None)
    (problem,) = verify_study(folder, place, with_runs=False).problems
    assert problem.remedy == "fetch the whole history"
    other = put_together(place, "other")
    assert (
        "Exploratory: whether a bar was written before these runs cannot be told" in (other / "analysis.md").read_text()
    )
    assert verify_study(other, place, with_runs=False).problems == []


def test_the_first_sentence_is_one_of_ours_whatever_the_record_says(place):
    folder = put_together(place)
    text = (folder / "analysis.md").read_text(encoding="utf-8")
    write_text(folder / "analysis.md", text.replace(without_bar.REASONS["no-bar"], "a bar was passed"))
    files = {name: sha256_file(folder / name) for name in ("analysis.md", "claims.json")}
    write_json(
        folder / "study.json", {**read_json(folder / "study.json"), "exploratory": "a bar was passed", "files": files}
    )
    (problem,) = verify_study(folder, place, with_runs=False).problems
    assert problem.found == "the reason 'a bar was passed' for having no bar"
    assert problem.expected == "one of no-bar, unknown-history"


def test_bars_are_read_from_the_commit_and_not_from_the_folder(tmp_path):
    def git(*words):
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
        return subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    bar = tmp_path / "notebooks/profiles/studies/a.yaml"
    write_text(bar, "study: a\n")
    git("add", ".")
    git("commit", "-qm", "Bar")
    bar.unlink()
    head = git("rev-parse", "HEAD").strip()
    assert committed_bars(head, tmp_path) == {"notebooks/profiles/studies/a.yaml": b"study: a\n"}
    assert committed_bars("d" * 40, tmp_path) is None
    assert committed_bars("none", tmp_path) is None


@pytest.mark.parametrize("name", ["notes.txt", "data/rows.jsonl", "analysis.md"])
def test_a_folder_of_something_else_is_refused_and_left_as_it_is(place, name):
    write_text(place / "mine" / name, "somebody's own\n")
    with pytest.raises(RunError, match=rf"'mine': found a folder with {name.split('/')[0]}, expected none"):
        put_together(place)
    assert [path.read_text() for path in (place / "mine").rglob("*") if path.is_file()] == ["somebody's own\n"]


def test_the_same_study_unfinished_is_finished_and_leaves_no_trace_of_its_lock(place):
    folder = put_together(place)
    whole = (folder / "study.json").read_bytes()
    (folder / "study.json").unlink()
    assert (put_together(place) / "study.json").read_bytes() == whole
    assert sorted(path.name for path in folder.iterdir()) == ["analysis.md", "claims.json", "study.json"]


def test_a_study_that_somebody_else_writes_is_refused(place, monkeypatch):
    monkeypatch.setattr(holding, "PATIENCE", 0.1)
    script = "import sys; from pathlib import Path; from tunixlib.holding import hold; lock = hold(Path(sys.argv[1]))"
    words = [sys.executable, "-c", f"{script}; print('held', flush=True); input()", str(place / "mine")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunError, match="run 'mine' is in use by process"):
            put_together(place)
        other.communicate("\n")


def limits_of(folder):
    return (folder / "analysis.md").read_text(encoding="utf-8").split("## Limits\n\n")[1].split("\n\n")[0].splitlines()


def test_the_limits_name_data_and_machines_of_the_runs(place):
    machine = "Linux x86_64, AMD EPYC, 2 cores, no GPU, torch absent"
    assert limits_of(put_together(place))[1:3] == [
        "- Runs of 1 data set: `dev-reasoning-v2`.", f"- Runs of 1 machine class: {machine}."
    ]  # fmt: skip
    path = place / "orders-s2" / MANIFEST
    manifest = read_json(path)
    write_json(path, {**manifest, "environment": {**manifest["environment"], "cpu": "Apple M3"}})
    other = machine.replace("AMD EPYC", "Apple M3")
    assert limits_of(put_together(place, "more"))[2] == f"- Runs of 2 machine classes: {machine}; {other}."


def test_the_limits_name_runs_from_trees_that_no_commit_holds_and_verify_asks_for_it(place):
    path = place / "orders-s2" / MANIFEST
    write_json(path, {**read_json(path), "dirty": True})
    folder = put_together(place)
    sentence = "- Made with changes that no commit holds, so that nobody can tell by which code: `orders-s2`."
    assert limits_of(folder)[0] == sentence
    text = (folder / "analysis.md").read_text(encoding="utf-8").replace(f"{sentence}\n", "")
    write_text(folder / "analysis.md", text)
    found = {str(problem) for problem in verify_study(folder, place, with_runs=False).problems}
    assert any("other words" in problem for problem in found)


def test_data_that_the_runs_do_not_name_is_no_other_code_and_code_is_shown_first(place, monkeypatch):
    path = place / "orders-s2" / MANIFEST
    write_json(path, {**read_json(path), "commit": "d" * 40})
    changed = ["data/my-other/dataset.jsonl", "data/dev-reasoning-v20/dataset.jsonl", "data/README.md"]
    monkeypatch.setattr(design, "changed_code", lambda *commits: changed)
    assert design_of("mine", runs_of(place)).varies == "SEED"
    changed += ["data/dev-reasoning-v2/dataset.jsonl", "data/eval-core/eval.jsonl", "tunixlib/training/sft.py"]
    with pytest.raises(DesignError) as raised:
        design_of("mine", runs_of(place))
    files = "tunixlib/training/sft.py, data/dev-reasoning-v2/dataset.jsonl, data/eval-core/eval.jsonl"
    assert f"orders-s2: found other code than in orders-s1 ({files})" in str(raised.value)


def test_the_runs_of_the_tests_are_planned_as_written(place):
    planned = planned_runs(bar_of())
    assert [run.run_id for run in planned] == list(RUNS)
    assert read_json(place / "orders-s1" / "provenance.json") == {"stages": stages_of(planned[0])}
