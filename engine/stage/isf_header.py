"""The JSON comment at the head of an ISF file: found, decoded, and asked where something stands in it."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from engine.errors import BadScene
from engine.stage.place import one_line, place

_BEGIN: Final = re.compile(r"\s*/\*")
_LEAD: Final = re.compile(r"(?:\s|//[^\n]*|#[^\n]*|precision\b[^;\n]*;|/\*(?!\s*\{).*?\*/)*", re.DOTALL)
"""What files in the wild have in front of their header: other comments, and lines for the compiler."""
_OBJECT: Final = re.compile(r"/\*(?=\s*\{)")
_NESTING: Final = 32
"""How deep a header may be nested; real ones go to 4."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one file: what it says (`content`), its text, and the line (from 1) on which that starts."""

    path: Path
    content: dict[str, Any]
    text: str
    first_line: int

    def line_of(self, key: str, value: object = None, *, last: bool = False) -> int:
        """The line of `"key": value`, or of the first such key if the value does not stand there literally."""
        name = re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:\s*"
        found: list[re.Match[str]] = []
        if value is not None:
            token = re.escape(json.dumps(value, ensure_ascii=False))
            found = list(re.finditer(name + token, self.text))
        found = found or list(re.finditer(name, self.text))
        if not found:
            return self.first_line
        start = found[-1 if last else 0].start()
        return self.first_line + self.text.count("\n", 0, start)

    def refuse(self, line: int, message: str) -> NoReturn:
        """Raise a BadScene that names the file and the line."""
        raise BadScene(one_line(f"{place(self.path, line)}: {message}"))


def has_header(text: str) -> bool:
    """Whether the text begins as an ISF file does, with /*{."""
    lead = _LEAD.match(text)
    return _OBJECT.match(text, lead.end() if lead else 0) is not None


def split(path: Path, text: str) -> tuple[Header, str]:
    """The header of an ISF file and its code; the code keeps the file's lines, the header's being empty.

    BadScene, with file and line, if there is no header, or if it is not one JSON object.
    """
    lead = _LEAD.match(text)
    begin = _OBJECT.match(text, lead.end() if lead else 0) or _BEGIN.match(text)
    end = text.find("*/", begin.end()) if begin else -1
    if begin is None:
        raise BadScene(f"{place(path, 1)}: an ISF file begins with its header: /*{{ JSON }}*/ before any code")
    if end < 0:
        raise BadScene(f"{place(path, 1)}: the header /*{{ JSON }}*/ is never closed (add */ after the JSON)")
    written = text[begin.end() : end]
    first = text.count("\n", 0, begin.end()) + 1
    header = Header(path, _decode(path, written, first), written, first)
    before = text[: begin.start()]
    return header, before + "\n" * text.count("\n", begin.start(), end) + " " * 2 + text[end + 2 :]


def _decode(path: Path, text: str, first: int) -> dict[str, Any]:
    """The JSON object in `text`, which begins on line `first` of the file."""
    try:
        content = _loads(text)
    except json.JSONDecodeError as problem:
        line = first + problem.lineno - 1
        raise BadScene(f"{place(path, line)}: the header is not JSON: {problem.msg}") from None
    except (ValueError, RecursionError) as problem:
        reason = "nested too deep" if isinstance(problem, RecursionError) else problem
        raise BadScene(f"{place(path, first)}: the header is not JSON: {reason}") from None
    if not isinstance(content, dict):
        raise BadScene(f'{place(path, first)}: the header must be one JSON object: {{ "INPUTS": [] }}')
    if not _tame(content, _NESTING):
        raise BadScene(f"{place(path, first)}: the header is nested deeper than {_NESTING} levels")
    return content


_SLIP: Final = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*")|//[^\n]*'
    r"|(?<![\w.+-])(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])|(?P<word>\b(?:True|False)\b)",
    re.DOTALL,
)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_LAST_COMMA: Final = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_ESCAPE: Final = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|(.?))', re.DOTALL)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON's")


_DECODER: Final = json.JSONDecoder(strict=False, parse_constant=_no_constant)


def _loads(text: str) -> Any:
    """The JSON in `text`; where that is none, with the slips mended that people make who write it by hand."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as problem:
        try:
            mended = _LAST_COMMA.sub(lambda found: found[1] or "", _SLIP.sub(_mended, text)).lstrip()
            return _DECODER.raw_decode(mended)[0]  # what stands behind the object is somebody's remark
        except ValueError:
            raise problem from None


def _mended(found: re.Match[str]) -> str:
    """Comments go; .5, 1., +1 and 01 become numbers, True a truth, and a lone backslash in a text a backslash."""
    if found["text"]:
        return _ESCAPE.sub(lambda escape: escape[0] if escape[1] else "\\\\" + (escape[2] or ""), found["text"])
    if found["number"]:
        if _NUMBER.fullmatch(found["number"]):
            return found["number"]
        number = float(found["number"])
        return json.dumps(int(number) if number.is_integer() and abs(number) < 2**53 else number)
    return found["word"].lower() if found["word"] else ""


def _tame(value: object, depth: int) -> bool:
    """Whether a decoded value is nested at most `depth` levels."""
    if depth < 0:
        return False
    if isinstance(value, dict):
        return all(_tame(item, depth - 1) for item in value.values())
    return all(_tame(item, depth - 1) for item in value) if isinstance(value, list) else True


def number(value: object) -> float | None:
    """A JSON number (or true, false, or either as text) as a finite float that a graphics card can hold, or None."""
    if isinstance(value, str):
        value = {"true": "1", "false": "0"}.get(value.strip().lower(), value)
    elif not isinstance(value, (bool, int, float)):
        return None
    try:
        result = float(value)
    except (OverflowError, ValueError):
        return None
    return result if math.isfinite(result) and abs(result) < 3.4e38 else None


def numbers(value: object, sizes: tuple[int, ...]) -> tuple[float, ...] | None:
    """A JSON list of finite numbers whose length is one of `sizes`; None if it is not one."""
    if not isinstance(value, list) or len(value) not in sizes:
        return None
    found = [number(item) for item in value]
    return tuple(item for item in found if item is not None) if None not in found else None
