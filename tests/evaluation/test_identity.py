"""Who is one person and what is one organisation: sure evidence merges, doubtful evidence is reported."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseflow.evaluation.identity import OrganisationRow, PersonRow, organisations, people, pseudonym
from caseflow.evaluation.linking import Resolution
from caseflow.words import render


def groups(found: Resolution) -> list[tuple[str, ...]]:
    return [one.rows for one in found.identities if len(one.rows) > 1]


def doubts(found: Resolution) -> list[tuple[str, str, list[str]]]:
    return [(one.left, one.right, [why.key for why in one.why]) for one in found.doubts]


def test_one_number_and_one_name_is_one_person() -> None:
    found = people([PersonRow("1", "王 伟", id_number="n"), PersonRow("2", "王伟", id_number="n", phones=("p",))])

    assert groups(found) == [("1", "2")]
    assert found.of() == {"1": "1", "2": "1"}


def test_one_number_and_one_sound_is_one_person() -> None:
    found = people([PersonRow("1", "王玮", "wangwei", "n"), PersonRow("2", "王伟", "wangwei", "n")])

    assert groups(found) == [("1", "2")]


def test_one_number_under_names_that_do_not_sound_alike_is_reported() -> None:
    found = people([PersonRow("1", "王伟", "wangwei", "n"), PersonRow("2", "李娜", "lina", "n")])

    assert groups(found) == []
    assert doubts(found) == [("1", "2", ["identity.same_number_other_name"])]


@pytest.mark.parametrize("what", ["phones", "mails"])
def test_one_name_and_one_contact_is_one_person(what: str) -> None:
    found = people([PersonRow("1", "王伟", **{what: ("c",)}), PersonRow("2", "王伟", **{what: ("c", "d")})])

    assert groups(found) == [("1", "2")]


def test_two_numbers_are_two_persons_and_a_common_telephone_is_reported() -> None:
    rows = [
        PersonRow("1", "王伟", id_number="n", phones=("p",)),
        PersonRow("2", "王伟", id_number="m", phones=("p",)),
    ]  # fmt: skip

    assert groups(people(rows)) == []
    assert doubts(people(rows)) == [("1", "2", ["identity.same_name_and_phone"])]


def test_a_row_between_two_numbers_merges_with_neither() -> None:
    """The middle row shares a telephone with one and a mailbox with the other: one of the links is wrong."""
    rows = [
        PersonRow("1", "王伟", id_number="n", phones=("p",)),
        PersonRow("2", "王伟", phones=("p",), mails=("m",)),
        PersonRow("3", "王伟", id_number="o", mails=("m",)),
    ]
    found = people(rows)

    assert groups(found) == []
    assert [(left, right, why[0]) for left, right, why in doubts(found)] == [
        ("1", "2", "identity.contradiction"),
        ("2", "3", "identity.contradiction"),
    ]


def test_an_officer_settles_a_doubt_either_way() -> None:
    rows = [PersonRow("1", "王伟", employers=("甲厂",)), PersonRow("2", "王伟", employers=("甲厂",))]

    assert doubts(people(rows)) == [("1", "2", ["identity.same_name_and_employer"])]
    assert groups(people(rows, same=[("2", "1")])) == [("1", "2")]
    assert doubts(people(rows, same=[("2", "1")])) == []
    assert (groups(people(rows, different=[("2", "1")])), doubts(people(rows, different=[("1", "2")]))) == ([], [])


def test_a_decision_counts_for_all_rows_of_a_person() -> None:
    rows = [PersonRow("1", "王伟", id_number="n"), PersonRow("2", "王伟", id_number="n"), PersonRow("3", "王伟")]

    assert len(people(rows).doubts) == 2
    assert people(rows, different=[("1", "3")]).doubts == ()


def test_the_telephone_of_an_office_says_nothing() -> None:
    rows = [PersonRow(str(number), f"张{number}", phones=("office",)) for number in range(3)]

    assert doubts(people(rows)) == []
    assert doubts(people(rows[:2])) == [("0", "1", ["identity.same_phone"])]


def test_a_bare_name_that_stands_twice_is_reported() -> None:
    assert doubts(people([PersonRow("1", "王伟"), PersonRow("2", "王伟")])) == [("1", "2", ["identity.same_name"])]


def test_names_of_two_known_numbers_are_no_doubt() -> None:
    assert doubts(people([PersonRow("1", "王伟", id_number="n"), PersonRow("2", "王伟", id_number="m")])) == []


def test_empty_names_and_hashes_are_nothing_in_common() -> None:
    assert people([PersonRow("1", ""), PersonRow("2", "")]).doubts == ()


def test_doubts_are_told_between_persons() -> None:
    rows = [PersonRow("1", "王伟", id_number="n"), PersonRow("2", "王伟", id_number="n"), PersonRow("3", "王伟")]

    assert people(rows).doubtful() == (("1", "3"),)


def test_one_credit_code_is_one_organisation_whatever_its_name() -> None:
    found = organisations([OrganisationRow("1", "甲厂", "c"), OrganisationRow("2", "乙公司", "c")])

    assert groups(found) == [("1", "2")]


def test_one_name_is_one_organisation_where_no_code_differs() -> None:
    rows = [OrganisationRow("1", "甲（集团）有限公司", "c"), OrganisationRow("2", "甲(集团) 有限公司")]

    assert groups(organisations(rows)) == [("1", "2")]


def test_one_name_under_two_codes_is_reported() -> None:
    found = organisations([OrganisationRow("1", "甲厂", "c"), OrganisationRow("2", "甲厂", "d")])

    assert groups(found) == []
    assert doubts(found) == [("1", "2", ["identity.same_name_two_codes"])]


def test_a_name_without_code_between_two_codes_merges_with_neither() -> None:
    rows = [OrganisationRow("1", "甲厂", "c"), OrganisationRow("2", "甲厂"), OrganisationRow("3", "甲厂", "d")]

    assert groups(organisations(rows)) == []
    assert len(organisations(rows).doubts) == 3


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        (
            OrganisationRow("1", "甲钢铁有限公司"),
            OrganisationRow("2", "甲钢铁股份有限公司"),
            "identity.other_legal_form",
        ),
        (
            OrganisationRow("1", "甲钢铁（东区）有限公司"),
            OrganisationRow("2", "甲钢铁公司"),
            "identity.other_legal_form",
        ),
        (OrganisationRow("1", "甲厂"), OrganisationRow("2", "乙厂", former_names=("甲厂",)), "identity.former_name"),
    ],
)
def test_names_that_may_be_one_organisation_are_reported(
    left: OrganisationRow, right: OrganisationRow, why: str
) -> None:
    assert doubts(organisations([left, right])) == [("1", "2", [why])]


def test_a_row_twice_or_an_unknown_decision_is_an_error() -> None:
    with pytest.raises(ValueError, match="twice"):
        people([PersonRow("1", "王伟"), PersonRow("1", "王伟")])
    with pytest.raises(ValueError, match="no such row: 9"):
        people([PersonRow("1", "王伟")], same=[("1", "9")])
    with pytest.raises(ValueError, match="both ways"):
        people([PersonRow("1", "a"), PersonRow("2", "b")], same=[("1", "2")], different=[("2", "1")])


@st.composite
def rows_of_people(picked: st.DrawFn) -> list[PersonRow]:
    maybe = st.sampled_from(["", "", "x", "y"])
    return [
        PersonRow(
            str(number),
            picked(st.sampled_from(["甲", "乙"])),
            picked(st.sampled_from(["a", "b"])),
            picked(maybe),
            tuple({picked(maybe)} - {""}),
            tuple({picked(maybe)} - {""}),
            ("单位",) if picked(st.booleans()) else (),
        )
        for number in range(picked(st.integers(0, 7)))
    ]


@settings(max_examples=200, deadline=None)
@given(rows_of_people(), st.randoms(use_true_random=False))
def test_no_person_has_two_numbers_and_the_order_of_rows_is_nothing(rows: list[PersonRow], chance: object) -> None:
    found = people(rows)
    numbers = {row.id: row.id_number for row in rows if row.id_number}
    turned = sorted(rows, key=lambda row: chance.random())  # type: ignore[attr-defined]  # a Random
    again = people(turned)

    assert all(len({numbers[row] for row in one.rows if row in numbers}) <= 1 for one in found.identities)
    assert sorted(row for one in found.identities for row in one.rows) == sorted(row.id for row in rows)
    assert (again.of(), again.doubtful()) == (found.of(), found.doubtful())
    assert all(render(why, "zh") for one in found.doubts for why in one.why)


def test_a_pseudonym_is_the_draws_own() -> None:
    assert pseudonym(b"k" * 32, "person", "1") == pseudonym(b"k" * 32, "person", "1")
    assert len({pseudonym(key * 32, kind, "1") for key in (b"k", b"l") for kind in ("person", "organisation")}) == 4
