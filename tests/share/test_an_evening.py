"""An evening that is shared keeps what hands did in it: in the record, and in the films that are made from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.frame import HOP, ROW
from engine.rehearsal import render
from engine.settings import settings
from engine.stage import gpu
from engine.takes.take import Take, TakeWriter, script_in
from engine.takes.told import Script, Told

from .test_sharing import TINY, listed, shared

SAID = (Told(20, masters={"brightness": 0.3}), Told(60, masters={"blackout": True}))
SHOW = {"keys": {"scene": "fallback"}}


@pytest.fixture
def evening(tmp_path: Path) -> Path:
    path = tmp_path / "evening.monochord"
    sound = (0.1 * np.sin(np.arange(150 * HOP) * 0.03)).astype(np.float32).reshape(150, HOP, 1)
    with TakeWriter(path, 1, show=SHOW, staged=True) as writer:
        for hop in range(150):
            for told in SAID:
                if told.hop == hop:
                    writer.tell(told)
            row = np.zeros(ROW)
            row[:2] = hop, (hop + 1) * HOP / 48_000
            writer.write(row, sound[hop])
    return path


def test_the_record_of_what_is_shared_has_it_unless_the_show_is_wanted_as_it_is_written(
    evening: Path, tmp_path: Path
) -> None:
    shared(settings(source=str(evening)), tmp_path / "out")
    again = tmp_path / "out" / "evening.monochord"
    assert script_in(again) == script_in(evening) == Script(SAID)
    assert np.array_equal(Take(again).rows, Take(evening).rows)
    shared(settings(source=str(evening), seconds=0.2), tmp_path / "short", seconds=0.2)
    assert script_in(tmp_path / "short" / "evening.monochord") == Script(SAID[:1])
    shared(settings(source=str(evening), as_written=True), tmp_path / "out")  # made anew, not kept
    assert script_in(again) is None


@pytest.mark.gl
@pytest.mark.slow
def test_the_films_that_are_shared_show_it(evening: Path, tmp_path: Path) -> None:
    gpu.headless().release()
    shared(settings(source=str(evening)), tmp_path / "out", formats=(TINY,))
    shared(settings(source=str(evening), as_written=True), tmp_path / "written", formats=(TINY,))
    played, written = (listed(tmp_path / name)["page/landscape.mp4"]["pictures"] for name in ("out", "written"))
    assert played != written
    own = settings(source=str(tmp_path / "out" / "evening.monochord"))
    how = {"size": TINY.size, "fps": TINY.fps, "stills_at": [0.1, 0.7], "script": own.script}
    bright, dark = render(own.hearing, own.scene, tmp_path / "a.mp4", **how)  # type: ignore[arg-type]  # of several kinds
    assert bright[..., :3].max() > 20
    assert dark[..., :3].max() <= 2
