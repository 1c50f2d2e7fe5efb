"""What workflows say about each other: members, the actions done to them, and the columns shown of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from caseflow.words import Message
from caseflow.workflow.definition import Definition
from caseflow.workflow.problems import Finding, Place, nearest
from caseflow.workflow.proof import consequence_checks, linking, lookup_checks, public_forms
from caseflow.workflow.proof.papers import COLUMN_PATHS
from caseflow.workflow.proof.register_checks import unfit
from caseflow.workflow.report import paths, placed_actions

STAY = "stay"
"""In ``acts`` of ``members``: nothing is done to the cases with this value."""
ENTRY_COLUMNS = ("number", "valid_from", "valid_until")
"""What a summary table may say of a member's entry in a register."""
RANKED = ("score", "place", "group")
"""What a ranking says of each member."""


def check(definition: Definition, peers: Mapping[str, Definition]) -> list[Finding]:
    """The findings about one definition that need the others. ``peers`` are all workflows by id."""
    found = [*_movers(definition, peers), *_members(definition, peers), *_counters(definition, peers)]
    found += lookup_checks.unwritten(definition, peers)
    found += public_forms.gathered(definition, peers)
    found += consequence_checks.check_pairs(definition, peers)
    return [*found, *_registers(definition, peers), *linking.check_pairs(definition, peers)]


def member_acts(definition: Definition) -> Iterator[tuple[Place, str]]:
    """Every action that a workflow over many cases performs on its members, with the place that says so."""
    for place, _, action in placed_actions(definition):
        for number, call in enumerate(action.then):
            if call.name == "members":
                at = (*place, "then", number, call.name)
                if isinstance(call.argument, str):
                    yield at, call.argument
                elif isinstance(call.argument, dict) and "act" in call.argument:
                    yield (*at, "act"), str(call.argument["act"])
                elif isinstance(call.argument, dict) and isinstance(call.argument.get("acts"), dict):
                    for value, act in call.argument["acts"].items():
                        if act != STAY:
                            yield (*at, "acts", value), str(act)


def _movers(definition: Definition, peers: Mapping[str, Definition]) -> Iterator[Finding]:
    for state in definition.states.values():
        for number, mover in enumerate(state.moved_by):
            if mover not in peers:
                yield _found("unknown_workflow", ("states", state.id, "moved_by", number), peers, name=mover)
    for place, _, action in placed_actions(definition):
        for number, mover in enumerate(action.moved_by):
            at = (*place, "moved_by", number)
            other = peers.get(mover)
            if other is None:
                yield _found("unknown_workflow", at, peers, name=mover)
            elif other.members is None or definition.workflow not in other.members.of:
                yield _found("mover_not_collective", at, name=mover)
            elif not any(act == action.id for _, act in member_acts(other)):
                yield _found("mover_does_nothing", at, name=mover, action=action.id)


def _counters(definition: Definition, peers: Mapping[str, Definition]) -> Iterator[Finding]:
    """Two workflows of an authority that count under one name would take each other's places."""
    for other in peers.values():
        if other.authority != definition.authority or other.workflow >= definition.workflow:
            continue
        shared = {quota.counted_as for quota in other.quotas.values()}
        for quota in definition.quotas.values():
            if quota.counted_as in shared:
                yield _found("counter_shared", ("quotas", quota.id), name=quota.counted_as, workflow=other.workflow)


def _registers(definition: Definition, peers: Mapping[str, Definition]) -> Iterator[Finding]:
    """Workflows that share a register declare it alike; what a procedure over many cases gives must stand there."""
    for register in definition.registers.values():
        for other in peers.values():
            if other.authority == definition.authority and other.workflow < definition.workflow:
                theirs = other.registers.get(register.id)
                if theirs is not None and theirs.shared() != register.shared():
                    yield _found(
                        "register_differs", ("registers", register.id), name=register.id, workflow=other.workflow
                    )
        hosts = [peer for peer in peers.values() if peer.members and definition.workflow in peer.members.of]
        known = [paths(host) for host in hosts]
        for field in register.fields.values():
            place = ("registers", register.id, "fields", field.id, "host")
            having = [one for one in known if field.host in one]
            if field.host is not None and not having:
                yield _found("register_host_unknown", place, {path for one in known for path in one}, name=field.host)
            for rule, values in (pair for one in having for pair in unfit(one, field.host or "")):
                yield Finding(rule, place, Message(f"workflow.{rule}", dict(values)), None)


