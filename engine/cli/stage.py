"""`monochord stage`: the stage alone, on a machine that follows the one that plays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options, terminal, typed

if TYPE_CHECKING:
    from engine.live.following import Following


def stage(
    follow: Annotated[
        str,
        typer.Option(
            help="Draw what this machine plays. PORT is this stage's own, 9108 by default; name it there too.",
            metavar="HOST[:PORT]",
        ),
    ],
    show: options.Show = None,
    headless: options.Headless = False,
    seconds: options.Seconds = None,
    size: options.Size = None,
    fps: options.Fps = None,
    monitor: options.Monitor = None,
    overlay: options.Overlay = None,
    flash_limiter: options.FlashLimiter = None,
    space: options.Space = None,
    score: Annotated[
        list[Path] | None,
        typer.Option(
            help="Show this score's page: what is followed there.", metavar="FILE...", rich_help_panel=options.PICTURE
        ),
    ] = None,
    notation: options.Notation = None,
    view: options.View = None,
) -> None:
    """Draw what another machine plays, in step with it.

    There, name this one: monochord live --followers THIS_MACHINE. Outputs are read from the show file here.

    Example: monochord stage --follow 192.168.1.20 --monitor EPSON
    """
    from dataclasses import replace

    from engine.live.following import Following
    from engine.settings import settings
    from engine.wall.address import parse_address

    leader = parse_address(follow, "follow")
    chosen = settings(
        show,
        headless=headless,
        seconds=seconds,
        reading=terminal.read_score,
        **typed.said(
            size=size,
            fps=fps,
            monitor=monitor,
            overlay=overlay,
            flash_limiter=flash_limiter,
            space=space,
            score=score,
            notation=notation,
            view=view,
        ),
    ).stage
    # By how much pictures are held back is said where it is played.
    chosen = replace(chosen, delay=0.0, leads=False)
    with Following(chosen, leader, terminal.remark) as following:
        terminal.remark(f"stage: {following.backdrop.renderer}")
        if not chosen.flash_limiter:
            terminal.remark(terminal.UNLIMITED)
        following.run(_show_line, seconds)
        line = following.line
        terminal.remark(f"{line.hops} hops came, {line.playout.lost} lost, {line.late} too late")


def _show_line(_following: Following) -> None:
    """The operator's window says how it is; a terminal needs only what changes."""
