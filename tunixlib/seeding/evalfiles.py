"""Where an evaluation set lies: a file of your own by its path, or a set in ``data/`` by its key."""

from pathlib import Path

from tunixlib.artifacts import ArtifactError, sha256_file
from tunixlib.seeding import datasets
from tunixlib.seeding.datasets import dataset_file


def eval_file(text: str) -> tuple[str, Path]:
    """Name and path of an evaluation set: an existing file by its path, or the key of a set in ``data/``.

    Raises ArtifactError for what is neither and for a file with the name of another set in ``data/``, SeedingError for
    a set that was changed.
    """
    path = Path(text).expanduser()
    if path.is_file():
        name = path.resolve().parent.name if path.name == "eval.jsonl" else path.stem
        refuse_name(name, path)
        return name, path
    if path.suffix or len(path.parts) > 1:
        what = "a folder" if path.is_dir() else "no such file"
        raise ArtifactError(
            f"{text}: found {what}, expected a file of questions (.jsonl or .csv) or a key such as eval-core"
        )
    found = dataset_file(text)
    if found.name != "eval.jsonl":
        raise ArtifactError(
            f"{text}: found a training dataset, expected an evaluation set such as eval-core; name that"
        )
    return text, found


def refuse_name(name: str, path: Path) -> None:
    """Raise ArtifactError when a file has no name of its own, or the name of a set in ``data/`` that it is not."""
    if not name:
        raise ArtifactError(f"{path}: found a file without a name, expected one such as my-questions.jsonl; rename it")
    folder = datasets.DATA_ROOT / name
    if (folder / "manifest.json").is_file():
        theirs = [folder / file for file in ("dataset.jsonl", "eval.jsonl") if (folder / file).is_file()]
        if sha256_file(path) not in map(sha256_file, theirs):
            raise ArtifactError(
                f"{path}: found other questions than those of data/{name}, whose name it has, expected a name of its "
                "own; rename the file (an eval.jsonl: its folder)"
            )
