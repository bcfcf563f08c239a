"""What the onset network looks at: two spectra, band by band, and how much each band has risen."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features import tones
from engine.features.rise import SpectralRise, band_places

_NOTES: Final = 12  # bands an octave: semitones
_TOP_HZ: Final = 5_000.0
_NEAR, _FAR = 4, 12  # hops back that tones are compared with: their window is longer


class OnsetView:
    """One row a hop for the onset network: quick where the spectrum is short, fine where the tones are long.

    `view` (inputs,) float32: how far each band of the spectrum stands out and how it has risen, the same for the
    semitones of the tones, the two rises in tens of dB, and how far the hop lies above the room in units of 30 dB.
    Level does not
    matter in it. It has the delay of its spectra: an attack shows in the hop in which it happens, a slurred note
    after some 20 ms.
    """

    def __init__(self) -> None:
        self._tone_rise = SpectralRise(*band_places(tones.BINS, tones.BIN_HZ, _NOTES, _TOP_HZ), _NEAR, _FAR)
        self._tone_cells = self._tone_rise.view.size
        self._spectrum_cells = SpectralRise().view.size
        self.view = np.zeros(self._spectrum_cells + self._tone_cells + 3, np.float32)

    def step(self, rise: SpectralRise, tone_power: NDArray[np.float64], above: float) -> NDArray[np.float32]:
        """The view after the next hop: of the spectrum's rise, of the tones (BINS,), `above` the room in dB."""
        cells, view = self._spectrum_cells, self.view
        tone_rises = self._tone_rise.step(tone_power, above)
        view[:cells] = rise.view.ravel()
        view[cells:-3] = self._tone_rise.view.ravel()
        view[-3] = 0.1 * rise.values[0]
        view[-2] = 0.1 * tone_rises[0]
        view[-1] = min(max(above, -10.0), 60.0) / 30.0
        return view

    def reset(self) -> None:
        """Forget everything heard."""
        self._tone_rise.reset()
        self.view[:] = 0
