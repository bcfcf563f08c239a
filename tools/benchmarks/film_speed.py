"""How fast a film is made, beside bare moderngl + PyAV."""

from __future__ import annotations

import json
import subprocess
import time
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.loops import Bare, write_scene
from engine import rehearsal
from engine.audio.hearing_settings import HearingSettings
from engine.audio.source import open_source
from engine.features.fast import FastSenses
from engine.foundation import assets
from engine.frame import RATE
from engine.frame_ring import stereo
from engine.stage import film, gpu
from engine.stage.scene import Scene
from engine.stage.targets import Size


def bare_film(path: Path, scene: Scene, size: Size, fps: int, sound: np.ndarray) -> int:
    """The film that a script of one page would write; returns how many pictures."""
    import av

    ctx = gpu.headless()
    bare = Bare(ctx, scene, size)
    pixels = np.zeros((size[1], size[0], 4), np.uint8)
    a_picture = RATE // fps
    pictures = len(sound) // a_picture
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        video: Any = container.add_stream("libx264", rate=fps, options=dict(film._VIDEO))
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        audio: Any = container.add_stream("aac", rate=RATE, layout="stereo")
        audio.bit_rate = film._SOUND_BITS
        for number in range(pictures):
            bare.draw(number / fps)
            bare.output.read_into(pixels, components=4)
            frame = av.VideoFrame.from_ndarray(pixels[::-1], format="rgba")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(video.encode(frame))
            piece = np.ascontiguousarray(sound[number * a_picture : (number + 1) * a_picture].T)
            heard = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
            heard.sample_rate, heard.pts, heard.time_base = RATE, number * a_picture, Fraction(1, RATE)
            container.mux(audio.encode(heard))
        for stream in (video, audio):
            container.mux(stream.encode(None))
    ctx.release()
    return pictures


def film_speed(
    folder: Path, scene: Scene, size: Size, fps: int, seconds: float, turns: int, peer: str | None
) -> dict[str, Any]:
    """Pictures a second of both, in turns, and `… by work`: a second of processor time; with those of a peer."""
    source = open_source(assets.RECORDING)
    if source.rate != RATE:
        raise SystemExit(f"{assets.RECORDING} must be at {RATE} Hz")
    sound = stereo(source.read(int(seconds * RATE)))

    def ours(length: float) -> int:
        rehearsal.render(
            HearingSettings(source=str(assets.RECORDING)),
            str(scene.path),
            folder / "ours.mp4",
            size=size,
            fps=fps,
            seconds=length,
        )
        return round(length * fps)

    def bare(length: float) -> int:
        return bare_film(folder / "bare.mp4", scene, size, fps, sound[: int(length * RATE)])

    loops = {"ours": ours, "bare": bare}
    speeds: dict[str, list[float]] = defaultdict(list)
    for loop in loops.values():
        loop(0.5)
    for turn in range(turns):
        for name in sorted(loops, reverse=bool(turn % 2)):
            begun, worked = time.perf_counter(), time.process_time()
            pictures = loops[name](seconds)
            speeds[name].append(pictures / (time.perf_counter() - begun))
            speeds[f"{name} by work"].append(pictures / (time.process_time() - worked))
        if peer is not None:
            for name, (speed, by_work) in shaderflow(peer, folder, size, fps, seconds).items():
                speeds[f"ShaderFlow {name}"].append(speed)
                speeds[f"ShaderFlow {name} by work"].append(by_work)
    return {name: [round(speed, 1) for speed in found] for name, found in speeds.items()}


def shaderflow(python: str, folder: Path, size: Size, fps: int, seconds: float) -> dict[str, list[float]]:
    """What the peer measures of itself, under its own interpreter."""
    script = Path(__file__).resolve().parents[1] / "peer_shaderflow.py"
    asked = [f"{size[0]}x{size[1]}", str(fps), str(seconds), str(folder / "peer.mp4")]
    told = subprocess.run([python, str(script), *asked], capture_output=True, text=True, check=False)
    if told.returncode:
        raise SystemExit(f"ShaderFlow under {python}: {(told.stderr.strip().splitlines() or ['it died'])[-1]}")
    found: dict[str, list[float]] = json.loads(told.stdout.strip().splitlines()[-1])
    return found


def report_film(
    folder: Path, size: Size, fps: int, seconds: float, turns: int, peer: str | None = None
) -> dict[str, Any]:
    """Print and return how fast films are made."""
    scene = write_scene(folder, "film", still=True)
    FastSenses(2)  # what it compiles is not the film's to pay
    found = film_speed(folder, scene, size, fps, seconds, turns, peer)
    ours, bare = (float(np.median(found[name])) for name in ("ours", "bare"))
    print(f"film {size[0]}×{size[1]} at {fps}, {seconds:g} s, pictures a second, {turns} turns")
    for name, speeds in sorted(found.items()):
        print(f"  {name:28} {float(np.median(speeds)):6.1f}  {speeds}")
    in_turns = float(np.median(np.divide(found["ours"], found["bare"])))
    print(f"  ratio {ours / bare:.2f} of the medians, {in_turns:.2f} the median of the turns'   (≥ 0.95)")
    return {**found, "ratio": ours / bare, "ratio in turns": in_turns}
