"""How well staves are read that were never learned from: tunes and engravers kept for judging.

    python tools/judge_score.py engrave --tunes CORPUS --out judged       (LilyPond and MuseScore; needs both)
    python tools/judge_score.py read --data judged --network models_onnx  (prints the table; --json FILE)
    python tools/judge_score.py engrave-pages --tunes CORPUS --out pages --count 20
    python tools/judge_score.py read-pages --data pages

The tunes are music21's `ryansMammoth` and `essenFolksong/han2`. Half of the phrases stand as they are, half in
another clef, key and place; `made up` are phrases by chance, where everything rare is often. Each staff is read as
engraved, as scanned and as photographed (tools/sheets/ageing.py). A note is right if its pitch and its duration are,
after the alignment with most matches; SER is the edits a symbol takes. What a staff costs is on one core.

Pages are whole tunes as they stand on A4, found, straightened and read by the engine alone, as drawn at 200 dots an
inch and as a phone sees them (tests/score/photographing.py): turned, tilted, curled, in shadow, blurred, as JPEG.
Tunes with a bar of more than four times its metre are left out, and named: where bar lines are missing no engraver can
break the line, and the music runs off the paper.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
from benchmarks import figures
from PIL import Image
from sheets.abc_tunes import RESERVED, Tune, collection
from sheets.ageing import Wear, aged
from sheets.engraved_elsewhere import ENGRAVERS, on_paper, staves_of
from sheets.phrases import Phrase
from sheets.poet import Poet
from sheets.staff_shards import Staff, read, write

from engine.score.comparing import compare, together
from engine.score.page import staves_of as staves_on
from engine.score.reading import tune_of
from engine.score.recogniser import Recogniser, read_staves
from engine.score.symbols import SYMBOLS, Read
from engine.score.tune import Tune as Music

LEVELS: Final = ("clean", "scanned", "photographed")
_AT_ONCE: Final = 20
_PAGE_DPI: Final = 200
sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "score"))  # where photographs are made


Say = Callable[[Sequence[Sequence[Read]]], Music]


@dataclass(slots=True)
class Marks:
    """Counts, added up over staves."""

    matched: int = 0
    read: int = 0
    written: int = 0
    edits: int = 0
    symbols: int = 0
    staves: int = 0
    perfect: int = 0

    def table(self) -> dict[str, float]:
        """Precision, recall and F1 of notes, SER, and the share of staves without any error."""
        precision, recall = self.matched / max(self.read, 1), self.matched / max(self.written, 1)
        return {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 4),
            "ser": round(self.edits / max(self.symbols, 1), 4),
            "perfect": round(self.perfect / max(self.staves, 1), 4),
            "staves": self.staves,
        }


def aligned(a: Sequence[Any], b: Sequence[Any], change: int = 2) -> int:
    """The least edits from a to b: 1 to put in or take out, `change` to exchange. With 2 nothing is ever exchanged."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        before, row = row, [i]
        for j, y in enumerate(b, start=1):
            row.append(min(before[j - 1] + (0 if x == y else change), before[j] + 1, row[j - 1] + 1))
    return row[-1]


def sounding(symbols: Sequence[Read], say: Say = tune_of) -> list[tuple[int, Fraction]]:
    """Pitch and duration of the notes that a line says; none where it says no bar."""
    try:
        tune = say([symbols])
    except ValueError:
        return []
    return [(note.pitch, note.duration) for note in tune.notes if note.pitch is not None]


def mark(found: Sequence[Read], truth: Sequence[str], marks: Marks, say: Say = tune_of) -> None:
    """Add what one line brings; `say` makes a tune of such lines."""
    said = [r.symbol for r in found]
    ours, theirs = sounding(found, say), sounding([Read(symbol, 1.0, 0.0) for symbol in truth], say)
    apart = aligned(ours, theirs)
    marks.matched += (len(ours) + len(theirs) - apart) // 2
    marks.read += len(ours)
    marks.written += len(theirs)
    edits = aligned(said, truth, change=1)
    marks.edits += edits
    marks.symbols += len(truth)
    marks.staves += 1
    marks.perfect += edits == 0


def reserved(corpus: Path) -> list[Tune]:
    """The tunes that nothing is learned from."""
    tunes = collection(corpus / "ryansMammoth") + collection(corpus / "essenFolksong")
    return [tune for tune in tunes if any(word in tune.name for word in RESERVED)]


