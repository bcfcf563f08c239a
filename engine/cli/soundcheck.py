"""`monochord soundcheck`: finds the instrument's own band, in a recording or on stage."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from engine.cli import options, terminal, typed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.audio.hearing import Hearing
    from engine.audio.hearing_settings import HearingSettings
    from engine.features.soundcheck import SoundCheck
    from engine.frame import Block
    from engine.instrument import InstrumentBand
    from engine.stage.band_figure import Heard

_MOST: Final = 120.0  # seconds of a recording that are listened to, unless somebody says otherwise
_ROOM: Final = 4.0
_INSTRUMENT: Final = 8.0
_READY: Final = 1.5  # seconds that the player is given before each


def soundcheck(
    file: Annotated[
        str | None, typer.Argument(help="A recording of the instrument; or --device.", metavar="FILE")
    ] = None,
    room: Annotated[
        str | None,
        typer.Option(help="A recording of the room alone; by default the softest moments of FILE.", metavar="FILE"),
    ] = None,
    device: options.Device = None,
    out: Annotated[
        Path, typer.Option(help="Folder for soundcheck.png, before.wav and after.wav.", metavar="DIR")
    ] = Path("out"),
    seconds: Annotated[
        float | None, typer.Option(help="Only so many seconds of FILE; by default 120.", metavar="SECONDS")
    ] = None,
    save: Annotated[bool, typer.Option("--save", help="Keep the band in the show file.")] = False,
    show: Annotated[
        Path | None,
        typer.Option(help="The show file that --save writes into, instead of the user's own.", metavar="SHOW.toml"),
    ] = None,
    gain: options.Gain = None,
    channels: options.Channels = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Find the frequencies that carry the instrument above the room.

    With --save shows listen to nothing else from then on. With --device it asks for 4 s of the room, then for 8 s of
    playing.

    Example: monochord soundcheck guqin.wav --out check --save
    """
    from engine.errors import BadSetting
    from engine.features.soundcheck import find_band
    from engine.settings import settings

    if save:
        typed.own_show(show)
    if file is not None and device is not None:
        raise BadSetting(f"file={file} and device={device} exclude each other (leave one out)")
    if file is None and room is not None:
        raise BadSetting(f"room={room} goes with a recording of the instrument (name it: FILE --room {room})")
    existing = show if show is not None and show.exists() else None
    if show is not None and existing is None and not save:
        raise BadSetting(f"show={show}: there is no such file (--save makes it)")
    said = typed.said(gain=gain, channels=channels)
    hearing = settings(existing, source=file, seconds=seconds, sound__device=device, **said).hearing
    if file is not None:
        with terminal.waiting(f"reading {Path(file).name}"):
            instrument = _read(hearing, seconds or _MOST)
            alone = None if room is None else _mono(_read(replace(hearing, source=room), seconds or _MOST))
    elif hearing.device is None:
        raise BadSetting("there is nothing to listen to (name a FILE, or --device NAME from monochord devices)")
    else:
        still, instrument = _ask(hearing)
        alone = _mono(still)
    with terminal.waiting("finding the band"):
        check = find_band(_mono(instrument), alone)
        onsets = _write(out, file or hearing.device or "", check, instrument)
    if as_json:
        print(json.dumps({**asdict(check.band), "onsets": {"before": onsets[0], "after": onsets[1]}}, indent=1))
    else:
        _print(check.band, onsets, out)
    if save:
        terminal.remark(f"saved in {_save(check.band, show)}")


def _read(hearing: HearingSettings, seconds: float) -> list[Block]:
    """The hops of a recording, through the same channels and gain as a show's."""
    from engine.audio.hops import Hopper
    from engine.audio.source import open_source

    source = open_source(hearing.source or "")
    hopper = Hopper(source.rate, source.channels, hearing.channels, hearing.gain_db)
    blocks = list(hopper.feed(source.read(int(seconds * source.rate))))
    return [*blocks, *hopper.finish()]


