"""Claims about which checkpoint somebody means, and about what is said when it is not there."""

import shutil

import pytest
from evaluation.asked_run import make_asked_run

from tunixlib.artifacts import read_json, write_json, write_text
from tunixlib.evaluation.locating import find_base, find_checkpoint
from tunixlib.modeling.models import ModelError
from tunixlib.runs import MANIFEST, ROOT_VARIABLE, Run


@pytest.fixture(scope="module")
def kept(tmp_path_factory, tiny_folder):
    return make_asked_run(tmp_path_factory.mktemp("asked"), tiny_folder)


@pytest.fixture
def run(kept, tmp_path, monkeypatch):
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    return Run(shutil.copytree(kept.root, tmp_path / "asked"))


def test_a_run_by_folder_or_by_id_means_the_checkpoint_it_is_judged_by(run):
    judged = run.path("training", "curriculum", "stage_c", "checkpoint")
    for text in (str(run.root), "asked"):
        found = find_checkpoint(text)
        assert (found.label, found.folder, found.run.root) == ("asked/stage_c", judged, run.root)
    assert find_checkpoint("asked", "flat").folder == run.path("training", "flat", "stage_3", "checkpoint")


def test_a_checkpoint_folder_knows_its_run_and_through_it_the_base_model(run, tiny_folder):
    for text in ("asked/training/flat/stage_1", "asked/training/flat/stage_1/checkpoint"):
        found = find_checkpoint(text)
        assert (found.label, found.run.root) == ("asked/stage_1", run.root)
    base = find_base(found)
    assert (base.label, base.folder) == ("tiny (base)", tiny_folder)
    assert find_checkpoint("asked", "base").folder == tiny_folder


def test_the_base_model_of_a_sealed_run_is_the_one_its_manifest_names(run, tiny_folder):
    run.record_path("02_train").unlink()
    write_json(run.path(MANIFEST), {"model": {"model_id": "tiny"}})
    assert find_base(find_checkpoint("asked")).folder == tiny_folder


def test_a_model_is_found_by_name_and_by_folder(tiny_folder):
    assert find_checkpoint("tiny").folder == tiny_folder
    found = find_checkpoint(str(tiny_folder))
    assert (found.label, found.folder, found.run) == (tiny_folder.name, tiny_folder, None)


def remove_weights(run, *places):
    for place in places or ("curriculum/stage_c",):
        run.path("training", place, "checkpoint", "model.safetensors").unlink()


def test_a_sealed_run_without_weights_names_the_command_that_makes_them(run):
    remove_weights(run)
    write_json(run.path(MANIFEST), {})
    with pytest.raises(ModelError) as caught:
        find_checkpoint("asked")
    text = str(caught.value)
    assert "run 'asked': found no weights of stage_c, which git does not hold; there are weights of flat" in text
    assert "python -m tunixlib reproduce" in text and "into asked-again" in text


def test_an_interrupted_run_names_the_command_that_continues_it(run):
    remove_weights(run, "curriculum/stage_c", "flat/stage_3")
    with pytest.raises(
        ModelError, match=r"no weights of stage_c, .* The run is not finished: .* --run-id asked \.\.\."
    ):
        find_checkpoint("asked")
    remove_weights(run, "flat/stage_1")
    with pytest.raises(ModelError, match=r"no weights of flat/stage_1, .* not finished"):
        find_checkpoint("asked/training/flat/stage_1")


def test_weights_changed_after_training_are_refused(run):
    path = run.path("training", "curriculum", "stage_c", "checkpoint", "model.safetensors")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match="changed after training"):
        find_checkpoint("asked")


def test_a_base_model_with_other_weights_than_the_run_was_trained_from_is_refused(run):
    record = run.path("training", "flat", "stage_1", "checkpoint", "checkpoint.json")
    write_json(record, {**read_json(record), "parent_sha256": "0" * 64})
    shutil.rmtree(run.path("training", "curriculum", "stage_a"), ignore_errors=True)
    with pytest.raises(ModelError, match=r"base model 'tiny': found other weights than asked was trained from"):
        find_base(find_checkpoint("asked"))


def test_where_no_run_says_so_no_base_model_is_guessed(run):
    with pytest.raises(ModelError, match=r"tiny: found no run around it .*; leave --base out"):
        find_base(find_checkpoint("tiny"))
    alone = shutil.copytree(run.path("training", "flat", "stage_1", "checkpoint"), run.root.parent / "alone")
    with pytest.raises(ModelError, match=r"alone \(stage_1\): found no run around it"):
        find_base(find_checkpoint(str(alone)))
    with pytest.raises(ModelError, match="the base model itself, nothing to put beside it"):
        find_base(find_checkpoint("asked", "base"))
    run.record_path("02_train").unlink()
    with pytest.raises(ModelError, match="no finished 02_train, which records the base model"):
        find_base(find_checkpoint("asked"))


@pytest.mark.parametrize(
    ("text", "checkpoint", "said"),
    [
        (
            "nowhere",
            None,
            r"'nowhere': found no such run or folder, expected a run, .*; runs here with weights: asked$",
        ),
        ("asked", "stage_d", r"checkpoint 'stage_d': expected base or one of flat, stage_a, stage_b, stage_c"),
        ("tiny", "flat", r"found --checkpoint flat with 'tiny', which is no run"),
        ("asked/training/flat/stage_1/checkpoint/config.json", None, "found a file, .* name the folder it lies in"),
        ("empty", None, r"empty: found nothing; expected config\.json and \*\.safetensors, nothing pickled"),
        ("suite", None, r"suite: found training; expected config\.json and"),
        ("some-study", None, "found a study of the runs a, b, expected one run; name one of them"),
        ("no-study", None, r"study\.json: found no runs with a run_id, expected them; verify the study"),
        ("org/name@main", None, "org/name@main"),
    ],
)
def test_whatever_is_no_checkpoint_is_refused_with_what_was_found(run, text, checkpoint, said):
    (run.root.parent / "empty").mkdir()
    (run.root.parent / "suite" / "training").mkdir(parents=True)
    write_json(run.root.parent / "some-study" / "study.json", {"runs": [{"run_id": "a"}, {"run_id": "b"}]})
    write_json(run.root.parent / "no-study" / "study.json", {"runs": ["a"]})
    with pytest.raises(ModelError, match=said):
        find_checkpoint(text, checkpoint)


def test_a_folder_with_pickled_weights_only_is_refused(tmp_path):
    write_text(tmp_path / "config.json", "{}")
    write_text(tmp_path / "pytorch_model.bin", "x")
    with pytest.raises(ModelError, match=r"expected config\.json and \*\.safetensors, nothing pickled"):
        find_checkpoint(str(tmp_path))


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_name_is_not_the_current_folder(text):
    with pytest.raises(ModelError, match="found an empty name, expected a run, a checkpoint folder"):
        find_checkpoint(text)


def test_a_home_folder_of_nobody_is_not_found():
    with pytest.raises(ModelError, match="found no such run or folder"):
        find_checkpoint("~nobody-of-that-name/model")
