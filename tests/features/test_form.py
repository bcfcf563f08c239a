from __future__ import annotations

import numpy as np
import pytest

from engine.features.form import MusicalForm
from engine.frame import HOP, RATE, SILENT_DB, Form
from tests import naive_form
from tests.features.sounds import Sound, bowed, frames, gain, noise, placed, plucked, sine

NAMES = [signal.name.removeprefix("form.") for signal in Form.signals]
OCTAVES = np.array([-30.0, -20.0, -40.0])


def _hops(seconds: float) -> int:
    return round(seconds * RATE / HOP)


def _follow(levels: np.ndarray, onsets: np.ndarray | None = None, centroid: float = 1500.0) -> dict[str, np.ndarray]:
    """The form of an instrument of these levels (hops,): something is heard above −100 dBFS."""
    machine = MusicalForm()
    counted = np.zeros(levels.size) if onsets is None else onsets
    rows = [machine.step(db, OCTAVES, centroid, n, db > -100).copy() for db, n in zip(levels, counted, strict=True)]
    return dict(zip(NAMES, np.array(rows).T, strict=True))


def _levels(*parts: tuple[float, float]) -> np.ndarray:
    """Levels that stand still for so many seconds each: (dBFS, seconds)."""
    return np.concatenate([np.full(_hops(seconds), db) for db, seconds in parts])


def _phrases(lengths: list[float], pause: float, level: float = -14) -> Sound:
    parts, at = [], 1.0
    for length in lengths:
        notes = [(0.25 * n, bowed(330 + 30 * (n % 4), 0.27, 0.03, seed=n)) for n in range(round(length / 0.25))]
        parts += [(at + start, note * gain(level)) for start, note in notes]
        at += length + pause
    return placed(parts, at + 0.5) + noise(at + 0.5, -65, 1, seed=1)


def test_a_breath_parts_two_phrases() -> None:
    heard = frames(_phrases([2.0, 1.5, 3.0], 0.45))
    assert heard[-1].form.phrases == 3
    breaths = np.array([frame.form.breath for frame in heard])
    assert breaths[0] == breaths[-1] == 1
    assert np.sum(np.diff(breaths) == 1) == 3
    assert np.mean(breaths[_hops(1.2) : _hops(2.9)]) == 0


def test_the_gaps_between_notes_part_nothing() -> None:
    notes = placed([(0.5 + 0.4 * n, plucked(330 + 40 * (n % 5), 0.32, n) * gain(-10)) for n in range(10)], 5.0)
    assert frames(notes + noise(5.0, -60, 1))[-1].form.phrases == 1


def test_a_note_alone_and_its_answer_are_one_phrase_and_a_long_rest_parts_them() -> None:
    assert _follow(_levels((-120, 1), (-20, 0.4), (-120, 0.5), (-20, 2)))["phrases"][-1] == 1
    assert _follow(_levels((-120, 1), (-20, 0.4), (-120, 1.7), (-20, 2)))["phrases"][-1] == 2


def test_a_clear_dip_in_a_ringing_room_is_a_breath() -> None:
    dip = _follow(_levels((-20, 2), (-45, 0.5), (-20, 2)))
    assert dip["phrases"][-1] == 2
    assert dip["breath"][_hops(2.45)] == 1
    assert _follow(_levels((-20, 2), (-34, 0.5), (-20, 2)))["phrases"][-1] == 1


def test_what_rings_on_after_a_breath_is_no_new_phrase() -> None:
    tail = np.concatenate([_levels((-20, 2)), np.linspace(-45, -70, _hops(4))])
    assert _follow(tail)["phrases"][-1] == 1


@pytest.mark.parametrize("slope", [-4.0, -1.5, 0.0, 2.0, 6.0])
def test_a_crescendo_is_read_in_decibels_a_second(slope: float) -> None:
    levels = -30 + slope * np.arange(_hops(4)) * HOP / RATE
    assert _follow(levels)["crescendo"][-1] == pytest.approx(slope, abs=0.02)


def test_notes_that_die_away_are_no_decrescendo() -> None:
    notes = placed([(0.3 * n, plucked(440, 0.3, n) * gain(-10)) for n in range(20)], 6.0)
    assert abs(frames(notes + noise(6, -65, 1))[-1].form.crescendo) < 0.7
    growing = placed([(0.3 * n, plucked(440, 0.3, 1) * gain(-30 + 0.9 * n)) for n in range(20)], 6.0)
    assert frames(growing + noise(6, -75, 1))[-2].form.crescendo == pytest.approx(3, abs=0.7)


@pytest.mark.parametrize("rate", [0.5, 2.0, 8.0])
def test_density_is_onsets_a_second(rate: float) -> None:
    levels = _levels((-20, 12))
    onsets = np.floor(rate * (np.arange(levels.size) + 1) * HOP / RATE)
    late = _follow(levels, onsets)["density"][_hops(8) :]
    assert late.mean() == pytest.approx(rate, rel=0.05)
    assert _follow(levels, onsets)["density"][_hops(1.5) :].mean() == pytest.approx(rate, rel=0.1)


