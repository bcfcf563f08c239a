"""Phrases of one staff for the engravers: cut from tunes, changed, or made up so that what is rare is not rare."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from engine.score.symbols import HIGHEST, METRES
from sheets.abc_tunes import Tune
from sheets.phrases import Bar, Item, Phrase, quarters_of

_HIGH: Final = 6
"""Positions from which on the brackets of endings may lie outside of a staff's image."""


class Poet:
    """Makes phrases of one staff: cut from tunes, changed, or made up so that what is rare is not rare."""

    def __init__(self, tunes: list[Tune], seed: int) -> None:
        self._tunes = [tune for tune in tunes if len(tune.bars) > 2]
        self._rng = np.random.default_rng(seed)

    def phrase(self) -> Phrase:
        """The next one: of three, two from a tune."""
        return self.of_a_tune() if self._rng.random() < 0.62 else self.made_up()

    def of_a_tune(self, faithful: bool = False, plain: bool = False) -> Phrase:
        """Some bars of a tune; unless `faithful`, in any clef and key; unless `plain`, with other values as well."""
        rng = self._rng
        while True:
            tune = self._tunes[rng.integers(len(self._tunes))]
            first = int(rng.integers(len(tune.bars)))
            bars: list[Bar] = []
            room = rng.integers(10, 58)
            for bar in tune.bars[first:]:
                room -= 1 + sum(1 + 0.6 * bool(i.accidental) for i in bar.items)
                if room < 0 and bars:
                    break
                bars.append(bar)
            made = self._changed(tune, bars, faithful, plain or faithful, first == 0 and tune.opens)
            if made is not None and 6 < len(made.symbols) < 120:
                return made

    def whole_tune(self, most_bars: int = 28) -> Phrase:
        """A tune from begin to end as it stands, of 8 to that many bars."""
        while True:
            tune = self._tunes[self._rng.integers(len(self._tunes))]
            items = [item for bar in tune.bars for item in bar.items]
            fits = all(item.position is None or abs(item.position) <= HIGHEST for item in items)
            if 8 <= len(tune.bars) <= most_bars and fits and tune.metre:
                return Phrase("G", tune.key, tune.metre, True, tuple(_tied(tune.bars)), tune.opens)

    def _changed(self, tune: Tune, bars: list[Bar], faithful: bool, plain: bool, opens: bool) -> Phrase | None:
        rng = self._rng
        places = [i.position for bar in bars for i in bar.items if i.position is not None]
        if not places:
            return None
        shown = bool(rng.random() < 0.45)
        low, high = min(places), max(places)
        if faithful:
            clef, key, shift = "G", tune.key, 0
        else:
            clef = str(rng.choice(["G", "F", "C"], p=[0.5, 0.27, 0.23]))
            key = self._key() if rng.random() < 0.7 else tune.key
            room = np.arange(-HIGHEST - low, HIGHEST - high + 1)
            if not room.size:
                return None
            shift = int(room[np.argmin(np.abs(room - rng.normal(-(low + high) / 2, 3.0)))])
        if low + shift < -HIGHEST or high + shift > HIGHEST:
            return None
        faster = 1 if plain else float(rng.choice([1, 2, 0.5], p=[0.7, 0.2, 0.1]))
        sharp = 0.0 if plain else float(rng.choice([0, 0.06, 0.25], p=[0.45, 0.4, 0.15]))
        out = []
        for bar in bars:
            items = []
            for item in bar.items:
                duration = item.duration * faster
                if duration not in (1, 2, 4, 8, 16, 32):
                    return None
                where = None if item.position is None else item.position + shift
                accidental = item.accidental
                if where is not None and not plain and rng.random() < sharp:
                    accidental = self._accidental()
                items.append(replace(item, duration=int(duration), position=where, accidental=accidental))
            out.append(replace(bar, items=tuple(items)))
        if not plain and rng.random() < 0.25:
            out = [replace(bar, line=self._line(k == len(out) - 1)) for k, bar in enumerate(out)]
        if out[-1].line == "repeat.start" or out[-1].line == "repeat.both":
            out[-1] = replace(out[-1], line="repeat.end" if out[-1].line == "repeat.both" else "bar")
        out = _tied(out)
        metre = tune.metre
        if faster != 1:
            metre = str(rng.choice(METRES))
        return Phrase(clef, key, metre, shown and bool(metre), tuple(out), opens)

    def _key(self) -> int:
        return 0 if self._rng.random() < 0.12 else int(self._rng.integers(-7, 8))

    def _accidental(self) -> str:
        kinds = ["flat", "natural", "sharp", "double-flat", "double-sharp"]
        return str(self._rng.choice(kinds, p=[0.3, 0.3, 0.3, 0.04, 0.06]))

    def _line(self, last: bool) -> str:
        lines = ["bar", "bar.double", "bar.final", "repeat.end", "repeat.start", "repeat.both"]
        shares = [0.3, 0.15, 0.25, 0.3, 0, 0] if last else [0.6, 0.1, 0.02, 0.1, 0.1, 0.08]
        return str(self._rng.choice(lines, p=shares))

    def made_up(self) -> Phrase:
        """A phrase by chance: a walk over the staff in rhythms of every kind."""
        rng = self._rng
        metre = first_metre = str(rng.choice(METRES))
        first_key = self._key()
        size = quarters_of({"C": "4/4", "C|": "2/2"}.get(metre, metre))
        clef = str(rng.choice(["G", "F", "C"]))
        here = int(rng.integers(-6, 7))
        step = float(rng.choice([1.5, 3, 5]))
        sharp = float(rng.choice([0, 0.1, 0.4]))
        kinds = rng.dirichlet(np.array([0.5, 0.8, 1.2, 1.2, 0.9, 0.6]))
        triplets = float(rng.choice([0, 0.12, 0.3]))
        rests = float(rng.choice([0.05, 0.15, 0.3]))
        ties = float(rng.choice([0.0, 0.1, 0.3]))
        dotted = float(rng.choice([0.05, 0.2]))
        bars: list[Bar] = []
        count = 0
        most = rng.integers(6, 30)
        ending = 0
        while count < most:
            left = size
            items: list[Item] = []
            while left > 1e-6 and len(items) < 20:
                new: list[Item] = []
                if rng.random() < triplets:
                    base = int(rng.choice([2, 4, 8, 16], p=[0.06, 0.3, 0.44, 0.2]))
                    shape = [base, base, base]
                    if rng.random() < 0.2:
                        shape = [base // 2, base] if base > 1 and rng.random() < 0.5 else [base, max(1, base // 2)]
                    if sum(4 / d * 2 / 3 for d in shape) > left + 1e-6:
                        continue
                    for k, duration in enumerate(shape):
                        new.append(Item(duration, 0, triplet=1 if k == 0 else 3 if k == len(shape) - 1 else 2))
                else:
                    duration = int(rng.choice([1, 2, 4, 8, 16, 32], p=kinds))
                    dots = int(rng.choice([0, 1, 2], p=[1 - dotted, dotted * 0.93, dotted * 0.07]))
                    if duration == 32 or 4 / duration * (1, 1.5, 1.75)[dots] > left + 1e-6:
                        dots = 0
                    if 4 / duration > left + 1e-6:
                        fitting = [d for d in (1, 2, 4, 8, 16, 32) if 4 / d <= left + 1e-6]
                        if not fitting:
                            break
                        duration = fitting[0]
                    run = 1 if duration < 8 else int(rng.integers(1, 5))
                    new = [Item(duration, 0, dots)]
                    new += [Item(duration, 0)] * (run - 1)
                for item in new:
                    if item.quarters > left + 1e-6:
                        continue
                    left -= item.quarters
                    if rng.random() < rests and item.triplet in (0, 2):
                        items.append(replace(item, position=None))
                        continue
                    here = int(np.clip(here + round(rng.normal(0, step)), -HIGHEST, HIGHEST))
                    if rng.random() < 0.12:
                        here = int(rng.integers(-HIGHEST, HIGHEST + 1))
                    accidental = self._accidental() if rng.random() < sharp else ""
                    items.append(replace(item, position=here, accidental=accidental, tie=bool(rng.random() < ties)))
            count += len(items) + 1
            change = rng.random()
            new_key = int(rng.integers(-7, 8))
            now_key = next((bar.key for bar in reversed(bars) if bar.key is not None), first_key)
            key = new_key if bars and change < 0.04 and new_key != now_key else None
            time = str(rng.choice(METRES)) if bars and change > 0.97 else ""
            if time == metre:
                time = ""
            if time:
                metre = time
                size = quarters_of({"C": "4/4", "C|": "2/2"}.get(time, time))
            ending = ending + 1 if ending == 1 else int(rng.random() < 0.1)
            if ending == 2 and bars[-1].line in ("bar", "bar.double") and rng.random() < 0.8:
                bars[-1] = replace(bars[-1], line="repeat.end")
            bars.append(Bar(_whole_groups(items), self._line(False), ending, key, time))
        bars[-1] = replace(bars[-1], line=self._line(True))
        return Phrase(
            clef, first_key, first_metre, bool(rng.random() < 0.5), tuple(_tied(bars)), bool(rng.random() < 0.12)
        )


def _whole_groups(items: list[Item]) -> tuple[Item, ...]:
    """Without triplets that lost a member."""
    groups: list[list[Item]] = []
    for item in items:
        if item.triplet > 1 and groups and groups[-1][-1].triplet in (1, 2):
            groups[-1].append(item)
        else:
            groups.append([item])
    return tuple(
        item for group in groups for item in (group if _sound(group) else [replace(i, triplet=0) for i in group])
    )


def _sound(group: list[Item]) -> bool:
    return group[0].triplet == 0 if len(group) == 1 else group[0].triplet == 1 and group[-1].triplet == 3


def _tied(bars: list[Bar]) -> list[Bar]:
    """With ties only where the next note is the same; one that was there draws the next note to its own place.

    Endings over notes so high that their brackets would lie outside of a staff's image are left out.
    """
    flat = [item for bar in bars for item in bar.items]
    for k, item in enumerate(flat):
        if item.tie and k + 1 < len(flat):
            follower = flat[k + 1]
            if follower.position is None:
                flat[k] = replace(item, tie=False)
            else:
                flat[k + 1] = replace(follower, position=item.position, accidental="")
    out, at = [], 0
    for bar in bars:
        items = tuple(flat[at : at + len(bar.items)])
        high = max((item.position for item in items if item.position is not None), default=0) > _HIGH
        out.append(replace(bar, items=items, ending=0 if high else bar.ending))
        at += len(bar.items)
    return out
