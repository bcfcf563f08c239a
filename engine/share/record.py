"""The record of a performance: heard once and kept as a take, with the show and the hashes of all that draws it.

Everything else is made from the take, so that it can be made again from it: larger, longer after, with the same
pictures bit for bit as long as the hashes agree and the same driver draws.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.analysis import Analysis, described
from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadFile
from engine.frame import Block, Frame
from engine.frame_ring import stereo
from engine.rehearsal import Progress, Rehearsal, nobody
from engine.replay.evening import take_of
from engine.settings import Settings
from engine.share.manifest import digest
from engine.share.sound_files import SoundFile
from engine.takes.take import TakeWriter
from engine.takes.told import Script


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
    if chosen.script is not None:
        kept["as_played"] = True
    return {"source": digest(Path(source)) if Path(source).is_file() else source, "seconds": seconds, **kept}


class Recorder(Rehearsal):
    """A rehearsal that keeps every hop: its frame and its sound in a take, its sound as files too.

    Of a recording that is a take the frames are those of its evening, and it is told what was told then.
    """

    def __init__(
        self,
        hearing: HearingSettings,
        seconds: float | None,
        take: Path,
        show: Mapping[str, Any],
        sounds: Sequence[SoundFile],
        script: Script | None = None,
    ) -> None:
        """`script`: what the stage was told on the evening; None where the film goes as it is written."""
        super().__init__(hearing, seconds)
        self._before = take_of(hearing)
        self._writing: dict[str, Any] = {"path": take, "band": hearing.own_band, "space": hearing.own_space}
        self._writing |= {"score": hearing.own_score, "show": show, "staged": script is not None}
        self._told = deque(script.lines if script is not None else ())
        self._sounds = sounds

    def __iter__(self) -> Iterator[tuple[Block, Frame]]:
        path = self._writing.pop("path")
        with TakeWriter(path, self.channels, self._senses.musicians, **self._writing) as writer:
            for block, frame in super().__iter__():
                known = self._before is not None and block.index < self._before.hops
                row = self._before.rows[block.index] if self._before is not None and known else frame.row
                while self._told and self._told[0].hop <= block.index:
                    writer.tell(self._told.popleft())
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
