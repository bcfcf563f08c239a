"""The keyboard: what a key of the stage window orders, as stage and lights are just now."""

from __future__ import annotations

from typing import Final

from engine.control.orders import HoldBack, LightsByHand, Master, Order, ReleaseTap, StepCue, StepScene
from engine.frame import HOP, RATE
from engine.lights.hand import Hand
from engine.stage.backdrop import Backdrop

_BRIGHTER: Final = 0.05  # of a brightness that a key changes
_LATER: Final = HOP / RATE  # seconds by which a key holds the lights back


def order_of(wish: str, backdrop: Backdrop | None, lights: Hand) -> Order | None:
    """The order that a key gives, one of the values of `engine.stage.keys.KEYS`; None for one that gives none."""
    match wish:
        case "next_cue" | "previous_cue":
            return StepCue(1 if wish == "next_cue" else -1)
        case "next_scene" | "previous_scene":
            return StepScene(1 if wish == "next_scene" else -1)
        case "tap_off":
            return ReleaseTap()
        case "lights_manual" | "lights_full":
            name = wish.removeprefix("lights_")
            return LightsByHand(name, not getattr(lights, name))
        case "lights_darker" | "lights_brighter":
            wanted = lights.level + (_BRIGHTER if wish == "lights_brighter" else -_BRIGHTER)
            return LightsByHand("level", round(min(max(wanted, 0.0), 1.0), 3))
        case "lights_earlier" | "lights_later":
            return HoldBack(None, _LATER if wish == "lights_later" else -_LATER, by=True)
    if backdrop is None:
        return None
    match wish:
        case "darker" | "brighter":
            wanted = backdrop["brightness"] + (_BRIGHTER if wish == "brighter" else -_BRIGHTER)
            return Master("brightness", round(min(max(wanted, 0.0), 1.0), 3))
        case "blackout" | "freeze":
            return Master(wish, not backdrop[wish])
        case "overlay":
            return Master("panel", not backdrop["panel"])
    return None
