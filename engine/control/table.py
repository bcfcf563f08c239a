"""The one table of what can be asked of a show: addresses, types, ranges, and the order that each becomes.

OSC, OSCQuery, the operator's page and MIDI all read it. It never changes: when another scene is on stage, there is
another table. Any thread may read one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engine.control.argument import Argument, Read
from engine.control.bad_order import BadOrder
from engine.control.entry import ADDRESS, ROOT, Entry, Make
from engine.control.input_entries import input_entries, release
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
    RecallPreset,
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

_NAME: Final = "[A-Za-z0-9_-]{1,32}"  # what a preset of the user's own may be called
_PRESET: Final = ":[\\w-]{1,64}"  # what may follow the name of a scene
_VALUE: Final = "[^\\x00-\\x1f\\ud800-\\udfff]{0,80}"  # what a control may say: it is kept in a file, as UTF-8
_FURTHEST: Final = 64.0  # quarters that the place in the score is nudged by at a time, and beats of a bar
_LONGEST_SHOWN: Final = 3600.0  # seconds that a code may be asked to be on the wall
_SLOWEST, _FASTEST = 20.0, 300.0  # beats a minute by hand


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


class Table:
    """All that can be asked of a show while `scene` is on stage, which can be played with by `inputs`.

    `number` counts the tables of a show, so that who shows them sees that there is a new one.
    """

    def __init__(
        self, repertoire: Repertoire, scene: str = "", inputs: Sequence[SceneInput] = (), number: int = 0
    ) -> None:
        self.repertoire, self.scene, self.inputs, self.number = repertoire, scene, tuple(inputs), number
        found = {entry.address: entry for entry in _standing(repertoire, scene)}
        for entry in input_entries(scene, self.inputs, found):
            found[entry.address] = entry
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


def _standing(repertoire: Repertoire, scene: str) -> Iterator[Entry]:
    """The entries that are there whatever is on stage."""
    yield from _of_the_master(repertoire.palettes)
    yield from _of_scenes(repertoire.scenes, scene)
    yield from _of_cues(repertoire.cues)
    yield from _of_the_beat()
    yield from _of_lights(repertoire.receivers)
    if repertoire.bars is not None:
        yield from _of_the_score(*repertoire.bars)
    yield from _of_the_survey()
    yield from _of_presets()
    yield from _of_midi()


def _of_the_master(palettes: tuple[str, ...]) -> Iterator[Entry]:
    """How bright it is, whether it stands still, what every scene wears."""
    master = f"{ROOT}/master"
    bright = Argument("brightness", "f", 0.0, 1.0)
    yield Entry(f"{master}/brightness", (bright,), "how bright the picture is", _master("brightness"), 1, told=True)
    for name, what in (
        ("blackout", "no light at all"),
        ("freeze", "the picture stands still"),
        ("panel", "the operator's window"),
    ):
        yield Entry(f"{master}/{name}", (Argument(name, "T"),), what, _master(name), 1, told=True)
    palette = Argument("palette", "s", choices=("", *palettes))
    says = "colours that every scene wears; with no name each wears its own"
    yield Entry(f"{master}/palette", (palette,), says, _master("palette"), 1, told=True)


def _of_scenes(scenes: tuple[str, ...], scene: str) -> Iterator[Entry]:
    """Which scene is on; `scene` is the one that is on now."""
    chosen = Argument("scene", "s", choices=scenes, shape=_PRESET)
    says = "go to a scene, by name, name:preset or number"
    yield Entry(f"{ROOT}/scene/select", (chosen,), says, lambda v: SelectScene(str(v[0])), 1, told=True)
    yield Entry(f"{ROOT}/scene/next", (), "go to the next scene", lambda _: StepScene(1), 0)
    yield Entry(f"{ROOT}/scene/previous", (), "go to the scene before", lambda _: StepScene(-1), 0)
    yield Entry(f"{ROOT}/scene/release", (), "give every input back to the music", release(scene), 0)


def _of_cues(cues: tuple[str, ...]) -> Iterator[Entry]:
    """From cue to cue."""
    yield Entry(f"{ROOT}/cue/go", (), "go to the next cue", lambda _: StepCue(1), 0)
    yield Entry(f"{ROOT}/cue/back", (), "go to the cue before", lambda _: StepCue(-1), 0)
    if cues:
        number = Argument("cue", "i", 1, len(cues), tuple(range(1, len(cues) + 1)), cues)
        yield Entry(f"{ROOT}/cue/select", (number,), "go to a cue", lambda v: SelectCue(int(v[0])), 1, told=True)


def _of_the_beat() -> Iterator[Entry]:
    """Beat and tempo by hand."""
    yield Entry(f"{ROOT}/tap", (), "tap the beat", lambda _: Tap(time.monotonic()), 0)
    yield Entry(f"{ROOT}/tap/release", (), "give beat and tempo back to the senses", lambda _: ReleaseTap(), 0)
    bpm = Argument("tempo", "f", _SLOWEST, _FASTEST, unit="BPM")
    says = "the tempo by hand; 0 is told while the senses lead"
    yield Entry(f"{ROOT}/tempo", (bpm,), says, lambda v: Tempo(float(v[0]), time.monotonic()), 1, told=True)


def _of_lights(receivers: tuple[str, ...]) -> Iterator[Entry]:
    """The lights by hand, and how late each receiver is told."""
    by_hand = Argument("level", "f", 0.0, 1.0)
    says = "how bright the lights are while they are driven by hand"
    yield Entry(f"{ROOT}/lights/level", (by_hand,), says, lambda v: LightsByHand("level", float(v[0])), 1, told=True)
    for name, what in (
        ("manual", "drive the lights by hand: their level, and the tapped beat"),
        ("full", "all lights full and white"),
        ("muted", "tell nobody anything, lights, clocks or walls: a backup that stands by"),
    ):
        yield Entry(f"{ROOT}/lights/{name}", (Argument(name, "T"),), what, _lights(name), 1, told=True)
    for place, receiver in enumerate(receivers, 1):
        late = Argument("delay", "f", 0.0, 1000.0 * LONGEST_DELAY, unit="ms")
        says = f"how late {receiver} is told"
        yield Entry(f"{ROOT}/lights/delay/{place}", (late,), says, _delay(place), 1, told=True)


def _of_the_score(first: int, last: int) -> Iterator[Entry]:
    """What a hand may do to the place in the score, whose bars have these numbers."""
    by = Argument("quarters", "f", -_FURTHEST, _FURTHEST)
    says = "the player is so many quarters further on in the score, or back"
    yield Entry(f"{ROOT}/score/nudge", (by,), says, lambda v: NudgeScore(float(v[0])), 1)
    bar, beat = Argument("bar", "i", first, last), Argument("beat", "f", 1.0, _FURTHEST)
    says = "the player is at this bar of the score, and this beat of it"
    yield Entry(f"{ROOT}/score/jump", (bar, beat), says, lambda v: JumpInScore(int(v[0]), *map(float, v[1:])), 1)
    says = "stay at this place in the score, whatever is heard"
    hold = Argument("hold", "T")
    yield Entry(f"{ROOT}/score/hold", (hold,), says, lambda v: HoldScore(bool(v[0])), 1, told=True)


def _of_the_survey() -> Iterator[Entry]:
    """What the audience is asked, and where it finds the questions."""
    asked = Argument("open", "T")
    says = "let the audience's phones answer two questions"
    yield Entry(f"{ROOT}/survey/open", (asked,), says, lambda v: OpenSurvey(bool(v[0])), 1, told=True)
    shown, long = Argument("show", "T"), Argument("seconds", "f", 0.0, _LONGEST_SHOWN, unit="s")
    says = "the code for the audience's phones lies on the picture; seconds: for how long, 0 until told"
    yield Entry(f"{ROOT}/survey/show", (shown, long), says, _show_survey, 1, told=True)


def _of_presets() -> Iterator[Entry]:
    """The user's own presets."""
    kept = Argument("name", "s", shape=_NAME)
    says = "keep what is overridden in the running scene under a name"
    yield Entry(f"{ROOT}/preset/store", (kept,), says, lambda v: StorePreset(str(v[0])), 1)
    says = "override the running scene's inputs as they were kept"
    yield Entry(f"{ROOT}/preset/recall", (kept,), says, lambda v: RecallPreset(str(v[0])), 1)


def _of_midi() -> Iterator[Entry]:
    """What controllers are taught."""
    learned, value = Argument("order", "s", shape=ADDRESS), Argument("value", "s", shape=_VALUE)
    says = "the MIDI control that moves next gives this order, of a choice with this value"
    yield Entry(f"{ROOT}/midi/learn", (learned, value), says, lambda v: LearnMidi(*map(str, v)), 1)
    says = "forget what was learned of this order from MIDI controllers"
    yield Entry(f"{ROOT}/midi/forget", (learned,), says, lambda v: ForgetMidi(str(v[0])), 1)


def _show_survey(values: Sequence[Read]) -> Order:
    return ShowSurvey(bool(values[0]), *map(float, values[1:]))


def _master(name: str) -> Make:
    return lambda values: Master(name, values[0])


def _lights(name: str) -> Make:
    return lambda values: LightsByHand(name, bool(values[0]))


def _delay(place: int) -> Make:
    return lambda values: HoldBack(place, float(values[0]) / 1000.0)
