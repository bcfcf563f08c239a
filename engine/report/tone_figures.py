"""Figures of notes over time: the melody beside another program's, and the key."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.report.bins import Curve
from engine.report.chart import INK, MARK, OWN, WELL, Chart, colours, legend, patch, said
from engine.report.references import LOWEST_CENTS, OCTAVES
from engine.report.time_figures import Shots, lines, panels, picture, touch
from engine.stage.note_names import NAMES

_OURS: Final = "#7ef0cf"
_THEIRS: Final = "#f2c14e"


def pitch(shots: Shots, width: int) -> Chart:
    """Our pitch and pYIN's over the constant-Q transform, where librosa is here."""
    compared = any(shot.references is not None for shot in shots)
    rows, columns = lines(width, 2 * compared)
    drawn, own, seconds = panels(shots, width, (230,), rows)
    heard = np.concatenate([shot.curves["cents"] for shot in shots])
    heard = heard[np.isfinite(heard)]
    low, high = np.percentile(heard, (1, 99)) + np.array([-700, 700]) if len(heard) else (4800.0, 8400.0)
    for _, shot, (axes,) in own:
        axes.set_facecolor(WELL)
        if shot.references is not None:
            tones, time = shot.references.cqt, shot.references.time
            reach = (
                0,
                float(time[-1] + time[1]) if len(time) > 1 else seconds,
                LOWEST_CENTS - 50,
                LOWEST_CENTS + 1200 * OCTAVES - 50,
            )
            shown = np.asarray(_thinned(tones) * 200, np.uint8)
            axes.imshow(
                shown,
                cmap=colours(("#14171a", "#1a2c33", "#2f5560", "#5d8a90")),
                vmin=0,
                vmax=200,
                extent=reach,
                origin="lower",
                aspect="auto",
            )
            axes.plot(time, shot.references.cents, ".", color=_THEIRS, markersize=2.6, markeredgewidth=0, zorder=4)
        axes.plot(shot.time, shot.curves["cents"], color=_OURS, linewidth=1.2)
        axes.set_xlim(0, seconds)
        axes.set_ylim(low, high)
        notes = range(int(np.ceil(low / 1200)), int(high // 1200) + 1)
        axes.set_yticks([1200 * note for note in notes], [f"C{note - 1}" for note in notes])
        axes.grid(axis="y", color="#3a4046", linewidth=0.6)
        said(axes, "note")
    if compared:
        legend(drawn, [(patch(_OURS), "Monochord"), (patch(_THEIRS), "pYIN (librosa)")], columns)
    return touch(drawn, shots, seconds)


def chroma(shots: Shots, width: int) -> Chart:
    """How much of each pitch class is heard, and the key beneath."""
    drawn, own, seconds = panels(shots, width, (190, 26))
    for _, shot, (classes, keys) in own:
        picture(classes, shot, "chroma", (0, 12))
        classes.set_yticks(np.arange(12) + 0.5, NAMES)
        classes.tick_params(axis="y", length=0)
        said(classes, "pitch class")
        _named_runs(keys, shot.time, shot.curves["key"], seconds, width)
        said(keys, "key")
    return touch(drawn, shots, seconds)


def _thinned(picture: NDArray[np.float64], most: int = 720) -> NDArray[np.float64]:
    if picture.shape[1] <= most:
        return picture
    edges = np.linspace(0, picture.shape[1], most + 1).astype(np.intp)[:-1]
    return np.asarray(np.maximum.reduceat(picture, edges, axis=1))


def _named_runs(axes: Any, time: Curve, keys: Curve, seconds: float, width: int) -> None:
    """Each key for as long as it lasts, named where there is room."""
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.grid(visible=False)
    edges = np.flatnonzero(np.diff(keys, prepend=-2.0)).tolist()
    for turn, (first, last) in enumerate(zip(edges, [*edges[1:], len(keys)], strict=True)):
        key = int(keys[first])
        if key < 0:
            continue
        begin, end = float(time[first]), float(time[min(last, len(time) - 1)])
        axes.axvspan(begin, end, color=MARK if turn % 2 else OWN, alpha=0.28, linewidth=0)
        name = NAMES[key % 12] + ("" if key < 12 else "m")
        if (end - begin) / seconds * width > 9 * len(name) + 4:
            axes.text((begin + end) / 2, 0.5, name, ha="center", va="center", color=INK)