def test_intensity_follows_loudness_brightness_and_busyness_against_the_evening_so_far() -> None:
    soft_and_loud = _levels(*[(-40, 4), (-20, 4)] * 5)
    heard = _follow(soft_and_loud)["intensity"]
    soft, loud = heard[_hops(35.5)], heard[_hops(39.5)]
    assert 0 <= soft < loud - 0.35 <= 1
    quiet_evening = _follow(soft_and_loud - 25)["intensity"]
    assert quiet_evening[_hops(39.5)] == pytest.approx(loud, abs=0.12)
    assert (
        _follow(soft_and_loud, centroid=4000.0)["intensity"][_hops(2)] > _follow(soft_and_loud)["intensity"][_hops(2)]
    )


def test_the_clocks_run_with_the_loudness_and_stand_in_silence() -> None:
    heard = _follow(_levels((-20, 3), (-10, 2), (-120, 4), (-30, 2)))
    assert heard["clock"][_hops(3) - 1] == pytest.approx(3, rel=1e-3)
    assert heard["clock"][_hops(5) - 1] == pytest.approx(3 + 4, rel=2e-3)
    assert heard["clock"][_hops(8.9)] == heard["clock"][_hops(5.1)]
    assert heard["clock"][-1] == pytest.approx(8, rel=2e-3)
    assert heard["clock_mid"][-1] == pytest.approx(7, rel=2e-3)
    assert heard["clock_low"][-1] == pytest.approx(3.5, rel=2e-3)


def test_silence_is_counted_in_seconds_and_ends_with_the_first_sound() -> None:
    heard = _follow(_levels((-120, 2), (-20, 1), (-120, 3), (-20, 0.1)))
    assert heard["silence"][_hops(2) - 1] == pytest.approx(2, abs=0.01)
    assert np.all(heard["silence"][_hops(2) : _hops(3)] == 0)
    assert heard["silence"][_hops(6) - 1] == pytest.approx(3, abs=0.01)
    assert heard["silence"][-1] == 0


def test_after_the_last_note_everything_stands_within_two_seconds_but_the_silence() -> None:
    sound = np.concatenate([_phrases([3.0], 0.0), noise(6, -65, 1, seed=1)])
    still = [frame.form.row[Form.phrases.start : Form.clock_high.start + 1] for frame in frames(sound)[_hops(6.8) :]]
    moving = [name for name, values in zip(NAMES, np.array(still).T, strict=True) if np.ptp(values) > 0]
    assert moving == ["silence"]
    assert still[-1][NAMES.index("intensity")] == still[-1][NAMES.index("density")] == 0


@pytest.mark.parametrize("seed", range(3))
def test_the_machine_equals_its_slow_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fast, slow = MusicalForm(), naive_form.MusicalForm()
    level, onsets = -120.0, 0
    for hop in range(1200):
        if hop % 60 == 0:
            level = rng.choice([-120.0, -60.0, -30.0, -12.0, -20.0])
        onsets += int(rng.random() < 0.02)
        now = level + (rng.normal(0, 2) if level > -100 else 0)
        arguments = (now, rng.uniform(-60, 0, 3), rng.uniform(0, 6000), float(onsets), bool(level > -100))
        np.testing.assert_allclose(fast.step(*arguments), slow.step(*arguments), rtol=1e-6, atol=1e-6, err_msg=str(hop))


def test_every_number_stays_finite_and_in_its_span_whatever_the_levels_are() -> None:
    rng = np.random.default_rng(4)
    machine = MusicalForm()
    for _ in range(3000):
        level = rng.choice([SILENT_DB, -300.0, 24.0, rng.uniform(-120, 24)])
        values = machine.step(level, rng.uniform(-120, 24, 3), rng.choice([0.0, 24_000.0]), 0.0, rng.random() < 0.7)
        assert np.all(np.isfinite(values))
        assert 0 <= values[4] <= 1
        assert values[1] in (0, 1)


def test_reset_is_as_good_as_new() -> None:
    levels = _levels((-20, 2), (-120, 1), (-30, 1))
    machine = MusicalForm()
    first = [machine.step(db, OCTAVES, 900.0, 3.0, db > -100).copy() for db in levels]
    machine.reset()
    assert np.array_equal([machine.step(db, OCTAVES, 900.0, 3.0, db > -100).copy() for db in levels], first)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"octaves\.shape=\(2,\) must be \(3,\)"):
        MusicalForm().step(-20.0, np.zeros(2), 1000.0, 0.0, True)


def test_a_held_tone_is_one_phrase_however_low_it_is() -> None:
    heard = frames(np.concatenate([noise(1, -70, 1), sine(65, 4, gain(-12)) + noise(4, -70, 1, seed=1)]))
    assert heard[-1].form.phrases == 1
    assert heard[-1].form.breath == 0
