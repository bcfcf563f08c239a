"""A phrase in MusicXML for MuseScore, whose engravings are for judging only."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import quoteattr

from sheets.as_lilypond import alters, exact_quarters
from sheets.phrases import Bar, Item, Phrase, quarters_of
from sheets.taste import step_and_octave

_TYPES: Final = {1: "whole", 2: "half", 4: "quarter", 8: "eighth", 16: "16th", 32: "32nd"}
_DIVISIONS: Final = 96


def as_musicxml(phrase: Phrase) -> str:
    """The phrase in MusicXML on A4."""
    line = {"G": 2, "F": 4, "C": 3}[phrase.clef]
    metre = phrase.metre or "4/4"
    symbol = {"C": ' symbol="common"', "C|": ' symbol="cut"'}.get(metre, "")
    shown = "" if phrase.metre_shown and phrase.metre else ' print-object="no"'
    beats, unit = {"C": "4/4", "C|": "2/2"}.get(metre, metre).split("/")
    attributes = (
        f"<attributes><divisions>{_DIVISIONS}</divisions><key><fifths>{phrase.key}</fifths></key>"
        f"<time{symbol}{shown}><beats>{beats}</beats><beat-type>{unit}</beat-type></time>"
        f"<clef><sign>{phrase.clef}</sign><line>{line}</line></clef></attributes>"
    )
    measures = []
    held = False
    for number, (bar, row) in enumerate(zip(phrase.bars, alters(phrase), strict=True)):
        body = attributes if number == 0 else _changes(bar)
        if (number == 0 and phrase.opens) or (
            number and phrase.bars[number - 1].line in ("repeat.start", "repeat.both")
        ):
            body += '<barline location="left"><bar-style>heavy-light</bar-style><repeat direction="forward"/></barline>'
        if bar.ending:
            body += f'<barline location="left"><ending number="{bar.ending}" type="start"/></barline>'
        for item, alter, beam in zip(bar.items, row, _xml_beams(bar, quarters_of(metre)), strict=True):
            body += _xml_note(item, alter, phrase.clef, held, beam)
            held = item.tie
        body += _xml_line(bar)
        implicit = ' implicit="yes"' if number == 0 else ""
        measures.append(f"<measure number={quoteattr(str(number + 1))}{implicit}>{body}</measure>")
    return (
        '<?xml version="1.0" encoding="UTF-8"?><score-partwise version="3.1">'
        "<defaults><scaling><millimeters>7</millimeters><tenths>40</tenths></scaling></defaults><part-list>"
        '<score-part id="P1"><part-name/></score-part></part-list><part id="P1">'
        f"{''.join(measures)}</part></score-partwise>"
    )


def _changes(bar: Bar) -> str:
    if bar.key is None and not bar.metre:
        return ""
    text = f"<key><fifths>{bar.key}</fifths></key>" if bar.key is not None else ""
    if bar.metre:
        beats, unit = {"C": "4/4", "C|": "2/2"}.get(bar.metre, bar.metre).split("/")
        symbol = {"C": ' symbol="common"', "C|": ' symbol="cut"'}.get(bar.metre, "")
        text += f"<time{symbol}><beats>{beats}</beats><beat-type>{unit}</beat-type></time>"
    return f"<attributes>{text}</attributes>"


def _xml_line(bar: Bar) -> str:
    style = {"bar.double": "light-light", "bar.final": "light-heavy", "repeat.end": "light-heavy"}.get(bar.line)
    style = "light-heavy" if bar.line == "repeat.both" else style
    repeat = '<repeat direction="backward"/>' if bar.line in ("repeat.end", "repeat.both") else ""
    ending = f'<ending number="{bar.ending}" type="stop"/>' if bar.ending else ""
    if not (style or ending):
        return ""
    shape = f"<bar-style>{style}</bar-style>" if style else ""
    return f'<barline location="right">{shape}{ending}{repeat}</barline>'


def _xml_beams(bar: Bar, size: float) -> list[str]:
    """begin, continue or end of the eighths' beam of each item; shorter beams are left to the program."""
    span = 1.5 if size in (1.5, 3.0) and all(item.duration >= 4 for item in bar.items) and size == 3.0 else 1.0
    groups: list[list[int]] = []
    at, before = 0.0, (False, -1)
    for k, item in enumerate(bar.items):
        short = item.duration >= 8 and item.position is not None
        beat = int(at / span + 1e-6)
        if short and before == (True, beat) and item.triplet != 1 and bar.items[k - 1].triplet != 3:
            groups[-1].append(k)
        else:
            groups.append([k])
        before = (short, beat)
        at += item.quarters
    beams = [""] * len(bar.items)
    for group in groups:
        for k in group if len(group) > 1 else []:
            beams[k] = "begin" if k == group[0] else "end" if k == group[-1] else "continue"
    return beams


def _xml_note(item: Item, alter: int, clef: str, held: bool, beam: str) -> str:
    text = "<note>"
    if item.position is None:
        text += "<rest/>"
    else:
        step, octave = step_and_octave(item.position, clef)
        text += f"<pitch><step>{step.upper()}</step>"
        text += f"<alter>{alter}</alter>" if alter else ""
        text += f"<octave>{octave}</octave></pitch>"
    text += f"<duration>{int(exact_quarters(item) * _DIVISIONS)}</duration>"
    if item.position is not None:
        text += '<tie type="stop"/>' if held else ""
        text += '<tie type="start"/>' if item.tie else ""
    text += f"<voice>1</voice><type>{_TYPES[item.duration]}</type>" + "<dot/>" * item.dots
    if item.accidental:
        name = {"double-flat": "flat-flat"}.get(item.accidental, item.accidental)
        text += f"<accidental>{name}</accidental>"
    if item.triplet:
        text += "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>"
    text += f'<beam number="1">{beam}</beam>' if beam else ""
    marks = '<tied type="stop"/>' if held and item.position is not None else ""
    marks += '<tied type="start"/>' if item.tie else ""
    marks += {1: '<tuplet type="start" bracket="no"/>', 3: '<tuplet type="stop"/>'}.get(item.triplet, "")
    return text + (f"<notations>{marks}</notations>" if marks else "") + "</note>"
