"""The picture of a procedure as a Mermaid state diagram, for documents that draw it themselves."""

from __future__ import annotations

from caseflow.words import Language, pick, text
from caseflow.workflow.definition import Definition
from caseflow.workflow.drawing.picture import Picture, beginning, picture


def mermaid(definition: Definition, language: Language = "zh") -> str:
    """Every state and move, what is owed, and where cases begin."""
    seen = picture(definition, language)
    out = ["stateDiagram-v2", f"    [*] --> {definition.first_state}"]
    for state in definition.states.values():
        title = pick(state.title, language).replace('"', "'").replace("\n", " ")
        out.append(f'    state "{title}" as {state.id}')
    for node in seen.nodes:
        out += [f"    [*] --> {node.id}: {_plain(said)}" for said in beginning(definition, node.id, language)]
        owed = (badge.text for badge in node.badges if badge.kind == "duty")
        out += [f"    note right of {node.id}: {_plain(said)}" for said in owed]
    for move in seen.moves:
        out += [f"    {move.source} --> {move.target}: {_plain(label)}" for label in move.labels]
    out += [f"    {node.id} --> [*]" for node in seen.nodes if node.final]
    return "\n".join([*out, *_anywhere(seen)]) + "\n"


def _anywhere(seen: Picture) -> list[str]:
    if not seen.anywhere:
        return []
    actions = ("；" if seen.language == "zh" else "; ").join(seen.anywhere)
    return [f"    %% {text('workflow.drawn_anywhere', seen.language, actions=actions)}"]


def _plain(label: str) -> str:
    """One line without the sign that ends a label."""
    return label.replace(":", "：").replace("\n", " ")
