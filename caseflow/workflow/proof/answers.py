"""Answers that stay: entries that are gathered, places of the dossier that are replaced, and who needs which answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from caseflow.workflow.form import Field
from caseflow.workflow.parties import Involved
from caseflow.workflow.parts import Call
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, State
from caseflow.workflow.report import CASE_PATHS, Report, gathered, paths

AMENDS = "amend_dossier"
ASKED_FOR: Mapping[str, tuple[str, ...]] = {
    "involve": ("organisation", "credit_code"),
    "extend_clock": ("date",),
    "unlock_more": ("dossier_fields",),
    "transfer": ("organisation",),
    "transfer_elsewhere": ("organisation",),
    "purge_file": ("case_file",),
}
"""What an act must ask for the sake of an effect or guard: a question of one of these types."""
ONLY_ASKED = ("each_row", "case_file", "dossier_fields", "field_comments", "members", "score_sheet")


_CALLED = ("case_title", "case_subject")
"""What a case is called by must be filed with it: a case that is opened or imported has no answers of acts yet."""


def check(report: Report) -> None:
    known = _filed(report)
    elsewhere = {*paths(report.definition), *CASE_PATHS} - known.keys()
    for place, field in report.questions():
        _placed(report, place, field, known)
    for place, at, action in report.actions():
        _wanted(report, place, action)
        _amended(report, place, action, known)
        _appended(report, place, action)
        _unlocked(report, place, at, action)
    _kept_once(report)
    for place, path in _single(report):
        if path is not None and path.split(".")[0] in gathered(report.definition):
            report.say("entries_here", place, path=path)
        elif path in elsewhere and place[0] in _CALLED:
            report.say("called_elsewhere", place, path=path)


def _placed(report: Report, place: Place, field: Field, known: Mapping[str, Field]) -> None:
    """What speaks of a case as it stands is asked by an act; a dossier or a row of a table cannot hold it."""
    asked = "asks" in place[-2:-1]
    if field.type in ONLY_ASKED and place[0] == "dossier" and "columns" not in place:
        report.say("only_asked", (*place, "type"), name=field.type)
    if field.amends is not None and not asked:
        report.say("only_asked", (*place, "amends"), name="amends")
    if field.type == "each_row" and field.of is not None:
        rows = known.get(field.of)
        report.known("unknown_path", field.of, known, (*place, "of"))
        if rows is not None and rows.type != "table":
            report.say("of_no_table", (*place, "of"), path=field.of)
    for number, kind in enumerate(field.of_kind):
        report.known("unknown_kind", kind, report.vocabulary.kinds, (*place, "of_kind", number))


def _wanted(report: Report, place: Place, action: Action) -> None:
    types = {field.type for field in action.asks.values()}
    for key in ("needs", "then"):
        for number, call in enumerate(getattr(action, key)):
            wanted = ASKED_FOR.get(call.name) if isinstance(call, Call) else None
            meant = Involved.read(call) if isinstance(call, Call) else None
            if wanted is not None and not types & set(wanted) and (meant is None or meant.of is None):
                report.say("act_does_not_ask", (*place, key, number), name=call.name, types=wanted)


def _amended(report: Report, place: Place, action: Action, known: Mapping[str, Field]) -> None:
    seen: set[str] = set()
    for field in action.asks.values():
        at: Place = (*place, "asks", field.id, "amends")
        if field.amends is None or not report.known("unknown_path", field.amends, known, at):
            continue
        differs = _difference(field, known[field.amends])
        if differs is not None:
            report.say("amends_differs", at, path=field.amends, key=differs)
        if field.amends in seen:
            report.say("amends_twice", at, path=field.amends)
        seen.add(field.amends)
    amending = next((number for number, call in enumerate(action.then) if call.name == AMENDS), None)
    if amending is not None and not any(field.amends for field in action.asks.values()):
        report.say("amends_nothing", (*place, "then", amending), name=AMENDS)
    for field in action.asks.values():
        if field.amends is not None and amending is None:
            report.say("amends_unheeded", (*place, "asks", field.id, "amends"), name=AMENDS)


def _difference(new: Field, old: Field) -> str | None:
    """The key in which a question differs from the one whose answer it replaces."""
    for key in ("type", "personal", "of_kind", "panel"):
        if getattr(new, key) != getattr(old, key):
            return key
    for key in ("choices", "items"):
        if not set(getattr(new, key)) <= set(getattr(old, key)):
            return key
    if list(new.columns) != list(old.columns):
        return "columns"
    inner = (_difference(column, old.columns[name]) for name, column in new.columns.items())
    return "columns" if any(inner) else None


def _appended(report: Report, place: Place, action: Action) -> None:
    if not action.appends:
        return
    if not action.asks:
        report.say("appends_nothing", (*place, "appends"))
    if action.unlocks is not None:
        report.say("appends_with", (*place, "unlocks"), key="unlocks")
    for field in action.asks.values():
        if field.type == "field_comments":
            report.say("appends_with", (*place, "asks", field.id), key="field_comments")


def _kept_once(report: Report) -> None:
    """One store holds either the last answers or all of them, whichever act they come from."""
    first: dict[str, bool] = {}
    for place, _, action in report.actions():
        store = action.store or action.id
        if action.asks and first.setdefault(store, action.appends) != action.appends:
            report.say("appends_mixed", place, name=store)


def _unlocked(report: Report, place: Place, at: State | None, action: Action) -> None:
    """More fields are opened for somebody who can then edit them."""
    for number, call in enumerate(action.then):
        stands = report.definition.states.get(action.to) if action.to is not None else at
        if call.name == "unlock_more" and stands is not None and "unlocked" not in stands.edits:
            report.say("unlocks_nothing", (*place, "then", number), name=stands.id)


def _single(report: Report) -> Iterator[tuple[Place, str | None]]:
    """Every place where one value is meant."""
    definition = report.definition
    yield ("case_title",), definition.case_title
    yield ("case_subject",), definition.case_subject
    for state in definition.states.values():
        if state.publicity is not None:
            yield ("states", state.id, "publicity", "posted_on"), state.publicity.posted_on
    for quota in definition.quotas.values():
        yield from ((("quotas", quota.id, "per", number), path) for number, path in enumerate(quota.per))
    for panel in definition.panels.values():
        yield from ((("panels", panel.id, "match", number), path) for number, path in enumerate(panel.match))
        yield ("panels", panel.id, "rank_within"), panel.rank_within


def _filed(report: Report) -> dict[str, Field]:
    """The questions of the dossier by path, columns aside."""
    found = paths(report.definition)
    return {path: field for path, field in found.items() if path.startswith("dossier.") and path.count(".") == 2}
