"""A short recording, heard once for all tests of reports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.analysis import Analysis, described
from engine.audio.hearing_settings import HearingSettings
from engine.frame import RATE
from engine.report.findings import Findings, findings
from engine.report.witness import Witness

from ..features.sounds import gain, placed, plucked

BEGINS = [0.2, 0.7, 1.2, 2.4]
"""When a string is plucked, seconds."""
SECONDS = 3.2


@pytest.fixture(scope="session")
def string(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A string that is plucked four times, in a very quiet room; its name is not made for a page."""
    fade = np.minimum(1, np.linspace(4, 0, RATE // 2))
    pairs = zip(BEGINS, (220, 262, 330, 220), strict=True)
    notes = [(at, plucked(hz, 0.5, seed) * fade * gain(-9)) for seed, (at, hz) in enumerate(pairs)]
    room = 1e-4 * np.random.default_rng(0).standard_normal(round(SECONDS * RATE))
    path = tmp_path_factory.mktemp("sound") / 'a "string" & <b> 古琴.wav'
    soundfile.write(path, placed(notes, SECONDS) + room, RATE, subtype="FLOAT")
    return path


@pytest.fixture(scope="session")
def heard(string: Path) -> tuple[Witness, Analysis]:
    """It, heard to its end."""
    witness = Witness(HearingSettings(source=str(string)), stills=False)
    return witness, described(witness)


@pytest.fixture(scope="session")
def found(heard: tuple[Witness, Analysis], string: Path) -> Findings:
    """What a report of it draws."""
    witness, analysis = heard
    return findings(string.name, analysis, witness, {"gain": "0 dB"}, compared=False)
