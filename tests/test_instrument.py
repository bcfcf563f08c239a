from __future__ import annotations

import pytest

from engine.errors import BadSetting
from engine.instrument import InstrumentBand


def test_by_default_nothing_is_cut() -> None:
    band = InstrumentBand()
    assert (band.low_hz, band.high_hz, band.hum_hz) == (20, 20_000, ())


def test_a_wider_band_is_wider_to_a_room_too() -> None:
    assert InstrumentBand(200, 4000).width_hz > InstrumentBand(200, 1000).width_hz > InstrumentBand(80, 400).width_hz


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((10, 4000), r"band\.low_hz=10, band\.high_hz=4000 must lie from 20 to 20000 Hz and a fifth apart"),
        ((400, 500), r"a fifth apart at least \(try 80 and 5000, or monochord soundcheck\)"),
        ((float("nan"), 4000), r"band\.low_hz=nan"),
        ((100, 4000, (5000.0,)), r"band\.hum_hz: 5000 must lie in the band, 100 to 4000 Hz"),
        ((100, 4000, tuple(range(100, 1400, 100))), r"band\.hum_hz has 13 lines, 12 at most"),
        ((100, 4000, (), 3), r"band\.room_dbfs=3 must be from -120 to 0 dBFS"),
    ],
)
def test_a_band_that_is_none_is_refused(arguments: tuple[float, ...], said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        InstrumentBand(*arguments)
