"""The tree of OSCQuery: each node tells everything that the proposal has an attribute for, made from the tables."""

from __future__ import annotations

import pytest

from engine.control.entry import Entry
from engine.control.oscquery_tree import Tree
from engine.frame import SIGNALS, Signal

from .shown import table

TABLE = table()
TREE = Tree(SIGNALS, TABLE)
UNITS = {"gain.db", "gain.db-raw", "time.second", "time.bpm", "time.cents", "time.hz", "time.ms"}
"""Those of the proposal's list of units that are used here."""
TRANSLATED = {"dBFS", "dB", "Hz", "BPM", "s", "ms", "cents"}
"""Units of ours for which that list has a word; the others are told as they are."""


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=lambda signal: signal.name)
def test_of_every_signal_all_is_told_that_the_proposal_knows(signal: Signal) -> None:
    leaf = TREE.leaves[signal.address]
    told = dict(leaf.attributes)
    size = signal.size
    assert told.pop("TYPE") == leaf.tags == ("i" if signal.counts else "f") * size
    assert told.pop("ACCESS") == 1
    assert told.pop("DESCRIPTION") == signal.meaning
    assert told.pop("RANGE") == [{"MIN": signal.span[0], "MAX": signal.span[1]}] * size
    assert told.pop("CLIPMODE") == ["both" if signal.bounded else "none"] * size
    assert told.pop("TAGS") == ["signal"]
    units = told.pop("UNIT", [""] * size)
    assert len(units) == size
    assert set(units) <= (UNITS if signal.unit in TRANSLATED else {signal.unit})
    assert told == {}


@pytest.mark.parametrize("entry", TABLE.entries.values(), ids=lambda entry: entry.address)
def test_of_every_order_all_is_told_that_the_proposal_knows(entry: Entry) -> None:
    told = dict(TREE.leaves[entry.address].attributes)
    size = len(entry.arguments)
    assert told.pop("TYPE") == (entry.tags or "I")
    assert told.pop("ACCESS") == (3 if entry.told else 2)
    assert told.pop("DESCRIPTION") == entry.description != ""
    assert told.pop("TAGS") == (["order"] if entry.input is None else ["input"])
    assert isinstance(told.pop("CRITICAL"), bool)
    for name in ("CLIPMODE", "EXTENDED_TYPE"):
        assert len(told.pop(name, [])) == size
    ranges = told.pop("RANGE", [None] * size)
    for argument, one in zip(entry.arguments, ranges, strict=True):
        found = one or {}
        bounded = [end for end in (argument.low, argument.high) if end is not None and abs(end) < 1e9]
        assert [found[end] for end in ("MIN", "MAX") if end in found] == bounded
        assert found.get("VALS", []) == list(argument.choices)
    units = told.pop("UNIT", [""] * size)
    for argument, unit in zip(entry.arguments, units, strict=True):
        assert unit in (UNITS if argument.unit in TRANSLATED else {argument.unit})
    assert told == {}


def test_the_frame_itself_is_told_as_whole_as_the_signals_are() -> None:
    told = TREE.leaves["/monochord/frame"].attributes
    assert {len(told[name]) for name in ("TYPE", "RANGE", "CLIPMODE", "UNIT")} == {2}
