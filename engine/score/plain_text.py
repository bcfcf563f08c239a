"""A tune as text that a person can put right: a bar a line, notes as letters or as numbers (jianpu).

    title: Mo Li Hua            key: D major  (or 1=D)      time: 4/4      clef: treble      tempo: 72
    1: F#4 F#4_ A4_ B4_ D5_ D5_ B4_ | A4 A4_ B4_ A4 - |

F#4 is a quarter (C4 is middle C), r a rest; in numbers 3 and 0, 3' an octave higher, 3, one lower, #4 and b7 altered.
Each _ halves, a dot adds its half, each further - adds a quarter; ~ ties to the next; (3 A4_ B4_ A4_ ) is a triplet.
|: and :| repeat (:|x3: three times in all); a bar that begins with [1 is played the first time only; "A" names a
section. A ? behind a note: its reader was not sure; take it away when it is right. Behind % anything may stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from engine.score.jianpu import degree_of, read_told_key, spelling_of, told_key
from engine.score.spelling import NATURAL, Key, Spelling, read_key, read_spelling
from engine.score.tune import DOUBT, Bar, Meter, Tune, read_meter
from engine.score.written import PLAIN, WrittenBar, WrittenNote, bars_of_tune, tune_of_bars, tuplets

LETTERS, JIANPU = "letters", "numbers"
"""The two ways in which pitches are written."""
_HEADER: Final = re.compile(r"\s*(title|clef|key|time|tempo)\s*:\s*(.*)")
_LABEL: Final = re.compile(r"\s*(\d{1,6})\s*:(?=\s|$)")
_TOKEN: Final = re.compile(r'"[^"]*"|:?\|:|:\|\|:|:\|(?:x\d{1,2})?|\|\]|\|\||\||\(\d+(?::\d+)?|[^\s|":()]+|\S')
_LETTER: Final = re.compile(r"([A-G](?:#{1,4}|b{1,4})?-?\d|r)([_.?]*)")
_NUMBER: Final = re.compile(r"(#{1,4}|b{1,4}|)([0-7])([',_.?]*)")
_SIGNS: Final = str.maketrans(
    {"♯": "#", "♭": "b", "–": "-", "—": "-", "\u0307": "'", "\u0323": ",", "\u0332": "_", "\u0333": "__", "·": "."}
)
_DOTS: Final = (Fraction(1), Fraction(3, 2), Fraction(7, 4))
_MOST_HALVED: Final = 8  # times that a quarter is: a 1024th
_HELP: Final = (
    "% A bar a line. Each _ halves a quarter, a dot adds its half, each - adds a quarter; ~ ties; r or 0 is a rest.",
    "% A ? behind a note: its reader was not sure. Put it right, take the ? away, and save.",
)


def text_of(tune: Tune, notes: str = LETTERS) -> str:
    """The tune as text, its notes as `LETTERS` or `JIANPU`; doubtful bars say why they are."""
    bars = bars_of_tune(tune)
    lines = [*_HELP, *([f"title: {' '.join(tune.title.split())}"] if tune.title.split() else []), f"clef: {tune.clef}"]
    if tune.tempo is not None:
        lines.append(f"tempo: {tune.tempo!r}")
    doubtful = tune.doubtful
    before: WrittenBar | None = None
    for which, bar in enumerate(bars):
        if before is None or bar.key != before.key:
            lines.append(f"key: {told_key(bar.key) if notes == JIANPU else _named(bar.key)}")
        if before is None or bar.meter != before.meter:
            lines.append(f"time: {bar.meter or 'none'}")
        words = [f'"{bar.section.replace(chr(34), chr(39))}"'] if bar.section else []
        words += ["|:"] if bar.repeat_from else []
        words += [f"[{','.join(map(str, bar.endings))}"] if bar.endings else []
        words += _words(bar, notes)
        end = "|" if not bar.repeat_to else ":|" if bar.repeat_to == 2 else f":|x{bar.repeat_to}"
        why = f"  % {_why(tune.bars[which])}" if which in doubtful else ""
        lines.append(f"{bar.number}: {' '.join(words)} {end}{why}")
        before = bar
    return "\n".join(lines) + "\n"


def tune_of_text(text: str) -> Tune:
    """The tune that such text is, whichever way its notes are written; ValueError, with the line, if it is none."""
    reader = _Reader()
    for number, line in enumerate(text.splitlines(), 1):
        try:
            reader.line(line)
        except ValueError as problem:
            raise ValueError(f"line {number}: {problem}") from None
    reader.close(0)
    return tune_of_bars(reader.bars, reader.clef, reader.title, reader.tempo)


def _named(key: Key) -> str:
    """As `read_key` reads it: without a mode the major's tonic alone."""
    return key.name if key.mode else key.major


