"""What lies at the top of the tree, what is locked, and what no file may say."""

from __future__ import annotations

import re
import tomllib

import pytest

from caseflow.config import ROOT

FILES = {"pyproject.toml", "wsgi.py", "README.md", "Makefile", "requirements.lock", "LICENSE"}
FOLDERS = {"caseflow", "migrations", "workflows", "templates", "tests", "benchmarks", "docs"}
LOCAL = {"var", "caseflow.egg-info", "build", "dist", "htmlcov"}
"""Made on the spot and ignored by git."""
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def locked() -> dict[str, list[str]]:
    """Every requirement of the lock with its hashes."""
    blocks = re.findall(r"^([a-z0-9][\w.-]*)==\S+(.*?)(?=^[a-z0-9]|\Z)", LOCK, re.MULTILINE | re.DOTALL)
    return {name: re.findall(r"--hash=(sha256:[0-9a-f]{64})", rest) for name, rest in blocks}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    return {re.split(r"[\s\[<>=!~;]", line, maxsplit=1)[0].lower().replace("_", "-") for line in wanted}


def test_the_top_of_the_tree_is_as_it_was_designed() -> None:
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}

    assert found - FILES - FOLDERS - LOCAL == set()


def test_every_locked_requirement_has_its_hashes() -> None:
    without = [name for name, hashes in locked().items() if not hashes]

    assert without == []


def test_everything_declared_is_locked() -> None:
    assert declared() - set(locked()) == set()


def test_the_lock_holds_nothing_but_versions_and_hashes() -> None:
    lines = [line for line in LOCK.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    other = [line for line in lines if not re.match(r"[a-z0-9][\w.-]*==[\w.]+( ; .*?)? \\$|    --hash=sha256:", line)]

    assert other == []


@pytest.mark.parametrize("word", ["://", "index-url", "find-links", "trusted-host", "@ ", "/home", "/root", "/work"])
def test_the_lock_names_no_place(word: str) -> None:
    assert word not in LOCK


def text_files() -> list[tuple[str, str]]:
    kinds = {".py", ".toml", ".yaml", ".md", ".html", ".css", ".js", ".sh", ".mako", ".lock", ".json", ""}
    tops = [ROOT / name for name in (*FILES, *FOLDERS, ".ci", ".gitignore")]
    paths = [path for top in tops for path in (top.rglob("*") if top.is_dir() else [top])]
    found = []
    for path in sorted(paths):
        name = path.relative_to(ROOT).as_posix()
        if path.is_file() and path.suffix in kinds and "__pycache__" not in path.parts and name != "tests/test_tree.py":
            found.append((name, path.read_text("utf-8", errors="replace")))
    return found


@pytest.mark.parametrize(
    "pattern",
    [
        r"pypi\.(org|tuna|douban)",
        r"pythonhosted\.org",
        r"mirrors?\.[a-z0-9-]+\.(com|cn|edu|org)",
        r"(npmjs|unpkg|jsdelivr|cdnjs|googleapis)\b",
        r"--?(extra-)?index-url[= ]\S*:",
        r"-----BEGIN [A-Z ]*PRIVATE KEY",
    ],
)
def test_no_file_names_a_registry_or_holds_a_key(pattern: str) -> None:
    found = [name for name, text in text_files() if re.search(pattern, text)]

    assert found == []
