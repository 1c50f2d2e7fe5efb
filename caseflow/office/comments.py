"""Comments on fields as lines of text, as people write them into one cell: ``the field: what is to be corrected``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from caseflow.words import LANGUAGES, Language, Message
from caseflow.workflow.form import Section

_COLONS = ("：", ":")


def names(sections: Iterable[Section], language: Language) -> dict[str, str]:
    """What each field is called by its path; with its section where two fields have the same label."""
    labels: dict[str, list[str]] = {}
    found: dict[str, tuple[str, str]] = {}
    for section in sections:
        title = section.title.zh if language == "zh" else section.title.en
        for question in section.fields.values():
            if not question.fixed:
                label = question.label.zh if language == "zh" else question.label.en
                path = f"{section.id}.{question.id}"
                labels.setdefault(label, []).append(path)
                found[path] = (title, label)
    return {path: label if len(labels[label]) == 1 else f"{title}/{label}" for path, (title, label) in found.items()}


def written(comments: Mapping[str, str], sections: Iterable[Section], language: Language) -> str:
    """Comments by path as lines."""
    known = names(sections, language)
    colon = _COLONS[language != "zh"] + (" " if language != "zh" else "")
    return "\n".join(f"{known.get(path, path)}{colon}{text}" for path, text in comments.items() if text)


def read(text: str, sections: Iterable[Section]) -> tuple[dict[str, str], list[Message]]:
    """Lines as comments by path, and what is wrong with them. A line that names no field goes on with the one before."""
    listed = list(sections)
    known = [(name, path) for language in LANGUAGES for path, name in names(listed, language).items()]
    known.sort(key=lambda one: -len(one[0]))
    found: dict[str, str] = {}
    wrong: list[Message] = []
    last = ""
    for line in (one.strip() for one in text.splitlines()):
        if not line:
            continue
        named = next(
            ((path, line[len(name) :].lstrip()) for name, path in known if _begins(line, name)),
            None,
        )
        if named is not None:
            last, said = named[0], named[1][1:].strip()
            found[last] = f"{found[last]}\n{said}" if last in found else said
        elif last:
            found[last] = f"{found[last]}\n{line}".strip()
        else:
            wrong.append(Message("bulk.no_such_field", {"line": line[:40]}))
    return found, wrong


def _begins(line: str, name: str) -> bool:
    return line.startswith(name) and line[len(name) :].lstrip().startswith(_COLONS)
