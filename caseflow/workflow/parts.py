"""The small parts of which a workflow is made."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, StringConstraints, Tag, model_validator
from pydantic.json_schema import SkipJsonSchema

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
WorkflowId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Period = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,3} (workdays?|days?|months?|years?)$")]
"""A length of time in words: ``10 workdays``, ``30 days``, ``12 months``, ``1 year``."""
TimerKey = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}\.[a-z][a-z0-9_]{0,59}$")]
"""A row of the register of time limits: ``pn.review``."""
Path = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
"""Where a value stands: ``dossier.unit.unit_name``, ``intake.product_class``, ``round``."""


def _listed(value: Any) -> Any:
    """Lists where the reader has tuples, as the stored text has them."""
    if isinstance(value, dict):
        return {key: _listed(inner) for key, inner in value.items()}
    return [_listed(inner) for inner in value] if isinstance(value, tuple | list) else value


Free = Annotated[Any, AfterValidator(_listed)]
"""A value of no fixed shape; the same whether it comes from a file or from the stored text."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Part):
    """A text in both languages of the interface."""

    zh: Annotated[str, StringConstraints(min_length=1)]
    en: Annotated[str, StringConstraints(min_length=1)]


class Named(Part):
    """A part that stands in a mapping under its id; the mapping sets ``id``."""

    id: SkipJsonSchema[str] = ""


def give_ids(data: Any, *keys: str) -> Any:
    """Write each part's key into it as its id, for the mappings under ``keys``.

    An id that the file itself gives is left as it is; ``check`` compares it with the key.
    """
    if not isinstance(data, dict):
        return data
    data = dict(data)
    for key in keys:
        if isinstance(data.get(key), dict):
            data[key] = {
                name: {"id": name, **part} if isinstance(part, dict) else part for name, part in data[key].items()
            }
    return data


class Check(Part):
    """A condition written in CEL, with the sentence that is shown where it does not hold."""

    check: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    message: Text
    basis: str | None = None


class Call(Part):
    """A registered guard, warning or effect by name, with its argument."""

    name: Id
    argument: Free = None
    basis: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"name": data}
        if isinstance(data, dict) and "name" not in data:
            basis = data.get("basis")
            names = [key for key in data if key != "basis"]
            if len(names) == 1:
                return {"name": names[0], "argument": data[names[0]], "basis": basis}
        return data


def _kind(data: Any) -> str:
    written = isinstance(data, Check) or (isinstance(data, dict) and "check" in data)
    return "Check" if written else "Call"


Condition = Annotated[Annotated[Check, Tag("Check")] | Annotated[Call, Tag("Call")], Discriminator(_kind)]
"""What a ``needs`` lists: a condition written here, or a registered guard by name."""
