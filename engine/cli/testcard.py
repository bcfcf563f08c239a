"""`monochord testcard`: what an operator looks at while projectors are pinned, focused and blended."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from engine.cli import options, terminal, typed

if TYPE_CHECKING:
    from engine.stage.stage_settings import StageSettings

_LOOK: Final = 0.5  # seconds between two looks at the show file
_PICTURE: Final = 1 / 30


def hang(
    show: options.Show = None,
    monitor: options.Monitor = None,
    size: options.Size = None,
    seconds: options.Seconds = None,
    out: Annotated[Path | None, typer.Option(help="Write the card to this PNG instead.", metavar="FILE.png")] = None,
) -> None:
    """Show a test card on every output of a show.

    Pinned and blended as the show will be; ctrl+q ends it. The show file is read again whenever it is saved, so
    corners can be moved while somebody looks at the wall.

    Example: monochord testcard --show tonight.toml
    """
    from engine.settings import settings

    said = typed.said(size=size, monitor=monitor)
    stage = settings(show, seconds=seconds, **said).stage
    if out is not None:
        _write(stage, out)
        return
    end = None if seconds is None else time.monotonic() + seconds
    _hang(stage, lambda: settings(show, **said).stage, end)


def _hang(stage: StageSettings, read_again: Callable[[], StageSettings], end: float | None) -> None:
    """Show the card until somebody wants no more of it, pinned as the show file says at every moment."""
    from engine.errors import MissingDriver, UserMistake
    from engine.stage.display import has_display
    from engine.stage.on_screen import OnScreen
    from engine.stage.test_card import Hanging

    if not has_display():
        raise MissingDriver("there is no screen to hang it on (monochord testcard --out card.png writes it)")
    surface = OnScreen(stage.size, stage.fps, stage.monitor, stage.full_screen, outputs=stage.outputs)
    terminal.remark("test card: ctrl+q ends it, F11 fills the monitors; save the show file to see it change")
    hanging, full_screen, look, said = Hanging(surface), stage.full_screen, 0.0, ""
    while not surface.closed and (end is None or time.monotonic() < end):
        for wish in surface.asked():
            if wish == "quit":
                return
            if wish == "full_screen":
                full_screen = not full_screen
                surface.set_full_screen(full_screen)
        if time.monotonic() > look:
            look = time.monotonic() + _LOOK
            try:
                surface.pin(read_again().outputs)
                said = ""
            except UserMistake as mistake:  # half way through an edit
                if str(mistake) != said:
                    said = str(mistake)
                    terminal.remark(said)
        hanging.draw()
        time.sleep(_PICTURE)


def _write(stage: StageSettings, out: Path) -> None:
    from PIL import Image

    from engine.errors import BadFile
    from engine.stage.output import Output
    from engine.stage.test_card import card

    try:
        Image.fromarray(card(stage.size, stage.outputs or (Output(stage.monitor),))).save(out)
    except (OSError, ValueError) as why:
        reason = getattr(why, "strerror", None) or why
        raise BadFile(f"out={out}: the card cannot be written: {reason} (try card.png)") from None
    print(out)
