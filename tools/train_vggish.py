"""Trains the ear: a network of VGGish's shape that describes 0.96 s of sound in 128 numbers.

    python tools/timbres.py …    (see there)
    python tools/train_vggish.py --data timbres --out first --patches 1000000 \\
        --weight harmony=0 --weight keys=2 --weight mtt=0.7
    python tools/train_vggish.py --data timbres --data hands --start first/vggish.pt --out work \\
        --patches 1250000 --seed 5
    python tools/export_vggish.py ours work/vggish.pt --out models_onnx

Two teachers say how a patch sounds to them (YAMNet's 1024 numbers, the 128 of a VGG that was taught on MagnaTagATune),
and renders know for certain: instrument, family, which keys sound, which harmony they make in whatever key (major or
minor, seventh, suspended; what lies above the bass; which intervals), how loud, how many onsets. From the embedding
each of these must be readable by one linear layer; and the same instrument of several sounds must lie together (a
contrastive term, Khosla et al. 2020). Sounds are changed on the way: level, a random equaliser, noise, holes.

Needs torch. The seed is fixed; a checkpoint is kept in --out each 5 minutes, and training goes on from it.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from lessons.families import FAMILIES
from lessons.harmony import HARMONY, harmony_of
from lessons.teachers import PATCH_HOP
from networks.vggish import EMBEDDING, VggishShaped
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.listening.mel import PATCH

_BATCH: Final = 192
_TWINS: Final = 4  # clips of one instrument in a batch, for the contrastive term
_JITTER: Final = 5  # columns by which a patch may lie beside what the teachers heard
_RATE: Final = 3e-3
_DECAY: Final = 0.02
_AVERAGE: Final = 0.9995  # of the weights over time; the average is what is exported
_CHECKPOINT: Final = 300.0
_PROGRAMS: Final = 119
_TEMPERATURE: Final = 0.1
_HARMONY_VARIANCE: Final = 0.06


@dataclass(slots=True)
class Clips:
    """Everything that was rendered, in memory."""

    log_mel: NDArray[np.float16]
    instrument: NDArray[np.int64]
    family: NDArray[np.bool_]
    roll: NDArray[np.uint8]
    onset: NDArray[np.bool_]
    loudness: NDArray[np.float16]
    yamnet: NDArray[np.float16]
    mtt: NDArray[np.float16]

    def __len__(self) -> int:
        return len(self.instrument)


def read_clips(folders: Sequence[Path]) -> Clips:
    """All shards of the folders that tools/timbres.py wrote."""
    names = list(Clips.__dataclass_fields__)
    parts: dict[str, list[NDArray[np.generic]]] = {name: [] for name in names}
    for path in [path for folder in folders for path in sorted(folder.glob("[0-9]*.npz"))]:
        if path.name.endswith(".part.npz"):
            continue
        with np.load(path) as shard:
            for name in names:
                parts[name].append(shard[name])
    return Clips(**{name: np.concatenate(part) for name, part in parts.items()})  # type: ignore[arg-type]


@dataclass(slots=True)
class Lesson:
    """A batch, and all that is to be said about it. Where `told` is 0, nothing is known."""

    log_mel: Tensor
    yamnet: Tensor
    mtt: Tensor
    mtt_told: Tensor
    instrument: Tensor
    family: Tensor
    keys: Tensor
    harmony: Tensor
    loudness: Tensor
    onsets: Tensor


class School:
    """Makes lessons."""

    def __init__(self, clips: Clips, seed: int) -> None:
        self._clips = clips
        self._rng = np.random.default_rng(seed)
        self._of = [np.flatnonzero(clips.instrument == program) for program in range(_PROGRAMS)]
        self._taught = np.flatnonzero([len(members) >= _TWINS for members in self._of])
        self._yamnet = _standard(clips.yamnet.reshape(-1, clips.yamnet.shape[-1]))
        self._mtt = _standard(clips.mtt.reshape(-1, clips.mtt.shape[-1]))

    def lesson(self) -> Lesson:
        """The next batch: half of it in groups of one instrument, half by chance."""
        rng, clips = self._rng, self._clips
        groups = rng.choice(self._taught, _BATCH // 2 // _TWINS, replace=False)
        twins = [rng.choice(self._of[program], _TWINS, replace=False) for program in groups]
        which = np.concatenate([*twins, rng.integers(len(clips), size=_BATCH - _BATCH // 2 // _TWINS * _TWINS)])
        patch = rng.integers(clips.yamnet.shape[1], size=which.size)
        most = clips.log_mel.shape[1] - PATCH
        first = np.clip(patch * PATCH_HOP + rng.integers(-_JITTER, _JITTER + 1, which.size), 0, most)
        columns = first[:, None] + np.arange(PATCH)
        rows = which[:, None]
        log_mel = clips.log_mel[rows, columns].astype(np.float32)
        keys = np.unpackbits(clips.roll[rows, columns], axis=2, count=88).mean(axis=1)
        onsets = clips.onset[rows, columns].sum(axis=1)
        power = 10 ** (clips.loudness[rows, columns].astype(np.float32) / 10)
        heard = (keys.max(axis=1) > 0.2) | (onsets > 0)
        changed, gain_db = _changed(log_mel, rng)
        centre = (first + PATCH / 2) / 100
        nearest = np.abs(centre[:, None] - np.array([2.5, 5.0, 7.5])).argmin(axis=1)
        told = np.abs(centre - np.array([2.5, 5.0, 7.5])[nearest]) < 0.6
        yamnet = (clips.yamnet[which, patch].astype(np.float32) - self._yamnet[0]) / self._yamnet[1]
        mtt = (clips.mtt[which, nearest].astype(np.float32) - self._mtt[0]) / self._mtt[1]
        return Lesson(
            log_mel=torch.from_numpy(changed[:, None]),
            yamnet=torch.from_numpy(yamnet),
            mtt=torch.from_numpy(mtt),
            mtt_told=torch.from_numpy(told.astype(np.float32)),
            instrument=torch.from_numpy(np.where(heard, clips.instrument[which], -1)),
            family=torch.from_numpy((clips.family[which] * heard[:, None]).astype(np.float32)),
            keys=torch.from_numpy(keys.astype(np.float32)),
            harmony=torch.from_numpy(harmony_of(keys).astype(np.float32)),
            loudness=torch.from_numpy(((10 * np.log10(power.mean(axis=1)) + gain_db + 35) / 12).astype(np.float32)),
            onsets=torch.from_numpy(np.log1p(onsets).astype(np.float32)),
        )


def _standard(rows: NDArray[np.float16]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    some = rows[:: max(len(rows) // 20_000, 1)].astype(np.float32)
    return some.mean(axis=0), some.std(axis=0) + 0.1 * some.std()


def _changed(log_mel: NDArray[np.float32], rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The patches (n, 96, 64) as another microphone hears them, and by how many dB they became louder."""
    count, columns, bands = log_mel.shape
    mel = np.exp(log_mel) - 0.01
    gain_db = rng.uniform(-12, 8, count).astype(np.float32)
    shape = rng.normal(0, 3, (count, 6)) * (rng.uniform(size=(count, 1)) < 0.6)
    places = np.linspace(0, 5, bands)
    left = np.minimum(places.astype(int), 4)
    tilt = shape[:, left] * (1 - (places - left)) + shape[:, left + 1] * (places - left)
    mel = mel * (10 ** ((gain_db[:, None] + tilt) / 20))[:, None, :].astype(np.float32)
    noisy = np.flatnonzero(rng.uniform(size=count) < 0.25)
    floor = np.exp(rng.uniform(np.log(0.01), np.log(0.3), (noisy.size, 1, 1)))
    mel[noisy] += np.abs(rng.standard_normal((noisy.size, columns, bands))) * floor
    out = np.log(np.maximum(mel, 0) + 0.01)
    for k in np.flatnonzero(rng.uniform(size=count) < 0.3):  # holes in time and height
        width, height = rng.integers(4, 16), rng.integers(2, 8)
        at, above = rng.integers(columns - width), rng.integers(bands - height)
        out[k, at : at + width] = out[k].mean()
        out[k, :, above : above + height] = out[k].mean()
    return out.astype(np.float32), gain_db


