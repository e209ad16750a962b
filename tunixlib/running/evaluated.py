"""The folder of one evaluation: whether it is this one, finished; its numbers, only if they verify; what to say of it.

if is_done(Path("my-evaluation"), request):
    print(evaluation_words(shown_again(Path("my-evaluation"))))
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json
from tunixlib.evaluation.correction_report import correction_table
from tunixlib.evaluation.reports import scorecard_table
from tunixlib.evidence.check_evaluation import CORRECTION, MANIFEST
from tunixlib.evidence.check_files import form_problems
from tunixlib.evidence.verify_evaluation import SCORECARD, EvaluationManifest, Request, verify_evaluation
from tunixlib.holding import WORK, RunError
from tunixlib.runs import MANIFEST as RUN_MANIFEST

BEGUN = "evaluation.json"


@dataclass(frozen=True)
class Evaluated:
    """A finished evaluation: its folder, scorecard, manifest, whether it was there before; of shown works more."""

    folder: Path
    scorecard: dict[str, Any]
    manifest: dict[str, Any]
    found: bool
    correction: dict[str, Any] | None = None


def shown_again(out: Path) -> Evaluated:
    """A finished evaluation as it lies there. Raises RunError when it does not verify."""
    report = verify_evaluation(out)
    if report.problems:
        raise RunError(
            f"{out}: found a finished evaluation that does not verify ({report.problems[0]}), expected one without a "
            "problem; choose another --out"
        )
    correction = read_json(out / CORRECTION) if (out / CORRECTION).is_file() else None
    return Evaluated(out, read_json(out / SCORECARD), read_json(out / MANIFEST), True, correction)


def is_done(out: Path, request: dict[str, Any]) -> bool:
    """Whether ``out`` holds this very evaluation, finished. Raises RunError when it holds anything else."""
    if any((parent / RUN_MANIFEST).is_file() for parent in (out, *out.resolve().parents)):
        raise RunError(f"{out}: found a sealed run around it, which is never written again; choose another --out")
    for path in (out / MANIFEST, out / WORK / BEGUN):
        if path.is_file():
            found = read_json(path)
            form = EvaluationManifest if path.name == MANIFEST else Request
            for problem in form_problems(path.name, form, found):
                raise RunError(
                    f"{out}: {problem.file} is none ({problem.found}: {problem.expected}); choose another --out"
                )
            other = _difference(found, request)
            if other:
                raise RunError(f"{out}: found another evaluation ({other}), expected this one; choose another --out")
            return path.name == MANIFEST
    if out.exists() and not out.is_dir():
        raise RunError(f"{out}: found a file, expected a folder or a new name; choose another --out")
    strange = sorted(path.name for path in out.iterdir() if path.name != WORK) if out.is_dir() else []
    if strange:
        raise RunError(
            f"{out}: found {', '.join(strange[:5])}, expected an empty folder or a new one; choose another --out"
        )
    return False


def _difference(found: Mapping[str, Any], request: Mapping[str, Mapping[str, Any]]) -> str:
    """What of another evaluation differs first, in words; "" when nothing does."""
    for part in ("checkpoint", "eval_set", "settings"):
        for key in {**found.get(part, {}), **request[part]}:
            there, wanted = found.get(part, {}).get(key), request[part].get(key)
            if there != wanted and key != "name":
                return f"{part} {key} {_short(there)}, now {_short(wanted)}"
    return ""


def _shared(settings: Mapping[str, Any]) -> str:
    return f", shared by {settings['processes']} processes" if "processes" in settings else ""


def _short(value: Any) -> str:
    text = "not set" if value is None else str(value)
    return text if len(text) <= 24 else f"{text[:16]}..."


def evaluation_words(done: Evaluated) -> str:
    """The table, how it was made, what is known of the training data, where it lies and how to check it."""
    manifest, card = done.manifest, done.scorecard
    entry, settings = manifest["eval_set"], manifest["settings"]
    table = scorecard_table({"eval_sets": {entry["name"]: {"items": entry["items"]}}, "scorecards": [card]})
    place = done.folder.as_posix()
    return "\n".join(
        [
            *([f"{place} holds this evaluation already; nothing was computed", ""] if done.found else []),
            table,
            "",
            *([correction_table(done.correction), ""] if done.correction else []),
            f"greedy, at most {settings['max_new_tokens']} tokens, {settings['precision']} on {settings['device']}"
            f"{_shared(settings)}, {manifest['seconds']:.0f} s",
            f"training data: {manifest['gate']['words']}",
            f"written to {place}: {', '.join(sorted(manifest['files']))}, {MANIFEST}",
            f"check it offline: python -m tunixlib verify {place}",
        ]
    )
