"""The painter at work: strobes and slow scenes are held in check, outputs show their parts, the operator is told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.stage.output import Output
from engine.stage.stage_settings import StageSettings

from .conftest import Write, isf
from .living import SMALL, Stage
from .screen import Screen

STROBE = "void main() { gl_FragColor = vec4(vec3(step(0.5, fract(TIME * 8.0))), 1.0); }"
# As long as anything is to be seen, so that no compiler leaves the work out.
SLOW = """void main() {
    float sum = 0.0;
    for (int k = 0; k < 900; k++) sum += sin(float(k) * isf_FragNormCoord.x + TIME);
    gl_FragColor = vec4(vec3(0.5 + 0.0001 * sum), 1.0);
}"""
HALVES = (
    "void main() { gl_FragColor = vec4(isf_FragNormCoord.x < 0.5 ? vec3(1.0, 0.0, 0.0) : vec3(0.0, 0.0, 1.0), 1.0); }"
)


@pytest.mark.gl
def test_the_operator_hears_of_flashes_that_are_held_back(stage: Callable[..., Stage], write: Write) -> None:
    show = stage(write("strobe.fs", isf(STROBE)), SMALL)
    show.until(lambda: show.heard("strobe.fs flashes too fast: the flash limiter holds back 100% of the picture"))
    show.runs(30)
    assert sum("flashes too fast" in line for line in show.said) == 1


@pytest.mark.gl
def test_without_the_limiter_nothing_is_held_back(stage: Callable[..., Stage], write: Write) -> None:
    show = stage(write("strobe.fs", isf(STROBE)), replace(SMALL, flash_limiter=False))
    show.runs(120)
    assert not show.heard("flashes too fast")


@pytest.mark.gl
@pytest.mark.slow
def test_a_scene_too_slow_is_drawn_smaller_and_the_next_one_in_full(stage: Callable[..., Stage], write: Write) -> None:
    show = stage(write("slow.fs", isf(SLOW)), replace(SMALL, size=(640, 360)))
    show.until(lambda: show.heard("slow.fs is slow here: drawn at"), 20.0)
    show.back.show("fallback")
    show.until(lambda: show.back.scene == "fallback")
    assert show.back.restarts == 0


@pytest.mark.screen
def test_two_outputs_show_their_parts_pinned(screen: Screen, stage: Callable[..., Stage], write: Write) -> None:
    left = Output(part=(0.0, 0.0, 0.5, 1.0), corners=((0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0)))
    settings = StageSettings(size=(320, 180), panel=False, nice=0, outputs=(left, Output(part=(0.5, 0.0, 0.5, 1.0))))
    show = stage(write("halves.fs", isf(HALVES)), settings)
    other = screen.window("output 2")
    screen.ask("windowmove", "--sync", other, 600, 100)

    def seen() -> bool:
        desk = screen.pixels()
        x, y, width, height = screen.area("^Monochord$")
        first, second = desk[y : y + height, x : x + width], desk[100:280, 600:920]
        pinned = (first[100:170, 170:310] == (255, 0, 0)).all() and first[:80].max() == 0 and first[:, :150].max() == 0
        return bool(pinned and (second == (0, 0, 255)).all())

    show.until(seen)
    show.back.set(blackout=True)
    show.until(lambda: screen.pixels()[100:280, 600:920].max() == 0)
    assert show.back.restarts == 0


@pytest.mark.screen
def test_the_test_card_hangs_on_every_output(screen: Screen, tmp_path: Path, until: Callable[..., None]) -> None:
    file = tmp_path / "show.toml"
    file.write_text(
        "[stage]\nsize = [320, 180]\nfull_screen = false\n[[outputs]]\n[[outputs]]\nedge = [0.4, 0, 0, 0]\n"
    )
    command = [sys.executable, "-m", "engine", "testcard", "--show", str(file)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as card:
        try:
            until(lambda: screen.window("output 2"), 20.0)
            screen.ask("windowmove", "--sync", screen.window("output 2"), 600, 100)
            until(lambda: screen.pixels()[100:280, 600:920].max() > 200)
            until(lambda: (screen.pixels()[0, 0:320] > 200).all())  # the frame on the outermost pixels
            file.write_text(
                file.read_text().replace(
                    "[0.4, 0, 0, 0]", "[0, 0, 0, 0]\ncorners = [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]"
                )
            )
            until(lambda: screen.pixels()[100:180, 600:920].max() == 0)
            screen.press("ctrl+q")
            assert card.wait(10) == 0
        finally:
            card.kill()


def test_the_card_is_a_picture_too(tmp_path: Path) -> None:
    from PIL import Image

    command = [sys.executable, "-m", "engine", "testcard", "--size", "320x180", "--out", str(tmp_path / "card.png")]
    subprocess.run(command, check=True, capture_output=True)
    card = np.asarray(Image.open(tmp_path / "card.png"))
    assert card.shape == (180, 320, 4)
    frame = np.concatenate([card[0], card[-1], card[:, 0], card[:, -1]])[:, :3]
    assert frame.min() > 200
    assert {0, 255} <= set(np.unique(card[..., :3]))
