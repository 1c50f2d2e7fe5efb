"""Cases decided elsewhere: what the sheet holds of each must find its place, and what it lacks must be said."""

from __future__ import annotations

from caseflow.workflow.definition import Definition
from caseflow.workflow.many import Imports
from caseflow.workflow.problems import Place
from caseflow.workflow.report import Report, gathered, paths

CELL_TYPES = (
    "text", "long_text", "choice", "choices", "boolean", "date", "integer", "decimal", "phone", "email",
    "credit_code", "document_number", "url", "region", "product_class",
)  # fmt: skip
"""What one cell of a sheet can hold."""


def check(report: Report) -> None:
    definition = report.definition
    if definition.imports is None:
        return
    if definition.kind == "collective":
        report.say("imports_many", ("imports",))
        return
    report.known("unknown_state", definition.imports.in_, definition.states, ("imports", "in"))
    for number, quota in enumerate(definition.imports.commits):
        report.known("unknown_quota", quota, definition.quotas, ("imports", "commits", number))
    _columns(report, definition.imports)
    _lacks(report, definition, definition.imports)


def _columns(report: Report, imports: Imports) -> None:
    known = paths(report.definition)
    entries = gathered(report.definition)
    for name, path in imports.columns.items():
        at: Place = ("imports", "columns", name)
        if not report.known("unknown_path", path, known, at):
            continue
        field = known[path]
        table, _, _ = path.rpartition(".")
        if path.split(".")[0] in entries:
            report.say("entries_here", at, path=path)
        elif field.type not in CELL_TYPES or table in known:
            report.say("cell_cannot_hold", at, path=path, type=known[table].type if table in known else field.type)


def _lacks(report: Report, definition: Definition, imports: Imports) -> None:
    """A required question of the dossier has a column, or the file says that nothing is known of it."""
    known = paths(definition)
    sections = [f"dossier.{section}" for section in definition.dossier]
    for number, path in enumerate(imports.leaves):
        report.known("unknown_path", path, [*sections, *known], ("imports", "leaves", number))
    said = {*imports.columns.values(), *imports.leaves}
    lacking = [
        f"dossier.{section.id}.{field.id}"
        for section in definition.dossier.values()
        for field in section.fields.values()
        if field.required and not said & {f"dossier.{section.id}", f"dossier.{section.id}.{field.id}"}
    ]
    if lacking:
        report.say("imports_lacks", ("imports", "columns"), names=lacking)
