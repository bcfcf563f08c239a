"""Starters for programs that patch boxes with cords: Pure Data and Max."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from engine.control.listening_place import PORT as IN_PORT
from engine.lights.osc import FRAME_ADDRESS
from other_programs.terms import HOST, OUT_PORT, Control, Told, controls, told


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
        inner = main.patch(20, 220 + 25 * place, name, _pdgroup_of(name, group))
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


def _pdgroup_of(name: str, group: list[Told]) -> _PdCanvas:
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
