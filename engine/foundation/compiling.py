"""Who is told that kernels are compiled: it takes a minute, once for each processor and installation.

It stands apart from the door to Numba so that whoever wants to be told need not load it.
"""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[int], None]
"""Told how many kernels this process has compiled by now, after each; none that were found on disk."""

listeners: list[Listener] = []
_count = 0


def compiled_anew() -> None:
    """A kernel was not on disk, and is compiled."""
    global _count
    _count += 1
    for listener in listeners:
        listener(_count)
