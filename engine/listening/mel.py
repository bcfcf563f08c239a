"""The front end of VGGish: sound as log-mel columns of 10 ms, and the patches of 96 that the network looks at.

After the published definition: S. Hershey et al., CNN architectures for large-scale audio classification, 2017, with
the constants of the audioset models: 16 kHz mono, a periodic Hann window of 25 ms every 10 ms, magnitudes of a Fourier
transform of 512, 64 bands whose triangles are straight over mel (HTK's: 1127 ln(1 + hz / 700)) and not over hertz,
log(mel + 0.01).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import soxr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.frame import RATE

Sound = NDArray[np.float32]
"""Mono sound: (samples,), full scale is ±1."""
Columns = NDArray[np.float32]
"""Log-mel columns: (columns, BANDS)."""
Patches = NDArray[np.float32]
"""What the network looks at: (patches, PATCH, BANDS)."""

MEL_RATE: Final = 16_000
"""Samples a second of the sound that columns are made of."""
COLUMN: Final = 160
"""Samples at MEL_RATE from one column to the next."""
WINDOW: Final = 400
"""Samples at MEL_RATE that one column sees."""
BANDS: Final = 64
"""Numbers a column."""
PATCH: Final = 96
"""Columns a patch."""
PATCH_SECONDS: Final = PATCH * COLUMN / MEL_RATE
"""From one patch to the next where they do not overlap: 0.96."""
SPLICES: Final = (15, 18, 30)
"""Patches that may be spliced to one (Yang, Shen and Sun)."""

_FFT: Final = 512  # samples at MEL_RATE that are transformed: the window, and nothing
_LOWEST, _HIGHEST = 125.0, 7500.0  # Hz
_OFFSET: Final = 0.01  # what silence is the logarithm of
_LOUDEST: Final = 16.0  # no sample is believed to be larger, as the fast senses have it
_GROUP: Final = 4  # columns that are made at once: the same ones however the sound comes, so the same bits
_KEPT: Final = 128  # columns that are kept: a patch, and those that may have come since it was due
_BATCH: Final = 1024  # columns that are made at once of a whole recording: hours need no memory
SILENT: Final = float(np.log(np.float32(_OFFSET)))
"""What every band of a column reads where there is nothing at all."""


def mel_of(hz: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """HTK's mel."""
    return np.asarray(1127.0 * np.log1p(np.asarray(hz) / 700.0))


