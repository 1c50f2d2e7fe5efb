"""Reference data and definitions from the workflows folder into the database, and the ground that stands on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.engine import Connection

from caseflow.cases.ground import Ground, publish
from caseflow.cases.vocabulary import vocabulary
from caseflow.config import Settings
from caseflow.footprint import shelf
from caseflow.footprint.context import read_requirements
from caseflow.office import extensions, rounds
from caseflow.people import organisations
from caseflow.people.roles import Roles, read_roles
from caseflow.records import calendars, personal
from caseflow.studies import store
from caseflow.workflow.reader import read_folder

REFERENCE_LISTS = {
    "product_class": ("product-classes.yaml", "entries"),
    "region": ("divisions.yaml", "divisions"),
    "expert_field": ("expert-fields.yaml", "fields"),
}
"""Field types whose answers are codes of a list: the file of the list, and the key under which it stands."""

REQUIREMENTS = "footprint-requirements.yaml"


def data(settings: Settings, name: str) -> Any:
    """A file of reference data as plain values."""
    return _yaml(settings.workflows / "data" / name)


def stories(settings: Settings) -> dict[str, Any]:
    """The stories of the demonstration: what all share, and the roads and stories of each procedure's file.

    Raises:
        LookupError: two files call a road or a story the same.
    """
    found: dict[str, Any] = {"roads": {}, "stories": {}}
    for path in sorted((settings.workflows / "data" / "demo" / "stories").glob("*.yaml")):
        said = _yaml(path)
        for part, known in found.items():
            named = said.get(part, {})
            if twice := known.keys() & named.keys():
                raise LookupError(f"{path.name}: {sorted(twice)}")
            known.update(named)
    return {**data(settings, "demo/stories.yaml"), **found}


def seed(tx: Connection, settings: Settings) -> list[str]:
    """Store what is shipped and not stored yet; returns the workflow versions that are new.

    Raises:
        Unreadable: a definition has errors, all of them listed.
        Refused: a stored version or release stands there with other content.
    """
    organisations.load_reference(tx, data(settings, "organisations.yaml"))
    for path in _calendars(settings):
        calendars.seed(tx, _yaml(path))
    store.publish(tx, shelf.load(settings.workflows / "data"))
    found = data(settings, "rounds.yaml")
    rounds.seed(tx, found["rounds"])
    extensions.set_signers(tx, found.get("extension_signed_by", {}), known=roles(settings))
    definitions = read_folder(settings.workflows, vocabulary())
    return publish(tx, list(definitions.values()))


def ground(tx: Connection, settings: Settings) -> Ground:
    """What acts stand on, read from the database and the reference lists."""
    found = [calendars.load(tx, _yaml(path)) for path in _calendars(settings)]
    return Ground(
        keys=personal.keyring(settings),
        calendars={calendar.id: calendar for calendar in found},
        references={name: _list(settings, *where) for name, where in REFERENCE_LISTS.items()},
        required=read_requirements(data(settings, REQUIREMENTS), REQUIREMENTS),
        demo=settings.demo,
    )


def roles(settings: Settings) -> Roles:
    """The roles that people may hold."""
    return read_roles(data(settings, "roles.yaml"))


def _list(settings: Settings, file: str, key: str) -> dict[str, Any]:
    """A reference list by code; an entry that is a bare ``{zh, en}`` is its own title."""
    found: dict[str, Any] = data(settings, file)[key]
    return {str(code): entry if "title" in entry else {"title": entry} for code, entry in found.items()}


def _calendars(settings: Settings) -> list[Path]:
    return sorted((settings.workflows / "data" / "calendars").glob("*.yaml"))


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
