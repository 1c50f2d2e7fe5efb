"""Somebody with a browser without scripts: keeps cookies, sends the forms of pages, follows redirects."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import EnvironBuilder
from werkzeug.datastructures import MultiDict

from tests.journey.pages import Form, Page, Upload


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, app: Flask, address: str = "192.0.2.1") -> None:
        self.client = app.test_client()
        self.around = {"REMOTE_ADDR": address}

    def get(self, path: str) -> Page:
        return self._follow(self.client.get(path, environ_base=self.around), path)

    def send(self, page: Page, form: Form, button: str = "") -> Page:
        """Press a button of a form."""
        where = urljoin(page.url, form.action) if form.action else page.url
        pairs = form.pairs(button)
        if form.method == "get":
            return self._follow(self.client.get(where, query_string=MultiDict(pairs), environ_base=self.around), where)
        data: MultiDict[str, Any] = MultiDict(pairs)
        multipart = form.attributes.get("enctype") == "multipart/form-data"
        for name, control in form.controls.items():
            if control.kind == "file" and multipart:
                chosen = form.uploads.get(name, Upload("", b""))
                data.add(name, (BytesIO(chosen.body), chosen.name))
        kind = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"
        builder = EnvironBuilder(
            self.client.application, where, method="POST", data=data, content_type=kind, environ_base=self.around
        )
        environ = builder.get_environ()
        answer = self.client.open(environ)
        environ["wsgi.input"].close()  # a large upload lies in a file meanwhile
        builder.close()
        return self._follow(answer, where)

    def json(self, page: Page, path: str, body: Any) -> Any:
        """What a script of the page would send."""
        token = next(given["content"] for tag, given in page.tags if given.get("name") == "csrf-token")
        return self.client.post(path, json=body, headers={"X-CSRF-Token": token}, environ_base=self.around)

    def _follow(self, answer: Any, where: str) -> Page:
        for _ in range(5):
            if answer.status_code not in (301, 302, 303, 307, 308):
                break
            where = urljoin(where, answer.headers["Location"])
            parts = urlsplit(where)
            where = parts.path + (f"?{parts.query}" if parts.query else "")
            answer.close()
            answer = self.client.get(where, environ_base=self.around)
        page = Page(answer.status_code, where, answer.get_data(), answer.headers)
        answer.close()
        return page
