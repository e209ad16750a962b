import os
import tempfile

import pytest

from tunixlib.submission import archive, bundle


@pytest.mark.parametrize("moment", range(1, 4))
def test_a_writeup_survives_a_publication_that_is_killed_between_its_renames(run, tmp_path, monkeypatch, moment):
    monkeypatch.setattr(bundle, "DIST", tmp_path / "dist")
    monkeypatch.setattr(bundle, "kernel_folder", lambda run, meta: {"kaggle.ipynb": b"{}"})
    monkeypatch.setattr(bundle, "render_report", lambda run: "a report")
    monkeypatch.setattr(archive, "SOURCES", {})
    bundle.publish(run)
    mine, notes = tmp_path / "dist" / "demo" / "WRITEUP.md", tmp_path / "dist" / "demo" / "notes.txt"
    mine.write_text("# Mine\n")
    notes.write_text("keep")

    class Killed(BaseException):
        pass

    renames, rename = [], os.rename

    def dying(*names):
        renames.append(names)
        if len(renames) >= moment:
            raise Killed
        rename(*names)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(os, "rename", dying)
        patch.setattr(tempfile.TemporaryDirectory, "cleanup", lambda self: None)
        bundle.publish(run)
    bundle.publish(run)
    assert (mine.read_text(), notes.read_text()) == ("# Mine\n", "keep")
    assert not list((tmp_path / "dist").glob(".demo.aside"))
