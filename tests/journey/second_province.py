"""People and enterprises of the second province, for the journeys that belong there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caseflow.cases import dossier
from caseflow.cases.models import case
from caseflow.office import reference
from caseflow.people import accounts, organisations, roles
from caseflow.people.models import person
from tests.journey.filing import pdf
from tests.journey.world import SECRET, Site
from tests.people.conftest import password_hash

OWN = "unit"
"""The office of those who are of the enterprise."""


def enrol(site: Site, people: Mapping[str, tuple[str, str, str]], unit: str = "", code: str = "") -> None:
    """Accounts by login: name, role, office. Officials have a second factor; ``unit`` is an enterprise of Yichun."""
    known, keys = reference.roles(site.settings), site.ground.keys
    with site.time(), site.database.write() as tx:
        authority, places = organisations.authority_id(tx, "jiangxi"), dict(site.ids)
        if unit:
            places[OWN] = organisations.record(
                tx, authority_id=authority, name_zh=unit, name_en=unit, credit_code=code, kind="enterprise",
                prefecture_id=site.ids["jx-yichun"], division="360900",
            )  # fmt: skip
        for login, (name, role, place) in people.items():
            who = accounts.create(
                tx, authority_id=authority, login=login, name=name, password_hash=password_hash(), keys=keys
            )
            roles.grant(tx, known, person_id=who, organisation_id=places[place], role=role, by=None)
            if place != OWN:
                sealed = accounts.seal(keys, login, "second_factor", SECRET)
                tx.execute(person.update().where(person.c.id == who).values(second_factor=sealed, last_step=0))


def sealed_form(site: Site, number: int) -> dict[str, Any]:
    """The scan of the form with the code that stands in its footer."""
    with site.database.read() as tx:
        row = tx.execute(case.select().where(case.c.id == number)).one()
        code = dossier.revision_code(dossier.revision_hash(tx, number, row.revision))
    return {"sealed_form": pdf("盖章的申报表.pdf"), "sealed_form-revision_code": code}


def announcement(site: Site, serial: int, **also: Any) -> dict[str, Any]:
    """The document by which something is published."""
    return {
        "document_number": f"例函〔2026〕{serial}号", "issued_on": site.today.isoformat(),
        "signed_file": pdf("公布文件.pdf"), **also,
    }  # fmt: skip
