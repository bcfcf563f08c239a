from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.features.fast import FastSenses, warm_up
from engine.frame import HOP, RATE, SIGNALS, SILENT_DB, Block, Frame
from tests.features.sounds import blown, bowed, frames, gain, hops, noise, placed, plucked, sine

STILL = ["sound.centroid", "sound.flatness", "sound.crest", "sound.crossings", "sound.flux", "texture.fractal"]
STILL += ["texture.katz", "texture.petrosian", "texture.roughness"]


def _is_sane(frame: Frame) -> None:
    assert np.all(np.isfinite(frame.row))
    for name, signal in SIGNALS.items():
        if signal.bounded:
            low, high = signal.span
            assert np.all((frame.row[signal.part] >= low) & (frame.row[signal.part] <= high)), name


def test_a_frame_says_which_hop_it_ends() -> None:
    frame = FastSenses(1).step(Block(41, np.zeros((HOP, 1), np.float32)))
    assert frame.index == 41
    assert frame.time == pytest.approx(42 * HOP / RATE)


def test_every_signal_of_a_sine_is_known() -> None:
    last = frames(sine(1000, 2, gain(-6)))[-1]
    sound, texture = last.sound, last.texture
    assert sound.level == pytest.approx(-9.01, abs=0.2)  # a hop holds five periods and a third
    assert sound.peak == pytest.approx(-6.0, abs=0.05)
    assert sound.loudness == pytest.approx(-9.01, abs=0.1)
    assert sound.silence == 0
    assert sound.clipping == 0
    assert sound.bands[4] == pytest.approx(-9.01, abs=0.1)
    assert sound.mid == pytest.approx(-9.01, abs=0.2)  # with what leaks into the octaves beside
    assert sound.low < -30
    assert sound.high < -35
    assert sound.centroid == pytest.approx(1000, abs=25)
    assert sound.flatness < 0.01
    assert sound.crest > 20
    assert sound.crossings == pytest.approx(1000, abs=1)
    assert sound.flux < 0.1
    assert texture.fractal < 1.2
    assert texture.profile[0] < 1.05 < 1.7 < texture.profile[7]
    assert 1.5 < texture.katz < 3.5
    assert texture.petrosian < 1.01
    assert np.argmax(texture.wavelets) == 4  # 750–1500 Hz
    assert texture.roughness == 0


def test_silence_is_still() -> None:
    note = placed([(0.0, bowed(440, 1.5) * gain(-12))], 6.0)
    heard = frames(note + noise(6, -65, 1))
    calm = [frame for frame in heard if frame.time > 3.0]
    assert all(frame.sound.silence == 1 for frame in calm)
    for name in STILL:
        assert len({frame[name] for frame in calm}) == 1, name
    assert len({frame.texture.profile.tobytes() for frame in calm}) == 1
    assert calm[-1].sound.flux == 0
    assert calm[-1].rhythm.hits < 1e-6
    assert calm[-1].sound.level == pytest.approx(-65, abs=3)
    assert calm[-1].sound.centroid < 4000  # what it was in the note, not what it would be in the noise


def test_a_room_of_minus_fifty_does_not_flicker() -> None:
    calm = frames(noise(8, -50, 1))
    for name in ["sound.silence", "rhythm.onsets", *STILL]:
        assert len({frame[name] for frame in calm}) == 1, name


def test_breath_is_rougher_than_tone_and_noise_rougher_than_breath() -> None:
    fractal = [
        np.median([frame.texture.fractal for frame in frames(sound)])
        for sound in (sine(587, 1, 0.3), blown(587, 1), noise(1, -12))
    ]
    assert fractal[0] < fractal[1] < fractal[2]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 5]))
def test_any_bytes_at_all_give_sane_frames(seed: int, channels: int) -> None:
    rng = np.random.default_rng(seed)
    senses = FastSenses(channels)
    for index in range(12):
        bits = rng.integers(0, 2**32, (HOP, channels), dtype=np.uint32)
        _is_sane(senses.step(Block(index, bits.view(np.float32))))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, 1e-42, 1.0, -1.0, 3e38])
def test_any_constant_gives_sane_frames(value: float) -> None:
    senses = FastSenses(2)
    for index in range(20):
        _is_sane(senses.step(Block(index, np.full((HOP, 2), value, np.float32))))


def test_a_broken_sample_is_forgotten() -> None:
    sound = plucked(330, 3.0) * 0.3 + noise(3, -60, 1)
    broken = sound.copy()
    broken[RATE // 2] = np.nan
    broken[RATE // 2 + 1] = 1e30
    clean, healed = frames(sound)[-1], frames(broken)[-1]
    for name in ("sound.level", "sound.loudness", "sound.mid", "sound.centroid", "texture.fractal"):
        assert healed[name] == pytest.approx(clean[name], rel=1e-3), name


def test_the_same_samples_give_the_same_frames_bit_for_bit() -> None:
    sound = placed([(0.2, plucked(330, 1.0)), (0.7, bowed(494, 1.0))], 2.0) + noise(2, -50, 1)
    assert [bytes(frame) for frame in frames(sound)] == [bytes(frame) for frame in frames(sound)]


def test_reset_is_as_good_as_new() -> None:
    cut = hops(noise(0.5, -20, 1))
    senses = FastSenses(1)
    first = [bytes(senses.step(Block(index, samples))) for index, samples in enumerate(cut)]
    senses.reset()
    assert [bytes(senses.step(Block(index, samples))) for index, samples in enumerate(cut)] == first


def test_mono_in_two_channels_sounds_as_mono_does_but_for_its_loudness() -> None:
    mono = plucked(330, 1.0) * 0.5
    one, two = frames(mono)[-1], frames(np.stack([mono, mono], axis=1))[-1]
    assert two.sound.loudness - one.sound.loudness == pytest.approx(3.01, abs=0.01)
    for name in SIGNALS:
        if name != "sound.loudness":
            np.testing.assert_allclose(two[name], one[name], rtol=1e-12, err_msg=name)


def test_read_only_blocks_are_heard() -> None:
    samples = np.zeros((HOP, 2), np.float32)
    samples.setflags(write=False)
    assert FastSenses(2).step(Block(0, samples)).sound.level == SILENT_DB


def test_nothing_but_the_frame_is_kept_of_a_hop() -> None:
    cut = hops(noise(1, -20, 1))
    senses = FastSenses(1)
    for index, samples in enumerate(cut):
        senses.step(Block(index, samples))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for index, samples in enumerate(cut):
        senses.step(Block(index, samples))
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 4096


def test_it_can_be_warmed_up() -> None:
    warm_up()


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"channels=0 must be from 1 to 64"):
        FastSenses(0)
    with pytest.raises(ValueError, match=r"samples\.shape=\(256, 2\) must be \(256, 1\)"):
        FastSenses(1).step(Block(0, np.zeros((HOP, 2), np.float32)))
