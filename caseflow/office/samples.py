"""Answers to the questions of any workflow: made up where none is given, and plain words of YAML turned into answers.

Everything follows from the definition and a seed, so the same seed gives the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from caseflow import clock
from caseflow.cases import dossier, questions
from caseflow.cases.ground import Ground, Loaded
from caseflow.footprint.gases import GWP_SETS
from caseflow.footprint.line import Line
from caseflow.footprint.own import OwnFactor
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.study import Quantity, Study
from caseflow.office.sample_files import kind_of
from caseflow.workflow.form import Field
from caseflow.workflow.identifiers import make_credit_code

_DAY = re.compile(r"([+-]\d{1,4}) days?")
EVERY = "all"
UNKNOWN_FORM = "0000-0000"
"""The code of a form that was never made."""


@dataclass(frozen=True, slots=True)
class Names:
    """How plain names become rows. A number stands for itself."""

    file: Callable[[str, Field], int]
    """The file of this name, for this question."""
    person: Callable[[str], int]
    case: Callable[[str], int]
    organisation: Callable[[str], int] = int
    credit_code: Callable[[str], str] = str
    """The code of the organisation of this name; what is no name is a code itself."""
    case_file: Callable[[str], int] = int
    """The file of this name that is in the case already."""
    rows: Callable[[str], int] = len
    """How many rows the table at a path of the dossier has."""
    revision_code: str = UNKNOWN_FORM
    """Of the form made last: what stands in the footer of its signed scan."""


def complete(
    loaded: Loaded,
    ground: Ground,
    seed: int,
    names: Names,
    given: Mapping[str, Any] | None = None,
    fill: Callable[[Field], Any] | None = None,
) -> dict[str, dict[str, Any]]:
    """A whole dossier with an answer to every question that is put.

    ``given``: answers by ``section.field``, in the words of YAML; an empty one leaves the question open.
    ``fill``: makes up the other answers, in place of ``sample``.
    """
    given = given or {}
    found: dict[str, dict[str, Any]] = {}
    for section in loaded.definition.dossier.values():
        known = dossier.with_fixed(loaded.definition, found)
        if section not in questions.sections(loaded, known):
            continue
        is_put = questions.in_section(loaded, section, known)
        told, found[section.id] = dict(known.get(section.id, {})), {}
        for question in section.fields.values():
            path = f"{section.id}.{question.id}"
            if question.fixed or (question.when is not None and not is_put(question.when, told)):
                continue
            if path in given:
                value = typed(question, given[path], names)
            else:
                value = fill(question) if fill is not None else sample(question, ground, seed, names)
            if value is not None:
                told[question.id] = found[section.id][question.id] = value
    return found


def answers(asks: Mapping[str, Field], given: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """What a form is sent with, from the words of YAML; a name that the form does not ask for goes as it is."""
    return {name: typed(asks[name], value, names) if name in asks else value for name, value in given.items()}


def typed(question: Field, given: Any, names: Names) -> Any:
    """One answer from the words of YAML: ``today``, ``+7 days``, the name of a file, of a person, of a case."""
    if given is None or given == "":
        return None
    kind = question.type
    if kind == "date":
        return day(str(given)).isoformat()
    if kind == "file":
        found = given if isinstance(given, int) else names.file(str(given), question)
        return found if question.of_revision is None else {"file": found, "revision_code": names.revision_code}
    if kind == "files":
        return [one if isinstance(one, int) else names.file(str(one), question) for one in given]
    if kind == "organisation":
        return given if isinstance(given, int) else names.organisation(str(given))
    if kind == "case_file":
        return given if isinstance(given, int) else names.case_file(str(given))
    if kind == "credit_code":
        return names.credit_code(str(given))
    if kind == "each_row":
        return _each_row(question, given, names)
    if kind == "members":
        rows = given.items() if isinstance(given, Mapping) else [(one, {}) for one in given]
        return {str(_number(one, names)): answers(question.columns, row or {}, names) for one, row in rows}
    if kind == "score_sheet":
        return {**given, "member": _number(given["member"], names)}
    if kind == "people":
        return [one if isinstance(one, int) else names.person(str(one)) for one in given]
    if kind == "table":
        return [answers(question.columns, row, names) for row in given]
    return given


def _each_row(question: Field, given: Any, names: Names) -> dict[str, Any]:
    """What is said row by row; ``all`` says the same of every row of the table."""
    if set(given) == {EVERY} and question.of is not None:
        given = dict.fromkeys(range(names.rows(question.of)), given[EVERY])
    return {str(number): answers(question.columns, row, names) for number, row in given.items()}


def day(text: str) -> date:
    """``today``, ``+7 days``, ``-1 days``, or a date."""
    offset = _DAY.fullmatch(text)
    if offset:
        return clock.today() + timedelta(days=int(offset[1]))
    return clock.today() if text == "today" else date.fromisoformat(text)


def study(shelf: Shelf) -> Study:
    """A study without any doubt about it: every stage of the first boundary, with figures that agree."""
    scheme = next(scheme for scheme in shelf.schemes if scheme.boundaries)
    boundary = scheme.boundaries[0]
    period = clock.today().year - 1
    own = OwnFactor(value=Decimal(1), unit="kWh", source=scheme.title.zh, year=period)
    lines = tuple(
        Line(id=stage.id, stage=stage.id, name=stage.title.zh, amount=Decimal(1), unit="kWh", own=own, primary=True)
        for stage in scheme.inside(boundary)
    )
    return Study(
        product=boundary.title.zh,
        unit=Quantity(Decimal(1), "kg"),
        boundary=boundary.id,
        period_from=date(period, 1, 1),
        period_to=date(period, 12, 31),
        standard=scheme.basis,
        gwp_set=GWP_SETS[-1],
        stages=scheme.id,
        lines=lines,
        declared=Decimal(len(lines)),
    )


def _number(name: Any, names: Names) -> int:
    text = str(name)
    return int(text) if text.isdecimal() else names.case(text)


def sample(question: Field, ground: Ground, seed: int, names: Names) -> Any:
    """A valid answer; nothing for questions about people and cases, which only a story can answer."""
    kind = question.type
    if kind in ("text", "long_text"):
        return f"{question.label.zh} {seed}"[: question.max_characters]
    if kind == "choice":
        return _turn(list(question.choices), seed)
    if kind == "choices":
        return [_turn(list(question.choices), seed)]
    if kind == "boolean":
        return question.required or question.text is not None
    if kind in ("integer", "decimal"):
        return _figure(question, seed)
    if kind == "date":
        return _date(question, seed)
    if kind in ("region", "product_class"):
        return _turn(list(ground.references.get(kind, {"0": None})), seed)
    if kind in ("file", "files"):
        found = typed(question, f"{question.label.zh}.{kind_of(question.accept)}", names) if kind == "file" else None
        return found or [names.file(f"{question.label.zh}.{kind_of(question.accept)}", question)]
    if kind == "checklist":
        return {item: {"conclusion": "met", "remark": ""} for item in question.items}
    if kind == "table":
        rows = range(max(question.min_rows, 1))
        return [{one.id: sample(one, ground, seed + row, names) for one in question.columns.values()} for row in rows]
    return _formed(kind, seed)


def _formed(kind: str, seed: int) -> str | None:
    """Codes and addresses that are well formed and nobody's."""
    return {
        "phone": f"400-000-{seed % 10_000:04}",
        "email": f"sample{seed}@example.org",
        "credit_code": make_credit_code("91", "990000", seed),
        "document_number": f"例〔{clock.today().year}〕{seed % 10_000 + 1}号",
        "url": f"https://example.org/{seed}",
    }.get(kind)


def _turn(among: list[str], seed: int) -> str:
    return among[seed % len(among)]


def _figure(question: Field, seed: int) -> int | str:
    least = Decimal(question.minimum) if question.minimum is not None else Decimal(0)
    most = Decimal(question.maximum) if question.maximum is not None else least + 1000
    found = min(least + seed % 1000, most)
    return int(found) if question.type == "integer" else str(found)


def _date(question: Field, seed: int) -> str:
    found = clock.today() + timedelta(days=seed % 300)
    if question.minimum is not None:
        found = max(found, day(str(question.minimum)))
    if question.maximum is not None:
        found = min(found, day(str(question.maximum)))
    return found.isoformat()
