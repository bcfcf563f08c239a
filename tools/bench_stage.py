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
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import figures
from benchmarks.film_speed import report_film
from benchmarks.own_cost import report_own


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
