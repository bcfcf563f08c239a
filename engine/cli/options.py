"""The options that playing commands share: said once, meant the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from engine.errors import BadSetting

Scene = Annotated[str | None, typer.Option(help="Scene to begin with: a name (monochord scenes) or a .toml or .fs.")]
Show = Annotated[
    Path | None,
    typer.Option(help="Show file, or concert, club, installation; by default the user's own, if there is one."),
]
Headless = Annotated[bool, typer.Option("--headless", help="No window: draw off screen.")]
Loop = Annotated[bool, typer.Option("--loop", help="Begin again at the end.")]
Seconds = Annotated[float | None, typer.Option(help="End after so many seconds.")]
Osc = Annotated[
    list[str] | None,
    typer.Option(help="Send every signal to HOST:PORT[:PROFILE][@MS late]; again for more.", metavar="HOST:PORT"),
]
OscHz = Annotated[float | None, typer.Option(help="Frames a second to each --osc; by default every hop (187.5).")]
Followers = Annotated[
    list[str] | None,
    typer.Option(
        help="Lead the stage on this machine, where monochord stage --follow runs; again for more.",
        metavar="HOST[:PORT]",
    ),
]
OscIn = Annotated[
    str | None,
    typer.Option(help="Take orders by OSC at [HOST:]PORT; on this machine alone unless HOST says otherwise."),
]
OscFrom = Annotated[
    list[str] | None,
    typer.Option(help="Who may send orders from the network: an address; again for more.", metavar="ADDRESS"),
]
Page = Annotated[
    str | None,
    typer.Option(
        help="Serve the operator's page and OSCQuery at [HOST:]PORT (try 9110); on this machine alone at first."
    ),
]
Survey = Annotated[
    str | None,
    typer.Option(help="Ask the audience, by a QR code for phones; keep the votes in VOTES.csv.", metavar="[VOTES.csv]"),
]
SurveyAddress = Annotated[
    str | None,
    typer.Option(help="Lead phones to this address of this machine, if it has several.", metavar="ADDRESS[:PORT]"),
]
SurveyQr = Annotated[
    Path | None, typer.Option(help="Write the survey's QR code as a picture, .svg or .png.", metavar="FILE")
]
Midi = Annotated[
    str | None,
    typer.Option(help="Take orders from this MIDI controller, by name (monochord devices).", metavar="NAME"),
]
Gain = Annotated[float | None, typer.Option(help="Input gain in dB.")]
Channels = Annotated[
    str | None,
    typer.Option(help="Channels to listen to, from 1: 1,2, or with a musician on each: 1:erhu,2:drum. Default: all."),
]
Space = Annotated[
    str | None,
    typer.Option(help="Map on which the sound's place is sought: a name or the path of an .onnx.", metavar="NAME"),
]
Score = Annotated[
    list[Path] | None,
    typer.Option(
        help="Follow the player in this score: .musicxml, .mid, .json, or its pages' pictures, or a folder of them.",
        metavar="FILE...",
    ),
]
Notation = Annotated[
    str | None,
    typer.Option(
        help="How the scene page shows the score: staff, jianpu (numbers), or auto: as it is written.", metavar="KIND"
    ),
]
Delay = Annotated[float | None, typer.Option(help="Hold the picture back by so many ms, to match the PA.")]
Backup = Annotated[
    bool,
    typer.Option("--backup", help="Stand by for another machine: hear, draw, tell nobody, until monochord takeover."),
]
Record = Annotated[Path | None, typer.Option(help="Keep the performance as data in FILE.monochord.", metavar="FILE")]
Size = Annotated[str | None, typer.Option(help="Picture size in pixels: 1280x720.", metavar="WxH")]
Fps = Annotated[float | None, typer.Option(help="Pictures a second.")]
Monitor = Annotated[str | None, typer.Option(help="Fill this monitor, by name.")]
FlashLimiter = Annotated[
    bool | None,
    typer.Option("--flash-limiter/--no-flash-limiter", help="Hold back what flashes dangerously fast (on)."),
]
View = Annotated[
    str | None,
    typer.Option(
        help="flat, stereo, stereo-tb, equirect or equirect-stereo: for scenes with a camera.", metavar="VIEW"
    ),
]
Palette = Annotated[str | None, typer.Option(help="Colours that every scene wears: xuan, storm, … (monochord scenes).")]
AsWritten = Annotated[
    bool,
    typer.Option("--as-written", help="Of a take: the show as it is written, not as hands played it that evening."),
]
Overlay = Annotated[bool | None, typer.Option("--overlay/--no-overlay", help="The operator's window.")]


AS_PLAYED: Final = "as hands played it that evening (--as-written: as the show is written)"
_NO_FILE: Final = "-"  # what `--survey` means where no file follows
_MUSICIANS: Final = re.compile(r"[\d+]+:\w+(,[\d+]+:\w+)*")


def parse_size(text: str | None) -> list[int] | None:
    """`1280x720` as [1280, 720]; BadSetting if it is none."""
    if text is None:
        return None
    parts = text.lower().replace("×", "x").split("x")
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        raise BadSetting(f"size={text} must be WIDTHxHEIGHT in pixels (try 1280x720)")
    return [int(part) for part in parts]


def parse_channels(text: str | None) -> list[int | str] | None:
    """`1,3` as [1, 3], `1:erhu,2:drum` as ["1:erhu", "2:drum"]; BadSetting if it is neither."""
    if text is None:
        return None
    parts = re.split(r"[,\s]+", text.strip())
    if not all(re.match(r"0*[1-9]\d*(:|\+|$)", part) for part in parts):
        raise BadSetting(f"channels={text} must be numbers from 1, with commas (try 1,2 or 1:erhu,2:drum)")
    return [int(part) if part.isdecimal() else part for part in parts]


def checked_splice(splice: int) -> int:
    """So many patches are taken as one, 0: each alone; BadSetting for a number that nobody splices."""
    from engine.listening.mel import SPLICES

    if splice not in (0, *SPLICES):
        raise BadSetting(f"splice={splice} must be 0, {', '.join(map(str, SPLICES[:-1]))} or {SPLICES[-1]}")
    return splice


def gathered(arguments: Sequence[str]) -> list[str]:
    """What was typed, with `--channels 1:erhu 2:drum` as the one value 1:erhu,2:drum, `--score` again before each
    further picture, and `--survey` without a file.
    """
    found: list[str] = []
    for argument in arguments:
        if found[-2:-1] == ["--channels"] and _MUSICIANS.fullmatch(argument):
            found[-1] += f",{argument}"
        elif found[-2:-1] == ["--score"] and _picture(found[-1]) and _picture(argument):
            found += ["--score", argument]
        else:
            if found[-1:] == ["--survey"] and not argument.lower().endswith(".csv"):
                found.append(_NO_FILE)
            found.append(argument)
    return [*found, _NO_FILE] if found[-1:] == ["--survey"] else found


def _picture(argument: str) -> bool:
    from engine.score.picture import KINDS

    return argument.lower().endswith(KINDS)


def said(
    *,
    gain: float | None = None,
    channels: str | None = None,
    space: str | None = None,
    score: Sequence[Path] | None = None,
    notation: str | None = None,
    delay: float | None = None,
    size: str | None = None,
    fps: float | None = None,
    monitor: str | None = None,
    overlay: bool | None = None,
    flash_limiter: bool | None = None,
    palette: str | None = None,
    view: str | None = None,
    osc_in: str | None = None,
    page: str | None = None,
    midi: str | None = None,
    survey: str | None = None,
    survey_address: str | None = None,
    survey_qr: Path | None = None,
) -> dict[str, Any]:
    """What the shared options say, as `engine.settings.settings` takes it."""
    return {
        "sound__gain_db": gain,
        "sound__channels": parse_channels(channels),
        "space": space,
        "score": [str(path) for path in score] if score else None,
        "notation": notation,
        "delay_ms": delay,
        "stage__size": parse_size(size),
        "stage__fps": fps,
        "stage__monitor": monitor,
        "stage__panel": overlay,
        "stage__flash_limiter": flash_limiter,
        "palette": palette,
        "stage__view": view,
        "osc_in__listen": osc_in,
        "page__listen": page,
        "midi__input": midi,
        "survey__open": None if survey is None else True,
        "survey__votes": None if survey == _NO_FILE else survey,
        "survey__address": survey_address,
        "survey__code": None if survey_qr is None else str(survey_qr),
    }
