"""Networks of VGGish's shape (Hershey et al., 2017): ours, small, and the published one, whole."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from engine.listening.mel import BANDS, PATCH

CHANNELS: Final = (64, 128, 256, 256, 512, 512)
"""Feature detectors of VGGish's six convolutions of 3 × 3."""
POOLED: Final = (1, 2, 4, 6)
"""The convolutions, from 1, after which the picture is halved both ways."""
EMBEDDING: Final = 128


def trunk(channels: tuple[int, ...], *, normalised: bool) -> nn.Sequential:
    """The convolutions, (n, 1, 96, 64) to (n, channels[-1], 6, 4); `normalised` puts a batch norm behind each."""
    layers: list[nn.Module] = []
    before = 1
    for number, after in enumerate(channels, 1):
        layers.append(nn.Conv2d(before, after, 3, padding=1))
        if normalised:
            layers.append(nn.BatchNorm2d(after))
        layers.append(nn.ReLU())
        if number in POOLED:
            layers.append(nn.MaxPool2d(2))
        before = after
    return nn.Sequential(*layers)


class VggishShaped(nn.Module):
    """VGGish's convolutions at a part of their width; time is pooled away, and one dense layer gives 128 numbers.

    The three dense layers of VGGish hold 94 % of its weights. Here the mean and the largest over time of each channel
    at each of the four heights go straight to the embedding: what sounds is told by where in the spectrum it lies, and
    less by when in the patch it came.
    """

    def __init__(self, width: float, mean: Tensor, scale: Tensor) -> None:
        """`mean` and `scale` (64,): what a band of log-mel is shifted and multiplied by, before anything else."""
        super().__init__()
        channels = tuple(round(width * count) for count in CHANNELS)
        self.width = width
        self.register_buffer("mean", mean.reshape(1, 1, 1, BANDS))
        self.register_buffer("scale", scale.reshape(1, 1, 1, BANDS))
        self.trunk = trunk(channels, normalised=True)
        self.dense = nn.Linear(2 * channels[-1] * (BANDS // 16), EMBEDDING)

    def forward(self, log_mel: Tensor) -> Tensor:
        """(n, 1, 96, 64) to (n, 128)."""
        tall = self.trunk((log_mel - self.mean) * self.scale)
        pooled = torch.cat([tall.mean(2), tall.amax(2)], dim=1)
        embedding: Tensor = self.dense(pooled.flatten(1))
        return embedding


class Vggish(nn.Module):
    """The published network, 72.1 million weights: six convolutions, then 4096, 4096 and 128, each with ReLU.

    Its 6 × 4 × 512 numbers are flattened with the channels last, as TensorFlow lays them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = trunk(CHANNELS, normalised=False)
        flat = PATCH // 16 * (BANDS // 16) * CHANNELS[-1]
        self.embeddings = nn.Sequential(
            nn.Linear(flat, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, EMBEDDING), nn.ReLU()
        )

    def forward(self, log_mel: Tensor) -> Tensor:
        """(n, 1, 96, 64) to (n, 128), none of them negative."""
        embedding: Tensor = self.embeddings(self.features(log_mel).permute(0, 2, 3, 1).flatten(1))
        return embedding


def folded(network: VggishShaped) -> VggishShaped:
    """The same network with its batch norms inside its convolutions: what is exported has VGGish's layers alone."""
    layers: list[nn.Module] = []
    for layer in network.trunk:
        if isinstance(layer, nn.BatchNorm2d):
            convolution = layers.pop()
            layers.append(nn.utils.fusion.fuse_conv_bn_eval(convolution.eval(), layer.eval()))
        else:
            layers.append(layer)
    plain = VggishShaped(network.width, network.mean, network.scale)
    plain.trunk = nn.Sequential(*layers)
    plain.dense = network.dense
    return plain.eval()
