"""How well numbers are read that were never learned from: tunes, fonts and programs kept for judging.

    python tools/judge_jianpu.py draw --tunes CORPUS --out judged       (needs jianpu-ly and lilypond)
    python tools/judge_jianpu.py read --data judged --network models_onnx [--json held.json]

The tunes are music21's `ryansMammoth` and `essenFolksong/han2`. Whole pages are drawn by the engine itself
(engine/score/jianpu_layout.py: its look and its font were never learned from) and by jianpu-ly and LilyPond, half of
them with Chinese words below; found, straightened and read by the engine alone, as drawn and as a phone sees them
(tests/score/photographing.py, 2000 pixels wide). Lines are drawn by tools/jianpu_lessons.py in fonts that were never
learned from, and aged by tools/sheets/ageing.py. A note is right if its pitch and its duration are, after alignment.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from benchmarks import figures
from jianpu_lessons import Lessons
from judge_score import LEVELS, Marks, mark, reserved
from PIL import Image
from sheets.ageing import Wear, aged
from sheets.jianpu.elsewhere import can_say, engraved, plain
from sheets.jianpu.fonts import RESERVED
from sheets.jianpu.look import Looks
from sheets.notations import JIANPU
from sheets.poet import Poet
from sheets.staff_shards import read, write

from engine.score.comparing import compare, together
from engine.score.files import read_tune, write_tune
from engine.score.jianpu_page import number_reader, tune_in_numbers
from engine.score.jianpu_reading import tune_of_numbers
from engine.score.jianpu_symbols import SYMBOLS, numbers
from engine.score.reading import tune_of
from engine.score.recogniser import Recogniser
from engine.score.symbols import Read

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "score"))  # where photographs are made


def draw(corpus: Path, out: Path, count: int, seed: int) -> None:
    """So many pages of each kind, NAME-NN.png and .jianpu, and eight times as many lines, in --out."""
    out.mkdir(parents=True, exist_ok=True)
    tunes = reserved(corpus)
    poet, rng = Poet(tunes, seed), np.random.default_rng(seed)
    lessons = Lessons(poet, Looks(rng, RESERVED), rng)
    write([lessons.of_music(plain=True) for _ in range(8 * count)], out / "lines.npz", numbers)
    ours = theirs = 0
    while min(ours, theirs) < count:
        symbols = poet.whole_tune().symbols
        tune = tune_of([[Read(symbol, 1.0, 0.0) for symbol in symbols]], f"No. {ours + theirs + 1}")
        if ours < count:
            write_tune(tune, out / f"ours-{ours:02}.png")
            write_tune(tune, out / f"ours-{ours:02}.jianpu")
            ours += 1
        elif can_say(plain(tune)):
            with tempfile.TemporaryDirectory() as folder:
                page = engraved(plain(tune), Path(folder), "page", sung=theirs % 2 == 0)
            if page is not None:
                page.save(out / f"jianpu-ly-{theirs:02}.png")
                write_tune(plain(tune), out / f"jianpu-ly-{theirs:02}.jianpu")
                theirs += 1
    print(f"{out}: {ours} pages of ours, {theirs} of jianpu-ly's, {8 * count} lines", flush=True)


def judge_lines(path: Path, reader: Recogniser, seed: int) -> dict[str, dict[str, float]]:
    """The table of lines: as drawn, scanned and photographed."""
    table = {}
    for number, level in enumerate(LEVELS):
        rng, marks = np.random.default_rng(seed), Marks()
        for ink, said in read(path):
            found = reader.read(aged(ink, Wear(number), rng, frame=JIANPU.frame))
            mark(found, [SYMBOLS[int(k) - 1] for k in said], marks, tune_of_numbers)
        table[f"lines in other fonts, {level}"] = marks.table()
        print(f"lines in other fonts, {level}: {marks.table()}", flush=True)
    return table


def judge_pages(data: Path, reader: Recogniser, show: bool) -> dict[str, dict[str, float]]:
    """The table of pages, by who drew them, as drawn and photographed."""
    from photographing import photographed

    table: dict[str, dict[str, float]] = {}
    for name in ("ours", "jianpu-ly"):
        for how in ("clean", "photographed"):
            marks, lost = [], 0
            for number, path in enumerate(sorted(data.glob(f"{name}-[0-9]*.png"))):
                grey = np.asarray(Image.open(path).convert("L"), np.float32) / 255
                page = photographed(grey, number, width=2000).grey if how == "photographed" else grey
                tune = tune_in_numbers(page, reader)
                if tune is None:
                    lost += 1
                    continue
                marks.append(compare(read_tune(path.with_suffix(".jianpu")), tune))
                if show:
                    print(f"  {path.name}, {how}: F1 {marks[-1].f1:.4f}", flush=True)
            if marks:
                all_ = together(marks)
                found = {"precision": all_.precision, "recall": all_.recall, "f1": all_.f1}
                table[f"{name}, pages, {how}"] = {key: round(value, 4) for key, value in found.items()}
                table[f"{name}, pages, {how}"] |= {"pages": len(marks), "lost": lost}
                print(f"{name}, pages, {how}: {table[f'{name}, pages, {how}']}", flush=True)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("draw", "read"))
    parser.add_argument("--tunes", type=Path, help="music21's folder of tunes")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--network", type=Path, default=Path("models_onnx"))
    parser.add_argument("--show", action="store_true", help="each page")
    figures.ask(parser)
    said = parser.parse_args()
    if said.what == "draw":
        draw(said.tunes, said.out, said.count, said.seed)
        return
    reader = number_reader(said.network)
    table = judge_pages(said.data, reader, said.show) | judge_lines(said.data / "lines.npz", reader, 7)
    figures.keep(table, said.json)


if __name__ == "__main__":
    main()
