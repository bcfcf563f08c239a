"""`monochord share`: a performance in the forms in which people meet music."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli import options, terminal, typed
from engine.cli.render import leave_in_order


def share(
    file: Annotated[str, typer.Argument(help="A recording, a take, tone:HZ or clicks:HZ.", metavar="FILE")],
    out: Annotated[
        Path,
        typer.Option(help="Folder for everything: page/ to put anywhere, and the take beside it.", metavar="DIR"),
    ],
    story: Annotated[
        Path | None, typer.Option(help="What is told of it, in several languages: a TOML file.", metavar="STORY.toml")
    ] = None,
    languages: Annotated[
        str | None, typer.Option(help="Languages of the page, the first opens it: en,zh,ar.", metavar="en,zh,…")
    ] = None,
    formats: Annotated[
        str, typer.Option(help="Films: landscape, square, vertical, with commas; or none.", metavar="NAMES")
    ] = ("landscape,square,vertical"),
    burn: Annotated[
        str | None, typer.Option(help="Burn the captions in this language into the films.", metavar="LANGUAGE")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Small films, to look at first.")] = False,
    fps: options.FilmFps = None,
    scene: options.Scene = None,
    show: options.Show = None,
    score: options.Score = None,
    notation: options.Notation = None,
    seconds: options.FirstSeconds = None,
    gain: options.Gain = None,
    channels: options.Channels = None,
    space: options.Space = None,
    palette: options.Palette = None,
    flash_limiter: options.FlashLimiter = None,
    as_written: options.AsWritten = False,
) -> None:
    """Make films, cover, sound, and a page that plays anywhere. Beside them the take that it all can be made from.

    Example: monochord share tune.flac --out tune --story tune.toml --scene ink
    """
    from engine.settings import settings
    from engine.share import films, sharing
    from engine.share.story import read_story
    from engine.share.words import checked_languages

    leave_in_order()
    wanted = films.formats(formats, draft=draft, fps=fps)
    told = None if story is None else read_story(story)
    tags = None if languages is None else checked_languages(languages.split(","))
    said = typed.said(
        gain=gain,
        channels=channels,
        space=space,
        score=score,
        notation=notation,
        palette=palette,
        flash_limiter=flash_limiter,
    )
    chosen = settings(
        show, source=file, scene=scene, seconds=seconds, as_written=as_written, reading=terminal.read_score, **said
    )
    if not chosen.stage.flash_limiter:
        terminal.remark(terminal.UNLIMITED)
    if chosen.script is not None:
        terminal.remark(options.AS_PLAYED)
    wish = sharing.Wish(told, tags, wanted, burn, seconds, show)
    print(sharing.share(chosen, wish, out, terminal.progress, terminal.remark))
