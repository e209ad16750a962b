"""The value of a parameter is data: it reaches the kernel as it was given, or is refused before anything starts."""

import json

import nbformat
import pytest
import yaml
from fault_helpers import FAULTS
from hypothesis import given, settings
from hypothesis import strategies as st
from papermill.translators import PythonTranslator

from tunixlib.evidence.notebook_check import assignments, is_injected, source_of
from tunixlib.running.notebooks import execute
from tunixlib.running.parameters import check_parameters
from tunixlib.running.profiles import ProfileError, load_profile, parse_assignment

# What would be written if a value were code.
FLAG = "executed.flag"
RUN_ME = f"open({FLAG!r}, 'w')"

STRINGS = [
    "", " ", "plain", "'", '"', "'''", '"""', "\\", "\\\\", '\\"', "\\n", "line\nbreak", "\r\n", "\t", "\x00",
    "\x1b[31m", "\u2028", "\ufeff", "é", "日本語", "🙂", "e\u0301", "{}", "{RUN_ID}", "{0.__class__}", "%s %(x)s",
    "${HOME}", "$(ls)", "`ls`", "~", "*", "; ls", "# comment", "@payload@", "<script>alert(1)</script>", "null", "true",
    "yes", "no", "on", "1e-4", "007", "1:30", "2024-01-01", "0x1F", "1_000", ".nan",
    "!!python/object/apply:os.system [ls]", "&a [*a]", "---", "x" * 20_000, "\\" * 999, '"' * 999,
    f'"); {RUN_ME} #', f"'); {RUN_ME} #", f'"""\n{RUN_ME}\n"""', f"\\\"); {RUN_ME} #", f"\n{RUN_ME}\n",
    f"!{RUN_ME}", f"%run {RUN_ME}", f"{{{RUN_ME}}}", f"__import__('os').system('touch {FLAG}')",
]  # fmt: skip
NUMBERS = [0, -1, 2**63 - 1, -(2**63) + 1]
FLOATS = [0.0, -0.0, 1e-4, 1e22, 1.7976931348623157e308, 5e-324, 0.1 + 0.2, -1.5, 3.0]
LISTS = [[], ["a", 'b"', "c\\"], [1, 2, 2**62], [0.1, -0.0], [[1], [], [2, [3]]], [True, False]]


def values():
    """Name -> value, one parameter for each."""
    groups = {"TEXT": STRINGS, "COUNT": NUMBERS, "RATE": FLOATS, "LIST": LISTS, "FLAG": [True, False]}
    return {f"{kind}_{number}": value for kind, found in groups.items() for number, value in enumerate(found)}


TYPES = {"TEXT": "str", "COUNT": "int", "RATE": "float", "LIST": "list", "FLAG": "bool"}


def known():
    return {name: TYPES[name.split("_")[0]] for name in values()}


