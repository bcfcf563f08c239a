"""The record that is carried up the stairs: Block, Frame, and the one list of signals.

A `Block` is one hop of sound; a `Frame` is everything that is known at its end. A frame is one row of
doubles, and the fields of its groups (`Sound`, `Rhythm`, `Texture`) say what lies where in it: that is the
binary layout. It is the same in memory that processes share, in a recording, and on a socket. `SIGNALS` is
read off those fields; scene bindings, OSC addresses, the README's table, the recorder's columns and the range
tests all read `SIGNALS`. There is no second list.
"""

from __future__ import annotations

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
"""A frame as it is stored: (ROW,)."""

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


class Rhythm(Group):
    """What happened when."""

    __slots__ = ()
    hits = Number("", (0.0, 1.0), "strength of an onset, dying away within 0.3 s")
    onsets = Number("count", (0.0, 1000.0), "onsets so far", bounded=False)
    last = Number("s", (0.0, 3600.0), "when the sound of the last onset began", bounded=False)
    strength = Number("", (0.0, 1.0), "strength of the last onset")


class Texture(Group):
    """How rough the sound is."""

    __slots__ = ()
    fractal = Number(
        "", (1.0, 2.0), "short-time fractal dimension: 1 smooth as a whistle, 2 rough as noise", initial=1.0
    )


GROUPS: Final[tuple[type[Group], ...]] = (Sound, Rhythm, Texture)
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


def blank_row() -> Row:
    """A row in which nothing has been heard yet; for a machine to write into."""
    row = np.zeros(ROW)
    row[0] = -1
    for signal in SIGNALS.values():
        row[signal.part] = signal.initial
    return row


class Frame:
    """Everything that is known at the end of one hop. Sealed: the row cannot be written through it."""

    __slots__ = ("row",)

    def __init__(self, row: Row | bytes) -> None:
        """From a row (copied) or from the bytes of one; ValueError if it is not a row of this layout."""
        data = row if isinstance(row, bytes) else row.tobytes()
        if len(data) != 8 * ROW:
            raise ValueError(f"a frame has {8 * ROW} bytes in layout {LAYOUT}, not {len(data)}")
        self.row: Row = np.frombuffer(data, dtype="<f8")

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
    def rhythm(self) -> Rhythm:
        return Rhythm(self.row)

    @property
    def texture(self) -> Texture:
        return Texture(self.row)

    def __getitem__(self, name: str) -> float | Row:
        """A signal by its name, `sound.level`; KeyError if there is none."""
        signal = SIGNALS[name]
        values = self.row[signal.part]
        return values if isinstance(signal, Numbers) else float(values[0])

    def __iter__(self) -> Iterator[str]:
        return iter(SIGNALS)

    def __bytes__(self) -> bytes:
        return self.row.tobytes()


def slot_dtype(channels: int) -> np.dtype[np.void]:
    """One hop as it is shared and recorded: its frame, and the sound that the frame describes."""
    return np.dtype([("frame", "<f8", (ROW,)), ("samples", "<f4", (HOP, channels))])
