"""A show's settings: what the command line says, else what the show file says, else a default. Checked once, here.

A show file is TOML, and everything in it may be left out:

    scene = "mountains"
    scenes = ["mountains", "ink"]     # the order in which next and previous walk
    palette = "lacquer"               # colours that every scene wears; without it each wears its own
    delay_ms = 40                     # holds the picture back to match the PA
    space = "mine"                    # the map of sounds: a name, or the path of an .onnx
    score = "tune.musicxml"           # what is played: the player is followed in it; or pages: ["p1.jpg", "p2.jpg"]
    notation = "staff"                # how the scene page shows it: staff, jianpu, or auto, as it is written
    [change]                          # how the keys for the next and the previous scene change it
    transition = "fade"               # or bleed, mist, screen, a .fs file, "cut"
    seconds = 2
    when = "beat"                     # or now, bar
    [[cues]]                          # as engine/timing/cues.py says
    scene = "ink"
    at = 61.5
    transition = "bleed"
    [wander]                          # changes by itself: engine/timing/wandering.py
    scenes = ["ink:*", "silk", "sky"]
    every = [60, 180]
    [sound]
    device = "Scarlett 2i2"           # what is listened to; by name, numbers change
    output = "Built-in"               # what rehearsal plays through
    channels = [1, 2]                 # or, to hear each musician alone too: ["1:erhu", "2:drum"]
    gain_db = 6.0
    [band]                            # the instrument's own, as monochord soundcheck --save writes it
    low_hz = 190.0
    high_hz = 5200.0
    hum_hz = [250.0]
    room_dbfs = -58.0
    [stage]
    monitor = "EPSON PJ"
    full_screen = true
    size = [1280, 720]
    fps = 60
    panel = true
    flash_limiter = true              # holds back what flashes dangerously fast
    view = "flat"                     # or stereo, stereo-tb, equirect, equirect-stereo; an output may say it too
    [[outputs]]                       # projectors, where one picture on one monitor is not all: engine/stage/output.py
    monitor = "EPSON PJ"
    corners = [[0.02, 0.0], [1.0, 0.03], [1.0, 1.0], [0.0, 0.98]]
    [[osc]]                           # who is told every signal: HOST:PORT[:PROFILE[:TRANSPORT]][@MS]
    to = "192.168.1.20:9101:generic@80"
    hz = 60
    [[lights]]                        # consoles, and which light goes where on them: engine/lights/patch.py
    to = "192.168.1.30:qlcplus"
    master = true                     # the picture's brightness and blackout hold for the lights too
    safe = 0.0                        # how bright they are left, and
    lost = 0.3                        # how bright they wait while the ears are lost; or "hold"
    [lights.map]
    "wash.level" = "1/1"
    "wash.rgb" = ["1/2", "1/3", "1/4"]
    [osc_in]                          # orders by OSC; off where it says nothing
    listen = 9100                     # on this machine alone; "192.168.1.10:9100" or "0.0.0.0:9100" from the network
    senders = ["192.168.1.20"]        # who may send from there: addresses, or networks as 192.168.1.0/24
    [page]                            # the operator's page and OSCQuery; off where it says nothing
    listen = 9110                     # on this machine alone; "0.0.0.0:9110" from the network, with a token
    announce = true                   # tell the network by Bonjour that it is there; by default when it is open to it
    [survey]                          # two questions on the audience's phones; off where it says nothing
    open = true                       # from the beginning; else from the operator's page
    address = "192.168.1.10:9120"     # of this machine; by default the one by which it reaches the network
    votes = "votes.csv"               # where the counts are written
    code = "survey.png"               # where the QR code is written, or .svg
    per_minute = 10                   # votes from one address; more where a router hides all phones behind one
    [midi]                            # controllers and clocks; off where it says nothing
    input = "nanoKONTROL"             # by name, or a list of names; what was unplugged is found again
    follow_clock = true               # its clock leads tempo and beat
    clock_to = "Volca"                # who follows ours
    [[midi.map]]                      # engine/control/midi_map.py
    order = "/monochord/master/brightness"
    cc = 7
    [timecode]
    channel = 3                       # of the sound, where LTC comes in; cues wait for timecode = "01:02:03:04"

`followers = ["192.168.1.21"]`, above the first table, are other machines whose stages follow this show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import platformdirs

from engine.audio.hearing_settings import HearingSettings
from engine.control.listening_place import OscInSettings
from engine.control.midi_settings import KEYS as MIDI_KEYS
from engine.control.midi_settings import MidiSettings, read_midi
from engine.control.page_place import PageSettings, read_page
from engine.errors import BadSetting
from engine.instrument import InstrumentBand
from engine.lights.destination import Destination
from engine.lights.patch import Patch, first_lights, is_console, read_patch
from engine.listening.density import density
from engine.musician import read_musicians
from engine.score.opening import AUTO, Opened, open_sheet, page_of
from engine.show.addressees import destinations_of, osc_in_of
from engine.show.planned import check_scenes, cues_of, wandering_of
from engine.show.show_file import check, preset_file, read_show, user_show
from engine.stage.history import packed
from engine.stage.output import Output, read_output
from engine.stage.palette import load_palette
from engine.stage.scene import scene_names
from engine.stage.stage_settings import StageSettings
from engine.stage.views import FLAT
from engine.survey.place import SurveySettings, read_survey
from engine.takes.take import is_take, script_in, show_in
from engine.takes.told import Script
from engine.timing.cues import Change, Cue
from engine.timing.wandering import Wandering
from engine.wall.address import Address, parse_address

DEFAULT_SCENE: Final = "mountains"
_FLOOR: Final = "fallback"


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a show needs to know before it begins."""

    hearing: HearingSettings = field(default_factory=HearingSettings)
    stage: StageSettings = field(default_factory=StageSettings)
    keys: Mapping[str, Any] = field(default_factory=dict)
    """What the show file, or the take that is played, says of the pictures; flat."""
    scene: str = DEFAULT_SCENE
    scenes: tuple[str, ...] = ()
    cues: tuple[Cue, ...] = ()
    change: Change = field(default_factory=lambda: Change(""))
    """How the keys for the next and the previous scene change it."""
    wander: Wandering | None = None
    """Where the show goes by itself; None where it does not."""
    script: Script | None = None
    """What the stage was told on the evening of the take that is played: then cues and `wander` have had their say."""
    destinations: tuple[Destination, ...] = ()
    """Who is told every signal."""
    lights: tuple[Patch, ...] = ()
    """Consoles, and which light goes where on them."""
    followers: tuple[Address, ...] = ()
    """Machines whose stages draw the same."""
    seconds: float | None = None
    record: Path | None = None
    backup: bool = False
    """Whether it begins muted, and stands by for another machine."""
    osc_in: OscInSettings | None = None
    """Where orders are listened for; None where nobody listens."""
    page: PageSettings | None = None
    """Where the operator's page and OSCQuery are served; None where they are not."""
    survey: SurveySettings = field(default_factory=SurveySettings)
    """How the audience is asked, at once or when somebody at the desk says so."""
    midi: MidiSettings | None = None
    """Which MIDI ports play along; None where none does."""
    timecode_channel: int | None = None
    """On which channel of the sound time code comes in."""
    presets: Path = field(default_factory=lambda: preset_file(None))
    """Where the user's own presets are kept."""


