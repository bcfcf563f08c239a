"""The one table of what can be asked of a show: addresses, types, ranges, and the order that each becomes.

OSC, OSCQuery, the operator's page and MIDI all read it. It never changes: when another scene is on stage, there is
another table. Any thread may read one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from engine.control.argument import Argument, Read
from engine.control.bad_order import BadOrder
from engine.control.orders import (
    ForgetMidi,
    HoldBack,
    HoldScore,
    JumpInScore,
    LearnMidi,
    LightsByHand,
    Master,
    NudgeScore,
    OpenSurvey,
    Order,
    Override,
    RecallPreset,
    Release,
    ReleaseTap,
    SelectCue,
    SelectScene,
    ShowSurvey,
    StepCue,
    StepScene,
    StorePreset,
    Tap,
    Tempo,
)
from engine.control.scene_input import SceneInput
from engine.frame_ring import LONGEST_DELAY

ROOT: Final = "/monochord"
NAME: Final = "[A-Za-z0-9_-]{1,32}"
"""What a preset of the user's own may be called."""
ADDRESS: Final = "/monochord(/[A-Za-z0-9_]{1,64}){1,4}"
"""What the address of an order looks like, whether there is one or not."""
_PRESET: Final = ":[\\w-]{1,64}"  # what may follow the name of a scene
_LARGEST: Final = 1e9  # of a number without a range of its own
_FURTHEST: Final = 64.0  # quarters that the place in the score is nudged by at a time
_LONGEST_SHOWN: Final = 3600.0  # seconds that a code may be asked to be on the wall
_SLOWEST, _FASTEST = 20.0, 300.0  # beats a minute by hand
_PARTS: Final = MappingProxyType({"point2D": "xy", "color": ("red", "green", "blue", "alpha")})

Make = Callable[[Sequence[Read]], Order]


@dataclass(frozen=True, slots=True)
class Repertoire:
    """What can be chosen from in this show: names of scenes, of palettes, titles of cues, who is told by OSC.

    `bars`: the numbers of the score's first and last bar, where one is followed.
    """

    scenes: tuple[str, ...] = ()
    palettes: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    bars: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be asked. Without arguments it is a trigger, and a button may send it too: 1 does it, 0 not.

    `told`: whether its present value is known, at the same address. `input`: the scene's input that it moves.
    """

    address: str
    arguments: tuple[Argument, ...]
    description: str
    make: Make
    least: int
    told: bool = False
    input: SceneInput | None = None

    @property
    def tags(self) -> str:
        """The OSC types of its arguments."""
        return "".join(one.type for one in self.arguments)

    def read(self, given: Sequence[object]) -> Order | None:
        """The order that these arguments make; None for a button that was let go. BadOrder if they make none."""
        given = _flat(given)
        if not self.arguments:
            if not given or self._pressed(given):
                return self.make(())
            return None
        if len(given) == 1 and len(self.arguments) == 4 and type(given[0]) is int:
            given = [(given[0] >> shift & 255) / 255 for shift in (24, 16, 8, 0)]  # a colour of OSC's own type
        if not self.least <= len(given) <= len(self.arguments):
            names = " ".join(one.name for one in self.arguments)
            raise BadOrder(self.address, f"takes {names}, not {len(given)} arguments")
        return self.make([one.read(value, self.address) for one, value in zip(self.arguments, given, strict=False)])

    def _pressed(self, given: Sequence[object]) -> bool:
        pressed = Argument("press", "T").read(given[0], self.address)
        if len(given) > 1:
            raise BadOrder(self.address, f"takes no argument, or 1, not {len(given)}")
        return bool(pressed)


class Table:
    """All that can be asked of a show while `scene` is on stage, which can be played with by `inputs`.

    `number` counts the tables of a show, so that who shows them sees that there is a new one.
    """

    def __init__(
        self, repertoire: Repertoire, scene: str = "", inputs: Sequence[SceneInput] = (), number: int = 0
    ) -> None:
        self.repertoire, self.scene, self.inputs, self.number = repertoire, scene, tuple(inputs), number
        found = {entry.address: entry for entry in _entries(repertoire, scene)}
        for item in self.inputs:
            address = f"{ROOT}/scene/{item.name}"
            while address in found:  # a shader may call an input next, too
                address += "_"
            found[address] = _input_entry(address, item, scene)
            let_go = f"{address}/release"
            found[let_go] = Entry(let_go, (), f"give {item.name} back to the music", _release(scene, item.name), 0)
        self.entries: Mapping[str, Entry] = MappingProxyType(found)

    def with_scene(self, scene: str, inputs: Sequence[SceneInput]) -> Table:
        """The table while another scene is on, or the same one with other inputs."""
        return Table(self.repertoire, scene, inputs, self.number + 1)

    def read(self, address: str, given: Sequence[object] = ()) -> Order | None:
        """The order that this address and these arguments make; None for a button that was let go.

        BadOrder, in one line, for an address that is none, and for arguments that it does not take.
        """
        entry = self.entries.get(address)
        if entry is None:
            raise BadOrder("OSC address", f"{address[:80]} is none", address, self.entries)
        return entry.read(given)

    def input_address(self, name: str) -> str | None:
        """The address of the scene's input of that name."""
        return next((at for at, entry in self.entries.items() if entry.input and entry.input.name == name), None)


