"""The simple recurrent unit with the paper's gates, eq. (5)-(8): only what is elementwise goes step by step."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor, nn


@numba.njit(cache=True, fastmath=True)
def _sru_forward(af, ar, g, x, vf, vr, f, r, c, h) -> None:  # type: ignore[no-untyped-def]
    steps, width = af.shape[0], af.shape[1]
    for t in range(steps):
        for k in range(width):
            before = c[t - 1, k] if t else np.float32(0.0)
            forget = 1 / (1 + np.exp(-(af[t, k] + vf[k] * before)))
            reset = 1 / (1 + np.exp(-(ar[t, k] + vr[k] * before)))
            now = forget * before + (1 - forget) * g[t, k]
            f[t, k], r[t, k], c[t, k] = forget, reset, now
            h[t, k] = reset * now + (1 - reset) * x[t, k]


@numba.njit(cache=True, fastmath=True)
def _sru_backward(dh, g, x, vf, vr, f, r, c, daf, dar, dg, dx, dvf, dvr) -> None:  # type: ignore[no-untyped-def]
    steps, width = dh.shape[0], dh.shape[1]
    carried = np.zeros(width, np.float32)
    for t in range(steps - 1, -1, -1):
        for k in range(width):
            before = c[t - 1, k] if t else np.float32(0.0)
            dc = carried[k] + dh[t, k] * r[t, k]
            da_r = dh[t, k] * (c[t, k] - x[t, k]) * r[t, k] * (1 - r[t, k])
            da_f = dc * (before - g[t, k]) * f[t, k] * (1 - f[t, k])
            dx[t, k] = dh[t, k] * (1 - r[t, k])
            dg[t, k] = dc * (1 - f[t, k])
            daf[t, k], dar[t, k] = da_f, da_r
            dvf[k] += da_f * before
            dvr[k] += da_r * before
            carried[k] = dc * f[t, k] + da_f * vf[k] + da_r * vr[k]


class _Recurrence(torch.autograd.Function):
    """The part of the SRU that goes from step to step: elementwise, so compiled, with its derivative by hand."""

    @staticmethod
    def forward(ctx: Any, af: Tensor, ar: Tensor, g: Tensor, x: Tensor, vf: Tensor, vr: Tensor) -> Tensor:
        given = [part.detach().contiguous().numpy() for part in (af, ar, g, x)]
        vectors = [part.detach().repeat(af.shape[1] // part.shape[0]).numpy() for part in (vf, vr)]
        made = [np.empty_like(given[0]) for _ in range(4)]
        _sru_forward(*given, *vectors, *made)
        ctx.kept = (given[2], given[3], *vectors, *made[:3])
        return torch.from_numpy(made[3])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, ...]:
        g, x, vf, vr, f, r, c = ctx.kept
        dh = grads[0].contiguous().numpy()
        made = [np.empty_like(dh) for _ in range(4)]
        sums = [np.zeros_like(vf) for _ in range(2)]
        _sru_backward(dh, g, x, vf, vr, f, r, c, *made, *sums)
        shared = [torch.from_numpy(s) for s in sums]
        return (*(torch.from_numpy(m) for m in made), *shared)


class _Shared(torch.autograd.Function):
    """A vector for each of the batch; its derivative is their sum."""

    @staticmethod
    def forward(ctx: Any, vector: Tensor, batch: int) -> Tensor:
        ctx.batch = batch
        return vector.repeat(batch)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        return grads[0].view(ctx.batch, -1).sum(dim=0), None


def sru(af: Tensor, ar: Tensor, g: Tensor, x: Tensor, vf: Tensor, vr: Tensor) -> Tensor:
    """Eq. (5)-(8) over steps (t, b, d), given what is linear in x: forget and reset gates before c, and candidate."""
    steps, batch, width = x.shape
    flat = [part.float().reshape(steps, batch * width) for part in (af, ar, g, x)]
    vectors = [_Shared.apply(v.float(), batch) for v in (vf, vr)]
    return _Recurrence.apply(*flat, *vectors).view(steps, batch, width)  # type: ignore[no-any-return,no-untyped-call]


class Sru(nn.Module):
    """SRU in both directions: half of the channels run forwards, half backwards, each sees all of the input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.half = width // 2
        self.linear = nn.Linear(width, 3 * width)
        self.vf = nn.Parameter(torch.zeros(width))
        self.vr = nn.Parameter(torch.zeros(width))
        with torch.no_grad():
            self.linear.bias[:width] = 1.0

    def forward(self, x: Tensor) -> Tensor:
        """(t, b, width) to the same."""
        parts = [*self.linear(x).float().chunk(3, dim=2), x.float()]
        turned = [torch.cat([p[..., : self.half], p[..., self.half :].flip(0)], dim=2) for p in parts]
        h = sru(*turned, self.vf, self.vr)
        return torch.cat([h[..., : self.half], h[..., self.half :].flip(0)], dim=2)
