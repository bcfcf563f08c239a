"""Coefficients of the filters that the senses listen through."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def band_pass(low_hz: float, high_hz: float, order: int, rate: float) -> NDArray[np.float64]:
    """A Butterworth band-pass as second-order sections, (order, 5): b0, b1, b2, a1, a2 of each (a0 is 1).

    Both edges lie at −3.01 dB, the slopes fall with `order` × 6 dB an octave, and every section has gain 1 at
    the centre. Made from the analogue prototype by the bilinear transform with warped edges (Oppenheim and
    Schafer, Discrete-Time Signal Processing, chapter 7).
    """
    if not 0 < low_hz < high_hz < rate / 2:
        raise ValueError(f"low_hz={low_hz}, high_hz={high_hz} must rise between 0 and rate/2={rate / 2}")
    if order < 1:
        raise ValueError(f"order={order} must be at least 1 (try 3)")
    low, high = np.tan(np.pi * np.array([low_hz, high_hz]) / rate)
    if high >= (3 + 8**0.5) * low:  # a pole of the prototype would split into two real ones
        raise ValueError(f"low_hz={low_hz}, high_hz={high_hz} must lie nearer together (within two octaves)")
    prototype = np.exp(1j * np.pi * (2 * np.arange(order) + order + 1) / (2 * order))
    half = prototype * (high - low) / 2
    root = np.sqrt(half**2 - low * high + 0j)
    analogue = np.concatenate([half + root, half - root])
    poles = (1 + analogue) / (1 - analogue)
    centre = np.exp(2j * np.arctan(np.sqrt(low * high)))
    sections = np.zeros((order, 5))
    upper = poles[poles.imag > 0]
    for section, pole in zip(sections, upper[np.argsort(-abs(upper))], strict=True):
        a1, a2 = -2 * pole.real, abs(pole) ** 2
        gain = abs((centre**2 + a1 * centre + a2) / (centre**2 - 1))
        section[:] = gain, 0, -gain, a1, a2
    return sections


def high_pass(hz: float, order: int, rate: float) -> NDArray[np.float64]:
    """A Butterworth high-pass as second-order sections, (order / 2, 5): b0, b1, b2, a1, a2 of each.

    −3.01 dB at `hz`, falling with `order` × 6 dB an octave below; gain 1 at half the rate. Made as `band_pass` is.
    """
    sections = _half_open(hz, order, rate)
    sections[:, :3] = np.outer((1 - sections[:, 3] + sections[:, 4]) / 4, [1, -2, 1])
    return sections


def low_pass(hz: float, order: int, rate: float) -> NDArray[np.float64]:
    """A Butterworth low-pass as second-order sections, (order / 2, 5): b0, b1, b2, a1, a2 of each.

    −3.01 dB at `hz`, falling with `order` × 6 dB an octave above; gain 1 at 0 Hz. Made as `band_pass` is.
    """
    sections = _half_open(hz, order, rate)
    sections[:, :3] = np.outer((1 + sections[:, 3] + sections[:, 4]) / 4, [1, 2, 1])
    return sections


def _half_open(hz: float, order: int, rate: float) -> NDArray[np.float64]:
    """The poles of both, (order / 2, 5), the zeros still to be set; the flattest section first."""
    if not 0 < hz < rate / 2:
        raise ValueError(f"hz={hz} must lie between 0 and rate/2={rate / 2}")
    if order < 2 or order % 2:
        raise ValueError(f"order={order} must be even (try 8)")
    angles = np.pi * (2 * np.arange(order // 2) + order + 1) / (2 * order)
    analogue = np.tan(np.pi * hz / rate) * np.exp(1j * angles[::-1])
    poles = (1 + analogue) / (1 - analogue)
    sections = np.zeros((order // 2, 5))
    sections[:, 3], sections[:, 4] = -2 * poles.real, np.abs(poles) ** 2
    return sections


def notch(hz: float, width_hz: float, rate: float) -> NDArray[np.float64]:
    """A filter that takes out one frequency, (1, 5): b0, b1, b2, a1, a2.

    Nothing is left at `hz`, −3.01 dB at both ends of the `width_hz` around it (in which it forgets within
    1 / (π width_hz) seconds), gain 1 at 0 Hz and half the rate. The bilinear transform of (s² + 1) / (s² + s/Q + 1)
    (R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filter coefficients), its width warped exactly.
    """
    if not 0 < hz - width_hz / 2 < hz + width_hz / 2 < rate / 2:
        raise ValueError(f"hz={hz}, width_hz={width_hz} must lie between 0 and rate/2={rate / 2}")
    centre, wide = 2 * np.pi * hz / rate, np.tan(np.pi * width_hz / rate)
    gain = 1 / (1 + wide)
    turn = -2 * np.cos(centre) * gain
    return np.array([[gain, turn, gain, turn, (1 - wide) * gain]])


def group_delay(sections: NDArray[np.float64], hz: float, rate: float) -> float:
    """By how many samples sections (n, 5) hold back what swings near `hz`: −dφ/dω."""
    z = np.exp(-2j * np.pi * hz / rate)
    powers, steps = np.array([1, z, z * z]), np.array([0, 1, 2])
    above = sections[:, :3] @ (steps * powers) / (sections[:, :3] @ powers)
    feedback = np.column_stack([np.ones(len(sections)), sections[:, 3:]])
    below = feedback @ (steps * powers) / (feedback @ powers)
    return float(np.sum(above.real - below.real))


def k_weighting() -> NDArray[np.float64]:
    """The two sections of the K-weighting, (2, 5): b0, b1, b2, a1, a2, at 48 kHz.

    The first is the shelf that a head adds, the second takes away what is too low to be heard. The numbers are
    those of tables 1 and 2 of ITU-R BS.1770-4.
    """
    return np.array(
        [
            [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585],
            [1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621],
        ]
    )
