"""How cases come to be otherwise: entered from paper for another, carried over into a round, imported as they stand."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from caseflow.cases import act, dossier, entry, opening, quotas, view
from caseflow.cases.entry import NotHere
from caseflow.cases.models import round_
from caseflow.people import organisations, registration
from caseflow.people.models import authority, organisation
from caseflow.people.rights import Actor
from caseflow.people.roles import read_roles
from caseflow.records import files, journal
from caseflow.words import Refused
from tests.cases import parts
from tests.cases.world import World

ROLES = {
    "roles": {
        "municipal": {"title": {"zh": "经办", "en": "Officer"}, "kinds": ["bureau"], "approves_registration": "own_prefecture"},
        "applicant": {"title": {"zh": "申报单位", "en": "Applicant"}, "kinds": ["enterprise"], "given_at": ["registration"]},
    }
}  # fmt: skip


def recorded(world: World, officer: Actor, unit: int, key: str = "paper", **more: Any) -> act.Outcome:
    with world.database.write() as tx:
        return opening.open_case(
            tx, world.ground, officer, parts.WORKFLOW, round_id=world.round_id, organisation_id=unit, request_key=key, **more
        )  # fmt: skip


def entered(world: World, name: str, code: str) -> int:
    """An organisation that an officer enters."""
    with world.database.write() as tx:
        return organisations.record(
            tx, authority_id=world.authority_id, name_zh=name, credit_code=code,
            prefecture_id=world.organisations["bureau"],
        )  # fmt: skip


def uploaded(world: World, who: Actor, case_id: int, field: str) -> int:
    with world.database.write() as tx:
        kept = files.keep(b"scan", name="scan.pdf", media_type="application/pdf", root=world.settings.files)
        return files.record(
            tx, kept, uploaded_by=who.person_id, organisation_id=who.organisation_id, case_id=case_id, field=field
        )


def keys(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.key for one in refused.value.reasons]


# --- from paper -------------------------------------------------------------------------------------------------------


def test_an_officer_enters_a_paper_file_for_a_unit_that_has_no_account(world: World) -> None:
    officer = world.person("municipal", "bureau")
    unit = entered(world, "纸质申报厂", parts.code(3))
    outcome = recorded(world, officer, unit)
    world.type(officer, outcome.case_id, "unit", parts.filled(officer, name="纸质申报厂", code=parts.code(3)))
    done = world.do(officer, outcome.case_id, "enter")

    row = world.row(outcome.case_id)
    assert (outcome.state, done.state, row["title"]) == ("recording", "review", "纸质申报厂")
    assert (row["organisation_id"], row["prefecture_id"]) == (unit, world.organisations["bureau"])
    assert parts.acts(world, outcome.case_id) == ["recorded", "enter"]
    assert parts.sound(world)


def test_who_enters_a_paper_file_types_it_and_sees_what_was_typed(world: World) -> None:
    officer = world.person("municipal", "bureau")
    case_id = recorded(world, officer, entered(world, "纸质申报厂", parts.code(3))).case_id
    with world.database.write() as tx:
        owner = f"organisation:{world.row(case_id)['organisation_id']}"
        dossier.save_draft(tx, world.ground, case_id, "dossier.unit", owner, {"product": "焦炭"}, 0, officer.person_id)
    with world.database.read() as tx:
        seen = view.load(tx, world.ground, officer, case_id)
        assert (seen.may_edit("unit"), seen.dossier()) == (True, {"unit": {"product": "焦炭"}})


def test_only_the_role_that_enters_may_open_a_case_for_another(world: World) -> None:
    unit = entered(world, "纸质申报厂", parts.code(3))
    refused = []
    for role, where, wanted in (
        ("applicant", "plant", unit),
        ("provincial", "office", unit),
        ("municipal", "bureau", unit + 1000),
    ):
        with pytest.raises(entry.NotHere):
            recorded(world, world.person(role, where), wanted)
        refused.append(role)
    with pytest.raises(entry.NotHere):
        world.open(world.person("municipal", "bureau"), parts.WORKFLOW)

    assert refused == ["applicant", "provincial", "municipal"]


def test_a_unit_is_entered_once_and_under_its_own_name(world: World) -> None:
    first, again = entered(world, "纸质申报厂", parts.code(3)), entered(world, " 纸质申报厂 ", parts.code(3))
    with pytest.raises(Refused) as other:
        entered(world, "别的厂", parts.code(3))
    with pytest.raises(Refused) as malformed:
        entered(world, "别的厂", "91140000DM00000000")

    assert first == again
    assert keys(other) == ["people.code_of_other_name"]
    assert malformed.value.reasons[0].values["input"] == "credit_code"


def applied(world: World, code: str, login: str) -> tuple[int, str]:
    with world.database.write() as tx:
        return registration.apply(
            tx,
            registration.Application(
                kind="enterprise", name_zh="纸质申报厂", name_en="", credit_code=code,
                prefecture_id=world.organisations["bureau"], address="北省一路1号", login=login, person_name="登记人",
                phone="13800000000", email="", password="a long pass phrase 9", password_again="a long pass phrase 9",
                agreed=True, language="zh",
            ),
            password_hash="-", licence_file_id=1, keys=world.ground.keys,
        )  # fmt: skip


def test_whoever_registers_the_code_later_takes_the_entered_unit_over(world: World) -> None:
    officer = world.person("municipal", "bureau")
    unit = entered(world, "纸质申报厂", parts.code(3))
    case_id = recorded(world, officer, unit).case_id
    number, kind = applied(world, parts.code(3), "first.one")
    _, second = applied(world, parts.code(3), "second.one")
    with world.database.write() as tx:
        registration.decide(
            tx, number, approved=True, reason="", by=officer, known_roles=read_roles(ROLES)
        )  # fmt: skip
        row = tx.execute(sa.select(organisation).where(organisation.c.id == unit)).mappings().one()

    assert (kind, second, row["status"], row["data"]) == ("organisation", "joining", "active", {})
    assert world.row(case_id)["organisation_id"] == unit


def test_a_unit_with_cases_stays_when_a_registration_for_it_is_refused(world: World) -> None:
    officer = world.person("municipal", "bureau")
    unit = entered(world, "纸质申报厂", parts.code(3))
    number, _ = applied(world, parts.code(3), "impostor")
    with world.database.write() as tx:
        registration.decide(tx, number, approved=False, reason="执照不符", by=officer, known_roles=read_roles(ROLES))
        status = tx.scalar(sa.select(organisation.c.status).where(organisation.c.id == unit))

    assert (status, entered(world, "纸质申报厂", parts.code(3))) == ("active", unit)


# --- into another round -----------------------------------------------------------------------------------------------


def declined(world: World, applicant: Actor) -> tuple[int, int]:
    """A case with a plan and files that was declined, and the file of the licence."""
    case_id = parts.drafted(world, applicant)
    licence = uploaded(world, applicant, case_id, "dossier.unit.licence")
    scan = uploaded(world, applicant, case_id, "dossier.plan.proofs")
    world.type(applicant, case_id, "unit", parts.filled(applicant, licence=licence))
    world.type(applicant, case_id, "plan", {"goal": "减排", "proofs": [{"what": "合同", "scan": scan}]})
    world.do(applicant, case_id, "submit")
    world.do(world.person("municipal", "bureau"), case_id, "decline")
    return case_id, licence


def test_a_dossier_goes_into_an_open_round_with_its_files_as_drafts_of_a_new_case(world: World) -> None:
    applicant = world.person("applicant", "plant")
    source, licence = declined(world, applicant)
    later = parts.another_round(world)
    outcome = parts.carry(world, applicant, source, later, "carry")

    row = world.row(outcome.case_id)
    assert (row["state"], row["round_id"], row["carried_from"], row["revision"]) == ("drafting", later, source, 0)
    with world.database.read() as tx:
        typed = dossier.typed(tx, world.ground, outcome.case_id)
        held = {one.id: one.sha256 for one in files.of_case(tx, outcome.case_id)}
        before = files.find(tx, licence)
    copy = typed["unit"].pop("licence")
    assert typed["unit"] == parts.filled(applicant)
    assert (typed["plan"]["goal"], typed["plan"]["proofs"][0]["what"]) == ("减排", "合同")
    assert {copy, typed["plan"]["proofs"][0]["scan"]} == set(held)
    assert before is not None
    assert (copy == licence, held[copy] == before.sha256, before.case_id) == (False, True, source)
    assert parts.acts(world, outcome.case_id) == ["carried_over"]
    world.do(applicant, outcome.case_id, "submit")
    assert parts.sound(world)


def test_what_is_typed_in_a_draft_goes_along_and_the_draft_stays(world: World) -> None:
    applicant = world.person("applicant", "plant")
    source = parts.drafted(world, applicant, product="焦炭")
    outcome = parts.carry(world, applicant, source, parts.another_round(world), "carry")

    with world.database.read() as tx:
        assert dossier.typed(tx, world.ground, outcome.case_id) == {"unit": parts.filled(applicant)}
    assert world.row(source)["state"] == "drafting"


def test_what_was_purged_does_not_come_along(world: World) -> None:
    applicant = world.person("applicant", "plant")
    source, licence = declined(world, applicant)
    with world.database.write() as tx:
        files.purge(tx, licence, "误传")
    outcome = parts.carry(world, applicant, source, parts.another_round(world), "carry")

    with world.database.read() as tx:
        assert "licence" not in dossier.typed(tx, world.ground, outcome.case_id)["unit"]


def test_carrying_over_twice_is_the_same_case_or_a_refusal(world: World) -> None:
    applicant = world.person("applicant", "plant")
    source, _ = declined(world, applicant)
    later = parts.another_round(world)
    first = parts.carry(world, applicant, source, later, "carry")
    again = parts.carry(world, applicant, source, later, "carry")
    with pytest.raises(Refused) as refused:
        parts.carry(world, applicant, source, later, "another intent")

    assert (first.case_id, first.first, again.first) == (again.case_id, True, False)
    assert keys(refused) == ["opening.carried_already"]


def test_a_dossier_is_not_carried_from_where_it_may_not_nor_into_a_round_that_is_not_open(world: World) -> None:
    applicant = world.person("applicant", "plant")
    source = parts.submitted(world, applicant)
    with pytest.raises(Refused) as standing:
        parts.carry(world, applicant, source, parts.another_round(world), "one")
    ended, _ = declined(world, applicant)
    with pytest.raises(Refused) as closed:
        parts.carry(world, applicant, ended, parts.another_round(world, closes=-1), "two")
    with world.database.write() as tx:
        tx.execute(round_.update().where(round_.c.id == world.round_id).values(workflows=["toy-case"]))
    with pytest.raises(Refused) as other:
        parts.carry(world, applicant, ended, world.round_id, "three")

    assert (keys(standing), keys(closed), keys(other)) == (
        ["opening.not_carried"],
        ["opening.round_not_open"],
        ["opening.round_not_open"],
    )


def test_nobody_carries_the_case_of_another(world: World) -> None:
    source, _ = declined(world, world.person("applicant", "plant"))
    stranger = world.person("applicant", world.enterprise("乙厂"))
    with pytest.raises(entry.NotHere):
        parts.carry(world, stranger, source, parts.another_round(world), "carry")


# --- as it stands -----------------------------------------------------------------------------------------------------


def imported(world: World, office: Actor | None, key: str, product: str = "焦炭") -> act.Outcome:
    unit = {"name": "甲焦化厂", "code": parts.code(1), "product": product, "contact": "王二"}
    with world.database.write() as tx:
        return opening.import_case(
            tx,
            world.ground,
            office,
            parts.WORKFLOW,
            "working",
            {"unit": unit},
            organisation_id=world.organisations["plant"],
            prefecture_id=world.organisations["bureau"],
            round_id=None,
            facts={"check": {"class": "coke", "remarks": "旧案"}},
            commits=["places"],
            request_key=key,
        )


def test_an_imported_case_stands_with_what_acts_would_have_asked_and_takes_its_place(world: World) -> None:
    office, applicant = world.person("provincial", "office"), world.person("applicant", "plant")
    outcome = imported(world, office, "import")
    with world.database.read() as tx:
        places = world.ground.definition(tx, world.row(outcome.case_id)["definition_id"]).definition.quotas["places"]
        place = quotas.held(tx, outcome.case_id, places)
        (line,) = journal.entries(tx, outcome.case_id)

    assert place is not None
    assert (place["status"], line.act, line.body["revision"]) == ("committed", "imported", 1)
    assert parts.said(world, outcome.case_id) == {"check": {"class": "coke", "remarks": "旧案"}}
    assert "旧案" not in str(world.row(outcome.case_id)["facts"]) + str(line.body)
    assert parts.sound(world)
    world.do(office, outcome.case_id, "call")
    assert world.do(applicant, outcome.case_id, "report", progress="进展").state == "working"


def test_imported_cases_are_under_the_ceiling_as_all_others(world: World) -> None:
    office = world.person("provincial", "office")
    for product in ("焦炭", "煤焦油"):
        imported(world, office, product, product)
    with pytest.raises(Refused) as refused:
        imported(world, office, "third", "粗苯")

    assert keys(refused) == ["quotas.full"]


def test_an_officer_of_a_bureau_imports_nothing(world: World) -> None:
    with pytest.raises(entry.NotHere):
        imported(world, world.person("municipal", "bureau"), "import")


def test_whoever_runs_the_program_imports_in_nobodys_name(world: World) -> None:
    outcome = imported(world, None, "import")
    with world.database.read() as tx:
        (line,) = journal.entries(tx, outcome.case_id)

    assert (line.person_id, line.organisation_id, line.role) == (None, None, "system")


def test_nobody_opens_a_case_of_another_authority_though_the_roles_have_the_same_names(world: World) -> None:
    stranger = elsewhere(world, "applicant", "enterprise")

    assert stranger.authority_id != world.authority_id
    with pytest.raises(NotHere):
        world.open(stranger)


def test_nobody_imports_a_case_of_another_authority_though_the_roles_have_the_same_names(world: World) -> None:
    with pytest.raises(NotHere):
        imported(world, elsewhere(world, "provincial", "authority"), "import")


def elsewhere(world: World, role: str, kind: str) -> Actor:
    """Somebody in an organisation of another authority."""
    with world.database.write() as tx:
        south = tx.execute(
            authority.insert().values(code="south", name={"zh": "南省", "en": "South"}).returning(authority.c.id)
        ).scalar_one()
        world.organisations["south"] = organisations.create(tx, authority_id=south, kind=kind, name_zh="南方单位")
    return world.person(role, "south")
