"""Profiles, parameters and notebooks that are broken or hostile: refused by our own errors before anything starts."""

import json
import os
from contextlib import suppress

import nbformat
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tunixlib.evidence.notebook_check import unfinished
from tunixlib.evidence.verify import BROKEN_CONTENT
from tunixlib.running.dependencies import code_sha256, source_sha256
from tunixlib.running.notebooks import NotebookError
from tunixlib.running.parameters import check_parameters
from tunixlib.running.profiles import MAX_BYTES, ProfileError, load_profile, parse_assignment, parse_yaml

FAULTS = int(os.environ.get("TUNIXLIB_FAULTS", "1"))


def short(value):
    """A name for a test: the values themselves may be too long, or no text at all."""
    return ascii(value)[:20] if not isinstance(value, int) else f"{value.bit_length()} bits"


LAUGHS = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"A: &x [*x]", "line 1, column 8.*|found an alias"),
        (LAUGHS.encode(), "found an alias"),
        (b"A: 1\nB: 2\nA: 3\n", "found key 'A' twice, expected it once"),
        (b"[" * 600, "nested too deep"),
        (b"A: " + b"{a: " * 400, "nested too deep"),
        ("A: 1".encode("utf-16"), "found UTF-16; save it in UTF-8"),
        (b"A: \xff", "codec can't decode"),
        (b"A: \0", "special characters are not allowed"),
        (b"A: 1\n" * MAX_BYTES, "found more than 100,000 bytes of YAML"),
        (b"A: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
        (b"A: 2026-13-45", "month must be in"),
        (b"A: !!bool x", "not a UTF-8 YAML file"),
        (b"A: !!timestamp x", "not a UTF-8 YAML file"),
        (b"A: !!int ''", "not a UTF-8 YAML file"),
        (b"A: " + b"1" * 5_000, "limit"),
        (b"? [1]\n: 2", "unhashable key"),
        (b"A: =", "could not determine a constructor"),
        (b"", "found NoneType, expected lines of the form NAME: value"),
        (b"# only a comment\n", "found NoneType"),
        (b"---\nA: 1\n---\nA: 2\n", "single document"),
    ],
    ids=short,
)
def test_a_profile_that_is_no_plain_yaml_is_refused_with_its_reason(content, message, tmp_path):
    path = tmp_path / "p.yaml"
    path.write_bytes(content)
    with pytest.raises(ProfileError, match=message) as error:
        load_profile(str(path))
    assert "p.yaml" in str(error.value)


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfRUN_ID: a\r\n", b"RUN_ID: a", b'RUN_ID: "a"\n', b"{RUN_ID: a}"])
def test_a_byte_order_mark_and_windows_line_ends_are_accepted_in_a_profile(content, tmp_path):
    path = tmp_path / "p.yaml"
    path.write_bytes(content)
    assert load_profile(str(path)).parameters == {"RUN_ID": "a"}


@pytest.mark.parametrize(
    "name", ["x" * 5_000, "a\0b", "", "..", "../..", "\ud800", "folder.yaml", "smoke/x"], ids=short
)
def test_a_name_that_is_no_profile_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(ProfileError, match=r"found (no|a file that)"):
        load_profile(name)


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (float("nan"), "float", "X: found nan, expected a finite number"),
        ([1.0, float("inf")], "list[float]", "X: found inf, expected a finite number"),
        (2**63, "int", "X: found a whole number of 64 bits, expected at most 63"),
        (1 << 100_000, "int", "X: found a whole number of 100001 bits"),
        ([[10**400]], "list", "X: found a whole number of 1329 bits"),
        ("a\ud800", "str", "half of a surrogate pair"),
        ("x" * 10_000, "int", "X: found 'xxx"),
    ],
    ids=short,
)
def test_values_that_evidence_could_not_hold_are_refused(value, kind, message):
    with pytest.raises(ProfileError) as error:
        check_parameters({"X": value}, {"X": kind})
    assert message in str(error.value) and len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("A=20", "A", 20),
        ("A=2e-4", "A", 0.0002),
        ("A=-1E5", "A", -100000.0),
        ('A="2e-4"', "A", "2e-4"),
        ('A="7"', "A", "7"),
        ("A=nan", "A", "nan"),
        ("A=[1, 2]", "A", [1, 2]),
        ("A=b=c", "A", "b=c"),
        ("A=", "A", None),
    ],
)
def test_an_assignment_is_read_as_yaml(text, name, value):
    assert parse_assignment(text) == (name, value)


