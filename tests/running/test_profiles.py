import pytest

from tunixlib.running.pipeline import stage_notebooks
from tunixlib.running.profiles import (
    NOTEBOOKS,
    PROFILES,
    ProfileError,
    check_parameters,
    declared,
    load_profile,
    merge_declared,
)

KNOWN = {"SEED": "int", "LEARNING_RATE": "float", "MODEL": "str", "EPOCHS": "list[int]", "FLAG": "bool"}


@pytest.mark.parametrize(
    "good",
    [{"SEED": 7}, {"LEARNING_RATE": 0.1}, {"LEARNING_RATE": 1}, {"MODEL": "007"}, {"EPOCHS": [1, 2]}, {"FLAG": True}],
)
def test_values_of_the_declared_type_pass(good):
    check_parameters(good, KNOWN)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"SEDE": 7}, "SEDE: no notebook declares it; did you mean SEED?"),
        ({"ZZZ": 7}, "ZZZ: no notebook declares it; known are EPOCHS, FLAG"),
        ({"SEED": "7"}, "SEED: found '7' (str), expected int"),
        ({"SEED": True}, "SEED: found True (bool), expected int"),
        ({"SEED": 7.5}, "SEED: found 7.5 (float), expected int"),
        ({"FLAG": "true"}, "FLAG: found 'true' (str), expected bool"),
        ({"MODEL": 7}, "MODEL: found 7 (int), expected str"),
        ({"EPOCHS": [1, "2"]}, "EPOCHS: found [1, '2'] (list), expected list[int]"),
        ({"EPOCHS": 2}, "EPOCHS: found 2 (int), expected list[int]"),
    ],
)
def test_unknown_and_mistyped_parameters_are_named(bad, message):
    with pytest.raises(ProfileError) as error:
        check_parameters(bad, KNOWN)
    assert message in str(error.value)
    assert "nothing was started" in str(error.value)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"EVAL_DTYPE": "bf16"}, "EVAL_DTYPE: found 'bf16', expected one of float32, bfloat16, float16"),
        ({"EVAL_ITEMS": -1}, "EVAL_ITEMS: found -1, expected at least 0"),
        ({"MODEL": "/home/ada/model"}, "expected a path relative to the project"),
        ({"MODEL": "/tmp/model"}, "expected a path relative to the project"),
        ({"MODEL": "C:\\Users\\ada"}, "expected a path relative to the project"),
        ({"EVAL_SETS": ["eval-core", "/home/ada/own"]}, "EVAL_SETS: found '/home/ada/own', expected a path relative"),
        ({"MODEL": "see /mnt/disk/model"}, "MODEL: found '/mnt/disk/model', expected a path relative to the project"),
    ],
)
def test_values_that_would_fail_hours_later_are_refused_first(bad, message):
    with pytest.raises(ProfileError) as error:
        check_parameters(bad, {**KNOWN, "EVAL_DTYPE": "str", "EVAL_ITEMS": "int", "EVAL_SETS": "list[str]"})
    assert message in str(error.value)


def test_every_profile_fits_the_notebooks():
    known = {name: kind for kinds in merge_declared(stage_notebooks()).values() for name, kind in kinds.items()}
    names = {path.stem for path in PROFILES.glob("*.yaml")}
    assert {"smoke", "cpu", "full"} <= names
    for name in names:
        profile = load_profile(name)
        check_parameters(profile.parameters, known)
        assert profile.parameters["RUN_ID"].startswith("my-"), "runs of users are git-ignored by this name"


def test_the_smoke_profile_of_the_second_engine_differs_in_its_engine_and_in_what_it_is_set_beside():
    smoke, tunix = (dict(load_profile(name).parameters) for name in ("smoke", "smoke-tunix"))
    assert tunix == {**smoke, "RUN_ID": "my-smoke-tunix", "ENGINE": "tunix", "BESIDE_RUN": "smoke-v1"}


def test_notebooks_default_to_the_cpu_profile():
    import papermill

    for notebook in stage_notebooks():
        defaults = papermill.inspect_notebook(str(notebook))
        assert defaults["RUN_ID"]["default"] == '"interactive"'
    assert set(load_profile("cpu").parameters) == {"RUN_ID"}


def test_declared_parameters_carry_their_types():
    assert declared(NOTEBOOKS / "02_train.ipynb")["EPOCHS"] == "list[int]"
    assert declared(NOTEBOOKS / "02_train.ipynb")["SEED"] == "int"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"- 1\n- 2\n", "found list"),
        (b"a: [\n", "not a UTF-8 YAML"),
        (b"\xff", "not a UTF-8 YAML"),
        (b"7: 1\n", "found dict"),
    ],
)
def test_a_file_that_is_no_profile_is_refused(tmp_path, content, message):
    path = tmp_path / "p.yaml"
    path.write_bytes(content)
    with pytest.raises(ProfileError, match=message):
        load_profile(str(path))


def test_an_unknown_profile_lists_the_known_ones():
    with pytest.raises(
        ProfileError, match=r"found no nope\.yaml; expected one of cpu, full, gpu, kaggle-gpu, kaggle-tpu, smoke, "
    ):
        load_profile("nope")
