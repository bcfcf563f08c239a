"""What the ears for onsets and beats learn from: renders and pieces of arithmetic, what is heard and what is true."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.features.mixdown import Mixdown
from engine.features.onset_view import OnsetView
from engine.features.rise import SpectralRise
from engine.features.silence import Silence
from engine.features.spectrum import Spectrum
from engine.features.tones import Tones
from engine.frame import HOP, RATE

FAST: Final = 4
"""Hops from its beginning in which an onset is to be noticed at once."""
SLOW: Final = (6, 16)
"""Hops after its beginning in which a slow one is to be noticed at last."""
AGO: Final = 20.0
"""Hops that the output `ago` = 1 stands for."""
BEAT_HOPS: Final = 4
BEAT_LATE: Final = 2
"""Steps of the beat network by which it may lag: it hears the stroke before it says beat."""
_MERGE: Final = 0.03  # seconds within which the notes of a chord are one onset
Array = NDArray[np.float64]


def hear(sound: Array) -> NDArray[np.float32]:
    """What the onset network looks at, (hops, inputs), of a mono sound at RATE."""
    mixdown, silence, spectrum, tones = Mixdown(1), Silence(), Spectrum(), Tones()
    rise, view = SpectralRise(), OnsetView()
    hops = len(sound) // HOP
    rows = np.zeros((hops, view.view.size), np.float32)
    samples = sound[: hops * HOP].astype(np.float32).reshape(hops, HOP, 1)
    for hop in range(hops):
        wave = mixdown.step(samples[hop])
        silence.step(wave)
        rise.step(spectrum.step(wave), silence.above)
        rows[hop] = view.step(rise, tones.step(wave), silence.above)
    return rows


def merged_onsets(notes: Array) -> Array:
    """Onsets (n, 2: seconds, kind); notes that begin together are one, of the kind of the first."""
    kept: list[tuple[float, float]] = []
    for onset, kind in notes[:, [0, 4]]:
        if not kept or onset - kept[-1][0] > _MERGE:
            kept.append((onset, kind))
    return np.array(kept).reshape(-1, 2)


def _room(count: int, rng: np.random.Generator) -> Array:
    """Noise (count,) of RMS 1 as rooms have it: white to pink, sometimes as narrow as the filter of a sound-check."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.arange(spectrum.size) * RATE / count
    spectrum[1:] /= hz[1:] ** (rng.uniform(0, 1.2) * (rng.uniform() < 0.6))
    if rng.uniform() < 0.5:
        low = np.exp(rng.uniform(np.log(20), np.log(1500)))
        high = low * np.exp(rng.uniform(np.log(1.5), np.log(60)))
        spectrum /= np.sqrt((1 + (low / np.maximum(hz, 1)) ** 16) * (1 + (hz / high) ** 16))
    spectrum[hz < 15] = 0
    noise = np.fft.irfft(spectrum, count)
    return np.asarray(noise / noise.std())


