"""What a tool has measured, kept as JSON: the option `--json FILE` of every benchmark and every judge."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.foundation.whole_file import whole_file


def ask(parser: argparse.ArgumentParser) -> None:
    """Give a tool the option."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")


def keep(figures: Mapping[str, Any], path: Path | None) -> None:
    """Write them where that was asked for; what is no number any more (NaN, infinite) becomes null."""
    if path is not None:
        with whole_file(path) as part:
            part.write_text(json.dumps(_plain(figures), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def spread(values: Any) -> dict[str, float]:
    """p50, p95 and p99 by these names."""
    return dict(zip(("p50", "p95", "p99"), map(float, np.percentile(values, (50, 95, 99))), strict=True))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
