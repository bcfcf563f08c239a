"""What a report shows, in order: a title, a plain sentence, and figures with words for those who do not see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.listening.mood_features import EIGHT
from engine.listening.mood_judge import MOODS
from engine.report import map_figures, sound_figures, time_figures, tone_figures
from engine.report.chart import Chart
from engine.report.facts import Facts
from engine.report.findings import Findings
from engine.stage.band_figure import in_words
from engine.stage.note_names import note_name

Shots = Sequence[Findings]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure under a name of its own; `draw` takes the width, `alt` says what it shows. A `square` has one width."""

    name: str
    alt: str
    draw: Callable[[int], Chart]
    square: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """`says` is one sentence; without figures it says why there are none."""

    name: str
    title: str
    says: str
    figures: tuple[Figure, ...] = ()


def sections(shots: Shots) -> list[Section]:
    """Of one recording, or of two side by side."""
    made = (_level, _band, _fractal, _spectrogram, _way, _rhythm, _pitch, _chroma, _mood, _importance)
    return [section(shots) for section in made]


def _timed(draw: Callable[[Shots, int], Chart], shots: Shots, alt: str) -> Figure:
    return Figure(draw.__name__, alt, partial(draw, shots))


def _why(shots: Shots, name: str) -> str:
    return " ".join(dict.fromkeys(shot.missing[name] for shot in shots if name in shot.missing))


def _each(shots: Shots, told: Callable[[Findings], str]) -> str:
    """What is told of one recording, or of A and of B."""
    if len(shots) == 1:
        return told(shots[0])
    return "; ".join(f"{name}: {told(shot)}" for name, shot in zip("AB", shots, strict=True))


def _level(shots: Shots) -> Section:
    alt = _each(
        shots,
        lambda shot: (
            f"the waveform over {clock(shot.facts.duration)} with {shot.facts.onsets} onsets, and beneath it level and "
            f"loudness, on the average {number(shot.facts.level)} dBFS and {number(shot.facts.loudness)} LUFS"
        ),
    )
    says = (
        "How loud it is from begin to end, where sounds begin (red) and where phrases and sections do (broken lines)."
    )
    return Section("level", "Level and form", says, (_timed(time_figures.level, shots, alt),))


def _band(shots: Shots) -> Section:
    def told(shot: Findings) -> str:
        edges = _edges(shot)
        if not edges:
            return "the spectrum of all that is heard"
        return f"the spectrum before and after the band from {edges} was cut out"

    says = (
        "The spectrum of the first two minutes, before and after everything outside of the instrument's own band is "
        "taken away (the paper's Fig. 5)."
    )
    edges = _each(shots, lambda shot: _edges(shot) or "none")
    found = f"The band: {edges}." if any(map(_edges, shots)) else ""
    says = " ".join(filter(None, (says, found, _why(shots, "band"))))
    figure = Figure("spectrum", _each(shots, told), partial(sound_figures.spectrum, shots))
    return Section("band", "The instrument's own band", says, (figure,))


def _edges(shot: Findings) -> str:
    band = shot.spectra.band
    return "" if band is None else f"{in_words(band.low_hz)} to {in_words(band.high_hz)}"


def _fractal(shots: Shots) -> Section:
    alt = _each(shots, lambda shot: f"fractal dimension over time, on the average {number(shot.facts.fractal, 3)}")
    own = _own_map(shots, "fractal")
    more = "; and its moments laid out so that those of like roughness lie together" if own else ""
    says = f"How rough the sound is, 1 as a whistle and 2 as noise, all in all and at eight scales{more} (Fig. 6)."
    return Section("fractal", "Short-time fractal dimension", says, (_timed(time_figures.fractal, shots, alt), *own))


def _spectrogram(shots: Shots) -> Section:
    alt = _each(shots, lambda shot: f"spectrogram of {clock(shot.facts.duration)}, nine octaves from 27.5 Hz")
    own = _own_map(shots, "spectrogram")
    more = "; and its moments laid out so that those of like spectrum lie together" if own else ""
    says = f"Which frequencies sound when, the lighter the stronger{more} (Fig. 7)."
    return Section("spectrogram", "Spectrogram", says, (_timed(time_figures.spectrogram, shots, alt), *own))


def _own_map(shots: Shots, name: str) -> list[Figure]:
    """The map of a recording's own moments: two recordings would have two maps that cannot be compared."""
    if len(shots) > 1 or name not in shots[0].maps:
        return []
    draw = {"fractal": map_figures.fractal_map, "spectrogram": map_figures.spectrogram_map}[name]
    count = len(shots[0].maps[name].time)
    alt = f"map of {count} moments by t-SNE, those that are alike in {name} side by side; press to hear one"
    return [Figure(f"{name}_map", alt, lambda _: draw(shots[0]), square=True)]