def exercise(rng: np.random.Generator, seconds: float = 30.0) -> tuple[Array, Array]:
    """Sounds by arithmetic, where silence, held tones and clicks are learnt: (samples, onsets (n, 2))."""
    count = round(seconds * RATE)
    kind = rng.choice(5, p=(0.4, 0.15, 0.15, 0.15, 0.15))
    time_ = np.arange(count) / RATE
    sound = np.zeros(count)
    onsets: list[tuple[float, float]] = []
    if kind in (1, 2):  # clicks, or bursts of noise
        at = float(rng.choice([0.0, rng.uniform(0.3, 1)]))
        gap = rng.uniform(0.07, 0.15)
        while at < seconds - 0.5:
            length = round((rng.uniform(0.00005, 0.001) if kind == 1 else rng.uniform(0.01, 0.3)) * RATE)
            burst = rng.standard_normal(length) if kind == 2 or rng.uniform() < 0.5 else np.ones(length)
            burst = burst * np.exp(-np.arange(length) / length * rng.uniform(0, 6))
            first = round(at * RATE)
            sound[first : first + length] += burst * rng.uniform(0.2, 0.5)
            onsets.append((at, 1.0))
            if rng.uniform() < 0.15:
                gap = rng.uniform(0.07, 0.15) if gap > 0.15 else rng.uniform(0.2, 1.0)  # a roll, or single strokes
            at += gap
    elif kind in (3, 4):  # held tones with vibrato, tremolo or a slow swell, one after another or one alone
        at = rng.uniform(0.2, 1)
        while at < seconds - 1:
            length = min(rng.uniform(1, 12), seconds - at - 0.3)
            part = (time_ >= at) & (time_ < at + length)
            t = time_[part] - at
            hz = rng.uniform(80, 1500)
            bend = rng.choice([0, 20, 50]) * np.sin(2 * np.pi * rng.uniform(4, 7) * t) / 1200
            phase = 2 * np.pi * np.cumsum(hz * 2**bend) / RATE
            tone = sum(np.sin(k * phase) / k ** rng.uniform(0.8, 2) for k in range(1, rng.integers(2, 10)))
            rise = float(np.exp(rng.uniform(np.log(0.003), np.log(0.15))))
            tone = tone * np.minimum(t / rise, 1) * np.minimum((length - t) / 0.05, 1)
            tone *= 1 + rng.choice([0, 0.15, 0.3]) * np.sin(2 * np.pi * rng.uniform(4, 7) * t)
            sound[part] += 0.3 * np.asarray(tone)
            onsets.append((at, float(rise < 0.008)))
            at += length + rng.choice([0.0, rng.uniform(0.05, 1)])
    noise = _room(count, rng)
    sound = sound / max(float(np.abs(sound).max()), 1e-9) * 10 ** (rng.uniform(-30, 0) / 20)
    sound += noise * 10 ** (rng.uniform(-90, -45) / 20)
    return sound, np.array(onsets).reshape(-1, 2)


class Piece:
    """What is heard in one render, and what is true of it."""

    def __init__(self, view: NDArray[np.float16], onsets: Array, beats: Array) -> None:
        self.view, self.onsets, self.beats = view, onsets, beats

    def targets(self) -> NDArray[np.float32]:
        """(hops, 6): fast, slow, ago, kind, whether ago and kind are known, whether fast and slow are certain."""
        hops = len(self.view)
        rows = np.zeros((hops, 6), np.float32)
        rows[:, 5] = 1
        for at, kind in self.onsets:
            first = int(at * RATE / HOP)
            rows[first : first + FAST, 0] = 1
            rows[first : first + 1, 5] = 0.3  # it may lie at the very end of this hop
            rows[first + SLOW[0] : first + SLOW[1], 1] = 1
            known = np.arange(first, min(first + SLOW[1] + 2, hops))
            rows[known, 2] = np.minimum(((known + 1) - at * RATE / HOP) / AGO, 1)
            rows[known, 3] = kind
            rows[known, 4] = 1
        return rows

    def beat_targets(self) -> NDArray[np.float32]:
        """(steps, 2): beat, downbeat; a step to either side counts less."""
        steps = len(self.view) // BEAT_HOPS
        rows = np.zeros((steps, 2), np.float32)
        for at, place in self.beats:
            step = int(at * RATE / HOP / BEAT_HOPS) + BEAT_LATE
            for near, share in ((step - 1, 0.4), (step, 1.0), (step + 1, 0.4)):
                if 0 <= near < steps:
                    rows[near, 0] = max(rows[near, 0], share)
                    if place == 1:
                        rows[near, 1] = max(rows[near, 1], share)
        return rows


def load(folder: Path, leave_out: str) -> list[Piece]:
    """The renders of a folder; what is heard in them is kept beside them, since that takes longest."""
    pieces = []
    paths = [path for path in sorted(folder.glob("*.npz")) if leave_out not in path.name]
    for number, path in enumerate(paths):
        cache = path.with_suffix(".view.npy")
        if not cache.exists():
            sound, rate = soundfile.read(path.with_suffix(".wav"))
            if rate != RATE:
                raise SystemExit(f"{path.with_suffix('.wav')} has rate={rate}, {RATE} is wanted")
            np.save(cache, hear(sound).astype(np.float16))
            print(f"\rheard {number + 1}/{len(paths)}", end="", flush=True)
        with np.load(path) as known:
            pieces.append(Piece(np.load(cache), merged_onsets(known["notes"]), known["beats"]))
    return pieces


def exercises(count: int) -> list[Piece]:
    """So many pieces of arithmetic, always the same."""
    rng = np.random.default_rng(5)
    made = [exercise(rng) for _ in range(count)]
    return [Piece(hear(sound).astype(np.float16), onsets, np.zeros((0, 2))) for sound, onsets in made]
