"""Where the shaders, scenes, shows, models and the built-in recording lie: in a checkout, or inside the wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from engine.errors import BadFile

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_INSTALLED: Final = _PACKAGE / "assets"
_ROOT: Final = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent

SHADERS: Final = _ROOT / "shaders"
SCENES: Final = _ROOT / "scenes"
PALETTES: Final = SCENES / "palettes.toml"
SHOWS: Final = _ROOT / "shows"
MODELS: Final = _ROOT / "models_onnx"
RECORDING: Final = _PACKAGE / "audio" / "recording" / "mo_li_hua.ogg"


@cache
def text_of(path: Path) -> str:
    """What stands in a file that came with us. BadFile, in one line, if it is gone."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as why:
        raise BadFile(f"{path}: {why.strerror} (is the installation whole?)") from why
