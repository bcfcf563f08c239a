"""What the onset network looks at: two spectra, band by band, and how much each band has risen."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features import tones
from engine.features.rise import SpectralRise, band_places
from engine.foundation.kernel import kernel

_NOTES: Final = 12  # bands an octave: semitones
_TOP_HZ: Final = 5_000.0
_NEAR, _FAR = 4, 12  # hops back that tones are compared with: their window is longer


@kernel("void(float32[:,::1], float64[::1], float32[:,::1], float64[::1], float64, float32[::1])")
def _lay_out(
    spectrum: NDArray[np.float32],
    spectrum_rises: NDArray[np.float64],
    tones: NDArray[np.float32],
    tone_rises: NDArray[np.float64],
    above: float,
    view: NDArray[np.float32],
) -> None:
    cells = spectrum.size
    view[:cells] = spectrum.ravel()
    view[cells : view.size - 3] = tones.ravel()
    view[view.size - 3] = 0.1 * spectrum_rises[0]
    view[view.size - 2] = 0.1 * tone_rises[0]
    view[view.size - 1] = min(max(above, -10.0), 60.0) / 30.0


class OnsetView:
    """One row a hop for the onset network: quick where the spectrum is short, fine where the tones are long.

    `view` (inputs,) float32: how far each band of the spectrum stands out and how it has risen, the same for the
    semitones of the tones, the two rises in tens of dB, and how far the hop lies above the room in units of 30 dB.
    Level does not matter in it. It has the delay of its spectra: an attack shows in the hop in which it happens, a
    slurred note after some 20 ms.
    """

    def __init__(self) -> None:
        self._tone_rise = SpectralRise(*band_places(tones.BINS, tones.BIN_HZ, _NOTES, _TOP_HZ), _NEAR, _FAR)
        self.view = np.zeros(SpectralRise().view.size + self._tone_rise.view.size + 3, np.float32)

    def step(self, rise: SpectralRise, tone_power: NDArray[np.float64], above: float) -> NDArray[np.float32]:
        """The view after the next hop: of the spectrum's rise, of the tones (BINS,), `above` the room in dB."""
        tone_rises = self._tone_rise.step(tone_power, above)
        _lay_out(rise.view, rise.values, self._tone_rise.view, tone_rises, above, self.view)
        return self.view

    def reset(self) -> None:
        """Forget everything heard."""
        self._tone_rise.reset()
        self.view[:] = 0
