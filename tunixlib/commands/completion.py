"""What the shell completes: profiles, studies, runs and data sets that are there now, by name.

``tunixlib --install-completion`` once, then a new shell; ``python -m tunixlib`` is completed by no shell, which sees
``python``. Nothing here may be slow or fail: no import of an engine, and an unreadable folder completes to nothing.
"""

from collections.abc import Iterable
from pathlib import Path


def complete_profile(incomplete: str) -> list[str]:
    """Names of notebooks/profiles, and YAML files and folders of the path that is being typed."""
    from tunixlib.running.profiles import PROFILES

    return _starting(incomplete, [*_stems(PROFILES), *_paths(incomplete)])


def complete_study(incomplete: str) -> list[str]:
    """Names of notebooks/profiles/studies, and YAML files and folders of the path that is being typed."""
    from tunixlib.running.profiles import PROFILES

    return _starting(incomplete, [*_stems(PROFILES / "studies"), *_paths(incomplete)])


def complete_run(incomplete: str) -> list[str]:
    """Run folders as paths from here, and whatever folder is being typed."""
    from tunixlib.running.summary import shown
    from tunixlib.runs import runs_root

    root = runs_root()
    runs = [path for path in _listed(root) if path.is_dir() and not path.name.startswith(".")]
    return _starting(incomplete, [*(shown(path) for path in runs), *_paths(incomplete)])


def complete_set(incomplete: str) -> list[str]:
    """``DATASET=KEY`` for every data set that holds traces."""
    from tunixlib.trees import PROJECT_ROOT

    keys = [path.parent.name for path in sorted((PROJECT_ROOT / "data").glob("*/dataset.jsonl"))]
    return _starting(incomplete, [f"DATASET={key}" for key in keys])


def _stems(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.yaml"))


def _paths(incomplete: str) -> list[str]:
    """YAML files and folders (with a slash) that begin with what was typed, as it was typed."""
    folder, _, _ = incomplete.rpartition("/")
    start = f"{folder}/" if "/" in incomplete else ""
    found = [path for path in _listed(Path(start or ".")) if not path.name.startswith(".")]
    return [
        f"{start}{path.name}{'/' if path.is_dir() else ''}"
        for path in found
        if path.is_dir() or path.suffix in (".yaml", ".yml")
    ]


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _starting(incomplete: str, values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value.startswith(incomplete)))
