"""Train the ear for pitch, models_onnx/pitch.onnx, on renders of single voices. Needs torch and onnx.

    python tools/tunes.py --out tunes.npz
    python tools/renders.py --data tunes.npz --out renders --count 480 --solo 1 --seed 11 --soundfont FluidR3_GM.sf2 \
        --soundfont modelled --soundfont OPL-3_FM_128M.sf2
    python tools/renders.py --data tunes.npz --out renders_too --count 160 --solo 1 --seed 13 --soundfont freepats
    python tools/renders.py --data tunes.npz --out report --count 180 --solo 1 --seed 12 --half report \
        --soundfont freepats --soundfont FluidR3_GM.sf2 --soundfont modelled
    python tools/train_pitch.py --data renders --held-out report --out unheard --kept unheard.pt \
        --steps 4500
    python tools/train_pitch.py --data renders --data renders_too --held-out report --apart unheard.toml

The last but one learns without freepats, only to tell how a sound is heard that was never learned from.
What a note looks like is the same at every height (`engine/features/pitch_views.py`), so one small network looks at
every half semitone alike; a filter that knows how notes go on (a hidden Markov model of one step to the next) is
trained with it, from end to end. The truth is asked for `LATE` hops after it sounded, and what is around a leap counts
more.
"""

from __future__ import annotations

import argparse
import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from pitch_truth import NO_ONE_PITCH, Piece, levels_of, pieces, resting, sounding
from torch import nn

from engine.features.pitch_views import A_SEMITONE, BELOW, LOWEST, REACH, STEPS, VIEWS, PitchViews
from engine.features.tones import Tones
from engine.frame import HOP, RATE

TAPS: Final = (
    *((0, round(24 * float(np.log2(h)))) for h in (1, 2, 3, 4, 5, 6, 7, 8)),
    *((0, round(24 * float(np.log2(h)))) for h in (1 / 3, 1 / 2, 2 / 3, 4 / 3, 3 / 2, 5 / 3, 5 / 2, 7 / 2)),
    *((0, k) for k in (-2, -1, 1, 2, 23, 25)),
    *((1, round(24 * float(np.log2(h)))) for h in (1, 2, 3, 4)),
    *((2, round(-24 * float(np.log2(k)))) for k in (1, 2, 3, 4, 1 / 2, 1 / 3, 1 / 4, 2 / 3, 3 / 2)),
    *((2, k) for k in (-2, -1, 1, 2)),
)
"""(view, steps from the candidate): what is looked at to judge whether a note is there."""
HIDDEN: Final = 16
INNER: Final = 12
LATE: Final = 5
_WIDTH: Final = 0.6  # steps: how sharp the truth is drawn
_BEFORE, _AFTER = 5, 10  # hops around a leap of the pitch: to be too early is as bad as to be late
_LEAP_COUNTS: Final = 2.0  # how much a hop around a leap counts
_ALONE: Final = 0.4  # how much the network's own answer counts beside the filtered one
_MISSED: Final = 4.0  # how much the chance counts that what is told is off by more than a quarter tone
_NEAR: Final = 1.2  # steps: a quarter tone, and some more
_FINDS_ITS_WAY: Final = 8  # hops at the beginning of a stretch that are not asked
_VOICED: Final = 0.03  # chance that there is a pitch from which on the engine tells it
_CALM: Final = 0.45  # what is added to the score of none when all is learned: noise is to have no pitch
KEPT: Final = STEPS + 7
"""Steps from the scale's first on that are ever seen."""

