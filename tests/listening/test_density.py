"""The picture of a map is there for whoever wants to see it, and where there is none nothing fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.listening.density import density


def test_a_maps_picture_is_read_beside_it(tmp_path: Path) -> None:
    picture = np.random.default_rng(2).integers(0, 255, (128, 128), dtype=np.uint8)
    np.savez(tmp_path / "mine.npz", density=picture)
    found = density(str(tmp_path / "mine.onnx"))
    assert found is not None
    assert (found == picture).all()


def test_where_there_is_no_map_or_a_damaged_one_there_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 and no more")
    np.savez(tmp_path / "other.npz", density=np.zeros((3, 3), np.uint8))
    np.savez(tmp_path / "empty.npz", places=np.zeros(3))
    for name in ("nothing", "broken", "other", "empty"):
        assert density(str(tmp_path / name)) is None
