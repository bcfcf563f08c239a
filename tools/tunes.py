"""The tunes of music21's corpus as plain numbers, for training and judging. Needs music21.

    python tools/tunes.py --out tunes.npz
    python tools/tunes.py --out reserved.npz --reserved --most 400

Essen folk songs, O'Neill's Irish tunes and Aird's airs, in the package music21 10. Left out, because they are
reserved for evaluation: `ryansMammoth` and `essenFolksong/han2`, which are what `--reserved` reads, for judging alone.
A tune is its notes, as written, and its beats.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

import numpy as np
from lessons.tune import Tune, write_tunes

COLLECTIONS: Final = ("essenFolksong", "oneills1850", "airdsAirs")
_RESERVED: Final = ("han2",)
_RESERVED_COLLECTION: Final = "ryansMammoth"
_LEAST_NOTES: Final = 16


def _tune(name: str, score: Any) -> Tune | None:
    """A tune of a music21 score; None where its metre changes or it is too short to be one."""
    flat = score.flatten()
    metres = {m.ratioString for m in flat.getElementsByClass("TimeSignature")}
    if len(metres) != 1:
        return None
    notes = [
        (float(note.offset), float(note.quarterLength), float(note.pitch.midi))
        for note in flat.stripTies().notes
        if note.isNote and note.quarterLength > 0
    ]
    metre = flat.getElementsByClass("TimeSignature")[0]
    beat = float(metre.beatDuration.quarterLength)
    beats: list[tuple[float, float]] = []
    bar_length = float(metre.barDuration.quarterLength)
    bars = list(score.recurse().getElementsByClass("Measure"))
    for bar in bars:
        length = float(bar.duration.quarterLength)
        missing = bar_length - length if bar is bars[0] else 0.0  # a pick-up is the end of a bar
        count = round(bar_length / beat)
        for k in range(count):
            at = k * beat - missing
            if -1e-6 <= at < length - 1e-6:
                beats.append((float(bar.offset) + at, k + 1))
    if len(notes) < _LEAST_NOTES or len(beats) < 8:
        return None
    table = np.array(notes)
    first = table[0, 0]
    table[:, 0] -= first
    grid = np.array(beats)
    grid[:, 0] -= first
    return Tune(name, table, grid[grid[:, 0] > -1e-6])


def main() -> None:
    from music21 import converter, corpus

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--reserved", action="store_true", help="the tunes reserved for evaluation instead")
    parser.add_argument("--most", type=int, default=100_000, help="end after so many tunes of a collection")
    said = parser.parse_args()
    out: Path = said.out
    folder = Path(corpus.__file__).parent
    tunes: list[Tune] = []
    for collection in (_RESERVED_COLLECTION, "essenFolksong") if said.reserved else COLLECTIONS:
        before = len(tunes)
        for path in sorted((folder / collection).glob("*.abc")):
            if collection in COLLECTIONS and (path.stem in _RESERVED) != said.reserved:
                continue
            if len(tunes) - before >= said.most:
                break
            try:
                opus = converter.parse(path, forceSource=True)
            except Exception as why:  # music21 has many ways to stumble over old transcriptions
                print(f"{path.name}: left out ({type(why).__name__})")
                continue
            for number, score in enumerate(getattr(opus, "scores", [opus])):
                try:
                    tune = _tune(f"{collection}/{path.stem}/{number}", score)
                except Exception as why:
                    print(f"{path.stem}/{number}: left out ({type(why).__name__})")
                    continue
                if tune is not None:
                    tunes.append(tune)
            print(f"{path.stem}: {len(tunes)} tunes so far", flush=True)
    write_tunes(tunes, out)


if __name__ == "__main__":
    main()
