"""Pages as a browser without scripts reads them: their forms take only what stands there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "use", "wbr"})


@dataclass(frozen=True)
class Upload:
    """A file to be chosen in a form."""

    name: str
    body: bytes

    @classmethod
    def of(cls, path: Path, name: str = "") -> Upload:
        return cls(name or path.name, path.read_bytes())


@dataclass
class Control:
    """What one name of a form may hold."""

    kind: str
    options: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    many: bool = False


class Form:
    """A form as the page drew it."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.controls: dict[str, Control] = {}
        self.buttons: list[tuple[str, str, str]] = []
        """Name, value and text of each button."""
        self.uploads: dict[str, Upload] = {}
        self.text = ""

    @property
    def action(self) -> str:
        return self.attributes.get("action", "")

    @property
    def method(self) -> str:
        return self.attributes.get("method", "get").lower()

    def __contains__(self, name: str) -> bool:
        return name in self.controls

    def __getitem__(self, name: str) -> str:
        return self.controls[name].values[0] if self.controls[name].values else ""

    def fill(self, answers: dict[str, Any] | None = None, **more: Any) -> Form:
        """Type, tick, choose. A name or an option that the page does not offer is an error of the page."""
        for name, given in {**(answers or {}), **more}.items():
            control = self.controls.get(name)
            assert control is not None, f"no {name!r} among {sorted(self.controls)}"
            if isinstance(given, Upload):
                assert control.kind == "file", f"{name!r} is no file input"
                self.uploads[name] = given
                continue
            wanted = [str(one) for one in given] if isinstance(given, list | tuple | set) else [str(given)]
            if given is False or given is None:
                wanted = []
            elif given is True:
                wanted = control.options[:1]
            if control.kind in ("select", "radio", "checkbox"):
                absent = [one for one in wanted if one not in control.options]
                assert not absent, f"{name!r} does not offer {absent} among {control.options}"
            control.values = wanted
        return self

    def pairs(self, button: str = "") -> list[tuple[str, str]]:
        """What a browser would send, with the button of this text pressed."""
        sent = [(name, value) for name, one in self.controls.items() for value in one.values if one.kind != "file"]
        pressed = next(((name, value) for name, value, text in self.buttons if button and button in text), None)
        assert not button or pressed is not None, f"no button {button!r} among {self.buttons}"
        return [*sent, *([pressed] if pressed and pressed[0] else [])]