def mel_filters() -> NDArray[np.float64]:
    """The share that each band takes of each magnitude, (257, BANDS): triangles over mel of height 1.

    The lowest bin, which is the offset, belongs to no band.
    """
    bins = mel_of(np.arange(_FFT // 2 + 1) * MEL_RATE / _FFT)
    corners = np.linspace(mel_of(_LOWEST), mel_of(_HIGHEST), BANDS + 2)
    low, centre, high = corners[:-2], corners[1:-1], corners[2:]
    rising = (bins[:, None] - low) / (centre - low)
    falling = (high - bins[:, None]) / (high - centre)
    filters = np.maximum(0.0, np.minimum(rising, falling))
    filters[0] = 0.0
    return np.asarray(filters)


_FILTERS: Final = mel_filters()
_HANN: Final = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)


def _columns(sound: NDArray[np.float64]) -> Columns:
    """The columns of sound (n,) at MEL_RATE, n at least WINDOW."""
    windows = sliding_window_view(sound, WINDOW)[::COLUMN]
    magnitudes = np.abs(np.fft.rfft(windows * _HANN, _FFT))
    return np.log(magnitudes @ _FILTERS + _OFFSET).astype(np.float32)


def _believed(sound: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sound in which everything is finite: what is no number is silence."""
    clean = sound.astype(np.float64)
    clean[~np.isfinite(clean)] = 0.0
    return np.clip(clean, -_LOUDEST, _LOUDEST, out=clean)


def log_mel(sound: Sound) -> Columns:
    """The columns (n, BANDS) of a whole recording (samples,) at MEL_RATE; none of one shorter than WINDOW.

    ValueError if it is not mono.
    """
    if sound.ndim != 1:
        raise ValueError(f"sound.shape={sound.shape} must be (samples,): one channel")
    count = max((len(sound) - WINDOW) // COLUMN + 1, 0)
    found: Columns = np.empty((count, BANDS), np.float32)
    for start in range(0, count, _BATCH):
        stop = min(start + _BATCH, count)
        found[start:stop] = _columns(_believed(sound[start * COLUMN : (stop - 1) * COLUMN + WINDOW]))
    return found


def patches(columns: Columns, hop: int = PATCH) -> Patches:
    """All whole patches (n, PATCH, BANDS) of columns (m, BANDS), one every `hop` columns; a view, not to be written.

    ValueError if the shape is another or `hop` is not positive.
    """
    if columns.ndim != 2 or columns.shape[1] != BANDS:
        raise ValueError(f"columns.shape={columns.shape} must be (columns, {BANDS})")
    if hop < 1:
        raise ValueError(f"hop={hop} must be a positive integer")
    if len(columns) < PATCH:
        return np.empty((0, PATCH, BANDS), np.float32)
    return sliding_window_view(columns, PATCH, axis=0)[::hop].transpose(0, 2, 1)


def spliced(described: NDArray[np.float32], trim: int = 6, group: int = 15) -> NDArray[np.float32]:
    """The mean of every `group` descriptions (n, size) of a recording's patches, `trim` of them left out at both ends.

    This is the post-processing of Yang, Shen and Sun (AI-assisted cross-cultural delivery of traditional musical art
    forms): 6 patches of 0.96 s are trimmed at head and tail, and 15, 18 or 30 spliced. They do not say how; we take the
    mean, because a place on the map then means the same whatever the length. It works on patches (n, PATCH, BANDS) as
    well. What is left over at the end is a shorter group, if it is at least half of one; a recording in which
    nothing is left by trimming gives none. ValueError for a `trim` below 0 or a `group` that is none of SPLICES.
    """
    if trim < 0:
        raise ValueError(f"trim={trim} must be 0 or more")
    if group not in SPLICES:
        raise ValueError(f"group={group} must be one of {', '.join(map(str, SPLICES))}")
    kept = described[trim : len(described) - trim]
    starts = [start for start in range(0, len(kept), group) if len(kept) - start >= (group + 1) // 2]
    if not starts:
        return np.empty((0, *described.shape[1:]), np.float32)
    return np.stack([kept[start : start + group].mean(axis=0, dtype=np.float64) for start in starts]).astype(np.float32)


class MelStream:
    """Columns of a sound at RATE as it comes: each is made once, and a patch is the last 96.

    The columns are those that `log_mel` makes of the whole sound, brought to MEL_RATE by soxr (HQ), within 1e-6;
    however the sound is split, they are the same bit for bit. Before the first there was silence.
    """

    HELD_BACK: Final = 3 * 640
    """Samples at RATE by which columns may follow the sound that they describe: soxr works in pieces."""

    def __init__(self) -> None:
        self._ring: Columns = np.empty((2 * _KEPT, BANDS), np.float32)  # twice the same: a patch is in one piece
        self._rest: Sound = np.zeros(0, np.float32)
        self.columns = 0
        """Columns made so far."""
        self.reset()

    def feed(self, sound: Sound) -> None:
        """Take in (n,) more samples at RATE."""
        heard = self._resampler.resample_chunk(_believed(sound).astype(np.float32))
        self._rest = np.concatenate([self._rest, heard])
        step = _GROUP * COLUMN
        while len(self._rest) >= step - COLUMN + WINDOW:
            made = _columns(self._rest[: step - COLUMN + WINDOW].astype(np.float64))
            at = self.columns % _KEPT
            self._ring[at : at + _GROUP] = self._ring[at + _KEPT : at + _KEPT + _GROUP] = made
            self.columns += _GROUP
            self._rest = self._rest[step:]

    def patch(self, columns: int) -> Columns:
        """The patch (PATCH, BANDS) that ends with the column before number `columns`; a view, good until `feed`.

        The newest there is if that one has not come; ValueError if it has gone.
        """
        stop = min(columns, self.columns)
        if stop < self.columns - (_KEPT - PATCH):
            raise ValueError(f"columns={columns} must be one of the last {_KEPT - PATCH} of {self.columns}")
        at = stop % _KEPT + _KEPT
        return self._ring[at - PATCH : at]

    def reset(self) -> None:
        """Forget everything heard: as good as new."""
        self._resampler = soxr.ResampleStream(RATE, MEL_RATE, 1, dtype="float32", quality="HQ")
        self._ring[:] = SILENT
        self._rest = self._rest[:0]
        self.columns = 0


def end_of(columns: int) -> float:
    """Seconds of sound that are heard by the end of that many columns."""
    return ((columns - 1) * COLUMN + WINDOW) / MEL_RATE


def resampled(sound: Sound, rate: int) -> Sound:
    """A whole recording (samples,) or (samples, channels) as mono at MEL_RATE, as `MelStream` hears it from RATE."""
    mono = sound if sound.ndim == 1 else sound.mean(axis=1, dtype=np.float32)
    return np.asarray(soxr.resample(_believed(mono).astype(np.float32), rate, MEL_RATE, quality="HQ"))
