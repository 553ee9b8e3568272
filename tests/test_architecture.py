"""Holds the house: imports go down, rooms of one floor are strangers, two wings share little, nothing else on top."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PACKAGE = PROJECT / "evalkit"

FLOORS: tuple[tuple[str, frozenset[str]], ...] = (
    ("1a", frozenset({"errors", "text", "loopback", "settings"})),
    ("1b", frozenset({"language", "personal_data", "stats"})),
    ("2", frozenset({"model", "policy", "plugins", "resources"})),
    ("3a", frozenset({"bots", "transcripts", "knowledge", "judge", "store"})),
    ("3b", frozenset({"scorers"})),
    ("4", frozenset({"suites", "replay", "scoring", "kpi", "sampling", "topics"})),
    ("5", frozenset({"engine", "scale", "gate", "comparison", "review", "privacy_ops", "assessment"})),
    ("6", frozenset({"reporting", "demo", "testing"})),
    ("7", frozenset({"cli", "pytest_plugin"})),
)
FLOOR = {room: number for number, (_, rooms) in enumerate(FLOORS) for room in rooms}

# `model` is the one noun book of its floor: policy sections, plugins and resources may speak its words.
NEIGHBOURS = {
    ("policy", "model"),
    ("text", "errors"),
    ("loopback", "errors"),
    ("settings", "errors"),
    ("sampling", "topics"),
    ("engine", "scale"),
}

MAKING = frozenset({"suites", "bots", "replay", "scorers", "transcripts", "engine", "scoring", "knowledge", "judge"})
READING = frozenset({"kpi", "gate", "comparison", "review", "reporting"})

STOREYS = {"reading": 0, "amounts": 1, "rules": 2, "weighing": 3}
"""Inside `knowledge`: a text is read, its amounts are bound, rules hold it against the base, weights have the last word."""

TOP_LEVEL = {
    "pyproject.toml", "README.md", "evalkit", "suites", "fixtures", "dashboards", "tests", "docs", ".github",
    "LICENSE", "CHANGELOG.md", "Makefile", "requirements-dev.txt", ".ci", ".gitignore",
}  # fmt: skip


def room_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported_rooms(path: Path) -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import; name the defining module"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name == "evalkit" or name.startswith("evalkit."):
                parts = name.split(".")
                if len(parts) > 1 and parts[1] in FLOOR:
                    found.add((parts[1], node.lineno))
    return found


MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "_data" not in p.parts)
IDS = [str(p.relative_to(PROJECT)) for p in MODULES]


def storey(parts: list[str]) -> int:
    """How high a module of `knowledge` stands; what lies in no folder of it is the roof."""
    return STOREYS.get(parts[2], len(STOREYS)) if len(parts) > 2 else len(STOREYS)


@pytest.mark.parametrize(
    "path", [p for p in MODULES if room_of(p) == "knowledge"], ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_the_storeys_of_the_knowledge_room_import_only_downwards(path: Path) -> None:
    mine = storey(list(path.relative_to(PROJECT).with_suffix("").parts))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("evalkit.knowledge"):
            above = storey((node.module or "").split("."))
            assert above <= mine, f"{path}:{node.lineno}: imports {node.module} from a storey above"


def test_every_room_of_the_package_stands_on_a_floor() -> None:
    rooms = {
        room_of(p)
        for p in PACKAGE.iterdir()
        if (p.suffix == ".py" and p.stem != "__init__") or (p / "__init__.py").exists()
    }
    assert rooms <= set(FLOOR), f"rooms without a floor: {sorted(rooms - set(FLOOR))}"


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_imports_only_go_down(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    for other, line in imported_rooms(path):
        allowed = other == room or FLOOR[other] < FLOOR[room] or (room, other) in NEIGHBOURS
        assert allowed, f"{path.relative_to(PROJECT)}:{line}: {room} may not import {other} (floors only go down)"


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(p) in READING], ids=str)
def test_the_reading_wing_needs_no_bot_no_suite_and_no_scorer(path: Path) -> None:
    for other, line in imported_rooms(path):
        assert other not in MAKING, f"{path.relative_to(PROJECT)}:{line}: the reading wing imports {other}"


@pytest.mark.parametrize("path", sorted((PROJECT / "dashboards").rglob("*.py")), ids=str)
def test_a_dashboard_page_is_thin_and_only_reads(path: Path) -> None:
    for other, line in imported_rooms(path):
        assert other not in MAKING - {"scorers"}, f"{path.name}:{line}: a page imports {other}"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    names |= {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert not names & {"numpy", "scipy", "statistics", "sqlalchemy"}, f"{path.name}: no statistics, no SQL in a page"


def test_no_public_function_bears_a_module_name() -> None:
    modules = {p.stem for p in MODULES} | {p.name for p in PACKAGE.rglob("*") if p.is_dir()}
    for path in MODULES:
        if path.name == "__init__.py":
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    assert node.name not in modules - {path.parent.name}, f"{path}: {node.name}"


def test_the_top_level_holds_the_agreed_names_and_nothing_else() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode != 0 or not listed.stdout:
        pytest.skip("not a git checkout")
    names = {line.split("/")[0] for line in listed.stdout.splitlines()}
    assert names <= TOP_LEVEL, f"unexpected at the top level: {sorted(names - TOP_LEVEL)}"


def test_importing_evalkit_loads_nothing_heavy_and_touches_nothing() -> None:
    code = (
        "import sys, threading; import evalkit, evalkit.model, evalkit.scoring;"
        "heavy = {'pandas','scipy','streamlit','openai','sqlalchemy','sklearn','aiohttp','pyarrow'} & set(sys.modules);"
        "assert not heavy, heavy; assert threading.active_count() == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)