class _Reader(HTMLParser):
    """Collects forms, headings and labels; notes what stands inside what."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.stack: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.deferred: list[tuple[str, dict[str, Control]]] = []
        """Controls that name a form further down the page; joined to it at the end."""
        self.select: Control | None = None
        self.option: dict[str, str] | None = None
        self.area: Control | None = None
        self.button: list[str] | None = None
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.headings: list[str] = []
        self.title = ""
        self.inside: list[str] = []
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag not in _VOID:
            self.inside.append(tag)
        if tag == "form":
            form = Form(given)
            self.forms.append(form)
            self.stack.append(form)
            if given.get("id"):
                self.by_id[given["id"]] = form
        elif tag == "label" and given.get("for"):
            self.labelled.add(given["for"])
        elif tag in ("h1", "h2"):
            self.headings.append(f"{tag} ")
        elif tag == "button":
            self.button = [given.get("name", ""), given.get("value", ""), "", given.get("type", "submit")]
        elif tag in ("input", "select", "textarea"):
            kind = given.get("type", "text") if tag == "input" else tag
            if kind not in ("hidden", "submit"):
                self.inputs.append({**given, "kind": kind, "in_label": "yes" if "label" in self.inside else ""})
            self._control(kind, given)
        elif tag == "option":
            self.option = given
            if "value" in given:
                self._offer(given["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside and self.inside.pop() != tag:
                pass
        if tag == "form" and self.stack:
            self.stack.pop()
        elif tag == "select" and self.select is not None:
            if not self.select.values and self.select.options and not self.select.many:
                self.select.values = self.select.options[:1]
            self.select = None
        elif tag == "textarea":
            if self.area is not None and self.area.values:
                self.area.values = [self.area.values[0].replace("\r\n", "\n").removeprefix("\n")]
            self.area = None
        elif tag == "button" and self.button is not None:
            name, value, text, kind = self.button
            if self.stack and kind == "submit":
                self.stack[-1].buttons.append((name, value, " ".join(text.split())))
            self.button = None

    def _offer(self, value: str) -> None:
        if self.select is not None and self.option is not None:
            self.select.options.append(value)
            if "selected" in self.option:
                self.select.values.append(value)
        self.option = None

    def handle_data(self, data: str) -> None:
        if self.option is not None and "value" not in self.option and data.strip():
            self._offer(data.strip())
        if self.area is not None:
            self.area.values = [(self.area.values[0] if self.area.values else "") + data]
        if self.button is not None:
            self.button[2] += data
        if self.inside and self.inside[-1] == "title":
            self.title += data
        if self.headings and any(one in self.inside for one in ("h1", "h2")):
            self.headings[-1] += data
        if self.stack:
            self.stack[-1].text += data

    def _control(self, kind: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if not name:
            return
        form = self.by_id.get(given["form"]) if "form" in given else (self.stack[-1] if self.stack else None)
        if form is None:
            form = Form({})
            self.deferred.append((given.get("form", ""), form.controls))
        self._put(form, name, kind, given)

    def _put(self, form: Form, name: str, kind: str, given: dict[str, str]) -> None:
        kept = "disabled" not in given
        control = form.controls.setdefault(name, Control(kind, attributes=given, many="multiple" in given))
        if kind in ("checkbox", "radio"):
            control.options.append(given.get("value", "on"))
            if "checked" in given and kept:
                control.values.append(given.get("value", "on"))
        elif kind == "select":
            self.select = control
        elif kind == "textarea":
            control.values = [""]
            self.area = control
        elif kind != "file" and kept:
            control.values.append(given.get("value", ""))


@dataclass
class Page:
    """An answer, read."""

    status: int
    url: str
    body: bytes
    headers: Any

    def __post_init__(self) -> None:
        self.text = self.body.decode("utf-8", "replace") if "html" in self.headers.get("Content-Type", "") else ""
        reader = _Reader()
        reader.feed(self.text)
        for name, controls in reader.deferred:
            if name in reader.by_id:
                reader.by_id[name].controls.update(controls)
        self.forms, self.title, self.tags = reader.forms, reader.title.strip(), reader.tags
        self.headings = [" ".join(one.split()) for one in reader.headings]
        self.inputs, self.labelled = reader.inputs, reader.labelled

    @property
    def words(self) -> str:
        """The text without its tags."""
        body = re.sub(r"(?s)<(script|style)\b.*?</\1>", "", self.text)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))

    @property
    def errors(self) -> list[str]:
        """The reasons in the list at the top."""
        found = re.search(r'(?s)<div class="errors" role="alert".*?</div>', self.text)
        lines = re.findall(r"(?s)<li>(.*?)</li>", found[0]) if found else []
        return [" ".join(unescape(re.sub(r"<[^>]+>", "", line)).split()) for line in lines]

    def faults(self) -> list[str]:
        """What a reader of the screen, or a strict browser, would stumble over."""
        html = next((given for tag, given in self.tags if tag == "html"), {})
        faults = [] if html.get("lang") in ("zh-CN", "en") else ["no language"]
        faults += [] if [one[:2] for one in self.headings].count("h1") == 1 else ["not one h1"]
        faults += [
            f"no label: {one.get('name') or one.get('id')}"
            for one in self.inputs
            if not (one["in_label"] or one.get("id") in self.labelled or one.keys() & {"aria-label", "aria-labelledby"})
        ]
        faults += [
            f"inline {tag}" for tag, given in self.tags if tag == "style" or (tag == "script" and "src" not in given)
        ]
        faults += [f"inline style of {tag}" for tag, given in self.tags if "style" in given or "onclick" in given]
        if bool(self.errors) != self.title.startswith(("错误：", "Error: ")):
            faults.append(f"title: {self.title}")
        return faults

    def form(self, part: str) -> Form:
        """The one form whose address contains ``part``, or that has an input or a button of that name."""
        found = [
            one
            for one in self.forms
            if part in one.action or part in one or any(part in text for _, _, text in one.buttons)
        ]
        assert len(found) == 1, (
            f"{len(found)} forms for {part!r} at {self.url}: {[one.action for one in self.forms]}\n{self.words[:3000]}"
        )
        return found[0]

    def has_form(self, part: str) -> bool:
        return any(part in one.action or part in one for one in self.forms)

    def links(self, part: str = "") -> list[str]:
        return [given["href"] for tag, given in self.tags if tag == "a" and part in given.get("href", "")]

    def link(self, part: str) -> str:
        found = list(dict.fromkeys(self.links(part)))
        assert found, f"no link with {part!r} at {self.url}"
        return found[0]
