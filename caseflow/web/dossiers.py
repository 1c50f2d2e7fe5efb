"""All papers of a case in one PDF."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from flask import Blueprint, g, render_template, send_file

from caseflow import press
from caseflow.cases.entry import NotHere
from caseflow.cases.view import load
from caseflow.office import binding, dossiers
from caseflow.records import reading
from caseflow.web import papers, shell
from caseflow.web.shell import page
from caseflow.words import Message, Refused

blueprint = Blueprint("dossiers", __name__)


@page(blueprint, "/cases/<int:case_id>/dossier.pdf", policy=shell.signed_in, own_transactions=True)
def bound(case_id: int) -> Any:
    """The dossier as the reader may see it, made for this reader now; it is printed outside any transaction."""
    settings, language = shell.house().settings, papers.asked_language()
    with shell.reading() as tx:
        view = load(tx, shell.house().ground, g.actor, case_id)
        if not dossiers.may_open(view):
            raise NotHere
        found = dossiers.read(view, settings, language)
    if (lacking := press.available()) is not None:
        return _not_made(found, [lacking], 503)
    work = settings.home / "work"
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=work, suffix=".pdf") as target:
        try:
            binding.bind(found, settings, Path(target.name))
        except Refused as refused:
            return _not_made(found, refused.reasons, 422)
        content = Path(target.name).open("rb")  # noqa: SIM115 -- closed by who sends it; it lives on without its name
    person_id = g.actor.person_id
    shell.after(lambda tx: reading.log(tx, person_id, case_id, "dossier.pdf"))
    name = f"{found.number or case_id} {found.title}.pdf"
    return send_file(content, mimetype=papers.PDF, as_attachment=True, download_name=name, max_age=0)


def _not_made(found: binding.Papers, reasons: Iterable[Message], status: int) -> Any:
    with shell.reading() as tx:
        g.tx = tx
        drawn = render_template("case/no_dossier.html", found=found, reasons=list(reasons))
    g.tx = None
    return drawn, status
