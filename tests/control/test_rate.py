"""How much one sender may say."""

from __future__ import annotations

from engine.control.rate import BURST, PER_SECOND, Buckets


def heard(buckets: Buckets, sender: str, times: list[float], each: int = 1) -> int:
    count = 0
    for now in times:
        if buckets.open(sender, now):
            buckets.take(sender, now, each)
            count += 1
    return count


def test_a_burst_is_heard_and_then_a_steady_stream() -> None:
    buckets = Buckets()
    assert heard(buckets, "a", [0.0] * 2000) == BURST
    second = [n / 10_000 for n in range(1, 10_001)]
    assert abs(heard(buckets, "a", second) - PER_SECOND) <= 1


def test_a_bundle_counts_for_all_that_is_in_it() -> None:
    assert heard(Buckets(), "a", [0.0] * 100, each=50) == 10


def test_one_sender_does_not_take_from_another() -> None:
    buckets = Buckets()
    heard(buckets, "a", [0.0] * 1000)
    assert heard(buckets, "b", [0.0]) == 1


def test_many_senders_take_no_more_room_than_some() -> None:
    buckets = Buckets()
    for n in range(5000):
        buckets.take(f"{n}", 0.0, 1)
    assert len(buckets._buckets) == 256
