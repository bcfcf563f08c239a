"""A map of sounds as a picture: a glow for every sound in the colour of its family, on a dark ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.stage.slate import Color, Slate, shortened, width
from engine.stage.targets import Size

SIZE: Final[Size] = (1280, 960)
"""Of the picture, pixels."""
_GROUND: Final[Color] = (13, 14, 17)
_INK: Final[Color] = (228, 226, 220)
_QUIET: Final[Color] = (150, 152, 150)
_OTHERS: Final[Color] = (104, 108, 116)
# Told apart by those who see few colours too: after Okabe and Ito, lighter, for a dark ground.
_FAMILIES: Final[tuple[Color, ...]] = (
    (240, 178, 62),
    (98, 190, 240),
    (36, 186, 140),
    (246, 236, 110),
    (232, 108, 58),
    (226, 150, 200),
    (88, 126, 226),
    (214, 214, 214),
)
_MAP: Final = (36, 70, 860)  # left, top and side of the square, pixels
_LEGEND: Final = 940  # where its lines begin
_LINE: Final = 40  # from one of them to the next
_LARGE, _PLAIN, _SMALL = 28, 19, 15
_EDGE: Final = 1.16  # of the plane that is shown
_FINE: Final = 2  # the map is drawn so many times larger, then halved
_MARK: Final = 0.006  # radius of a sound's core, of the side
_HALO: Final = 0.05  # and of the glow around it


def draw_map(
    title: str,
    said: str,
    plane: NDArray[np.floating],
    family: NDArray[np.integer],
    families: Sequence[str],
    way: NDArray[np.floating] | None = None,
) -> NDArray[np.uint8]:
    """The picture, (height, width, 4) uint8, top row first, of places (n, 2), about −1..1, and the family of each (n,).

    The largest families have a colour each, all others are grey. `way` (m, 2) is drawn over it as a line that grows
    brighter to its end: where a recording went.
    """
    slate = Slate(SIZE, _GROUND)
    left, top, side = _MAP
    counts, order, colours = _ranked(family, families)
    light = _light_of(plane, family, order, colours, side)
    if way is not None and len(way) > 1:
        _trace(light, way)
    _lay(slate, light, left, top)
    slate.text(left, 46, shortened(title, _LARGE, 560), _INK, _LARGE)
    slate.text(left + side, 46, said, _QUIET, _SMALL, "right")
    for row, which in enumerate(order[: len(_FAMILIES)]):
        y = top + 30 + row * _LINE
        slate.disc(_LEGEND, y, 7, colours[which])
        name = shortened(families[which], _PLAIN, 190)
        slate.text(_LEGEND + 22, y + 6, name, _INK, _PLAIN)
        slate.text(_LEGEND + 34 + width(name, _PLAIN), y + 6, f"{counts[which]}", _QUIET, _SMALL)
    if len(order) > len(_FAMILIES):
        y = top + 30 + len(_FAMILIES) * _LINE
        slate.disc(_LEGEND, y, 7, _OTHERS)
        slate.text(_LEGEND + 22, y + 6, f"{len(order) - len(_FAMILIES)} more", _QUIET, _PLAIN)
    return slate.pixels


def draw_crowding(
    panels: Sequence[tuple[str, str, NDArray[np.floating]]], family: NDArray[np.integer], families: Sequence[str]
) -> NDArray[np.uint8]:
    """The same sounds on several maps side by side: for each its name, what is said of it, and its places (n, 2)."""
    gap, side = 24, 400
    slate = Slate((gap + len(panels) * (side + gap), side + 130), _GROUND)
    _, order, colours = _ranked(family, families)
    for number, (name, said, places) in enumerate(panels):
        left = gap + number * (side + gap)
        middle = np.median(places, axis=0)
        reach = float(np.quantile(np.abs(places - middle).max(axis=1), 0.995)) or 1.0
        _lay(slate, _light_of((places - middle) / reach, family, order, colours, side), left, 70)
        slate.text(left, 34, name, _INK, 22)
        slate.text(left, 56, said, _QUIET, _SMALL)
    x = float(gap)
    for which in order[: len(_FAMILIES)]:
        slate.disc(round(x) + 6, side + 100, 6, colours[which])
        slate.text(x + 20, side + 105, families[which], _INK, _SMALL)
        x += 20 + width(families[which], _SMALL) + 26
    return slate.pixels


def _ranked(
    family: NDArray[np.integer], families: Sequence[str]
) -> tuple[NDArray[np.int64], list[int], dict[int, Color]]:
    """How many sounds each family has; those that have any, the largest first; the colours of the largest."""
    counts = np.bincount(family, minlength=len(families))
    order = [int(which) for which in np.argsort(-counts, kind="stable") if counts[which]]
    return counts, order, {which: _FAMILIES[rank] for rank, which in enumerate(order[: len(_FAMILIES)])}


def _light_of(
    plane: NDArray[np.floating],
    family: NDArray[np.integer],
    order: Sequence[int],
    colours: Mapping[int, Color],
    side: int,
) -> NDArray[np.float32]:
    """The light of all sounds at these places (n, 2), (side · _FINE, side · _FINE, 3): each in its family's colour."""
    light = np.zeros((side * _FINE, side * _FINE, 3), np.float32)
    for which in order:
        colour = np.array(colours.get(which, _OTHERS), np.float32) / np.float32(255)
        _shine(light, plane[family == which], colour, len(plane))
    return light


