"""A MIDI file as sound, by the program fluidsynth without its reverb."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.frame import RATE


def rendered(midi: bytes, soundfont: Path, seconds: float) -> NDArray[np.float32]:
    """Its first seconds at RATE, (samples, channels). CalledProcessError where fluidsynth cannot."""
    with tempfile.TemporaryDirectory() as folder:
        source, wav = Path(folder) / "a.mid", Path(folder) / "a.wav"
        source.write_bytes(midi)
        command = ["fluidsynth", "-niq", "-R", "0", "-C", "0", "-g", "0.6", "-r", str(RATE), "-F", str(wav)]
        subprocess.run([*command, str(soundfont), str(source)], check=True, capture_output=True)
        sound, _ = soundfile.read(wav, always_2d=True, dtype="float32", frames=round(seconds * RATE))
    return np.asarray(sound)
