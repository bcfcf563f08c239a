"""Figures in which nearness is likeness: the way over the map of sounds, and maps of a recording's own moments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from engine.report.bins import Curve
from engine.report.chart import FAMILIES, OTHERS, PASSING, SQUARE, WELL, Chart, chart, colours, strokes
from engine.report.findings import Findings, Places, SoundMap

_EDGE: Final = 1.12  # of the plane that is shown
_STRIP: Final = 12  # pixels of the scale beneath
_LABELLED: Final = 40  # sounds of a family without which its name is not written


def way(shots: Sequence[Findings]) -> Chart:
    """Where each recording goes on the map of sounds, from its begin to its end."""
    drawn = _square(len(shots))
    plane = drawn.axes[0]
    sounds = next(shot.sounds for shot in shots if shot.sounds is not None)
    _sounds(plane, sounds)
    for number, shot in enumerate(shots):
        places = shot.maps["way"]
        scale = colours(PASSING[number % 2])
        _line(plane, places, scale, shot.facts.duration)
        _scale(
            drawn,
            1 + number,
            scale,
            (0, shot.facts.duration),
            ("AB"[number] + "  " if len(shots) > 1 else "") + "time, s",
        )
    return _touch(drawn, [shot.maps["way"] for shot in shots], [shot.facts.duration for shot in shots])


def fractal_map(shot: Findings) -> Chart:
    """The recording's moments by their fractal dimensions; the lighter, the rougher."""
    return _moments(shot, "fractal", "fractal dimension")


def spectrogram_map(shot: Findings) -> Chart:
    """The recording's moments by their spectra; the lighter, the brighter they sound."""
    return _moments(shot, "spectrogram", "centre of gravity of the spectrum, Hz")


def _moments(shot: Findings, name: str, text: str) -> Chart:
    drawn = _square(1)
    places = shot.maps[name]
    scale = colours(PASSING[0])
    value = np.nan_to_num(places.value)
    low, high = (float(edge) for edge in np.percentile(value, (2, 98)))
    high = high if high > low else low + 1
    plane = drawn.axes[0]
    plane.plot(*places.plane.T, color="#ffffff", alpha=0.1, linewidth=0.6)
    plane.scatter(*places.plane.T, c=value, cmap=scale, vmin=low, vmax=high, s=16, linewidths=0, rasterized=True)
    _scale(drawn, 1, scale, (low, high), text)
    return _touch(drawn, [places], [shot.facts.duration])


def _square(scales: int) -> Chart:
    """A square, and beneath it scales of colours."""
    side = SQUARE - 24
    drawn = chart([side, *[_STRIP] * scales], SQUARE, left=12)
    high = drawn.figure.get_size_inches()[1] * 72
    plane, *strips = drawn.axes
    plane.set_facecolor(WELL)
    plane.set_xlim(-_EDGE, _EDGE)
    plane.set_ylim(-_EDGE, _EDGE)
    plane.set_xticks([])
    plane.set_yticks([])
    plane.grid(visible=False)
    if scales > 1:  # each scale has numbers beneath
        grown = high + 30 * (scales - 1)
        drawn.figure.set_size_inches(SQUARE / 72, grown / 72)
        begin = 10.0
        for number, axes in enumerate(drawn.axes):
            tall = side if number == 0 else _STRIP
            axes.set_position((12 / SQUARE, 1 - (begin + tall) / grown, 1 - 24 / SQUARE, tall / grown))
            begin += tall + (16 if number == 0 else 46)
    for strip in strips:
        strip.set_yticks([])
        strip.grid(visible=False)
        strip.tick_params(labelbottom=True)
    return drawn


def _sounds(axes: Any, sounds: SoundMap) -> None:
    """The map's own sounds, faint, and the names of its families."""
    tints = sounds.tints(FAMILIES, OTHERS)
    colour = [tints[which] for which in sounds.family]
    axes.scatter(*sounds.plane.T, c=colour, s=5, alpha=0.3, linewidths=0, rasterized=True)
    for which, tint in enumerate(tints):
        own = sounds.plane[sounds.family == which]
        if tint != OTHERS and len(own) >= _LABELLED:
            x, y = np.median(own, axis=0)
            axes.text(x, y, sounds.families[which], color=tint, fontsize=12, ha="center", va="center")


def _line(axes: Any, places: Places, scale: Any, seconds: float) -> None:
    """A line that takes the colour of its time, and a dot at every moment."""
    points = places.plane
    tint = places.time / max(seconds, 1e-9)
    if len(points) > 1:
        pieces = np.stack([points[:-1], points[1:]], axis=1)
        axes.add_collection(strokes(pieces, scale(tint[:-1])))
    axes.scatter(*points.T, c=tint, cmap=scale, vmin=0, vmax=1, s=13, linewidths=0, zorder=3, rasterized=True)


def _scale(drawn: Chart, panel: int, scale: Any, reach: tuple[float, float], text: str) -> None:
    axes = drawn.axes[panel]
    axes.imshow(np.linspace(0, 1, 128)[None], cmap=scale, extent=(*reach, 0, 1), aspect="auto")
    axes.set_xlabel(text, labelpad=2)


def _touch(drawn: Chart, ways: Sequence[Places], seconds: Sequence[float]) -> Chart:
    for number, (places, whole) in enumerate(zip(ways, seconds, strict=True)):
        drawn.touched([0], 0.0, whole, number, _points(places.plane, places.time))
    return drawn


def _points(plane: np.ndarray, time: Curve) -> list[tuple[float, float, float]]:
    return [(float(x), float(y), float(when)) for (x, y), when in zip(plane, time, strict=True)]
