"""The sound of a performance as files that everything plays: MP3, and AAC in an .m4a."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from engine.errors import BadFile, MissingDriver
from engine.frame import RATE, Samples
from engine.stage.film import import_av

BITS: Final = 192_000
"""A second, of either kind."""
_CODECS: Final = {".mp3": ("libmp3lame", "mp3", 1152), ".m4a": ("aac", "ipod", 1024)}
_OPTIONS: Final = {".mp3": {"id3v2_version": "3"}, ".m4a": {"movflags": "+faststart"}}


class SoundFile:
    """Takes sound piece by piece, (n, 2) at 48 kHz, and writes it to a file of the kind that its ending says.

    A context manager. MissingDriver where FFmpeg has no encoder for it; BadFile, in one line, if it cannot be written.
    The same sound and names are the same bytes: no dates, no versions.
    """

    def __init__(self, path: Path, names: Mapping[str, str]) -> None:
        """`names`: title and artist, as players show them."""
        self.path = path
        codec, kind, self._part = _CODECS[path.suffix]
        self._av: Any = import_av()
        self._rest: Samples = np.zeros((0, 2), np.float32)
        self._taken = 0
        try:
            self._container = self._av.open(str(path), "w", format=kind, options=_OPTIONS[path.suffix])
            self._container.flags |= self._av.container.Flags.bitexact.value
            self._stream = self._container.add_stream(codec, rate=RATE, layout="stereo")
        except ValueError as why:  # it was built without this encoder
            raise MissingDriver(f"this build of FFmpeg writes no {path.suffix[1:]} ({why}; pip install av)") from None
        except OSError as why:
            raise self._refusal(why) from None
        self._stream.bit_rate = BITS
        self._container.metadata.update({name: text for name, text in names.items() if text})

    def add(self, sound: Samples) -> None:
        """The next of the sound."""
        whole = np.concatenate([self._rest, np.nan_to_num(sound).clip(-1, 1).astype(np.float32)])
        parts = len(whole) // self._part
        for k in range(parts):
            self._code(whole[k * self._part : (k + 1) * self._part])
        self._rest = whole[parts * self._part :]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                if len(self._rest):
                    self._code(self._rest)
                self._container.mux(self._stream.encode(None))
            self._container.close()
        except OSError as why:
            if kind is None:
                raise self._refusal(why) from None

    def _code(self, part: Samples) -> None:
        frame = self._av.AudioFrame.from_ndarray(np.ascontiguousarray(part.T), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = RATE, self._taken
        self._taken += len(part)
        try:
            self._container.mux(self._stream.encode(frame))
        except OSError as why:
            raise self._refusal(why) from None

    def _refusal(self, why: OSError) -> BadFile:
        return BadFile(f"{self.path.parent}: the sound cannot be written: {why.strerror} (choose a folder with room)")
