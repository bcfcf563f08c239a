"""Orders: what can be asked of a running show, whoever asks: a key, OSC, the page, MIDI. Plain data, already checked.

`table` reads them from an address and its arguments; `engine.live.desk` does what they say.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.control.scene_input import Value


@dataclass(frozen=True, slots=True)
class Master:
    """One of the stage's masters takes this value: brightness 0..1, blackout, freeze, panel or palette.

    No palette is "": each scene wears its own.
    """

    name: str
    value: bool | float | str


@dataclass(frozen=True, slots=True)
class SelectScene:
    """Go to a scene: its name, or `name:preset`."""

    scene: str


@dataclass(frozen=True, slots=True)
class StepScene:
    """The next scene (1) or the one before (−1)."""

    step: int


@dataclass(frozen=True, slots=True)
class Override:
    """An input of `scene` takes this value until it is released or another scene is on. Of an event: it fires.

    Where another scene is on by the time, nothing happens.
    """

    scene: str
    input: str
    value: Value


@dataclass(frozen=True, slots=True)
class Release:
    """Give an input of `scene` back to the music; all of them for no name."""

    scene: str
    input: str = ""


@dataclass(frozen=True, slots=True)
class StepCue:
    """The next cue (1) or the one before (−1)."""

    step: int


@dataclass(frozen=True, slots=True)
class SelectCue:
    """The cue at this place of the table, counted from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class Tap:
    """The beat was tapped, `at` seconds of the monotonic clock."""

    at: float


@dataclass(frozen=True, slots=True)
class Tempo:
    """The beat goes on at so many beats a minute, by hand."""

    bpm: float
    at: float


@dataclass(frozen=True, slots=True)
class Beat:
    """The beat goes on at so many beats a minute, and one was `at` seconds of the monotonic clock."""

    bpm: float
    at: float


@dataclass(frozen=True, slots=True)
class ReleaseTap:
    """Beat and tempo are the senses' again."""


@dataclass(frozen=True, slots=True)
class StorePreset:
    """Keep what is overridden in the running scene under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class RecallPreset:
    """Override the inputs of the running scene as they were kept under this name; the others are released."""

    name: str


@dataclass(frozen=True, slots=True)
class LightsByHand:
    """What a hand does to the lights takes this value: `level` 0..1, `manual`, `full` or `muted`."""

    name: str
    value: bool | float


@dataclass(frozen=True, slots=True)
class HoldBack:
    """The receiver at this place, counted from 1, is told so many seconds late; no place is all of them.

    `by`: so much later than now, or earlier, instead.
    """

    place: int | None
    seconds: float
    by: bool = False


@dataclass(frozen=True, slots=True)
class NudgeScore:
    """The player is so many quarters further on in the score, or back, than was thought."""

    quarters: float


@dataclass(frozen=True, slots=True)
class JumpInScore:
    """The player is at this bar, by its printed number, and this beat of it, counted from 1."""

    bar: int
    beat: float = 1.0


@dataclass(frozen=True, slots=True)
class HoldScore:
    """Stay at this place in the score, whatever is heard, or follow the player again."""

    on: bool


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """Let the audience's phones answer, or nobody any more."""

    on: bool


@dataclass(frozen=True, slots=True)
class ShowSurvey:
    """Let the code that leads phones to the survey be on the wall, for so many seconds (0: until told), or go."""

    on: bool
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class LearnMidi:
    """The control of a MIDI controller that moves next gives this order; of one that chooses, with this value."""

    order: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ForgetMidi:
    """What was learned of this order from MIDI controllers is forgotten."""

    order: str


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody looks at the values of the scene's inputs, or nobody does any more."""

    on: bool


Order = (
    Master
    | SelectScene
    | StepScene
    | Override
    | Release
    | StepCue
    | SelectCue
    | Tap
    | Tempo
    | Beat
    | ReleaseTap
    | StorePreset
    | RecallPreset
    | LightsByHand
    | HoldBack
    | NudgeScore
    | JumpInScore
    | HoldScore
    | OpenSurvey
    | ShowSurvey
    | LearnMidi
    | ForgetMidi
    | Watch
)
