"""Where pymatchmaker (MIT licence) says that the player is, kept beside each render. For tools/judge_following.py.

    python tools/peer_following.py RENDERS --method arzt --method outerhmm

It runs under an interpreter of its own, which needs pymatchmaker, and for `arzt` and `dixon`, which render the score,
pyfluidsynth with a soundfont where partitura looks for one. RENDERS is the folder that the judge filled. Of every
NAME.npz the score is written as MusicXML and followed in NAME.flac with the method's own settings, told the player's
mean tempo; NAME.METHOD.npy holds (steps, 2): seconds, and quarters of the score. A piece that ends in an error is told
as far as it went.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import partitura
from matchmaker import Matchmaker
from partitura.score import Note, Part, TimeSignature, add_measures

_DIVISIONS: Final = 96
_STEPS: Final = (("C", 0), ("C", 1), ("D", 0), ("E", -1), ("E", 0), ("F", 0))
_STEPS_ABOVE: Final = (("F", 1), ("G", 0), ("G", 1), ("A", 0), ("B", -1), ("B", 0))


def write_score(notes: np.ndarray, path: Path) -> None:
    """A score of these notes (n, 3): onset and length in quarters, MIDI pitch."""
    part = Part("P1", quarter_duration=_DIVISIONS)
    part.add(TimeSignature(4, 4), 0)
    for number, (onset, length, midi) in enumerate(notes):
        step, alter = (_STEPS + _STEPS_ABOVE)[int(midi) % 12]
        first = round(onset * _DIVISIONS)
        last = max(round((onset + length) * _DIVISIONS), first + 1)
        part.add(Note(step, int(midi) // 12 - 1, alter, id=f"n{number}", voice=1, staff=1), first, last)
    add_measures(part)
    partitura.save_musicxml(part, str(path))


def follow(piece: Path, method: str) -> np.ndarray:
    """Seconds and quarters (steps, 2), one step of the method each."""
    with np.load(piece) as known:
        notes, played = known["notes"], known["played"]
    tempo = 60.0 / float(np.median(played[:, 2]))
    with tempfile.TemporaryDirectory() as folder:
        score = Path(folder) / "score.musicxml"
        write_score(notes, score)
        follower: Any = Matchmaker(str(score), str(piece.with_suffix(".flac")), method=method, tempo=tempo)
        told: list[float] = []
        trouble = ""
        try:
            told.extend(map(float, follower.run(verbose=False)))
        except Exception as why:
            trouble = f" ({type(why).__name__} after {len(told)} steps: {why})"
    print(f"{piece.stem} {method}: {len(told)} steps{trouble}", file=sys.stderr, flush=True)
    seconds = (1.0 + np.arange(len(told))) * follower.hop_length / follower.sample_rate
    return np.column_stack([seconds, np.array(told)]) if told else np.zeros((1, 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("renders", type=Path)
    parser.add_argument("--method", action="append", required=True, choices=("arzt", "dixon", "outerhmm", "skf", "pf"))
    said = parser.parse_args()
    for method in said.method:
        for piece in sorted(said.renders.glob("*.npz")):
            kept = piece.with_suffix(f".{method}.npy")
            if not kept.exists():
                np.save(kept, follow(piece, method))
    print(json.dumps({"methods": said.method}))


if __name__ == "__main__":
    main()
