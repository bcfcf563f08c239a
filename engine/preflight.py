"""Preflight: a whole show walked through before the doors open, so that what would fail at 20:00 fails at 19:55.

Nothing of the show is started: devices and ports are looked for, scenes are drawn where nobody sees them, and to
whoever is told something nothing is said.
"""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from engine.audio.hearing_settings import HearingSettings
from engine.control.listening_place import osc_socket
from engine.control.midi_ports import RtPorts, matching
from engine.control.page_place import page_socket
from engine.errors import BadFile, BadScene, MonochordError, NoSuchDevice, UserMistake, nearest
from engine.foundation import assets, power
from engine.foundation.findings import Finding, examined
from engine.frame import HOP, RATE, slot_dtype
from engine.frame_ring import FrameRing
from engine.lights.reachable import Place, why_not
from engine.rehearsal import Progress, Rehearsal, pictures
from engine.settings import Settings
from engine.stage import gpu
from engine.stage.audition import Auditions
from engine.stage.drawing import Moment
from engine.stage.render import Renderer
from engine.stage.scene import load_scene
from engine.survey.place import host_of
from engine.timing.cues import Change

_MOMENTS: Final = 40
"""Pictures of the built-in recording that each scene is timed by."""
_FIRST: Final = 8  # of them are not counted: a driver has things to do that it does once
_SPARE: Final = (
    0.8  # of the time between two pictures that a scene may take: the rest is the limiter's and the system's
)
_LOOK: Final = 0.01  # seconds between two looks at the understudy
_HOURS: Final = 4.0  # of a take that the disk must have room for


def walk(show: Settings, progress: Progress) -> Iterator[Finding]:
    """What is found, one after the other, of all that this show needs. `progress` is told how far the scenes are."""
    yield examined("sound", lambda: sound(show))
    if not show.stage.headless:
        yield examined("monitors", lambda: _monitors(show))
    yield examined("models", lambda: _models(show))
    if show.hearing.own_score is not None:
        yield examined("score", lambda: _score(show))
    yield from _drawn(show, progress)
    yield from told(show)
    for name, place in listened(show):
        yield examined(name, place)
    if show.midi is not None:
        yield examined("midi", lambda: midi(show))
    yield examined("disk", lambda: disk(show), needed=show.record is not None)
    troubles = power.troubles()
    for trouble in troubles:
        yield Finding("power", False, trouble, needed=False)
    if not troubles:
        yield Finding("power", True, "nothing here goes to sleep, and the clock is not held low", needed=False)


def sound(show: Settings) -> str:
    """What will be heard: the recording, or the device with all the channels that are listened to."""
    hearing = show.hearing
    if hearing.source is not None:
        duration = Rehearsal(hearing).duration
        return f"{Path(hearing.source).name}" + ("" if duration is None else f", {duration:.0f} s")
    from engine.audio.device import find_device

    device = find_device(hearing.device, "input")
    wanted = max((*hearing.channels, *(channel for one in hearing.musicians for channel in one.channels), 1))
    if wanted > device.inputs:
        raise NoSuchDevice(f"device={device.full_name} has {device.inputs} channels, channel {wanted} is listened to")
    return f"{device.full_name}, {device.inputs} channels, {device.rate} Hz"


def _monitors(show: Settings) -> str:
    from engine.stage.display import monitors
    from engine.stage.monitor import choose

    there = monitors()
    outputs = [output.monitor for output in show.stage.outputs] or [show.stage.monitor]
    found = [choose(name, there) for name in dict.fromkeys(outputs)]
    return ", ".join(f"{one.name} {one.area[2]}x{one.area[3]} at {one.rate:g} Hz" for one in found)


def _models(show: Settings) -> str:
    from engine.listening.ear import familiar

    network, known = familiar(show.hearing.own_space)
    return f"{network.name} and a map of {len(known.families)} families fit each other"


def _score(show: Settings) -> str:
    from engine.score.opening import followed

    assert show.hearing.own_score is not None
    score = followed(show.hearing.own_score)
    return (
        f"bars {int(score.numbers.min())} to {int(score.numbers.max())}, {len(score.onsets)} notes as they are played"
    )


# The scenes.


def changes(show: Settings) -> list[Change]:
    """Every change that the evening may bring: where it begins, the keys, the cues, and where it wanders."""
    named = (Change(name, show.change.transition, show.change.seconds) for name in (show.scene, *show.scenes))
    wild = show.wander.changes() if show.wander is not None else ()
    found = chain(named, (cue.change for cue in show.cues), wild)
    return list({(one.scene, one.transition if one.seconds > 0 else ""): one for one in found}.values())


def _drawn(show: Settings, progress: Progress) -> Iterator[Finding]:
    """Every scene and transition of the show, tried as the stage tries them, and timed at the size of the stage."""
    wanted = changes(show)
    names = list(dict.fromkeys(change.scene for change in wanted))
    steps = len(wanted) + len(names)
    try:
        refused = dict(_auditioned(show, wanted, lambda done: progress(done / steps)))
    except MonochordError as why:
        yield Finding("scenes", False, str(why))
        return
    for refusal in refused.values():
        yield Finding("scenes", False, refusal)
    well = [name for name in names if name not in {change.scene for change in refused}]
    if not well:
        return
    slow, room = [], 1000.0 * _SPARE / show.stage.fps
    try:
        for number, (name, milliseconds) in enumerate(_timed(show, well), 1):
            progress((len(wanted) + number) / steps)
            if milliseconds > room:
                slow.append(f"{name} {milliseconds:.0f} ms")
    except MonochordError as why:
        yield Finding("scenes", False, str(why))
        return
    progress(1.0)
    width, height = show.stage.size
    text = f"{len(well)} of {len(names)} drawn at {width}x{height}, with {len(wanted) - len(refused)} changes"
    yield Finding("scenes", not refused, text)
    if slow:
        rule = f"more than {room:.0f} ms a picture for {show.stage.fps:g} a second here, so they are drawn coarser"
        yield Finding("pace", False, f"{', '.join(slow)}: {rule} (choose a smaller stage.size)", needed=False)
    else:
        yield Finding("pace", True, f"every scene has its picture within {room:.0f} ms", needed=False)