def _members(definition: Definition, peers: Mapping[str, Definition]) -> Iterator[Finding]:
    if definition.members is None:
        return
    known = []
    for number, name in enumerate(definition.members.of):
        if name not in peers:
            yield _found("unknown_workflow", ("members", "of", number), peers, name=name)
            continue
        known.append(peers[name])
        if definition.members.in_ not in peers[name].states:
            hint = nearest(definition.members.in_, peers[name].states)
            message = Message("workflow.member_state_unknown", {"workflow": name, "name": definition.members.in_})
            yield Finding("member_state_unknown", ("members", "in"), message, hint)
    if len(known) < len(definition.members.of):
        return
    for place, act in member_acts(definition):
        having = [(peer, [action for _, _, action in placed_actions(peer) if action.id == act]) for peer in known]
        if not any(actions for _, actions in having):
            names = {action.id for peer in known for _, _, action in placed_actions(peer)}
            workflows = list(definition.members.of)
            yield _found("member_action_unknown", place, names, name=act, workflows=workflows)
        for peer, actions in having:
            if actions and not any(definition.workflow in action.moved_by for action in actions):
                yield _found("member_not_moved_by", place, name=act, workflow=peer.workflow, by=definition.workflow)
    yield from _only_in(definition, known)
    yield from _columns(definition, known)


def _only_in(definition: Definition, members: list[Definition]) -> Iterator[Finding]:
    """The state in which a member must stand for an act to concern it."""
    for place, _, action in placed_actions(definition):
        for number, call in enumerate(action.then):
            if call.name != "members" or not isinstance(call.argument, dict) or "only_in" not in call.argument:
                continue
            name, at = str(call.argument["only_in"]), (*place, "then", number, call.name, "only_in")
            for peer in members:
                if name not in peer.states:
                    message = Message("workflow.member_state_unknown", {"workflow": peer.workflow, "name": name})
                    yield Finding("member_state_unknown", at, message, nearest(name, peer.states))


def _columns(definition: Definition, members: list[Definition]) -> Iterator[Finding]:
    """Paths of summary tables, and of a panel's draw, lead into the members."""
    said = (question.columns for question in paths(definition).values() if question.type == "members")
    known = {*COLUMN_PATHS, *paths(definition), *(path for member in members for path in paths(member))}
    known |= {f"entry.{name}.{what}" for member in members for name in member.registers for what in ENTRY_COLUMNS}
    known |= {f"member.{column}" for columns in (*said, RANKED) for column in columns}
    workflows = [member.workflow for member in members]
    personal = {path for one in (definition, *members) for path, field in paths(one).items() if field.personal}
    for table in definition.tables.values():
        for column in table.columns.values():
            if column.value is not None and column.value not in known:
                place: Place = ("tables", table.id, "columns", column.id, "value")
                yield _found("member_path_unknown", place, known, name=column.value, workflows=workflows)
            elif column.value in personal and not table.persons:
                at: Place = ("tables", table.id, "columns", column.id, "value")
                yield Finding("personal_in_table", at, Message("workflow.personal_in_table", {"path": column.value}))
        for path in table.having:
            if path not in known:
                place = ("tables", table.id, "having", path)
                yield _found("member_path_unknown", place, known, name=path, workflows=workflows)
    for panel in definition.panels.values():
        for number, path in enumerate(panel.match):
            if path not in known:
                place = ("panels", panel.id, "match", number)
                yield _found("member_path_unknown", place, known, name=path, workflows=workflows)
        for key in ("rank_within", "objections"):
            single = getattr(panel, key)
            if single is not None and single not in known:
                place = ("panels", panel.id, key)
                yield _found("member_path_unknown", place, known, name=single, workflows=workflows)
        quotas = {name for member in members for name in member.quotas}
        if panel.line is not None and panel.line not in quotas:
            yield _found("line_unknown", ("panels", panel.id, "line"), quotas, name=panel.line, workflows=workflows)


def _found(rule: str, place: Place, known: Mapping[str, object] | set[str] | None = None, **values: object) -> Finding:
    hint = nearest(str(values["name"]), known) if known is not None else None
    return Finding(rule, place, Message(f"workflow.{rule}", dict(values)), hint)
