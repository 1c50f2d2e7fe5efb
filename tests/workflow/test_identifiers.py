"""Credit codes, telephone numbers, e-mail, document numbers and addresses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseflow import words
from caseflow.workflow import identifiers
from caseflow.workflow.identifiers import (
    CREDIT_ALPHABET,
    check_credit_code,
    check_document_number,
    check_email,
    check_phone,
    check_url,
    credit_code_warnings,
    make_credit_code,
    normalise_credit_code,
    normalise_document_number,
    normalise_email,
    normalise_phone,
    normalise_url,
)


def keys(messages: list[words.Message]) -> list[str]:
    for message in messages:
        words.render(message, "zh")
        words.render(message, "en")
    return [message.key for message in messages]


# Published examples: the documentation of python-stdnum and the test data of public validators.
@pytest.mark.parametrize(
    "code",
    ["91110000600037341L", "91350100M000100Y43", "914403001922038216", "91110108551385082Q", "9144030071526726XG"],
)
def test_a_published_code_is_valid_inside_and_out(code: str) -> None:
    assert (check_credit_code(code), credit_code_warnings(code)) == ([], [])


@pytest.mark.parametrize(
    ("code", "faults", "zh"),
    [
        ("914403001922038217", ["identifiers.credit.check"], "末位校验码应为“6”，现为“7”，请核对是否录错"),
        ("A1110000600037341L", ["identifiers.credit.check"], "末位校验码应为“K”，现为“L”，请核对是否录错"),
        ("91110108802100433B", ["identifiers.credit.check"], "末位校验码应为“4”，现为“B”，请核对是否录错"),
        ("9111000060003734", ["identifiers.credit.length"], "统一社会信用代码应为18位，现为16位"),
        ("9111O000600037341L", ["identifiers.credit.letter"], "第5位“O”不会出现在统一社会信用代码中（不使用I、O、S、V、Z），请核对是否应为数字"),
        ("91110000600037341碳", ["identifiers.credit.character"], "第18位“碳”不是数字或大写字母"),
    ],
)  # fmt: skip
def test_a_wrong_code_says_what_is_wrong(code: str, faults: list[str], zh: str) -> None:
    found = check_credit_code(code)

    assert (keys(found), words.render(found[0], "zh")) == (faults, zh)


def test_a_wrong_inner_check_only_warns() -> None:
    first17 = "91110000600037342"
    code = first17 + identifiers.credit_check(first17)

    assert (check_credit_code(code), keys(credit_code_warnings(code))) == ([], ["identifiers.credit.inner"])


def test_a_code_is_read_however_it_was_typed() -> None:
    assert normalise_credit_code("　９１１１0000-6000 37341ｌ\ufeff") == "91110000600037341L"


@given(st.sampled_from(["91", "12", "51", "N1"]), st.integers(100000, 659999), st.integers(0, 31**6 - 1))
def test_an_invented_code_is_valid_inside_and_out(kind: str, division: int, seed: int) -> None:
    code = make_credit_code(kind, str(division), seed)

    assert (check_credit_code(code), credit_code_warnings(code)) == ([], [])


def test_invented_codes_differ_and_repeat() -> None:
    codes = [make_credit_code("91", "140100", seed) for seed in range(5000)]

    assert len(set(codes)) == 5000
    assert codes == [make_credit_code("91", "140100", seed) for seed in range(5000)]


@pytest.mark.parametrize(("kind", "division"), [("9", "140100"), ("9I", "140100"), ("91", "1401"), ("91", "14010X")])
def test_no_code_is_invented_from_what_cannot_begin_one(kind: str, division: str) -> None:
    with pytest.raises(ValueError, match="do not begin a credit code"):
        make_credit_code(kind, division, 1)


@given(st.integers(0, 10**6), st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_one_wrong_character_is_always_found(seed: int, place: int, char: str) -> None:
    code = make_credit_code("91", "140100", seed)
    wrong = code[:place] + char + code[place + 1 :]

    assert (check_credit_code(wrong) == []) == (wrong == code)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800000000", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("+86 138 0000 0000", "13800000000"),
        ("+86-13800000000", "13800000000"),
        ("008613800000000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("0351-6000000", "0351-6000000"),
        ("03516000000", "0351-6000000"),
        ("（0351）6000000", "0351-6000000"),
        ("(0351) 6000000转801", "0351-6000000-801"),
        ("0351—6000000", "0351-6000000"),
        ("0351-6000000-801", "0351-6000000-801"),
        ("010-60000000", "010-60000000"),
        ("01060000000", "010-60000000"),
        ("021-60000000 ext. 12", "021-60000000-12"),
        ("+86 10 6000 0000", "010-60000000"),
        ("+86-351-6000000", "0351-6000000"),
        ("0755-60000000", "0755-60000000"),
        ("400 000 0000", "400-000-0000"),
    ],
)
def test_a_telephone_number_is_brought_to_one_form(typed: str, stored: str) -> None:
    assert (normalise_phone(typed), check_phone(stored), normalise_phone(stored)) == (stored, [], stored)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("1380000000", "identifiers.phone.length"),
        ("138000000000", "identifiers.phone.length"),
        ("6000000", "identifiers.phone.area"),
        ("12800000000", "identifiers.phone"),
        ("0351-600000", "identifiers.phone"),
        ("+44 20 7946 0000", "identifiers.phone"),
        ("电话", "identifiers.phone"),
        ("13800000000、13900000000", "identifiers.phone"),
    ],
)
def test_what_is_not_a_telephone_number_is_refused(typed: str, fault: str) -> None:
    assert keys(check_phone(normalise_phone(typed))) == [fault]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("lianxi@example.com", "lianxi@example.com"),
        (" Lianxi@Example.COM ", "Lianxi@example.com"),
        ("ａ＠example．com", "a@example.com"),
        ("a.b+c@mail.example.gov.cn", "a.b+c@mail.example.gov.cn"),
    ],
)
def test_an_address_is_brought_to_one_form(typed: str, stored: str) -> None:
    assert (normalise_email(typed), check_email(stored)) == (stored, [])


@pytest.mark.parametrize(
    ("address", "faults"),
    [
        ("lianxi", ["identifiers.email.at"]),
        ("@example.com", ["identifiers.email.local"]),
        ("a..b@example.com", ["identifiers.email.local"]),
        ("a@example", ["identifiers.email.domain"]),
        ("a@-example.com", ["identifiers.email.domain"]),
        ("联系@例子", ["identifiers.email.local", "identifiers.email.domain"]),
        ("a@example.com\nBcc:b@example.com", ["identifiers.email.local"]),
        ("a" * 65 + "@example.com", ["identifiers.email.local"]),
    ],
)
def test_what_is_not_an_address_is_refused(address: str, faults: list[str]) -> None:
    assert keys(check_email(address)) == faults


# The examples are the numbers that the notices themselves carry, with their spaces.
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("晋环函〔2025〕344 号", "晋环函〔2025〕344号"),
        ("晋环发〔2024〕31 号", "晋环发〔2024〕31号"),
        ("环气候〔2024〕91号", "环气候〔2024〕91号"),
        ("赣环气候字〔2025〕376号", "赣环气候字〔2025〕376号"),
        ("国市监认证发〔2024〕85号", "国市监认证发〔2024〕85号"),
        ("工信部联节[2024]26号", "工信部联节〔2024〕26号"),
        ("国办发（２０２５）２１号", "国办发〔2025〕21号"),
        ("国办发【2025】21号", "国办发〔2025〕21号"),
    ],
)
def test_a_document_number_is_brought_to_one_form(typed: str, stored: str) -> None:
    assert (normalise_document_number(typed), check_document_number(stored)) == (stored, [])


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("晋环函〔2025〕第344号", "identifiers.document.ordinal"),
        ("晋环函〔2025〕044号", "identifiers.document.zero"),
        ("晋环函2025344号", "identifiers.document.year"),
        ("晋环函〔25〕344号", "identifiers.document.year"),
        ("晋环函〔2025〕344", "identifiers.document"),
        ("SXHH〔2025〕344号", "identifiers.document"),
        ("", "identifiers.document.year"),
    ],
)
def test_what_is_not_a_document_number_is_refused(number: str, fault: str) -> None:
    assert keys(check_document_number(number)) == [fault]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" https://sthjt.example.gov.cn/a?b=1 ", "https://sthjt.example.gov.cn/a?b=1"),
        ("sthjt.example.gov.cn/gs", "https://sthjt.example.gov.cn/gs"),
        ("http://例子.中国/公示", "http://例子.中国/公示"),
    ],
)
def test_a_page_address_is_brought_to_one_form(typed: str, stored: str) -> None:
    assert (normalise_url(typed), check_url(stored)) == (stored, [])


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("javascript:alert(1)", "identifiers.url.scheme"),
        ("ftp://example.com/a", "identifiers.url.scheme"),
        ("https://user:word@example.com/", "identifiers.url"),
        ("https://localhost/", "identifiers.url"),
        ("https://example.com:port/", "identifiers.url"),
        ("https://exa mple.com/", "identifiers.url"),
        ("https://[::1/", "identifiers.url"),
    ],
)
def test_what_is_not_a_page_address_is_refused(address: str, fault: str) -> None:
    assert keys(check_url(address)) == [fault]


@given(st.text(max_size=40))
def test_bringing_to_one_form_twice_changes_nothing(text: str) -> None:
    for normalise in (
        normalise_credit_code, normalise_phone, normalise_email, normalise_document_number, normalise_url,
    ):  # fmt: skip
        once = normalise(text)
        assert normalise(once) == once


def test_the_alphabet_leaves_out_five_letters() -> None:
    assert re.sub(r"\d", "", CREDIT_ALPHABET) == "ABCDEFGHJKLMNPQRTUWXY"
