"""Ask a checkpoint something, and mark each step of its work by the very rules of evaluation.

    models = open_models("cpu-v1", base=True)             # the run's judged checkpoint, its base model before it
    answers = ask_all(models, ["What is 17 + 28 + 15?"])
    answers[1].lines()            # [("true", "17 + 28 = 45", ""), ("true", "45 + 15 = 60", ""), ("answer", "60", "")...

Completions are greedy, in the precision of evaluation, and read by ``scoring.read_work``. Whether an answer is right
nobody here knows: what is decided is what each step states.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tunixlib.checking.lexer import Number
from tunixlib.checking.steps import CheckedStep, check_steps
from tunixlib.checking.values import UndecidableError
from tunixlib.evaluation.locating import Located, find_base, find_checkpoint
from tunixlib.evaluation.predictions import written_text
from tunixlib.evaluation.scoring import read_work
from tunixlib.modeling.models import ModelError, best_device, load_checkpoint
from tunixlib.modeling.precision import choose_precision, model_type_of
from tunixlib.modeling.tokenization import encode_prompt, stop_ids
from tunixlib.progress import progress
from tunixlib.stages import FINAL
from tunixlib.traces import parse_completion

if TYPE_CHECKING:
    from tunixlib.evaluation.generation import GenerationConfig

LEGEND = "true, false: decided exactly. unchecked: states nothing a program can decide. Nobody checked the answer."

# (kind, text, note): kind is true, false, unchecked, answer, ended, form or text.
Line = tuple[str, str, str]


class AskError(ValueError):
    """A question that cannot be put to a model. The message says what was found and what to change."""


@dataclass(frozen=True)
class Answer:
    """What one model wrote to one question. ``steps`` are ``{"text", "verdict", "note"}``."""

    model: str
    question: str
    steps: Sequence[Mapping[str, str]]
    final_answer: str
    extraction_rule: str
    well_formed: bool
    finish_reason: str
    tokens: int
    completion: str

    @property
    def tagged(self) -> str | None:
        """The answer inside the tags, if there is one."""
        return self.final_answer if self.extraction_rule == "tagged" else None

    @property
    def ended(self) -> str:
        """How the text ended: by itself, or cut off."""
        tokens = f"{self.tokens} token{'s' if self.tokens != 1 else ''}"
        return f"by itself, after {tokens}" if self._stopped else f"cut off at {tokens}"

    def record(self) -> dict[str, Any]:
        """The answer as one JSON object; ``answer`` is null where none is tagged."""
        fields = {name: value for name, value in vars(self).items() if name not in ("final_answer", "extraction_rule")}
        return {**fields, "answer": self.tagged}

    def lines(self) -> list[Line]:
        """What a person reads, top to bottom: steps, answer, how it ended, and all of the text where its form broke."""
        found = [(step["verdict"], step["text"], step["note"]) for step in self.steps]
        lenient = f"the last number is {self.final_answer}" if self.extraction_rule == "last_number" else ""
        found.append(("answer", self.tagged or "none in answer tags", lenient))
        limit = "" if self._stopped else "raise --max-new-tokens (MAX_NEW_TOKENS) to let it go on"
        found.append(("ended", self.ended, limit))
        if not self.well_formed and self._stopped:
            found.append(
                ("form", "broken: expected steps in <reasoning> tags, an answer in <answer> tags, nothing else", "")
            )
        if not self.well_formed:
            found.append(("text", self.completion.strip() or ("(blanks only)" if self.completion else "(nothing)"), ""))
        return found

    @property
    def _stopped(self) -> bool:
        return self.finish_reason == "eos"


@dataclass(frozen=True)
class OpenModel:
    """A model in memory that can be asked."""

    located: Located
    model: Any
    tokenizer: Any
    precision: str

    def ask(self, question: str, config: "GenerationConfig | None" = None) -> Answer:
        """The model's greedy answer to one question. Raises AskError for an empty or an over-long one."""
        from tunixlib.evaluation.generation import GenerationConfig, generate

        config = config or GenerationConfig()
        prompt = self._encoded(question, config.max_new_tokens)
        written = written_text(self.tokenizer, generate(self.model, [prompt], stop_ids(self.tokenizer), config)[0])
        work = read_work(written["completion"], written["finish_reason"], question)
        checked = check_steps(parse_completion(written["completion"]).steps, question).steps
        steps = [{**step, "note": correction(found)} for step, found in zip(work["steps"], checked, strict=True)]
        return Answer(self.located.label, question, **{**work, "steps": steps}, **written)

    def _encoded(self, question: str, new_tokens: int) -> list[int]:
        if not question.strip():
            raise AskError("found an empty question, expected some text; ask something")
        if "\0" in question or any("\ud800" <= sign <= "\udfff" for sign in question):
            raise AskError("found a question that is no UTF-8 text, expected one; save or type it as UTF-8")
        prompt = encode_prompt(self.tokenizer, question)
        positions = self.model.config.get_text_config().max_position_embeddings
        if len(prompt) + new_tokens > positions:
            raise AskError(
                f"found a text of {len(prompt):,} tokens, expected at most {max(0, positions - new_tokens):,}: "
                f"{self.located.label} reads {positions:,}, of which {new_tokens:,} are kept for its answer; shorten "
                "the text or lower --max-new-tokens (MAX_NEW_TOKENS)"
            )
        return prompt