@pytest.mark.parametrize(
    "text", ["A", "A=[1", "A=&x [*x]", "A=!!int x", "A=\ud800", "A=\udcff", "A=" + "[" * 500], ids=short
)
def test_an_assignment_that_is_none_is_refused_and_named(text):
    with pytest.raises(ProfileError, match="--set"):
        parse_assignment(text)


PIECES = [*"[]{}:,-?!&*|>'\"#%@=\n\t ~.0", "a", "A: ", "<<: ", "!!int ", "!!binary ", "!!set ", "!!omap ", "&a ", "*a"]
PIECES += ["1e999", ".nan", "0x", "0b", "0o", "1:2", "2026-01-", "yes", "---\n", "...\n", "\ufeff", "\x85", "\u2028"]


@settings(max_examples=300 * FAULTS, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=40))
@example("!!timestamp x")
@example("!!int ''")
def test_any_yaml_gives_a_value_or_our_error(text):
    try:
        parse_yaml(text.encode("utf-8", errors="surrogatepass"))
    except ProfileError as error:
        assert str(error)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 5)
    | st.floats()
    | st.sampled_from(["code", "1", "markdown", "a\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["cells", "cell_type", "source", "metadata", "nbformat", "outputs"]), inner)
    ),
    max_leaves=10,
)
CELL = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.just("code") | JSON,
        "source": st.sampled_from(["import tunixlib", "(" * 300, "def", "a\0b", "%time"]) | JSON,
        "metadata": st.just({}) | JSON,
        "outputs": st.just([]) | JSON,
        "execution_count": st.just(1) | JSON,
    },
)
CODE = {"metadata": {}, "outputs": [], "execution_count": None}
NOTEBOOK = st.fixed_dictionaries(
    {"nbformat": st.sampled_from([3, 4]) | JSON, "nbformat_minor": st.just(5) | JSON},
    optional={
        "cells": st.lists(CELL, max_size=3) | JSON,
        "metadata": st.just({"papermill": {"end_time": "now"}}) | JSON,
        "worksheets": JSON,
    },
)


@pytest.mark.filterwarnings("ignore:Cell is missing an id")
@settings(max_examples=100 * FAULTS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NOTEBOOK | JSON)
@example(
    {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "source": "((" * 999, **CODE}]}
)
def test_any_notebook_is_read_or_refused(tmp_path, notebook):
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    for read in (source_sha256, code_sha256):
        try:
            assert len(read(path)) == 64
        except NotebookError as error:
            assert "n.ipynb" in str(error)
    with suppress(BROKEN_CONTENT):  # what ends one check of verify, which then names the file
        unfinished(notebook)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 100_000, b'{"cells": 1' + b"1" * 10_000 + b"}"], ids=short)
def test_bytes_that_are_no_notebook_are_refused(content, tmp_path):
    (tmp_path / "n.ipynb").write_bytes(content)
    with pytest.raises(NotebookError, match=r"n\.ipynb: found no notebook .*, expected one; restore the file"):
        source_sha256(tmp_path / "n.ipynb")


def test_code_that_python_cannot_read_is_named(tmp_path):
    path = tmp_path / "n.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = (")]), path)
    with pytest.raises(NotebookError, match=r"n\.ipynb: found code that Python cannot read"):
        code_sha256(path)
