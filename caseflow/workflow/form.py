"""Questions and the sections in which they stand."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field as Value
from pydantic import model_validator

from caseflow.workflow.parts import Id, Named, Part, Path, Text, give_ids

FieldType = Literal[
    "text", "long_text", "choice", "choices", "boolean", "date", "integer", "decimal", "phone", "email",
    "credit_code", "document_number", "url", "region", "product_class", "organisation", "people", "file", "files",
    "checklist", "table", "field_comments", "members", "score_sheet", "each_row", "case_file", "dossier_fields",
]  # fmt: skip


class Choice(Part):
    title: Text
    basis: str | None = None


class Field(Named):
    """One question, its limits, and where its answer may be seen."""

    type: FieldType
    label: Text
    help: Text | None = None
    required: bool = False
    when: str | None = None
    """CEL over the values of the same section or form: the question is put only where this holds."""
    max_characters: int | None = Value(default=None, ge=1, le=100_000)
    minimum: int | str | None = None
    maximum: int | str | None = None
    decimals: int | None = Value(default=None, ge=0, le=12)
    unit: str | None = None
    choices: dict[Id, Choice] = Value(default_factory=dict)
    columns: dict[Id, Field] = Value(default_factory=dict)
    """Columns of a table; of ``members`` and ``each_row``: what is said of each member or row."""
    of: Path | None = None
    """Of ``each_row``: the table of the dossier of whose rows something is said."""
    of_kind: tuple[Id, ...] = ()
    """Of ``organisation``: the kinds of organisation among which one is chosen."""
    amends: Path | None = None
    """Of a question of an act: the place of the dossier that its answer replaces (effect ``amend_dossier``)."""
    items: dict[Id, Text] = Value(default_factory=dict)
    """Points of a checklist; each is answered met / not met / not applicable, with a remark."""
    min_rows: int = 0
    max_rows: int = Value(default=200, ge=1, le=5000)
    accept: tuple[str, ...] = ("pdf", "docx", "xlsx", "jpg", "png", "ofd")
    max_megabytes: int = Value(default=20, ge=1, le=200)
    of_revision: Literal["current"] | None = None
    """The file is the signed form of the frozen revision; its revision code is asked and compared."""
    panel: Id | None = None
    """Of a score sheet: the panel whose rubric it fills."""
    personal: bool = False
    printed: bool = True
    fixed: bool = False
    """Filled by the system, shown and not edited."""
    text: Text | None = None
    """Of a boolean: the declaration that is accepted."""
    basis: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        data = give_ids(data, "columns")
        if isinstance(data, dict) and isinstance(data.get("of_kind"), str):
            data["of_kind"] = (data["of_kind"],)
        return data


class Section(Named):
    """A part of the dossier that is filled in, saved and returned as one."""

    title: Text
    help: Text | None = None
    when: str | None = None
    fields: dict[Id, Field]

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        return give_ids(data, "fields")
