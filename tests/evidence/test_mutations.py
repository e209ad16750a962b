"""Random damage to a sealed run is always found: as it is, and after all hashes were made to agree with it again.

``TUNIXLIB_FAULTS=10`` tries ten times as many mutations. A failure names its seed and what was done.
"""

import json
import re
import shutil
from random import Random

import pytest
from fault_helpers import FAULTS
from made_run import png, reseal

from tunixlib.artifacts import canonical_json, pretty_json
from tunixlib.evidence.sealing import evidence_files
from tunixlib.evidence.verify import verify_run
from tunixlib.runs import MANIFEST

SEEDS = range(10)
PER_SEED = 100 * FAULTS
MENDED_PER_SEED = 30 * FAULTS

# What nothing in a run contradicts once every hash agrees (the list in verify's docstring), as file#pointer.
FREE = re.compile(
    r"predictions/.+#/\d+/(completion|tokens)"
    r"|.+/metrics\.jsonl#/\d+/(loss|grad_norm)"
    r"|run_manifest\.json#/(environment/(platform|python|cpus?|packages/.+)|command|commit|dirty|timestamp|profile)"
    r"|notebooks/.+#/(metadata|nbformat|nbformat_minor|cells/\d+/(id|metadata|execution_count))(/.+)?"
    r"|notebooks/.+#/cells/\d+/outputs/\d+/(output_type|execution_count|metadata|name|text|data/text/plain)(/.+)?"
)


def all_files(root):
    return [*evidence_files(root), MANIFEST]


# -- damage to bytes: each takes (draw, root, file) and gives the files it touched, or None when it does not apply --


def bytes_changed(change):
    def damage(draw, root, file):
        data = (root / file).read_bytes()
        changed = change(draw, data) if data else None
        if changed is None or changed == data:
            return None
        (root / file).write_bytes(changed)
        return [file]

    return damage


def flip_bit(draw, data):
    place = draw.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << draw.randrange(8)]) + data[place + 1 :]


def delete_byte(draw, data):
    place = draw.randrange(len(data))
    return data[:place] + data[place + 1 :]


def change_digit(draw, data):
    places = [match.start() for match in re.finditer(rb"[0-9]", data)]
    if not places:
        return None
    place = draw.choice(places)
    return data[:place] + draw.choice(b"0123456789").to_bytes(1, "big") + data[place + 1 :]


def lines_changed(change):
    def damage(draw, data):
        lines = data.splitlines(keepends=True)
        change(draw, lines)
        return b"".join(lines)

    return bytes_changed(damage)


def swap_two(draw, parts):
    one, other = draw.randrange(len(parts)), draw.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]


def values_changed(change):
    """Damage to a document that keeps its form: in a JSONL file to one line of it."""

    def damage(draw, data):
        try:
            lines = data.decode("utf-8").split("\n")
            number = draw.randrange(max(1, len(lines) - 1))
            document = json.loads(lines[number] if draw.jsonl else data)
        except ValueError:
            return None
        change(draw, [part for _, part in parts_of(document)])
        if draw.jsonl:
            lines[number] = canonical_json(document)
        return ("\n".join(lines) if draw.jsonl else pretty_json(document)).encode("utf-8")

    return bytes_changed(damage)


def parts_of(value, place=""):
    """Every part of a JSON document with its pointer, the document itself first."""
    yield place, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in children:
        yield from parts_of(part, f"{place}/{key}")


def swap_values(draw, parts):
    found = [part for part in parts if isinstance(part, dict) and len(part) > 1]
    if found:
        chosen = draw.choice(found)
        one, other = draw.sample(sorted(chosen), 2)
        chosen[one], chosen[other] = chosen[other], chosen[one]


def reorder_list(draw, parts):
    found = [part for part in parts if isinstance(part, list) and len(part) > 1]
    if found:
        draw.shuffle(draw.choice(found))


def swap_files(draw, root, file):
    other = draw.choice(all_files(root))
    one, two = (root / file).read_bytes(), (root / other).read_bytes()
    if one == two:
        return None
    (root / file).write_bytes(two)
    (root / other).write_bytes(one)
    return [file, other]


def delete_file(draw, root, file):
    (root / file).unlink()
    return [file]


def beside(file, name):
    """Another name in the folder of a file."""
    return f"{file.rpartition('/')[0]}/{name}".lstrip("/")


def rename_file(draw, root, file):
    other = f"{file}.old" if draw.random() < 0.5 else beside(file, f"x{file.rpartition('/')[2]}")
    (root / file).rename(root / other)
    return [file, other]


def duplicate_file(draw, root, file):
    other = beside(file, f"copy-of-{file.rpartition('/')[2]}")
    shutil.copy(root / file, root / other)
    return [other]


def add_file(draw, root, file):
    other = beside(file, draw.choice(["notes.md", "more.json", "x.png", "run.sh"]))
    (root / other).write_bytes(draw.randbytes(draw.randrange(40)))
    return [other]


def turn_into_link(draw, root, file):
    target = root.parent / f"target-{root.name}"
    shutil.move(root / file, target)
    (root / file).symlink_to(target)
    return [file]


def turn_into_folder(draw, root, file):
    (root / file).unlink()
    (root / file).mkdir()
    return [file]


