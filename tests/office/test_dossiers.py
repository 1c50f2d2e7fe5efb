"""The merged dossier of a case: complete, numbered, readable, and only what the reader may see."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from caseflow.cases import view
from caseflow.cases.entry import NotHere
from caseflow.config import Settings
from caseflow.db import Database
from caseflow.office import binding, dossiers
from caseflow.people.rights import Actor
from caseflow.records import binder, files
from caseflow.words import Refused
from tests.cases.world import World, build
from tests.printing import bookmarks, fonts_of, printing_home, squeezed, text_of
from tests.records import uploads
from tests.records.test_binder import hostile, pdf

__all__ = ["printing_home"]

RARE = "镕喆堃昇珺玥"
WORKBOOK = uploads.xlsx([["a"]])


@dataclass
class Filed:
    """A case with a form, letters and files of each kind."""

    world: World
    case_id: int

    def made(self, who: Actor, target: Path) -> tuple[binding.Bound, bytes]:
        with self.world.database.read() as tx:
            papers = dossiers.read(view.load(tx, self.world.ground, who, self.case_id), self.world.settings)
        return binding.bind(papers, self.world.settings, target), target.read_bytes()


@pytest.fixture
def world(sqlite_database: Database, settings: Settings, printing_home: Path) -> World:
    return build(sqlite_database, replace(settings, home=printing_home))


def given(world: World, applicant: Actor, case_id: int, name: str, content: bytes, kind: str) -> int:
    kept = files.keep(content, name=name, media_type=files.TYPES[kind], root=world.settings.files)
    pages = len(PdfReader(io.BytesIO(content)).pages) if kind == "pdf" else None
    with world.database.write() as tx:
        return files.record(
            tx, replace(kept, pages=pages), uploaded_by=applicant.person_id,
            organisation_id=applicant.organisation_id, case_id=case_id,
        )  # fmt: skip


def filed(world: World, folder: Path, scan: bytes | None = None) -> Filed:
    applicant = world.person("applicant", "plant")
    case_id = world.open(applicant, "toy-papers")
    photo = io.BytesIO()
    Image.new("RGB", (600, 400), (0, 120, 0)).save(photo, "PNG")
    scanned = scan or pdf(folder / "scan.pdf", "LICENCE one", "LICENCE two").read_bytes()
    values = {
        "name": f"{RARE}公司",
        "contact": "联系人王二",
        "scan": given(world, applicant, case_id, "证照.pdf", scanned, "pdf"),
        "photo": given(world, applicant, case_id, "照片.png", photo.getvalue(), "png"),
        "workbook": given(world, applicant, case_id, "数据表.xlsx", WORKBOOK, "xlsx"),
    }
    world.type(applicant, case_id, "unit", values)
    world.do(applicant, case_id, "make_form")
    world.do(applicant, case_id, "submit")
    world.do(world.person("municipal", "bureau"), case_id, "decide", opinion="同意。")
    world.do(world.person("municipal_head", "bureau"), case_id, "sign", opinion="同意")
    return Filed(world, case_id)


def before_a_panel(case: Filed, *, declared: bool = True, conflict: bool = False) -> Actor:
    """An expert on whose panel the case is."""
    world, office = case.world, case.world.person("provincial", "office")
    host = world.open(office, "toy-panel-papers")
    world.do(office, host, "include", cases={str(case.case_id): {}})
    experts = [world.person("expert", "pool") for _ in range(3)]
    world.do(office, host, "seat", experts=[one.person_id for one in experts])
    if declared:
        said = {"conflict": conflict, "ground": "顾问" if conflict else ""}
        world.do(experts[0], host, "declare", interests={str(case.case_id): said})
    return experts[0]


def test_the_whole_case_stands_in_it_in_order_with_bookmarks_and_running_numbers(world: World, tmp_path: Path) -> None:
    case = filed(world, tmp_path)
    found, content = case.made(world.person("municipal", "bureau"), tmp_path / "a.pdf")
    number = world.row(case.case_id)["number"]
    titles = [title for _, title, _ in bookmarks(content)]
    pages = [squeezed(text_of(content, page)) for page in range(1, found.pages + 1)]

    assert [re.sub("（.*?）", "", title) for title in titles] == [
        "目录", "申报表", "示例申报表", "文书", "回执", "函", "审批单", "任务清单", "附件", "证照：证照.pdf", "照片：照片.png",
    ]  # fmt: skip
    assert all(f"{number}第{at}页共{found.pages}页" in page for at, page in enumerate(pages, start=1))
    assert "LICENCEone" in pages[-3]
    assert len(PdfReader(io.BytesIO(content)).pages[-1].images) == 1


def test_the_contents_name_the_page_on_which_each_paper_begins(world: World, tmp_path: Path) -> None:
    case = filed(world, tmp_path)
    found, content = case.made(world.person("municipal", "bureau"), tmp_path / "a.pdf")
    contents = text_of(content, 2)
    listed = re.findall(r"^\s*\d+\s+(\S+)\s+(\d+)\s+(\d+)\s*$", contents, re.MULTILINE)
    marked = {title: page for _, title, page in bookmarks(content)}

    assert [(name, int(page)) for name, page, _ in listed] == [(name, marked[name]) for name, _, _ in listed]
    assert len(listed) == 7
    assert sum(int(count) for _, _, count in listed) + 2 == found.pages


def test_what_cannot_be_bound_is_listed_with_its_hash(world: World, tmp_path: Path) -> None:
    case = filed(world, tmp_path)
    found, content = case.made(world.person("municipal", "bureau"), tmp_path / "a.pdf")
    digest = hashlib.sha256(WORKBOOK).hexdigest()

    assert [(one.name, one.sha256) for one in found.beside] == [("数据表.xlsx", digest)]
    assert "附电子文件" in squeezed(text_of(content, 2))
    assert digest in squeezed(text_of(content, 2))


def test_rare_names_are_read_from_it_and_every_font_is_inside(world: World, tmp_path: Path) -> None:
    case = filed(world, tmp_path, scan=uploads.pdf(1))
    _, content = case.made(world.person("municipal", "bureau"), tmp_path / "a.pdf")
    found = fonts_of(content)

    assert squeezed(text_of(content)).count(f"{RARE}公司") >= 4
    assert {one["embedded"] for one in found} == {"yes"}
    assert {one["subset"] for one in found} == {"yes"}
    assert all(re.search(r"\+Caseflow-(Body|Rare-[A-E]|Signs)$", one["name"]) for one in found)


def test_an_expert_reads_neither_what_the_role_hides_nor_letters_and_is_named_on_each_page(
    world: World, tmp_path: Path
) -> None:
    case = filed(world, tmp_path)
    expert = before_a_panel(case)
    found, content = case.made(expert, tmp_path / "a.pdf")
    pages = [squeezed(text_of(content, page)) for page in range(1, found.pages + 1)]
    whole = "".join(pages)

    assert f"{RARE}公司" in whole
    assert not any(hidden in whole for hidden in ("王二", "LICENCE", "证照.pdf", "审批单", "回执"))
    marks = [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]
    assert [mark.count(expert.name) >= 3 and mark.count("仅供评审") == 3 for mark in marks] == [True] * found.pages
    assert "照片：照片.png" in [title for _, title, _ in bookmarks(content)]


def test_the_office_s_copy_bears_no_mark(world: World, tmp_path: Path) -> None:
    case = filed(world, tmp_path)
    _, content = case.made(world.person("municipal", "bureau"), tmp_path / "a.pdf")

    assert not any("仅供评审" in squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize(("declared", "opens"), [(False, False), (True, True)])
def test_an_expert_has_the_papers_once_pledged_and_declared(
    world: World, tmp_path: Path, declared: bool, opens: bool
) -> None:
    case = filed(world, tmp_path)
    expert = before_a_panel(case, declared=declared)

    with world.database.read() as tx:
        assert dossiers.may_open(view.load(tx, world.ground, expert, case.case_id)) is opens


def test_a_case_of_conflict_is_not_there_for_the_expert(world: World, tmp_path: Path) -> None:
    case = filed(world, tmp_path)
    expert = before_a_panel(case, conflict=True)

    with world.database.read() as tx, pytest.raises(NotHere):
        view.load(tx, world.ground, expert, case.case_id)


def test_the_applicant_has_his_own_letters_in_it_and_not_those_of_the_office(world: World, tmp_path: Path) -> None:
    case = filed(world, tmp_path)
    _, content = case.made(world.person("applicant", "plant"), tmp_path / "a.pdf")
    titles = {re.sub("（.*?）", "", title) for _, title, _ in bookmarks(content)}

    assert ({"回执", "示例申报表", "证照：证照.pdf"} <= titles, {"函", "审批单"} & titles) == (True, set())


def test_a_hostile_file_is_left_out_and_said_so(world: World, tmp_path: Path) -> None:
    case = filed(world, tmp_path, scan=hostile("no number"))
    found, content = case.made(world.person("municipal", "bureau"), tmp_path / "a.pdf")

    assert [one.name for one in found.beside] == ["数据表.xlsx", "证照.pdf"]
    assert "证照.pdf无法合订" in squeezed(text_of(content, 2))
    assert "证照：证照.pdf" not in [title for _, title, _ in bookmarks(content)]


def test_a_purged_file_is_listed_with_the_reason(world: World, tmp_path: Path) -> None:
    case = filed(world, tmp_path)
    with world.database.write() as tx:
        scan = next(row for row in files.of_case(tx, case.case_id) if row.name == "证照.pdf")
        files.purge(tx, scan.id, "误传")
    found, _ = case.made(world.person("municipal", "bureau"), tmp_path / "a.pdf")

    assert next((one.name, one.remark) for one in found.beside) == ("证照.pdf", "已按规定清除：误传")


def test_the_sealed_file_stands_in_place_of_the_draft(world: World, tmp_path: Path) -> None:
    case, officer = filed(world, tmp_path), world.person("municipal", "bureau")
    with world.database.read() as tx:
        letter = next(
            row for row in view.load(tx, world.ground, officer, case.case_id).letters() if row["kind"] == "letter"
        )
    sealed = pdf(tmp_path / "sealed.pdf", "SEALED AND SIGNED").read_bytes()
    kept = files.keep(sealed, name="盖章件.pdf", media_type="application/pdf", root=world.settings.files, pages=1)
    with world.database.write() as tx:
        number = files.record(
            tx, kept, uploaded_by=officer.person_id, organisation_id=officer.organisation_id, case_id=case.case_id,
            field=f"letter.{letter['id']}",
        )  # fmt: skip
    world.do(
        officer, case.case_id, "file_letter", letter=letter["id"], number="演环函〔2026〕12号", dated="2026-03-05",
        file=number,
    )  # fmt: skip
    _, content = case.made(officer, tmp_path / "a.pdf")

    assert "函（演环函〔2026〕12号，盖章件）" in [title for _, title, _ in bookmarks(content)]
    assert "SEALED AND SIGNED" in text_of(content)


def test_a_letter_with_a_sign_that_no_font_has_does_not_keep_the_rest_back(world: World, tmp_path: Path) -> None:
    case = filed(world, tmp_path)
    back = world.person("applicant", "plant")
    other = world.open(back, "toy-papers")
    world.type(back, other, "unit", {"name": "甲公司", "contact": "😀"})
    world.do(back, other, "submit")
    found, content = Filed(world, other).made(world.person("municipal", "bureau"), tmp_path / "b.pdf")

    assert case.case_id != other
    assert [one.name.partition("（")[0] for one in found.beside] == ["示例申报表", "回执"]
    assert content[:5] == b"%PDF-"


def test_what_is_too_long_is_refused_with_its_length(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = filed(world, tmp_path)
    monkeypatch.setattr(binder, "MOST_PAGES", 5)

    with pytest.raises(Refused, match=r"binder\.too_many_pages"):
        case.made(world.person("municipal", "bureau"), tmp_path / "a.pdf")


def test_nothing_is_left_behind_in_the_working_folder(world: World, tmp_path: Path) -> None:
    filed(world, tmp_path).made(world.person("municipal", "bureau"), tmp_path / "a.pdf")

    assert list((world.settings.home / "work").iterdir()) == []
