"""The understudy: a verdict for every scene it is given, whatever is wrong with it, and a small picture while asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from engine.foundation.child import Child
from engine.frame_ring import FrameRing
from engine.stage.thumbnail import Thumbnail
from engine.timing.cues import Change

from .conftest import Write, isf

pytestmark = pytest.mark.gl
CAMERA = '#include "camera.glsl"\nvoid main() { gl_FragColor = vec4(camera_ray(isf_FragNormCoord).direction, 1.0); }'


class Understudy:
    """One that lives, and what it has said."""

    def __init__(self, view: str = "flat") -> None:
        self.ring, self.thumbnail = FrameRing(), Thumbnail()
        fds = (self.ring.memory.fd, self.thumbnail.memory.fd)
        settings = {
            "ring": fds[0],
            "thumbnail": fds[1],
            "musicians": (),
            "size": (64, 36),
            "view": view,
            "slowest": 60.0,
        }
        self.child = Child("engine.stage.understudy", settings, fds=fds)
        self.said: list[dict[str, Any]] = []

    def until(self, true: Callable[[], object], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self.said
            assert self.child.exit_code is None, self.child.complaint
            self.said += self.child.heard()
            time.sleep(0.01)

    def verdict(self, number: int, change: Change) -> dict[str, Any]:
        """What it says of a change."""
        self.child.say(**{"try": asdict(change), "number": number})
        self.until(lambda: any(number in (m.get("fit"), m.get("refused")) for m in self.said))
        return next(m for m in self.said if number in (m.get("fit"), m.get("refused")))

    def close(self) -> None:
        self.child.end()
        self.ring.memory.close()
        self.thumbnail.memory.close()


@pytest.fixture
def understudy() -> Iterator[Callable[..., Understudy]]:
    made: list[Understudy] = []

    def start(view: str = "flat") -> Understudy:
        made.append(Understudy(view))
        made[-1].until(lambda: any("ready" in message for message in made[-1].said))
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_every_change_has_its_verdict_in_its_number(understudy: Callable[..., Understudy], write: Write) -> None:
    one = understudy()
    good = one.verdict(1, Change("fallback", "fade", 1.0))
    assert good["seconds"] > 0.0
    bad = one.verdict(2, Change(str(write("bad.fs", isf("void main() { nonsense; }")))))
    assert "bad.fs:" in bad["why"]
    assert "is none" in one.verdict(3, Change("nothing of the kind"))["why"]
    assert "fade" in one.verdict(4, Change("fallback", "fad", 1.0))["why"]
    assert one.verdict(5, Change("fallback"))["fit"] == 5


def test_what_is_watched_is_drawn_small_until_it_is_not(understudy: Callable[..., Understudy], write: Write) -> None:
    one = understudy()
    one.child.say(watch=str(write("plain.fs", isf("void main() { gl_FragColor = vec4(0.2, 0.4, 0.6, 1.0); }"))))
    one.until(lambda: one.thumbnail.pixels() is not None)
    seen = one.thumbnail.pixels()
    assert seen is not None
    assert np.array_equal(seen[0, 0], [51, 102, 153, 255])
    one.child.say(watch=str(write("bad.fs", isf("void main() { nonsense; }"))))
    one.until(lambda: any("bad.fs:" in str(message.get("trouble")) for message in one.said))
    assert one.thumbnail.pixels() is None
    one.child.say(watch="")
    assert "fit" in one.verdict(1, Change("fallback"))


def test_what_is_watched_wears_the_palette_that_the_stage_wears(
    understudy: Callable[..., Understudy], write: Write
) -> None:
    one = understudy()
    ground = isf("void main() { gl_FragColor = ground; }", INPUTS=[{"NAME": "ground", "TYPE": "color"}])
    one.child.say(palette="xuan")
    one.child.say(watch=str(write("ground.fs", ground)))
    one.until(lambda: one.thumbnail.pixels() is not None)
    seen = one.thumbnail.pixels()
    assert seen is not None
    assert tuple(seen[0, 0, :3]) == (0xF1, 0xE9, 0xDA)
    one.child.say(palette="none of ours")
    assert "fit" in one.verdict(1, Change("fallback"))


def test_it_asks_for_a_camera_where_the_stage_will(understudy: Callable[..., Understudy], write: Write) -> None:
    one = understudy("equirect")
    assert "has no camera" in one.verdict(1, Change(str(write("plain.fs", isf()))))["why"]
    assert "fit" in one.verdict(2, Change(str(write("camera.fs", isf(CAMERA)))))
