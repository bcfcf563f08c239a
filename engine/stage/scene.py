"""A scene: which shader, what drives each of its inputs, what it says to the lights. Data, checked when loaded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from engine.errors import BadFile, BadScene, nearest
from engine.foundation import assets
from engine.stage.binding import Binding, Refuse, refusal
from engine.stage.history import STILL, TRAILS
from engine.stage.images import check_image
from engine.stage.isf import Shader, read_shader
from engine.stage.isf_inputs import Value
from engine.stage.mood_colors import Moods, read_moods
from engine.stage.palette import ROLES, Colors
from engine.stage.place import place, shown
from engine.stage.preset import choose, read_palette, read_presets, split_name
from engine.stage.scene_lights import Lights, read_lights
from engine.stage.set_and_bind import read_bindings, read_values, refuse_both
from engine.stage.source import read_text

_KEYS: Final = ("shader", "title", "palette", "mood", "set", "bind", "preset", "image", "lights")
_SOURCES: Final = ("file", "scene", "engine")
"""Where the picture of an image input may come from."""
_DEEPEST: Final = 4
"""Scenes that may be shown within one another."""
_ENDINGS: Final = (".fs", ".frag", ".glsl")
"""What files of shaders end in; Shadertoy's go by the last two."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene, checked. `values` are the inputs that stand still; `files` is all that it was read from.

    `palette`: its own colours by role; another may be worn in their place by the inputs in `roles`.
    """

    name: str
    path: Path
    title: str
    shader: Shader
    bindings: tuple[Binding, ...]
    values: Mapping[str, Value]
    palette: Colors
    lights: Lights
    files: tuple[Path, ...]
    musicians: tuple[str, ...] = ()
    """Those of the show for which it was read: rows have theirs behind the mix's."""
    images: Mapping[str, Path | Scene | str] = field(default_factory=lambda: MappingProxyType({}))
    """What image inputs show: a file, another scene, or a picture of the engine's by its name."""
    notices: tuple[str, ...] = ()
    """What is not as it should be but ends no show: an imported picture that is missing."""
    palette_name: str = ""
    """Which palette of the engine's that is; empty where the scene has colours of its own, or none."""
    roles: tuple[str, ...] = ()
    """The colour inputs that are named for a role and that nothing else feeds."""
    preset: str = ""
    """In which of its presets it is; empty for itself."""
    presets: tuple[str, ...] = ()
    moods: Moods = field(default_factory=lambda: MappingProxyType({}))
    """What it wears as far as the music has a mood; a preset with a palette of its own wears that alone."""


def scene_names() -> list[str]:
    """The names of the scenes that come with the engine, sorted."""
    return sorted(path.stem for path in assets.SCENES.glob("*.toml") if path.name != assets.PALETTES.name)


def load_scene(scene: str | Path, musicians: tuple[str, ...] = (), above: tuple[Path, ...] = ()) -> Scene:
    """The scene of a name, or in a .toml file, or a shader's file as a scene in which nothing is bound.

    `ink:monsoon` is the scene in one of its presets.
    `musicians`: who plays in the show, for their signals may move it. `above`: the scenes that show it within theirs.
    BadScene, in one line with file, value, rule and mend, for everything that could not be played.
    """
    name, preset = split_name(str(scene))
    if name.endswith(_ENDINGS):
        if preset:
            raise BadScene(f"scene={scene}: a shader alone has no presets (a scene file has: {Path(name).stem}.toml)")
        return _bare(Path(name))
    path = Path(name) if name.endswith(".toml") else assets.SCENES / f"{name}.toml"
    if not name.endswith(".toml") and name not in scene_names():
        raise BadScene(f"scene={name!r} is none ({nearest(name, scene_names())}; or give a .toml or .fs file)")
    try:
        return _scene(path, _table(path), musicians, (*above, path.resolve()), preset)
    except BadFile as problem:
        raise BadScene(str(problem)) from None


def _bare(path: Path) -> Scene:
    shader = read_shader(path)
    nothing: Mapping[str, Any] = MappingProxyType({})
    files = (*shader.files, *(file for _, file in shader.imported))
    notices, roles = _missing(shader), _roles(shader, (), {})
    return Scene(
        shader.name, path, shader.name, shader, (), nothing, nothing, nothing, files, (), nothing, notices, roles=roles
    )


