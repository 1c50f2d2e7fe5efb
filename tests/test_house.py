"""The laws of the house that neither ruff nor import-linter can express, read off the syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from caseflow.config import ROOT
from tests.source import PACKAGE, Source, last_name, sources

DOOR = "cases/act.py"
HINGE = "cases/entry.py"
"""Writes the row and its journal entry together, for the door alone."""
EDGES = (
    "web/", "api/", "worker.py", "demo.py", "cli/", "app.py",
)  # fmt: skip
GROUND = "db.py"
LONGEST = 400
HEAVY = {"transitions": "workflow/machine.py", "weasyprint": "press.py", "apscheduler": "worker.py"}
DRAWERS = {"services", "repositories", "helpers", "common", "utils", "utils.py", "helpers.py", "common.py"}


def is_edge(source: Source) -> bool:
    return source.name.startswith(EDGES)


# --- one door -------------------------------------------------------------------------------------------------------


def assigned(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
            yield node.target


def is_text(node: ast.AST, value: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


def sets_state(target: ast.expr) -> bool:
    if isinstance(target, ast.Subscript):
        return is_text(target.slice, "state")
    return isinstance(target, ast.Attribute) and target.attr == "state"


def names_state(argument: ast.expr) -> bool:
    """``"state"`` itself, or a mapping that has it as a key."""
    keys = argument.keys if isinstance(argument, ast.Dict) else [argument]
    return any(key is not None and is_text(key, "state") for key in keys)


def test_only_the_door_sets_a_state() -> None:
    found = [
        source.at(node)
        for source in sources()
        if source.name != DOOR
        for node in assigned(source.tree)
        if sets_state(node)
    ]
    found += [
        source.at(call)
        for source in sources()
        if source.name != DOOR
        for call in source.calls("setattr", "__setattr__", "setdefault", "update", "values")
        if any(names_state(argument) for argument in call.args) or any(word.arg == "state" for word in call.keywords)
    ]

    assert found == []


def names_of_the_case_table(source: Source) -> set[str]:
    """What the table ``case`` is called in a file: in the models, and under other names where it is imported."""
    models = next((other for other in sources() if other.name == "cases/models.py"), None)
    own = {
        target.id
        for node in (ast.walk(models.tree) if models else ())
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and last_name(node.value.func) == "Table"
        if is_text(node.value.args[0], "case")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    renamed = {
        alias.asname
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in own and alias.asname
    }
    return own | renamed


def test_the_case_table_is_found() -> None:
    models = next(source for source in sources() if source.name == "cases/models.py")

    assert len(names_of_the_case_table(models)) == 1


def test_only_the_door_uses_its_hinge() -> None:
    hinge = [
        source.at(call)
        for source in sources()
        if source.name != DOOR
        for call in source.calls("write")
        if isinstance(call.func, ast.Attribute) and last_name(call.func.value) == "entry"
    ]
    imported_names = [
        source.at(node)
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "caseflow.cases.entry"
        if any(alias.name == "write" for alias in node.names)
    ]

    assert hinge + imported_names == []


def test_only_the_door_writes_the_case_table() -> None:
    found = []
    for source in sources():
        if source.name in {DOOR, HINGE}:
            continue
        tables = names_of_the_case_table(source)
        for call in source.calls("insert", "update", "delete"):
            method_of = last_name(call.func.value) if isinstance(call.func, ast.Attribute) else ""
            if method_of in tables or any(last_name(argument) in tables for argument in call.args):
                found.append(source.at(call))
        statement = re.compile(r'\b(update|insert\s+into|delete\s+from|replace\s+into)\s+"?case"?\b', re.IGNORECASE)
        found += [source.at(text) for text in source.strings() if statement.search(str(text.value))]

    assert found == []


# --- the edge owns the transaction ----------------------------------------------------------------------------------


def ends_or_begins(call: ast.Call) -> bool:
    """A transaction's own methods take no argument (``quotas.commit(move, …)`` is another thing)."""
    own_method = isinstance(call.func, ast.Attribute) and not call.args and not call.keywords
    return own_method or last_name(call.func) == "Database"


