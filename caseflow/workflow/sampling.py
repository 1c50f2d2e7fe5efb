"""Samples of the rows of a table that an act draws by lot, and what is kept of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import ValidationError

from caseflow.workflow.definition import Definition
from caseflow.workflow.form import Field
from caseflow.workflow.kept import kept
from caseflow.workflow.parts import Call, Id, Part, Path, Text

DRAWS = "draw_sample"
KEPT = (
    Field(id="count", type="integer", label=Text(zh="总数", en="Rows in all")),
    Field(id="size", type="integer", label=Text(zh="样本量", en="Size of the sample")),
    Field(id="rows", type="choices", label=Text(zh="抽中的行（按抽取次序）", en="Rows drawn, in order")),
    Field(id="seed", type="text", label=Text(zh="随机种子", en="Seed")),
    Field(id="revision", type="integer", label=Text(zh="所依材料版本", en="Revision of the dossier")),
)
"""What is kept of a sample under its store; the seed in hexadecimal, the numbers of rows from 1."""


class Sample(Part):
    """What stands behind ``draw_sample``."""

    of: Path
    """The table of the dossier."""
    size: Path
    """Where the number of rows stands: an answer, or ``parameter.<id>``."""
    into: Id

    @classmethod
    def read(cls, call: Call) -> Self | None:
        """The argument of a call that draws a sample; nothing where it is another call, or is not understood."""
        if call.name != DRAWS:
            return None
        try:
            return cls.model_validate(call.argument)
        except ValidationError:
            return None


def sample(call: Call) -> Sample:
    """What a call of a definition that was checked draws."""
    found = Sample.read(call)
    if found is None:
        raise LookupError(f"no sample is meant by {call.argument!r}")
    return found


@kept
def samples(definition: Definition) -> Mapping[str, Sample]:
    """Every sample by the store in which it is kept."""
    calls = (call for state in definition.states for one in definition.actions_in(state) for call in one.then)
    found = (Sample.read(call) for call in calls)
    return {one.into: one for one in found if one is not None}


@kept
def sized(definition: Definition) -> Mapping[str, str]:
    """By the path of an answer that says how many rows are drawn the table from which they are."""
    return {one.size: one.of for one in samples(definition).values()}
