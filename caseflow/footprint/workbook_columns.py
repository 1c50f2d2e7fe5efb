"""The columns of a study's workbook, and the Chinese words that stand for what is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from caseflow.footprint.gases import GASES, GWP_SETS, UNSPECIFIED
from caseflow.footprint.stages import Scheme, Stage
from caseflow.footprint.units import UNITS

CellKind = Literal["text", "number", "whole", "date", "flag", "choice", "factor"]
Choices = Mapping[str, str]
YES_NO: Choices = MappingProxyType({"yes": "是", "no": "否"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table or a row of a form: where its value stands in the study, and how it is asked for.

    ``choices``: by what is stored, what is shown. ``shown``: the sheets (by number) in which the column is not folded
    away; empty: all.
    """

    path: str
    head: str
    kind: CellKind = "text"
    choices: Choices = field(default_factory=lambda: MappingProxyType({}))
    width: int = 12
    needed: bool = False
    shown: tuple[int, ...] = ()


def _same(ids: tuple[str, ...]) -> Choices:
    return MappingProxyType({one: one for one in ids})


UNIT_CHOICES = _same(tuple(UNITS))
ROLES: Choices = MappingProxyType({
    "product": "产品", "coproduct": "副产品", "waste": "废物", "avoided": "被替代的产品", "input": "投入", "treats": "处理对象",
})  # fmt: skip
_BALANCE: Choices = MappingProxyType({
    "input": "投入", "product": "产品", "coproduct": "副产品", "waste": "废物", "emission": "排放", "loss": "损耗", "stock": "库存增加",
})  # fmt: skip
_KINDS: Choices = MappingProxyType({
    "footprint": "碳足迹因子", "co2": "二氧化碳排放因子", "combustion": "燃烧排放因子", "transport": "运输排放因子", "spend": "投入产出因子",
})  # fmt: skip
_ORIGINS: Choices = MappingProxyType(
    {"measured": "企业实测", "supplier": "供应商提供", "exchange": "数据交换文件", "literature": "文献"}
)
_REACHES: Choices = MappingProxyType({
    "cradle_to_gate": "从摇篮到大门", "cradle_to_grave": "从摇篮到坟墓", "gate_to_gate": "从大门到大门", "direct": "直接排放",
})  # fmt: skip
_DATA_TYPES: Choices = MappingProxyType(
    {"measured": "实测", "calculated": "计算", "estimated": "估算", "secondary": "次级数据"}
)
PART_CHOICES: Choices = MappingProxyType(
    {"fossil": "化石", "biogenic": "生物源", "uptake": "生物吸收", "land_use": "土地利用变化", "aircraft": "航空"}
)
_SOURCES: Choices = MappingProxyType(
    {"on_site": "自发自用", "direct_line": "直供线路", "contract": "绿电合同", "mix": "电网"}
)
_MODES: Choices = MappingProxyType(
    {"road": "公路", "rail": "铁路", "inland_water": "内河", "sea": "海运", "air": "航空", "pipeline": "管道"}
)
_METHODS: Choices = MappingProxyType(
    {
        "subdivision": "细分",
        "expansion": "系统扩展",
        "physical": "物理关系",
        "economic": "经济价值",
        "shares": "给定比例",
    }
)
_DISTRIBUTIONS: Choices = MappingProxyType(
    {"lognormal": "对数正态", "normal": "正态", "triangular": "三角", "uniform": "均匀"}
)
_MATRICES: Choices = MappingProxyType({"original": "原始", "empirical": "更新", "variances": "原始（方差）"})
_UNIT_TYPES: Choices = MappingProxyType({"functional": "功能单位", "declared": "声明单位"})

