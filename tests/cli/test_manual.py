"""How the command line explains itself; and that every command line in the README is one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from engine.cli import manual
from engine.cli.app import app
from engine.cli.typed import gathered

ROOT = Path(__file__).resolve().parents[2]
MONOCHORD: Any = typer.main.get_command(app)
READMES = ("README.md", "scenes/README.md", "tools/starters/README.md", "SECURITY.md")


def commands() -> Iterator[tuple[str, ...]]:
    for name, command in MONOCHORD.commands.items():
        yield from ((name, inner) for inner in command.commands) if hasattr(command, "commands") else [(name,)]


def command_lines(text: str) -> Iterator[str]:
    """What is to be typed: in blocks of code and between backticks, without remarks."""
    for block in re.findall(r"^```\n(.*?)```", text, re.DOTALL | re.MULTILINE):
        yield from (line.partition("  #")[0].strip() for line in block.splitlines() if line.startswith("monochord "))
    for inline in re.findall(r"(?<!`)`(monochord [^`]*)`(?!`)", text):
        yield " ".join(inline.split())


def parsed(words: Sequence[str]) -> None:
    """Parse, and run nothing; what is raised for bad usage if it is bad."""
    command, rest, context = MONOCHORD, list(words), None
    while hasattr(command, "commands"):
        context = command.make_context(command.name, rest, parent=context)
        _, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
    command.make_context(command.name, rest, parent=context)


@pytest.mark.parametrize("place", READMES)
def test_every_command_line_in_a_readme_is_one(place: str) -> None:
    found = list(command_lines((ROOT / place).read_text(encoding="utf-8")))
    wrong = []
    for line in found:
        words = shlex.split(re.sub(r"\[[^]]*\]|…", "", line)[len("monochord ") :])
        try:
            parsed(gathered(words))
        except manual.Mistyped as why:
            said = manual.refusal(why)
            if "missing" not in said and "requires an argument" not in said:  # a line may leave its end out
                wrong.append(f"{line}: {said}")
    assert not wrong


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_has_an_example_and_a_line_that_fits_and_every_option_its_meaning(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"], prog_name="monochord", env={"COLUMNS": "80"})
    assert shown.exit_code == 0
    assert f"Example: monochord {' '.join(words)}" in " ".join(shown.stdout.split())
    assert max(map(len, shown.stdout.splitlines())) <= 80
    command = MONOCHORD
    for word in words:
        command = command.commands[word]
    assert not command.get_short_help_str(manual._SHORT).endswith("...")
    for one in command.params:
        assert one.help, one.name
        if "option" in one.param_type_name and not one.is_flag:
            assert one.metavar, f"--{one.name} does not say what it takes"


def test_options_of_the_same_name_mean_the_same_kind_of_thing() -> None:
    kinds: dict[str, set[str]] = {}
    for words in commands():
        command = MONOCHORD
        for word in words:
            command = command.commands[word]
        for one in command.params:
            if "option" in one.param_type_name:
                kinds.setdefault(one.opts[-1], set()).add(str(one.metavar or "flag"))
    several = {name: found for name, found in kinds.items() if len(found) > 1}
    print(several)
    assert set(several) <= {"--json", "--out", "--show", "--scheduler", "--sheet", "--osc", "--page", "--score"}


def test_what_stands_in_brackets_is_shown_as_it_is_written() -> None:
    shown = " ".join(CliRunner().invoke(app, ["live", "--help"], prog_name="monochord").stdout.split())
    assert "HOST:PORT[:PROFILE][@MS]" in shown
    assert "--osc-in [HOST:]PORT" in shown
