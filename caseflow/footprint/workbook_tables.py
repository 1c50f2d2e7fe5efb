"""The columns of a study's workbook beside its activity data: forms, balance, allocation, quality, and what is rare."""

from __future__ import annotations

from types import MappingProxyType

from caseflow.footprint.gases import GWP_SETS
from caseflow.footprint.stages import Scheme
from caseflow.footprint.workbook_columns import (
    BALANCE,
    DISTRIBUTIONS,
    KINDS,
    MATRICES,
    METHODS,
    ORIGINS,
    PART_CHOICES,
    REACHES,
    ROLES,
    UNIT_CHOICES,
    UNIT_TYPES,
    YES_NO,
    Choices,
    Column,
    same,
)

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
    Column("unit_type", "单位类型", "choice", UNIT_TYPES),
    Column("functional_unit.quantity", "功能单位（声明单位）数量", "number", needed=True),
    Column("functional_unit.unit", "功能单位（声明单位）计量单位", "choice", UNIT_CHOICES, needed=True),
    Column("functional_unit.description", "功能单位说明"),
    Column("mass.quantity", "一个功能单位的产品质量", "number"),
    Column("mass.unit", "产品质量单位", "choice", UNIT_CHOICES),
    Column("mass.description", "产品质量说明", since=2),
    Column("output.quantity", "核算期产量", "number"),
    Column("output.unit", "产量单位", "choice", UNIT_CHOICES),
    Column("output.description", "产量说明", since=2),
    Column("gwp_set", "全球变暖潜势", "choice", same(GWP_SETS), needed=True),
    Column("carbon_content.fossil", "产品化石碳含量（kg）", "number"),
    Column("carbon_content.biogenic", "产品生物碳含量（kg）", "number"),
    Column("reference.product", "基准产品标识"),
    Column("reference.flow.quantity", "基准流数量", "number"),
    Column("reference.flow.unit", "基准流单位", "choice", UNIT_CHOICES),
    Column("reference.flow.description", "基准流说明", since=2),
    Column("sensitivity", "敏感性分析结论"),
)
MASSES = (
    Column("role", "类别", "choice", BALANCE, needed=True),
    Column("name", "名称", width=24, needed=True),
    Column("mass", "质量", "number", needed=True),
    Column("unit", "单位", "choice", UNIT_CHOICES, needed=True),
    Column("carbon", "含碳率（%）", "number"),
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
        Column("flow.amount", "数量", "number"),
        Column("flow.unit", "单位", "choice", UNIT_CHOICES, needed=True),
        Column("flow.formula", "公式（用第14表的参数）", width=24, since=2),
        Column("flow.properties.mass", "每单位质量（kg）", "number"),
        Column("flow.properties.energy", "每单位热值（MJ）", "number"),
        Column("flow.properties.price", "每单位价格（元）", "number"),
        Column("flow.factor", "因子（从列表选择）", "factor", width=36),
        Column("flow.only", "专属产品标识"),
        Column("allocation.method", "分配方法", "choice", METHODS),
        Column("allocation.key", "物理关系依据（mass、energy等）"),
        Column("share", "给定比例", "number"),
        Column("allocation.justification", "分配理由", width=30),
    )


