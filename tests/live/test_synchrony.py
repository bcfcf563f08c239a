"""A show that goes by time code, from the sound of it to the scene on stage."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.frame import RATE
from engine.live.synchrony import LtcEar
from engine.settings import Settings
from engine.stage.stage_settings import StageSettings
from engine.timing.cues import read_cues
from engine.timing.timecode import PACES, Chase, Label

from ..conftest import SoundFile
from ..features.ltc_sound import sound

SMALL = StageSettings(headless=True, size=(64, 36), fps=60.0, nice=0)


@pytest.mark.gl
def test_a_cue_comes_when_its_time_code_is_heard_on_a_channel_of_its_own(sound_file: SoundFile) -> None:
    code = sound(Label(1, 2, 1, 20), 100, PACES["25"])
    tone = 0.1 * np.sin(2 * np.pi * 220 * np.arange(len(code)) / RATE)
    path = sound_file("both.wav", np.stack([tone, code], axis=1).astype(np.float32), subtype="FLOAT")
    settings = Settings(
        hearing=HearingSettings(source=str(path), silent=True, channels=(1,)),
        stage=SMALL,
        scene="fallback",
        scenes=("fallback", "ink"),
        cues=read_cues([{"scene": "ink", "timecode": "01:02:03:04"}, {"scene": "fallback", "timecode": "02:00:00:00"}]),
        timecode_channel=2,
    )
    seen = []
    with Conductor(settings, lambda _: None) as conductor:
        conductor.run(lambda show: seen.append((show.cues.at, show.newest.row[1] if show.newest else 0.0)))
        assert conductor.cues.at == 0
    # 01:02:03:04 lies 1.36 s behind 01:02:01:20. A busy machine hears in leaps, between which the time code runs on.
    assert all(at == -1 for at, heard in seen if heard < 0.7)
    assert all(at == 0 for at, heard in seen if heard > 3.0)


def test_a_device_without_the_channel_or_too_slow_brings_no_time_code() -> None:
    chase = Chase()
    ear = LtcEar(3, chase)
    ear.hear(np.zeros((256, 2), np.float32), RATE)
    ear.hear(np.zeros((256, 4), np.float32), 16_000)
    ear.hear(np.zeros((256, 4), np.float32), RATE)
    assert chase.label(0.0) is None
