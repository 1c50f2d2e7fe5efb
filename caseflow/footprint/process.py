"""A process of the foreground: what goes in, what comes out, what is shared by its products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, cast

from caseflow.footprint.line import Line, read_line, read_shares
from caseflow.footprint.own import OwnFactor, read_own
from caseflow.footprint.parameters import computed, read_formula
from caseflow.footprint.plain import Part, decimal_text
from caseflow.footprint.uncertainty import Spread, read_spread

Role = Literal["product", "coproduct", "waste", "avoided", "treated"]
ROLES: tuple[Role, ...] = ("product", "coproduct", "waste", "avoided", "treated")
"""``product`` and ``coproduct`` share the burden; ``waste`` goes to its treatment; ``avoided`` spares another production
or, of a waste, its treatment; ``treated``: a waste that is taken in and whose treatment shares the burden too."""

Method = Literal["subdivision", "expansion", "physical", "economic", "shares"]
METHODS: tuple[Method, ...] = ("subdivision", "expansion", "physical", "economic", "shares")
"""In the order of ISO 14044: divide the process, expand the system (avoided products), share by a physical ``key``
(mass, energy, …), share by price; ``shares``: another key, its shares stated."""

KEYS = ("mass", "energy", "volume", "price")
"""Properties by which burdens are usually shared; a study may name others."""

MOST_PROCESSES = 2_000
MOST_EXCHANGES = 500


@dataclass(frozen=True, slots=True)
class Flow:
    """A product that a process takes in, puts out or treats.

    ``properties``: what one unit of it weighs, holds or costs (``mass`` kg, ``energy`` MJ, ``price``, …), for allocation.
    A waste or avoided product weighed by ``factor`` or ``own`` needs no process that treats or makes it.
    """

    product: str
    amount: Decimal
    unit: str
    role: Role | Literal[""] = ""
    name: str = ""
    formula: str = ""
    spread: Spread | None = None
    properties: MappingProxyType[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    factor: str = ""
    own: OwnFactor | None = None
    only: str = ""
    """Of an input: the one product that it serves."""
    shares: MappingProxyType[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    """Of an input: its own shares by product, in place of those of the process."""

    @property
    def by_factor(self) -> bool:
        return bool(self.factor) or self.own is not None

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"product": self.product, "unit": self.unit}
        body |= {"formula": self.formula} if self.formula else {"amount": decimal_text(self.amount)}
        body |= {name: text for name in ("role", "name", "factor", "only") if (text := getattr(self, name))}
        if self.spread:
            body["uncertainty"] = self.spread.as_json()
        if self.properties:
            body["properties"] = {name: decimal_text(value) for name, value in self.properties.items()}
        if self.shares:
            body["shares"] = {product: decimal_text(value) for product, value in self.shares.items()}
        if self.own:
            body["own"] = self.own.as_json()
        return body


@dataclass(frozen=True, slots=True)
class Allocation:
    """How the burden of a process falls on its products, and why so. ``shares``: by product, for the method of that name."""

    method: Method
    key: str = ""
    shares: MappingProxyType[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    justification: str = ""

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"method": self.method}
        body |= {name: text for name in ("key", "justification") if (text := getattr(self, name))}
        if self.shares:
            body["shares"] = {name: decimal_text(value) for name, value in self.shares.items()}
        return body


@dataclass(frozen=True, slots=True)
class Process:
    """A process: its flows are in any common measure (a run, a year); the system finds how much of it is needed.

    ``treats``: the waste whose treatment is what the process is for; it stands in place of a product.
    """

    id: str
    name: str
    stage: str
    outputs: tuple[Flow, ...] = ()
    inputs: tuple[Flow, ...] = ()
    treats: Flow | None = None
    lines: tuple[Line, ...] = ()
    allocation: Allocation | None = None

    @property
    def functions(self) -> tuple[Flow, ...]:
        """What the process is for: its products and co-products, and the waste that it treats."""
        made = tuple(flow for flow in self.outputs if flow.role in ("product", "coproduct", "treated"))
        return (*((self.treats,) if self.treats else ()), *made)

    @property
    def treated(self) -> tuple[str, ...]:
        """The wastes that it takes in to treat them."""
        first = (self.treats.product,) if self.treats else ()
        return first + tuple(flow.product for flow in self.outputs if flow.role == "treated")

    @property
    def activity(self) -> Iterator[Line]:
        """Its lines, and a line for each waste or avoided product that is weighed by a factor."""
        yield from self.lines
        for flow in self.outputs:
            if flow.role in ("waste", "avoided") and flow.by_factor:
                avoided = flow.role == "avoided"
                yield Line(
                    id=f"{self.id}.{flow.product}",
                    stage=self.stage,
                    name=flow.name or flow.product,
                    amount=-flow.amount if avoided else flow.amount,
                    unit=flow.unit,
                    factor=flow.factor,
                    own=flow.own,
                    credit=avoided,
                    process=self.id,
                    spread=mirrored(flow.spread) if avoided else flow.spread,
                    formula=f"-({flow.formula})" if avoided and flow.formula else flow.formula,
                )

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "stage": self.stage,
            "outputs": [flow.as_json() for flow in self.outputs],
            "inputs": [flow.as_json() for flow in self.inputs],
            "lines": [line.as_json() for line in self.lines],
        }
        if self.treats:
            body["treats"] = self.treats.as_json()
        if self.allocation:
            body["allocation"] = self.allocation.as_json()
        return body


def mirrored(spread: Spread | None) -> Spread | None:
    """The spread of minus the figure."""
    if spread is None or spread.low is None or spread.high is None:
        return spread
    return replace(spread, low=-spread.high, high=-spread.low)


def read_process(part: Part, values: Mapping[str, Decimal], most_lines: int) -> Process:
    """A process from plain data; ``values``: the study's parameters."""
    outputs = tuple(_read_flow(one, values, "output") for one in part.parts("outputs", MOST_EXCHANGES, least=0))
    treats = _read_flow(part.part("treats"), values, "treated") if part.has("treats") else None
    products = tuple(flow.product for flow in outputs) + ((treats.product,) if treats else ())
    stage = part.id("stage")
    process = part.id()
    found = Process(
        id=process,
        name=part.text("name"),
        stage=stage,
        outputs=outputs,
        inputs=tuple(
            _read_flow(one, values, "input", products) for one in part.parts("inputs", MOST_EXCHANGES, least=0)
        ),
        treats=treats,
        lines=tuple(
            read_line(one, values, stage=stage, process=process, products=products)
            for one in part.parts("lines", most_lines, least=0)
        ),
        allocation=_read_allocation(part.part("allocation")) if part.has("allocation") else None,
    )
    if not found.functions:
        part.problem("footprint.process_without_product", "outputs")
    for product in sorted({one for one in products if products.count(one) > 1}):
        part.problem("footprint.twice", "outputs", got=product)
    part.close()
    return found


