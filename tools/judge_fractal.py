"""How true the fractal dimension is where arithmetic says what it must be, beside antropy's.

    python tools/judge_fractal.py --python ANTROPY/bin/python       # --json FILE

Higuchi's dimension of a straight line (1), and of 1024 samples of white noise (2) and of fractional Brownian motion
with the exponents .2, .5 and .8 (2 less the exponent), these in the mean over 20 frames; both by their own defaults.
antropy is asked in the first interpreter that can import it, this one or --python.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence

import numpy as np
from benchmarks import figures
from numpy.typing import NDArray

from engine.features.fractal import higuchi

_SIZE = 1024
_LINE = 1000  # where a sum that ends too early shows
_FRAMES = 20
_EXPONENTS = (0.2, 0.5, 0.8)
_ANTROPY = """
import json, sys, numpy, antropy
print(json.dumps([antropy.higuchi_fd(numpy.array(row)) for row in json.load(sys.stdin)]))
"""

Array = NDArray[np.float64]


def brownian(hurst: float, seed: int) -> Array:
    """Exact fractional Brownian motion (n,), by circulant embedding of its increments (Davies and Harte, 1987)."""
    k = np.arange(_SIZE + 1.0)
    covariance = 0.5 * ((k + 1) ** (2 * hurst) - 2 * k ** (2 * hurst) + np.abs(k - 1) ** (2 * hurst))
    circle = np.concatenate([covariance, covariance[-2:0:-1]])
    weight = np.sqrt(np.maximum(np.fft.fft(circle).real, 0))
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(circle.size) + 1j * rng.standard_normal(circle.size)
    return np.asarray(np.cumsum((np.fft.fft(weight * noise) / np.sqrt(circle.size)).real[:_SIZE]))


def lines() -> dict[str, tuple[float, Array]]:
    """What the dimension must be, and frames (m, n), by name."""
    noise = np.array([np.random.default_rng(seed).standard_normal(_SIZE) for seed in range(_FRAMES)])
    found = {"straight line": (1.0, 0.25 * np.arange(_LINE)[None]), "white noise": (2.0, noise)}
    for hurst in _EXPONENTS:
        motion = np.array([brownian(hurst, seed) for seed in range(_FRAMES)])
        found[f"Brownian motion, exponent {hurst}"] = (2 - hurst, motion)
    return found


def antropy(rows: Sequence[Array], pythons: Sequence[str]) -> list[float] | None:
    """What antropy says of each row; None if no interpreter can import it."""
    asked = json.dumps([row.tolist() for row in rows])
    for python in pythons:
        told = subprocess.run([python, "-c", _ANTROPY], input=asked, capture_output=True, text=True, check=False)
        if told.returncode == 0:
            return list(json.loads(told.stdout.splitlines()[-1]))
        if "ModuleNotFoundError" not in told.stderr:
            raise SystemExit(f"antropy under {python}: {told.stderr.strip().splitlines()[-1]}")
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], metavar="PATH", help="an interpreter with antropy")
    figures.ask(parser)
    said = parser.parse_args()
    asked = lines()
    theirs = antropy([row for _, rows in asked.values() for row in rows], [sys.executable, *said.python])
    if theirs is None:
        print("antropy: cannot be imported, left out")
    found: dict[str, dict[str, float]] = {}
    print(f"{'':32} {'must be':>8} {'ours':>10} {'antropy':>10}   means")
    at = 0
    for name, (wanted, rows) in asked.items():
        found[name] = {"wanted": wanted, "monochord": float(np.mean([higuchi(row) for row in rows]))}
        if theirs is not None:
            found[name]["antropy"] = float(np.mean(theirs[at : at + len(rows)]))
        at += len(rows)
        told = "".join(f" {found[name][who]:10.4f}" for who in ("monochord", "antropy") if who in found[name])
        print(f"{name:32} {wanted:8.1f}{told}")
    figures.keep(found, said.json)


if __name__ == "__main__":
    main()
