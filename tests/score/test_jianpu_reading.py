"""The symbols of lines of numbers become the tune that stands there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from engine.score.jianpu import degree_of
from engine.score.jianpu_head import equals_signs, key_and_metre
from engine.score.jianpu_lines import Line
from engine.score.jianpu_page import music_among
from engine.score.jianpu_reading import is_music, tune_of_numbers
from engine.score.jianpu_symbols import SYMBOLS, Figure, figure_of, numbers
from engine.score.plain_text import tune_of_text
from engine.score.spelling import Key
from engine.score.symbols import ACCIDENTALS, Read
from engine.score.tune import Tune
from engine.score.written import PLAIN, WrittenNote, accidentals, bars_of_tune, tuplets

from .tunes import heard, jasmine


def line(text: str, certainty: float = 1.0) -> list[Read]:
    return [Read(symbol, certainty, 4.0 * k) for k, symbol in enumerate(text.split())]


def typed(notes: str, head: str = "key: 1=D\ntime: 4/4") -> Tune:
    return tune_of_text(f"{head}\n{notes}")


def symbols_of(tune: Tune) -> list[str]:
    """What stands on the page where the tune is written on one line, of two endings at most."""
    said: list[str] = []
    bars = bars_of_tune(tune)
    for which, bar in enumerate(bars):
        before = bars[which - 1] if which else None
        if bar.repeat_from and before is None:
            said.append("repeat.start")
        if bar.endings and (before is None or before.endings != bar.endings):
            said.append(f"ending.{bar.endings[0]}")
        if before is None or before.key != bar.key:
            said.append(f"key.{bar.key.fifths}")
        if bar.meter is not None and (before is None or before.meter != bar.meter):
            said.append(f"time.{bar.meter}")
        groups = [(begin, end) for begin, end in tuplets(bar.notes) if bar.notes[begin].tuplet != PLAIN]
        tied = before is not None and before.notes[-1].tied
        for place, (note, sign) in enumerate(zip(bar.notes, accidentals(bar.notes, bar.key, tied), strict=True)):
            said += ["triplet"] if any(begin == place for begin, _ in groups) else []
            said += _signs(note, bar.key, sign is not None)
            said += ["triplet.end"] if any(end == place + 1 for _, end in groups) else []
        ends, begins = bar.repeat_to == 2, which + 1 < len(bars) and bars[which + 1].repeat_from
        said.append("repeat.both" if ends and begins else "repeat.end" if ends else "repeat.start" if begins else "bar")
    return said


def _signs(note: WrittenNote, key: Key, shown: bool) -> list[str]:
    lines = max((1 / note.value).numerator.bit_length() - 1, 0) if note.value < 1 else 0
    lasting = note.value * (2 - 1 / (1 << note.dots))
    dashes = ["dash"] * (int(lasting) - 1) if note.value > 1 else []
    dots = note.dots if note.value <= 1 else int(lasting % 1 > 0)
    after = [*dashes, *["", "dot", "dot.double"][dots : dots + 1 if dots else 0], *(["tie"] if note.tied else [])]
    if note.spelling is None:
        return [Figure(0, lines).symbol, *after]
    degree, alter, octave = degree_of(note.spelling, key)
    return [*([ACCIDENTALS[alter + 2]] if shown else []), Figure(degree, lines, octave).symbol, *after]


def test_every_digit_has_a_name_of_its_own_as_it_is_typed() -> None:
    assert len(set(SYMBOLS)) == len(SYMBOLS) < 256
    assert figure_of("1'_") == Figure(1, 1, 1)
    assert figure_of("7,,___") == Figure(7, 3, -2)
    assert figure_of("0__") == Figure(0, 2, 0)
    assert figure_of("dash") is figure_of("bar") is None
    assert numbers(["0", SYMBOLS[-1]]) == [1, len(SYMBOLS)]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("5 6_ 7_ 1' dash bar", "5 6_ 7_ 1' - |"),
        ("5 dash dash dash bar", "5 - - - |"),
        ("5 dash dash dot 6_ bar", "5 - - ~ 5_ 6_ |"),
        ("5 dot 6_ 5__ dot 6___ 5_ 0 bar", "5. 6_ 5__. 6___ 5_ 0 |"),
        ("5 dot.double 6__ 5 0 bar", "5.. 6__ 5 0 |"),
        ("triplet 1_ 2_ 3_ triplet.end 1 dash dash bar", "(3 1_ 2_ 3_ ) 1 - - |"),
        ("triplet 1_ 2_ 3_ 1 dash dash bar", "(3 1_ 2_ 3_ ) 1 - - |"),
        ("sharp 4 4 natural 4 flat 7, bar 4 7, 0 dash bar", "#4 #4 4 b7, | 4 7, 0 - |"),
        ("double-flat 7 double-sharp 1' 1'' 1 bar", "bb7 ##1' 1'' 1 |"),
        ("flat 3 dash dash dash tie bar 3 3 0 0 bar", "b3 - - - ~ | b3 3 0 0 |"),
        ("1 2 3 5 tie bar 6 5 0 0 bar", "1 2 3 5 | 6 5 0 0 |"),
    ],
)
def test_what_is_read_is_what_one_would_type(read: str, meant: str) -> None:
    tune, expected = tune_of_numbers([line("key.2 time.4/4 " + read)]), typed(meant)
    assert heard(tune) == heard(expected)
    assert tune.bars == expected.bars


def test_a_tune_with_repeats_endings_triplets_and_changes_of_key_and_metre_is_read_whole() -> None:
    tune = jasmine()
    read = tune_of_numbers([line(" ".join(symbols_of(tune)))])
    assert heard(read) == heard(tune)
    bare = [replace(bar, key=Key(bar.key.fifths), section="") for bar in tune.bars]
    assert list(read.bars) == bare


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_whatever_is_read_becomes_a_tune_or_is_refused(data: st.DataObject) -> None:
    some = data.draw(st.lists(st.lists(st.sampled_from(SYMBOLS), max_size=30), max_size=3))
    reads = [[Read(symbol, 0.7, 0.0) for symbol in one] for one in some]
    try:
        tune = tune_of_numbers(reads)
    except ValueError:
        return
    assert sum(bar.length for bar in tune.bars) == tune.length


def test_a_bar_may_go_on_on_the_next_line_and_a_full_one_ends_with_its_line() -> None:
    whole = typed("1 2 3 4 | 5 - 5 - |")
    assert heard(tune_of_numbers([line("key.2 time.4/4 1 2"), line("3 4 bar 5 dash 5 dash")])) == heard(whole)
    full = tune_of_numbers([line("key.2 time.4/4 1 2 3 4"), line("5 dash 5 dash bar.final")])
    assert [bar.length for bar in full.bars] == [4, 4]


def test_a_note_is_as_certain_as_the_least_certain_of_its_signs() -> None:
    reads = [Read("sharp", 0.4, 0), Read("4", 0.9, 8), Read("5", 0.9, 16), Read("dash", 0.3, 24), Read("bar", 1, 32)]
    assert [note.certainty for note in tune_of_numbers([reads]).notes] == [0.4, 0.3]


def test_lines_of_music_are_known_from_words() -> None:
    assert is_music(line("1 2 3 bar"))
    assert not is_music(line("1 2 3")), "digits without a bar line are a date"
    assert not is_music(line("1 2 3 bar", certainty=0.3))


def test_words_as_high_as_a_title_are_no_music() -> None:
    said = [line("1 bar 2"), line("key.2 time.4/4"), line("1 2 3 4 bar"), line("bar"), line("5 6 bar")]
    sizes = [40.0, 12.0, 20.0, 20.0, 21.0]
    lines = [
        Line(np.zeros((80, 9), np.float32), np.tile([0.0, 100.0 * k], (9, 1)), size, 3) for k, size in enumerate(sizes)
    ]
    assert music_among(lines, said) == [2, 4]
    assert music_among(lines[:2], [[], said[1]]) == []
    words = [Line(line.image, line.foot, line.digit, 12) for line in lines]
    assert music_among(words, said) == [], "of twelve letters four pass for digits"


def written(text: str) -> np.ndarray:
    """An image of a line with these letters, the digits in their place."""
    image = Image.new("L", (200, 80), 0)
    ImageDraw.Draw(image).text((12, 54), text, 255, font_size=22, anchor="ls")
    return np.asarray(image, np.float32) / 255


@pytest.mark.parametrize(
    ("text", "count"), [("1=D", 1), ("1 = Bb", 1), ("1=D major", 1), ("Tune 7", 0), ("1 - - 3 :| 8 B", 0), ("", 0)]
)
def test_an_equals_sign_is_two_level_lines_with_nothing_above_and_below(text: str, count: int) -> None:
    assert len(equals_signs(written(text))) == count


def test_where_an_equals_sign_stands_the_likeliest_key_is_read_and_elsewhere_none() -> None:
    def says(image: np.ndarray) -> np.ndarray:
        shares = np.zeros((50, len(SYMBOLS) + 1), np.float32)
        shares[:, 0] = 1  # it thinks that nothing stands there,
        shares[8, numbers(["key.2", "key.3"])] = (0.25, 0.1)  # but were it a key, it would be D
        shares[20, numbers(["time.3/4"])] = 0.8
        return shares

    said = key_and_metre(written("1=D"), says)
    assert [read.symbol for read in said] == ["key.2", "time.3/4"]
    assert said[0].certainty == pytest.approx(0.25 / 0.35)
    assert said[1].certainty == pytest.approx(0.8)
    assert key_and_metre(written("1 D"), says) == []
    assert key_and_metre(written("1=D"), lambda image: np.zeros((50, len(SYMBOLS) + 1), np.float32)) == []
