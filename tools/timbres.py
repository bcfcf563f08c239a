"""Short performances by every instrument of every sound there is, and all that is certain about them: for the ear.

    python tools/tunes.py --out tunes.npz
    python tools/timbres.py --data tunes.npz --teachers DIR --out timbres --count 6000 --sound FluidR3_GM.sf2 \\
        --sound OPL-3_FM_128M.sf2 --sound freepats --sound stk --sound modelled
    python tools/timbres.py --data tunes.npz --teachers DIR --out tim --half report --named --judge --clean \\
        --count 900 --seed 71 --sound TimGM6mb.sf2
    python tools/timbres.py --data tunes.npz --teachers DIR --out hands --hands --count 3000 --seed 5 \\
        --sound FluidR3_GM.sf2 --sound OPL-3_FM_128M.sf2 --sound freepats --sound modelled

A shard is NAME.npz of a hundred clips of 10 s: `log_mel` (clips, columns, 64) float16; `instrument` (clips,) General
MIDI program, −1 where more than one plays or nobody can say; `family` (clips, families) who is heard; `sound` (clips,)
from which source, `tune`; `roll` (clips, columns, 88) which keys are held, bits packed; `loudness` (clips, columns)
dB; `onset` (clips, columns); with --teachers what they say: `yamnet` (clips, patches, 1024) of a patch each 0.48 s,
`mtt` (clips, 3, 128) of 3 s around 2.5, 5 and 7.5 s.

--judge says that this is for judging only, and alone lets soundfonts through that are reserved for evaluation.
Needs what tools/renders.py needs; `stk` is the program stk-demo.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr
from lessons.accompanying import accompanied
from lessons.families import FAMILIES, every_instrument, family_of
from lessons.instruments import DRUMS, MELODIC, Instrument
from lessons.performing import Part, Performance, perform
from lessons.sounding import StkSound, degraded, sound_maker
from lessons.teachers import Teachers
from lessons.tune import Tune, read_tunes
from numpy.typing import NDArray

from engine.frame import RATE
from engine.listening.mel import MEL_RATE, log_mel

SECONDS: Final = 10.0
COLUMNS: Final = 998
_SHARD: Final = 100

Array = NDArray[np.float64]

_PIANOS: Final = (0, 0, 0, 1, 2, 3, 4, 5)
_MANY_VOICED: Final = (6, 7, 11, 12, 15, 16, 19, 21, 22, 24, 25, 26, 45, 46, 48, 49, 52, 88, 89, 104, 107)


def _excerpt(performance: Performance, rng: np.random.Generator) -> Performance:
    """Ten seconds from somewhere within."""
    start = float(rng.uniform(0, max(performance.seconds - SECONDS - 1, 0.1)))
    parts = []
    for part in performance.parts:
        kept = [
            (row, bend)
            for row, bend in zip(part.notes, part.bends, strict=True)
            if start <= row[0] < start + SECONDS - 0.15
        ]
        if kept:
            notes = np.array([row for row, _ in kept])
            notes[:, :2] = np.clip(notes[:, :2] - start, 0.0, SECONDS)
            parts.append(Part(part.instrument, notes, [bend for _, bend in kept]))
    return Performance(parts, performance.beats, performance.what)


def _performed(tune: Tune, instrument: Instrument, rng: np.random.Generator) -> Performance:
    """Alone; or with more voices on the same instrument (what a pianist does); or with another."""
    solo = rng.uniform() < 0.55
    performance = perform(tune, instrument, rng, solo=solo)
    if not solo and rng.uniform() < 0.65:
        for part in performance.parts[1:]:
            if not part.instrument.drum:
                part.instrument = instrument
                part.notes[:, 2] = np.clip(part.notes[:, 2], instrument.lowest - 12, instrument.highest)
    if rng.uniform() < 0.25:  # whoever plays chords of three
        part = performance.parts[0]
        third = part.notes.copy()
        third[:, 2] += rng.choice([-3, -4, 4, -5, -12])
        performance.parts.append(Part(instrument, third, list(part.bends)))
    return _excerpt(performance, rng)


def coloured(sound: Array, rng: np.random.Generator) -> Array:
    """Through another microphone, room and loudspeaker: a gentle random equaliser, now and then a narrow one."""
    spectrum = np.fft.rfft(sound)
    octave = np.log2(np.maximum(np.fft.rfftfreq(sound.size, 1 / RATE), 20) / 20)
    gain = np.interp(octave, np.linspace(0, 10.3, 8), rng.normal(0, 4, 8)) + rng.normal(0, 1.2) * (octave - 5)
    if rng.uniform() < 0.15:
        gain -= 18 * np.maximum(0, np.log2(90 * 2 ** rng.uniform(0, 1.5) / 20) - octave)
    if rng.uniform() < 0.15:
        gain -= 18 * np.maximum(0, octave - np.log2(3000 * 2 ** rng.uniform(0, 1.5) / 20))
    return np.fft.irfft(spectrum * 10 ** (np.clip(gain, -60, 24) / 20), sound.size)


def retuned(sound: Array, rng: np.random.Generator) -> tuple[Array, float]:
    """As if the instrument were made a little larger or smaller; semitones by which it now sounds higher."""
    semitones = float(np.clip(rng.normal(0, 1.2), -3, 3)) if rng.uniform() < 0.5 else 0.0
    if semitones == 0.0:
        return sound, 0.0
    resampled = soxr.resample(sound, RATE * 2 ** (semitones / 12), RATE, quality="MQ")
    return resampled, semitones


def _truth(performance: Performance, semitones: float) -> dict[str, Any]:
    """What is certain at each column of the log-mel."""
    roll = np.zeros((COLUMNS, 88), bool)
    onset = np.zeros(COLUMNS, bool)
    speed = 2 ** (semitones / 12)
    family = np.zeros(len(FAMILIES), bool)
    for part in performance.parts:
        family[FAMILIES.index(family_of(part.instrument.program))] = True
        for on, off, midi, _ in part.notes:
            first, last = int(on / speed * 100), int(off / speed * 100)
            key = round(midi + semitones) - 21
            if not part.instrument.drum and 0 <= key < 88:
                roll[first:last, key] = True
            onset[min(first, COLUMNS - 1)] = True
    players = {part.instrument.program for part in performance.parts}
    return {
        "roll": np.packbits(roll, axis=1),
        "onset": onset,
        "family": family,
        "instrument": players.pop() if len(players) == 1 else -1,
    }


def clip(
    tune: Tune,
    instrument: Instrument,
    maker: Any,
    teachers: Teachers | None,
    rng: np.random.Generator,
    *,
    clean: bool,
    hands: bool,
) -> dict[str, Any] | None:
    """One clip and its truth, with both `hands` of a pianist or as _performed; None where the sound has no such
    instrument."""
    performance = _excerpt(accompanied(tune, instrument, rng), rng) if hands else _performed(tune, instrument, rng)
    if not performance.parts:
        return None
    dry = maker.play(performance, rng)
    if float(np.abs(dry).max()) < 1e-4:
        return None
    dry, semitones = (dry, 0.0) if clean else retuned(dry, rng)
    count = round(SECONDS * RATE)
    dry = np.pad(dry[:count], (0, max(0, count - dry.size)))
    if clean:
        wet = dry * (0.5 / float(np.abs(dry).max()))
    else:
        wet = degraded(coloured(dry, rng) if rng.uniform() < 0.7 else dry, rng)
    sound = soxr.resample(wet, RATE, MEL_RATE).astype(np.float32)
    columns = log_mel(sound)[:COLUMNS]
    blocks = sound[: COLUMNS * 160].reshape(COLUMNS, 160)
    truth = _truth(performance, semitones)
    if maker.name == "modelled":  # it is none of the instruments whose program it carries
        truth["instrument"] = -1
    truth["log_mel"] = columns.astype(np.float16)
    truth["loudness"] = (10 * np.log10((blocks**2).mean(axis=1) + 1e-9)).astype(np.float16)
    truth["tune"], truth["sound"] = tune.name, maker.name
    if teachers is not None:
        truth |= teachers.say(sound, columns)
    return truth


def make(
    tunes: Sequence[Tune],
    sounds: Sequence[str],
    out: Path,
    count: int,
    seed: int,
    teachers: Teachers | None,
    *,
    named: bool,
    judging: bool,
    clean: bool,
    hands: bool,
    part: tuple[int, int],
) -> None:
    """`count` clips in shards into `out`; a shard that is there is left as it is."""
    out.mkdir(parents=True, exist_ok=True)
    makers = [sound_maker(name, judging=judging) for name in sounds]
    everybody = every_instrument()
    for shard in range(part[0], -(-count // _SHARD), part[1]):
        path = out / f"{shard:04d}.npz"
        if path.exists():
            continue
        clips = []
        for number in range(shard * _SHARD, min((shard + 1) * _SHARD, count)):
            rng = np.random.default_rng([seed, number])
            maker = makers[number % len(makers)]
            tune = tunes[rng.integers(len(tunes))]
            choice = [*MELODIC, *MELODIC, *DRUMS] if named or rng.uniform() < 0.6 else everybody
            if hands:
                choice = [everybody[program] for program in (_PIANOS if rng.uniform() < 0.6 else _MANY_VOICED)]
            if isinstance(maker, StkSound):
                choice = [i for i in everybody if i.program in maker.programs]
            player = choice[rng.integers(len(choice))]
            made = clip(tune, player, maker, teachers, rng, clean=clean, hands=hands)
            if made is not None:
                clips.append(made)
            print(f"\r{number + 1}/{count}", end="", file=sys.stderr, flush=True)
        arrays: dict[str, Any] = {key: np.stack([np.asarray(each[key]) for each in clips]) for key in clips[0]}
        partial = path.with_suffix(".part.npz")
        np.savez(partial, **arrays)
        partial.replace(path)
    print(file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="what tools/tunes.py wrote")
    parser.add_argument("--teachers", type=Path, help="the folder of yamnet_spectra.onnx and mtt_vgg.onnx")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--sound", action="append", required=True, help="a .sf2, freepats, stk or modelled")
    parser.add_argument("--half", choices=("tune", "report"), default="tune")
    parser.add_argument("--named", action="store_true", help="only the instruments that have a name here")
    parser.add_argument("--judge", action="store_true", help="for judging, never for training")
    parser.add_argument("--clean", action="store_true", help="no room, no noise, no other microphone")
    parser.add_argument("--hands", action="store_true", help="played with both hands, in chords: for harmony")
    parser.add_argument("--part", type=int, nargs=2, default=(0, 1), metavar=("K", "N"), help="every Nth shard from K")
    said = parser.parse_args()
    tunes = [tune for tune in read_tunes(said.data) if tune.half == said.half]
    teachers = Teachers(said.teachers) if said.teachers else None
    make(
        tunes,
        said.sound,
        said.out,
        said.count,
        said.seed,
        teachers,
        named=said.named,
        judging=said.judge,
        clean=said.clean,
        hands=said.hands,
        part=tuple(said.part),
    )


if __name__ == "__main__":
    main()
