"""Tunes in numbers as another program engraves them: jianpu-ly and LilyPond, neither of which is learned from.

Both run as programs of their own: `pip install jianpu-ly`, and Debian's lilypond.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from PIL import Image

from engine.score.jianpu import degree_of, told_key
from engine.score.spelling import Key
from engine.score.tune import Bar, Tune
from engine.score.written import PLAIN, WrittenBar, WrittenNote, bars_of_tune, tuplets

_DPI: Final = 200
_HAN: Final = "好一朵茉莉花满园开香也不过它我有心采又怕看的人儿骂"
_SHORT: Final = {Fraction(1, 2): "q", Fraction(1, 4): "s", Fraction(1, 8): "d"}
_SLOW: Final = 120  # seconds that LilyPond may take


def plain(tune: Tune) -> Tune:
    """The tune without repeats, endings and names, of which jianpu-ly has others; its keys without modes."""

    def bare(bar: Bar) -> Bar:
        key = Key(bar.key.fifths)
        return replace(bar, key=key, repeat_from=False, repeat_to=0, endings=(), section="")

    return replace(tune, bars=tuple(map(bare, tune.bars)), tempo=None)


def text_of(tune: Tune, sung: bool) -> str:
    """A plain tune as jianpu-ly reads it; `sung`: with syllables below."""
    bars = bars_of_tune(tune)
    head = [f"title={tune.title}"] if tune.title else []
    metre = f"{tune.meter or '4/4'}"
    if tune.pickup and (fits := _pickup(tune.pickup)):
        metre += f",{fits}"
    lines = [*head, told_key(Key(tune.key.fifths)), metre]
    tied = False
    heads = 0
    for bar in bars:
        words = []
        groups = dict(tuplets(bar.notes))
        until = -1
        for place, note in enumerate(bar.notes):
            if place in groups and note.tuplet != PLAIN:
                words.append(f"{note.tuplet[0]}[")
                until = groups[place]
            words.append(_word(note, bar))
            heads += note.spelling is not None and not tied
            tied = note.tied
            if place + 1 == until:
                words.append("]")
            if note.tied:
                words.append("~")
        lines.append(" ".join(words))
    lines.append('\\bar "|."')
    if sung:
        lines.append("H: " + "".join(_HAN[k % len(_HAN)] for k in range(heads)))
    return "\n".join(lines) + "\n"


def _pickup(length: Fraction) -> str:
    """The value of a pick-up, as a part of a whole note, with its dot."""
    for part in (1, 2, 4, 8, 16, 32):
        for dots, factor in (("", Fraction(1)), (".", Fraction(3, 2))):
            if Fraction(4, part) * factor == length:
                return f"{part}{dots}"
    return ""


def _word(note: WrittenNote, bar: WrittenBar) -> str:
    lasting = note.value * (Fraction(2) - Fraction(1, 1 << note.dots))
    short = _SHORT.get(note.value, "")
    dots = "." * note.dots if note.value <= 1 else ""
    dashes = " -" * (int(lasting) - 1) if note.value > 1 else ""
    if note.spelling is None:
        return " ".join(["0"] * int(lasting)) if dashes else f"{short}0{dots}"
    degree, alter, octave = degree_of(note.spelling, bar.key)
    accidental = "#" * alter + "b" * -alter
    marks = "'" * octave + "," * -octave
    return f"{short}{accidental}{degree}{marks}{dots}{dashes}"


def can_say(tune: Tune) -> bool:
    """Whether jianpu-ly can: no more than a sharp or flat, two octaves, and pick-ups of one value."""
    if tune.pickup and not _pickup(tune.pickup):
        return False
    if len({str(bar.meter) for bar in tune.bars}) > 1 or any(not bar.full for bar in tune.bars[1:-1]):
        return False
    for bar in bars_of_tune(tune):
        for note in bar.notes:
            if note.value < Fraction(1, 8) or note.tuplet not in (PLAIN, (3, 2)):
                return False
            if note.value > 1 and note.dots and note.dots * note.value != 2:
                return False  # a dot behind a dash
            if note.spelling is not None:
                _, alter, octave = degree_of(note.spelling, bar.key)
                if abs(alter) > 1 or abs(octave) > 2:
                    return False
    return True


def engraved(tune: Tune, folder: Path, name: str, sung: bool) -> Image.Image | None:
    """The page, grey, or None where one of the programs would not."""
    source = folder / f"{name}.jl"
    source.write_text(text_of(tune, sung), encoding="utf-8")
    environment = os.environ | {"j2ly_sloppy_bars": "1"}  # last bars need not make up for a pick-up
    made = subprocess.run(
        [sys.executable, "-m", "jianpu_ly", str(source)],
        capture_output=True,
        text=True,
        check=False,
        timeout=_SLOW,
        env=environment,
    )
    if made.returncode or not made.stdout:
        print(f"  {name}: jianpu-ly: {made.stderr.strip()[-200:]}", flush=True)
        return None
    (folder / f"{name}.ly").write_text(made.stdout, encoding="utf-8")
    told = ["lilypond", "-s", "--png", f"-dresolution={_DPI}", "-o", str(folder / name), str(folder / f"{name}.ly")]
    subprocess.run(told, capture_output=True, check=False, timeout=_SLOW)
    picture = folder / f"{name}.png"
    return Image.open(picture).convert("L") if picture.exists() else None