def _lay(slate: Slate, light: NDArray[np.float32], left: int, top: int) -> None:
    """Put light on the ground, half as large. Where much of it falls it is bent, keeps its hue and never burns out."""
    side = len(light) // _FINE
    small = light.reshape(side, _FINE, side, _FINE, 3).mean(axis=(1, 3))
    peak = small.max(axis=2, keepdims=True)
    shown = small / np.maximum(peak, 1e-9) * (1 - np.exp(-1.35 * peak)) * 255
    ground = np.array(_GROUND, np.float32)
    slate.pixels[top : top + side, left : left + side, :3] = np.clip(ground + shown * (1 - ground / 255), 0, 255)


def _shine(light: NDArray[np.float32], plane: NDArray[np.floating], colour: NDArray[np.float32], total: int) -> None:
    """Add the light of sounds (n, 2): a core each, and a faint halo that shows where a family lives."""
    side = len(light)
    x, y = ((plane * [1, -1] + _EDGE) / (2 * _EDGE) * side).astype(int).T
    inside = (x >= 0) & (x < side) & (y >= 0) & (y < side)
    field = np.zeros((side, side), np.float32)
    np.add.at(field, (y[inside], x[inside]), 1)
    # The fewer there are, the larger and brighter each is.
    few = np.clip((2000 / max(total, 1)) ** 0.25, 0.45, 1.6)
    core = _blurred(field, _MARK * few * side / 2)
    fade = np.clip(12 * np.minimum(np.linspace(0, 1, side), np.linspace(1, 0, side)), 0, 1)
    halo = _blurred(field, _HALO * side / 2) * (fade[:, None] * fade).astype(np.float32)
    strength = 1.1 * core / max(_reach(core), 1e-9) + 0.16 * halo / max(float(halo.max()), 1e-9)
    light += strength[..., None] * colour


def _reach(core: NDArray[np.float32]) -> float:
    """What is bright among the places where anything is."""
    lit = core[core > 1e-4 * max(float(core.max()), 1e-9)]
    return float(np.quantile(lit, 0.8)) if lit.size else 0.0


def _blurred(field: NDArray[np.float32], radius: float) -> NDArray[np.float32]:
    """The field under a Gaussian of that radius in pixels, through its Fourier transform."""
    side = len(field)
    wave = np.exp(-2 * (np.pi * radius * np.fft.fftfreq(side)) ** 2)
    return np.asarray(
        np.fft.irfft2(np.fft.rfft2(field) * wave[:, None] * wave[: side // 2 + 1], field.shape), np.float32
    )


def _trace(light: NDArray[np.float32], way: NDArray[np.floating]) -> None:
    """Lay a way (m, 2) over the light: white, ever brighter, on a dark seam that keeps it legible."""
    side = len(light)
    points = (way * [1, -1] + _EDGE) / (2 * _EDGE) * side
    steps = np.maximum(np.ceil(np.abs(np.diff(points, axis=0)).max(axis=1)).astype(int), 1)
    fine = np.concatenate(
        [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(points, points[1:], steps, strict=False)]
    )
    x, y = fine.astype(int).T
    age = np.linspace(0.35, 1.0, len(fine)).astype(np.float32)
    inside = (x >= 0) & (x < side) & (y >= 0) & (y < side)
    field = np.zeros((side, side), np.float32)
    np.maximum.at(field, (y[inside], x[inside]), age[inside])
    line = np.clip(_blurred(field, 1.3) * 4, 0, 1)
    seam = np.clip(_blurred(field, 4.0) * 9, 0, 1)
    light *= (1 - 0.75 * seam)[..., None]
    light += (1.6 * line)[..., None]
