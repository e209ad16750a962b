"""Folders as trees of files: the project's root, what in a run's folder is evidence, the hash of each file.

hash_tree(run.root, ("data", "training/flat"))     # {"data/dataset.jsonl": "9f2c...", ...}
sources_sha256("training", "modeling")             # changes when a module of these rooms does
"""

import shutil
from pathlib import Path

from tunixlib.artifacts import sha256_file, sha256_text

PROJECT_ROOT = Path(__file__).resolve().parent.parent


def remove(path: Path) -> None:
    """Remove a file or a folder with everything in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sources_sha256(*rooms: str) -> str:
    """The sha256 over the modules of some rooms: work that was begun under other code is not continued."""
    package = PROJECT_ROOT / "tunixlib"
    files = sorted(path for room in rooms for path in (package / room).rglob("*.py"))
    return sha256_text("".join(f"{sha256_file(path)}  {path.relative_to(package).as_posix()}\n" for path in files))


def hash_tree(root: Path, places: tuple[str, ...]) -> dict[str, str]:
    """Relative POSIX path -> sha256 of every evidence file below the given places of a run.

    Of a checkpoint only ``checkpoint.json`` counts, which holds the sha256 of the weights.
    """
    found: dict[str, str] = {}
    for place in places:
        start = root / place
        files = [start] if start.is_file() else sorted(path for path in start.rglob("*") if path.is_file())
        for path in files:
            if is_evidence(path.relative_to(root)):
                found[path.relative_to(root).as_posix()] = sha256_file(path)
    return found


def is_evidence(relative: Path) -> bool:
    """Whether a file of a run is evidence: not hidden (working state, editors' droppings), not weights or tokenizer."""
    if any(part.startswith(".") for part in relative.parts) or relative.name in ("Thumbs.db", "desktop.ini"):
        return False
    return "checkpoint" not in relative.parts[:-1] or relative.name == "checkpoint.json"
