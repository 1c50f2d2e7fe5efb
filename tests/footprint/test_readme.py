"""What README and docs/footprint.md show runs and is what they say."""

from __future__ import annotations

import json
import re
from dataclasses import fields

import pytest

from caseflow.cli.footprint import main
from caseflow.config import ROOT
from caseflow.footprint.document import read_document
from caseflow.footprint.line import Line
from caseflow.footprint.study import Study

README = (ROOT / "README.md").read_text("utf-8")
DOCS = (ROOT / "docs" / "footprint.md").read_text("utf-8")


def test_the_ten_lines_of_the_readme_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(ROOT)

    exec(compile(code, "README.md", "exec"), {})

    total, gate = capsys.readouterr().out.splitlines()
    assert total.startswith("393.82")
    assert gate.startswith("passed 4")
    assert len([line for line in code.splitlines() if line]) <= 10


@pytest.mark.parametrize(
    "command", re.findall(r"^\| `(?:… )?(.+?)` \|", DOCS.split("## A study as JSON")[0], re.MULTILINE)
)
def test_every_command_and_option_of_the_docs_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = command.split(maxsplit=1)[0] if not command.startswith("--") else "calculate"
    with pytest.raises(SystemExit):
        main(["footprint", name, "--help"])

    shown = capsys.readouterr().out
    assert all(option in shown for option in re.findall(r"--[a-z-]+", command))


def test_the_docs_name_every_key_of_a_study_and_of_a_line() -> None:
    told = set(re.findall(r"`(\w+)`", DOCS))
    renamed = {"unit": "functional_unit", "period_from": "period", "period_to": "period", "spread": "uncertainty"}
    study = {renamed.get(one.name, one.name) for one in fields(Study)}
    line = {renamed.get(one.name, one.name) for one in fields(Line)} - {"process", "functional_unit"}

    assert study | line | {"unit"} <= told


def test_the_example_is_a_document_as_the_docs_describe_it() -> None:
    text = (ROOT / "docs" / "examples" / "coke.json").read_text("utf-8")

    assert read_document(text).hash == json.loads(text)["hash"]
    assert set(json.loads(text)) == {"format", "hash", "study"}
