from __future__ import annotations

import numpy as np
import pytest

from engine.features.note import HELD, HeldNote
from engine.frame import HOP, RATE

LATE = 768
NONE = float("nan")


def notes(
    cents: list[float] | np.ndarray, machine: HeldNote | None = None, swing: float = 0.0
) -> list[tuple[float, float]]:
    machine = machine or HeldNote(LATE)
    return [(float(n), float(s)) for n, s in (machine.step(float(c), swing, hop) for hop, c in enumerate(cents))]


def test_a_held_pitch_is_one_note_and_began_when_it_sounded() -> None:
    out = notes([NONE] * 50 + [6000.0] * 60)
    assert out[50 + HELD - 2][0] == 0
    assert out[50 + HELD - 1][0] == 1
    assert out[-1] == (1, pytest.approx((51 * HOP - LATE) / RATE))


def test_a_short_blip_is_no_note() -> None:
    assert notes([NONE] * 20 + [6000.0] * (HELD - 1) + [NONE] * 20)[-1][0] == 0


def test_every_step_of_a_scale_is_a_note() -> None:
    out = notes(np.repeat([6000, 6200, 6400, 6500, 6700], 30))
    assert out[-1][0] == 5
    assert out[-1][1] == pytest.approx((121 * HOP - LATE) / RATE)


def test_a_vibrato_is_one_note() -> None:
    time = np.arange(300) * HOP / RATE
    assert notes(6000 + 50 * np.sin(2 * np.pi * 5.5 * time))[-1][0] == 1


def test_a_wide_vibrato_is_one_note_once_it_is_known_for_one() -> None:
    time = np.arange(300) * HOP / RATE
    wide = 6000 + 120 * np.sin(2 * np.pi * 5.5 * time)
    assert notes(wide)[-1][0] > 10
    assert notes(wide, swing=120.0)[-1][0] == 1


def test_a_slow_slide_is_one_note_and_a_new_step_another() -> None:
    slide = np.linspace(6000, 6150, 200)
    assert notes(np.concatenate([slide, np.full(50, 6150.0)]))[-1][0] == 1
    assert notes(np.concatenate([np.full(60, 6000.0), np.full(40, 6100.0)]))[-1][0] == 2


def test_a_breath_parts_two_notes_of_the_same_height_and_a_dropout_does_not() -> None:
    assert notes([6000.0] * 40 + [NONE] * 8 + [6000.0] * 40)[-1][0] == 2
    assert notes([6000.0] * 40 + [NONE] * 4 + [6000.0] * 40)[-1][0] == 1


def test_a_note_never_begins_before_the_sound_does() -> None:
    assert notes([6000.0] * 30)[-1] == (1, 0.0)


def test_any_pitch_is_borne_and_reset_is_as_good_as_new() -> None:
    rng = np.random.default_rng(1)
    cents = rng.choice([NONE, np.inf, 6000.0, 6010.0, -1e9], size=500, p=[0.05, 0.05, 0.4, 0.4, 0.1])
    machine = HeldNote(LATE)
    first = notes(cents, machine)
    assert np.all(np.isfinite(first))
    machine.reset()
    assert notes(cents, machine) == first


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"late=-1 must be 0 samples or more"):
        HeldNote(-1)
