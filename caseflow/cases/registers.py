"""What acts do to registers: an entry is issued, suspended, restored, ended or corrected; and what guards ask of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from caseflow import clock
from caseflow.cases import listed, numbers, register_book, register_lookup, register_terms, register_values, resting
from caseflow.cases.move import Move
from caseflow.cases.register_book import Why
from caseflow.cases.registry import EFFECTS, GUARDS, effect, guard
from caseflow.words import Message, Refused
from caseflow.workflow import registers as declared
from caseflow.workflow.parts import Call, Text
from caseflow.workflow.procedure import Action
from caseflow.workflow.registers import LIVE, STEPS, Register, RegisterCall, call

RAN_OUT = Action(id="register_expired", title=Text(zh="登记期满", en="Entry expired"))
_HAPPENED = {
    "register_suspend": "suspended",
    "register_restore": "restored",
    "register_revoke": "revoked",
    "register_reinstate": "restored",
    "register_withdraw": "withdrawn",
    "register_expire": "expired",
}


def _against_issue(move: Move, argument: Any) -> list[Message]:
    meant = call(argument)
    register = move.definition.registers[meant.register_]
    has = register_book.newest(move.tx, move.case["id"], register.id)
    if has is not None and has["status"] in LIVE and not meant.replaces:
        return [_has_one(register, has)]
    if register.number_from is None or not (number := move.value(register.number_from)):
        return []
    known = register_book.numbered(move.tx, move.case["authority_id"], register.id, str(number))
    return [_has_one(register, known)] if known is not None else []


@effect(EFFECTS, "register", against=_against_issue, asked_first=True)
def register_issue(move: Move, argument: Any) -> None:
    """Make an entry in a register, with its own number; with ``replaces`` the entry that the case has is superseded."""
    if against := _against_issue(move, argument):
        raise Refused(*against)
    meant = call(argument)
    has = register_book.newest(move.tx, move.case["id"], meant.register_)
    if has is not None and has["status"] in LIVE:
        _change(move, has, "superseded", "superseded", meant)
        resting.tell_of_successor(move, move.definition.registers[meant.register_], has, _issue(move, meant))
    else:
        _issue(move, meant)


def _against_step(name: str) -> Callable[[Move, Any], list[Message]]:
    def against(move: Move, argument: Any) -> list[Message]:
        meant = call(argument)
        return _not_so(move, meant, _entry(move, meant), name)

    return against


def _not_so(move: Move, meant: RegisterCall, row: dict[str, Any] | None, name: str) -> list[Message]:
    """Why a step does not lead from where the entry stands."""
    register = move.definition.registers[meant.register_]
    if meant.entry is not None and not move.value(meant.entry):
        return []  # the question itself is answered first
    if row is None:
        return [] if meant.if_any else [Message("registers.none", {"register": _title(register)})]
    status = register_book.status_on(row, clock.local_date(move.at))
    if status in STEPS[name][0] or (meant.if_any and status not in LIVE):
        return []
    said = {"number": row["number"], "status": Message(f"registers.status.{status}"), "register": _title(register)}
    return [Message("registers.not_so", said)]


def _step(move: Move, argument: Any, name: str) -> None:
    """Lead the entry to the status of a step. It is read once: what was asked of it is what is changed, or nothing is."""
    meant = call(argument)
    row = _entry(move, meant)
    if against := _not_so(move, meant, row, name):
        raise Refused(*against)
    froms, status = STEPS[name]
    if row is not None and register_book.status_on(row, clock.local_date(move.at)) in froms:
        now = _change(move, row, _HAPPENED[name], status, meant)
        if row["status"] not in LIVE:
            register_terms.put(move, now)  # the timers of its term may have passed while it had ended


@effect(EFFECTS, "register", against=_against_step("register_suspend"), asked_first=True)
def register_suspend(move: Move, argument: Any) -> None:
    """Suspend an entry that is valid."""
    _step(move, argument, "register_suspend")


@effect(EFFECTS, "register", against=_against_step("register_restore"), asked_first=True)
def register_restore(move: Move, argument: Any) -> None:
    """Let a suspended entry be valid again."""
    _step(move, argument, "register_restore")


@effect(EFFECTS, "register", against=_against_step("register_revoke"), asked_first=True)
def register_revoke(move: Move, argument: Any) -> None:
    """Revoke an entry that is valid or suspended."""
    _step(move, argument, "register_revoke")


@effect(EFFECTS, "register", against=_against_step("register_reinstate"), asked_first=True)
def register_reinstate(move: Move, argument: Any) -> None:
    """Let a revoked entry be valid again for the rest of its term, because its revocation was found to be wrong."""
    _step(move, argument, "register_reinstate")


@effect(EFFECTS, "register", against=_against_step("register_withdraw"), asked_first=True)
def register_withdraw(move: Move, argument: Any) -> None:
    """Take an entry out at the wish of its holder, or because its object is gone."""
    _step(move, argument, "register_withdraw")


@effect(EFFECTS, "register", against=_against_step("register_expire"), asked_first=True)
def register_expire(move: Move, argument: Any) -> None:
    """Let an entry expire because its term is over; a last day that was set does it by itself."""
    _step(move, argument, "register_expire")


@effect(EFFECTS, "register")
def register_correct(move: Move, argument: Any) -> None:
    """Write the values of an entry anew as the case has them now; what stood there before stays in its history."""
    meant = call(argument)
    row = _entry(move, meant)
    if row is None:
        if meant.if_any:
            return
        raise Refused(Message("registers.none", {"register": _title(move.definition.registers[meant.register_])}))
    said = register_values.said(move, move.definition.registers[meant.register_], row)
    changed = {name: value for name, value in said.items() if value != row[name]}
    if changed:
        now = _write(move, row, "corrected", changed, meant)
        register_terms.put(move, now)


def enter(move: Move, register: str, status: str) -> None:
    """Make the entry that an imported case has, with the status that the way to its state leaves."""
    row = _issue(move, RegisterCall(register_=register))
    kind = next((_HAPPENED[name] for name, (_, to) in STEPS.items() if to == status and to != "valid"), None)
    if kind is not None:
        _change(move, row, kind, status, RegisterCall(register_=register))


def run_out(move: Move, entry_id: int) -> bool:
    """Let an entry expire whose last day is over; false where there is nothing more to be done."""
    rows = register_book.of_case(move.tx, move.case["id"]).values()
    row = next((one for one in rows if one["entry_id"] == entry_id), None)
    if row is None or row["status"] not in LIVE or row["valid_until"] is None:
        return False
    if clock.now() < clock.end_of(row["valid_until"]):
        return False
    _change(move, row, "expired", "expired", RegisterCall(register_=row["register"]))
    return True


@guard(GUARDS, "register")
def entry_is(move: Move, argument: Any) -> list[Message]:
    """The entry has one of the statuses that are named: the case's own, the one with a number, or an organisation's."""
    meant = call(argument)
    register, today = move.definition.registers[meant.register_], clock.local_date(move.at)
    if meant.of is not None:
        holder = register_values.organisation(move, meant.of)
        found = register_book.held(move.tx, move.case["authority_id"], register.id, holder or 0, today)
    else:
        row = _named(move, meant) if register.public else _entry(move, meant)
        found = {register_book.status_on(row, today)} if row is not None else set()
    if found & set(meant.status):
        return []
    wanted = [Message(f"registers.status.{status}") for status in meant.status]
    return move.refuse("registers.entry_is_not", register=_title(register), wanted=wanted)


@guard(GUARDS, "register")
def no_entry(move: Move, argument: Any) -> list[Message]:
    """The organisation (of the case unless another is named) has no entry there that is valid or suspended."""
    meant = call(argument)
    register, today = move.definition.registers[meant.register_], clock.local_date(move.at)
    holder = register_values.organisation(move, meant.of or register.holder)
    found = register_book.held(move.tx, move.case["authority_id"], register.id, holder or 0, today)
    return move.refuse("registers.has_entry", register=_title(register)) if found & set(LIVE) else []


def _issue(move: Move, meant: RegisterCall) -> dict[str, Any]:
    register = move.definition.registers[meant.register_]
    today = clock.local_date(move.at)
    holder = register_values.organisation(move, register.holder)
    if holder is None:
        raise Refused(Message("registers.no_holder", {"register": _title(register)}))
    if register.validity.lasts_by is not None and register_values.months_of(move, register) is None:
        raise Refused(Message("registers.no_term", {"register": _title(register)}))
    _ask_again(move, register)
    number = _number(move, register, today)
    said = register_values.said(move, register, {"number": number, "organisation_id": holder, "valid_from": today})
    standing = {
        **said,
        "prefecture_id": move.row["prefecture_id"],
        "status": "valid",
        "since": today,
        "issued_on": today,
        "shown_until": None,
    }
    entry = {
        "authority_id": move.case["authority_id"],
        "register": register.id,
        "number": number,
        "case_id": move.case["id"],
        "definition_id": move.loaded.id,
        "organisation_id": holder,
    }
    row = register_book.enter(move.tx, entry, standing, _why(move, "issued", meant))
    _note(move, row, "issued")
    register_terms.put(move, row)
    listed.leave_word(move, row)
    return row


def _ask_again(move: Move, register: Register) -> None:
    """Where an act needs that there is no entry yet: ask once more, when nobody else can make one any longer."""
    for need in move.action.needs:
        if not isinstance(need, Call) or need.name != "no_entry" or call(need.argument).register_ != register.id:
            continue
        holder = register_values.organisation(move, call(need.argument).of or register.holder)
        register_book.alone(move.tx, holder or 0)
        if against := no_entry(move, need.argument):
            raise Refused(*against)
    register_lookup.ask_again(move, register.id)


def _change(move: Move, row: dict[str, Any], kind: str, status: str, meant: RegisterCall) -> dict[str, Any]:
    today = clock.local_date(move.at)
    register = move.definition.registers.get(row["register"])
    removed = None
    if status not in LIVE and register is not None and register.removed_after is not None:
        removed = register_values.after(move, today, register.removed_after)
    now = _write(move, row, kind, {"status": status, "since": today, "shown_until": removed}, meant)
    listed.leave_word(move, now)
    return now


def _write(move: Move, row: dict[str, Any], kind: str, changed: dict[str, Any], meant: RegisterCall) -> dict[str, Any]:
    now = register_book.change(move.tx, row, changed, _why(move, kind, meant))
    _note(move, now, kind)
    return now


def _entry(move: Move, meant: RegisterCall) -> dict[str, Any] | None:
    """The entry that a call means, if whoever acts may reach it: a number typed opens no entry of others."""
    row = _named(move, meant)
    return row if row is not None and (meant.entry is None or _reaches(move, row)) else None


def _reaches(move: Move, row: dict[str, Any]) -> bool:
    """Whether the role of an act looks as far as an entry that is not of its case; the program itself does."""
    role = move.definition.roles.get(move.role)
    if role is None or role.sees == "own_authority":
        return True
    key = "prefecture_id" if role.sees == "own_prefecture" else "organisation_id"
    return row[key] is not None and row[key] == move.case[key]


def _named(move: Move, meant: RegisterCall) -> dict[str, Any] | None:
    """The case's own newest entry, or the one whose number an answer says."""
    if meant.entry is None:
        return register_book.newest(move.tx, move.case["id"], meant.register_)
    number = move.value(meant.entry)
    return register_book.numbered(move.tx, move.case["authority_id"], meant.register_, str(number or ""))


