"""The wires of a scene at work: every picture, a row of signals in, the value of every control out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engine.frame import Row
from engine.stage.binding import CURVES, Binding
from engine.stage.color import Color, from_lab, to_lab
from engine.stage.isf_inputs import PARTS, Input, Value
from engine.stage.mood_colors import MoodColors, mood_bindings
from engine.stage.overriding import Overrides
from engine.stage.palette import Colors, PaletteFade
from engine.stage.scene import Scene

_LARGEST: Final = 3e38
"""What a float of a graphics card can hold."""
_NO_COLORS: Final[Colors] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Heard:
    """What the bindings of a scene owe to all that was heard so far, as plain values that can travel.

    `followers`: of each, where the signal was, where it has come, how far its clock has run.
    """

    followers: tuple[tuple[float, float | None, float], ...]
    counted: Mapping[str, float]
    values: Mapping[str, Value]


class Follower:
    """One binding at work. It begins where the signal is; what is no number is not heard: the last stays."""

    def __init__(self, binding: Binding) -> None:
        self.binding = binding
        self._curve = CURVES[binding.curve]
        low, high = binding.to
        self._ends: tuple[tuple[float, float], ...] | None = None  # of each of the four numbers of a colour
        if isinstance(low, tuple) and isinstance(high, tuple):
            self._ends = tuple(zip(to_lab(low).tolist(), to_lab(high).tolist(), strict=True))
        self.reset()

    def reset(self) -> None:
        """Forget what was heard."""
        self._heard = 0.0
        self._at: float | None = None
        self._run = 0.0

    def step(self, row: Row, dt: float) -> float | tuple[float, ...]:
        """The value of the control `dt` seconds after the last step."""
        heard = self._position(self._believed(row))
        if not math.isnan(heard):
            self._heard = heard
        if self._at is None:
            self._at = self._heard
        seconds = self.binding.attack if self._heard > self._at else self.binding.release
        # The exact answer of the exponential for a step of any length, so that 30 and 144 Hz look the same.
        left = math.exp(-dt / seconds) if seconds > 0 else 0.0
        self._at = self._heard + (self._at - self._heard) * left
        return self._value(self._at, dt)

    @property
    def state(self) -> tuple[float, float | None, float]:
        """Where the signal was, where it has come, how far a clock has run."""
        return self._heard, self._at, self._run

    def resume(self, state: tuple[float, float | None, float]) -> None:
        """Go on from there."""
        self._heard, self._at, self._run = state

    @property
    def run(self) -> float:
        """The running total of a clock."""
        return self._run

    def push(self, more: float) -> None:
        """Let a clock have run that much further."""
        self._run = _held(self._run + more)

    def _believed(self, row: Row) -> float:
        """The signal, as far as it is to be trusted."""
        binding = self.binding
        value = float(row[binding.column])
        if binding.trust < 0:
            return value
        trust, rest = min(max(float(row[binding.trust]), 0.0), 1.0), binding.signal.initial
        return rest + (value - rest) * trust if trust > 0.0 else rest

    def _position(self, value: float) -> float:
        """Where a value lies in its range, 0..1, held in it and bent by the curve; nan for nan."""
        low, high = self.binding.source
        position = (value - low) / (high - low)
        if math.isnan(position):
            return position
        if self.binding.curve == "none":
            return _held(position)
        return self._curve(min(max(position, 0.0), 1.0))

    def _value(self, position: float, dt: float) -> float | tuple[float, ...]:
        if self._ends is not None:
            return from_lab([low + (high - low) * position for low, high in self._ends])
        low, high = self.binding.to
        assert not isinstance(low, tuple)
        assert not isinstance(high, tuple)
        value = _held(low + (high - low) * position)
        if self.binding.clock:
            value = self._run = _held(self._run + value * dt)
        return value


def _held(value: float) -> float:
    """The value, no larger than a graphics card can hold."""
    return min(max(value, -_LARGEST), _LARGEST)


class Binder:
    """All bindings of a scene. Inputs that nothing drives keep what the scene sets, else the shader's DEFAULT."""

    def __init__(self, scene: Scene) -> None:
        self.name = scene.name
        self._inputs = {item.name: item for item in scene.shader.inputs if not item.sampled}
        self._resting = {name: scene.values.get(name, item.default) for name, item in self._inputs.items()}
        self._followers = [Follower(binding) for binding in scene.bindings]
        self._colors: dict[str, Color] = {}
        for role in scene.roles:
            color = self._resting[role]
            assert isinstance(color, tuple)
            red, green, blue, alpha = color
            self._colors[role] = red, green, blue, alpha
        self._fade = PaletteFade()
        self._moods = [Follower(binding) for binding in mood_bindings(scene.moods)]
        self._mood_colors = MoodColors(scene.moods)
        self.overrides = Overrides(self._inputs)
        """What the operator holds in the place of the music."""
        self._shown: Mapping[str, Value] = MappingProxyType({})
        self._values: dict[str, Value] = {}
        self.reset()

    def reset(self) -> None:
        """Forget what was heard: the next step begins where the signals are then."""
        for follower in (*self._followers, *self._moods):
            follower.reset()
        self._fade.reset()
        self._mood_colors.reset()
        self._counted: dict[str, float] = {}
        self._values.update({name: value for name, value in self._resting.items() if value is not None})

    def continue_from(self, other: Binder) -> None:
        """Wear what an earlier version of the same scene wore: colours that have changed are walked to.

        What the operator holds stays held, unless it is another preset.
        """
        self._fade = other._fade
        moods = {one.binding.target: one.state for one in other._moods}
        for one in self._moods:
            if one.binding.target in moods:
                one.resume(moods[one.binding.target])
        if self.name == other.name:
            self.overrides.continue_from(other.overrides)

    @property
    def heard(self) -> Heard:
        """What it owes to what was heard; what the operator's hand holds is not in it."""
        followers = (*self._followers, *self._moods)
        return Heard(tuple(one.state for one in followers), dict(self._counted), dict(self._values))

    def resume(self, heard: Heard) -> None:
        """Go on where another binder of the same scene was."""
        for follower, state in zip((*self._followers, *self._moods), heard.followers, strict=True):
            follower.resume(state)
        self._counted.update(heard.counted)
        self._values.update(heard.values)

    @property
    def runs(self) -> list[float]:
        """The running totals of all clocks."""
        return [follower.run for follower in self._followers if follower.binding.clock]

    def push(self, more: Iterable[float]) -> None:
        """Let the clocks have run that much further, in the same order."""
        clocks = [follower for follower in self._followers if follower.binding.clock]
        for follower, further in zip(clocks, more, strict=False):
            follower.push(further)

    def step(self, row: Row, dt: float, pinned: Colors = _NO_COLORS) -> Mapping[str, Value]:
        """The value of every input that is no picture, `dt` seconds after the last step; valid until the next.

        `row`: a frame's. `pinned`: colours by role that are worn in the place of the scene's own. An event is
        true for one picture: when its counter has counted, or, driven by anything else, when its value comes to cross
        the middle of its range. Never nan, whatever the row holds.
        """
        dt = dt if math.isfinite(dt) and dt > 0 else 0.0
        if self._colors:
            self._values.update(self._worn(row, dt, pinned))
        for follower in self._followers:
            binding = follower.binding
            item = self._inputs[binding.target]
            if item.type == "event":
                self._values[item.name] = self._fired(binding, follower, row, dt)
            else:
                self._values[item.name] = _of_type(item, binding, follower.step(row, dt), self._values[item.name])
        self._shown = self.overrides.step(MappingProxyType(self._values), dt)
        return self._shown

    def _worn(self, row: Row, dt: float, pinned: Colors) -> Colors:
        """The scene's colours, or the pinned ones, or what the mood makes of its own."""
        worn = self._fade.step({role: pinned.get(role, own) for role, own in self._colors.items()}, dt)
        shares = [share for one in self._moods if isinstance(share := one.step(row, dt), float)]
        return self._mood_colors.step(worn, shares, bool(pinned), dt) if shares else worn

    @property
    def shown(self) -> Mapping[str, Value]:
        """What the last step gave."""
        return self._shown

    def _fired(self, binding: Binding, follower: Follower, row: Row, dt: float) -> bool:
        if binding.signal.counts:
            now = float(row[binding.column])
        else:
            value = follower.step(row, dt)
            now = float(isinstance(value, float) and value >= 0.5)
        before = self._counted.get(binding.target, now)
        if now == now:
            self._counted[binding.target] = now
        return now > before


def _of_type(item: Input, binding: Binding, value: float | tuple[float, ...], before: Value) -> Value:
    """What a follower says, as the type of the input; `before` lends the parts that it does not drive."""
    if isinstance(value, tuple):
        return value
    if item.type in PARTS:
        assert isinstance(before, tuple)
        assert binding.part is not None
        return (*before[: binding.part], value, *before[binding.part + 1 :])
    if item.type == "bool":
        return value >= 0.5
    if item.type == "long":
        whole = min(max(round(value), -(2**31)), 2**31 - 1)
        return min(item.values, key=lambda choice: abs(choice - whole)) if item.values else whole
    return value