BASIC = (
    Column("product", "产品名称", needed=True),
    Column("model", "规格型号"),
    Column("product_code", "产品代码"),
    Column("maker", "生产企业"),
    Column("region", "生产地行政区划代码"),
    Column("standard", "核算标准", needed=True),
    Column("pcr", "产品种类规则"),
    Column("period.from", "核算期起", "date", needed=True),
    Column("period.to", "核算期止", "date", needed=True),
)
UNIT = (
    Column("unit_type", "单位类型", "choice", _UNIT_TYPES),
    Column("functional_unit.quantity", "功能单位（声明单位）数量", "number", needed=True),
    Column("functional_unit.unit", "功能单位（声明单位）计量单位", "choice", UNIT_CHOICES, needed=True),
    Column("functional_unit.description", "功能单位说明"),
    Column("mass.quantity", "一个功能单位的产品质量", "number"),
    Column("mass.unit", "产品质量单位", "choice", UNIT_CHOICES),
    Column("output.quantity", "核算期产量", "number"),
    Column("output.unit", "产量单位", "choice", UNIT_CHOICES),
    Column("gwp_set", "全球变暖潜势", "choice", _same(GWP_SETS), needed=True),
    Column("carbon_content.fossil", "产品化石碳含量（kg）", "number"),
    Column("carbon_content.biogenic", "产品生物碳含量（kg）", "number"),
    Column("reference.product", "基准产品标识"),
    Column("reference.flow.quantity", "基准流数量", "number"),
    Column("reference.flow.unit", "基准流单位", "choice", UNIT_CHOICES),
    Column("sensitivity", "敏感性分析结论"),
)
MASSES = (
    Column("role", "类别", "choice", _BALANCE, needed=True),
    Column("name", "名称", width=24, needed=True),
    Column("mass", "质量", "number", needed=True),
    Column("unit", "单位", "choice", UNIT_CHOICES, needed=True),
    Column("carbon", "含碳率（%）", "number"),
)
_FREIGHT, _ENERGY, _RARE = (4, 6, 8), (5, 7), (-1,)


def line_columns(stages: tuple[Stage, ...]) -> tuple[Column, ...]:
    titles = MappingProxyType({stage.id: stage.title.zh for stage in stages})
    return (
        Column("id", "编号"),
        Column("stage", "阶段", "choice", titles),
        Column("name", "名称", width=24, needed=True),
        Column("supplier", "供应商", width=18),
        Column("amount", "数量", "number"),
        Column("unit", "单位", "choice", UNIT_CHOICES),
        Column("factor", "因子（从列表选择）", "factor", width=36),
        Column("own.value", "自有因子数值", "number"),
        Column("own.unit", "自有因子单位", "choice", UNIT_CHOICES),
        Column("own.kind", "自有因子类型", "choice", _KINDS, 16),
        Column("own.source", "自有因子来源", width=18),
        Column("own.year", "自有因子年份", "whole"),
        Column("own.evidence", "自有因子证明材料编号"),
        Column("transport.mode", "运输方式", "choice", _MODES, shown=_FREIGHT),
        Column("transport.mass", "运输质量", "number", shown=_FREIGHT),
        Column("transport.mass_unit", "运输质量单位", "choice", UNIT_CHOICES, shown=_FREIGHT),
        Column("transport.distance", "运距（km）", "number", shown=_FREIGHT),
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
        Column("supply.sold", "绿色属性已出售", "flag", YES_NO, shown=_RARE),
        Column("gas", "直接排放的气体", "choice", _same(tuple(one for one in GASES if one != UNSPECIFIED)), 14),
        Column("conversion.value", "每单位换算值", "number"),
        Column("conversion.unit", "换算后单位", "choice", UNIT_CHOICES),
        Column("conversion.source", "换算依据"),
        Column("region", "产地行政区划代码"),
        Column("year", "数据年份", "whole"),
        Column("credit", "负值为抵扣", "flag", YES_NO),
        Column("proxy", "替代因子的理由", width=18),
        Column("declared", "本行申报值（kgCO2e）", "number"),
        Column("part", "分项", "choice", PART_CHOICES, shown=_RARE),
        Column("process", "所属过程编号", shown=(5,)),
        Column("only", "专属产品标识", shown=_RARE),
        Column("own.name", "自有因子名称", shown=_RARE),
        Column("own.origin", "自有因子取得方式", "choice", _ORIGINS, shown=_RARE),
        Column("own.supplier", "自有因子提供方", shown=_RARE),
        Column("own.region", "自有因子地域", shown=_RARE),
        Column("own.series", "对应的官方因子系列", shown=_RARE),
        Column("own.reach", "自有因子范围", "choice", _REACHES, shown=_RARE),
        Column("own.gwp_set", "自有因子全球变暖潜势", "choice", _same(GWP_SETS), shown=_RARE),
        Column("own.part", "自有因子分项", "choice", PART_CHOICES, shown=_RARE),
        Column("own.valid_until", "自有因子有效期至", "date", shown=_RARE),
        Column("own.primary_share", "自有因子初级数据占比（%）", "number", shown=_RARE),
    )


