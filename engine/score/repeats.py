"""In which order the bars of a tune sound: repeats and their endings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from engine.score.tune import Bar, Note, Tune, notes_of_bars

_LONGEST: Final = 20_000  # bars played: more than any evening has


def played(bars: Sequence[Bar]) -> tuple[int, ...]:
    """The bars, by their place from 0, in the order in which they sound: repeats and their endings followed.

    A repeat without a begin goes back to the end of the last one, as players do.
    """
    order: list[int] = []
    start, turn, at = 0, 1, 0
    while at < len(bars) and len(order) < _LONGEST:
        bar = bars[at]
        after_endings = at > 0 and bool(bars[at - 1].endings) and not bar.endings
        if at > start and (bar.repeat_from or after_endings):
            start, turn = at, 1
        if bar.endings and turn not in bar.endings:
            at += 1
            continue
        order.append(at)
        if bar.repeat_to and _goes_back(bars, at, turn):
            at, turn = start, turn + 1
            continue
        if bar.repeat_to and not bar.endings:
            start, turn = at + 1, 1
        at += 1
    return tuple(order)


def _goes_back(bars: Sequence[Bar], at: int, turn: int) -> bool:
    """Whether the repeat sign at the end of that bar is obeyed in that pass."""
    bar = bars[at]
    if not bar.endings:
        return turn < bar.repeat_to
    later = at + 1
    while later < len(bars) and bars[later].endings and not bars[later].repeat_from:
        if max(bars[later].endings) > turn:
            return True
        later += 1
    earlier = at
    while earlier > 0 and bars[earlier - 1].endings:
        earlier -= 1
    alone = all(each.endings == bar.endings for each in bars[earlier:at])
    return alone and turn <= max(bar.endings)


def unrolled(tune: Tune) -> Tune:
    """The tune as it is played: every repeat written out. Bars keep their numbers."""
    inside = notes_of_bars(tune)
    bars: list[Bar] = []
    notes: list[Note] = []
    at = Fraction(0)
    last = -1
    for which in played(tune.bars):
        bar = tune.bars[which]
        for note in inside[which]:
            begin, end = max(note.onset, bar.onset), min(note.end, bar.end)
            if note.onset < bar.onset and which == last + 1:  # it goes on over the bar line
                notes[-1] = replace(notes[-1], duration=notes[-1].duration + end - begin)
            else:
                notes.append(replace(note, onset=at + begin - bar.onset, duration=end - begin))
        bars.append(replace(bar, onset=at, repeat_from=False, repeat_to=0, endings=()))
        at += bar.length
        last = which
    return replace(tune, bars=tuple(bars), notes=tuple(notes))
