"""What a show will bring to the stage: its scene, its cues, where it wanders. All of it can be had when it begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.audio.hearing_settings import HearingSettings
from engine.score.cueing import check_places
from engine.score.opening import followed
from engine.stage.scene import load_scene
from engine.stage.transition import load_transition
from engine.timing.cues import Change, Cue, read_change, read_cues
from engine.timing.wandering import Wandering, read_wandering


def check_scenes(names: Sequence[str], musicians: tuple[str, ...]) -> None:
    """A scene that cannot be played is said now, not on stage."""
    for name in dict.fromkeys(names):
        load_scene(name, musicians)


def cues_of(found: Mapping[str, Any], scene: str, hearing: HearingSettings) -> tuple[tuple[Cue, ...], Change]:
    """The table of cues, and the change of the scene keys; every scene, transition and place in them can be had."""
    cues = read_cues(found.get("cues", ()))
    if any(cue.place for cue in cues):
        check_places(cues, None if hearing.own_score is None else followed(hearing.own_score))
    musicians = hearing.names
    said = {key: found[f"change.{key}"] for key in ("transition", "seconds", "when") if f"change.{key}" in found}
    change = read_change({"scene": scene, **said}, "change")
    check_scenes([cue.change.scene for cue in cues], musicians)
    for name in dict.fromkeys((*(cue.change.transition for cue in cues), change.transition)):
        load_transition(name)
    return cues, change


def wandering_of(found: Mapping[str, Any], musicians: tuple[str, ...]) -> Wandering | None:
    """Where the show goes by itself; every scene and transition of it can be had."""
    table = {name.removeprefix("wander."): value for name, value in found.items() if name.startswith("wander.")}
    if not table:
        return None
    chosen = read_wandering(table)
    for name in chosen.transitions:
        load_transition(name)
    return replace(chosen, scenes=tuple(name for scene in chosen.scenes for name in _with_presets(scene, musicians)))


def _with_presets(scene: str, musicians: tuple[str, ...]) -> list[str]:
    """A scene that can be had; for `ink:*` all its presets too."""
    base = scene.removesuffix(":*")
    presets = load_scene(base, musicians).presets
    return [base, *(f"{base}:{preset}" for preset in presets)] if scene != base else [scene]
