"""What a study leaves in its folder: no working state, no lock, and no folder where nothing was written."""

from tunixlib.artifacts import write_text
from tunixlib.holding import WORK, holder_of
from tunixlib.studies import folder as room
from tunixlib.studies.folder import held_folder


def test_working_state_is_removed_while_the_folder_is_held_and_the_lock_afterwards(tmp_path, monkeypatch):
    seen = []

    def remove(path):
        seen.append((path.name, holder_of(tmp_path / "study") is not None))

    monkeypatch.setattr(room, "remove", remove)
    with held_folder(tmp_path / "study") as folder:
        write_text(folder / "analysis.md", "# Study `study`\n")
        write_text(folder / WORK / "ray" / "state", "x")
    assert seen == [("ray", True)]
    assert not (tmp_path / "study" / WORK).exists()


def test_a_folder_in_which_nothing_was_written_is_removed(tmp_path):
    with held_folder(tmp_path / "study") as folder:
        assert (folder / WORK / "lock").is_file()
    assert not (tmp_path / "study").exists()
