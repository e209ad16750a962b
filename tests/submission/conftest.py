"""What is published lies in a place of its own."""

import pytest

from tunixlib.submission import bundle


@pytest.fixture
def dist(tmp_path, monkeypatch):
    """A place of its own for what is published, and a page and a notebook of few bytes: the real ones take long."""
    monkeypatch.setattr(bundle, "DIST", tmp_path / "dist")
    monkeypatch.setattr(bundle, "render_report", lambda run: "a page\n")
    monkeypatch.setattr("tunixlib.submission.folders.kernel_notebook", lambda data: b"{}\n")
    return tmp_path / "dist"
