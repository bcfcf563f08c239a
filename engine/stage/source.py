"""Shader text that remembers where each of its lines was written, through #include."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from engine.errors import BadFile, BadScene, nearest, nearest_file
from engine.stage.place import place

LARGEST: Final = 1 << 20
"""Bytes that a shader or scene file may have."""

_COMMENT: Final = re.compile(r"//(?:\\\n|[^\n])*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_INCLUDE: Final = re.compile(r'[ \t]*#[ \t]*include\b[ \t]*(?:"([^"\n]*)")?')


class Line(NamedTuple):
    """One line of shader text, and the file and line (from 1) in which somebody wrote it."""

    text: str
    file: Path
    number: int


@dataclass(frozen=True, slots=True)
class Source:
    """What the driver compiles; `origin[n]` is where its line n + 1 was written, None for lines of our own."""

    text: str
    origin: tuple[tuple[Path, int] | None, ...]

    def where(self, line: int) -> tuple[Path, int] | None:
        """The file and line behind line `line` (from 1) of the text; the nearest one above for our own lines."""
        for entry in reversed(self.origin[: max(line, 0)]):
            if entry is not None:
                return entry
        return None


def join(lines: Sequence[Line | str]) -> Source:
    """The source made of lines that were written somewhere and lines of our own (str without a newline)."""
    text = "\n".join(line if isinstance(line, str) else line.text for line in lines)
    return Source(text + "\n", tuple(None if isinstance(line, str) else line[1:] for line in lines))


def read_text(path: Path) -> str:
    """A text file, as UTF-8 with newlines as \\n; BadFile, in one line, if it cannot be had."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadFile(f"{place(path)}: larger than {LARGEST} bytes, which no shader or scene is")
        data = path.read_bytes()
    except FileNotFoundError:
        folder = path.parent
        there = sorted(p.name for p in folder.glob(f"*{path.suffix}")) if folder.is_dir() else []
        raise BadFile(f"{place(path)}: no such file ({nearest_file(path, there)})") from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise BadFile(f"{place(path)}: cannot be read ({reason})") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise BadFile(f"{place(path, line)}: not UTF-8 text (save the file as UTF-8)") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def without_comments(text: str) -> str:
    """The same lines with every comment blanked: comments may hold what a compiler or a search trips over."""
    return _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def expand(path: Path, text: str, folders: Sequence[Path]) -> tuple[Line, ...]:
    """The lines of `text`, read from `path`, with every `#include "name.glsl"` put in its place, once each.

    A name is looked up in `folders`, in this order, and may not lead out of them. BadScene names the file and
    line of an #include that cannot be followed. Comments are blanked, so that what is commented out is not
    included.
    """
    seen: set[Path] = set()

    def lines(file: Path, content: str) -> list[Line]:
        result: list[Line] = []
        for number, line in enumerate(without_comments(content).split("\n"), 1):
            found = _INCLUDE.match(line)
            if not found:
                result.append(Line(line, file, number))
                continue
            target = _find(found[1], folders, place(file, number))
            if target in seen:
                result.append(Line("", file, number))
                continue
            seen.add(target)
            try:
                result += lines(target, read_text(target))
            except BadFile as problem:
                raise BadScene(f"{place(file, number)}: {problem}") from None
        return result

    return tuple(lines(path, text))


def _find(name: str | None, folders: Sequence[Path], where: str) -> Path:
    """The file that an #include names."""
    if not name or not re.fullmatch(r"[\w-][\w.-]*", name):
        raise BadScene(f'{where}: #include takes the bare name of a file in shaders/include: #include "noise.glsl"')
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    known = sorted({p.name for folder in folders if folder.is_dir() for p in folder.glob("*.glsl")})
    raise BadScene(f'{where}: #include "{name}" is not there ({nearest(name, known)})')
