"""Where an evaluation set lies: a file of your own by its path, or a set in ``data/`` by its key."""

from pathlib import Path

from tunixlib.artifacts import ArtifactError
from tunixlib.seeding.datasets import dataset_file


def eval_file(text: str) -> tuple[str, Path]:
    """Name and path of an evaluation set: an existing file by its path, or the key of a set in ``data/``.

    Raises ArtifactError for what is neither, SeedingError for a set that was changed.
    """
    path = Path(text).expanduser()
    if path.is_file():
        return (path.parent.name if path.name == "eval.jsonl" else path.stem), path
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