class Pupil(nn.Module):
    """The network, and one linear layer for each thing that must be readable from what it says."""

    def __init__(self, network: VggishShaped, yamnet: int, mtt: int) -> None:
        super().__init__()
        self.network = network
        self.calm = nn.BatchNorm1d(EMBEDDING, affine=False)
        self.yamnet = nn.Linear(EMBEDDING, yamnet)
        self.mtt = nn.Linear(EMBEDDING, mtt)
        self.instrument = nn.Linear(EMBEDDING, _PROGRAMS)
        self.family = nn.Linear(EMBEDDING, len(FAMILIES))
        self.keys = nn.Linear(EMBEDDING, 88)
        self.harmony = nn.Linear(EMBEDDING, HARMONY)
        self.numbers = nn.Linear(EMBEDDING, 2)

    def marks(self, lesson: Lesson) -> dict[str, Tensor]:
        """What each subject costs, before its weight."""
        embedding = self.network(lesson.log_mel.to(memory_format=torch.channels_last)).float()
        said = self.calm(embedding)
        known = lesson.instrument >= 0
        mtt = ((self.mtt(said) - lesson.mtt) ** 2).mean(dim=1)
        weight = 1 + 6 * lesson.keys
        keys = functional.binary_cross_entropy_with_logits(self.keys(said), lesson.keys, weight)
        numbers = self.numbers(said)
        return {
            "yamnet": functional.smooth_l1_loss(self.yamnet(said), lesson.yamnet),
            "mtt": (mtt * lesson.mtt_told).sum() / lesson.mtt_told.sum().clamp(min=1),
            "instrument": functional.cross_entropy(
                self.instrument(said)[known], lesson.instrument[known], label_smoothing=0.05
            ),
            "family": functional.binary_cross_entropy_with_logits(self.family(said), lesson.family),
            "keys": keys,
            "harmony": functional.mse_loss(self.harmony(said), lesson.harmony) / _HARMONY_VARIANCE,
            "loudness": functional.smooth_l1_loss(numbers[:, 0], lesson.loudness),
            "onsets": functional.smooth_l1_loss(numbers[:, 1], lesson.onsets),
            "together": _together(said[known], lesson.instrument[known]),
        }


