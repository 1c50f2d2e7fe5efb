"""Conditions that can never hold, that always hold, or that exclude each other; and those of which it cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.kept import kept
from caseflow.workflow.parameters import PREFIX
from caseflow.workflow.parts import Check
from caseflow.workflow.problems import Finding, Place
from caseflow.workflow.procedure import Action
from caseflow.workflow.proof.truth import Domain, Truth, names, truth
from caseflow.workflow.proof.truth_reading import Joined, Tree, Undecided, read
from caseflow.workflow.report import FOOTPRINT, Report, gathered, paths
from caseflow.workflow.rules import CASE_NAMES, when_places

TEXTS = (
    "text", "long_text", "document_number", "region", "product_class", "phone", "email", "credit_code", "url", "organisation",
)  # fmt: skip
LISTS = ("table", "people", "files", "choices", "members")
"""Answers that have a size."""
_SIZE = Domain("integer", (), Fraction(0), None, Fraction(1))
_NUMBERS = {"integer": Fraction(1), "date": Fraction(1)}


def check(report: Report) -> None:
    """What is wrong with conditions that can be decided; none is looked at where one cannot be compiled."""
    for place, action, domains in _acts(report.definition):
        _needs(report, place, action, domains)
    for place, text, fields in when_places(report.definition):
        found = _said(text, _domains(report.definition, None, fields))
        if found is not None and not found.ever:
            report.say("question_never", (*place, "when"), level="warning", text=text)
        elif found is not None and found.always:
            report.say("question_always", (*place, "when"), level="warning", text=text)


def undecided(definition: Definition) -> list[Finding]:
    """A note for each condition of an act of which it cannot be told whether it can ever hold."""
    found = []
    for place, action, domains in _acts(definition):
        for number, need in enumerate(action.needs):
            if isinstance(need, Check) and _said(need.check, domains) is None:
                message = Message("workflow.guard_not_decided", {"text": need.check[:120]})
                found.append(Finding("guard_not_decided", (*place, "needs", number, "check"), message, None, "note"))
    return found


def _needs(report: Report, place: Place, action: Action, domains: Mapping[str, Domain]) -> None:
    trees: list[Tree] = []
    sound = True
    for number, need in enumerate(action.needs):
        found = _said(need.check, domains) if isinstance(need, Check) else None
        if found is None or not isinstance(need, Check):
            continue
        at: Place = (*place, "needs", number, "check")
        if not found.ever:
            report.say("guard_never", at, text=need.check)
            sound = False
        elif found.always:
            report.say("guard_always", at, level="warning", text=need.check)
        trees.append(read(need.check))
    if sound and len(trees) > 1 and _never(Joined("&&", tuple(trees)), domains):
        report.say("needs_exclude", (*place, "needs"))


def _never(tree: Tree, domains: Mapping[str, Domain]) -> bool:
    try:
        return not truth(tree, domains).ever
    except Undecided:
        return False


def _said(text: str, domains: Mapping[str, Domain]) -> Truth | None:
    """What a condition can be; nothing where that is not decided."""
    try:
        tree = read(text)
        if not set(names(tree)) <= set(domains):
            return None
        return truth(tree, domains)
    except Undecided:
        return None


def _acts(definition: Definition) -> Iterator[tuple[Place, Action, Mapping[str, Domain]]]:
    """The acts that have a condition written here."""
    places: list[tuple[Place, Action]] = [
        (("states", state.id, "actions", action.id), action)
        for state in definition.states.values()
        for action in state.actions.values()
    ]
    places += [(("anywhere", action.id), action) for action in definition.anywhere.values()]
    for place, action in places:
        if any(isinstance(need, Check) for need in action.needs):
            yield place, action, _domains(definition, action, {})


def _domains(definition: Definition, action: Action | None, own: Mapping[str, Field]) -> dict[str, Domain]:
    """By name what a condition may read that has a single value, and what that can be."""
    found = dict(_shared(definition))
    for name, field in (action.asks if action is not None else {}).items():
        domain = _domain(field)
        if domain is not None:
            found[f"asks.{name}"] = domain
        if field.type in LISTS:
            found[f"size(asks.{name})"] = _SIZE
    for name, field in own.items():
        domain = _domain(field)
        if domain is not None:
            found.setdefault(name, domain)
    return found


@kept
def _shared(definition: Definition) -> dict[str, Domain]:
    """What every condition of a definition may read."""
    found = {name: Domain(kind) for name, (kind, _) in CASE_NAMES.items() if kind == "text"}
    found |= {name: Domain("date", step=Fraction(1)) for name, (kind, _) in CASE_NAMES.items() if kind == "date"}
    known, several = paths(definition), gathered(definition)
    for path, field in known.items():
        store = path.split(".")[0]
        if store in several or path.rpartition(".")[0] in known:
            continue
        domain = _domain(field)
        if domain is not None:
            found[path if store in ("dossier", FOOTPRINT) else f"case.{path}"] = domain
        if field.type in LISTS:
            found[f"size({path if store == 'dossier' else f'case.{path}'})"] = _SIZE
    found |= {f"size(case.{store})": _SIZE for store in several}
    for parameter in definition.parameters.values():
        if parameter.type in ("integer", "boolean"):
            low, high = (_number(bound) for bound in (parameter.minimum, parameter.maximum))
            found[f"{PREFIX}{parameter.id}"] = Domain(parameter.type, (), low, high, _NUMBERS.get(parameter.type))
    return found


def _domain(field: Field) -> Domain | None:
    if field.type == "choice":
        # what the system fills in is a part's way to tell the workflows apart that share it
        return Domain("text", () if field.fixed else tuple(field.choices))
    if field.type == "boolean":
        return Domain("boolean")
    if field.type in ("integer", "decimal", "date"):
        step = _NUMBERS.get(field.type)
        if field.type == "decimal" and field.decimals is not None:
            step = Fraction(1, 10**field.decimals)
        return Domain(field.type, (), _number(field.minimum), _number(field.maximum), step)
    return Domain("text") if field.type in TEXTS else None


def _number(bound: object) -> Fraction | None:
    """A bound that is the same on every day."""
    if bound is None or bound == "today":
        return None
    try:
        return Fraction(str(bound))
    except ValueError:
        pass
    try:
        return Fraction(date.fromisoformat(str(bound)).toordinal())
    except ValueError:
        return None
