"""Several musicians: each is heard alone, as if nobody else played, and the mix is what it was without them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BadSetting
from engine.features.ensemble import Ensemble
from engine.features.fast import FastSenses
from engine.frame import ROW, Band, Block, Frame
from engine.instrument import InstrumentBand
from engine.musician import Musician
from tests.features.sounds import gain, hops, onsets, placed, plucked, struck

PLUCKS = [0.3, 0.8, 1.3, 1.8]
STROKES = [0.55, 1.05, 1.55]
DUO = (Musician("string", (1,)), Musician("drum", (2,)))


def _duo() -> np.ndarray:
    """A plucked string on the left, a drum on the right: (n, 2)."""
    string = placed([(start, plucked(330, 0.45, seed) * gain(-12)) for seed, start in enumerate(PLUCKS)], 2.3)
    drum = placed([(start, struck(0.25, seed) * gain(-9)) for seed, start in enumerate(STROKES)], 2.3)
    return np.stack([string, drum], axis=1)


def _heard(senses: Ensemble | FastSenses, sound: np.ndarray) -> list[Frame]:
    return [senses.step(Block(index, samples)) for index, samples in enumerate(hops(sound))]


def test_each_musicians_onsets_are_their_own_and_the_mix_has_both() -> None:
    frames = _heard(Ensemble((1, 2), DUO), _duo())
    string, drum, mix = (
        [began for began, _ in onsets(heard)]
        for heard in ([f.of("string") for f in frames], [f.of("drum") for f in frames], frames)
    )
    assert string == pytest.approx(PLUCKS, abs=0.01)
    assert drum == pytest.approx(STROKES, abs=0.01)
    assert sorted(mix) == pytest.approx(sorted(PLUCKS + STROKES), abs=0.05)


def test_the_mix_is_bit_for_bit_what_it_is_without_musicians() -> None:
    sound = _duo()
    alone, named = _heard(FastSenses(2), sound), _heard(Ensemble((1, 2), DUO), sound)
    nobody = _heard(Ensemble((1, 2)), sound)
    for one, other, plain in zip(alone, named, nobody, strict=True):
        assert np.array_equal(one.row, other.row[:ROW])
        assert np.array_equal(one.row, plain.row)
        assert plain.musicians == ()


def test_a_musician_is_what_the_senses_make_of_the_own_channels_alone() -> None:
    sound = np.concatenate([_duo(), _duo()[:, :1] * 0.5], axis=1)
    players = (Musician("drum", (5,)), Musician("zither", (7, 3)))
    frames = _heard(Ensemble((3, 5, 7), players), sound)
    drum, zither = _heard(FastSenses(1), sound[:, [1]]), _heard(FastSenses(2), sound[:, [2, 0]])
    for frame, one, other in zip(frames, drum, zither, strict=True):
        assert np.array_equal(frame.of("drum").row, one.row)
        assert np.array_equal(frame.of("zither").row, other.row)
        assert frame["zither.sound.level"] == other.sound.level
        assert frame.of("drum").index == frame.index


def test_who_plays_on_every_channel_is_the_mix() -> None:
    for band in (None, InstrumentBand(low_hz=200.0, high_hz=4000.0)):
        frames = _heard(Ensemble((1, 2), (Musician("duo", (1, 2)),), band), _duo()[:24_000])
        assert all(np.array_equal(frame.of("duo").row, frame.row[:ROW]) for frame in frames)


def test_a_sound_check_of_one_musician_is_that_musicians_alone() -> None:
    band = InstrumentBand(low_hz=200.0, high_hz=4000.0)
    frame = _heard(Ensemble((1, 2), DUO, bands={"string": band}), _duo()[:24_000])[-1]
    string = _heard(FastSenses(1, band), _duo()[:24_000, :1])[-1]
    assert np.array_equal(frame.of("string").row, string.row)
    assert frame.band.low == frame.of("drum").band.low == Band.low.initial
    assert frame.of("string").band.low == 200.0
    mix = _heard(Ensemble((1, 2), DUO, band), _duo()[:24_000])[-1]
    assert mix.band.low == 200.0
    assert mix.of("string").band.low == Band.low.initial


def test_an_ensemble_that_is_reset_is_as_good_as_new() -> None:
    senses, sound = Ensemble((1, 2), DUO), _duo()[:24_000]
    first = _heard(senses, sound)
    senses.reset()
    for one, other in zip(first, _heard(senses, sound), strict=True):
        assert np.array_equal(one.row, other.row)


def test_a_musician_whose_sound_is_broken_stays_finite_and_does_not_touch_the_others() -> None:
    sound = _duo()
    broken = sound.copy()
    broken[20_000:60_000:7, 1] = np.nan
    broken[30_000:30_300, 1] = np.inf
    for well, ill in zip(_heard(Ensemble((1, 2), DUO), sound), _heard(Ensemble((1, 2), DUO), broken), strict=True):
        assert np.isfinite(ill.row).all()
        assert np.array_equal(well.of("string").row, ill.of("string").row)


def test_a_musician_is_told_in_the_columns_of_a_block() -> None:
    ensemble = Ensemble((3, 5, 7), (Musician("drum", (5,)), Musician("zither", (7, 3))))
    assert ensemble.musicians == (Musician("drum", (2,)), Musician("zither", (3, 1)))
    assert ensemble.names == ("drum", "zither")


def test_a_musician_on_a_channel_that_nobody_listens_to_is_refused() -> None:
    with pytest.raises(BadSetting, match=r"channels=2\+4:drum is not all there: channel 4 is none of 1, 2"):
        Ensemble((1, 2), (Musician("drum", (2, 4)),))


def test_nobody_of_that_name_has_no_frame() -> None:
    frame = _heard(Ensemble((1, 2), DUO), _duo()[:256])[0]
    with pytest.raises(ValueError, match="not in tuple"):
        frame.of("erhu")
    with pytest.raises(KeyError):
        frame["erhu.sound.level"]
