"""Lines of numbers drawn, with what is on them: the images that teach the recogniser of jianpu.

    python tools/jianpu_lessons.py --tunes CORPUS --out lines --count 24000 --seed 1

CORPUS is music21's folder `corpus`, read as tools/engraving.py does: never what tools/sheets/abc_tunes.py calls
reserved. Phrases are drawn in fonts, distances and thicknesses by chance (tools/sheets/jianpu/look.py), never as the
engine itself draws (engine/score/jianpu_layout.py); with lyrics, titles, chords and bar numbers beside them that are
not to be read. Needs Debian's fonts of tools/sheets/jianpu/fonts.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from engraving import tunes_to_learn
from sheets.jianpu.canvas import Canvas
from sheets.jianpu.cells import line_of
from sheets.jianpu.drawing import Drawing, fraction, key_sign
from sheets.jianpu.look import Look, Looks
from sheets.phrases import Item, Phrase
from sheets.poet import Poet
from sheets.staff_shards import Staff, write

from engine.score.jianpu_symbols import TIMES, numbers
from engine.score.spelling import STEPS, Key

_SHARD: Final = 500
_HAN: Final = (
    "好一朵茉莉花满园开香也不过它我有心采又怕看的人儿骂春天来了小河水清月亮弯照九州几家欢乐愁同窗情深似海风吹草低见牛羊"
    "雪山青松高白云飘大路长歌声响国家民族中华儿女东方红太阳升黄河长江流在心上妈妈老师朋友今夜星光美丽故乡远走他梦里花落知多少"
)
_LATIN: Final = (
    "the river runs so slow and all my heart is with thee when morning comes o lonely moon sweet jasmine flower of "
    "spring how fair you bloom la la ah alleluia amen down by the salley gardens kyrie e lei son Allegro moderato "
    "Andante Trad. arr. words and music traditional Lento cantabile Verse Chorus D.C. al Fine dolce"
)
_CHORDS: Final = ("C", "Am", "G7", "F", "Dm", "E", "D", "A7", "Bm", "Em", "mf", "p", "f", "A", "B", "Fine", "V")


def _words(rng: np.random.Generator, han: bool, count: int) -> list[str]:
    if han:
        return [_HAN[int(k)] for k in rng.integers(len(_HAN), size=count)]
    latin = _LATIN.split()
    return [latin[int(k)] for k in rng.integers(len(latin), size=count)]


class Lessons:
    """Draws lines of every kind."""

    def __init__(
        self, poet: Poet, looks: Looks, rng: np.random.Generator, heads: float = 0.11, openings: float = 0.0
    ) -> None:
        """`heads`: the share of what stands above the first line; `openings`: of lines of music, of short ones."""
        self._poet, self._looks, self._rng, self._heads, self._openings = poet, looks, rng, heads, openings

    def lesson(self) -> Staff:
        """The next one: mostly music, else what stands above it, or words."""
        if self._rng.random() < self._heads:
            return self._of_a_head()
        return self._of_words() if self._rng.random() < 0.1 else self.of_music()

    def of_music(self, plain: bool = False) -> Staff:
        """A line of music; `plain`: as it stands in a tune."""
        rng, look = self._rng, self._looks.look()
        phrase = self._poet.of_a_tune(rng.random() < 0.5, plain=True) if plain else self._poet.phrase()
        if not plain and rng.random() < self._openings:
            phrase = self._opening(phrase)
        key_shown = phrase.metre_shown and rng.random() < 0.35
        line = line_of(phrase, look.zeros, key_shown)
        drawing = Drawing(look, rng)
        drawing.line(line)
        self._beside(drawing, look)
        return Staff(drawing.canvas.painted(), line.symbols, look.digits.stem)

    def _opening(self, phrase: Phrase) -> Phrase:
        """A short line that begins with a long note, most often the tonic: 1 with a dash is nearly 1=."""
        rng = self._rng
        tonic = STEPS.index(Key(phrase.key).major[0]) - 6
        place = tonic if rng.random() < 0.6 else int(rng.integers(-8, 9))
        first = Item((1, 2, 2, 2, 4)[int(rng.integers(5))], place, int(rng.random() < 0.3))
        bars = phrase.bars[: int(rng.integers(1, 5))]
        begun = replace(bars[0], items=(first, *bars[0].items[int(rng.integers(1, 9)) :]), ending=0)
        return replace(phrase, bars=(begun, *bars[1:]), metre_shown=False, opens=False)

    def _beside(self, drawing: Drawing, look: Look) -> None:
        """What stands on a page and is no music."""
        rng, canvas, feet = self._rng, drawing.canvas, drawing.feet
        if not feet:
            return
        if rng.random() < 0.12 and len(feet) > 4:
            for _ in range(int(rng.integers(1, 3))):
                first = int(rng.integers(0, len(feet) - 3))
                drawing.slur(first, min(first + int(rng.integers(2, 6)), len(feet) - 1))
        if rng.random() < 0.35:
            ink = float(rng.uniform(0.4, 1.0))
            number = str(rng.integers(1, 120)) if rng.random() < 0.8 else f"({rng.integers(1, 60)})"
            size = float(rng.uniform(0.3, 0.5))
            canvas.text(feet[0][0] - rng.uniform(0.5, 1.2), -rng.uniform(1.15, 1.7), number, look.words, size, ink)
        if rng.random() < 0.4:
            self._lyrics(drawing, look)
        if rng.random() < 0.12:
            size = float(rng.uniform(0.5, 0.8))
            for x, _ in feet[:: int(rng.integers(3, 9))]:
                chord = _CHORDS[int(rng.integers(len(_CHORDS)))]
                canvas.text(x, -rng.uniform(2.0, 2.2), chord, look.words, size, 1.0, "l")

    def _lyrics(self, drawing: Drawing, look: Look) -> None:
        rng, feet = self._rng, drawing.feet
        han = "CJK" in look.words.stem
        size = float(rng.uniform(0.65, 1.1))
        y = max(low for _, low in feet) + rng.uniform(0.12, 0.6) + size
        for (x, _), word in zip(feet, _words(rng, han, len(feet)), strict=True):
            if rng.random() < 0.85:
                drawing.canvas.text(x, y, word, look.words, size)

    def _of_a_head(self) -> Staff:
        """1=D 4/4 and what stands beside it."""
        rng, look = self._rng, self._looks.look()
        canvas = Canvas()
        key = int(rng.integers(-7, 8)) if rng.random() < 0.6 else int(rng.integers(-4, 5))
        x = key_sign(canvas, 0.0, 0.0, key, look, 1.0)
        symbols = [f"key.{key}"]
        if rng.random() < 0.15:
            word = ("major", "minor", "dorian", "大调", "小调")[int(rng.integers(5))]
            if word.isascii() or "CJK" in look.words.stem:
                x += rng.uniform(0.1, 0.4) + canvas.text(x + 0.3, 0.0, word, look.words, 1.0, 1.0, "l")
        if rng.random() < 0.8:
            common = ("time.4/4", "time.3/4", "time.2/4", "time.6/8")
            time = common[int(rng.integers(4))] if rng.random() < 0.5 else TIMES[int(rng.integers(len(TIMES)))]
            size = float(rng.uniform(0.5, 0.95))
            if rng.random() < 0.12:
                x += 0.5 + canvas.text(x + 0.5, 0.0, time.removeprefix("time."), look.digits, 1.0, 1.0, "l")
            else:
                y = -0.5 + rng.uniform(-0.1, 0.3)
                x += rng.uniform(0.2, 1.2)
                x += fraction(canvas, x, y, time.removeprefix("time."), look, size, rng.random() < 0.95)
            symbols.append(time)
        elif rng.random() < 0.6:  # it stands below, beside the first line: there it is read
            size = float(rng.uniform(0.7, 1.0))
            fraction(canvas, rng.uniform(-0.2, 1.2), 0.3 + size, "9/8", look, size, rng.random() < 0.4)
        if rng.random() < 0.5:
            x += rng.uniform(0.8, 6)
            text = " ".join(_words(rng, False, int(rng.integers(1, 5))))
            if rng.random() < 0.5:
                text = f"= {rng.integers(40, 200)}"
            if "CJK" in look.words.stem:
                text = "".join(_words(rng, True, int(rng.integers(2, 9))))
            canvas.text(x, 0.0, text, look.words, float(rng.uniform(0.6, 1.1)), 1.0, "l")
        if rng.random() < 0.15:
            canvas.text(rng.uniform(0, 6), -rng.uniform(1.7, 2.2), "".join(_words(rng, True, 3)), look.words, 1.3)
        return Staff(canvas.painted(), symbols, look.digits.stem)

    def _of_words(self) -> Staff:
        """Words, of which nothing is to be read."""
        rng, look = self._rng, self._looks.look()
        above = Drawing(look, rng)
        if rng.random() < 0.5:  # a line of music above, as far as it looks in
            above.line(line_of(self._poet.phrase(), look.zeros, False))
            above.canvas.lifted(rng.uniform(1.4, 2.8))
        canvas = above.canvas
        han = "CJK" in look.words.stem
        x = 0.0
        for word in _words(rng, han, int(rng.integers(2, 22))):
            text = word if rng.random() < 0.95 else str(rng.integers(1, 2000))
            x += canvas.text(x, 0.0, text, look.words, 1.0, 1.0, "l") + rng.uniform(0.2, 0.6 if not han else 1.2)
        return Staff(canvas.painted(), [], look.digits.stem)


def lessons(corpus: Path, seed: int, heads: float, openings: float) -> Iterator[Staff]:
    """Lines without end."""
    rng = np.random.default_rng(seed)
    teacher = Lessons(Poet(tunes_to_learn(corpus), seed), Looks(rng), rng, heads, openings)
    while True:
        yield teacher.lesson()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tunes", type=Path, required=True, help="music21's folder of tunes")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=24_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--heads", type=float, default=0.11, help="share of 1=D 4/4 alone")
    parser.add_argument("--openings", type=float, default=0.0, help="share of short lines that begin with a long note")
    said = parser.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    lines = lessons(said.tunes, said.seed, said.heads, said.openings)
    for shard in range((said.count + _SHARD - 1) // _SHARD):
        write([next(lines) for _ in range(_SHARD)], said.out / f"{shard:04}.npz", numbers)
        print(f"{shard:04}.npz", flush=True)


if __name__ == "__main__":
    main()