def same(one, other):
    """Equal in type and to the sign of a zero."""
    return repr(one) == repr(other)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A profile with every value above, executed in one kernel: what the kernel had, and the executed copy."""
    place = tmp_path_factory.mktemp("parameters")
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    declared = nbformat.v4.new_code_cell("\n".join(f"{name}: {kind} = None" for name, kind in known().items()))
    declared.metadata["tags"] = ["parameters"]
    shown = "import json\nprint(json.dumps({n: repr(v) for n, v in globals().items() if n.isupper()}))"
    notebook.cells = [declared, nbformat.v4.new_code_cell(f"import os\nos.chdir({str(place)!r})"),
                      nbformat.v4.new_code_cell(shown)]  # fmt: skip
    nbformat.write(notebook, place / "n.ipynb")
    (place / "p.yaml").write_text(yaml.safe_dump(values(), allow_unicode=True), encoding="utf-8")
    profile = load_profile(str(place / "p.yaml"))
    check_parameters(profile.parameters, known())
    execute(place / "n.ipynb", place / "done.ipynb", profile.parameters)
    done = nbformat.read(place / "done.ipynb", as_version=4)
    return place, done, json.loads(done.cells[-1].outputs[0].text)


def test_every_value_reaches_the_kernel_as_it_was_given(executed):
    _, _, had = executed
    expected = {name: repr(value) for name, value in values().items()}
    assert {name: had.get(name) for name in expected if had.get(name) != expected[name]} == {}


def test_no_value_was_run_as_code(executed):
    place, _, _ = executed
    assert not (place / FLAG).exists()
    assert len([text for text in STRINGS if FLAG in text]) >= 9


def test_the_evidence_gives_every_value_back(executed):
    """Verification reads the injected cell without running it."""
    _, done, _ = executed
    (cell,) = [cell for cell in done.cells if is_injected(cell)]
    read = assignments(source_of(cell))
    assert {name for name, value in values().items() if not same(read[name], value)} == set()
    assert {n for n, v in values().items() if not same(done.metadata.papermill.parameters[n], v)} == set()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('TEXT: "\\ud800"', "half of a surrogate pair"),
        ("RATE: .nan", "found nan, expected a finite number"),
        ("RATE: -.inf", "found -inf, expected a finite number"),
        ("RATE: 1e-4", "found '1e-4' (str), expected float"),
        ("TEXT: yes", "found True (bool), expected str"),
        ("TEXT: 2024-01-01", "(date), expected str"),
        ("TEXT: 2024-01-01 10:00:00", "(datetime), expected str"),
        ("TEXT: 1:30", "which YAML reads as another number"),
        ("TEXT: 007", "which YAML reads as another number"),
        ("TEXT: ~", "found None (NoneType), expected str"),
        ("TEXT:", "found None (NoneType), expected str"),
        ("TEXT: {a: 1}", "(dict), expected str"),
        ("TEXT: !!binary aGk=", "(bytes), expected str"),
        ("LIST: !!set {a, b}", "(set), expected list"),
        ("COUNT: 1.0", "found 1.0 (float), expected int"),
        ("COUNT: 1e3", "found '1e3' (str), expected int"),
        (f"COUNT: {2**64}", "a whole number of 65 bits, expected at most 63"),
        (f"COUNT: {'9' * 5000}", ""),
        ("LIST: [1, [.inf]]", "found inf, expected a finite number"),
        ("LIST: &a [*a]", "found an alias"),
        ("TEXT: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("TEXT: !!python/name:os.system", "could not determine a constructor"),
        ("TEXT: a\nTEXT: b", "twice"),
    ],
)
def test_what_would_not_arrive_unchanged_is_refused_before_anything_starts(tmp_path, line, words):
    path = tmp_path / "p.yaml"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ProfileError) as error:
        check_parameters(load_profile(str(path)).parameters, TYPES)
    assert words in str(error.value)
    assert len(str(error.value)) < 600


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("RATE=1e-4", 1e-4),
        ("TEXT='1e-4'", "1e-4"),
        ("TEXT='yes'", "yes"),
        ('TEXT="a\\nb"', "a\nb"),
        ("TEXT=a=b=c", "a=b=c"),
        ("TEXT='it''s'", "it's"),
        (f"TEXT='{RUN_ME.replace(chr(39), chr(39) * 2)}'", RUN_ME),
        ("LIST=[a, 'b', 3]", ["a", "b", 3]),
    ],
)
def test_a_value_on_the_command_line_is_data_too(text, value):
    name, found = parse_assignment(text)
    assert same(found, value)
    check_parameters({name: found}, TYPES)


PLAIN = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)


@settings(max_examples=200 * FAULTS, deadline=None)
@given(st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=5), max_leaves=20))
def test_any_value_is_written_as_a_literal_that_reads_back_equal(value):
    assert same(assignments(PythonTranslator.codify({"VALUE": value}))["VALUE"], value)


@settings(max_examples=200 * FAULTS, deadline=None)
@given(st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=5), max_leaves=20))
def test_a_profile_gives_back_what_was_dumped_into_it(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    # Escaped: PyYAML writes some line separators as they are and reads a blank for them.
    path.write_text(yaml.safe_dump({"VALUE": value}), encoding="utf-8", newline="\n")
    found = load_profile(str(path)).parameters["VALUE"]
    assert same(found, value)
