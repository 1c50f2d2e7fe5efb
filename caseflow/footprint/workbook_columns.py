"""The columns of activity data in a study's workbook, and the Chinese words that stand for what is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from caseflow.footprint.gases import GASES, GWP_SETS, UNSPECIFIED
from caseflow.footprint.stages import Stage
from caseflow.footprint.units import UNITS

CellKind = Literal["text", "number", "whole", "date", "flag", "choice", "factor"]
Choices = Mapping[str, str]
YES_NO: Choices = MappingProxyType({"yes": "是", "no": "否"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table or a row of a form: where its value stands in the study, and how it is asked for.

    ``choices``: by what is stored, what is shown. ``shown``: the sheets (by number) in which the column is not folded
    away; empty: all. ``since``: the first version of the workbook that has it; ``old_head``: its head in the first.
    """

    path: str
    head: str
    kind: CellKind = "text"
    choices: Choices = field(default_factory=lambda: MappingProxyType({}))
    width: int = 12
    needed: bool = False
    shown: tuple[int, ...] = ()
    since: int = 1
    old_head: str = ""


def same(ids: tuple[str, ...]) -> Choices:
    return MappingProxyType({one: one for one in ids})


UNIT_CHOICES = same(tuple(UNITS))
ROLES: Choices = MappingProxyType({
    "product": "产品", "coproduct": "副产品", "waste": "废物", "avoided": "被替代的产品", "treated": "同时处理的废物", "input": "投入", "treats": "处理对象",
})  # fmt: skip
BALANCE: Choices = MappingProxyType({
    "input": "投入", "product": "产品", "coproduct": "副产品", "waste": "废物", "emission": "排放", "loss": "损耗", "stock": "库存增加",
})  # fmt: skip
KINDS: Choices = MappingProxyType({
    "footprint": "碳足迹因子", "co2": "二氧化碳排放因子", "combustion": "燃烧排放因子", "transport": "运输排放因子", "spend": "投入产出因子",
})  # fmt: skip
ORIGINS: Choices = MappingProxyType(
    {"measured": "企业实测", "supplier": "供应商提供", "exchange": "数据交换文件", "literature": "文献"}
)
REACHES: Choices = MappingProxyType({
    "cradle_to_gate": "从摇篮到大门", "cradle_to_grave": "从摇篮到坟墓", "gate_to_gate": "从大门到大门", "direct": "直接排放",
})  # fmt: skip
_DATA_TYPES: Choices = MappingProxyType(
    {"measured": "实测", "calculated": "计算", "estimated": "估算", "secondary": "次级数据"}
)
PART_CHOICES: Choices = MappingProxyType(
    {"fossil": "化石", "biogenic": "生物源", "uptake": "生物吸收", "land_use": "土地利用变化", "aircraft": "航空"}
)
_SOURCES: Choices = MappingProxyType(
    {
        "on_site": "自发自用",
        "direct_line": "直供线路",
        "contract": "绿电合同",
        "residual": "电网剩余结构",
        "mix": "电网",
    }
)
_MODES: Choices = MappingProxyType(
    {"road": "公路", "rail": "铁路", "inland_water": "内河", "sea": "海运", "air": "航空", "pipeline": "管道"}
)
METHODS: Choices = MappingProxyType(
    {
        "subdivision": "细分",
        "expansion": "系统扩展",
        "physical": "物理关系",
        "economic": "经济价值",
        "shares": "给定比例",
    }
)
DISTRIBUTIONS: Choices = MappingProxyType(
    {"lognormal": "对数正态", "normal": "正态", "triangular": "三角", "uniform": "均匀"}
)
MATRICES: Choices = MappingProxyType({"original": "原始", "empirical": "更新", "variances": "原始（方差）"})
UNIT_TYPES: Choices = MappingProxyType({"functional": "功能单位", "declared": "声明单位"})

_FREIGHT, _ENERGY, _BOUGHT, _RARE = (4, 6, 8), (5, 7), (4, 6), (-1,)


