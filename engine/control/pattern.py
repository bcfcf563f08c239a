"""OSC's address patterns, matched against all known addresses at once, within a fixed bound of work.

`?` is any character but `/`, `*` any number of them, `[a-z]` and `[!a-z]` one of a set, `{ink,silk}` one of some words.
A pattern is a row of cells; which of them have been reached is a bit mask, one for each node of the tree of known
addresses. So nothing is ever tried twice, whatever the pattern: the cost is one step a node.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Final

MOST_STEPS: Final = 640
"""Nodes and characters that may be looked at for the patterns of one datagram."""
_MOST_WORDS: Final = 8  # patterns that {…} may stand for
_LONGEST: Final = 128  # characters of a pattern
_SPECIAL: Final = re.compile(r"[?*\[\]{}]")
_LETTERS: Final = frozenset(map(chr, range(0x21, 0x7F))) - {"/"}


class Costly(Exception):
    """A pattern that asks for too much work, or is none."""


def is_pattern(address: str) -> bool:
    """Whether it has a character that means more than itself."""
    return _SPECIAL.search(address) is not None


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    address: str = ""


class Addresses:
    """Known addresses. `steps` is what the last search took."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._root = _Node()
        self.steps, self._most = 0, MOST_STEPS
        for address in addresses:
            node = self._root
            for letter in address:
                node = node.children.setdefault(letter, _Node())
            node.address = address

    def matching(self, pattern: str, most: int = MOST_STEPS) -> list[str]:
        """The addresses that it means, in the order of their letters.

        Costly for what is no pattern, and where more than `most` steps would be needed.
        """
        self.steps, self._most = 0, most
        self._step()
        found: set[str] = set()
        for plain in _without_words(pattern):
            found.update(self._walk(_Cells(plain, self._step)))
        return sorted(found)

    def _step(self, count: int = 1) -> None:
        self.steps += count
        if self.steps > self._most:
            raise Costly("a pattern that means too much")

    def _walk(self, cells: _Cells) -> list[str]:
        found: list[str] = []
        waiting = [(self._root, 1)]
        while waiting:
            node, reached = waiting.pop()
            if node.address and reached & cells.end:
                found.append(node.address)
            self._step(len(node.children))
            for letter, child in node.children.items():
                if after := cells.after(reached, letter):
                    waiting.append((child, after))
        return found


class _Cells:
    """A pattern without {…} as a row of cells, in bit masks: which read a letter, before which a star stands."""

    def __init__(self, pattern: str, step: Callable[[int], None]) -> None:
        self._reads: dict[str, int] = {}
        self._any = self._stars = 0
        bit, place = 1, 0
        step(len(pattern))
        while place < len(pattern):
            letter = pattern[place]
            if letter == "*":
                self._stars |= bit
            else:
                if letter == "[":
                    close = pattern.find("]", place + 1)
                    if close < 0:
                        raise Costly("brackets without an end")
                    inside, place = _set(pattern[place + 1 : close]), close
                    step(len(inside))
                    for one in inside:
                        self._reads[one] = self._reads.get(one, 0) | bit
                elif letter == "?":
                    self._any |= bit
                else:
                    self._reads[letter] = self._reads.get(letter, 0) | bit
                bit <<= 1
            place += 1
        self.end = bit

    def after(self, reached: int, letter: str) -> int:
        """Which cells are reached by one letter more."""
        read = self._reads.get(letter, 0)
        if letter == "/":
            return (reached & read) << 1
        return (reached & (read | self._any)) << 1 | reached & self._stars


def _without_words(pattern: str) -> list[str]:
    """The patterns that it stands for, without {…}."""
    if len(pattern) > _LONGEST:
        raise Costly("a pattern that is too long")
    parts: list[list[str]] = []
    rest, count = pattern, 1
    while rest:
        before, brace, rest = rest.partition("{")
        parts.append([before])
        if brace:
            words, brace, rest = rest.partition("}")
            if not brace or "{" in words:
                raise Costly("braces without an end")
            parts.append(words.split(","))
            count *= len(parts[-1])
            if count > _MOST_WORDS:
                raise Costly("a pattern that means too much")
    return ["".join(chosen) for chosen in product(*parts)]


def _set(inside: str) -> frozenset[str]:
    """The characters of [a-z] or [!a-z], never a slash."""
    turned, inside = inside.startswith("!"), inside.removeprefix("!")
    found: set[str] = set()
    place = 0
    while place < len(inside):
        low = high = ord(inside[place])
        if inside[place + 1 : place + 2] == "-" and place + 2 < len(inside):
            high = ord(inside[place + 2])
            place += 2
        found.update(map(chr, range(min(low, high), max(low, high) + 1)))
        place += 1
    return _LETTERS - found if turned else _LETTERS & found
