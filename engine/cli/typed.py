"""What was typed, as the engine takes it: checked, and refused under the name of its option."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from engine.errors import BadFile, BadSetting

_NO_FILE: Final = "-"  # what `--survey` means where no file follows
_MUSICIANS: Final = re.compile(r"[\d+]+:\w+(,[\d+]+:\w+)*")
_KEYS: Final = {
    "gain": "sound.gain_db",
    "channels": "sound.channels",
    "space": "space",
    "score": "score",
    "notation": "notation",
    "delay": "delay_ms",
    "size": "stage.size",
    "fps": "stage.fps",
    "monitor": "stage.monitor",
    "overlay": "stage.panel",
    "flash-limiter": "stage.flash_limiter",
    "palette": "palette",
    "view": "stage.view",
    "osc-in": "osc_in.listen",
    "page": "page.listen",
    "midi": "midi.input",
    "survey": "survey.open",
    "votes": "survey.votes",
    "survey-address": "survey.address",
    "survey-qr": "survey.code",
}
"""Options, and the keys of a show file that they stand above."""


def parse_size(text: str | None) -> list[int] | None:
    """`1280x720` as [1280, 720]; BadSetting if it is none."""
    if text is None:
        return None
    parts = text.lower().replace("×", "x").split("x")
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        raise BadSetting(f"size={text} must be WIDTHxHEIGHT in pixels (try 1280x720)")
    return [int(part) for part in parts]


def parse_channels(text: str | None) -> list[int | str] | None:
    """`1,3` as [1, 3], `1:erhu,2:drum` as ["1:erhu", "2:drum"]; BadSetting if it is neither."""
    if text is None:
        return None
    parts = re.split(r"[,\s]+", text.strip())
    if not all(re.match(r"0*[1-9]\d*(:|\+|$)", part) for part in parts):
        raise BadSetting(f"channels={text} must be numbers from 1, with commas (try 1,2 or 1:erhu,2:drum)")
    return [int(part) if part.isdecimal() else part for part in parts]


def checked_splice(splice: int) -> int:
    """So many patches are taken as one, 0: each alone; BadSetting for a number that nobody splices."""
    from engine.listening.mel import SPLICES

    if splice not in (0, *SPLICES):
        raise BadSetting(f"splice={splice} must be 0, {', '.join(map(str, SPLICES[:-1]))} or {SPLICES[-1]}")
    return splice


def gathered(arguments: Sequence[str]) -> list[str]:
    """What was typed, with `--channels 1:erhu 2:drum` as the one value 1:erhu,2:drum, `--score` again before each
    further picture, and `--survey` without a file.
    """
    found: list[str] = []
    for argument in arguments:
        if found[-2:-1] == ["--channels"] and _MUSICIANS.fullmatch(argument):
            found[-1] += f",{argument}"
        elif found[-2:-1] == ["--score"] and _picture(found[-1]) and _picture(argument):
            found += ["--score", argument]
        else:
            if found[-1:] == ["--survey"] and not argument.lower().endswith(".csv"):
                found.append(_NO_FILE)
            found.append(argument)
    return [*found, _NO_FILE] if found[-1:] == ["--survey"] else found


def _picture(argument: str) -> bool:
    from engine.score.picture import KINDS

    return argument.lower().endswith(KINDS)


def checked_sides(size: str, text: str, least: int, most: int) -> tuple[int, int]:
    """`320x180` as (320, 180), both sides from `least` to `most`; BadSetting if not. `text` is what might be tried."""
    width, height = parse_size(size) or (0, 0)
    if not (least <= width <= most and least <= height <= most):
        raise BadSetting(f"size={size} must have sides of {least} to {most} pixels (try {text})")
    return width, height


def checked_sharing(workers: int | None, scheduler: str | None) -> None:
    """BadSetting for work that cannot be shared as it is asked for."""
    if workers is not None and workers < 1:
        raise BadSetting(f"workers={workers} must be 1 or more")
    if scheduler is not None and "://" not in scheduler:
        raise BadSetting(f"scheduler={scheduler} must be an address (try tcp://{scheduler}:8786)")
    if scheduler is not None and workers is not None and workers > 1:
        raise BadSetting(f"workers={workers} and scheduler={scheduler} exclude each other (leave --workers out)")


def writable(option: str, path: Path | None, *kinds: str) -> None:
    """BadFile for a file that cannot be written there, which is said before the work, not after. `kinds`: endings."""
    if path is None:
        return
    if kinds and path.suffix.lower() not in kinds:
        raise BadFile(f"{option}={path} must end in {' or '.join(kinds)} (try {path.with_suffix(kinds[0])})")
    if path.is_dir():
        raise BadFile(f"{option}={path} is a folder, a file is wanted (try {path / f'{option}{path.suffix}'})")
    if not path.parent.is_dir():
        raise BadFile(f"{option}={path}: there is no folder {path.parent} (make it first)")
    if not os.access(path.parent, os.W_OK):
        raise BadFile(f"{option}={path} cannot be written: {path.parent} is not yours (choose another folder)")


def own_show(show: Path | None) -> None:
    """BadSetting for a show that is to be written into and is no file of the user's: those that come along stay."""
    if show is not None and show.suffix.lower() != ".toml":
        raise BadSetting(f"show={show} must end in .toml to be written into (try {show.with_suffix('.toml')})")


def said(
    *,
    gain: float | None = None,
    channels: str | None = None,
    space: str | None = None,
    score: Sequence[Path] | None = None,
    notation: str | None = None,
    delay: float | None = None,
    size: str | None = None,
    fps: float | None = None,
    monitor: str | None = None,
    overlay: bool | None = None,
    flash_limiter: bool | None = None,
    palette: str | None = None,
    view: str | None = None,
    osc_in: str | None = None,
    page: str | None = None,
    midi: str | None = None,
    survey: str | None = None,
    survey_address: str | None = None,
    survey_qr: Path | None = None,
) -> dict[str, Any]:
    """What the shared options say, as `engine.settings.settings` takes it; BadSetting under the option's own name."""
    typed: dict[str, Any] = {
        "gain": gain,
        "channels": parse_channels(channels),
        "space": space,
        "score": [str(path) for path in score] if score else None,
        "notation": notation,
        "delay": delay,
        "size": None if size is None else list(checked_sides(size, "1280x720", 16, 16384)),
        "fps": fps,
        "monitor": monitor,
        "overlay": overlay,
        "flash-limiter": flash_limiter,
        "palette": palette,
        "view": view,
        "osc-in": osc_in,
        "page": page,
        "midi": midi,
        "survey": None if survey is None else True,
        "votes": None if survey == _NO_FILE else survey,
        "survey-address": survey_address,
        "survey-qr": None if survey_qr is None else str(survey_qr),
    }
    for option, value in typed.items():
        _fits(option, value)
    return {_KEYS[option].replace(".", "__"): value for option, value in typed.items()}


def _fits(option: str, value: Any) -> None:
    """BadSetting for a value that its key does not take, under the name that was typed."""
    from engine.show.show_file import check

    if value is None:
        return
    key = _KEYS[option]
    try:
        check(key, value)
    except BadSetting as why:
        shown = f"{value:g}" if isinstance(value, float) else repr(value)
        raise BadSetting(str(why).replace(f"{key}={value!r}", f"{option}={shown}", 1)) from None
