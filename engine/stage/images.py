"""Pictures that shaders read: files, the stand-in for one that is missing, and our own to try shaders on."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.errors import BadFile, nearest_file
from engine.stage.place import place

Pixels = NDArray[np.uint8]
"""(height, width, 4): bottom row first, as graphics cards count."""
Size = tuple[int, int]

LARGEST: Final = 4096
"""The longest side that a picture is shown with; larger ones are scaled down."""
_MOST: Final = 1 << 27
"""Pixels that a file may hold: more than any camera's, fewer than would fill the memory."""
KINDS: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
"""What files of pictures end in."""


def check_image(path: Path) -> None:
    """BadFile, in one line, if there is no picture in that file; only its head is read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's advice on large pictures: the limit here is ours
            with Image.open(path) as image:
                width, height = image.size
    except FileNotFoundError:
        folder = path.parent
        there = sorted(p.name for p in folder.iterdir() if p.suffix.lower() in KINDS) if folder.is_dir() else []
        raise BadFile(f"{place(path)}: no such picture ({nearest_file(path, there)})") from None
    except Image.DecompressionBombError:
        width = height = _MOST
    except Exception as problem:  # whatever a decoder makes of a broken file
        raise _broken(path, problem) from None
    if width * height > _MOST:
        raise BadFile(f"{place(path)}: holds more than a picture may have (scale it to {LARGEST} pixels)")


def read_image(path: Path) -> Pixels:
    """The picture in a file, at most 4096 pixels wide and high; BadFile, in one line, if it cannot be had."""
    check_image(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                image.thumbnail((LARGEST, LARGEST))
                pixels = np.asarray(image.convert("RGBA"))
    except Exception as problem:  # whatever a decoder makes of a broken file
        raise _broken(path, problem) from None
    return np.ascontiguousarray(pixels[::-1])


def _broken(path: Path, problem: Exception) -> BadFile:
    reason = getattr(problem, "strerror", None) or "it is no picture, or a broken one"
    return BadFile(f"{place(path)}: cannot be read: {reason} (save it as PNG or JPEG)")


def read_cube(paths: Sequence[Path]) -> Pixels:
    """The faces of a cube side by side, each as large as the first; noise where one cannot be had."""
    faces: list[Pixels] = []
    for path in paths:
        try:
            face = read_image(path)
        except (BadFile, ValueError):
            face = stand_in()
        side = faces[0].shape[0] if faces else min(*face.shape[:2], LARGEST // len(paths))
        faces.append(np.asarray(Image.fromarray(face).resize((side, side))))
    return np.concatenate(faces, axis=1)


@cache
def stand_in() -> Pixels:
    """What is seen in place of a picture that is not there: soft noise, 256×256, each channel of its own."""
    grain = np.random.default_rng(7).integers(0, 256, (256, 256, 4)).astype(np.float32)
    soft = (grain + np.roll(grain, 1, 0) + np.roll(grain, 1, 1) + np.roll(grain, (1, 1), (0, 1))) / 4
    pixels = np.clip(127.5 + (soft - 127.5) * 1.6, 0, 255).astype(np.uint8)
    pixels[..., 3] = 255
    return pixels


def trial_image(size: Size, number: int = 0) -> Pixels:
    """A picture to try filters and transitions on: a ramp of hues, discs, fine lines, black and white; seed `number`.

    Opaque, nowhere flat, different from one number to the next.
    """
    width, height = size
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    hue = np.mod(x + 0.37 * number, 1.0)[..., np.newaxis] * 6.0
    ramp = np.clip(np.abs(np.mod(hue + np.array([0.0, 4.0, 2.0]), 6.0) - 3.0) - 1.0, 0.0, 1.0)
    picture = (0.25 + 0.75 * y[..., np.newaxis]) * (0.35 + 0.65 * ramp)
    aspect = width / height
    for turn in range(5):
        angle = 2.0 * np.pi * (turn / 5 + 0.13 * number)
        away = np.hypot((x - 0.5 - 0.32 * np.cos(angle)) * aspect, y - 0.5 - 0.3 * np.sin(angle))
        disc = np.clip((0.12 - away) * height, 0.0, 1.0)[..., np.newaxis]
        color = np.full(3, turn / 4) if number % 2 == 0 else np.roll([0.95, 0.3, 0.1], turn)
        picture = picture * (1.0 - disc) + disc * color
    lines = (y < 0.12) & (np.floor(x * width / (1.0 + np.floor(x * 4))) % 2 == number % 2)
    picture[lines] = 1.0
    result = np.full((height, width, 4), 255, dtype=np.uint8)
    result[..., :3] = np.round(picture * 255.0)
    return result
