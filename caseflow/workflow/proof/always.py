"""Does what a definition promises hold on every way; if not, the shortest story on which it breaks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from caseflow.workflow.definition import Definition
from caseflow.workflow.graph import Spot, Step, action_ids, starts, told
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action
from caseflow.workflow.promises import ENDED, HELD, SHAPES, Always, Happening
from caseflow.workflow.proof.exploring import MOST, Explored, Question, Scene, Watch, bounded_acts, explore, statuses
from caseflow.workflow.proof.story import Both, called, story
from caseflow.workflow.report import Report

_BROKEN = {
    frozenset({"never", "before"}): "always_broken",
    frozenset({"never", "until"}): "always_too_early",
    frozenset({"never", "while"}): "always_meanwhile",
    frozenset({"at_most_once"}): "more_than_once",
    frozenset({"never_both"}): "always_both",
    frozenset({"after", "eventually"}): "always_never_done",
    frozenset({"different_person"}): "always_same_person",
}


def check(report: Report) -> None:
    """Every promise of the definition; those that cannot be told within the bound, shared by all, are said to be open."""
    left = MOST
    for number, rule in enumerate(report.definition.always):
        place: Place = ("always", number)
        if rule.shape not in SHAPES or len(rule.never_both) == 1 or len(rule.different_person) == 1:
            report.say("always_shape", place)
        elif _known(report, rule, place):
            left = max(1, left - _prove(report, rule, place, left))


def _known(report: Report, rule: Always, place: Place) -> bool:
    """Whether everything that is named exists."""
    acts = action_ids(report.definition)
    known = True
    for key, what in rule.happenings:
        if isinstance(what, dict):
            known = _effect_known(report, what, (*place, key)) and known
        else:
            names = acts if key == "different_person" else [*report.definition.states, *acts]
            known = report.known("unknown_action", what, names, (*place, key)) and known
    if rule.while_ is not None:
        known = _condition_known(report, rule.while_, (*place, "while")) and known
    return known


def _effect_known(report: Report, what: dict[str, str], place: Place) -> bool:
    definition = report.definition
    if len(what) != 1:
        report.say("always_shape", place)
        return False
    ((name, said),) = what.items()
    if name == ENDED:
        shown = [state.id for state in definition.states.values() if state.publicity is not None]
        return report.known("unknown_state", said, shown, (*place, name))
    if not report.known("unknown_effect", name, [*report.vocabulary.effects, ENDED], (*place, name)):
        return False
    named: dict[str, Collection[str]] = {
        "quota": definition.quotas, "letter": definition.letters, "register": definition.registers,
    }  # fmt: skip
    kind = report.vocabulary.effects[name].argument
    if kind in named:
        return report.known(f"unknown_{kind}", said, named[kind], (*place, name))
    return True


def _condition_known(report: Report, what: Happening, place: Place) -> bool:
    definition = report.definition
    if isinstance(what, str):
        return report.known("unknown_state", what, definition.states, place)
    if len(what) != 1 or next(iter(what)) not in (HELD, *statuses()):
        report.say("always_shape", place)
        return False
    ((name, said),) = what.items()
    if name == HELD:
        return report.known("unknown_quota", said, definition.quotas, (*place, name))
    return report.known("unknown_register", said, definition.registers, (*place, name))


def _prove(report: Report, rule: Always, place: Place, most: int) -> int:
    """Say where a promise breaks; how many situations were looked at."""
    definition = report.definition
    names = tuple(what for _, what in rule.happenings)
    condition = rule.while_ if isinstance(rule.while_, dict) else {}
    watch = Watch(
        names,
        tuple(said for name, said in condition.items() if name == HELD),
        tuple(said for name, said in condition.items() if name != HELD),
        tuple(one for one in bounded_acts(definition) if one[0] in names),
        anew=rule.after is not None,
    )
    found = _first(definition, rule) or explore(
        definition, watch, starts(definition), _question(definition, rule), most
    )
    seen = len(found.before)
    if found.wrong is None and found.decided:
        return seen
    values: dict[str, Both] = {
        key: called(definition, what) for key, what in rule.happenings if key not in ("never_both", "different_person")
    }
    if rule.while_ is not None:
        values["while"] = called(definition, rule.while_)
    if found.wrong is None:
        report.say("always_not_decided", place, level="warning", limit=seen)
        return seen
    pair = [called(definition, what) for what in (*rule.never_both, *rule.different_person)]
    listed = [called(definition, what) for what in rule.eventually]
    said: dict[str, Any] = {
        **values, "pair": pair, "eventually": listed, "name": values.get("at_most_once", ""),
        "way": told(found.wrong) or str(rule.never), "story": story(definition, found.wrong),
    }  # fmt: skip
    report.say(_BROKEN[rule.shape], place, **said)
    return seen


def _first(definition: Definition, rule: Always) -> Explored | None:
    """Where a case begins there was nothing before it."""
    begun = [spot.state for spot in starts(definition)]
    earlier = rule.before or rule.until
    if earlier is not None and rule.never in begun and earlier != rule.never:
        return Explored(wrong=())
    if earlier is not None and earlier == rule.never:
        return Explored(wrong=())
    return None


def _question(definition: Definition, rule: Always) -> Question:
    """What would break a promise. The happenings are numbered in the order of ``Always.happenings``."""
    shape = rule.shape
    if shape in ({"never", "before"}, {"never", "until"}):
        return lambda scene, _, now: 0 in now and 1 not in now and 1 not in scene.memory.happened
    if shape == {"at_most_once"}:
        return lambda scene, _, now: 0 in now and 0 in scene.memory.happened
    if shape == {"never_both"}:
        return lambda scene, _, now: bool(now) and len(now | scene.memory.happened) > 1
    if shape == {"after", "eventually"}:
        return lambda scene, step, now: _left_undone(definition, scene, step, now)
    if shape == {"different_person"}:
        return lambda scene, step, now: _same(definition, rule.different_person, scene, step, now)
    return lambda scene, _, now: 0 in now and _stands(rule.while_, scene)


def _left_undone(definition: Definition, scene: Scene, step: Step, now: frozenset[int]) -> bool:
    """Whether a case ends here although what was owed has not happened since."""
    happened = now if 0 in now else now | scene.memory.happened
    return definition.states[step.to.state].final and happened == {0}


def _stands(condition: Happening | None, scene: Scene) -> bool:
    if isinstance(condition, dict):
        ((name, said),) = condition.items()
        return said in scene.memory.held if name == HELD else scene.memory.entries == (name,)
    return scene.spot.state == condition


def _same(definition: Definition, acts: tuple[str, ...], scene: Scene, step: Step, now: frozenset[int]) -> bool:
    """Whether who did one of the acts before may do this one."""
    for number in now:
        action = definition.action(step.at.state, step.action)
        if action is None or action.id != acts[number] or action.system or action.moved_by:
            continue
        for other in scene.memory.happened - {number}:
            if not _kept_apart(definition, action, step.at, acts[other]):
                return True
    return False


def _kept_apart(definition: Definition, action: Action, spot: Spot, other: str) -> bool:
    """By ``not_by``, or because every pair of their roles is kept apart on a case."""
    if other in action.not_by:
        return True
    theirs = [
        (state, found)
        for state in definition.states
        if (found := definition.action(state, other)) is not None and not (found.system or found.moved_by)
    ]
    mine = definition.by(spot.state, action)
    other_roles = {role for state, found in theirs for role in definition.by(state, found)}
    return all(_apart(definition, one, role) for role in other_roles for one in mine)


def _apart(definition: Definition, one: str, other: str) -> bool:
    groups: Iterable[tuple[str, ...]] = (rule.roles for rule in definition.never_both)
    return one != other and any(one in roles and other in roles for roles in groups)
