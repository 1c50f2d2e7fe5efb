"""Single values for the questions of any form, at random: valid by the grammar of their field, now and then at its very bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy.engine import Connection

from caseflow.cases import choosing, dossier
from caseflow.cases.ground import Ground, Loaded
from caseflow.office import samples, simulated_panels
from caseflow.office.samples import Names
from caseflow.office.simulated_people import Troupe
from caseflow.people.rights import Actor
from caseflow.workflow.fields import CONCLUSIONS
from caseflow.workflow.form import Field
from caseflow.workflow.parties import involves
from caseflow.workflow.procedure import Action
from caseflow.workflow.sampling import sized

AMISS = 0.1
"""How often something is amiss."""
_BORDERING = 0.06
"""How often a value stands at its bound."""
_HOLDERS = ("agent", "body", "enterprise", "institution")
"""Organisations that an act names to be entered in a register."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One form that is being filled in: of an act, or (without one) of a part of the dossier."""

    loaded: Loaded
    row: Mapping[Any, Any]
    actor: Actor | None
    names: Names
    action: Action | None = None

    @property
    def key(self) -> Key:
        return (self.row["workflow"], self.row["state"], self.action.id if self.action is not None else "")


@dataclass(slots=True)
class Values:
    """Makes them; what a form was taken with before plays no part here."""

    tx: Connection
    ground: Ground
    troupe: Troupe
    rng: Random

    def makers(self) -> dict[str, Callable[[Form, Field], Any]]:
        """By type of question who makes its value; of the other types the samples have one."""
        return {
            "text": self._text,
            "long_text": self._text,
            "choices": self._choices,
            "integer": self._figure,
            "decimal": self._figure,
            "credit_code": self._credit_code,
            "organisation": self._organisation,
            "people": self._people,
            "checklist": self._checklist,
            "score_sheet": self._score_sheet,
            "field_comments": self._comments,
            "dossier_fields": self._fields,
            "case_file": self._case_file,
        }

    def _bordering(self) -> bool:
        return self.rng.random() < _BORDERING

    def _text(self, form: Form, question: Field) -> str:
        if question.max_characters is not None and self._bordering():
            return "界" * question.max_characters
        return f"{question.label.zh}{self.rng.randrange(1000)}"[: question.max_characters]

    def _choices(self, form: Form, question: Field) -> list[str]:
        among = list(question.choices)
        return sorted(self.rng.sample(among, self.rng.randint(1, len(among))), key=among.index)

    def _figure(self, form: Form, question: Field) -> int | str:
        least = Decimal(question.minimum) if question.minimum is not None else Decimal(0)
        most = Decimal(question.maximum) if question.maximum is not None else least + 1000
        action = form.action
        table = sized(form.loaded.definition).get(f"{action.store or action.id}.{question.id}") if action else None
        if table is not None:
            most = max(least, Decimal(form.names.rows(table)))
        if self._bordering():
            found = self.rng.choice((least, most))
        else:
            found = least + (most - least) * self.rng.randrange(1001) / 1000
        places = 0 if question.type == "integer" else question.decimals or 0
        rounded = found.quantize(Decimal(1).scaleb(-places))
        return int(rounded) if question.type == "integer" else str(rounded)

    def _credit_code(self, form: Form, question: Field) -> Any:
        given = [role for call in form.action.then if (role := involves(call)) is not None] if form.action else []
        code = self.troupe.involved_code(given[0]) if given else None
        if form.action is not None and code is None:
            entered = {one.holder for one in form.loaded.definition.registers.values()}
            if (
                f"{form.action.store or form.action.id}.{question.id}" in entered
            ):  # only who is registered can be entered
                code = self.troupe.cast.credit_code(self.rng.choice(_HOLDERS))
        return code or samples.sample(question, self.ground, self.rng.randrange(100_000), form.names)

    def _organisation(self, form: Form, question: Field) -> int | None:
        among = [row["id"] for row in choosing.organisations(self.tx, form.row, question)]
        if not among and question.of_kind:
            return self.troupe.office(question.of_kind[0], form.row["prefecture_id"])
        return self.rng.choice(among) if among else None

    def _people(self, form: Form, question: Field) -> list[int] | None:
        if form.action is None or form.actor is None:
            return None
        return self.troupe.people(form.loaded, form.row, form.action, form.actor)

    def _checklist(self, form: Form, question: Field) -> dict[str, Any]:
        other = {item for item in question.items if self.rng.random() < AMISS}
        return {
            item: {"conclusion": self.rng.choice(CONCLUSIONS), "remark": "说明"}
            if item in other else {"conclusion": CONCLUSIONS[0], "remark": ""}
            for item in question.items
        }  # fmt: skip

    def _score_sheet(self, form: Form, question: Field) -> dict[str, Any] | None:
        panel = form.loaded.definition.panels.get(question.panel or "")
        if panel is None or form.action is None or form.actor is None:
            return None
        return simulated_panels.sheet(self.tx, self.rng, form.row["id"], form.action, panel, form.actor.person_id)

    def _comments(self, form: Form, question: Field) -> dict[str, str]:
        return dict.fromkeys(self._fields(form, question), "请补正")

    def _fields(self, form: Form, question: Field) -> list[str]:
        known = dossier.working(self.tx, self.ground, form.row)
        among = [
            f"{section}.{name}"
            for section, values in sorted(known.items())
            for name in sorted(values)
            if section in form.loaded.definition.dossier
            and name in (asked := form.loaded.definition.dossier[section].fields)
            and not asked[name].fixed
        ]
        return sorted(self.rng.sample(among, min(len(among), self.rng.randint(1, 3))))

    def _case_file(self, form: Form, question: Field) -> int | None:
        found = choosing.case_files(self.tx, form.row["id"])
        return int(self.rng.choice(found).id) if found else None
