"""What a page costs the server: the desk, the list of all cases and the overview, asked for as a browser does."""

from __future__ import annotations

import statistics
import time

from flask.testing import FlaskClient

from benchmarks.ground import Place
from caseflow.app import create_app
from caseflow.people import sessions
from caseflow.people.rights import Actor

AIM = 200
"""Milliseconds within which 95 of a hundred requests are answered."""
PAGES = (
    "bureau /desk",
    "bureau /cases",
    "bureau /overview",
    "office /desk",
    "office /cases",
    "office /overview?round=all",
)
TIMES = 40


def milliseconds(place: Place) -> dict[str, tuple[float, float]]:
    """Median and 95th percentile of each page."""
    app = create_app(place.database, place.settings, place.ground)
    people = {"bureau": place.officer, "office": place.office}
    found = {}
    for name in PAGES:
        who, path = name.split()
        client = app.test_client()
        client.set_cookie("caseflow", _session(place, people[who]))
        taken = sorted(_once(client, path) for _ in range(TIMES))
        found[name] = statistics.median(taken), taken[int(len(taken) * 0.95)]
    return found


def _once(client: FlaskClient, path: str) -> float:
    begun = time.perf_counter()
    answer = client.get(path)
    answer.get_data()
    assert answer.status_code == 200, (path, answer.status_code)
    return (time.perf_counter() - begun) * 1000


def _session(place: Place, actor: Actor) -> str:
    with place.database.write() as tx:
        return sessions.begin(tx, actor.person_id, idle_seconds=7200, address="192.0.2.1", second_factor_done=True)