def _table(path: Path) -> dict[str, Any]:
    """What a scene file says."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as problem:
        found = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(problem), re.DOTALL)
        where, why = (place(path, int(found[2])), found[1]) if found else (place(path), problem)
        raise BadScene(f"{where}: is not TOML: {why}") from None
    except (RecursionError, ValueError) as problem:
        raise BadScene(f"{place(path)}: is not TOML that can be read: {type(problem).__name__}") from None


def _scene(
    path: Path, table: dict[str, Any], musicians: tuple[str, ...], above: tuple[Path, ...], preset: str
) -> Scene:
    refuse = refusal(f"{place(path)}:")
    for key in table:
        if key not in _KEYS:
            refuse(f"has no key {key} ({nearest(key, _KEYS)})")
    shader = read_shader(_shader_path(path, table.get("shader"), refuse))
    title = table.get("title", path.stem)
    if not isinstance(title, str):
        refuse(f"title={title!r} must be text")
    bindings = read_bindings(path, shader, _part(table, "bind", refuse), musicians)
    worn, palette = read_palette(table.get("palette", {}), refuse)
    in_moods = _part(table, "mood", refuse)
    values = read_values(path, shader, _part(table, "set", refuse))
    refuse_both(path, bindings, values)
    presets = read_presets(path, shader, _part(table, "preset", refuse), bindings)
    if chosen := choose(presets, preset, refuse):
        bindings, values = chosen.bindings(bindings), {**values, **chosen.values}
        if chosen.palette is not None:
            worn, palette, in_moods = chosen.palette[0], {**palette, **chosen.palette[1]}, {}
    images = _images(path, shader, _part(table, "image", refuse), musicians, above)
    roles = _roles(shader, bindings, values)
    moods = read_moods(path, in_moods, roles, refuse)
    palettes = bool(worn) or any(isinstance(given, str) for given in in_moods.values())
    shown = [given for given in images.values() if isinstance(given, Scene)]
    return Scene(
        f"{path.stem}:{preset}" if preset else path.stem,
        path,
        title,
        shader,
        bindings,
        MappingProxyType({**{role: palette[role] for role in roles if role in palette}, **values}),
        MappingProxyType(dict(palette)),
        read_lights(path, _part(table, "lights", refuse), musicians),
        _files(path, shader, images, palettes),
        musicians,
        MappingProxyType(images),
        (*_missing(shader, images), *(notice for scene in shown for notice in scene.notices)),
        worn,
        roles,
        preset,
        tuple(presets),
        moods,
    )


def _files(path: Path, shader: Shader, images: Mapping[str, Path | Scene | str], palettes: bool) -> tuple[Path, ...]:
    """All that a scene is read from, each once; `palettes`: the engine's own among it."""
    named = [given for given in images.values() if isinstance(given, Path)]
    named += [file for name, file in shader.imported if name not in images]
    named += [file for given in images.values() if isinstance(given, Scene) for file in given.files]
    return tuple(dict.fromkeys((path, *shader.files, *([assets.PALETTES] if palettes else []), *named)))


def _part(table: dict[str, Any], key: str, refuse: Refuse) -> dict[str, Any]:
    """A table within the scene's, empty where there is none."""
    part = table.get(key, {})
    if not isinstance(part, dict):
        refuse(f"{key} must be a table: [{key}]")
    return part


def _shader_path(path: Path, given: object, refuse: Refuse) -> Path:
    """Beside the scene, else among the engine's shaders."""
    if not isinstance(given, str) or not given.endswith(_ENDINGS) or "\0" in given:
        refuse(f'shader={given!r} must name an ISF file: shader = "ink.fs"')
    beside = path.parent / given
    if beside.is_file():
        return beside
    if not (assets.SHADERS / given).is_file():
        known = sorted({p.name for folder in (path.parent, assets.SHADERS) for p in folder.glob("*.fs")})
        refuse(f"shader={given!r} is not there ({nearest(given, known)})")
    return assets.SHADERS / given


def _images(
    path: Path, shader: Shader, table: dict[str, Any], musicians: tuple[str, ...], above: tuple[Path, ...]
) -> dict[str, Path | Scene | str]:
    """[image.<input>]: what an image input, or a picture that the shader imports, shows."""
    known = [item.name for item in shader.inputs if item.type == "image"] + [name for name, _ in shader.imported]
    found: dict[str, Path | Scene | str] = {}
    for name, given in table.items():
        refuse = refusal(f"{place(path)}: image.{name}")
        if name not in known:
            refuse(f"is no image input of {shader.path.name} ({nearest(name, known)})")
        entries = list(given.items()) if isinstance(given, dict) else []
        if len(entries) != 1 or entries[0][0] not in _SOURCES or not isinstance(entries[0][1], str):
            refuse('must say where from: file = "paper.png", scene = "ink" or engine = "mapDensity"')
        ((source, value),) = entries
        if source == "engine":
            if value in TRAILS:
                refuse(f"engine = {value} runs over time, and comes with {value}_head (name the input {value})")
            if value not in STILL:
                refuse(f"engine = {shown(value)} is no picture of the engine's ({nearest(value, STILL)})")
            found[name] = value
        elif source == "scene":
            found[name] = _shown_scene(path, value, musicians, above, refuse)
        else:
            found[name] = path.parent / value
            try:
                check_image(path.parent / value)
            except (BadFile, ValueError) as problem:
                refuse(f"file = {shown(value)}: {problem}")
    return found


def _shown_scene(path: Path, name: str, musicians: tuple[str, ...], above: tuple[Path, ...], refuse: Refuse) -> Scene:
    """Another scene whose picture an input shows; its file lies beside this one, or it is one of the engine's."""
    beside = path.parent / name
    there = name.endswith((".toml", *_ENDINGS)) and beside.is_file()
    target = beside if there else assets.SCENES / f"{name}.toml"
    if target.resolve() in above:
        refuse(f"scene = {shown(name)} shows itself (take another)")
    if len(above) >= _DEEPEST:
        refuse(f"scene = {shown(name)} is the {_DEEPEST + 1}th within another (at most {_DEEPEST})")
    try:
        return load_scene(beside if there else name, musicians, above)
    except BadScene as problem:
        refuse(f"scene = {shown(name)}: {problem}")


def _missing(shader: Shader, images: Mapping[str, object] = MappingProxyType({})) -> tuple[str, ...]:
    """A notice for each picture that the shader imports in vain."""
    found: list[str] = []
    for name, file in shader.imported:
        if name not in images:
            try:
                check_image(file)
            except (BadFile, ValueError) as problem:
                found.append(f"{place(shader.path)}: {name}: {problem}; noise stands in for it")
    return tuple(found)


def _roles(shader: Shader, bindings: tuple[Binding, ...], values: Mapping[str, Value]) -> tuple[str, ...]:
    """The colour inputs that a palette feeds: named for a role, neither set nor bound."""
    taken = {*values, *(one.target for one in bindings)}
    inputs = (shader.input(role) for role in ROLES if role not in taken)
    return tuple(item.name for item in inputs if item is not None and item.type == "color")