_CHOSEN_ALREADY: Final = ("sound.channels", "sound.gain_db")
"""What a take has been through: it is played as it is, unless the command line says otherwise."""
_SHOWN: Final = ("scene", "scenes", "palette", "delay_ms", "cues", "stage.view", "stage.flash_limiter")
_SHOWN_TABLES: Final = ("change.", "wander.")
"""The keys that decide the pictures of a show: a take that was made for showing keeps them."""


def settings(
    show: Path | None = None,
    *,
    source: str | None = None,
    osc: Sequence[str] = (),
    osc_hz: float | None = None,
    followers: Sequence[str] = (),
    osc_from: Sequence[str] = (),
    headless: bool = False,
    repeat: bool = False,
    silent: bool = False,
    seconds: float | None = None,
    record: Path | None = None,
    backup: bool = False,
    as_written: bool = False,
    reading: Callable[[Sequence[Path], str], Opened] = open_sheet,
    **said: Any,
) -> Settings:
    """The settings of a show. `said` are keys of a show file as the command line gave them, None where it did not:
    dots are written as two underscores (`sound__device`). `reading` opens the score.

    A take is played as its evening was, with what hands did, unless `as_written`, or another show or scene is named.
    """
    found = said_by(show, source)
    for name, value in said.items():
        if value is not None and value != ():
            key = name.replace("__", ".")
            found[key] = check(key, value)
    if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
        raise BadSetting(f"seconds={seconds:g} must be above 0")
    get = found.get
    channels, musicians = read_musicians(get("sound.channels", ()))
    opened = None if (score := get("score")) is None else reading(_files(score), get("notation", AUTO))
    hearing = HearingSettings(
        source=source,
        device=get("sound.device") if source is None else get("sound.output"),
        channels=channels,
        gain_db=float(get("sound.gain_db", 0.0)),
        repeat=repeat,
        silent=silent,
        musicians=musicians,
        band=_band(found),
        space=get("space"),
        score=None if opened is None else opened.told,
    )
    scenes = tuple(get("scenes", ()))
    scene = get("scene", scenes[0] if scenes else DEFAULT_SCENE)
    check_scenes([scene, *scenes], hearing.names)
    cues, change = cues_of(found, scene, hearing)
    following = tuple(dict.fromkeys(parse_address(text, "followers") for text in (*get("followers", ()), *followers)))
    told = destinations_of(get("osc", ()), osc, osc_hz)
    patches = (*map(read_patch, get("lights", ())), *(first_lights(one) for one in told if is_console(one)))
    return Settings(
        hearing=hearing,
        keys=kept_of(found),
        stage=replace(
            _stage(found, headless=headless),
            leads=bool(following),
            density="" if (seen := density(hearing.own_space)) is None else packed(seen),
            page=opened.page if opened is not None else page_of(hearing.own_score, get("notation")),
        ),
        scene=scene,
        scenes=scenes or tuple(name for name in scene_names() if name != _FLOOR),
        cues=cues,
        change=change,
        wander=wandering_of(found, hearing.names),
        script=None if as_written or show is not None or said.get("scene") else _script(source),
        destinations=tuple(one for one in told if not is_console(one)),
        lights=patches,
        followers=following,
        seconds=seconds,
        record=record,
        backup=backup,
        osc_in=osc_in_of(found, osc_from, (*told, *(patch.destination for patch in patches))),
        page=read_page(
            get("page.listen"),
            get("page.announce"),
            (*get("osc_in.senders", ()), *osc_from),
            platformdirs.user_state_path("monochord") / "page.token",
        ),
        survey=read_survey({name[7:]: value for name, value in found.items() if name.startswith("survey.")}),
        midi=_midi(found),
        timecode_channel=_timecode_channel(get("timecode.channel"), channels),
        presets=preset_file(show),
    )


