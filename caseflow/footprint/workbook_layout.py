"""The Chinese workbook of a study: which sheets it has, and what marks it as one of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from caseflow.footprint.plain import digest
from caseflow.footprint.shelf import Shelf
from caseflow.footprint.stages import Scheme, Stage
from caseflow.footprint.workbook_columns import PART_CHOICES, Column, line_columns
from caseflow.footprint.workbook_tables import (
    BASIC,
    CUTOFFS,
    EVIDENCE,
    FACTORS,
    MASSES,
    PARAMETERS,
    QUALITY,
    REST,
    SCENARIOS,
    UNIT,
    materials,
    sharing,
)

_FORMAT = "footprint-workbook"
VERSIONS = MappingProxyType({f"{_FORMAT}/1": 1, f"{_FORMAT}/2": 2})
"""What stands in the hidden sheet, and the version that it means: all of them are read."""
VERSION = f"{_FORMAT}/2"
"""Of the workbooks that are written."""
META, LISTS = "_meta", "_lists"
TOP = 3
"""Rows above the first row that is filled in."""
MOST_ROWS = 1_000
"""Rows of a table that are offered drop-downs."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A sheet. A form has its columns one below the other, the label in A and the answer in B."""

    number: int
    title: str
    hint: str
    columns: tuple[Column, ...] = ()
    is_form: bool = False
    lines_of: tuple[Stage, ...] = field(default=())
    """The stages whose activity lines stand here."""

    @property
    def name(self) -> str:
        return f"{self.number} {self.title}"


_LAST_OF_FIRST = 13
_OF_STAGES = ("原材料获取", "生产", "包装与分销", "使用", "生命末期")


def layout(shelf: Shelf, scheme: Scheme, version: int = VERSIONS[VERSION]) -> tuple[SheetLayout, ...]:
    """The sheets for a list of stages, 0 to 18. The stages of the standard have a sheet each, 4 to 8.

    ``version``: the first one had no sheets after 13 and fewer columns.
    """
    sheets = _newest(shelf, scheme)
    if version > 1:
        return sheets
    return tuple(replace(one, columns=tuple(_before(one.columns))) for one in sheets if one.number <= _LAST_OF_FIRST)


def _before(columns: tuple[Column, ...]) -> Iterator[Column]:
    """The columns of the first version, by the heads that they had."""
    for column in columns:
        if column.since == 1:
            yield replace(column, head=column.old_head or column.head)


def _newest(shelf: Shelf, scheme: Scheme) -> tuple[SheetLayout, ...]:
    standard = next(one for one in shelf.schemes if all(stage.maps_to == stage.id for stage in one.stages))
    boundaries = MappingProxyType({one.id: one.title.zh for one in scheme.boundaries})
    omitted = tuple(Column(f"omitted.{one.id}", f"未核算“{one.title.zh}”的理由") for one in scheme.stages)
    declared = tuple(Column(f"declared_stages.{one.id}", f"“{one.title.zh}”申报值", "number") for one in scheme.stages)
    parts = tuple(Column(f"declared_parts.{one}", f"其中{name}", "number") for one, name in PART_CHOICES.items())
    activity = tuple(
        SheetLayout(
            4 + at,
            title,
            "每行一项活动数据；已发布的因子从列表选择，没有合适的填写自有因子及来源。",
            line_columns(inside),
            lines_of=inside,
        )
        for at, (title, stage) in enumerate(zip(_OF_STAGES, standard.stages, strict=True))
        for inside in [tuple(one for one in scheme.stages if one.maps_to == stage.id)]
    )
    unit = (Column("boundary", "系统边界", "choice", boundaries, needed=True), *UNIT, *omitted)
    stated = (Column("declared", "申报碳足迹（kgCO2e，每功能单位）", "number"), *declared, *parts)
    return (
        SheetLayout(0, "填写说明", ""),
        SheetLayout(1, "基本信息", "在“填写”一列作答，带*的必填。", BASIC, is_form=True),
        SheetLayout(2, "功能单位与系统边界", "按核算期总量填写活动数据时，应填核算期产量。", unit, is_form=True),
        SheetLayout(3, "产量与物料平衡", "核算期内全部投入与产出，按质量填写。", MASSES),
        *activity,
        SheetLayout(9, "分配", "有副产品、中间产品或循环时填写：每个过程的产品和投入各一行。", sharing(scheme)),
        SheetLayout(10, "取舍", "逐项列出未计入的物料和过程。", CUTOFFS),
        SheetLayout(11, "数据质量", "按编号填写谱系评分（1最好，5最差）或不确定性。", QUALITY),
        SheetLayout(12, "声明结果", "报告或证书上的数值，kgCO2e，每功能单位。", stated, is_form=True),
        SheetLayout(13, "证明材料清单", "各表中的证明材料编号应列入本表。", EVIDENCE),
        SheetLayout(14, "参数", "公式中使用的参数；可用加减乘除、括号和其他参数，不以等号开头。", PARAMETERS),
        SheetLayout(15, "自有因子", "多行共用的自有因子；在第4至8表的因子列填“own/编号”引用。", FACTORS),
        SheetLayout(16, "补充数据", "其他各表没有位置的内容，由系统写出；一般无需填写，请勿删除。", REST),
        SheetLayout(
            17, "循环利用", "含再生料或使用后回收、焚烧的材料，按循环足迹公式核算；A为1即截断法。", materials(scheme)
        ),
        SheetLayout(18, "情景", "另行计算的情景；其中改变的参数、数量和因子列入第16表。", SCENARIOS),
    )


def fingerprint(sheets: tuple[SheetLayout, ...]) -> str:
    """Of the shape of a workbook: what its heads are and where they stand."""
    return digest([[sheet.name, [[one.path, one.head] for one in sheet.columns]] for sheet in sheets])[:16]


def choices_of(sheets: tuple[SheetLayout, ...]) -> Iterator[tuple[str, ...]]:
    """Every list of a drop-down once, in the order of the sheets."""
    seen: set[tuple[str, ...]] = set()
    for sheet in sheets:
        for column in sheet.columns:
            shown = tuple(column.choices.values())
            if shown and shown not in seen:
                seen.add(shown)
                yield shown


def address(row: int, column: int) -> str:
    """A cell as Excel names it; both counted from 0."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
