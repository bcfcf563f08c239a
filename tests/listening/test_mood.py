"""The mood: probabilities that sum to 1, live as in rehearsal, still in silence, neutral where it knows nothing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadFile
from engine.foundation import assets
from engine.frame import HOP, RATE, SIGNALS, blank_row
from engine.listening.mood import LAG, MOOD, WINDOW, Mood
from engine.listening.mood_features import EIGHT
from engine.listening.mood_judge import MOODS, NEUTRAL, MoodModel, Second, Verdict
from engine.listening.mood_tally import EVERY, LOOKS, PARTS, SIZE, means

SECOND = EVERY * LOOKS
KNOWN, AGE = 6, 7
SHIPPED = pytest.mark.skipif(not (assets.MODELS / "mood.onnx").exists(), reason="the model of moods is not installed")


class ByLevel:
    """Finds loud music exciting and soft music depressing; remembers how many seconds it was given."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def judge(self, seconds: Sequence[Second]) -> Verdict:
        self.given.append(len(seconds))
        loud = float(np.clip((means(sum(second.tally for second in seconds))[0] + 60) / 60, 0, 1))
        return Verdict(np.array([loud, 0, 0, 1 - loud]), np.full(len(EIGHT), loud), 0.5)


def row(level: float, *, silent: bool = False) -> np.ndarray:
    found = blank_row()
    found[SIGNALS["sound.level"].start] = level
    found[SIGNALS["sound.silence"].start] = silent
    found[SIGNALS["sound.centroid"].part] = 800
    return found


def heard(mood: Mood, rows: Sequence[np.ndarray], hops: int) -> np.ndarray:
    return np.array([mood.step(rows[k % len(rows)]).copy() for k in range(hops)])


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_before_three_seconds_of_music_the_mood_is_neutral_and_never_known() -> None:
    values = heard(Mood(ByLevel()), [row(-20)], 3 * SECOND + LAG - 1)
    assert (values[:, :4] == 0.25).all()
    assert not values[:, KNOWN].any()
    assert values[-1, AGE] > 0


def test_the_first_mood_is_taken_at_once_after_its_lag_and_the_next_ones_smoothly() -> None:
    mood = Mood(ByLevel())
    values = heard(mood, [row(-12)], 3 * SECOND + LAG)
    assert values[-1, 0] == pytest.approx(0.8)
    assert values[-1, AGE] == pytest.approx(LAG * HOP / RATE)
    softer = heard(mood, [row(-54)], 40 * SECOND)[:, 0]
    assert np.abs(np.diff(softer)).max() < 0.005
    assert softer[-1] == pytest.approx(0.1, abs=0.02)


def test_the_four_sum_to_one_at_every_hop_and_valence_and_arousal_follow_them() -> None:
    values = heard(Mood(ByLevel()), [row(-12), row(-40)], 10 * SECOND)
    assert np.allclose(values[:, :4].sum(axis=1), 1)
    assert np.allclose(values[:, 4], values[:, 0] + values[:, 1] - values[:, 2] - values[:, 3])
    assert np.allclose(values[:, 5], values[:, 0] + values[:, 2] - values[:, 1] - values[:, 3])


def test_in_silence_the_mood_stands_and_its_age_grows() -> None:
    mood = Mood(ByLevel())
    heard(mood, [row(-12)], 20 * SECOND)
    values = heard(mood, [row(-120, silent=True)], 30 * SECOND)
    assert np.abs(values[:, :4] - values[-1, :4]).max() < 1e-4
    assert values[-1, AGE] > 29
    assert (np.diff(values[SECOND:, AGE]) > 0).all()


def test_no_more_than_the_window_is_judged_however_long_a_show_is() -> None:
    judge = ByLevel()
    mood = Mood(judge, live=True)
    heard(mood, [row(-12)], 2 * WINDOW * SECOND)
    until(lambda: len(judge.given) > WINDOW + 10)
    mood.close()
    assert max(judge.given) == WINDOW


def test_a_show_that_keeps_up_has_the_moods_of_its_rehearsal() -> None:
    rng = np.random.default_rng(1)
    rows = [row(level) for level in rng.uniform(-50, -5, 97)]
    rehearsed = heard(Mood(ByLevel()), rows, 6 * SECOND + 50)
    judge = ByLevel()
    live = Mood(judge, live=True)
    found = []
    for k in range(6 * SECOND + 50):
        found.append(live.step(rows[k % len(rows)]).copy())
        if (k + 1) % SECOND == 0:  # the thread has finished before the lag is over
            asked = k + 1
            until(lambda asked=asked: live._lane.found is not None and live._lane.found.hops == asked)
    live.close()
    assert np.array_equal(np.array(found), rehearsed)