def _ask(hearing: HearingSettings) -> tuple[list[Block], list[Block]]:
    """The room and the instrument, as the ears hear them now."""
    from contextlib import closing

    from engine.audio.hearing import Hearing

    with closing(Hearing(hearing)) as ears:
        ears.await_ready()
        terminal.remark(f"listening to {ears.name}")
        terminal.remark(f"the room: be still for {_ROOM:g} seconds …")
        room = _listen(ears, _ROOM, "room")
        terminal.remark(f"the instrument: now play for {_INSTRUMENT:g} seconds, from its lowest note to its highest …")
        return room, _listen(ears, _INSTRUMENT, "instrument")


def _listen(ears: Hearing, seconds: float, title: str) -> list[Block]:
    from engine.errors import MissingDriver
    from engine.frame import HOP, RATE

    begin, wanted = int(_READY * RATE / HOP), int((_READY + seconds) * RATE / HOP)
    blocks: list[Block] = []
    with terminal.progress(title) as tell:
        while len(blocks) < wanted:
            blocks += ears.blocks()
            tell(min(len(blocks) / wanted, 1.0))
            for message in ears.tend(time.monotonic()):
                terminal.remark(message)
            if ears.restarts:
                raise MissingDriver(f"the sound of {ears.name} broke off in the sound-check (try again)")
    return blocks[begin:]


def _mono(blocks: list[Block]) -> NDArray[np.float64]:
    """The sound of blocks as the senses hear it, (n,): the mean of the channels."""
    import numpy as np

    if not blocks:
        return np.zeros(0)
    return np.asarray(np.concatenate([block.samples for block in blocks]).mean(axis=1, dtype=np.float64))


def _write(out: Path, title: str, check: SoundCheck, blocks: list[Block]) -> tuple[int, int]:
    """The figure and the two sounds into a folder; how many onsets are counted before and after."""
    import soundfile

    from engine.errors import BadFile
    from engine.frame import RATE
    from engine.stage.band_figure import draw_band, write_figure

    (before, onsets_before), (after, onsets_after) = (_heard(blocks, band) for band in (None, check.band))
    figure = draw_band(Path(title).name, check.band, check.hz, check.instrument_db, check.room_db, before, after)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, heard in (("before", before), ("after", after)):
            soundfile.write(out / f"{name}.wav", heard.wave.clip(-1, 1), RATE, subtype="PCM_16")
    except (OSError, soundfile.LibsndfileError) as why:
        raise BadFile(f"out={out} cannot be written: {why} (choose a folder with room)") from why
    write_figure(out / "soundcheck.png", figure)
    return onsets_before, onsets_after


def _heard(blocks: list[Block], band: InstrumentBand | None) -> tuple[Heard, int]:
    """What the senses make of the sound, whole or in its own band."""
    import numpy as np

    from engine.features.band import BandFilter
    from engine.features.fast import FastSenses
    from engine.features.mixdown import Mixdown
    from engine.stage.band_figure import Heard

    channels = blocks[0].samples.shape[1]
    senses, mixdown, own = FastSenses(channels, band), Mixdown(channels), None if band is None else BandFilter(band)
    levels, waves = [], []
    for block in blocks:
        frame = senses.step(block)
        levels.append(frame.sound.level if band is None else frame.band.level)
        wave = mixdown.step(block.samples)
        waves.append((wave if own is None else own.step(wave)).copy())
    return Heard(np.concatenate(waves), np.array(levels)), int(frame.rhythm.onsets)


def _print(band: InstrumentBand, onsets: tuple[int, int], out: Path) -> None:
    from engine.stage.band_figure import in_words
    from engine.stage.note_names import name_of_hz

    edges = f"{in_words(band.low_hz)} to {in_words(band.high_hz)}"
    print(f"band    {edges} (from {name_of_hz(band.low_hz)})")
    print(f"hum     {', '.join(f'{hz:g} Hz' for hz in band.hum_hz) or 'none'}")
    print(f"room    {band.room_dbfs:g} dBFS in the band")
    print(f"onsets  {onsets[0]} before, {onsets[1]} after")
    print(*(out / name for name in ("soundcheck.png", "before.wav", "after.wav")), sep="\n")


def _save(band: InstrumentBand, show: Path | None) -> Path:
    from engine.show.show_file import save, user_show

    path = show or user_show()
    for key, value in asdict(band).items():
        save(f"band.{key}", list(value) if isinstance(value, tuple) else value, path)
    return path
