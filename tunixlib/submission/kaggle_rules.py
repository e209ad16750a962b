"""Single values of ``kaggle-metadata.json`` and the rules they obey, each rule in the words of its error message.

    TypeAdapter(KernelSlug).validate_python("a-b")
    # ValueError: 5 to 50 lower-case letters, digits and single hyphens, none of the hyphens at an end

Two sources: the ``kaggle`` client 2.2.4 (the name of its function stands beside the rule), and what the site is known
to refuse later, which the client does not check. The stricter one of the two counts.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, StrictStr

# From client's ``_validate_slug_syntax``; only names of owners may have underscores.
_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_OWNER = r"[a-z0-9]+(?:[_-][a-z0-9]+)*"
_VERSION = r"(?:/[1-9][0-9]*)?"

# Name of a data set's licence on the site -> its SPDX name, where it has one. The client sends any text.
DATASET_LICENSES = {
    **dict.fromkeys(("other", "unknown", "copyright-authors", "US-Government-Works"), ""),
    **{name: name for name in ("CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0")},
    **{name: name for name in ("CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "CC-BY-NC-ND-4.0", "ODbL-1.0", "ODC-By-1.0")},
    **{name: name for name in ("CDLA-Permissive-1.0", "CDLA-Sharing-1.0")},
    "apache-2.0": "Apache-2.0",
}
MODEL_LICENSES = ("Apache 2.0", "MIT", "Gemma", "CC0: Public Domain", "CC BY 4.0", "CC BY-SA 4.0", "Other", "Unknown")

# ``model_instance_create`` looks the name up in ``ModelFramework``, which fails with a bare KeyError.
FRAMEWORKS = ("transformers", "pytorch", "jax", "flax", "gguf", "keras", "vllm", "other")


def _checked(holds: Callable[[Any], bool], rule: str) -> AfterValidator:
    def check(value: Any) -> Any:
        if not holds(value):
            raise ValueError(rule)
        return value

    return AfterValidator(check)


def _pattern(regex: str, rule: str, least: int = 1, most: int = 1_000) -> AfterValidator:
    compiled = re.compile(regex)  # fullmatch: the client's ``re.match`` with ``$`` lets a final newline pass
    return _checked(lambda value: least <= len(value) <= most and bool(compiled.fullmatch(value)), rule)


def _slug(least: int) -> AfterValidator:
    words = "lower-case letters, digits and single hyphens, none of the hyphens at an end"
    return _pattern(_SLUG, f"{least} to 50 {words}", least, 50)


def _title(least: int) -> AfterValidator:
    # Other letters would be transliterated, and site and client need not agree how.
    words = "letters, digits, spaces and . , : ; ! ? ( ) ' / + -, no space at an end"
    return _pattern(r"(?! )[A-Za-z0-9 .,:;!?()'/+-]+(?<! )", f"{least} to 50 {words}", least, 50)


Owner = Annotated[
    StrictStr, _pattern(_OWNER, "lower-case letters, digits and single hyphens or underscores, none at an end", most=50)
]
KernelSlug = Annotated[StrictStr, _slug(5)]  # validate_kernel_string: at least 5
KernelTitle = Annotated[StrictStr, _title(5)]  # kernels_push: at least 5
DatasetSlug = Annotated[StrictStr, _slug(6)]  # dataset_create_new: 6 to 50
DatasetTitle = Annotated[StrictStr, _title(6)]  # dataset_create_new: 6 to 50
ModelSlug = Annotated[StrictStr, _slug(1)]  # model_create_new: the characters only
ModelTitle = Annotated[StrictStr, _title(1)]

# dataset_create_new: 20 to 80 where there is one.
Subtitle = Annotated[
    StrictStr,
    _pattern(r"|\S.{18,78}\S", "empty, or 20 to 80 characters, no space at an end", least=0),
]
DatasetLicense = Annotated[
    StrictStr, _checked(DATASET_LICENSES.__contains__, f"one of {', '.join(sorted(DATASET_LICENSES))}")
]
ModelLicense = Annotated[StrictStr, _checked(MODEL_LICENSES.__contains__, f"one of {', '.join(MODEL_LICENSES)}")]
Framework = Annotated[StrictStr, _checked(FRAMEWORKS.__contains__, f"one of {', '.join(FRAMEWORKS)}")]
BaseModelName = Annotated[
    StrictStr,
    _pattern(
        rf"{_OWNER}/{_SLUG}/[A-Za-z0-9]+/[A-Za-z0-9._-]+|https://\S+",
        "owner/model/framework/variation of a model on the site, without a version, or the https address of another",
    ),
]
Notebook = Annotated[
    StrictStr, _pattern(r"notebooks/[A-Za-z0-9_-]+\.ipynb", "a notebook of this project: notebooks/NAME.ipynb")
]
Keyword = Annotated[StrictStr, _pattern(r"[a-z0-9]+(?:[ -][a-z0-9]+)*", "a tag of the site in lower case")]

# kernels_push validates these three, before it sends anything. ``./`` stands for the owner.
AttachedDataset = Annotated[
    StrictStr, _pattern(rf"(?:{_OWNER}|\.)/{_SLUG}{_VERSION}", "owner/dataset or ./dataset, a version may follow")
]
AttachedModel = Annotated[
    StrictStr,
    _pattern(
        rf"(?:{_OWNER}|\.)/{_SLUG}/[A-Za-z0-9]+/[A-Za-z0-9._-]+/[1-9][0-9]*",
        "owner/model/framework/variation/VERSION, the version a whole number from 1",
    ),
]
AttachedKernel = Annotated[
    StrictStr,
    _pattern(
        rf"(?:{_OWNER}|\.)/(?=[^/]{{5}}){_SLUG}{_VERSION}", "owner/kernel or ./kernel, the slug of 5 characters or more"
    ),
]
# The client sends any text here; the site then leaves the competition out and says so.
AttachedCompetition = Annotated[StrictStr, _pattern(_SLUG, "the slug of a competition, as in its address")]


def title_slug(title: str) -> str:
    """The slug that client and site make of an ASCII title: ``Sums, 1,000 of them`` -> ``sums-1000-of-them``."""
    joined = re.sub(r"(?<=\d),(?=\d)", "", title.lower())
    return re.sub(r"[^a-z0-9]+", "-", joined).strip("-")
