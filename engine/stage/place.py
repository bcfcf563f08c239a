"""How a refusal is written: where, as editors understand it (`scenes/ink.toml:7`), and on one line."""

from __future__ import annotations

from pathlib import Path


def place(path: Path, line: int | None = None) -> str:
    """`path:line`, relative to the working directory where the file lies below it; `line` counts from 1."""
    try:
        shown = path.relative_to(Path.cwd())
    except (ValueError, OSError):
        shown = path
    return str(shown) if line is None else f"{shown}:{line}"


def one_line(text: str) -> str:
    """The text with what would break or hide a line escaped: names and values come from other people's files."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def shown(value: object) -> str:
    """A value as it may stand in a refusal: short, on one line, text in quotes."""
    text = one_line(repr(value))
    return text if len(text) <= 40 else text[:39] + "…"
