"""Figures over time: each recording has its own panels, all on the same scales. What they show is in `sections`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from engine.listening.mood_features import EIGHT
from engine.listening.mood_judge import MOODS
from engine.report.bins import Curve
from engine.report.chart import (
    FAMILIES,
    GROUND,
    HEAT,
    HOT,
    INK,
    LEFT,
    LINE,
    MARK,
    MOOD_COLOURS,
    NARROW,
    OTHERS,
    OWN,
    QUIET,
    WARM,
    WELL,
    Chart,
    chart,
    colours,
    legend,
    over_time,
    patch,
    said,
)
from engine.report.findings import Findings

Shots = Sequence[Findings]
"""One recording, or the two that are compared."""
_LOWEST_HZ: Final = 27.5  # the spectrogram's foot, and its octaves
_SPECTRUM_OCTAVES: Final = 9
_NAMED: Final = 118  # pixels for the names of features


def panels(
    shots: Shots, width: int, heights: Sequence[float], rows: int = 0, left: int = LEFT
) -> tuple[Chart, list[tuple[int, Findings, list[Any]]], float]:
    """A figure with panels of these heights for each recording; with each its number and axes; and what all last."""
    drawn = chart(list(heights) * len(shots), width, legend=rows, left=left)
    seconds = max(shot.facts.duration for shot in shots)
    own = []
    for number, shot in enumerate(shots):
        axes = drawn.axes[number * len(heights) : (number + 1) * len(heights)]
        for place, each in enumerate(axes):
            over_time(each, seconds, labelled=number == len(shots) - 1 and place == len(heights) - 1)
        if len(shots) > 1:
            axes[0].text(
                0.006,
                0.95,
                "AB"[number],
                transform=axes[0].transAxes,
                va="top",
                weight="bold",
                color=INK,
                zorder=9,
                bbox={"boxstyle": "round,pad=0.2", "facecolor": GROUND, "edgecolor": "none"},
            )
        own.append((number, shot, axes))
    return drawn, own, seconds


def touch(drawn: Chart, shots: Shots, seconds: float) -> Chart:
    """The figure, whose panels can be touched, those of each recording as one."""
    each = len(drawn.axes) // len(shots)
    for number in range(len(shots)):
        drawn.touched(range(number * each, (number + 1) * each), 0.0, seconds, number)
    return drawn


def ticks_of(shot: Findings, kind: str, seconds: float, width: int) -> Curve:
    """When the events of a kind were, one a pixel at most: of an hour more could neither be seen nor opened."""
    when = shot.events[kind]
    _, first = np.unique((when * (width / max(seconds, 1e-9))).astype(np.int64), return_index=True)
    return when[first]


def lines(width: int, count: int) -> tuple[int, int]:
    """Lines and columns of a legend with so many names."""
    columns = 2 if width <= NARROW else 6
    return -(-count // columns), columns


def level(shots: Shots, width: int) -> Chart:
    """The waveform with onsets and sections; level and loudness beneath."""
    rows, columns = lines(width, 4)
    drawn, own, seconds = panels(shots, width, (84, 120), rows)
    most = max(float(np.abs([shot.curves["wave_low"], shot.curves["wave_high"]]).max()) for shot in shots) or 1.0
    handles: list[tuple[Any, str]] = []
    for _, shot, (wave, level_) in own:
        wave.fill_between(shot.time, shot.curves["wave_low"], shot.curves["wave_high"], color=OWN, linewidth=0.4)
        wave.set_ylim(-1.24 * most, 1.08 * most)
        wave.grid(visible=False)
        said(wave, "wave")
        ticks = wave.vlines(
            ticks_of(shot, "onsets", seconds, width), -1.22 * most, -1.06 * most, color=HOT, linewidth=0.8
        )
        parts = np.concatenate([ticks_of(shot, kind, seconds, width) for kind in ("phrases", "sections")])
        for axes in (wave, level_):
            phrase = axes.vlines(
                parts, *axes.get_ylim() if axes is wave else (-60, 0), color=MARK, linewidth=1, linestyle=(0, (4, 3))
            )
        (soft,) = level_.plot(shot.time, np.maximum(shot.curves["level"], -60), color=QUIET, linewidth=0.9)
        (loud,) = level_.plot(shot.time, np.maximum(shot.curves["loudness"], -60), color=WARM)
        level_.set_ylim(-60, 0)
        level_.set_yticks([-60, -40, -20, 0])
        said(level_, "dBFS, LUFS")
        handles = [(loud, "loudness"), (soft, "level"), (ticks, "onsets"), (phrase, "phrases, sections")]
    legend(drawn, handles, columns)
    return touch(drawn, shots, seconds)


def fractal(shots: Shots, width: int) -> Chart:
    """The short-time fractal dimension, and at eight scales beneath."""
    drawn, own, seconds = panels(shots, width, (110, 76))
    most = max(float(np.nanmax(shot.curves["fractal"])) for shot in shots)
    for _, shot, (curve, scales) in own:
        curve.plot(shot.time, shot.curves["fractal"], color=OWN, linewidth=1.1)
        curve.set_ylim(1, max(1.1, min(2.0, 1.05 * most)))
        said(curve, "dimension")
        picture(scales, shot, "profile", (0, 8))
        scales.set_yticks([0.5, 7.5], ["fine", "coarse"])
        scales.tick_params(axis="y", length=0)
    return touch(drawn, shots, seconds)


def spectrogram(shots: Shots, width: int) -> Chart:
    """How strong each frequency is; low notes at the foot."""
    drawn, own, seconds = panels(shots, width, (190,))
    for _, shot, (axes,) in own:
        picture(axes, shot, "spectrogram", (0, _SPECTRUM_OCTAVES))
        marks = (50, 100, 200, 500, 1000, 2000, 5000, 10_000)
        axes.set_yticks([np.log2(mark / _LOWEST_HZ) for mark in marks], [_short(mark) for mark in marks])
        said(axes, "Hz")
    return touch(drawn, shots, seconds)


def rhythm(shots: Shots, width: int) -> Chart:
    """The tempo where it is sure and where it is not; onsets a second beneath."""
    rows, columns = lines(width, 4)
    drawn, own, seconds = panels(shots, width, (120, 84), rows)
    tempi = np.concatenate([shot.curves[name] for shot in shots for name in ("tempo", "unsure_tempo")])
    tempi = tempi[np.isfinite(tempi)]
    low, high = (float(tempi.min()), float(tempi.max())) if len(tempi) else (60.0, 120.0)
    busiest = max(float(np.nanmax(shot.curves["density"])) for shot in shots)
    handles: list[tuple[Any, str]] = []
    for _, shot, (tempo, density) in own:
        (unsure,) = tempo.plot(shot.time, shot.curves["unsure_tempo"], color=QUIET, linewidth=1, linestyle=(0, (1, 2)))
        (sure,) = tempo.plot(shot.time, shot.curves["tempo"], color=OWN, linewidth=1.8)
        tempo.set_ylim(max(low - 12, 0), high + 8)
        foot = tempo.get_ylim()[0]
        top = foot + 0.07 * (high + 8 - foot)
        beats = tempo.vlines(ticks_of(shot, "beats", seconds, width), foot, top, color=WARM, linewidth=0.8)
        said(tempo, "beats/min")
        density.plot(shot.time, shot.curves["density"], color=MARK)
        density.set_ylim(0, max(1.15 * busiest, 1))
        ticks = density.vlines(
            ticks_of(shot, "onsets", seconds, width), 0, 0.1 * max(busiest, 1), color=HOT, linewidth=0.8
        )
        said(density, "onsets/s")
        handles = [(sure, "tempo"), (unsure, "unsure"), (beats, "beats"), (ticks, "onsets")]
    legend(drawn, handles, columns)
    return touch(drawn, shots, seconds)


def families(shots: Shots, width: int) -> Chart:
    """Which family of the map's sounds is nearest."""
    sounds = next(shot.sounds for shot in shots if shot.sounds is not None)
    tints = sounds.tints(FAMILIES, OTHERS)
    heard = np.concatenate([shot.families[shot.families >= 0] for shot in shots])
    counts = np.bincount(heard, minlength=len(tints))
    order = [int(which) for which in np.argsort(-counts, kind="stable") if counts[which]]
    named = [which for which in order if tints[which] != OTHERS]
    rows, columns = lines(width, len(named) + (len(named) < len(order)))
    drawn, own, seconds = panels(shots, width, (56,), rows)
    for _, shot, (axes,) in own:
        axes.set_facecolor(WELL)
        strip = np.zeros((1, len(shot.families), 4), np.uint8)
        for which, tint in enumerate(tints):
            strip[0, shot.families == which] = [*bytes.fromhex(tint[1:]), 255]
        axes.imshow(strip, extent=(0, shot.facts.duration, 0, 1), aspect="auto", origin="lower")
        axes.set_xlim(0, seconds)
        axes.set_yticks([])
        axes.grid(visible=False)
    handles = [(patch(tints[which]), sounds.families[which]) for which in named]
    handles += [(patch(OTHERS), "others")] if len(named) < len(order) else []
    legend(drawn, handles, columns)
    return touch(drawn, shots, seconds)


