"""Datagrams between the machine that plays and those that follow: what is in them, and that nothing else is taken.

All begin with a head: whose they are, of which kind, the fingerprint of the signals (two versions that differ in them
refuse each other), and the show's number. A hop takes two:

    HOP     when its sound was delivered, by how much pictures are held back, its row, whole; behind it, as far as there
            is room, the rows before it, each as what of it differs from the next, in single precision: one loss costs
            nothing that is seen
    SOUND   its sound, 16 bits a sample, and that of the hop before once more, coarse and in mono, to mend a gap with
    STATE   what is on stage, as JSON; sent again and again
    ASK     what time is it?  (from the one that follows)
    ANSWER  the question's time, when it was heard, when it was answered

Numbers are little endian. A datagram is at most 1452 bytes, if a row is not longer.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.frame import HOP, LAYOUT, ROW, Row, Samples

LARGEST: Final = 1452
"""Bytes: what an Ethernet frame carries over IPv6 without being cut up."""
MOST_MUSICIANS: Final = 32
"""Musicians whose signals followers can be told of."""
_VERSION: Final = 2  # of what is said in here; the signals have a fingerprint of their own
_MAGIC: Final = b"MCHW"
_HEAD: Final = struct.Struct("<4sBBH8sQ")  # magic, version, kind, musicians, layout, show
_HOP: Final = struct.Struct("<dd")  # delivered, delay
_BEFORE: Final = struct.Struct("<dd")  # delivered, and the time in its row, which single precision would not carry
_LARGEST_VALUE: Final = 3.0e38  # what single precision carries
_SOUND: Final = struct.Struct("<qf")  # index, what full scale is
_SPARE: Final = struct.Struct("<f")  # what full scale is of the hop before, coarse
_TIMES: Final = struct.Struct("<ddd")  # asked, heard, answered
_LAYOUT: Final = bytes.fromhex(LAYOUT)
_COUNTED: Final = 2  # the first numbers of a row: which hop it is, and its time
_MIDDLE: Final = np.full(2, 0.5, np.float32)  # how much of each side mono has
_LAST_INDEX: Final = 2.0**40  # hops, almost two centuries: nobody plays so long


class Kind(IntEnum):
    """What a datagram is."""

    HOP = 1
    SOUND = 2
    STATE = 3
    ASK = 4
    ANSWER = 5


class Foreign(ValueError):
    """Bytes that are no datagram of ours, or a broken one."""


class WrongVersion(Foreign):
    """A datagram of a Monochord that understands other signals."""


@dataclass(frozen=True, slots=True)
class Head:
    """Of which show it is (a number that each start of a leader draws anew), and how many musicians play in it."""

    show: int
    musicians: int = 0

    @property
    def row(self) -> int:
        """Doubles in a row."""
        return ROW * (1 + self.musicians)


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """One hop as it was delivered, in seconds of the leader's clock, and by how many its pictures are held back."""

    row: Row
    delivered: float
    delay: float

    @property
    def index(self) -> int:
        """Its number in the show."""
        return int(self.row[0])


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """The sound of hop `index`, (HOP, 2); `spare` is that of the hop before, (HOP,), coarse."""

    index: int
    samples: Samples
    spare: Samples


@dataclass(frozen=True, slots=True)
class Times:
    """Of a question (`asked` alone) or an answer, seconds: `asked` by the one's clock, the others by the leader's."""

    asked: float
    heard: float = 0.0
    answered: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Datagram:
    """What came: its head, and one of the others."""

    head: Head
    hops: Sequence[Hop] = field(default=())
    """The newest first; those behind it are the ones before."""
    sound: Sound | None = None
    state: bytes | None = None
    question: Times | None = None
    answer: Times | None = None


def pack_hop(head: Head, hops: Sequence[Hop]) -> bytes:
    """A datagram of the newest hop, the first of `hops`, and of as many of those before it as there is room for."""
    newest = hops[0]
    parts = [_head(head, Kind.HOP), _HOP.pack(newest.delivered, newest.delay), newest.row.tobytes()]
    room = LARGEST - sum(map(len, parts))
    after = newest
    for before in hops[1:]:
        differs = before.row.view(np.uint64) != after.row.view(np.uint64)  # as bits: -0.0 is not 0.0
        differs[:_COUNTED] = False
        bits = np.packbits(differs)
        values = np.clip(before.row[differs], -_LARGEST_VALUE, _LARGEST_VALUE).astype("<f4")
        room -= _BEFORE.size + bits.nbytes + values.nbytes
        if room < 0 or before.index != after.index - 1:
            break
        parts += [_BEFORE.pack(before.delivered, before.row[1]), bits.tobytes(), values.tobytes()]
        after = before
    return b"".join(parts)


