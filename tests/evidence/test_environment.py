"""Claims about what goes on record of the packages: none that the second engine is pinned with is forgotten."""

import re

import pytest

from tunixlib.evidence.environment import OF_TUNIX, PACKAGES, makes_numbers
from tunixlib.running.reproduction.machine_class import machine_differences
from tunixlib.trees import PROJECT_ROOT

PINNED = re.findall(r"^([\w-]+)==", (PROJECT_ROOT / "requirements-tunix.txt").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_package_that_the_second_engine_is_pinned_with_goes_on_record():
    assert sorted(OF_TUNIX) == sorted(PINNED)
    assert {"jax", "jaxlib", "flax", "optax", "qwix", "orbax-checkpoint"} < set(PACKAGES)


def test_the_pins_of_either_engine_make_numbers():
    assert makes_numbers("tunixlib/stages.py"), "the names of arms and segments"
    assert makes_numbers("requirements.txt") and makes_numbers("requirements-tunix.txt")
    assert not makes_numbers("requirements-dev.txt")


def environment(engine, **packages):
    return {"python": "3.11.7", "packages": packages, "training": {"flat/stage_1": {"engine": engine}}}


@pytest.mark.parametrize("name", OF_TUNIX)
def test_a_package_of_the_second_engine_separates_machines_where_it_trained_and_only_there(name):
    one, other = ({name: version} for version in ("1.0", "2.0"))
    assert machine_differences(environment("tunix", **one), environment("tunix", **other)) == [
        f"{name}: '1.0', then '2.0'"
    ]
    assert machine_differences(environment("torch", **one), environment("torch", **other)) == []


def test_a_package_that_an_older_record_does_not_name_separates_no_machines():
    assert machine_differences(environment("tunix", jax="1.0"), environment("tunix", jax="1.0", flax="2.0")) == []
