"""A console that is told of the lights: each output when it has changed, and all of them once a second."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pythonosc.osc_message_builder import OscMessageBuilder

from engine.frame import HOP, RATE
from engine.lights.due import Due
from engine.lights.line import BUNDLE_HEAD, Line, open_line
from engine.lights.patch import BRIGHT, CURVES, OUTPUTS, Outlet, Patch

Values = NDArray[np.float64]
"""What the lights do: (lights, len(OUTPUTS)), each 0..1."""
HOP_SECONDS: Final = HOP / RATE
REFRESH: Final = 1.0
"""Seconds after which everything is told again."""
LOST_AFTER: Final = 2.0
"""Seconds without ears until the lights go to rest,"""
FADE: Final = 2.0
"""and how long that takes, there and back."""
_UNIVERSE: Final = 512  # slots of a DMX universe
_FLOAT, _INT = struct.Struct(">f"), struct.Struct(">i")


def light_names(patches: Sequence[Patch]) -> tuple[str, ...]:
    """The lights that these patches ask for, in the order of the rows of Values; the scene's first is ''."""
    return tuple(dict.fromkeys(outlet.light for patch in patches for outlet in patch.outlets))


@dataclass(frozen=True, slots=True)
class Rest:
    """What holds for all lights just now, whatever the music does."""

    brightness: float = 1.0
    """The picture's master; 0 in a blackout."""
    deaf: float = 0.0
    """Seconds since the ears were lost."""


class _Plug:
    """One outlet at work: from 0..1 to the packet that says so."""

    def __init__(self, outlet: Outlet, lights: Mapping[str, int], whole: bool, steps: int) -> None:
        """`whole`: the receiver takes whole numbers only."""
        self.row, self.column = lights[outlet.light], OUTPUTS.index(outlet.output)
        self.bright = outlet.output in BRIGHT
        self.slot = outlet.slot
        self.address = outlet.address
        self.sent: int | None = None
        low, high = outlet.span
        self._low, self._width, self._curve, self._steps = low, high - low, CURVES[outlet.curve], steps
        self._pack = _INT if whole else _FLOAT
        self._whole = whole
        builder: Any = OscMessageBuilder(outlet.address)
        builder.add_arg(0 if whole else 0.0, "i" if whole else "f")
        self._head: bytes = builder.build().dgram[:-4]

    def step_of(self, value: float) -> int:
        """Which of its steps a value is."""
        return round(self._curve(min(max(value, 0.0), 1.0)) * self._steps)

    def told(self, step: int) -> float:
        """A step as the receiver counts."""
        return self._low + self._width * step / self._steps

    def message(self, step: int) -> bytes:
        """What tells the receiver this step, as OSC."""
        told = self.told(step)
        return self._head + self._pack.pack(round(told) if self._whole else told)


class Console:
    """Sends the lights of a show to one destination, at its rate and so many hops late. Never waits."""

    def __init__(self, patch: Patch, lights: Sequence[str], line: Line | None = None) -> None:
        """`lights`: whose rows the values have; BadSetting if the destination's name means nothing."""
        self.patch, self.destination = patch, patch.destination
        profile = patch.destination.kind
        rows = {name: row for row, name in enumerate(lights)}
        whole = "f" not in profile.types and "i" in profile.types
        self._plugs = [_Plug(outlet, rows, whole, profile.steps) for outlet in patch.outlets]
        self._universes = {plug.address: bytearray(_UNIVERSE) for plug in self._plugs if plug.slot is not None}
        self._bundle, self._max_bytes = profile.bundle, profile.max_bytes
        self.due = Due(patch.destination, (len(lights), len(OUTPUTS)))
        self._rest: float = 0.0
        self._refresh_at = 0.0
        self.line = open_line(patch.destination) if line is None else line

    @property
    def trouble(self) -> str | None:
        """What is wrong with the line to it, while something is."""
        return self.line.trouble

    def step(self, values: Values, rest: Rest) -> None:
        """Take one hop's values, and send what is due of them."""
        self._rest += HOP_SECONDS / FADE * (1 if rest.deaf > LOST_AFTER else -1)
        self._rest = min(max(self._rest, 0.0), 1.0)
        due = self.due.step(values)
        if due is not None:
            self._tell([self._shown(plug, due, rest) for plug in self._plugs], self.due.hop * HOP_SECONDS)

    def put(self, level_of: Callable[[int], float]) -> None:
        """Say at once how bright each outlet is, by its number; whatever was said before."""
        self._refresh_at = -math.inf
        self._tell([level_of(k) for k in range(len(self._plugs))], 0.0)
        self._refresh_at = -math.inf

    def say_all(self) -> None:
        """Tell everything with the next hop, whatever the console is thought to know; from any thread."""
        self._refresh_at = -math.inf

    def leave(self) -> None:
        """Leave the lights as the patch wants them left: one of the three times that this is said."""
        safe = self.patch.safe
        if safe is not None:
            looks = {"movement": 0.0, "hue": 0.0, "warmth": 1.0}
            self.put(lambda k: looks.get(self.patch.outlets[k].output, safe))

    def close(self) -> None:
        """Send no more; the lights stay as they are."""
        self.line.close()

    def _shown(self, plug: _Plug, values: Values, rest: Rest) -> float:
        value = float(values[plug.row, plug.column])
        if plug.bright:
            lost = self.patch.lost
            if self._rest > 0.0 and lost is not None:
                value += (lost - value) * self._rest
            if self.patch.master:
                value *= rest.brightness
        return value

    def _tell(self, values: Sequence[float], now: float) -> None:
        steps = [plug.step_of(value) for plug, value in zip(self._plugs, values, strict=True)]
        everything = now >= self._refresh_at
        if everything:
            self._refresh_at = now + REFRESH
        messages: list[bytes] = []
        changed: dict[str, None] = {}
        for plug, step in zip(self._plugs, steps, strict=True):
            if step == plug.sent and not everything:
                continue
            plug.sent = step
            if plug.slot is None:
                messages.append(plug.message(step))
            else:
                self._universes[plug.address][plug.slot - 1] = round(plug.told(step))
                changed[plug.address] = None
        messages += [_blob(address, self._universes[address]) for address in changed]
        for packet in self._packets(messages):
            self.line.send(packet)

    def _packets(self, messages: list[bytes]) -> list[bytes]:
        if not self._bundle or len(messages) < 2:
            return messages
        packets = [BUNDLE_HEAD]
        for message in messages:
            element = _INT.pack(len(message)) + message
            if len(packets[-1]) + len(element) > self._max_bytes and packets[-1] != BUNDLE_HEAD:
                packets.append(BUNDLE_HEAD)
            packets[-1] += element
        return packets


def _blob(address: str, universe: bytearray) -> bytes:
    """A whole universe in one message."""
    builder: Any = OscMessageBuilder(address)
    builder.add_arg(bytes(universe), "b")
    data: bytes = builder.build().dgram
    return data
