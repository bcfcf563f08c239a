"""The figure of a sound-check by its pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadFile
from engine.frame import RATE
from engine.instrument import InstrumentBand
from engine.stage.band_figure import SIZE, Heard, draw_band, in_words, write_figure

HZ = np.arange(8193) * RATE / 16384
HILL = -20 - 40 * np.abs(np.log2(np.maximum(HZ, 10) / 800))
SECONDS = 3


def _drawn(band: InstrumentBand, spectrum: np.ndarray = HILL) -> np.ndarray:
    sound = np.random.default_rng(0).normal(0, 0.1, SECONDS * RATE)
    heard = Heard(sound, np.full(SECONDS * RATE // 256, -20.0))
    return draw_band("a.wav", band, HZ, spectrum, np.full(HZ.size, -90.0), heard, heard)


def test_the_band_is_where_its_edges_are() -> None:
    narrow, wide = _drawn(InstrumentBand(400, 1600)), _drawn(InstrumentBand(100, 8000))
    assert narrow.shape == (SIZE[1], SIZE[0], 4)
    lit = [np.flatnonzero((picture[110, :, :3] == (38, 52, 52)).all(axis=1)) for picture in (narrow, wide)]
    octaves = (lit[1].max() - lit[1].min()) / (lit[0].max() - lit[0].min())
    assert octaves == pytest.approx(np.log2(80) / 2, rel=0.03)


def test_the_hum_is_marked() -> None:
    assert (_drawn(InstrumentBand(100, 8000, (150.0,))) != _drawn(InstrumentBand(100, 8000))).any()


@pytest.mark.parametrize("spectrum", [np.full(HZ.size, -150.0), np.full(HZ.size, 10.0)])
def test_any_spectrum_can_be_drawn(spectrum: np.ndarray) -> None:
    _drawn(InstrumentBand(100, 8000), spectrum)


def test_frequencies_are_read_as_they_are_spoken() -> None:
    assert (in_words(190.4), in_words(5234.0)) == ("190 Hz", "5.23 kHz")


def test_a_figure_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="the figure cannot be written"):
        write_figure(tmp_path / "none" / "a.png", np.zeros((4, 4, 4), np.uint8))
