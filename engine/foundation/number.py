"""Numbers in files and messages that others have written."""

from __future__ import annotations

from typing import Any, Final, TypeGuard

_LARGEST: Final = 1e300
"""Near a float's own end; TOML's and JSON's whole numbers have none."""


def is_number(value: Any) -> TypeGuard[int | float]:
    """Whether it is a number, no truth value, and one that a float can hold: neither infinite nor NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST
