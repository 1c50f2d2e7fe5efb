"""A workflow with two panels: each act is about the one that it names, wherever that stands in the file."""

from __future__ import annotations

from caseflow.cases import ground as grounds
from caseflow.cases import view
from caseflow.cases.vocabulary import vocabulary
from caseflow.people.rights import Actor
from caseflow.web.act_context import panel_of
from caseflow.workflow.reader import read_text
from tests.cases.drawn import drawing
from tests.cases.world import HERE, World


def with_two_panels(world: World) -> str:
    """The meeting whose panel is drawn, and before it in the file another panel; returns its name."""
    text = (HERE / "toy-drawn.yaml").read_text("utf-8")
    start, end = text.index("  jury:\n"), text.index("letters:\n")
    jury = text[start:end].splitlines(keepends=True)
    kept = [line for line in jury if not line.strip().startswith(("lot:", "reserves:", "objections:"))]
    other = "".join(kept).replace("jury:", "advisers:").replace("专家组", "顾问组").replace("Jury", "Advisers")
    text = text[:start] + other + text[start:]
    changed = text.replace("workflow: toy-drawn", "workflow: toy-drawn-two").replace("CQ-{year}", "CP-{year}")
    with world.database.write() as tx:
        grounds.publish(tx, [read_text(changed, vocabulary=vocabulary())])
    return "toy-drawn-two"


def panels_of(world: World, case_id: int, actor: Actor) -> dict[str, str | None]:
    with world.database.read() as tx:
        found = view.load(tx, world.ground, actor, case_id)
        state = found.definition.states[found.row["state"]]
        return {action.id: panel_of(found, action) for action in state.actions.values()}


def test_an_act_is_about_the_panel_that_it_names_and_not_the_first_of_the_file(world: World) -> None:
    found = drawing(world, workflow=with_two_panels(world))
    preparing = panels_of(world, found.host, found.office)
    found.draw()
    invited = panels_of(world, found.host, found.office)

    assert preparing["include"] is None
    assert {name: preparing[name] for name in ("commit", "freeze", "draw")} == dict.fromkeys(
        ("commit", "freeze", "draw"), "jury"
    )
    assert set(invited.values()) == {"jury"}
