"""``caseflow workflow provenance``: the clauses of a notice, and where procedures carry each of them out."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from caseflow.cases.vocabulary import vocabulary
from caseflow.config import Settings
from caseflow.office import notices_known
from caseflow.words import Language, Message, Refused, pick, text
from caseflow.workflow import provenance, reader
from caseflow.workflow.definition import Definition
from caseflow.workflow.nodes import Mapping, mark_at
from caseflow.workflow.notices import Notice
from caseflow.workflow.problems import Place
from caseflow.workflow.provenance import Enforced

LANGUAGE: Language = "en"


def add(commands: Any) -> None:
    """Add the command below ``workflow``."""
    tracing = commands.add_parser("provenance", help="list the clauses of a notice and where each is enforced")
    tracing.add_argument("notice", help="the number of the notice, or the name of its file under data/notices")
    tracing.set_defaults(run=_provenance)


def _provenance(settings: Settings, parsed: argparse.Namespace) -> int:
    notice = _named(settings, parsed.notice)
    readings = reader.examine_folder(settings.workflows, vocabulary())
    trees = {one.definition.workflow: one.tree for one in readings if one.definition and one.tree}
    definitions = [one.definition for one in readings if one.definition]
    found = provenance.trace(notice, definitions, lambda definition, place: _line(settings, trees, definition, place))
    print(f"{notice.notice} {pick(notice.title, LANGUAGE)}")
    for one in found.clauses:
        standing = text(f"provenance.standing.{one.standing}", LANGUAGE, above=one.above)
        print(f"\n{one.clause.id}  {pick(one.clause.title, LANGUAGE)} [{standing}]")
        if one.standing == "open" and one.clause.leaves is not None:
            print(f"    {pick(one.clause.leaves, LANGUAGE)}")
        _list(one.by)
    print(f"\n{text('provenance.internal', LANGUAGE)}")
    _list(found.internal)
    if found.unknown:
        print(f"\n{text('provenance.unknown', LANGUAGE)}")
        _list(found.unknown)
    counts = {standing: found.count(standing) for standing in ("enforced", "within", "open")}
    print(f"\n{text('provenance.counts', LANGUAGE, **counts)}")
    return 0


def _list(every: Iterable[Enforced]) -> None:
    for one in every:
        path = " › ".join(pick(step, LANGUAGE) for step in one.ground.path)
        print(f"    {text(f'provenance.kind.{one.ground.kind}', LANGUAGE)}  {path}  {one.line}  ({one.ground.basis})")


def _named(settings: Settings, asked: str) -> Notice:
    known = notices_known.known(settings.workflows)
    found = known.get(asked) or next((one for one in known.values() if one.notice == asked), None)
    if found is None:
        names = [f"{one.notice} ({name})" for name, one in known.items()]
        raise Refused(Message("provenance.no_notice", {"name": asked, "names": names}))
    return found


def _line(settings: Settings, trees: dict[str, Mapping], definition: Definition, place: Place) -> str:
    mark = mark_at(trees[definition.workflow], (*place, "basis"), key=True)
    return f"{mark.file.removeprefix(f'{settings.workflows}/')}:{mark.line}"
