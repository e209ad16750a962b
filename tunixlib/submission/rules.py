"""The contest's rules that a program can check, and what only a person can do.

    print(rules_table(check_rules(run)))

    | rule | found | required | |
    | completions in the text form | 147 of 150 (98.0 %) | at least 98 % | met |
    | video | | public, at most 3 minutes | for you to do |

A rule that is not met is a result, not an error: a random model cannot write the text form.
"""

from tunixlib.runs import Run
from tunixlib.submission.entry_rules import entry_rules
from tunixlib.submission.facts import read_facts
from tunixlib.submission.run_rules import Rule, run_rules
from tunixlib.tables import markdown_table

__all__ = ["Rule", "check_rules", "rules_table", "rules_text"]

BY_HAND = (
    ("video", "public, at most 3 minutes, linked from the write-up"),
    ("cover image", "attached to the write-up"),
    ("account", "contest rules accepted; notebook, data set and model made public"),
)
VERDICTS = {True: "met", False: "not met", None: "for you to do"}


def check_rules(run: Run) -> list[Rule]:
    """Every rule with what the run, sealed or not, has to say to it; what only a person can do stands last.

    Raises ArtifactError when a stage is missing.
    """
    facts = read_facts(run)
    found = [*run_rules(facts), *entry_rules(facts), *(Rule(name, "", required, None) for name, required in BY_HAND)]
    return sorted(found, key=lambda rule: rule.ok is None)


def rules_table(rules: list[Rule]) -> str:
    """The rules as Markdown, each with its verdict in words."""
    header = ("rule", "found", "required", "verdict")
    return markdown_table(header, [(rule.name, rule.found, rule.required, VERDICTS[rule.ok]) for rule in rules])


def rules_text(rules: list[Rule]) -> str:
    """The rules for a terminal, one line each, and how many have which verdict."""
    lines = []
    for rule in rules:
        found = f"{rule.found}; required: " if rule.found else ""
        lines.append(f"{VERDICTS[rule.ok]:13}  {rule.name}: {found}{rule.required}")
    verdicts = [rule.ok for rule in rules]
    counts = f"{verdicts.count(True)} met, {verdicts.count(False)} not met, {verdicts.count(None)} left for you"
    return "\n".join([*lines, "", counts])
