"""Trains the recogniser of one staff, or of one line of numbers.

    python tools/engraving.py --tunes CORPUS --out staves --count 30000
    python tools/train_score.py --data staves --out work --minutes 80
    python tools/train_score.py --data staves --out work --minutes 60 --resume      (goes on, at a new slope down)
    python tools/train_score.py --data staves --out plain --minutes 20 --no-haar    (an ablation; each has its switch)
    python tools/train_score.py --data lines --out work --notation jianpu --minutes 40 (of tools/jianpu_lessons.py)

The staves are aged anew each time they are seen (tools/sheets/ageing.py): first as engraved, from the second twentieth
on printed and photographed as well. Batches hold staves of like width. The rate falls along a cosine over the planned
`--minutes` (or `--images`); the average of the weights over time is what is exported. New shards in --data are
taken up as they come. Needs torch. A checkpoint is kept in --out each 3 minutes.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from networks.focal_ctc import focal_ctc, rarity
from networks.score import GRAIN, STRIDE, ScoreNet, Shape, haar
from numpy.typing import NDArray
from sheets.ageing import Wear, aged
from sheets.notations import NOTATIONS, STAVES, Notation
from sheets.staff_shards import read
from torch import Tensor, nn

_COLUMNS: Final = 20_000
"""Of images in a batch: some 30 staves."""
_POOL: Final = 900
"""Staves among which those of like width are looked for."""
_RATE: Final = 1.6e-3
_DECAY: Final = 0.02
_AVERAGE: Final = 0.998
_CHECKPOINT: Final = 180.0
_HELD: Final = 200
"""Staves that are never learned from, to see how it goes; at most a quarter of what is there."""
_SMALL: Final[dict[str, Any]] = {"channels": (8, 20, 40, 64), "refinements": (1, 1, 1, 1), "width": 128}
"""Of the network for numbers, which are all of one size on one level: easier than staves."""
Example = tuple[NDArray[np.uint8], NDArray[np.uint8]]


class School:
    """Makes batches of aged staves; takes up new shards as they are written."""

    def __init__(
        self,
        folders: Sequence[Path],
        seed: int,
        columns: int = _COLUMNS,
        widest: int = 0,
        notation: Notation = STAVES,
    ) -> None:
        """`columns` of images in a batch; staves that are wider than `widest` are left out (0: none are)."""
        self.notation = notation
        self._folders = folders
        self._columns, self._widest = columns, widest or math.inf
        self._known: set[Path] = set()
        self._rng = np.random.default_rng(seed)
        self.staves: list[Example] = []
        self.look()
        kept = min(_HELD, len(self.staves) // 4)
        self.held, self.staves = self.staves[:kept], self.staves[kept:]

    def look(self) -> None:
        """Take up what is new."""
        for path in sorted(p for folder in self._folders for p in folder.glob("[0-9]*.npz")):
            if path not in self._known:
                self._known.add(path)
                self.staves += [one for one in read(path) if one[0].shape[1] <= self._widest]

    def counts(self) -> Tensor:
        """How often each output is written."""
        some = np.concatenate([symbols for _, symbols in self.staves])
        return torch.from_numpy(np.bincount(some, minlength=len(self.notation.symbols) + 1))

    def batches(self, worn: float) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Images (b, 1, h, w), targets (b, longest), sizes (b,), for one pool; `worn` of them are aged."""
        rng = self._rng
        pool = []
        for k in rng.integers(len(self.staves), size=_POOL):
            level = int(rng.integers(1, 3)) if rng.random() < worn else 0
            other = self.staves[int(rng.integers(len(self.staves)))][0]
            pool.append((k, level, other))
        pool.sort(key=lambda p: self.staves[p[0]][0].shape[1])
        groups: list[list[Any]] = [[]]
        for one in pool:
            width = self.staves[one[0]][0].shape[1]
            if groups[-1] and (len(groups[-1]) + 1) * width > self._columns * 1.25:
                groups.append([])
            groups[-1].append(one)
        for k in rng.permutation(len(groups)):
            frame = self.notation.frame
            images = [aged(self.staves[i][0], Wear(level), rng, other, frame) for i, level, other in groups[k]]
            yield batch(images, [self.staves[i][1] for i, _, _ in groups[k]])


