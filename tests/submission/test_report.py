import re

import pytest

from tunixlib.analysis.figures import PLOTS
from tunixlib.submission.report import _own, render_report


def test_the_report_is_one_page_with_results_notebooks_and_pictures_that_fetches_nothing(run):
    page = render_report(run)
    assert render_report(run) == page
    assert len(page.encode()) < 5_000_000
    assert page.count("<html") == page.count("<h1>Run demo</h1>") == 1
    for name in ("01_seed", "02_train", "03_curriculum", "05_evaluate", "06_analysis", "07_submission"):
        assert f'<a href="#{name}">' in page
        assert f'<section id="{name}">' in page
    assert page.index(">base</td>") < page.index("<section")
    assert page.count("data:image/png;base64,") == len(PLOTS), "each once, by the cell that draws it"
    assert re.findall(r'<(?:script|link|iframe|img[^>]+src="(?!data:))', page) == []
    assert re.findall(r'(?:src|@import|url\()\s*=?\s*["(]?https?:', page) == []
    assert re.findall(r'href="[^"#]*\.ipynb"', page) == []


def test_a_run_made_by_hand_is_reported_by_its_analysis(unsealed):
    for path in unsealed.path("notebooks").iterdir():
        path.unlink()
    page = render_report(unsealed)
    assert page.count("<section") == 1
    assert '<section id="analysis">' in page
    assert page.count('src="data:image/png;base64,') == len(PLOTS)


def test_active_content_in_a_completion_stays_text(unsealed):
    body = '<p><script src="https://example.org/x.js"></script><LINK rel=x><b>2</b></p>'
    expected = '<p>&lt;script src="https://example.org/x.js">&lt;/script>&lt;LINK rel=x><b>2</b></p>'
    assert _own(unsealed, body) == expected


def test_a_report_that_would_be_too_large_is_refused(unsealed, monkeypatch):
    for path in unsealed.path("notebooks").iterdir():
        path.unlink()
    monkeypatch.setattr("tunixlib.submission.report.LARGEST_REPORT", 1_000)
    with pytest.raises(ValueError, match="expected under 1,000; make the pictures in its notebooks smaller"):
        render_report(unsealed)