def pack_sound(head: Head, index: int, samples: Samples, before: Samples) -> bytes:
    """A datagram of the sound of a hop, (HOP, 2), and of the hop before, (HOP, 2), coarse; all finite."""
    scale = max(1.0, float(np.abs(samples).max()))
    whole = (samples * np.float32(32767.0 / scale)).astype("<i2")
    mono = before @ _MIDDLE
    peak = float(np.abs(mono).max())
    coarse = (mono * np.float32(127.0 / max(peak, 1e-6))).astype(np.int8)
    return b"".join(
        (_head(head, Kind.SOUND), _SOUND.pack(index, scale), whole.tobytes(), _SPARE.pack(peak), coarse.tobytes())
    )


def pack_state(head: Head, text: bytes) -> bytes:
    """A datagram of the state."""
    return _head(head, Kind.STATE) + text


def pack_times(head: Head, kind: Kind, times: Times) -> bytes:
    """A question or an answer."""
    return _head(head, kind) + _TIMES.pack(times.asked, times.heard, times.answered)


def unpack(data: bytes) -> Datagram:
    """What a datagram says. Foreign if it is none of ours or broken, WrongVersion if another version has sent it.

    Every number that comes out of it is finite.
    """
    if len(data) < _HEAD.size or data[:4] != _MAGIC:
        raise Foreign("no datagram of Monochord")
    _, version, kind, musicians, layout, show = _HEAD.unpack_from(data)
    if version != _VERSION or layout != _LAYOUT:
        raise WrongVersion(f"protocol {version}, signals {layout.hex()[:8]}; here {_VERSION}, {LAYOUT[:8]}")
    if musicians > MOST_MUSICIANS:
        raise Foreign(f"{musicians} musicians")
    head, body = Head(show, musicians), data[_HEAD.size :]
    if kind == Kind.HOP:
        return Datagram(head, hops=_hops(head, body))
    if kind == Kind.SOUND:
        return Datagram(head, sound=_sound(body))
    if kind == Kind.STATE:
        return Datagram(head, state=body)
    if kind in (Kind.ASK, Kind.ANSWER):
        if len(body) != _TIMES.size:
            raise Foreign(f"times of {len(body)} bytes")
        times = Times(*_TIMES.unpack(body))
        if not (math.isfinite(times.asked) and math.isfinite(times.heard) and math.isfinite(times.answered)):
            raise Foreign("times that are no numbers")
        return Datagram(head, question=times) if kind == Kind.ASK else Datagram(head, answer=times)
    raise Foreign(f"kind {kind}")


def _head(head: Head, kind: Kind) -> bytes:
    return _HEAD.pack(_MAGIC, _VERSION, kind, head.musicians, _LAYOUT, head.show)


def _hops(head: Head, body: bytes) -> tuple[Hop, ...]:
    size = head.row
    if len(body) < _HOP.size + 8 * size:
        raise Foreign(f"a hop of {len(body)} bytes")
    delivered, delay = _HOP.unpack_from(body)
    rows = [_row(np.frombuffer(body, "<f8", size, _HOP.size))]
    moments = [delivered]
    at, mask = _HOP.size + 8 * size, -(-size // 8)
    while at < len(body):
        if at + _BEFORE.size + mask > len(body):
            raise Foreign("half a hop")
        delivered, time = _BEFORE.unpack_from(body, at)
        moments.append(delivered)
        differs = np.unpackbits(np.frombuffer(body, np.uint8, mask, at + _BEFORE.size), count=size).astype(bool)
        at += _BEFORE.size + mask
        count = int(differs.sum())
        if at + 4 * count > len(body):
            raise Foreign("half a hop")
        row = rows[-1].copy()
        row[differs] = np.frombuffer(body, "<f4", count, at)
        row[:_COUNTED] = row[0] - 1.0, time
        rows.append(_row(row))
        at += 4 * count
    if not (all(map(math.isfinite, moments)) and 0.0 <= delay < 60.0):
        raise Foreign("times that are no numbers")
    if any(int(rows[0][0]) - int(row[0]) != back for back, row in enumerate(rows)):
        raise Foreign("hops out of order")
    return tuple(Hop(row, moment, delay) for row, moment in zip(rows, moments, strict=True))


def _row(row: NDArray[np.float64]) -> Row:
    if not (np.isfinite(row).all() and -1 <= row[0] < _LAST_INDEX and row[0] == int(row[0])):
        raise Foreign("a row with what is no number")
    return row.astype(np.float64)


def _sound(body: bytes) -> Sound:
    if len(body) != _SOUND.size + 4 * HOP + _SPARE.size + HOP:
        raise Foreign(f"sound of {len(body)} bytes")
    index, scale = _SOUND.unpack_from(body)
    peak = _SPARE.unpack_from(body, _SOUND.size + 4 * HOP)[0]
    if not (math.isfinite(scale) and math.isfinite(peak) and -1 <= index < _LAST_INDEX):
        raise Foreign("sound without a scale")
    samples = np.frombuffer(body, "<i2", 2 * HOP, _SOUND.size).reshape(HOP, 2) * np.float32(scale / 32767.0)
    coarse = np.frombuffer(body, np.int8, HOP, _SOUND.size + 4 * HOP + _SPARE.size) * np.float32(peak / 127.0)
    return Sound(index, samples, coarse)
