"""All families, one module each. A module here that defines ``FAMILY`` is found by its name; nothing is registered.

``TRAINED`` families give training traces and, from cores kept apart, evaluation questions. ``UNSEEN`` families, in the
folder ``unseen/``, give evaluation questions only.
"""

import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

from tunixlib.seeding.families import Family


@cache
def trained_families() -> tuple[Family, ...]:
    """The families of the training data, in the order of their names."""
    return _families("tunixlib.seeding.tasks", Path(__file__).parent)


@cache
def unseen_families() -> tuple[Family, ...]:
    """The families that are for evaluation only, in the order of their names."""
    return _families("tunixlib.seeding.tasks.unseen", Path(__file__).parent / "unseen")


def _families(package: str, folder: Path) -> tuple[Family, ...]:
    modules = (import_module(f"{package}.{found.name}") for found in pkgutil.iter_modules([str(folder)]))
    return tuple(sorted((m.FAMILY for m in modules if hasattr(m, "FAMILY")), key=lambda family: family.name))
