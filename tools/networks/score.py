"""The network that reads a staff: a multi-scale CRNN with Haar wavelets, contour refinement and SRU.

After Yang, Shen and Sun, "AI-assisted cross-cultural delivery of traditional musical art forms in contemporary
times", sections 2.1 to 2.4. Each of its parts can be exchanged for the plain one, to see what it is worth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.score.symbols import STAFF_HEIGHT, SYMBOLS
from networks.sru import Sru

STRIDE: Final = 4
"""Columns of the staff's image in a step of what the network says."""
GRAIN: Final = 16
"""An image's width must be a multiple of it: four levels of Haar."""
_REACH: Final = 5  # of the one-dimensional convolutions


@dataclass(frozen=True, slots=True)
class Shape:
    """Channels at the four levels, width of the sequence and its layers; and which of the paper's parts are there.

    `height` of the images, and how many `symbols` there are beside CTC's blank: a staff's, if nothing is said.
    """

    channels: tuple[int, ...] = (16, 40, 72, 128)
    refinements: tuple[int, ...] = (1, 1, 2, 2)
    width: int = 256
    layers: int = 2
    haar: bool = True
    contour: bool = True
    sru: bool = True
    scales: bool = True
    height: int = STAFF_HEIGHT
    symbols: int = len(SYMBOLS)

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}

    @staticmethod
    def of(told: dict[str, Any]) -> Shape:
        """From what `told` gave."""
        return Shape(**{key: tuple(v) if isinstance(v, list) else v for key, v in told.items()})


def haar(x: Tensor) -> Tensor:
    """One level of the 2-D Haar transform, eq. (1)-(4): (b, c, h, w) to (b, 4c, h/2, w/2).

    Channel 4k is what is smooth in both directions of channel k, then its differences down, across and of both: the
    order and signs of PyWavelets' dwt2.
    """
    channels = x.shape[1]
    kernel = haar_kernel(x.dtype).repeat(channels, 1, 1, 1)
    return functional.conv2d(x, kernel, stride=2, groups=channels)


def haar_kernel(dtype: torch.dtype = torch.float32) -> Tensor:
    """(4, 1, 2, 2): smooth, down, across, both."""
    smooth, detail = torch.tensor([1.0, 1.0]) / math.sqrt(2), torch.tensor([1.0, -1.0]) / math.sqrt(2)
    pairs = [(smooth, smooth), (detail, smooth), (smooth, detail), (detail, detail)]
    return torch.stack([torch.outer(down, across) for down, across in pairs])[:, None].to(dtype)


class HaarDown(nn.Module):
    """The Haar transform of each channel, and a 1 x 1 convolution over all that it gives: half the size.

    Both are linear, so they are run as one convolution of 2 x 2 whose kernels are combinations of the Haar basis.
    """

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.mix = nn.Parameter(torch.randn(after, before, 4) * math.sqrt(2 / (4 * before)))
        self.register_buffer("basis", haar_kernel()[:, 0], persistent=False)

    def kernel(self) -> Tensor:
        """(after, before, 2, 2)."""
        return torch.einsum("abk,kyx->abyx", self.mix, self.basis)

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(x, self.kernel(), stride=2)


class PoolDown(nn.Module):
    """What stands for Haar where it is left out: the largest of four, and a 1 x 1 convolution."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(before, after, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.mix(functional.max_pool2d(x, 2))


class Contour(nn.Module):
    """Note contour refinement: normalise, convolve along and across side by side, add, and add to what came in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.along = nn.Conv2d(channels, channels, (1, _REACH), padding=(0, _REACH // 2), bias=False)
        self.across = nn.Conv2d(channels, channels, (_REACH, 1), padding=(_REACH // 2, 0))

    def forward(self, x: Tensor) -> Tensor:
        n = self.norm(x)
        return x + functional.relu(self.along(n) + self.across(n))


class Plain(nn.Module):
    """What stands for a contour layer where it is left out: the same with one 3 x 3 convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.both = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + functional.relu(self.both(self.norm(x)))


class Lstm(nn.Module):
    """What stands for the SRU where it is left out."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, width // 2, bidirectional=True)

    def forward(self, x: Tensor) -> Tensor:
        said: Tensor = self.lstm(x)[0]
        return x + said


class ScoreNet(nn.Module):
    """From the first level of Haar (b, 4, h/2, w/2) of images to logits (t, b, symbols + 1), t = w / 4.

    Without Haar it takes the images themselves, (b, 1, h, w).
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        down = HaarDown if shape.haar else PoolDown
        refine = Contour if shape.contour else Plain
        first = nn.Conv2d(4, shape.channels[0], 1, bias=False)
        if not shape.haar:
            first = nn.Conv2d(1, shape.channels[0], 3, padding=1, bias=False)
        self.down = nn.ModuleList([first])
        self.down.extend(down(a, b) for a, b in zip(shape.channels, shape.channels[1:], strict=False))
        self.norm = nn.ModuleList([nn.BatchNorm2d(c) for c in shape.channels])
        self.refine = nn.ModuleList(
            [
                nn.Sequential(*(refine(c) for _ in range(n)))
                for c, n in zip(shape.channels, shape.refinements, strict=True)
            ]
        )
        self.heights = [shape.height >> (level + 1) for level in range(len(shape.channels))]
        seen = range(1, len(shape.channels)) if shape.scales else range(1, 2)
        self.fuse = nn.ModuleList(
            [nn.Conv2d(shape.channels[k], shape.width, (self.heights[k], 1), bias=k == 1) for k in seen]
        )
        self.calm = nn.LayerNorm(shape.width)
        self.sequence = nn.ModuleList(
            [Sru(shape.width) if shape.sru else Lstm(shape.width) for _ in range(shape.layers)]
        )
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(shape.width, shape.symbols + 1)

    def levels(self, x: Tensor) -> list[Tensor]:
        """The features of every level, each half the size of the one before."""
        levels = []
        for k, (down, norm, refine) in enumerate(zip(self.down, self.norm, self.refine, strict=True)):
            x = down(x)
            if k == 0 and not self.shape.haar:
                x = functional.max_pool2d(x, 2)
            x = refine(functional.relu(norm(x)))
            levels.append(x)
        return levels

    def fused(self, levels: Sequence[Tensor]) -> Tensor:
        """The levels from the second on, each told as a sequence at the second's rate, added: (b, width, t)."""
        said = self.fuse[0](levels[1])[:, :, 0]
        for k, fuse in enumerate(list(self.fuse)[1:], start=1):
            said = said + fuse(levels[k + 1])[:, :, 0].repeat_interleave(1 << k, dim=2)
        return said

    def forward(self, x: Tensor) -> Tensor:
        said = self.calm(functional.relu(self.fused(self.levels(x))).permute(2, 0, 1))
        for layer in self.sequence:
            said = self.drop(layer(said))
        logits: Tensor = self.out(said)
        return logits
