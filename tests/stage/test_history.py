"""The history pictures: what was heard stands where its age says, at one cost, the same however it was cut."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.frame import HOP, RATE, SIGNALS, blank_row
from engine.stage import gpu
from engine.stage import history as history_module
from engine.stage.drawing import Moment
from engine.stage.history import (
    COLUMN_HOPS,
    COLUMNS,
    MOST_HOPS,
    SECONDS,
    TRAILS,
    History,
    packed,
    unpacked,
)
from engine.stage.render import Renderer
from engine.stage.scene import load_scene
from engine.stage.spectrogram import ROWS, height, spectrum_rows

from .conftest import SIZE, Write, isf


def sine(hz: float, hops: int, level: float = 0.1) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(hops * HOP) / RATE))[:, np.newaxis].astype(np.float32)


def heard(hops: int, begin: int = 0, **signals: float) -> np.ndarray:
    rows = np.tile(blank_row(), (hops, 1))
    rows[:, 0] = begin + np.arange(hops)
    for name, value in signals.items():
        rows[:, SIGNALS[name.replace("__", ".")].start] = value
    return rows


@pytest.mark.parametrize("hz", [110.0, 440.0, 1760.0, 7040.0])
def test_a_sine_stands_at_its_height_and_level(hz: float) -> None:
    rows = spectrum_rows(sine(hz, 8))
    assert abs(int(rows.argmax()) - float(height(np.array(hz))) * ROWS) <= 1.5 + 1200 * 24 / hz / 37.5
    assert rows.max() == pytest.approx((90 + 20 * math.log10(0.1)) / 80, abs=0.02)


def test_silence_and_what_is_no_number_are_black() -> None:
    assert not spectrum_rows(np.zeros((0, 2), np.float32)).any()
    assert np.isfinite(spectrum_rows(np.full((2048, 1), np.nan, np.float32))).all()
    history = History()
    history.step(heard(3, sound__level=math.nan, pitch__hz=math.inf), np.full((4096, 1), np.inf, np.float32))
    assert all(np.isfinite(pixels).all() for pixels in (*map(history.trail, TRAILS), history.wave, history.spectrum))


def test_what_was_heard_stands_where_its_age_says() -> None:
    history = History()
    for begin in range(0, 400, 4):
        level = -6.0 if 200 <= begin < 216 else -60.0
        history.step(heard(4, begin, sound__level=level), np.zeros((4096, 1), np.float32))
    age = (400 - 208) * HOP / RATE
    column = int((history.head - age / SECONDS) % 1.0 * COLUMNS)
    assert history.trail("levelTrail")[0, column, 0] == pytest.approx(0.9)
    assert history.trail("levelTrail")[0, (column - 4) % COLUMNS, 0] == 0.0


@pytest.mark.parametrize("cut", [1, 3, 7, 64])
def test_any_split_into_pictures_is_the_same_history(cut: int) -> None:
    chance = np.random.default_rng(5)
    hops = 192
    sound = chance.normal(0, 0.1, (hops * HOP, 2)).astype(np.float32)
    rows = heard(hops)
    rows[:, 2:] = chance.uniform(-60, 60, rows[:, 2:].shape)
    whole, parts = History(), History()
    whole.step(rows, sound)
    for begin in range(0, hops, cut):
        end = min(begin + cut, hops)
        parts.step(rows[max(begin - 2, 0) : end], sound[max(end - cut - 10, 0) * HOP : end * HOP])
    for name in TRAILS:
        assert (whole.trail(name) == parts.trail(name)).all(), name
    assert (whole.wave == parts.wave).all()
    assert whole.head == parts.head


def test_the_ring_comes_round_and_hops_that_nobody_heard_are_blank() -> None:
    history = History()
    loud = np.zeros((2048, 1), np.float32)
    history.step(heard(16, 0, sound__level=0.0), loud)
    lap = COLUMNS * COLUMN_HOPS
    history.step(heard(16, lap - 64, sound__level=0.0), loud)
    assert history.trail("levelTrail")[0, :2, 0].tolist() == [1.0, 1.0]
    history.step(heard(16, 2 * lap, sound__level=-30.0), loud)
    assert history.trail("levelTrail")[0, :2, 0].tolist() == [0.5, 0.5]
    assert not history.trail("levelTrail")[0, 4:, 0].any()


@pytest.mark.parametrize("name", TRAILS)
def test_who_looks_late_sees_what_one_who_looked_all_the_time_sees(name: str) -> None:
    chance = np.random.default_rng(6)
    hops = 5000  # the ring comes round
    rows = heard(hops)
    rows[:, 2:] = chance.uniform(-60, 60, rows[:, 2:].shape)
    sound = chance.normal(0, 0.1, (hops * HOP, 1)).astype(np.float32)
    often, late = History(), History()
    for begin in range(0, hops, 250):
        end = min(begin + 250, hops)
        for history in (often, late):
            history.step(rows[begin:end], sound[begin * HOP : end * HOP])
        often.news(name)
    pieces = 1
    while late.catch_up(name, 32):
        pieces += 1
    assert pieces == COLUMNS // 32
    last = late.hop // COLUMN_HOPS
    seen = (np.arange(last - COLUMNS + 2, last + 2)) % COLUMNS
    assert np.array_equal(often.trail(name)[:, seen], late.trail(name)[:, seen])


def test_what_nobody_reads_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(samples: np.ndarray) -> np.ndarray:
        made.append(len(samples))
        return spectrum_rows(samples)

    monkeypatch.setattr(history_module, "spectrum_rows", counted)
    history = History()
    for begin in range(0, 80, 4):
        history.step(heard(4, begin), sine(440.0, 12))
        history.trail("levelTrail")
    assert not made
    history.trail("spectrogram")
    assert len(made) == 10
    assert history.spectrum.any()
    assert len(made) == 10  # it is the newest column


def test_a_step_has_as_much_news_late_in_a_show_as_early() -> None:
    history = History()
    for begin in (0, 100_000_000):
        history.step(heard(8, begin), np.zeros((2048, 1), np.float32))
        history.news("levelTrail")
        assert history.news("levelTrail") == []
        history.step(heard(8, begin + 8), np.zeros((2048, 1), np.float32))
        assert sum(count for _, count in history.news("levelTrail")) <= 3
    history.step(heard(2 * MOST_HOPS, 100_000_100), np.zeros((2048, 1), np.float32))
    assert sum(count for _, count in history.news("levelTrail")) == COLUMNS


def test_a_show_that_begins_again_and_reset_forget() -> None:
    history = History()
    for forget in (lambda: history.reset(), lambda: history.step(heard(1, 0), np.zeros((0, 1), np.float32))):
        history.step(heard(64, 900, sound__level=0.0), np.zeros((2048, 1), np.float32))
        forget()
        assert not history.trail("levelTrail")[0, 2:, 0].any()


def test_the_density_of_the_map_comes_through_the_settings_unchanged() -> None:
    density = np.random.default_rng(1).integers(0, 255, (128, 128), dtype=np.uint8)
    back = unpacked(packed(density))
    assert back is not None
    assert (back == density).all()
    assert unpacked("") is None
    assert np.allclose(History(density).density[:, :, 0], density[::-1] / 255.0)


READS = """#include "history.glsl"
void main() {
    float level = heard(levelTrail, levelTrail_head, 0.1, 0.5).r;
    float row = heard(spectrogram, spectrogram_head, 0.05, isf_FragNormCoord.y).r;
    gl_FragColor = vec4(level, row, IMG_THIS_PIXEL(mapDensity).r, 1.0);
}"""


@pytest.mark.gl
def test_a_shader_reads_them_by_name_and_the_newest_is_at_the_head(ctx: gpu.Context, write: Write) -> None:
    density = np.zeros((128, 128), np.uint8)
    density[:64] = 255  # the upper half
    renderer = Renderer(ctx, SIZE, limit_flashes=False, density=density)
    inputs = [{"NAME": name, "TYPE": "image"} for name in ("levelTrail", "spectrogram", "mapDensity")]
    renderer.stage(load_scene(write("reads.fs", isf(READS, INPUTS=inputs))))
    sound = sine(440.0, 48)
    for begin in range(0, 96, 6):
        rows = heard(6, begin, sound__level=-12.0)
        renderer.draw(Moment(rows[-1], sound, begin * HOP / RATE, 0.032, rows=rows))
    pixels = renderer.read()[::-1]
    assert abs(int(pixels[0, 0, 0]) - 204) <= 1
    assert abs(pixels[:, 0, 1].argmax() / SIZE[1] - float(height(np.array(440.0)))) < 0.02
    assert pixels[: SIZE[1] // 2 - 2, :, 2].max() == 0
    assert pixels[SIZE[1] // 2 + 2 :, :, 2].min() == 255
    renderer.release()
    assert ctx.error == "GL_NO_ERROR"
