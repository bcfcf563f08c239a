"""The films of a performance, drawn from its take: one for every shape of screen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine import rehearsal
from engine.errors import BadSetting, nearest
from engine.rehearsal import Progress, Remark
from engine.score.opening import page_of
from engine.settings import Settings
from engine.share.story import Story
from engine.share.titles import Lettering, Pixels
from engine.stage.film import PRESETS
from engine.stage.targets import Size

FORMATS: Final = ("landscape", "square", "vertical")
"""Shapes of films, by name; which sizes they have, `film.PRESETS` says."""
_DRAFT: Final[dict[str, Size]] = {"landscape": (480, 270), "square": (360, 360), "vertical": (270, 480)}
_DRAFT_FPS: Final = 15.0  # pictures a second of a draft


@dataclass(frozen=True, slots=True)
class Format:
    """A shape of film by its name, its size and its pictures a second."""

    name: str
    size: Size
    fps: float


def formats(names: str, *, draft: bool = False, fps: float | None = None) -> tuple[Format, ...]:
    """`landscape,vertical` as formats; none for `none`. BadSetting for one that is none."""
    wanted = [] if names.strip() == "none" else list(dict.fromkeys(name.strip() for name in names.split(",")))
    for name in wanted:
        if name not in FORMATS:
            raise BadSetting(f"formats={name} is none ({nearest(name, (*FORMATS, 'none'))})")
    if fps is not None and not 1 <= fps <= 240:
        raise BadSetting(f"fps={fps:g} of a film must be 1 to 240 (try 30)")
    if draft:
        return tuple(Format(name, _DRAFT[name], fps or _DRAFT_FPS) for name in wanted)
    return tuple(Format(name, PRESETS[name][0], fps or PRESETS[name][1]) for name in wanted)


def film(
    take: Settings,
    form: Format,
    path: Path,
    over: Callable[[float, Pixels], Pixels],
    progress: Progress,
    remark: Remark,
) -> str:
    """Draw the film of a take, `over` laid over each picture; the sha256 of all pictures as the stage drew them."""
    drawn = hashlib.sha256()

    def lettered(time: float, pixels: Pixels) -> Pixels:
        drawn.update(pixels.data if pixels.flags.c_contiguous else pixels.tobytes())
        return over(time, pixels)

    stage = take.stage
    rehearsal.render(
        take.hearing,
        take.scene,
        path,
        size=form.size,
        fps=form.fps,
        delay=stage.delay,
        cues=take.cues,
        wander=take.wander,
        script=take.script,
        flash_limiter=stage.flash_limiter,
        palette=stage.palette,
        view=stage.view,
        page=page_of(take.hearing.own_score),
        retouch=lettered,
        progress=progress,
        remark=remark,
    )
    return drawn.hexdigest()


def lettering(story: Story, form: Format, seconds: float, burnt: str | None) -> Lettering:
    """What is written over the film of a form."""
    return Lettering(story, form.size, seconds, burnt)


def made_from(take: str, hashes: dict[str, Any], form: Format, story: Story, burnt: str | None) -> dict[str, Any]:
    """All that a film owes something to: its take, what draws, its shape, and what is written over it."""
    told = story.as_json()
    written = {name: told[name] for name in ("languages", "title", "artist")}
    if burnt is not None:
        written |= {"burnt": burnt, "captions": told["captions"]}
    return {"take": take, "hashes": hashes, "size": list(form.size), "fps": form.fps, "written": written}
