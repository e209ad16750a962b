"""`make audit` says what is known, and never passes when nothing was asked."""

import pytest
from audit import CLEAN, UNCHECKED, VULNERABLE, installed, verdict

GOOD = {"name": "numpy", "version": "2.4.6", "vulns": []}
BAD = {"name": "pillow", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "torch", "skip_reason": "Dependency not found on PyPI and could not be audited: torch (2.13.0)"}


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([GOOD], CLEAN, "1 of 1 packages checked, 0 known vulnerabilities"),
        ([GOOD, BAD], VULNERABLE, "pillow 1.0: PYSEC-1, mended in 1.1"),
        ([BAD, UNKNOWN], VULNERABLE, "1 of 2 packages checked, 1 known vulnerabilities"),
        ([GOOD, UNKNOWN], UNCHECKED, "NOT CHECKED: the advisory service knew nothing of 1 of 2 packages (torch ...)"),
        ([UNKNOWN], UNCHECKED, "0 of 1 packages checked"),
    ],
)
def test_only_an_answer_for_every_package_is_clean(packages, code, words):
    lines, found = verdict({"dependencies": packages}, len(packages))
    assert found == code
    assert words in "\n".join(lines)


def test_a_package_that_the_report_does_not_name_was_not_checked():
    assert verdict({"dependencies": [GOOD]}, 2)[1] == UNCHECKED
    assert verdict({"dependencies": []}, 0)[1] == UNCHECKED


def test_a_service_that_cannot_be_reached_is_said_in_one_line_with_its_own_exit_code():
    lines, code = verdict(None, 3, "Traceback\nConnectionError: no route to host\n")
    assert code == UNCHECKED == 3
    assert lines == [
        "NOT CHECKED: the advisory service could not be reached, so nothing is known "
        "(ConnectionError: no route to host)"
    ]


def test_what_is_installed_is_asked_for_without_builds_and_without_our_own_package():
    found = installed()
    assert "numpy==2.4.6" in found
    assert "torch==2.13.0" in found
    assert not [name for name in found if name.startswith("tunixlib==") or "+" in name]
