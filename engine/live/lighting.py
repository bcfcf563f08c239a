"""Lighting: what the scene on stage says to the lights, hop by hop, as the consoles are told it.

Two threads: the main one says which scene is on, `follow`; the listening one takes every hop, `step`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserMistake
from engine.frame import Rhythm, Row
from engine.lights.console import HOP_SECONDS, Rest
from engine.lights.flash import Strobe, Unflashing
from engine.lights.hand import Hand
from engine.lights.osc import Lights
from engine.lights.patch import OUTPUTS
from engine.lights.tint import between, hue_of, tint
from engine.stage.binder import Follower
from engine.stage.binding import read_binding, refusal
from engine.stage.palette import Colors, pinned
from engine.stage.scene import Scene, load_scene
from engine.stage.scene_lights import LIGHT_CHANNELS

_LEVEL, _HUE, _WARMTH, _MOVEMENT, _STROBE = range(len(LIGHT_CHANNELS))
_PHASE: Final = Rhythm.phase.start
_BLUE, _AMBER = 0.60, 1.08  # hues of a scene that has no colours: the low notes' and the high ones'
_TAKING: Final = 0.3  # seconds in which a hand takes the lights over, and gives them back
_FULL: Final = np.array([0.5 if name == "movement" else 1.0 for name in OUTPUTS])
_DEFAULTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "level": {"signal": "band.level", "from": [-48, -8], "attack": 0.02, "release": 0.4},
        "hue": {"signal": "pitch.cents", "from": [4300, 8100], "attack": 0.2, "release": 0.2},
        "warmth": {"signal": "sound.centroid", "from": [3600, 400], "to": [0.0, 0.7], "attack": 0.5, "release": 0.5},
        "movement": {"signal": "form.density", "from": [0, 8], "attack": 0.5, "release": 2.0},
        "strobe": 0.0,
    }
)
"""What a light does that a scene says nothing of: as bright as the instrument plays, as warm as it sounds dark, its
colour as high as the tune, moving with the onsets; `hue` goes from the palette's body to its accent."""

Levels = NDArray[np.float64]
"""A row a light, a column for each of LIGHT_CHANNELS."""


class Look:
    """The lights of a scene at work: rows in, what each light does out."""

    def __init__(self, scene: Scene, names: Sequence[str], colors: Colors) -> None:
        """`names`: the lights that somebody wants to know about; one that the scene has not lends its first.

        `colors`: what it wears, by role.
        """
        given = list(scene.lights.values()) or [MappingProxyType({})]
        self._lights = [_whole(light, colors) for light in given]
        places = {name: place for place, name in enumerate(scene.lights)}
        self._places = np.array([places.get(name, 0) for name in names], np.intp)
        self._values = np.zeros((len(given), len(LIGHT_CHANNELS)))

    def step(self, row: Row, dt: float) -> Levels:
        """What each wanted light does `dt` seconds after the last step: each 0..1, the hue round the circle."""
        for place, channels in enumerate(self._lights):
            for column, channel in enumerate(channels):
                value = channel.step(row, dt) if isinstance(channel, Follower) else channel
                assert isinstance(value, float)
                self._values[place, column] = value % 1.0 if column == _HUE else min(max(value, 0.0), 1.0)
        return self._values[self._places]


class _Still:
    """Lights that stand as they stood."""

    def __init__(self, values: Levels) -> None:
        self._values = values.copy()

    def step(self, _row: Row, _dt: float) -> Levels:
        return self._values


def _whole(light: Mapping[str, Any], colors: Colors) -> list[Follower | float]:
    """Every channel of a light, those that the scene does not say as they are by default."""
    channels: list[Follower | float] = []
    for name in LIGHT_CHANNELS:
        given = light.get(name)
        if given is None:
            given = _DEFAULTS[name]
            if not isinstance(given, float):
                table = {"to": _hues(colors), **given} if name == "hue" else given
                given = read_binding(table, name, None, (0.0, 1.0), refusal(f"lights.{name}"))
        channels.append(given if isinstance(given, float) else Follower(given))
    return channels


def _hues(colors: Colors) -> list[float]:
    """From the body's hue to the accent's, the shorter way round."""
    if not {"body", "accent"} <= set(colors):
        return [_BLUE, _AMBER]
    low, high = (hue_of(*colors[role][:3]) for role in ("body", "accent"))
    return [low, low + (high - low + 0.5) % 1.0 - 0.5]


class _Lamp:
    """One light behind the scene: its strobe, its colour, and what keeps it from flashing."""

    def __init__(self, limited: bool) -> None:
        self._strobe = Strobe()
        self._limiter = Unflashing(4) if limited else None

    def step(self, levels: Sequence[float], dt: float) -> tuple[float, ...]:
        """All OUTPUTS of it."""
        level, hue, warmth, movement, strobe = levels
        level *= self._strobe.step(strobe, dt)
        red, green, blue = tint(hue, warmth)
        wanted = [level, red * level, green * level, blue * level]
        shown = wanted if self._limiter is None else self._limiter.step(wanted, dt)
        return shown[0], hue, warmth, movement, shown[1], shown[2], shown[3], red, green, blue


