"""When two machines must give the same bytes: what two manifests say of their machines and of the code.

    machine_differences(one["environment"], other["environment"])    # [] or ["cpu: 'AMD EPYC', then 'Apple M3'"]
    code_words(code_difference(manifest, other_manifest), "1a2b3c4") # "the code that makes numbers differs from ..."

Two runs are of one machine class when platform, processor, its vector instructions, number of processors, accelerator,
Python, the packages that compute and what training chose (device, precision, compile, rows at once, threads, processes)
are the same. Within a class floating-point sums are added up in the same order, so equal code must give equal bytes;
outside it need not.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.evidence.environment import changed_code, makes_numbers
from tunixlib.modeling.tunix_support import PACKAGES as OF_TUNIX
from tunixlib.trees import PROJECT_ROOT

# Those of the recorded packages whose version can change a byte; the others carry notebooks and formats.
COMPUTING = ("torch", "transformers", "tokenizers", "numpy", "scipy", "accelerate", "peft", "matplotlib")
# Prose beside the choices of training.
NOT_CHOSEN = ("precision_reason",)


def machine_differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """What separates the machines of two ``environment`` records; nothing when they are of one class.

    A fact that only one of the records holds was not asked for when the other was written, and does not count.
    """
    mine, yours = _facts(one), _facts(other)
    return [f"{name}: {mine[name]}, then {yours[name]}" for name in mine if name in yours and mine[name] != yours[name]]


def _facts(environment: Mapping[str, Any]) -> dict[str, str]:
    facts = {name: value for name, value in environment.items() if isinstance(value, str | int)}
    facts["python"] = ".".join(environment["python"].split(".")[:2])
    facts |= {name: environment["packages"].get(name, "absent") for name in COMPUTING}
    training = environment.get("training", {})
    if any(chosen.get("engine") == "tunix" for chosen in training.values()):
        facts |= {name: environment["packages"][name] for name in OF_TUNIX if name in environment["packages"]}
    for segment, chosen in training.items():
        facts |= {f"{segment} {name}": value for name, value in chosen.items() if name not in NOT_CHOSEN}
    return {name: repr(value) for name, value in facts.items()}


def code_difference(
    original: Mapping[str, Any], again: Mapping[str, Any] | None = None, repository: Path = PROJECT_ROOT
) -> list[str] | str:
    """The files of the code that differ between two runs' commits, or between a run's commit and the files as they lie.

    Where that cannot be told, one sentence says why.
    """
    for manifest in (original, again or {}):
        if manifest.get("dirty"):
            return f"{manifest['run_id']} was made with changes that no commit holds, so its code cannot be compared"
    commits = (original["commit"], again["commit"] if again else "")
    if commits[0] == commits[1] != "none":
        return []
    found = changed_code(*commits, repository)
    if found is None:
        return f"commit {original['commit'][:12]} is not in this folder's history, so the code cannot be compared"
    return found


def code_words(found: Sequence[str] | str, commit: str) -> str:
    """What ``code_difference`` found, as one sentence; ``commit`` is the original's."""
    if isinstance(found, str):
        return found
    if not found:
        return f"as in commit {commit[:12]}"
    making = [name for name in found if makes_numbers(name)]
    if not making:
        return f"what makes the numbers is as in commit {commit[:12]}; other files differ: {_listed(found)}"
    return f"what makes the numbers differs from commit {commit[:12]}: {_listed(making)}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def class_words(environment: Mapping[str, Any]) -> Iterator[str]:
    """The facts of a machine that a person asks for first."""
    yield from (environment["platform"], environment["cpu"])
    yield from [environment["instructions"]] if environment.get("instructions") else []
    yield f"{environment['cpus']} cores"
    yield "no GPU" if environment["accelerator"] == "none" else environment["accelerator"]
    yield f"torch {environment['packages'].get('torch', 'absent')}"
