"""Pictures on a journey arrive as they were sent, whatever is on them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.stage.lossless import packed, unpacked
from engine.stage.targets import Size


@pytest.mark.parametrize("size", [(2, 2), (64, 36), (130, 50)])
def test_every_picture_comes_back_to_the_last_bit_and_opaque(size: Size) -> None:
    rng = np.random.default_rng(0)
    width, height = size
    noise = [rng.integers(0, 256, (height, width, 4), np.uint8) for _ in range(3)]
    ramp = np.broadcast_to(np.linspace(0, 255, width).astype(np.uint8)[:, np.newaxis], (height, width, 4))
    pictures = [*noise, ramp, ramp, ramp[::-1, ::-1], noise[0][::-1]]
    back = list(unpacked(packed(pictures, size)))
    assert len(back) == len(pictures)
    for sent, came in zip(pictures, back, strict=True):
        assert np.array_equal(sent[..., :3], came[..., :3])
        assert (came[..., 3] == 255).all()


def test_pictures_that_hardly_change_are_a_fraction_of_what_they_were() -> None:
    still = np.zeros((90, 160, 4), np.uint8)
    still[20:40, 30:60] = 200
    assert len(packed([still] * 20, (160, 90))) < 0.02 * 20 * still.size