def _read_flow(
    part: Part,
    values: Mapping[str, Decimal],
    place: Literal["output", "input", "treated"],
    products: tuple[str, ...] = (),
) -> Flow:
    formula, tree = read_formula(part)
    if tree is not None:
        amount = computed(part, tree, values)
        if part.has("amount"):
            part.problem("footprint.value_and_formula", "formula")
    else:
        amount = Decimal(1) if formula else part.number("amount")
    if amount <= 0:
        part.problem("footprint.not_positive", "amount", got=decimal_text(amount))
    is_output = place == "output"
    flow = Flow(
        product=part.id("product"),
        amount=amount,
        unit=part.unit(),
        role=cast("Role", part.choice("role", ROLES, default="product")) if is_output else "",
        name=part.text("name", optional=True),
        formula=formula,
        spread=read_spread(part.part("uncertainty"), amount) if part.has("uncertainty") else None,
        properties=MappingProxyType(part.numbers("properties")) if place != "input" else MappingProxyType({}),
        factor=part.text("factor", 161, optional=True) if is_output else "",
        own=read_own(part.part("own")) if is_output and part.has("own") else None,
        only=part.choice("only", products, default="") if place == "input" else "",
        shares=read_shares(part, products) if place == "input" else MappingProxyType({}),
    )
    if formula and flow.spread:
        part.problem("footprint.spread_of_formula", "uncertainty")
    if flow.by_factor and (flow.role not in ("waste", "avoided") or (flow.factor and flow.own)):
        part.problem("footprint.flow_factor", "factor")
    for name, value in flow.properties.items():
        if value < 0:
            part.problem("footprint.not_positive", f"properties.{name}", got=decimal_text(value))
    part.close()
    return flow


def _read_allocation(part: Part) -> Allocation:
    found = Allocation(
        method=cast("Method", part.choice("method", METHODS)),
        key=part.optional_id("key"),
        shares=MappingProxyType(part.numbers("shares")),
        justification=part.text("justification", 4000, optional=True),
    )
    part.close()
    return found
