"""The page of an entry on paper, with the way to the page itself, and the files that stand in entries.

A paper is made once for each state of its entry; whoever reads the page reads it, and nobody else.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any
from urllib.parse import unquote

import segno
from flask import Blueprint, Response, abort, g, request, send_file, url_for
from sqlalchemy.engine import Connection, Row

from caseflow import clock, press
from caseflow.cases import register_find, register_page
from caseflow.cases.register_find import Book, Entry
from caseflow.people import throttle
from caseflow.records import files, letters, reading
from caseflow.web import drawing, open_registers, papers, registers, shell
from caseflow.web.account import address
from caseflow.web.shell import page
from caseflow.words import Language

blueprint = Blueprint("register_papers", __name__)

ALONE = "sandbox; default-src 'none'"
"""For a file of strangers: nothing in it may run or load."""
PREVIEW = f"{papers.PREVIEW}; img-src data:"


@page(
    blueprint,
    "/public/registers/<authority>/<register>/<path:number>.pdf",
    policy=shell.anyone,
    own_transactions=True,
)
def printed(authority: str, register: str, number: str) -> Any:
    """The page of a public entry as PDF; as the page to print where no PDF can be made."""
    with shell.reading() as tx:
        g.tx = tx
        one, found = open_registers.numbered(tx, authority, register, number)
        sheet = register_page.sheet(tx, one, found, one.open_fields)
    g.tx = None
    language, lacking = papers.asked_language(), press.available()
    path = url_for("open_registers.entry", authority=authority, register=register, number=found.number)
    where = f"{shell.house().settings.base_url or request.host_url.rstrip('/')}{path}"
    made = letters.page(
        "register.html",
        language,
        demo=shell.house().settings.demo,
        screen=lacking is not None,
        sheet=sheet,
        where=unquote(where),
        written=drawing.written,
        qr=segno.make(where, error="m").png_data_uri(scale=6, border=2),
    )
    if lacking is not None:
        response = Response(made, mimetype="text/html")
        response.headers["Content-Security-Policy"] = PREVIEW
        return response
    return papers.sent(_made(found.id, language, made), _named(found, _heading(one, language)), "pdf")


@page(blueprint, "/public/registers/<authority>/<register>/<path:number>/files/<field>", policy=shell.anyone)
def open_file(authority: str, register: str, number: str, field: str) -> Any:
    """A file that stands in a public entry under a field that is public."""
    one, found = open_registers.numbered(g.tx, authority, register, number)
    return _sent(one, found, field)


@page(blueprint, "/registers/<authority>/<register>/<int:entry_id>/files/<field>", policy=registers.reads_registers)
def file(authority: str, register: str, entry_id: int, field: str) -> Any:
    """A file that stands in an entry which somebody in an office may read, under a field that is not hidden there."""
    one, scope, names = registers.opened(authority, register)
    found = register_find.by_id(g.tx, one, scope, entry_id, names, clock.today())
    if found is None:
        abort(404)
    person_id = g.actor.person_id
    shell.after(lambda tx: reading.log(tx, person_id, None, f"register:{entry_id} file {field}"))
    return _sent(one, found, field)


def _named(found: Entry, title: str) -> str:
    """What a file is called: a number may hold strokes, a name of a file may not."""
    return files.clean_name(f"{found.number} {title}".replace("/", "-").replace("\\", "-"))


def _heading(one: Book, language: Language) -> str:
    title = one.register.page.heading if one.register.page is not None else one.register.title
    return title.zh if language == "zh" else title.en


def _made(entry_id: int, language: Language, html: str) -> bytes:
    """The paper with these words, made once; that of an earlier state of the entry goes."""
    folder, series = shell.house().settings.home / "register-pages", f"{entry_id}-{language}-"
    path = folder / f"{series}{hashlib.sha256(html.encode()).hexdigest()}.pdf"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        _wait()
    content = press.render(html, shell.house().settings.home)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{series}{secrets.token_hex(8)}"
    part.write_bytes(content)
    part.replace(path)
    for earlier in folder.glob(f"{series}*.pdf"):
        if earlier != path:
            earlier.unlink(missing_ok=True)
    return content


def _wait() -> None:
    """Making papers costs time: whoever has many made waits.

    Raises:
        TooFast: too many were asked for from this address.
    """
    with shell.writing() as tx:
        wait = throttle.enter(tx, ("open_data", address()))
    if wait:
        raise shell.TooFast(wait)


def _sent(one: Book, found: Entry, field: str) -> Response:
    """The file under a field, to keep: never opened inside our own pages, and named by the entry."""
    number = register_page.file_of(found, field)
    row = _row(g.tx, number) if number is not None else None
    if row is None:
        abort(404)
    _, stream = files.open_(g.tx, row.id, shell.house().settings.files)
    title = drawing.named(one.register.fields[field].title)
    suffix = row.name.rpartition(".")[2].lower()
    name = f"{_named(found, title)}.{suffix}"
    response = send_file(stream, mimetype=row.media_type, as_attachment=True, download_name=name, max_age=0)
    response.headers["Content-Security-Policy"] = ALONE
    return response


def _row(tx: Connection, file_id: int) -> Row[Any] | None:
    """The file, if its bytes are still kept."""
    row = files.find(tx, file_id)
    return row if row is not None and row.purged_at is None else None
