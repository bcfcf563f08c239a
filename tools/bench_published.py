"""What the whole published VGGish costs, beside ours: ms a patch of 0.96 s on one thread, in fp32 and in int8.

    python tools/bench_published.py              # --turns N, --json FILE

The graph is the exact one of 72.1 million weights, as tools/export_vggish.py writes it; its weights are drawn by
chance, since the official ones cannot be shipped: for the cost it is the same. Needs torch and onnx.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from bench_listening import best
from benchmarks import figures
from export_vggish import export, quantised
from networks.vggish import Vggish

from engine.foundation import assets
from engine.listening.ear import familiar
from engine.listening.mel import BANDS, PATCH

_EACH = 5


def running(path: Path) -> Callable[[], object]:
    """A call that describes one patch."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    patch = np.random.default_rng(0).normal(-2, 1, (1, 1, PATCH, BANDS)).astype(np.float32)
    return lambda: session.run(["embedding"], {"log_mel": patch})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=10)
    figures.ask(parser)
    said = parser.parse_args()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "published.onnx"
        export(Vggish().eval(), whole)
        small, _ = quantised(whole, [assets.RECORDING])
        calls = {"fp32": running(whole), "int8": running(small)}
        network, _ = familiar(None)
        patch = np.random.default_rng(0).normal(-2, 1, (1, PATCH, BANDS)).astype(np.float32)
        calls["ours"] = lambda: network.embed(patch)
        for call in calls.values():
            call()
        found = {name: 1000 * best(call, said.turns, _EACH) for name, call in calls.items()}
    for name, milliseconds in found.items():
        print(f"{name:6} {milliseconds:8.2f} ms")
    figures.keep(found, said.json)


if __name__ == "__main__":
    main()
