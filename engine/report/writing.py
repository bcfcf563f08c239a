"""A recording's report: heard once, then written as numbers, figures and a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from engine.analysis import Analysis, described, write_analysis
from engine.audio.hearing_settings import HearingSettings
from engine.foundation.whole_file import made_folder
from engine.listening.mood_judge import MOODS
from engine.rehearsal import Progress, nobody
from engine.report import chart, page
from engine.report.facts import Facts
from engine.report.findings import Findings, findings
from engine.report.page import FIGURES, Heard, write
from engine.report.sections import clock, number, sections, span
from engine.report.stills import stills
from engine.report.witness import Witness
from engine.stage.band_figure import in_words

REPORT: Final = "report.html"
NUMBERS: Final = "figures.json"
"""In the folder of figures: every number that is drawn."""
_STILL: Final = "scene_"  # what the name of a scene's still begins with


@dataclass(frozen=True, slots=True, eq=False)
class Reported:
    """A recording of which there is a report: what was found in it, and what of it can be heard."""

    analysis: Analysis
    findings: Findings
    heard: Heard


@dataclass(frozen=True, slots=True)
class Wanted:
    """What belongs into a report. `stills` of all scenes take some seconds each where a processor draws them."""

    stills: bool = True
    compared: bool = True
    """With librosa's curves beside our own, where it is here."""


def report(
    hearing: HearingSettings,
    folder: Path,
    *,
    seconds: float | None = None,
    wanted: Wanted | None = None,
    progress: Progress = nobody,
) -> Reported:
    """frames.npz, summary.json, report.html and its figures in `folder`.

    MissingDriver before anything is heard where there is nothing to draw with; BadFile or BadSetting in one line.
    """
    chart.need()
    own = wanted or Wanted()
    witness = Witness(hearing, seconds, stills=own.stills)
    analysis = described(witness, lambda share: progress(0.6 * share))
    write_analysis(analysis, folder)
    name = Path(hearing.source or "").name
    found = findings(name, analysis, witness, told(hearing, seconds), compared=own.compared)
    progress(0.7)
    heard = Heard(name, analysis.duration, witness.small.finished(), witness.small.seconds, witness.small.trouble)
    figures = made_folder(folder / FIGURES)
    body = page.shown(sections([found]), figures, lambda share: progress(0.7 + 0.15 * share))
    if own.stills:
        looked = stills(witness, analysis, found.missing, lambda share: progress(0.85 + 0.15 * share))
        for still in looked:
            write(figures / f"{_STILL}{still.name}.png", still.png())
        at = f" at {clock(looked[0].at)}" if looked else ""
        says = found.missing.get("stills") or f"How each scene looks{at}, the loudest of a few moments."
        body.append(page.framed("scenes", "The scenes", says, page.scenes(looked)))
    write(figures / NUMBERS, json.dumps(found.as_json(), ensure_ascii=False, separators=(",", ":")) + "\n")
    write(folder / REPORT, page.document(name, [*head([found]), *body, foot(), page.player([heard])], playing=True))
    progress(1.0)
    return Reported(analysis, found, heard)


def told(hearing: HearingSettings, seconds: float | None) -> dict[str, str]:
    """How a recording was heard, by name."""
    band = hearing.own_band
    score = hearing.own_score
    said = {
        "map of sounds": hearing.own_space or "the shipped one",
        "instrument's band": "none (the whole sound)"
        if band is None
        else f"{in_words(band.low_hz)} to {in_words(band.high_hz)}, from a sound-check",
        "gain": f"{hearing.gain_db:g} dB",
        "channels": ", ".join(map(str, hearing.channels)) or "all",
    }
    if hearing.names:
        said["musicians"] = ", ".join(hearing.names)
    if score is not None:
        said["score"] = str(score.get("title") or "followed")
    if seconds is not None:
        said["listened to"] = f"the first {seconds:g} s"
    return said | {"Monochord": metadata.version("monochord")}


def head(shots: list[Findings]) -> list[str]:
    """The top of a page of one recording."""
    shot = shots[0]
    return [
        '<a class="skip" href="#level">Skip to the figures</a>',
        "<header>",
        f'<h1 id="name-0">{page.named(shot.name)}</h1>',
        page.listed([(name, page.named(value)) for name, value in in_words_of(shot.facts).items()], "facts"),
        page.listed([(name, page.named(value)) for name, value in shot.settings.items()], "settings"),
        "</header>",
        "<main>",
    ]


def in_words_of(found: Facts) -> Mapping[str, str]:
    """What a recording is like, by name, as it is read."""
    said = {
        "duration": clock(found.duration),
        "level": f"{number(found.level)} dBFS",
        "peak": f"{number(found.peak)} dBFS",
        "loudness": f"{number(found.loudness)} LUFS",
        "loudness range": f"{number(found.range_lu)} LU",
        "brightness": "–" if found.brightness is None else in_words(found.brightness),
        "key": found.key or "none",
        "tempo": "no steady beat" if found.tempo is None else f"{found.tempo:.0f} beats/min",
        "tempo wanders by": "–" if found.wander_percent is None else f"{found.wander_percent:.0f} %",
        "onsets": f"{found.onsets} ({found.density:.1f} a second)",
        "pitch": span(found),
        "fractal dimension": number(found.fractal, 3),
    }
    if found.mood is not None:
        mood = found.mood
        best = max(MOODS, key=lambda name: mood[name])
        said["mood"] = f"{best} ({mood[best]:.0%})" + ("" if mood["known"] else ", unlike anything learned")
    return said


def foot() -> str:
    """What to know of the page itself."""
    text = (
        "Made by monochord analyse. Nothing in this page comes from anywhere else. Its figures lie beside it as PNG "
        "and SVG, with every number that is drawn (figures.json). Press a figure to hear that moment; on the keyboard, "
        "arrow keys seek and space plays."
    )
    return f"</main>\n<footer>{text}</footer>"
