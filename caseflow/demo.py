"""The demonstration: invented people, and cases whose stories are played through the one door, day by day.

Each act is a transaction of its own with its request key, so pages work meanwhile, a broken fill goes on where it
stopped, and a full one adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from caseflow import clock
from caseflow.cases import (
    act,
    desk_acts,
    dossier,
    findings,
    fire,
    opening,
    paths,
    public_opening,
    quota_settings,
    quotas,
    scores,
    service,
    timers,
)
from caseflow.cases.entry import Invalid, NotHere
from caseflow.cases.ground import Loaded
from caseflow.cases.models import quota_setting
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.footprint import study
from caseflow.office import (
    invented,
    invented_experts,
    recalculation,
    reference,
    rehearsed_service,
    rounds,
    samples,
    stories,
)
from caseflow.office.invented import Account
from caseflow.office.stories import Step
from caseflow.office.story_rows import Rows
from caseflow.people import accounts, organisations, passwords, rights
from caseflow.people.rights import Actor
from caseflow.records import files
from caseflow.records.models import journal
from caseflow.studies import store
from caseflow.words import Message, Refused
from caseflow.workflow.definition import Definition

FOLDER = "demo"
ACCOUNTS = "demo-accounts.txt"
_KEY = "demo"
_ONCE = "once"


def settle(database: Database, settings: Settings) -> tuple[str, list[Account]]:
    """Make the invented people where they are not there yet; their common password, and who they are.

    The password is made at random on first use and kept in the installation's folder, for its owner alone.
    """
    settings = replace(settings, demo=True)
    known_roles, people = reference.roles(settings), reference.data(settings, f"{FOLDER}/people.yaml")
    with database.write() as tx:
        there = invented.is_there(tx, people)
        ground = reference.ground(tx, settings)
        kept = invented.kept_password(settings.home / ACCOUNTS)
        password = kept or passwords.one_time()
        if not there:
            invented.settle(tx, ground, known_roles, people, passwords.hashed(password), settings.files)
        elif kept is None:
            invented.give_password(tx, people, passwords.hashed(password))
        invented_experts.settle(tx, ground, known_roles, people)
        listed = invented.listed(tx, known_roles, people)
        if kept is None or not there:
            invented.keep_accounts(settings.home / ACCOUNTS, password, listed)
    return password, listed


def fill(database: Database, settings: Settings, today: date | None = None) -> int:
    """Play every story that has not been played, up to ``today``; how many acts were added.

    Raises:
        Refused: other people than the invented ones live in this database, or a story lies after ``today``.
    """
    settings = replace(settings, demo=True)
    settle(database, settings)
    return _Player(database, settings, clock.at_local(today or clock.today())).play()


class _Player:
    """Walks through the steps of all stories in the order of their days."""

    def __init__(self, database: Database, settings: Settings, stands: datetime) -> None:
        self._database, self._settings, self._stands = database, settings, stands
        self._people = reference.data(settings, f"{FOLDER}/people.yaml")
        self._data = reference.stories(settings)
        self._studies = reference.data(settings, f"{FOLDER}/studies.yaml")
        self._known_roles = reference.roles(settings)
        with database.read() as tx:
            self._ground = reference.ground(tx, settings)
            done = tx.execute(
                sa.select(journal.c.request_key, journal.c.case_id).where(journal.c.request_key.like(f"{_KEY}/%"))
            )
            self._done = {row.request_key: row.case_id for row in done}
        self._rows = Rows(self._ground, settings.files, self._people, self._actor)
        self._cases = self._rows.cases
        self._cases |= {key.split("/")[1]: number for key, number in self._done.items() if key.split("/")[2] == "0"}
        self._actors: dict[str, Actor] = {}
        self._rounds: dict[str, int] = {}
        self._seed = 0

    # --- the stories ----------------------------------------------------------------------------------------------

    def play(self) -> int:
        (calendar, *_) = self._ground.calendars.values()
        steps = stories.timeline(self._data, clock.local_date(self._stands), calendar)
        late = [step for step in steps if step.moment >= self._stands]
        if late:
            raise Refused(Message("demo.too_early", {"day": clock.local_date(late[-1].moment).isoformat()}))
        before = len(self._done)
        self._open_rounds()
        last: dict[str, int] = {}
        for key in self._done:
            _, story, number, *_ = key.split("/")
            last[story] = max(last.get(story, 0), int(number))
        for step in steps:
            if step.number >= last.get(step.story, 0):
                self._step(step)
        if len(self._done) > before:
            self._catch_up(self._stands)
            self._recompute()
        return len(self._done) - before

    def _recompute(self) -> None:
        """What was filed under an older release comes to under a newer one; the worklist is left to the visitor."""
        for one in self._data["recomputed"]:
            with clock.at(self._stands):
                with self._database.write() as tx:
                    by = self._actor(tx, one["by"])
                    run = recalculation.ask(tx, by.authority_id, one["release"], by.person_id)
                while True:
                    with self._database.read() as tx:
                        batch = recalculation.prepare(tx, self._ground, run)
                    if batch is None:
                        break
                    with self._database.write() as tx:
                        recalculation.keep(tx, batch)

    def _open_rounds(self) -> None:
        """The rounds of the reference data, those of the demonstration around its day, the bureaus' own deadlines."""
        data = reference.data(self._settings, "rounds.yaml")
        with clock.at(self._stands), self._database.write() as tx:
            fresh = rounds.seed(tx, [*data["rounds"], *data["demo"]])
            for authority in organisations.authorities(tx):
                self._rounds |= {row["code"]: row["id"] for row in rounds.all_of(tx, authority["id"])}
            for one in self._data["bureau_deadlines"]:
                for login in one["by"] if one["round"] in fresh else ():
                    self._set_own(tx, one, self._actor(tx, login))
            for one in self._data["limits"]:
                self._set_limit(tx, one, self._actor(tx, one["by"]))

    def _set_own(self, tx: Connection, one: Mapping[str, Any], by: Actor) -> None:
        row = rounds.find(tx, by.authority_id, self._rounds[one["round"]])
        if row is not None and by.organisation_id is not None:
            closes = rounds.moment(one["closes"])
            rounds.set_own(tx, self._ground, row, by.organisation_id, closes, reason=one["reason"], by=by.person_id)

    def _set_limit(self, tx: Connection, one: Mapping[str, Any], by: Actor) -> None:
        quota = quotas.quota_of(self._ground.current(tx, one["workflow"]).definition, one["quota"])
        key = quotas.key_of(one["key"], quota.across, None)
        known = sa.select(quota_setting.c.id).where(
            quota_setting.c.quota == quota.counted_as, quota_setting.c.key == key
        )
        if tx.execute(known).first() is None:
            quota_settings.set_limit(
                tx, self._ground.keys, by.authority_id, quota,
                key=key, limit=one["limit"], across=None, reason=one["reason"], by=by.person_id, at=clock.now(),
            )  # fmt: skip

    def _step(self, step: Step) -> None:
        story = self._data["stories"][step.story]
        begin = f"{_KEY}/{step.story}/{step.number}"
        if "linked" in story:
            self._find_linked(step, story)
        elif step.number == 0 and f"{begin}/open" not in self._done:
            self._catch_up(step.moment)
            with clock.at(step.moment), self._database.write() as tx:
                self._cases[step.story] = self._open(tx, step, story, f"{begin}/open")
            self._done[f"{begin}/open"] = self._cases[step.story]
        if step.number == 0:
            return
        names = self._names(story)
        who = stories.filled(step.data["as"], names, {})
        # What is known to be sent without a look at the case: a finished demonstration may have been worked on since.
        marks = list(stories.filled(step.data.get("scores", {_ONCE: None}), names, {}))
        for name in who if isinstance(who, list) else [who]:
            if all(f"{begin}/{name}/{mark}" in self._done for mark in marks):
                continue
            self._catch_up(step.moment)
            with self._database.read() as tx:
                login = self._rows.seated(tx, step.story, name) or stories.login(self._people, story, name)
                actor = self._actor(tx, login)
                variants = list(self._variants(tx, step, actor))
            for mark, given in variants:
                key = f"{begin}/{name}/{mark}"
                if key not in self._done:
                    with clock.at(step.moment), self._database.write() as tx:
                        self._do(tx, step, story, actor, given, key)
                    self._done[key] = self._cases[step.story]

    def _find_linked(self, step: Step, story: Mapping[str, Any]) -> None:
        """A story that goes on where an act of another one opened a case."""
        if step.story not in self._cases:
            self._catch_up(step.moment)
            with self._database.read() as tx:
                self._cases[step.story] = self._rows.linked(tx, story["linked"])

    def _variants(self, tx: Connection, step: Step, actor: Actor) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The forms that one person sends at a step: one, one for each open finding, or one for each case to score."""
        case_id = self._cases[step.story]
        given = step.data.get("with", {})
        if step.data.get("each") == "finding":
            for row in findings.open_findings(tx, case_id):
                yield str(row["id"]), {**given, "finding": row["id"]}
        elif "scores" in step.data:
            yield from self._sheets(tx, step, actor)
        else:
            yield _ONCE, given

    def _sheets(self, tx: Connection, step: Step, actor: Actor) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """A score sheet for each case that the expert owes: the marks of the story, a little higher or lower."""
        row, names = self._rows.case(tx, step.story), self._names(self._data["stories"][step.story])
        definition = self._ground.definition(tx, row["definition_id"]).definition
        action = definition.action(row["state"], step.data["do"])
        sheet = next(one for one in action.asks.values() if one.type == "score_sheet") if action else None
        if sheet is None or sheet.panel is None:
            raise LookupError(f"{step.story}: {step.data['do']} asks for no score sheet")
        owed = set(scores.owed_by(tx, row["id"], sheet.panel, actor.person_id))
        reasons = names["reasons"]
        for about, marks in stories.filled(step.data["scores"], names, {}).items():
            if self._cases[about] not in owed:
                continue
            filled = {}
            for place, criterion in enumerate(definition.panels[sheet.panel].rubric.values()):
                mark = marks[place] + (actor.person_id * 3 + self._cases[about] + place) % 5 - 2
                filled[criterion.id] = {"mark": min(max(mark, 0), criterion.maximum), "reason": reasons[place]}
            yield about, {sheet.id: {"member": about, "marks": filled, "opinion": ""}}

    # --- the acts -------------------------------------------------------------------------------------------------

    def _open(self, tx: Connection, step: Step, story: Mapping[str, Any], key: str) -> int:
        if stories.opener(self._people, story) == stories.PUBLIC:
            loaded = self._ground.current(tx, story["workflow"])
            values = self._written(tx, step, story, loaded, None)
            return public_opening.file_answers(tx, self._ground, loaded, values, request_key=key).case_id
        actor = self._actor(tx, stories.opener(self._people, story))
        round_id = self._rounds[story["round"]] if "round" in story else None
        if "carries" in story:
            source = self._cases[story["carries"]]
            return opening.carry_over(tx, self._ground, actor, source, self._rounds[story["round"]], key).case_id
        workflow = story.get("workflow", self._data["workflow"])
        loaded = self._ground.current(tx, workflow)
        owner = self._rows.unit(tx, story["company"]) if "opener" in story and "company" in story else None
        values = self._written(tx, step, story, loaded, actor)
        if "imported" in story:
            return self._import(tx, loaded.definition, actor, story, owner, values, key)
        made = opening.open_case(
            tx, self._ground, actor, workflow, round_id=round_id, organisation_id=owner, request_key=key
        ).case_id
        for section, typed in values.items():
            for number in paths.file_ids(loaded.definition.dossier[section].fields, typed):
                files.attach(tx, number, made, f"dossier.{section}")
            self._type(tx, actor, made, section, typed, owner)
        if "footprint" in story:
            self._declare(tx, actor, made, story["footprint"])
        return made

    def _written(
        self, tx: Connection, step: Step, story: Mapping[str, Any], loaded: Loaded, actor: Actor | None
    ) -> dict[str, dict[str, Any]]:
        """The dossier of a story: what it says, what all say, the rest made up."""
        if not loaded.definition.dossier:
            return {}
        written = {**self._data["dossier"], **story.get("dossier", {})}
        given = stories.filled(written, self._names(story), self._rows.places(tx, story))
        names = self._rows.names(tx, step.story, story, actor)
        values = samples.complete(loaded, self._ground, self._seed, names, given)
        return {section: values[section] for section in story.get("sections", values)}

    def _import(
        self,
        tx: Connection,
        definition: Definition,
        actor: Actor,
        story: Mapping[str, Any],
        owner: int | None,
        values: Mapping[str, Any],
        key: str,
    ) -> int:
        """A case that was decided before the system existed, where the workflow takes such cases in."""
        unit = organisations.get(tx, owner or 0)
        if definition.imports is None or unit is None:
            raise LookupError(f"{definition.workflow} takes no earlier cases in")
        facts = stories.dated_from(story["imported"], clock.local_date(self._stands))
        return opening.import_case(
            tx, self._ground, actor, definition.workflow, definition.imports.in_, values,
            organisation_id=unit["id"], prefecture_id=unit["prefecture_id"], round_id=self._rounds[story["round"]],
            facts=facts, commits=definition.imports.commits, request_key=key,
        ).case_id  # fmt: skip

    def _declare(self, tx: Connection, actor: Actor, case_id: int, said: Mapping[str, Any]) -> None:
        """The footprint of a story."""
        declared = stories.declared(self._studies, said)
        store.save_study(tx, case_id=case_id, study_=study.read(declared), by=actor.person_id)

    def _do(
        self, tx: Connection, step: Step, story: Mapping[str, Any], actor: Actor, given: Mapping[str, Any], key: str
    ) -> None:
        case_id, places = self._cases[step.story], self._rows.places(tx, story) | self._rows.drawn(tx, step.story)
        row = self._rows.case(tx, step.story)
        definition = self._ground.definition(tx, row["definition_id"]).definition
        for path, value in step.data.get("type", {}).items():
            section, name = path.split(".")
            now = dossier.working(tx, self._ground, row).get(section, {})
            self._type(tx, actor, case_id, section, {**now, name: stories.filled(value, {}, places)})
        if "footprint" in step.data:
            self._declare(tx, actor, case_id, step.data["footprint"])
        said = stories.filled(given, self._names(story), places)
        if step.data["do"] in desk_acts.ACTS:
            answers = self._rows.desk(tx, step.story, said)
        else:
            action = definition.action(row["state"], step.data["do"])
            names = self._rows.names(tx, step.story, story, actor)
            if step.data["do"] == service.ACT:
                answers = rehearsed_service.said(tx, names, case_id, said)
            else:
                answers = samples.answers(action.asks if action else {}, said, names)
        try:
            act.perform(tx, self._ground, actor, case_id, step.data["do"], answers, request_key=key)
        except (Refused, Invalid, NotHere) as refused:
            refused.add_note(f"{step.story}, step {step.number}: {step.data['do']}")
            raise

    def _type(
        self,
        tx: Connection,
        actor: Actor,
        case_id: int,
        section: str,
        values: dict[str, Any],
        organisation_id: int | None = None,
    ) -> None:
        part, owner = f"dossier.{section}", f"organisation:{organisation_id or actor.organisation_id}"
        seen, _ = dossier.read_draft(tx, self._ground, case_id, part, owner)
        dossier.save_draft(tx, self._ground, case_id, part, owner, values, seen, actor.person_id)

    def _catch_up(self, until: datetime) -> None:
        """Fire what has come due before the next step, at its own moment. The worker does not run meanwhile."""
        last = None
        while True:
            with self._database.read() as tx:
                waiting = timers.due(tx, until, 1, last)
            if not waiting:
                return
            last = waiting[0]
            with clock.at(last["due_at"]), self._database.write() as tx:
                fire.fire(tx, self._ground, last, clock.now())

    # --- who and what ---------------------------------------------------------------------------------------------

    def _names(self, story: Mapping[str, Any]) -> dict[str, Any]:
        return {**self._data["values"], **story}

    def _actor(self, tx: Connection, login: str) -> Actor:
        if login not in self._actors:
            row = accounts.by_login(tx, login)
            if row is None:
                raise LookupError(login)
            standings = rights.standings(tx, row["id"])
            self._actors[login] = rights.actor(row, standings, None, self._known_roles.official)
        return self._actors[login]
