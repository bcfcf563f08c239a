"""What can go wrong, as a tree.

    MonochordError              everything that this program raises on purpose
    ├── UserMistake             one line, exit code 1: name, value, rule, mend
    │   ├── BadFile             a file that is missing, broken or not what it should be
    │   ├── BadScene            a scene or shader that cannot be played
    │   ├── BadSetting          a value on the command line or in a show file
    │   └── NoSuchDevice        a sound device or monitor that is not there
    └── MissingDriver           exit code 3: no driver or library here, and what to install

A bug is none of these and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class MonochordError(Exception):
    """Everything that this program raises on purpose."""

    exit_code = 1


class UserMistake(MonochordError):
    """Said in one line: name, value, rule, mend."""


class BadFile(UserMistake):
    """A file that is missing, broken or not what it should be."""


class BadScene(UserMistake):
    """A scene or shader that cannot be played."""


class BadSetting(UserMistake):
    """A value on the command line or in a show file that breaks its rule."""


class NoSuchDevice(UserMistake):
    """A sound device or monitor that is not there."""


class MissingDriver(MonochordError):
    """No driver or library for it on this machine; the text says what to install."""

    exit_code = 3


def nearest(name: str, known: Iterable[str]) -> str:
    """The mend for an unknown name: the nearest known ones, or all of them.

    >>> nearest("sound.levl", ["sound.level", "sound.flux"])
    'did you mean sound.level?'
    """
    choices = list(known)
    close = get_close_matches(name, choices, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"known: {', '.join(choices)}" if choices else "none is known"


def nearest_file(path: Path, there: Iterable[str]) -> str:
    """The mend for a file that is not there: the nearest names of those in its folder; else where it was looked for."""
    close = get_close_matches(path.name, list(there), n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(close)}?"
    folder = path.parent.absolute()
    return f"nothing in {folder} is called so" if folder.is_dir() else f"there is no folder {folder}"
