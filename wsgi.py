"""For WSGI servers: ``gunicorn wsgi:app``."""

from __future__ import annotations

from caseflow.app import create_app
from caseflow.config import from_environment
from caseflow.db import Database

settings = from_environment()
app = create_app(Database(settings.database_url), settings)