def _why(bar: Bar) -> str:
    if bar.meter is not None and bar.length != bar.meter.bar:
        return f"doubtful: lasts {bar.length} of {bar.meter.bar} quarters"
    return "doubtful"


def _words(bar: WrittenBar, notes: str) -> list[str]:
    """The signs of a bar."""
    groups = dict(tuplets(bar.notes))
    words: list[str] = []
    close: int | None = None
    for place, sign in enumerate(bar.notes):
        if place in groups:
            many, few = sign.tuplet
            words.append(f"({many}" if few == 1 << (many.bit_length() - 1) else f"({many}:{few}")
            close = groups[place]
        words += _sign(sign, bar.key, notes)
        if close == place + 1:
            words.append(")")
            close = None
        if sign.tied:
            words.append("~")
    return words


def _sign(sign: WrittenNote, key: Key, notes: str) -> list[str]:
    """A note with its dashes; where dots cannot say it, a second one that is tied."""
    pitch = _pitch(sign.spelling, key, notes)
    doubt = "?" if sign.certainty < DOUBT else ""
    if sign.value < 1:
        halved = (1 / sign.value).numerator.bit_length() - 1
        return [pitch + "_" * halved + "." * sign.dots + doubt]
    lasting = sign.value * _DOTS[sign.dots]
    if sign.value == 1:
        return [pitch + "." * sign.dots + doubt]
    dashes = ["-"] * (int(lasting) - 1)
    rest = lasting - int(lasting)
    if not rest:
        return [pitch + doubt, *dashes]
    halved = (1 / rest).numerator.bit_length() - 1
    return [pitch + doubt, *dashes, *(["~"] if sign.spelling else []), pitch + "_" * halved + doubt]


def _pitch(spelling: Spelling | None, key: Key, notes: str) -> str:
    if notes != JIANPU:
        return "r" if spelling is None else spelling.name
    if spelling is None:
        return "0"
    degree, alter, octave = degree_of(spelling, key)
    return "#" * alter + "b" * -alter + str(degree) + "'" * octave + "," * -octave


