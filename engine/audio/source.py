"""Where rehearsal sound comes from: a file that soundfile or av reads, a take, a tone, clicks.

A source is read in order and can seek; what it costs does not depend on its length.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile, BadSetting, nearest
from engine.frame import HOP, RATE, Samples
from engine.takes.take import Take, is_take

MAX_CHANNELS: Final = 32
"""Channels of a device or a file that are heard, at most."""
LOWEST_RATE, HIGHEST_RATE = 1_000, 768_000
"""Hz that a file may have: beyond it is damaged."""


class Source(Protocol):
    """Sound that is read from front to back."""

    name: str
    rate: int
    channels: int
    length: int | None
    """In frames at `rate`; None where only the end tells, or where there is none."""

    def read(self, frames: int) -> Samples:
        """The next (n, channels) float32, n ≤ frames; n = 0 at the end."""
        ...

    def seek(self, frame: int) -> None:
        """Go on from this frame; beyond the end, from the end."""
        ...


def open_source(text: str | Path) -> Source:
    """A source by what the user typed: a path, `tone:HZ` or `clicks:HZ`. BadFile or BadSetting in one line."""
    kind, colon, value = str(text).partition(":")
    if colon and kind in _GENERATED:
        return Generated(kind, _positive(kind, value), _GENERATED[kind])
    path = Path(text)
    if not path.exists():
        known = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        mend = nearest(path.name, known) if known and not nearest(path.name, known).startswith("known") else ""
        raise BadFile(f"{path}: no such file ({mend or 'a path, tone:440 or clicks:2 is wanted'})")
    if path.is_dir():
        raise BadFile(f"{path} is a folder, a sound file is wanted")
    if path.stat().st_size == 0:
        raise BadFile(f"{path} is empty (0 bytes), a sound file is wanted")
    if not os.access(path, os.R_OK):
        raise BadFile(f"{path} cannot be read: it is another's (ask whose it is, or copy it)")
    return TakeSource(path) if is_take(path) else _open_file(path)


def _positive(kind: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number <= RATE / 2:
        raise BadSetting(f"{kind}:{value} wants a frequency above 0 and up to {RATE // 2} Hz (try {kind}:2)")
    return number


class Generated:
    """Sound without end that is a function of the sample's number, at RATE, in one channel."""

    def __init__(self, kind: str, hz: float, wave: Callable[[NDArray[np.int64], float], NDArray[np.float64]]) -> None:
        """`wave(n, hz)` gives the samples of the numbers `n`."""
        self.name, self.rate, self.channels = f"{kind}:{hz:g}", RATE, 1
        self.length: int | None = None
        self._hz, self._wave = hz, wave
        self._at = 0

    def read(self, frames: int) -> Samples:
        n = np.arange(self._at, self._at + frames)
        self._at += frames
        return self._wave(n, self._hz).astype(np.float32)[:, None]

    def seek(self, frame: int) -> None:
        self._at = frame


def _tone(n: NDArray[np.int64], hz: float) -> NDArray[np.float64]:
    """A sine at −12 dBFS (peak)."""
    return 0.25 * np.sin(2 * np.pi * hz * n / RATE)


def _clicks(n: NDArray[np.int64], hz: float) -> NDArray[np.float64]:
    """Short bursts (4 ms of a decaying 2 kHz sine, −6 dBFS) `hz` times a second, the first after one period."""
    period = RATE / hz
    since = np.where(n < period, np.inf, n % period) / RATE
    decay = np.where(since < 0.004, np.exp(-since / 0.001), 0.0)
    phase = np.where(np.isfinite(since), since, 0.0)
    return 0.5 * decay * np.cos(2 * np.pi * 2000 * phase)


_GENERATED: Final = {"tone": _tone, "clicks": _clicks}


class SoundFile:
    """What libsndfile reads: wav, flac, ogg, opus, mp3, aiff, au and many more."""

    def __init__(self, path: Path) -> None:
        import soundfile

        self.name = str(path)
        self._open = functools.partial(soundfile.SoundFile, path)
        try:
            self._file: Any = self._open()
        except (soundfile.LibsndfileError, TypeError, ValueError) as why:
            raise BadFile(f"{path} is no sound that can be read ({str(why).splitlines()[-1]})") from why
        self._errors: tuple[type[Exception], ...] = (soundfile.LibsndfileError, RuntimeError)
        self._beyond = False  # whether the place that was sought lies beyond what is there
        self.rate, self.channels = int(self._file.samplerate), int(self._file.channels)
        self.length: int | None = int(self._file.frames)
        self.compressed_in_frames = str(self._file.subtype).startswith("MPEG")

    def read(self, frames: int) -> Samples:
        if not self._beyond:
            with contextlib.suppress(*self._errors):  # truncated or damaged: what came before is what there is
                sound: Samples = self._file.read(frames, dtype="float32", always_2d=True)
                return sound
        return np.zeros((0, self.channels), np.float32)

    def seek(self, frame: int) -> None:
        self._beyond = False
        try:
            self._file.seek(min(frame, self.length or 0))
        except self._errors:  # it was cut short before that place, and its decoder goes nowhere from here on
            self._beyond = True
            with contextlib.suppress(*self._errors):
                self._file = self._open()


