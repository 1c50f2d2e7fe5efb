"""The closed list of units. A ratio is an exact fraction, so a change of unit changes no result."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

Dimension = Literal[
    "energy",
    "mass",
    "coal_equivalent",
    "volume",
    "normal_volume",
    "area",
    "distance",
    "freight",
    "travel",
    "count",
    "time",
    "money",
]
"""What a unit measures. Two stand apart on purpose: a normal cubic metre (0 °C, 101.325 kPa) is not a cubic metre
of gas as metered, and coal equivalent becomes energy or fuel only by a convention that the study must state."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the list: ``size`` in the base unit of its dimension."""

    id: str
    dimension: Dimension
    size: Fraction


_SIZES: dict[Dimension, dict[str, str | int]] = {
    "energy": {  # base MJ
        "kJ": "1/1000",
        "MJ": 1,
        "GJ": 1_000,
        "TJ": 1_000_000,
        "kWh": "18/5",
        "MWh": 3_600,
        "GWh": 3_600_000,
        "万kWh": 36_000,
        "kcal": "10467/2500000",  # international table: 4.1868 kJ
        "MMBtu": "52752792631/50000000",
    },
    "mass": {
        "mg": "1/1000000",
        "g": "1/1000",
        "kg": 1,
        "t": 1_000,
        "万t": 10_000_000,
        "kt": 1_000_000,
        "lb": "45359237/100000000",
    },
    "coal_equivalent": {"kgce": 1, "tce": 1_000, "万tce": 10_000_000},
    "volume": {
        "mL": "1/1000000",
        "L": "1/1000",
        "m3": 1,
        "万m3": 10_000,
        "gal": "473176473/125000000000",
    },  # gal: of the United States
    "normal_volume": {"Nm3": 1, "万Nm3": 10_000},
    "area": {"m2": 1, "hm2": 10_000, "km2": 1_000_000, "亩": "2000/3"},
    "distance": {"m": "1/1000", "km": 1, "mi": "201168/125000"},
    "freight": {"kg·km": "1/1000", "t·km": 1, "万t·km": 10_000},
    "travel": {"人·km": 1},
    "count": {"piece": 1, "千piece": 1_000, "万piece": 10_000},
    "time": {"h": 1, "d": 24},
    "money": {"元": 1, "万元": 10_000},
}
UNITS = MappingProxyType(
    {name: Unit(name, dimension, Fraction(size)) for dimension, sizes in _SIZES.items() for name, size in sizes.items()}
)
"""Every unit by its id."""

_SPELLINGS = MappingProxyType(
    {
        "度": "kWh",
        "千瓦时": "kWh",
        "兆瓦时": "MWh",
        "万千瓦时": "万kWh",
        "万度": "万kWh",
        "吉焦": "GJ",
        "兆焦": "MJ",
        "克": "g",
        "千克": "kg",
        "公斤": "kg",
        "吨": "t",
        "万吨": "万t",
        "吨标准煤": "tce",
        "吨标煤": "tce",
        "千克标准煤": "kgce",
        "升": "L",
        "l": "L",
        "毫升": "mL",
        "立方米": "m3",
        "m³": "m3",
        "万m³": "万m3",
        "万立方米": "万m3",
        "Nm³": "Nm3",
        "万Nm³": "万Nm3",
        "标准立方米": "Nm3",
        "万标准立方米": "万Nm3",
        "平方米": "m2",
        "平米": "m2",
        "m^2": "m2",
        "m^3": "m3",
        "平方公里": "km2",
        "km²": "km2",
        "人公里": "人·km",
        "p·km": "人·km",
        "pkm": "人·km",
        "千卡": "kcal",
        "大卡": "kcal",
        "百万英热单位": "MMBtu",
        "磅": "lb",
        "英里": "mi",
        "加仑": "gal",
        "毫克": "mg",
        "千吨": "kt",
        "m²": "m2",
        "公顷": "hm2",
        "米": "m",
        "公里": "km",
        "千米": "km",
        "t*km": "t·km",
        "t.km": "t·km",
        "tkm": "t·km",
        "t⋅km": "t·km",
        "吨公里": "t·km",
        "吨·公里": "t·km",
        "kg*km": "kg·km",
        "kg.km": "kg·km",
        "万t*km": "万t·km",
        "万t.km": "万t·km",
        "万吨公里": "万t·km",
        "件": "piece",
        "个": "piece",
        "台": "piece",
        "套": "piece",
        "只": "piece",
        "辆": "piece",
        "块": "piece",
        "pcs": "piece",
        "unit": "piece",
        "千件": "千piece",
        "万件": "万piece",
        "小时": "h",
        "天": "d",
        "CNY": "元",
        "人民币元": "元",
    }
)


def unit(text: str) -> Unit | None:
    """The unit that a text names, by its id or one of its usual spellings; capitals matter (``MJ`` is not ``mJ``)."""
    text = text.replace(" ", "")
    return UNITS.get(_SPELLINGS.get(text, text))


def near(text: str) -> str:
    """The one unit that a text would name with other capitals, or nothing."""
    plain = text.replace(" ", "").casefold()
    found = {_SPELLINGS.get(one, one) for one in (*UNITS, *_SPELLINGS) if one.casefold() == plain}
    return found.pop() if len(found) == 1 else ""


def ratio(source: str, target: str) -> Fraction | None:
    """How many ``target`` one ``source`` is, exactly; None where the two measure different things."""
    one, other = unit(source), unit(target)
    if one is None or other is None or one.dimension != other.dimension:
        return None
    return one.size / other.size
