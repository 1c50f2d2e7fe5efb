"""Questions drawn as inputs, and what was posted nested again as it is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask, g, render_template_string
from pydantic import TypeAdapter
from werkzeug.datastructures import MultiDict

from caseflow.web import drawing, forms, posted
from caseflow.words import Message
from caseflow.workflow.fields import clean_section
from caseflow.workflow.form import Section
from tests.web.conftest import bare_app

LABEL = {"zh": "甲", "en": "A"}
FIELDS = {
    "name": {"type": "text", "label": LABEL, "required": True, "help": {"zh": "按执照", "en": "As licensed"}},
    "why": {"type": "long_text", "label": LABEL, "max_characters": 500},
    "kind": {"type": "choice", "label": LABEL, "choices": {"a": {"title": LABEL}, "b": {"title": LABEL}}},
    "many": {"type": "choices", "label": LABEL, "choices": {"a": {"title": LABEL}, "b": {"title": LABEL}}},
    "place": {"type": "region", "label": LABEL},
    "agreed": {"type": "boolean", "label": LABEL, "text": {"zh": "承诺属实", "en": "It is true"}},
    "due": {"type": "date", "label": LABEL},
    "amount": {"type": "decimal", "label": LABEL, "unit": "t"},
    "points": {"type": "checklist", "label": LABEL, "items": {"one": LABEL, "two": LABEL}},
    "tasks": {
        "type": "table",
        "label": LABEL,
        "columns": {"what": {"type": "text", "label": LABEL}, "due": {"type": "date", "label": LABEL}},
    },
    "chosen": {"type": "members", "label": LABEL, "columns": {"remark": {"type": "text", "label": LABEL}}},
}
VALUES: dict[str, Any] = {
    "name": '焦化"一"厂 <br>',
    "why": "第一行\n第二行",
    "kind": "b",
    "many": ["a", "b"],
    "place": "140200",
    "agreed": True,
    "due": "2026-12-31",
    "amount": "1.50",
    "points": {"one": {"conclusion": "met", "remark": "见附件"}, "two": {"conclusion": "not_met", "remark": ""}},
    "tasks": [{"what": "建账", "due": "2026-12-01"}, {"what": "核算", "due": "2027-01-31"}],
    "chosen": {"8": {"remark": "优先"}, "7": {"remark": ""}},
}
CHOICES = {
    "region": [("140100", "太原市"), ("140200", "大同市")],
    "members": [("7", "七号"), ("8", "八号"), ("9", "九号")],
}


@pytest.fixture
def page() -> Iterator[Flask]:
    app = bare_app()
    drawing.install(app)
    with app.test_request_context():
        g.language, g.errors, g.typed = "zh", (), {}
        yield app


def section() -> Section:
    return TypeAdapter(Section).validate_python({"title": LABEL, "fields": FIELDS})


def drawn(values: dict[str, Any], errors: dict[str, list[Message]] | None = None) -> str:
    return render_template_string(
        '{% import "macros.html" as m %}{% for one in questions %}{{ m.field(one) }}{% endfor %}',
        questions=forms.draw(section().fields.values(), values, errors, offer=lambda one: CHOICES.get(one.type, ())),
    )


def sent(html: str) -> MultiDict[str, str]:
    """What a browser would post of a form."""
    found: list[tuple[str, str]] = []
    for tag in re.finditer(
        r"<input\b([^>]*)>|<textarea\b([^>]*)>(.*?)</textarea>|<select\b([^>]*)>(.*?)</select>", html, re.DOTALL
    ):
        attributes = tag[1] or tag[2] or tag[4] or ""
        name = re.search(r'\bname="([^"]*)"', attributes)
        if name is None:
            continue
        if tag[2] is not None:
            found.append((name[1], unescape(tag[3]).removeprefix("\r\n").removeprefix("\n")))
        elif tag[4] is not None:
            chosen = re.search(r'<option selected value="([^"]*)"', tag[5])
            found.append((name[1], chosen[1] if chosen else ""))
        elif not re.search(r'type="(checkbox|radio)"', attributes) or re.search(r"\bchecked\b", attributes):
            value = re.search(r'\bvalue="([^"]*)"', attributes)
            found.append((name[1], unescape(value[1]) if value else ""))
    return MultiDict(found)


def test_what_is_drawn_comes_back_as_it_was_stored(page: Flask) -> None:
    back = posted.values(section().fields.values(), sent(drawn(VALUES)))

    assert back == VALUES


def test_what_comes_back_is_taken_by_the_rules_of_the_answers(page: Flask) -> None:
    values, errors = clean_section(section().fields, posted.values(section().fields.values(), sent(drawn(VALUES))))

    assert errors == {}
    assert values["tasks"] == VALUES["tasks"]
    assert values["points"]["one"] == {"conclusion": "met", "remark": "见附件"}
    assert list(values["chosen"]) == ["8", "7"]


def test_an_empty_form_comes_back_empty(page: Flask) -> None:
    back = posted.values(section().fields.values(), sent(drawn({})))

    assert (back["tasks"], back["chosen"], back["agreed"], back["name"]) == ([], {}, False, "")


def test_an_error_stands_at_its_field_row_and_column(page: Flask) -> None:
    html = drawn(VALUES, {"name": [Message("people.name_missing")], "tasks.1.due": [Message("people.phone_missing")]})

    assert '<p class="error" id="name-error">请填写单位名称。</p>' in html
    assert '<p class="error" id="tasks-1-due-error">请填写联系电话。</p>' in html
    assert 'aria-describedby="name-help name-error"' in html
    assert html.count('aria-invalid="true"') == 2


def test_every_input_has_a_label(page: Flask) -> None:
    html = drawn(VALUES)
    labelled = set(re.findall(r'for="([^"]+)"', html))
    bare = [
        attributes
        for attributes in re.findall(r"<(?:input|select|textarea)\b([^>]*)>", html)
        if "aria-label" not in attributes
        and (found := re.search(r'\bid="([^"]+)"', attributes))
        and found[1] not in labelled
        and not re.search(r'type="(radio|checkbox)"', attributes)
    ]

    assert bare == []