_WEIGHTS: Final = {
    "yamnet": 2.0,
    "mtt": 1.2,
    "instrument": 0.6,
    "family": 0.8,
    "keys": 3.0,
    "harmony": 2.0,
    "loudness": 0.3,
    "onsets": 0.7,
    "together": 0.4,
}


def _together(said: Tensor, instrument: Tensor) -> Tensor:
    """Supervised contrastive loss: the same instrument near, every other far, on the unit sphere."""
    unit = functional.normalize(said, dim=1)
    alike = unit @ unit.T / _TEMPERATURE
    myself = torch.eye(len(unit), dtype=torch.bool)
    alike = alike.masked_fill(myself, -1e9)
    same = (instrument[:, None] == instrument[None, :]) & ~myself
    log_share = alike - alike.logsumexp(dim=1, keepdim=True)
    has = same.any(dim=1)
    return -((log_share * same).sum(dim=1)[has] / same.sum(dim=1)[has]).mean()


@dataclass(frozen=True, slots=True)
class Course:
    """How long and at what it works: `patches`, the highest learning `rate`, and what each subject's mark counts."""

    patches: int
    seed: int
    rate: float
    weights: Mapping[str, float]


def train(clips: Clips, out: Path, width: float, course: Course, start_from: Path | None = None) -> None:
    """Train until all patches have been seen, from `start_from`'s weights; goes on from out/vggish_last.pt."""
    seed = course.seed
    torch.manual_seed(seed)
    some = clips.log_mel[:: max(len(clips) // 500, 1)].astype(np.float32).reshape(-1, clips.log_mel.shape[-1])
    network = VggishShaped(width, torch.from_numpy(some.mean(axis=0)), torch.from_numpy(1 / some.std(axis=0)))
    heard_before = 0
    if start_from is not None:
        before = torch.load(start_from, weights_only=True)
        network.load_state_dict(before["network"])
        heard_before = before["seen"]
    pupil = Pupil(network, clips.yamnet.shape[-1], clips.mtt.shape[-1]).to(memory_format=torch.channels_last)
    average = torch.optim.swa_utils.AveragedModel(
        pupil, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(_AVERAGE), use_buffers=True
    )
    optimiser = torch.optim.AdamW(pupil.parameters(), lr=course.rate, weight_decay=_DECAY)
    steps = course.patches // _BATCH
    start = 0
    last = out / "vggish_last.pt"
    if last.exists():
        state = torch.load(last, weights_only=True)
        pupil.load_state_dict(state["pupil"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        start = state["step"]
    school = School(clips, seed + start)
    kept = time.monotonic()
    sums: dict[str, float] = {}
    for step in range(start, steps):
        share = step / steps
        rate = course.rate * min(1.0, (step + 1) / 300) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        pupil.train()
        with torch.autocast("cpu", torch.bfloat16):
            marks = pupil.marks(school.lesson())
        loss = torch.stack([course.weights[name] * mark.float() for name, mark in marks.items()]).sum()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(pupil.parameters(), 5.0)
        optimiser.step()
        average.update_parameters(pupil)
        for name, mark in marks.items():
            sums[name] = sums.get(name, 0.0) + float(mark.detach())
        if (step + 1) % 100 == 0:
            told = " ".join(f"{name} {total / 100:.3f}" for name, total in sums.items())
            print(f"{step + 1}/{steps} {told}", flush=True)
            sums = {}
        if time.monotonic() - kept > _CHECKPOINT or step + 1 == steps:
            kept = time.monotonic()
            state = {
                "pupil": pupil.state_dict(),
                "average": average.state_dict(),
                "optimiser": optimiser.state_dict(),
                "step": step + 1,
            }
            torch.save(state, last)
            torch.save(
                {
                    "width": width,
                    "network": average.module.network.state_dict(),
                    "seen": heard_before + (step + 1) * _BATCH,
                },
                out / "vggish.pt",
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True, help="what tools/timbres.py wrote")
    parser.add_argument("--start", type=Path, help="the vggish.pt whose weights it starts from")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--width", type=float, default=0.25, help="part of VGGish's width")
    parser.add_argument("--patches", type=int, default=2_000_000)
    parser.add_argument("--rate", type=float, default=_RATE, help="the highest learning rate")
    parser.add_argument("--weight", action="append", default=[], metavar="SUBJECT=X", help=f"of {', '.join(_WEIGHTS)}")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    said = parser.parse_args()
    torch.set_num_threads(said.threads)
    said.out.mkdir(parents=True, exist_ok=True)
    chosen = {name: float(value) for name, value in (each.split("=") for each in said.weight)}
    if not chosen.keys() <= _WEIGHTS.keys():
        raise SystemExit(f"weight={said.weight}: the subjects are {', '.join(_WEIGHTS)}")
    course = Course(said.patches, said.seed, said.rate, _WEIGHTS | chosen)
    train(read_clips(said.data), said.out, said.width, course, said.start)


if __name__ == "__main__":
    main()