def open_models(
    text: str, base: bool = False, checkpoint: str | None = None, say: Callable[[str], None] | None = None,
    default: str = FINAL,
) -> list[OpenModel]:  # fmt: skip
    """The models to ask, loaded: the checkpoint that ``find_checkpoint`` finds, with its base model before it.

    ``say`` hears what is being loaded. Raises ModelError for what cannot be found or loaded.
    """
    # Said when transformers is imported, into a notebook's output, with a path of this machine.
    warnings.filterwarnings("ignore", message="IProgress not found")
    found = find_checkpoint(text, checkpoint, default)
    places = [*([find_base(found)] if base else []), found]
    return [_open(place, say or (lambda words: None)) for place in places]


def ask_all(
    models: Sequence[OpenModel], questions: Sequence[str], config: "GenerationConfig | None" = None
) -> list[Answer]:
    """Every model's answer to each question, models side by side, under one progress bar. Raises AskError."""
    answers = []
    with progress(len(questions) * len(models), "asking") as bar:
        for question in questions:
            for model in models:
                answers.append(model.ask(question, config))
                bar.advance(model.located.label)
    return answers


def _open(place: Located, say: Callable[[str], None]) -> OpenModel:
    device = best_device()
    precision, _ = choose_precision("auto", device, model_type_of(place.folder))
    say(f"loading {place.label} ({precision}, {device}) ...")
    model, tokenizer = load_checkpoint(place.folder, precision, device)
    if not tokenizer.chat_template:
        raise ModelError(
            f"{place.folder}: found a tokenizer without a chat template, expected one; use an instruct model"
        )
    return OpenModel(place, model, tokenizer, precision)


def correction(step: CheckedStep) -> str:
    """What the first false claim of a step should say, as far as the checker knows; "" for a step without one."""
    claim = next((claim for claim in step.claims if claim.verdict == "false"), None)
    if claim is None:
        return ""
    for side in (claim.left, claim.right):
        if claim.relation in ("=", "≈") and side and not side.bare and not claim.converts:
            written = step.text[side.tokens[0].start : side.tokens[-1].end]
            try:
                value = side.value()
            except UndecidableError:
                continue
            return f"{written} is {_shown(value)}" if value is not None else f"{written} has no value"
    return "" if claim.text.strip() == step.text.strip() else f"false: {claim.text}"


def _shown(value: Number) -> str:
    """A number exactly as a decimal where that ends, else rounded and said so."""
    exact = Fraction(value)
    for places in range(7):
        if (exact * 10**places).denominator == 1:
            return f"{Decimal(int(exact * 10**places)).scaleb(-places):f}"
    return f"about {float(exact):.6g}"
