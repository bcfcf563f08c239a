"""A door to other programs: pictures sent by NDI, Syphon or Spout. The one place that knows their libraries.

    [[outputs]]
    to = "ndi:stage"        # or syphon:stage (macOS), spout:stage (Windows); part, corners and edge as on any output

The libraries are optional and loaded when they are asked for. A door takes pixels, for that is what all three can do.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadSetting, MissingDriver, nearest
from engine.stage.targets import Size

Pixels = NDArray[np.uint8]
"""(height, width, 4), red green blue and an alpha of 255, top row first."""


class Door(Protocol):
    """A way out for pictures. It is opened with a name, a size and a rate, and takes pictures of that size only."""

    def send(self, pixels: Pixels) -> None: ...
    def close(self) -> None: ...


class _Ndi:
    def __init__(self, library: Any, name: str, size: Size, rate: float) -> None:
        frame = library.VideoSendFrame()
        frame.set_resolution(*size)
        frame.set_frame_rate(Fraction(rate).limit_denominator(1001))
        frame.set_fourcc(library.FourCC.RGBX)
        self._sender = library.Sender(name, clock_video=False, clock_audio=False)  # the stage has a clock of its own
        self._sender.set_video_frame(frame)
        self._sender.open()

    def send(self, pixels: Pixels) -> None:
        self._sender.write_video_async(pixels.reshape(-1))

    def close(self) -> None:
        self._sender.close()


class _Syphon:
    def __init__(self, library: Any, name: str, size: Size, rate: float) -> None:
        raw, images = (importlib.import_module(f"syphon.utils.{part}") for part in ("raw", "numpy"))
        self._server = library.SyphonMetalServer(name)
        self._texture = raw.create_mtl_texture(self._server.device, *size)
        self._copy = images.copy_image_to_mtl_texture

    def send(self, pixels: Pixels) -> None:
        self._copy(pixels, self._texture)
        self._server.publish_frame_texture(self._texture, is_flipped=True)  # its first row is the top one

    def close(self) -> None:
        self._server.stop()


class _Spout:
    def __init__(self, library: Any, name: str, size: Size, rate: float) -> None:
        self._format = importlib.import_module("SpoutGL.enums").GL_RGBA
        self._sender, self._size = library.SpoutSender(), size
        self._sender.setSenderName(name)

    def send(self, pixels: Pixels) -> None:
        if not self._sender.sendImage(pixels, *self._size, self._format, False, 0):
            raise OSError("Spout does not take the picture")

    def close(self) -> None:
        self._sender.releaseSender()


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a door needs: the module, the package that brings it, and the system that it is for."""

    module: str
    package: str
    system: str
    open: Callable[[Any, str, Size, float], Door]


_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "ndi": _Kind("cyndilib", "cyndilib", "", _Ndi),
        "syphon": _Kind("syphon", "syphon-python", "darwin", _Syphon),
        "spout": _Kind("SpoutGL", "SpoutGL", "win32", _Spout),
    }
)
_SYSTEMS: Final = {"darwin": "macOS", "win32": "Windows"}


def read_door(text: object) -> str:
    """`kind:name`, checked; BadSetting if it is none."""
    kind, _, name = text.partition(":") if isinstance(text, str) else ("", "", "")
    if kind not in _KINDS:
        mend = nearest(kind, _KINDS) if kind else 'to = "ndi:stage"'
        raise BadSetting(f"outputs.to={text} must be ndi:NAME, syphon:NAME or spout:NAME ({mend})")
    if not name.strip() or not name.isprintable() or len(name) > 200:
        raise BadSetting(f'outputs.to={text} has no name that others can find it by (to = "{kind}:stage")')
    return str(text)


def open_door(to: str, size: Size, rate: float) -> Door:
    """The door that `kind:name` says, for pictures of that size, so many a second. MissingDriver as of `library`."""
    kind, _, name = to.partition(":")
    return _KINDS[kind].open(library(kind), name, size, rate)


def library(kind: str) -> Any:
    """The library behind a kind of door; MissingDriver says what to install, and where it cannot be had."""
    needed = _KINDS[kind]
    if needed.system and sys.platform != needed.system:
        raise MissingDriver(f"{kind} is for {_SYSTEMS[needed.system]} only (try ndi)")
    try:
        return importlib.import_module(needed.module)
    except Exception as why:  # native libraries fail in many ways
        reason = " ".join(str(why).split())
        raise MissingDriver(f"{kind} needs {needed.package}: {reason} (pip install {needed.package})") from None


def described() -> str:
    """Which doors can be opened here; MissingDriver if none can."""
    there, missing = [], []
    for kind, needed in _KINDS.items():
        try:
            library(kind)
            there.append(f"{kind} by {needed.package} {_version(needed.package)}")
        except MissingDriver as why:
            missing.append(str(why))
    if not there:
        raise MissingDriver("; ".join(missing))
    return "; ".join(there + missing)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version"