CARD: Final = {
    "name": "pitch",
    "what": "which half semitone from MIDI 24 to 108 sounds, or none, from what PitchViews sees in a hop",
    "rate": 48_000,
    "hop": HOP,
    "input": f"views ({VIEWS}, {REACH}) float32: engine/features/pitch_views.py",
    "output": f"scores ({STEPS + 1},) float32: logarithms of chances, the last for none; and the weights by name",
    "normalisation": "the spectrum against its strongest step (60 dB), change (20 dB), likeness −1 to 1; no statistics",
    "data": "renders (tools/renders.py) of music21's Essen folk songs, O'Neill's and Aird's tunes (half `tune`) with "
    "FluidR3_GM, OPL-3_FM_128M, freepats and our own models; noise and notes by arithmetic. Nothing else was heard",
    "licence": "MIT (ours). Learned from the sound of FluidR3_GM (MIT), OPL-3_FM_128M (GPL-3+, CC-BY-SA-4.0), freepats "
    "(GPL-2+ with an exception for music made with it); the tunes are public domain. No sample is in the weights",
    "command": "python tools/train_pitch.py --data renders --data renders_too --held-out report --apart unheard.toml  "
    "# see its docstring",
}
HELD_OUT: Final = {
    "columns": "share of sounding hops within 50 cents 0, 1, 2, 3, 4, 5 hops behind; octave errors and false alarms "
    "at LATE hops; the network and its filter alone, without the exact period; renders of the other half of the tunes, "
    "by sounds that were learned from; in freepats_unheard those of weights that never heard freepats",
}

Bytes = NDArray[np.int8]


def views_of_wave(sound: NDArray[np.float64]) -> Bytes:
    """What is seen after every hop, (hops, VIEWS, KEPT): times 127."""
    spectrum, views = Tones(), PitchViews()
    hops = sound.size // HOP
    out = np.zeros((hops, VIEWS, KEPT), np.int8)
    for hop in range(hops):
        power = spectrum.step(sound[hop * HOP : (hop + 1) * HOP])
        seen = views.step(power, spectrum.heard)
        out[hop] = np.rint(np.clip(seen[:, BELOW : BELOW + KEPT], -1, 1) * 127)
    return out


def targets_of(piece: Piece) -> NDArray[np.float32]:
    """For every hop the place on the scale, −1 for no pitch, −2 for what is not asked."""
    place = np.full(piece.pitch.size, -2, np.float32)
    asked = piece.sounding & (piece.pitch <= LOWEST + (STEPS - 1) / A_SEMITONE)
    place[asked] = (piece.pitch[asked] - LOWEST) * A_SEMITONE
    place[piece.resting] = -1
    return np.concatenate([np.full(LATE, -2, np.float32), place[:-LATE]])


