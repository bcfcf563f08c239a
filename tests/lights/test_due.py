"""What is due: so many hops late, at most so often, and never a hop twice."""

from __future__ import annotations

import numpy as np
import pytest

from engine.frame import HOP, RATE
from engine.frame_ring import LONGEST_DELAY
from engine.lights.destination import parse_destination
from engine.lights.due import Due


def _told(due: Due, hops: int) -> list[tuple[int, int]]:
    """(hop, the hop whose numbers are told in it)."""
    found = []
    for hop in range(hops):
        numbers = due.step(np.full(3, float(hop)))
        if numbers is not None:
            found.append((hop, int(numbers[0])))
    return found


@pytest.mark.parametrize("hops", [0, 1, 2, 7, 300])
def test_numbers_come_so_many_hops_late(hops: int) -> None:
    milliseconds = hops * HOP / RATE * 1000
    due = Due(parse_destination(f"127.0.0.1:9101:generic@{milliseconds:.3f}"), (3,))
    assert _told(due, hops + 20) == [(hop, hop - hops) for hop in range(hops, hops + 20)]


def test_a_delay_may_change_while_it_plays_and_what_was_heard_meanwhile_is_not_lost() -> None:
    due = Due(parse_destination("127.0.0.1:9101"), (3,))
    assert _told(due, 10)[-1] == (9, 9)
    told = {}
    for hop in range(10, 60):
        due.delay = (4 if hop < 30 else 8 if hop < 50 else 0) * HOP / RATE
        numbers = due.step(np.full(3, float(hop)))
        told[hop] = None if numbers is None else int(numbers[0])
    assert [told[hop] for hop in (10, 13, 14, 29)] == [None, None, 10, 25]
    assert [told[hop] for hop in (30, 49, 50, 59)] == [22, 41, 50, 59]
    due.delay = 1e9
    assert due.delay == pytest.approx(LONGEST_DELAY)


def test_a_rate_is_kept_in_the_mean_and_the_newest_is_told() -> None:
    told = _told(Due(parse_destination("127.0.0.1:9101:generic", 40.0), (3,)), 1875)
    assert len(told) == pytest.approx(400, abs=1)
    assert all(hop == source for hop, source in told)
    assert set(np.diff([hop for hop, _ in told])) <= {4, 5}
