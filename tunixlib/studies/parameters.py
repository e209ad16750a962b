"""Whether a sealed run took the parameters that the bar gives it: all of them, as its own commit says they were.

    expected = committed_parameters("1c49a4c", "cpu", PROJECT_ROOT)
    expected["02_train"]["LEARNING_RATE"]                             # 0.0002: the notebook's default at that commit
    list(parameter_faults(Path("submission_runs/order-135m-s1"), bar, planned, PROJECT_ROOT))      # []

A profile from elsewhere does not pass by its name: values are compared, with those of the commit.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tunixlib.artifacts import read_json
from tunixlib.evidence.problems import shorten
from tunixlib.running.parameters import NO_TREATMENT, PLACES
from tunixlib.runs import MANIFEST
from tunixlib.stages import STAGES, stage_named
from tunixlib.studies.bar import Bar
from tunixlib.studies.history import committed_bytes, session_commits
from tunixlib.studies.plan import PlannedRun, planned_runs

VARIED = ("SEED", *NO_TREATMENT)  # between the runs of a study, beside what a condition sets
SWITCHES = {stage.switch for stage in STAGES if stage.switch}

Parameters = dict[str, dict[str, Any]]


def committed_parameters(commit: str, profile: str, repository: Path) -> Parameters | None:
    """Notebook -> its parameters: the defaults in a commit, and over them the profile in it. None without them."""
    content = committed_bytes(commit, f"notebooks/profiles/{profile}.yaml", repository)
    if content is None:
        return None
    values, found = yaml.safe_load(content.decode("utf-8")), {}
    for stage in STAGES:
        notebook = committed_bytes(commit, f"notebooks/{stage.name}.ipynb", repository)
        if notebook is not None:
            defaults = declared_defaults(notebook)
            chosen = {**defaults, **{name: values[name] for name in defaults if name in values}}
            found[stage.name] = {name: value for name, value in chosen.items() if name not in PLACES}
    return found


def declared_defaults(notebook: bytes) -> dict[str, Any]:
    """Name -> default of what a notebook's cell tagged ``parameters`` declares, as ``NAME: type = value``."""
    found = {}
    for cell in json.loads(notebook)["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            for line in ast.parse("".join(cell["source"])).body:
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value:
                    found[line.target.id] = ast.literal_eval(line.value)
    return found


def planned_faults(run: Path, bar: Bar, planned: PlannedRun) -> Iterator[str]:
    """Where a sealed run names another profile or differs from what the bar sets; this needs no history.

    A switch that is empty goes on no record, since its notebook is left out.
    """
    if (found := read_json(run / MANIFEST)["profile"]) != bar.base:
        yield f"profile {found!r} in place of {bar.base!r}"
    given = given_parameters(run)
    for name, value in planned.parameters.items():
        values = [parameters[name] for parameters in given.values() if name in parameters]
        if not values and name in SWITCHES and not value:
            continue
        for other in [value for value in values or ["nothing"] if value != planned.parameters[name]]:
            yield f"{name} = {shorten(other, 60)} in place of {shorten(value, 60)}"


def parameter_faults(run: Path, bar: Bar, planned: PlannedRun, repository: Path) -> Iterator[str]:
    """Where any parameter of a sealed run differs from what bar, profile and notebooks give, at each of its commits."""
    yield from planned_faults(run, bar, planned)
    given = given_parameters(run)
    for commit in session_commits(read_json(run / MANIFEST)):
        expected = committed_parameters(commit, bar.base, repository)
        if expected is None:
            yield f"profile {bar.base!r} at commit {commit[:12]}, which is not here"
        for stage, defaults in (expected or {}).items():
            over = {name: planned.parameters[name] for name in defaults if name in planned.parameters}
            asked = {**defaults, **over}
            switch = stage_named(stage).switch
            for sentence in _differ(given.get(stage, {}), asked if not switch or asked[switch] else {}):
                yield f"{stage}: {sentence} at commit {commit[:12]}"


def uneven_faults(root: Path, bar: Bar) -> Iterator[tuple[str, str]]:
    """``(run, sentence)`` where a run differs from the first one in a parameter that the bar does not vary.

    A notebook that is switched off in one of them is left out: its switch is among what varies.
    """
    switched = {stage.name for stage in STAGES if stage.switch}
    varied = {*VARIED, *(name for condition in bar.conditions for name in condition.set)}
    first, *others = planned_runs(bar)
    expected = given_parameters(root / first.run_id)
    for planned in others:
        given = given_parameters(root / planned.run_id)
        for stage in sorted(expected.keys() | given.keys()):
            if stage in switched and not (stage in given and stage in expected):
                continue
            for sentence in _differ(given.get(stage, {}), expected.get(stage, {}), varied):
                yield planned.run_id, f"{stage}: {sentence} in {first.run_id}"


def given_parameters(run: Path) -> Parameters:
    """Stage -> the parameters that a sealed run took, from its provenance."""
    return {stage["stage"]: stage["parameters"] for stage in read_json(run / "provenance.json")["stages"]}


def _differ(given: Mapping[str, Any], expected: Mapping[str, Any], but: set[str] | None = None) -> Iterator[str]:
    for name in sorted((given.keys() | expected.keys()) - (but or set())):
        if name not in given or name not in expected or given[name] != expected[name]:
            one, other = (shorten(side.get(name, "nothing"), 60) for side in (given, expected))
            yield f"{name} = {one} in place of {other}"