DAMAGES = {
    "flip a bit": bytes_changed(flip_bit),
    "delete a byte": bytes_changed(delete_byte),
    "change a digit": bytes_changed(change_digit),
    "truncate": bytes_changed(lambda draw, data: data[: draw.randrange(len(data))]),
    "empty": bytes_changed(lambda draw, data: b""),
    "delete a line": lines_changed(lambda draw, lines: lines.pop(draw.randrange(len(lines)))),
    "duplicate a line": lines_changed(lambda draw, lines: lines.insert(draw.randrange(len(lines)), draw.choice(lines))),
    "swap two lines": lines_changed(swap_two),
    "reorder the lines": lines_changed(lambda draw, lines: draw.shuffle(lines)),
    "swap two values": values_changed(swap_values),
    "reorder a list": values_changed(reorder_list),
    "swap two files": swap_files,
    "delete": delete_file,
    "rename": rename_file,
    "duplicate": duplicate_file,
    "add a file beside": add_file,
    "turn into a link": turn_into_link,
    "turn into a folder": turn_into_folder,
}


def restore(run, whole, files):
    for file in files:
        path = run.root / file
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        if (whole / file).is_file():
            shutil.copy(whole / file, path)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_random_mutation_is_found_and_a_file_of_it_named(run, made, seed):
    draw, whole, touched, kinds = Random(seed), made / "runs" / "demo", set(), set()
    files = all_files(whole)
    assert len(files) <= PER_SEED, "every file is touched at least once by every seed"
    for number in range(PER_SEED):
        file, changed = files[number % len(files)], None
        draw.jsonl = file.endswith(".jsonl")
        possible = set(DAMAGES) - ({"add a file beside", "duplicate"} if number < len(files) else set())
        while not changed:
            kind = draw.choice(sorted(possible - kinds if draw.random() < 0.5 else possible) or sorted(possible))
            changed = DAMAGES[kind](draw, run.root, file)
        named = {problem.file for problem in verify_run(run.root).problems}
        where = {*changed, *({str(run.root)} if file == MANIFEST else ())}
        assert any(name in named for name in where), f"seed {seed}, mutation {number}: {kind} {changed}; found {named}"
        touched.update(changed)
        kinds.add(kind)
        restore(run, whole, changed)
    assert touched >= set(files)
    assert kinds == set(DAMAGES)
    assert verify_run(run.root).problems == []


# -- damage that is mended: one value changed, then every hash made to agree --


def another(draw, value):
    """A value of the same type that says something else."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + draw.choice((-1, 1, 7))
    if isinstance(value, float):
        return value * 1.5 + 0.25
    place = draw.randrange(len(value)) if value else 0
    letter = draw.choice([letter for letter in "abcdef0123456789" if letter != value[place : place + 1]])
    return value[:place] + letter + value[place + 1 :]


def set_value(document, pointer, value):
    """Set what stands at a pointer; ``data/text/plain`` and other keys with a slash are found as they are."""
    for key, part in document.items() if isinstance(document, dict) else enumerate(document):
        if pointer == f"/{key}":
            document[key] = value
            return
        if pointer.startswith(f"/{key}/") and isinstance(part, dict | list) and part:
            set_value(part, pointer.removeprefix(f"/{key}"), value)


def forge(draw, root, file):
    """Change one value of a file, keeping its form; gives what was done, or None where nobody could tell."""
    text = (root / file).read_text(encoding="utf-8")
    if file.endswith(".md"):
        places = [match.start() for match in re.finditer(r"[0-9a-z]", text)]
        place = draw.choice(places)
        (root / file).write_text(text[:place] + another(draw, text[place]) + text[place + 1 :], encoding="utf-8")
        return f"{file}: character {place}"
    jsonl = file.endswith(".jsonl")
    document = [json.loads(line) for line in text.splitlines()] if jsonl else json.loads(text)
    values = [(p, v) for p, v in parts_of(document) if isinstance(v, str | int | float)]
    pointer, value = draw.choice(values)
    if FREE.fullmatch(f"{file}#{pointer}"):
        return None
    set_value(document, pointer, another(draw, value))
    if file.endswith(".ipynb"):
        content = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    else:
        content = "".join(canonical_json(row) + "\n" for row in document) if jsonl else pretty_json(document)
    (root / file).write_text(content, encoding="utf-8")
    return f"{file}#{pointer}: {value!r}"


def damaged(root, whole):
    """The files that are not as they were."""
    return [name for name in all_files(whole) if (root / name).read_bytes() != (whole / name).read_bytes()]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_changed_value_is_found_even_when_every_hash_was_made_to_agree_with_it(run, made, seed):
    draw, whole, number = Random(f"mended {seed}"), made / "runs" / "demo", 0
    files = [name for name in all_files(whole) if not name.endswith(".png")]
    while number < MENDED_PER_SEED:
        file = draw.choice(files)
        what = forge(draw, run.root, file)
        if what is None:
            continue
        hashes_agree(run.root)
        if any((run.root / file).read_bytes() != (whole / file).read_bytes() for file in files):
            problems = [str(problem) for problem in verify_run(run.root).problems]
            assert problems, f"seed {seed}, mutation {number}: {what}"
            assert not any("as the manifest says" in problem for problem in problems), "the hashes agree"
            number += 1
        restore(run, whole, damaged(run.root, whole))


def hashes_agree(root):
    """What a lazy forger does after a change. A manifest or provenance that is too broken to mend stays as it is."""
    try:
        reseal(root)
    except (LookupError, TypeError, OSError, ValueError):
        return


@pytest.mark.parametrize("name", ["loss_curves", "examples"])
def test_a_picture_that_the_notebook_does_not_show_is_found(run, name):
    (run.root / "figures" / f"{name}.png").write_bytes(png(254))
    reseal(run.root)
    assert {problem.file for problem in verify_run(run.root).problems} == {
        f"figures/{name}.png",
        "notebooks/06_analysis.ipynb",
    }
