"""An ISF shader (Interactive Shader Format 2.0), understood without a graphics card.

`read_shader` says what a file can be played with and how it is drawn; `glsl` turns it into what a driver
compiles. Everything that a file can do wrong is one BadScene that names file, line, value, rule and mend.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from engine.errors import BadFile, BadScene, nearest
from engine.foundation import assets
from engine.stage.isf_header import Header, has_header, split
from engine.stage.isf_inputs import Input, check_name, read_inputs
from engine.stage.pass_size import PassSize, read_size
from engine.stage.place import shown
from engine.stage.shadertoy import has_entry, lacks_main, with_channels
from engine.stage.source import Line, expand, read_text, without_comments

CAMERA: Final = assets.SHADERS / "include" / "camera.glsl"
"""What a shader includes that offers a camera."""

_MOST: Final = 64
"""Passes or pictures that one shader may have."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One drawing of a shader, into `target` (empty: straight to the output), which other passes can read.

    `persistent`: the target keeps its content from picture to picture. `float32`: with 32 bits a channel
    instead of 8. `width` and `height`: None is as wide or high as the output.
    """

    target: str = ""
    persistent: bool = False
    float32: bool = False
    width: PassSize | None = None
    height: PassSize | None = None


@dataclass(frozen=True, slots=True)
class Shader:
    """What one ISF file is: `kind` is generator, filter or transition; `passes` has at least one.

    `body` and `vertex` are its code, line by line, includes in place; `vertex` is None where ISF's own vertex
    shader does. `imported` are the pictures it brings, by name. `files` is all that it was read from.
    """

    path: Path
    kind: str
    inputs: tuple[Input, ...]
    passes: tuple[Pass, ...]
    description: str
    credit: str
    categories: tuple[str, ...]
    imported: tuple[tuple[str, Path], ...]
    body: tuple[Line, ...]
    vertex: tuple[Line, ...] | None
    files: tuple[Path, ...]
    shadertoy: bool = False
    """Written for Shadertoy: its entry is mainImage, and its first channel is the sound."""
    cubes: tuple[tuple[str, tuple[Path, ...]], ...] = ()
    """Those of the imported pictures that are cubes, and their six faces: +x, −x, +y, −y, +z, −z."""

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    def input(self, name: str) -> Input | None:
        """The input of that name."""
        return next((item for item in self.inputs if item.name == name), None)

    @property
    def has_camera(self) -> bool:
        """Whether it asks the engine where its pixels look, so that it can be seen in every view."""
        return CAMERA in self.files

    @property
    def targets(self) -> dict[str, Pass]:
        """The pictures that its passes draw into, by name. Passes that share one make one pass of what they say."""
        found: dict[str, Pass] = {}
        for step in self.passes:
            if step.target:
                first = found.setdefault(step.target, step)
                found[step.target] = Pass(
                    step.target,
                    first.persistent or step.persistent,
                    first.float32 or step.float32,
                    first.width or step.width,
                    first.height or step.height,
                )
        return found


def read_shader(path: Path) -> Shader:
    """The ISF shader in a .fs file, with the .vs of the same name if there is one, or a shader of Shadertoy's.

    #include is looked up in `include` beside the file, then in the engine's own shaders/include. Every refusal
    is a BadScene of one line.
    """
    try:
        return _read(path)
    except BadFile as problem:
        raise BadScene(str(problem)) from None


def _read(path: Path) -> Shader:
    text = read_text(path)
    folders = (path.parent / "include", assets.SHADERS / "include")
    bare = not has_header(text) and has_entry(without_comments(text))
    header, code = (Header(path, {}, "", 1), text) if bare else split(path, text)
    body = expand(path, code, folders)
    code = "\n".join(line.text for line in body)
    shadertoy = bare or lacks_main(code)
    if shadertoy:
        header = replace(header, content=with_channels(header.content, code))
    beside = path.with_suffix(".vs")
    vertex = expand(beside, read_text(beside), folders) if beside.is_file() else None
    inputs = read_inputs(header)
    imported, cubes = _read_imported(header)
    passes = _read_passes(header, {item.name: item for item in inputs})
    _refuse_twice(header, inputs, passes, imported)
    lines = body + (vertex or ())
    words = header.content
    categories = words.get("CATEGORIES")
    return Shader(
        path,
        _kind(inputs),
        inputs,
        passes,
        _text(words.get("DESCRIPTION")),
        _text(words.get("CREDIT")),
        tuple(map(_text, categories)) if isinstance(categories, list) else (),
        imported,
        body,
        vertex,
        tuple(dict.fromkeys((path, *(line.file for line in lines)))),
        shadertoy,
        cubes,
    )


def _text(value: object) -> str:
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def _kind(inputs: tuple[Input, ...]) -> str:
    """What a shader does to pictures, told by the names of the ones it takes."""
    types = {item.name: item.type for item in inputs}
    if types.get("startImage") == types.get("endImage") == "image" and types.get("progress") == "float":
        return "transition"
    return "filter" if types.get("inputImage") == "image" else "generator"


def _read_passes(header: Header, inputs: dict[str, Input]) -> tuple[Pass, ...]:
    entries = header.content.get("PASSES") or [{}]
    if not isinstance(entries, list) or len(entries) > _MOST:
        header.refuse(header.line_of("PASSES"), f"PASSES must be a list of 1 to {_MOST} passes: [ {{ … }} ]")
    kept = _persistent_of_version_1(header)
    return tuple(_read_pass(entry, number, header, inputs, kept) for number, entry in enumerate(entries, 1))


def _read_pass(
    entry: object, number: int, header: Header, inputs: dict[str, Input], kept: dict[str, dict[str, Any]]
) -> Pass:
    if not isinstance(entry, dict):
        header.refuse(header.line_of("PASSES"), f'pass {number} must be an object: {{ "TARGET": … }}')
    target = entry.get("TARGET") or ""
    if target:
        check_name(header, "TARGET", target, f"pass {number}")
    entry = {**kept.get(target, {}), **entry}
    return Pass(
        target,
        _flag(entry.get("PERSISTENT")) or target in kept,
        _flag(entry.get("FLOAT")),
        _side(entry, "WIDTH", number, header, inputs),
        _side(entry, "HEIGHT", number, header, inputs),
    )


def _flag(value: object) -> bool:
    """Files in the wild write true, 1 and "true"."""
    return value.strip().lower() in ("true", "1", "yes") if isinstance(value, str) else bool(value)


def _side(entry: dict[str, Any], key: str, number: int, header: Header, inputs: dict[str, Input]) -> PassSize | None:
    """WIDTH or HEIGHT of a pass."""
    given = entry.get(key)
    if given is None or given == "":
        return None
    line = header.line_of(key, given)
    try:
        size = read_size(given if isinstance(given, str) else _as_text(given))
    except ValueError as problem:
        header.refuse(line, f"{key}={shown(given)} of pass {number} {problem}")
    scalars = [name for name, item in inputs.items() if item.type in ("float", "long", "bool", "event")]
    for name in sorted(size.names - {"WIDTH", "HEIGHT", *scalars}):
        header.refuse(line, f"{key} of pass {number} reads ${name} ({nearest(name, ['WIDTH', 'HEIGHT', *scalars])})")
    return size


def _as_text(given: object) -> str:
    """A number of the header as text; ValueError for anything else."""
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise ValueError('must be a number or text: "$WIDTH / 2"')
    return str(given)


def _persistent_of_version_1(header: Header) -> dict[str, dict[str, Any]]:
    """PERSISTENT_BUFFERS, which version 1 had in place of the key PERSISTENT: a list of names, or a dictionary."""
    given = header.content.get("PERSISTENT_BUFFERS") or {}
    if isinstance(given, dict):
        return {name: more if isinstance(more, dict) else {} for name, more in given.items()}
    return {name: {} for name in given if isinstance(name, str)} if isinstance(given, list) else {}


_Pictures = tuple[tuple[str, Path], ...]
_Cubes = tuple[tuple[str, tuple[Path, ...]], ...]


def _read_imported(header: Header) -> tuple[_Pictures, _Cubes]:
    """The pictures that a file brings: {name: {"PATH": …}}, in version 1 also [{"NAME": …, "PATH": …}].

    A cube's PATH is a list of six; it is found in both answers.
    """
    given = header.content.get("IMPORTED") or {}
    if isinstance(given, list):
        given = {str(item.get("NAME")): item for item in given if isinstance(item, dict)}
    if not isinstance(given, dict) or len(given) > _MOST:
        header.refuse(header.line_of("IMPORTED"), 'IMPORTED must be { "paper": { "PATH": "paper.png" } }')
    found: list[tuple[str, Path]] = []
    cubes: list[tuple[str, tuple[Path, ...]]] = []
    for name, item in given.items():
        check_name(header, "NAME", name, "an imported picture")
        given_path = item.get("PATH") if isinstance(item, dict) else item
        files = given_path if isinstance(given_path, list) and len(given_path) == 6 else [given_path]
        paths: list[Path] = []
        for file in files:
            if not isinstance(file, str) or not file or "\0" in file:
                header.refuse(header.line_of("IMPORTED"), f'IMPORTED {name} has no PATH (add "PATH": "{name}.png")')
            paths.append(header.path.parent / file)
        found.append((name, paths[0]))
        if len(paths) == 6:
            cubes.append((name, tuple(paths)))
    return tuple(found), tuple(cubes)


def _refuse_twice(
    header: Header, inputs: tuple[Input, ...], passes: tuple[Pass, ...], imported: tuple[tuple[str, Path], ...]
) -> None:
    """One name is one thing: inputs, targets and imported pictures all become uniforms of the shader."""
    taken: dict[str, str] = {}
    targets = dict.fromkeys(step.target for step in passes if step.target)
    named = [("input", "NAME", item.name) for item in inputs]
    named += [("picture", "PATH", name) for name, _ in imported]
    named += [("target", "TARGET", name) for name in targets]
    for what, key, name in named:
        if name in taken:
            line = header.line_of(key, name, last=True)
            header.refuse(line, f"{name} is the name of two things: {taken[name]} and {what} (rename one)")
        taken[name] = what
