"""Shadertoy's shaders as ISF generators: what they are given there, said in ISF's own terms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from engine.frame import RATE

CHANNELS: Final = tuple(f"iChannel{number}" for number in range(4))
"""The pictures that a shader of Shadertoy reads; the first is the sound, unless a scene gives it another."""
POINTER: Final = "iPointer"
"""The input behind iMouse, in pixels: (0, 0) is a mouse that was never pressed."""

_ENTRY: Final = re.compile(r"\bvoid\s+mainImage\s*\(")
_MAIN: Final = re.compile(r"\bvoid\s+main\s*\(")
_GIVEN: Final = {
    "iResolution": "vec3 iResolution = vec3(RENDERSIZE, 1.0);",
    "iTime": "float iTime = TIME;",
    "iGlobalTime": "float iGlobalTime = TIME;",
    "iTimeDelta": "float iTimeDelta = TIMEDELTA;",
    "iFrameRate": "float iFrameRate = TIMEDELTA > 0.0 ? 1.0 / TIMEDELTA : 60.0;",
    "iFrame": "int iFrame = FRAMEINDEX;",
    "iDate": "vec4 iDate = DATE - vec4(0.0, 1.0, 0.0, 0.0);",  # there, months count from 0
    "iSampleRate": f"float iSampleRate = {RATE}.0;",
    "iMouse": f"vec4 iMouse = vec4({POINTER}, {POINTER});",
    "iChannelTime": "float iChannelTime[4] = float[4](TIME, TIME, TIME, TIME);",
}
UNIFORMS: Final = frozenset(_GIVEN) | {"iChannelResolution", *CHANNELS}
"""What Shadertoy declares; where a file does so too, it is dropped."""
MAIN: Final = """\
void main() {
    vec4 color = vec4(0.0, 0.0, 0.0, 1.0);
    mainImage(color, gl_FragCoord.xy);
    isf_FragColor = vec4(color.rgb, 1.0);
}"""


def has_entry(code: str) -> bool:
    """Whether code without comments has Shadertoy's entry."""
    return _ENTRY.search(code) is not None


def lacks_main(code: str) -> bool:
    """Whether nothing calls that entry yet."""
    return has_entry(code) and _MAIN.search(code) is None


def with_channels(content: Mapping[str, Any], code: str) -> dict[str, Any]:
    """A header, in its INPUTS the channels and the pointer too, where the code asks for them."""
    given = content.get("INPUTS") or []
    if not isinstance(given, list):
        return dict(content)  # it is refused where inputs are read
    entries = [content.get(key) or [] for key in ("INPUTS", "PASSES", "IMPORTED")]
    known = {key for part in entries if isinstance(part, dict) for key in part}
    items = [item for part in entries if isinstance(part, list) for item in part if isinstance(item, dict)]
    known |= {str(item.get(key)) for item in items for key in ("NAME", "TARGET")}
    wanted = [name for name in (*CHANNELS, "iMouse") if name not in known and re.search(rf"\b{name}\b", code)]
    pointer = {"NAME": POINTER, "TYPE": "point2D", "LABEL": "Mouse, in pixels"}
    more = [pointer if name == "iMouse" else {"NAME": name, "TYPE": "image"} for name in wanted]
    return {**content, "INPUTS": [*given, *more]}


def declarations(code: str, inputs: set[str]) -> Iterator[str]:
    """What the code asks for of that which Shadertoy gives, as globals; `inputs` are declared already."""
    for name, line in _GIVEN.items():
        if name not in inputs and re.search(rf"\b{name}\b", code):
            yield line
    if re.search(r"\biChannelResolution\b", code):
        sizes = (f"vec3(textureSize({name}, 0), 1.0)" if name in inputs else "vec3(1.0)" for name in CHANNELS)
        yield f"vec3 iChannelResolution[4] = vec3[4]({', '.join(sizes)});"
