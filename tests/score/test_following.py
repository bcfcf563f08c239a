"""The follower of the player: it finds the place, waits, is lost, is found, and obeys."""

from __future__ import annotations

import numpy as np
import pytest

from engine.control.bad_order import BadOrder
from engine.features.fast import FastSenses
from engine.frame import HOP, RATE, Block, Score
from engine.score.following import SCORE, ScoreFollower
from engine.score.positions import WINDOW
from engine.score.search import AT_ONCE
from tests.features.sounds import bowed
from tests.score.playing import SECONDS, Array, follow, hop, hops, melody, score_of

BEAT, BAR, PLACE, TEMPO, CERTAINTY, NOTE, PITCH, SECTION = range(8)
A_QUARTER = 0.6  # seconds, as the players here play: 100 a minute


def notes(pitches: list[int], seconds: float = A_QUARTER) -> list[tuple[int, float]]:
    return [(pitch, seconds) for pitch in pitches]


def off(said: Array, begin: float = 0.0, seconds: float = A_QUARTER) -> Array:
    """Quarters by which each beat is off, of one who plays steadily from quarter `begin` on."""
    return said[:, BEAT] - begin - (np.arange(len(said)) + 1) * SECONDS / seconds


def test_the_group_is_what_the_follower_writes() -> None:
    assert [signal.name for signal in Score.signals] == [
        f"score.{name}" for name in ("beat", "bar", "place", "tempo", "certainty", "note", "pitch", "section")
    ]
    assert SCORE.stop - SCORE.start == 8


def test_before_the_first_note_it_waits_at_the_beginning() -> None:
    said = follow(ScoreFollower(score_of(melody(16))), [(0, 2.0)])
    assert said[-1, [BEAT, BAR, PLACE]].tolist() == [0, 1, 1]


