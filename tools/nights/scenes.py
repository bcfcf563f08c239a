"""Faults of what is drawn: a shader that hangs the driver, one that crawls, one that fails, one that is saved half."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from watching.show import until

from nights.night import COMING_BACK, GOOD, SCENE, Fault, Night
from nights.verdict import Verdict, so

# A software driver leaves a shader's loops after 65536 rounds: these take some 20 s, with much less work some 3.
_LOOPS = """/*{{"DESCRIPTION": "Never done."}}*/
void main() {{
    vec4 x = gl_FragCoord;
    for (int i = 0; i < {rounds}; i++) {{ {work} }}
    gl_FragColor = x;
}}
"""
_STEP = "x = fract(sin(x) * 43758.5);"
HANGS = _LOOPS.format(rounds=2_000_000_000, work=_STEP * 12)
CRAWLS = _LOOPS.format(rounds=2000, work=_STEP * 12)
FAILS = """/*{"DESCRIPTION": "Wrong."}*/
void main() { gl_FragColor = vec4(no_such_thing, 1.0); }
"""


def selected(name: str, code: str) -> Fault:
    """A scene that was good has become bad, and somebody asks for it."""

    def fault(night: Night) -> Verdict:
        show, before = night.show, night.restarts
        if show.scene != SCENE:
            night.changed_to(SCENE)
        trial = str(night.trial)
        refusals, since = _refused(night), time.monotonic()
        _save(night.trial, code)
        show.order("/monochord/scene/select", "s", trial)
        refused = until(lambda: _refused(night) > refusals or show.scene == trial, COMING_BACK)
        night.settle(night.moments(4.0, 2.0))
        checks = [
            so("refused in a line for the operator", well=refused and _refused(night) > refusals),
            so(f"never on stage, {SCENE} goes on", well=show.scene == SCENE),
            *night.unharmed(since, before),
        ]
        _save(night.trial, GOOD)
        checks.append(so("on stage when it is mended", well=night.changed_to(trial)))
        checks.append(so("and the first one again", well=night.changed_to(SCENE)))
        return Verdict(name, tuple(checks))

    return fault


def half_saved(night: Night) -> Verdict:
    """The scene on stage is saved by an editor that writes half of it, and then the rest."""
    show, before = night.show, night.restarts
    good = night.half.read_text()
    checks = [so("on stage", well=night.changed_to(str(night.half)))]
    before, lines, since = night.restarts, show.heard("half.toml"), time.monotonic()
    night.half.write_text(good[: len(good) // 2])
    checks.append(so("said in one line", well=until(lambda: show.heard("half.toml") > lines, COMING_BACK)))
    night.settle(night.moments(3.0, 1.0))
    checks += [so("the last good picture stays", well=show.scene == str(night.half)), *night.unharmed(since, before)]
    night.half.write_text(good)
    checks.append(so("read again when it is whole", well=until(lambda: show.heard("is read again") > 0, COMING_BACK)))
    night.changed_to(SCENE)
    return Verdict("scene-half-saved", tuple(checks))


def _refused(night: Night) -> int:
    """Lines that say that the scene on trial does not go on."""
    return sum(str(night.trial) in line or "trial.fs" in line for line in night.show.log)


def _save(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)


FAULTS: Sequence[tuple[str, Fault]] = (
    ("scene-hangs", selected("scene-hangs", HANGS)),
    ("scene-crawls", selected("scene-crawls", CRAWLS)),
    ("scene-fails", selected("scene-fails", FAILS)),
    ("scene-half-saved", half_saved),
)