SCORES = ("可靠性", "完整性", "时间代表性", "地域代表性", "技术代表性")
SPREAD_OF: Choices = MappingProxyType({
    "line": "活动数据", "own": "活动数据的自有因子", "factor": "第15表的自有因子", "parameter": "第14表的参数",
})  # fmt: skip
"""What a row of sheet 11 is about."""
QUALITY = (
    Column("of", "对象（空：活动数据）", "choice", SPREAD_OF, 18, since=2),
    Column("id", "编号", needed=True, old_head="活动数据编号"),
    *(Column(f"score.{at}", f"{name}（1至5）", "whole") for at, name in enumerate(SCORES)),
    Column("uncertainty.basic", "基本不确定性（95%系数）", "number"),
    Column("uncertainty.matrix", "谱系矩阵", "choice", MATRICES),
    Column("uncertainty.distribution", "分布", "choice", DISTRIBUTIONS),
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
PARAMETERS = (
    Column("name", "参数名", width=18, needed=True),
    Column("value", "数值", "number"),
    Column("formula", "公式（用其他参数，与数值二选一）", width=36),
    Column("unit", "单位"),
    Column("low", "下限", "number"),
    Column("high", "上限", "number"),
    Column("description", "说明", width=36),
)
FACTORS = (
    Column("id", "编号", needed=True),
    Column("name", "名称", width=24, needed=True),
    Column("value", "数值（kgCO2e）", "number", needed=True),
    Column("unit", "每单位", "choice", UNIT_CHOICES, needed=True),
    Column("kind", "类型", "choice", KINDS, 16),
    Column("source", "来源", width=24),
    Column("year", "年份", "whole"),
    Column("evidence", "证明材料编号", width=18),
    Column("origin", "取得方式", "choice", ORIGINS),
    Column("supplier", "提供方", width=18),
    Column("region", "地域"),
    Column("series", "对应的官方因子系列"),
    Column("reach", "范围", "choice", REACHES),
    Column("gwp_set", "全球变暖潜势", "choice", same(GWP_SETS)),
    Column("part", "分项", "choice", PART_CHOICES),
    Column("valid_until", "有效期至", "date"),
    Column("primary_share", "初级数据占比（%）", "number"),
)
SCENARIOS = (
    Column("id", "编号", needed=True),
    Column("name", "名称", width=24, needed=True),
    Column("description", "说明", width=48),
)


def materials(scheme: Scheme) -> tuple[Column, ...]:
    """Of materials with their ways in and out, by the terms of the circular footprint formula."""
    titles = MappingProxyType({stage.id: stage.title.zh for stage in scheme.stages})
    return (
        Column("id", "编号", needed=True),
        Column("name", "材料名称", width=18, needed=True),
        Column("stage", "进入阶段", "choice", titles, needed=True),
        Column("end_stage", "废弃阶段", "choice", titles),
        Column("amount", "数量", "number"),
        Column("unit", "单位", "choice", UNIT_CHOICES, needed=True),
        Column("formula", "公式（用第14表的参数）", width=24),
        Column("allocation", "分配系数A（0至1）", "number", needed=True),
        Column("virgin", "原生材料因子Ev", "factor", width=30, needed=True),
        Column("content.share", "再生料比例R1（0至1）", "number"),
        Column("content.recycled", "再生料因子Erecycled", "factor", width=30),
        Column("content.quality", "再生料质量比Qin", "number"),
        Column("recovery.share", "回收比例R2（0至1）", "number"),
        Column("recovery.recycling", "回收过程因子Erecycling", "factor", width=30),
        Column("recovery.quality", "回收料质量比Qout", "number"),
        Column("recovery.substituted", "被替代材料因子", "factor", width=30),
        Column("energy.share", "焚烧比例R3（0至1）", "number"),
        Column("energy.burning", "焚烧过程因子Eburning", "factor", width=30),
        Column("energy.allocation", "分配系数B（0至1）", "number"),
        Column("energy.heat_value", "低位发热量（MJ/单位）", "number"),
        Column("energy.heat.efficiency", "供热效率（0至1）", "number"),
        Column("energy.heat.factor", "被替代热力因子", "factor", width=30),
        Column("energy.power.efficiency", "发电效率（0至1）", "number"),
        Column("energy.power.factor", "被替代电力因子", "factor", width=30),
        Column("disposal", "其余处置因子", "factor", width=30),
        Column("primary", "初级数据", "flag", YES_NO),
        Column("data_source", "数据来源", width=18),
        Column("evidence", "证明材料编号"),
    )


REST_OF: Choices = MappingProxyType({
    "study": "核算", "line": "活动数据", "factor": "自有因子", "parameter": "参数", "process": "过程",
    "output": "过程的产出", "input": "过程的投入", "treats": "过程的处理对象", "omitted": "未核算的阶段",
    "balance": "物料平衡的第几项", "cutoff": "取舍的第几项", "recycling": "循环利用的材料", "scenario": "情景",
})  # fmt: skip
"""What a row of sheet 16 belongs to."""
REST = (
    Column("of", "对象", "choice", REST_OF, 16, needed=True),
    Column("id", "编号", width=18),
    Column("product", "产品标识", width=18),
    Column("path", "内容", width=28),
    Column("value", "值", width=60),
)