class Lighting:
    """Hops in, lights out, to all consoles of a show. Costs nothing where there is none."""

    def __init__(
        self,
        lights: Lights,
        scene: str,
        musicians: tuple[str, ...] = (),
        *,
        limited: bool = True,
        master: Callable[[], float] = lambda: 1.0,
        beat_by_hand: Callable[[], bool] = lambda: False,
        palette: str | None = None,
    ) -> None:
        """`limited`: whether flashes are held back. `master`: how bright all of it may be. `palette`: the pinned one.

        BadScene for a scene that is none.
        """
        self._lights, self._musicians = lights, musicians
        self._master, self._beat_by_hand = master, beat_by_hand
        self.hand = Hand(lights)
        self._lamps = [_Lamp(limited) for _ in lights.names]
        self._values = np.zeros((len(lights.names), len(OUTPUTS)))
        self._levels = np.zeros((len(lights.names), len(LIGHT_CHANNELS)))
        self._on = scene, 0, palette
        self._look: Look | None = self._made(scene, palette) if lights.names else None
        self._before: Look | _Still | None = None
        self._coming: tuple[Look, float] | None = None
        self._gone, self._seconds = 0.0, 0.0
        self._manual, self._full = 0.0, 0.0
        self._held = self._levels.copy()

    # The main thread.

    def follow(self, scene: str, seconds: float, number: int, palette: str | None) -> None:
        """This scene is on, in its change number so many, which took so many seconds, wearing this palette."""
        if self._look is None or self._on == (scene, number, palette):
            return
        self._on = scene, number, palette
        try:
            self._coming = self._made(scene, palette), seconds
        except UserMistake:
            return  # a file that is broken just now: the stage says so, and goes on as it was; so do the lights

    def _made(self, scene: str, palette: str | None) -> Look:
        loaded = load_scene(scene, self._musicians)
        return Look(loaded, self._lights.names, {**loaded.palette, **pinned(palette)})

    # The listening thread.

    def step(self, row: Row, deaf: float) -> None:
        """Take a hop's row, and tell the consoles; `deaf`: seconds since the ears were lost."""
        if self._look is None:
            return
        levels = self._by_hand(self._music(self._look, row), row)
        for place, (lamp, light) in enumerate(zip(self._lamps, levels.tolist(), strict=True)):
            self._values[place] = lamp.step(light, HOP_SECONDS)
        self._full = _towards(self._full, self.hand.full, HOP_SECONDS / _TAKING)
        if self._full > 0.0:
            self._values += (_FULL - self._values) * self._full
        self._lights.show(self._values, Rest(self._master(), deaf))

    def _music(self, look: Look, row: Row) -> Levels:
        """What the scene says; after a change, on the way from the one before."""
        if self._coming is not None:
            (coming, seconds), self._coming = self._coming, None
            self._before = _Still(self._levels) if self._before is not None else look
            self._look = look = coming
            self._gone, self._seconds = 0.0, seconds
        levels = look.step(row, HOP_SECONDS)
        if self._before is not None:
            self._gone += HOP_SECONDS
            if self._gone < self._seconds:
                levels = _mixed(self._before.step(row, HOP_SECONDS), levels, self._gone / self._seconds)
            else:
                self._before = None
        self._levels = levels
        return levels

    def _by_hand(self, levels: Levels, row: Row) -> Levels:
        """What the operator does in its place."""
        hand, step = self.hand, HOP_SECONDS / _TAKING
        if hand.manual and self._manual == 0.0:
            self._held = levels.copy()
        self._manual = _towards(self._manual, hand.manual, step)
        if self._manual > 0.0:
            swing = 0.5 - 0.5 * math.cos(2.0 * math.pi * float(row[_PHASE])) if self._beat_by_hand() else 0.0
            self._held[:, _LEVEL], self._held[:, _MOVEMENT], self._held[:, _STROBE] = hand.level, swing, 0.0
            levels = _mixed(levels, self._held, self._manual)
        return levels


def _mixed(first: Levels, second: Levels, share: float) -> Levels:
    """So far on the way from one to another; hues go the shorter way round."""
    mixed: Levels = first + (second - first) * share
    mixed[:, _HUE] = [between(a, b, share) for a, b in zip(first[:, _HUE], second[:, _HUE], strict=True)]
    return mixed


def _towards(share: float, wanted: bool, step: float) -> float:
    return min(share + step, 1.0) if wanted else max(share - step, 0.0)
