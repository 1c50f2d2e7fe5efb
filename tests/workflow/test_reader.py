"""Files are read strictly: every fault is named at its line, and nothing in a file is ever evaluated."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from caseflow.workflow import nodes
from caseflow.workflow.definition import Definition
from caseflow.workflow.problems import Unreadable
from caseflow.workflow.reader import examine, examine_folder, read, read_folder, read_text
from tests.workflow import garden, hostile


def _spots(text: str | bytes) -> list[tuple[int, int, str]]:
    return [(problem.line, problem.column, problem.rule) for problem in garden.problems(text)]


def test_the_example_becomes_a_definition_that_equals_its_stored_form() -> None:
    given = ("given: {dossier: complete,", "given: {dossier: complete, facts: [{a: [1, b]}],")
    definition = read_text(garden.changed(given), vocabulary=garden.VOCABULARY)

    assert definition.tests[0].given["facts"] == [{"a": [1, "b"]}]
    assert Definition.from_canonical(definition.canonical()) == definition
    assert definition.first_state == "drafting"
    assert definition.states["review"].actions["advise"].by == ("council",)
    assert definition.states["review"].actions["approve"].needs[0].argument == "plots"  # type: ignore[union-attr]


WRITING = {
    "an alias": ("a: &x 1\nb: *x\n", [(1, 4, "anchor"), (2, 4, "alias")]),
    "a tag": ("a: !!python/object/apply:os.system [true]\n", [(1, 4, "tag")]),
    "a merge key": ("a: 1\n<<: b\n", [(2, 1, "merge")]),
    "a duplicate key": ("a: x\nb: x\na: x\n", [(3, 1, "duplicate")]),
    "keys that stand again elsewhere": (
        'a: {"true": x, no: x, to: x}\nb: {true: x, no: x, to: x, to: x, &one b: x}\n',
        [(1, 16, "ambiguous"), (2, 5, "key_not_text"), (2, 14, "ambiguous"), (2, 28, "duplicate"), (2, 35, "anchor")],
    ),
    "a second document": ("a: x\n---\nb: x\n", [(2, 1, "second_document")]),
    "a directive": ("%YAML 1.1\n---\na: x\n", [(1, 1, "directive")]),
    "a tab": ("a:\n\tb: x\n", [(2, 1, "tab")]),
    "a Norwegian key": ("no: x\n", [(1, 1, "ambiguous")]),
    "an octal key": ("012: x\n", [(1, 1, "ambiguous")]),
    "a sexagesimal key": ("22:30: x\n", [(1, 1, "ambiguous")]),
    "a number as key": ("12: x\n", [(1, 1, "key_not_text")]),
    "a list as key": ("[a]: x\n", [(1, 1, "key_not_text")]),
    "nothing after a colon": ("a:\nb: x\n", [(1, 3, "no_value")]),
    "a hidden character": ("a: x\u200by\n", [(1, 5, "unseen")]),
    "a reversed text": ("a: x\u202ey\n", [(1, 5, "unseen")]),
    "a NUL": ("a: x\x00y\n", [(1, 5, "unseen")]),
    "full-width punctuation": ("a：x\nb: y\n", [(2, 2, "syntax_full_width")]),
    "an unclosed bracket": ("a: [x\n", [(2, 1, "syntax")]),
    "not UTF-8": ("a: 试点\n".encode("gb18030"), [(1, 4, "not_utf8")]),
    "nothing": ("", [(1, 1, "empty")]),
    "a list": ("- a\n", [(1, 1, "not_a_mapping")]),
}


@pytest.mark.parametrize("case", WRITING)
def test_what_is_written_wrongly_is_named_at_its_place(case: str) -> None:
    text, expected = WRITING[case]

    assert [spot for spot in _spots(text) if spot[2] not in ("missing", "unknown_key")] == expected


@pytest.mark.parametrize(
    "written",
    [
        "yes",
        "no",
        "on",
        "off",
        "True",
        "FALSE",
        "y",
        "N",
        "null",
        "~",
        "012",
        "0o17",
        "0x1F",
        "0b1",
        "1_000",
        "12:30:00",
        "22:30",
        "1e3",
        "1.5",
        ".5",
        "5.",
        "+5",
        "2025-06-30",
        ".inf",
    ],
)
def test_a_plain_value_that_editions_of_yaml_read_differently_asks_for_quotes(written: str) -> None:
    _, plain = nodes.parse(f"a: {written}", "f")
    tree, quoted = nodes.parse(f"a: '{written}'", "f")

    assert [problem.rule for problem in plain] == ["ambiguous"]
    assert (nodes.plain(tree), quoted) == ({"a": written}, [])  # type: ignore[arg-type]


def test_plain_values_are_texts_whole_numbers_and_booleans() -> None:
    tree, problems = nodes.parse(
        "{a: 10 workdays, b: 5%, c: -12, d: true, e: 晋环函〔2025〕344号, f: 0, g: [x, 'y']}", "f"
    )

    assert problems == []
    assert nodes.plain(tree) == {  # type: ignore[arg-type]
        "a": "10 workdays", "b": "5%", "c": -12, "d": True, "e": "晋环函〔2025〕344号", "f": 0, "g": ("x", "y"),
    }  # fmt: skip


GRAMMAR = {
    "an unknown key": (("        to: review\n", "        too: review\n"), (77, 9, "unknown_key", "to")),
    "a word that is none of those allowed": (("edits: [dossier, footprint]", "edits: [dosier]"), (67, 13, "not_one_of", "dossier")),
    "a period in other words": (("limit: 10 workdays", "limit: ten days"), (84, 20, "form_period", None)),
    "a text for a number": (("size: 5", "size: five"), (54, 11, "not_whole_number", None)),
    "a number in quotes": (("size: 5", 'size: "5"'), (54, 11, "not_whole_number", None)),
    "a word for a boolean": (("    private: true", "    private: 'true'"), (66, 14, "not_boolean", None)),
    "neither true nor a state": ((", opens: true}", ", opens: 3}"), (14, 77, "not_true_or_state", None)),
    "a number that is too small": (("size: 5", "size: 0"), (54, 11, "too_small", None)),
    "one language only": (("{zh: 审核, en: Review}}", "{zh: 审核}}"), (22, 12, "missing", None)),
    "a mapping for a list": (("avoid: [same_organisation]", "avoid: {a: b}"), (56, 12, "not_list", None)),
    "an id in capitals": (("  granted:\n", "  Granted:\n"), (129, 3, "bad_id", None)),
    "an id with a Cyrillic letter": (("  granted:\n", "  gr\u0430nted:\n"), (129, 3, "look_alike", None)),
    "a key with a Cyrillic letter": (("    holder: clerk", "    h\u043elder: clerk"), (81, 5, "look_alike", "holder")),
    "a dotted path as guard": (("- dossier_complete", "- subprocess.getoutput"), (73, 13, "form_id", None)),
    "a dunder as effect": (("publish]", "__import__]"), (128, 67, "form_id", None)),
}  # fmt: skip


@pytest.mark.parametrize("case", GRAMMAR)
def test_what_the_grammar_does_not_know_is_named_with_what_was_meant(case: str) -> None:
    change, expected = GRAMMAR[case]
    found = [
        (problem.line, problem.column, problem.rule, problem.hint)
        for problem in garden.problems(garden.changed(change))
        if not problem.rule.startswith("unknown_") or problem.rule == "unknown_key"
    ]

    assert found == [expected]


def test_all_errors_are_told_at_once_whatever_their_kind() -> None:
    found = garden.rules(
        garden.changed(
            ("        to: review\n", "        too: review\n"),
            ("holder: clerk", "holder: clark"),
            ("limit: 10 workdays", "limit: ten days"),
            ("publish]", "publsh]"),
            ("system: true, to", "system: yes, to"),
        )
    )

    assert sorted(found) == ["ambiguous", "form_period", "unknown_effect", "unknown_key", "unknown_role"]


def test_a_problem_is_printed_with_file_line_column_and_what_was_meant() -> None:
    with pytest.raises(Unreadable) as caught:
        read_text(garden.changed(("holder: clerk", "holder: clark")), vocabulary=garden.VOCABULARY, file="plots.yaml")

    assert str(caught.value) == "plots.yaml:81:13: there is no role “clark” (did you mean clerk)"
    assert caught.value.errors[0].text("zh") == "plots.yaml:81:13: 没有“clark”这个角色（是否想写 clerk）"


PART = "part: true\nroles:\n  inspector: {title: {zh: 督查, en: Inspector}, sees: own_authority}\n  clerk: {sees: own_authority}\n"


def test_a_file_lies_over_the_parts_that_it_extends() -> None:
    text = "extends: [common]\n" + garden.changed(
        (
            "  clerk:    {title: {zh: 经办人, en: Clerk}, sees: own_prefecture,",
            "  clerk:    {title: {zh: 经办人, en: Clerk},",
        )
    )
    definition = read_text(text, vocabulary=garden.VOCABULARY, parts={"common": PART})

    assert list(definition.roles) == ["inspector", "clerk", "gardener", "head", "council", "expert"]
    assert definition.roles["clerk"].sees == "own_authority"


def test_what_must_hold_and_what_is_promised_adds_up_while_other_lists_are_replaced() -> None:
    part = (
        "part: true\nprepare: [{zh: 甲, en: A}, {zh: 乙, en: B}]\nalways:\n  - {never: granted, before: grant}\n"
        "tests:\n  - {name: {zh: 甲, en: A}, steps: [{after: 1 day}]}\n"
    )
    text = "extends: common\nprepare: [{zh: 丙, en: C}]\n" + garden.TEXT
    definition = read_text(text, vocabulary=garden.VOCABULARY, parts={"common": part})
    found = garden.problems(text, parts={"common": part.replace("before: grant}", "before: grent}")})

    assert [said.en for said in definition.prepare] == ["C"]
    assert [rule.never or rule.at_most_once for rule in definition.always] == ["granted", "grant", "grant"]
    assert [test.name.en for test in definition.tests] == ["A", "approved"]
    assert [(problem.file, problem.line, problem.rule) for problem in found] == [("common.yaml", 4, "unknown_action")]


def test_a_fault_in_a_part_is_named_in_the_file_of_the_part() -> None:
    found = garden.problems(
        "extends: common\n" + garden.TEXT,
        parts={"common": PART.replace("sees: own_authority}\n  clerk", "seas: own_authority}\n  clerk")},
    )

    assert [(problem.file, problem.line, problem.rule) for problem in found] == [
        ("common.yaml", 3, "missing"),
        ("common.yaml", 3, "unknown_key"),
    ]


def test_extends_names_a_part_that_exists_and_runs_in_no_circle() -> None:
    parts = {"a": "part: true\nextends: b\n", "b": "part: true\nextends: a\n", "whole": "roles: {}\n"}

    assert garden.rules("extends: commn\n" + garden.TEXT, parts={"common": PART}) == ["unknown_part"]
    assert garden.rules("extends: a\n" + garden.TEXT, parts=parts) == ["extends_circle"]
    assert garden.rules("extends: whole\n" + garden.TEXT, parts=parts) == ["extends_no_part"]
    assert garden.rules("extends: ../a\n" + garden.TEXT, parts=parts) == ["extends_not_name"]
    assert garden.rules("part: maybe\n" + garden.TEXT) == ["only_true"]


def test_a_folder_gives_its_workflows_without_parts_and_data(tmp_path: Path) -> None:
    (tmp_path / "town").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "town" / "garden.yaml").write_text("extends: common\n" + garden.TEXT, "utf-8")
    (tmp_path / "town" / "common.yaml").write_text(PART, "utf-8")
    (tmp_path / "data" / "classes.yaml").write_text("- nothing of ours\n", "utf-8")

    assert list(read_folder(tmp_path, garden.VOCABULARY)) == ["garden-plot"]
    assert read(tmp_path / "town" / "garden.yaml", vocabulary=garden.VOCABULARY).roles["inspector"].id == "inspector"


def test_a_file_lies_over_a_part_of_the_folder_beside_it_and_that_over_those_of_its_own(tmp_path: Path) -> None:
    for folder in ("town", "country"):
        (tmp_path / folder).mkdir()
    (tmp_path / "town" / "garden.yaml").write_text("extends: country/common\n" + garden.TEXT, "utf-8")
    (tmp_path / "town" / "lost.yaml").write_text("extends: [country/comon]\n" + garden.TEXT, "utf-8")
    (tmp_path / "town" / "round.yaml").write_text("part: true\nextends: country/ring\n", "utf-8")
    (tmp_path / "country" / "ring.yaml").write_text("part: true\nextends: town/round\n", "utf-8")
    (tmp_path / "country" / "common.yaml").write_text("part: true\nextends: [roles]\n", "utf-8")
    (tmp_path / "country" / "roles.yaml").write_text(PART, "utf-8")
    found = read(tmp_path / "town" / "garden.yaml", vocabulary=garden.VOCABULARY)
    lost = examine(tmp_path / "town" / "lost.yaml", vocabulary=garden.VOCABULARY)
    ring = examine(tmp_path / "town" / "round.yaml", vocabulary=garden.VOCABULARY)

    assert found.roles["inspector"].id == "inspector"
    assert [(one.rule, one.hint) for one in lost.problems] == [("unknown_part", "country/common")]
    assert "extends_circle" in [one.rule for one in ring.problems]


def test_a_folder_tells_all_problems_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(garden.changed(("holder: clerk", "holder: clark")), "utf-8")
    (tmp_path / "two.yaml").write_text(garden.changed(("garden-plot", "garden-shed")), "utf-8")
    (tmp_path / "three.yaml").write_text("part: true\nroles: *a\n", "utf-8")
    with pytest.raises(Unreadable) as caught:
        read_folder(tmp_path, garden.VOCABULARY)

    assert [(Path(error.file).name, error.rule) for error in caught.value.errors] == [
        ("one.yaml", "unknown_role"),
        ("three.yaml", "alias"),
        *[("two.yaml", "counter_shared")] * 2,
    ]


def test_two_files_cannot_define_the_same_workflow(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(garden.TEXT, "utf-8")
    readings = examine_folder(tmp_path, garden.VOCABULARY)

    assert [[said.rule for said in reading.problems] for reading in readings] == [[], ["workflow_twice"]]


def test_a_hundred_states_are_read_and_checked_quickly() -> None:
    state = "  extra{n}: {{title: {{zh: 甲, en: A}}, public: {{zh: 甲, en: A}}, holder: clerk, clock: {{limit: 10 workdays, basis: 甲}}, actions: {{go: {{title: {{zh: 甲, en: A}}, needs: [dossier_complete, {{check: 'dossier.plot.beds < 1{n}', message: {{zh: 甲, en: A}}, basis: 甲}}], to: {to}}}}}}}\n"
    many = "".join(state.format(n=n, to=f"extra{n + 1}" if n < 91 else "granted") for n in range(92))
    text = garden.changed(
        ("  granted:\n", many + "  granted:\n"),
        (
            "refuse: {title: {zh: 不通过, en: Refuse}, style: careful, to: refused}",
            "refuse: {title: {zh: 不通过, en: Refuse}, to: extra0}",
        ),
    )
    read_text(text, vocabulary=garden.VOCABULARY)
    with hostile.uncollected():
        start = time.process_time()
        definition = read_text(text, vocabulary=garden.VOCABULARY)
        spent = time.process_time() - start

    assert len(definition.states) == 100
    assert spent < 1
