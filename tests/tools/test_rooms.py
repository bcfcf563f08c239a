"""The house of the tools: commands stand at the top, what they are made of lies in rooms and knows no command."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
COMMANDS = {path.stem: path for path in sorted(TOOLS.glob("*.py"))}
ROOMS = sorted(path.parent for path in TOOLS.rglob("__init__.py"))
PARTS = sorted(path for room in ROOMS for path in room.glob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The modules that it asks for, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def words(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def test_what_stands_at_the_top_says_how_it_is_called() -> None:
    silent = [path.name for path in COMMANDS.values() if f"tools/{path.name}" not in words(path)]
    assert silent == [], "what is no command goes into a room: a folder with an __init__.py"


def test_no_part_knows_a_command() -> None:
    asked = {str(part.relative_to(TOOLS)): set(imported(part)) & set(COMMANDS) for part in PARTS}
    assert {part: commands for part, commands in asked.items() if commands} == {}


def test_no_two_rooms_know_each_other() -> None:
    names = {room.name for room in ROOMS if room.parent == TOOLS}
    known = {(part.relative_to(TOOLS).parts[0], asked.split(".")[0]) for part in PARTS for asked in imported(part)}
    known = {(one, other) for one, other in known if other in names and other != one}
    assert known
    assert known & {(other, one) for one, other in known} == set()


def test_every_room_says_in_one_line_what_it_holds() -> None:
    for room in ROOMS:
        text = (room / "__init__.py").read_text(encoding="utf-8")
        assert text == f'"""{words(room / "__init__.py")}"""\n', room.name


def test_no_room_has_the_name_of_a_command() -> None:
    assert not {room.name for room in ROOMS} & set(COMMANDS)
