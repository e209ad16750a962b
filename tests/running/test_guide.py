"""notebooks/README.md says of parameters and profiles what these files say, and of measures what the reports do."""

import ast
import json

import pytest

from tunixlib.analysis.report_checkpoints import COLUMNS
from tunixlib.running.profiles import NOTEBOOKS, PROFILES, load_profile
from tunixlib.runs import PROJECT_ROOT, STAGES
from tunixlib.seeding.recipes import ALL_FAMILIES_FROM, CORE
from tunixlib.seeding.tasks import trained_families

GUIDE = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
WIDEST_DEFAULT = 40
# What a checkpoint's row is said to mean, sentence by sentence; the last one is of a column that analysis.md alone has.
MEASURES = [f"{sentence.rstrip('.')}." for sentence in COLUMNS.split(". ")][:-1]


def parameter_rows():
    """One line for each name and default: the notebooks that declare it, and what their comments say of it."""
    import papermill

    found, stages = {}, [stage.name for stage in STAGES]
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        for name, parameter in papermill.inspect_notebook(str(notebook)).items():
            value = ast.literal_eval(str(parameter["default"]))
            declared, said = found.setdefault((name, json.dumps(value)), ([], []))
            declared.append(notebook.stem)
            said.append(str(parameter["help"]))
    for (name, default), (declared, said) in found.items():
        where = "all of 01–07" if declared == stages else ", ".join(stem.split("_")[0] for stem in declared)
        shown = default if len(default) <= WIDEST_DEFAULT else f"{default[: WIDEST_DEFAULT - 3]}..."
        yield f"| `{name}` | {where} | `{shown}` | {'; '.join(dict.fromkeys(said))} |"


def table(first):
    """The lines below the header of the table whose first column is called ``first``."""
    lines = iter(GUIDE.splitlines())
    assert any(line.startswith(f"| {first} |") for line in lines)
    next(lines)
    return [*iter(lambda: next(lines), "")]


def test_the_table_of_parameters_is_what_the_notebooks_declare():
    rows = [*parameter_rows()]
    assert table("parameter") == rows, "put these lines into notebooks/README.md:\n" + "\n".join(rows)
    assert all(row.count("|") == 5 and not row.endswith("|  |") for row in rows), "each with a comment of its own"


def test_the_table_of_profiles_names_every_profile_and_its_model():
    models = {row.split(" | ")[0].strip("| `"): row.split(" | ")[1].strip("`") for row in table("profile")}
    names = [path.stem for path in PROFILES.glob("*.yaml")]
    expected = {name: load_profile(name).parameters.get("MODEL", "smollm2") for name in names}
    assert models == expected


def plain(text):
    """Prose as it is heard: without marks of emphasis, in small letters, on one line."""
    return " ".join(text.replace("*", "").replace("\\n", " ").lower().split())


@pytest.mark.parametrize("file", ["README.md", "notebooks/README.md", "notebooks/05_evaluate.ipynb"])
def test_the_measures_are_told_in_the_words_of_the_reports(file):
    text = plain((PROJECT_ROOT / file).read_text(encoding="utf-8"))
    assert len(MEASURES) == 3
    assert [sentence for sentence in MEASURES if plain(sentence) not in text] == []


def test_the_first_notebook_says_of_kinds_what_the_recipes_do():
    text = (NOTEBOOKS / "01_seed.ipynb").read_text(encoding="utf-8")
    assert f"below {ALL_FAMILIES_FROM:,} traces a recipe keeps to a core of families" in text
    assert len(CORE) < len(trained_families())
