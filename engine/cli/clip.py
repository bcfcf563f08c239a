"""A rehearsal without a screen: what `monochord preview` writes where nothing can be shown."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine import rehearsal
from engine.cli import terminal
from engine.errors import BadFile
from engine.films.excerpts import Excerpts
from engine.listening.density import density
from engine.settings import Settings
from engine.stage.scene import load_scene

CLIP_FPS: Final = 30.0
STILL_SIZE: Final = (320, 180)
"""How the live loop draws where its pictures are seen by nobody."""
_CLIP_SIZE: Final = (640, 360)
_SHEET_SIZE: Final = (240, 135)
_COLUMNS: Final = 6


def write_clip(show: Settings, out: Path, size: list[int] | None, fps: float | None) -> None:
    """The clip of a show's scene, and a contact sheet of all its scenes, into the folder `out`."""
    hearing, name = show.hearing, Path(show.scene).stem.replace(":", "-")
    duration = show.seconds or rehearsal.Rehearsal(hearing).duration or 60.0  # a file that is none is said here
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise BadFile(f"out={out} cannot be made: {why.strerror} (choose another folder)") from why
    terminal.remark("there is no screen: writing a clip and a contact sheet instead (--headless plays without one)")
    moments = rehearsal.spread(duration, _COLUMNS)
    clip, sheet = out / f"{name}.mp4", out / "sheet.png"
    excerpts = Excerpts(moments, fps or CLIP_FPS)
    rows = {}
    with terminal.progress(f"clip of {name}") as tell:
        rows[name] = rehearsal.render(
            hearing,
            show.scene,
            clip,
            size=(size[0], size[1]) if size else _CLIP_SIZE,
            fps=fps or CLIP_FPS,
            seconds=show.seconds,
            delay=show.stage.delay,
            cues=show.cues,
            wander=show.wander,
            script=show.script,
            palette=show.stage.palette,
            view=show.stage.view,
            page=show.stage.page,
            stills_at=moments,
            watch=excerpts.step,
            progress=tell,
            remark=terminal.remark,
        )
    others = [scene for scene in show.scenes if scene != show.scene]
    seen = density(hearing.own_space)
    with terminal.progress("stills of the other scenes") as tell:
        for number, scene in enumerate(others):
            rows[Path(scene).stem] = excerpts.stills(
                load_scene(scene, hearing.names), _SHEET_SIZE, seen, show.stage.page
            )
            tell((number + 1) / len(others))
    rehearsal.contact_sheet(sheet, rows, moments, Path(hearing.source or "").stem)
    print(clip, sheet, sep="\n")