class DecodedFile:
    """What FFmpeg's decoders read and libsndfile does not: m4a, aac, wma, the sound of a film."""

    def __init__(self, path: Path) -> None:
        import av  # here, not above: its wheel takes long to import, and few need it

        self.name = str(path)
        self._errors: tuple[type[Exception], ...] = (av.FFmpegError, ValueError, EOFError)
        self._open = functools.partial(av.open, str(path))
        try:
            self._container: Any = self._open()
            streams = self._container.streams.audio
            self._stream: Any = streams[0] if streams else None
        except self._errors as why:
            raise BadFile(f"{path} is no sound that can be read ({why})") from why
        if self._stream is None:
            raise BadFile(f"{path} holds no sound (a film without sound, or a picture?)")
        self.rate, self.channels = int(self._stream.rate or 0), int(self._stream.channels or 0)
        duration = self._container.duration
        self.length: int | None = int(duration * self.rate / 1_000_000) if duration else None
        self._converter: Any = av.AudioResampler(format="flt")
        self._rest: Samples = np.zeros((0, max(self.channels, 1)), np.float32)
        self._frames = self._decode()
        self._skip_to: int | None = None

    def read(self, frames: int) -> Samples:
        parts, have = [self._rest], len(self._rest)
        while have < frames:
            part = next(self._frames, None)
            if part is None:
                break
            parts.append(part)
            have += len(part)
        sound = np.concatenate(parts)
        self._rest = sound[frames:]
        return sound[:frames]

    def seek(self, frame: int) -> None:
        try:
            self._container.seek(int(frame / self.rate / self._stream.time_base), stream=self._stream)
        except self._errors:  # it cannot be sought in: from its beginning on, and past what comes before
            with contextlib.suppress(*self._errors):
                self._container = self._open()
                self._stream = self._container.streams.audio[0]
        self._rest = self._rest[:0]
        self._skip_to = frame
        self._frames = self._decode()

    def _decode(self) -> Any:
        try:
            for packet in self._container.decode(self._stream):
                start = int(packet.pts * self._stream.time_base * self.rate) if packet.pts is not None else 0
                for frame in self._converter.resample(packet):
                    part = frame.to_ndarray().reshape(-1, self.channels)
                    if self._skip_to is not None:  # a seek lands on a packet, not on a sample
                        part, start = part[max(self._skip_to - start, 0) :], start + len(part)
                    if len(part):
                        self._skip_to = None
                        yield part
        except self._errors:  # truncated or damaged: what came before is what there is
            return


class TakeSource:
    """The sound of a take, exactly as the ears heard it."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._take = Take(path)
        self.rate, self.channels = RATE, self._take.channels
        self.length: int | None = self._take.hops * HOP
        self._at = 0

    def read(self, frames: int) -> Samples:
        first, last = self._at // HOP, -(-(self._at + frames) // HOP)
        offset = self._at - first * HOP
        sound = self._take.sound(first, last - first)[offset : offset + frames]
        self._at += len(sound)
        return sound

    def seek(self, frame: int) -> None:
        self._at = min(frame, self.length or 0)


def _open_file(path: Path) -> Source:
    """By libsndfile if it can, else by FFmpeg; BadFile with the plainer of the two reasons."""
    try:
        file = SoundFile(path)
    except BadFile as first:
        try:
            return _checked(DecodedFile(path))
        except BadFile as second:
            raise (second if "holds no sound" in str(second) else first) from None
    # Soundfile asks where it is before every read, and libsndfile's MP3 decoder loses its memory when asked.
    return _checked(DecodedFile(path) if file.compressed_in_frames else file)


def _checked(source: Source) -> Source:
    if not LOWEST_RATE <= source.rate <= HIGHEST_RATE:
        raise BadFile(
            f"{source.name} has rate={source.rate} Hz, {LOWEST_RATE} to {HIGHEST_RATE} are played (is it damaged?)"
        )
    if not 1 <= source.channels <= MAX_CHANNELS:
        raise BadFile(f"{source.name} has channels={source.channels}, 1 to {MAX_CHANNELS} are played")
    if source.length == 0:
        raise BadFile(f"{source.name} holds no sound (0 samples)")
    return source
