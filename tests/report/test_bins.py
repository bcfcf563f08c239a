"""Bins: what a curve of many hops says in few points."""

from __future__ import annotations

import numpy as np
import pytest

from engine.report.bins import Bins

TIME = np.arange(1, 101) / 10


def test_a_bin_holds_the_mean_the_lowest_and_the_highest_of_its_hops() -> None:
    bins, values = Bins(TIME, 10), np.random.default_rng(0).standard_normal(100)
    parts = values.reshape(10, 10)
    assert np.allclose(bins.mean(values), parts.mean(axis=1))
    assert np.allclose(bins.lowest(values), parts.min(axis=1))
    assert np.allclose(bins.highest(values), parts.max(axis=1))
    assert np.allclose(bins.time, np.arange(10) + 0.5)


def test_of_hops_that_were_not_heard_nothing_is_said() -> None:
    bins, heard = Bins(TIME, 10), np.arange(100) >= 15
    found = bins.mean(np.column_stack([TIME, 2 * TIME]), heard)
    assert np.isnan(found[0]).all()
    assert found[1] == pytest.approx([TIME[15:20].mean(), 2 * TIME[15:20].mean()])
    assert bins.commonest(np.full(100, 3), heard).tolist() == [-1, *[3] * 9]


def test_the_surest_hop_speaks_for_its_bin_and_none_where_none_is_sure() -> None:
    trust = np.zeros(100)
    trust[[3, 7, 25]] = 0.2, 0.9, 0.5
    found = Bins(TIME, 10).surest(TIME, trust)
    assert found[[0, 2]] == pytest.approx(TIME[[7, 25]])
    assert np.isnan(np.delete(found, [0, 2])).all()


@pytest.mark.parametrize("hops", [1, 2, 959, 961, 5000])
def test_no_bin_is_without_a_hop(hops: int) -> None:
    bins = Bins(np.arange(1, hops + 1) / 187.5)
    assert len(bins) == min(hops, 960)
    assert np.isfinite(bins.mean(np.ones(hops))).all()


def test_where_nothing_was_heard_there_are_no_bins() -> None:
    with pytest.raises(ValueError, match=r"len\(time\)=0 must be 1 or more"):
        Bins(np.zeros(0))
