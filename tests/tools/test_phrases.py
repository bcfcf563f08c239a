"""Phrases for the engravers: what is drawn is what the truth says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from sheets import abc_tunes
from sheets.as_abc import as_abc
from sheets.as_lilypond import alters, step_and_octave
from sheets.as_mei import as_mei
from sheets.poet import Poet
from sheets.taste import Taste

from engine.score.reading import tune_of
from engine.score.symbols import Read, numbers

ABC = """X:1
T:Two parts
M:6/8
L:1/8
K:Dm
A|"Dm"d2f {e}a>gf|(3efg ^c3- c2:|
|:z b | [1 B3 :|[2 _B,3 |]

X:2
T:With a chord, which no single line has
M:3/4
L:1/4
K:G
[GB]2 d|

X:3
M:C|
L:1/4
K:F#
F/2G/2 A/ B/ =c d>e||
"""


@pytest.fixture
def tunes(tmp_path: Path) -> list[Any]:
    (tmp_path / "some.abc").write_text(ABC, encoding="utf-8")
    return abc_tunes.collection(tmp_path)


def words(text: str) -> list[str]:
    return text.split()


def said(tune: Any) -> list[str]:
    return [symbol for bar in tune.bars for symbol in bar.symbols]


def test_a_tune_in_abc_is_read_as_it_stands(tunes: list[Any]) -> None:
    tune = tunes[0]
    assert (tune.key, tune.metre) == (-1, "6/8")
    assert said(tune) == [
        *words("note.8.-1 bar note.4.2 note.8.4 note.8.6 dot note.16.5 note.8.4 bar"),
        *words("triplet note.8.3 note.8.4 note.8.5 triplet.end sharp note.4.1 dot tie note.4.1 repeat.both"),
        *words("rest.8 note.8.7 bar ending.1 note.4.0 dot repeat.end ending.2 flat note.4.-7 dot bar.final"),
    ]


def test_lengths_are_parts_of_the_unit_and_a_sharp_key_is_known(tunes: list[Any]) -> None:
    tune = tunes[1]
    assert (tune.key, tune.metre) == (6, "C|")
    assert said(tune) == words(
        "note.8.-3 note.8.-2 note.8.-1 note.8.0 natural note.4.1 note.4.2 dot note.8.3 bar.final"
    )


def test_a_tune_with_chords_is_left_out(tunes: list[Any]) -> None:
    assert [tune.name.split("/")[-1] for tune in tunes] == ["0", "2"]


def heard(staff: list[str]) -> list[tuple[int | None, Fraction]]:
    tune = tune_of([[Read(symbol, 1.0, 0.0) for symbol in staff]])
    return [(note.pitch, note.duration) for note in tune.notes]


def meant(phrase: Any) -> list[tuple[int | None, Fraction]]:
    """Pitches and durations from the phrase itself, ties merged."""
    out: list[tuple[int | None, Fraction]] = []
    tied = False
    for bar, row in zip(phrase.bars, alters(phrase), strict=True):
        for item, alter in zip(bar.items, row, strict=True):
            length = Fraction(4, item.duration) * (1, Fraction(3, 2), Fraction(7, 4))[item.dots]
            length *= Fraction(2, 3) if item.triplet else 1
            pitch = None
            if item.position is not None:
                step, octave = step_and_octave(item.position, phrase.clef)
                pitch = 12 * (octave + 1) + {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}[step] + alter
            if tied and out[-1][0] == pitch:
                out[-1] = (pitch, out[-1][1] + length)
            else:
                out.append((pitch, length))
            tied = item.tie
    return out


def test_what_a_phrase_says_is_what_it_means(tunes: list[Any]) -> None:
    poet = Poet([replace(tunes[0], bars=tunes[0].bars * 4)], seed=5)
    for made in [poet.made_up() for _ in range(60)] + [poet.of_a_tune() for _ in range(60)]:
        numbers(made.symbols)
        assert heard(made.symbols) == meant(made)


def test_the_same_seed_makes_the_same_phrases(tunes: list[Any]) -> None:
    one, two = ([Poet(tunes * 9, seed=3).made_up() for _ in range(3)] for _ in range(2))
    assert one == two


def test_mei_and_abc_hold_each_note_once(tunes: list[Any]) -> None:
    poet, rng = Poet(tunes * 9, seed=4), np.random.default_rng(4)
    for _ in range(30):
        phrase = poet.made_up()
        items = [item for bar in phrase.bars for item in bar.items]
        mei = ElementTree.fromstring(as_mei(phrase, Taste(beams=1.0), rng))
        space = "{http://www.music-encoding.org/ns/mei}"
        drawn = [e for e in mei.iter() if e.tag in (f"{space}note", f"{space}rest")]
        assert [int(e.get("dur", 0)) for e in drawn] == [item.duration for item in items]
        assert [e.get("accid") is not None for e in drawn] == [bool(item.accidental) for item in items]
        assert len(list(mei.iter(f"{space}tuplet"))) == sum(item.triplet == 1 for item in items)
        abc = as_abc(phrase, Taste(beams=1.0), rng).split("clef=")[1]
        assert abc.count("(3:2") == sum(item.triplet == 1 for item in items)
