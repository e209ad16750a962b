"""A changed ranking, winner, profile or trial is found without Ray and without weights."""

import pytest
import sweep_helpers
from sweep_helpers import write_sweep_file
from typer.testing import CliRunner

import tunixlib.__main__  # noqa: F401  # adds every command
from tunixlib.artifacts import read_json, sha256_file, write_json, write_jsonl, write_text
from tunixlib.commands.app import app
from tunixlib.evidence.problems import Problem
from tunixlib.runs import MANIFEST
from tunixlib.sweeps import verify_sweep as room
from tunixlib.sweeps.run_sweep import run_sweep
from tunixlib.sweeps.verify_sweep import verify_sweep


@pytest.fixture
def folder(place, in_turn, monkeypatch):
    """A finished sweep whose runs and evaluations count as verified: what they hold, their own tests say."""
    monkeypatch.setattr(room, "run_problems", lambda folder: [])
    monkeypatch.setattr(room, "verify_evaluation", lambda folder: type("Report", (), {"problems": []}))
    file = write_sweep_file(place / "sweep.yaml", seeds=[0, 1])
    return run_sweep(file, print, make=sweep_helpers.make, ask=sweep_helpers.ask).folder


def edit(path, change):
    document = read_json(path)
    change(document)
    write_json(path, document)


def trial_of(folder, place=0):
    return folder.parent / read_json(folder / "sweep.json")["trials"][place]["run_id"]


def evaluation(folder):
    return next(folder.glob("evaluations/*"))


def other_weights(folder):
    checkpoint = {"checkpoint": {"weights_sha256": "0" * 64}}
    edit(evaluation(folder) / "evaluation_manifest.json", lambda d: d.update(checkpoint))


def another_trial(folder):
    path = trial_of(folder) / "predictions" / "eval-dev" / "stage_c.jsonl"
    rows = [sweep_helpers.row(number, True, "eval-dev") for number in range(20)]
    write_jsonl(path, rows)


def profile_and_hash(folder):
    path = folder / "tries-best.yaml"
    write_text(path, path.read_text(encoding="utf-8").replace("0.003", "0.004"))
    edit(folder / "sweep.json", lambda d: d["files"].update({path.name: sha256_file(path)}))


def other_values(folder):
    edit(trial_of(folder) / "provenance.json", lambda d: d["stages"][0]["parameters"].update(LEARNING_RATE=0.5))


TAMPERINGS = {
    "the winner's score": (
        lambda f: edit(f / "sweep.json", lambda d: d["winner"]["score"].update(k=39)), "sweep.json: found"
    ),
    "the order": (lambda f: edit(f / "sweep.json", lambda d: d["ranking"].reverse()), "sweep.json: found"),
    "a trial left out": (lambda f: edit(f / "sweep.json", lambda d: d["trials"].pop()), "sweep.json: found"),
    "the ranking's words": (lambda f: write_text(f / "ranking.md", "# Sweep\n"), "ranking.md: found another sha256"),
    "the best profile, with its hash": (profile_and_hash, "tries-best.yaml: found other content"),
    "another file": (lambda f: write_text(f / "notes.txt", "x"), "notes.txt: found a file, expected none"),
    "a file gone": (lambda f: (f / "ranking.md").unlink(), "ranking.md: found no such file"),
    "the sweep's file": (
        lambda f: write_text(f / "sweep.yaml", (f / "sweep.yaml").read_text("utf-8").replace("  - 0.01\n", "")),
        "sweep.yaml: found another sha256",
    ),
    "a trial's manifest": (lambda f: edit(trial_of(f) / MANIFEST, lambda d: d.update(dirty=True)), "sweep.json: found"),
    "a trial's predictions": (another_trial, "sweep.json: found"),
    "a trial's values": (other_values, "found LEARNING_RATE = 0.5, expected 0.001 of the sweep"),
    "a trial gone": (lambda f: (trial_of(f) / MANIFEST).unlink(), "sweep.json: found"),
    "the winner's items": (
        lambda f: edit(evaluation(f) / "evaluation_manifest.json", lambda d: d["eval_set"].update(name="eval-dev")),
        "found 10 items of eval-dev, expected 10 of eval-core",
    ),
    "the winner's weights": (other_weights, "found other weights, expected those of tries-"),
    "the winner's precision": (
        lambda f: edit(evaluation(f) / "evaluation_manifest.json", lambda d: d["settings"].update(precision="half")),
        "found precision 'half', expected 'float32' as in tries-",
    ),
    "the winner's length": (
        lambda f: edit(evaluation(f) / "evaluation_manifest.json", lambda d: d["settings"].update(max_new_tokens=9)),
        "found max_new_tokens 9, expected",
    ),
    "the winner's batch": (
        lambda f: edit(evaluation(f) / "evaluation_manifest.json", lambda d: d["settings"].update(batch_size=1)),
        "found batch_size 1, expected",
    ),
    "not canonical": (
        lambda f: write_text(f / "sweep.json", (f / "sweep.json").read_text("utf-8") + "\n"), "not canonical"
    ),
    "no JSON": (lambda f: write_text(f / "sweep.json", "{"), "content with which the checks cannot go on"),
    "no form": (lambda f: edit(f / "sweep.json", lambda d: d.pop("profile")), "content with which the checks cannot"),
}  # fmt: skip


def test_a_sweep_verifies_by_the_same_command_as_a_run(folder):
    report = verify_sweep(folder)
    assert [str(problem) for problem in report.problems] == []
    done = CliRunner().invoke(app, ["verify", str(folder)])
    assert (done.exit_code, done.output.startswith("sweep tries: ")) == (0, True), done.output


@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_was_changed_is_found_by_name(folder, what):
    tamper, message = TAMPERINGS[what]
    tamper(folder)
    assert any(message in str(problem) for problem in verify_sweep(folder).problems), verify_sweep(folder).problems
    assert CliRunner().invoke(app, ["verify", str(folder)]).exit_code == 1


def test_what_is_wrong_with_a_trial_is_wrong_with_its_sweep(folder, monkeypatch):
    monkeypatch.setattr(room, "run_problems", lambda path: [Problem(f"{path.name}/x", "that", "this")])
    assert len(verify_sweep(folder).problems) == 6


def test_a_sweep_under_another_name_is_found(folder):
    folder.rename(folder.with_name("others"))
    problems = verify_sweep(folder.with_name("others")).problems
    assert any("found folder 'others', expected 'tries'" in str(problem) for problem in problems)