def _number(move: Move, register: Register, today: date) -> str:
    if register.number_from is not None:
        given = move.value(register.number_from)
        if not given:
            raise Refused(Message("registers.no_number", {"register": _title(register)}))
        return str(given)
    series = f"{declared.ISSUE}/{register.id}"
    serial = numbers.next_serial(move.tx, move.case["authority_id"], series, today.year)
    return numbers.fill(register.number or "", today.year, serial)


def _why(move: Move, kind: str, meant: RegisterCall) -> Why:
    reason = move.value(meant.reason) if meant.reason is not None else None
    sealed = register_book.keep_reason(move.tx, move.ground.keys, move.case["id"], str(reason)) if reason else None
    person = move.actor.person_id if move.actor is not None else None
    return Why(kind, move.at, move.case["id"], move.action.id, move.request_key, person, sealed)


def _note(move: Move, row: dict[str, Any], kind: str) -> None:
    said = {"register": row["register"], "number": row["number"], "kind": kind}
    move.notes.setdefault("registers", []).append(said)


def _has_one(register: Register, row: dict[str, Any]) -> Message:
    return Message("registers.has_one", {"register": _title(register), "number": row["number"]})


def _title(register: Register) -> dict[str, str]:
    return {"zh": register.title.zh, "en": register.title.en}
