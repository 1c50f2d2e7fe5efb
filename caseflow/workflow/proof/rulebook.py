"""The rulebook of the checks: for every rule its sentence, why it matters, a small bad example, and how it is put right.

The texts stand in ``templates/words/rules.yaml``, the examples in ``templates/rulebook.yaml``; ``docs/rules.md`` is made
from both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from caseflow.words import LANGUAGES, Language, catalogue, text
from caseflow.workflow.problems import nearest

ROOT = Path(__file__).parents[3]
BOOK = ROOT / "templates" / "rulebook.yaml"
PAGE = ROOT / "docs" / "rules.md"
_PLACE = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Change:
    """A piece of a workflow, well and badly written; ``at`` is where it stands.

    The last line of the bad piece is written ``times`` times, with its number for ``{n}``.
    """

    good: str
    bad: str
    at: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the checks."""

    id: str
    base: str
    """The example that the changes make bad: the name of a workflow of the tests."""
    change: tuple[Change, ...]
    besides: tuple[str, ...] = ()
    """Rules that the same mistake breaks too."""
    encoding: str = "utf-8"


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of the alphabet."""
    book = yaml.load(BOOK.read_text("utf-8"), yaml.CSafeLoader)
    return {name: _rule(name, said) for name, said in sorted(book.items())}


def close_to(name: str) -> str | None:
    """The rule that was most likely meant."""
    return nearest(name, rules())


def sentence(rule: str, language: Language) -> str:
    """What the rule says; dots stand for what a finding names."""
    return _PLACE.sub("…", catalogue()[f"workflow.{rule}"][language])


def reason(rule: str, language: Language) -> str:
    return text(f"rules.reason.{rule}", language)


def fix(rule: str, language: Language) -> str:
    return text(f"rules.fix.{rule}", language)


def explained(rule: str, language: Language) -> str:
    """A rule as some lines of plain text. Raises ``KeyError`` where there is none."""
    found = rules()[rule]
    lines = [rule, f"  {sentence(rule, language)}", *behind(rule, language)]
    for key, pieces in _examples(found):
        lines += [f"  {text(f'rules.{key}', language)}", *(f"    {line}" for line in pieces)]
    return "\n".join(lines)


def behind(rule: str, language: Language) -> list[str]:
    """Reason and remedy, to stand under a finding."""
    said = {"reason": reason(rule, language), "fix": fix(rule, language)}
    return [f"  {text(f'rules.{key}', language)} {value}" for key, value in said.items()]


def page() -> str:
    """The page ``docs/rules.md``."""
    lines = [
        "# The rules of the checks",
        "",
        f"What `caseflow workflow check` can say of a workflow, {len(rules())} rules: the sentence, why it matters, a bad",
        "example, and how it is put right. `caseflow workflow check --explain RULE` prints one of them,",
        "`check --explain` prints reason and remedy behind each finding. This page is made by",
        "`caseflow workflow rules --write` from `templates/rulebook.yaml` and `templates/words/rules.yaml`.",
    ]
    for rule in rules().values():
        lines += ["", f"## {rule.id}", ""]
        lines += [f"{sentence(rule.id, language)}  " for language in LANGUAGES]
        for language in LANGUAGES:
            lines += ["", *(f"- {line.strip()}" for line in behind(rule.id, language))]
        for key, pieces in _examples(rule):
            lines += ["", text(f"rules.{key}", "en"), "", "```yaml", *pieces, "```"]
    return "\n".join(lines) + "\n"


def _examples(rule: Rule) -> list[tuple[str, list[str]]]:
    """The bad and the good pieces as lines."""
    found = []
    for key in ("bad", "good"):
        lines: list[str] = []
        for change in rule.change:
            if change.at:
                lines.append(f"# {change.at.replace('.', ' › ')}")
            lines += getattr(change, key).split("\n")
            if key == "bad" and change.times > 1:
                lines.append(f"# … × {change.times}")
        if any(line.strip() for line in lines):
            found.append((key, lines))
    return found


def _rule(name: str, said: dict[str, Any]) -> Rule:
    change = tuple(Change(**one) for one in said["change"])
    return Rule(name, said["base"], change, tuple(said.get("besides", ())), said.get("encoding", "utf-8"))
