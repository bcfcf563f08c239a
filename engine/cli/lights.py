"""`monochord lights`: which receivers are known, and whether all lights of a show are there."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import options, terminal
from engine.cli.manual import Command, Group

if TYPE_CHECKING:
    from engine.lights.console import Console

app = typer.Typer(help="Consoles and their lights: list the kinds, try those of a show.", cls=Group)


@app.command("list", cls=Command)
def profiles(as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False) -> None:
    """List the kinds of receivers, and how each is spoken to.

    Example: monochord lights list
    """
    from engine.lights.profile import PROFILES

    rows: list[dict[str, Any]] = [
        {
            "profile": name,
            "sends": one.sends,
            "address": one.address if one.address != "{}" else "/monochord/…",
            "transport": one.transport,
            "port": one.port,
            "bundles": one.bundle,
            "bytes": one.max_bytes,
            "hz": round(one.max_hz, 1),
            "range": list(one.span),
        }
        for name, one in PROFILES.items()
    ]
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        print(
            f"{row['profile']:14} {row['sends']:9} {row['transport']} {row['port']:<6} at most {row['hz']:g} Hz"
            f"  {'bundles' if row['bundles'] else 'single messages':15}  {row['address']}"
        )


@app.command("test", cls=Command)
def go_through(
    show: options.Show = None,
    osc: Annotated[
        list[str] | None,
        typer.Option(
            help="A console beside those of the show, as 192.168.1.30:qlcplus (monochord lights list). Again for more.",
            metavar="HOST[:PORT]:PROFILE",
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="How long each stays on, above 0 and at most 600.", metavar="SECONDS")
    ] = 2.0,
) -> None:
    """Put all lights of a show full, then each alone.

    Then they are left as the show leaves them.

    Example: monochord lights test --show tonight.toml --seconds 3
    """
    from engine.errors import BadSetting
    from engine.lights.osc import Lights
    from engine.settings import settings

    if not 0 < seconds <= 600:
        raise BadSetting(f"seconds={seconds:g} must be above 0, and at most 600")
    patches = settings(show, osc=osc or ()).lights
    if not patches:
        raise BadSetting("lights: the show has no console (add [[lights]] to it, or --osc HOST:qlcplus)")
    lights = Lights((), (), patches)
    try:
        terminal.remark(f"all full: {' '.join(map(str, lights.destinations))}")
        for console in lights.consoles:
            _hold(lights, console, None, seconds / len(lights.consoles))
        for console in lights.consoles:
            for number, outlet in enumerate(console.patch.outlets):
                terminal.remark(f"{console.destination}: {outlet}")
                _hold(lights, console, number, seconds)
    finally:
        lights.close()
    terminal.remark("and as the show leaves them")


def _hold(lights: Any, console: Console, number: int | None, seconds: float) -> None:
    """Keep one outlet of a console full, or all of them for None, saying so ten times a second."""
    end = time.monotonic() + seconds
    while True:
        for other in lights.consoles if number is None else (console,):
            other.put(lambda k: float(number is None or k == number))
        for line in lights.troubles():
            terminal.remark(line)
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(0.1, left))
