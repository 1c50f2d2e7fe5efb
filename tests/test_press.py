"""PDF: readable, reproducible, closed to the outside, and limited."""

from __future__ import annotations

import base64
import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from caseflow import fonts, press
from caseflow.records import letters
from caseflow.words import Refused
from tests.printing import fonts_of, text_of
from tests.printing import printing_home as home

__all__ = ["home"]

RARE = "镕喆堃昇珺玥"
PAGE = (
    f'<html lang="zh-CN"><body style="font-family: {", ".join(fonts.FAMILIES)}">'
    "{}<p>产品碳足迹 〔2025〕 kgCO₂e/t 10⁻³ ℃ ㎡ ①</p></body></html>"
)


def refusal(html: str, home: Path) -> str:
    with pytest.raises(Refused) as refused:
        press.render(html, home)
    return refused.value.reasons[0].key


def test_rare_names_and_lowered_digits_can_be_read_from_the_pdf(home: Path) -> None:
    text = text_of(press.render(PAGE.format(f"<p>{RARE}</p>"), home))

    assert [line.strip() for line in text.splitlines() if line.strip()] == [
        RARE,
        "产品碳足迹 〔2025〕 kgCO₂e/t 10⁻³ ℃ ㎡ ①",
    ]


def test_a_character_outside_the_body_font_comes_from_the_full_font(home: Path) -> None:
    pdf = press.render(PAGE.format("<p>한국 𠮷</p>"), home)
    plain = press.render(PAGE.format(f"<p>{RARE}</p>"), home)

    assert "한국 𠮷" in text_of(pdf)
    assert any("Caseflow-Full" in font["name"] for font in fonts_of(pdf))
    assert not any("Caseflow-Full" in font["name"] for font in fonts_of(plain))


def test_every_font_is_inside_the_pdf_and_cut_down_to_what_is_used(home: Path) -> None:
    pdf = press.render(PAGE.format(f"<p>{RARE}</p>"), home)

    assert {(font["embedded"], font["subset"]) for font in fonts_of(pdf)} == {("yes", "yes")}
    assert len(pdf) < 150_000


def test_every_character_of_gb_18030_level_2_is_in_a_small_font(home: Path) -> None:
    level_2 = [chr(code) for code in (*range(0x3400, 0x4DB6), *range(0x4E00, 0x9FA6))]
    parts = dict(fonts._parts({ord(one) for one in level_2}))

    assert {chr(code) for kept in parts.values() for code in kept} == set(level_2)
    assert max(len(kept) for kept in parts.values()) < 8000
    assert list(parts) == ["Caseflow Body", *fonts.RARE]


def test_a_character_that_no_font_has_is_named(home: Path) -> None:
    with pytest.raises(Refused) as refused:
        press.render(PAGE.format("<p>好😀</p>"), home)

    (reason,) = refused.value.reasons
    assert (reason.key, reason.values) == ("press.unknown_characters", {"characters": ["😀 (U+1F600)"]})


def test_marks_without_a_glyph_are_no_obstacle(home: Path) -> None:
    assert "一二" in text_of(press.render(PAGE.format("<p>一\u200b二\ufe0f\u00a0</p>"), home)).replace("\u200b", "")


def test_the_same_page_gives_the_same_bytes(home: Path) -> None:
    html = PAGE.format(f"<p>{RARE}</p>")
    first = press.render(html, home)
    press._helper.stop()

    assert first == press.render(html, home)


def test_no_date_and_no_path_stand_in_the_pdf(home: Path) -> None:
    pdf = PdfReader(io.BytesIO(press.render(PAGE.format(""), home)))

    assert {"/CreationDate", "/ModDate", "/Author"} & set(pdf.metadata or {}) == set()


