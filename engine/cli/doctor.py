"""`monochord doctor`: what works on this machine, and what to install for the rest."""

from __future__ import annotations

import json
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from engine.cli import terminal
from engine.errors import BadSetting, MissingDriver, UserMistake
from engine.foundation.findings import Finding, examined

if TYPE_CHECKING:
    from engine.settings import Settings


def doctor(
    show: Annotated[
        Path | None,
        typer.Option(
            help="Walk through all that this show needs: a show file, or concert, club, installation.", metavar="SHOW"
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--file", help="With --show: the recording that it plays, if it plays one.", metavar="FILE"),
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="With --show: it is played without a window.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what works here; with --show: is all of this show there?

    What is missing is said with what to install. Ends with 3 if something is missing that no show can do without,
    with 1 if this show is not ready. Of a show every
    device, scene, change, receiver and port is looked at, and nothing of it is started.

    Example: monochord doctor --show show.toml
    """
    if source is not None and show is None:
        raise BadSetting(f"file={source} is what a show plays (add --show SHOW)")
    chosen = None if show is None else _read(show, source, headless)  # a show that cannot be read is said at once
    here = []
    for name, (check, needed) in _CHECKS.items():
        here.append(examined(name, check, needed))
        if not as_json:
            _print(here[-1])
    missing = _stops(here)
    found = [] if chosen is None or missing else _walk(chosen, f"the scenes of {show}", as_json)
    if as_json:
        listed: dict[str, Any] = {one.name: _listed(one) for one in here}
        if show is not None:
            listed["show"] = [{"name": one.name, **_listed(one)} for one in found]
            listed["ready"] = not (missing or _stops(found))
        print(json.dumps(listed, indent=1))
    elif found:
        print(_summary(found))
    if missing:
        raise typer.Exit(MissingDriver.exit_code)
    if _stops(found):
        raise typer.Exit(UserMistake.exit_code)


def _read(show: Path, source: str | None, headless: bool) -> Settings:
    from engine.settings import settings

    return settings(show, source=source, headless=headless, reading=terminal.read_score)


def _walk(chosen: Settings, title: str, as_json: bool) -> list[Finding]:
    """What the show needs, behind what the machine has."""
    from engine import preflight

    found = []
    with terminal.progress(title) as tell:
        for finding in preflight.walk(chosen, tell):
            found.append(finding)
            if not as_json:
                _print(finding)
    return found


def _summary(found: Sequence[Finding]) -> str:
    """The last line: ready, or what is not."""
    if stops := _stops(found):
        return "NOT READY: " + "; ".join(f"{one.name}: {one.text}" for one in stops)
    look_at = dict.fromkeys(one.name for one in found if not one.well)
    return "ready" + (f", but look at: {', '.join(look_at)}" if look_at else "")


def _stops(found: Sequence[Finding]) -> list[Finding]:
    return [one for one in found if one.needed and not one.well]


def _listed(finding: Finding) -> dict[str, Any]:
    return {"ok": finding.well, "needed": finding.needed, "text": finding.text}


def _print(finding: Finding) -> None:
    mark = "ok     " if finding.well else "MISSING" if finding.needed else "absent "
    print(f"{mark}  {finding.name:12} {finding.text}", flush=True)


def _python() -> str:
    if not (3, 11) <= sys.version_info < (3, 14):
        raise MissingDriver(f"Python {platform.python_version()}: 3.11 to 3.13 is wanted")
    return f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {version()}"


def version() -> str:
    """Which Monochord this is."""
    try:
        return f"monochord {metadata.version('monochord')}"
    except metadata.PackageNotFoundError:
        return "monochord from a checkout"


def _senses() -> str:
    import time

    import numpy as np

    from engine.features.fast import FastSenses
    from engine.frame import HOP, Block

    senses, noise = FastSenses(1), np.random.default_rng(0).normal(0, 0.1, (HOP, 1)).astype(np.float32)
    for index in range(100):
        senses.step(Block(index, noise))
    start = time.thread_time()
    for index in range(100, 1100):
        senses.step(Block(index, noise))
    microseconds = (time.thread_time() - start) * 1e3
    return f"compiled; a hop costs {microseconds:.0f} µs of its 5333 µs"


def _ear() -> str:
    import time

    import numpy as np

    from engine.listening.ear import familiar
    from engine.listening.mel import BANDS, PATCH

    network, known = familiar()
    patch = np.zeros((1, PATCH, BANDS), np.float32)
    known.place(network.embed(patch)[0])
    start = time.thread_time()
    for _ in range(20):
        known.place(network.embed(patch)[0])
    milliseconds = (time.thread_time() - start) * 1e3 / 20
    return (
        f"{network.name} and a map of {len(known.families)} families; a place costs {milliseconds:.1f} ms of its 40 ms"
    )


def _mood() -> str:
    from engine.listening.mood_judge import MoodModel

    card = MoodModel().card
    return f"{card['name']}, for non-commercial use: right for {card['held_out']['piano']['four']:.0%} of piano clips"


def _sound() -> str:
    from engine.audio.device import devices

    found = devices()
    return f"PortAudio sees {len(found)} devices" + ("" if found else " (recordings play silently)")


def _input() -> str:
    from engine.audio.device import find_device

    return f"default {find_device(None, 'input').full_name}"


def _output() -> str:
    from engine.audio.device import find_device

    return f"default {find_device(None, 'output').full_name}"


def _graphics() -> str:
    from engine.stage import gpu

    ctx = gpu.headless()
    return f"{ctx.info['GL_RENDERER']}, OpenGL {ctx.info['GL_VERSION']}"


def _screen() -> str:
    from engine.stage.display import monitor_names

    return "monitors: " + ", ".join(monitor_names())


def _scenes() -> str:
    from engine.stage.scene import load_scene, scene_names

    names = [load_scene(name).name for name in scene_names()]
    return f"{len(names)}: {', '.join(names)}"


def _lights() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, socket.socket(type=socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(1.0)
        sender.sendto(b"/monochord\x00\x00", receiver.getsockname())
        receiver.recv(64)
    return "a datagram comes back over loopback"


def _doors() -> str:
    from engine.stage.door import described

    return described()


def _film() -> str:
    import av

    return f"av {av.__version__}"


def _report() -> str:
    from engine.report import chart

    chart.need()
    drawn = f"matplotlib {metadata.version('matplotlib')}"
    if find_spec("librosa") is None:
        return f"{drawn}; no reference curves without librosa (pip install 'monochord[report]')"
    return f"{drawn}, librosa {metadata.version('librosa')}"


def _disk() -> str:
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    if free < 1:
        raise UserMistake(f"{free:.1f} GiB free here: an hour of takes is 1.5 GiB")
    return f"{free:.0f} GiB free here"


_CHECKS: Final[dict[str, tuple[Callable[[], str], bool]]] = {
    "python": (_python, True),
    "senses": (_senses, True),
    "ear": (_ear, False),
    "mood": (_mood, False),
    "scenes": (_scenes, True),
    "graphics": (_graphics, True),
    "lights": (_lights, True),
    "film": (_film, True),
    "report": (_report, False),
    "disk": (_disk, False),
    "sound": (_sound, False),
    "input": (_input, False),
    "output": (_output, False),
    "screen": (_screen, False),
    "doors": (_doors, False),
}
