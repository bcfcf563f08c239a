from __future__ import annotations

import numpy as np
import pytest

from engine.features.pitch_views import (
    _NEWEST,
    A_SEMITONE,
    BELOW,
    LOWEST,
    REACH,
    STEPS,
    VIEWS,
    PitchViews,
    _decibels,
    cubic_weights,
    scale_hz,
)
from engine.features.tones import BINS, SIZE, Tones
from engine.frame import HOP
from tests import naive_pitch
from tests.features.sounds import bowed, noise, sine


def seen(sound: np.ndarray) -> tuple[np.ndarray, PitchViews, Tones]:
    tones, views = Tones(), PitchViews()
    for hop in range(len(sound) // HOP):
        power = tones.step(sound[hop * HOP : (hop + 1) * HOP])
        out = views.step(power, tones.heard)
    return out.copy(), views, tones


def place(midi: float) -> int:
    return BELOW + round((midi - LOWEST) * A_SEMITONE)


def test_the_scale_goes_up_in_half_semitones() -> None:
    assert scale_hz(np.array([0.0]))[0] == pytest.approx(32.70, abs=0.01)
    assert scale_hz(np.array([(69.0 - LOWEST) * A_SEMITONE]))[0] == pytest.approx(440)
    assert scale_hz(np.array([STEPS - 1.0]))[0] == pytest.approx(4186, abs=0.5)


@pytest.mark.parametrize("midi", [50, 62, 69, 81, 93])
def test_a_tone_is_the_strongest_step_of_the_spectrum_and_like_itself_a_period_ago(midi: int) -> None:
    hz = 440 * 2 ** ((midi - 69) / 12)
    views, _, _ = seen(sine(hz, 0.3, 0.3))
    assert views[0, place(midi)] > 0.99
    assert views[0].argmax() == pytest.approx(place(midi), abs=1)
    assert views[2, place(midi)] > 0.98
    assert views[2, place(midi + 7)] < 0.5


def test_a_new_tone_rises_and_the_old_one_falls() -> None:
    sound = np.concatenate([sine(440, 0.3, 0.3), sine(660, 0.03, 0.3)])
    views, _, _ = seen(sound)
    assert views[1, place(76)] > 0.5
    assert views[1, place(69)] < -0.1


def test_the_level_does_not_matter() -> None:
    sound = bowed(330, 0.4) + noise(0.4, -40)
    loud, soft = seen(sound)[0], seen(sound * 1e-2)[0]
    np.testing.assert_allclose(soft, loud, atol=1e-3)


def test_the_likeness_equals_its_slow_twin() -> None:
    sound = bowed(196, 0.3) + noise(0.3, -30)
    _, views, tones = seen(sound)
    wave = tones.heard[-(_NEWEST + 376) :]
    for lag in (0, 1, 2, 3, 17, 61, 123, 250, 367):
        assert views.likeness[lag] == pytest.approx(naive_pitch.likeness(wave, lag, _NEWEST), abs=1e-4)


def test_the_likeness_of_a_stream_is_that_of_its_newest_samples_alone() -> None:
    sound = bowed(196, 0.3) + noise(0.3, -30)
    for hops in range(40, 46):
        _, stream, tones = seen(sound[: hops * HOP])
        fresh = PitchViews()
        fresh.step(tones.power, tones.heard)
        np.testing.assert_allclose(stream.likeness, fresh.likeness, atol=1e-6)


def test_levels_are_decibels_whatever_the_power() -> None:
    power = 10.0 ** np.random.default_rng(5).uniform(-300, 300, 1000)
    levels = np.zeros(power.size)
    expected = 10 * np.log10(power)
    _decibels(power, np.zeros(power.size, np.int64), levels)
    np.testing.assert_allclose(levels, expected, atol=1e-8)


def test_a_place_between_two_lags_is_read_by_a_cubic() -> None:
    k = np.arange(-1.0, 3.0)
    for t in (0.0, 0.3, 1.0):
        weights = cubic_weights(np.array([t]))[0]
        assert weights @ (2 * k**2 - k + 3) == pytest.approx(2 * t**2 - t + 3)


def test_silence_and_broken_numbers_are_seen_as_nothing_wrong() -> None:
    views = PitchViews()
    assert np.all(np.isfinite(views.step(np.zeros(BINS), np.zeros(SIZE))))
    for huge in (1e-30, 1e30):
        out = views.step(np.full(BINS, huge), np.full(SIZE, huge))
        assert np.all(np.isfinite(out))
        assert np.all(np.abs(out) <= 1.01)


def test_reset_is_as_good_as_new() -> None:
    tones = Tones()
    power = tones.step(noise(0.1, -20)[:HOP])
    used = PitchViews()
    first = used.step(power, tones.heard).copy()
    used.step(power * 2, tones.heard[::-1].copy())
    used.reset()
    np.testing.assert_array_equal(used.step(power, tones.heard), first)


def test_the_views_have_their_shape() -> None:
    assert PitchViews().views.shape == (VIEWS, REACH)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"power\.shape=\(3,\) must be \(513,\)"):
        PitchViews().step(np.zeros(3), np.zeros(SIZE))
    with pytest.raises(ValueError, match=r"heard\.shape=\(3,\) must be \(1024,\)"):
        PitchViews().step(np.zeros(BINS), np.zeros(3))
