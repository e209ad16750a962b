"""Profiles: plain papermill parameter files, checked against what the notebooks declare before anything starts.

    profile = load_profile("smoke")                        # notebooks/profiles/smoke.yaml, or a path to your own
    check_parameters(profile.parameters, declared(NOTEBOOKS))

papermill itself only warns of an unknown parameter and turns ``007`` into 7; here both are errors.
"""

import difflib
import math
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tunixlib.evidence.leaks import absolute_path
from tunixlib.runs import CORRECTION_ARMS, PROJECT_ROOT

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


# Where a run lies; they go on no record, and the command names the first otherwise.
PLACES = ("RUN_ID", "RUNS_ROOT")
# Which arms were trained and which checkpoints answered is no treatment: of several runs, what all have is compared.
NO_TREATMENT = ("ARMS", "CORRECTION_ARMS", "CHECKPOINTS")
# Where these differ the items do, and nothing can be paired.
ITEMS = ("EVAL_SETS", "EVAL_ITEMS")

# What a value may be beyond its type: names to choose from, or the least number.
CHOICES = {
    "PRECISION": ("auto", "bfloat16", "float16", "float32"),
    "COMPILE": ("auto", "on", "off"),
    "ENGINE": ("torch", "fsdp", "tunix"),
    "LORA_CHECKPOINTS": ("merged", "adapter"),
    "EVAL_DTYPE": ("float32", "bfloat16", "float16", "auto"),
    "CORRECTION_ARMS": CORRECTION_ARMS,
}
LEAST = {
    "EVAL_ITEMS": 0, "MAX_STEPS": 0, "LORA_RANK": 0, "TRACES_PER_STEP": 1, "MAX_LENGTH": 1, "MAX_NEW_TOKENS": 1,
    "EVAL_BATCH": 1, "EVAL_PROCESSES": 0, "CORRECTION_TRACES": 10, "REPLAY_TRACES": 0,
}  # fmt: skip

_EXPONENT = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


# A profile has a few hundred bytes; PyYAML, which is written in Python, reads about 100 kB a second.
MAX_BYTES = 100_000
# A whole number of a notebook fits into 64 bits.
MAX_BITS = 63


class ProfileError(ValueError):
    """A profile cannot be used. The message names the file, the key, what was found and what was expected."""


@dataclass(frozen=True)
class Profile:
    """A named set of notebook parameters; ``recorded`` when they are those of a sealed run and not of a file."""

    name: str
    parameters: dict[str, Any]
    recorded: bool = False


class _Plain(yaml.SafeLoader):
    """YAML without aliases, which can stand for a value of any size or for itself, and without doubled keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="found an alias (*), expected the value itself", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                problem = f"found key {key.value[:60]!r} twice, expected it once"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    """A number as it reads; YAML 1.1 would make 90 of 1:30, 8 of 010 and 1000 of 1_000."""
    if re.search(r"[:_xXb]|^[-+]?0[0-9]", node.value):
        problem = f"found {node.value[:60]!r}, which YAML reads as another number; expected plain digits, or quotes"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
    kind = node.tag.rpartition(":")[2]
    return getattr(yaml.constructor.SafeConstructor, f"construct_yaml_{kind}")(loader, node)


for _tag in ("int", "float"):
    _Plain.add_constructor(f"tag:yaml.org,2002:{_tag}", _number)


def parse_yaml(data: bytes) -> Any:
    """The value of a small UTF-8 YAML text. Raises ProfileError saying what is wrong with it, and no other error."""
    if len(data) > MAX_BYTES:
        raise ProfileError(f"found more than {MAX_BYTES:,} bytes of YAML, expected a short file of parameters")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ProfileError("not a UTF-8 YAML file (found UTF-16; save it in UTF-8)")
    try:
        loader = _Plain(data.decode("utf-8"))
        return loader.get_single_data()
    except RecursionError:
        raise ProfileError("not a UTF-8 YAML file of ours (nested too deep)") from None
    # What PyYAML raises beside its own errors where a value does not fit its tag: `!!int x`, `2026-13-45`, `!!bool x`.
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise ProfileError(f"not a UTF-8 YAML file ({error or type(error).__name__})") from None


def parse_assignment(text: str) -> tuple[str, Any]:
    """``"EVAL_ITEMS=20"`` -> ``("EVAL_ITEMS", 20)``, the value as YAML. Raises ProfileError."""
    name, equals, value = text.partition("=")
    if not equals:
        raise ProfileError(f"--set {text[:60]!r}: expected NAME=VALUE, for example --set EVAL_ITEMS=20")
    try:
        parsed = parse_yaml(value.encode("utf-8", errors="surrogateescape"))
    except (ProfileError, UnicodeEncodeError) as error:
        raise ProfileError(f"--set {text[:60]!r}: {error}") from None
    if parsed == value.strip() and _EXPONENT.fullmatch(parsed):
        parsed = float(parsed)  # YAML reads a plain 2e-4 as text
    return name, parsed


def load_profile(name: str) -> Profile:
    """A profile by name (``notebooks/profiles/<name>.yaml``) or by the path of a YAML file. Raises ProfileError."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else PROFILES / f"{name}.yaml"
    try:
        with open(path, "rb") as stream:
            values = parse_yaml(stream.read(MAX_BYTES + 1))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError) as error:
        if isinstance(error, ProfileError):
            raise ProfileError(f"{path}: {error}") from None
        have = ", ".join(sorted(found.stem for found in PROFILES.glob("*.yaml")))
        raise ProfileError(
            f"profile {name[:60]!r}: found no {path.name[-60:]}; expected one of {have}, or the path of a YAML file"
        ) from None
    except OSError as error:
        raise ProfileError(f"{path.name[-60:]}: found a file that cannot be read ({error.strerror})") from None
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
        elif unfit := _unfit(value):
            problems.append(f"{name}: found {unfit}")
        elif not _fits(value, known[name]):
            problems.append(f"{name}: found {_shown(value)} ({type(value).__name__}), expected {known[name]}")
        elif name in CHOICES and not set(value if isinstance(value, list) else [value]) <= set(CHOICES[name]):
            problems.append(f"{name}: found {_shown(value)}, expected one of {', '.join(CHOICES[name])}")
        elif name in LEAST and value < LEAST[name]:
            problems.append(f"{name}: found {value}, expected at least {LEAST[name]}")
        elif name != "RUNS_ROOT" and (place := _private_path(value)):
            problems.append(
                f"{name}: found {_shown(place)}, expected a path relative to the project: evidence names no machine"
            )
    if problems:
        raise ProfileError("nothing was started, because of these parameters:\n  " + "\n  ".join(problems))


def _unfit(value: Any) -> str | None:
    """Why a value cannot be handed to a notebook and read back from its evidence unchanged, or None when it can."""
    if isinstance(value, list):
        return next(filter(None, map(_unfit, value)), None)
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return f"a whole number of {value.bit_length()} bits, expected at most {MAX_BITS}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value}, expected a finite number"
    if isinstance(value, str) and _SURROGATE.search(value):
        return f"{_shown(value)} with half of a surrogate pair, which is no character"
    return None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _private_path(value: Any) -> str:
    """A value, or one in a list, that says where things lie on this machine; empty when none does."""
    if isinstance(value, list):
        return next(filter(None, map(_private_path, value)), "")
    if not isinstance(value, str):
        return ""
    return value if re.match(r"[A-Za-z]:\\", value) else absolute_path(value)


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
