"""Filling in the form, section by section: saved while typing or by the button; errors are shown and keep nothing back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, g, jsonify, render_template, request, url_for
from flask.wrappers import Response
from werkzeug.datastructures import FileStorage, MultiDict

from caseflow.cases import dossier, questions
from caseflow.cases.dossier import DraftChanged
from caseflow.cases.entry import NotHere
from caseflow.cases.view import View, load
from caseflow.web import answers, applicant, drafts, drawing, filling, progress, shell
from caseflow.web.shell import page
from caseflow.web.uploads import CaseStore
from caseflow.web.widgets import Context
from caseflow.words import Message
from caseflow.workflow import fields
from caseflow.workflow.form import Field, Section

blueprint = Blueprint("dossier", __name__)


@page(blueprint, "/cases/<int:case_id>/dossier/<section_id>", policy=shell.signed_in)
def edit(case_id: int, section_id: str) -> Any:
    """One section: the form, or what stands there where nothing may be changed now."""
    view, section = _mine(case_id, section_id)
    every = progress.standings(view)
    here = next((number for number, one in enumerate(every) if one.section.id == section_id), None)
    if here is None:
        abort(404)
    version = drafts.read(view, _part(section))[0]
    conflict = g.get("conflict")
    return render_template(
        "applicant/section.html",
        view=view,
        section=section,
        standing=every[here],
        every=every,
        number=here + 1,
        before=every[here - 1] if here else None,
        after=every[here + 1] if here + 1 < len(every) else None,
        widgets=_widgets(view, section, every[here]),
        editable=bool(_editable(view, section)),
        checks=_checks(view),
        version=conflict.version if conflict else version,
        conflict=_told(view, section, conflict) if conflict else None,
    )


@page(
    blueprint,
    "/cases/<int:case_id>/dossier/<section_id>",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=edit,
    own_transactions=True,
)
def save(case_id: int, section_id: str) -> Any:
    """Keep what was typed, right or wrong, and go on; what is wrong is said where the form comes back."""
    with shell.reading() as tx:
        g.tx = tx
        view, section = _mine(case_id, section_id)
        asked = _editable(view, section)
    g.tx = None
    if not asked:
        raise NotHere
    store = CaseStore(case_id, g.actor, _part(section))
    raw, wrong = filling.read(asked, request.form, request.files, store)
    try:
        with shell.writing() as tx:
            g.tx = tx
            view, section = _mine(case_id, section_id)
            values, errors = _cleaned(view, section, raw)
            _keep(view, section, values, request.form.get("version", 0, type=int), by_button=True)
    except DraftChanged as changed:
        return _page_again(case_id, section_id, raw, {}, conflict=changed, status=409)
    g.tx = None
    errors = {**errors, **wrong}
    onward = request.form.get("go", "")
    if errors and onward != "leave":
        return _page_again(case_id, section_id, None if not wrong else raw, errors, status=422)
    return shell.done(_onward(case_id, section_id, onward), "saved")


@page(blueprint, "/cases/<int:case_id>/drafts/dossier.<section_id>", methods=("POST",), policy=shell.signed_in)
def autosave(case_id: int, section_id: str) -> Any:
    """Keep what was typed so far (``{version, fields: [[name, value], …]}``), over the version that was read."""
    view, section = _mine(case_id, section_id)
    asked = _editable(view, section)
    body = request.get_json(silent=True)
    if not asked:
        raise NotHere
    if not isinstance(body, dict) or not isinstance(body.get("fields"), list):
        abort(400)
    typed = [
        pair
        for pair in body["fields"]
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)
    ]
    form: MultiDict[str, str] = MultiDict((name, value) for name, value in typed)
    nothing: MultiDict[str, FileStorage] = MultiDict()
    raw, _ = filling.read(asked, form, nothing, CaseStore(case_id, g.actor, _part(section)))
    values, errors = _cleaned(view, section, raw)
    seen = body.get("version")
    try:
        version = _keep(view, section, values, seen if isinstance(seen, int) else 0, by_button=False)
    except DraftChanged as changed:
        told = {
            "version": changed.version,
            "fields": filling.pairs(asked, changed.values),
            "by": drafts.name_of(changed.saved_by),
        }
        return jsonify(told), 409
    put = questions.in_section(view.loaded, section, {**view.dossier(), section.id: values})
    return jsonify(
        version=version,
        errors={path: [drawing.say(one) for one in found] for path, found in errors.items()},
        not_asked=[one.id for one in asked if one.when is not None and not put(one.when, values)],
    )


def _mine(case_id: int, section_id: str) -> tuple[View, Section]:
    """The own case and one of its sections; hidden from everybody else."""
    view = load(g.tx, shell.house().ground, g.actor, case_id)
    section = next((one for one in view.sections() if one.id == section_id), None)
    if not (view.is_applicant or view.types or view.own_fields()) or section is None:
        raise NotHere
    return view, section


def _checks(view: View) -> bool:
    """Whether the reader goes on to check and submit: not who enters a paper file, nor who only assists."""
    found = applicant.offers(view)
    return view.is_applicant and (found.make_form is not None or found.send is not None)


def _editable(view: View, section: Section) -> list[Field]:
    """The questions of a section that may be answered now."""
    held = progress.held(view, section)
    return [
        question
        for question in section.fields.values()
        if view.may_edit(section.id, question.id) and not question.fixed and question.id not in held
    ]


def _cleaned(view: View, section: Section, raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[Message]]]:
    """All answers of the section: valid ones as they are stored, others as typed; and what is wrong with those given now."""
    listed = {name: section.fields[name] for name in raw}
    references = {name: known.__contains__ for name, known in view.ground.references.items()}
    before = dossier.with_fixed(view.definition, view.whole_dossier()).get(section.id, {})
    held = progress.held(view, section)
    merged = {**before, **raw, **held}
    asked = questions.in_section(view.loaded, section, {**view.dossier(), section.id: merged})
    values, errors = fields.clean_section(listed, raw, references=references, asked=asked, complete=False)
    return {**before, **dict.fromkeys(raw), **values, **held}, errors


def _keep(view: View, section: Section, values: dict[str, Any], seen: int, *, by_button: bool) -> int:
    """Store the section if it differs from what stands there; the version that stands then.

    Raises:
        DraftChanged: somebody else saved it in the meantime.
    """
    stored = {name: value for name, value in values.items() if value is not None}
    version, _ = drafts.read(view, _part(section))
    if version == seen and stored == view.whole_dossier().get(section.id, {}):
        return version
    return drafts.keep(view, _part(section), stored, seen, by_button=by_button)


def _widgets(view: View, section: Section, standing: progress.Standing) -> list[Any]:
    raw = g.get("raw")
    stored = dossier.with_fixed(view.definition, view.dossier()).get(section.id, {})
    values = {**stored, **raw} if raw is not None else stored
    typing = {question.id for question in _editable(view, section)}
    errors = filling.errors_here() if request.method == "POST" else _faults(view, section, values)
    said = standing.comments
    context = Context(
        asked=questions.in_section(view.loaded, section, {**view.dossier(), section.id: values}),
        comments={name: text for name, text in said.items() if name in section.fields},
        locked=lambda question: question.id not in typing,
        shown={
            name: answers.shown(g.tx, view.ground, question, values.get(name))
            for name, question in section.fields.items()
            if name not in typing
        },
    )
    return filling.draw(section.fields.values(), values, errors, tx=g.tx, ground=view.ground, context=context)


def _faults(view: View, section: Section, values: Mapping[str, Any]) -> dict[str, list[Message]]:
    """What is wrong (not what is still missing) with the answers given so far."""
    given = {name: value for name, value in values.items() if name in section.fields}
    asked = questions.in_section(view.loaded, section, {**view.dossier(), section.id: values})
    references = {name: known.__contains__ for name, known in view.ground.references.items()}
    return fields.clean_section(section.fields, given, references=references, asked=asked, complete=False)[1]


def _page_again(
    case_id: int,
    section_id: str,
    raw: dict[str, Any] | None,
    errors: Mapping[str, list[Message]],
    *,
    conflict: DraftChanged | None = None,
    status: int,
) -> Response:
    g.raw, g.conflict = raw, conflict
    g.errors = [(path, message) for path, found in errors.items() for message in found]
    with shell.reading() as tx:
        g.tx = tx
        body = edit(case_id, section_id)
    g.tx = None
    return Response(body, status=status, mimetype="text/html")


def _told(view: View, section: Section, changed: DraftChanged) -> dict[str, Any]:
    """What somebody else saved meanwhile, to be read beside the own text."""
    return {
        "by": drafts.name_of(changed.saved_by),
        "at": changed.saved_at,
        "answers": [
            (question, answers.shown(g.tx, view.ground, question, changed.values.get(question.id)))
            for question in _editable(view, section)
        ],
    }


def _onward(case_id: int, section_id: str, where: str) -> str:
    if where in ("list", "leave"):
        return f"/cases/{case_id}"
    if where == "check":
        return f"/cases/{case_id}/check"
    return url_for("dossier.edit", case_id=case_id, section_id=where or section_id)


def _part(section: Section) -> str:
    return f"dossier.{section.id}"
