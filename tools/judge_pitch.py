"""Judge f0 by truth, on renders of single voices, beside aubio, essentia and librosa's pYIN.

    python tools/judge_pitch.py --data renders [--aubio-python PYTHON] [--essentia] [--pyin] [--pieces 60]

For each sound and instrument: the share of sounding hops whose pitch is within 50 cents of the truth (mir_eval's raw
pitch accuracy; a hop without a pitch is wrong), at no shift, at 27 ms, and at the shift that suits the listener best,
of all sounding hops and of those at least 64 ms into a note (the attack of a soft bow comes out of the note before);
octave errors, and the share of the resting hops in which a pitch was heard (voicing false alarm) at that shift. The lag
is that shift: by how much the answers are behind the sound. pYIN hears the whole piece before it answers.
Sounds that have no one pitch at their written height (`pitch_truth.NO_ONE_PITCH`) are in the row `all+` alone, which
holds everything.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import mir_eval
import numpy as np
from benchmarks import figures
from lessons.pitch_truth import HOP, NO_ONE_PITCH, Piece, pieces
from numpy.typing import NDArray

from engine.features.fast import FastSenses
from engine.frame import Block

RATE: Final = 48_000
SHIFTS: Final = tuple(range(-3, 16))
"""Hops by which a listener may be behind: -16 to 80 ms."""
IN_TIME: Final = 5
"""Hops by which an answer may be behind to be in time: 27 ms."""
SETTLED: Final = 12
"""Hops after the beginning of a note, or a leap of its pitch, from which on it is settled: 64 ms."""
_WINDOW: Final = 2048
_LOWEST, _HIGHEST = 35.0, 4000.0

Listener = Callable[[Piece], NDArray[np.float64]]
"""From a piece to Hz at the end of every hop, 0 where there is no pitch."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one listener made of one instrument of one sound (or of a whole sound, or of all)."""

    listener: str
    name: str
    hops: int
    at_once: float
    in_time: float
    right: float
    settled: float
    octaves: float
    false_alarms: float
    lag_ms: float


def ours(piece: Piece) -> NDArray[np.float64]:
    """Monochord's `pitch.hz`."""
    senses = FastSenses(1)
    wave = piece.wave.astype(np.float32).reshape(-1, HOP, 1)
    return np.array([senses.step(Block(index, hop)).pitch.hz for index, hop in enumerate(wave)])


def essentia_yinfft(piece: Piece) -> NDArray[np.float64]:
    """Essentia's PitchYinFFT of the last 43 ms, every hop."""
    import essentia
    import essentia.standard as algorithms

    essentia.log.infoActive = essentia.log.warningActive = False
    detector = algorithms.PitchYinFFT(frameSize=_WINDOW, sampleRate=RATE, minFrequency=_LOWEST, maxFrequency=_HIGHEST)
    window, spectrum = algorithms.Windowing(type="hann"), algorithms.Spectrum()
    wave = np.concatenate([np.zeros(_WINDOW), piece.wave]).astype(np.float32)
    ends = _WINDOW + HOP * (1 + np.arange(piece.pitch.size))
    return np.array([detector(spectrum(window(wave[end - _WINDOW : end])))[0] for end in ends])


def pyin(piece: Piece) -> NDArray[np.float64]:
    """librosa's pYIN, offline: it hears the whole piece first."""
    import librosa

    hz, voiced, _ = librosa.pyin(
        piece.wave, fmin=_LOWEST, fmax=2600, sr=RATE, frame_length=_WINDOW, hop_length=HOP, fill_na=0.0
    )
    return np.where(voiced, hz, 0.0)[1 : piece.pitch.size + 1]


_AUBIO: Final = """
import sys, numpy, aubio
wave = numpy.load(sys.argv[1])
pitch = aubio.pitch("yinfft", 2048, 256, 48000)
pitch.set_unit("Hz")
pitch.set_silence(-90)
numpy.save(sys.argv[2], [float(pitch(hop)[0]) for hop in wave.reshape(-1, 256)])
"""


def aubio_with(python: str) -> Listener:
    """aubio's yinfft, run by the interpreter in which it is installed."""

    def listen(piece: Piece) -> NDArray[np.float64]:
        with tempfile.TemporaryDirectory() as folder:
            wave, out = Path(folder) / "wave.npy", Path(folder) / "out.npy"
            np.save(wave, piece.wave.astype(np.float32))
            subprocess.run([python, "-c", _AUBIO, str(wave), str(out)], check=True)
            return np.asarray(np.load(out), dtype=np.float64)

    return listen


