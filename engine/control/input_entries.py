"""The entries of a scene's inputs: how each is overridden, within which range, and given back to the music."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from types import MappingProxyType
from typing import Any, Final

from engine.control.argument import Argument
from engine.control.entry import ROOT, Entry, Make
from engine.control.orders import Order, Override, Release
from engine.control.scene_input import SceneInput

_LARGEST: Final = 1e9  # of a number without a range of its own
_PARTS: Final = MappingProxyType({"point2D": "xy", "color": ("red", "green", "blue", "alpha")})


def input_entries(scene: str, inputs: Sequence[SceneInput], taken: Collection[str]) -> Iterator[Entry]:
    """For each input of `scene` its own entry, and the one that releases it; none of them at an address in `taken`."""
    for item in inputs:
        address = f"{ROOT}/scene/{item.name}"
        while address in taken:  # a shader may call an input next, too
            address += "_"
        yield _input_entry(address, item, scene)
        yield Entry(f"{address}/release", (), f"give {item.name} back to the music", release(scene, item.name), 0)


def release(scene: str, name: str = "") -> Make:
    """What makes the order that gives an input of the scene back; all of them for no name."""
    return lambda _: Release(scene, name)


def _input_entry(address: str, item: SceneInput, scene: str) -> Entry:
    """How an input of the running scene is overridden."""
    says = (item.label or item.name) + (f", moved by {item.moved_by}" if item.moved_by else "")
    if item.type == "event":
        return Entry(address, (), says, lambda _: Override(scene, item.name, True), 0, input=item)
    arguments = _arguments(item)
    parts = len(arguments)

    def made(values: Sequence[Any]) -> Order:
        whole = (*values, *(1.0 for _ in range(parts - len(values))))  # a colour without its alpha
        return Override(scene, item.name, whole if item.type in _PARTS else values[0])

    least = 3 if item.type == "color" else parts
    return Entry(address, arguments, says, made, least, told=True, input=item)


def _arguments(item: SceneInput) -> tuple[Argument, ...]:
    if item.type == "bool":
        return (Argument(item.name, "T"),)
    if item.type in _PARTS:
        names = _PARTS[item.type]
        return tuple(Argument(name, "f", *_ends(item, place)) for place, name in enumerate(names))
    tag = "i" if item.type == "long" else "f"
    return (Argument(item.name, tag, *_ends(item), item.values, item.labels),)


def _ends(item: SceneInput, part: int | None = None) -> tuple[float, float]:
    """Between which numbers the input, or a part of it, may be put."""
    ends = []
    for end, far in ((item.minimum, -_LARGEST), (item.maximum, _LARGEST)):
        if isinstance(end, tuple) and part is not None:
            ends.append(end[part])
        else:
            ends.append(far if end is None or isinstance(end, tuple) else float(end))
    return min(ends), max(ends)
