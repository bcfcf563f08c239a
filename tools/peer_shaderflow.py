"""How long ShaderFlow takes for a film of the plain shader of tools/bench_stage.py, as JSON. For that bench.

    python tools/peer_shaderflow.py WIDTHxHEIGHT FPS SECONDS OUT.mp4

It runs under an interpreter of its own, which needs shaderflow and ffmpeg: its licence is the AGPL, and nothing of it
is ours. First with the encoder's settings that it ships ("slow", crf 20), then with those of our films ("veryfast", crf
18); no sound. Printed are pictures a second, and a second of processor time, of both: from the scene that stands to the
file that is closed, ffmpeg's share included.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

SHADER = """
void main() {
    vec2 at = astuv - 0.5;
    float rings = 0.5 + 0.5 * sin(40.0 * length(at) - 3.0 * iTime);
    fragColor = vec4(mix(vec3(0.0627, 0.1255, 0.1882), vec3(rings), 0.5) * 0.4, 1.0);
}
"""
WAYS: dict[str, dict[str, object]] = {"shipped": {}, "tuned": {"preset": "veryfast", "crf": 18}}


def cpu_seconds() -> float:
    """Of this process, and of its children that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def main() -> None:
    size, fps, seconds, out = sys.argv[1:]
    width, height = map(int, size.split("x"))
    os.environ["WINDOW_BACKEND"] = "headless"
    from shaderflow.scene import ShaderScene

    class Plain(ShaderScene):
        def build(self) -> None:
            self.shader.fragment = SHADER

    found = {}
    for way, options in WAYS.items():
        scene = Plain()
        if options:
            scene.ffmpeg.h264(**options)
        begun, worked = time.perf_counter(), cpu_seconds()
        scene.main(width=width, height=height, fps=float(fps), time=float(seconds), output=Path(out))
        pictures = float(fps) * float(seconds)
        found[way] = [pictures / (time.perf_counter() - begun), pictures / (cpu_seconds() - worked)]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
