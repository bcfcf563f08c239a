"""Faults of what is read and written: files cut short, a disk that is full, and sound that is no music."""

from __future__ import annotations

import hashlib
import re
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from watching.from_outside import Lights
from watching.show import RunningShow, until

from engine.foundation import assets
from engine.frame import HOP, RATE
from engine.listening.space import SHIPPED_MAP
from engine.takes.take import Take
from nights.night import BEGINNING, COMING_BACK, GOOD, Fault, Night, music
from nights.verdict import Check, Verdict, so, within

_LINE = 300.0  # seconds that a refusal may take on a machine with much to do
_FLUSHED = 188  # hops that a take keeps in memory before it writes them
_SMALL = 'scene = "fallback"\n[stage]\nsize = [64, 36]\n'


def cut_files(night: Night) -> Verdict:
    """Every file that a show is made of, cut where an editor or a copy had got to: one line each, and exit code 1."""
    folder = night.folder / "cut"
    folder.mkdir()
    asked = _cut_files(folder)
    chosen = asked[::4] if night.short else asked
    there = sorted(folder.rglob("*"))
    checks = []
    for name, words in chosen:
        command = [sys.executable, "-m", "engine", "preview", *words, "--headless", "--silent", "--seconds", "1"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LINE, cwd=folder)
        lines = [line for line in ran.stderr.splitlines() if line.strip()]
        well = ran.returncode == 1 and len(lines) == 1 and lines[0].startswith("monochord: ") and not ran.stdout
        told = f"exit {ran.returncode}, {len(lines)} lines: {lines[-1][:90] if lines else ''}"
        checks.append(so(name if well else f"{name} in one line ({told})", well=well))
    return Verdict("files-cut", (*checks, so("nothing written", well=sorted(folder.rglob("*")) == there)))


def _cut_files(folder: Path) -> list[tuple[str, list[str]]]:
    """What is cut, and the words with which a show is to be made of it."""

    def cut(name: str, data: bytes, share: float = 0.5) -> str:
        path = folder / name
        path.write_bytes(data[: int(len(data) * share)])
        return str(path)

    models = {suffix: (assets.MODELS / f"{SHIPPED_MAP}{suffix}").read_bytes() for suffix in (".onnx", ".toml")}
    torn = cut("torn.onnx", models[".onnx"])
    (folder / "torn.toml").write_bytes(models[".toml"])
    matched = cut("matched.onnx", models[".onnx"])
    digest = hashlib.sha256(Path(matched).read_bytes()).hexdigest()
    (folder / "matched.toml").write_text(re.sub(r'sha256 = "\w+"', f'sha256 = "{digest}"', models[".toml"].decode()))
    carded = folder / "carded.onnx"
    carded.write_bytes(models[".onnx"])
    cut("carded.toml", models[".toml"])
    sound = music(folder / "whole.wav", 1.0).read_bytes()
    scene = b'shader = "whole.fs"\n[set]\nglow = 0.5\n'
    (folder / "whole.fs").write_text(GOOD)
    score = b'<?xml version="1.0"?><score-partwise><part-list><score-part id="P1"><part-name>a</part-name></score-part>'
    return [
        (
            "a show file",
            ["tone:440", "--show", cut("show.toml", b'scene = "mountains"\nscenes = ["mountains", "ink"]\n', 0.6)],
        ),
        ("a map", ["tone:440", "--space", torn]),
        ("a map whose card fits it", ["tone:440", "--space", matched]),
        ("a map's card", ["tone:440", "--space", str(carded)]),
        ("a scene", ["tone:440", "--scene", cut("scene.toml", scene, 0.4)]),
        ("a shader", ["tone:440", "--scene", cut("shader.fs", GOOD.encode(), 0.2)]),
        ("a score", ["tone:440", "--score", cut("score.musicxml", score, 0.9)]),
        ("a recording", [cut("sound.wav", sound, 20 / len(sound))]),
        ("a take", [cut("take.monochord", b'{"what": "monochord take 2", "rate": 48000}\n')]),
    ]


