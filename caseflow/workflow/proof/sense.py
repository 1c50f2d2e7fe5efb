"""What is well formed and still cannot be meant: two things at once, what comes too late, what nobody can tell apart."""

from __future__ import annotations

import re

from caseflow.workflow.days.periods import days
from caseflow.workflow.definition import Definition
from caseflow.workflow.many import Letter
from caseflow.workflow.parts import Call, Text
from caseflow.workflow.problems import Place
from caseflow.workflow.procedure import Action, State
from caseflow.workflow.proof.routes import decision_of
from caseflow.workflow.proof.walking import inside
from caseflow.workflow.registers import ISSUE, RegisterCall
from caseflow.workflow.report import Report, paths
from caseflow.workflow.running import in_state

_PLACE = re.compile(r"\{([a-z][a-z0-9_.]*)[^{}]*\}", re.ASCII)
_BRACES = re.compile(r"\{[^{}]*\}")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_TAKES = ("hold", "count", "commit")
IN_BLOCKS = {
    "draw_experts": ("draw", "seats"), "recuse_expert": ("draw", "seats"), "sign_draw": ("draw",),
    "sign_pledges": ("pledges",), "score_member": ("sheets",), "change_score": ("sheets",),
    "draft_opinion": ("opinion",), "sign_panel": ("opinion",), "note_unsigned": ("opinion",),
    "settle_fees": ("fees",), "confirm_fee": ("fees",), "mark_fees_paid": ("fees",),
}  # fmt: skip
"""By effect on a panel the blocks of a letter that show what it has done."""


def check(report: Report) -> None:
    for state in report.definition.states.values():
        _routes(report, state)
        _titles(report, state)
    for place, _, action in report.actions():
        _order(report, place, action)
        _ways(report, place, action)
    for panel in report.definition.panels.values():
        if panel.reserves == 0 and panel.avoid and panel.aggregate.min_scores == panel.size:
            report.say("quorum_without_spare", ("panels", panel.id), level="warning", size=panel.size)
    for letter in report.definition.letters.values():
        _announced(report, letter)
    _states(report)
    _quotas(report)
    for place, text in inside(report.definition):
        if not isinstance(text, Text):
            continue
        if text.zh == text.en and _CHINESE.search(text.zh):
            report.say("not_translated", place, level="warning", text=text.zh[:40])
        if not _is_filled(place):
            _empty(report, place, text.zh + text.en)
    for place, _, action in report.actions():
        for number, call in enumerate(action.then):
            said = call.argument.get("text") if call.name == "notify" and isinstance(call.argument, dict) else None
            if isinstance(said, dict):
                _empty(report, (*place, "then", number, call.name, "text"), "".join(map(str, said.values())))


def timed(report: Report) -> None:
    """What others owe in a state is due before its clock runs out."""
    for state in report.definition.states.values():
        limits = [one.clock.limit for one in in_state(report.definition, state.id) if one.clock.limit is not None]
        limit = min(limits, key=days, default=None)
        for duty in state.duties.values():
            if limit is not None and duty.limit is not None and duty.on_entry and days(duty.limit) > days(limit):
                at: Place = ("states", state.id, "duties", duty.id, "limit")
                report.say("duty_beyond_clock", at, level="warning", limit=duty.limit, clock=limit)


def _routes(report: Report, state: State) -> None:
    """The system never has two ways to choose from."""
    seen: set[tuple[str, str]] = set()
    for number, rule in enumerate(state.when_linked):
        if (rule.link, rule.reaches) in seen:
            report.say("two_routes", ("states", state.id, "when_linked", number), name=rule.do)
        seen.add((rule.link, rule.reaches))
    if state.publicity is not None and state.when_linked:
        report.say("two_timers", ("states", state.id, "when_linked"), level="warning", name=state.id)


def _titles(report: Report, state: State) -> None:
    """Who chooses between two buttons must be able to tell them apart."""
    seen: dict[tuple[str, str], str] = {}
    for action in report.definition.actions_in(state.id):
        if action.system or action.moved_by:
            continue
        for role in report.definition.by(state.id, action):
            other = seen.setdefault((action.title.zh, role), action.id)
            if other != action.id:
                at: Place = ("states", state.id, "actions", action.id, "title")
                report.say("same_title", at, level="warning", name=action.id, other=other, title=action.title.zh)
                return


