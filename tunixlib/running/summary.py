"""What a person reads when a run has ended or was published: the table, where things are, what to do next."""

import os
import shlex
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json
from tunixlib.runs import MANIFEST, PROJECT_ROOT, Run
from tunixlib.tables import percent

LABELS = {"base": "base model", "flat": "flat", "stage_a": "stage A", "stage_b": "stage B", "stage_c": "stage C"}


RANDOM_MODEL = """
The model is a random one, so zeros are expected: this run tests the machinery. `make run` is the real job."""


def result_table(summary: dict[str, Any]) -> str:
    """The table of checkpoints as text, one block per evaluation set."""
    blocks = []
    for name, entry in summary["eval_sets"].items():
        lines = [f"{name}, {entry['items']} items, 95 % intervals"]
        lines.append(f"{'':12}{'accuracy':>24}{'lenient':>10}{'format':>10}{'step truth':>12}{'coverage':>10}")
        for card in summary["scorecards"]:
            if card["eval_set"] == name:
                cells = f"{percent(card['accuracy'], True):>24}{percent(card['lenient_accuracy']):>10}"
                cells += f"{percent(card['format_rate']):>10}{percent(card['step_truth']):>12}"
                label = LABELS.get(card["checkpoint"], card["checkpoint"])
                lines.append(f"{label:12}{cells}{percent(card['step_coverage']):>10}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def closing_words(run: Run) -> str:
    """The end of a run: result table, evidence, report, bundle, next steps."""
    from tunixlib.submission.bundle import ARCHIVE, DIST, REPORT

    folder, dist = shown(run.root), shown(DIST / run.run_id)
    return "\n".join(
        [
            "",
            result_table(read_json(run.path("eval_summary.json"))),
            *([RANDOM_MODEL] if read_json(run.path(MANIFEST))["model"]["model_id"] == "tiny" else []),
            "",
            f"evidence   {folder}",
            f"report     {dist}/{REPORT}",
            f"bundle     {dist}/{ARCHIVE}, with folders for Kaggle beside it",
            "",
            "next       read analysis.md in the evidence folder, or open the report in a browser",
            f"           check every number again: python -m tunixlib verify {folder}",
            f"           see how it was made: the executed notebooks in {folder}/notebooks, such as 06_analysis.ipynb",
            f"           make an entry of it: python -m tunixlib bundle {folder} --check",
        ]
    )


def publication_words(run: Run, paths: list[Path]) -> str:
    """The end of ``bundle``: what was written with its size, and the commands that push it."""
    lines = [f"published  {shown(paths[0].parent)}"]
    lines += [f"           {_name(path):16}{_size(path):>14,} bytes{_files(path)}" for path in paths]
    return "\n".join([*lines, "", *_push_lines(run, paths[0].parent)])


def _push_lines(run: Run, dist: Path) -> list[str]:
    from tunixlib.submission.folders import has_weights
    from tunixlib.submission.kaggle_metadata import load_metadata

    place = shown(dist)
    first = "first, as owner in kaggle-metadata.json, your account; then bundle again"
    lines = [first] if load_metadata().owner_is_placeholder else []
    lines += [f"kaggle kernels push -p {place}/kernel", f"kaggle datasets create -p {place}/dataset"]
    if has_weights(run):
        lines += [f"kaggle models create -p {place}/model", f"kaggle models instances create -p {place}/model"]
    else:
        lines += [
            "model/ cannot be pushed: its weights are not here, since git holds none; make such a run of your own",
            f"(python -m tunixlib run --profile {_profile_word(run)} --run-id my-{run.run_id}) and bundle that one",
        ]
    return [f"{'push' if number == 0 else '':11}{line}" for number, line in enumerate(lines)]


def _profile_word(run: Run) -> str:
    """The profile as ``run`` takes it: the YAML file that the recorded command names, else the profile's name."""
    manifest = read_json(run.path(MANIFEST))
    words = [word.rpartition("=")[2] for word in shlex.split(manifest["command"])]
    files = [word for word in words if word.endswith((".yaml", ".yml")) and Path(word).stem == manifest["profile"]]
    return files[0] if files else str(manifest["profile"])


def _name(path: Path) -> str:
    return path.name + ("/" if path.is_dir() else "")


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.iterdir()) if path.is_dir() else path.stat().st_size


def _files(path: Path) -> str:
    return f" in {len(list(path.iterdir()))} files" if path.is_dir() else ""


def shown(path: Path) -> str:
    """A path as a person would type it: relative to the project where it lies inside, with forward slashes."""
    inside = path.is_relative_to(PROJECT_ROOT)
    return path.relative_to(PROJECT_ROOT).as_posix() if inside else os.fspath(path)
