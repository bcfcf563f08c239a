"""The options that playing commands share: said once, meant the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from engine.errors import BadSetting

Scene = Annotated[str | None, typer.Option(help="Scene to begin with: a name (monochord scenes) or a .toml or .fs.")]
Show = Annotated[Path | None, typer.Option(help="Show file; by default the user's own, if there is one.")]
Headless = Annotated[bool, typer.Option("--headless", help="No window: draw off screen.")]
Loop = Annotated[bool, typer.Option("--loop", help="Begin again at the end.")]
Seconds = Annotated[float | None, typer.Option(help="End after so many seconds.")]
Osc = Annotated[
    list[str] | None,
    typer.Option(help="Send every signal to HOST:PORT[:PROFILE][@MS late]; again for more.", metavar="HOST:PORT"),
]
OscHz = Annotated[float | None, typer.Option(help="Frames a second to each --osc; by default every hop (187.5).")]
Gain = Annotated[float | None, typer.Option(help="Input gain in dB.")]
Channels = Annotated[str | None, typer.Option(help="Channels to listen to, from 1: 1,2. All of them by default.")]
Delay = Annotated[float | None, typer.Option(help="Hold the picture back by so many ms, to match the PA.")]
Record = Annotated[Path | None, typer.Option(help="Keep the performance as data in FILE.monochord.", metavar="FILE")]
Size = Annotated[str | None, typer.Option(help="Picture size in pixels: 1280x720.", metavar="WxH")]
Fps = Annotated[float | None, typer.Option(help="Pictures a second.")]
Monitor = Annotated[str | None, typer.Option(help="Fill this monitor, by name.")]
Overlay = Annotated[bool | None, typer.Option("--overlay/--no-overlay", help="The operator's window.")]


def parse_size(text: str | None) -> list[int] | None:
    """`1280x720` as [1280, 720]; BadSetting if it is none."""
    if text is None:
        return None
    parts = text.lower().replace("×", "x").split("x")
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        raise BadSetting(f"size={text} must be WIDTHxHEIGHT in pixels (try 1280x720)")
    return [int(part) for part in parts]


def parse_channels(text: str | None) -> list[int] | None:
    """`1,3` as [1, 3]; BadSetting if it is none."""
    if text is None:
        return None
    parts = text.split(",")
    if not all(part.strip().isdecimal() and int(part) >= 1 for part in parts):
        raise BadSetting(f"channels={text} must be numbers from 1, with commas (try 1,2)")
    return [int(part) for part in parts]


def said(
    *,
    gain: float | None = None,
    channels: str | None = None,
    delay: float | None = None,
    size: str | None = None,
    fps: float | None = None,
    monitor: str | None = None,
    overlay: bool | None = None,
) -> dict[str, Any]:
    """What the shared options say, as `engine.settings.settings` takes it."""
    return {
        "sound__gain_db": gain,
        "sound__channels": parse_channels(channels),
        "delay_ms": delay,
        "stage__size": parse_size(size),
        "stage__fps": fps,
        "stage__monitor": monitor,
        "stage__panel": overlay,
    }