def test_a_steady_player_is_followed_within_a_tenth_of_a_beat() -> None:
    pitches = melody(24)
    said = follow(ScoreFollower(score_of(pitches)), notes(pitches))
    assert np.abs(off(said)[len(said) // 6 :]).max() < 0.25
    assert np.abs(off(said)[len(said) // 6 :]).mean() < 0.1
    assert said[len(said) // 2, TEMPO] == pytest.approx(100.0, rel=0.1)
    assert said[len(said) // 2 :, CERTAINTY].mean() > 0.7


@pytest.mark.parametrize("tempo", [50.0, 160.0])
def test_the_tempo_is_learnt_though_the_score_says_another(tempo: float) -> None:
    pitches = melody(24, seed=3)
    said = follow(ScoreFollower(score_of(pitches, tempo=90.0)), notes(pitches, 60.0 / tempo))
    assert said[3 * len(said) // 4, TEMPO] == pytest.approx(tempo, rel=0.12)
    assert abs(off(said, seconds=60.0 / tempo)[-1]) < 0.3


def test_bar_place_note_and_pitch_are_those_of_the_beat() -> None:
    pitches = melody(20, seed=5)
    said = follow(ScoreFollower(score_of(pitches, sections={3: "B"})), notes(pitches))
    said = said[said[:, BEAT] < 20]
    beats = said[:, BEAT]
    assert said[:, BAR].tolist() == (1 + beats // 4).tolist()
    assert said[:, PLACE] == pytest.approx(1 + said[:, BEAT] - 4 * (said[:, BAR] - 1))
    assert said[:, NOTE].tolist() == (1 + beats // 1).tolist()
    assert said[:, PITCH].tolist() == [pitches[int(beat)] for beat in beats]
    assert said[:, SECTION].tolist() == (beats >= 8).astype(float).tolist()


def test_wrong_and_missing_notes_do_not_lead_it_astray() -> None:
    pitches = melody(32, seed=7)
    played = notes(pitches)
    played[9] = (61, A_QUARTER)
    played[14] = (0, A_QUARTER)
    played[20] = (66, A_QUARTER)
    said = follow(ScoreFollower(score_of(pitches)), played)
    assert np.abs(off(said)[len(said) // 6 :]).max() < 0.6
    assert abs(off(said)[-1]) < 0.2


def test_another_octave_is_the_same_music() -> None:
    pitches = melody(16, seed=2)
    said = follow(ScoreFollower(score_of(pitches)), notes([pitch + 12 for pitch in pitches]))
    assert abs(off(said)[-1]) < 0.2


def test_it_waits_in_a_fermata_and_goes_on_with_the_player() -> None:
    pitches = melody(20, seed=1)
    played = notes(pitches)
    played[7] = (pitches[7], A_QUARTER + 3.0)
    said = follow(ScoreFollower(score_of(pitches)), played)
    held = round((8 * A_QUARTER + 2.5) / SECONDS)
    assert 7.3 < said[held, BEAT] < 8.3
    assert abs(off(said)[-1] + 3.0 / A_QUARTER) < 0.3


def test_it_waits_in_a_silence_that_is_not_written() -> None:
    pitches = melody(20, seed=11)
    played = [*notes(pitches[:8]), (0, 4.0), *notes(pitches[8:])]
    said = follow(ScoreFollower(score_of(pitches)), played)
    assert abs(off(said)[-1] + 4.0 / A_QUARTER) < 0.3


@pytest.mark.parametrize(("first", "to"), [(20, 0), (16, 40), (40, 20)])
def test_a_player_who_goes_elsewhere_is_found_again(first: int, to: int) -> None:
    pitches = melody(64, seed=4)
    follower = ScoreFollower(score_of(pitches))
    before = follow(follower, notes(pitches[:first]))
    after = follow(follower, notes(pitches[to : to + 10]), len(before))
    assert np.abs(off(after, to)[round(3.0 / SECONDS) :]).max() < 0.3


def test_what_fits_nowhere_is_lost_and_the_beat_runs_free() -> None:
    pitches = melody(40, seed=6)
    follower = ScoreFollower(score_of(pitches))
    before = follow(follower, notes(pitches[:16]))
    wild = follow(follower, notes([61, 66, 68, 61, 70, 66, 61, 68, 70, 66, 61, 70], 0.35), len(before))
    assert wild[-1, CERTAINTY] < 0.3
    assert follower.lost
    pace = np.diff(wild[-round(1.0 / SECONDS) :, BEAT]) / SECONDS
    assert pace == pytest.approx(wild[-1, TEMPO] / 60.0, rel=0.01)


def test_a_nudge_moves_it_and_what_is_heard_has_the_last_word() -> None:
    pitches = melody(40, seed=8)
    follower = ScoreFollower(score_of(pitches))
    before = follow(follower, notes(pitches[:12]))
    follower.nudge(1.0)
    assert follower.step(*hop(pitches[12]), len(before))[BEAT] == pytest.approx(before[-1, BEAT] + 1.0, abs=0.3)


def test_a_jump_goes_to_the_bar_and_the_player_is_followed_from_there() -> None:
    pitches = melody(48, seed=9)
    follower = ScoreFollower(score_of(pitches))
    before = follow(follower, notes(pitches[:6]))
    follower.jump_to(8, 2.0)
    after = follow(follower, notes(pitches[29:40]), len(before))
    assert np.abs(off(after, 29)).max() < 0.35


def test_a_bar_that_is_not_there_cannot_be_gone_to() -> None:
    with pytest.raises(BadOrder, match="bar=99 is not in the score"):
        ScoreFollower(score_of(melody(16))).jump_to(99)


def test_while_it_is_held_nothing_moves_it_and_then_it_goes_on_from_there() -> None:
    pitches = melody(40, seed=10)
    follower = ScoreFollower(score_of(pitches))
    before = follow(follower, notes(pitches[:8]))
    follower.hold(True)
    during = follow(follower, notes(melody(8, seed=99)), len(before))
    assert np.ptp(during[1:, BEAT]) == 0
    assert follower.held
    assert during[-1, TEMPO] == 0
    follower.hold(False)
    after = follow(follower, notes(pitches[8:16]), len(before) + len(during))
    assert abs(off(after, 8)[-1]) < 0.3
    assert not follower.held


def test_what_a_hop_costs_does_not_depend_on_the_length_of_the_score() -> None:
    def work(count: int) -> list[int]:
        follower = ScoreFollower(score_of(melody(count)))
        looked = []
        for number, heard in enumerate(hops(notes(melody(8)))):
            before = follower._search.looked
            follower.step(*heard, number)
            looked.append(follower._search.looked - before)
        assert follower._positions._columns.size == WINDOW
        return looked

    assert max(work(2000)) == AT_ONCE
    assert max(work(40)) <= AT_ONCE


def test_reset_is_as_good_as_new() -> None:
    pitches = melody(16, seed=12)
    follower = ScoreFollower(score_of(pitches))
    first = follow(follower, notes(pitches))
    follower.hold(True)
    follow(follower, notes(melody(4)))
    follower.reset()
    assert follow(follower, notes(pitches)).tobytes() == first.tobytes()


def test_whatever_is_heard_every_number_is_finite_and_bounded_ones_keep_their_span() -> None:
    follower = ScoreFollower(score_of(melody(16)))
    rng = np.random.default_rng(1)
    for index in range(400):
        chances = rng.dirichlet(np.full(172, 0.1))
        chroma = rng.uniform(size=12) * (index % 3)
        said = follower.step(chances, chroma, rng.uniform(size=4).astype(np.float32), index)
        assert np.isfinite(said).all()
        for signal, value in zip(Score.signals, said, strict=True):
            assert not signal.bounded or signal.span[0] <= value <= signal.span[1]


def test_bowed_sound_is_followed_through_the_senses() -> None:
    pitches = melody(12, seed=13)
    sound = np.concatenate([0.3 * bowed(440 * 2 ** ((pitch - 69) / 12), 0.5) for pitch in pitches]).astype(np.float32)
    senses, follower = FastSenses(1), ScoreFollower(score_of(pitches))
    said = []
    for index in range(len(sound) // HOP):
        senses.step(Block(index, sound[index * HOP : (index + 1) * HOP, None]))
        said.append(follower.step(senses.chances, senses.chroma, senses.said, index).copy())
    assert np.abs(off(np.array(said), seconds=0.5)[RATE // HOP :]).mean() < 0.2
