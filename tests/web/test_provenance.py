"""The legal basis: every clause of a notice with where it is carried out, for visitors and for offices."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from types import FrameType

import pytest

from caseflow.cases.vocabulary import vocabulary
from caseflow.cli import main as cli
from caseflow.config import ROOT
from caseflow.office import notices_known
from caseflow.words import catalogue
from caseflow.workflow.definition import Definition
from caseflow.workflow.grounds import grounds
from caseflow.workflow.reader import examine_folder
from tests.shipped import everything
from tests.web.office_world import World, office, seeded

__all__ = ["office", "seeded"]

NOTICE = "pilot-notice-2025"


def clause(text: str, name: str) -> str:
    start = text.index(f'id="c-{name}"')
    return text[start : text.index("</article>", start)]


def test_every_clause_stands_in_its_order_with_what_carries_it_out(office: World) -> None:
    text = office.visit("province").get(f"/basis/{NOTICE}").text
    known = notices_known.known(office.settings.workflows)[NOTICE]

    assert re.findall(r'<article class="clause \w+" id="c-([^"]+)"', text) == [one.id for one in known.clauses]
    assert ("办理期限" in clause(text, "四（一）"), "每类产品试点" in clause(text, "四（一）")) == (True, True)


def test_every_notice_has_its_page_and_every_part_with_a_ground_a_word(office: World) -> None:
    for name in notices_known.known(office.settings.workflows):
        assert office.visit("province").get(f"/basis/{name}").status_code == 200
    kinds = {one.kind for definition in everything().values() for one in grounds(definition)}

    assert [kind for kind in sorted(kinds) if f"provenance.kind.{kind}" not in catalogue()] == []


def test_the_line_beside_a_part_is_that_of_its_ground(office: World) -> None:
    text = office.visit("province").get(f"/basis/{NOTICE}").text
    lines = set(re.findall(r"<code>(shanxi/[a-z-]+\.yaml):(\d+)</code>", text))
    wrong = [
        f"{file}:{line}"
        for file, line in lines
        if "basis" not in (office.settings.workflows / file).read_text("utf-8").splitlines()[int(line) - 1]
    ]

    assert len(lines) > 100
    assert wrong == []


def test_what_nothing_carries_out_is_said_to_be_so(office: World) -> None:
    text = office.visit("province").get(f"/basis/{NOTICE}").text

    assert "未由系统执行" in clause(text, "一")
    assert "目标性条款" in clause(text, "一")
    assert "随二（一）2执行" in clause(text, "二（一）2（1）")


def test_a_visitor_reads_what_concerns_applicants_and_nothing_from_inside(office: World) -> None:
    visitor = office.visit("province")
    visitor.client.delete_cookie("caseflow")
    text = visitor.get(f"/basis/{NOTICE}").text

    assert "符合试点条件的说明" in clause(text, "二（一）2")
    assert re.search(r"另有\d+处在主管部门内部办理时执行", clause(text, "四（二）"))
    assert [word for word in (".yaml", "异议核查", "内部默认，可配置</h2>", "评为未完成") if word in text] == []


def test_internal_defaults_stand_apart_for_the_offices(office: World) -> None:
    text = office.visit("taiyuan").get(f"/basis/{NOTICE}").text

    assert "内部默认，可配置" in text[text.index('id="internal"') :]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_are_whole_in_both_languages(office: World, language: str) -> None:
    reader = office.visit("province")
    reader.client.set_cookie("language", language)
    answers = [reader.get(path).status_code for path in ("/basis", f"/basis/{NOTICE}", "/basis/nothing")]

    assert answers == [200, 200, 404]


def test_the_shipped_grounds_name_only_clauses_that_exist() -> None:
    folder = ROOT / "workflows"

    assert notices_known.check(examine_folder(folder, vocabulary()), folder) == []


def test_a_ground_that_names_no_clause_is_a_warning_at_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "workflows"
    shutil.copytree(ROOT / "workflows", folder)
    file = folder / "shanxi" / "pilot-implementation.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("basis: 通知四（三）跟踪推进\n", "basis: 通知四（九）跟踪推进\n", 1), "utf-8")
    line = text[: text.index("basis: 通知四（三）跟踪推进\n")].count("\n") + 1
    found = notices_known.check(examine_folder(folder, vocabulary()), folder)

    assert [(Path(one.file).name, one.line, one.level) for one in found] == [
        ("pilot-implementation.yaml", line, "warning")
    ]
    assert "四（九）" in found[0].text("en")


def test_the_command_prints_each_clause_with_where_it_is_enforced(capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.main(["workflow", "provenance", "晋环函〔2025〕344号"])
    out = capsys.readouterr().out

    assert code == 0
    assert re.search(r"四（一）  The application \[enforced\]\n    \w+ .*shanxi/[a-z-]+\.yaml:\d+", out)
    assert out.index("Decided by the office itself") > out.index("附件2提纲六4")
    assert cli.main(["workflow", "provenance", "nothing"]) == 1


def test_each_procedure_is_looked_for_once_however_many_parts_name_a_clause(office: World) -> None:
    reader = office.visit("province")
    page = reader.get(f"/basis/{NOTICE}").text
    asked = []

    def note(frame: FrameType, event: str, _given: object) -> None:
        if event == "call" and frame.f_code is Definition.digest.__code__:
            asked.append(frame)

    sys.setprofile(note)
    reader.get(f"/basis/{NOTICE}")
    sys.setprofile(None)

    assert page.count("shanxi/pilot-") > 100
    assert len(asked) <= 10
