"""A problem's work as lines that can be recomputed: which value comes from which line.

    >>> work = read_work(Problem("A pen costs $3. What do 4 pens and a $5 cap cost?",
    ...     [("compute", "Pens: 4 * 3 = 12"), ("compute", "With the cap: 12 + 5 = 17")], "$17"))
    >>> work.sources            # the 12 of the second line is the result of line 0, all else is given
    ((None, None), (0, None))

A work **qualifies** when the checker decides all of it: every line is one calculation with two operands or a fact to
recall, every calculation is true and uses only numbers that are given, derived or constant, and the answer is the
result of the last line. Closing checks (type ``verify``) are left out: they would show an error that was carried on.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction

from tunixlib.checking.invented import CONSTANTS, KnownNumbers
from tunixlib.checking.stated_numbers import values_in
from tunixlib.checking.work import check_work
from tunixlib.seeding.correction.figures import Figure, computed
from tunixlib.seeding.families import Problem

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_EQUATION = re.compile(
    rf"(?P<label>(?:[^=<>]*: )?)(?P<a>{_NUMBER}) (?P<op>[-+*/]) (?P<b>{_NUMBER}) = (?P<result>{_NUMBER})"
    r"(?P<tail>(?: [^\W\d]+)*)"
)
_ANSWER = re.compile(rf"(?P<before>[$]?)(?P<number>{_NUMBER})(?P<after>(?: [^\W\d]+)*)")
_FACTS = ("recall", "given", "plan")


class UnfitError(ValueError):
    """A problem's work cannot carry an error that is proven. The message is the reason, for counting."""


@dataclass(frozen=True)
class Equation:
    """``a op b = result``, as it is written."""

    a: Figure
    op: str
    b: Figure
    result: Figure

    def __str__(self) -> str:
        return f"{self.a} {self.op} {self.b} = {self.result}"


@dataclass(frozen=True)
class Line:
    """One line of a work: a label, a calculation and what follows it (a unit); or a fact, without a calculation."""

    label: str
    equation: Equation | None = None
    tail: str = ""

    def __str__(self) -> str:
        return f"{self.label}{self.equation}{self.tail}" if self.equation else self.label

    @classmethod
    def read(cls, kind: str, content: str) -> "Line":
        """A step as a line. Raises UnfitError when it is neither one calculation nor a fact."""
        if found := _EQUATION.fullmatch(content):
            a, b, result = (Figure.read(found[name]) for name in ("a", "b", "result"))
            return cls(found["label"], Equation(a, found["op"], b, result), found["tail"])
        if kind in _FACTS and "\n" not in content:
            return cls(content)
        raise UnfitError("a step that is neither one calculation nor a fact")

    def put(self, old: Figure, new: Figure) -> "Line":
        """The line with one number written differently, in the label and in the operands."""
        label = re.sub(rf"(?<![\w.,]){re.escape(str(old))}(?![\w]|[.,][0-9])", str(new), self.label)
        e = self.equation
        if e is None:
            return replace(self, label=label)
        a, b = (new if operand == old else operand for operand in (e.a, e.b))
        return replace(self, label=label, equation=replace(e, a=a, b=b))


@dataclass(frozen=True)
class Work:
    """A true work: question, lines, answer; where each operand comes from; which results cannot be followed."""

    question: str
    lines: tuple[Line, ...]
    answer: str
    sources: tuple[tuple[int | None, int | None], ...]
    tangled: frozenset[int]

    @property
    def calculations(self) -> list[int]:
        """The indices of the lines that calculate."""
        return [i for i, line in enumerate(self.lines) if line.equation]

    def answer_with(self, figure: Figure) -> str:
        """The answer with another number in it."""
        found = _ANSWER.fullmatch(self.answer)
        return f"{found['before']}{figure}{found['after']}" if found else self.answer

    def recomputed(self, at: int, line: Line) -> "tuple[tuple[Line, ...], str] | None":
        """Lines and answer when ``line`` stands at ``at`` and all that rests on it is computed truly from it.

        None when that cannot be followed or would look different: a value that also comes from elsewhere, a quotient
        with more decimals, a result of zero or less.
        """
        lines = list(self.lines)
        lines[at] = line
        changed = {at}
        for i in range(at + 1, len(lines)):
            if hit := {source for source in self.sources[i] if source is not None and source in changed}:
                if hit & self.tangled or (follow := _follow(self.lines, lines, i, hit)) is None:
                    return None
                lines[i] = follow
                changed.add(i)
        last = lines[self.calculations[-1]].equation
        return (tuple(lines), self.answer_with(last.result)) if last else None


