"""Decision tables: what follows from which values, row by row, each with its ground."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field as Value
from pydantic import model_validator

from caseflow.workflow.form import Field
from caseflow.workflow.parts import Id, Named, Part, Path, Text, give_ids

Scalar = bool | int | str
Cell = Scalar | tuple[Scalar, ...]
"""``"-"``, a value, a comparison (``"< 0.8"``), a range (``"[0, 5)"``), or a list of these."""
MAX_ROWS = 100
MAX_INPUTS = 8


class Input(Named):
    """A column of conditions: an answer by its path, or a condition that is true or false."""

    title: Text | None = None
    value: Path | None = None
    check: str | None = None


class Row(Part):
    """One row: what fits, and what follows."""

    when: dict[Id, Cell] = {}
    """An input that is not named takes any value."""
    then: dict[Id, Scalar]
    basis: str | None = None


class Decision(Named):
    """A table that decides. Whether it leaves a gap or says two things at once is found when the file is read."""

    title: Text
    inputs: dict[Id, Input]
    outputs: dict[Id, Field]
    hit: Literal["unique", "first", "collect"] = "unique"
    """One row fits; the first that fits counts; all that fit count and each output is a list."""
    rows: tuple[Row, ...] = Value(max_length=MAX_ROWS)
    default: dict[Id, Scalar] | None = None
    """What follows where no row fits."""
    basis: str

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        return give_ids(data, "inputs", "outputs")
