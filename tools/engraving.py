"""Staves engraved, with what is on them: the images that teach the recogniser.

    python tools/engraving.py --tunes CORPUS --out staves --count 20000 --seed 1

CORPUS is music21's folder `corpus`; of it are read Essen folk songs, O'Neill's and Aird's tunes and the Nottingham
data set, never what tools/sheets/abc_tunes.py calls reserved. Phrases of one staff are engraved by Verovio in all its
fonts and by abcm2ps, each with thicknesses, spacings and ornaments by chance. Needs verovio, resvg_py and abcm2ps.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from sheets.abc_tunes import RESERVED, Tune, collection
from sheets.engravers import Abcm2ps, Verovio, rastered
from sheets.poet import Poet
from sheets.staff_shards import Staff, write

COLLECTIONS: Final = ("essenFolksong", "oneills1850", "airdsAirs", "nottingham-dataset")
_SHARD: Final = 500


def tunes_to_learn(corpus: Path) -> list[Tune]:
    """All tunes that may be learned from."""
    found = [tune for name in COLLECTIONS for tune in collection(corpus / name)]
    return [tune for tune in found if not any(word in tune.name for word in RESERVED)]


def staves(tunes: list[Tune], count: int, seed: int) -> Iterator[Staff]:
    """That many staves, a quarter of them by abcm2ps."""
    rng = np.random.default_rng(seed)
    poet = Poet(tunes, seed)
    engravers: tuple[Verovio | Abcm2ps, ...] = (Verovio(rng), Abcm2ps(rng))
    made = 0
    while made < count:
        engraver = engravers[int(rng.random() < 0.3)]
        phrases = [poet.phrase() for _ in range(50)]
        for phrase, svg in zip(phrases, engraver.svgs(phrases), strict=True):
            ink = rastered(svg, rng) if svg else None
            if ink is not None and made < count:
                made += 1
                yield Staff(ink, phrase.symbols, engraver.name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tunes", type=Path, required=True, help="music21's folder of tunes")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    tunes = tunes_to_learn(said.tunes)
    for shard in range((said.count + _SHARD - 1) // _SHARD):
        path = said.out / f"{shard:04}.npz"
        if not path.exists():
            write(list(staves(tunes, _SHARD, said.seed * 10_000 + shard)), path)
            print(path.name, flush=True)


if __name__ == "__main__":
    main()
