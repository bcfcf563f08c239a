from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.features.band import BandFilter, BandLevel, band_sections
from engine.features.fast import FastSenses
from engine.features.silence import fluctuation_margin
from engine.frame import HOP, RATE, SIGNALS, SILENT_DB, Block, Frame
from engine.instrument import InstrumentBand
from tests import naive
from tests.features.sounds import Sound, blown, gain, hops, noise, onsets, placed, plucked, sine

OWN = InstrumentBand(220, 4000, (250.0,), room_dbfs=-58)
"""The band of the melody below: from its lowest note to its sixth partials and more."""
STARTS = [1.0 + 0.5 * n for n in range(6)]


def _frames(sound: Sound, band: InstrumentBand | None) -> list[Frame]:
    senses = FastSenses(1, band)
    return [senses.step(Block(index, samples)) for index, samples in enumerate(hops(sound))]


def _melody() -> Sound:
    """Six blown notes that lie within their band, in a room of −60 dBFS."""
    notes = [262, 330, 392, 523, 392, 330]
    parts = [(start, blown(hz, 0.4, n) * gain(-14)) for n, (start, hz) in enumerate(zip(STARTS, notes, strict=True))]
    return placed(parts, 4.5) + noise(4.5, -60, 1, seed=9)


def _swung_in(sound: Sound, seconds: float = 0.02) -> Sound:
    """A sound that begins and ends without a click."""
    up = np.minimum(np.arange(sound.size) / (seconds * RATE), 1)
    return np.asarray(sound * up * up[::-1])


def _bass() -> Sound:
    return placed([(0.8 + 0.7 * n, _swung_in(sine(60, 0.5, gain(-14)))) for n in range(5)], 4.5)


def _cymbal() -> Sound:
    bright = np.fft.rfft(noise(0.4, -20, 0, seed=2))
    bright[: round(9000 * 0.4)] = 0
    tick = _swung_in(np.fft.irfft(bright) * np.exp(-np.arange(round(0.4 * RATE)) / (0.1 * RATE)), 0.003)
    return placed([(0.7 + 0.6 * n, tick) for n in range(6)], 4.5)


DISTURBANCES = {
    "white noise 20 dB below": noise(4.5, -36, 0, seed=5),
    "a hum as loud as the instrument": sine(50, 4.5, gain(-14)),
    "a hum in the band as loud as the instrument": sine(250, 4.5, gain(-14)),
    "a bass": _bass(),
    "a cymbal": _cymbal(),
    "a whistle": placed([(1.7, _swung_in(sine(9000, 1.0, gain(-14))))], 4.5),
}


@pytest.mark.parametrize("name", DISTURBANCES)
def test_what_is_not_the_instrument_moves_neither_its_level_nor_its_onsets(name: str) -> None:
    band = InstrumentBand(OWN.low_hz, OWN.high_hz, OWN.hum_hz, room_dbfs=-43 if "white" in name else OWN.room_dbfs)
    clean, other = _frames(_melody(), band), _frames(_melody() + DISTURBANCES[name], band)
    held = [k for k, frame in enumerate(clean) if any(0.1 < frame.time - start < 0.38 for start in STARTS)]
    difference = [abs(other[k].band.level - clean[k].band.level) for k in held]
    assert max(difference) < 1
    assert np.mean(difference) < 0.3
    begun = [began for began, _ in onsets(other) if began > 0.5]  # by then the filter has settled on the hum
    assert len(begun) == len(STARTS) == len(onsets(clean))
    np.testing.assert_allclose(begun, STARTS, atol=0.06)


def test_without_a_sound_check_a_bass_is_heard_and_counted() -> None:
    assert len(onsets(_frames(_melody() + _bass(), None))) > len(STARTS)


def test_the_level_of_a_sine_in_the_band_is_its_own() -> None:
    heard = _frames(sine(1000, 1.5, gain(-10)), OWN)[-100:]
    assert np.mean([frame.band.level for frame in heard]) == pytest.approx(-13.01, abs=0.05)
    assert heard[-1].band.share == pytest.approx(1, abs=0.01)


def test_the_share_is_what_lies_in_the_band() -> None:
    sound = sine(1000, 1.5, gain(-10)) + sine(60, 1.5, gain(-10))
    assert _frames(sound, OWN)[-1].band.share == pytest.approx(0.5, abs=0.02)


def test_the_room_is_taken_off_as_power() -> None:
    level = BandLevel()
    loud = np.full(HOP, gain(-30))
    assert level.step(loud, loud, -60.0, True)[0] == pytest.approx(-30, abs=0.01)
    assert level.step(loud, loud, -43.0, True)[0] == pytest.approx(10 * np.log10(1e-3 - 10**-4.3), abs=0.2)
    assert level.step(loud, loud, -36.0, True)[0] == SILENT_DB


def test_a_note_that_dies_away_fades_into_the_room_without_a_jump() -> None:
    level = BandLevel()
    read = [
        level.step(np.full(HOP, gain(db)), np.full(HOP, gain(db)), -60, True)[0] for db in np.arange(-20, -52, -0.1)
    ]
    steps = -np.diff(read)
    assert np.all(steps > 0)
    assert steps.max() < 0.5


