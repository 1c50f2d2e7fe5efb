"""What was said in a case is erased once nobody need keep it, and every hash that names it still fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import (
    desk_acts,
    disposal,
    disposal_list,
    draws,
    fees,
    page_notes,
    panel_signatures,
    panels,
    remarks,
    scores,
    sheet_drafts,
)  # fmt: skip
from caseflow.cases.disposal_list import Kept
from caseflow.cases.sheet_drafts import Place
from caseflow.cli.main import main
from caseflow.db import metadata
from caseflow.evaluation.replay import replay
from caseflow.people.rights import Actor
from caseflow.records import letters
from caseflow.records.models import file
from caseflow.words import Refused
from tests.cases import parts
from tests.cases.debate import Debate, debating
from tests.cases.drawn import drawing, refused
from tests.cases.test_fees import ACCOUNT, profile
from tests.cases.world import World

SEALED = re.compile(r"[0-9a-f]{12}:[0-9a-f]{56,}")


def ended(world: World) -> Debate:
    """A meeting in which everything that can be said was said, and that is over."""
    found = debating(world, (40, 40, 15), cases=2, conflict=(1, 1))
    (first, second), (chair, other, far), keys = found.cases, found.experts, world.ground.keys
    found.say(found.office, "ask", first, "请说明")
    found.say(far, "answer", first, "数据缺失")
    found.do(found.office, "summarise")
    found.opinions()
    found.say(other, "sign_opinion", first, "不同意")
    for one in (chair, far):
        found.do(one, "sign_opinion")
    profile(world, chair)
    with world.database.write() as tx:
        place = {"case_id": found.host, "member_case_id": second, "person_id": chair.person_id}
        tx.execute(file.insert().values(id=9, sha256="0" * 64, size=1, media_type="application/pdf", name="会议.pdf",
                                        case_id=found.host, uploaded_at=clock.now()))  # fmt: skip
        page_notes.pin(tx, keys, {**place, "file_id": 9, "page": 1}, "第一页存疑", pages=1, at=clock.now())
        sheet_drafts.keep(tx, keys, Place(panel="jury", **place), {"sheet": {"opinion": "草稿"}}, 0, clock.now())
    found.do(found.office, "conclude")
    found.do(found.office, "settle", rate="500", per="per_meeting")
    found.do(chair, "confirm")
    found.do(found.office, "finish")
    return found


@contextmanager
def later() -> Iterator[None]:
    """More than ten years on."""
    with clock.at(clock.now() + timedelta(days=3700)):
        yield


def disposed(found: Any, asks: Actor, does: Actor) -> None:
    found.world.do(asks, found.host, disposal.ASK, reason="保存期限届满，经鉴定无保存价值")
    found.world.do(does, found.host, disposal.DISPOSE, reason="已监销")


def kept_of(world: World, case_id: int) -> dict[str, str]:
    """Everything that any table has of a case, but the journal, as text."""
    with world.database.read() as tx:
        return {
            name: str([list(row) for row in tx.execute(sa.select(table).where(table.c.case_id == case_id))])
            for name, table in metadata.tables.items()
            if "case_id" in table.c and name != "journal"
        }


def of_authority(tx: Connection, world: World) -> list[Kept]:
    return disposal_list.of_authority(tx, world.ground, world.authority_id, clock.today())


def keys_of(world: World, who: Actor, case_id: int, act: str, **given: Any) -> list[str]:
    with pytest.raises(Refused) as found:
        world.do(who, case_id, act, **given)
    return [one.key for one in found.value.reasons]


def test_everything_sealed_of_a_meeting_goes_and_signatures_and_hashes_still_fit(world: World) -> None:
    found = ended(world)
    keys, colleague = world.ground.keys, world.person("provincial", "office")
    with world.database.read() as tx:
        before = [scores.digest(row) for row in scores.newest(tx, found.host, "jury")]
        said = [remarks.digest(row) for row in remarks.rows(tx, found.host, "jury")]
        signed = [one.signed is not None for one in panel_signatures.of_panel(tx, found.host, "jury")]
    sealed = {name for name, text in kept_of(world, found.host).items() if SEALED.search(text)}
    with later():
        disposed(found, found.office, colleague)

    assert {"sheet", "remark", "interest", "panel_signature", "fee", "sheet_draft", "page_note", "letter"} <= sealed
    assert {name for name, text in kept_of(world, found.host).items() if SEALED.search(text)} == set()
    with world.database.read() as tx:
        sheets, talk = scores.newest(tx, found.host, "jury"), remarks.rows(tx, found.host, "jury")
        rows = panel_signatures.of_panel(tx, found.host, "jury")
        (paid, *_) = fees.of_panel(tx, found.host, "jury")
        assert ([scores.digest(row) for row in sheets], [remarks.digest(row) for row in talk]) == (before, said)
        assert ([one.signed is not None for one in rows], signed) == (signed, [True] * 3)
        assert {str(scores.words(keys, row)) for row in sheets} == {str({"reasons": {}, "opinion": "", "why": ""})}
        assert {remarks.words(keys, row) for row in talk} == {""}
        assert [panel_signatures.words(keys, one.signed) for one in rows if one.signed] == [{}] * 3
        assert panels.declared(tx, keys, found.host, found.experts[1].person_id)[found.cases[1]] == {
            "conflict": True, "ground": "",
        }  # fmt: skip
        assert (fees.account(keys, paid).account, paid["fen"]) == ("", 50000)
        assert [letters.opened(keys, one._mapping)["blocks"] for one in letters.of_case(tx, found.host)] == [[]]
        assert tx.scalar(sa.select(file.c.purge_reason).where(file.c.id == 9)) == "保存期限届满 · its retention is over"
        assert ACCOUNT not in str(kept_of(world, found.host))
        assert desk_acts.notes(tx, world.ground, world.row(found.host))[world.row(found.host)["seq"]] == "已监销"
    assert parts.sound(world)


def test_the_statements_of_a_draw_go_with_its_key_and_the_draw_can_still_be_held_again(world: World) -> None:
    found = drawing(world)
    found.draw()
    found.accept()
    for one in (found.office, found.supervisor):
        world.do(one, found.host, "attest")
    world.do(found.office, found.host, "convene")
    world.do(found.office, found.host, "close")
    held = found.held()
    assert draws.people(world.ground.keys, held)
    with later():
        disposed(found, found.office, world.person("provincial", "office"))

    held = found.held()
    assert refused(draws.people, world.ground.keys, held) == ["personal.erased"]
    assert [one.id for one in replay(held.record).steps if one.differs] == []
    assert parts.sound(world)


def test_nobody_disposes_alone_before_the_day_without_a_reason_or_from_outside(world: World) -> None:
    found = ended(world)
    office, colleague, host = found.office, world.person("provincial", "office"), found.host
    early = keys_of(world, office, host, disposal.ASK, reason="届满")
    open_ = keys_of(world, office, found.cases[0], disposal.ASK, reason="届满")
    with later():
        with world.database.read() as tx:
            due = [(one.row["id"], one.stands) for one in of_authority(tx, world)]
        outside = keys_of(world, found.experts[0], host, disposal.ASK, reason="届满")
        unasked = keys_of(world, colleague, host, disposal.DISPOSE, reason="已监销")
        silent = keys_of(world, office, host, disposal.ASK)
        world.do(office, host, disposal.ASK, reason="届满")
        alone = keys_of(world, office, host, disposal.DISPOSE, reason="已监销")
        world.do(office, host, disposal.STOP, reason="涉及行政复议")
        stopped = keys_of(world, colleague, host, disposal.DISPOSE, reason="已监销")
        world.do(office, host, disposal.RESUME, reason="复议终结")
        disposed(found, office, colleague)
        again = keys_of(world, colleague, host, disposal.ASK, reason="届满")
        with world.database.read() as tx:
            left = [one.stands for one in of_authority(tx, world)]

    assert (early, open_, due) == (["disposal.kept"], ["disposal.not_over"], [(host, "due")])
    assert (outside, unasked, silent) == (["disposal.office_only"], ["disposal.not_asked"], ["disposal.reason_missing"])
    assert (alone, stopped, again, left) == (["disposal.four_eyes"], ["disposal.stopped"], ["disposal.done"], ["done"])


def test_the_command_lists_what_is_due_and_decides_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ended(world)
    colleague = world.person("provincial", "office")
    monkeypatch.setenv("CASEFLOW_HOME", str(world.settings.home))
    monkeypatch.setenv("DATABASE_URL", world.settings.database_url)
    number = world.row(found.host)["number"]
    told = []

    def listed(*more: str) -> None:
        assert main(["disposal", "due", *more]) == 0

        told.append(capsys.readouterr().out.strip().rpartition(", ")[2])

    with later():
        listed()
        world.do(found.office, found.host, disposal.ASK, reason="届满")
        listed()
        world.do(colleague, found.host, disposal.DISPOSE, reason="已监销")
        listed()
        listed("--disposed")
        with pytest.raises(SystemExit):
            main(["disposal", "ask", number, "--by", "anybody", "--reason", "届满"])

    assert told == ["Due", "To approve", "", "Disposed of"]
