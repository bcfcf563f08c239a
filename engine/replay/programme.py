"""What a take keeps of its show: the keys that decide the pictures, and the digests of all that hears and draws."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from engine.errors import BadScene
from engine.foundation import assets, models
from engine.frame import LAYOUT
from engine.listening.space import SHIPPED_MAP
from engine.settings import Settings
from engine.stage.parcel import packed
from engine.takes.take import show_in


def kept_with(chosen: Settings) -> dict[str, Any]:
    """What the header of a take says of its show."""
    return {"keys": programme(chosen), "made_with": hashes(chosen, chosen.scenes)}


def programme(chosen: Settings) -> dict[str, Any]:
    """What of a show decides its pictures, as the keys of a show file: a take keeps it."""
    own: dict[str, Any] = {"scene": chosen.scene, "stage.view": chosen.stage.view}
    own["stage.flash_limiter"] = chosen.stage.flash_limiter
    own["delay_ms"] = chosen.stage.delay * 1000
    if chosen.stage.palette is not None:
        own["palette"] = chosen.stage.palette
    return {**chosen.keys, **own}


def hashes(chosen: Settings, more: Sequence[str] = ()) -> dict[str, Any]:
    """The version and the digests of everything that hears and draws: a picture is the same where these are.

    `more`: scenes that a hand may bring.
    """
    scenes: dict[str, str] = {}
    wander = chosen.wander.scenes if chosen.wander is not None else ()
    told = [line.change.scene for line in chosen.script.lines if line.change] if chosen.script is not None else ()
    for scene in dict.fromkeys((chosen.scene, *(cue.change.scene for cue in chosen.cues), *wander, *more, *told)):
        try:
            parcel = packed(scene, chosen.hearing.names)
        except BadScene:
            if scene in told or scene in more:  # it is no more, or cannot be played here: whoever draws it says so
                continue
            raise
        scenes |= dict(parcel.own)
        scenes |= {name: sha256(content).hexdigest() for name, content in parcel.files.items()}
    return {
        "monochord": metadata.version("monochord"),
        "layout": LAYOUT,
        "scenes": dict(sorted(scenes.items())),
        "models": _models(chosen.hearing.own_space),
    }


def changed_since(take: Path, now: Mapping[str, Any]) -> list[str]:
    """What draws or hears otherwise than when the take was made; nothing where it did not say."""
    kept = show_in(take) or {}
    then = kept.get("made_with")
    if not isinstance(then, dict):
        return []
    found = [f"Monochord was {then.get('monochord')}"] if then.get("monochord") != now["monochord"] else []
    for kind in ("scenes", "models"):
        before, after = then.get(kind), now[kind]
        if isinstance(before, dict):
            both = [name for name in sorted(before) if name in after]  # the rest was not on
            found += [f"{name} has changed" for name in both if before[name] != after[name]]
    return found


def _models(space: str | None) -> dict[str, str]:
    """The digests of the networks that listen, by name."""
    found = {}
    for card in sorted(assets.MODELS.glob("*.toml")):
        found[card.stem] = str(tomllib.loads(card.read_text(encoding="utf-8")).get("sha256", ""))
    if space is not None and space != SHIPPED_MAP:
        name, folder = models.located(space)
        found[name] = str(models.card(name, folder).get("sha256", ""))
    return found
