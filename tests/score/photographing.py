"""A page as a phone sees it: turned, tilted, curled, half in shadow, a little out of focus, and saved as JPEG."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

Floats = np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """Grey (height, width), 0..1, and which points of the page (x, y arrays) its points show."""

    grey: Floats
    to_page: Callable[[Floats, Floats], tuple[Floats, Floats]]


def photographed(
    page: Floats,
    seed: int = 0,
    *,
    width: int = 1600,
    turn: float = 3.0,
    tilt: float = 0.12,
    curl: float = 0.012,
    shadow: float = 0.45,
    blur: float = 1.0,
    noise: float = 0.02,
    quality: int = 70,
) -> Photo:
    """`turn` in degrees; `tilt`: how much nearer one edge is; `curl`: how far the paper bulges, of its width."""
    random = np.random.default_rng(seed)
    tall, wide = page.shape
    height = round(width * tall / wide)
    angle = np.radians(turn * random.uniform(0.6, 1.0) * random.choice([-1, 1]))
    lean, nod = tilt * random.uniform(-1, 1), tilt * random.uniform(-1, 1)
    bulge, phase = curl * random.choice([-1, 1]), random.uniform(0, np.pi)
    room = 1.14 + 0.9 * abs(np.sin(angle))

    def to_page(u: Floats, v: Floats) -> tuple[Floats, Floats]:
        x, y = (u - width / 2) / width * room, (v - height / 2) / width * room
        x, y = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
        depth = 1 + lean * x + nod * y
        x, y = x / depth, y / depth
        y = y + bulge * np.sin(2.2 * np.pi * x + phase)
        return x * wide + wide / 2, y * wide + tall / 2

    v, u = np.mgrid[0:height, 0:width] + 0.5
    x, y = to_page(u, v)
    scale = wide / width * room
    source = Image.fromarray((page * 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(float(max(0.45 * (scale - 0.6), 0)))
    )
    flat = np.asarray(source, dtype=np.float32) / 255
    left, top = np.clip(x - 0.5, 0, wide - 1.001), np.clip(y - 0.5, 0, tall - 1.001)
    column, row = left.astype(int), top.astype(int)
    a, b = (left - column).astype(np.float32), (top - row).astype(np.float32)
    taken = (flat[row, column] * (1 - a) + flat[row, column + 1] * a) * (1 - b)
    taken += (flat[row + 1, column] * (1 - a) + flat[row + 1, column + 1] * a) * b
    table = (x < 0) | (y < 0) | (x > wide) | (y > tall)
    lit = 0.18 + 0.74 * taken
    lit[table] = 0.3 + 0.08 * np.sin(u[table] / 9)
    side = random.uniform(0, 2 * np.pi)
    edge = (np.cos(side) * (u - width / 2) + np.sin(side) * (v - height / 2)) / width
    light = 1 - shadow / (1 + np.exp(-edge * 14)) + 0.15 * edge
    photo = np.clip(lit * light + random.normal(0, noise, lit.shape), 0, 1)
    picture = Image.fromarray((photo * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(blur))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Photo(np.asarray(Image.open(file), dtype=np.float32) / 255, to_page)