def _states(report: Report) -> None:
    seen: dict[str, str] = {}
    for state in report.definition.states.values():
        other = seen.setdefault(state.title.zh, state.id)
        if other != state.id:
            at: Place = ("states", state.id, "title")
            report.say("same_title", at, level="warning", name=state.id, other=other, title=state.title.zh)


def _order(report: Report, place: Place, action: Action) -> None:
    """A letter is issued after what it tells has been done."""
    issued: list[Letter] = []
    for number, call in enumerate(action.then):
        for letter in issued:
            if _tells(report.definition, letter, call):
                at: Place = (*place, "then", number)
                report.say("effect_order", at, first=call.name, letter={"zh": letter.title.zh, "en": letter.title.en})
        if call.name == "issue" and call.argument in report.definition.letters:
            issued.append(report.definition.letters[call.argument])


def _tells(definition: Definition, letter: Letter, call: Call) -> bool:
    """Whether a letter tells what an effect brings about."""
    shown = _shown(letter)
    if call.name == "number_case":
        return "number" in shown
    if call.name == "extend_clock":
        return "due" in shown
    if call.name in IN_BLOCKS:
        return any(block.kind in IN_BLOCKS[call.name] and block.panel == call.argument for block in letter.blocks)
    if call.name in ("freeze", "amend_dossier"):
        return any(path.startswith("dossier.") or path in definition.dossier for path in shown)
    if call.name == "decide":
        return any(path.startswith(f"{call.argument}.") for path in shown)
    if call.name == ISSUE:
        meant = RegisterCall.read(call.argument)
        named = f"entry.{meant.register_}." if meant is not None else "entry."
        alone = len(definition.registers) == 1
        return any(path.startswith(named) or (alone and path.startswith("entry.")) for path in shown)
    return False


def _shown(letter: Letter) -> set[str]:
    """Every path that a letter tells."""
    texts = [block.text for block in letter.blocks if block.text is not None]
    written = {match for text in texts for match in _PLACE.findall(text.zh + text.en)}
    return written | {path for block in letter.blocks for path in block.fields}


def _ways(report: Report, place: Place, action: Action) -> None:
    """Every way of a route is one that its decision can say."""
    if action.route is None:
        return
    decision, output = decision_of(report.definition.decisions, action.route)
    if decision is None or output not in decision.outputs:
        return
    said = [row.then.get(output) for row in decision.rows]
    if decision.default is not None:
        said.append(decision.default.get(output))
    known = decision.outputs[output].choices
    if not all(value in known for value in said):
        return
    for choice in action.route.ways:
        if choice in known and choice not in said:
            report.say("way_never", (*place, "route", "ways", choice), level="warning", name=choice)


def _announced(report: Report, letter: Letter) -> None:
    """What is served by announcement is read by everybody."""
    if letter.service is None or "announcement" not in letter.service.ways:
        return
    known = paths(report.definition)
    for number, block in enumerate(letter.blocks):
        texts = block.text.zh + block.text.en if block.text is not None else ""
        for path in sorted({*block.fields, *_PLACE.findall(texts)}):
            if path in known and known[path].personal:
                at: Place = ("letters", letter.id, "blocks", number)
                report.say("personal_announced", at, level="warning", path=path)


def _quotas(report: Report) -> None:
    """A place is given back only where one can have been taken."""
    calls = [(place, call) for place, _, action in report.actions() for call in action.then]
    commits = report.definition.imports.commits if report.definition.imports is not None else ()
    for quota in report.definition.quotas:
        taken = quota in commits or any(call.name in _TAKES and call.argument == quota for _, call in calls)
        for place, call in calls:
            if call.name == "release" and call.argument == quota and not taken:
                report.say("release_untaken", (*place, "then"), level="warning", name=quota)


def _is_filled(place: Place) -> bool:
    """Whether the places of a text are filled in when it is shown: those of letters, and above and below a table."""
    return place[0] == "letters" or (place[0] == "tables" and place[-1] in ("header", "foot"))


def _empty(report: Report, place: Place, said: str) -> None:
    """A text that is shown as it was written holds no places."""
    found = _BRACES.search(said) if "{" in said else None
    if found is not None:
        report.say("place_unfilled", place, name=found[0])
