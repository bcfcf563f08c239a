"""The doors of a stage: every output that goes to another program instead of a monitor, each with what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from engine.stage import gpu
from engine.stage.door import Door, library, open_door
from engine.stage.output import Output, Projection
from engine.stage.targets import Size


class Doors:
    """All doors of a stage. All methods are for the thread of the context.

    One that breaks is closed and said once; the show goes on.
    """

    def __init__(self, ctx: gpu.Context, outputs: Sequence[Output], rate: float) -> None:
        """MissingDriver if a library that is needed is not here. A door opens with its first picture."""
        self._ways = [_Way(ctx, output, output.to, rate) for output in outputs if output.to is not None]
        self._remarks: list[str] = []

    def send(self, picture: gpu.Texture, brightness: float, whole: Size) -> None:
        """Send what each output shows of the picture; `whole`: its size, however small it was drawn."""
        for way in tuple(self._ways):
            try:
                way.send(picture, brightness, whole)
            except Exception as why:  # whatever is wrong out there, the audience's picture goes on
                self._ways.remove(way)
                way.close()
                reason = " ".join(str(why).split()) or type(why).__name__
                self._remarks.append(f"outputs.to={way.to} is closed: {reason}")

    def remarks(self) -> Iterator[str]:
        """What has gone wrong since the last call."""
        remarks, self._remarks = self._remarks, []
        yield from remarks

    def close(self) -> None:
        """Send no more."""
        for way in self._ways:
            way.close()
        self._ways.clear()


class _Way:
    """One output, on its way to one door."""

    def __init__(self, ctx: gpu.Context, output: Output, to: str, rate: float) -> None:
        library(to.partition(":")[0])
        self.to = to
        self._ctx, self._output, self._rate = ctx, output, rate
        self._projection = Projection(ctx, output)
        self._door: Door | None = None
        self._size: Size = (0, 0)

    def send(self, picture: gpu.Texture, brightness: float, whole: Size) -> None:
        """Send its part of the picture; whatever its library raises if that cannot be."""
        x, y = (max(round(side * share), 1) for side, share in zip(whole, self._output.part[2:], strict=True))
        if self._door is None or (x, y) != self._size:
            self._door = self._opened((x, y))
        self._projection.draw(picture, self._surface, brightness)
        gpu.wait(self._ctx)
        self._surface.read_into(self._pixels, components=4)
        self._pixels[..., 3] = 255
        self._door.send(np.ascontiguousarray(self._pixels[::-1]))

    def _opened(self, size: Size) -> Door:
        """The door for pictures of this size."""
        self.close()
        self._texture = gpu.texture(self._ctx, size)
        self._surface = gpu.framebuffer(self._ctx, self._texture)
        self._pixels = np.zeros((size[1], size[0], 4), np.uint8)
        self._size = size  # from now on there is something to give back
        return open_door(self.to, size, self._rate)

    def close(self) -> None:
        """Give everything back but the projection, which draws for the next size as well."""
        if self._size != (0, 0):
            gpu.release(self._surface, self._texture)
            self._size = (0, 0)
        door, self._door = self._door, None
        if door is not None:
            with suppress(Exception):
                door.close()
