"""The record that is carried up the stairs: Block, Frame, and the one list of signals.

A `Block` is one hop of sound; a `Frame` is everything that is known at its end. A frame is one row of
doubles, and the fields of its groups (`Sound`, `Band`, `Rhythm` …) say what lies where in it: that is the
binary layout. It is the same in memory that processes share, in a recording, and on a socket. `SIGNALS` is
read off those fields; scene bindings, OSC addresses, the README's table, the recorder's columns and the range
tests all read `SIGNALS`. There is no second list.

Where several musicians play, the row of a hop is the mix's, and behind it a row of the same kind for each of them:
`signals_of` names all that is in it.
"""

from __future__ import annotations

import copy
import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final, Self, overload

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Sound: (samples, channels), full scale is ±1."""
Row = NDArray[np.float64]
"""A frame as it is stored: (ROW,); with musicians (ROW · (1 + musicians),), the mix's first."""

RATE: Final = 48_000
"""The engine's own sample rate in Hz; every source is brought to it."""
HOP: Final = 256
"""Samples a hop: one Block in, one Frame out, every 5.3 ms."""
SILENT_DB: Final = -120.0
"""What every level reads where there is nothing at all, dBFS."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One hop of sound, (HOP, channels) float32, at RATE; `index` counts hops from 0."""

    index: int
    samples: Samples

    @property
    def time(self) -> float:
        """Seconds of sound heard by the end of this hop: counted in samples, never read from a clock."""
        return (self.index + 1) * HOP / RATE


class Signal:
    """One field of the record: what it is called, where it lies in a row, and what its numbers mean.

    `span` is the usual range, which bindings take when they name none; a value may leave it only where
    `bounded` is false (a counter, a time).
    """

    def __init__(
        self,
        unit: str,
        span: tuple[float, float],
        meaning: str,
        *,
        initial: float = 0.0,
        bounded: bool = True,
    ) -> None:
        self.unit, self.span, self.meaning, self.initial, self.bounded = unit, span, meaning, initial, bounded
        self.name = ""
        self.start = 0
        self.size = 1

    def __set_name__(self, owner: type[Group], name: str) -> None:
        self.name = f"{owner.__name__.lower()}.{name}"

    @property
    def address(self) -> str:
        """Where it is sent: /monochord/<group>/<name>."""
        return "/monochord/" + self.name.replace(".", "/")

    @property
    def counts(self) -> bool:
        """Whether this is a counter of events: a whole number that never falls during a show."""
        return self.unit == "count"

    @property
    def part(self) -> slice:
        """Its place in a row."""
        return slice(self.start, self.start + self.size)

    def of(self, musician: str, place: int) -> Self:
        """The same of the musician whose row is number `place` behind the mix's, the first 1."""
        own = copy.copy(self)
        own.name, own.start = f"{musician}.{self.name}", self.start + place * ROW
        return own


class Number(Signal):
    """A signal that is one number."""

    @overload
    def __get__(self, group: None, owner: type) -> Self: ...
    @overload
    def __get__(self, group: Group, owner: type) -> float: ...
    def __get__(self, group: Group | None, owner: type) -> Self | float:
        return self if group is None else float(group.row[self.start])


class Numbers(Signal):
    """A signal that is a list of `size` numbers."""

    def __init__(self, size: int, unit: str, span: tuple[float, float], meaning: str, **more: Any) -> None:
        super().__init__(unit, span, meaning, **more)
        self.size = size

    @overload
    def __get__(self, group: None, owner: type) -> Self: ...
    @overload
    def __get__(self, group: Group, owner: type) -> Row: ...
    def __get__(self, group: Group | None, owner: type) -> Self | Row:
        return self if group is None else group.row[self.part]


class Group:
    """A room of the record: signals that belong together, as a view of a frame's row."""

    signals: ClassVar[tuple[Signal, ...]] = ()
    __slots__ = ("row",)

    def __init__(self, row: Row) -> None:
        self.row = row

    def __init_subclass__(cls) -> None:
        cls.signals = tuple(field for field in vars(cls).values() if isinstance(field, Signal))


DBFS: Final = (-60.0, 0.0)


