"""Who sees and who types what in which state, and which acts must stand with two persons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import action_ids, moves
from caseflow.workflow.kept import kept
from caseflow.workflow.many import ADDRESSEES, APPLICANT, PREFECTURE, Block, Letter
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, State
from caseflow.workflow.report import Report, paths

FREEZE = "freeze"
COMPLETE = "dossier_complete"
_PLACE = re.compile(r"\{([a-z][a-z0-9_.]*)\}", re.ASCII)
_READERS = {APPLICANT: "own_organisation", PREFECTURE: "own_prefecture"}


def hidden_from(definition: Definition, role: str, state: str) -> frozenset[str]:
    """The paths that a role does not see while a case stands in a state; what is sealed away no role sees."""
    known = definition.roles.get(role)
    everywhere = known.hides if known is not None else ()
    return frozenset(everywhere) | frozenset(definition.states[state].hides.get(role, ())) | sealed_away(definition)


@kept
def sealed_away(definition: Definition) -> frozenset[str]:
    """The sections and fields that are read by an act with a reason alone (``reads_sealed``)."""
    return frozenset(path for role in definition.roles.values() for path in role.reads_sealed)


def may_stay_empty(definition: Definition, path: str) -> bool:
    """Whether a question stands in a section that the public form lets out altogether."""
    return definition.public_form is not None and covers(definition.public_form.anonymous, path)


def answered_on_entry(definition: Definition, path: str) -> set[str]:
    """The state in which every case begins with an answer of the public; none where somebody else begins there too."""
    form = definition.public_form
    if form is None or path not in form.fields:
        return set()
    begun = {definition.first_state if role.opens is True else role.opens for role in definition.roles.values()}
    return {form.state} - begun


def covers(paths_: Iterable[str], path: str) -> bool:
    """Whether a path is among these, or inside one."""
    return any(path == one or path.startswith(f"{one}.") for one in paths_)


@kept
def always_hidden(definition: Definition) -> Mapping[str, frozenset[str]]:
    """By role what it sees in no state at all."""
    return {
        role: frozenset.intersection(*(hidden_from(definition, role, state) for state in definition.states))
        for role in definition.roles
    }


def check(report: Report) -> None:
    definition = report.definition
    known = paths(definition)
    for state in definition.states.values():
        for key, listed in (("hides", state.hides), ("edits_of", state.edits_of)):
            for role, named in listed.items():
                at: Place = ("states", state.id, key, role)
                report.known("unknown_role", role, definition.roles, at)
                for number, path in enumerate(named):
                    _place(report, path, known, (*at, number), dossier_only=key == "edits_of")
    for group, rule in enumerate(definition.never_both):
        for number, role in enumerate(rule.roles):
            report.known("unknown_role", role, definition.roles, ("never_both", group, "roles", number))
        if len(set(rule.roles)) < 2:
            report.say("never_one", ("never_both", group, "roles"))
    for place, _, action in report.actions():
        for number, name in enumerate(action.not_by):
            report.known("unknown_action", name, action_ids(report.definition), (*place, "not_by", number))
            if name == action.id:
                report.say("not_by_itself", (*place, "not_by", number), name=name)
        _alone(report, action, place)
    if not definition.states or any(found.rule == "unknown_role" for found in report.findings):
        return
    for state in definition.states.values():
        _typing(report, state)
    _required(report)
    _letters(report)


def _place(report: Report, path: str, known: Mapping[str, object], place: Place, *, dossier_only: bool) -> None:
    section = path.removeprefix("dossier.")
    if section in report.definition.dossier or (path in known and (path.startswith("dossier.") or not dossier_only)):
        return
    names = [f"dossier.{one}" for one in report.definition.dossier]
    listed = [one for one in known if one.startswith("dossier.") or not dossier_only]
    report.known("unknown_path", path, [*names, *listed], place)


def _typing(report: Report, state: State) -> None:
    """Nobody is asked to type what is out of sight, at an end, or what no act takes over."""
    if state.final and state.edits_of:
        report.say("final_with", ("states", state.id, "edits_of"), key="edits_of")
    for role, named in state.edits_of.items():
        hidden = hidden_from(report.definition, role, state.id)
        for number, path in enumerate(named):
            if covers(hidden, path) or any(covers([path], one) for one in hidden):
                report.say("edits_hidden", ("states", state.id, "edits_of", role, number), role=role, path=path)
    frozen = (call.name == FREEZE for action in report.definition.actions_in(state.id) for call in action.then)
    if state.edits_of and not state.final and not any(frozen):
        report.say("typed_never_frozen", ("states", state.id, "edits_of"), level="warning", name=state.id)


def _required(report: Report) -> None:
    """Before a complete dossier is asked for, somebody was able to answer each required question."""
    definition = report.definition
    amended = {question.amends for _, _, action in report.actions() for question in action.asks.values()}
    if definition.public_form is not None:
        amended.update(definition.public_form.fields)
    asking = {
        state.id: sorted(_reaching(definition, state.id))
        for state in definition.states.values()
        for action in definition.actions_in(state.id)
        if any(isinstance(need, Call) and need.name == COMPLETE for need in action.needs)
    }
    for section in definition.dossier.values():
        for field in section.fields.values():
            path = f"dossier.{section.id}.{field.id}"
            if not field.required or field.fixed or path in amended:
                continue
            for state, before in asking.items():
                if not any(can_type(definition, definition.states[one], path) for one in before):
                    report.say("required_unedited", ("dossier", section.id, "fields", field.id), path=path, state=state)
                    break


def _reaching(definition: Definition, state: str) -> set[str]:
    """The states from which a case can come to this one, itself among them; an entrance asks nobody."""
    ways = [(step.at.state, step.to.state) for steps in moves(definition).values() for step in steps]
    found, growing = {state}, True
    while growing:
        more = {source for source, target in ways if target in found} - found
        found |= more
        growing = bool(more)
    return found


def can_type(definition: Definition, state: State, path: str) -> bool:
    """Whether anybody can type a field in a state."""
    if {"dossier", "unlocked"} & set(state.edits) and state.holder is not None:
        typing = [state.holder, *(one.id for one in definition.roles.values() if one.assists == state.holder)]
        if any(not covers(hidden_from(definition, role, state.id), path) for role in typing):
            return True
    return any(covers(named, path) for named in state.edits_of.values())


def _letters(report: Report) -> None:
    """A letter must not tell its addressee what the addressee may never see."""
    definition = report.definition
    never = always_hidden(definition)
    for letter in definition.letters.values():
        readers = [
            role for role in definition.roles.values()
            if role.sees == _READERS.get(letter.to) or (role.id == letter.to and letter.to not in ADDRESSEES)
        ]  # fmt: skip
        if not readers:
            continue
        hidden = frozenset.intersection(*(never[role.id] for role in readers))
        if letter.layout == "form":
            continue  # it leaves out by itself what its reader may not see
        for number, block in enumerate(letter.blocks):
            for path in sorted(one for one in _shown(block) if _touches(hidden, one)):
                at: Place = ("letters", letter.id, "blocks", number)
                report.say("letter_shows_hidden", at, path=path, to=letter.to, level="warning")


def tells(letter: Letter, hidden: frozenset[str]) -> bool:
    """Whether a letter tells something hidden; a form leaves that out by itself."""
    if not hidden or letter.layout == "form":
        return False
    return any(_touches(hidden, path) for block in letter.blocks for path in _shown(block))


def _shown(block: Block) -> set[str]:
    """The paths that a block of a letter shows; a section may stand without ``dossier``."""
    written = block.text.zh + block.text.en if block.text is not None else ""
    return {*block.fields, *_PLACE.findall(written)}


def _touches(hidden: frozenset[str], path: str) -> bool:
    """Whether a path lies inside what is hidden, or holds some of it."""
    return any(covers(hidden, one) or any(covers([one], each) for each in hidden) for one in (path, f"dossier.{path}"))


def _alone(report: Report, action: Action, place: Place) -> None:
    """What cannot be undone is not left to one person."""
    if action.irreversible and not (action.sign_off or action.not_by or action.system or action.moved_by):
        report.say("irreversible_alone", place, level="warning", name=action.id)
