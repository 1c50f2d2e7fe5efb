"""A study as a JSON document: the study's own plain data, in an envelope with its hash or bare."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from caseflow.footprint.study import Study, read
from caseflow.words import Message, Refused

FORMAT = "caseflow-footprint-study/1"
MOST_CHARACTERS = 20_000_000


def write_document(study: Study) -> str:
    """The study as JSON text; the same study gives the same text."""
    body = {"format": FORMAT, "hash": study.hash, "study": study.as_json()}
    return json.dumps(body, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def read_document(text: str) -> Study:
    """The study of a document, or of bare plain data.

    Raises:
        Refused: it is no JSON, of another format, changed since it was written, or no study.
    """
    return study_of(load(text))


def study_of(data: Any) -> Study:
    """As :func:`read_document`, from parsed JSON or YAML."""
    if not isinstance(data, Mapping) or "format" not in data:
        return read(data)
    if data["format"] != FORMAT:
        raise Refused(Message("footprint.document_format", {"got": str(data["format"])[:60], "expected": FORMAT}))
    study = read(data.get("study"))
    given = data.get("hash")
    if given is not None and given != study.hash:
        raise Refused(Message("footprint.document_changed", {"got": str(given)[:64], "expected": study.hash}))
    return study


def load(text: str) -> Any:
    """Parsed JSON with exact decimals. A key that stands twice, and what JSON itself does not know, is refused.

    Raises:
        Refused: it is not JSON, or too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise Refused(Message("footprint.document_long", {"limit": MOST_CHARACTERS}))
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_once)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Refused(Message("footprint.unreadable", {"path": "JSON", "why": str(error)[:200]})) from error


def _constant(text: str) -> NoReturn:
    raise ValueError(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice[:60]!r} stands twice")
    return found
