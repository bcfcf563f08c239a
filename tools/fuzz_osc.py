"""Throws random and mutated datagrams at the guard of OSC in, and says what it took.

    python tools/fuzz_osc.py --count 10000000 --seed 1

Each goes the whole way that a stranger's does: guard, patterns, table of orders. It fails with the datagram in hex on
the first exception, on more steps than the bound, on an order that holds what is not finite, and on a datagram that
takes more than 1 ms of this thread's CPU time.

That clock also counts what others take from the core meanwhile: interrupts, a neighbour on the same core, a busy host.
What is the datagram's own comes again with it, what is theirs does not. So one that took longer than all before it is
given again, at most 50 times, until it is faster than they or has shown that it is not, and counts with its fastest.
How many took more than 1 ms at first is said.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections import Counter

from nights.datagrams import MOST_NANOSECONDS, MOST_STEPS, Datagrams, Fuzz


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=0)
    said = parser.parse_args()
    datagrams, fuzz, begun = Datagrams(said.seed), Fuzz(), time.monotonic()
    gc.collect()
    gc.freeze()  # as a show does: what stays is not looked at again
    for count, datagram in zip(range(1, said.count + 1), datagrams, strict=False):
        try:
            fuzz.give(datagram)
        except Exception as why:
            why.add_note(f"datagram {count} of seed {said.seed}: {datagram.hex()}")
            raise
        if count % 500_000 == 0:
            print(_report(fuzz, count, begun), flush=True)
    print(_report(fuzz, said.count, begun))
    print(*(f"{count:12,} {reason}" for reason, count in Counter(fuzz.reader.refused).most_common()), sep="\n")
    print(f"the slowest: {fuzz.worst.hex()}")


def _report(fuzz: Fuzz, count: int, begun: float) -> str:
    return (
        f"{count:,} datagrams in {time.monotonic() - begun:.0f} s: no exception, {fuzz.orders:,} orders, at most"
        f" {fuzz.steps} of {MOST_STEPS} steps and {fuzz.slowest / 1e6:.3f} ms of CPU time"
        f" ({fuzz.late} took longer than {MOST_NANOSECONDS / 1e6:g} ms at first, none of them when given again)"
    )


if __name__ == "__main__":
    main()
