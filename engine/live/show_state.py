"""How the show is just now: in words for the operator, as a state for stages that follow, as numbers for its cues."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.audio.hearing import Hearing
from engine.frame import Frame
from engine.lights.osc import Lights
from engine.live.desk import Desk
from engine.live.operator_log import OperatorLog
from engine.score.watching import ScoreWatch
from engine.settings import Settings
from engine.stage.backdrop import Backdrop
from engine.survey.asking import Survey
from engine.timing.cues import Change, CueList
from engine.timing.timecode import Chase
from engine.wall.state import Pose, State

_LINES, _LONGEST = 6, 160  # of the operator's lines, what the panel has room for


class ShowState:
    """Reads from where a show's parts leave what they know, and changes nothing. For the main thread."""

    def __init__(
        self,
        settings: Settings,
        hearing: Hearing,
        desk: Desk,
        cues: CueList,
        lights: Lights,
        log: OperatorLog,
        *,
        newest: Callable[[], Frame | None],
        timecode: Chase,
        score: ScoreWatch | None,
        survey: Survey,
    ) -> None:
        """`newest`: the frame that was made last; None before the first."""
        self._settings, self._hearing, self._desk, self._cues = settings, hearing, desk, cues
        self._lights, self._log, self._newest = lights, log, newest
        self._timecode, self._score, self._survey = timecode, score, survey

    def status(self) -> dict[str, Any]:
        """In words for the operator."""
        hearing, backdrop, tapped = self._hearing, self._desk.backdrop, self._desk.tapped
        seconds = hearing.position if self._settings.hearing.source else self._desk.heard()
        ears = f"{hearing.name} · {hearing.restarts} restarts · {hearing.overflows} overflows"
        return {
            "scene": backdrop.scene if backdrop else "",
            "position": f"{int(seconds) // 60}:{seconds % 60:04.1f}",
            "cue": self._cue(),
            "next": self._desk.next.scene,
            "watched": backdrop.watched if backdrop else "",
            "tapped": f"{tapped.tempo:.1f}" if tapped.tempo else "",
            "paused": hearing.paused,
            "muted": self._lights.muted,
            "blackout": bool(backdrop and backdrop["blackout"]),
            "freeze": bool(backdrop and backdrop["freeze"]),
            "ears": ears,
            "stage": f"{backdrop.renderer} · {backdrop.restarts} restarts" if backdrop else "none",
            "lights": " ".join(map(str, self._lights.destinations)) or "none",
            "survey": self._survey.code(),
            "score": self._score_told(),
            "messages": [message[:_LONGEST] for message in self._log.latest(_LINES)],
        }

    def reached(self) -> dict[str, float]:
        """The numbers that cues wait for, those that are known."""
        newest = self._newest()
        numbers = {"piece": self._hearing.position} if self._settings.hearing.source else {}
        if newest is not None:
            numbers |= {"at": self._desk.heard(), "onsets": newest.rhythm.onsets}
        if (label := self._timecode.number(time.monotonic())) is not None:
            numbers["timecode"] = label
        return numbers

    def on_stage(self, backdrop: Backdrop) -> State:
        """What is on stage, as the stages are told that follow."""
        pose = backdrop.pose
        return State(
            scene=backdrop.scene,
            number=backdrop.orders,
            change=backdrop.order,
            brightness=backdrop["brightness"],
            blackout=backdrop["blackout"],
            freeze=backdrop["freeze"],
            palette=backdrop["palette"] or "",
            paused=self._hearing.paused,
            cue=self._cue(),
            musicians=self._settings.hearing.names,
            held=dict(backdrop["overrides"]),
            fired=dict(backdrop.fired),
            pose=Pose(str(pose["scene"]), float(pose["at"]), tuple(pose["clocks"])),
            may=tuple(dict.fromkeys((change.scene, change.transition) for change in self.planned())),
        )

    def planned(self) -> list[Change]:
        """The changes that the evening may bring: its cues, the scenes that are chosen from, where it wanders."""
        settings = self._settings
        changes = [cue.change for cue in settings.cues]
        changes += [replace(settings.change, scene=name) for name in settings.scenes]
        return changes + (settings.wander.changes() if settings.wander else [])

    def _cue(self) -> str:
        return f"{self._cues.at + 1} of {len(self._cues.cues)}" if self._cues.cues else ""

    def _score_told(self) -> dict[str, Any] | None:
        """How it stands with the score; None where none is followed."""
        if self._score is None:
            return None
        newest = self._newest()
        return self._score.told(0.0 if newest is None else newest.score.beat)
