"""The one door to moderngl: contexts, programs, pictures, and every refusal of a driver said in one line."""

from __future__ import annotations

import ctypes
import ctypes.util
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, Final

import moderngl

from engine.errors import BadScene, MissingDriver
from engine.stage.place import one_line, place
from engine.stage.source import Source

Context = moderngl.Context
Framebuffer = moderngl.Framebuffer
Program = moderngl.Program
Texture = moderngl.Texture
VertexArray = moderngl.VertexArray

TRIANGLE_STRIP: Final = moderngl.TRIANGLE_STRIP

_NEEDED: Final = 330
"""The version of OpenGL that shaders are written for, 3.3 core: macOS stops at 4.1."""
_INSTALL: Final = {
    "linux": "apt-get install libegl1 libgl1",
    "darwin": "run on macOS 10.9 or newer with a display",
    "win32": "install the graphics card's own driver",
}
_LOG_LINE: Final = (
    re.compile(r"^\d+:(?P<line>\d+)\(\d+\): (?P<kind>error|warning): (?P<text>.*)"),  # Mesa
    re.compile(r"^\d+\((?P<line>\d+)\) : (?P<kind>error|warning)(?: \w+)?: (?P<text>.*)"),  # NVIDIA
    re.compile(r"^(?P<kind>ERROR|WARNING): \d+:(?P<line>\d+): (?P<text>.*)"),  # Apple, AMD, Intel, ANGLE
)
_RESETS: Final = {
    0x8253: "what was drawn has hung the graphics card",
    0x8254: "another program has hung the graphics card",
    0x8255: "the graphics card was reset",
}
_HEADING: Final = re.compile(r"^(vertex_shader|fragment_shader|Program)$")


def headless() -> Context:
    """A context that needs no window and no display; MissingDriver says what to install."""
    backend = {"backend": "egl"} if sys.platform == "linux" else {}
    try:
        # Its hints know every keyword but the backend's, which goes through to glcontext.
        ctx = moderngl.create_context(standalone=True, require=_NEEDED, **backend)  # type: ignore[arg-type]  # its hints know no backend
    except Exception as problem:  # the loader raises bare Exceptions, ImportErrors and ValueErrors
        raise _missing(problem) from None
    return _prepared(ctx)


def adopt() -> Context:
    """The context of the window that is current in this thread; MissingDriver if there is none that will do."""
    try:
        ctx = moderngl.create_context(require=_NEEDED)
    except Exception as problem:
        raise _missing(problem) from None
    return _prepared(ctx)


def _missing(problem: Exception) -> MissingDriver:
    reason = " ".join(str(problem).split()) or type(problem).__name__
    mend = _INSTALL.get(sys.platform, "install a driver for OpenGL 3.3")
    return MissingDriver(f"OpenGL 3.3 cannot be had on this machine: {reason} ({mend})")


def _prepared(ctx: Context) -> Context:
    """A context in the one state that this engine draws in: nothing blended, hidden or culled.

    `extra` is a pixel to bind before a framebuffer is released: whatever follows the release of a bound one
    fails, and a context without a window has no screen to turn to.
    """
    ctx.extra = ctx.framebuffer([ctx.texture((1, 1), 4)])
    ctx.disable(moderngl.BLEND | moderngl.DEPTH_TEST | moderngl.CULL_FACE)
    return ctx


def build(ctx: Context, vertex: Source, fragment: Source) -> Program:
    """The compiled program; BadScene names the true file and line of the first error."""
    try:
        return ctx.program(vertex_shader=vertex.text, fragment_shader=fragment.text)
    except moderngl.Error as problem:
        errors = list(translated(str(problem), vertex, fragment))
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        text = errors[0] if errors else f"{_file(fragment)}: {' '.join(str(problem).split())}"
        raise BadScene(one_line(text + more)) from None


def translated(log: str, vertex: Source, fragment: Source) -> Iterator[str]:
    """The errors of a driver's log as `file:line: text`, the first of each line; a linker's have no line."""
    source: Source | None = fragment
    seen: set[object] = set()
    for raw in log.splitlines():
        if heading := _HEADING.match(raw):
            source = {"vertex_shader": vertex, "fragment_shader": fragment}.get(heading[1])
            continue
        found = next((match for pattern in _LOG_LINE if (match := pattern.match(raw))), None)
        if found and found["kind"].lower() == "error":
            where = (source or fragment).where(int(found["line"]))
            if where not in seen:
                seen.add(where)
                yield f"{place(*where) if where else _file(fragment)}: {found['text'].strip()}"
        elif source is None and raw.startswith("error: "):
            yield f"{_file(fragment)}: {raw.removeprefix('error: ').strip()}"


