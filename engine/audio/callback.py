"""What runs in the sound driver's own thread: copy, stamp, count, wake. Compiled, without the GIL, without memory.

Everything that it touches lies in one block of shared memory (`sound_block`): a header of counters, the ring of what
was heard, and the queue of what is to be played.
"""

from __future__ import annotations

import sys
import time
from typing import Any, Final

import numpy as np
from numba import carray, cfunc, njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from engine.audio.sound_block import HEADER, QUEUE, RING, RING_END, WORDS, Counter

_CLOCK: Final = time.CLOCK_MONOTONIC

_W, _C, _O, _U = int(Counter.WRITTEN), int(Counter.CALLBACKS), int(Counter.OVERFLOWS), int(Counter.UNDERFLOWS)
_STAMP, _CHANNELS, _WAKE = int(Counter.STAMP_SECONDS), int(Counter.CHANNELS), int(Counter.WAKE)
_PW, _PR, _FLUSH = int(Counter.PLAY_WRITTEN), int(Counter.PLAY_READ), int(Counter.PLAY_FLUSH)
_PAUSED, _ENDED, _OUTPUTS = int(Counter.PAUSED), int(Counter.ENDED), int(Counter.OUTPUTS)

_write = types.ExternalFunction("write", types.intp(types.int32, types.uintp, types.uintp))
_clock_gettime = types.ExternalFunction("clock_gettime", types.int32(types.int32, types.uintp))


@intrinsic
def _fence(typing_context: Any) -> Any:
    """Let no processor see the count before the samples that it counts (arm64 would)."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.fence("seq_cst")
        return context.get_dummy_value()

    return types.void(), emit


@njit(inline="always")
def _stamp(words: NDArray[np.int64]) -> None:
    _clock_gettime(np.int32(_CLOCK), np.uint64(words[_STAMP:].ctypes.data))


@njit(inline="always")
def _hand_over(words: NDArray[np.int64], frames: int) -> None:
    _fence()
    words[_W] += frames
    words[_C] += 1
    # One byte, whatever it is; a full pipe means that the reader has been woken often enough.
    _write(np.int32(words[_WAKE]), np.uint64(words.ctypes.data), np.uint64(1))


@njit(inline="always")
def _capture(words: NDArray[np.int64], sound: NDArray[np.float32], frames: int) -> None:
    """Copy (frames · channels) float32 into the ring."""
    _stamp(words)
    ring = words[HEADER:RING_END].view(np.float32)
    channels = words[_CHANNELS]
    size = (RING // channels) * channels
    at = (words[_W] * channels) % size
    for i in range(frames * channels):
        ring[at] = sound[i]
        at += 1
        if at == size:
            at = 0
    _hand_over(words, frames)


@njit(inline="always")
def _play(words: NDArray[np.int64], out: NDArray[np.float32], frames: int) -> None:
    """Take up to `frames` frames from the queue, to the loudspeakers and into the ring alike."""
    _stamp(words)
    ring = words[HEADER:RING_END].view(np.float32)
    queue = words[RING_END:WORDS].view(np.float32)
    channels, outputs = words[_CHANNELS], words[_OUTPUTS]
    ring_size, queue_size = (RING // channels) * channels, (QUEUE // channels) * channels
    words[_PR] = max(words[_PR], words[_FLUSH])
    there = 0 if words[_PAUSED] else min(frames, words[_PW] - words[_PR])
    scale = np.float32(1.0 / ((channels + 1) // 2))
    for i in range(frames * outputs):
        out[i] = np.float32(0.0)
    for i in range(there):
        at = ((words[_W] + i) * channels) % ring_size
        source = ((words[_PR] + i) * channels) % queue_size
        for c in range(channels):
            sample = queue[source + c]
            ring[at + c] = sample
            if outputs == 1:
                out[i] += sample / np.float32(channels)
            elif channels == 1:
                out[i * outputs] = sample
                out[i * outputs + 1] = sample
            else:  # more channels than two loudspeakers: even ones left, odd ones right
                out[i * outputs + c % 2] += sample * scale
    words[_PR] += there
    if there < frames and not words[_PAUSED] and words[_ENDED] != words[_PR] + 1:
        words[_U] += 1
    _hand_over(words, there)


_CALLBACK: Final = types.int32(
    types.CPointer(types.float32),
    types.CPointer(types.float32),
    types.uint64,
    types.voidptr,
    types.uint64,
    types.CPointer(types.int64),
)


@cfunc(_CALLBACK, nopython=True, cache=True)
def capture_callback(sound: Any, out: Any, frames: int, times: Any, flags: int, block: Any) -> int:
    """PortAudio's callback for an input: what comes in goes into the ring."""
    words = carray(block, WORDS)
    if flags & np.uint64(2):  # paInputOverflow
        words[_O] += 1
    count = np.int64(frames)
    _capture(words, carray(sound, count * words[_CHANNELS]), count)
    return 0


@cfunc(_CALLBACK, nopython=True, cache=True)
def play_callback(sound: Any, out: Any, frames: int, times: Any, flags: int, block: Any) -> int:
    """PortAudio's callback for an output: what is queued goes to the loudspeakers and into the ring."""
    words = carray(block, WORDS)
    count = np.int64(frames)
    _play(words, carray(out, count * words[_OUTPUTS]), count)
    return 0


@njit("void(int64[::1], float32[::1], int64)", cache=True, nogil=True)
def play_without_driver(words: NDArray[np.int64], out: NDArray[np.float32], frames: int) -> None:
    """The same step for the clock that stands in where there is no sound card."""
    _play(words, out, frames)


if sys.platform == "win32":  # pragma: no cover  # no test runs on Windows
    raise ImportError("the sound callback needs POSIX: run on Linux or macOS")
