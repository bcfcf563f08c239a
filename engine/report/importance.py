"""Which of the eight features each mood hangs on, as the mood model's card says: the paper's Fig. 9."""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from engine import assets
from engine.listening.mood_judge import MOODS


@dataclass(frozen=True, slots=True)
class Importance:
    """`by_mood`: for each mood, how much each feature matters to it, in the order of `features`."""

    features: tuple[str, ...]
    by_mood: dict[str, tuple[float, ...]]

    def table(self) -> dict[str, Any]:
        """As JSON says it."""
        return {mood: dict(zip(self.features, shares, strict=True)) for mood, shares in self.by_mood.items()}


def importance(missing: dict[str, str]) -> Importance | None:
    """What the card of the mood model says; None, and why in `missing`, where it says nothing."""
    for name, read in (("mood.toml", tomllib.loads), ("mood.json", json.loads)):
        with suppress(OSError, ValueError):
            told = read((assets.MODELS / name).read_text(encoding="utf-8"))
            found = _read(told.get("importance") if isinstance(told, dict) else None)
            if found is not None:
                return found
    missing["importance"] = "There is no model of moods here that says which features it hangs on."
    return None


def _read(told: object) -> Importance | None:
    """{mood: {feature: number}}; None for anything else."""
    if not isinstance(told, dict):
        return None
    by_mood = {mood: told[mood] for mood in MOODS if isinstance(told.get(mood), dict)}
    if len(by_mood) != len(MOODS):
        return None
    features = tuple(map(str, by_mood[MOODS[0]]))
    try:
        shares = {mood: tuple(float(own[name]) for name in features) for mood, own in by_mood.items()}
    except (KeyError, TypeError, ValueError):
        return None
    return Importance(features, shares) if features else None
