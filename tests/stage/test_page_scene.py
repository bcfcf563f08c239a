"""The scene *page* by its pixels: ink where was played, pencil where was not, and nothing that moves in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from engine.frame import HOP, RATE, SIGNALS, blank_row
from engine.stage import gpu
from engine.stage.drawing import Moment
from engine.stage.palette import pinned
from engine.stage.render import Renderer
from engine.stage.scene import load_scene
from engine.stage.score_page import ScorePage

pytestmark = pytest.mark.gl

SIZE = (128, 72)
NOTES = 4
EACH = 0.1  # seconds a picture

Opened = Callable[..., "Player"]


def page(*, inked: bool = True, sure: tuple[float, ...] = (1.0,) * NOTES) -> ScorePage:
    """A line of four black squares, a quarter each."""
    ink = np.zeros((64, 512), np.uint8)
    places = [(k + 0.5) / NOTES for k in range(NOTES)]
    for x in places:
        ink[20:44, round(512 * x) - 12 : round(512 * x) + 12] = 255 * inked
    notes = [(x, 0.5, 0, sure[k], 24 / 512, 24 / 64, k, 1.0) for k, x in enumerate(places)]
    return ScorePage(ink, 1, 1, np.array(notes, np.float32))


class Player:
    """Somebody who plays before the scene, a picture each tenth of a second."""

    def __init__(self, ctx: gpu.Context, score: ScorePage | None) -> None:
        self.renderer = Renderer(ctx, SIZE, limit_flashes=False, page=score)
        self.renderer.stage(load_scene("page"))
        self.time, self.onsets = 0.0, 0

    def play(self, seconds: float, **signals: Any) -> np.ndarray:
        """The grey of the last picture, 0..255, after so long of a sound with these signals."""
        loud = {"band__level": -14.0, "sound__loudness": -22.0, "rhythm__strength": 0.5, "score__certainty": 0.9}
        return self._draw(seconds, {**loud, **signals})

    def rest(self, seconds: float, **signals: Any) -> np.ndarray:
        """The same, of silence."""
        return self._draw(seconds, signals)

    def note(self, number: int, seconds: float = 0.6, **signals: Any) -> np.ndarray:
        """A note of the page, from its beginning."""
        self.onsets += 1
        for part in np.linspace(0.0, 0.9, max(round(seconds / EACH), 1)):
            seen = self.play(EACH, score__note=number, score__beat=number - 1 + part, **signals)
        return seen

    def _draw(self, seconds: float, signals: dict[str, Any]) -> np.ndarray:
        for _ in range(round(seconds / EACH)):
            row = blank_row()
            row[0], row[1] = round(self.time * RATE / HOP), self.time
            for name, value in {"rhythm__onsets": self.onsets, **signals}.items():
                row[SIGNALS[name.replace("__", ".")].part] = value
            self.renderer.draw(
                Moment(row, time=self.time, dt=EACH if self.time else 0.0, rows=row[None], palette=pinned("xuan"))
            )
            self.time += EACH
        assert self.renderer.trouble == ""
        return self.renderer.read()[..., :3].astype(float).mean(axis=2)


@pytest.fixture
def opened(ctx: gpu.Context) -> Iterator[Opened]:
    made: list[Player] = []

    def one(score: ScorePage | None) -> Player:
        made.append(Player(ctx, score))
        return made[-1]

    yield one
    for player in made:
        player.renderer.release()
    assert ctx.error == "GL_NO_ERROR"


def darkness(opened: Opened, score: ScorePage, play: Callable[[Player], np.ndarray]) -> list[float]:
    """How dark each of the four signs is, against the same moment on a page without any."""
    with_ink, without = play(opened(score)), play(opened(page(inked=False)))
    columns = np.maximum(without - with_ink, 0.0).max(axis=0)
    there = np.flatnonzero(columns > 4.0)
    signs = np.split(there, np.flatnonzero(np.diff(there) > 3) + 1)
    assert len(signs) == NOTES
    return [float(np.median(columns[sign])) for sign in signs]


def test_what_was_played_is_ink_and_what_is_to_come_is_pencil(opened: Opened) -> None:
    def two(player: Player) -> np.ndarray:
        player.note(1)
        player.note(2)
        return player.rest(1.0, score__note=2, score__beat=2.0)

    first, second, third, fourth = darkness(opened, page(), two)
    assert min(first, second) > 1.6 * max(third, fourth)
    assert min(third, fourth) > 10.0


def test_a_scene_that_comes_on_in_mid_piece_knows_what_was_played(opened: Opened) -> None:
    signs = darkness(opened, page(), lambda player: player.note(3))
    assert min(signs[:2]) > 1.6 * signs[3]


def test_nothing_is_inked_while_the_player_is_lost(opened: Opened) -> None:
    def lost(player: Player) -> np.ndarray:
        player.note(1)
        player.rest(3.0, score__note=1, score__beat=1.0, score__certainty=0.1)
        player.note(2, score__certainty=0.1)
        return player.note(3, score__certainty=0.1)

    first, second, third, fourth = darkness(opened, page(), lost)
    assert first > 1.6 * max(second, third, fourth)


def test_a_note_that_was_left_out_stays_pencil(opened: Opened) -> None:
    def skips(player: Player) -> np.ndarray:
        player.note(1)
        return player.note(4)

    _, second, third, fourth = darkness(opened, page(), skips)
    assert fourth > 1.6 * max(second, third)


def test_a_doubtful_note_is_fainter_than_one_that_was_read_for_sure(opened: Opened) -> None:
    def both(player: Player) -> np.ndarray:
        player.note(1)
        player.note(2)
        return player.rest(1.0, score__note=2, score__beat=2.0)

    doubtful, certain, *_ = darkness(opened, page(sure=(0.2, 1.0, 1.0, 1.0)), both)
    assert doubtful < 0.75 * certain


def test_played_again_from_the_top_the_page_is_pencil_again(opened: Opened) -> None:
    def again(player: Player) -> np.ndarray:
        for number in (1, 2, 3, 4):
            player.note(number)
        player.rest(1.0, score__note=4, score__beat=4.0)
        player.note(1, seconds=3.0)
        return player.rest(1.0, score__note=1, score__beat=1.0)

    first, second, third, fourth = darkness(opened, page(), again)
    assert first > 1.6 * max(second, third, fourth)


@pytest.mark.parametrize("score", [page(), None])
def test_after_ten_seconds_of_silence_nothing_moves(opened: Opened, score: ScorePage | None) -> None:
    player = opened(score)
    player.note(1, pitch__cents=6900.0, pitch__confidence=0.9)
    player.note(2, pitch__cents=7100.0, pitch__confidence=0.9)
    before = player.rest(10.0, score__note=2, score__beat=2.0)
    change = abs(player.rest(1.0, score__note=2, score__beat=2.0) - before)
    assert change.mean() < 0.02
    assert change.max() <= 1.0


def test_without_a_score_what_is_heard_is_written_and_high_is_above(opened: Opened) -> None:
    def written(cents: float) -> np.ndarray:
        player, empty = opened(None), opened(None)
        empty.play(1.2)
        player.play(0.2)
        player.onsets = 1
        seen = player.play(1.0, pitch__cents=cents, pitch__confidence=0.95)
        return np.argwhere(empty.play(EACH) - seen > 25.0)

    low, high = written(5000.0), written(7600.0)
    assert len(low) > 3
    assert len(high) > 3
    assert high[:, 0].mean() < low[:, 0].mean() - 3.0
