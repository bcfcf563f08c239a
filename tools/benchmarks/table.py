"""What a line of the benchmarks' table is: our figure, those beside it with their ratios, and whether it is good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_MANY: Final = 10_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, or several of one kind (p50, p95, p99), of which `judged` is compared and held against the target."""

    values: tuple[float, ...]
    unit: str = ""
    more: bool = False
    """More is better."""
    judged: int = 0

    @property
    def value(self) -> float:
        """The one that counts."""
        return self.values[min(self.judged, len(self.values) - 1)]

    def __str__(self) -> str:
        return " / ".join(shown(value, self.unit) for value in self.values) + (f" {self.unit}" if self.unit else "")

    def ahead_of(self, other: Figure) -> float | None:
        """How many times as good as the other it is; None where that cannot be said."""
        above, below = self.against(other)
        return above / below if below > 0 and above >= 0 else None

    def against(self, other: Figure) -> tuple[float, float]:
        """Both values, in the order in which a quotient above 1 speaks for this one."""
        theirs = other.values[min(self.judged, len(other.values) - 1)]
        return (self.value, theirs) if self.more else (theirs, self.value)


def shown(value: float, unit: str = "") -> str:
    """Three digits that say something; a share (no unit, up to 1) as .940."""
    if not unit and 0 < value <= 1:
        return f"{value:.3f}".removeprefix("0") if value >= 5e-4 else f"{value:.0e}"
    if abs(value) >= _MANY:
        return f"{value:,.0f}"
    if abs(value) >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class Good:
    """A target in words, and what it asks: at most, at least, or so many times as good as the first beside it."""

    words: str = ""
    most: float | None = None
    least: float | None = None
    ahead: float | None = None

    def met(self, ours: Figure, first: Figure | None) -> bool | None:
        """Whether it is; None where nothing is asked, or who is asked about is not here."""
        if self.most is not None:
            return ours.value <= self.most
        if self.least is not None:
            return ours.value >= self.least
        if self.ahead is None or first is None:
            return None
        above, below = ours.against(first)
        return above >= self.ahead * below


@dataclass(frozen=True, slots=True)
class Row:
    """What a line says: figures by the names that the job's reader gives them."""

    what: str
    ours: str
    beside: Mapping[str, str] = field(default_factory=dict)
    """Who stands beside it, and the name of its figure."""
    good: Good = Good()
    known: str = ""
    """What is known of others from elsewhere, not measured here."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What is told beside it and is nothing to be compared with: a part of it, what it stands on."""
    cited: bool = False
    """The README has it too."""


Line = dict[str, Any]
"""A row when it was measured, as plain data."""


def line(row: Row, figures: Mapping[str, Figure]) -> Line:
    """A row with its figures; what is not among them is told to be missing."""
    ours = figures.get(row.ours)
    beside = []
    first: Figure | None = None
    for number, (name, which) in enumerate(row.beside.items()):
        theirs = figures.get(which)
        first = theirs if number == 0 else first
        ratio = ours.ahead_of(theirs) if ours is not None and theirs is not None else None
        beside.append({"who": name, "figure": _plain(theirs), "ratio": ratio})
    beside += [{"who": name, "figure": _plain(figures.get(which)), "ratio": None} for name, which in row.told.items()]
    return {
        "what": row.what,
        "ours": _plain(ours),
        "beside": beside,
        "good": row.good.words,
        "met": None if ours is None else row.good.met(ours, first),
        "known": row.known,
    }


def _plain(figure: Figure | None) -> dict[str, Any] | None:
    return None if figure is None else {"values": list(figure.values), "unit": figure.unit, "told": str(figure)}


def cells(found: Line, why: str = "") -> list[str]:
    """What | ours | beside it (ratio) | good. `why` nothing was measured at all."""
    ours = found["ours"]["told"] if found["ours"] else (f"not measured: {why}" if why else "not measured in this run")
    beside = [_beside(each) for each in found["beside"]] if found["ours"] else []
    known = [f"known: {found['known']}"] if found["known"] else []
    good = found["good"]
    if found["met"] is not None:
        good += ": met" if found["met"] else ": **missed**"
    return [found["what"], ours, "; ".join([*beside, *known]), good]


def _beside(each: Mapping[str, Any]) -> str:
    if each["figure"] is None:
        return f"{each['who']}: not here"
    ratio = "" if each["ratio"] is None else f" ({shown(each['ratio'], '×')})"
    return f"{each['who']} {each['figure']['told']}{ratio}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown."""
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) for row in rows]
    return "".join(f"| {text} |\n" for text in lines)
