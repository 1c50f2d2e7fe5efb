"""What two workflows say about each other must agree; every rule between them has a bad example here."""

from __future__ import annotations

import pytest

from caseflow.workflow.definition import Definition
from caseflow.workflow.proof.pairs import check as check_pairs
from caseflow.workflow.reader import examine_text, read_text
from tests.workflow import garden

T = "{zh: 甲, en: A}"
MEMBER = garden.changed(
    ("{title: {zh: 不通过, en: Refuse}, style: careful, to: refused}", "{title: {zh: 不通过, en: Refuse}, moved_by: plot-list, to: refused}"),
    ("    stage: review\n    panel", "    stage: review\n    moved_by: plot-list\n    panel"),
)  # fmt: skip
LIST = f"""
language: 1
workflow: plot-list
version: "2025.1"
authority: town
title: {T}
kind: collective
basis: {{notice: 镇规}}
calendar: mainland-china
case_number: "L-{{serial:04}}"
roles: {{clerk: {{title: {T}, sees: own_authority, opens: true}}, expert: {{title: {T}, sees: assigned}}}}
members: {{of: [garden-plot], in: review}}
panels:
  jury:
    title: {T}
    role: expert
    size: 3
    match: [dossier.plot.kind]
    objections: dossier.person.name
    rank_within: dossier.plot.kind
    line: plots
    rubric: {{care: {{title: {T}, maximum: 100, basis: 甲}}}}
    aggregate: {{method: mean, min_scores: 3, basis: 甲}}
    basis: 甲
states:
  open:
    title: {T}
    holder: clerk
    panel: jury
    actions:
      close: {{title: {T}, then: [{{members: refuse}}], to: closed}}
      settle:
        title: {T}
        asks: {{said: {{type: choice, label: {T}, choices: {{out: {{title: {T}}}, keep: {{title: {T}}}}}}}}}
        then: [{{members: {{by: settle.said, acts: {{out: refuse, keep: stay}}, only_in: review}}}}]
      drop: {{title: {T}, then: [{{members: {{act: refuse, only_in: review}}}}]}}
  closed: {{title: {T}, final: true, outcome: neutral, retention: 1 year}}
tables:
  annex: {{title: {T}, columns: {{nr: {{title: {T}, value: serial}}, name: {{title: {T}, value: dossier.person.name}}}}}}
"""

BETWEEN: list[tuple[str, str, str, str]] = [
    ("unknown_workflow", "list", "of: [garden-plot]", "of: [garden-plots]"),
    ("member_state_unknown", "list", "in: review", "in: revue"),
    ("member_action_unknown", "list", "{members: refuse}", "{members: refuze}"),
    ("member_not_moved_by", "member", "en: Refuse}, moved_by: plot-list", "en: Refuse}"),
    ("mover_not_collective", "list", "of: [garden-plot]", "of: [plot-list]"),
    (
        "mover_does_nothing",
        "member",
        "moved_by: plot-list, to: refused",
        "moved_by: plot-list, to: refused}\n      drop: {title: {zh: 甲, en: A}, moved_by: plot-list, to: refused",
    ),
    ("member_path_unknown", "list", "value: dossier.person.name", "value: dossier.person.nmae"),
    ("member_path_unknown", "list", "objections: dossier.person.name", "objections: dossier.person.nmae"),
    ("member_state_unknown", "list", "keep: stay}, only_in: review", "keep: stay}, only_in: revue"),
    ("member_action_unknown", "list", "{act: refuse,", "{act: refuze,"),
]
"""Rule, in which of the two, and what is replaced by what."""


def _pair(member: str, collective: str) -> list[str]:
    peers = {}
    for text in (member, collective):
        definition = Definition.from_canonical(examine_text(text, vocabulary=garden.VOCABULARY).definition.canonical())  # type: ignore[union-attr]
        peers[definition.workflow] = definition
    return [finding.rule for definition in peers.values() for finding in check_pairs(definition, peers)]


def test_two_workflows_that_name_each_other_are_sound() -> None:
    assert _pair(MEMBER, LIST) == []
    assert read_text(LIST, vocabulary=garden.VOCABULARY).workflow == "plot-list"


@pytest.mark.parametrize(("rule", "which", "old", "new"), BETWEEN)
def test_a_fault_between_two_workflows_is_found(rule: str, which: str, old: str, new: str) -> None:
    member, collective = MEMBER, LIST
    assert old in (member if which == "member" else collective)

    found = _pair(
        member.replace(old, new) if which == "member" else member,
        collective.replace(old, new) if which == "list" else collective,
    )

    assert rule in found


def test_two_workflows_of_an_authority_do_not_count_under_one_name() -> None:
    other = MEMBER.replace("workflow: garden-plot", "workflow: garden-shed").replace("garden-plot", "garden-shed")
    plot, shed = (
        Definition.from_canonical(examine_text(text, vocabulary=garden.VOCABULARY).definition.canonical())  # type: ignore[union-attr]
        for text in (MEMBER, other)
    )
    peers = {plot.workflow: plot, shed.workflow: shed}
    quota = next(iter(shed.quotas))
    apart = shed.model_copy(
        update={
            "quotas": {name: one.model_copy(update={"counter": f"shed_{name}"}) for name, one in shed.quotas.items()}
        }
    )

    assert ("counter_shared", ("quotas", quota)) in [(one.rule, one.place) for one in check_pairs(shed, peers)]
    assert "counter_shared" not in [one.rule for one in check_pairs(apart, peers | {shed.workflow: apart})]
