"""What is wrong with looking for entries, taking them over, drawing samples and publishing factors is told at its place, in both languages."""

from __future__ import annotations

from functools import cache

import pytest

from caseflow.cases.vocabulary import vocabulary
from caseflow.config import ROOT
from caseflow.words import LANGUAGES
from caseflow.workflow.proof.pairs import check as check_pairs
from caseflow.workflow.reader import examine_text, read_text
from caseflow.workflow.report import paths
from tests.workflow.garden import changed

ASKED = "where: {product: request.product, places: request.place}}"
TAKEN = "where: {product: request.product}, into: benchmark}"
HELD = "where: {holder: request.code}, status: [valid, suspended]}"
OPENED = "breach: {notify: municipal_head, opens: urging}"
DRAWN = "{of: dossier.papers.list, size: draw.many, into: sample}"
LEAST = "size: parameter.least"
GIVEN = 'entries: {benchmarks: [{product: 焦炭, baseline: "0.001", until: 5 days}]}'
WRONG: list[tuple[str, str, str, str]] = [
    ("rated", ASKED, "whre: {product: request.product}}", "argument_wrong"),
    ("rated", ASKED, ASKED.replace("}}", "}, into: found}"), "argument_wrong"),
    ("rated", ASKED, ASKED.replace("}}", "}, status: []}"), "argument_wrong"),
    ("rated", TAKEN, TAKEN.replace(", into: benchmark", ""), "argument_wrong"),
    ("rated", TAKEN, TAKEN.replace("into", "none: true, into"), "argument_wrong"),
    ("rated", ASKED, "where: {prodct: request.product}}", "unknown_register_value"),
    ("rated", ASKED, "where: {product: request.prodct}}", "unknown_path"),
    ("rated", ASKED, "where: {since: request.product}}", "lookup_differs"),
    ("rated", ASKED, "where: {baseline: footprint.unit}}", "lookup_differs"),
    ("rated", HELD, "where: {holder: request.product}}", "question_type"),
    ("rated", TAKEN, TAKEN.replace("into: benchmark", "into: request"), "into_taken"),
    ("rated", TAKEN, TAKEN.replace("into: benchmark", "into: footprint"), "into_taken"),
    ("rated", "footprint: true\n", "", "cel_unknown"),
    ("rated", "case.benchmark.baseline", "case.benchmark.basline", "cel_unknown"),
    ("rated", "<= case.benchmark.baseline", "<= case.benchmark.since", "cel_types"),
    ("rated", "warn: 2 months", "warn: 2 years", "warning_too_late"),
    ("rated", "notify: [applicant, provincial]", "notify: [aplicant]", "unknown_role"),
    ("rated", GIVEN, GIVEN.replace("benchmarks", "benchmark"), "unknown_register"),
    ("rated", GIVEN, GIVEN.replace("baseline", "basline"), "unknown_register_value"),
    ("clocked", OPENED, "breach: {opens: urge}", "unknown_duty"),
    ("clocked", OPENED, "breach: {notify: municipal_head}", "duty_never_opened"),
    ("sampled", DRAWN, DRAWN.replace(", into: sample", ""), "argument_wrong"),
    ("sampled", DRAWN, DRAWN.replace(".list", ".lst"), "unknown_path"),
    ("sampled", DRAWN, DRAWN.replace("list", "list.name"), "of_no_table"),
    ("sampled", DRAWN, DRAWN.replace("draw.many", "dossier.papers.list.name"), "question_type"),
    ("sampled", DRAWN, DRAWN.replace("into: sample", "into: draw"), "into_taken"),
    ("sampled", LEAST, "size: parameter.lest", "unknown_parameter"),
    ("factor", "into: published, ", "", "argument_wrong"),
    ("factor", "into: published", "into: admit", "into_taken"),
    ("factor", "name: dossier.factor.name", "name: dossier.factor.nam", "unknown_path"),
    ("factor", "value: dossier.factor.value", "value: dossier.factor.year", "question_type"),
    ("factor", "choices: {kg:", "choices: {bushel:", "unknown_code"),
    ("factor", "of: published", "of: publishd", "unknown_factor"),
    ("factor", ", document: retire.document", "", "argument_wrong"),
    ("sampled", "type: integer\n    default: 2", "type: boolean\n    default: true", "parameter_kind"),
]


@cache
def toy(name: str) -> str:
    return (ROOT / "tests" / "cases" / f"toy-{name}.yaml").read_text("utf-8")


@pytest.mark.parametrize(("name", "good", "bad", "rule"), WRONG, ids=[f"{n}-{one[3]}" for n, one in enumerate(WRONG)])
def test_what_is_wrong_is_told(name: str, good: str, bad: str, rule: str) -> None:
    found = examine_text(changed((good, bad), text=toy(name)), vocabulary=vocabulary()).problems

    assert rule in [one.rule for one in found]
    assert all(one.text(language) for one in found for language in LANGUAGES)


def test_what_is_kept_of_an_entry_is_of_the_type_that_the_register_says() -> None:
    reads, writes = (read_text(toy(name), vocabulary=vocabulary()) for name in ("rated", "benchmark"))
    known = paths(reads)

    assert {name: known[f"benchmark.{name}"].type for name in ("number", "issued_on", "product", "baseline", "since")} == {
        "number": "text", "issued_on": "date", "product": "text", "baseline": "decimal", "since": "date",
    }  # fmt: skip
    assert {one.rule for one in check_pairs(reads, {one.workflow: one for one in (reads, writes)})} == set()
    assert {one.rule for one in check_pairs(reads, {reads.workflow: reads})} == {"register_unwritten"}
