"""The objects of ``kaggle-metadata.json``: which keys they have, and the rules that concern two keys at once.

    Kernel(slug="true-sums", title="True sums").accelerator       # "none"
    Kernel(slug="true-sums", title="Sums")                        # ValidationError: a title whose slug is kernel.slug

The rules of single values stand in ``kaggle_rules``; ``kaggle_metadata`` reads the file and derives Kaggle's own files.
"""

from typing import Literal

from pydantic import BaseModel as Schema
from pydantic import ConfigDict, Field, StrictBool, ValidationInfo, field_validator

from tunixlib.submission import kaggle_rules as rules

# Accelerator -> the site's name of the machine, which the client passes on unchecked (``machine_shape``).
MACHINES = {"none": "", "gpu-t4x2": "NvidiaTeslaT4", "tpu-v5e8": "TpuV5E8"}


class Group(Schema):
    """An object of the file: an unknown key is an error, and so is a value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Attached(Group):
    """What the kernel finds below ``/kaggle/input``."""

    datasets: list[rules.AttachedDataset] = Field(default_factory=list)
    models: list[rules.AttachedModel] = Field(default_factory=list)
    competitions: list[rules.AttachedCompetition] = Field(default_factory=list)
    kernels: list[rules.AttachedKernel] = Field(default_factory=list)


class Kernel(Group):
    """The notebook on the site and the machine it runs on. ``private`` is that of the model, too."""

    slug: rules.KernelSlug
    title: rules.KernelTitle
    notebook: rules.Notebook = "notebooks/kaggle.ipynb"
    accelerator: Literal["none", "gpu-t4x2", "tpu-v5e8"] = "none"
    internet: StrictBool = False
    private: StrictBool = True
    keywords: list[rules.Keyword] = Field(default_factory=list)
    attached: Attached = Field(default_factory=Attached)

    @field_validator("title")
    @classmethod
    def _title_gives_slug(cls, title: str, info: ValidationInfo) -> str:
        # kernels_push only warns of "surprising behavior": the site makes the slug from the title.
        slug = info.data.get("slug")
        if slug is not None and rules.title_slug(title) != slug:
            raise ValueError(f"a title whose slug is kernel.slug, {slug!r}; this one gives {rules.title_slug(title)!r}")
        return title


class DatasetEntry(Group):
    """The data set with data and evidence."""

    slug: rules.DatasetSlug
    title: rules.DatasetTitle
    subtitle: rules.Subtitle = ""
    license: rules.DatasetLicense


class ModelEntry(Group):
    """The model (``slug``), its variation (``instance``) and the model it was made of (``base_model``)."""

    slug: rules.ModelSlug
    title: rules.ModelTitle
    instance: rules.ModelSlug
    framework: rules.Framework
    license: rules.ModelLicense
    base_model: rules.BaseModelName

    @field_validator("base_model")
    @classmethod
    def _gemma_stays_gemma(cls, base: str, info: ValidationInfo) -> str:
        found = info.data.get("license")
        if "gemma" in base.lower() and found not in (None, "Gemma"):
            raise ValueError(f"model.license 'Gemma' beside a Gemma model, whose terms pass on, not {found!r}")
        return base
