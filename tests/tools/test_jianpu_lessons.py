"""Lines of numbers to learn from: they say what the phrase says, and digits stand where they are said to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sheets import ageing, phrases
from sheets.jianpu import canvas, fonts
from sheets.jianpu.cells import line_of
from sheets.jianpu.drawing import Drawing
from sheets.jianpu.look import Looks
from sheets.notations import JIANPU


def phrase() -> Any:
    """D major in 3/4: 5, 1 #4 | 2' - (three in the time of two: 3 3 3) | 0 with two dashes."""
    item = phrases.Item
    bars = (
        phrases.Bar((item(8, -5), item(16, -5, tie=True), item(4, -2, 1, "sharp"))),
        phrases.Bar((item(2, 3), *(item(8, -3, triplet=k) for k in (1, 2, 3))), "repeat.end", 1),
        phrases.Bar((item(2, None, 1),), "bar.final", 0, None, "C"),
    )
    return phrases.Phrase("G", 2, "3/4", True, bars)


def test_a_phrase_in_numbers_says_degrees_dots_dashes_and_accidentals_against_the_key() -> None:
    line = line_of(phrase(), zeros=True, key_shown=True)
    assert line.symbols[:7] == ["key.2", "time.3/4", "1_", "1__", "tie", "sharp", "4"]
    assert line.symbols[7:18] == [
        "dot", "bar", "ending.1", "2'", "dash", "triplet", "3_", "3_", "3_", "triplet.end", "repeat.end",
    ]  # fmt: skip
    assert line.symbols[18:] == ["time.4/4", "0", "0", "0", "bar.final"]
    dashed = line_of(phrase(), zeros=False, key_shown=False)
    assert dashed.symbols[-4:] == ["0", "dash", "dash", "bar.final"]
    assert dashed.symbols[0] == "time.3/4"


def looks(rng: np.random.Generator) -> Any:
    try:
        return Looks(rng, ("truetype/dejavu/DejaVuSans.ttf",))
    except SystemExit:
        pytest.skip(f"needs the fonts of {fonts.__name__}")


@pytest.mark.parametrize("seed", range(6))
def test_drawn_digits_stand_on_their_line_and_are_as_high_as_they_are_said_to_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    look = looks(rng).look()
    items = tuple(phrases.Item(4, -5) for _ in range(8))
    drawing = Drawing(look, rng)
    line = phrases.Phrase("G", 2, "4/4", False, (phrases.Bar(items, ""),))
    drawing.line(line_of(line, zeros=True, key_shown=False))
    assert [round(low, 6) for _, low in drawing.feet] == [0.0] * 8
    rows = np.flatnonzero(drawing.canvas.painted().max(axis=1) > 128)
    assert rows[0] == pytest.approx(canvas.FOOT - canvas.DIGIT, abs=1.5)
    assert rows[-1] + 1 == pytest.approx(canvas.FOOT, abs=1.5)


def test_an_aged_line_is_as_high_as_the_network_sees_it() -> None:
    stored = np.zeros((100, 300), np.uint8)
    stored[48:67, 20:280] = 255
    for level in range(3):
        image = ageing.aged(stored, ageing.Wear(level), np.random.default_rng(level), frame=JIANPU.frame)
        assert image.shape[0] == JIANPU.height == 80
        rows = np.flatnonzero(image.mean(axis=1) > 0.4)
        assert rows.mean() == pytest.approx(45.5, abs=4)


def test_no_font_that_is_kept_for_judging_is_learned_from() -> None:
    try:
        learned, reserved = fonts.found(*fonts.LEARNED), fonts.found(*fonts.RESERVED)
    except SystemExit:
        pytest.skip("needs Debian's fonts")
    assert not set(learned) & set(reserved)
