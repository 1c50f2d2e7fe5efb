"""Free text of officers lies sealed: opinions beside signatures, answers to findings."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from caseflow.cases import findings, signing
from caseflow.cases.models import finding, signature
from caseflow.words import Refused
from tests.cases.world import World


def test_opinions_and_answers_lie_sealed(world: World) -> None:
    officer, head = world.person("municipal", "bureau"), world.person("municipal_head", "bureau")
    case_id = world.submitted(world.person("applicant", "plant"))
    world.raise_finding(case_id)
    (number,) = world.findings(case_id)
    world.do(officer, case_id, "answer_finding", finding=number, answer="电话 13800000000 已核对")
    world.do(officer, case_id, "recommend", opinion="同意推荐")
    world.do(head, case_id, "send_back", opinion="请张三补充理由")
    with world.database.read() as tx:
        kept = [*tx.scalars(sa.select(signature.c.opinion)), *tx.scalars(sa.select(finding.c.answer))]
        ((_, (signed,)),) = signing.slips(tx, world.ground.keys, case_id)
        (back,) = signing.sent_back(tx, world.ground.keys, case_id, world.organisations["bureau"])
        (found,) = findings.all_findings(tx, world.ground.keys, case_id)

    assert not any("张三" in one or "电话" in one for one in kept)
    assert (signed["opinion"], back["opinion"], found["answer"]) == (
        "请张三补充理由", "请张三补充理由", "电话 13800000000 已核对",
    )  # fmt: skip


def test_an_opinion_written_before_opinions_were_sealed_is_still_read(world: World) -> None:
    officer, head = world.person("municipal", "bureau"), world.person("municipal_head", "bureau")
    case_id = world.submitted(world.person("applicant", "plant"))
    world.do(officer, case_id, "recommend", opinion="同意推荐")
    world.do(head, case_id, "send_back", opinion="请补充理由")
    with world.database.write() as tx:
        tx.execute(signature.update().values(opinion="请补充：理由"))
        ((_, (signed,)),) = signing.slips(tx, world.ground.keys, case_id)

    assert signed["opinion"] == "请补充：理由"


def test_an_answer_to_what_is_no_finding_of_the_case_is_refused(world: World) -> None:
    officer = world.person("municipal", "bureau")
    case_id = world.submitted(world.person("applicant", "plant"))
    for number in ("x", "0", None):
        with pytest.raises(Refused) as refused:
            world.do(officer, case_id, "answer_finding", finding=number, answer="已核对")

        assert [one.key for one in refused.value.reasons] == ["findings.unknown"]
