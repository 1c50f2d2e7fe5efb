"""How fast a simulation walks: acts through the one door in a second, with all that is looked up and checked around them."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from caseflow.config import ROOT, Settings
from caseflow.db import Database
from caseflow.office import reference, simulation, upkeep
from caseflow.office.simulation import Plan

AIM = 100
"""Acts in a second."""
_SHIPPED = Plan("pilot-management", cases=20)


def report() -> None:
    """One line: acts, seconds, acts in a second."""
    acts, seconds = measured(_SHIPPED)
    rate = acts / seconds
    print(
        f"simulation of {_SHIPPED.cases} cases of {_SHIPPED.workflow}: {acts} acts in {seconds:.1f} s, {rate:.0f} a second, "
        f"aim ≥ {AIM}: {'reached' if rate >= AIM else 'MISSED'}"
    )


def measured(plan: Plan) -> tuple[int, float]:
    """How many acts a plan has, and how many seconds they take, on a database that is thrown away."""
    home = Path(tempfile.mkdtemp(prefix="caseflow-bench"))
    settings = Settings(
        home=home,
        database_url=f"sqlite:///{home / 'simulation.db'}",
        workflows=ROOT / "workflows",
        demo=False,
        secure_cookies=False,
    )
    database = Database(settings.database_url)
    try:
        with database.write() as tx:
            upkeep.upgrade(tx)
        with database.write() as tx:
            reference.seed(tx, settings)
            ground, roles = reference.ground(tx, settings), reference.roles(settings)
            began = time.perf_counter()
            found = simulation.run(tx, ground, roles, settings.files, plan)
            return found.watch.acts, time.perf_counter() - began
    finally:
        database.close()
        shutil.rmtree(home)


if __name__ == "__main__":
    report()
