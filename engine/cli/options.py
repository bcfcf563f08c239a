"""The options that playing commands share: said once, meant the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

SOUND: Final = "Sound"
PICTURE: Final = "Picture"
TOLD: Final = "Who is told"
ORDERS: Final = "Who may steer it"
AUDIENCE: Final = "The audience"
"""What options are grouped by in a command's help."""

Scene = Annotated[
    str | None,
    typer.Option(
        help="Scene to begin with: ink, ink:monsoon (a preset), or a .toml or .fs file. All: monochord scenes.",
        metavar="SCENE",
    ),
]
Show = Annotated[
    Path | None,
    typer.Option(
        help="Show file, as tonight.toml, or a show that comes along: concert, club, installation. By default the "
        "user's own, if there is one.",
        metavar="SHOW",
    ),
]
Headless = Annotated[bool, typer.Option("--headless", help="No window: draw off screen.")]
Loop = Annotated[bool, typer.Option("--loop", help="Begin again at the end.")]
Seconds = Annotated[float | None, typer.Option(help="End after so many seconds.", metavar="SECONDS")]
FirstSeconds = Annotated[
    float | None,
    typer.Option(
        help="Only so many seconds from the beginning; by default all, 60 of a tone or of clicks.", metavar="SECONDS"
    ),
]
Osc = Annotated[
    list[str] | None,
    typer.Option(
        help="Send every signal there, as 192.168.1.20:9101; or to a kind of receiver, so many ms late: "
        "HOST:PORT[:PROFILE][@MS], as 192.168.1.30:qlcplus@80 (monochord lights list). Again for more.",
        metavar="HOST:PORT",
        rich_help_panel=TOLD,
    ),
]
OscHz = Annotated[
    float | None,
    typer.Option(
        help="Frames a second to each --osc, 1 to 187.5; by default every hop (187.5).",
        metavar="HZ",
        rich_help_panel=TOLD,
    ),
]
Followers = Annotated[
    list[str] | None,
    typer.Option(
        help="Lead the stage on this machine, where monochord stage --follow runs. Again for more.",
        metavar="HOST[:PORT]",
        rich_help_panel=TOLD,
    ),
]
OscIn = Annotated[
    str | None,
    typer.Option(
        help="Take orders by OSC at this port, as 9100; on this machine alone unless HOST says otherwise (0.0.0.0:9100 "
        "and --osc-from).",
        metavar="[HOST:]PORT",
        rich_help_panel=ORDERS,
    ),
]
OscFrom = Annotated[
    list[str] | None,
    typer.Option(
        help="Who may send orders to --osc-in from the network: 192.168.1.30, or 192.168.1.0/24. Again for more.",
        metavar="ADDRESS",
        rich_help_panel=ORDERS,
    ),
]
Page = Annotated[
    str | None,
    typer.Option(
        help="Serve the operator's page and OSCQuery at this port, as 9110; on this machine alone unless HOST says "
        "otherwise (0.0.0.0:9110).",
        metavar="[HOST:]PORT",
        rich_help_panel=ORDERS,
    ),
]
Survey = Annotated[
    str | None,
    typer.Option(
        help="Ask the audience, by a QR code for phones; keep the votes in VOTES.csv, if it is named.",
        metavar="[VOTES.csv]",
        rich_help_panel=AUDIENCE,
    ),
]
SurveyAddress = Annotated[
    str | None,
    typer.Option(
        help="Lead phones to this address of this machine, if it has several.",
        metavar="ADDRESS[:PORT]",
        rich_help_panel=AUDIENCE,
    ),
]
SurveyQr = Annotated[
    Path | None,
    typer.Option(
        help="Write the survey's QR code as a picture, .svg or .png.", metavar="FILE", rich_help_panel=AUDIENCE
    ),
]
Midi = Annotated[
    str | None,
    typer.Option(
        help="Take orders from this MIDI controller, by name (monochord devices).",
        metavar="NAME",
        rich_help_panel=ORDERS,
    ),
]
Device = Annotated[
    str | None,
    typer.Option(
        help="Listen to this device, by name (monochord devices) or a part of it.",
        metavar="NAME",
        rich_help_panel=SOUND,
    ),
]
Output = Annotated[
    str | None,
    typer.Option(help="Play through this device, by name (monochord devices).", metavar="NAME", rich_help_panel=SOUND),
]
Silent = Annotated[
    bool, typer.Option("--silent", help="Play on the clock, without a sound card.", rich_help_panel=SOUND)
]
Gain = Annotated[
    float | None, typer.Option(help="Input gain, −60 to 60 dB; by default 0.", metavar="DB", rich_help_panel=SOUND)
]
Channels = Annotated[
    str | None,
    typer.Option(
        help="Channels to listen to, from 1: 1,2; or with a musician on each: 1:erhu,2:drum. By default all.",
        metavar="CHANNELS",
        rich_help_panel=SOUND,
    ),
]
Space = Annotated[
    str | None,
    typer.Option(
        help="Map on which the sound's place is sought: a name (monochord space fit) or the path of an .onnx.",
        metavar="NAME",
        rich_help_panel=SOUND,
    ),
]
Score = Annotated[
    list[Path] | None,
    typer.Option(
        help="Follow the player in this score: .musicxml, .mid, .json, or its pages' pictures, or a folder of them.",
        metavar="FILE...",
        rich_help_panel=SOUND,
    ),
]
Notation = Annotated[
    str | None,
    typer.Option(
        help="How the scene page shows the score: staff, jianpu (numbers), or auto: as it is written.",
        metavar="KIND",
        rich_help_panel=PICTURE,
    ),
]
Delay = Annotated[
    float | None,
    typer.Option(
        help="Hold the picture back, 0 to 2731 ms, to match the PA; by default 0.",
        metavar="MS",
        rich_help_panel=PICTURE,
    ),
]
Backup = Annotated[
    bool,
    typer.Option(
        "--backup",
        help="Stand by for another machine: hear, draw, tell nobody, until monochord takeover.",
        rich_help_panel=TOLD,
    ),
]
Record = Annotated[
    Path | None, typer.Option(help="Keep the performance as data, a take: FILE.monochord.", metavar="FILE")
]
Size = Annotated[
    str | None,
    typer.Option(
        help="Picture size in pixels, by default 1280x720 (off screen 640x360).", metavar="WxH", rich_help_panel=PICTURE
    ),
]
Fps = Annotated[
    float | None,
    typer.Option(
        help="Pictures a second, 1 to 240; by default 60 (off screen 30).", metavar="FPS", rich_help_panel=PICTURE
    ),
]
FilmSize = Annotated[
    str | None,
    typer.Option(help="Picture size in pixels, by default 1280x720.", metavar="WxH", rich_help_panel=PICTURE),
]
FilmFps = Annotated[
    float | None,
    typer.Option(help="Pictures a second, 1 to 240; by default 60.", metavar="FPS", rich_help_panel=PICTURE),
]
Monitor = Annotated[
    str | None,
    typer.Option(
        help="Fill this monitor, by name (monochord devices) or a part of it.", metavar="NAME", rich_help_panel=PICTURE
    ),
]
FlashLimiter = Annotated[
    bool | None,
    typer.Option(
        "--flash-limiter/--no-flash-limiter",
        help="Hold back what flashes dangerously fast (it does, unless told otherwise).",
        rich_help_panel=PICTURE,
    ),
]
View = Annotated[
    str | None,
    typer.Option(
        help="flat, stereo, stereo-tb, equirect or equirect-stereo: for scenes with a camera. By default flat.",
        metavar="VIEW",
        rich_help_panel=PICTURE,
    ),
]
Palette = Annotated[
    str | None,
    typer.Option(
        help="Colours that every scene wears: xuan, storm, … (monochord scenes). By default each its own.",
        metavar="NAME",
        rich_help_panel=PICTURE,
    ),
]
AsWritten = Annotated[
    bool,
    typer.Option("--as-written", help="Of a take: the show as it is written, not as hands played it that evening."),
]
Overlay = Annotated[
    bool | None,
    typer.Option(
        "--overlay/--no-overlay", help="The operator's window (there, unless told otherwise).", rich_help_panel=PICTURE
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(help="Processes that listen; by default as many as cores.", metavar="N"),
]
Scheduler = Annotated[
    str | None, typer.Option(help="A dask cluster does the work instead: tcp://HOST:8786.", metavar="ADDRESS")
]

AS_PLAYED: Final = "as hands played it that evening (--as-written: as the show is written)"