def batch(images: Sequence[NDArray[np.float32]], symbols: Sequence[NDArray[np.uint8]]) -> tuple[Tensor, Tensor, Tensor]:
    """Images padded with paper to one width, targets padded with 0, and the targets' sizes."""
    width = -(-max(image.shape[1] for image in images) // GRAIN) * GRAIN
    stack = np.zeros((len(images), 1, images[0].shape[0], width), np.float32)
    for k, image in enumerate(images):
        stack[k, 0, :, : image.shape[1]] = image
    sizes = np.array([len(s) for s in symbols])
    targets = np.zeros((len(images), max(int(sizes.max()), 1)), np.int64)
    for k, s in enumerate(symbols):
        targets[k, : len(s)] = s
    return torch.from_numpy(stack), torch.from_numpy(targets), torch.from_numpy(sizes)


def seen_by(net: ScoreNet, images: Tensor) -> Tensor:
    """Log shares (t, b, symbols + 1)."""
    given = (haar(images) if net.shape.haar else images).to(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        logits: Tensor = net(given)
    return logits.float().log_softmax(dim=2)


def greedy(log_shares: Tensor) -> list[list[int]]:
    """The best output of each step, repeats and blanks taken away."""
    best = log_shares.argmax(dim=2).T.numpy()
    read_: list[list[int]] = []
    for row in best:
        kept = row[np.flatnonzero(np.diff(row, prepend=-1))]
        read_.append([int(v) for v in kept if v])
    return read_


def edits(a: Sequence[int], b: Sequence[int]) -> int:
    """The least number of symbols to put in, take out or exchange."""
    row = np.arange(len(b) + 1)
    for i, x in enumerate(a, start=1):
        change = np.minimum(row[:-1] + (np.asarray(b) != x), row[1:] + 1)
        row = np.concatenate([[i], change])
        row = np.minimum.accumulate(row - np.arange(len(row))) + np.arange(len(row))
    return int(row[-1])


@torch.no_grad()
def error_rate(net: ScoreNet, staves: Sequence[Example], level: int, notation: Notation = STAVES) -> float:
    """Edits by symbols over held staves, aged to this level by a fixed chance."""
    net.eval()
    rng = np.random.default_rng(99)
    wrong = total = 0
    for k in range(0, len(staves), 20):
        some = staves[k : k + 20]
        seen = [aged(ink, Wear(level), rng, frame=notation.frame) for ink, _ in some]
        images, _, _ = batch(seen, [s for _, s in some])
        for found, (_, truth) in zip(greedy(seen_by(net, images)), some, strict=True):
            wrong += edits(found, truth.tolist())
            total += len(truth)
    net.train()
    return wrong / total


def train(school: School, shape: Shape, out: Path, said: argparse.Namespace) -> None:
    """Until the planned minutes or images are over."""
    torch.manual_seed(said.seed)
    net = ScoreNet(shape).to(memory_format=torch.channels_last)
    average = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(_AVERAGE), use_buffers=True
    )
    optimiser = torch.optim.AdamW(net.parameters(), lr=said.rate, weight_decay=_DECAY, betas=(0.9, 0.98))
    images = step = 0
    last = out / "score_last.pt"
    if said.resume:
        state = torch.load(last, weights_only=True)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        images, step = state["images"], state["step"]
    alpha = rarity(school.counts()) if said.focal else None
    begun = kept = told = time.monotonic()
    first_images, sums, count = images, 0.0, 0
    over = False
    while not over:
        share = _share(begun, images - first_images, said)
        school.look()
        for pictures, targets, sizes in school.batches(0.0 if share < said.calm and not said.resume else 0.7):
            share = _share(begun, images - first_images, said)
            warm = min(1.0, (step + 1) / 200) if not said.resume else 1.0
            for group in optimiser.param_groups:
                group["lr"] = said.rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(share, 1.0))))
            shares = seen_by(net, pictures)
            lengths = torch.full((len(sizes),), pictures.shape[3] // STRIDE)
            loss = focal_ctc(shares, targets, lengths, sizes, alpha)
            optimiser.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            if torch.isfinite(norm):
                optimiser.step()
            average.update_parameters(net)
            images += len(sizes)
            step += 1
            sums, count = sums + float(loss.detach()), count + 1
            now = time.monotonic()
            if now - told > 20:
                pace = (images - first_images) / (now - begun)
                print(f"{now - begun:.0f} s, {images} staves, {pace:.1f}/s, loss {sums / count:.4f}", flush=True)
                told, sums, count = now, 0.0, 0
            over = share >= 1
            if now - kept > _CHECKPOINT or over:
                kept = now
                held = school.held[: 60 if not over else None]
                rates = [error_rate(average.module, held, k, school.notation) for k in range(3)]
                print(
                    f"held staves: {' '.join(f'{rate:.4f}' for rate in rates)} (clean, scanned, photographed)",
                    flush=True,
                )
                _keep(out, net, average, optimiser, shape, images, step)
            if over:
                break


def _share(begun: float, images: int, said: argparse.Namespace) -> float:
    return images / said.images if said.images else (time.monotonic() - begun) / 60 / said.minutes


def _keep(
    out: Path, net: ScoreNet, average: Any, optimiser: torch.optim.Optimizer, shape: Shape, images: int, step: int
) -> None:
    state = {"net": net.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict()}
    torch.save(state | {"images": images, "step": step}, out / "score_last.part")
    (out / "score_last.part").rename(out / "score_last.pt")
    torch.save({"shape": shape.told(), "net": average.module.state_dict(), "images": images}, out / "score.part")
    (out / "score.part").rename(out / "score.pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True, help="what tools/engraving.py wrote")
    parser.add_argument(
        "--notation", choices=tuple(NOTATIONS), default="staff", help="jianpu: of tools/jianpu_lessons.py"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--images", type=int, default=0, help="plan by staves seen, not by the clock")
    parser.add_argument("--rate", type=float, default=_RATE, help="the highest learning rate")
    parser.add_argument("--calm", type=float, default=0.04, help="the first part of the time, with clean staves only")
    parser.add_argument("--resume", action="store_true", help="go on from --out/score_last.pt")
    parser.add_argument("--columns", type=int, default=_COLUMNS, help="of images in a batch")
    parser.add_argument("--widest", type=int, default=0, help="leave wider staves out: quicker, for ablations")
    parser.add_argument("--no-haar", dest="haar", action="store_false")
    parser.add_argument("--no-contour", dest="contour", action="store_false")
    parser.add_argument("--lstm", dest="sru", action="store_false", help="in place of the SRU")
    parser.add_argument("--no-focal", dest="focal", action="store_false")
    parser.add_argument("--one-scale", dest="scales", action="store_false")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--threads", type=int, default=1)
    said = parser.parse_args()
    torch.set_num_threads(said.threads)
    said.out.mkdir(parents=True, exist_ok=True)
    notation = NOTATIONS[said.notation]
    parts = {"haar": said.haar, "contour": said.contour, "sru": said.sru, "scales": said.scales}
    size = {} if notation is STAVES else _SMALL
    shape = Shape(**parts, **size, height=notation.height, symbols=len(notation.symbols))
    train(School(said.data, said.seed, said.columns, said.widest, notation), shape, said.out, said)


if __name__ == "__main__":
    main()
