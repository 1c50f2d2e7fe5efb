"""A new release over all filed studies: 10,000 of 50 lines, from the rows of a database and back into rows."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from caseflow.cases.ground import Ground
from caseflow.cases.models import case, workflow_version
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.footprint.factors import read_release
from caseflow.footprint.study import read
from caseflow.office import recalculation, reference, upkeep
from caseflow.people.models import authority, organisation
from caseflow.studies import recompute, store
from caseflow.studies.models import release_change, study_result
from caseflow.studies.models import study as study_table
from caseflow.studies.rule import Rule

LINES = 50
SUPERSEDED = "cn-electricity-footprint-2024"
NEW = "benchmark-2026"
SERIES = ("mix", "coal", "gas", "hydro", "nuclear", "wind", "pv", "biomass")


def body(number: int) -> dict[str, Any]:
    """A study of 50 lines, every tenth of them electricity."""
    lines = [
        {
            "id": f"l{at}", "stage": "production", "name": f"线{at}", "amount": str(100 + number % 97 + at), "unit": "kWh",
            "factor": f"{SUPERSEDED}/{SERIES[at % len(SERIES)]}",
        }
        if at % 10 == 0
        else {
            "id": f"l{at}", "stage": "raw_materials" if at % 2 else "production", "name": f"料{at}",
            "amount": str(10 + at), "unit": "kg",
            "own": {
                "value": f"1.{at + 10}", "unit": "kg", "kind": "footprint", "source": "供应商", "year": 2024,
                "evidence": f"e{number}-{at}",
            },
        }
        for at in range(LINES)
    ]  # fmt: skip
    return {
        "product": f"产品{number}",
        "functional_unit": {"quantity": 1, "unit": "t"},
        "boundary": "cradle_to_gate",
        "period": {"from": "2024-01-01", "to": "2024-12-31"},
        "standard": "GB/T 24067-2024",
        "gwp_set": "AR6",
        "stages": "gbt-24067-2024",
        "lines": lines,
    }


def prepared(folder: Path, size: int) -> tuple[Database, Ground, int]:
    """A database in which ``size`` cases have filed a study; their results are alike, which no run looks at."""
    settings = Settings(
        home=folder, database_url=f"sqlite:///{folder / 'bench.db'}", workflows=reference_folder(), demo=False,
        secure_cookies=False,
    )  # fmt: skip
    database = Database(settings.database_url)
    with database.write() as tx:
        upkeep.upgrade(tx)
    with database.write() as tx:
        reference.seed(tx, settings)
        ground = reference.ground(tx, settings)
    now = datetime.now(UTC)
    with database.write() as tx:
        version = tx.execute(sa.select(workflow_version)).mappings().first()
        place = tx.scalar(sa.select(sa.func.min(organisation.c.id)))
        owner = tx.scalar(sa.select(authority.c.id))
        assert version is not None
        assert owner is not None
        shelf = store.stored_shelf(tx)
        first = recompute.compute(read(body(0)), shelf, Rule())
        tx.execute(
            case.insert(),
            [
                {
                    "id": number, "number": f"B-{number}", "receipt_code": f"R{number}", "workflow": version["workflow"],
                    "definition_id": version["id"], "authority_id": owner, "organisation_id": place,
                    "state": next(iter(ground.definition(tx, version["id"]).definition.states)), "shared": True,
                    "final": False, "version": 1, "revision": 1, "seq": 1, "last_hash": "", "title": "", "title_key": "",
                    "subject": "", "facts": {}, "unlocked": [], "opened_at": now, "moved_at": now,
                }
                for number in range(1, size + 1)
            ],
        )  # fmt: skip
        for number in range(1, size + 1):
            made = read(body(number))
            tx.execute(
                study_table.insert().values(
                    id=number, case_id=number, revision=1, hash=made.hash, body=made.as_json(), created_at=now
                )
            )
        filed = recompute.keep(tx, first, study_id=1, case_id=1, occasion="review")
        same = {
            column.name: getattr(filed, column.name)
            for column in study_result.c
            if column.name not in ("id", "study_id", "case_id", "body")
        }
        tx.execute(
            study_result.insert(),
            [{**same, "study_id": number, "case_id": number, "body": {}} for number in range(2, size + 1)],
        )
        old = shelf.factors.release(SUPERSEDED)
        assert old is not None
        changed = old.as_json() | {"id": NEW, "supersedes": [SUPERSEDED]}
        changed["factors"] = [{**one, "value": "0.65"} if one["id"] == "mix" else one for one in changed["factors"]]
        store.publish_releases(tx, [read_release(changed)])
    return database, ground, owner


def reference_folder() -> Path:
    """The shipped workflows and reference data."""
    return Path(__file__).parents[1] / "workflows"


def run(size: int) -> None:
    """Say how long a dry run and the run itself take; the processor's time too, which others do not lengthen."""
    with TemporaryDirectory() as folder:
        database, ground, owner = prepared(Path(folder), size)
        begun, used = time.perf_counter(), time.process_time()
        with database.read() as tx:
            touched = sum(len(one.touched) for one in recalculation.preview(tx, ground, owner, NEW))
        dry, dry_used = time.perf_counter() - begun, time.process_time() - used
        with database.write() as tx:
            number = recalculation.ask(tx, owner, NEW, None)
        begun, used, reading, longest = time.perf_counter(), time.process_time(), 0.0, 0.0
        while True:
            start = time.perf_counter()
            with database.read() as tx:
                batch = recalculation.prepare(tx, ground, number)
            reading += time.perf_counter() - start
            if batch is None:
                break
            start = time.perf_counter()
            with database.write() as tx:
                recalculation.keep(tx, batch)
            longest = max(longest, time.perf_counter() - start)
        whole, whole_used = time.perf_counter() - begun, time.process_time() - used
        with database.read() as tx:
            written = tx.scalar(sa.select(sa.func.count()).select_from(release_change))
        database.close()
    print(f"a new release over {size:,} filed studies of {LINES} lines ({touched:,} touched, {written:,} written)")
    print(f"  dry run       {dry:8.2f} s, of the processor {dry_used:8.2f} s: {dry_used / size * 1000:.1f} ms a study")
    print(
        f"  run           {whole:8.2f} s, of the processor {whole_used:8.2f} s: {whole_used / size * 1000:.1f} ms a study"
    )
    print(f"  calculating   {reading / whole:8.0%}")
    print(f"  longest write {longest:8.3f} s for {recalculation.BATCH} studies")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1_000)
    parser.add_argument("--long", action="store_true", help="10,000 studies")
    parsed = parser.parse_args()
    run(10_000 if parsed.long else parsed.studies)


if __name__ == "__main__":
    main()
