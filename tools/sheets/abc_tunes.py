"""Tunes in ABC, as far as the recogniser's symbols can say them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from engine.score.symbols import METRES
from sheets.phrases import KEY_NAMES, Bar, Item, quarters_of

RESERVED: Final = ("ryansMammoth", "han2")
"""Tunes kept for judging: nothing is ever learned from them."""
ACCIDENTAL_SYMBOLS: Final = {"^": "sharp", "_": "flat", "=": "natural", "^^": "double-sharp", "__": "double-flat"}
_MIDDLE: Final = 34  # B4, the treble clef's middle line, in diatonic steps from C0
_FIFTHS: Final = {name: k - 7 for k, name in enumerate(KEY_NAMES)}
_MODES: Final = {
    "": 0,
    "maj": 0,
    "ion": 0,
    "mix": -1,
    "dor": -2,
    "m": -3,
    "min": -3,
    "aeo": -3,
    "phr": -4,
    "loc": -5,
    "lyd": 1,
}


@dataclass(slots=True)
class Tune:
    """A tune as it was found: its bars in the treble clef."""

    name: str
    key: int
    metre: str
    bars: list[Bar] = field(default_factory=list)
    opens: bool = False


_TOKEN: Final = re.compile(
    r'(?P<skip>"[^"]*"|![^!]*!|\+[^+ ]*\+|\{[^}]*\}|%.*|`|\\|[~.uvTHLMPSOJRy]|[<>]?\s+)'
    r"|(?P<inline>\[[A-Za-z]:[^\]]*\])"
    r"|(?P<line>:*\|*\[?\|+\]?:*(?:\[?[12](?=[^0-9]))?|::|:\|:|\[[12])"
    r"|(?P<tuplet>\(\d(?::\d?(?::\d?)?)?)"
    r"|(?P<note>(?P<acc>\^\^|__|[\^_=])?(?P<name>[A-Ga-gzx])(?P<octave>[,']*)(?P<length>\d*(?:/+\d*)?))"
    r"|(?P<broken>>+|<+)|(?P<tie>-)|(?P<slur>[()])|(?P<other>.)"
)
_LENGTHS: Final = {
    4 / d * dotted: (d, dots) for d in (1, 2, 4, 8, 16, 32) for dots, dotted in enumerate((1, 1.5, 1.75))
}


class _Odd(Exception):
    """Something that our staves do not hold."""


def tunes_of(path: Path) -> Iterator[Tune]:
    """The tunes of an ABC file that our symbols can say; the others are left out."""
    text = path.read_text(encoding="utf-8", errors="replace").replace("\r", "")
    for number, piece in enumerate(re.split(r"(?m)^(?=X:)", text)[1:]):
        try:
            yield _tune(f"{path.parent.name}/{path.stem}/{number}", piece)
        except (_Odd, KeyError, ValueError, ZeroDivisionError):
            continue


def _key(said: str) -> int:
    found = re.match(r"\s*([A-G][#b]?)\s*([A-Za-z]*)", said)
    if found is None:
        raise _Odd(said)
    return max(-7, min(7, _FIFTHS[found[1]] + _MODES[found[2].lower()[: 1 if found[2].lower() in ("m",) else 3]]))


def _quarters(length: str, unit: float) -> float:
    number, *rest = length.split("/")
    value = float(number or 1)
    for part in rest:
        value /= float(part or 2)
    return value * unit


def _tune(name: str, piece: str) -> Tune:
    head = dict(reversed(re.findall(r"(?m)^([A-Z]):\s*(.*?)\s*(?:%.*)?$", piece)))
    metre = head.get("M", "none")
    tune = Tune(name, _key(head["K"]), metre if metre in METRES else "")
    size = quarters_of(metre)
    unit = _quarters("1/" + head["L"].split("/")[1], 4) if "L" in head else (0.5 if size >= 3 else 0.25)
    music = "\n".join(line for line in piece.splitlines() if not re.match(r"[A-Za-z]:|%", line))
    raw: list[list[float | int | str | bool | None]] = []  # quarters, position, accidental, tie, triplet
    broken, group, ending = 0.0, [0, 0], 0

    def close(line: str) -> None:
        nonlocal raw, ending
        if raw:
            tune.bars.append(Bar(tuple(_item(r) for r in raw), line, ending))
            ending = 0
        elif tune.bars and line not in ("bar", ""):
            last = tune.bars[-1]
            both = {last.line, line} == {"repeat.start", "repeat.end"}
            tune.bars[-1] = replace(last, line="repeat.both" if both else line)
        elif line == "repeat.start":
            tune.opens = True
        raw = []

    for found in _TOKEN.finditer(music):
        kind = found.lastgroup
        if kind == "note" or found["note"]:
            quarters = _quarters(found["length"], unit)
            if broken:
                quarters *= broken
                broken = 0.0
            place = 0
            if group[0]:
                place = 1 if group[0] == group[1] else 3 if group[0] == 1 else 2
                group[0] -= 1
            letter = found["name"]
            position = None
            if letter not in "zx":
                octave = 4 + letter.islower() + found["octave"].count("'") - found["octave"].count(",")
                position = "CDEFGAB".index(letter.upper()) + 7 * octave - _MIDDLE
            raw.append([quarters, position, ACCIDENTAL_SYMBOLS.get(found["acc"] or "", ""), False, place])
        elif found["line"]:
            mark = found["line"]
            after = re.search(r"[12]$", mark)
            bare = mark.rstrip("12").rstrip("[") if after else mark
            if bare:
                close(_line_of(bare))
            if after:
                ending = int(after[0])
        elif found["broken"]:
            if not raw:
                raise _Odd(name)
            share = 0.5 ** len(found["broken"])
            long, short = 2 - share, share
            first, broken = (long, short) if found["broken"][0] == ">" else (short, long)
            raw[-1][0] = float(raw[-1][0] or 0) * first
        elif found["tie"]:
            if raw:
                raw[-1][3] = True
        elif found["tuplet"]:
            if found["tuplet"] not in ("(3", "(3:2", "(3:2:3", "(3::", "(3:2:"):
                raise _Odd(name)
            group = [3, 3]
        elif found["inline"] or found["other"]:
            raise _Odd(name)
    close("bar.final")
    return tune


def _line_of(mark: str) -> str:
    if mark.startswith(":") and mark.endswith(":"):
        return "repeat.both"
    if mark.endswith(":"):
        return "repeat.start"
    if mark.startswith(":"):
        return "repeat.end"
    if mark.endswith("]"):
        return "bar.final"
    return "bar.double" if mark.count("|") > 1 else "bar"


def _item(raw: list[float | int | str | bool | None]) -> Item:
    quarters, position, accidental, tie, place = raw
    duration, dots = _LENGTHS[round(float(quarters or 0), 6)]
    where = None if position is None else int(position)
    return Item(duration, where, dots, str(accidental), bool(tie) and where is not None, int(place or 0))


def collection(folder: Path) -> list[Tune]:
    """The tunes of all ABC files below a folder, in order of their names."""
    return [tune for path in sorted(folder.rglob("*.abc")) for tune in tunes_of(path)]
