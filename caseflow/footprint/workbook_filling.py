"""A study as the rows of its workbook. What no sheet has a place for goes, place by place, into sheet 16."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from caseflow.footprint.line import Line
from caseflow.footprint.process import Flow, Process
from caseflow.footprint.stages import Scheme
from caseflow.footprint.study import Study
from caseflow.footprint.workbook_layout import SheetLayout
from caseflow.footprint.workbook_values import MOST_CHARACTERS, holds, written
from caseflow.words import Message, Refused

Row = dict[str, Any]
"""The values of a row by the paths of its columns."""

LISTS = ("lines", "parameters", "factors", "processes", "cutoffs", "balance", "omitted", "recycling", "scenarios")
"""What of a study stands in rows and not in forms."""
_SPREAD = ("uncertainty", "quality")
"""What of a line, parameter or factor stands in sheet 11."""


def filled(study: Study, sheets: tuple[SheetLayout, ...], scheme: Scheme) -> dict[int, list[Row]]:
    """The rows of each sheet by its number; a form has one.

    Raises:
        Refused: something is longer than a cell can hold.
    """
    return _Filling(study, sheets, scheme).rows


def flat(body: Mapping[str, Any], start: str = "") -> Row:
    """The values of nested mappings by their dotted paths; a mapping whose own keys have dots stays whole."""
    found: Row = {}
    for name, value in body.items():
        if isinstance(value, Mapping) and value and not any("." in str(key) for key in value):
            found |= flat(value, f"{start}{name}.")
        else:
            found[f"{start}{name}"] = value
    return found


def numbered(flows: Iterable[Flow]) -> Iterator[tuple[str, Flow]]:
    """Flows with the names by which they are told apart: that of the product, with a number from the second of it on."""
    seen: Counter[str] = Counter()
    for flow in flows:
        seen[flow.product] += 1
        again = seen[flow.product]
        yield (flow.product if again == 1 else f"{flow.product}#{again}"), flow


class _Filling:
    def __init__(self, study: Study, sheets: tuple[SheetLayout, ...], scheme: Scheme) -> None:
        self._study, self._sheets, self._scheme = study, sheets, scheme
        self.rows: dict[int, list[Row]] = {}
        self._form()
        self._omitted()
        self._lines()
        for process in study.processes:
            self._process(process)
        for parameter in study.parameters:
            self._put(14, self._apart(parameter.as_json(), "parameter", parameter.name), "parameter", parameter.name)
        for own in study.factors:
            self._put(15, self._apart(own.as_json(), "factor", own.id), "factor", own.id)
        for at, balance in enumerate(study.balance, 1):
            self._put(3, balance.as_json(), "balance", str(at))
        for at, cutoff in enumerate(study.cutoffs, 1):
            self._put(10, cutoff.as_json(), "cutoff", str(at))
        for material in study.recycling:
            self._put(17, material.as_json(), "recycling", material.id)
        for variant in study.scenarios:
            self._put(18, variant.as_json(), "scenario", variant.id)
        self._proofs()

    def _form(self) -> None:
        body = {name: value for name, value in self._study.as_json().items() if name not in LISTS}
        if body["stages"] == self._scheme.id:
            del body["stages"]
        known = [column for sheet in self._sheets if sheet.is_form for column in sheet.columns]
        form: Row = {}
        for path, value in flat(body).items():
            column = next((one for one in known if one.path == path), None)
            if column is not None and holds(column, value):
                form[path] = value
            else:
                self._keep("study", "", path, value)
        self.rows |= {sheet.number: [form] for sheet in self._sheets if sheet.is_form}

    def _omitted(self) -> None:
        """In the form, which has the stages in their order; otherwise in sheet 16."""
        given = [one.stage for one in self._study.omitted]
        known = [stage.id for stage in self._scheme.stages]
        columns = {one.path: one for sheet in self._sheets if sheet.is_form for one in sheet.columns}
        fits = [one for one in known if one in given] == given and all(
            holds(columns[f"omitted.{one.stage}"], one.reason) for one in self._study.omitted
        )
        for one in self._study.omitted:
            if fits:
                self.rows[2][0][f"omitted.{one.stage}"] = one.reason
            else:
                self._keep("omitted", one.stage, "", one.reason)

    def _lines(self) -> None:
        of_stage = {stage.id: sheet.number for sheet in self._sheets for stage in sheet.lines_of}
        first = min(of_stage.values(), default=4)
        groups = [list(self._study.lines), *(list(process.lines) for process in self._study.processes)]
        for lines in groups:
            at = [of_stage.get(line.stage, first) for line in lines]
            is_sorted = at == sorted(at)
            for number, (sheet, line) in enumerate(zip(at, lines, strict=True), 1):
                order = {} if is_sorted else {"order": number}
                body = self._apart(line.as_json(), "line", line.id)
                if own := body.get("own"):
                    body["own"] = self._apart(own, "own", line.id)
                self._put(sheet, body | order | _process_of(line), "line", line.id)

    def _process(self, process: Process) -> None:
        allocation = process.allocation.as_json() if process.allocation else {}
        shares: Mapping[str, str] = allocation.pop("shares", {})
        if not set(shares) <= {flow.product for flow in process.functions}:
            self._keep("process", process.id, "allocation.shares", shares)
            shares = {}
        about: Row = {"name": process.name, "stage": process.stage} | flat(
            {"allocation": allocation} if allocation else {}
        )
        roles = [("treats", "treats", process.treats)] if process.treats else []
        flows = [(role, kind, name, flow) for role, kind, one in roles for name, flow in numbered([one])]
        flows += [(flow.role, "output", name, flow) for name, flow in numbered(process.outputs)]
        flows += [("input", "input", name, flow) for name, flow in numbered(process.inputs)]
        columns = {one.path: one for one in self._sheets[9].columns}
        for path, value in list(about.items()):
            if not holds(columns[path], value):
                self._keep("process", process.id, path, about.pop(path))
        for at, (role, kind, name, flow) in enumerate(flows):
            body = flow.as_json()
            body.pop("role", None)
            row = {"process": process.id, "role": role} | (about if at == 0 else {})
            if kind != "input" and flow.product in shares:
                row["share"] = shares[flow.product]
            for path, value in flat({"flow": body}).items():
                if path in columns and holds(columns[path], value):
                    row[path] = value
                else:
                    self._keep(kind, process.id, path.removeprefix("flow."), value, name)
            self.rows.setdefault(9, []).append(row)

    def _apart(self, body: Row, of: str, id_: str) -> Row:
        """The body without its distribution and scores, which go to sheet 11."""
        body = dict(body)
        found = flat({name: body.pop(name) for name in _SPREAD if name in body})
        if scores := found.pop("uncertainty.pedigree", None):
            found |= {f"score.{at}": score for at, score in enumerate(scores)}
        if found:
            self.rows.setdefault(11, []).append({"of": "" if of == "line" else of, "id": id_, **found})
        return body

    def _put(self, number: int, body: Row, of: str, id_: str) -> None:
        """A row of a table; what its columns do not hold goes to sheet 16."""
        columns = {one.path: one for one in self._sheets[number].columns}
        row: Row = {}
        for path, value in flat(body).items():
            if value is False:  # as good as empty
                continue
            if path in columns and holds(columns[path], value):
                row[path] = value
            else:
                self._keep(of, id_, path, value)
        self.rows.setdefault(number, []).append(row)

    def _keep(self, of: str, id_: str, path: str, value: Any, product: str = "") -> None:
        text = written(value)
        if len(text) > MOST_CHARACTERS:
            place = " ".join(one for one in (of, id_, product, path) if one)
            raise Refused(Message("footprint.workbook_too_long", {"path": place}))
        row = {"of": of, "id": id_, "product": product, "path": path, "value": text}
        self.rows.setdefault(16, []).append(row)

    def _proofs(self) -> None:
        rows = [row for sheet in self._sheets if sheet.lines_of for row in self.rows.get(sheet.number, [])]
        rows += [*self.rows.get(15, []), *self.rows.get(17, [])]
        found = [row[path] for row in rows for path in ("evidence", "own.evidence") if row.get(path)]
        self.rows[13] = [{"number": one} for one in dict.fromkeys(found)]


def _process_of(line: Line) -> Row:
    return {"process": line.process} if line.process else {}
