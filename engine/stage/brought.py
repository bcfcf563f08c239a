"""Pictures that a scene brings along, on the graphics card: files, stand-ins for missing ones, Shadertoy's sound."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from engine.errors import BadFile, BadScene
from engine.frame import Samples
from engine.stage import gpu
from engine.stage.images import Pixels, read_cube, read_image, stand_in
from engine.stage.scene import Scene
from engine.stage.shadertoy import CHANNELS
from engine.stage.sound_texture import CHANNEL, ChannelSound


class Brought:
    """The pictures behind those names of a scene that `read` holds. BadScene for a file that it names in vain."""

    def __init__(self, ctx: gpu.Context, scene: Scene, read: Collection[str]) -> None:
        self._made: dict[str, gpu.Texture] = {}
        self._sound = ChannelSound()
        self._channel: gpu.Texture | None = None
        shader = scene.shader
        imported, cubes = dict(shader.imported), dict(shader.cubes)
        fed = {item.name for item in shader.inputs if item.type != "image"} | scene.images.keys()
        try:
            for name in read:
                given = scene.images.get(name)
                if isinstance(given, Path):
                    self._made[name] = _texture(ctx, _required(given))
                elif name in cubes and given is None:
                    self._made[name] = _texture(ctx, read_cube(cubes[name]))
                elif name in imported and given is None:
                    self._made[name] = _texture(ctx, _or_stand_in(imported[name]))
                elif shader.shadertoy and name in CHANNELS and name not in fed:
                    self._bring_channel(ctx, name)
        except BadScene:
            self.release()
            raise

    def _bring_channel(self, ctx: gpu.Context, name: str) -> None:
        """The first channel is the sound; in the others, most shaders look for noise."""
        if name == CHANNELS[0]:
            self._channel = self._made[name] = gpu.texture(ctx, CHANNEL, channels=1, kind="f4")
            self._channel.swizzle = "R001"
        else:
            self._made[name] = _texture(ctx, stand_in())
            self._made[name].repeat_x = self._made[name].repeat_y = True

    def picture(self, name: str) -> gpu.Texture | None:
        """The picture of that name, if it is brought."""
        return self._made.get(name)

    def step(self, samples: Samples, dt: float) -> None:
        """Write the sound of now."""
        if self._channel is not None:
            self._channel.write(self._sound.step(samples, dt))

    def restart(self) -> None:
        """Forget what was heard."""
        self._sound.reset()

    def release(self) -> None:
        """Give everything back."""
        gpu.release(*self._made.values())
        self._made.clear()


def _required(path: Path) -> Pixels:
    try:
        return read_image(path)
    except BadFile as why:
        raise BadScene(str(why)) from None


def _or_stand_in(path: Path) -> Pixels:
    with suppress(BadFile, ValueError):
        return read_image(path)
    return stand_in()


def _texture(ctx: gpu.Context, pixels: Pixels) -> gpu.Texture:
    height, width, _ = pixels.shape
    made = gpu.texture(ctx, (width, height))
    made.write(pixels.tobytes())
    return made
