"""The front end: what VGGish's definition says, each column once, and the same however the sound comes."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.frame import HOP, RATE
from engine.listening.mel import (
    BANDS,
    COLUMN,
    MEL_RATE,
    PATCH,
    SILENT,
    WINDOW,
    MelStream,
    end_of,
    log_mel,
    mel_filters,
    patches,
    resampled,
    spliced,
)

from . import naive_mel


def _noise(count: int, seed: int = 0, size: float = 0.1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, size, count).astype(np.float32)


def _stream(sound: np.ndarray, cuts: list[int]) -> tuple[MelStream, np.ndarray]:
    """A stream that has heard the sound in pieces, and all columns that it made."""
    stream, found = MelStream(), []
    for piece in np.split(sound, cuts):
        for start in range(0, max(len(piece), 1), 8000):
            before = stream.columns
            stream.feed(piece[start : start + 8000])
            new = stream.columns - before
            if new:
                assert new <= PATCH
                found.append(stream.patch(stream.columns)[PATCH - new :].copy())
    return stream, np.concatenate(found) if found else np.zeros((0, BANDS), np.float32)


def test_a_tone_lies_in_the_band_of_its_pitch() -> None:
    for hz in (200, 440, 1000, 3000, 7000):
        tone = 0.5 * np.sin(2 * np.pi * hz * np.arange(MEL_RATE) / MEL_RATE).astype(np.float32)
        expected = np.argmax([naive_mel.band_share(hz, band) for band in range(BANDS)])
        assert abs(int(log_mel(tone).mean(axis=0).argmax()) - expected) <= 1


def test_silence_is_the_logarithm_of_the_offset() -> None:
    assert np.all(log_mel(np.zeros(4000, np.float32)) == np.float32(np.log(0.01)))


def test_columns_are_those_of_the_slow_twin() -> None:
    for sound in (_noise(3000), np.zeros(3000, np.float32), np.ones(3000, np.float32), _noise(400), _noise(399)):
        assert log_mel(sound) == pytest.approx(naive_mel.log_mel(sound), abs=1e-5)


def test_bands_are_librosas_where_triangles_over_hertz_and_over_mel_agree() -> None:
    librosa = pytest.importorskip("librosa", reason="librosa is not installed", exc_type=ImportError)
    theirs = librosa.filters.mel(sr=MEL_RATE, n_fft=512, n_mels=BANDS, fmin=125, fmax=7500, htk=True, norm=None).T
    ours = mel_filters()
    # librosa's sides are straight over hertz, the published ones over mel: the same corners, sides that bulge a bit.
    assert np.array_equal(ours > 0, theirs > 0)
    assert np.abs(ours - theirs).max() < 0.03
    corners = librosa.mel_frequencies(BANDS + 2, fmin=125, fmax=7500, htk=True)
    assert naive_mel.band_share(float(corners[10]), 9) == pytest.approx(1)
    assert naive_mel.band_share(float(corners[11]), 9) == pytest.approx(0)


def test_columns_are_those_of_torchs_own_transform() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    sound = _noise(8000)
    spectrum = torch.stft(
        torch.from_numpy(np.pad(sound, (56, 56))),  # torch puts the window of 400 in the middle of its 512
        512,
        COLUMN,
        WINDOW,
        torch.hann_window(WINDOW),
        center=False,
        return_complex=True,
    )
    theirs = torch.log(spectrum.abs().T.double() @ torch.from_numpy(mel_filters()) + 0.01).numpy()
    assert log_mel(sound) == pytest.approx(theirs, abs=1e-4)


def test_the_stream_makes_the_columns_of_the_whole_recording() -> None:
    sound = _noise(3 * RATE + 123)
    _, found = _stream(sound, list(range(HOP, len(sound), HOP)))
    whole = log_mel(resampled(sound, RATE))
    assert len(found) > len(whole) - 8
    assert np.abs(found - whole[: len(found)]).max() < 1e-5


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 30_000), max_size=12))
def test_any_split_is_the_same_stream_bit_for_bit(cuts: list[int]) -> None:
    sound = _noise(30_000)
    _, one = _stream(sound, sorted(cuts))
    _, other = _stream(sound, list(range(HOP, len(sound), HOP)))
    short = min(len(one), len(other))
    assert abs(len(one) - len(other)) <= 4
    assert np.array_equal(one[:short], other[:short])


def test_a_patch_is_there_when_it_is_due_however_the_resampler_works_in_pieces() -> None:
    stream, sound = MelStream(), _noise(4 * RATE)
    for stop in range(HOP, len(sound) + 1, HOP):
        stream.feed(sound[stop - HOP : stop])
        due = int(((stop - MelStream.HELD_BACK) / RATE * MEL_RATE - WINDOW) // COLUMN + 1)
        assert stream.columns >= due // 4 * 4
        if due > 0:
            assert end_of(due) <= (stop - MelStream.HELD_BACK) / RATE


def test_a_patch_is_the_last_96_columns_with_silence_before_the_first() -> None:
    sound = _noise(2 * RATE)
    stream = MelStream()
    assert np.all(stream.patch(0) == np.float32(SILENT))
    whole = log_mel(resampled(sound, RATE))
    stream.feed(sound[: RATE // 4])
    early = stream.patch(8)
    assert np.abs(early[-8:] - whole[:8]).max() < 1e-5
    assert np.all(early[:-8] == np.float32(SILENT))
    stream.feed(sound[RATE // 4 :])
    for stop in range(stream.columns - 32, stream.columns + 1):
        assert np.abs(stream.patch(stop) - whole[stop - PATCH : stop]).max() < 1e-5
    assert stream.patch(stream.columns + 50) is not None
    with pytest.raises(ValueError, match=r"columns=0 must be one of the last 32"):
        stream.patch(0)


def test_reset_is_as_good_as_new() -> None:
    sound = _noise(RATE // 2)
    stream, _ = _stream(_noise(RATE, 1), [])
    stream.reset()
    assert stream.columns == 0
    stream.feed(sound)
    new, _ = _stream(sound, [])
    assert np.array_equal(stream.patch(stream.columns), new.patch(new.columns))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_whatever_the_samples_are_columns_are_finite(bad: float) -> None:
    sound = _noise(RATE)
    sound[5000] = bad
    stream = MelStream()
    stream.feed(sound)
    for columns in (stream.patch(stream.columns), log_mel(sound), log_mel(resampled(sound, RATE))):
        assert np.isfinite(columns).all()


def test_patches_are_cut_every_so_many_columns() -> None:
    columns = np.arange(200 * BANDS, dtype=np.float32).reshape(200, BANDS)
    cut = patches(columns, 50)
    assert cut.shape == (3, PATCH, BANDS)
    assert np.array_equal(cut[2], columns[100:196])
    assert patches(columns).shape == (2, PATCH, BANDS)
    assert patches(columns[:95]).shape == (0, PATCH, BANDS)
    assert patches(log_mel(np.zeros(1, np.float32))).shape == (0, PATCH, BANDS)


def test_splicing_takes_head_and_tail_away_and_the_mean_of_every_group() -> None:
    described = np.arange(60, dtype=np.float32)[:, None] * np.ones((1, 128), np.float32)
    found = spliced(described, trim=6, group=15)
    assert found.shape == (3, 128)
    assert list(found[:, 0]) == [13.0, 28.0, 43.0]  # 6…20, 21…35, 36…50; 51…53 are too few
    assert spliced(described, trim=6, group=30).shape == (2, 128)  # 6…35, and 18 that are left
    assert spliced(described[:12]).shape == (0, 128)
    assert spliced(patches(np.zeros((96 * 40, BANDS), np.float32)), group=18).shape == (2, PATCH, BANDS)


def test_stereo_of_any_rate_becomes_mono_at_16_khz() -> None:
    sound = _noise(44_100)
    both = np.stack([sound, sound], axis=1)
    assert resampled(both, 44_100) == pytest.approx(soxr.resample(sound, 44_100, MEL_RATE), abs=1e-6)
    assert len(resampled(sound, 44_100)) == MEL_RATE


def test_what_is_no_sound_is_refused() -> None:
    with pytest.raises(ValueError, match=r"sound\.shape=\(5, 2\) must be \(samples,\)"):
        log_mel(np.zeros((5, 2), np.float32))
    with pytest.raises(ValueError, match=r"columns\.shape=\(5, 2\) must be \(columns, 64\)"):
        patches(np.zeros((5, 2), np.float32))
    with pytest.raises(ValueError, match=r"hop=0 must be a positive integer"):
        patches(np.zeros((5, BANDS), np.float32), 0)
    with pytest.raises(ValueError, match=r"trim=-1 must be 0 or more"):
        spliced(np.zeros((5, 128), np.float32), trim=-1)
    with pytest.raises(ValueError, match=r"group=7 must be one of 15, 18, 30"):
        spliced(np.zeros((5, 128), np.float32), group=7)
