"""Tunes played by many instruments, with everything known about them: for training and for judging the senses.

    python tools/tunes.py --out tunes.npz
    python tools/renders.py --data tunes.npz --out renders --count 600 --soundfont FluidR3_GM.sf2 --soundfont modelled

Each render is NAME.wav (48 kHz, mono) and NAME.npz: `notes` (n, 5: onset, offset, MIDI number, player, kind; seconds),
`beats` (m, 2: seconds, place in the bar), `pitch` (hops,: MIDI number at the end of every hop of a piece for one
voice, 0 between notes), and `what` (a JSON line). Kinds of attack: 0 blown or bowed, 1 plucked or struck.

A sound comes from a soundfont (played by fluidsynth), from `timidity` and its freepats, or from `modelled`: strings,
pipes and bars by our own arithmetic (`tools/lessons/modelled.py`). Never give it MuseScore_General, TimGM6mb or
sf_GMbank: they are reserved for evaluation. Needs pyfluidsynth with libfluidsynth, mido, and timidity with freepats
where asked for.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from lessons.instruments import MELODIC
from lessons.performing import CURVE, Part, Performance, perform
from lessons.sounding import degraded, sound_maker
from lessons.tune import Tune, read_tunes
from numpy.typing import NDArray

from engine.frame import HOP, RATE


def pitch_curve(part: Part, hops: int) -> NDArray[np.float32]:
    """MIDI number at the end of every hop, 0 where no note of this part is held."""
    curve = np.zeros(hops, np.float32)
    times = (np.arange(hops) + 1) * HOP / RATE
    for (onset, offset, midi, _), bend in zip(part.notes, part.bends, strict=True):
        held = (times >= onset) & (times < offset)
        cents = 0.0 if bend is None else np.interp(times[held] - onset, np.arange(bend.size) * CURVE, bend)
        curve[held] = midi + cents / 100
    return curve


def truth(performance: Performance) -> dict[str, Any]:
    """What is known about a performance, as it is kept beside its sound."""
    rows = [
        np.column_stack([p.notes[:, :3], np.full(len(p.notes), k), np.full(len(p.notes), p.instrument.kind)])
        for k, p in enumerate(performance.parts)
    ]
    notes = np.concatenate(rows)
    hops = int(performance.seconds * RATE) // HOP
    solo = len(performance.parts) == 1
    return {
        "notes": notes[np.argsort(notes[:, 0], kind="stable")],
        "beats": performance.beats,
        "pitch": pitch_curve(performance.parts[0], hops) if solo else np.zeros(0, np.float32),
        "what": json.dumps(performance.what),
    }


def make(
    tunes: Sequence[Tune], sounds: Sequence[str], out: Path, count: int, seed: int, *, solo: float, clean: bool
) -> None:
    """`count` renders into `out`, evenly over the sounds; `solo` is the share of pieces for one voice alone."""
    out.mkdir(parents=True, exist_ok=True)
    for which, name in enumerate(sounds):
        maker = sound_maker(name)
        for number in range(which, count, len(sounds)):
            path = out / f"{number:05d}_{maker.name}"
            if path.with_suffix(".npz").exists():
                continue
            rng = np.random.default_rng([seed, number])
            tune = tunes[rng.integers(len(tunes))]
            instrument = MELODIC[rng.integers(len(MELODIC))]
            performance = perform(tune, instrument, rng, solo=rng.uniform() < solo)
            sound = maker.play(performance, rng)
            if float(np.abs(sound).max()) < 1e-4:
                continue  # this sound has no such instrument
            sound = degraded(sound, rng, mild=clean)
            soundfile.write(path.with_suffix(".wav"), sound, RATE, subtype="PCM_16")
            performance.what["sound"] = maker.name
            np.savez(path.with_suffix(".npz"), **truth(performance))
            print(f"\r{maker.name} {number + 1}/{count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="what tools/tunes.py wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--soundfont", action="append", required=True, help="a .sf2, freepats, or modelled")
    parser.add_argument("--half", choices=("tune", "report"), default="tune")
    parser.add_argument("--solo", type=float, default=0.4, help="share of pieces for one voice alone")
    parser.add_argument("--clean", action="store_true", help="levels of −12 to 0 dBFS only")
    said = parser.parse_args()
    tunes = [tune for tune in read_tunes(said.data) if tune.half == said.half]
    make(tunes, said.soundfont, said.out, said.count, said.seed, solo=said.solo, clean=said.clean)


if __name__ == "__main__":
    main()
