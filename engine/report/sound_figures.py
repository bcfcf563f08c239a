"""Figures without time: the spectrum before and after the instrument's own band, and what the moods hang on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from engine.report.chart import HOT, INK, MARK, MOOD_COLOURS, NARROW, OWN, QUIET, Chart, cell, chart, legend, said
from engine.report.findings import Findings
from engine.report.importance import Confusion, Importance
from engine.stage.band_figure import in_words

_REACH: Final = 80.0  # dB from the top of a spectrum to its foot
_HERTZ: Final = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)


def spectrum(shots: Sequence[Findings], width: int) -> Chart:
    """All that is heard above, what the instrument's own band leaves of it beneath."""
    told = [shot for shot in shots if shot.spectra.after_db is not None] or list(shots)
    panels = 2 if any(shot.spectra.after_db is not None for shot in shots) else 1
    drawn = chart([130] * panels, width, legend=len(shots) > 1)
    highest = 10 * np.ceil((max(float(shot.spectra.before_db.max()) for shot in told) + 3) / 10)
    handles: list[tuple[Any, str]] = []
    for number, shot in enumerate(shots):
        found = shot.spectra
        colour = (OWN, MARK)[number % 2]
        for axes, curve, name in zip(drawn.axes, (found.before_db, found.after_db), ("before", "after"), strict=False):
            if curve is None:
                continue
            (line,) = axes.plot(
                found.hz,
                np.maximum(curve, highest - _REACH - 5),
                color=colour,
                linestyle=("-", (0, (5, 2)))[number % 2],
            )
            if len(shots) == 1:
                axes.fill_between(
                    found.hz,
                    highest - _REACH,
                    np.maximum(curve, highest - _REACH),
                    color=colour,
                    alpha=0.22,
                    linewidth=0,
                )
            if found.band is not None:
                for edge in (found.band.low_hz, found.band.high_hz):
                    axes.axvline(edge, color=colour if len(shots) > 1 else INK, linewidth=1, linestyle=(0, (4, 3)))
            if number == 0:
                _frequencies(axes, width, float(highest))
                axes.text(0.008, 0.94, name, transform=axes.transAxes, va="top", color=INK)
            if name == "before":
                handles.append((line, "AB"[number]))
        if found.band is not None and len(shots) == 1 and width > NARROW:
            edges = f"{in_words(found.band.low_hz)} to {in_words(found.band.high_hz)}"
            drawn.axes[-1].text(
                0.992, 0.94, edges, transform=drawn.axes[-1].transAxes, va="top", ha="right", color=QUIET
            )
    if len(shots) > 1:
        legend(drawn, handles, 2)
    drawn.axes[-1].set_xlabel("frequency, Hz")
    return drawn


def _frequencies(axes: Any, width: int, highest: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(_HERTZ[0], _HERTZ[-1])
    marks = _HERTZ[::3] if width <= NARROW else _HERTZ
    axes.set_xticks(marks, [f"{mark}" if mark < 1000 else f"{mark // 1000}k" for mark in marks])
    axes.set_xticks([], minor=True)
    axes.set_ylim(highest - _REACH, highest)
    said(axes, "dBFS")


def confusion(found: Confusion, width: int) -> Chart:
    """Which mood is taken for which: a row is a mood as it was labelled."""
    moods = list(found)
    drawn = chart([150], width, left=110 if width > NARROW else 92)
    axes = drawn.axes[0]
    for row, mood in enumerate(moods):
        for column, other in enumerate(moods):
            share = found[mood][other]
            axes.add_patch(cell(OWN if row == column else HOT, column, row, 0.06 + 0.6 * share / 100))
            axes.text(column + 0.5, row + 0.5, f"{share:.0f} %", ha="center", va="center", color=INK)
    axes.set_xlim(0, len(moods))
    axes.set_ylim(len(moods), 0)
    axes.grid(visible=False)
    axes.set_xticks(np.arange(len(moods)) + 0.5, moods if width > NARROW else [mood[:6] + "." for mood in moods])
    axes.set_yticks(np.arange(len(moods)) + 0.5, moods)
    axes.tick_params(axis="both", length=0, labelcolor=INK)
    axes.set_xlabel("taken for")
    return drawn


def importance(found: Importance, width: int) -> Chart:
    """How much each feature matters to each mood."""
    moods = list(found.by_mood)
    names = [name.replace("_", " ") for name in found.features]
    drawn = chart(
        [26 * len(names) * (1.5 if width <= NARROW else 1.2)], width, legend=2 if width <= NARROW else 1, left=150
    )
    axes = drawn.axes[0]
    tall = 0.8 / len(moods)
    handles = []
    for number, mood in enumerate(moods):
        at = np.arange(len(names)) - 0.4 + (number + 0.5) * tall
        bars = axes.barh(
            at, [100 * share for share in found.by_mood[mood]], height=tall * 0.9, color=MOOD_COLOURS[number % 4]
        )
        handles.append((bars, mood))
    axes.set_yticks(np.arange(len(names)), names)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.grid(axis="y", visible=False)
    axes.axvline(0, color=QUIET, linewidth=0.8)
    axes.set_xlabel("points that shuffling it costs")
    legend(drawn, handles, 2 if width <= NARROW else 4)
    return drawn