class Sound(Group):
    """How the sound is now."""

    __slots__ = ()
    level = Number("dBFS", DBFS, "RMS of this hop, not smoothed", initial=SILENT_DB, bounded=False)
    peak = Number("dBFS", DBFS, "largest sample of this hop", initial=SILENT_DB, bounded=False)
    loudness = Number("LUFS", DBFS, "momentary loudness of the last 0.4 s (BS.1770)", initial=SILENT_DB, bounded=False)
    floor = Number("dBFS", (-90.0, -30.0), "the room's own level, learned by listening", initial=-60.0)
    silence = Number("", (0.0, 1.0), "1 while nothing is heard above the floor", initial=1.0)
    clipping = Number("count", (0.0, 1000.0), "samples at full scale so far", bounded=False)
    bands = Numbers(
        8,
        "dBFS",
        DBFS,
        "level in octaves: 63, 125, 250, 500 Hz, 1, 2, 4, 8 kHz",
        initial=SILENT_DB,
        bounded=False,
    )
    low = Number("dBFS", DBFS, "level of the octaves 63–250 Hz together", initial=SILENT_DB, bounded=False)
    mid = Number("dBFS", DBFS, "level of the octaves 500 Hz–2 kHz together", initial=SILENT_DB, bounded=False)
    high = Number("dBFS", DBFS, "level of the octaves 4–8 kHz together", initial=SILENT_DB, bounded=False)
    centroid = Number("Hz", (0.0, RATE / 2), "centre of gravity of the spectrum: brightness")
    flatness = Number("", (0.0, 1.0), "0 a pure tone, 1 white noise")
    crest = Number("dB", (0.0, 30.0), "highest peak of the spectrum above its mean", bounded=False)
    crossings = Number("Hz", (0.0, RATE / 2), "zero crossings a second, halved: a sine reads its frequency")
    flux = Number("dB", (0.0, 30.0), "mean rise of the spectrum since two hops ago", bounded=False)


class Band(Group):
    """The instrument's own part of the spectrum, as the sound-check found it."""

    __slots__ = ()
    level = Number(
        "dBFS",
        DBFS,
        "RMS of the instrument's own band in this hop, the room taken off",
        initial=SILENT_DB,
        bounded=False,
    )
    share = Number("", (0.0, 1.0), "share of the sound's power that lies in the band", initial=1.0)
    low = Number("Hz", (0.0, RATE / 2), "lower edge of the band", initial=20.0)
    high = Number("Hz", (0.0, RATE / 2), "upper edge of the band", initial=20_000.0)


class Rhythm(Group):
    """What happened when, and when the next beat is."""

    __slots__ = ()
    hits = Number("", (0.0, 1.0), "strength of an onset, dying away within 0.3 s")
    onsets = Number("count", (0.0, 1000.0), "onsets so far", bounded=False)
    last = Number("s", (0.0, 3600.0), "when the sound of the last onset began", bounded=False)
    strength = Number("", (0.0, 1.0), "strength of the last onset")
    attack = Number("", (0.0, 1.0), "kind of the last onset: 1 plucked or struck, 0 bowed or blown")
    beats = Number("count", (0.0, 1000.0), "beats so far", bounded=False)
    beat_at = Number("s", (0.0, 3600.0), "when the last beat was", bounded=False)
    phase = Number("", (0.0, 1.0), "how far it is from the last beat to the next")
    tempo = Number("BPM", (0.0, 300.0), "beats a minute; 0 until there was something to follow")
    confidence = Number("", (0.0, 1.0), "how sure tempo and beat are; below 0.5 the beat runs free")
    bar = Number("", (0.0, 12.0), "place of the beat in its bar, 1 the downbeat; 0 where it cannot be known")


class Pitch(Group):
    """Which note, how it bends, and which notes belong together."""

    __slots__ = ()
    hz = Number("Hz", (0.0, 4200.0), "fundamental frequency f0; 0 where there is no pitch")
    cents = Number(
        "cents", (2400.0, 10800.0), "f0 as MIDI note number × 100; the last one while unvoiced", initial=6000
    )
    confidence = Number("", (0.0, 1.0), "how sure f0 is")
    glide = Number("cents/s", (-2400.0, 2400.0), "how fast f0 slides", bounded=False)
    vibrato_rate = Number("Hz", (0.0, 12.0), "swings of f0 a second; 0 without vibrato")
    vibrato_depth = Number("cents", (0.0, 200.0), "amplitude of the vibrato; 0 without", bounded=False)
    notes = Number("count", (0.0, 1000.0), "notes held so far", bounded=False)
    since = Number("s", (0.0, 3600.0), "when the note that is held, or was last, began", bounded=False)
    chroma = Numbers(12, "", (0.0, 1.0), "how much of each pitch class is heard, C first; the largest is 1")
    key = Number("", (0.0, 11.0), "tonic of the last seconds as a pitch class, 0 is C")
    mode = Number("", (0.0, 1.0), "1 major, 0 minor", initial=1.0)
    clarity = Number("", (0.0, 1.0), "how clearly the key stands out from the others")