def _auditioned(show: Settings, wanted: list[Change], tell: Callable[[int], None]) -> Iterator[tuple[Change, str]]:
    """The changes that may not go on stage, and why. What hangs or crashes does it in a process of its own."""
    stage = show.stage
    with ExitStack() as undo:
        ring = FrameRing(musicians=show.hearing.names)
        undo.callback(ring.memory.close)
        page = None if stage.page is None else stage.page.shared()
        if page is not None:
            undo.callback(page.close)
        auditions = Auditions(ring, show.hearing.names, stage.size, stage.view, page)
        undo.callback(auditions.close)
        for done, change in enumerate(wanted):
            tell(done)
            auditions.ask(change)
            verdict = None
            while verdict is None:
                verdict = next(auditions.tend(time.monotonic()), None)
                time.sleep(0.0 if verdict else _LOOK)
            if verdict.why:
                yield change, verdict.why


def _timed(show: Settings, names: list[str]) -> Iterator[tuple[str, float]]:
    """How many milliseconds a picture of each scene takes here, to the built-in recording: the median."""
    musicians = show.hearing.names
    moments = _moments(show)
    ctx = gpu.headless()
    renderer = Renderer(ctx, show.stage.size, page=show.stage.page, view=show.stage.view)
    try:
        for name in names:
            renderer.stage(load_scene(name, musicians))
            taken = []
            for moment in moments:
                begun = time.perf_counter()
                renderer.draw(moment)
                gpu.wait(ctx)
                taken.append(time.perf_counter() - begun)
                if renderer.trouble:
                    raise BadScene(renderer.trouble)
            yield name, 1000.0 * float(np.median(taken[_FIRST:]))
    finally:
        gpu.release(renderer, ctx)


def _moments(show: Settings) -> list[Moment]:
    """Of the built-in recording, which every musician of the show is taken to play."""
    heard = pictures(Rehearsal(HearingSettings(source=str(assets.RECORDING)), _MOMENTS / 30.0), 30.0)
    parts = 1 + len(show.hearing.names)
    return [replace(picture.moment, row=np.tile(picture.moment.row, parts)) for picture in heard]


# Who is told, and who may ask.


def told(show: Settings) -> Iterator[Finding]:
    """Everybody who is told something by the show, all asked at once, and none of them told anything."""
    consoles = [patch.destination for patch in show.lights]
    receivers = [("osc", one, one.by) for one in show.destinations]
    receivers += [("lights", one, one.by) for one in consoles]
    places = [Place(one.host, one.port, by) for _, one, by in receivers]
    places += [Place(one.host, one.port) for one in show.followers]
    names = [(kind, str(one)) for kind, one, _ in receivers] + [("follower", str(one)) for one in show.followers]
    for (kind, who), place, why in zip(names, places, why_not(places), strict=True):
        sure = "is there" if place.transport == "tcp" else "is not known to be away"
        yield Finding(kind, not why, f"{who} {why or sure}")


def listened(show: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    """Where somebody may ask for something: whether we can listen there."""
    if (osc_in := show.osc_in) is not None:
        yield "osc in", lambda: _free(osc_socket(osc_in), str(osc_in))
    if (page := show.page) is not None:
        yield "page", lambda: _free(page_socket(page), str(page))
    if show.survey.open:
        yield "survey", lambda: f"phones are led to {host_of(show.survey)}"


def _free(door: socket.socket, place: str) -> str:
    door.close()
    return f"{place} is free"


def midi(show: Settings) -> str:
    """The ports that the show names are there."""
    assert show.midi is not None
    ports = RtPorts()
    try:
        for wanted, there in ((show.midi.inputs, ports.inputs()), ((show.midi.clock_to,), ports.outputs())):
            for name in filter(None, wanted):
                if matching(name, there) is None:
                    raise NoSuchDevice(f"midi={name} is not there ({nearest(name, there)})")
    finally:
        ports.close()
    return f"{show.midi} there"


def disk(show: Settings) -> str:
    """There is room for the take of an evening."""
    folder = Path.cwd() if show.record is None else show.record.absolute().parent
    if not folder.is_dir():
        raise BadFile(f"record={show.record} cannot be written: there is no folder {folder}")
    free = shutil.disk_usage(folder).free / 2**30
    channels = len(show.hearing.channels) or 2
    wanted = _HOURS * 3600 * RATE / HOP * slot_dtype(channels, len(show.hearing.musicians)).itemsize / 2**30
    if free < wanted:
        raise UserMistake(f"{free:.1f} GiB free in {folder}: {_HOURS:g} hours of a take are {wanted:.1f} GiB")
    return f"{free:.0f} GiB free in {folder}"
