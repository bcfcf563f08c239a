"""A tune in a file, whatever its kind: by the ending of its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from engine.errors import BadFile, nearest_file
from engine.foundation.whole_file import whole_file
from engine.score.engraving import write_staff_png, write_staff_svg
from engine.score.jianpu_picture import write_jianpu_png, write_jianpu_svg
from engine.score.midi_file import read_midi, write_midi
from engine.score.musicxml_reader import read_musicxml
from engine.score.musicxml_writer import musicxml
from engine.score.plain_text import JIANPU as NUMBERS
from engine.score.plain_text import LETTERS, text_of, tune_of_text
from engine.score.tune import Tune, joined
from engine.score.tune_json import told, tune_of

_LARGEST: Final = 1 << 26  # bytes of a text


def _read_json(path: Path) -> Tune:
    data = json.loads(_text(path))
    if not isinstance(data, dict):
        raise ValueError("it must be a tune, or {picture: tune}, as monochord score read writes")
    if "notes" in data:
        return tune_of(data)
    pages = [tune_of(page) for page in data.values() if isinstance(page, dict) and "notes" in page]
    if not pages:
        raise ValueError("there are no notes in it")
    return joined(pages)


def _read_text(path: Path) -> Tune:
    return tune_of_text(_text(path))


def _text(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError("it is larger than any music")
    return data.decode("utf-8-sig")


_READERS: Final[dict[str, Callable[[Path], Tune]]] = {
    ".json": _read_json,
    ".musicxml": read_musicxml,
    ".xml": read_musicxml,
    ".mxl": read_musicxml,
    ".mid": read_midi,
    ".midi": read_midi,
    ".txt": _read_text,
    ".jianpu": _read_text,
}
_WRITERS: Final[dict[str, Callable[[Tune, Path], Any]]] = {
    ".json": lambda tune, path: path.write_text(json.dumps(told(tune), indent=1, ensure_ascii=False) + "\n", "utf-8"),
    ".musicxml": lambda tune, path: path.write_bytes(musicxml(tune)),
    ".xml": lambda tune, path: path.write_bytes(musicxml(tune)),
    ".mid": write_midi,
    ".midi": write_midi,
    ".txt": lambda tune, path: path.write_text(text_of(tune, LETTERS), "utf-8"),
    ".jianpu": lambda tune, path: path.write_text(text_of(tune, NUMBERS), "utf-8"),
    ".svg": write_jianpu_svg,
    ".png": write_jianpu_png,
}
READS: Final = tuple(_READERS)
"""Endings of the files that a tune is read from."""
WRITES: Final = tuple(_WRITERS)
"""Endings of the files that a tune is written to; .svg and .png are drawn."""
IN_NUMBERS: Final = ".jianpu"
"""The ending of the text that is written in numbers."""
STAFF, JIANPU = "staff", "jianpu"
"""How a tune is drawn."""
_STAVES: Final[dict[str, Callable[[Tune, Path], Any]]] = {".svg": write_staff_svg, ".png": write_staff_png}


def read_tune(path: Path) -> Tune:
    """The tune in a file. BadFile, in one line, if there is none."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise BadFile(f"{path}: the name must end in {', '.join(READS)}")
    try:
        tune = reader(path)
    except FileNotFoundError:
        there = (
            sorted(p.name for p in path.parent.iterdir() if p.suffix.lower() in READS) if path.parent.is_dir() else []
        )
        raise BadFile(f"{path}: no such file ({nearest_file(path, there)})") from None
    except OSError as problem:
        raise BadFile(f"{path}: cannot be read: {problem.strerror or problem}") from None
    except RecursionError:
        raise BadFile(f"{path}: no tune can be read: it is nested too deeply") from None
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as problem:
        reason = f"{problem.args[0]} is missing" if isinstance(problem, KeyError) and problem.args else str(problem)
        raise BadFile(f"{path}: no tune can be read: {' '.join(reason.split())[:300]}") from None
    if not tune.bars:
        raise BadFile(f"{path}: no tune can be read: it holds no notes")
    return tune


def write_tune(tune: Tune, path: Path, notation: str = JIANPU) -> None:
    """The tune as a file of the kind that its name's ending says; appears whole. BadFile if it cannot be written.

    `notation`: STAFF draws an .svg or .png in staves; MissingDriver where those cannot be drawn here.
    """
    check_writable(path)
    kind = path.suffix.lower()
    try:
        with whole_file(path) as part:
            if notation == STAFF and kind in _STAVES:
                _engrave(tune, part, path)
            else:
                _WRITERS[kind](tune, part)
    except OSError as problem:
        reason = problem.strerror or problem
        raise BadFile(f"{path}: the tune cannot be written: {reason} (choose a folder with room)") from None


def _engrave(tune: Tune, part: Path, path: Path) -> None:
    """Draw the tune in staves into the file that becomes `path`."""
    try:
        _STAVES[part.suffix.lower()](tune, part)
    except ValueError as problem:
        raise BadFile(f"{path}: the tune cannot be drawn in staves: {problem} (write it as .musicxml)") from None


def check_writable(path: Path) -> None:
    """BadFile if there is no such kind of file."""
    if path.suffix.lower() not in _WRITERS:
        raise BadFile(f"{path}: the name must end in {', '.join(WRITES)}")