class Texture(Group):
    """How rough the sound is, and at which scale."""

    __slots__ = ()
    fractal = Number(
        "", (1.0, 2.0), "short-time fractal dimension: 1 smooth as a whistle, 2 rough as noise", initial=1.0
    )
    profile = Numbers(8, "", (1.0, 2.0), "fractal dimension at eight scales, finest first (Maragos)", initial=1.0)
    katz = Number("", (1.0, 4.0), "Katz's fractal dimension: how much longer the line is than its reach", initial=1.0)
    petrosian = Number("", (1.0, 1.06), "Petrosian's fractal dimension: how often the line turns", initial=1.0)
    wavelets = Numbers(
        8,
        "dBFS",
        DBFS,
        "level by wavelet scale, finest first: 12–24 kHz, each an octave lower",
        initial=SILENT_DB,
        bounded=False,
    )
    roughness = Number("", (0.0, 1.0), "how much the partials beat against one another")


class Form(Group):
    """What takes seconds: phrases, crescendo, and clocks that run with the music."""

    __slots__ = ()
    phrases = Number("count", (0.0, 1000.0), "phrases begun so far; a breath parts them", bounded=False)
    breath = Number("", (0.0, 1.0), "1 between two phrases", initial=1.0)
    crescendo = Number("dB/s", (-6.0, 6.0), "how fast it grows louder over the last seconds", bounded=False)
    density = Number("1/s", (0.0, 12.0), "onsets a second of late", bounded=False)
    intensity = Number("", (0.0, 1.0), "loud, bright and busy, against the evening so far")
    silence = Number("s", (0.0, 60.0), "how long nothing has been heard; 0 while something is", bounded=False)
    clock = Number("s", (0.0, 3600.0), "a clock that runs with the loudness and stands in silence", bounded=False)
    clock_low = Number("s", (0.0, 3600.0), "the same with the octaves 63–250 Hz", bounded=False)
    clock_mid = Number("s", (0.0, 3600.0), "the same with the octaves 500 Hz–2 kHz", bounded=False)
    clock_high = Number("s", (0.0, 3600.0), "the same with the octaves 4–8 kHz", bounded=False)


class Place(Group):
    """Where the sound of the last second lies on the map of all sounds that were ever learnt: the learned ear."""

    __slots__ = ()
    x = Number("", (-1.0, 1.0), "place on the flat map, left to right")
    y = Number("", (-1.0, 1.0), "place on the flat map, bottom to top")
    cube = Numbers(3, "", (-1.0, 1.0), "place on the map that has three dimensions")
    speed = Number("1/s", (0.0, 4.0), "how fast the sound travels over the flat map; 0 in silence", bounded=False)
    novelty = Number("", (0.0, 1.0), "how new the sound is: 0 like all that was learnt, 1 unlike any of it")
    confidence = Number("", (0.0, 1.0), "how sure the place is; falls to 0 in silence")
    family = Number("", (0.0, 31.0), "number of the nearest family among those on the map's card", bounded=False)
    age = Number("s", (0.0, 2.0), "how long ago the sound was heard that the place was last found for", bounded=False)


class Mood(Group):
    """Which of four moods the music of the last half minute has, as people of one culture name them for piano music."""

    __slots__ = ()
    excitement = Number("", (0.0, 1.0), "how likely the music is exciting; the four sum to 1", initial=0.25)
    relaxation = Number("", (0.0, 1.0), "how likely it is relaxing", initial=0.25)
    irritation = Number("", (0.0, 1.0), "how likely it is irritating", initial=0.25)
    depression = Number("", (0.0, 1.0), "how likely it is depressing", initial=0.25)
    valence = Number("", (-1.0, 1.0), "from unpleasant to pleasant")
    arousal = Number("", (-1.0, 1.0), "from calm to stirring")
    known = Number("", (0.0, 1.0), "1 while the music is like what the mood was learned from, 0 unlike any of it")
    age = Number("s", (0.0, 2.0), "how long ago the music was heard that the mood was last found for", bounded=False)
    features = Numbers(
        8,
        "",
        (0.0, 1.0),
        "what it is told by, low to high: pitch, centroid, tempo, alignment, cepstrum, wander, crossings, tonality",
    )


class Score(Group):
    """Where the player is in the score; all 0 where none is followed, and of each musician: the mix is followed."""

    __slots__ = ()
    beat = Number("quarters", (0.0, 1000.0), "quarter notes from the score's begin, repeats counted", bounded=False)
    bar = Number("", (0.0, 500.0), "number of the bar, as printed; a pick-up is 0", bounded=False)
    place = Number(
        "", (1.0, 13.0), "place in the bar in beats, 1 the first; between two beats a fraction", bounded=False
    )
    tempo = Number("1/min", (0.0, 300.0), "quarter notes a minute, as the player plays them")
    certainty = Number("", (0.0, 1.0), "how sure the place is; below 0.3 the player is lost, and the beat runs free")
    note = Number("", (0.0, 1000.0), "which note of the page began last, 1 the first; 0 before it", bounded=False)
    pitch = Number("", (0.0, 127.0), "MIDI number of the note that is written there; 0 in a rest")
    section = Number("", (0.0, 32.0), "which named section of the score, 1 the first; 0 before it", bounded=False)


