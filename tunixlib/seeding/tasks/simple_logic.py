"""One rule and one fact, then yes or no: `Every oak is a tree. No tree is a bird. Is an oak a bird?` -> no."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.words import GROUPS, listed, with_article

_STATES = (
    ("it", "raining"), ("it", "snowing"), ("it", "hot outside"), ("the shop", "open"), ("the bus", "late"),
    ("the sea", "calm"), ("the park", "closed"), ("the soup", "cold"), ("the sky", "clear"), ("the road", "icy"),
    ("the wind", "strong"), ("the library", "quiet"), ("the train", "full"), ("the ground", "wet"),
    ("the light", "green"), ("the pool", "empty"),
)  # fmt: skip
_ACTIONS = (
    ("stay", "stays", "at home"), ("take", "takes", "the bike"), ("bake", "bakes", "a cake"),
    ("wear", "wears", "a red hat"), ("read", "reads", "a book"), ("call", "calls", "a friend"),
    ("go", "goes", "for a walk"), ("cook", "cooks", "pasta"), ("play", "plays", "chess"),
    ("water", "waters", "the plants"), ("sing", "sings", "a song"), ("clean", "cleans", "the room"),
    ("paint", "paints", "a picture"), ("make", "makes", "tea"), ("write", "writes", "a letter"),
    ("open", "opens", "the window"),
)  # fmt: skip
_LIVING = ("living thing", "thing that needs water", "thing that grows")
_MADE = ("man-made thing", "useful thing", "thing that people make")
_SUPERS = {
    "flower": _LIVING, "tree": _LIVING, "bird": _LIVING, "fish": _LIVING, "insect": _LIVING, "mammal": _LIVING,
    "tool": _MADE, "vehicle": _MADE, "instrument": _MADE,
}  # fmt: skip
_MEMBERS = tuple((group, word) for group in _SUPERS for word in GROUPS[group][1] if len(word) <= 6)
_NONCE = listed("""
    blick dax wug zorp fep toma gorp lub mib nerk pilk quib rask sneg tove vim yilt zate brax clem drool flum
    grint harn jull kell morb plig
""")

_Parts = tuple[str, str, str, list[tuple[str, str]], bool]


def build(phrasing: str, **parts: Any) -> Problem:
    """A rule with a condition (``name`` among the parts) or a chain of two statements about groups."""
    make: Callable[..., _Parts] = _conditional if "name" in parts else _chain
    rule, fact, question, steps, yes = make(**parts)
    return Problem(phrasing.format(rule=rule, fact=fact, question=question), steps, "yes" if yes else "no")


def _conditional(
    state: tuple[str, str], action: tuple[str, str, str], name: str, when: bool, does: bool, forward: bool
) -> _Parts:
    """If the state is ``when``, the person does or does not act; forward from the state, or back from the action."""
    (subject, what), (base, verb, rest) = state, action
    condition = f"{subject} is {what}" if when else f"{subject} is not {what}"
    opposite = f"{subject} is not {what}" if when else f"{subject} is {what}"
    acts, acts_not = f"{name} {verb} {rest}", f"{name} does not {base} {rest}"
    result, failing = (acts, acts_not) if does else (acts_not, acts)
    rule = f"If {condition}, {result}."
    if forward:
        fact, question, yes = condition, f"Does {name} {base} {rest}?", does
        steps = [
            ("given", f"The condition of the rule is true: {condition}"),
            ("conclude", f"So {result}: {_yes(yes)}"),
        ]
    else:
        fact, question, yes = failing, f"Is {subject} {what}?", not when
        steps = [
            ("given", f"But {failing}, so the condition of the rule is false"),
            ("conclude", f"So {opposite}: {_yes(yes)}"),
        ]
    return rule, f"{fact[0].upper()}{fact[1:]}.", question, steps, yes


def _chain(**parts: Any) -> _Parts:
    """Member, group and a wider or a separate group: made-up words, or real ones from the tables."""
    if "low" in parts:
        low, middle, high = str(parts["low"]), str(parts["middle"]), str(parts["high"])
        yes = bool(parts["inside"])
    else:
        low, middle, high, yes = _real(parts["member"], parts["third"])
    rule = f"Every {low} is {with_article(middle)}."
    fact = f"Every {middle} is {with_article(high)}." if yes else f"No {middle} is {with_article(high)}."
    question = f"Is {with_article(low)} {with_article(high)}?"
    link = f"and every {middle} is {with_article(high)}" if yes else f"and no {middle} is {with_article(high)}"
    end = f"So {with_article(low)} is {'' if yes else 'not '}{with_article(high)}: {_yes(yes)}"
    return rule, fact, question, [("given", f"{rule[:-1]}, {link}"), ("conclude", end)], yes


def _real(member: tuple[str, str], third: int) -> tuple[str, str, str, bool]:
    group, low = member
    if third < 3:
        return low, group, _SUPERS[group][third], True
    groups = tuple(_SUPERS)
    return low, group, groups[(groups.index(group) + third - 2) % len(groups)], False


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def solve(prompt: str) -> str:
    """Follow the rule from the fact, or the statements from group to group, as sentences of the prompt."""
    sentences = [part.strip() for part in re.split(r"[.?:]", prompt)]
    rule = next((part for part in sentences if part.startswith("If ")), None)
    if rule:
        condition, result = rule[3:].split(", ", 1)
        forward = any(part.lower() == condition.lower() for part in sentences)
        return _yes(" not " not in result if forward else " not " in condition)
    links = dict(_links(prompt))
    match = re.search(r"Is an? ([\w ]+?) (?:a|an) ([\w -]+)\?", prompt)
    if match is None:
        raise ValueError(f"found no question 'Is a ... a ...?' in {prompt!r}; the phrasing must contain it")
    kind, positive = match[1], True
    while kind != match[2]:
        kind, positive = links[kind]
    return _yes(positive)


def _links(prompt: str) -> Iterator[tuple[str, tuple[str, bool]]]:
    for word, low, high in re.findall(r"(Every|No) ([\w -]+?) is an? ([\w -]+)\.", prompt):
        yield low, (high, word == "Every")


_NO_YES = (False, True)

FAMILY = Family(
    name="simple_logic",
    category="synthetic",
    phrasings=(
        "{rule} {fact} {question}",
        "{fact} {rule} {question}",
        "Two facts are known: {rule} {fact} Answer yes or no: {question}",
        "{question} You know the following: {rule} {fact}",
        "Suppose this is true: {rule} {fact} Then answer the question: {question}",
    ),
    levels=(
        Level("easy", {"member": _MEMBERS, "third": range(6)}, steps=2),
        Level(
            "medium",
            {"state": _STATES, "action": _ACTIONS, "name": NAMES, "when": _NO_YES, "does": _NO_YES, "forward": _NO_YES},
            steps=2,
        ),
        Level(
            "hard",
            {"low": _NONCE[::3], "middle": _NONCE[1::3], "high": _NONCE[2::3], "inside": _NO_YES},
            steps=2,
        ),
    ),
    build=build,
    solve=solve,
)
