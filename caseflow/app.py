"""Where everything meets: the pages, the database and the ground become one application."""

from __future__ import annotations

from flask import Flask
from whitenoise import WhiteNoise

from caseflow.cases.ground import Ground
from caseflow.config import ROOT, Settings
from caseflow.db import Database
from caseflow.office import reference, upkeep
from caseflow.web import installing, pages
from caseflow.words import LANGUAGES, render


class NotReady(RuntimeError):
    """The database is not fit to be worked on; the text says what to do, in both languages."""


def create_app(database: Database, settings: Settings, ground: Ground | None = None) -> Flask:
    """The application on a database that is ready.

    Raises:
        NotReady: the database is behind its migrations, or its triggers are missing.
    """
    with database.read() as tx:
        wrong = upkeep.problems(tx)
        if wrong:
            raise NotReady("\n".join(render(one, language) for one in wrong for language in LANGUAGES))
        ground = ground or reference.ground(tx, settings)
    app = Flask(
        "caseflow",
        template_folder=str(ROOT / "templates" / "pages"),
        static_folder=str(ROOT / "caseflow" / "web" / "static"),
    )
    installing.install(
        app,
        database,
        settings,
        roles=reference.roles(settings),
        ground=ground,
        blueprints=pages.BLUEPRINTS,
        menu=pages.MENU,
        home=pages.HOME,
    )
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=app.static_folder, prefix="static/")  # type: ignore[method-assign]  # how middleware is put on
    return app
