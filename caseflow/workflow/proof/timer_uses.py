"""Which parts of a procedure name rows of the register of time limits, and whether they say what the rows say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from caseflow.workflow.beside import Extends, Service
from caseflow.workflow.bounds import default_of
from caseflow.workflow.definition import Definition
from caseflow.workflow.kept import kept
from caseflow.workflow.parameters import Parameter, canonical
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Clock, Duty, Publicity
from caseflow.workflow.proof.walking import inside
from caseflow.workflow.registers import Validity
from caseflow.workflow.timers import Timer

Timed = Clock | Parameter | Duty | Publicity | Validity | Service | Extends


@dataclass(frozen=True, slots=True)
class Use:
    """A part of a definition that names a row."""

    place: Place
    part: Timed
    key: str
    written: str | None
    """What the part itself says, a parameter by its default; nothing where it says nothing that could be compared."""

    def agrees(self, timer: Timer) -> bool:
        """Whether that is a value of the row; of an extension, one of those that the row allows."""
        if self.written is None:
            return True
        if isinstance(self.part, Extends):
            return timer.extension is not None and self.written in _alike(timer.extension.value)
        return self.written in _alike(timer.value)

    def expected(self, timer: Timer) -> tuple[str, ...]:
        """What it would have to say."""
        extension = timer.extension.value if timer.extension is not None else ()
        return extension if isinstance(self.part, Extends) else timer.value


@kept
def uses(definition: Definition) -> tuple[Use, ...]:
    """Every part that names a row, in the order of the definition."""
    return tuple(
        Use(place, part, part.timer, _written(definition, part))
        for place, part in inside(definition)
        if isinstance(part, Timed) and part.timer is not None
    )


def unused(known: Iterable[str], definitions: Iterable[Definition]) -> list[str]:
    """The rows that no definition names."""
    named = {use.key for definition in definitions for use in uses(definition)}
    return [key for key in known if key not in named]


def _written(definition: Definition, part: Timed) -> str | None:
    if isinstance(part, Parameter):
        said = canonical(part, part.default)
    elif isinstance(part, Clock | Duty):
        said = default_of(definition, part.limit) if part.limit is not None else None
    elif isinstance(part, Publicity):
        said = default_of(definition, part.period)
    elif isinstance(part, Validity):
        said = part.lasts
    else:
        said = part.deemed if isinstance(part, Service) else part.up_to
    return _plain(said) if said is not None else None


def _alike(values: Iterable[str]) -> set[str]:
    return {_plain(one) for one in values}


def _plain(value: str) -> str:
    """A period with the singular of its unit, a number without zeros at its end."""
    number, _, unit = value.partition(" ")
    return f"{number} {unit.removesuffix('s')}" if unit else format(Decimal(number).normalize(), "f")