def _entries(repertoire: Repertoire, scene: str) -> Iterator[Entry]:
    """Those that are there whatever is on stage."""
    master = f"{ROOT}/master"
    bright = Argument("brightness", "f", 0.0, 1.0)
    yield Entry(f"{master}/brightness", (bright,), "how bright the picture is", _master("brightness"), 1, told=True)
    for name, what in (
        ("blackout", "no light at all"),
        ("freeze", "the picture stands still"),
        ("panel", "the operator's window"),
    ):
        yield Entry(f"{master}/{name}", (Argument(name, "T"),), what, _master(name), 1, told=True)
    palette = Argument("palette", "s", choices=("", *repertoire.palettes))
    says = "colours that every scene wears; with no name each wears its own"
    yield Entry(f"{master}/palette", (palette,), says, _master("palette"), 1, told=True)

    chosen = Argument("scene", "s", choices=repertoire.scenes, shape=_PRESET)
    says = "go to a scene, by name, name:preset or number"
    yield Entry(f"{ROOT}/scene/select", (chosen,), says, lambda v: SelectScene(str(v[0])), 1, told=True)
    yield Entry(f"{ROOT}/scene/next", (), "go to the next scene", lambda _: StepScene(1), 0)
    yield Entry(f"{ROOT}/scene/previous", (), "go to the scene before", lambda _: StepScene(-1), 0)
    yield Entry(f"{ROOT}/scene/release", (), "give every input back to the music", _release(scene), 0)

    yield Entry(f"{ROOT}/cue/go", (), "go to the next cue", lambda _: StepCue(1), 0)
    yield Entry(f"{ROOT}/cue/back", (), "go to the cue before", lambda _: StepCue(-1), 0)
    if cues := len(repertoire.cues):
        number = Argument("cue", "i", 1, cues, tuple(range(1, cues + 1)), repertoire.cues)
        yield Entry(f"{ROOT}/cue/select", (number,), "go to a cue", lambda v: SelectCue(int(v[0])), 1, told=True)

    yield Entry(f"{ROOT}/tap", (), "tap the beat", lambda _: Tap(time.monotonic()), 0)
    yield Entry(f"{ROOT}/tap/release", (), "give beat and tempo back to the senses", lambda _: ReleaseTap(), 0)
    bpm = Argument("tempo", "f", _SLOWEST, _FASTEST, unit="BPM")
    says = "the tempo by hand; 0 is told while the senses lead"
    yield Entry(f"{ROOT}/tempo", (bpm,), says, lambda v: Tempo(float(v[0]), time.monotonic()), 1, told=True)

    by_hand = Argument("level", "f", 0.0, 1.0)
    says = "how bright the lights are while they are driven by hand"
    yield Entry(f"{ROOT}/lights/level", (by_hand,), says, lambda v: LightsByHand("level", float(v[0])), 1, told=True)
    for name, what in (
        ("manual", "drive the lights by hand: their level, and the tapped beat"),
        ("full", "all lights full and white"),
        ("muted", "tell nobody anything, lights, clocks or walls: a backup that stands by"),
    ):
        yield Entry(f"{ROOT}/lights/{name}", (Argument(name, "T"),), what, _lights(name), 1, told=True)
    for place, receiver in enumerate(repertoire.receivers, 1):
        late = Argument("delay", "f", 0.0, 1000.0 * LONGEST_DELAY, unit="ms")
        yield Entry(
            f"{ROOT}/lights/delay/{place}", (late,), f"how late {receiver} is told", _delay(place), 1, told=True
        )

    if repertoire.bars is not None:
        yield from _score_entries(*repertoire.bars)

    asked = Argument("open", "T")
    says = "let the audience's phones answer two questions"
    yield Entry(f"{ROOT}/survey/open", (asked,), says, lambda v: OpenSurvey(bool(v[0])), 1, told=True)
    shown, long = Argument("show", "T"), Argument("seconds", "f", 0.0, _LONGEST_SHOWN, unit="s")
    says = "the code for the audience's phones lies on the picture; seconds: for how long, 0 until told"
    yield Entry(f"{ROOT}/survey/show", (shown, long), says, _show_survey, 1, told=True)

    kept = Argument("name", "s", shape=NAME)
    says = "keep what is overridden in the running scene under a name"
    yield Entry(f"{ROOT}/preset/store", (kept,), says, lambda v: StorePreset(str(v[0])), 1)
    says = "override the running scene's inputs as they were kept"
    yield Entry(f"{ROOT}/preset/recall", (kept,), says, lambda v: RecallPreset(str(v[0])), 1)

    learned = Argument("order", "s", shape=ADDRESS)
    value = Argument("value", "s", shape="[^\\x00-\\x1f]{0,80}")
    says = "the MIDI control that moves next gives this order, of a choice with this value"
    yield Entry(f"{ROOT}/midi/learn", (learned, value), says, lambda v: LearnMidi(*map(str, v)), 1)
    says = "forget what was learned of this order from MIDI controllers"
    yield Entry(f"{ROOT}/midi/forget", (learned,), says, lambda v: ForgetMidi(str(v[0])), 1)


