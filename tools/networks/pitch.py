"""The network that finds f0, and the filter it is trained with; what the engine needs of both.

What a note looks like is the same at every height (`engine/features/pitch_views.py`), so one small network looks at
every half semitone alike; a filter that knows how notes go on (a hidden Markov model of one step to the next) is
trained with it, from end to end.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from lessons.pitch import KEPT, Bytes
from numpy.typing import NDArray
from torch import nn

from engine.features.pitch_views import A_SEMITONE, BELOW, LOWEST, REACH, STEPS, VIEWS

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
_WIDTH: Final = 0.6  # steps: how sharp the truth is drawn
_BEFORE, _AFTER = 5, 10  # hops around a leap of the pitch: to be too early is as bad as to be late
_LEAP_COUNTS: Final = 2.0  # how much a hop around a leap counts
_ALONE: Final = 0.4  # how much the network's own answer counts beside the filtered one
_MISSED: Final = 4.0  # how much the chance counts that what is told is off by more than a quarter tone
_NEAR: Final = 1.2  # steps: a quarter tone, and some more
_FINDS_ITS_WAY: Final = 8  # hops at the beginning of a stretch that are not asked
_VOICED: Final = 0.03  # chance that there is a pitch from which on the engine tells it


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


def weights_of(ear: Ear) -> dict[str, NDArray[np.float32]]:
    """What the engine needs of it, by the names that `FundamentalFrequency` knows."""
    kernel, leave = (part.detach().numpy() for part in ear.transition())
    named = {name: value.detach().numpy() for name, value in ear.state_dict().items()}
    named["moves"] = np.array([kernel[2], kernel[1], kernel[0], *leave])
    named["taps"] = np.array(TAPS, dtype=np.float32)
    return {k: np.asarray(v, dtype=np.float32) for k, v in named.items() if k not in ("spread", "leave")}
