"""What the models of the language say about themselves: which keys stand where, and the schema for editors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.parts import Call, Part
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, Breach, Clock, Duty, LongClock, State
from caseflow.workflow.registers import Validity

FILE_KEYS = ("extends", "part", "abstract")
"""Keys of a file that the reader resolves; they are no part of a definition."""
SCALAR_FOR_LIST: tuple[tuple[type[Part], tuple[str, ...]], ...] = (
    (Action, ("by", "moved_by", "sign_off", "not_by")),
    (State, ("moved_by",)),
    (Breach, ("notify",)),
    (Clock, ("extends",)),
    (LongClock, ("extends",)),
    (Duty, ("signs",)),
    (Field, ("of_kind",)),
    (Validity, ("notify",)),
)
"""Where one name, or one ground of extension, may stand for a list of one."""


@cache
def keys(model: type[BaseModel]) -> dict[str, Any]:
    """The keys that may be written in a part, with their types."""
    found = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    if "id" in found and model.model_fields["id"].default == "":
        del found["id"]
    return found


@cache
def models() -> tuple[type[BaseModel], ...]:
    """Every part of the language, in the order in which one meets it."""
    seen: list[type[BaseModel]] = []

    def visit(model: type[BaseModel]) -> None:
        if model not in seen:
            seen.append(model)
            for annotation in keys(model).values():
                for inner in _models_in(annotation):
                    visit(inner)

    visit(Definition)
    return tuple(seen)


def known_at(place: Place) -> list[str]:
    """The names that may stand as the last step of ``place``: keys of a part, or words of an enumeration."""
    here: list[Any] = [Definition]
    for step in place[:-1]:
        here = [inner for annotation in here for inner in _step(annotation, step)]
    found = [key for annotation in here for model in _models_in(annotation) for key in keys(model)]
    return [*found, *FILE_KEYS] if len(place) == 1 else found


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a workflow file as it is written, short forms included, for editors."""
    schema = Definition.model_json_schema(by_alias=True, mode="validation")
    parts: dict[str, Any] = schema["$defs"]
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Workflow"
    required = schema.pop("required")
    part = {"type": "string", "pattern": r"^([a-z][a-z0-9-]{0,59}/)?[a-z][a-z0-9-]{0,59}$"}
    schema["properties"] |= {
        "extends": {"anyOf": [part, {"type": "array", "items": part}]},
        "part": {"const": True},
        "abstract": {"const": True},
    }
    schema["anyOf"] = [{"required": required}, {"required": ["extends"]}, {"required": ["part"]}]
    for model, names in SCALAR_FOR_LIST:
        for key in names:
            written = parts[model.__name__]["properties"][key]
            parts[model.__name__]["properties"][key] = {
                "anyOf": [{k: v for k, v in written.items() if k != "default"}, written["items"]]
            }
    full = parts[Call.__name__]
    parts[Call.__name__] = {
        "anyOf": [
            {"type": "string", "pattern": r"^[a-z][a-z0-9_]{0,59}$"},
            full,
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 2,
                "propertyNames": {"pattern": r"^[a-z][a-z0-9_]{0,59}$"},
                "not": {"anyOf": [{"required": ["name"]}, {"required": ["check"]}]},
            },
        ]
    }
    block = parts["Block"]
    short: dict[str, Any] = {kind: {"$ref": "#/$defs/Text"} for kind in ("heading", "signature", "date", "signatures")}
    short["list"] = {"type": "array", "items": {"type": "string"}}
    short |= {kind: {"type": "string"} for kind in ("draw", "seats", "pledges", "sheets", "opinion", "fees", "entries")}
    block["properties"] |= short
    block.pop("required", None)
    return schema


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for argument in get_args(annotation):
        if argument is not Literal and not isinstance(argument, str):
            yield from _models_in(argument)


def _step(annotation: Any, step: str | int) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _step(get_args(annotation)[0], step)
    elif origin in (Union, UnionType):
        for argument in get_args(annotation):
            if argument is not NoneType:
                yield from _step(argument, step)
    elif origin is dict:
        yield get_args(annotation)[1]
    elif origin is tuple:
        yield get_args(annotation)[0]
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if step == annotation.__name__:
            yield annotation
        elif step in keys(annotation):
            yield keys(annotation)[str(step)]
