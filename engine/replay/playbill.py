"""The playbill: a show as it is written, on the virtual clock: cues, and where it goes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.frame import SIGNALS, Row
from engine.score.cueing import ScoreCues
from engine.score.timeline import Timeline
from engine.stage.drawing import Moment
from engine.stage.render import Renderer
from engine.stage.scene import load_scene
from engine.stage.transition import load_transition
from engine.timing.cues import Change, Cue, CueList, Downbeat
from engine.timing.wandering import Wanderer, Wandering


class Playbill:
    """The cues on the virtual clock. A scene is ready in no time at all here; it waits only for its beat."""

    def __init__(
        self,
        scene: str,
        musicians: tuple[str, ...],
        cues: Sequence[Cue] = (),
        wander: Wandering | None = None,
        score: Timeline | None = None,
    ) -> None:
        """`scene`: the one that the show begins with. `score`: in which places are sought that cues wait for."""
        self._cues, self._musicians = CueList(cues), musicians
        self._wanderer = Wanderer(_seeded(wander), scene) if wander else None
        self._places = ScoreCues(cues, score) if score is not None else None
        self._coming: tuple[Change, Downbeat] | None = None

    def draw(self, moment: Moment, _hop: int, renderer: Renderer) -> None:
        """The next picture; a scene that cannot be drawn is BadScene, as at the beginning of a film."""
        self._step(moment.row, renderer)
        renderer.draw(moment)

    def _step(self, row: Row, renderer: Renderer) -> None:
        onsets = float(row[SIGNALS["rhythm.onsets"].start])
        cue = self._cues.step({"at": float(row[1]), "piece": float(row[1]), "onsets": onsets})
        if self._places is not None:
            due = self._places.step(float(row[SIGNALS["score.beat"].start]), float(row[SIGNALS["score.tempo"].start]))
            cue = self._cues.select(*due) if due is not None else cue
        if cue is not None:
            self._coming = cue.change, Downbeat(cue.change.when)
        if self._wanderer is not None:
            if cue is not None:
                self._wanderer.note(cue.change.scene)
            change = self._wanderer.step(row)
            self._coming = self._coming if change is None else (change, Downbeat(change.when))
        if self._coming is not None and self._coming[1].step(row):
            change, self._coming = self._coming[0], None
            bring(change, self._musicians, renderer)


def bring(change: Change, musicians: tuple[str, ...], renderer: Renderer) -> None:
    """Let a change begin with the next picture; BadScene if its scene cannot be drawn."""
    transition = load_transition(change.transition) if change.seconds > 0 else None
    scene = load_scene(change.scene, musicians)
    renderer.bring(renderer.prepared(scene, transition, change.seconds))


def _seeded(wander: Wandering) -> Wandering:
    return wander if wander.seed is not None else replace(wander, seed=0)
