"""Outputs: which part of the picture goes to which projector, where it is pinned, how it fades at its edges.

In a show file, each output of a stage that has more than one, or one that is not straight:

    [[outputs]]
    monitor = "EPSON left"
    part = [0.0, 0.0, 0.55, 1.0]      # x, y, width and height of what it shows; 0..1 of the picture, from the top left
    corners = [[0.02, 0.0], [1.0, 0.03], [1.0, 1.0], [0.0, 0.98]]   # pinned here: from the top left, clockwise
    edge = [0.0, 0.18, 0.0, 0.0]      # soft edge left, right, top and bottom, 0..0.5 of what it shows
    to = "ndi:stage"                  # instead of a monitor: ndi, syphon or spout, and a name (engine/stage/door.py)
    view = "stereo"                   # for scenes with a camera; all outputs show one picture (engine/stage/views.py)
    gamma = 2.2                       # of the projector: two soft edges that meet add up to one
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadSetting, nearest
from engine.foundation.number import is_number
from engine.stage import gpu
from engine.stage.door import read_door
from engine.stage.source import Source
from engine.stage.targets import Copier, Size
from engine.stage.views import check_view

Point = tuple[float, float]
Four = tuple[float, float, float, float]
# All of the picture, on all of the screen, without a soft edge.
_WHOLE: Final[Four] = (0.0, 0.0, 1.0, 1.0)
_STRAIGHT: Final[tuple[Point, ...]] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
_HARD: Final[Four] = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Output:
    """One projector or screen. All places are 0..1 from the top left; corners clockwise from there."""

    monitor: str | None = None
    part: Four = _WHOLE
    corners: tuple[Point, ...] = _STRAIGHT
    edge: Four = _HARD
    gamma: float = 2.2
    view: str | None = None
    """How the whole picture is to be seen, if this output says so."""
    to: str | None = None
    """The door that it goes to instead of a monitor, `ndi:NAME` and the like."""

    @property
    def plain(self) -> bool:
        """Whether it shows the whole picture just as it is."""
        return self.part == _WHOLE and self.corners == _STRAIGHT and self.edge == _HARD

    def whole(self, pixels: Size) -> Size:
        """The size of the whole picture of which this output shows its part in so many pixels."""
        return round(pixels[0] / self.part[2]), round(pixels[1] / self.part[3])


def read_output(table: Mapping[str, Any]) -> Output:
    """An output as a show file has it; BadSetting with the rule it breaks."""
    known = ("monitor", "part", "corners", "edge", "gamma", "view", "to")
    for key in table:
        if key not in known:
            raise BadSetting(f"outputs has no key {key} ({nearest(key, known)})")
    monitor = table.get("monitor")
    if monitor is not None and not isinstance(monitor, str):
        raise BadSetting(f'outputs.monitor={monitor!r} must be the name of a monitor: "EPSON PJ"')
    x, y, width, height = part = _numbers("part", table.get("part", _WHOLE))
    if not (x >= 0 and y >= 0 and width > 0.01 and height > 0.01 and x + width <= 1.001 and y + height <= 1.001):
        raise BadSetting(f"outputs.part={list(part)} must lie within the picture: [x, y, width, height], each 0 to 1")
    edge = _numbers("edge", table.get("edge", _HARD))
    if not all(0 <= side <= 0.5 for side in edge):
        raise BadSetting(f"outputs.edge={list(edge)} must be [left, right, top, bottom], each 0 to 0.5")
    gamma = table.get("gamma", 2.2)
    if not is_number(gamma) or not 1.0 <= gamma <= 4.0:
        raise BadSetting(f"outputs.gamma={gamma!r} must be 1 to 4 (most projectors: 2.2)")
    view = None if table.get("view") is None else check_view(table["view"], "outputs.view")
    to = None if table.get("to") is None else read_door(table["to"])
    if to is not None and monitor is not None:
        raise BadSetting(f"outputs.to={to} is another output than monitor={monitor} (a table for each)")
    return Output(monitor, part, _corners(table.get("corners", _STRAIGHT)), edge, float(gamma), view, to)


def _corners(value: Any) -> tuple[Point, ...]:
    rule = "must be four points that span a picture, from the top left clockwise: [[0, 0], [1, 0], [1, 1], [0, 1]]"
    points = value if isinstance(value, list | tuple) else ()
    if len(points) != 4 or not all(
        isinstance(p, list | tuple) and len(p) == 2 and all(map(is_number, p)) for p in points
    ):
        raise BadSetting(f"outputs.corners={value!r} {rule}")
    if not all(-0.5 <= place <= 1.5 for point in points for place in point) or not _convex(points):
        raise BadSetting(f"outputs.corners={value!r} {rule}")
    return tuple((float(x), float(y)) for x, y in points)


def _convex(points: Any) -> bool:
    """Whether every corner turns the same way, clockwise with y downwards, and none is flat."""
    for k in range(4):
        (ax, ay), (bx, by), (cx, cy) = points[k], points[(k + 1) % 4], points[(k + 2) % 4]
        if (bx - ax) * (cy - by) - (by - ay) * (cx - bx) < 1e-4:
            return False
    return True


def _numbers(name: str, value: Any) -> Four:
    if not isinstance(value, list | tuple) or len(value) != 4 or not all(map(is_number, value)):
        raise BadSetting(f"outputs.{name}={value!r} must be four numbers")
    first, second, third, fourth = map(float, value)
    return first, second, third, fourth


def pinned(corners: tuple[Point, ...]) -> NDArray[np.float64]:
    """The 3×3 matrix that takes a place on the screen to the one in the picture that is pinned there.

    Both are 0..1 from the top left; the projective map that takes four corners to those of the unit square.
    """
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, _STRAIGHT, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    found: NDArray[np.float64] = np.append(np.linalg.solve(np.array(rows), np.array(right)), 1.0).reshape(3, 3)
    return found


_FRAGMENT: Final = Source(
    """\
