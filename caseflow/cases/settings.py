"""What an office has set of the parameters of its procedures, and what is in force on a day.

What is set counts from a later day on, so that all of one day is decided by the same values.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, workflow_version
from caseflow.cases.setting_models import parameter_confirmation, parameter_reason, parameter_setting
from caseflow.people.models import person
from caseflow.records import personal
from caseflow.records.personal import Keyring
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition
from caseflow.workflow.parameters import Parameter, canonical, is_parameter, name_of, typed, within

MOST_REASON = 500

_COUNTING = (
    sa.select(parameter_setting.c.parameter, parameter_setting.c.value)
    .outerjoin(parameter_confirmation, parameter_confirmation.c.setting_id == parameter_setting.c.id)
    .where(
        parameter_setting.c.authority_id == sa.bindparam("authority_id"),
        parameter_setting.c.workflow == sa.bindparam("workflow"),
        parameter_setting.c.from_on <= sa.bindparam("on_day"),
        sa.or_(
            sa.not_(parameter_setting.c.needs_second),
            parameter_confirmation.c.confirmed_on < sa.bindparam("on_day"),
        ),
    )
    .order_by(parameter_setting.c.from_on, parameter_setting.c.id)
)


def in_force(tx: Connection, definition: Definition, authority_id: int, on: date) -> dict[str, str]:
    """Every parameter of a definition with its value on a day: what was set last within the bounds, else the default."""
    known = definition.parameters
    if not known:
        return {}
    found = {one.id: canonical(one, one.default) or "" for one in known.values()}
    given = {"authority_id": authority_id, "workflow": definition.workflow, "on_day": on}
    if all(one.fixed for one in known.values()):
        return found
    listed = tx.execute(_COUNTING, given).all()
    return found | {name: value for name, value in listed if name in known and _fits(known[name], value)}


def of_case(tx: Connection, definition: Definition, row: Mapping[Any, Any]) -> dict[str, str]:
    """What is in force for a case: the values of the day on which it came to where it stands."""
    return in_force(tx, definition, row["authority_id"], clock.local_date(row["moved_at"]))


def read_by_conditions(tx: Connection, definition: Definition, row: Mapping[Any, Any]) -> dict[str, Any]:
    """The parameters as conditions read them."""
    return {name: typed(definition.parameters[name], value) for name, value in of_case(tx, definition, row).items()}


def number(tx: Connection, definition: Definition, row: Mapping[Any, Any], written: int | str | None) -> int | None:
    """A number of times as it is written, or as its parameter says for this case."""
    if isinstance(written, str):
        return int(of_case(tx, definition, row)[name_of(written)])
    return written


def period(tx: Connection, definition: Definition, case_id: int, written: str) -> str:
    """A period as it is written, or as its parameter says today: for a clock that starts."""
    if not is_parameter(written):
        return written
    authority_id = tx.scalar(sa.select(case.c.authority_id).where(case.c.id == case_id))
    return in_force(tx, definition, authority_id or 0, clock.today())[name_of(written)]


def set_value(
    tx: Connection, keys: Keyring, authority_id: int, definition: Definition, name: str, written: Any, *,
    from_on: date, reason: str, by: int, at: datetime, request_key: str,
) -> int:  # fmt: skip
    """Set a parameter from a day on; returns the number of the setting, the same for the same ``request_key``. Where a
    second person must confirm it, it does not count before the day after that.

    Raises:
        Refused: fixed by the notice, no value of its type or outside its bounds, no reason, or from a day not later
            than today. Every reason at once.
    """
    done = tx.scalar(sa.select(parameter_setting.c.id).where(parameter_setting.c.request_key == request_key))
    if done is not None:
        return int(done)
    parameter = definition.parameters[name]
    against: list[Message] = []
    value = canonical(parameter, written)
    if parameter.fixed:
        against.append(Message("settings.fixed", {"basis": parameter.basis}))
    elif value is None:
        against.append(Message("settings.not_a_value", {"input": "value"}))
    elif not within(parameter, value):
        against.append(
            Message("settings.outside", {"low": parameter.minimum, "high": parameter.maximum, "input": "value"})
        )
    if not reason.strip():
        against.append(Message("office.reason_missing", {"input": "reason"}))
    elif len(reason.strip()) > MOST_REASON:
        against.append(Message("settings.reason_long", {"limit": MOST_REASON, "input": "reason"}))
    if from_on <= clock.local_date(at):
        against.append(Message("settings.not_yet", {"input": "from_on"}))
    if against or value is None:
        raise Refused(*against)
    number = int(
        tx.execute(
            parameter_setting.insert()
            .values(
                authority_id=authority_id, workflow=definition.workflow, parameter=name, value=value, from_on=from_on,
                needs_second=parameter.confirmed_by is not None, set_by=by, at=at, request_key=request_key,
            )
            .returning(parameter_setting.c.id)
        ).scalar_one()
    )  # fmt: skip
    sealed = personal.seal_json(keys, reason.strip(), _reason_of(number))
    tx.execute(parameter_reason.insert().values(setting_id=number, sealed=sealed))
    return number


def confirm(tx: Connection, row: Mapping[Any, Any], *, by: int, at: datetime) -> None:
    """A second person confirms what was set.

    Raises:
        Refused: it needs nobody, was set by the same person, or is confirmed already.
    """
    if not row["needs_second"] or row["confirmed_on"] is not None:
        raise Refused(Message("settings.nothing_to_confirm"))
    if row["set_by"] == by:
        raise Refused(Message("settings.own"))
    tx.execute(
        parameter_confirmation.insert().values(
            setting_id=row["id"], confirmed_by=by, confirmed_on=clock.local_date(at), at=at
        )
    )


def history(tx: Connection, keys: Keyring, authority_id: int, workflow: str, limit: int = 200) -> list[dict[str, Any]]:
    """What was set of a procedure and why, newest first, with the names of those who set and confirmed it."""
    second = person.alias()
    rows = tx.execute(
        sa.select(
            parameter_setting,
            parameter_reason.c.sealed,
            parameter_confirmation.c.confirmed_on,
            person.c.name.label("set_by_name"),
            second.c.name.label("confirmed_by_name"),
        )
        .join(person, person.c.id == parameter_setting.c.set_by)
        .outerjoin(parameter_reason, parameter_reason.c.setting_id == parameter_setting.c.id)
        .outerjoin(parameter_confirmation, parameter_confirmation.c.setting_id == parameter_setting.c.id)
        .outerjoin(second, second.c.id == parameter_confirmation.c.confirmed_by)
        .where(parameter_setting.c.authority_id == authority_id, parameter_setting.c.workflow == workflow)
        .order_by(parameter_setting.c.id.desc())
        .limit(limit)
    ).mappings()
    return [
        {**row, "reason": personal.open_json(keys, row["sealed"], _reason_of(row["id"])) if row["sealed"] else ""}
        for row in rows
    ]


def _reason_of(setting_id: int) -> str:
    return f"parameter/{setting_id}"


def told(tx: Connection, ground: Ground) -> list[Message]:
    """Every parameter of the current procedures in one line, for the command line."""
    found = []
    for loaded in ground.all_current(tx):
        definition = loaded.definition
        where = sa.select(workflow_version.c.authority_id).where(workflow_version.c.id == loaded.id)
        authority_id = tx.scalar(where) or 0
        now = in_force(tx, definition, authority_id, clock.today())
        newest_last = reversed(history(tx, ground.keys, authority_id, definition.workflow))
        last = {row["parameter"]: row["from_on"] for row in newest_last}
        for one in definition.parameters.values():
            values = {"workflow": definition.workflow, "parameter": one.id, "value": now[one.id]}
            if one.fixed:
                found.append(Message("cli.parameter_fixed", values))
                continue
            set_on = last.get(one.id)
            since = (
                Message("cli.parameter_set", {"day": set_on.isoformat()})
                if set_on
                else Message("cli.parameter_default")
            )
            found.append(Message("cli.parameter", {**values, "low": one.minimum, "high": one.maximum, "since": since}))
    return found


def _fits(parameter: Parameter, value: str) -> bool:
    """Whether what was set under another version is still a value within the bounds."""
    return not parameter.fixed and canonical(parameter, value) == value and within(parameter, value)
