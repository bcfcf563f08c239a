"""MIDI time code: quarter frames, eight to a label, and the message that says a whole one after a jump."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.timing.timecode import PACES, Label, Pace

_QUARTER, _END = 0xF1, 0xF7
_REAL_TIME: Final = b"\xf0\x7f"  # how a system exclusive message in real time begins; who is meant stands behind it,
_WHOLE_LABEL: Final = b"\x01\x01"  # and then that it is time code, a whole label
_PACES: Final[tuple[Pace, ...]] = tuple(PACES[name] for name in ("24", "25", "29.97df", "30"))  # by their two bits
_PIECES: Final = 8  # quarter frames to a label


@dataclass(frozen=True, slots=True)
class Told:
    """It was this label at `at`. `jumped`: somebody has gone there, and it may stand still."""

    label: Label
    pace: Pace
    at: float
    jumped: bool


class MtcReader:
    """Messages in, labels out. A label needs eight quarter frames in turn, in either direction, and is two frames old
    by then: `at` says when it was so. `delay` is in pictures.
    """

    delay = 2

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nothing was ever said."""
        self._nibbles = [0] * _PIECES
        self._first = 0.0
        self._last = -1
        self._step = 0  # the way that the pieces go: 1, −1 when it runs backwards, 0 before that is known
        self._in_turn = 0

    def step(self, message: bytes, at: float) -> Told | None:
        """The label that this message completes, `at` being when it came, in seconds; None for all others."""
        if len(message) == 2 and message[0] == _QUARTER and message[1] < 128:
            return self._quarter(message[1] >> 4, message[1] & 15, at)
        head, tail = message[:5], message[5:]
        if len(message) == 10 and head[:2] == _REAL_TIME and head[3:] == _WHOLE_LABEL and tail[-1] == _END:
            self.reset()
            return _label(tail[0], tail[1], tail[2], tail[3], at, jumped=True)
        return None

    def _quarter(self, piece: int, nibble: int, at: float) -> Told | None:
        way = {1: 1, _PIECES - 1: -1}.get((piece - self._last) % _PIECES, 0) if self._last >= 0 else 0
        if way != self._step or way == 0:
            self._in_turn = 1 if way else 0
        self._last, self._step = piece, way
        if piece == (0 if way >= 0 else _PIECES - 1):
            self._in_turn, self._first = 0, at
        self._nibbles[piece] = nibble
        self._in_turn += 1
        if piece != (_PIECES - 1 if way > 0 else 0) or self._in_turn != _PIECES or way == 0:
            return None
        n = self._nibbles
        return _label(n[6] | n[7] << 4, n[4] | n[5] << 4, n[2] | n[3] << 4, n[0] | n[1] << 4, self._first, jumped=False)


def _label(hours: int, minutes: int, seconds: int, pictures: int, at: float, *, jumped: bool) -> Told | None:
    """The label in these bytes, of which the hours say the pace too; None if there is no such label."""
    if max(hours, minutes, seconds, pictures) > 127:
        return None
    pace = _PACES[hours >> 5 & 3]
    label = Label(hours & 31, minutes, seconds, pictures)
    return Told(label, pace, at, jumped) if label.fits(pace) else None