@pytest.mark.parametrize("seed", [1, 3])
@pytest.mark.parametrize("tilt", [0, 1])
@pytest.mark.parametrize(("low", "high"), [(20, 20_000), (220, 4000), (80, 400)])
def test_a_room_of_minus_fifty_is_perfectly_still(low: float, high: float, tilt: float, seed: int) -> None:
    room = noise(10, -50, tilt, seed)
    band = InstrumentBand(low, high, room_dbfs=-52)
    after = [frame.row for frame in _frames(room, band if low > 20 else None)[int(2 * RATE / HOP) :]]
    lowest, highest = np.min(after, axis=0), np.max(after, axis=0)
    moving = {name for name, signal in SIGNALS.items() if np.any((highest - lowest)[signal.part] > 0)}
    # What measures the sound as it is goes on doing so: levels, and the clock of silence itself.
    measured = {name for name in SIGNALS if name.startswith("sound.") and SIGNALS[name].unit in ("dBFS", "LUFS")}
    assert moving <= measured | {"texture.wavelets", "form.silence"}


def test_without_a_sound_check_nothing_is_cut() -> None:
    heard = _frames(_melody(), None)
    assert (heard[-1].band.low, heard[-1].band.high) == (20, 20_000)
    assert {frame.band.share for frame in heard} == {1.0}
    playing = [frame for frame in heard if frame.sound.level > -25]
    np.testing.assert_allclose([f.band.level for f in playing], [f.sound.level for f in playing], atol=0.3)


def test_the_edges_are_told_from_the_first_frame_to_the_last() -> None:
    senses = FastSenses(1, OWN)
    for _ in range(2):
        frame = senses.step(Block(0, np.zeros((HOP, 1), np.float32)))
        assert (frame.band.low, frame.band.high) == (220, 4000)
        senses.reset()


@pytest.mark.parametrize("hum", [(), (120.0,), (120.0, 180.0, 300.0)])
def test_the_filter_equals_its_slow_twin_however_many_hums_it_takes_out(hum: tuple[float, ...]) -> None:
    band = InstrumentBand(100, 5000, hum)
    sound = noise(0.08, -10, 0, seed=1)[: 15 * HOP]
    machine = BandFilter(band)
    stream = np.concatenate([machine.step(sound[at : at + HOP]).copy() for at in range(0, sound.size, HOP)])
    np.testing.assert_allclose(stream, naive.filtered(band_sections(band), sound), atol=1e-9)


def test_a_band_that_cuts_nothing_lets_everything_through() -> None:
    hop = noise(0.1, -20)[:HOP]
    assert np.allclose(BandFilter(InstrumentBand()).step(hop), hop, atol=1e-20)


def test_an_octave_outside_is_forty_eight_decibels_softer() -> None:
    response = np.abs(naive.response(band_sections(OWN), np.array([55.0, 110.0, 900.0, 8000.0]), RATE))
    assert 20 * np.log10(response) == pytest.approx([-99, -49, 0, -52], abs=3)


def test_the_delay_is_that_of_a_burst_in_the_middle_of_the_band() -> None:
    band = InstrumentBand(100, 5000)
    machine = BandFilter(band)
    at = np.arange(20 * HOP) - 2000
    burst = np.exp(-((at / 700) ** 2)) * np.cos(2 * np.pi * (100 * 5000) ** 0.5 * at / RATE)
    out = np.concatenate([machine.step(burst[k : k + HOP]).copy() for k in range(0, burst.size, HOP)])
    middle = np.sum(np.arange(out.size) * out**2) / np.sum(out**2)
    assert middle - 2000 == pytest.approx(machine.delay, abs=3)


def test_an_attack_is_counted_no_later_through_the_filter_than_two_hops() -> None:
    sound = placed([(2.0, plucked(440, 1.0) * gain(-12))], 3.0) + noise(3.0, -70, 1)
    plain, own = onsets(_frames(sound, None)), onsets(_frames(sound, InstrumentBand(300, 5000, room_dbfs=-72)))
    assert len(plain) == len(own) == 1
    assert own[0][1] - plain[0][1] <= 2 * HOP / RATE
    assert own[0][0] == pytest.approx(2.0, abs=0.003)


def test_reset_is_as_good_as_new() -> None:
    senses = FastSenses(1, OWN)
    cut = hops(_melody()[: 2 * RATE])
    first = [bytes(senses.step(Block(index, samples))) for index, samples in enumerate(cut)]
    senses.reset()
    assert [bytes(senses.step(Block(index, samples))) for index, samples in enumerate(cut)] == first


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38, 0.0, 1e-42])
def test_any_constant_leaves_the_band_sane(value: float) -> None:
    senses = FastSenses(1, OWN)
    for index in range(40):
        frame = senses.step(Block(index, np.full((HOP, 1), value, np.float32)))
        assert np.all(np.isfinite(frame.row))
        assert 0 <= frame.band.share <= 1


def test_the_narrower_the_band_the_more_a_room_must_be_exceeded() -> None:
    margins = [fluctuation_margin(width) for width in (100, 200, 800, 3000, 24_000)]
    assert all(wide <= narrow for narrow, wide in pairwise(margins))
    assert margins[-1] == 0
    with pytest.raises(ValueError, match=r"width_hz=0 must be above 0"):
        fluctuation_margin(0)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"wave\.shape=\(5,\) must be \(256,\)"):
        BandFilter(OWN).step(np.zeros(5))
    with pytest.raises(ValueError, match=r"own\.shape=\(5,\) must be \(256,\)"):
        BandLevel().step(np.zeros(HOP), np.zeros(5), -60.0, True)