def said_by(show: Path | None, source: str | None) -> dict[str, Any]:
    """The keys of a show file, flat. A take brings its own for the pictures, if it keeps any and no show is named."""
    found = read_show(show)
    if source is None or not is_take(Path(source)):
        return found
    for name in _CHOSEN_ALREADY:
        found.pop(name, None)
    if show is not None or (kept := show_in(Path(source))) is None:
        return found
    own = {name: check(name, value, f"{source}: ") for name, value in kept["keys"].items()}
    return {name: value for name, value in found.items() if name not in kept_of(found)} | kept_of(own)


def kept_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the keys that decide the pictures."""
    return {name: value for name, value in found.items() if name in _SHOWN or name.startswith(_SHOWN_TABLES)}


def _stage(found: Mapping[str, Any], *, headless: bool) -> StageSettings:
    """Where pictures are shown and how; the command line's defaults are smaller where nobody looks at a screen."""
    get = found.get
    monitor, palette = get("stage.monitor"), get("palette")
    outputs = tuple(read_output(table) for table in get("outputs", ()))
    meant = monitor is not None or any(output.monitor for output in outputs)
    return StageSettings(
        headless=headless,
        size=_size(get("stage.size", (640, 360) if headless else (1280, 720))),
        fps=float(get("stage.fps", 30.0 if headless else 60.0)),
        monitor=monitor,
        full_screen=bool(get("stage.full_screen", meant)),
        panel=bool(get("stage.panel", True)),
        flash_limiter=bool(get("stage.flash_limiter", True)),
        view=_view(get("stage.view"), outputs),
        outputs=outputs,
        auditions=True,
        delay=float(get("delay_ms", 0.0)) / 1000.0,
        palette=None if palette is None else load_palette(palette).name,
    )


def _script(source: str | None) -> Script | None:
    return None if source is None or not is_take(Path(source)) else script_in(Path(source))


def _view(said: str | None, outputs: Sequence[Output]) -> str:
    """How the picture is to be seen: as the stage says, else as its outputs do, which all show the same one."""
    wanted = list(dict.fromkeys(output.view for output in outputs if output.view is not None))
    if said is None and len(wanted) > 1:
        raise BadSetting(
            f"outputs.view={wanted[1]} is not that of the others, {wanted[0]}: all show one picture (choose one)"
        )
    return said or (wanted[0] if wanted else FLAT)


def _files(score: str | Sequence[str]) -> list[Path]:
    """A score's file, or those of its pages."""
    return [Path(name).expanduser() for name in ([score] if isinstance(score, str) else score)]


def _size(value: Sequence[int]) -> tuple[int, int]:
    return int(value[0]), int(value[1])


def _band(found: Mapping[str, Any]) -> InstrumentBand | None:
    """The instrument's own band, where the show has one; BadSetting where its keys do not fit together."""
    keys = {name.removeprefix("band."): value for name, value in found.items() if name.startswith("band.")}
    if "hum_hz" in keys:
        keys["hum_hz"] = tuple(keys["hum_hz"])
    return InstrumentBand(**keys) if keys else None


def _midi(found: Mapping[str, Any]) -> MidiSettings | None:
    """What is wanted of MIDI; what was learned is kept beside the user's own show."""
    keys = {key: found[f"midi.{key}"] for key in MIDI_KEYS if f"midi.{key}" in found}
    return read_midi(keys, user_show().with_name("midi.toml"))


def _timecode_channel(channel: int | None, heard: Sequence[int]) -> int | None:
    """Where time code comes in; never where it would be heard as music."""
    if channel is not None and (not heard or channel in heard):
        raise BadSetting(f"timecode.channel={channel} is heard as music too: say which channels are (--channels 1,2)")
    return channel