def sharing(scheme: Scheme) -> tuple[Column, ...]:
    titles = MappingProxyType({stage.id: stage.title.zh for stage in scheme.stages})
    return (
        Column("process", "过程编号", needed=True),
        Column("name", "过程名称", width=20),
        Column("stage", "阶段", "choice", titles),
        Column("role", "角色", "choice", ROLES, needed=True),
        Column("flow.product", "产品标识", needed=True),
        Column("flow.name", "产品名称", width=18),
        Column("flow.amount", "数量", "number", needed=True),
        Column("flow.unit", "单位", "choice", UNIT_CHOICES, needed=True),
        Column("flow.properties.mass", "每单位质量（kg）", "number"),
        Column("flow.properties.energy", "每单位热值（MJ）", "number"),
        Column("flow.properties.price", "每单位价格（元）", "number"),
        Column("flow.factor", "因子（从列表选择）", "factor", width=36),
        Column("flow.only", "专属产品标识"),
        Column("allocation.method", "分配方法", "choice", _METHODS),
        Column("allocation.key", "物理关系依据（mass、energy等）"),
        Column("share", "给定比例", "number"),
        Column("allocation.justification", "分配理由", width=30),
    )


SCORES = ("可靠性", "完整性", "时间代表性", "地域代表性", "技术代表性")
QUALITY = (
    Column("id", "活动数据编号", needed=True),
    *(Column(f"score.{at}", f"{name}（1至5）", "whole") for at, name in enumerate(SCORES)),
    Column("uncertainty.basic", "基本不确定性（95%系数）", "number"),
    Column("uncertainty.matrix", "谱系矩阵", "choice", _MATRICES),
    Column("uncertainty.distribution", "分布", "choice", _DISTRIBUTIONS),
    Column("uncertainty.gsd2", "几何标准差平方", "number"),
    Column("uncertainty.sigma", "对数标准差", "number"),
    Column("uncertainty.sd", "标准差", "number"),
    Column("uncertainty.cv", "变异系数", "number"),
    Column("uncertainty.low", "下限", "number"),
    Column("uncertainty.high", "上限", "number"),
    *(
        Column(f"quality.{one}", f"DQR {name}（1至5）", "whole")
        for one, name in (("technology", "技术"), ("geography", "地域"), ("time", "时间"), ("precision", "精度"))
    ),
)
CUTOFFS = (
    Column("item", "舍去项", width=24, needed=True),
    Column("reason", "理由", width=36),
    Column("mass_percent", "占产品质量（%）", "number"),
    Column("footprint_percent", "估计占碳足迹（%）", "number"),
    Column("rare", "稀有或贵金属", "flag", YES_NO),
)
EVIDENCE = (
    Column("number", "编号", needed=True),
    Column("title", "材料名称", width=36),
    Column("page", "页码"),
    Column("note", "备注", width=30),
)
