"""A night on which things go wrong on purpose, one after the other, on a real show; each with its bar.

    python tools/faults.py --out faults
    python tools/faults.py --only ears-killed --only datagrams
    python tools/faults.py --short --untimed

One show of real processes runs through it, with lights, two more receivers, a page, orders and a scene; faults that
need a show of their own get one. Everything is seen from outside: the lights' datagrams, stamped by the kernel; the
moments of the pictures, from the memory that the stage reports into; the wall, which is the memory of an X server
without a monitor (Xvfb); the page; /proc. Bars are those of the targets, or twice what the same machine did in the
same run while nothing was wrong. A fault that this machine cannot do is skipped in one line.

--short: each fault as short as it can be. --untimed: only what must be whatever the machine has to do; times are told
and not judged, as where others use the same processors. The exit code is 1 if one fails; `faults.json` and `faults.md`
are the table.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from benchmarks import figures
from nights import children, files, machine, network, scenes
from nights.night import Fault, Night
from nights.verdict import STILL, Calm, Verdict, so

FAULTS: Final[dict[str, Fault]] = dict(
    (
        *children.FAULTS,
        *scenes.FAULTS,
        *network.FAULTS,
        *machine.FAULTS,
        *machine.OWN,
        *files.FAULTS,
        *children.LAST,
    )
)
"""In the order of the night."""
OWN: Final = {name for name, _ in (*machine.OWN, *files.FAULTS, *children.LAST)}
"""Those with a show of their own, behind all others: the show of the night has ended by then."""
_TRIES: Final = 3


def tried(name: str, night: Night, *, timed: bool) -> Verdict:
    """What comes of one fault. Where something was late while the machine itself stood still, it is tried again."""
    for _ in range(_TRIES):
        since = time.monotonic()
        verdict = _once(name, night)
        verdict = replace(verdict, stood=night.pulse.longest(since, time.monotonic()))
        late = verdict.failed(timed=timed)
        if not late or verdict.stood < STILL or verdict.failed(timed=False):
            break
    return verdict


def _once(name: str, night: Night) -> Verdict:
    """One try; that the show is gone is a verdict too."""
    try:
        return FAULTS[name](night)
    except Exception as why:
        traceback.print_exc()
        return Verdict(name, (so(f"{type(why).__name__}: {why}".replace("\n", " ")[:300], well=False),))


def as_json(calm: Calm | None, verdicts: Sequence[Verdict], *, timed: bool) -> str:
    """The whole table."""
    rows = [{**asdict(one), "passed": not one.failed(timed=timed)} for one in verdicts]
    return json.dumps({"calm": None if calm is None else asdict(calm), "timed": timed, "faults": rows}, indent=1)


def as_markdown(calm: Calm | None, verdicts: Sequence[Verdict], *, timed: bool) -> str:
    """The table for people."""
    lines = [
        f"While nothing was wrong: {calm}." if calm else "",
        "",
        "| fault | verdict | seen (bar) |",
        "|---|---|---|",
    ]
    for one in verdicts:
        word = "skipped" if one.skipped else "**failed**" if one.failed(timed=timed) else "passed"
        lines.append(f"| {one.fault} | {word} | {one.told} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=FAULTS, metavar="NAME", help=f"one of {', '.join(FAULTS)}")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--untimed", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("faults"))
    figures.ask(parser)
    said = parser.parse_args()
    if not sys.platform.startswith("linux"):
        parser.error(f"looks at /proc, which {platform.system()} has not")
    said.out.mkdir(parents=True, exist_ok=True)
    timed, names = not said.untimed, [name for name in FAULTS if name in (said.only or FAULTS)]
    verdicts: list[Verdict] = []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Night(Path(folder), said.short) as night:
        for number, name in enumerate(names, 1):
            since = time.monotonic()
            if name in OWN:
                night.end()
            verdicts.append(tried(name, night, timed=timed))
            took = time.monotonic() - since
            print(f"{number:2d}/{len(names)} {took:4.0f} s  {verdicts[-1].line(timed=timed)}", flush=True)
        calm = night.calm
        (said.out / "said.txt").write_text(night.said)
    (said.out / "faults.json").write_text(as_json(calm, verdicts, timed=timed))
    passed = {one.fault: not one.failed(timed=timed) for one in verdicts if not one.skipped}
    figures.keep({"passed": passed, "skipped": [one.fault for one in verdicts if one.skipped]}, said.json)
    (said.out / "faults.md").write_text(as_markdown(calm, verdicts, timed=timed))
    failed = [one.fault for one in verdicts if one.failed(timed=timed)]
    print(
        f"{len(verdicts)} faults in {time.monotonic() - begun:.0f} s: {f'FAILED {failed}' if failed else 'all passed'}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
