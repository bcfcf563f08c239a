"""Scenes judged by number, as `monochord scenes --judge` prints them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from engine.films import trial
from engine.frame import SIGNALS
from engine.stage.scene import Scene
from engine.stage.scene_judging import Film, correlation, following, nearest_musics, nearest_scene, unrest
from engine.stage.scene_sheet import driving, lane

_HITS: Final = "rhythm.hits"
_STRUCK: Final = "drummed"
_SETTLING: Final = "settling"
_NOT_FIVE: Final = (_SETTLING, "held, then rest")
"""What is left out where musics are compared: their ends are alike."""
_STILL: Final = 0.05  # steps of 8 bits, in the mean: one pixel in twenty by one step
_BURNT: Final = 0.05  # of the pixels
_APART: Final = 0.03  # root mean square; two papers with nothing on them are 0.01 apart
HEAD: Final = (
    f"{'scene':16}{'onsets':>7}{'drums':>7}{'silence':>9}{'black':>7}{'burnt':>7}{'flashes':>9}"
    f"{'musics':>8}{'others':>8}{'cost':>7}  nearest"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the numbers say of a scene; nan where there was nothing to compare.

    `onsets`, `drums`: how the change of pictures goes with rhythm.hits, in all musics and in the drummed one.
    `signals`: the same of each signal that drives it: with its value, and with its movement. `silence`: the largest
    change of a picture 10 s after the end of the music, in steps of 8 bits. `black`, `burnt`: shares of pixels.
    `flashes`: pictures in which the flash limiter held something back. `musics`: how far apart the two musics are
    that look most alike, `others` the same of the nearest other scene. `cost`: in plain fills.
    """

    scene: str
    onsets: float
    drums: float
    signals: Mapping[str, tuple[float, float]]
    silence: float
    black: float
    burnt: float
    flashes: int
    musics: float
    musics_alike: str
    others: float
    nearest: str
    cost: float

    def lines(self) -> list[str]:
        """As it is printed."""
        parts = [
            f"{self.scene:16}{self.onsets:7.2f}{self.drums:7.2f}{self.silence:9.3f}{self.black:7.0%}{self.burnt:7.0%}",
            f"{self.flashes:9d}{self.musics:8.3f}{self.others:8.3f}{self.cost:7.1f}  {self.nearest}",
        ]
        follows = [
            f"{name} {value:.2f}" if value >= moving else f"{name} {moving:.2f}~"
            for name, (value, moving) in self.signals.items()
        ]
        faults = [f"{'':4}! {fault}" for fault in self.faults()]
        return ["".join(parts), f"{'':4}{', '.join(follows)}", *faults]

    def faults(self) -> list[str]:
        """What breaks a rule that holds for every scene."""
        found = []
        if self.silence > _STILL:
            found.append(f"moves in silence: {self.silence:.2f} of 255 a picture (at most {_STILL:g})")
        if self.burnt > _BURNT:
            found.append(f"{self.burnt:.0%} is burnt out (at most {_BURNT:.0%})")
        if self.flashes:
            found.append(f"the flash limiter held back {self.flashes} pictures")
        if self.musics < _APART:
            found.append(f"looks alike to {self.musics_alike}: {self.musics:.3f} apart (at least {_APART:g})")
        if self.others < _APART:
            found.append(f"looks like {self.nearest}: {self.others:.3f} apart (at least {_APART:g})")
        return found

    def table(self) -> dict[str, Any]:
        """As JSON; null for nan."""
        return {
            key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in asdict(self).items()
        }


def verdicts(
    scenes: Sequence[Scene],
    musics: Sequence[trial.Music],
    films: Mapping[str, Mapping[str, Film]],
    costs: Mapping[str, float],
) -> list[Verdict]:
    """What the numbers say of scenes, from their films by scene and music, one of which is `settling`."""
    sounding = [music for music in musics if music.name not in (trial.SILENCE, _SETTLING)]
    return [_verdict(scene, sounding, films, costs[scene.name]) for scene in scenes]


def _verdict(
    scene: Scene, musics: Sequence[trial.Music], films: Mapping[str, Mapping[str, Film]], cost: float
) -> Verdict:
    own = films[scene.name]
    changes = {music.name: own[music.name].change for music in musics}
    hits = {music.name: music.signal(SIGNALS[_HITS].start) for music in musics}
    signals = {}
    for one in driving(scene):
        lanes = [lane(one, music.signal(one.column)) for music in musics]
        signals[one.signal.name] = following(list(changes.values()), lanes, trial.FPS)
    musics_alike, musics_apart = nearest_musics({name: film for name, film in own.items() if name not in _NOT_FIVE})
    nearest, apart = nearest_scene(scene.name, films)
    return Verdict(
        scene=scene.name,
        onsets=correlation(list(changes.values()), list(hits.values())),
        drums=correlation([changes[_STRUCK]], [hits[_STRUCK]]) if _STRUCK in hits else math.nan,
        signals=signals,
        silence=unrest(own[_SETTLING], trial.QUIET),
        black=_mean([film.black for film in own.values()]),
        burnt=_mean([film.burnt for film in own.values()]),
        flashes=sum(film.held for film in own.values()),
        musics=musics_apart,
        musics_alike=musics_alike,
        others=apart,
        nearest=nearest,
        cost=cost,
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
