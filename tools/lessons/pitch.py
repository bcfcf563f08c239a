"""What the ear for pitch learns from: renders of single voices, rooms without a pitch, notes by arithmetic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from engine.features.pitch_views import A_SEMITONE, BELOW, LOWEST, STEPS, VIEWS, PitchViews
from engine.features.tones import Tones
from engine.frame import HOP, RATE
from lessons.pitch_truth import NO_ONE_PITCH, Piece, levels_of, pieces, resting, sounding

LATE: Final = 5
KEPT: Final = STEPS + 7
"""Steps from the scale's first on that are ever seen."""
Bytes = NDArray[np.int8]


def views_of_wave(sound: NDArray[np.float64]) -> Bytes:
    """What is seen after every hop, (hops, VIEWS, KEPT): times 127."""
    spectrum, views = Tones(), PitchViews()
    hops = sound.size // HOP
    out = np.zeros((hops, VIEWS, KEPT), np.int8)
    for hop in range(hops):
        power = spectrum.step(sound[hop * HOP : (hop + 1) * HOP])
        seen = views.step(power, spectrum.heard)
        out[hop] = np.rint(np.clip(seen[:, BELOW : BELOW + KEPT], -1, 1) * 127)
    return out


def targets_of(piece: Piece) -> NDArray[np.float32]:
    """For every hop the place on the scale, −1 for no pitch, −2 for what is not asked."""
    place = np.full(piece.pitch.size, -2, np.float32)
    asked = piece.sounding & (piece.pitch <= LOWEST + (STEPS - 1) / A_SEMITONE)
    place[asked] = (piece.pitch[asked] - LOWEST) * A_SEMITONE
    place[piece.resting] = -1
    return np.concatenate([np.full(LATE, -2, np.float32), place[:-LATE]])


class Renders:
    """All pieces of some folders, as views and truth."""

    def __init__(self, folders: list[Path], cache: Path | None, every: int = 1) -> None:
        self.views: list[Bytes] = []
        self.place: list[NDArray[np.float32]] = []
        self.pieces: list[Piece] = []
        for folder in folders:
            for number, piece in enumerate(pieces(folder)):
                if piece.name in NO_ONE_PITCH or number % every:
                    continue
                kept = cache / f"{folder.name}_{piece.path.stem}.npy" if cache else None
                if kept is not None and kept.exists():
                    views = np.load(kept)
                else:
                    views = views_of_wave(piece.wave)
                    if kept is not None:
                        np.save(kept, views)
                self.views.append(views[: piece.pitch.size])
                self.place.append(targets_of(piece))
                self.pieces.append(replace(piece, wave=np.zeros(0)))

    def batch(self, rng: np.random.Generator, count: int, length: int) -> tuple[torch.Tensor, torch.Tensor]:
        views, place = [], []
        for piece in rng.integers(len(self.views), size=count):
            start = rng.integers(len(self.views[piece]) - length)
            views.append(self.views[piece][start : start + length])
            place.append(self.place[piece][start : start + length])
        return torch.from_numpy(np.stack(views)).float() / 127, torch.from_numpy(np.stack(place))


def noises(rng: np.random.Generator, count: int) -> list[Bytes]:
    """Rooms in which nothing has a pitch: noise of every colour."""
    out = []
    for _ in range(count):
        size = 3 * 48_000
        spectrum = np.fft.rfft(rng.standard_normal(size))
        hz = np.arange(spectrum.size) * 48_000 / size
        spectrum /= np.maximum(hz, 30) ** rng.uniform(0, 1.2)
        spectrum *= 1 + rng.uniform(0, 6) * np.exp(-(((hz - rng.uniform(200, 6000)) / rng.uniform(300, 3000)) ** 2))
        wave = np.fft.irfft(spectrum, size)
        wave *= 1 + rng.uniform(0, 0.8) * np.sin(2 * np.pi * rng.uniform(0.3, 9) * np.arange(size) / 48_000)
        out.append(views_of_wave(wave / np.abs(wave).max() * 0.3))
    return out


def tones(rng: np.random.Generator, seconds: float = 6.0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Notes by arithmetic alone, of every height and kind (pure, bright, hollow, without their fundamental), that
    glide and swing: the wave, and the MIDI number of every hop (0 none)."""
    size = round(seconds * RATE)
    wave, pitch = np.zeros(size), np.zeros(size)
    at = round(rng.uniform(0.05, 0.4) * RATE)
    centre = rng.uniform(28, 96)
    while at < size - RATE // 5:
        count = min(round(np.exp(rng.uniform(np.log(0.08), np.log(1.2))) * RATE), size - at)
        time = np.arange(count) / RATE
        midi = float(np.clip(centre + 8 * rng.standard_normal(), 26, 107)) + np.zeros(count)
        if rng.uniform() < 0.3:
            midi += rng.uniform(0.1, 0.8) * np.sin(2 * np.pi * rng.uniform(4, 7) * time)
        if rng.uniform() < 0.2:
            midi += rng.uniform(-3, 3) * time
        hz = 440 * 2 ** ((midi - 69) / 12)
        partials = np.arange(1, int(rng.choice([1, 2, 4, 8, 16, 30])) + 1)
        strengths = partials ** -rng.choice([0.0, 0.5, 1.0, 2.0]) * rng.uniform(0.5, 1.5, partials.size)
        kind = rng.uniform()
        if kind < 0.15:
            strengths[1::2] *= 0.02
        elif kind < 0.4 and partials.size >= 4:
            strengths[0] *= rng.choice([0.0, 0.05])
        cycles = np.cumsum(hz) / RATE
        note = np.zeros(count)
        for partial, strength in zip(partials, strengths, strict=True):
            if partial * hz.max() < 16_000:
                note += strength * np.sin(2 * np.pi * (partial * cycles + rng.uniform()))
        note *= np.minimum(time / rng.uniform(0.001, 0.03), 1) * np.minimum((time[-1] - time) / 0.004, 1)
        note *= np.exp(-time * rng.choice([0.0, 0.0, 2.0, 6.0])) / max(float(np.abs(note).max()), 1e-9)
        wave[at : at + count] += note * 10 ** (rng.uniform(-9, 0) / 20)
        pitch[at : at + count] = midi
        at += count + (round(rng.uniform(0.05, 0.5) * RATE) if rng.uniform() < 0.3 else 0)
    wave += 10 ** (-rng.uniform(25, 70) / 20) * rng.standard_normal(size)
    return wave, pitch[HOP - 1 :: HOP][: size // HOP]


def lessons(folders: list[Path], cache: Path | None, rng: np.random.Generator) -> Renders:
    """What is learned from: renders, rooms without a pitch, and notes by arithmetic."""
    renders = Renders(folders, cache)
    print(f"{len(renders.views)} pieces to learn from, {sum(map(len, renders.views))} hops", flush=True)
    for views in noises(rng, 40):
        renders.views.append(views)
        renders.place.append(np.full(len(views), -1, np.float32))
    for _ in range(180):
        wave, pitch = tones(rng)
        renders.views.append(views_of_wave(wave))
        level = levels_of(wave)
        piece = Piece(Path(), "arithmetic", "tones", wave, pitch, sounding(pitch, level), resting(pitch, level))
        renders.place.append(targets_of(piece))
    return renders
