"""What grows in a long show is told from what has only warmed up or jumped once."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
if sys.platform == "linux":
    from soak import judged, slope
    from watching.processes import Taken, family, taken


def samples(megabytes: np.ndarray, descriptors: np.ndarray | None = None) -> list[tuple[float, dict[str, Taken]]]:
    """A process, looked at every ten seconds."""
    open_files = np.full(len(megabytes), 30) if descriptors is None else descriptors
    return [
        (10.0 * number, {"painter": Taken(float(own), 50.0, int(files), 9, 6, 0.0)})
        for number, (own, files) in enumerate(zip(megabytes, open_files, strict=True))
    ]


TWO_HOURS = np.arange(720)
NOISE = np.random.default_rng(0).normal(0.0, 0.5, 720)


def test_two_megabytes_an_hour_are_seen_through_noise() -> None:
    assert slope(10.0 * TWO_HOURS, 100 + TWO_HOURS / 180 + NOISE) == pytest.approx(2.0, abs=0.2)
    ((line, well),) = judged(samples(100 + TWO_HOURS / 180 + NOISE), 1200.0)
    assert not well
    assert line.startswith("painter      +")


def test_a_warm_up_and_one_jump_are_no_growth() -> None:
    warming = 100 + 40 * (1 - np.exp(-TWO_HOURS / 20)) + NOISE
    warming[300:] += 8.0 * np.exp(-(TWO_HOURS[300:] - 300) / 30)  # a cache that was filled and let go
    ((_, well),) = judged(samples(warming), 1200.0)
    assert well


def test_a_descriptor_that_is_never_closed_is_seen() -> None:
    ((line, well),) = judged(samples(np.full(720, 100.0), 30 + TWO_HOURS // 90), 1200.0)
    assert not well
    assert "descriptors" in line


def test_a_short_show_is_told_and_not_judged() -> None:
    ((line, well),) = judged(samples(100 + np.arange(60.0)), 60.0)
    assert well
    assert "too short" in line


def test_a_process_and_its_children_are_found_and_weighed() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
        try:
            found = list(family(os.getpid()))
            assert ("conductor", os.getpid()) in found
            assert child.pid in [pid for _, pid in found]
            ours = taken(os.getpid())
            assert ours is not None
            assert ours.own > 10
            assert ours.descriptors >= 3
        finally:
            child.kill()
    assert taken(child.pid) is None
