"""Profiles: plain papermill parameter files, checked against what the notebooks declare before anything starts.

    profile = load_profile("smoke")                        # notebooks/profiles/smoke.yaml, or a path to your own
    check_parameters(profile.parameters, declared(NOTEBOOKS))

papermill itself only warns of an unknown parameter and turns ``007`` into 7; here both are errors.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tunixlib.runs import PROJECT_ROOT

NOTEBOOKS = PROJECT_ROOT / "notebooks"
PROFILES = NOTEBOOKS / "profiles"

# What an annotation in a parameters cell accepts.
TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float, int),
    "str": (str,),
    "bool": (bool,),
    "list": (list,),
}


# What a value may be beyond its type: names to choose from, or the least number.
CHOICES = {
    "PRECISION": ("auto", "bfloat16", "float16", "float32"),
    "COMPILE": ("auto", "on", "off"),
    "EVAL_DTYPE": ("float32", "bfloat16", "float16", "auto"),
}
LEAST = {
    "EVAL_ITEMS": 0, "MAX_STEPS": 0, "LORA_RANK": 0, "TRACES_PER_STEP": 1, "MAX_LENGTH": 1, "MAX_NEW_TOKENS": 1,
    "EVAL_BATCH": 1,
}  # fmt: skip


class ProfileError(ValueError):
    """A profile cannot be used. The message names the file, the key, what was found and what was expected."""


@dataclass(frozen=True)
class Profile:
    """A named set of notebook parameters."""

    name: str
    parameters: dict[str, Any]


def load_profile(name: str) -> Profile:
    """A profile by name (``notebooks/profiles/<name>.yaml``) or by the path of a YAML file."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else PROFILES / f"{name}.yaml"
    if not path.is_file():
        have = ", ".join(sorted(found.stem for found in PROFILES.glob("*.yaml")))
        raise ProfileError(
            f"profile {name!r}: found no {path.name}; expected one of {have}, or the path of a YAML file"
        )
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: not a UTF-8 YAML file ({error})") from None
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise ProfileError(f"{path}: found {type(values).__name__}, expected lines of the form NAME: value")
    return Profile(path.stem, values)


def declared(notebook: Path) -> dict[str, str]:
    """Parameter name -> annotated type (``int``, ``list[str]`` ...) as the notebook's parameters cell declares them."""
    import papermill

    found = papermill.inspect_notebook(str(notebook))
    return {name: str(parameter["inferred_type_name"]) for name, parameter in found.items()}


def check_parameters(parameters: Mapping[str, Any], known: Mapping[str, str]) -> None:
    """Raise ProfileError listing every parameter that no notebook declares or whose value has the wrong type."""
    problems = []
    for name, value in parameters.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else f"; known are {', '.join(sorted(known))}"
            problems.append(f"{name}: no notebook declares it{hint}")
        elif not _fits(value, known[name]):
            problems.append(f"{name}: found {value!r} ({type(value).__name__}), expected {known[name]}")
        elif name in CHOICES and value not in CHOICES[name]:
            problems.append(f"{name}: found {value!r}, expected one of {', '.join(CHOICES[name])}")
        elif name in LEAST and value < LEAST[name]:
            problems.append(f"{name}: found {value}, expected at least {LEAST[name]}")
        elif name != "RUNS_ROOT" and isinstance(value, str) and _is_private_path(value):
            problems.append(
                f"{name}: found {value!r}, expected a path relative to the project: evidence names no machine"
            )
    if problems:
        raise ProfileError("nothing was started, because of these parameters:\n  " + "\n  ".join(problems))


def _is_private_path(value: str) -> bool:
    return bool(re.match(r"/(?:home|Users|root|work|mnt)/|[A-Za-z]:\\", value))


def _fits(value: Any, annotation: str) -> bool:
    outer, _, inner = annotation.partition("[")
    if outer not in TYPES:
        return True
    if isinstance(value, bool) and outer != "bool":
        return False
    if not isinstance(value, TYPES[outer]):
        return False
    return not inner or (isinstance(value, list) and all(_fits(item, inner.rstrip("]")) for item in value))


def merge_declared(notebooks: list[Path]) -> dict[str, dict[str, str]]:
    """Notebook name -> its declared parameters. Raises ProfileError when two notebooks give one name two types."""
    by_notebook = {path.stem: declared(path) for path in notebooks}
    types: dict[str, tuple[str, str]] = {}
    for notebook, parameters in by_notebook.items():
        for name, kind in parameters.items():
            first, known = types.setdefault(name, (notebook, kind))
            if known != kind:
                raise ProfileError(f"parameter {name} is {known} in {first} and {kind} in {notebook}; give it one type")
    return by_notebook
