"""A workbook loses nothing: whatever a study holds comes back from it, and older workbooks are read as they were written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseflow.footprint.declarations import BALANCE_ROLES
from caseflow.footprint.factors import KINDS, REACHES
from caseflow.footprint.gases import PARTS
from caseflow.footprint.line import DATA_TYPES
from caseflow.footprint.own import ORIGINS
from caseflow.footprint.pedigree import MATRICES
from caseflow.footprint.process import METHODS, ROLES
from caseflow.footprint.study import UNIT_TYPES, read
from caseflow.footprint.supply import MODES, SOURCES
from caseflow.footprint.uncertainty import DISTRIBUTIONS
from caseflow.footprint.workbook_layout import fingerprint, layout
from caseflow.footprint.workbook_reading import Reading, read_workbook
from caseflow.words import Refused, render
from tests.footprint import books
from tests.footprint.published import flow, line, process, shipped, study, system
from tests.footprint.test_workbook import _HAUL, _SHARING, _SIX, _sheet

_EVERYTHING = study(
    line(
        id="b", stage="production", specification="A级", after_years="12", recycled_percent="12.5", supplier="某厂", region="CN-14", year=2023,
        evidence="附件2", meter="M1", certificate="Z1", valid_until="2026-01-01", carrier="electricity", data_type="measured",
        conversion={"value": "3.6", "unit": "MJ", "source": "换算"}, proxy="无同类", declared="577", part="biogenic",
        supply={"source": "contract", "instrument": "G1", "redeemed": True, "from": "2024-01-01", "to": "2024-12-31", "region": "CN", "sold": True, "quantity": "900", "unit": "kWh"},
        quality={"technology": 1, "geography": 2, "time": 3, "precision": 4}, uncertainty={"distribution": "triangular", "low": "900", "high": "1100"},
    ),
    line(id="a", stage="raw_material", factor="own/steam", unit="GJ"),
    line(id="c", stage="raw_material", amount=None, formula="p1 * 2 + 渣量"),
    line(id="d", stage="use", factor=_HAUL, unit=None, amount=None,
         transport={"mode": "sea", "mass": "2000", "mass_unit": "kg", "distance": "7000", "distance_unit": "m", "empty_return": "0.5"}),
    line(id="e", stage="nowhere", factor=None, unit="t", own={
        "value": "0.9", "unit": "t", "source": "实测", "origin": "measured", "gases": {"CO2": "0.9"}, "gwp_set": "AR6",
        "uncertainty": {"gsd2": "1.5"}, "quality": {"technology": 1, "geography": 1, "time": 1, "precision": 1}}),
    line(id="f", factor=None, unit="t", own={"value": "2.6604", "unit": "t", "kind": "combustion", "fuel": {
        "heat": "26.7", "heat_unit": "GJ", "carbon": "0.0264", "oxidation": "1.03"}}) | {"own": {"value": "3", "unit": "t"}},
    parameters=[{"name": "p1", "value": "250", "low": "100", "high": "300", "unit": "kg", "uncertainty": {"distribution": "normal", "cv": "0.1"}},
                {"name": "渣量", "formula": "p1 / 4", "description": "按工艺"}],
    factors=[{"id": "steam", "name": "蒸汽 [外购]", "value": "110.25", "unit": "GJ", "source": "true", "evidence": "[1] 合同", "valid_until": "2027-06-30",
              "primary_share": "40", "uncertainty": {"pedigree": [1, 2, 3, 4, 5]}, "year": 2024}],
    omitted=[{"stage": "use", "reason": "甲"}, {"stage": "raw_material", "reason": "乙"}, {"stage": "elsewhere", "reason": "丙"}],
    declared_stages={"nowhere": "1", "production": "2"}, mass={"quantity": "1", "unit": "t", "description": "干基"},
    output={"quantity": "7", "unit": "t", "description": "合格品"}, carbon_content={"fossil": "850", "biogenic": "0"},
    recycling=[{
        "id": "pet", "name": "PET", "stage": "raw_material", "end_stage": "end_of_life", "amount": "10", "unit": "kg", "allocation": "0.5", "virgin": "own/steam",
        "content": {"share": "0.4", "recycled": "own/steam"}, "recovery": {"share": "0.5", "recycling": "own/steam", "quality": "0.9"}, "primary": True,
        "energy": {"share": "0.2", "burning": "own/steam", "heat_value": "20", "heat": {"efficiency": "0.5", "factor": "own/steam"}}, "disposal": "own/steam",
    }],
    scenarios=[{"id": "s1", "name": "甲", "parameters": {"p1": "200"}, "amounts": {"b": "900"}, "factors": {"b": "own/steam"}}],
    maker="行一\r\n行二_x0041_", model="\u00a0A", sensitivity='{"a": 1}',
)  # fmt: skip

_FLOWS = system(
    process(
        "coking",
        flow("coke", "1", "t", role="product", properties={"mass": "1000", "a.b": "2"}),
        flow("tar", "40", role="coproduct", properties={"exergy": "1"}, uncertainty={"gsd2": "1.1"}),
        flow("sludge", "2", role="treated"),
        flow("slag", "9", role="waste", own={"value": "0.1", "unit": "kg", "source": "x"}),
        inputs=[flow("coal", "1.3", "t", shares={"coke": "0.6", "tar": "0.4"}), flow("coal", "0.2", "t", only="tar"),
                {"product": "water", "unit": "t", "formula": "w * 2"}],
        lines=[line(), line(id="x", shares={"coke": "0.9", "tar": "0.1"})],
        allocation={"method": "shares", "shares": {"coke": "0.95", "tar": "0.05", "steam": "0"}, "justification": "=1+1"},
    ),
    process("treatment", treats=flow("slag2", "1"), outputs=[], lines=[line(id="wash", amount="20", stage="use")]),
    unit="t", product="coke", parameters=[{"name": "w", "value": "2"}],
)  # fmt: skip


def _back(data: Any, scheme: str = books.STANDARD) -> Reading:
    return read_workbook(books.tables(books.book(read(data), scheme)), shipped(), read(data))


@pytest.mark.parametrize("data", [_EVERYTHING, _FLOWS], ids=["everything", "flows"])
def test_what_is_rare_comes_back_too(data: Any) -> None:
    found = _back(data)

    assert found.problems == ()
    assert found.study is not None
    assert found.study.as_json() == read(data).as_json()
    assert {one.status for one in found.rows} == {"same"}


@pytest.mark.parametrize(
    ("number", "path", "expected"),
    [(5, "supply.source", SOURCES), (5, "transport.mode", MODES), (5, "part", PARTS), (5, "data_type", DATA_TYPES), (5, "own.kind", KINDS),
     (5, "own.origin", ORIGINS), (5, "own.reach", REACHES), (9, "flow.role", (*ROLES, "input", "treats")), (9, "allocation.method", METHODS),
     (3, "role", BALANCE_ROLES), (11, "uncertainty.distribution", DISTRIBUTIONS), (11, "uncertainty.matrix", MATRICES), (2, "unit_type", UNIT_TYPES)],
)  # fmt: skip
def test_whatever_may_be_chosen_in_a_study_may_be_chosen_in_its_workbook(
    number: int, path: str, expected: tuple[str, ...]
) -> None:
    found = next(one for one in _sheet(number).columns if path in (one.path, f"flow.{one.path}"))

    assert set(found.choices) == set(expected)


def test_what_no_cell_can_hold_is_refused_and_not_lost() -> None:
    with pytest.raises(Refused) as refused:
        books.book(replace(read(study()), sensitivity="长" * 40_000))
    assert render(refused.value.reasons[0], "zh").startswith("study sensitivity：内容超过")


def test_a_study_with_another_list_of_stages_than_its_workbook_keeps_its_own() -> None:
    found = _back(_SIX, books.STANDARD)

    assert found.study == read(_SIX)


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)
_ID = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,6}", fullmatch=True)
_FIGURE = st.one_of(
    st.decimals(min_value="1e-12", max_value="1e12", allow_nan=False, allow_infinity=False, places=12).map(str),
    st.integers(1, 10**20).map(str),
    st.floats(1e-6, 1e9).map(lambda one: format(one, ".17g")),
)
_DAY = st.dates().map(str)
_OWN = st.fixed_dictionaries(
    {"value": _FIGURE, "unit": st.sampled_from(["kg", "GJ", "t·km"])},
    optional={"source": _TEXT, "year": st.integers(1990, 2100), "evidence": _TEXT, "supplier": _TEXT, "valid_until": _DAY,
              "kind": st.sampled_from(["footprint", "combustion"]), "origin": st.sampled_from(["measured", "exchange"])},
)  # fmt: skip
_LINE = st.fixed_dictionaries(
    {"id": _ID, "stage": st.sampled_from(["raw_material", "production", "use", "elsewhere"]), "name": _TEXT,
     "unit": st.sampled_from(["kg", "kWh", "万kWh", "t·km"])},
    optional={"supplier": _TEXT, "specification": _TEXT, "data_source": _TEXT, "primary": st.booleans(), "credit": st.booleans(),
              "year": st.integers(1990, 2100), "valid_until": _DAY, "declared": _FIGURE, "recycled_percent": st.sampled_from(["0", "33.3"]),
              "uncertainty": st.sampled_from([{"gsd2": "1.2"}, {"pedigree": [1, 2, 3, 4, 5], "basic": "1.05"}])},
)  # fmt: skip


@st.composite
def _studies(draw: st.DrawFn) -> dict[str, Any]:
    factors = draw(st.lists(_OWN, max_size=2))
    shared = [{**one, "id": f"f{at}", "name": draw(_TEXT)} for at, one in enumerate(factors)]
    parameters = [{"name": f"p{at}", "value": one} for at, one in enumerate(draw(st.lists(_FIGURE, max_size=2)))]
    lines = []
    for body in draw(st.lists(_LINE, min_size=1, max_size=4, unique_by=lambda one: one["id"])):
        ways: list[dict[str, Any]] = [{"amount": draw(_FIGURE)}]
        if parameters and "uncertainty" not in body:
            ways.append({"formula": "p0 * 2"})
        weighed = [{"factor": draw(_ID)}, {"own": draw(_OWN)}, *({"factor": f"own/{one['id']}"} for one in shared)]
        lines.append({**body, **draw(st.sampled_from(ways)), **draw(st.sampled_from(weighed))})
    balance = draw(
        st.lists(
            st.fixed_dictionaries({"role": st.just("input"), "name": _TEXT, "mass": _FIGURE, "unit": st.just("t")}),
            max_size=2,
        )
    )
    omitted = [{"stage": one, "reason": draw(_TEXT)} for one in draw(st.permutations(["use", "end_of_life", "x"]))[:2]]
    return study(*lines, factors=shared, parameters=parameters, balance=balance, omitted=omitted, maker=draw(_TEXT))


@given(_studies())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_study_comes_back_from_its_workbook_as_it_was(data: dict[str, Any]) -> None:
    first = read(data)

    found = _back(data)

    assert found.problems == ()
    assert found.study is not None
    assert found.study.hash == first.hash


@pytest.mark.parametrize(
    ("scheme", "mark"),
    [(books.STANDARD, "b6a5d01f7567674e"), ("jinhuanhan-2025-344", "c221d189d53623eb"), ("ganhuanqihouzi-2025-376", "2a42280f50eda71a")],
)  # fmt: skip
def test_a_workbook_of_the_first_version_still_has_its_heads(scheme: str, mark: str) -> None:
    found = shipped().scheme(scheme)

    assert found is not None
    assert fingerprint(layout(shipped(), found, 1)) == mark


@pytest.mark.parametrize("data", [_SIX, _SHARING], ids=["six-stages", "system"])
def test_a_workbook_of_the_first_version_is_still_read(data: Any) -> None:
    scheme = shipped().scheme(data["stages"])
    assert scheme is not None
    found = read_workbook(_first_version(data, scheme), shipped(), read(data))

    assert found.problems == ()
    assert found.study == read(data)


def _first_version(data: Any, scheme: Any) -> list[Any]:
    """The workbook as the first version would have written it: its sheets and columns alone."""
    new, old = layout(shipped(), scheme), layout(shipped(), scheme, 1)
    sheets = books.tables(books.book(read(data), scheme.id))
    for before, after in zip(old, new, strict=False):
        kept = [one.path for one in before.columns]
        sheet = next(one for one in sheets if one.name == after.name)
        heads = {one.path: one.head for one in before.columns}
        if after.is_form:
            top, body = sheet.rows[:3], sheet.rows[3:]
            answers = {one.path: row for one, row in zip(after.columns, body, strict=False)}
            sheet.rows[:] = [*top, *([heads[path], answers[path][1]] for path in kept)]
        elif after.columns:
            at = [[one.path for one in after.columns].index(path) for path in kept]
            rows = [[row[one] if one < len(row) else None for one in at] for row in sheet.rows[3:]]
            sheet.rows[:] = [*sheet.rows[:2], [heads[path] for path in kept], *rows]
    meta = next(one for one in sheets if one.name == "_meta")
    meta.rows[0][:3] = ["footprint-workbook/1", scheme.id, fingerprint(old)]
    return [one for one in sheets if one.name in {sheet.name for sheet in old} | {"_meta"}]