def _way(shots: Shots) -> Section:
    title = "The way over the map of sounds"
    if not all("way" in shot.maps and shot.sounds is not None for shot in shots):
        return Section("way", title, _why(shots, "way") or "Nothing was heard that has a place on the map of sounds.")
    if len({shot.sounds.name for shot in shots if shot.sounds is not None}) > 1:
        return Section("way", title, "The two were heard with different maps, which cannot be compared.")

    def nearest(shot: Findings) -> str:
        heard = shot.families[shot.families >= 0]
        if not len(heard) or shot.sounds is None:
            return "no family"
        counts = np.bincount(heard)
        order = [which for which in np.argsort(-counts, kind="stable")[:3] if counts[which]]
        return ", ".join(f"{shot.sounds.families[which]} {counts[which] / len(heard):.0%}" for which in order)

    says = (
        "Where each second lies among all the sounds that were ever learned, from dark to light as time goes on, and "
        "which family of sounds is nearest; press a place to hear it."
    )
    alt = f"the way over the map of sounds, nearest to {_each(shots, nearest)}; press to hear a moment"
    strip = _timed(time_figures.families, shots, f"the nearest family over time: {_each(shots, nearest)}")
    return Section("way", title, says, (strip, Figure("way", alt, lambda _: map_figures.way(shots), square=True)))


def _rhythm(shots: Shots) -> Section:
    def told(shot: Findings) -> str:
        beat = f"{shot.facts.tempo:.0f} beats a minute" if shot.facts.tempo else "no steady beat"
        return f"{beat}, {shot.facts.density:.1f} onsets a second"

    says = "How fast it goes where the beat is sure and where it runs free, and how busy it is."
    return Section("rhythm", "Tempo and onsets", says, (_timed(time_figures.rhythm, shots, _each(shots, told)),))


def _pitch(shots: Shots) -> Section:
    def told(shot: Findings) -> str:
        return f"pitch over time, {span(shot.facts)}"

    there = any(shot.references is not None for shot in shots)
    says = "The melody as Monochord hears it" + (
        ", beside pYIN's and over librosa's constant-Q transform, both of the first two minutes." if there else "."
    )
    says = " ".join(filter(None, (says, _why(shots, "references"))))
    return Section("pitch", "Pitch", says, (_timed(tone_figures.pitch, shots, _each(shots, told)),))


def _chroma(shots: Shots) -> Section:
    alt = _each(shots, lambda shot: f"pitch classes over time, clearest in {shot.facts.key or 'no key'}")
    says = "How much of each of the twelve pitch classes is heard, and the key that they make (m is minor)."
    return Section("chroma", "Pitch classes and key", says, (_timed(tone_figures.chroma, shots, alt),))


def _mood(shots: Shots) -> Section:
    if why := _why(shots, "mood"):
        return Section("mood", "Mood", why)

    def told(shot: Findings) -> str:
        mood = shot.facts.mood or {}
        return ", ".join(f"{name} {mood[name]:.0%}" for name in MOODS if name in mood) or "nothing heard"

    says = (
        "How much it has of each of the paper's four moods, as people of one culture named them for piano music, paler "
        "where the sound is unlike anything learned; valence, arousal and the eight features beneath."
    )
    eight = "the eight features that the mood is told by, over time: " + ", ".join(one.name for one in EIGHT)
    figures = (_timed(time_figures.mood, shots, _each(shots, told)), _timed(time_figures.features, shots, eight))
    return Section("mood", "Mood", says, figures)


def _importance(shots: Shots) -> Section:
    title, found = "What the moods hang on", shots[0].importance
    if found is None:
        return Section("importance", title, _why(shots, "importance"))
    most = {mood: found.features[int(np.argmax(shares))] for mood, shares in found.by_mood.items()}
    alt = "importance of the features; the most for " + ", ".join(f"{mood} {name}" for mood, name in most.items())
    says = (
        "By how many points of a hundred a mood is found less often by the eight features alone when one of them is "
        "shuffled (Fig. 9): what is true of the clips that were learned from, not of this recording."
    )
    figures = [Figure("importance", alt, partial(sound_figures.importance, found))]
    if (taken := shots[0].confusion) is not None:
        says += " Beneath: which mood of a clip that it had not heard the whole model takes for which (Fig. 8)."
        right = ", ".join(f"{mood} {row[mood]:.0f} %" for mood, row in taken.items())
        alt = f"which mood is taken for which; rightly {right}"
        figures.append(Figure("confusion", alt, partial(sound_figures.confusion, taken)))
    return Section("importance", title, says, tuple(figures))


def clock(seconds: float) -> str:
    """12.3 s, or 4:05."""
    return f"{seconds:.1f} s" if seconds < 90 else f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"


def number(value: float | None, digits: int = 1) -> str:
    """A number as it is read, – where there is none."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def span(told: Facts) -> str:
    """From which note to which the melody reaches."""
    if told.low_pitch is None or told.high_pitch is None:
        return "no pitch"
    return f"{note_name(told.low_pitch)[0]} to {note_name(told.high_pitch)[0]}"
