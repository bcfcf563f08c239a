"""`monochord render`: the film of a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli import options, terminal


def render(
    file: Annotated[str, typer.Argument(help="A recording, a take, tone:HZ or clicks:HZ.")],
    out: Annotated[Path, typer.Argument(help="The film: OUT.mp4")],
    scene: options.Scene = None,
    show: options.Show = None,
    size: options.Size = None,
    fps: options.Fps = None,
    seconds: options.Seconds = None,
    gain: options.Gain = None,
    channels: options.Channels = None,
    space: options.Space = None,
    delay: options.Delay = None,
) -> None:
    """Write the film of a recording, with its sound: what the show would have shown.

    Example: monochord render tune.flac tune.mp4 --scene mountains --size 1920x1080
    """
    from engine import rehearsal
    from engine.settings import settings

    chosen = settings(
        show,
        source=file,
        scene=scene,
        seconds=seconds,
        **options.said(gain=gain, channels=channels, space=space, delay=delay, size=size, fps=fps),
    )
    with terminal.progress(f"film of {Path(chosen.scene).stem}") as tell:
        rehearsal.render(
            chosen.hearing,
            chosen.scene,
            out,
            size=chosen.stage.size,
            fps=chosen.stage.fps,
            seconds=seconds,
            delay=chosen.stage.delay,
            progress=tell,
        )
    print(out)
