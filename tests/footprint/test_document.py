"""A study as a JSON document: written, read back the same, and refused where it was changed or is no JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from caseflow.footprint.document import FORMAT, read_document, write_document
from caseflow.footprint.study import read
from caseflow.words import Refused, render
from tests.footprint.published import line, study


def test_a_study_written_as_a_document_is_read_back_the_same() -> None:
    first = read(study(line(amount="0.1234567890123456789")))
    text = write_document(first)

    assert read_document(text) == first
    assert write_document(read_document(text)) == text
    assert json.loads(text)["format"] == FORMAT


def test_bare_plain_data_is_a_document_too_and_keeps_every_digit() -> None:
    text = json.dumps(study(line(amount="@"))).replace('"@"', "0.12345678901234567890123")

    assert read_document(text).lines[0].amount == Decimal("0.12345678901234567890123")


def _with(**values: Any) -> str:
    return json.dumps({**json.loads(write_document(read(study()))), **values})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "footprint.unreadable"),
        ('{"product": NaN}', "footprint.unreadable"),
        ('{"product": 1, "product": 2}', "footprint.unreadable"),
        ("[" * 100_000, "footprint.unreadable"),
        ('{"declared": ' + "9" * 5_000 + "}", "footprint.unreadable"),
        (_with(format="another/1"), "footprint.document_format"),
        (_with(study=study(line(amount="1001"))), "footprint.document_changed"),
        (_with(hash="0"), "footprint.document_changed"),
        ("[]", "footprint.not_a_mapping"),
        (" " * 20_000_001, "footprint.document_long"),
    ],
    ids=["cut", "nan", "twice", "deep", "huge", "format", "changed", "hash", "list", "long"],
)
def test_what_is_no_document_is_refused_with_a_sentence(text: str, expected: str) -> None:
    with pytest.raises(Refused) as refused:
        read_document(text)

    assert refused.value.reasons[0].key == expected
    assert render(refused.value.reasons[0], "zh")
