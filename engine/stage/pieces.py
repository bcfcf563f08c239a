"""Work in pieces: a generator that pauses where a picture may be drawn in between, and returns what came of it."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Made = TypeVar("Made")


def at_once(work: Generator[None, None, Made]) -> Made:
    """What comes of the work, done without a pause."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            made: Made = done.value
            return made
