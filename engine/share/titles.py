"""What is written over a film: a title that comes softly and goes again, and captions where they are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from engine.share.captions import spoken
from engine.share.lettering import Coverage, Words, check, set_in_lines
from engine.share.story import Caption, Story
from engine.stage.targets import Size

Pixels = NDArray[np.uint8]
"""A picture: (height, width, 4), top row first."""

_PAPER: Final = np.array((250, 244, 231), np.float32)  # never full white
_INK: Final = np.array((32, 30, 28), np.float32)
_BRIGHT: Final = 128.0  # a picture that is brighter on the average, of 255, is written on in ink
_SHADE: Final = 0.7  # how far a picture goes over into the other of the two behind letters
_COMES, _STANDS, _GOES = 1.2, 6.0, 1.4  # seconds that the title takes to come, until it has gone, that it takes to go
_SHARE: Final = 0.45  # of a short film after which the title goes
_BLINK: Final = 0.25  # seconds that a caption takes to come and to go
_MARGIN: Final = 0.075  # of the shorter side
_TITLE, _ARTIST, _CAPTION = 0.085, 0.042, 0.05  # heights of letters, of the shorter side
_LIFT: Final = 0.17  # of the shorter side: the place that captions take
_MOST_TITLES: Final = 3
_LEAST: Final = 8  # pixels: smaller letters are none


@dataclass(slots=True, eq=False)
class _Layer:
    """Letters that lie on a part of the picture for some seconds: their cover and the shade around them.

    `dark`: whether they are of ink, as the first picture that they come to wants it; then it stays so.
    """

    top: int
    left: int
    letters: Coverage
    shade: Coverage
    begin: float
    end: float
    comes: float
    goes: float
    dark: bool | None = None

    def strength(self, time: float) -> float:
        """How much of it is there, 0..1, coming and going without a corner."""
        share = min((time - self.begin) / self.comes, (self.end - time) / self.goes, 1.0)
        share = max(share, 0.0)
        return share * share * (3 - 2 * share)


class Lettering:
    """Lays title and captions over the pictures of one film, in their order.

    A caption's letters are drawn when it comes and forgotten when it has gone: those of an hour would fill the memory.
    """

    def __init__(self, story: Story, size: Size, seconds: float, burnt: str | None = None) -> None:
        """`burnt`: the language in which captions are written into the film; None: they lie beside it only.

        MissingDriver, in one line, where letters cannot be drawn here; of captions `check_letters` says so before.
        """
        self._story, self._size, self._burnt = story, size, burnt
        lifted = burnt is not None and bool(story.captions)
        self._title = [] if min(size) < 4 * _LEAST else _title(story, size, seconds, lifted=lifted)
        self._standing: dict[int, _Layer] = {}  # by the place of their captions

    def over(self, time: float, pixels: Pixels) -> Pixels:
        """The picture at that second with what stands over it; itself where nothing does."""
        for layer in (*self._title, *self._captions(time)):
            if layer.begin < time < layer.end and (strength := layer.strength(time)) > 0:
                pixels = _laid(layer, strength, pixels)
        return pixels

    def _captions(self, time: float) -> Iterable[_Layer]:
        """Those that stand at that second."""
        if self._burnt is None:
            return ()
        there = {place: one for place, one in enumerate(self._story.captions) if one.begin < time < one.end}
        self._standing = {
            place: self._standing.get(place) or _caption(self._story, one, self._size, self._burnt)
            for place, one in there.items()
        }
        return self._standing.values()


def title_ends(seconds: float) -> float:
    """When the title of a film has gone."""
    return min(_STANDS, _SHARE * seconds)


def with_title(story: Story, pixels: Pixels) -> Pixels:
    """A picture with the title standing on it, for the cover."""
    height, width = pixels.shape[:2]
    for layer in _title(story, (width, height), 1e9):
        pixels = _laid(layer, 1.0, pixels)
    return pixels


def check_letters(story: Story, burnt: str | None) -> None:
    """MissingDriver, in one line, unless everything can be written that will be."""
    titles, artist = _said(story)
    check([*titles, *artist])
    if burnt is not None:
        check((spoken(story, one, burnt), story.said(one.texts, burnt)[1]) for one in story.captions)


def _said(story: Story) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The titles in their languages, each once, and the artist."""
    titles = list(dict.fromkeys(story.said(story.title, tag) for tag in story.languages))
    texts: dict[str, str] = {}
    for text, tag in titles:
        texts.setdefault(text, tag)
    artist = story.said(story.artist, story.languages[0])
    return list(texts.items())[:_MOST_TITLES], [artist] if artist[0] else []


