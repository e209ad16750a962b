"""The contest's rules for what is pushed: names, licences, sizes, the write-up, no secrets.

for rule in entry_rules(read_facts(run)):
    print(rule.name, rule.found, rule.required, rule.ok)

Rules that compare the run with ``kaggle-metadata.json`` wait until that file obeys its own.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from tunixlib.artifacts import ArtifactError
from tunixlib.evidence.leaks import FOREIGN_TEXT, leaks_in
from tunixlib.stages import FINAL
from tunixlib.submission import bundle
from tunixlib.submission.cards import model_card
from tunixlib.submission.data_card import LICENSE, dataset_card
from tunixlib.submission.facts import Facts
from tunixlib.submission.folders import data_files, has_weights
from tunixlib.submission.kaggle_metadata import KaggleMetadata, MetadataError, load_metadata
from tunixlib.submission.kernel import kernel_notebook, package_files
from tunixlib.submission.run_rules import Rule
from tunixlib.submission.writeup import MOST_WORDS, placeholders, word_count

LARGEST_NOTEBOOK = 1_000_000  # bytes of a kernel's source: what participants report of the site, not seen by us
LARGEST_OUTPUT = 20_000_000_000  # bytes in /kaggle/working when a session ends

# The base models of the single session, as names of them are written: gemma-2-2b-it, gemma3-1b, gemma2-2b-it ...
_CONTEST_MODEL = re.compile(r"gemma-?(?:2-?2b|3-?1b)", re.IGNORECASE)


def entry_rules(facts: Facts) -> Iterator[Rule]:
    """Every rule that decides whether what is pushed can be an entry."""
    meta = _metadata()
    yield _metadata_rule(meta)
    if isinstance(meta, KaggleMetadata):
        yield _owner_rule(meta)
        yield _model_id_rule(meta)
        yield _base_model_rule(facts, meta)
        yield _declared_rule(facts, meta)
        yield _licence_rule(facts, meta)
    yield _notebook_rule(facts)
    yield _dataset_rule(facts)
    yield _output_rule(facts)
    yield _weights_rule(facts)
    yield from _writeup_rules(facts)
    yield _secrets_rule(facts)


def _metadata() -> KaggleMetadata | ValueError:
    try:
        return load_metadata()
    except (MetadataError, ArtifactError) as error:
        return error


def _metadata_rule(meta: KaggleMetadata | ValueError) -> Rule:
    required = "titles, slugs and values by the rules of client and site"
    if isinstance(meta, KaggleMetadata):
        return Rule("kaggle-metadata.json", f"{meta.kernel.title!r} and {meta.dataset.title!r}", required, True)
    return Rule("kaggle-metadata.json", "; ".join(str(meta).splitlines()), required, False)


def _owner_rule(meta: KaggleMetadata) -> Rule:
    ok = None if meta.owner_is_placeholder else True
    return Rule("Kaggle account", meta.owner, "your account name as owner in kaggle-metadata.json", ok)


def _model_id_rule(meta: KaggleMetadata) -> Rule:
    found = "/".join((meta.owner, meta.model.slug, meta.model.framework, meta.model.instance))
    ok = None if meta.owner_is_placeholder else True
    return Rule("model id", found, "owner/model/framework/variation, under your account", ok)


def _base_model_rule(facts: Facts, meta: KaggleMetadata) -> Rule:
    """A run of Gemma must be of one that the contest takes; a folder's name alone does not tell its size.

    A run of another model is a rehearsal: the session that is judged is the kernel's, with Gemma attached.
    """
    required = "Gemma 2 2B or Gemma 3 1B, attached to the kernel: the contest runs its session again"
    if "gemma" not in facts.model.lower():
        return Rule("base model", f"{facts.base_model}: this run is a rehearsal", required, None)
    ok = bool(_CONTEST_MODEL.search(meta.model.base_model))
    return Rule("base model", f"{facts.model}, declared as {meta.model.base_model}", required, ok)


def _declared_rule(facts: Facts, meta: KaggleMetadata) -> Rule:
    wanted = "gemma" if "gemma" in facts.model.lower() else facts.base_model
    found, required = meta.model.base_model, f"the one of the run, {facts.base_model}"
    return Rule("base model as declared", found, required, wanted.lower() in found.lower())


def _licence_rule(facts: Facts, meta: KaggleMetadata) -> Rule:
    """The data is ours; a model keeps the licence of its base."""
    found, known = f"model {meta.model.license}, data {meta.dataset.license}", facts.base_license
    ours = _plain(meta.dataset.license) == LICENSE
    if known is None:
        required = f"model as {facts.base_model} is licensed, which only you know, data {LICENSE}"
        return Rule("licences", found, required, None if ours else False)
    required = f"model {known}, data {LICENSE}"
    return Rule("licences", found, required, ours and _plain(meta.model.license) == known)


def _plain(licence: str) -> str:
    """``Apache 2.0`` and ``apache-2.0`` are one licence: Kaggle writes it one way for models, another for data."""
    return re.sub(r"[^a-z0-9.]+", "-", licence.lower()).strip("-")


def _notebook_rule(facts: Facts) -> Rule:
    size = len(kernel_notebook(facts.data_sha256))
    return Rule("kernel notebook", f"{size:,} bytes", f"under {LARGEST_NOTEBOOK:,} bytes", size < LARGEST_NOTEBOOK)


def _dataset_rule(facts: Facts) -> Rule:
    """Evidence and data before they are zipped, which makes them smaller."""
    size = sum(path.stat().st_size for path in data_files(facts.run).values()) + _size(facts.run.root, weights=False)
    return Rule("data set", f"{size:,} bytes", f"under {LARGEST_OUTPUT:,} bytes", size < LARGEST_OUTPUT)


def _output_rule(facts: Facts) -> Rule:
    size = _size(facts.run.root, weights=True)
    known = "" if has_weights(facts.run) else ", without the weights, which are not here"
    found, required = f"{size:,} bytes{known}", f"under {LARGEST_OUTPUT:,} bytes when the session ends"
    return Rule("output of the session", found, required, size < LARGEST_OUTPUT)


def _size(root: Path, weights: bool) -> int:
    files = (path for path in root.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files if weights or "checkpoint" not in path.parts)


def _weights_rule(facts: Facts) -> Rule:
    there = has_weights(facts.run)
    found = f"{FINAL}, there" if there else f"{FINAL}, not here: a clone holds none; make the run again to have them"
    return Rule("weights of the model", found, "to push model/", True if there else None)


def _writeup_rules(facts: Facts) -> Iterator[Rule]:
    text = bundle.current_writeup(facts.run)
    words, places = word_count(text), len(placeholders(text))
    yield Rule("words of the write-up", f"{words:,}", f"at most {MOST_WORDS:,}", words <= MOST_WORDS)
    yield Rule("writing", f"{places} places to fill in", "none left in WRITEUP.md", None if places else True)


def _secrets_rule(facts: Facts) -> Rule:
    """In what is pushed beside the evidence. Sources may quote paths as examples, so only secrets are looked for."""
    texts = {
        "WRITEUP.md": bundle.current_writeup(facts.run),
        "model/README.md": model_card(facts.run, folder="."),
        "dataset/README.md": dataset_card(facts.run),
    }
    carried = package_files(facts.data_sha256)
    texts |= {f"kernel, {name}": data.decode("utf-8", errors="replace") for name, data in carried.items()}
    leaking = [name for name, text in texts.items() if any(leaks_in(FOREIGN_TEXT[0] + name, text, text))]
    return Rule("secrets in what is pushed", ", ".join(leaking) or f"none in {len(texts)} texts", "none", not leaking)
