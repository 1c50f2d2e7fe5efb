"""A stored footprint result as one reader may see it: printed figures, differences, the gate as it stands, findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from caseflow.cases import dossier, findings, footprint_context, said
from caseflow.cases.view import View
from caseflow.footprint.finding import CHECKS, Finding
from caseflow.footprint.gases import PARTS
from caseflow.footprint.gate import Gate
from caseflow.footprint.results import compare
from caseflow.studies.recompute import StoredResult
from caseflow.studies.store import StoredStudy
from caseflow.web import drawing
from caseflow.web.charts_shown import Part, Shown, divided, percentages, shown
from caseflow.words import from_json
from caseflow.workflow.form import Field

VEIL = "■■■"
"""Stands for what the reader's role may not see of the application, wherever it was typed into the study."""
_LEAST_HIDDEN = 2
"""Characters: a shorter text is in every other one."""
_FREE = ("text", "long_text", "phone", "email", "credit_code", "document_number", "url")


@dataclass(frozen=True, slots=True)
class Row:
    """A stage, or a line: what is declared of it beside what it comes to, in printed figures (kgCO2e).

    ``part`` is None for a line that could not be counted. ``difference``: declared less recomputed; ``deviation`` the
    same in percent.
    """

    id: str
    name: str
    part: Part | None
    declared: Decimal | None
    difference: Decimal | None
    deviation: Decimal | None
    over: bool
    share: Decimal | None
    line: Mapping[str, Any] = field(default_factory=dict)
    """Of a line: what the result keeps of it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A finding with the officer's word on it. ``row``: its row, which is answered; none where it asks for no answer."""

    finding: Finding
    row: Mapping[Any, Any] | None
    blocks: bool
    reason: str

    @property
    def severity(self) -> str:
        return self.finding.severity


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one check."""

    check: str
    findings: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """One result for one reader. ``study`` and ``result`` are plain JSON without what the reader may not see."""

    case_id: int
    stored: StoredResult
    filed: StoredStudy
    study: Mapping[str, Any]
    result: Mapping[str, Any]
    shown: Shown
    whole: Row
    stages: tuple[Row, ...]
    lines: tuple[Row, ...]
    gate: Gate
    groups: tuple[Group, ...]
    answers: bool
    """Whether the reader may accept findings."""
    outdated: bool
    """Another study has been filed since."""

    @property
    def unit(self) -> str:
        """Of what the figures are: ``1 t``."""
        unit = self.result["unit"]
        return f"{unit['quantity']} {unit['unit']}"

    @property
    def tolerance(self) -> str:
        """Percent."""
        return str(self.stored.body["comparison"]["tolerance"])

    @property
    def parts(self) -> list[tuple[str, Decimal]]:
        """Fossil, biogenic, uptake, land use and aircraft, adding up to the total; results of old do not have them."""
        known = self.result.get("parts", {})
        return list(divided({part: known[part] for part in PARTS if part in known}, self.shown).items())

    @property
    def gases(self) -> list[tuple[str, Decimal]]:
        return list(divided(self.result.get("gases", {}), self.shown).items())

    @property
    def supplies(self) -> list[Mapping[str, Any]]:
        """The lines of electricity and heat with how they are supplied."""
        return [line for line in lines_of(self.study) if line.get("supply") or line.get("carrier")]

    def line_of(self, line_id: str) -> Row | None:
        return next((row for row in self.lines if row.id == line_id), None)

    def name_of(self, line_id: str) -> str:
        row = self.line_of(line_id)
        return row.name if row is not None else line_id

    def process_name(self, process_id: str) -> str:
        found = (one["name"] for one in self.study.get("processes", ()) if one["id"] == process_id)
        return next(found, process_id)


def may_see(view: View) -> bool:
    """Whether the footprint is for this reader's eyes at all: offices and panels; an applicant has the own pages."""
    return bool(view.definition.footprint) and (
        view.is_staff or (bool(view.roles) and not (view.is_applicant or view.is_party))
    )


