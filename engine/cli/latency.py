"""`monochord latency`: how late picture and light are, measured through a loopback."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Annotated

import typer

from engine.cli import options, terminal


def latency(
    device: options.Device = None,
    output: options.Output = None,
    clicks: Annotated[int, typer.Option(help="How many clicks.", min=10, max=10_000, metavar="N")] = 100,
    scene: options.Scene = None,
    show: options.Show = None,
    headless: options.Headless = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the percentiles as JSON.")] = False,
) -> None:
    """Measure how late light and picture are, through a loopback.

    Sound → OSC and sound → picture. Lead the output back into the input, by a cable or in JACK. Prints percentiles
    and histograms.

    Example: monochord latency --device "Scarlett 2i2" --output "Scarlett 2i2"
    """
    from engine import latency as measuring
    from engine.settings import settings

    chosen = settings(show, scene=scene, headless=headless, sound__device=device, stage__panel=False)
    with ExitStack() as open_doors:
        with terminal.waiting("opening the sound"):
            source = open_doors.enter_context(measuring.PlayedClicks(output))
        terminal.remark(f"clicks through {source.name}")
        with terminal.progress(f"{clicks} clicks") as tell:
            measured = measuring.measure(chosen, source, clicks, tell)
    print(json.dumps(measuring.as_json(measured), indent=1) if as_json else measuring.report(measured))