class Canary(BaseHTTPRequestHandler):
    """Counts whoever comes."""

    visits = 0

    def do_GET(self) -> None:
        type(self).visits += 1
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def canary() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Canary) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def inlined(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"'
VECTORS = {
    "img": '<img src="{url}/a.png">',
    "srcset": '<img srcset="{url}/a.png 2x" src="{url}/b.png">',
    "file": '<img src="file:///etc/passwd">',
    "object": '<object data="{url}/a"></object>',
    "embed": '<embed src="{url}/a">',
    "iframe": '<iframe src="{url}/a"></iframe>',
    "stylesheet": '<link rel="stylesheet" href="{url}/a.css">',
    "stylesheet of a file": '<link rel="stylesheet" href="file:///etc/passwd">',
    "attachment": '<link rel="attachment" href="{url}/a.txt">',
    "attachment of a file": '<link rel="attachment" href="file:///etc/passwd">',
    "attached link": '<a rel="attachment" href="file:///etc/passwd">a</a>',
    "icon": '<link rel="icon" href="{url}/a.ico">',
    "base": '<base href="{url}/"><img src="a.png">',
    "import": '<style>@import url("{url}/a.css");</style>',
    "font": '<style>@font-face {{ font-family: x; src: url("{url}/a.woff") }} p {{ font-family: x }}</style><p>a</p>',
    "background": '<p style="background: url({url}/a.png)">a</p>',
    "list image": '<ul style="list-style-image: url({url}/a.png)"><li>a</li></ul>',
    "content": '<style>p::before {{ content: url("{url}/a.png") }}</style><p>a</p>',
    "border image": '<p style="border: 1px solid; border-image-source: url({url}/a.png)">a</p>',
    "margin box": '<style>@page {{ @top-left {{ content: url("{url}/a.png") }} }}</style>a',
    "page background": '<style>@page {{ background: url("{url}/a.png") }}</style>a',
    "svg image": f'<svg {SVG}><image xlink:href="{{url}}/a.png" width="9" height="9"/></svg>',
    "svg use": f'<svg {SVG}><use xlink:href="{{url}}/a.svg#a"/></svg>',
    "svg style": f'<svg {SVG}><style>@import url("{{url}}/a.css");</style></svg>',
    "svg in a data address": f'<img src="{inlined(f"<svg {SVG}><image xlink:href=$URL/a.png /></svg>")}">',
    "html in a data address": '<iframe src="data:text/html,<img src={url}/a.png>"></iframe>',
    "css in a data address": '<link rel="stylesheet" href="data:text/css,@import url({url}/a.css)">',
    "ftp": '<img src="ftp://127.0.0.1/a.png">',
    "no scheme": '<img src="//127.0.0.1/a.png">',
}


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_nothing_is_fetched(home: Path, canary: str, vector: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this very process, where the network is open: only the fetcher stands between."""
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts.configuration(home)))
    Canary.visits = 0

    answer = press._printer()(vector.format(url=canary))

    assert Canary.visits == 0
    assert answer[:1] in (b"D", b"N")
    if answer[:1] == b"D":
        assert dict(PdfReader(io.BytesIO(answer[1:])).attachments) == {}


def test_a_page_that_asks_for_the_outside_is_refused_with_the_count(home: Path) -> None:
    with pytest.raises(Refused) as refused:
        press.render('<img src="http://127.0.0.1/a.png"><img src="file:///etc/passwd">', home)

    (reason,) = refused.value.reasons
    assert (reason.key, reason.values) == ("press.denied", {"count": 2})


def test_a_picture_inside_the_page_is_printed(home: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), (0, 90, 0)).save(out, "PNG")
    html = f'<img src="data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}">'

    assert len(PdfReader(io.BytesIO(press.render(html, home))).pages[0].images) == 1


@pytest.mark.parametrize(
    ("html", "keys"),
    [
        ("<div>" * 10_000, {"press.exhausted"}),
        ('<table><tr><td colspan="100000000">a</td></tr></table>', {"press.exhausted", "press.failed", ""}),
        ('<p style="font-size: 1e9px">a</p>', {"press.exhausted", "press.failed", ""}),
        ("x" * 9_000_000, {"press.exhausted"}),
    ],
    ids=["deep", "wide", "huge", "long"],
)
def test_a_hostile_page_ends_and_the_next_one_is_printed(home: Path, html: str, keys: set[str]) -> None:
    began = time.monotonic()
    try:
        press.render(html, home)
        key = ""
    except Refused as refused:
        key = refused.reasons[0].key

    assert key in keys
    assert time.monotonic() - began < press.WALL_SECONDS
    assert press.render(PAGE.format(""), home)[:5] == b"%PDF-"


def test_a_killed_helper_is_started_again(home: Path) -> None:
    press.render(PAGE.format(""), home)
    assert press._helper._process is not None
    os.kill(press._helper._process.pid, signal.SIGKILL)
    press._helper._process.wait()

    assert press.render(PAGE.format(""), home)[:5] == b"%PDF-"


def test_many_threads_share_one_helper(home: Path) -> None:
    made: list[bytes] = []
    threads = [
        threading.Thread(target=lambda number=number: made.append(press.render(PAGE.format(number), home)))
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(made)) == 6


LONG = "本单位数据基础扎实，全生命周期数据可追溯。\n" * 100
FORM = {
    "title": "碳足迹管理体系试点申报表",
    "sections": [
        {"title": "申报单位基本信息", "fields": [{"label": "申报单位", "value": f"示例<b>{RARE}</b>公司"}]},
        {
            "title": "申报产品信息",
            "fields": [
                {"label": "试点工作优势", "hint": "不超过2000字", "value": LONG, "long": True},
                {"label": "任务", "value": {"columns": ["任务", "时限"], "rows": [["核算", "6月"]]}, "long": True},
            ],
        },
    ],
    "declaration": {"title": "申报材料真实性承诺", "text": "本单位承诺材料真实。"},
    "signs": ["申报单位（盖章）", "申报单位负责人（签字）"],
    "attached": "试点建设工作方案附后。",
}


def test_the_form_is_whole_and_each_page_carries_code_and_number(home: Path) -> None:
    pdf = press.render(letters.form_html(FORM, "zh", demo=True, code="AB12-CD34"), home)
    pages = text_of(pdf).rstrip("\f").split("\f")
    count = len(PdfReader(io.BytesIO(pdf)).pages)

    assert count == len(pages) == press.pages(pdf) > 2
    for number, page in enumerate(pages, start=1):
        squeezed = page.replace(" ", "")
        assert f"第{number}页，共{count}页" in squeezed
        assert "AB12-CD34" in squeezed
        assert "演示数据不具效力" in squeezed
    whole = "".join("".join(pages).split())
    assert whole.count("全生命周期数据可追溯") == 100
    assert f"示例<b>{RARE}</b>公司" in whole
    assert (
        whole.index("申报单位（盖章）：")
        < whole.index("申报单位负责人（签字）：")
        < whole.index("试点建设工作方案附后。")
    )


def test_a_real_paper_says_nothing_of_a_demonstration(home: Path) -> None:
    text = text_of(press.render(letters.form_html(FORM, "zh", demo=False, code="AB12-CD34"), home))

    assert "演示" not in text