def _counts(piece: Piece, hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """By shift (SHIFTS, 7): right, octave errors, sounding, false alarms, resting, right when settled, settled."""
    hz = hz[: piece.pitch.size]
    truth = np.where(piece.pitch > 0, 100 * piece.pitch, 0.0)
    heard = np.where(hz > 0, 6900 + 1200 * np.log2(np.maximum(hz, 1e-3) / 440), 0.0)
    begins = np.flatnonzero((piece.pitch > 0) & (np.abs(np.diff(piece.pitch, prepend=0.0)) > 0.5))
    began = np.zeros(piece.pitch.size, dtype=np.int64)
    began[begins] = begins
    settled = piece.sounding & (np.arange(piece.pitch.size) - np.maximum.accumulate(began) >= SETTLED)
    rows = []
    for shift in SHIFTS:
        told = np.roll(heard, -shift)
        asked, rest = piece.sounding, piece.resting
        right, octaves = 0.0, 0
        if asked.any():
            # a pitch that is not told is told as 0 cents: never right
            right = mir_eval.melody.raw_pitch_accuracy(
                np.ones(int(asked.sum())), truth[asked], np.ones(int(asked.sum())), told[asked], cent_tolerance=50
            )
            off = np.abs(told - truth)[asked & (told > 0)]
            octaves = int(np.sum((off > 600) & (np.abs(off - 1200 * np.round(off / 1200)) < 50)))
        calm = np.sum(np.abs(told - truth)[settled] <= 50)
        row = [right * asked.sum(), octaves, asked.sum(), np.sum(told[rest] > 0), rest.sum(), calm, settled.sum()]
        rows.append(row)
    return np.array(rows, dtype=float)


def judge_pitch(folder: Path, listeners: dict[str, Listener], most: int | None = None, told: bool = False) -> list[Row]:
    """Rows by listener and instrument, sound (`freepats`), and all; what has no one pitch counts in `all+` alone."""
    counts: dict[tuple[str, str], NDArray[np.float64]] = {}
    for number, piece in enumerate(pieces(folder)):
        if most is not None and number >= most:
            break
        groups = ["all+"] if piece.name in NO_ONE_PITCH else ["all+", "all", piece.sound]
        for name, listen in listeners.items():
            found = _counts(piece, listen(piece))
            for group in (*groups, piece.name):
                counts[name, group] = counts.get((name, group), 0) + found
        if told:
            print(f"\r{number + 1} pieces", end="", file=sys.stderr, flush=True)
    best = {name: int(np.argmax(counts[name, "all+"][:, 0])) for name in listeners} if counts else {}
    return [_row(name, group, total, best[name]) for (name, group), total in sorted(counts.items())]


def _row(name: str, group: str, total: NDArray[np.float64], best: int) -> Row:
    sounding, rest = max(total[0, 2], 1.0), max(total[0, 4], 1.0)
    at_once, right, octaves = total[SHIFTS.index(0), 0], total[best, 0], total[best, 1]
    return Row(
        name,
        group,
        int(total[0, 2]),
        at_once / sounding,
        total[SHIFTS.index(IN_TIME), 0] / sounding,
        right / sounding,
        total[best, 5] / max(total[best, 6], 1.0),
        octaves / sounding,
        total[best, 3] / rest,
        SHIFTS[best] * HOP / RATE * 1000,
    )


def table(rows: Iterable[Row]) -> str:
    """As it is printed."""
    lines = ["| listener | sound | hops | at once | 27 ms behind | right | settled | octaves | false alarms | lag ms |"]
    lines.append("|---|---|---|---|---|---|---|---|---|---|")
    lines += [
        f"| {r.listener} | {r.name} | {r.hops} | {r.at_once:.3f} | {r.in_time:.3f} | {r.right:.3f} | {r.settled:.3f} "
        f"| {r.octaves:.3f} | {r.false_alarms:.3f} | {r.lag_ms:.0f} |"
        for r in rows
    ]
    return "\n".join(lines)


def as_figures(rows: Iterable[Row]) -> dict[str, dict[str, Any]]:
    """The same by sound, then by listener."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row.name, {})[row.listener] = asdict(row)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder of tools/renders.py")
    parser.add_argument("--aubio-python", help="an interpreter that has aubio")
    parser.add_argument("--essentia", action="store_true")
    parser.add_argument("--pyin", action="store_true", help="librosa's, slow")
    parser.add_argument("--pieces", type=int, help="only so many")
    figures.ask(parser)
    said = parser.parse_args()
    listeners: dict[str, Listener] = {"monochord": ours}
    if said.aubio_python:
        listeners["aubio"] = aubio_with(said.aubio_python)
    if said.essentia:
        listeners["essentia"] = essentia_yinfft
    if said.pyin:
        listeners["pyin (offline)"] = pyin
    rows = judge_pitch(said.data, listeners, said.pieces, told=True)
    print(table(rows))
    figures.keep(as_figures(rows), said.json)


if __name__ == "__main__":
    main()
