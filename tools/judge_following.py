"""Judges the score follower by renders of known scores: wandering tempo, wrong and missing notes, jumps.

    python tools/tunes.py --out reserved.npz --reserved --most 150
    python tools/judge_following.py --data reserved.npz --out judged --count 60 --soundfont TimGM6mb.sf2 \\
        --soundfont sf_GMbank.sf2 --soundfont MuseScore_General.sf3 --warping

Each piece is one to three tunes, played in a key by chance by a General MIDI instrument (`tools/lessons/stumbling.py`):
the tempo wanders by ± 20 %, one note in twenty is wrong, one in twenty is left out; in some pieces somebody plays
along, a note is held for 2 to 4 s more, 5 s are left out or played again, or the player begins again. Tuned on the
tunes and sounds of training (`--half tune`), reported once on reserved tunes and sounds. Of every note that is played,
right or wrong, it is asked where the follower was when it began: the error is what the beat told was off by, in
milliseconds at the player's own tempo; the tempo is not told to it. For 2 s after a jump nobody is asked; instead
`found` is the time until four notes in a row are within 250 ms. Beside it stands the plain on-line time warping
(`tools/benchmarks/warping.py`), which is told the mean tempo, and with `--peer` what `tools/peer_following.py` has left
in that folder.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
from benchmarks import figures
from benchmarks.warping import follow, score_chroma
from lessons.instruments import MELODIC
from lessons.sounding import degraded, sound_maker
from lessons.stumbling import KINDS, medley, stumble
from lessons.tune import read_tunes
from numpy.typing import NDArray

from engine.features.fast import FastSenses
from engine.frame import HOP, RATE, Block
from engine.score.following import ScoreFollower
from engine.score.timeline import Timeline

_SHARES: Final = (0.45, 0.1, 0.1, 0.2, 0.15)
"""How many pieces are of each of KINDS."""
_CLOSE: Final = 0.25  # seconds
_IN_A_ROW: Final = 4
_UNASKED: Final = 2.0  # seconds after a jump
_FRAME: Final = 4 * HOP / RATE  # seconds a frame of the time warping

Array = NDArray[np.float64]
Piece = Mapping[str, Any]
Follower = Callable[[Piece], Array]
"""Says where the player is, in quarters of the score, after every hop."""


def make(said: argparse.Namespace) -> None:
    """Renders with what is known about them: NAME.flac and NAME.npz."""
    tunes = read_tunes(said.data)
    if said.half:
        tunes = [tune for tune in tunes if tune.half == said.half]
    said.out.mkdir(parents=True, exist_ok=True)
    for which, font in enumerate(said.soundfont):
        maker = sound_maker(font, judging=True)
        for number in range(which, said.count, len(said.soundfont)):
            path = said.out / f"{number:04d}_{maker.name}"
            if path.with_suffix(".npz").exists():
                continue
            rng = np.random.default_rng([said.seed, number])
            kind = str(rng.choice(KINDS, p=_SHARES))
            least = 120.0 if kind in ("jump", "restart") else 20.0
            score = medley([tunes[k] for k in rng.integers(len(tunes), size=6)], least)
            piece = stumble(score, MELODIC[rng.integers(len(MELODIC))], kind, rng)
            sound = maker.play(piece.performance, rng)
            if float(np.abs(sound).max()) < 1e-4:
                continue  # this sound has no such instrument
            soundfile.write(path.with_suffix(".flac"), degraded(sound, rng, mild=True), RATE)
            what = json.dumps({**piece.performance.what, "sound": maker.name})
            known = {"notes": piece.score.notes, "beats": piece.score.beats, "jumps": piece.jumps}
            np.savez(path.with_suffix(".npz"), played=piece.played, what=what, **known)
            print(f"\r{maker.name} {number + 1}/{said.count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def read_piece(path: Path) -> Piece:
    """What is known about a render, and what the fast senses hear of it, kept beside it."""
    with np.load(path) as file:
        piece: dict[str, Any] = {name: file[name] for name in ("notes", "beats", "played", "jumps")}
        piece["what"] = json.loads(str(file["what"]))
    piece["path"] = path.with_suffix(".flac")
    kept = path.with_suffix(".heard.npy")
    if not kept.exists():
        np.save(kept, _heard(piece["path"]))
    piece["heard"] = np.load(kept)
    return piece


def _heard(path: Path) -> NDArray[np.float32]:
    sound, _ = soundfile.read(path, dtype="float32")
    senses = FastSenses(1)
    rows = []
    for index in range(len(sound) // HOP):
        senses.step(Block(index, sound[index * HOP : (index + 1) * HOP, None]))
        rows.append(np.concatenate([senses.chances, senses.chroma, senses.said]))
    return np.array(rows, np.float32)


def timeline(piece: Piece) -> Timeline:
    """The score of a piece; it tells no tempo."""
    notes, beats = piece["notes"], piece["beats"]
    bars = np.unique(np.append(beats[beats[:, 1] == 1, 0], 0.0))
    count = len(bars)
    return Timeline(
        onsets=notes[:, 0].copy(),
        lengths=notes[:, 1].copy(),
        pitches=notes[:, 2].astype(np.int64),
        written=np.arange(1, len(notes) + 1),
        bars=bars,
        numbers=np.arange(1, count + 1),
        beats=np.ones(count),
        section=np.zeros(count, np.int64),
        opens=np.zeros(count, np.bool_),
        doors=np.zeros(1),
        sections=("",),
        end=float((notes[:, 0] + notes[:, 1]).max()),
    )


def ours(piece: Piece) -> Array:
    follower = ScoreFollower(timeline(piece))
    heard = piece["heard"].astype(np.float64)
    said = piece["heard"][:, -4:].copy()
    chances, chroma = np.ascontiguousarray(heard[:, :-16]), np.ascontiguousarray(heard[:, -16:-4])
    return np.array(
        [follower.step(*row, index)[0] for index, row in enumerate(zip(chances, chroma, said, strict=True))]
    )


def warped(piece: Piece) -> Array:
    spq = float(np.median(piece["played"][:, 2]))
    score = score_chroma(piece["notes"], spq, _FRAME)
    every = np.arange(3, len(piece["heard"]), 4)
    told = follow(score, piece["heard"][every, -16:-4].astype(np.float64))
    return np.asarray(np.repeat(told * _FRAME / spq, 4))


def peer(method: str) -> Follower:
    """What pymatchmaker's method told of a piece (`tools/peer_following.py`)."""

    def told(piece: Piece) -> Array:
        steps = np.load(piece["path"].with_suffix(f".{method}.npy"))
        ends = np.arange(1, len(piece["heard"]) + 1) * HOP / RATE
        return np.asarray(steps[np.maximum(np.searchsorted(steps[:, 0], ends, side="right") - 1, 0), 1])

    return told


