"""CTC that counts what is rare and what is hard for more: focal loss, eq. (9) of the paper."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def focal_ctc(
    log_shares: Tensor, targets: Tensor, lengths: Tensor, sizes: Tensor, alpha: Tensor | None, gamma: float = 1.0
) -> Tensor:
    """Eq. (9) on CTC: the mean over staves of -α (1 - p)^γ log p.

    `log_shares` (t, b, n); `targets` (b, longest) padded with 0; `lengths` (b,) of the sequences in steps, `sizes`
    (b,) of the targets. p is the probability of a staff's symbols, a symbol's share of it (its geometric mean), so
    that long staves are not all alike hopeless. `alpha` (n,) is what each symbol counts, and a staff counts the mean
    of its symbols; without it and with γ = 0 this is plain CTC by symbols.
    """
    cost = functional.ctc_loss(log_shares, targets, lengths, sizes, reduction="none", zero_infinity=True)
    cost = cost / sizes.clamp(min=1)
    if alpha is None:
        return cost.mean()
    there = targets > 0
    staff_alpha = (alpha[targets] * there).sum(dim=1) / there.sum(dim=1).clamp(min=1)
    missed = -torch.expm1(-cost)
    return (staff_alpha * missed.clamp(min=1e-6) ** gamma * cost).mean()


def rarity(counts: Tensor, power: float = 0.25) -> Tensor:
    """What each symbol counts: more, the rarer it is, 1 on the average over what is written."""
    weight = (counts.float() + 1) ** -power
    return (weight / ((weight * counts).sum() / counts.sum())).clamp(max=8.0)
