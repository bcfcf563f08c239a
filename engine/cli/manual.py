"""How the command line explains itself, and how it refuses what was typed wrong: plain text, readable at 80 columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

CONTEXT: Final[dict[str, Any]] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
"""How every context of ours is made: `-h` too, and lines that an eye can follow."""
Mistyped: Final[type[Exception]] = typer.BadParameter.__mro__[1]
"""What is raised for bad usage: whichever click comes with typer, its UsageError."""
_SHORT: Final = 66  # letters of a command's line in a list; it fits beside its name in 80 columns
_PLACES: Final = {"argument": "Arguments", "option": "Options"}


class Command(TyperCommand):
    """A command whose options stand together as they belong together."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except Mistyped as wrong:
            if getattr(wrong, "ctx", None) is None:
                vars(wrong)["ctx"] = ctx  # so that it is known of which command help is wanted
            raise

    def format_options(self, ctx: Any, formatter: Any) -> None:
        found: dict[str, list[tuple[str, str]]] = {place: [] for place in _PLACES.values()}
        for one in self.get_params(ctx):
            if record := one.get_help_record(ctx):
                place = getattr(one, "rich_help_panel", None) or _PLACES[one.param_type_name]
                found.setdefault(place, []).append((record[0].partition(" <")[0], record[1]))
        for name, rows in found.items():
            _section(formatter, name, rows)


class Group(TyperGroup):
    """Commands in the order of a show. Named alone, it says which they are, and that one of them is wanted."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args:
            typer.echo(ctx.get_help())
            raise typer.Exit(2)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _section(formatter, "Options", (one.get_help_record(ctx) for one in self.get_params(ctx)))
        found: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None:
                place = getattr(command, "rich_help_panel", None) or "Commands"
                found.setdefault(place, []).append((name, command.get_short_help_str(_SHORT)))
        for place, rows in found.items():
            _section(formatter, place, rows)


def refusal(wrong: Exception) -> str:
    """Bad usage in one line: what is wrong, and which help is about it."""
    ctx: Any = getattr(wrong, "ctx", None)
    command = "monochord" if ctx is None else ctx.command_path
    near = sorted(getattr(wrong, "possibilities", None) or ())
    if near:
        said = f"no such option: {vars(wrong)['option_name']} (did you mean {' or '.join(near)}?)"
    else:
        said = _value(wrong) or _text(wrong)
    return f"{said} — see {command} --help"


def _value(wrong: Exception) -> str | None:
    """A value that breaks its rule, where it is known which: seconds=abc must be a valid number."""
    found: Any = getattr(wrong.__cause__, "errors", lambda: ())()
    param: Any = getattr(wrong, "param", None)
    if not found or param is None:
        return None
    rule = str(found[0]["msg"]).partition(",")[0].replace("Input should be", "must be")
    return f"{str(param.name).replace('_', '-')}={found[0]['input']} {rule}"


def _text(wrong: Any) -> str:
    text = " ".join(str(wrong.format_message()).split()).removesuffix(".")
    return text[:1].lower() + text[1:]


def _section(formatter: Any, name: str, rows: Iterable[tuple[str, str] | None]) -> None:
    """A heading and its rows, where there are any."""
    if there := [row for row in rows if row]:
        with formatter.section(name):
            formatter.write_dl(there)
