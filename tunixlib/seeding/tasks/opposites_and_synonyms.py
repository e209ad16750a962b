"""Opposites and synonyms among three choices: `the opposite of "hot": wet, cold or rich` -> cold."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.words import and_list, listed, quoted

# What a row is about, two words for one end of it, two for the other.
_ROWS = (
    ("size", "big large small little"),
    ("speed", "fast quick slow sluggish"),
    ("temperature", "hot boiling cold freezing"),
    ("wealth", "rich wealthy poor needy"),
    ("mood", "happy glad sad unhappy"),
    ("sound", "loud noisy quiet silent"),
    ("strength", "strong powerful weak frail"),
    ("difficulty", "easy simple hard difficult"),
    ("place", "above over below under"),
    ("courage", "brave bold scared afraid"),
    ("cleanliness", "clean tidy dirty messy"),
    ("age", "new modern old ancient"),
    ("price", "cheap inexpensive expensive costly"),
    ("cleverness", "clever smart stupid foolish"),
    ("friendliness", "kind nice mean cruel"),
    ("distance", "near close far distant"),
    ("truth", "true correct false wrong"),
    ("danger", "safe secure dangerous risky"),
    ("brightness", "bright shiny dark dim"),
    ("beginning and end", "start begin end finish"),
    ("going up or down", "rise climb fall drop"),
    ("liking", "love adore hate dislike"),
    ("permission", "allow permit ban forbid"),
    ("joining", "join connect split separate"),
    ("thickness", "thin slim thick fat"),
    ("showing and hiding", "show display hide cover"),
)
_TOPICS = tuple(topic for topic, _ in _ROWS)
_WORDS = tuple(listed(words) for _, words in _ROWS)
_SAME, _OPPOSITE = "the same as", "the opposite of"


def build(phrasing: str, row: int, word: int, ask: tuple[str, int], far: int, other: int, place: int) -> Problem:
    """``word`` is 0 to 3 in its row; ``ask`` holds the relation and which word of the other end stands in the choices.

    With ``place`` below 3 two choices come from other rows; above, the choices hold both a synonym and an opposite.
    """
    relation, pick = ask
    own = _WORDS[row]
    same, opposite = own[word ^ 1], own[(word ^ 2) & 2 | pick]
    answer = same if relation == _SAME else opposite
    strangers = [_WORDS[(row + far + i) % len(_ROWS)][(other + i) % 4] for i in range(2)]
    both = place >= 3
    choices = [same if answer == opposite else opposite, strangers[0]] if both else strangers
    choices.insert(place % 3, answer)
    if both:
        steps = _among_both(own[word], _TOPICS[row], same, opposite, [c for c in choices if c in own])
    else:
        side = "at the same end" if relation == _SAME else "at the other end"
        steps = [
            ("recall", f"The word {own[word]} is about {_TOPICS[row]}."),
            ("compare", f"Of the choices, only {answer} is about {_TOPICS[row]}: {side}."),
        ]
    steps.append(("conclude", f"So {answer} means {relation} {own[word]}."))
    prompt = phrasing.format(ask=relation, word=own[word], either=and_list(choices, "or"), all=and_list(choices))
    return Problem(prompt, steps, answer)


def _among_both(word: str, topic: str, same: str, opposite: str, about: list[str]) -> list[tuple[str, str]]:
    return [
        ("recall", f"The word {word} is about {topic}."),
        ("compare", f"Of the choices, {and_list(about)} are about {topic}."),
        ("compare", f"At the same end as {word} is {same}, at the other end {opposite}."),
    ]


def solve(prompt: str) -> str:
    """Find the row of the quoted word, and in the choices the word at the end of that row that is asked for."""
    word = quoted(prompt)[0]
    own = next(row for row in _WORDS if word in row)
    near = own[:2] if word in own[:2] else own[2:]
    wanted = set(near) - {word} if _SAME in prompt else set(own) - set(near)
    rest = prompt.replace(f'"{word}"', "").replace(",", " ").replace("?", " ").replace(".", " ").replace(":", " ")
    return next(choice for choice in rest.split() if choice in wanted)


_ASKS = ((_SAME, 0), (_OPPOSITE, 0), (_OPPOSITE, 1))
_AXES = {"row": range(len(_ROWS)), "word": range(4), "ask": _ASKS, "far": range(2, 23), "other": range(4)}

FAMILY = Family(
    name="opposites_and_synonyms",
    category="reasoning",
    phrasings=(
        'Which word means {ask} "{word}": {either}?',
        'Choose the word that means {ask} "{word}" from {all}.',
        'What means {ask} "{word}", {either}?',
        'Here are three words: {all}. Which of them means {ask} "{word}"?',
        'I need a word that means {ask} "{word}". Should I take {either}?',
    ),
    levels=(
        Level("easy", _AXES | {"place": range(3)}, steps=3),
        Level("easy", _AXES | {"place": range(3, 6)}, steps=4),
    ),
    build=build,
    solve=solve,
)
