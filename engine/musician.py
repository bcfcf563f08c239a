"""Who plays on which channels: the names under which each musician's own signals go, beside those of the mix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.errors import BadSetting
from engine.frame import GROUPS

RESERVED: Final = (*(group.__name__.lower() for group in GROUPS), "frame", "master", "mix", "time")
"""What nobody may be called: it is the name of something else where signals have names."""
LONGEST_NAME: Final = 24
"""Letters of a name, at most: it stands in addresses and on the desk."""
_ITEM: Final = re.compile(r"(?P<channels>\d{1,4}(\+\d{1,4})*)(:(?P<name>.*))?", re.DOTALL)
_NAME: Final = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST_NAME - 1}}}")


@dataclass(frozen=True, slots=True)
class Musician:
    """One who plays: `channels` count from 1; their mean is what is heard of the instrument."""

    name: str
    channels: tuple[int, ...]

    def __str__(self) -> str:
        """As it is typed: `3+4:zither`."""
        return f"{'+'.join(map(str, self.channels))}:{self.name}"


def read_musicians(items: Sequence[int | str]) -> tuple[tuple[int, ...], tuple[Musician, ...]]:
    """The channels that are listened to, in order, and the musicians on them, from items as they are typed.

    An item is a channel that is heard in the mix alone (`1` or "1"), or the channels of a musician ("1:erhu",
    "3+4:zither"). BadSetting with the item and its rule for what is neither, and for a name that cannot be one.
    """
    channels: list[int] = []
    musicians: list[Musician] = []
    for item in items:
        found = _ITEM.fullmatch(str(item))
        numbers = tuple(map(int, found["channels"].split("+"))) if found else ()
        if found is None or min(numbers) < 1 or (found["name"] is None and len(numbers) > 1):
            raise BadSetting(
                f"channels={item!r:.60} must be a channel from 1, or those of a musician with a name"
                " (try 1, 1:erhu or 3+4:zither)"
            )
        channels += numbers
        if found["name"] is not None:
            name = found["name"]
            _refuse_name(name, [musician.name for musician in musicians])
            musicians.append(Musician(name, numbers))
    # A channel that several share is heard once in the mix; without musicians, what is asked for twice comes twice.
    return tuple(dict.fromkeys(channels) if musicians else channels), tuple(musicians)


def _refuse_name(name: str, known: Sequence[str]) -> None:
    if not _NAME.fullmatch(name):
        better = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_0123456789")[:LONGEST_NAME]
        raise BadSetting(
            f"musician={name!r:.60} must be a name of a to z, 0 to 9 and _, a letter first, at most {LONGEST_NAME}"
            f" (try {better or 'erhu'})"
        )
    if name in RESERVED:
        raise BadSetting(f"musician={name} is taken: signals have that name (try {name}_1)")
    if name in known:
        raise BadSetting(f"musician={name} is there twice, each needs a name (try {name}_2)")
