"""Makes the starters: patches and layouts for other programs, out of the list of signals and the table of orders.

python tools/starters.py             writes tools/starters/
python tools/starters.py FOLDER      writes them there
"""

from __future__ import annotations

import json
import sys
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from engine.control.argument import Argument
from engine.control.listening_place import PORT as IN_PORT
from engine.control.page_place import PAGE_PORT
from engine.control.table import ROOT, Repertoire, Table
from engine.frame import SIGNALS
from engine.lights.osc import FRAME_ADDRESS, counters, event_address
from engine.lights.profile import PROFILES, address_of

FOLDER: Final = Path(__file__).resolve().parent / "starters"
OUT_PORT: Final = PROFILES["generic"].port
GUIDE: Final = Path(__file__).with_name("starters_guide.md")
"""The set-up pages, with a name in braces wherever a list of ours has the word."""
HOST: Final = "127.0.0.1"
_SCENES: Final = 8  # buttons that choose a scene by its number


@dataclass(frozen=True)
class Told:
    """What a receiver is told at one address."""

    address: str
    size: int
    unit: str
    low: float
    high: float
    meaning: str

    @property
    def group(self) -> str:
        return self.address.split("/")[2]

    @property
    def name(self) -> str:
        return "/".join(self.address.split("/")[3:])


@dataclass(frozen=True)
class Control:
    """What a panel can ask: `low` and `high` of a fader, both None for a button; `fixed` is what a button says."""

    address: str
    kind: str
    meaning: str
    low: float = 0.0
    high: float = 1.0
    fixed: int | None = None

    @property
    def short(self) -> str:
        """The address as one word."""
        return "-".join([*self.address.split("/")[2:], *([] if self.fixed is None else [str(self.fixed)])])


def told() -> list[Told]:
    """Every address that a generic receiver hears, by group."""
    found = [Told(one.address, one.size, one.unit, *one.span, one.meaning) for one in SIGNALS.values()]
    events = [Told(event_address(one), 1, "", 0, 1, f"1 when one is counted: {one.meaning}") for one in counters()]
    return [one for _, group in groupby(sorted([*found, *events], key=_group), key=_group) for one in group]


def _group(one: Told) -> int:
    return list(dict.fromkeys(signal.address.split("/")[2] for signal in SIGNALS.values())).index(one.group)


def controls() -> list[Control]:
    """What can be asked of any show, whatever its scenes: faders, switches, buttons."""
    found = []
    for entry in Table(Repertoire()).entries.values():
        argument = entry.arguments[0] if entry.arguments else None
        kind = _kind(argument)
        if kind == "fader":
            assert argument is not None
            assert argument.low is not None
            assert argument.high is not None
            found.append(Control(entry.address, kind, entry.description, argument.low, argument.high))
        elif kind:
            found.append(Control(entry.address, kind, entry.description))
    select = f"{ROOT}/scene/select"
    return [*found, *(Control(select, "choice", f"scene {n}", fixed=n) for n in range(1, _SCENES + 1))]


def _kind(argument: Argument | None) -> str:
    if argument is None:
        return "button"
    return {"f": "fader", "T": "switch"}.get(argument.type, "")


# Pure Data


def _pd_text(text: str) -> str:
    return text.replace(",", " \\,").replace(";", " \\;").replace("$", "\\$")