def sight(
    view: View, stored: StoredResult, filed: StoredStudy, *, outdated: bool = False, digits: int | None = None
) -> Sight:
    """A stored result of any method for this reader; ``filed`` is the study that it was computed of.

    ``digits``: after the point of every figure; as many as the total needs unless given.
    """
    secrets = _secrets(view)
    study = veiled(filed.study.as_json(), secrets)
    result = veiled(stored.body["result"], secrets)
    printed = shown(result, drawing.named, digits)
    tolerance = Decimal(str(stored.body["comparison"]["tolerance"]))
    declared_stages = study.get("declared_stages", {})
    declared_lines = {line["id"]: line.get("declared") for line in lines_of(study)}
    parts = {part.id: part for part in printed.lines}
    shares = dict(zip(parts, percentages(printed.lines), strict=True))
    whole = Part("", "", printed.total, stored.total)
    gate, groups = _findings(view, stored, secrets)
    return Sight(
        case_id=view.row["id"],
        stored=stored,
        filed=filed,
        study=study,
        result=result,
        shown=printed,
        whole=_row(whole, study.get("declared"), tolerance, None),
        stages=tuple(
            _row(part, declared_stages.get(part.id), tolerance, share)
            for part, share in zip(printed.stages, percentages(printed.stages), strict=True)
        ),
        lines=tuple(
            replace(
                _row(parts.get(line["id"]), declared_lines.get(line["id"]), tolerance, shares.get(line["id"])),
                id=line["id"],
                name=line["name"],
                line=line,
            )
            for line in result["lines"]
        ),
        gate=gate,
        groups=groups,
        answers=view.is_holder and view.is_staff,
        outdated=outdated,
    )


def lines_of(study: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every line of a study given as plain JSON."""
    yield from study["lines"]
    for process in study.get("processes", ()):
        yield from process.get("lines", ())


def veiled(value: Any, secrets: Iterable[str]) -> Any:
    """Plain JSON with every hidden text in it covered."""
    hidden = tuple(secrets)
    return _veiled(value, hidden) if hidden else value


def _veiled(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, VEIL)
        return value
    if isinstance(value, Mapping):
        return {name: _veiled(one, secrets) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_veiled(one, secrets) for one in value]
    return value


def _row(part: Part | None, declared: str | None, tolerance: Decimal, share: Decimal | None) -> Row:
    if part is None or declared is None:
        stated = None if declared is None else Decimal(declared)
        name, id_ = (part.name, part.id) if part else ("", "")
        return Row(id_, name, part, stated, None, None, over=False, share=share)
    found = compare(Decimal(declared), part.exact, tolerance)
    difference = Decimal(declared) - part.shown
    return Row(part.id, part.name, part, Decimal(declared), difference, found.deviation, found.over, share)


def _findings(view: View, stored: StoredResult, secrets: Iterable[str]) -> tuple[Gate, tuple[Group, ...]]:
    """The gate, and the findings by check. What officers said of them is theirs: a panel judges for itself."""
    told = footprint_context.named(view.tx, view.ground, view.actor, stored.body["findings"])
    told = veiled(told, secrets)
    found = [Finding(one["id"], from_json(one["message"]), one["severity"], one["path"]) for one in told]
    now = findings.standing(view.tx, view.ground.keys, view.row["id"], stored)
    blocking = {one.id for one in now.blockers}
    rows = {row["key"].removeprefix(f"{findings.FOOTPRINT}."): row for row in view.findings()}
    reasons = now.accepted if view.is_staff else {}
    answered = [Answered(one, rows.get(one.id), one.id in blocking, reasons.get(one.id, "")) for one in found]
    groups = [Group(check, tuple(one for one in answered if one.finding.check == check)) for check in CHECKS]
    following = from_json(veiled(now.next_action.as_json(), secrets))
    return replace(now, next_action=following), tuple(group for group in groups if group.findings)


def _secrets(view: View) -> tuple[str, ...]:
    """What was typed into fields that the reader may not see, the longest first."""
    hidden = view.hidden()
    if not hidden:
        return ()
    values = dossier.frozen(view.tx, view.ground, view.row["id"], view.row["revision"])
    found: set[str] = set()
    for section in view.definition.dossier.values():
        for question in section.fields.values():
            if said.is_hidden(f"dossier.{section.id}.{question.id}", hidden):
                found |= set(_texts(question, values.get(section.id, {}).get(question.id)))
    return tuple(sorted(found, key=lambda one: (-len(one), one)))


def _texts(question: Field, value: Any) -> Iterator[str]:
    """The free texts of an answer; what was chosen from a list names nobody."""
    if isinstance(value, list):
        for row in value:
            if isinstance(row, Mapping):
                for column in question.columns.values():
                    yield from _texts(column, row.get(column.id))
    elif isinstance(value, str) and question.type in _FREE and len(value.strip()) >= _LEAST_HIDDEN:
        yield value.strip()