def _title(story: Story, size: Size, seconds: float, *, lifted: bool = False) -> list[_Layer]:
    """`lifted`: above the place of captions."""
    width, height = size
    short = min(size)
    margin = round(_MARGIN * short)
    titles, artist = _said(story)
    wanted = [
        Words(text, tag, _high(_TITLE if k == 0 else _TITLE * 0.55, short)) for k, (text, tag) in enumerate(titles)
    ]
    wanted += [Words(text, tag, _high(_ARTIST, short)) for text, tag in artist]
    blocks = [(*set_in_lines(words, 0.8 * width - margin), words.height) for words in wanted]
    total = sum(len(letters) for letters, _, _ in blocks)
    # It stands low and to the side from which the first title is read: the weight is off the centre.
    top = max(height - margin - total - round(_LIFT * short) * lifted, 0)
    canvas = np.zeros((min(total, height), width), np.float32)
    right = blocks[0][1] if blocks else False
    row = 0
    for letters, _, _ in blocks:
        wide = min(letters.shape[1], width - 2 * margin)
        left = width - margin - wide if right else margin
        part = canvas[row : row + len(letters), left : left + wide]
        part[...] = np.maximum(part, letters[: len(part), :wide])
        row += len(letters)
    return [_layer(canvas, top, size, (0.4 if seconds > 3 else 0.0, title_ends(seconds)), (_COMES, _GOES))]


def _caption(story: Story, caption: Caption, size: Size, language: str) -> _Layer:
    width, height = size
    short = min(size)
    words = Words(spoken(story, caption, language), story.said(caption.texts, language)[1], _high(_CAPTION, short))
    letters, _ = set_in_lines(words, 0.86 * width, centred=True)
    canvas = np.zeros((min(len(letters), height), width), np.float32)
    wide = min(letters.shape[1], width)
    left = (width - wide) // 2
    canvas[:, left : left + wide] = letters[: len(canvas), :wide]
    top = max(height - round(0.6 * _MARGIN * short) - len(canvas), 0)
    return _layer(canvas, top, size, (caption.begin, caption.end), (_BLINK, _BLINK))


def _high(share: float, short: int) -> int:
    return max(round(share * short), _LEAST)


def _layer(canvas: Coverage, top: int, size: Size, times: tuple[float, float], fades: tuple[float, float]) -> _Layer:
    """Letters with a shade around them that lets any picture carry them."""
    short = min(size)
    around = round(0.09 * short)
    above, below = min(around, top), min(around, size[1] - top - len(canvas))
    letters = np.pad(canvas, ((above, below), (0, 0)))
    image = Image.fromarray(np.rint(255 * letters).astype(np.uint8))
    spread = np.asarray(image.filter(ImageFilter.GaussianBlur(0.03 * short)), np.float32) / np.float32(255)
    near = np.asarray(image.filter(ImageFilter.GaussianBlur(0.006 * short)), np.float32) / np.float32(255)
    shade = np.clip(8.0 * spread + 0.9 * near, 0, 1) * np.float32(_SHADE)
    begin, end = times
    most = max(end - begin, 1e-3)
    comes, goes = (min(one, 0.4 * most) for one in fades)
    return _Layer(top - above, 0, letters, shade, begin, end, comes, goes)


def _laid(layer: _Layer, strength: float, pixels: Pixels) -> Pixels:
    """The letters on a copy of the picture."""
    found = pixels.copy()
    rows, columns = layer.letters.shape
    part = found[layer.top : layer.top + rows, layer.left : layer.left + columns, :3]
    letters, shade = strength * layer.letters[..., None], strength * layer.shade[..., None]
    if layer.dark is None:
        layer.dark = bool(part.mean() > _BRIGHT)
    colour, ground = (_INK, _PAPER) if layer.dark else (_PAPER, np.zeros(3, np.float32))
    shaded = part * (1 - shade) + shade * ground
    part[...] = np.rint(shaded * (1 - letters) + letters * colour).astype(np.uint8)
    return found
