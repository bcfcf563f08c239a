"""A small page for the tests: a story in three languages, a way over a map, and a score, without hearing anything."""

from __future__ import annotations

from typing import Any

from engine.share.page import Contents
from engine.share.score_sheet import score_sheet
from engine.share.story import Story, story_of

TELLING: dict[str, Any] = {
    "languages": ["en", "zh", "ar"],
    "artist": "Li Wei, guqin",
    "title": {"en": "Moon over the pass", "zh": "关山月", "ar": "قمر فوق الممر"},
    "text": {"en": "One.\n\nTwo.", "zh": "一。", "ar": "واحد."},
    "captions": [{"from": 0.2, "to": 1.0, "en": "moon", "ar": "قمر"}, {"from": 2.0, "to": 3.0, "en": "pass"}],
}
TUNE: dict[str, Any] = {
    "title": "Scale",
    "key": "C major",
    "time": "4/4",
    "notes": [{"pitch": 60 + step, "onset_quarter": k, "duration_quarter": 1} for k, step in enumerate((0, 2, 4, 5))],
}
SECONDS = 4.0


def living(seconds: float = SECONDS) -> dict[str, Any]:
    """A way that goes from left to right at an even pace, below the middle."""
    count = int(seconds * 10)
    return {
        "way": {
            "time": [10 * k for k in range(count)],
            "x": [round(1600 * k / (count - 1)) - 800 for k in range(count)],
            "y": [-300] * count,
            "family": [0] * count,
        },
        "stars": {"x": [-500, 0, 500, 20, 40], "y": [0, 100, -100, 20, 40], "family": [0] * 5, "families": ["plucked"]},
        "level": [50] * 40,
        "low": [80] * count,
        "low_every": 0.1,
        "notes": [[0, 1], [100, 2], [200, 3], [300, 4]],
    }


def contents(story: Story | None = None, **more: Any) -> Contents:
    found: dict[str, Any] = {
        "story": story or story_of(TELLING),
        "seconds": SECONDS,
        "living": living(),
        "films": {},
        "sheet": score_sheet(TUNE),
        **more,
    }
    return Contents(**found)
