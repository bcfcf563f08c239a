"""What the card of the mood model says of it: which features each mood hangs on, and which mood is taken for which.

The paper's Fig. 9 and Fig. 8.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from engine.foundation import assets
from engine.listening.mood_judge import MOODS

Confusion = dict[str, dict[str, float]]
"""For each mood, the percent of its clips that are taken for each."""


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
    found = _read(_card().get("importance"))
    if found is None:
        missing["importance"] = "There is no model of moods here that says which features it hangs on."
    return found


def confusion() -> Confusion | None:
    """Percent of the clips of each mood that are taken for each, as the card says it; None where it says nothing."""
    told: Any = _card().get("confusion")
    try:
        return {mood: {other: float(told[mood][other]) for other in MOODS} for mood in MOODS}
    except (KeyError, TypeError, ValueError):
        return None


def _card() -> Mapping[str, Any]:
    """The card of the mood model; empty where there is none."""
    with suppress(OSError, ValueError):
        return tomllib.loads((assets.MODELS / "mood.toml").read_text(encoding="utf-8"))
    return {}


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