def line_columns(stages: tuple[Stage, ...]) -> tuple[Column, ...]:
    titles = MappingProxyType({stage.id: stage.title.zh for stage in stages})
    return (
        Column("id", "编号"),
        Column("stage", "阶段", "choice", titles),
        Column("name", "名称", width=24, needed=True),
        Column("specification", "规格型号", shown=_BOUGHT, since=2),
        Column("supplier", "供应商", width=18),
        Column("amount", "数量", "number"),
        Column("unit", "单位", "choice", UNIT_CHOICES),
        Column("formula", "公式（用第14表的参数）", width=24, shown=_RARE, since=2),
        Column("recycled_percent", "再生料比例（%）", "number", shown=_BOUGHT, since=2),
        Column("factor", "因子（从列表选择）", "factor", width=36),
        Column("own.value", "自有因子数值", "number"),
        Column("own.unit", "自有因子单位", "choice", UNIT_CHOICES),
        Column("own.kind", "自有因子类型", "choice", KINDS, 16),
        Column("own.source", "自有因子来源", width=18),
        Column("own.year", "自有因子年份", "whole"),
        Column("own.evidence", "自有因子证明材料编号"),
        Column("transport.mode", "运输方式", "choice", _MODES, shown=_FREIGHT),
        Column("transport.mass", "运输质量", "number", shown=_FREIGHT),
        Column("transport.mass_unit", "运输质量单位", "choice", UNIT_CHOICES, shown=_FREIGHT),
        Column("transport.distance", "运距", "number", shown=_FREIGHT, old_head="运距（km）"),
        Column("transport.distance_unit", "运距单位", "choice", UNIT_CHOICES, shown=_FREIGHT, since=2),
        Column("transport.empty_return", "空驶返程比例（0至1）", "number", shown=_FREIGHT),
        Column("haul", "运输因子（随本行另计运输）", "factor", width=30, shown=(4,)),
        Column("data_source", "数据来源", width=18),
        Column("primary", "初级数据", "flag", YES_NO),
        Column("data_type", "数据类型", "choice", _DATA_TYPES),
        Column("evidence", "证明材料编号"),
        Column("meter", "计量器具编号", shown=_ENERGY),
        Column("certificate", "检定/校准证书号", shown=_ENERGY),
        Column("valid_until", "证书有效期至", "date", shown=_ENERGY),
        Column("carrier", "能源载体代码", shown=_ENERGY),
        Column("supply.source", "供能方式", "choice", _SOURCES, shown=_ENERGY),
        Column("supply.instrument", "绿色凭证编号", shown=_ENERGY),
        Column("supply.redeemed", "凭证已核销", "flag", YES_NO, shown=_ENERGY),
        Column("supply.from", "凭证期起", "date", shown=_ENERGY),
        Column("supply.to", "凭证期止", "date", shown=_ENERGY),
        Column("supply.region", "凭证地域代码", shown=_RARE),
        Column("supply.quantity", "凭证对应的电量", "number", shown=_RARE, since=2),
        Column("supply.unit", "凭证电量单位", "choice", UNIT_CHOICES, shown=_RARE, since=2),
        Column("supply.sold", "绿色属性已出售", "flag", YES_NO, shown=_RARE),
        Column("gas", "直接排放的气体", "choice", same(tuple(one for one in GASES if one != UNSPECIFIED)), 14),
        Column("conversion.value", "每单位换算值", "number"),
        Column("conversion.unit", "换算后单位", "choice", UNIT_CHOICES),
        Column("conversion.source", "换算依据"),
        Column("region", "产地行政区划代码"),
        Column("year", "数据年份", "whole"),
        Column("credit", "负值为抵扣", "flag", YES_NO),
        Column("proxy", "替代因子的理由", width=18),
        Column("declared", "本行申报值（kgCO2e）", "number"),
        Column("part", "分项", "choice", PART_CHOICES, shown=_RARE),
        Column("after_years", "投入使用后多少年发生", "number", shown=_RARE, since=2),
        Column("process", "所属过程编号", shown=(5,)),
        Column("only", "专属产品标识", shown=_RARE),
        Column("own.name", "自有因子名称", shown=_RARE),
        Column("own.origin", "自有因子取得方式", "choice", ORIGINS, shown=_RARE),
        Column("own.supplier", "自有因子提供方", shown=_RARE),
        Column("own.region", "自有因子地域", shown=_RARE),
        Column("own.series", "对应的官方因子系列", shown=_RARE),
        Column("own.reach", "自有因子范围", "choice", REACHES, shown=_RARE),
        Column("own.gwp_set", "自有因子全球变暖潜势", "choice", same(GWP_SETS), shown=_RARE),
        Column("own.part", "自有因子分项", "choice", PART_CHOICES, shown=_RARE),
        Column("own.valid_until", "自有因子有效期至", "date", shown=_RARE),
        Column("own.primary_share", "自有因子初级数据占比（%）", "number", shown=_RARE),
        Column("order", "次序", "whole", shown=_RARE, since=2),
    )
