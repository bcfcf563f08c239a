from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from engine.features.f0 import LATE, FundamentalFrequency, _follow
from engine.features.pitch_views import BELOW, REACH, STEPS, VIEWS, PitchViews
from engine.features.tones import Tones
from engine.foundation import assets
from engine.foundation.models import weights
from engine.frame import HOP, RATE
from tests import naive_pitch
from tests.features.sounds import blown, bowed, gain, noise, plucked, sine

PITCH = weights("pitch")


def heard(sound: np.ndarray, machine: FundamentalFrequency | None = None) -> np.ndarray:
    """Hz and confidence (hops, 2) after every hop of a sound."""
    machine = machine or FundamentalFrequency(PITCH)
    tones, views = Tones(), PitchViews()
    out = []
    for hop in range(len(sound) // HOP):
        power = tones.step(sound[hop * HOP : (hop + 1) * HOP])
        out.append(machine.step(views.step(power, tones.heard), views.likeness).copy())
    return np.array(out)


def off(hz: np.ndarray, true: float | np.ndarray) -> np.ndarray:
    """Cents; 9999 where there is no pitch."""
    return np.where(hz > 0, np.abs(1200 * np.log2(np.maximum(hz, 1e-3) / true)), 9999)


def sawtooth(hz: float, seconds: float) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return 0.3 * sum((np.sin(2 * np.pi * k * hz * time) / k for k in range(1, int(20_000 / hz))), np.zeros(time.size))


@pytest.mark.parametrize("midi", [36, 45, 57, 64, 69, 76, 88, 98])
def test_a_sawtooth_is_heard_within_three_cents(midi: int) -> None:
    hz = 440 * 2 ** (midi / 12 - 69 / 12)
    settled = heard(sawtooth(hz, 0.5))[30:, 0]
    assert np.max(off(settled, hz)) < 3


@pytest.mark.parametrize("hz", [110.0, 220.0, 466.0, 1000.0, 2000.0])
def test_a_pure_tone_is_heard_within_three_cents(hz: float) -> None:
    settled = heard(sine(hz, 0.5, 0.3))[30:, 0]
    assert np.max(off(settled, hz)) < 3


@pytest.mark.parametrize("midi", [28, 33])
def test_the_lowest_strings_of_a_bass_are_heard_within_three_cents(midi: int) -> None:
    hz = 440 * 2 ** (midi / 12 - 69 / 12)
    time = np.arange(RATE // 2) / RATE
    string = 0.2 * sum((np.sin(2 * np.pi * k * hz * time) / k for k in range(1, 7)), np.zeros(time.size))
    assert np.max(off(heard(string)[30:, 0], hz)) < 3


@pytest.mark.parametrize("hz", [196.0, 330.0])
def test_a_missing_fundamental_is_heard(hz: float) -> None:
    time = np.arange(RATE // 2) / RATE
    sound = 0.1 * sum((np.sin(2 * np.pi * k * hz * time) for k in range(2, 8)), np.zeros(time.size))
    assert np.max(off(heard(sound)[30:, 0], hz)) < 5


@pytest.mark.parametrize("hz", [147.0, 392.0, 784.0])
def test_plucked_bowed_and_blown_are_heard_within_thirty_milliseconds(hz: float) -> None:
    for sound in (plucked(hz, 0.6) * 0.5, bowed(hz, 0.6, vibrato_cents=0), blown(hz, 0.6)):
        hz_of = RATE / round(RATE / hz) if sound.size % HOP else hz  # a plucked string has a whole period
        found = off(heard(np.concatenate([noise(0.5, -75), sound + noise(0.6, -75)[: sound.size]]))[:, 0], hz_of)
        first = round(0.5 * RATE / HOP)
        assert np.mean(found[first + 12 : first + 100] < 30) > 0.97


@pytest.mark.parametrize("decibels", [-40, -20, 0])
def test_a_noisy_room_at_any_level_is_no_matter(decibels: float) -> None:
    sound = bowed(294, 1.0, vibrato_cents=0) + noise(1.0, -28, 1)
    assert np.mean(off(heard(sound * gain(decibels))[40:170, 0], 294) < 25) > 0.97


@pytest.mark.parametrize("tilt", [0.0, 1.0, 2.0])
def test_noise_has_no_pitch(tilt: float) -> None:
    assert np.mean(heard(noise(2.0, -30, tilt))[20:, 0] > 0) < 0.05


def test_silence_has_no_pitch_and_stays_finite() -> None:
    out = heard(np.zeros(RATE // 2))
    assert np.all(np.isfinite(out))


def test_a_new_note_is_heard_within_thirty_milliseconds() -> None:
    steps = [sawtooth(440 * 2 ** (m / 12), 0.2) for m in (0, 2, 4, 5, 7, 12, 0, -5)]
    found = heard(np.concatenate(steps))[:, 0]
    late = []
    for k, m in enumerate((0, 2, 4, 5, 7, 12, 0, -5)):
        first = round(k * 0.2 * RATE / HOP)
        late.append(np.argmax(off(found[first : first + 37], 440 * 2 ** (m / 12)) < 50))
    assert np.median(late) * HOP / RATE < 0.025
    assert max(late) * HOP / RATE < 0.035


def test_the_network_says_what_onnxruntime_says() -> None:
    session = onnxruntime.InferenceSession(assets.MODELS / "pitch.onnx", providers=["CPUExecutionProvider"])
    machine = FundamentalFrequency(PITCH)
    rng = np.random.default_rng(2)
    for _ in range(4):
        views = np.zeros((VIEWS, REACH), np.float32)
        views[:, BELOW : BELOW + STEPS] = rng.uniform(-1, 1, (VIEWS, STEPS))
        machine.step(views, np.zeros(372, np.float32))
        np.testing.assert_allclose(machine.scores, session.run(["scores"], {"views": views})[0], atol=2e-4)


def test_the_network_equals_its_slow_twin() -> None:
    machine = FundamentalFrequency(PITCH)
    views = np.random.default_rng(3).uniform(-1, 1, (VIEWS, REACH)).astype(np.float32)
    machine.step(views, np.zeros(372, np.float32))
    twin = naive_pitch.network(views, PITCH["taps"].astype(int), PITCH, BELOW, STEPS)
    np.testing.assert_allclose(machine.scores, twin, atol=2e-4)


def test_the_filter_equals_its_slow_twin() -> None:
    rng = np.random.default_rng(4)
    chance, before = np.zeros(STEPS + 5), np.zeros(STEPS + 5)
    chance[2 : STEPS + 2] = chance[-1] = 1 / (STEPS + 1)
    slow = np.full(STEPS + 1, 1 / (STEPS + 1))
    moves = np.array([0.5, 0.2, 0.05, 0.03, 0.02, 0.04])
    for _ in range(5):
        scores = rng.standard_normal(STEPS + 1).astype(np.float32) * 3
        _follow(scores, moves, chance, before)
        slow = naive_pitch.followed(scores.astype(float), slow, moves)
        np.testing.assert_allclose(np.append(chance[2 : STEPS + 2], chance[-1]), slow, rtol=1e-5, atol=1e-10)


def test_confidence_is_a_chance() -> None:
    out = heard(np.concatenate([bowed(330, 0.5), noise(0.5, -20)]))
    assert np.all((out[:, 1] >= 0) & (out[:, 1] <= 1))
    assert np.median(out[40:80, 1]) > 0.9


def test_reset_is_as_good_as_new() -> None:
    sound = bowed(220, 0.4)
    machine = FundamentalFrequency(PITCH)
    first = heard(sound, machine)
    machine.reset()
    np.testing.assert_array_equal(heard(sound, machine), first)


def test_its_delay_is_stated() -> None:
    assert FundamentalFrequency.delay == LATE * HOP


def test_wrong_arguments_are_named() -> None:
    machine = FundamentalFrequency(PITCH)
    with pytest.raises(ValueError, match=r"views\.shape=\(2, 2\) must be \(3, 289\)"):
        machine.step(np.zeros((2, 2), np.float32), np.zeros(372, np.float32))
    with pytest.raises(ValueError, match=r"likeness\.shape=\(9,\) must be \(372,\)"):
        machine.step(np.zeros((VIEWS, REACH), np.float32), np.zeros(9, np.float32))
    with pytest.raises(ValueError, match=r"moves\.shape=\(5,\) must be \(6,\)"):
        FundamentalFrequency({**PITCH, "moves": np.zeros(5, np.float32)})
    fewer = {"second.weight": PITCH["second.weight"][:, :14]}
    with pytest.raises(ValueError, match=r"14 and 12 units must be multiples of 4"):
        FundamentalFrequency({**PITCH, **{key: PITCH[key][:14] for key in ("first.weight", "first.bias")}, **fewer})
    with pytest.raises(ValueError, match=r"taps must name views below 3"):
        FundamentalFrequency({**PITCH, "taps": PITCH["taps"] + 9})
