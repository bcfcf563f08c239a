"""A scene on a journey: its files as bytes, to be laid out on another machine.

What comes with the engine stays at home: the other machine has it too, and must have the same.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import BadFile, BadScene
from engine.foundation import assets
from engine.frame import LAYOUT
from engine.stage.preset import split_name
from engine.stage.scene import load_scene

_OWN = {"shaders": assets.SHADERS, "scenes": assets.SCENES}


@dataclass(frozen=True, slots=True)
class Parcel:
    """`scene`: its file, among `files` or the engine's `own`, and its preset. `own`: digests by name."""

    scene: str
    musicians: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    layout: str = LAYOUT


def packed(scene: str, musicians: tuple[str, ...] = ()) -> Parcel:
    """All that the scene of a name, or in a file, is read from. BadScene as `load_scene` says it."""
    found = load_scene(scene, musicians)
    brought: list[Path] = []
    own: dict[str, str] = {}
    for file in (each.resolve() for each in found.files):
        kind = next((kind for kind, folder in _OWN.items() if file.is_relative_to(folder)), None)
        if kind is None:
            brought.append(file)
        else:
            own[f"{kind}/{file.relative_to(_OWN[kind]).as_posix()}"] = _digest(file)
    root = Path(os.path.commonpath([file.parent for file in brought])) if brought else assets.SCENES.parent
    preset = split_name(scene)[1]
    name = found.path.resolve().relative_to(root).as_posix() + (f":{preset}" if preset else "")
    return Parcel(name, musicians, _read(brought, root), own)


def unpacked(parcel: Parcel, folder: Path) -> str:
    """Lay a parcel out in a folder; the scene, as `load_scene` takes it. BadScene if this is another version."""
    for name, digest in parcel.own.items():
        kind, _, rest = name.partition("/")
        file = _OWN[kind] / rest
        if not file.is_file() or _digest(file) != digest:
            raise BadScene(f"{rest} is another one on this machine (install the same Monochord on both)")
    if parcel.layout != LAYOUT:
        raise BadScene(f"signals {parcel.layout[:8]} are {LAYOUT[:8]} on this machine (install the same Monochord)")
    for name, content in parcel.files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    name, preset = split_name(parcel.scene)
    kind, _, rest = name.partition("/")
    file = folder / name if name in parcel.files else _OWN[kind] / rest
    return f"{file}:{preset}" if preset else str(file)


def _read(files: list[Path], root: Path) -> dict[str, bytes]:
    try:
        return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}
    except OSError as why:
        raise BadFile(f"{why.filename}: {why.strerror}") from None


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