GROUPS: Final[tuple[type[Group], ...]] = (Sound, Band, Rhythm, Pitch, Texture, Form, Place, Mood, Score)
_HEADER: Final = 2  # every row begins with the hop's index and its time


def _lay_out() -> Mapping[str, Signal]:
    """Give every signal its place in the row, in the order in which the groups name them."""
    table: dict[str, Signal] = {}
    start = _HEADER
    for group in GROUPS:
        for signal in group.signals:
            signal.start = start
            start += signal.size
            table[signal.name] = signal
    return MappingProxyType(table)


SIGNALS: Final = _lay_out()
"""Every signal by its name, `group.name`, in the order of the row."""
ROW: Final = _HEADER + sum(signal.size for signal in SIGNALS.values())
"""Doubles in a row."""
LAYOUT: Final = hashlib.sha256(repr([(s.name, s.size) for s in SIGNALS.values()]).encode()).hexdigest()[:16]
"""Fingerprint of the row: two programs understand each other's frames where theirs are equal."""


@functools.lru_cache
def signals_of(musicians: tuple[str, ...]) -> Mapping[str, Signal]:
    """Every signal of a show by its name: `sound.level` of the mix, then `erhu.sound.level` of each musician."""
    if not musicians:
        return SIGNALS
    table = dict(SIGNALS)
    for place, musician in enumerate(musicians, 1):
        table |= {own.name: own for own in (signal.of(musician, place) for signal in SIGNALS.values())}
    return MappingProxyType(table)


def blank_row(musicians: int = 0) -> Row:
    """A row in which nothing has been heard yet; for a machine to write into."""
    row = np.zeros(ROW)
    row[0] = -1
    for signal in SIGNALS.values():
        row[signal.part] = signal.initial
    return np.tile(row, 1 + musicians)


class Frame:
    """Everything that is known at the end of one hop. Sealed: the row cannot be written through it.

    Its rooms (`sound`, `rhythm` …) are the mix's; `of` gives the frame of one of its `musicians`.
    """

    __slots__ = ("musicians", "row")

    def __init__(self, row: Row | bytes, musicians: tuple[str, ...] = ()) -> None:
        """From a row (copied) or from the bytes of one; ValueError if it is not a row of this layout."""
        data = row if isinstance(row, bytes) else row.tobytes()
        size = 8 * ROW * (1 + len(musicians))
        if len(data) != size:
            raise ValueError(f"a frame has {size} bytes in layout {LAYOUT}, not {len(data)}")
        self.musicians = musicians
        self.row: Row = np.frombuffer(data, dtype="<f8")

    def of(self, musician: str) -> Frame:
        """The frame of one musician; ValueError if nobody of that name plays."""
        place = 1 + self.musicians.index(musician)
        return Frame(self.row[place * ROW : (place + 1) * ROW])

    @property
    def index(self) -> int:
        """The hop's index."""
        return int(self.row[0])

    @property
    def time(self) -> float:
        """Seconds of sound heard by the end of the hop."""
        return float(self.row[1])

    @property
    def sound(self) -> Sound:
        return Sound(self.row)

    @property
    def band(self) -> Band:
        return Band(self.row)

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.row)

    @property
    def pitch(self) -> Pitch:
        return Pitch(self.row)

    @property
    def texture(self) -> Texture:
        return Texture(self.row)

    @property
    def form(self) -> Form:
        return Form(self.row)

    @property
    def place(self) -> Place:
        return Place(self.row)

    @property
    def mood(self) -> Mood:
        return Mood(self.row)

    @property
    def score(self) -> Score:
        return Score(self.row)

    def __getitem__(self, name: str) -> float | Row:
        """A signal by its name, `sound.level` or `erhu.sound.level`; KeyError if there is none."""
        signal = signals_of(self.musicians)[name]
        values = self.row[signal.part]
        return values if isinstance(signal, Numbers) else float(values[0])

    def __iter__(self) -> Iterator[str]:
        return iter(signals_of(self.musicians))

    def __bytes__(self) -> bytes:
        return self.row.tobytes()


def slot_dtype(channels: int, musicians: int = 0) -> np.dtype[np.void]:
    """One hop as it is shared and recorded: its frame, and the sound that the frame describes."""
    return np.dtype([("frame", "<f8", (ROW * (1 + musicians),)), ("samples", "<f4", (HOP, channels))])
