"""What the plain names of a story mean in the database: its units, its people, its cases, the files it uploads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from caseflow.cases import choosing, dossier, linking, panels
from caseflow.cases.ground import Ground
from caseflow.cases.models import case, task
from caseflow.office import invented, sample_files, samples
from caseflow.people import organisations
from caseflow.people.models import person
from caseflow.people.rights import Actor
from caseflow.records import files
from caseflow.words import text
from caseflow.workflow.form import Field
from caseflow.workflow.sampling import samples as samples_of

_SEATED = "seated"
"""Before the place on the panel, where a story does not say who was drawn."""


class Rows:
    """Names as they stand in the data of the demonstration, and the rows that they stand for."""

    def __init__(
        self, ground: Ground, root: Path, people: Mapping[str, Any], actor: Callable[[Connection, str], Actor]
    ) -> None:
        self._ground, self._root, self._people, self._actor = ground, root, people, actor
        self.cases: dict[str, int] = {}
        """The case of each story that has begun."""

    def case(self, tx: Connection, story: str) -> RowMapping:
        return tx.execute(sa.select(case).where(case.c.id == self.cases[story])).mappings().one()

    def places(self, tx: Connection, story: Mapping[str, Any]) -> dict[str, str]:
        """What stands between braces in the texts of a story."""
        key = story.get("company", story.get("about"))
        if key is None:
            return {}
        company = self._people["companies"][key]
        division = self._division(tx, company)
        return {
            "unit": company["name"]["zh"],
            "product": story.get("product", ""),
            "address": company["address"],
            "division": division,
            "city": self._ground.titles("region", division)["zh"],
            "credit_code": invented.credit_code(company, division),
        }

    def drawn(self, tx: Connection, key: str) -> dict[str, str]:
        """What was drawn by lot in the case of a story: ``{sample.1}`` is the number of the row that was drawn first,
        ``{sample.1.name}`` what stands there.
        """
        row, found = self.case(tx, key), dict[str, str]()
        for into, meant in samples_of(self._ground.definition(tx, row["definition_id"]).definition).items():
            _, section, table = meant.of.split(".")
            for place, number in enumerate(row["facts"].get(into, {}).get("rows", ()), 1):
                found[f"{into}.{place}"] = number
                cells = dossier.working(tx, self._ground, row)[section][table][int(number) - 1]
                found |= {f"{into}.{place}.{name}": str(value) for name, value in cells.items()}
        return found

    def unit(self, tx: Connection, key: str) -> int:
        """The organisation of a company of the data; one without an account is entered when it is first asked for."""
        company = self._people["companies"][key]
        bureau = organisations.by_code(tx, company["at"])
        if bureau is None:
            raise LookupError(company["at"])
        return organisations.record(
            tx,
            authority_id=bureau["authority_id"],
            name_zh=company["name"]["zh"],
            name_en=company["name"]["en"],
            credit_code=invented.credit_code(company, bureau["division"]),
            kind=invented.kind_of(company),
            prefecture_id=bureau["id"],
            division=bureau["division"],
        )

    def seated(self, tx: Connection, key: str, name: str) -> str | None:
        """The login of ``seated 1``, ``seated 2`` …: who sits on the panel of a story, the chair first.

        Raises:
            LookupError: nobody sits there.
        """
        kind, _, number = name.partition(" ")
        if kind != _SEATED:
            return None
        definition = self._ground.definition(tx, self.case(tx, key)["definition_id"]).definition
        sitting = [row for one in definition.panels for row in panels.seats(tx, self.cases[key], one)]
        if len(sitting) < int(number):
            raise LookupError(f"{key}: nobody is {name}")
        return str(tx.scalar(sa.select(person.c.login).where(person.c.id == sitting[int(number) - 1]["person_id"])))

    def linked(self, tx: Connection, said: Mapping[str, Any]) -> int:
        """The case that acts of another story (``of``) opened under a ``link``: the first, or the ``place``-th.

        Raises:
            LookupError: so many were not opened.
        """
        found = linking.opened_by(tx, self.cases[said["of"]], said["link"])
        place = int(said.get("place", 1))
        if len(found) < place:
            raise LookupError(f"{said['of']} opened {len(found)} under {said['link']}, none is number {place}")
        return int(found[place - 1]["id"])

    def names(self, tx: Connection, key: str, story: Mapping[str, Any], actor: Actor | None) -> samples.Names:
        """How the names in an answer of this actor become rows; nobody: of somebody without an account."""
        row = self.case(tx, key) if key in self.cases else None
        code = samples.UNKNOWN_FORM
        if row is not None and row["revision"]:
            code = dossier.revision_code(dossier.revision_hash(tx, row["id"], row["revision"]))
        unit = self.places(tx, story).get("unit", "")

        def file(name: str, question: Field) -> int:
            title = "\n".join(filter(None, [Path(name).stem, unit, question.label.zh, text("demo.no_effect", "zh")]))
            made = sample_files.content(name, title)
            kept = files.keep(made.body, name=name, media_type=made.media_type, root=self._root, pages=made.pages)
            by, unit_id = (actor.person_id, actor.organisation_id) if actor is not None else (None, None)
            return files.record(tx, kept, uploaded_by=by, organisation_id=unit_id)

        return samples.Names(
            file=file,
            person=lambda name: self._actor(tx, self.seated(tx, key, name) or name).person_id,
            case=lambda name: self.cases[name],
            organisation=lambda name: self._organisation(tx, name),
            credit_code=lambda name: self._credit_code(tx, name),
            case_file=lambda name: self._case_file(tx, self.cases[key], name),
            rows=lambda path: self._length(tx, self.case(tx, key), path),
            revision_code=code,
        )

    def desk(self, tx: Connection, key: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """The engine's own acts name a task by its kind, a colleague by the login."""
        found = dict(said)
        if "task" in said:
            open_ = sa.select(task.c.id).where(
                task.c.case_id == self.cases[key], task.c.status == "open", task.c.kind == said["task"]
            )
            found["task"] = tx.execute(open_.order_by(task.c.id)).scalars().first()
        if "person" in said:
            found["person"] = self._actor(tx, said["person"]).person_id
        return found

    def _division(self, tx: Connection, company: Mapping[str, Any]) -> str:
        bureau = organisations.by_code(tx, company["at"])
        return str(bureau["division"]) if bureau is not None else ""

    def _organisation(self, tx: Connection, name: str) -> int:
        if name in self._people["companies"]:
            return self.unit(tx, name)
        row = organisations.by_code(tx, name)
        if row is None:
            raise LookupError(name)
        return int(row["id"])

    def _credit_code(self, tx: Connection, name: str) -> str:
        company = self._people["companies"].get(name)
        return name if company is None else invented.credit_code(company, self._division(tx, company))

    def _case_file(self, tx: Connection, case_id: int, name: str) -> int:
        found = next((row.id for row in choosing.case_files(tx, case_id) if row.name == name), None)
        if found is None:
            raise LookupError(name)
        return int(found)

    def _length(self, tx: Connection, row: RowMapping, path: str) -> int:
        _, section, name = path.split(".")
        return len(dossier.working(tx, self._ground, row).get(section, {}).get(name) or [])
