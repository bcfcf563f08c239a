"""Outputs: pinned where the corners say, soft where two projectors meet, and refused with the rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import BadSetting
from engine.stage import gpu
from engine.stage.output import Output, Projection, pinned, read_output

SIZE = (160, 90)
TRAPEZE = ((0.1, 0.05), (0.95, 0.2), (0.9, 0.9), (0.0, 1.0))


@pytest.fixture
def projected(ctx: gpu.Context) -> Iterator[Any]:
    things: list[Any] = []

    def draw(output: Output, pixels: NDArray[np.uint8], brightness: float = 1.0) -> NDArray[np.uint8]:
        """(height, width, 3), top row first, of what an output of SIZE shows of a picture, top row first."""
        picture = gpu.texture(ctx, pixels.shape[1::-1])
        picture.write(np.ascontiguousarray(pixels[::-1]).tobytes())
        screen = gpu.texture(ctx, SIZE)
        into, projection = gpu.framebuffer(ctx, screen), Projection(ctx, output)
        things.extend((into, projection, screen, picture))
        projection.draw(picture, into, brightness)
        seen = np.frombuffer(into.read(components=4), np.uint8).reshape(SIZE[1], SIZE[0], 4)
        return seen[::-1, :, :3]

    yield draw
    gpu.release(*things)


def ramp() -> NDArray[np.uint8]:
    """Red grows to the right, green downwards."""
    picture = np.full((90, 160, 4), 255, np.uint8)
    picture[..., 0] = np.linspace(0, 255, 160)
    picture[..., 1] = np.linspace(0, 255, 90)[:, np.newaxis]
    return picture


def white() -> NDArray[np.uint8]:
    return np.full((90, 160, 4), 255, np.uint8)


def test_the_pin_takes_each_corner_to_the_pictures_own() -> None:
    for corner, own in zip(TRAPEZE, [(0, 0), (1, 0), (1, 1), (0, 1)], strict=True):
        x, y, scale = pinned(TRAPEZE) @ [*corner, 1.0]
        assert (x / scale, y / scale) == pytest.approx(own, abs=1e-9)
    assert np.allclose(pinned(Output().corners), np.eye(3))


@pytest.mark.gl
def test_a_straight_output_is_the_picture_to_the_bit(projected: Any) -> None:
    assert np.array_equal(projected(Output(), ramp()), ramp()[..., :3])


@pytest.mark.gl
def test_a_pinned_picture_lies_between_its_corners_and_all_else_is_black(projected: Any) -> None:
    seen = projected(Output(corners=TRAPEZE), ramp()).astype(int)
    for (x, y), (u, v) in zip(TRAPEZE, [(0, 0), (1, 0), (1, 1), (0, 1)], strict=True):
        inward = np.array([0.5 - x, 0.5 - y]) * 0.05
        column, row = int((x + inward[0]) * 160), int((y + inward[1]) * 90)
        assert abs(seen[row, column, 0] - 255 * u) < 30
        assert abs(seen[row, column, 1] - 255 * v) < 30
        assert seen[row, column, 2] == 255
    assert seen[0].max() == 0
    assert seen[:, -1].max() == 0
    assert seen[88, 155].max() == 0


@pytest.mark.gl
def test_each_output_shows_its_part(projected: Any) -> None:
    right = projected(Output(part=(0.5, 0.0, 0.5, 1.0)), ramp()).astype(int)
    assert abs(right[45, 0, 0] - 128) <= 2
    assert abs(right[45, -1, 0] - 255) <= 2
    below = projected(Output(part=(0.0, 0.5, 1.0, 0.5)), ramp()).astype(int)
    assert abs(below[0, 80, 1] - 128) <= 3
    assert Output(part=(0.45, 0.0, 0.55, 1.0)).whole((1056, 1080)) == (1920, 1080)


@pytest.mark.gl
@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.2])
def test_two_soft_edges_that_meet_are_one_in_light(projected: Any, gamma: float) -> None:
    left = Output(part=(0.0, 0.0, 0.6, 1.0), edge=(0.0, 1 / 3, 0.0, 0.0), gamma=gamma)
    right = Output(part=(0.4, 0.0, 0.6, 1.0), edge=(1 / 3, 0.0, 0.0, 0.0), gamma=gamma)
    light = [(projected(output, white())[45, :, 0] / 255.0) ** gamma for output in (left, right)]
    wall = np.zeros(2000)
    places = np.arange(2000) / 2000
    for output, seen in zip((left, right), light, strict=True):
        own = (places - output.part[0]) / output.part[2]
        wall += np.where((own >= 0) & (own <= 1), np.interp(own * 160 - 0.5, np.arange(160), seen), 0.0)
    assert np.abs(wall[20:-20] - 1.0).max() < 0.03


@pytest.mark.gl
def test_the_master_dims_every_output(projected: Any) -> None:
    assert set(np.unique(projected(Output(corners=TRAPEZE), white(), 0.0))) == {0}
    assert projected(Output(), white(), 0.5)[45, 80, 0] in (127, 128)


def test_a_show_files_output_is_read() -> None:
    table = {"monitor": "EPSON", "corners": [list(point) for point in TRAPEZE], "edge": [0, 0.2, 0, 0], "gamma": 2}
    assert read_output(table) == Output("EPSON", corners=TRAPEZE, edge=(0.0, 0.2, 0.0, 0.0), gamma=2.0)
    assert read_output({}) == Output()
    assert read_output({}).plain


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"monitr": "a"}, r"outputs has no key monitr \(did you mean monitor\?\)"),
        ({"monitor": 1}, "must be the name of a monitor"),
        ({"part": [0, 0, 2, 1]}, "must lie within the picture"),
        ({"part": [0, 0, 1]}, "must be four numbers"),
        ({"edge": [0, 0.7, 0, 0]}, "each 0 to 0.5"),
        ({"gamma": 9}, "must be 1 to 4"),
        ({"gamma": float("nan")}, "must be 1 to 4"),
        ({"gamma": 10**400}, "must be 1 to 4"),
        ({"corners": [[0, 0], [1, 0], [1, 1]]}, "must be four points"),
        ({"corners": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "must be four points that span"),
        ({"corners": [[0, 0], [0, 1], [1, 1], [1, 0]]}, "clockwise"),
        ({"corners": [[0, 0], [0, 0], [0, 0], [0, 0]]}, "must be four points that span"),
    ],
)
def test_what_is_no_output_is_refused_with_its_rule(table: dict[str, Any], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        read_output(table)
