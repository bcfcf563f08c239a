"""The recording made small, so that it can be heard inside the page: MP3, which every browser plays."""

from __future__ import annotations

import io
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import MissingDriver
from engine.frame import RATE
from engine.stage.film import import_av

MOST: Final = 600.0
"""Seconds of a recording that a page carries; of a longer one the beginning."""
_BITS: Final = 64_000  # a second: speech is clear at it, and a minute takes half a megabyte
_PART: Final = 1152  # samples that MP3 codes together


class SmallSound:
    """Takes a recording piece by piece and becomes an MP3 in one channel.

    `trouble` says why there is none: no encoder here. `seconds` is what can be heard.
    """

    def __init__(self, most: float = MOST) -> None:
        self.trouble = ""
        self._left = round(most * RATE)
        self._taken = 0
        self._rest: NDArray[np.float32] = np.zeros(0, np.float32)
        self._file = io.BytesIO()
        try:
            self._av: Any = import_av()
            self._container = self._av.open(self._file, "w", format="mp3", options={"id3v2_version": "0"})
            self._container.flags |= self._av.container.Flags.bitexact.value  # no versions, no dates
            self._stream = self._container.add_stream("libmp3lame", rate=RATE, layout="mono")
            self._stream.bit_rate = _BITS
        except MissingDriver as why:
            self.trouble = str(why)
        except (OSError, ValueError) as why:  # ValueError: it was built without this encoder
            self.trouble = f"this build of FFmpeg writes no MP3 ({why})"

    @property
    def seconds(self) -> float:
        """Seconds that can be heard."""
        return 0.0 if self.trouble else self._taken / RATE

    def add(self, sound: NDArray[np.float32]) -> None:
        """The next of the recording, (n,) at RATE; what comes after the most is left out."""
        if self.trouble or self._left <= 0:
            return
        own = sound[: self._left].clip(-1, 1)
        self._left -= len(own)
        own = np.concatenate([self._rest, own])
        whole = len(own) // _PART * _PART
        for start in range(0, whole, _PART):
            self._code(own[start : start + _PART])
        self._rest = own[whole:]

    def finished(self) -> bytes:
        """The MP3; empty where there is none."""
        if self.trouble or not self._taken + len(self._rest):
            return b""
        if len(self._rest):
            self._code(self._rest)
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()
        return self._file.getvalue()

    def _code(self, part: NDArray[np.float32]) -> None:
        frame = self._av.AudioFrame.from_ndarray(np.ascontiguousarray(part[None]), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE, self._taken
        self._taken += len(part)
        for packet in self._stream.encode(frame):
            self._container.mux(packet)