class Ear(nn.Module):
    """Views to the chance of every step, and of none, before and after the filter."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(len(TAPS) + 2, HIDDEN)
        self.second = nn.Linear(HIDDEN, INNER)
        self.third = nn.Linear(INNER, 1)
        self.none = nn.Linear(2 * INNER, 1)
        self.spread = nn.Parameter(torch.tensor([3.0, 2.0, 0.0]))  # stay, one step, two steps: logarithms
        self.leave = nn.Parameter(torch.tensor([-4.0, -4.0, -4.0]))  # jump, end, begin: logits
        place = torch.linspace(-1, 1, STEPS)
        self.register_buffer("place", torch.stack([place, place**2 - 0.33]))

    def scores(self, views: torch.Tensor) -> torch.Tensor:
        """(…, VIEWS, KEPT) to (…, STEPS + 1): the last is none."""
        flat = views.reshape(-1, VIEWS, KEPT).transpose(0, 1)
        padded = nn.functional.pad(flat, (BELOW, REACH - BELOW - KEPT))
        hops, taps = flat.shape[1], len(TAPS)
        seen = torch.stack([padded[view, :, BELOW + by : BELOW + by + STEPS] for view, by in TAPS])
        where = self.first.weight[:, taps:] @ self.place + self.first.bias[:, None]
        hidden = self.first.weight[:, :taps] @ seen.reshape(taps, hops * STEPS)
        hidden = torch.relu(hidden.view(HIDDEN, hops, STEPS) + where[:, None])
        inner = torch.relu(self.second.weight @ hidden.view(HIDDEN, -1) + self.second.bias[:, None])
        by_hop = inner.view(INNER, hops, STEPS)
        pooled = torch.cat([by_hop.amax(dim=-1), by_hop.mean(dim=-1)]).T
        steps = (self.third.weight @ inner).view(hops, STEPS) + self.third.bias
        return torch.cat([steps, self.none(pooled)], dim=-1).reshape(*views.shape[:-2], STEPS + 1)

    def transition(self) -> tuple[torch.Tensor, torch.Tensor]:
        kernel = torch.softmax(self.spread[[2, 1, 0, 1, 2]], dim=0)
        return kernel, torch.sigmoid(self.leave)

    def moves(self) -> torch.Tensor:
        """(STEPS + 1, STEPS + 1): the chance to go from one (row) to another (column) within a hop."""
        kernel, (jump, end, begin) = self.transition()
        near = torch.stack([kernel[2 + by] * torch.diag(torch.ones(STEPS - abs(by)), by) for by in range(-2, 3)])
        voiced = near.sum(dim=0) * (1 - jump - end) + jump / STEPS
        silent = torch.cat([(begin / STEPS).expand(STEPS), (1 - begin)[None]])
        return torch.cat([torch.cat([voiced, end.expand(STEPS, 1)], dim=1), silent[None]])

    def filtered(self, scores: torch.Tensor) -> torch.Tensor:
        """(batch, time, STEPS + 1) scores to the chances after every hop, from knowing nothing on."""
        moves = self.moves()
        chance = torch.full((scores.shape[0], STEPS + 1), 1 / (STEPS + 1))
        out = []
        for weight in torch.softmax(scores, dim=-1).unbind(dim=1):
            chance = (chance @ moves) * weight + 1e-12
            chance = chance / chance.sum(dim=1, keepdim=True)
            out.append(chance)
        return torch.stack(out, dim=1)


def drawn(place: torch.Tensor) -> torch.Tensor:
    """Places to what the chances should be, (…, STEPS + 1)."""
    steps = torch.arange(STEPS)
    hill = torch.exp(-0.5 * ((steps - place[..., None]) / _WIDTH) ** 2) * (place[..., None] >= 0)
    hill = hill / hill.sum(dim=-1, keepdim=True).clamp_min(1e-9)
    return torch.cat([hill, (place[..., None] == -1).float()], dim=-1)


def counted(place: torch.Tensor) -> torch.Tensor:
    """(batch, time) places to how much each hop counts: more around a leap, nothing where it is not asked."""
    leaps = nn.functional.pad((place.diff(dim=1).abs() > 1).float(), (_AFTER, _BEFORE))
    around = nn.functional.max_pool1d(leaps[:, None], _BEFORE + _AFTER, stride=1)[:, 0]
    counts = (place != -2).float() * (1 + (_LEAP_COUNTS - 1) * around)
    counts[:, :_FINDS_ITS_WAY] = 0
    return counts


def loss_of(ear: Ear, views: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    """Between the logarithm of the chance that is given to the truth, which teaches what is far from it, and the
    share of answers that are right, which is what is judged: its square root."""
    scores = ear.scores(views)
    counts, truth = counted(place), drawn(place)
    chances = ear.filtered(scores)
    after = -(truth * torch.log(chances + 1e-9)).sum(dim=-1)
    alone = -(truth * torch.log_softmax(scores, dim=-1)).sum(dim=-1)
    right = torch.cat([(torch.arange(STEPS) - place[..., None]).abs() <= _NEAR, place[..., None] == -1], dim=-1)
    missed = 1 - ((chances * right).sum(dim=-1) + 1e-9).sqrt()
    return ((after + _ALONE * alone + _MISSED * missed) * counts).sum() / counts.sum().clamp_min(1)


@torch.no_grad()
def heard_pitch(ear: Ear, views: Bytes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """MIDI number of every hop (0 none) and how sure, by the network and its filter alone."""
    scores = ear.scores(torch.from_numpy(views).float() / 127)
    c = ear.filtered(scores[None])[0].numpy().astype(np.float64)
    voiced, none = c[:, :-1], c[:, -1]
    best = voiced.argmax(axis=1)
    near = np.clip(best[:, None] + np.arange(-2, 3), 0, STEPS - 1)
    weight = np.take_along_axis(voiced, near, axis=1)
    place = (weight * near).sum(axis=1) / weight.sum(axis=1)
    return np.where(none <= 1 - _VOICED, LOWEST + place / A_SEMITONE, 0.0), 1 - none


class Renders:
    """All pieces of some folders, as views and truth."""

    def __init__(self, folders: list[Path], cache: Path | None, every: int = 1) -> None:
        self.views: list[Bytes] = []
        self.place: list[NDArray[np.float32]] = []
        self.pieces: list[Piece] = []
        for folder in folders:
            for number, piece in enumerate(pieces(folder)):
                if piece.name in NO_ONE_PITCH or number % every:
                    continue
                kept = cache / f"{folder.name}_{piece.path.stem}.npy" if cache else None
                if kept is not None and kept.exists():
                    views = np.load(kept)
                else:
                    views = views_of_wave(piece.wave)
                    if kept is not None:
                        np.save(kept, views)
                self.views.append(views[: piece.pitch.size])
                self.place.append(targets_of(piece))
                self.pieces.append(replace(piece, wave=np.zeros(0)))

    def batch(self, rng: np.random.Generator, count: int, length: int) -> tuple[torch.Tensor, torch.Tensor]:
        views, place = [], []
        for piece in rng.integers(len(self.views), size=count):
            start = rng.integers(len(self.views[piece]) - length)
            views.append(self.views[piece][start : start + length])
            place.append(self.place[piece][start : start + length])
        return torch.from_numpy(np.stack(views)).float() / 127, torch.from_numpy(np.stack(place))


def noises(rng: np.random.Generator, count: int) -> list[Bytes]:
    """Rooms in which nothing has a pitch: noise of every colour."""
    out = []
    for _ in range(count):
        size = 3 * 48_000
        spectrum = np.fft.rfft(rng.standard_normal(size))
        hz = np.arange(spectrum.size) * 48_000 / size
        spectrum /= np.maximum(hz, 30) ** rng.uniform(0, 1.2)
        spectrum *= 1 + rng.uniform(0, 6) * np.exp(-(((hz - rng.uniform(200, 6000)) / rng.uniform(300, 3000)) ** 2))
        wave = np.fft.irfft(spectrum, size)
        wave *= 1 + rng.uniform(0, 0.8) * np.sin(2 * np.pi * rng.uniform(0.3, 9) * np.arange(size) / 48_000)
        out.append(views_of_wave(wave / np.abs(wave).max() * 0.3))
    return out


def tones(rng: np.random.Generator, seconds: float = 6.0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Notes by arithmetic alone, of every height and kind (pure, bright, hollow, without their fundamental), that
    glide and swing: the wave, and the MIDI number of every hop (0 none)."""
    size = round(seconds * RATE)
    wave, pitch = np.zeros(size), np.zeros(size)
    at = round(rng.uniform(0.05, 0.4) * RATE)
    centre = rng.uniform(28, 96)
    while at < size - RATE // 5:
        count = min(round(np.exp(rng.uniform(np.log(0.08), np.log(1.2))) * RATE), size - at)
        time = np.arange(count) / RATE
        midi = float(np.clip(centre + 8 * rng.standard_normal(), 26, 107)) + np.zeros(count)
        if rng.uniform() < 0.3:
            midi += rng.uniform(0.1, 0.8) * np.sin(2 * np.pi * rng.uniform(4, 7) * time)
        if rng.uniform() < 0.2:
            midi += rng.uniform(-3, 3) * time
        hz = 440 * 2 ** ((midi - 69) / 12)
        partials = np.arange(1, int(rng.choice([1, 2, 4, 8, 16, 30])) + 1)
        strengths = partials ** -rng.choice([0.0, 0.5, 1.0, 2.0]) * rng.uniform(0.5, 1.5, partials.size)
        kind = rng.uniform()
        if kind < 0.15:
            strengths[1::2] *= 0.02
        elif kind < 0.4 and partials.size >= 4:
            strengths[0] *= rng.choice([0.0, 0.05])
        cycles = np.cumsum(hz) / RATE
        note = np.zeros(count)
        for partial, strength in zip(partials, strengths, strict=True):
            if partial * hz.max() < 16_000:
                note += strength * np.sin(2 * np.pi * (partial * cycles + rng.uniform()))
        note *= np.minimum(time / rng.uniform(0.001, 0.03), 1) * np.minimum((time[-1] - time) / 0.004, 1)
        note *= np.exp(-time * rng.choice([0.0, 0.0, 2.0, 6.0])) / max(float(np.abs(note).max()), 1e-9)
        wave[at : at + count] += note * 10 ** (rng.uniform(-9, 0) / 20)
        pitch[at : at + count] = midi
        at += count + (round(rng.uniform(0.05, 0.5) * RATE) if rng.uniform() < 0.3 else 0)
    wave += 10 ** (-rng.uniform(25, 70) / 20) * rng.standard_normal(size)
    return wave, pitch[HOP - 1 :: HOP][: size // HOP]


def weights_of(ear: Ear) -> dict[str, NDArray[np.float32]]:
    """What the engine needs of it, by the names that `FundamentalFrequency` knows."""
    kernel, leave = (part.detach().numpy() for part in ear.transition())
    named = {name: value.detach().numpy() for name, value in ear.state_dict().items()}
    named["moves"] = np.array([kernel[2], kernel[1], kernel[0], *leave])
    named["taps"] = np.array(TAPS, dtype=np.float32)
    return {k: np.asarray(v, dtype=np.float32) for k, v in named.items() if k not in ("spread", "leave")}


def accuracy(ear: Ear, renders: Renders, shifts: tuple[int, ...] = (0, 1, 2, 3, 4, 5)) -> dict[str, list[float]]:
    """By shift the share of sounding hops within 50 cents, the octave errors at LATE, false alarms; by sound."""
    found: dict[str, list[NDArray[np.float64]]] = {}
    for views, piece in zip(renders.views, renders.pieces, strict=False):
        midi, _ = heard_pitch(ear, views)
        row = []
        for shift in shifts:
            end = midi.size - shift
            told, true, asked = midi[shift:], piece.pitch[:end], piece.sounding[:end]
            error = np.abs(told - true)
            right = (error < 0.5) & (told > 0) & asked
            octave = (np.abs(error - 12 * np.round(error / 12)) < 0.5) & (error > 6) & (told > 0) & asked
            row.append((right.sum(), octave.sum(), asked.sum(), (midi[piece.resting] > 0).sum(), piece.resting.sum()))
        for key in (piece.sound, "all", piece.name):
            found.setdefault(key, []).append(np.array(row, dtype=float))
    out = {}
    for key, rows in found.items():
        total = np.sum(rows, axis=0)
        rest = max(total[LATE, 4], 1)
        out[key] = [*(total[:, 0] / total[:, 2]), total[LATE, 1] / total[LATE, 2], total[LATE, 3] / rest]
    return out


def export(weights: dict[str, NDArray[np.float32]], path: Path) -> None:
    """The network as path.onnx: the views (VIEWS, REACH) to the scores (STEPS + 1); its weights are outputs too."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    constants = {name: np.asarray(value, dtype=np.float32) for name, value in weights.items()}
    starts = np.array([[view * REACH + BELOW + by] for view, by in TAPS], dtype=np.int64)
    whole = {
        "seen_at": starts + np.arange(STEPS, dtype=np.int64),
        "flat": np.array([-1], dtype=np.int64),
        "column": np.array([-1, 1], dtype=np.int64),
        "along": np.array([1], dtype=np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Reshape", ["views", "flat"], ["in_line"]),
        node("Gather", ["in_line", "seen_at"], ["taps_seen"]),
        node("Concat", ["taps_seen", "place"], ["seen"], axis=0),
        node("Reshape", ["first.bias", "column"], ["b1"]),
        node("MatMul", ["first.weight", "seen"], ["a1"]),
        node("Add", ["a1", "b1"], ["c1"]),
        node("Relu", ["c1"], ["hidden"]),
        node("Reshape", ["second.bias", "column"], ["b2"]),
        node("MatMul", ["second.weight", "hidden"], ["a2"]),
        node("Add", ["a2", "b2"], ["c2"]),
        node("Relu", ["c2"], ["inner"]),
        node("MatMul", ["third.weight", "inner"], ["a3"]),
        node("Add", ["a3", "third.bias"], ["c3"]),
        node("Reshape", ["c3", "flat"], ["steps"]),
        node("ReduceMax", ["inner"], ["greatest"], axes=[1], keepdims=0),
        node("ReduceMean", ["inner"], ["mean"], axes=[1], keepdims=0),
        node("Concat", ["greatest", "mean"], ["pooled"], axis=0),
        node("MatMul", ["none.weight", "pooled"], ["a4"]),
        node("Add", ["a4", "none.bias"], ["none"]),
        node("Concat", ["steps", "none"], ["scores"], axis=0),
    ]
    f = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "pitch",
        [helper.make_tensor_value_info("views", f, [VIEWS, REACH])],
        [helper.make_tensor_value_info("scores", f, [STEPS + 1])]
        + [helper.make_tensor_value_info(name, f, list(value.shape)) for name, value in constants.items()],
        [numpy_helper.from_array(value, name) for name, value in (constants | whole).items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="monochord"
    )
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def write_card(path: Path, said: dict[str, Any]) -> None:
    """path.toml beside path.onnx."""
    import tomlkit

    digest = hashlib.sha256(path.with_suffix(".onnx").read_bytes()).hexdigest()
    path.with_suffix(".toml").write_text(tomlkit.dumps({**said, "sha256": digest}), encoding="utf-8")


def lessons(folders: list[Path], cache: Path | None, rng: np.random.Generator) -> Renders:
    """What is learned from: renders, rooms without a pitch, and notes by arithmetic."""
    renders = Renders(folders, cache)
    print(f"{len(renders.views)} pieces to learn from, {sum(map(len, renders.views))} hops", flush=True)
    for views in noises(rng, 40):
        renders.views.append(views)
        renders.place.append(np.full(len(views), -1, np.float32))
    for _ in range(180):
        wave, pitch = tones(rng)
        renders.views.append(views_of_wave(wave))
        level = levels_of(wave)
        piece = Piece(Path(), "arithmetic", "tones", wave, pitch, sounding(pitch, level), resting(pitch, level))
        renders.place.append(targets_of(piece))
    return renders


def learn(ear: Ear, renders: Renders, steps: int, rng: np.random.Generator, kept: Path) -> None:
    """Many short stretches, from end to end; the weights are kept every 500 steps and at the end."""
    optimiser = torch.optim.AdamW(ear.parameters(), weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, total_steps=steps)
    running = 0.0
    for step in range(1, steps + 1):
        loss = loss_of(ear, *renders.batch(rng, 24, 48))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(ear.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        running += 0.02 * (float(loss.detach()) - running)
        if step % 100 == 0:
            print(step, f"{running:.3f}", flush=True)
        if step % 500 == 0 or step == steps:
            torch.save(ear.state_dict(), kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True, help="a folder of tools/renders.py")
    parser.add_argument("--held-out", type=Path, action="append", default=[])
    parser.add_argument("--out", type=Path, default=Path("models_onnx/pitch"), help="without its ending")
    parser.add_argument("--cache", type=Path, help="a folder where what was seen is kept between runs")
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="weights (.pt) to write as they are, without learning anything")
    parser.add_argument("--apart", type=Path, help="the card of weights that learned without freepats: its figures")
    parser.add_argument("--kept", type=Path, default=Path("pitch.pt"), help="where the weights are kept meanwhile")
    said = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(said.seed)
    rng = np.random.default_rng(said.seed)
    ear = Ear()
    if said.start:
        ear.load_state_dict(torch.load(said.start))
    else:
        learn(ear, lessons(said.data, said.cache, rng), said.steps, rng, said.kept)
    with torch.no_grad():
        ear.none.bias += _CALM
    figures = accuracy(ear, Renders(said.held_out, said.cache, every=4))
    for key, row in sorted(figures.items()):
        print(key, *(f"{100 * x:.1f}" for x in row), flush=True)
    export(weights_of(ear), said.out.with_suffix(".onnx"))
    told = {key: [round(x, 4) for x in row] for key, row in sorted(figures.items()) if "/" not in key}
    if said.apart:
        apart = tomllib.loads(said.apart.read_text(encoding="utf-8"))
        told["freepats_unheard"] = apart["held_out"]["freepats"]
    write_card(said.out, CARD | {"torch": torch.__version__, "held_out": HELD_OUT | told})


if __name__ == "__main__":
    main()
