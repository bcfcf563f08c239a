"""The record of a performance: heard once and kept as a take, with the show and the hashes of all that draws it.

Everything else is made from the take, so that it can be made again from it: larger, longer after, with the same
pictures bit for bit as long as the hashes agree and the same driver draws.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from engine import assets, models
from engine.analysis import Analysis, described
from engine.audio.hearing import HearingSettings
from engine.errors import BadFile
from engine.frame import LAYOUT, Block, Frame
from engine.frame_ring import stereo
from engine.listening.ear import SHIPPED_MAP
from engine.rehearsal import Progress, Rehearsal, nobody
from engine.settings import Settings, kept_of, said_by
from engine.share.manifest import digest, digest_of
from engine.share.sound_files import SoundFile
from engine.stage.parcel import packed
from engine.take import Take, TakeWriter, is_take, show_in


def programme(chosen: Settings, show: Path | None) -> dict[str, Any]:
    """What of a show decides its pictures, as the keys of a show file: the take keeps it."""
    found = kept_of(said_by(show, chosen.hearing.source))
    own: dict[str, Any] = {"scene": chosen.scene, "stage.view": chosen.stage.view}
    own["stage.flash_limiter"] = chosen.stage.flash_limiter
    own["delay_ms"] = chosen.stage.delay * 1000
    if chosen.stage.palette is not None:
        own["palette"] = chosen.stage.palette
    return {**found, **own}


def hashes(chosen: Settings) -> dict[str, Any]:
    """The version and the digests of everything that hears and draws: a picture is the same where these are."""
    scenes: dict[str, str] = {}
    wander = chosen.wander.scenes if chosen.wander is not None else ()
    for scene in dict.fromkeys((chosen.scene, *(cue.change.scene for cue in chosen.cues), *wander)):
        parcel = packed(scene, chosen.hearing.names)
        scenes |= dict(parcel.own)
        scenes |= {name: digest_of({"bytes": content.hex()}) for name, content in parcel.files.items()}
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
            found += [f"{name} has changed" for name in sorted(before) if before[name] != after.get(name)]
    return found


def heard_from(chosen: Settings, seconds: float | None) -> dict[str, Any]:
    """What a take is made from: the recording itself and how it is listened to."""
    hearing = chosen.hearing
    source = hearing.source or ""
    kept = {
        "band": repr(hearing.own_band),
        "space": hearing.own_space,
        "score": hearing.own_score,
        "musicians": [str(one) for one in hearing.playing],
        "channels": list(hearing.channels),
        "gain_db": hearing.gain_db,
    }
    return {"source": digest(Path(source)) if Path(source).is_file() else source, "seconds": seconds, **kept}


class Recorder(Rehearsal):
    """A rehearsal that keeps every hop: its frame and its sound in a take, its sound as files too.

    Of a recording that is a take the frames are those of its evening.
    """

    def __init__(
        self,
        hearing: HearingSettings,
        seconds: float | None,
        take: Path,
        show: Mapping[str, Any],
        sounds: Sequence[SoundFile],
    ) -> None:
        super().__init__(hearing, seconds)
        self._before = _evening(hearing)
        self._writing: dict[str, Any] = {"path": take, "band": hearing.own_band, "space": hearing.own_space}
        self._writing |= {"score": hearing.own_score, "show": show}
        self._sounds = sounds

    def __iter__(self) -> Iterator[tuple[Block, Frame]]:
        path = self._writing.pop("path")
        with TakeWriter(path, self.channels, self._senses.musicians, **self._writing) as writer:
            for block, frame in super().__iter__():
                known = self._before is not None and block.index < self._before.hops
                row = self._before.rows[block.index] if self._before is not None and known else frame.row
                try:
                    writer.write(row, block.samples)
                except OSError as why:
                    raise BadFile(f"{path.parent}: the take cannot be written: {why.strerror}") from why
                for sound in self._sounds:
                    sound.add(stereo(block.samples))
                yield block, frame


def recorded(recorder: Recorder, progress: Progress = nobody) -> Analysis:
    """Hear it all; what was heard."""
    return described(recorder, progress)


def _evening(hearing: HearingSettings) -> Take | None:
    """The take that is played, where it is played as it is: with the same channels, musicians and score."""
    path = Path(hearing.source or "")
    if not (path.is_file() and is_take(path)):
        return None
    if (
        hearing.channels
        or hearing.musicians
        or hearing.gain_db
        or hearing.space is not None
        or hearing.score is not None
    ):
        return None
    return Take(path)


def _models(space: str | None) -> dict[str, str]:
    """The digests of the networks that listen, by name."""
    found = {}
    for card in sorted(assets.MODELS.glob("*.toml")):
        found[card.stem] = str(tomllib.loads(card.read_text(encoding="utf-8")).get("sha256", ""))
    if space is not None and space != SHIPPED_MAP:
        name, folder = models.located(space)
        found[name] = str(models.card(name, folder).get("sha256", ""))
    return found
