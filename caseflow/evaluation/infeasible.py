"""Why no panel can be made: which limit cannot be kept, and by how many people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caseflow.evaluation.counting import exists
from caseflow.evaluation.filters import Pool
from caseflow.evaluation.limits import Limit, Limits
from caseflow.evaluation.pool import Rule
from caseflow.words import Message

QUICK = 10
"""The part of the usual effort for each of the many questions of an explanation."""


def shortages(rule: Rule, pool: Pool, limits: Limits) -> tuple[Message, ...]:
    """What each limit lacks, taken by itself, and the pool for size and reserves. Empty where nothing is seen."""
    people = [one.id for one in pool.eligible]
    found = list(_of_the_pool(rule, pool))
    for one in limits.every:
        if len(one.group) < one.low:
            values = {"limit": one.name(), "have": len(one.group), "lack": one.low - len(one.group)}
            found.append(Message("draw.too_few_in_group", values))
        over = max(one.low - rule.size, -one.high)
        if over > 0:
            found.append(Message("draw.asks_more_than_seats", {"limit": one.name(), "lack": over}))
        outside = len(people) - len(one.group)
        if one.high >= 0 and one.kind != "employer" and len(people) >= rule.size > outside + one.high:
            values = {"limit": one.name(), "outside": outside, "lack": rule.size - outside - one.high}
            found.append(Message("draw.too_few_outside", values))
    asked = sum(one.low for one in limits.every if one.kind == "region")
    if asked > rule.size:
        values = {"asked": asked, "size": rule.size, "lack": asked - rule.size}
        found.append(Message("draw.regions_ask_too_much", values))
    fields = [one for one in limits.every if one.kind == "field"]
    met, wanted = _met_by_the_widest(rule, pool), sum(one.low for one in fields)
    each_can = all(one.low <= min(len(one.group), rule.size) for one in fields)
    if each_can and len(people) >= rule.size and met < wanted:
        values = {"asked": wanted, "size": rule.size, "most": met, "lack": wanted - met}
        found.append(Message("draw.fields_ask_too_much", values))
    if len(people) >= rule.size and (most := _most_by_employer(pool, rule)) < rule.size:
        values = {"per_employer": rule.per_employer, "most": most, "size": rule.size, "lack": rule.size - most}
        found.append(Message("draw.too_few_employers", values))
    return tuple(found)


def together(limits: Limits, people: Sequence[str]) -> tuple[Message, ...]:
    """Why limits that can each be kept cannot be kept together: each one that stands in the way, and by how many.

    A limit is named where a panel could be made if it alone were loosened; by the smallest number that suffices.
    """
    employers = [number for number, one in enumerate(limits.every) if one.kind == "employer"]
    groups = [[number] for number, one in enumerate(limits.every) if one.kind != "employer"]
    found = []
    for numbers in (*groups, *([employers] if employers else [])):
        if exists(limits.without(numbers), people, QUICK):
            values = {"limit": _named(limits, numbers), "lack": _smallest(limits, numbers, people)}
            found.append(Message("draw.stands_in_the_way", values))
    if found:
        return (Message("draw.not_together"), *found)
    return (none_together(limits),)


def none_together(limits: Limits) -> Message:
    """That no panel keeps these limits, each named; the one of the employers once."""
    employers = [number for number, one in enumerate(limits.every) if one.kind == "employer"]
    shown = [*(one.name() for one in limits.every if one.kind != "employer")]
    return Message("draw.none_together", {"limits": [*shown, *([_named(limits, employers)] if employers else [])]})


def of_vacancy(limits: Limits, seated: Sequence[str], queue: Sequence[str]) -> tuple[Message, ...]:
    """Why nobody of the queue can take the one empty seat: how many would break which limit."""
    if not queue:
        return (Message("draw.queue_empty"),)
    counted: dict[Limit, int] = {}
    for one in queue:
        for limit in limits.broken((*seated, one)):
            counted[limit] = counted.get(limit, 0) + 1
    return tuple(
        Message("draw.would_break", {"limit": limit.name(), "people": people, "queue": len(queue)})
        for limit, people in counted.items()
    )


def _of_the_pool(rule: Rule, pool: Pool) -> Iterator[Message]:
    needed = rule.size + rule.reserves
    if len(pool.eligible) < needed:
        why = [Message(f"draw.left_out.{reason}", {"people": people}) for reason, people in pool.counts().items()]
        values = {"have": len(pool.eligible), "needed": needed, "lack": needed - len(pool.eligible)}
        yield Message("draw.too_few", {**values, "why": why or [Message("draw.left_out.nobody")]})


def _most_by_employer(pool: Pool, rule: Rule) -> int:
    """How many can sit together at most, as people with one employer show it; others count as free."""
    if rule.per_employer is None:
        return len(pool.eligible)
    single: dict[str, int] = {}
    free = 0
    for one in pool.eligible:
        if len(set(one.employers)) == 1:
            single[one.employers[0]] = single.get(one.employers[0], 0) + 1
        else:
            free += 1
    return free + sum(min(count, rule.per_employer) for count in single.values())


def _met_by_the_widest(rule: Rule, pool: Pool) -> int:
    """How much of what the fields ask a panel meets whose members know the most of them."""
    asked = {one.key for one in rule.fields if one.at_least}
    known = sorted((len(asked & set(one.fields)) for one in pool.eligible), reverse=True)
    return sum(known[: rule.size])


def _named(limits: Limits, numbers: Sequence[int]) -> Message:
    first = limits.every[numbers[0]]
    return Message("draw.limit.employers", {"high": first.high}) if first.kind == "employer" else first.name()


def _smallest(limits: Limits, numbers: Sequence[int], people: Sequence[str]) -> int:
    """Loosened so far that it asks nothing more, it is as good as left out; and without it there is a panel."""
    most = limits.size + max(limits.every[number].low for number in numbers)
    return next(by for by in range(1, most + 1) if exists(limits.loosened(numbers, by), people, QUICK) is not False)
