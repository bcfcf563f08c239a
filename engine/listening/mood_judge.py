"""The classifier of moods: what is known of some seconds of music in, four probabilities out.

What is told are labels that people of one culture gave to piano music, no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile
from engine.foundation import assets, models
from engine.listening.mood_features import EIGHT, eight
from engine.listening.mood_tally import Array
from engine.listening.mood_window import FEATURES, window

MOODS: Final = ("excitement", "relaxation", "irritation", "depression")
"""In the order of the paper."""
SHIPPED: Final = "mood"
"""The name of the model that comes with the engine."""
DESCRIBED: Final = 128
"""Numbers by which the ear describes a sound."""

AXES: Final = np.array([[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]])
"""What each mood says of valence and of arousal."""
_IN: Final = {"features": (None, FEATURES), "embedding": (None, 2 * DESCRIBED), "described": (None, 1)}
_OUT: Final = {"probabilities": (None, len(MOODS)), "distance": (None, 1)}


class Verdict(NamedTuple):
    """What a window is found to be: `probabilities` (4,) in the order of MOODS sum to 1, `features` are the eight in
    their units, `distance` is how unlike everything learned it is, 1 the limit."""

    probabilities: Array
    features: Array
    distance: float

    @property
    def valence(self) -> float:
        """Pleasant 1 … unpleasant −1."""
        return float(AXES[0] @ self.probabilities)

    @property
    def arousal(self) -> float:
        """Stirring 1 … calm −1."""
        return float(AXES[1] @ self.probabilities)

    @property
    def known(self) -> bool:
        """Whether it is like anything learned."""
        return self.distance <= 1.0

    def table(self) -> dict[str, Any]:
        """As JSON says it."""
        shares = {mood: round(float(share), 4) for mood, share in zip(MOODS, self.probabilities, strict=True)}
        shares[MOODS[int(self.probabilities.argmax())]] += round(1.0 - sum(shares.values()), 4)
        return {
            **{mood: round(share, 4) for mood, share in shares.items()},
            "valence": round(self.valence, 4),
            "arousal": round(self.arousal, 4),
            "known": self.known,
            "features": {f.name: round(float(value), 4) for f, value in zip(EIGHT, self.features, strict=True)},
        }


NEUTRAL: Final = Verdict(np.full(4, 0.25), np.zeros(len(EIGHT)), np.inf)
"""What is said of nothing."""


class Second(NamedTuple):
    """What a second adds: a tally, and how the ear described it; None where it did not."""

    tally: Array
    described: NDArray[np.float32] | None


class MoodModel:
    """The classifier: what is known of seconds of music in, a verdict out. Safe to use from several threads."""

    def __init__(self, model: str | Path | None = None) -> None:
        """A model by name or path, the shipped one if none is named.

        BadFile in one line where there is none, or it is no such classifier.
        """
        name, folder = models.located(assets.MODELS / f"{SHIPPED}.onnx" if model is None else model)
        self.card: Mapping[str, Any] = MappingProxyType(models.card(name, folder))
        where = f"{folder / name}.onnx"
        self._session = models.session(name, folder)
        models.expect(self._session, where, _IN, _OUT)
        self.network = str(self.card.get("network", ""))
        """The sha256 of the network whose descriptions it understands."""
        if tuple(self.card.get("moods", ())) != MOODS:
            raise BadFile(f"model={where} tells the moods {self.card.get('moods')}, not {list(MOODS)} (train it again)")

    def judge(self, seconds: Sequence[Second]) -> Verdict:
        """The mood of these seconds; neutral if there are none."""
        if not seconds:
            return NEUTRAL
        tallies = np.array([second.tally for second in seconds])
        described = np.array([second.described for second in seconds if second.described is not None], np.float64)
        view = np.zeros(2 * DESCRIBED)
        if len(described):
            view[:] = *described.mean(axis=0), *described.std(axis=0)
        probabilities, distance = self._session.run(
            list(_OUT),
            {
                "features": window(tallies)[None].astype(np.float32),
                "embedding": view[None].astype(np.float32),
                "described": np.array([[float(len(described) > 0)]], np.float32),
            },
        )
        shares = np.nan_to_num(probabilities[0].astype(np.float64), nan=0.25)
        shares /= max(float(shares.sum()), 1e-9)
        far = float(distance[0, 0])
        return Verdict(shares, eight(tallies.sum(axis=0)), far if np.isfinite(far) else np.inf)
