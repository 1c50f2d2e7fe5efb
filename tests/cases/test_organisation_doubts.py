"""Organisations that may be one: an officer finds whether they are, and the next freeze goes by it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from caseflow.cases import organisation_doubts
from caseflow.cases.organisation_doubts import Doubts
from caseflow.people import organisation_identity
from caseflow.people.expert_models import organisation_identity as kept
from caseflow.people.organisation_identity import Keys
from caseflow.words import Refused
from tests.cases.drawn import Drawing, drawing, in_pool, tie
from tests.cases.test_draw_pool import barred
from tests.cases.world import World

NAMED = "甲焦化厂有限公司"
CODES = ("91990000MA00000011", "91990000MA00000022")


def doubts(world: World) -> Doubts:
    with world.database.read() as tx:
        return organisation_doubts.of_pool(tx, world.authority_id, "expert")


def decide(found: Drawing, both: Keys, answer: str, seen: int = 0, why: str = "查看营业执照") -> None:
    rows, world = doubts(found.world).rows, found.world
    with world.database.write() as tx:
        organisation_identity.decide(
            tx, world.ground.keys, world.authority_id, [rows[key] for key in both], seen, answer, why,
            by=found.office.person_id,
        )  # fmt: skip


def refused(found: Drawing, both: Keys, answer: str, seen: int = 0, why: str = "查看营业执照") -> list[str]:
    with pytest.raises(Refused) as error:
        decide(found, both, answer, seen, why)
    return [one.key for one in error.value.reasons]


def freeze_anew(found: Drawing) -> dict[int, set[str]]:
    found.world.do(found.office, found.host, "commit", reason="重新核对单位")
    found.world.do(found.office, found.host, "freeze")
    return barred(found)


def test_whoever_is_tied_to_a_doubtful_name_is_left_out_until_an_officer_finds_two_organisations(world: World) -> None:
    found = drawing(world)
    doubtful = in_pool(world)
    tie(world, doubtful, "kin", NAMED)
    found.freeze()
    before, open_ = barred(found), doubts(world)
    (both,) = open_.open
    decide(found, both, "different", why=" 两家企业 ")
    apart, settled = freeze_anew(found), doubts(world)
    decide(found, both, "same", seen=1)
    merged = freeze_anew(found)
    with world.database.read() as tx:
        told = [
            (one["found"], one["name"], organisation_identity.reason(world.ground.keys, one))
            for one in organisation_identity.of_pair(tx, world.authority_id, both)
        ]
        sealed = str(list(tx.scalars(sa.select(kept.c.sealed))))

    assert [open_.rows[key].name for key in both] == [NAMED, "甲焦化厂"]
    assert [len(open_.named.get(key, [])) for key in both] == [1, 0]
    assert [before, apart, merged] == [{doubtful.person_id: {"kin"}}, {}, {doubtful.person_id: {"kin"}}]
    assert (list(settled.open), list(settled.decided)) == ([], [both])
    assert [(answer, why) for answer, _, why in told] == [("same", "查看营业执照"), ("different", "两家企业")]
    assert ({name for _, name, _ in told}, "企业" in sealed) == ({found.office.name}, False)


def test_nothing_is_found_without_an_answer_a_reason_and_a_look_at_what_stands(world: World) -> None:
    found = drawing(world, cases=0)
    for number, who in enumerate((in_pool(world), in_pool(world))):
        tie(world, who, "adviser", "丙集团", credit_code=CODES[number])
    (both,) = doubts(world).open
    bare = refused(found, both, "perhaps", why=" ")
    two_codes = refused(found, both, "same")
    decide(found, both, "different")
    stale = refused(found, both, "different")

    assert bare == ["expert_identity.no_finding", "expert_identity.no_reason"]
    assert (two_codes, stale) == (["organisation_identity.two_codes"], ["experts.changed"])


def test_what_was_found_is_never_changed(world: World) -> None:
    found = drawing(world, cases=0)
    tie(world, in_pool(world), "kin", NAMED)
    (both,) = doubts(world).open
    decide(found, both, "different")

    with pytest.raises(DBAPIError), world.database.write() as tx:
        tx.execute(kept.update().values(found="same"))


def test_organisations_that_no_expert_named_are_nobodys_doubt(world: World) -> None:
    drawing(world, cases=0)
    world.enterprise("丁钢铁集团")
    world.enterprise("丁钢铁有限公司")

    assert doubts(world).open == {}