def phrases(tunes: list[Tune], count: int, seed: int) -> tuple[list[Phrase], list[Phrase]]:
    """From tunes, and made up: a third as many."""
    poet = Poet(tunes, seed)
    return [poet.of_a_tune(k % 2 == 0, plain=True) for k in range(count)], [poet.made_up() for _ in range(count // 3)]


def engrave(corpus: Path, out: Path, count: int, seed: int) -> None:
    """One shard for each engraver and kind, in --out."""
    out.mkdir(parents=True, exist_ok=True)
    tunes = reserved(corpus)
    for number, name in enumerate(ENGRAVERS):
        for kind, wanted in zip(("tunes", "made up"), phrases(tunes, count, seed + number), strict=True):
            if name == "musescore":  # a metre that is hidden leaves no room there: notes stand on the key signature
                wanted = [replace(phrase, metre=phrase.metre or "4/4", metre_shown=True) for phrase in wanted]
            staves: list[Staff] = []
            for k in range(0, len(wanted), _AT_ONCE):
                some = wanted[k : k + _AT_ONCE]
                for phrase, ink in zip(some, staves_of(name, some), strict=True):
                    if ink is not None:
                        staves.append(Staff(ink, phrase.symbols, name))
            write(staves, out / f"{name}, {kind}.npz")
            print(f"{name}, {kind}: {len(staves)} of {len(wanted)}", flush=True)


def judge(data: Path, network: Path, seed: int = 7, show: int = 0) -> dict[str, dict[str, float]]:
    """The table: by shard and level."""
    recogniser = Recogniser(folder=network)
    table: dict[str, dict[str, float]] = {}
    for path in sorted(data.glob("*.npz")):
        for number, level in enumerate(LEVELS):
            rng = np.random.default_rng(seed)
            marks, spent = Marks(), 0.0
            shown = show
            for ink, numbers in read(path):
                image = aged(ink, Wear(number), rng)
                begun = time.process_time()
                found = recogniser.read(image)
                spent += time.process_time() - begun
                truth = [SYMBOLS[int(k) - 1] for k in numbers]
                mark(found, truth, marks)
                said = [r.symbol for r in found]
                if shown and said != truth:
                    shown -= 1
                    print("  truth:", *truth, "\n  read: ", *said)
            table[f"{path.stem}, {level}"] = marks.table() | {"ms": round(1000 * spent / max(marks.staves, 1), 1)}
            print(f"{path.stem}, {level}: {table[f'{path.stem}, {level}']}", flush=True)
    return table


def engrave_pages(corpus: Path, out: Path, count: int, seed: int) -> None:
    """ENGRAVER-NN.png and its symbols, ENGRAVER-NN.txt, in --out."""
    out.mkdir(parents=True, exist_ok=True)
    tunes = reserved(corpus)
    for number, name in enumerate(ENGRAVERS):
        poet = Poet(tunes, seed + number)
        wanted = [poet.whole_tune() for _ in range(count)]
        with tempfile.TemporaryDirectory() as folder:
            pictures = ENGRAVERS[name](wanted, Path(folder), paged=True, dpi=_PAGE_DPI)
            for k, (phrase, picture) in enumerate(zip(wanted, pictures, strict=True)):
                if picture is not None:
                    on_paper(picture).save(out / f"{name}-{k:02}.png")
                    (out / f"{name}-{k:02}.txt").write_text(" ".join(phrase.symbols), encoding="utf-8")


def judge_pages(data: Path, network: Path) -> dict[str, dict[str, float]]:
    """The table: by engraver, as drawn and photographed."""
    from photographing import photographed

    recogniser = Recogniser(folder=network)
    table: dict[str, dict[str, float]] = {}
    for name in ENGRAVERS:
        for how in ("clean", "photographed"):
            marks, lost = [], 0
            for number, path in enumerate(sorted(data.glob(f"{name}-*.png"))):
                grey = np.asarray(Image.open(path), np.float32) / 255
                truth = path.with_suffix(".txt").read_text(encoding="utf-8").split()
                meant = tune_of([[Read(symbol, 1.0, 0.0) for symbol in truth]])
                if any(bar.meter and bar.length > 4 * bar.meter.bar for bar in meant.bars):
                    print(f"  {path.name}: left out, a bar of it runs off the paper", flush=True)
                    continue
                page = photographed(grey, number, width=2400).grey if how == "photographed" else grey
                try:
                    tune = read_staves([staff.image for staff in staves_on(page)], recogniser)
                except ValueError:
                    lost += 1
                    continue
                marks.append(compare(meant, tune))
                print(f"  {path.name}, {how}: F1 {marks[-1].f1:.4f}", flush=True)
            if marks:
                all_ = together(marks)
                table[f"{name}, pages, {how}"] = {
                    "precision": round(all_.precision, 4),
                    "recall": round(all_.recall, 4),
                    "f1": round(all_.f1, 4),
                    "pages": len(marks),
                    "lost": lost,
                }
                print(f"{name}, pages, {how}: {table[f'{name}, pages, {how}']}", flush=True)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("engrave", "read", "engrave-pages", "read-pages"))
    parser.add_argument("--tunes", type=Path, help="music21's folder of tunes")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--network", type=Path, default=Path("models_onnx"))
    parser.add_argument("--show", type=int, default=0, help="so many misread staves of each kind")
    figures.ask(parser)
    said = parser.parse_args()
    if said.what == "engrave":
        engrave(said.tunes, said.out, said.count, said.seed)
        return
    if said.what == "engrave-pages":
        engrave_pages(said.tunes, said.out, said.count, said.seed)
        return
    pages = said.what == "read-pages"
    table = judge_pages(said.data, said.network) if pages else judge(said.data, said.network, show=said.show)
    figures.keep(table, said.json)


if __name__ == "__main__":
    main()