def test_inner_code_neither_begins_nor_ends_a_transaction() -> None:
    found = [
        source.at(call)
        for source in sources()
        if not is_edge(source) and source.name != GROUND
        for call in source.calls("commit", "rollback", "begin", "Database")
        if ends_or_begins(call)
    ]

    assert found == []


def opens(node: ast.expr) -> bool:
    """``database.read()`` or ``database.write()``: no file is opened by these names without an argument."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"read", "write"}
        and not node.args
        and not node.keywords
    )


def test_inner_code_opens_no_database() -> None:
    found = []
    for source in sources():
        if is_edge(source) or source.name == GROUND:
            continue
        for node in ast.walk(source.tree):
            managers: list[ast.expr] = []
            if isinstance(node, ast.With | ast.AsyncWith):
                managers = [item.context_expr for item in node.items]
            elif isinstance(node, ast.Call) and last_name(node.func) == "enter_context":
                managers = list(node.args)
            found += [source.at(node) for manager in managers if opens(manager)]

    assert found == []


def test_only_the_ground_makes_an_engine() -> None:
    found = [
        source.at(call)
        for source in sources()
        if source.name != GROUND
        for call in source.calls("create_engine", "engine_from_config", "sessionmaker", "scoped_session")
    ]

    assert found == []


# --- one clock ------------------------------------------------------------------------------------------------------


def asks_the_time(node: ast.AST) -> bool:
    if not isinstance(node, ast.Attribute):
        return False
    owner = last_name(node.value)
    return (owner, node.attr) in {
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("datetime", "today"),
        ("date", "today"),
        ("time", "time"),
        ("time", "time_ns"),
        ("time", "localtime"),
        ("time", "gmtime"),
        ("func", "now"),
        ("func", "current_timestamp"),
        ("func", "current_date"),
    }


def test_only_the_clock_asks_the_time() -> None:
    found = [
        source.at(node)
        for source in sources()
        if source.name != "clock.py"
        for node in ast.walk(source.tree)
        if asks_the_time(node)
    ]

    assert found == []


# --- imports, exceptions to rules, sizes ----------------------------------------------------------------------------


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    return [(node.module or "").split(".")[0]] if isinstance(node, ast.ImportFrom) else []


@pytest.mark.parametrize("library", sorted(HEAVY))
def test_a_heavy_library_is_known_to_one_file(library: str) -> None:
    found = {source.name for source in sources() for node in ast.walk(source.tree) if library in imported(node)}

    assert found - {HEAVY[library]} == set()


def test_an_import_inside_a_function_gives_its_reason() -> None:
    found = [
        source.at(node)
        for source in sources()
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        if not re.search(r"# noqa: PLC0415 -- \w+", source.text.splitlines()[node.lineno - 1])
    ]

    assert found == []


def test_an_exception_to_a_rule_names_the_rule_and_its_reason() -> None:
    found = [
        f"{source.name}:{number}: {line.strip()}"
        for source in sources()
        for number, line in enumerate(source.text.splitlines(), 1)
        if ("# noqa" in line and not re.search(r"# noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* -- \w+", line))
        or ("# type: ignore" in line and not re.search(r"# type: ignore\[[\w, -]+\]  # (noqa: .* -- )?\w+", line))
    ]

    assert found == []


def test_no_file_is_longer_than_one_can_read() -> None:
    found = {source.name: lines for source in sources() if (lines := len(source.text.splitlines())) > LONGEST}

    assert found == {}


def test_a_package_says_nothing_of_its_own() -> None:
    found = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("__init__.py") if path.read_text("utf-8")]

    assert found == []


def test_every_folder_of_code_is_a_package() -> None:
    found = sorted(
        {
            path.parent.relative_to(PACKAGE).as_posix()
            for path in PACKAGE.rglob("*.py")
            if not (path.parent / "__init__.py").exists()
        }
    )

    assert found == []


def test_there_is_no_drawer() -> None:
    found = [path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*") if path.name in DRAWERS]

    assert found == []
