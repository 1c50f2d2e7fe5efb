"""A panel of two whose experts score beside the dossiers, and browsers for them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask
from pypdf import PdfReader
from werkzeug.test import TestResponse

from caseflow.people import sessions
from caseflow.people.rights import Actor
from caseflow.records import files
from tests.cases.world import World
from tests.web.office_world import Reader, hidden_inputs

CRITERIA = ("distinctive", "feasible", "care")


def filled(mark: int = 5, reason: str = "材料充分", **more: str) -> dict[str, str]:
    """The inputs of a sheet with the same mark everywhere."""
    return {
        **{f"sheet-marks-{one}-mark": str(min(mark, 5) if one == "care" else mark) for one in CRITERIA},
        **{f"sheet-marks-{one}-reason": reason for one in CRITERIA},
        "sheet-abstain": "no",
        **{f"sheet-{name}": value for name, value in more.items()},
    }


@dataclass
class Scoring:
    """A host case with its members and two seated experts who pledged and declared."""

    world: World
    app: Flask
    office: Actor
    host: int
    members: list[int]
    experts: list[Actor]

    def visit(self, who: Actor) -> Reader:
        with self.world.database.write() as tx:
            token = sessions.begin(tx, who.person_id, idle_seconds=3600, address="192.0.2.1", second_factor_done=True)
        reader = Reader(self.app)
        reader.client.set_cookie("caseflow", token)
        return reader

    @property
    def panel(self) -> str:
        return f"/cases/{self.host}/panel"

    def sheet(self, at: int = 0) -> str:
        return f"{self.panel}/{self.members[at]}"

    def give(self, reader: Reader, given: dict[str, str], at: int = 0) -> TestResponse:
        """Send the sheet as its page holds it."""
        path = self.sheet(at)
        hidden = hidden_inputs(reader.get(path).text, 'id="act"')
        return reader.client.post(path, data={**hidden, **given}, environ_base=reader.address)

    def type(self, reader: Reader, given: dict[str, str], version: int, at: int = 0) -> TestResponse:
        """Save as the page does while it is typed into."""
        path = self.sheet(at)
        token = hidden_inputs(reader.get(path).text, 'id="act"')["csrf_token"]
        return reader.client.post(
            f"{path}/draft",
            data=json.dumps({"version": version, "fields": list(given.items())}),
            headers={"Content-Type": "application/json", "X-CSRF-Token": token},
            environ_base=reader.address,
        )

    def post(self, reader: Reader, of: str, path: str, **given: Any) -> TestResponse:
        """Send a small form of the page ``of``."""
        hidden = hidden_inputs(reader.get(of).text, f'action="{path}"')
        return reader.client.post(path, data={**hidden, **given}, environ_base=reader.address)


def scoring(world: World, app: Flask, cases: list[int], *, declared: bool = True) -> Scoring:
    """A session over these cases."""
    office = world.person("provincial", "office")
    host = world.open(office, "toy-sheets")
    world.do(office, host, "include", cases={str(one): {} for one in cases})
    experts = [world.person("expert", "pool") for _ in range(2)]
    world.do(office, host, "seat", experts=[one.person_id for one in experts])
    for one in experts if declared else ():
        world.do(one, host, "declare")
    return Scoring(world, app, office, host, cases, experts)


def decided(world: World, name: str = "示例厂", *, photo: bytes | None = None, kind: str = "pdf") -> int:
    """A case with files that has come before a panel; ``photo`` is the one that an expert may read."""
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant, "toy-papers")
    values: dict[str, Any] = {"name": name, "contact": "联系人王二"}
    if photo is not None:
        values["photo"] = stored(world, applicant, case_id, f"照片.{kind}", photo, kind)
    world.type(applicant, case_id, "unit", values)
    for action in ("make_form", "submit"):
        world.do(applicant, case_id, action)
    world.do(world.person("municipal", "bureau"), case_id, "decide", opinion="同意。")
    world.do(world.person("municipal_head", "bureau"), case_id, "sign", opinion="同意")
    return case_id


def stored(world: World, applicant: Actor, case_id: int, name: str, content: bytes, kind: str) -> int:
    kept = files.keep(content, name=name, media_type=files.TYPES[kind], root=world.settings.files)
    pages = len(PdfReader(io.BytesIO(content)).pages) if kind == "pdf" else None
    with world.database.write() as tx:
        return files.record(
            tx, replace(kept, pages=pages), uploaded_by=applicant.person_id,
            organisation_id=applicant.organisation_id, case_id=case_id,
        )  # fmt: skip
