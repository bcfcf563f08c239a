"""Which hops are asked for their pitch."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from lessons.pitch_truth import pieces

HOP, RATE = 256, 48_000


@pytest.fixture
def render(tmp_path: Path) -> Path:
    """A second of room, a note that dies away within a second and is held for two, and two seconds of room."""
    hops = 5 * RATE // HOP
    time = np.arange(hops * HOP) / RATE
    note = np.sin(2 * np.pi * 440 * time) * np.exp(-9 * (time - 1)) * ((time >= 1) & (time < 3))
    wave = 0.5 * note + 1e-3 * np.random.default_rng(0).standard_normal(time.size)
    ends = (np.arange(hops) + 1) * HOP / RATE
    soundfile.write(tmp_path / "a.wav", wave, RATE)
    pitch = np.where((ends >= 1) & (ends < 3), 69, 0).astype(np.float32)
    np.savez(tmp_path / "a.npz", pitch=pitch, what=json.dumps({"sound": "arithmetic", "instrument": "string"}))
    np.savez(tmp_path / "b.npz", pitch=np.zeros(0, np.float32), what="{}")
    return tmp_path


def test_a_held_note_is_asked_for_while_it_is_heard_and_a_rest_once_nothing_rings(render: Path) -> None:
    (piece,) = pieces(render)  # a piece for several voices has no one pitch
    ends = (np.arange(piece.pitch.size) + 1) * HOP / RATE
    assert piece.name == "arithmetic/string"
    assert np.all(piece.sounding[(ends > 1.02) & (ends < 1.4)])
    assert not np.any(piece.sounding[(ends < 1) | (ends > 2)])
    assert np.mean(piece.resting[ends < 0.98]) > 0.9
    assert not np.any(piece.resting[(ends > 1) & (ends < 3.24)])
    assert np.mean(piece.resting[ends > 3.3]) > 0.9
