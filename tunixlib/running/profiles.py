"""Profiles: plain papermill parameter files, read so that a value is what its author sees.

    load_profile("smoke").parameters["MODEL"]              # "tiny", of notebooks/profiles/smoke.yaml
    parse_assignment("EVAL_ITEMS=20")                      # ("EVAL_ITEMS", 20)

YAML turns ``007`` into 7 and ``1:30`` into 90; here both are errors.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tunixlib.trees import PROJECT_ROOT

NOTEBOOKS = PROJECT_ROOT / "notebooks"
PROFILES = NOTEBOOKS / "profiles"

_EXPONENT = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+")


# A profile has a few hundred bytes; PyYAML, which is written in Python, reads about 100 kB a second.
MAX_BYTES = 100_000


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
