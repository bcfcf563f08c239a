"""Sound → OSC while nobody has the operator's page open, and while one and four browsers do: in turn, three times.

    python tools/bench_page.py --clicks 60 --rounds 3

Wants what `bench_latency.py` wants. A browser is a websocket of a process of its own, which reads all that a page is
told. The page is served by a thread of the show's own process: what it does with the interpreter, hearing waits for.
Medians over the rounds, of p50, p95 and p99 of each.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from typing import Final

import numpy as np
from benchmarks import figures
from watching.browsers import PORT, browsers
from watching.clicks import CLIENT, JackClicks, jack_server

from engine import latency
from engine.control.page_place import PageSettings
from engine.settings import Settings, settings

PAGES: Final = (None, 0, 1, 4)
"""Browsers; None: no page is served."""


def measured(show: Settings, clicks: JackClicks, count: int, pages: int | None) -> np.ndarray:
    """p50, p95 and p99 of sound → level and of sound → onset, in milliseconds: (2, 3)."""
    served = replace(show, page=None if pages is None else PageSettings(port=PORT))
    with browsers(pages or 0):
        found = latency.measure(served, clicks, count, lambda _: None)
    return np.array([np.percentile(one, (50, 95, 99)) for one in (found.level, found.onset)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clicks", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scene", default="fallback")
    figures.ask(parser)
    asked = parser.parse_args()
    show = settings(
        headless=True, scene=asked.scene, sound__device=f"{CLIENT}, JACK", stage__size=(160, 90), stage__fps=30.0
    )
    found: dict[int | None, list[np.ndarray]] = {pages: [] for pages in PAGES}
    with jack_server(f"bench{os.getpid()}"), JackClicks() as clicks:
        for _ in range(asked.rounds):
            for pages, rounds in found.items():
                rounds.append(measured(show, clicks, asked.clicks, pages))
    print(f"{asked.rounds} rounds of {asked.clicks} clicks      level p50 / p95 / p99          onset p50 / p95 / p99")
    kept: dict[str, dict[str, list[float]]] = {}
    for pages, rounds in found.items():
        name = "no page is served" if pages is None else f"{pages} browser{'' if pages == 1 else 's'}"
        medians = np.median(rounds, axis=0)
        kept[name] = {"level": medians[0].tolist(), "onset": medians[1].tolist()}
        level, onset = (" / ".join(f"{one:6.2f}" for one in row) for row in medians)
        print(f"{name:20} {level} ms   {onset} ms")
    figures.keep(kept, asked.json)


if __name__ == "__main__":
    main()