def disk_full(night: Night) -> Verdict:
    """The disk is full while the evening is recorded, and later there is room again."""
    folder = night.folder / "disk"
    take = folder / "evening.monochord"
    with Lights() as lights:
        settings = f'{_SMALL}[[osc]]\nto = "127.0.0.1:{lights.port}"\n'
        sound = str(music(night.folder / "music.wav"))
        command = ["preview", sound, "--loop", "--silent", "--headless", "--record", str(take)]
        show = RunningShow(folder, command, settings)
        try:
            begun = until(lambda: take.exists() and take.stat().st_size > 1_000_000, BEGINNING)
            since, room = time.monotonic(), take.stat().st_size + 300_001  # not a whole number of hops
            resource.prlimit(show.process.pid, resource.RLIMIT_FSIZE, (room, -1))
            said = until(lambda: "evening.monochord stopped after" in show.said, COMING_BACK)
            written = take.stat().st_size
            night.settle(night.moments(3.0, 1.0))
            silence, alive, hops = lights.longest(since, time.monotonic()), show.alive, lights.hops[-1]
            resource.prlimit(show.process.pid, resource.RLIMIT_FSIZE, (-1, -1))
        finally:
            code = show.close()
    kept = Take(take)
    numbers = kept.rows[:, 0]
    slot = (written - take.read_bytes().index(b"\n")) / max(kept.hops, 1)
    return Verdict(
        "disk-full",
        (
            so("recording", well=begun),
            so("said in a line", well=said),
            so("the show went on and ended in order", well=alive and code == 0),
            within("longest silence to the lights", silence, 0.5),
            so(f"{kept.hops} hops kept of {hops}, all that found room", well=room / slot - kept.hops < _FLUSHED + 2),
            so("each whole", well=bool((np.diff(numbers) == 1).all()) and bool(np.isfinite(kept.rows).all())),
            so("with its sound", well=float(np.abs(kept.sound(0, kept.hops)).max()) > 0.1),
        ),
    )


def not_music(night: Night) -> Verdict:
    """Numbers that are none, infinite ones, DC, clipping, silence and digital noise, one after the other."""
    folder = night.folder / "sound"
    folder.mkdir()
    rng = np.random.default_rng(10)
    tune, _ = soundfile.read(music(night.folder / "music.wav"), dtype="float32")
    noise = night.moments(30.0, 3.0)
    parts = {
        "music": tune[: 2 * RATE],
        "NaN": np.full(2 * RATE, np.nan),
        "infinity": np.full(RATE, np.inf),
        "3e38": np.where(np.arange(RATE) % 7 < 3, 3e38, -3e38),
        "DC": np.ones(2 * RATE),
        "clipping": 8.0 * np.sign(np.sin(np.arange(2 * RATE) / 40)),
        "silence": np.zeros(2 * RATE),
        f"{noise:.0f} s of noise": rng.uniform(-1, 1, int(noise * RATE)),
        "music again": tune[: 3 * RATE],
    }
    samples = np.concatenate([part.astype(np.float32) for part in parts.values()])
    soundfile.write(folder / "sound.wav", samples, RATE, subtype="FLOAT")
    with Lights() as lights:
        settings = f'{_SMALL}[[osc]]\nto = "127.0.0.1:{lights.port}"\n'
        show = RunningShow(folder / "show", ["preview", str(folder / "sound.wav"), "--silent", "--headless"], settings)
        ended = until(lambda: not show.alive, BEGINNING + 2 * len(samples) / RATE)
        code = show.close()
        night.settle(0.3)
    levels = np.array(lights.levels[-RATE // HOP :])
    checks: list[Check] = [
        so(f"{lights.datagrams} datagrams of {', '.join(parts)}: all numbers finite", well=lights.not_finite == 0),
        so("all of it heard", well=len(lights.hops) >= len(samples) // HOP),
        so("ended in order", well=ended and code == 0 and "Traceback" not in show.said),
        so("music is heard as music again", well=bool(len(levels)) and -60 < float(levels.max()) < 0),
    ]
    return Verdict("not-music", tuple(checks))


FAULTS: Sequence[tuple[str, Fault]] = (
    ("disk-full", disk_full),
    ("not-music", not_music),
    ("files-cut", cut_files),
)
