"""Makes the starters: patches and layouts for other programs, out of the list of signals and the table of orders.

python tools/starters.py             writes tools/starters/
python tools/starters.py FOLDER      writes them there
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from other_programs.panels import open_stage_control, touch_osc
from other_programs.patches import max_patch, pure_data
from other_programs.terms import HOST, OUT_PORT, Control, controls, told

from engine.control.listening_place import PORT as IN_PORT
from engine.control.page_place import PAGE_PORT
from engine.frame import SIGNALS
from engine.lights.profile import PROFILES, address_of

FOLDER: Final = Path(__file__).resolve().parent / "starters"
GUIDE: Final = Path(__file__).with_name("starters_guide.md")
"""The set-up pages, with a name in braces wherever a list of ours has the word."""


def channels_table() -> str:
    """Every channel of TouchDesigner's OSC In CHOP, in tabs."""
    rows = ["channel\tunit\tlow\thigh\tmeaning"]
    for one in told():
        names = [one.address[1:]] if one.size == 1 else [f"{one.address[1:]}{n}" for n in range(1, one.size + 1)]
        rows += [f"{name}\t{one.unit}\t{one.low:g}\t{one.high:g}\t{one.meaning}" for name in names]
    return "\n".join([*rows, ""])


def touchdesigner(hears: int = OUT_PORT, says: int = IN_PORT) -> str:
    """A Python script that builds the network."""
    listed = "\n".join(
        f'    ("{one.address}", "{one.kind}", {one.low:g}, {one.high:g}, {one.fixed}),' for one in controls()
    )
    return f'''# Builds monochord's network in the component that this Text DAT is in: right click, Run Script.
#
# monochord preview --osc {HOST}:{hears}:touchdesigner --osc-in {says}
#
# monochord_in   every signal, a channel each, called as channels.tsv says
# monochord_out  sends orders: op("monochord_out").sendOSC("/monochord/master/brightness", [0.5])
# a page of custom parameters, whose changes go there

CONTROLS = [  # address, kind, low, high, what a choice says
{listed}
]

base = parent()
for name in ("monochord_in", "monochord_out", "monochord_steer"):
    old = base.op(name)
    if old:
        old.destroy()

incoming = base.create(oscinCHOP, "monochord_in")
incoming.par.port = {hears}

outgoing = base.create(oscoutDAT, "monochord_out")
outgoing.par.address = "{HOST}"
outgoing.par.port = {says}

page = base.appendCustomPage("Monochord")
known = {{}}
for address, kind, low, high, fixed in CONTROLS:
    words = address.split("/")[2:] + ([str(fixed)] if fixed is not None else [])
    name = "".join(words).capitalize()
    label = " ".join(words)
    if kind == "fader":
        made = page.appendFloat(name, label=label)[0]
        made.normMin, made.normMax = made.min, made.max = low, high
        made.clampMin = made.clampMax = True
    elif kind == "switch":
        made = page.appendToggle(name, label=label)[0]
    else:
        made = page.appendPulse(name, label=label)[0]
    known[name] = (address, kind, fixed)

steer = base.create(parameterexecuteDAT, "monochord_steer")
steer.par.op = base
steer.par.pars = " ".join(known)
steer.par.valuechange = True
steer.par.onpulse = True
steer.par.custom = True
steer.text = f"""KNOWN = {{known!r}}


def onValueChange(par, prev):
    address, kind, fixed = KNOWN[par.name]
    op("monochord_out").sendOSC(address, [float(par.eval())])


def onPulse(par):
    address, kind, fixed = KNOWN[par.name]
    op("monochord_out").sendOSC(address, [] if fixed is None else [fixed])
"""
'''


# Open Stage Control


def guide() -> str:
    """The set-up pages."""
    return GUIDE.read_text(encoding="utf-8").format(
        hears=OUT_PORT,
        says=IN_PORT,
        page=PAGE_PORT,
        host=HOST,
        controls="\n".join(_guide_line(one) for one in controls() if one.fixed is None),
        signals=len(SIGNALS),
        **{f"{name}_port": profile.port for name, profile in PROFILES.items()},
        eos=address_of(PROFILES["eos"], (1,)),
        eos_bytes=PROFILES["eos"].max_bytes,
        grandma3=address_of(PROFILES["grandma3"], (1, 201)),
        qlcplus=address_of(PROFILES["qlcplus"], (1, 1)),
        magicq=address_of(PROFILES["magicq"], (1,)),
        rate=PROFILES["qlcplus"].max_hz,
    )


def _guide_line(one: Control) -> str:
    takes = (
        f"{one.low:g} … {one.high:g}" if one.kind == "fader" else {"switch": "1 or 0"}.get(one.kind, "nothing, or 1")
    )
    return f"| `{one.address}` | {takes} | {one.meaning} |"


MADE: Final[Mapping[str, Callable[[], str | bytes]]] = {
    "monochord.pd": pure_data,
    "monochord.maxpat": max_patch,
    "channels.tsv": channels_table,
    "touchdesigner.py": touchdesigner,
    "open_stage_control.json": open_stage_control,
    "monochord.tosc": touch_osc,
    "README.md": guide,
}


def made() -> Iterator[tuple[str, bytes]]:
    """Every file, by name, as it should be."""
    for name, make in MADE.items():
        content = make()
        yield name, content if isinstance(content, bytes) else content.encode()


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made():
        (folder / name).write_bytes(content)
        print(folder / name)


if __name__ == "__main__":
    main()
