"""A part of a text that a tool writes, between two marks; what stands around it is left as it is.

The first mark says how the part is made anew: `<!-- signals: python tools/signals_table.py --write README.md -->`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One such part, by what it holds and the command that writes it."""

    name: str
    command: str

    @property
    def begin(self) -> str:
        """The mark before it."""
        return f"<!-- {self.name}: {self.command} -->"

    @property
    def end(self) -> str:
        """The mark after it."""
        return f"<!-- end of {self.name} -->"

    def of(self, text: str) -> str:
        """What stands there now. ValueError where the marks do not."""
        return self._split(text)[1]

    def rewritten(self, text: str, new: str) -> str:
        """The text with `new` there. ValueError where the marks do not stand once."""
        before, _, after = self._split(text)
        return f"{before}{self.begin}\n{new}\n{self.end}{after}"

    def _split(self, text: str) -> tuple[str, str, str]:
        if text.count(self.begin) != 1 or text.count(self.end) != 1:
            raise ValueError(f"{self.begin} and {self.end} must stand once in what is rewritten")
        before, rest = text.split(self.begin)
        now, after = rest.split(self.end)
        return before, now.strip("\n"), after
