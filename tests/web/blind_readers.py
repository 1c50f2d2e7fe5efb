"""Who reads the review meeting of ``blind_planting``, and which of its markers each may come across at most, by phase."""

from __future__ import annotations

from collections.abc import Iterator

from tests.web.blind_planting import (
    BEFORE,
    CONFLICTED,
    ELSEWHERE,
    EXPERTS,
    Meeting,
    account_of,
    mark,
    name_of,
    own_of,
    words_of,
)

PHASES = ("frozen", "notified", "in_session", "discussing", "summarised", "settling", "concluded")
TALKING = PHASES[3:]
"""From here on those whose own sheet is in see what the others say of a case."""
FULL = "summarised"
"""The phase in which every address is walked, and not those of the meeting and of its cases alone."""
PANEL = {
    "early": PHASES[1:5], "barred": PHASES[1:], "late": ("in_session",), "chair": (FULL,),
    "reserve": PHASES[1:5], "left": ("in_session", FULL), "other": (FULL,), "objected": ("discussing",),
}  # fmt: skip
"""Experts, and when they look: before the own sheet, with an own interest, after it, who leads the panel, a reserve, who
left, of another panel, kept off by an objection."""
OFFICE = {"province": ("frozen", "concluded"), "province-head": ("concluded",), "supervisor": ("concluded",)}
OUTSIDE = {
    "unit-1": ("in_session", FULL), "unit-3": (FULL,), "taiyuan": ("in_session", FULL), "datong": (FULL,),
    "finance": ("discussing", FULL), "": (FULL,),
}  # fmt: skip
"""Two applicants, offices that do not run the meeting, and a visitor."""


def of_case(meeting: Meeting, number: int) -> set[str]:
    """By which one knows a case."""
    return {mark("unit", number), mark("product", number), meeting.numbers[number]}


def of_panel(number: int) -> set[str]:
    """What was written and said of a case, by whomever."""
    said = {mark(what, number) for what in ("question", "answer", "remark", "group")}
    return said | {one for who in EXPERTS for one in words_of(who, number)}


def of_result(meeting: Meeting, number: int) -> set[str]:
    scores = meeting.scores()
    return {scores[number]} if number in scores else set()


def of_host(meeting: Meeting) -> set[str]:
    return {str(meeting.world.row(meeting.host)["number"])}


def of_tie(who: str) -> set[str]:
    """What the pool knows of an expert's ties."""
    return {mark("tie", who), mark("remark_tie", who)}


def of_draw(meeting: Meeting) -> set[str]:
    return {mark("objection"), mark("witness"), mark("why_left"), meeting.secret}


def everything(meeting: Meeting) -> set[str]:
    """All that was planted."""
    found = of_host(meeting) | of_draw(meeting) | of_case(meeting, ELSEWHERE)
    for number in BEFORE:
        found |= of_case(meeting, number) | of_panel(number) | of_result(meeting, number) | {mark("dissent", number)}
    for who in EXPERTS:
        found |= {name_of(who), account_of(who), mark("ground", who)} | of_tie(who) | own_of(who)
    return found


def allowed(meeting: Meeting, reader: str, phase: str) -> set[str]:
    """What a reader may come across at most."""
    if reader in PANEL:
        return set(_of_expert(meeting, reader, phase))
    return set(_of_office(meeting, reader, phase))


def _of_office(meeting: Meeting, reader: str, phase: str) -> Iterator[str]:
    if reader in OFFICE:
        secret = {meeting.secret} if phase == "frozen" else set[str]()
        accounts = {account_of(who) for who in EXPERTS} if reader != "province" else set[str]()
        yield from everything(meeting) - {one for who in EXPERTS for one in own_of(who)} - secret - accounts
    if reader == "unit-1":
        yield from of_case(meeting, CONFLICTED)
    if reader == "unit-3":
        yield from of_case(meeting, ELSEWHERE)
    if reader in ("taiyuan", "finance"):
        for number in (*BEFORE, ELSEWHERE):
            yield from of_case(meeting, number)
    if reader == "finance" and phase in PHASES[5:]:  # the departments come to the decision with the result before them
        yield from (mark("group", number) for number in BEFORE)
        yield from (one for number in BEFORE for one in of_result(meeting, number))


def _of_expert(meeting: Meeting, reader: str, phase: str) -> Iterator[str]:
    who = meeting.part.get(reader, "")
    if not who:
        return
    yield from {name_of(who), mark("ground", who), account_of(who)} | of_tie(who) | own_of(who)
    if reader == "other":
        yield from of_case(meeting, ELSEWHERE)
    if reader in ("other", "objected"):
        return
    yield from of_host(meeting)  # who left was told of it before
    if reader == "left":
        return
    for number in BEFORE:
        if phase == "notified":  # who is to declare an own interest must know in what
            yield from of_case(meeting, number)
        elif reader != "reserve" and (reader, number) != ("barred", CONFLICTED):
            yield from of_case(meeting, number) | words_of(who, number)
            if phase in TALKING:
                yield from of_panel(number) | of_result(meeting, number)
            if reader == "late":
                yield mark("dissent", number)
