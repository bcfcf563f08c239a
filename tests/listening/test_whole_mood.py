"""The mood of a whole recording: as if all had been kept, and little is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.listening.mood_features import EIGHT, eight
from engine.listening.mood_judge import NEUTRAL, Second, Verdict
from engine.listening.mood_tally import SIZE
from engine.listening.whole_mood import WholeMood


class Shares:
    """Judges by the mean of what the tallies hold, and remembers how much it was given."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def judge(self, seconds: Sequence[Second]) -> Verdict:
        self.lengths.append(len(seconds))
        mean = np.mean([second.tally[:4] for second in seconds], axis=0)
        return Verdict(mean / mean.sum(), np.zeros(len(EIGHT)), float(mean[0]))


def seconds(count: int) -> list[Second]:
    rng = np.random.default_rng(count)
    return [Second(rng.uniform(0.1, 1.0, SIZE), None) for _ in range(count)]


def all_kept(model: Shares, kept: Sequence[Second]) -> Verdict:
    """The slow twin: every second is there at the end."""
    starts = range(0, max(len(kept) - 30, 1), 30)
    verdicts = [model.judge(kept[start : start + 60]) for start in starts]
    features = eight(np.sum([second.tally for second in kept], axis=0))
    far = float(np.median([verdict.distance for verdict in verdicts])) if len(kept) >= 8 else np.inf
    return Verdict(np.mean([verdict.probabilities for verdict in verdicts], axis=0), features, far)


@pytest.mark.parametrize("count", [3, 7, 8, 29, 30, 31, 59, 60, 61, 89, 90, 91, 120, 121, 150, 400])
def test_it_is_what_all_seconds_would_have_given_had_they_been_kept(count: int) -> None:
    whole = WholeMood(Shares())
    for second in seconds(count):
        whole.add(second)
    found, wanted = whole.verdict(), all_kept(Shares(), seconds(count))
    assert np.array_equal(found.probabilities, wanted.probabilities)
    np.testing.assert_allclose(found.features, wanted.features, rtol=1e-12)
    assert found.distance == wanted.distance


def test_an_evening_keeps_verdicts_and_no_more_than_a_minute_of_seconds() -> None:
    model = Shares()
    whole = WholeMood(model)
    for number, second in enumerate(seconds(3600), 1):
        whole.add(second)
        if number % 100 == 0:
            whole.verdict()
    assert len(whole._seconds) < 60
    assert set(model.lengths) <= set(range(31, 61))
    assert len(whole._verdicts) == 119


def test_of_less_than_three_seconds_nothing_is_said() -> None:
    whole = WholeMood(Shares())
    assert whole.verdict() is NEUTRAL
    for second in seconds(2):
        whole.add(second)
    assert whole.verdict() is NEUTRAL
