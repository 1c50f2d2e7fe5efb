"""The page of one letter: how it looks, its files, and what the office gave it: number, date and sealed file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from caseflow.cases import act, filing, service
from caseflow.cases.entry import NotHere
from caseflow.cases.view import View, load
from caseflow.office import summaries
from caseflow.people import accounts
from caseflow.records import files, journal, letters
from caseflow.web import papers, posted, shell
from caseflow.web.act_form import request_key, viewed
from caseflow.web.shell import page
from caseflow.web.uploads import CaseStore
from caseflow.workflow.form import Field
from caseflow.workflow.parts import Text

blueprint = Blueprint("filing", __name__)

SEALED = Field(
    id="sealed", type="file", label=Text(zh="盖章件", en="Sealed file"), accept=filing.KINDS, max_megabytes=50
)


@page(blueprint, "/cases/<int:case_id>/letters/<int:letter_id>", policy=shell.signed_in)
def show(case_id: int, letter_id: int) -> Any:
    """A letter to look at, and for the office that issued it the form to record what came back."""
    view = viewed(case_id)
    row = papers.find(view, letter_id)
    sealed = files.find(g.tx, row["formal_file_id"]) if row["formal_file_id"] else None
    may_file = filing.may_file(view.definition, view.roles, view.actor, row)
    history = _history(view, row) if view.is_staff else []
    return render_template(
        "case/papers_letter.html",
        view=view,
        row=row,
        table=summaries.of_letter(letters.opened(view.ground.keys, row)) is not None,
        sealed=sealed,
        whole=sealed is not None and _is_whole(sealed, history),
        history=history,
        may_file=may_file,
        served=service.rule_of(view.definition, row) is not None,
        kept=files.find(g.tx, g.kept_file) if g.get("kept_file") else None,
        request_key=request.form.get("request_key") or request_key(),
        kinds=filing.KINDS,
        megabytes=SEALED.max_megabytes,
    )


@page(
    blueprint,
    "/cases/<int:case_id>/letters/<int:letter_id>",
    methods=("POST",),
    policy=shell.signed_in,
    redraw=show,
    own_transactions=True,
)
def record(case_id: int, letter_id: int) -> Any:
    """Record number, date and sealed file. The file is kept first, so that it need not be chosen again after a refusal."""
    key = posted.request_key()
    ground = shell.house().ground
    with shell.reading() as tx:
        view = load(tx, ground, g.actor, case_id)
        row = papers.find(view, letter_id)
        if not filing.may_file(view.definition, view.roles, view.actor, row):
            raise NotHere
    question = SEALED.model_copy(update={"id": str(letter_id)})
    g.kept_file = CaseStore(case_id, g.actor, "letter").brought(question)
    given = {
        "letter": str(letter_id),
        "number": request.form.get("number", ""),
        "dated": request.form.get("dated", ""),
        "file": str(g.kept_file) if g.kept_file else "",
    }
    seen = request.form.get("seen", type=int)
    with shell.writing() as tx:
        act.perform(tx, ground, g.actor, case_id, filing.ACT, given, request_key=key, seen=seen)
    return shell.done(url_for("filing.show", case_id=case_id, letter_id=letter_id), "letter_filed")


def _history(view: View, row: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """What was recorded of a letter and by whom, newest first."""
    entries = [
        one for one in journal.entries(g.tx, view.row["id"])
        if one.act == filing.ACT and one.body.get("letter") == row["id"]
    ]  # fmt: skip
    names = accounts.names(g.tx, [one.person_id for one in entries])
    return [{"at": one.at, "by": names.get(one.person_id, ""), **one.body} for one in reversed(entries)]


def _is_whole(sealed: Any, history: list[dict[str, Any]]) -> bool:
    """Whether the file is the one that was recorded: its bytes, its row and the journal say the same."""
    noted = next((one["sha256"] for one in history if one.get("file") == sealed.id), sealed.sha256)
    return noted == sealed.sha256 and files.is_whole(shell.house().settings.files, sealed)
