"""How wide things are in characters, and how a title and the columns of a table are fitted to it.

A Chinese character is one wide, a Latin letter or digit half of one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_UNCUT = re.compile(r"[0-9+-]{6,}|[A-Za-z0-9.%]+")
_WHOLE = re.compile(
    "碳足迹|管理体系|专业化服务|生态环境|试点|产品|单位|申报|材料|汇总|名单|建设|建议|方案|意见|通知|公示|评审|专家组|专家|会议|纪要"
    "|征求|公布|报送|关于|开展|拟入选|入选|总结|评估|取消|资格|整改|推荐|延期|审查|结果|告知|回执|承诺书|记录表|评分表"
    r"|第?[一二三四五六七八九十\d]+[年月日批次号]|〔\d+〕|[A-Za-z0-9.]+"
)
"""Words that are not cut when a title goes on in the next line."""


def width(text: str) -> float:
    """The width of a line in characters; a Latin letter or digit is half of one."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.5 for one in text)


def broken(title: str, most: int) -> str:
    """A title in lines of about the same length, none wider than ``most`` characters and no word cut."""
    if width(title) <= most or " " in title.strip():
        return title
    inside = {at for word in _WHOLE.finditer(title) for at in range(word.start() + 1, word.end())}
    allowed = [
        at for at in range(2, len(title) - 1)
        if at not in inside and title[at] not in "的）》〕、，：和与及" and title[at - 1] not in "（《〔"
    ]  # fmt: skip
    lines = -(-width(title) // most)
    found: list[str] = []
    start = 0
    while width(title[start:]) > most:
        wanted = width(title[start:]) / max(lines - len(found), 2)
        fitting = [at for at in allowed if at > start and width(title[start:at]) <= most]
        if not fitting:
            return title
        cut = min(fitting, key=lambda at: abs(width(title[start:at]) - wanted))
        found.append(title[start:cut])
        start = cut
    return "\n".join([*found, title[start:]])


def columns(wanted: Sequence[int], rows: Sequence[Sequence[str]], room: float) -> tuple[float, ...]:
    """The characters that each of the columns gets of ``room``: in the proportions wanted, but enough for every number
    and word that must not be cut, and for two characters beside each other.
    """
    needed = [
        1 + max((2.0, *(width(one) * 1.1 for row in rows if len(row) > at for one in _UNCUT.findall(row[at]))))
        for at in range(len(wanted))
    ]
    if sum(needed) >= room:
        return tuple(needed)
    tight: set[int] = set()
    while True:
        left = room - sum(needed[at] for at in tight)
        scale = left / sum(one for at, one in enumerate(wanted) if at not in tight)
        more = {at for at, one in enumerate(wanted) if at not in tight and one * scale < needed[at]}
        if not more:
            return tuple(needed[at] if at in tight else one * scale for at, one in enumerate(wanted))
        tight |= more
