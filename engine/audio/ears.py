"""The ears: a child process that owns the sound driver, because a driver may hang or abort whoever holds it.

Run by `Hearing`. It captures a device, or plays a source (then what is heard is what is analysed); without a sound card
a clock stands in. It never closes a stream: when a JACK server has died, closing waits for ever, and the end of the
process does the same for certain.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from engine.audio import callback
from engine.audio.device import Device, Stream, find_device, fitting_rate
from engine.audio.player import Player
from engine.audio.sound_block import Counter, SoundBlock
from engine.audio.source import MAX_CHANNELS, open_source
from engine.errors import MissingDriver, MonochordError, NoSuchDevice
from engine.foundation.child import Message, Parent
from engine.frame import HOP, RATE

_PERIOD: Final = 0.02  # seconds from one look at orders and queue to the next, at most
_MOST_LAG: Final = 0.25  # seconds that the clock may be behind before it gives them up


class Clock:
    """Stands in for a sound card: takes a hop from the queue whenever a hop's time has passed."""

    active: Final = True

    def __init__(self, block: SoundBlock) -> None:
        self._block = block
        self._out = np.zeros(HOP * 2, np.float32)
        self._due = time.monotonic()

    def step(self) -> float:
        """Play what is due; seconds until the next hop is."""
        now = time.monotonic()
        if now - self._due > _MOST_LAG:  # the machine slept: go on from now instead of racing
            self._due = now
        while self._due <= now:
            callback.play_without_driver(self._block.words, self._out, HOP)
            self._due += HOP / RATE
        return self._due - now


def _capture(block: SoundBlock, name: str | None) -> tuple[Stream, str]:
    device = find_device(name, "input")
    channels = min(device.inputs, MAX_CHANNELS)
    rate = fitting_rate(device, "input", channels)
    block[Counter.CHANNELS], block[Counter.RATE] = channels, rate
    address = block.words.ctypes.data
    return Stream(device, "input", callback.capture_callback.address, address, channels, rate), device.full_name


def _play(block: SoundBlock, settings: Message) -> tuple[Stream | Clock, Player, str, str]:
    """The stream or its stand-in, the player, the output's name, and what there is to say about it."""
    if settings["silent"]:
        return *_play_on(None, block, settings), "no sound card", ""
    try:
        device = find_device(settings["device"], "output")
        return *_play_on(device, block, settings), device.full_name, ""
    except (MissingDriver, NoSuchDevice) as why:
        if settings["device"] is not None:
            raise
        return *_play_on(None, block, settings), "no sound card", f"playing silently: {why}"


def _play_on(device: Device | None, block: SoundBlock, settings: Message) -> tuple[Stream | Clock, Player]:
    """Fill the queue, then start whatever empties it: the first callback already has something to play."""
    source = open_source(settings["source"])
    outputs = min(device.outputs, 2) if device else 2
    rate = fitting_rate(device, "output", outputs) if device else RATE
    block[Counter.CHANNELS], block[Counter.RATE], block[Counter.OUTPUTS] = source.channels, rate, outputs
    player = Player(source, block, rate, repeat=bool(settings["repeat"]), start=float(settings["start"]))
    player.step()
    if device is None:
        return Clock(block), player
    address = block.words.ctypes.data
    return Stream(device, "output", callback.play_callback.address, address, outputs, rate), player


def _obey(player: Player | None, parent: Parent) -> None:
    """Do what `Hearing` has asked for since the last time."""
    for command in parent.commands():
        if "quit" in command:
            os._exit(0)
        if player is None:
            continue
        orders: dict[str, Callable[[Any], None]] = {
            "pause": player.pause,
            "seek": player.seek,
            "loop": lambda stretch: player.loop(*stretch),
        }
        for name, value in command.items():
            if name in orders:
                orders[name](value)


def _listen(parent: Parent, block: SoundBlock, settings: Message) -> int:
    """Until the music or the device ends; the exit code."""
    player: Player | None = None
    stream: Stream | Clock
    if settings["source"] is None:
        stream, name = _capture(block, settings["device"])
        parent.tell(ready=name, rate=block[Counter.RATE], channels=block[Counter.CHANNELS])
    else:
        stream, player, name, remark = _play(block, settings)
        parent.tell(ready=name, rate=block[Counter.RATE], channels=block[Counter.CHANNELS], remark=remark)
    waiting_for_end = True
    while stream.active:
        _obey(player, parent)
        if player is not None:
            player.step()
            if player.ended and waiting_for_end:
                waiting_for_end = False
                parent.tell(ended=True)
            elif not player.ended:
                waiting_for_end = True
        time.sleep(min(stream.step(), _PERIOD) if isinstance(stream, Clock) else _PERIOD)
    parent.tell(lost=f"{name} is gone")
    return 1


def main() -> None:
    """Run by `Hearing`, which gives the settings when there is something to hear."""
    parent = Parent()
    settings = parent.settings
    block = SoundBlock(settings["block"])
    block[Counter.WAKE] = settings["wake"]
    try:
        code = _listen(parent, block, settings)
    except MonochordError as why:
        parent.tell(error=str(why), exit_code=why.exit_code)
        code = why.exit_code
    os._exit(code)  # not sys.exit: closing a dead driver's stream may hang