#version 330 core
uniform sampler2D picture;
uniform float brightness;
uniform mat3 pin;
uniform vec4 part;
uniform vec4 edge;
uniform float gamma;
in vec2 at;
out vec4 color;
void main() {
    vec3 found = pin * vec3(at.x, 1.0 - at.y, 1.0);
    vec2 spot = found.xy / found.z;
    vec2 inside = min(spot, 1.0 - spot);
    vec2 soft = clamp(inside / max(fwidth(spot), vec2(1e-6)) + 0.5, 0.0, 1.0);
    // Two ramps that overlap are one together in light, so the code values are bent by the projector's gamma.
    vec4 ramp = vec4(spot.x, 1.0 - spot.x, spot.y, 1.0 - spot.y) / max(edge, vec4(1e-6));
    ramp = smoothstep(0.0, 1.0, ramp);
    float light = pow(ramp.x * ramp.y * ramp.z * ramp.w, 1.0 / gamma);
    vec2 source = part.xy + clamp(spot, 0.0, 1.0) * part.zw;
    vec3 seen = texture(picture, vec2(source.x, 1.0 - source.y)).rgb;
    color = vec4(found.z > 0.0 ? seen * (brightness * light * soft.x * soft.y) : vec3(0.0), 1.0);
}
""",
    (),
)


class Projection:
    """Draws what one output shows of a picture."""

    def __init__(self, ctx: gpu.Context, output: Output) -> None:
        self._copier = Copier(ctx, _FRAGMENT)
        program = self._copier.program
        program["pin"].value = tuple(pinned(output.corners).T.reshape(-1))
        program["part"].value, program["edge"].value = output.part, output.edge
        program["gamma"].value = output.gamma

    def draw(self, picture: gpu.Texture, into: gpu.Framebuffer, brightness: float = 1.0) -> None:
        """Fill the viewport of `into`: black where nothing is pinned."""
        self._copier.copy(picture, into, brightness)

    def release(self) -> None:
        """Give everything back."""
        gpu.release(self._copier)