def _score_entries(first: int, last: int) -> Iterator[Entry]:
    """What a hand may do to the place in the score."""
    by = Argument("quarters", "f", -_FURTHEST, _FURTHEST)
    says = "the player is so many quarters further on in the score, or back"
    yield Entry(f"{ROOT}/score/nudge", (by,), says, lambda v: NudgeScore(float(v[0])), 1)
    bar, beat = Argument("bar", "i", first, last), Argument("beat", "f", 1.0, _FURTHEST)
    says = "the player is at this bar of the score, and this beat of it"
    yield Entry(f"{ROOT}/score/jump", (bar, beat), says, lambda v: JumpInScore(int(v[0]), *map(float, v[1:])), 1)
    says = "stay at this place in the score, whatever is heard"
    hold = Argument("hold", "T")
    yield Entry(f"{ROOT}/score/hold", (hold,), says, lambda v: HoldScore(bool(v[0])), 1, told=True)


def _show_survey(values: Sequence[Read]) -> Order:
    return ShowSurvey(bool(values[0]), *map(float, values[1:]))


def _master(name: str) -> Make:
    return lambda values: Master(name, values[0])


def _lights(name: str) -> Make:
    return lambda values: LightsByHand(name, bool(values[0]))


def _delay(place: int) -> Make:
    return lambda values: HoldBack(place, float(values[0]) / 1000.0)


def _release(scene: str, name: str = "") -> Make:
    return lambda _: Release(scene, name)


def _input_entry(address: str, item: SceneInput, scene: str) -> Entry:
    """How an input of the running scene is overridden."""
    says = (item.label or item.name) + (f", moved by {item.moved_by}" if item.moved_by else "")
    if item.type == "event":
        return Entry(address, (), says, lambda _: Override(scene, item.name, True), 0, input=item)
    arguments = _input_arguments(item)
    parts = len(arguments)

    def made(values: Sequence[Any]) -> Order:
        whole = (*values, *(1.0 for _ in range(parts - len(values))))  # a colour without its alpha
        return Override(scene, item.name, whole if item.type in _PARTS else values[0])

    least = 3 if item.type == "color" else parts
    return Entry(address, arguments, says, made, least, told=True, input=item)


def _input_arguments(item: SceneInput) -> tuple[Argument, ...]:
    if item.type == "bool":
        return (Argument(item.name, "T"),)
    if item.type in _PARTS:
        names = _PARTS[item.type]
        return tuple(Argument(name, "f", *_ends(item, place), unit="") for place, name in enumerate(names))
    tag = "i" if item.type == "long" else "f"
    return (Argument(item.name, tag, *_ends(item), item.values, item.labels),)


def _ends(item: SceneInput, part: int | None = None) -> tuple[float, float]:
    """Between which numbers the input, or a part of it, may be put."""
    ends = []
    for end, far in ((item.minimum, -_LARGEST), (item.maximum, _LARGEST)):
        if isinstance(end, tuple) and part is not None:
            ends.append(end[part])
        else:
            ends.append(far if end is None or isinstance(end, tuple) else float(end))
    return min(ends), max(ends)


def _flat(given: Sequence[object]) -> Sequence[object]:
    """Arguments in brackets count as if there were none, where they begin with one."""
    if not given or not isinstance(given[0], list | tuple):
        return given
    found: list[object] = []
    for one in given:
        found += one if isinstance(one, list | tuple) else [one]
    return found