def test_the_same_rows_give_the_same_moods_after_a_reset() -> None:
    rows = [row(level) for level in np.random.default_rng(2).uniform(-50, -5, 31)]
    mood = Mood(ByLevel())
    first = heard(mood, rows, 5 * SECOND)
    mood.reset()
    assert np.array_equal(heard(mood, rows, 5 * SECOND), first)


def test_a_thread_that_dies_is_told_once_and_the_mood_stays() -> None:
    class Broken(ByLevel):
        def judge(self, seconds: Sequence[Second]) -> Verdict:
            if len(self.given) > 3:
                raise ValueError("no such number")
            return super().judge(seconds)

    mood = Mood(Broken(), live=True)
    deadline = time.monotonic() + 30
    said: list[str] = []
    while not said and time.monotonic() < deadline:
        heard(mood, [row(-12)], SECOND)
        said += mood.troubles()
    assert said == ["the sense of mood is lost (ValueError: no such number): the mood stays as it is"]
    assert list(mood.troubles()) == []
    assert heard(mood, [row(-12)], 5)[-1, :4].sum() == pytest.approx(1)
    mood.close()


def test_nan_in_a_row_leaves_everything_finite() -> None:
    values = heard(Mood(ByLevel()), [np.full(len(blank_row()), np.nan), row(-20)], 5 * SECOND)
    assert np.isfinite(values).all()


def test_a_recording_is_judged_whole_up_to_a_minute_and_by_minutes_beyond() -> None:
    judge = ByLevel()
    mood = Mood(judge)
    assert mood.whole() is NEUTRAL
    heard(mood, [row(-12)], 40 * SECOND)
    judge.given.clear()
    assert mood.whole().probabilities[0] == pytest.approx(0.8)
    assert judge.given == [40]
    judge.given.clear()
    heard(mood, [row(-48)], 60 * SECOND)
    assert 0.3 < mood.whole().probabilities[0] < 0.6
    assert [count for count in judge.given if count > WINDOW] == [60, 60, 40]


def test_a_verdict_as_json_sums_to_one_to_the_last_digit() -> None:
    for seed in range(50):
        shares = np.random.default_rng(seed).dirichlet(np.ones(4))
        told = Verdict(shares, np.zeros(8), 0.3).table()
        assert round(sum(told[name] for name in MOODS), 4) == 1
        assert told["known"] is True
    assert NEUTRAL.table()["known"] is False


def noise(level: float) -> list[Second]:
    rng = np.random.default_rng(4)
    tallies = np.abs(rng.normal(0, 1, (20, SIZE))) * 1e3
    tallies[:, PARTS["heard"]] = LOOKS
    return [Second(tally * level, None) for tally in tallies]


@SHIPPED
def test_what_is_unlike_anything_learned_is_not_known_and_has_four_probabilities_all_the_same() -> None:
    verdict = MoodModel().judge(noise(1.0))
    assert not verdict.known
    assert verdict.probabilities.sum() == pytest.approx(1)
    assert (verdict.probabilities >= 0).all()


@SHIPPED
def test_the_shipped_card_says_what_it_learned_from_and_that_it_is_not_for_sale() -> None:
    card = MoodModel().card
    assert "non-commercial" in card["licence"]
    assert "labels that people of one culture gave" in card["what"]
    assert card["network"] == MoodModel().network
    assert set(card["importance"]) == set(MOODS)
    assert all(list(card["importance"][mood]) == [feature.name for feature in EIGHT] for mood in MOODS)


@SHIPPED
@pytest.mark.parametrize(
    ("harm", "why"), [("cut", "is not the one"), ("gone", "No such file"), ("card", "tells the moods")]
)
def test_a_model_that_is_damaged_or_another_is_refused_in_one_line(tmp_path: Path, harm: str, why: str) -> None:
    for kind in ("onnx", "toml"):
        shutil.copy(assets.MODELS / f"mood.{kind}", tmp_path)
    model, card = tmp_path / "mood.onnx", tmp_path / "mood.toml"
    if harm == "cut":
        model.write_bytes(model.read_bytes()[:5000])
    elif harm == "gone":
        model.unlink()
    else:
        card.write_text(card.read_text("utf-8").replace('"irritation"', '"boredom"', 1), "utf-8")
    with pytest.raises(BadFile, match=why) as refused:
        MoodModel(model)
    assert "\n" not in str(refused.value)
    assert "mood" in str(refused.value)


def test_the_group_lies_in_one_piece() -> None:
    assert MOOD.stop - MOOD.start == 16