def _file(source: Source) -> str:
    """The file that a source was written in, for errors without a line."""
    return next((place(entry[0]) for entry in source.origin if entry is not None), "a shader of the engine")


def texture(ctx: Context, size: tuple[int, int], *, channels: int = 4, kind: str = "f1") -> Texture:
    """A blank picture of (width, height), smooth between pixels and still at its edges.

    `kind` is moderngl's: f1 8 bits a channel, f4 32-bit floats. BadScene if the driver cannot make it: it does
    not raise by itself, it notes an error and returns something useless.
    """
    largest = largest_side(ctx)
    if not all(1 <= side <= largest for side in size):
        raise BadScene(f"a picture of {size[0]}×{size[1]} must have sides of 1 to {largest} pixels on this driver")
    _ = ctx.error
    made = ctx.texture(size, channels, dtype=kind)
    if (error := ctx.error) != "GL_NO_ERROR":
        made.release()
        raise BadScene(f"the driver cannot make a picture of {size[0]}×{size[1]}: {error} (ask for a smaller one)")
    made.filter = (moderngl.LINEAR, moderngl.LINEAR)
    made.repeat_x = made.repeat_y = False
    return made


def shrink_smoothly(picture: Texture) -> None:
    """Let a picture that is never written again be read at any size without its fine lines flickering."""
    picture.build_mipmaps()
    picture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)


def lent(ctx: Context, picture: Texture) -> Texture:
    """A picture of another context that shares its pictures with this one, to be read here."""
    made = ctx.external_texture(picture.glo, picture.size, picture.components, 0, picture.dtype)
    made.filter = (moderngl.LINEAR, moderngl.LINEAR)
    made.repeat_x = made.repeat_y = False
    return made


def framebuffer(ctx: Context, picture: Texture) -> Framebuffer:
    """A framebuffer that draws into a picture, black at first."""
    made = ctx.framebuffer(color_attachments=[picture])
    made.clear()
    return made


def largest_side(ctx: Context) -> int:
    """The longest side of a picture that this driver takes, in pixels."""
    return min(int(ctx.info["GL_MAX_TEXTURE_SIZE"]), int(ctx.info["GL_MAX_VIEWPORT_DIMS"][0]), 16384)


def check(ctx: Context, what: str) -> None:
    """BadScene if the driver has noted an error since it was last asked."""
    if (error := ctx.error) != "GL_NO_ERROR":
        raise BadScene(f"{what}: the driver reports {error}")


def release(*things: Any) -> None:
    """Give back what was made, in this order; what is already gone is no mistake."""
    for thing in things:
        if isinstance(thing, Framebuffer) and thing.ctx.extra is not None:
            thing.ctx.extra.use()
        with suppress(Exception):
            thing.release()


def lost() -> str:
    """Why the context that is current here draws nothing any more: the card was reset. Empty while it does.

    Only a driver that was asked for it tells (a window asks); elsewhere it is empty.
    """
    status = _function("glGetGraphicsResetStatus", ctypes.c_uint)
    return _RESETS.get(status(), "") if status is not None else ""


def refuse_lost() -> None:
    """MissingDriver if the graphics card was reset: nothing that is drawn is seen any more; another stage can."""
    if why := lost():
        raise MissingDriver(f"the driver has lost its context ({why})")


def wait(ctx: Context) -> None:
    """Return when all that was asked for is drawn; other threads run meanwhile, which finish() would stop."""
    finish = _function("glFinish", None)
    if finish is None:
        ctx.finish()
    else:
        finish()


@cache
def _function(name: str, returns: Any) -> Any:
    """A function of OpenGL without arguments, through ctypes, which lets go of the GIL; None where there is none."""
    names: Sequence[str | None]
    if sys.platform == "win32":
        names = ("opengl32",)
    elif sys.platform == "darwin":
        names = ("/System/Library/Frameworks/OpenGL.framework/OpenGL",)
    else:
        names = ("libGL.so.1", "libOpenGL.so.0", ctypes.util.find_library("GL"))
    for library in filter(None, names):
        with suppress(OSError, AttributeError):
            function = getattr(ctypes.CDLL(library), name)
            function.restype, function.argtypes = returns, []
            return function
    return None