def mood(shots: Shots, width: int) -> Chart:
    """The four moods, whose shares sum to 1, paler where the sound is like nothing learned; valence and arousal."""
    rows, columns = lines(width, 6)
    drawn, own, seconds = panels(shots, width, (150, 90), rows)
    handles: list[tuple[Any, str]] = []
    for _, shot, (shares, axes) in own:
        layers = shares.stackplot(
            shot.time,
            *(np.nan_to_num(shot.curves[f"mood.{name}"]) for name in MOODS),
            colors=MOOD_COLOURS,
            linewidth=0,
        )
        unknown = np.nan_to_num(shot.curves["mood.known"]) < 0.5
        shares.fill_between(shot.time, 0, 1, where=unknown, color=GROUND, alpha=0.6, linewidth=0, step="mid")
        shares.set_ylim(0, 1)
        said(shares, "share")
        (valence,) = axes.plot(shot.time, shot.curves["mood.valence"], color=OWN)
        (arousal,) = axes.plot(shot.time, shot.curves["mood.arousal"], color=HOT, linestyle=(0, (5, 2)))
        axes.set_ylim(-1, 1)
        axes.axhline(0, color=LINE, linewidth=1)
        said(axes, "−1 … 1")
        handles = [*zip(layers, MOODS, strict=True), (valence, "valence"), (arousal, "arousal")]
    legend(drawn, handles, columns)
    return touch(drawn, shots, seconds)


def features(shots: Shots, width: int) -> Chart:
    """The eight features that the mood is told by, each from low to high."""
    drawn, own, seconds = panels(shots, width, (168,), left=_NAMED)
    for _, shot, (axes,) in own:
        picture(axes, shot, "features", (0, len(EIGHT)))
        axes.set_yticks(np.arange(len(EIGHT)) + 0.5, [one.name.replace("_", " ") for one in EIGHT])
        axes.tick_params(axis="y", length=0)
    return touch(drawn, shots, seconds)


def picture(axes: Any, shot: Findings, name: str, reach: tuple[float, float]) -> None:
    """A picture of the findings, over the recording's own length."""
    axes.set_facecolor(WELL)
    limits = axes.get_xlim()
    extent = (0, shot.facts.duration, *reach)
    axes.imshow(shot.pictures[name], cmap=colours(HEAT), vmin=0, vmax=255, extent=extent, origin="lower", aspect="auto")
    axes.set_xlim(limits)
    axes.set_ylim(reach)
    axes.grid(visible=False)


def _short(hz: int) -> str:
    return f"{hz}" if hz < 1000 else f"{hz // 1000}k"
