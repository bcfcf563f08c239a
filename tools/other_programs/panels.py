"""Starters for panels of faders and buttons: Open Stage Control and TouchOSC."""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Mapping
from xml.sax.saxutils import escape

from engine.control.listening_place import PORT as IN_PORT
from other_programs.terms import HOST, Control, controls


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
