"""What a show wants of MIDI: which ports, what their controls do, and whose clock leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.control.midi_map import Grip, read_midi_map
from engine.errors import BadSetting

KEYS: Final = ("input", "output", "feedback", "follow_clock", "clock_to", "programs", "map")
"""Keys of `[midi]`."""


@dataclass(frozen=True, slots=True)
class MidiSettings:
    """`inputs` are names of ports, or parts of them. `map_file` is where what was learned is kept.

    `output` is told how things are; without a name it is the port that is called like the first input.
    """

    inputs: tuple[str, ...] = ()
    output: str = ""
    feedback: bool = True
    follow_clock: bool = False
    clock_to: str = ""
    programs: bool = True
    grips: tuple[Grip, ...] = ()
    map_file: Path | None = None

    def __str__(self) -> str:
        return ", ".join(dict.fromkeys(name for name in (*self.inputs, self.clock_to) if name))


def read_midi(found: Mapping[str, Any], map_file: Path) -> MidiSettings | None:
    """The `[midi]` of a show file, its keys without their table; None where no port is asked for.

    BadSetting, in one line, for a map that is none, and for a clock that goes round.
    """
    grips = read_midi_map(found.get("map", ()))
    given = found.get("input", ())
    inputs: Sequence[str] = (given,) if isinstance(given, str) else tuple(given)
    clock_to, follows = str(found.get("clock_to", "")), bool(found.get("follow_clock", False))
    if follows and not inputs:
        raise BadSetting('midi.follow_clock=true needs a port to hear the clock at: input = "Clock" in [midi]')
    if follows and clock_to and any(clock_to.casefold() == name.casefold() for name in inputs):
        raise BadSetting(f"midi.clock_to={clock_to} is followed too: the clock would go round (choose one)")
    if not inputs and not clock_to:
        return None
    return MidiSettings(
        tuple(dict.fromkeys(inputs)),
        str(found.get("output", "")),
        bool(found.get("feedback", True)),
        follows,
        clock_to,
        bool(found.get("programs", True)),
        grips,
        map_file,
    )
