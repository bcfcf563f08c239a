"""`monochord render`: the film of a recording."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from engine.cli import options, terminal, typed
from engine.errors import BadSetting, nearest


def render(
    file: Annotated[str, typer.Argument(help="A recording, a take, tone:HZ or clicks:HZ.", metavar="FILE")],
    out: Annotated[Path, typer.Argument(help="The film: OUT.mp4, or OUT.gif without sound.", metavar="OUT")],
    scene: options.Scene = None,
    show: options.Show = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help="landscape (1920x1080), square, vertical (60 pictures a second) or gif (480x270 at 20).",
            metavar="NAME",
            rich_help_panel=options.PICTURE,
        ),
    ] = None,
    size: options.FilmSize = None,
    fps: options.FilmFps = None,
    seconds: options.FirstSeconds = None,
    gain: options.Gain = None,
    channels: options.Channels = None,
    space: options.Space = None,
    score: options.Score = None,
    notation: options.Notation = None,
    delay: options.Delay = None,
    flash_limiter: options.FlashLimiter = None,
    palette: options.Palette = None,
    view: options.View = None,
    as_written: options.AsWritten = False,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that draw; the film is the same.", metavar="N")
    ] = 1,
    scheduler: options.Scheduler = None,
) -> None:
    """Write the film of a recording, with its sound.

    It shows what the show would have shown; an interrupted one leaves nothing.

    Example: monochord render tune.flac tune.mp4 --scene mountains --preset vertical
    """
    from engine import rehearsal
    from engine.films import cluster, crew
    from engine.settings import settings

    leave_in_order()
    preset = preset or ("gif" if out.suffix.lower() == ".gif" else None)
    if preset is not None:
        (width, height), rate = _preset(preset, out)
        size, fps = size or f"{width}x{height}", fps or rate

    chosen = settings(
        show,
        source=file,
        scene=scene,
        seconds=seconds,
        as_written=as_written,
        reading=terminal.read_score,
        **typed.said(
            gain=gain,
            channels=channels,
            space=space,
            score=score,
            notation=notation,
            delay=delay,
            size=size,
            fps=fps,
            flash_limiter=flash_limiter,
            palette=palette,
            view=view,
        ),
    )
    if not chosen.stage.flash_limiter:
        terminal.remark(terminal.UNLIMITED)
    if chosen.script is not None:
        _refuse_sharing(workers, scheduler, bool(chosen.script.lines), "an evening that was played by hand, or by cues")
        terminal.remark(options.AS_PLAYED)
    else:
        _refuse_sharing(workers, scheduler, bool(chosen.cues or chosen.wander), "a show with cues or [wander]")
    with terminal.progress(f"film of {Path(chosen.scene).stem}") as tell:
        stage = chosen.stage
        how: dict[str, Any] = {"size": stage.size, "fps": stage.fps, "seconds": seconds, "delay": stage.delay}
        how |= {"palette": stage.palette, "script": chosen.script}
        how |= {"flash_limiter": stage.flash_limiter, "view": stage.view, "progress": tell, "remark": terminal.remark}
        if scheduler is not None:
            cluster.render(chosen.hearing, chosen.scene, out, scheduler, **how)
        elif workers > 1:
            crew.render(chosen.hearing, chosen.scene, out, workers, **how)
        else:
            how |= {"cues": chosen.cues, "wander": chosen.wander, "page": stage.page}
            rehearsal.render(chosen.hearing, chosen.scene, out, **how)
    print(out)


def _preset(name: str, out: Path) -> tuple[tuple[int, int], float]:
    """Its size and rate; BadSetting for one that is none, or that the file's name contradicts."""
    from engine.stage.film import PRESETS

    if name not in PRESETS:
        raise BadSetting(f"preset={name} is none ({nearest(name, PRESETS)})")
    if name == "gif" and out.suffix.lower() != ".gif":
        raise BadSetting(f"out={out} must end in .gif with this preset (try {out.with_suffix('.gif')})")
    return PRESETS[name]


def _refuse_sharing(workers: int, scheduler: str | None, changes: bool, what: str) -> None:
    """BadSetting for work that cannot be shared as it is asked for; where there are `changes`, because of `what`."""
    typed.checked_sharing(workers, scheduler)
    if changes and (scheduler is not None or workers > 1):
        option, value = ("workers", workers) if scheduler is None else ("scheduler", scheduler)
        raise BadSetting(f"{option}={value} cannot share {what} (leave --{option} out)")


def leave_in_order() -> None:
    """SIGTERM and a terminal that goes away end a render as Ctrl-C does: nothing is left behind."""

    def leave(number: int, _frame: FrameType | None) -> None:
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)  # once is enough, and nothing disturbs the clearing away
        sys.exit(128 + number)

    numbers = (signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        signal.signal(number, leave)