class _Reader:
    """What is known while the lines are read."""

    def __init__(self) -> None:
        self.bars: list[WrittenBar] = []
        self.title, self.clef = "", "treble"
        self.tempo: float | None = None
        self._key: Key = NATURAL
        self._meter: Meter | None = None
        self._kind = ""
        self._empty()

    def _empty(self) -> None:
        self._notes: list[WrittenNote] = []
        self._number: int | None = None
        self._begins, self._section = False, ""
        self._endings: tuple[int, ...] = ()
        self._tuplet = PLAIN

    def line(self, line: str) -> None:
        line = line.split("%", 1)[0]
        header = _HEADER.fullmatch(line.rstrip())
        if header:
            self._header(header[1], header[2].strip())
            return
        label = _LABEL.match(line)
        if label:
            self.close(0)
            self._number = int(label[1])
            line = line[label.end() :]
        for token in _TOKEN.findall(line.translate(_SIGNS)):
            self._token(token)

    def _header(self, name: str, value: str) -> None:
        self.close(0)
        match name:
            case "title":
                self.title = value
            case "clef":
                self.clef = value.lower()
            case "key":
                self._key = read_told_key(value) if value.startswith("1=") else read_key(value)
            case "time":
                self._meter = None if value.lower() == "none" else read_meter(value)
            case "tempo":
                self.tempo = float(value)

    def close(self, repeat_to: int) -> None:
        """End the bar, if there is anything in it."""
        if self._tuplet != PLAIN:
            raise ValueError("a tuplet ends with ) before its bar line")
        if self._notes:
            signs = (self._number, self._begins, repeat_to, self._endings, self._section)
            self.bars.append(WrittenBar(tuple(self._notes), self._meter, self._key, *signs))
            self._empty()
        elif repeat_to and self.bars:
            self.bars[-1] = replace(self.bars[-1], repeat_to=repeat_to)

    def _token(self, token: str) -> None:
        if "|" in token:
            times = int(token.partition("x")[2] or 2)
            if token.startswith(":|") and times < 2:
                raise ValueError(f"{token}: a repeat is played twice at least")
            self.close(times if token.startswith(":|") else 0)
            self._begins |= token.endswith("|:")
        elif token.startswith('"'):
            self._section = token.strip('"').strip()
        elif token.startswith("["):
            self._endings = tuple(int(turn) for turn in _turns(token))
        elif token.startswith("1="):
            self._key = read_told_key(token)
        elif re.fullmatch(r"\d{1,2}/\d{1,2}", token):
            self._meter = read_meter(token)
        elif token == "-":
            self._longer()
        elif token == "~":
            self._tie()
        elif token.startswith("("):
            self._tuplet = _tuplet(token)
        elif token == ")":
            self._tuplet = PLAIN
        else:
            self._notes.append(self._note(token))

    def _longer(self) -> None:
        if not self._notes:
            raise ValueError("a - must follow a note of its bar")
        more = Fraction(self._tuplet[1], self._tuplet[0])
        self._notes[-1] = replace(self._notes[-1], duration=self._notes[-1].duration + more)

    def _tie(self) -> None:
        if self._notes:
            self._notes[-1] = replace(self._notes[-1], tied=True)
        elif self.bars:
            last = self.bars[-1]
            self.bars[-1] = replace(last, notes=(*last.notes[:-1], replace(last.notes[-1], tied=True)))

    def _note(self, token: str) -> WrittenNote:
        letter, number = _LETTER.fullmatch(token), _NUMBER.fullmatch(token)
        if letter:
            spelling = None if letter[1] == "r" else read_spelling(letter[1])
            marks = letter[2]
            self._one_kind(LETTERS, spelling, token)
        elif number:
            accidentals, degree, marks = number.groups()
            alter = accidentals.count("#") - accidentals.count("b")
            octave = marks.count("'") - marks.count(",")
            spelling = None if degree == "0" else spelling_of(int(degree), alter, octave, self._key)
            self._one_kind(JIANPU, spelling, token)
        else:
            raise ValueError(f"{token[:20]!r} is no note (as F#4_ or 3'_ ; r or 0 is a rest)")
        halved, dots = marks.count("_"), marks.count(".")
        if halved > _MOST_HALVED or dots >= len(_DOTS):
            raise ValueError(f"{token[:20]!r} has more _ or dots than a note can bear")
        lasting = Fraction(1, 1 << halved) * _DOTS[dots] * Fraction(self._tuplet[1], self._tuplet[0])
        return WrittenNote(spelling, lasting, certainty=DOUBT / 2 if "?" in marks else 1.0)

    def _one_kind(self, kind: str, spelling: Spelling | None, token: str) -> None:
        """Letters and numbers do not mix: b3 is a flat third, B3 a B."""
        if spelling is not None and self._kind not in ("", kind):
            raise ValueError(f"{token[:20]!r} is in {kind}, what came before is not (letters are large: B3)")
        self._kind = self._kind if spelling is None else kind


def _turns(token: str) -> Iterator[str]:
    turns = token[1:].rstrip(".").split(",")
    if not all(turn.isdecimal() and 0 < int(turn) < 100 for turn in turns):
        raise ValueError(f"{token[:20]!r} must be an ending (as [1 or [1,2)")
    yield from turns


def _tuplet(token: str) -> tuple[int, int]:
    many, _, few = token[1:].partition(":")
    if not (
        many.isdecimal() and 2 <= int(many) < 1 << 16 and (not few or (few.isdecimal() and 0 < int(few) < 1 << 16))
    ):
        raise ValueError(f"{token[:20]!r} must begin a tuplet (as (3 or (5:4 )")
    return int(many), int(few) if few else 1 << (int(many).bit_length() - 1)
