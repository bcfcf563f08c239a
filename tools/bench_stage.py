"""What the engine itself costs: a picture against a bare moderngl loop, a film against bare moderngl + PyAV.

    python tools/bench_stage.py                    # both; --own or --film for one of them, --json FILE for a record

Own cost: the painter's loop without its window (the newest row and sound out of shared memory, bindings, all passes,
the picture shown in another framebuffer) minus a loop that draws the same programs and does nothing else, both
waiting for the driver after each picture, at a size where shaders cost nothing; in turns of 100 pictures. Then
20 000 pictures, for what grows. Film: rehearsal.render from the recording to the closed file, senses and sound
included, against the straightest loop that writes the same pictures and sound with the same codec; in turns. (What
an encoder has to do depends on the pictures, so the bindings of that scene work, but lead nowhere.) With --python PATH,
an interpreter that has ShaderFlow, its film of the same shader (without sound) is made in turns with these. On a
machine that has other work too, pictures a second of processor time ("by work") say more than those of the clock.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import figures
import numpy as np

from engine import assets, rehearsal
from engine.audio.hearing import HearingSettings
from engine.audio.source import open_source
from engine.features.fast import FastSenses
from engine.frame import HOP, RATE, SIGNALS, Row, blank_row
from engine.frame_ring import FrameRing, stereo
from engine.stage import film, gpu
from engine.stage.binder import Binder
from engine.stage.drawing import Moment
from engine.stage.glsl import corners, fragment_source, tells_passes_apart, uniform_name, vertex_source
from engine.stage.render import Renderer
from engine.stage.scene import Scene, load_scene
from engine.stage.sound_texture import WINDOW
from engine.stage.targets import Size

TINY: Size = (64, 36)
TURN = 100
FRESH = 3  # hops between two pictures at 60 a second
SPAN = 384  # hops that are drawn before they come again

# Something on every pixel, for which a driver has little to do.
PLAIN = """
void main() {
    vec2 at = isf_FragNormCoord - 0.5;
    float rings = 0.5 + 0.5 * sin(40.0 * length(at) * (1.0 + a) - 3.0 * TIME + 6.0 * b);
    gl_FragColor = vec4(mix(tint.rgb, vec3(rings), 0.5 + 0.3 * c) * (0.4 + 0.6 * d) HEARD, 1.0);
}
"""
HEARD = "+ 0.2 * IMG_NORM_PIXEL(wave, isf_FragNormCoord).r + 0.2 * IMG_NORM_PIXEL(tones, isf_FragNormCoord).r"
BOUND = {
    "a": ("sound.level", 0.0, 1.0, ""),
    "b": ("sound.loudness", 0.0, 1.0, "attack = 0.1\nrelease = 0.5"),
    "c": ("rhythm.hits", 0.0, 1.0, 'curve = "smooth"'),
    "d": ("texture.fractal", 0.0, 1.0, "attack = 0.05\nrelease = 0.2"),
    "tint": ("sound.centroid", "#102030", "#f0c080", "attack = 0.2\nrelease = 0.4"),
}


def write_scene(folder: Path, name: str, *, heard: bool = False, still: bool = False) -> Scene:
    """A simple shader with five bindings, reading the wave and the spectrum or not.

    `still`: the bindings work, but each ends where it begins, so that any sound gives the same pictures.
    """
    inputs: list[dict[str, Any]] = [{"NAME": key, "TYPE": "color" if key == "tint" else "float"} for key in BOUND]
    if heard:
        inputs += [{"NAME": "wave", "TYPE": "audio"}, {"NAME": "tones", "TYPE": "audioFFT"}]
    code = PLAIN.replace("HEARD", HEARD if heard else "")
    (folder / f"{name}.fs").write_text(f"/*{json.dumps({'INPUTS': inputs})}*/\n{code}")
    lines = [f'shader = "{name}.fs"']
    for key, (signal, low, high, more) in BOUND.items():
        ends = json.dumps([low, low if still else high])
        lines.append(f'[bind.{key}]\nsignal = "{signal}"\nto = {ends}\n{more}')
    (folder / f"{name}.toml").write_text("\n".join(lines) + "\n")
    return load_scene(folder / f"{name}.toml")


def music() -> Row:
    """A row in which every signal is in the middle of its range."""
    row = blank_row()
    for signal in SIGNALS.values():
        row[signal.part] = sum(signal.span) / 2
    return row


class Bare:
    """The same programs drawn by moderngl and nothing else: only TIME and RENDERSIZE are set, all inputs rest."""

    def __init__(self, ctx: gpu.Context, scene: Scene, size: Size) -> None:
        shader = scene.shader
        values = Binder(scene).step(music(), 1.0)  # so that the driver has the same to do
        apart = tells_passes_apart(shader)
        self.ctx = ctx
        picture = ctx.texture(size, 4)
        self.output = ctx.framebuffer([picture])
        self._pairs: dict[str, list[Any]] = {}
        for name, step in shader.targets.items():
            variables = {"WIDTH": float(size[0]), "HEIGHT": float(size[1])}
            asked = zip((step.width, step.height), size, strict=True)
            sides = tuple(side if wanted is None else wanted.pixels(variables, 16384) for wanted, side in asked)
            textures = [ctx.texture(sides, 4, dtype="f4" if step.float32 else "f1") for _ in range(2)]
            self._pairs[name] = [(texture, ctx.framebuffer([texture])) for texture in textures]
        blank = ctx.texture((1, 1), 4)
        self._steps: list[Any] = []
        made: dict[int, Any] = {}
        for index, step in enumerate(shader.passes):
            key = index if apart else 0
            if key not in made:
                told = index if apart else None
                made[key] = gpu.build(ctx, vertex_source(shader, told), fragment_source(shader, told))
            program = made[key]
            reads = []
            for item in shader.inputs:
                uniform = program.get(uniform_name(item.name), None)
                if uniform is not None and item.sampled:
                    reads.append((None, len(reads), uniform))
                elif uniform is not None:
                    uniform.value = values[item.name]
            for name in shader.targets:
                if (uniform := program.get(uniform_name(name), None)) is not None:
                    reads.append((name, len(reads), uniform))
            for _, unit, uniform in reads:
                uniform.value = unit
            clock, pixels = program.get("TIME", None), program.get("RENDERSIZE", None)
            self._steps.append((step.target, ctx.vertex_array(program, []), clock, pixels, reads))
        self._blank, self._corners = blank, corners(shader)

    def draw(self, seconds: float) -> None:
        """One picture into `output`."""
        for target, vertices, clock, pixels, reads in self._steps:
            surface = self._pairs[target][1][1] if target else self.output
            if clock is not None:
                clock.value = seconds
            if pixels is not None:
                pixels.value = (surface.width, surface.height)
            for name, unit, _ in reads:
                (self._pairs[name][0][0] if name else self._blank).use(unit)
            surface.use()
            vertices.render(gpu.TRIANGLE_STRIP, vertices=self._corners)
            if target:
                self._pairs[target].reverse()


class Ours:
    """The painter's loop, into a framebuffer that stands for the window."""

    def __init__(self, ctx: gpu.Context, scene: Scene, size: Size, limit_flashes: bool = True) -> None:
        self._renderer = Renderer(ctx, size, limit_flashes=limit_flashes)
        self._renderer.stage(scene)
        self._window = ctx.framebuffer([ctx.texture(size, 4)])
        self._ring = FrameRing()
        rng = np.random.default_rng(0)
        row = music()
        for hop in range(2 * SPAN):
            row[:2] = hop, hop * HOP / RATE
            self._ring.push(row, rng.normal(0, 0.1, (HOP, 2)).astype(np.float32))
        self._hops = -(-WINDOW // HOP)
        self._drawn = 0

    def draw(self, seconds: float) -> None:
        """One picture, three hops after the one before."""
        self._drawn = (self._drawn + FRESH) % SPAN
        back = SPAN - self._drawn
        rows, sound = self._ring.rows(FRESH, back), self._ring.sound(self._hops + FRESH, back)
        moment = Moment(rows[-1], sound, seconds, 1 / 60, rows=rows)
        self._renderer.draw(moment, self._window)


def timed(draw: Callable[[float], None], ctx: gpu.Context, pictures: int, start: int) -> list[float]:
    """Seconds that each picture took."""
    found = []
    for number in range(start, start + pictures):
        begun = time.perf_counter()
        draw(number / 60)
        gpu.wait(ctx)
        found.append(time.perf_counter() - begun)
    return found


def own_cost(scene: Scene, pictures: int) -> dict[str, float]:
    """Microseconds a picture, medians: ours, bare, the difference, and what of it the flash limiter takes."""
    ctx = gpu.headless()
    free = Ours(ctx, scene, TINY, limit_flashes=False)
    loops = {"ours": Ours(ctx, scene, TINY).draw, "bare": Bare(ctx, scene, TINY).draw, "unlimited": free.draw}
    taken: dict[str, list[float]] = {name: [] for name in loops}
    for draw in loops.values():
        timed(draw, ctx, TURN, 0)
    for turn in range(pictures // TURN):
        for name in sorted(loops, reverse=bool(turn % 2)):
            taken[name] += timed(loops[name], ctx, TURN, turn * TURN)
    found = {name: 1e6 * float(np.median(times)) for name, times in taken.items()}
    ctx.release()
    return {**found, "own": found["ours"] - found["bare"], "limiter": found["ours"] - found["unlimited"]}


def growth(scene: Scene, pictures: int) -> dict[str, float]:
    """KiB that memory grew over so many pictures: the process, and what Python holds."""
    ctx = gpu.headless()
    ours = Ours(ctx, scene, TINY)

    def grown(measure: Callable[[], int]) -> int:
        for number in range(3000 + pictures):
            if number == 3000:
                gc.collect()
                before = measure()
            ours.draw(number / 60)
            gpu.wait(ctx)
        gc.collect()
        return measure() - before

    process = grown(resident)
    tracemalloc.start()
    python = grown(lambda: tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    ctx.release()
    return {"process": process / 1024, "python": python / 1024}


def resident() -> int:
    """Bytes of this process in memory."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # not Linux: the peak, which cannot grow unseen either
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


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
    script = Path(__file__).with_name("peer_shaderflow.py")
    asked = [f"{size[0]}x{size[1]}", str(fps), str(seconds), str(folder / "peer.mp4")]
    told = subprocess.run([python, str(script), *asked], capture_output=True, text=True, check=False)
    if told.returncode:
        raise SystemExit(f"ShaderFlow under {python}: {(told.stderr.strip().splitlines() or ['it died'])[-1]}")
    found: dict[str, list[float]] = json.loads(told.stdout.strip().splitlines()[-1])
    return found


def report_own(folder: Path, pictures: int, long_run: int) -> dict[str, Any]:
    """Print and return what a picture costs."""
    scenes = [write_scene(folder, "five bindings"), write_scene(folder, "+ wave and spectrum", heard=True)]
    scenes += [load_scene(name) for name in ("ink", "mountains", "strings")]
    print(f"own cost a picture, µs, medians of {pictures} pictures at {TINY[0]}×{TINY[1]}")
    print(f"  {'scene':22}{'ours':>8}{'bare':>8}{'own':>8}   (≤ 300){'limiter':>9}")
    found: dict[str, Any] = {}
    for scene in scenes:
        found[scene.name] = cost = own_cost(scene, pictures)
        print(f"  {scene.name:22}{cost['ours']:8.0f}{cost['bare']:8.0f}{cost['own']:8.0f}{cost['limiter']:19.0f}")
    found["growth"] = grown = growth(scenes[1], long_run)
    print(f"  grown over {long_run} pictures: process {grown['process']:.0f} KiB, Python {grown['python']:.1f} KiB")
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--own", action="store_true", help="only the cost a picture")
    parser.add_argument("--film", action="store_true", help="only the film")
    parser.add_argument("--pictures", type=int, default=4000)
    parser.add_argument("--long-run", type=int, default=20_000)
    parser.add_argument("--size", type=lambda text: tuple(map(int, text.split("x"))), default=(1280, 720))
    parser.add_argument("--fps", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--python", help="an interpreter that has ShaderFlow: its film beside ours")
    figures.ask(parser)
    arguments = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.own or not arguments.film:
            found["own"] = report_own(folder, arguments.pictures, arguments.long_run)
        if arguments.film or not arguments.own:
            how = arguments.size, arguments.fps, arguments.seconds, arguments.turns, arguments.python
            found["film"] = report_film(folder, *how)
    figures.keep(found, arguments.json)


if __name__ == "__main__":
    main()
