"""Strobes through the renderer: what leaves it is judged by an analyser that knows nothing of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.stage import gpu
from engine.stage.drawing import Moment
from engine.stage.render import Renderer
from engine.stage.scene import load_scene

from .conftest import Write, isf
from .flash_analyser import worst

pytestmark = pytest.mark.gl
FPS = 60
SIZE = (64, 36)
STROBE = """void main() {{
    float on = step(0.5, fract(TIME * {hz}));
    vec2 at = isf_FragNormCoord;
    gl_FragColor = vec4({color}, 1.0);
}}"""
WHITE = "vec3(on)"
CHECKER = """void main() {{
    float on = step(0.5, fract(TIME * {hz})), square = mod(dot(floor(gl_FragCoord.xy / {pixels}.0), vec2(1.0)), 2.0);
    vec3 color = vec3(abs(on - square));
    {rest}
    gl_FragColor = vec4(color, 1.0);
}}"""
GRAIN = """#include "noise.glsl"
void main() {{
    float seed = fract(TIME * 7.31) * 91.7;
    float grain = hash21(gl_FragCoord.xy + seed) + hash21(gl_FragCoord.yx + 17.0 + seed) - 1.0;
    gl_FragColor = vec4(vec3({light} + {grain} * grain), 1.0);
}}"""
BALL = """void main() {
    vec2 away = isf_FragNormCoord - 0.5 - 0.35 * vec2(sin(6.0 * TIME), cos(7.0 * TIME));
    gl_FragColor = vec4(mix(vec3(0.1, 0.2, 0.3), vec3(1.0), smoothstep(0.14, 0.1, length(away))), 1.0);
}"""

Strobe = Callable[..., Renderer]
"""Stages a shader, by its code; limited or not, at a size."""


@pytest.fixture
def made(ctx: gpu.Context) -> Iterator[list[Renderer]]:
    renderers: list[Renderer] = []
    yield renderers
    for renderer in renderers:
        renderer.release()
    assert ctx.error == "GL_NO_ERROR"


def filmed(renderer: Renderer, seconds: float = 2.5, every: int = 2) -> NDArray[np.uint8]:
    """Every picture as it is shown, every second pixel of it, or so."""
    found = []
    for number in range(int(seconds * FPS)):
        renderer.draw(Moment(time=number / FPS, dt=1 / FPS if number else 0.0))
        found.append(renderer.read()[every // 2 :: every, every // 2 :: every, :3].copy())
    return np.stack(found)


@pytest.fixture
def strobe(ctx: gpu.Context, made: list[Renderer], write: Write) -> Strobe:
    def start(code: str, *, limited: bool = True, size: tuple[int, int] = SIZE) -> Renderer:
        renderer = Renderer(ctx, size, limit_flashes=limited)
        made.append(renderer)
        renderer.stage(load_scene(write("strobe.fs", isf(code))))
        return renderer

    return start


@pytest.mark.parametrize(
    ("hz", "color"),
    [
        (4.0, WHITE),
        (10.0, WHITE),
        (25.0, WHITE),
        (9.0, "vec3(0.5 * on)"),
        (10.0, "on > 0.5 ? vec3(1.0, 0.0, 0.0) : vec3(0.0, 0.35, 0.0)"),
        (8.0, "vec3(on) * step(at.x, 0.55)"),
        (8.0, "vec3(0.5 + 0.5 * sin(6.2832 * 5.0 * TIME + 3.0 * at.x))"),
    ],
)
def test_no_strobe_leaves_the_house(strobe: Strobe, hz: float, color: str) -> None:
    code = STROBE.format(hz=hz, color=color)
    assert max(worst(filmed(strobe(code, limited=False)), FPS)) > 0.25
    renderer = strobe(code)
    assert max(worst(filmed(renderer), FPS)) <= 0.25
    assert renderer.limiter.guard.seconds > 1.0


@pytest.mark.parametrize("pixels", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("size", [SIZE, (320, 180)], ids=str)
def test_a_fine_pattern_that_swaps_black_and_white_is_held_back(
    strobe: Strobe, pixels: int, size: tuple[int, int]
) -> None:
    code = CHECKER.format(hz=10.0, pixels=pixels, rest="")
    renderer = strobe(code, size=size)
    shown = filmed(renderer, 2.0, every=1 if size == SIZE else 5)
    assert max(worst(shown, FPS)) <= 0.25
    assert renderer.limiter.guard.held == 1.0
    assert np.ptp(shown[-FPS // 2 :].astype(int), axis=0).max() < 80


@pytest.mark.parametrize(("share", "held"), [(0.6, True), (0.35, True), (0.12, False)])
def test_what_flashes_of_fine_patterns_adds_up_to_its_area(strobe: Strobe, share: float, held: bool) -> None:
    """Single pixels that flash, strewn over the picture."""
    code = CHECKER.format(hz=10.0, pixels=1, rest=f"if (hash21(floor(gl_FragCoord.xy)) > {share}) color = vec3(0.1);")
    renderer = strobe(f'#include "noise.glsl"\n{code}')
    shown = filmed(renderer, 2.0, every=1)
    assert (max(worst(shown[FPS // 2 :], FPS)) <= 0.25) is (held or share < 0.25)
    assert (renderer.limiter.guard.held > 0.0) is held


@pytest.mark.parametrize(
    "code",
    [
        STROBE.format(hz=2.0, color=WHITE),
        STROBE.format(hz=10.0, color="vec3(on) * step(at.x, 0.4) * step(at.y, 0.4)"),
        STROBE.format(hz=10.0, color="vec3(0.93 + 0.07 * on)"),
        BALL,
        CHECKER.format(hz=2.0, pixels=1, rest=""),
        CHECKER.format(hz=10.0, pixels=2, rest="color = 0.5 + 0.04 * color;"),
        GRAIN.format(light="0.2", grain="0.06"),
        GRAIN.format(light="0.85", grain="0.06"),
        STROBE.format(hz=0.0, color="vec3(0.5 + 0.5 * sin(3.0 * TIME))"),
        STROBE.format(hz=0.0, color="vec3(0.5 + 0.5 * sin(3.0 * TIME) * sign(sin(2.0 * gl_FragCoord.x)))"),
    ],
    ids=[
        *("two a second", "a small one", "a bright one", "a fast ball", "a slow checker", "a faint checker"),
        *("grain in the dark", "grain on paper", "a slow fade", "a slow fade of stripes"),
    ],
)
def test_what_is_harmless_leaves_as_it_is_to_the_bit(strobe: Strobe, code: str) -> None:
    assert np.array_equal(filmed(strobe(code)), filmed(strobe(code, limited=False)))


def test_the_same_strobe_gives_the_same_pictures(strobe: Strobe) -> None:
    code = STROBE.format(hz=6.0, color=WHITE)
    assert np.array_equal(filmed(strobe(code)), filmed(strobe(code)))


def test_only_what_flashes_is_held_back(strobe: Strobe) -> None:
    code = STROBE.format(hz=10.0, color="at.x < 0.5 ? vec3(on) : vec3(fract(TIME))")
    free = filmed(strobe(code, limited=False))
    held = filmed(strobe(code))
    assert np.array_equal(held[:, :, 20:], free[:, :, 20:])
    assert np.ptp(held[-FPS:, :, :12].astype(int), axis=0).max() < 60


def test_a_strobe_of_the_master_is_held_back_too_and_blackout_is_black(strobe: Strobe) -> None:
    renderer = strobe(STROBE.format(hz=0.0, color="vec3(1.0)"))
    shown = []
    for number in range(3 * FPS):
        renderer.brightness = 0.05 + 0.95 * ((number // 4) % 2)
        renderer.draw(Moment(time=number / FPS, dt=1 / FPS))
        shown.append(renderer.read()[1::4, 1::4, :3].copy())
    assert max(worst(np.stack(shown), FPS)) <= 0.25
    renderer.brightness = 0.0
    renderer.stand(1 / FPS)
    assert renderer.read()[:, :, :3].max() == 0


def test_a_picture_that_is_resized_while_it_is_held_back_does_not_flash(strobe: Strobe) -> None:
    renderer = strobe(STROBE.format(hz=10.0, color=WHITE))
    before = filmed(renderer)[-1]
    renderer.resize((96, 54))
    renderer.draw(Moment(time=2.5, dt=1 / FPS))
    assert abs(int(renderer.read()[20, 20, 0]) - int(before[10, 10, 0])) < 12


@pytest.mark.parametrize("size", [(16, 16), (161, 91), (36, 64)])
def test_pictures_of_any_size_are_watched(strobe: Strobe, size: tuple[int, int]) -> None:
    renderer = strobe(STROBE.format(hz=10.0, color=WHITE), size=size)
    filmed(renderer, 1.0)
    assert renderer.limiter.guard.held == 1.0
