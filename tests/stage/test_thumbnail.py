"""The small picture: whole when it is there, the same in both processes, and gone when nothing is watched."""

from __future__ import annotations

import os

import numpy as np
import pytest

from engine.stage.thumbnail import SIZE, Thumbnail


def picture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (SIZE[1], SIZE[0], 4), dtype=np.uint8)


def test_who_joins_sees_what_was_shown_last() -> None:
    written = Thumbnail()
    read = Thumbnail(os.dup(written.memory.fd))
    assert read.pixels() is None
    for seed in (1, 2):
        written.show(picture(seed))
        seen = read.pixels()
        assert seen is not None
        assert np.array_equal(seen, picture(seed))
    written.clear()
    assert read.pixels() is None


def test_what_was_read_stays_as_it_was() -> None:
    thumbnail = Thumbnail()
    thumbnail.show(picture(1))
    seen = thumbnail.pixels()
    thumbnail.show(picture(2))
    assert seen is not None
    assert np.array_equal(seen, picture(1))


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="broadcast"):
        Thumbnail().show(np.zeros((2, 2, 4), np.uint8))