def errors(piece: Piece, beats: Array) -> Array:
    """Seconds by which the place told was ahead (+) or behind at the begin of every note played."""
    played = piece["played"]
    hop = np.minimum((played[:, 0] * RATE / HOP).astype(int), len(beats) - 1)
    return np.asarray((beats[hop] - played[:, 1]) * played[:, 2])


def found_after(piece: Piece, off: Array, jump: float) -> float:
    """Seconds after a jump until four notes in a row are close; infinite where they never are."""
    at = piece["played"][:, 0]
    after = np.flatnonzero(at >= jump - 0.01)
    close = abs(off[after]) < _CLOSE
    for k in range(len(after) - _IN_A_ROW + 1):
        if close[k : k + _IN_A_ROW].all():
            return float(at[after[k]] - jump)
    return float("inf")


def judge(paths: Sequence[Path], followers: Mapping[str, Follower]) -> dict[str, dict[str, dict[str, float]]]:
    """Print the table; returned by kind of piece, then by who followed."""
    rows: dict[str, dict[str, list[Array]]] = defaultdict(lambda: defaultdict(list))
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number, path in enumerate(paths):
        piece = read_piece(path)
        at, kind = piece["played"][:, 0], piece["what"]["kind"]
        asked = np.ones(len(at), dtype=bool)
        for jump in piece["jumps"]:
            asked &= ~((at >= jump - 0.01) & (at < jump + _UNASKED))
        for name, follower in followers.items():
            off = errors(piece, follower(piece))
            for group in ("all", kind, f"by {piece['what']['sound']}"):
                rows[group][name].append(1000.0 * off[asked])
                found[group][name] += [found_after(piece, off, jump) for jump in piece["jumps"]]
        print(f"\r{number + 1}/{len(paths)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    kept: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    print(f"{'':24s} {'':22s} pieces  notes   mean ms  median ms  in 250 ms  found after, s (in 2 s)")
    for group, each in sorted(rows.items()):
        for name, pieces in each.items():
            off = abs(np.concatenate(pieces))
            jumps = np.array(found[group][name])
            close = float((off < 1000 * _CLOSE).mean())
            kept[group][name] = {"pieces": len(pieces), "notes": off.size, "mean": off.mean(), "median": np.median(off)}
            kept[group][name]["close"] = close
            line = f"{group:24s} {name:22s} {len(pieces):6d} {off.size:6d} {off.mean():9.0f} {np.median(off):10.0f}"
            line += f" {100 * close:9.1f}%"
            if jumps.size:
                kept[group][name] |= {"found": np.median(jumps), "found in 2 s": (jumps <= 2).mean()}
                line += f"  {np.median(jumps):.2f} in the median ({100 * (jumps <= 2).mean():.0f} %)"
            print(line)
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="what tools/tunes.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder of the renders; what is there is not made anew")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--half", choices=("tune", "report"), help="only this half of the tunes")
    parser.add_argument("--soundfont", action="append", default=[], help="a .sf2, freepats, or modelled")
    parser.add_argument("--warping", action="store_true", help="on-line time warping beside it")
    parser.add_argument("--peer", action="append", default=[], help="a method of pymatchmaker beside it")
    figures.ask(parser)
    said = parser.parse_args()
    if said.data and said.soundfont:
        make(said)
    paths = sorted(said.out.glob("*.npz"))
    if not paths:
        raise SystemExit(f"out={said.out} holds no renders: --data and --soundfont are needed to make them")
    followers: dict[str, Follower] = {"monochord": ours}
    if said.warping:
        followers["warping"] = warped
    followers |= {f"pymatchmaker {method}": peer(method) for method in said.peer}
    figures.keep(judge(paths, followers), said.json)


if __name__ == "__main__":
    main()