def _follow(old: tuple[Line, ...], new: list[Line], at: int, changed: set[int]) -> Line | None:
    line = old[at]
    for source in sorted(changed):
        before, after = old[source].equation, new[source].equation
        if before and after and line.equation:
            for operand in {line.equation.a, line.equation.b}:
                if operand.value == before.result.value:
                    line = line.put(operand, after.result)
    equation = line.equation
    value = computed(equation.a, equation.op, equation.b) if equation else None
    result = equation.result.like(value) if equation and value is not None else None
    return replace(line, equation=replace(equation, result=result)) if equation and result else None


def read_work(problem: Problem) -> Work:
    """A problem's work, proven true and followed. Raises UnfitError with the reason when it does not qualify."""
    if "\n" in problem.prompt:
        raise UnfitError("a question of several lines")
    lines = tuple(Line.read(kind, content) for kind, content in problem.steps if kind != "verify")
    results = [line.equation.result for line in lines if line.equation]
    if len(results) < 2 or not lines[-1].equation:
        raise UnfitError("fewer than two calculations, or none at the end")
    answer = _ANSWER.fullmatch(problem.answer)
    if not answer or Figure.read(answer["number"]).value != results[-1].value:
        raise UnfitError("an answer that is not the result of the last line")
    _prove_true(problem, lines)
    given = _given(problem.prompt, lines)
    counts = Counter(result.value for result in results)
    tangled = {i for i, r in _results(lines).items() if r.value in given or counts[r.value] > 1 or not r.digits}
    return Work(problem.prompt, lines, problem.answer, _sources(lines, given), frozenset(tangled))


def _prove_true(problem: Problem, lines: tuple[Line, ...]) -> None:
    work = check_work(problem.prompt, [str(line) for line in lines], problem.answer)
    undecided = [
        step for step, line in zip(work.truth.steps, lines, strict=True) if line.equation and step.verdict != "true"
    ]
    if work.truth.false or undecided:
        raise UnfitError("a calculation that the checker does not call true")
    if work.invents:
        raise UnfitError("a number from memory")
    if work.answer_follows is False:
        raise UnfitError("an answer that does not follow from the last line")


def _given(prompt: str, lines: tuple[Line, ...]) -> set[Fraction]:
    """Numbers that need no line before them: of the question, of facts, and constants."""
    found = KnownNumbers(prompt).values | CONSTANTS
    for line in lines:
        if not line.equation:
            found |= values_in(line.label)
    return {Fraction(value) for value in found}


def _results(lines: tuple[Line, ...]) -> dict[int, Figure]:
    return {i: line.equation.result for i, line in enumerate(lines) if line.equation}


def _sources(lines: tuple[Line, ...], given: set[Fraction]) -> tuple[tuple[int | None, int | None], ...]:
    """For both operands of each line: the latest line whose result it is, or None where it is given."""
    found: list[tuple[int | None, int | None]] = []
    latest: dict[Fraction, int] = {}
    for i, line in enumerate(lines):
        e = line.equation
        if e is None:
            found.append((None, None))
            continue
        pair = [latest.get(operand.value) for operand in (e.a, e.b)]
        if any(at is None and x.value not in given for at, x in zip(pair, (e.a, e.b), strict=True)):
            raise UnfitError("an operand that is a part of a result, or a trial")
        if str(e.result) in re.findall(_NUMBER, line.label) and e.result not in (e.a, e.b):
            raise UnfitError("a label that tells the result")
        found.append((pair[0], pair[1]))
        latest[e.result.value] = i
    return tuple(found)
