"""Every sentence that the program can say stands in templates/words, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

import jinja2
from jinja2 import nodes

from caseflow import words
from caseflow.config import ROOT
from tests.source import last_name, sources

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


class Use(NamedTuple):
    """One place where a text is asked for."""

    where: str
    key: str
    begins: bool
    """Only the beginning of the key is known."""
    given: frozenset[str] | None
    """The names of its values, where all of them are known."""


def places(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\{(\w+)\}", text))


def keys_in(node: ast.expr) -> Iterator[tuple[str, bool]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, False
    elif isinstance(node, ast.IfExp):
        yield from keys_in(node.body)
        yield from keys_in(node.orelse)
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield str(node.values[0].value), True


def given_in(call: ast.Call) -> frozenset[str] | None:
    values = call.args[1] if len(call.args) > 1 else None
    for keyword in call.keywords:
        if keyword.arg == "values":
            values = keyword.value
    if values is None:
        return frozenset()
    if not isinstance(values, ast.Dict):
        return None
    names = [key.value for key in values.keys if isinstance(key, ast.Constant)]
    return frozenset(map(str, names)) if len(names) == len(values.keys) else None


def in_the_code() -> Iterator[Use]:
    for source in sources():
        for call in source.calls("Message"):
            for argument in call.args[:1]:
                for key, begins in keys_in(argument):
                    yield Use(source.at(call), key, begins, given_in(call))
        for call in source.calls("t", "text"):
            if last_name(call.func) == "text" and not (
                isinstance(call.func, ast.Attribute) and last_name(call.func.value) == "words"
            ):
                continue  # sqlalchemy has a text() as well
            for argument in call.args[:1]:
                for key, begins in keys_in(argument):
                    yield Use(source.at(call), key, begins, None)


def in_the_templates() -> Iterator[Use]:
    environment = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)
    for path in TEMPLATES:
        name = path.relative_to(ROOT).as_posix()
        for call in environment.parse(path.read_text("utf-8"), name).find_all(nodes.Call):
            if not (isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args):
                continue
            known = call.dyn_kwargs is None and len(call.args) == 1
            given = frozenset(keyword.key for keyword in call.kwargs) if known else None
            where = f"{name}:{call.lineno}"
            for key, begins in keys_in_template(call.args[0]):
                yield Use(where, key, begins, given)


def keys_in_template(node: nodes.Expr) -> Iterator[tuple[str, bool]]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value, False
    elif isinstance(node, nodes.CondExpr):
        yield from keys_in_template(node.expr1)
        if node.expr2 is not None:
            yield from keys_in_template(node.expr2)
    elif isinstance(node, nodes.Concat) and isinstance(node.nodes[0], nodes.Const):
        yield str(node.nodes[0].value), True
    elif isinstance(node, nodes.Add) and isinstance(node.left, nodes.Const):
        yield str(node.left.value), True


def uses() -> list[Use]:
    return [*in_the_code(), *in_the_templates()]


def test_every_text_that_is_asked_for_exists() -> None:
    catalogue = words.catalogue()
    missing = [
        (use.where, use.key)
        for use in uses()
        if (not any(key.startswith(use.key) for key in catalogue) if use.begins else use.key not in catalogue)
    ]

    assert missing == []


def test_every_text_gets_the_values_it_shows() -> None:
    catalogue = words.catalogue()
    missing = [
        (use.where, use.key, sorted(lacking))
        for use in uses()
        if use.given is not None and not use.begins and use.key in catalogue
        if (lacking := places(catalogue[use.key]["zh"]) - use.given)
    ]

    assert missing == []


def test_both_languages_show_the_same_values() -> None:
    unequal = [key for key, text in words.catalogue().items() if places(text["zh"]) != places(text["en"])]

    assert unequal == []


def test_no_text_is_empty() -> None:
    empty = [key for key, text in words.catalogue().items() if not all(str(side).strip() for side in text.values())]

    assert empty == []


def test_the_english_texts_are_english() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]{6,}")  # short Chinese terms and document numbers may be quoted
    found = [key for key, text in words.catalogue().items() if chinese.search(text["en"])]

    assert found == []