class _PdCanvas:
    """Objects and the cords between them, in Pure Data's own order."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._cords: list[str] = []
        self._count = 0

    def add(self, kind: str, x: int, y: int, text: str) -> int:
        self._lines.append(f"#X {kind} {x} {y} {text};")
        self._count += 1
        return self._count - 1

    def patch(self, x: int, y: int, name: str, inner: _PdCanvas) -> int:
        self._lines += [f"#N canvas 80 80 700 700 {name} 0;", *inner.lines(), f"#X restore {x} {y} pd {name};"]
        self._count += 1
        return self._count - 1

    def cord(self, source: int, outlet: int, target: int, inlet: int = 0) -> None:
        self._cords.append(f"#X connect {source} {outlet} {target} {inlet};")

    def lines(self) -> list[str]:
        return [*self._lines, *self._cords]


def pure_data(hears: int = OUT_PORT, says: int = IN_PORT) -> str:
    """A patch that hears every signal and can ask everything that any show can be asked."""
    main = _PdCanvas()
    main.add("text", 20, 10, _pd_text(f"monochord: --osc {HOST}:{hears}:puredata --osc-in {says}"))
    main.add(
        "text", 20, 30, _pd_text("every signal is at [r monochord-GROUP-NAME]; send 1 to monochord-print to see all")
    )
    hear = main.add("obj", 20, 60, f"netreceive -u -b {hears}")
    parse = main.add("obj", 20, 85, "oscparse")
    trim = main.add("obj", 20, 110, "list trim")
    shown = main.add("obj", 220, 60, "r monochord-print")
    gate = main.add("obj", 220, 110, "spigot")
    out = main.add("obj", 220, 135, "print monochord")
    groups = {name: list(group) for name, group in groupby(told(), key=lambda one: one.group)}
    root = main.add("obj", 20, 135, "route monochord")
    split = main.add("obj", 20, 160, f"route frame {' '.join(groups)}")
    frame = main.add("obj", 20, 190, "s monochord-frame")
    for source, target in ((hear, parse), (parse, trim), (trim, gate), (trim, root), (root, split), (split, frame)):
        main.cord(source, 0, target)
    main.cord(shown, 0, gate, 1)
    main.cord(gate, 0, out)
    for place, (name, group) in enumerate(groups.items()):
        inner = main.patch(20, 220 + 25 * place, name, _pd_group(name, group))
        main.cord(split, place + 1, inner)
    send = main.add("obj", 420, 60, "netsend -u -b")
    start = main.add("obj", 600, 10, "loadbang")
    connect = main.add("msg", 600, 35, f"connect localhost {says}")
    say = main.add("obj", 420, 110, "list prepend send")
    last = main.add("obj", 420, 85, "list trim")
    for source, target in ((start, connect), (connect, send), (say, last), (last, send)):
        main.cord(source, 0, target)
    for place, control in enumerate(controls()):
        made = _pd_control(main, control, 420 + 420 * (place % 2), 150 + 36 * (place // 2))
        main.cord(made, 0, say)
    return "\n".join(["#N canvas 40 40 1280 760 12;", *main.lines(), ""])


def _pd_group(name: str, group: list[Told]) -> _PdCanvas:
    inner = _PdCanvas()
    into = inner.add("obj", 20, 20, "inlet")
    split = inner.add("obj", 20, 50, f"route {' '.join(one.name for one in group)}")
    inner.cord(into, 0, split)
    for place, one in enumerate(group):
        target = inner.add("obj", 20, 90 + 25 * place, f"s monochord-{name}-{one.name}")
        inner.add("text", 260, 90 + 25 * place, _pd_text(f"{one.unit or 'number'}: {one.meaning}"))
        inner.cord(split, place, target)
    return inner


def _pd_control(main: _PdCanvas, control: Control, x: int, y: int) -> int:
    """A control of the window, and what makes its message; also [s monochord-do-NAME] moves it."""
    name = f"monochord-do-{control.short}"
    label = control.short
    if control.kind == "fader":
        span = f"{control.low:g} {control.high:g}"
        shape = f"hsl 128 18 {span} 0 0 empty {name} {label} 132 9 0 12 #fcfcfc #000000 #000000 0 1"
    elif control.kind == "switch":
        shape = f"tgl 18 0 empty {name} {label} 22 9 0 12 #fcfcfc #000000 #000000 0 1"
    else:
        shape = f"bng 18 250 50 0 empty {name} {label} 22 9 0 12 #fcfcfc #000000 #000000"
    source = main.add("obj", x, y, shape)
    if control.kind in ("button", "choice"):
        value = main.add("msg", x + 150, y, str(control.fixed if control.fixed is not None else 1))
        main.cord(source, 0, value)
        source = value
    made = main.add("obj", x + 190, y, f"oscformat {' '.join(control.address.split('/')[1:])}")
    main.cord(source, 0, made)
    return made


# Max


def max_patch(hears: int = OUT_PORT, says: int = IN_PORT) -> str:
    """The same for Max, as the JSON that a .maxpat is."""
    boxes: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []

    def box(maxclass: str, x: float, y: float, inlets: int, outlets: int, **more: Any) -> str:
        name = f"obj-{len(boxes) + 1}"
        rect = [x, y, more.pop("width", 120.0), 22.0]
        made = {"id": name, "maxclass": maxclass, "numinlets": inlets, "numoutlets": outlets, "patching_rect": rect}
        boxes.append({"box": {**made, "outlettype": [""] * outlets, **more}})
        return name

    def line(source: str, outlet: int, target: str, inlet: int = 0) -> None:
        lines.append({"patchline": {"source": [source, outlet], "destination": [target, inlet]}})

    box("comment", 20, 10, 1, 0, text=f"monochord: --osc {HOST}:{hears}:max --osc-in {says}", width=420.0)
    box("comment", 20, 30, 1, 0, text="every signal is at [r monochord.GROUP.NAME]", width=420.0)
    source, outlet = box("newobj", 20, 60, 1, 1, text=f"udpreceive {hears}"), 0
    y = 100.0
    for name, grouped in groupby(told(), key=lambda one: one.group):
        group = list(grouped)
        text = f"route {' '.join(one.address for one in group)}"
        route = box("newobj", 20, y, 1, len(group) + 1, text=text, width=1100.0)
        line(source, outlet, route)
        source, outlet, y = route, len(group), y + 30
        for place, one in enumerate(group):
            x, row = 20 + 190 * (place % 6), y + 28 * (place // 6)
            line(route, place, box("newobj", x, row, 1, 0, text=f"s monochord.{name}.{one.name}", width=185.0))
        y += 28 * (-(-len(group) // 6)) + 20
    route = box("newobj", 20, y, 1, 2, text=f"route {FRAME_ADDRESS}", width=180.0)
    line(source, outlet, route)
    line(route, 0, box("newobj", 210, y, 1, 0, text="s monochord.frame"))
    y += 60
    send = box("newobj", 20, y, 1, 0, text=f"udpsend {HOST} {says}", width=180.0)
    for place, control in enumerate(controls()):
        x, row = 20 + 380 * (place % 3), y + 40 + 32 * (place // 3)
        if control.kind in ("button", "choice"):
            text = control.address + ("" if control.fixed is None else f" {control.fixed}")
            line(box("message", x, row, 2, 1, text=text, width=300.0), 0, send)
            continue
        limits = {"minimum": control.low, "maximum": control.high} if control.kind == "fader" else {}
        knob = box(
            "flonum" if control.kind == "fader" else "toggle", x, row, 1, 2 if limits else 1, width=60.0, **limits
        )
        into = box("newobj", x + 70, row, 1, 1, text=f"prepend {control.address}", width=260.0)
        line(knob, 0, into)
        line(into, 0, send)
    patcher = {
        "fileversion": 1,
        "appversion": {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
        "classnamespace": "box",
        "rect": [60.0, 80.0, 1200.0, 900.0],
        "boxes": boxes,
        "lines": lines,
    }
    return json.dumps({"patcher": patcher}, indent=1) + "\n"


# TouchDesigner


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


def open_stage_control(says: int = IN_PORT) -> str:
    """A session of Open Stage Control, version 1."""
    target = [f"{HOST}:{says}"]
    made = []
    for place, one in enumerate(controls()):
        left, top = 20 + 160 * (place % 6), 20 + 110 * (place // 6)
        at = {"left": left, "top": top, "width": 150, "height": 100}
        common = {"id": one.short, "label": one.short, **at, "address": one.address, "target": target}
        if one.kind == "fader":
            span = {"min": one.low, "max": one.high}
            made.append({"type": "fader", **common, "horizontal": True, "range": span, "typeTags": "f"})
        elif one.kind == "switch":
            made.append({"type": "button", **common, "mode": "toggle", "on": 1, "off": 0, "typeTags": "i"})
        else:
            on = 1 if one.fixed is None else one.fixed
            made.append({"type": "button", **common, "mode": "tap", "on": on, "off": 0, "typeTags": "i"})
    root = {"type": "root", "id": "root", "widgets": made, "tabs": []}
    session = {"createdWith": "Open Stage Control", "version": "1.25.0", "type": "session", "content": root}
    return json.dumps(session, indent=1) + "\n"


# TouchOSC


def touch_osc_xml() -> str:
    """What is in a .tosc, before it is packed."""
    nodes = []
    for place, one in enumerate(controls()):
        x, y = 10 + 160 * (place % 6), 10 + 120 * (place // 6)
        nodes.append(_tosc_text(one.short, x, y + 82))
        nodes.append(_tosc_control(one, x, y))
    whole = _tosc_node("GROUP", "monochord", (0, 0, 980, 640), {}, {}, "", "".join(nodes))
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<lexml version='3'>{whole}</lexml>\n"


def touch_osc() -> bytes:
    """A layout of TouchOSC, the newer one of 2021."""
    return zlib.compress(touch_osc_xml().encode(), 9)


def _tosc_text(name: str, x: int, y: int) -> str:
    more = {"textSize": ("i", "12"), "textAlignH": ("i", "1"), "font": ("i", "0")}
    return _tosc_node("LABEL", f"{name}-label", (x, y, 150, 24), more, {"text": name}, "")


def _tosc_control(one: Control, x: int, y: int) -> str:
    if one.kind == "fader":
        more = {"orientation": ("i", "1")}
        value = _tosc_partial("VALUE", "x", one.low, one.high)
        return _tosc_node("FADER", one.short, (x, y, 150, 80), more, {"x": "0"}, _tosc_osc(one.address, value, "ANY"))
    kind = "1" if one.kind == "switch" else "0"
    value = _tosc_partial("VALUE", "x") if one.fixed is None else _tosc_partial("CONSTANT", str(one.fixed))
    when = "RISE" if one.kind == "choice" else "ANY"
    return _tosc_node(
        "BUTTON",
        one.short,
        (x, y, 150, 80),
        {"buttonType": ("i", kind)},
        {"x": "0"},
        _tosc_osc(one.address, value, when),
    )


def _tosc_osc(address: str, value: str, when: str) -> str:
    head = (
        "<enabled>1</enabled><send>1</send><receive>1</receive><feedback>0</feedback><connections>00001</connections>"
    )
    trigger = f"<triggers><trigger><var><![CDATA[x]]></var><condition>{when}</condition></trigger></triggers>"
    path = _tosc_partial("CONSTANT", address, conversion="STRING")
    return f"<osc>{head}{trigger}<path>{path}</path><arguments>{value}</arguments></osc>"


def _tosc_partial(kind: str, value: str, low: float = 0, high: float = 1, conversion: str = "FLOAT") -> str:
    scale = f"<scaleMin>{low:g}</scaleMin><scaleMax>{high:g}</scaleMax>"
    head = f"<type>{kind}</type><conversion>{conversion}</conversion>"
    return f"<partial>{head}<value><![CDATA[{value}]]></value>{scale}</partial>"


def _tosc_node(
    kind: str,
    name: str,
    frame: tuple[int, int, int, int],
    more: Mapping[str, tuple[str, str]],
    values: Mapping[str, str],
    messages: str,
    children: str = "",
) -> str:
    x, y, w, h = frame
    rect = f"<x>{x}</x><y>{y}</y><w>{w}</w><h>{h}</h>"
    grey = "<r>0.25</r><g>0.3</g><b>0.35</b><a>1</a>"
    properties = [
        ("b", "background", "0" if kind == "LABEL" else "1"),
        ("c", "color", grey),
        ("r", "frame", rect),
        ("b", "interactive", "0" if kind in ("LABEL", "GROUP") else "1"),
        ("s", "name", f"<![CDATA[{escape(name)}]]>"),
        ("b", "visible", "1"),
        *((type_, key, value) for key, (type_, value) in more.items()),
    ]
    listed = "".join(
        f"<property type='{type_}'><key><![CDATA[{key}]]></key><value>{value}</value></property>"
        for type_, key, value in sorted(properties, key=lambda one: one[1])
    )
    present = "".join(
        f"<value><key><![CDATA[{key}]]></key><locked>0</locked><lockedDefaultCurrent>0</lockedDefaultCurrent>"
        f"<default><![CDATA[{value}]]></default><defaultPull>0</defaultPull></value>"
        for key, value in {**values, "touch": "false"}.items()
    )
    inner = f"<children>{children}</children>" if children else ""
    said = f"<messages>{messages}</messages>" if messages else ""
    own = uuid.uuid5(uuid.NAMESPACE_URL, f"monochord/{name}")
    head = f"<node ID='{own}' type='{kind}'><properties>{listed}</properties>"
    return f"{head}<values>{present}</values>{said}{inner}</node>\n"


# What is written about them


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
