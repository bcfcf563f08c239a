"""The instrument's own band: the frequencies that a sound-check found, and nothing else let through."""

from __future__ import annotations

from math import exp, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.filters import group_delay, high_pass, low_pass, notch
from engine.foundation.kernel import expect_shape, kernel, place
from engine.frame import HOP, RATE, SILENT_DB, Band
from engine.instrument import HIGHEST_HZ, LOWEST_HZ, InstrumentBand

_ORDER: Final = 8  # 48 dB an octave
_AT_ONCE: Final = 4  # sections that are run through together
_HUM_WIDTH: Final = 3.0  # Hz that are taken out around a hum, at least: the mains wander by a tenth of one
_HUM_SHARE: Final = 0.01  # of its frequency likewise: its harmonics wander by as many times more
_KNEE: Final = 4.0  # times the room's power in the band, below which a hop counts as the room
_SHARE_PACE: Final = 1 - exp(-HOP / (0.1 * RATE))  # of the way that the share's powers go, a hop


def band_sections(band: InstrumentBand) -> NDArray[np.float64]:
    """The filter that lets a band through, as second-order sections (n, 5); an edge at the end of hearing is none."""
    parts = [notch(hz, max(_HUM_WIDTH, _HUM_SHARE * hz), RATE) for hz in band.hum_hz]
    if band.low_hz > LOWEST_HZ:
        parts.append(high_pass(band.low_hz, _ORDER, RATE))
    if band.high_hz < HIGHEST_HZ:
        parts.append(low_pass(band.high_hz, _ORDER, RATE))
    return np.concatenate([np.zeros((0, 5)), *parts])


@kernel("void(float64[::1], float64[:,::1], float64[:,::1], float64[::1])")
def _filter(
    wave: NDArray[np.float64],
    sections: NDArray[np.float64],
    states: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    # Four sections at once, so that the processor works on the next sample while one is still under way; the tiny
    # constant keeps the states out of the denormal numbers, which are a hundred times slower.
    for n in range(wave.size):
        out[n] = wave[n]
    for first in range(0, sections.shape[0], _AT_ONCE):
        p0, p1, p2, p3, p4 = sections[first]
        q0, q1, q2, q3, q4 = sections[first + 1]
        r0, r1, r2, r3, r4 = sections[first + 2]
        s0, s1, s2, s3, s4 = sections[first + 3]
        t1, t2 = states[first]
        u1, u2 = states[first + 1]
        v1, v2 = states[first + 2]
        w1, w2 = states[first + 3]
        for n in range(out.size):
            x = out[n] + 1e-30
            y = p0 * x + t1
            t1 = p1 * x - p3 * y + t2
            t2 = p2 * x - p4 * y
            x = y + 1e-30
            y = q0 * x + u1
            u1 = q1 * x - q3 * y + u2
            u2 = q2 * x - q4 * y
            x = y + 1e-30
            y = r0 * x + v1
            v1 = r1 * x - r3 * y + v2
            v2 = r2 * x - r4 * y
            x = y + 1e-30
            y = s0 * x + w1
            w1 = s1 * x - s3 * y + w2
            w2 = s2 * x - s4 * y
            out[n] = y
        states[first] = t1, t2
        states[first + 1] = u1, u2
        states[first + 2] = v1, v2
        states[first + 3] = w1, w2


class BandFilter:
    """Lets the instrument's own band through: Butterworth, 48 dB an octave outside of it, −3 dB at its edges, hum out.

    An octave outside of the band a sound is 48 dB softer, two octaves 96. `delay` is the group delay, in samples, at
    the (geometric) middle of the band: a low-pass at 5 kHz holds an attack back by 0.2 ms, the high-pass only what
    swings near its own edge, as low sounds are late anyway.
    """

    def __init__(self, band: InstrumentBand) -> None:
        sections = band_sections(band)
        self.delay: Final = max(round(group_delay(sections, sqrt(band.low_hz * band.high_hz), RATE)), 0)
        idle = np.tile([1.0, 0.0, 0.0, 0.0, 0.0], (-len(sections) % _AT_ONCE, 1))
        self._sections = np.concatenate([sections, idle])
        self._states = np.zeros((len(self._sections), 2))
        self.wave = np.zeros(HOP)

    def step(self, wave: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the band holds of the next hop (HOP,); the array (HOP,) is overwritten by the next step."""
        expect_shape("wave", wave, (HOP,))
        _filter(wave, self._sections, self._states, self.wave)
        return self.wave

    def reset(self) -> None:
        """Forget everything heard."""
        self._states[...] = 0
        self.wave[:] = 0


@kernel("void(float64[::1], float64[::1], float64, float64, boolean, float64[::1], float64[::1])", reorder=True)
def _measure(
    wave: NDArray[np.float64],
    own: NDArray[np.float64],
    floor: float,
    knee: float,
    heard: bool,
    values: NDArray[np.float64],
    lately: NDArray[np.float64],
) -> None:
    # values: level, share; lately: the powers of the band and of the whole
    values[0] = SILENT_DB
    if not heard:
        return
    power = whole = 0.0
    for n in range(wave.size):
        power += own[n] * own[n]
        whole += wave[n] * wave[n]
    power, whole = power / wave.size, whole / wave.size
    room = 10 ** (floor / 10)
    if power > knee * room:
        clear = (power - room) * (1 - (knee * room / power) ** 2)
        values[0] = max(10 * np.log10(max(clear, 1e-12)), SILENT_DB)
    lately[0] += _SHARE_PACE * (power - lately[0])
    lately[1] += _SHARE_PACE * (whole - lately[1])
    values[1] = min(lately[0] / max(lately[1], 1e-20), 1.0)


class BandLevel:
    """How strong the instrument is in its own band, in dBFS, and which share of the sound's power lies there, 0..1.

    The room's part is taken off as power, so noise under the instrument does not lift it: level = 10 lg (p − r)
    for a power p in a room r, and from p = 20 r down it fades, until at 4 r there is nothing (SILENT_DB): a room is
    perfectly still. In a narrow band, whose noise comes and goes the more, this is as much higher as `margin_db` says.
    `delay` is half a hop. The share is that of the last 0.1 s; it keeps its value in silence. It falls when another
    instrument joins in.
    """

    delay: Final = HOP // 2

    def __init__(self, margin_db: float = 0.0, into: NDArray[np.float64] | None = None) -> None:
        self._knee = _KNEE * 10 ** (margin_db / 10)
        self.values = place(np.zeros(2), into)
        self._lately = np.zeros(2)
        self.reset()

    def step(
        self, wave: NDArray[np.float64], own: NDArray[np.float64], floor: float, heard: bool
    ) -> NDArray[np.float64]:
        """Level and share (2,) of the next hop: the sound (HOP,), and what the band holds of it (HOP,).

        The room's own level in the band is `floor`, in dBFS; `heard`: whether anything is heard above it.
        """
        expect_shape("wave", wave, (HOP,))
        expect_shape("own", own, (HOP,))
        _measure(wave, own, floor, self._knee, heard, self.values, self._lately)
        return self.values

    def reset(self) -> None:
        """Forget everything heard."""
        self.values[:] = SILENT_DB, Band.share.initial
        self._lately[:] = 0
