"""An ISF shader as GLSL 3.30 core: what a driver compiles, and which line of which file it came from.

Shaders in the wild are written for older GLSL: they set gl_FragColor, say varying and texture2D, use as names
words that have since become the language's own, and declare again what the host declares. All of that is
mended here without moving a line, so that an error names the line that its author sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from engine.stage.isf import Shader
from engine.stage.isf_inputs import GLSL_TYPE, STANDARD
from engine.stage.source import Line, Source, join

_VERSION: Final = (
    "#version 330 core",
    "#extension GL_ARB_gpu_shader5 : enable",
    "#extension GL_ARB_shading_language_420pack : enable",
)
_OLD_WORDS: Final = {
    "gl_FragColor": "isf_FragColor",
    "vv_FragNormCoord": "isf_FragNormCoord",
    "vv_vertShaderInit": "isf_vertShaderInit",
    "texture1D": "texture",
    "texture2D": "texture",
    "texture2DRect": "texture",
    "texture2DLod": "textureLod",
    "texture2DProj": "textureProj",
    "texture2DGrad": "textureGrad",
    "texture2DGradARB": "textureGrad",
    "attribute": "in",
}
"""Words of older GLSL and of ISF 1, and what they are called now."""
_NEW_WORDS: Final = frozenset(
    {"active", "buffer", "case", "common", "filter", "flat", "input", "noise1", "noise2", "noise3", "noise4"}
    | {"output", "partition", "patch", "precise", "resource", "sample", "sampler", "shared", "smooth"}
    | {"subroutine", "superp", "switch"}
)
"""Words that older shaders use as names of their own, which GLSL has since taken or may take."""
_TYPE: Final = r"(?:void|bool|int|uint|float|[biu]?vec[234]|mat[234](?:x[234])?)"
_DEFINED: Final = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)
_STRIPPED: Final = re.compile(
    r"[ \t]*(?:#[ \t]*(?:version|line)\b.*"
    r"|#[ \t]*extension\b.*"
    r"|(?:varying|in|out)[ \t]+vec2[ \t]+(?:isf|vv)_FragNormCoord[ \t]*;)"
)
"""Lines that only the host may write; an author's own are dropped."""
_ASKS_FOR_PASS: Final = re.compile(r"\bPASSINDEX\b")
_UNIFORM: Final = re.compile(r"[ \t]*uniform[ \t]+\w+[ \t]+(\w+)[ \t]*;")
_OWN_OUTPUT: Final = re.compile(r"^[ \t]*(?:layout[ \t]*\([^)]*\)[ \t]*)?out[ \t]+vec4[ \t]+\w+[ \t]*;", re.MULTILINE)

_FRAGMENT_FUNCTIONS: Final = """\
vec4 IMG_NORM_PIXEL(sampler2D image, vec2 at) { return texture(image, at); }
vec4 IMG_NORM_PIXEL(sampler2D image, vec2 at, float bias) { return texture(image, at, bias); }
vec2 IMG_SIZE(sampler2D image) { return vec2(textureSize(image, 0)); }
vec4 IMG_PIXEL(sampler2D image, vec2 at) { return texture(image, at / IMG_SIZE(image)); }
vec4 IMG_PIXEL(sampler2D image, vec2 at, float bias) { return texture(image, at / IMG_SIZE(image), bias); }
vec4 IMG_THIS_PIXEL(sampler2D image) { return texture(image, isf_FragNormCoord); }
vec4 IMG_THIS_PIXEL(sampler2D image, float bias) { return texture(image, isf_FragNormCoord, bias); }
vec4 IMG_THIS_NORM_PIXEL(sampler2D image) { return texture(image, isf_FragNormCoord); }
vec4 IMG_THIS_NORM_PIXEL(sampler2D image, float bias) { return texture(image, isf_FragNormCoord, bias); }
vec4 IMG_NORM_THIS_PIXEL(sampler2D image) { return texture(image, isf_FragNormCoord); }
vec4 IMG_NORM_THIS_PIXEL(sampler2D image, float bias) { return texture(image, isf_FragNormCoord, bias); }
"""
_VERTEX_FUNCTIONS: Final = """\
vec4 IMG_NORM_PIXEL(sampler2D image, vec2 at) { return textureLod(image, at, 0.0); }
vec2 IMG_SIZE(sampler2D image) { return vec2(textureSize(image, 0)); }
vec4 IMG_PIXEL(sampler2D image, vec2 at) { return textureLod(image, at / IMG_SIZE(image), 0.0); }
vec4 IMG_THIS_PIXEL(sampler2D image) { return textureLod(image, isf_FragNormCoord, 0.0); }
vec4 IMG_THIS_NORM_PIXEL(sampler2D image) { return textureLod(image, isf_FragNormCoord, 0.0); }
vec4 IMG_NORM_THIS_PIXEL(sampler2D image) { return textureLod(image, isf_FragNormCoord, 0.0); }
"""
# One triangle that covers the picture draws no diagonal twice. A shader with a .vs of its own gets four corners
# instead: such files clamp what they compute at the corners, and a triangle's lie outside the picture.
_CORNER: Final = """\
void isf_vertShaderInit() {{
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * {reach};
    isf_FragNormCoord = corner;
    gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}}
"""
_PLAIN_MAIN: Final = "void main() { isf_vertShaderInit(); }"


def tells_passes_apart(shader: Shader) -> bool:
    """Whether it asks which pass is drawn; then each is better compiled alone, without the branches of the others."""
    lines = (*shader.body, *(shader.vertex or ()))
    return len(shader.passes) > 1 and any(_ASKS_FOR_PASS.search(line.text) for line in lines)


def fragment_source(shader: Shader, index: int | None = None) -> Source:
    """The fragment shader of an ISF shader: declarations and functions of ISF, then its own lines.

    `index`: the one pass that it is for; None for all, which learn from a uniform what they are.
    """
    code = "\n".join(line.text for line in shader.body)
    own_output = None if re.search(r"\bgl_FragColor\b", code) else _OWN_OUTPUT.search(code)
    head = [
        *_VERSION,
        *_words(shader, code, varying="in"),
        *_declarations(shader, index),
        "in vec2 isf_FragNormCoord;",
        *(() if own_output else ("out vec4 isf_FragColor;",)),
        *_FRAGMENT_FUNCTIONS.splitlines(),
    ]
    return join([*head, *_mended(shader, shader.body)])


def vertex_source(shader: Shader, index: int | None = None) -> Source:
    """The vertex shader: the file's own .vs, or one triangle over the picture; `index` as in `fragment_source`."""
    lines = shader.vertex or ()
    code = "\n".join(line.text for line in lines)
    reach = "1.0" if shader.vertex else "2.0"
    head = [
        *_VERSION,
        *_words(shader, code, varying="out"),
        *_declarations(shader, index),
        "out vec2 isf_FragNormCoord;",
        *_VERTEX_FUNCTIONS.splitlines(),
        *_CORNER.format(reach=reach).splitlines(),
    ]
    return join([*head, *(_mended(shader, lines) if shader.vertex else (_PLAIN_MAIN,))])


def corners(shader: Shader) -> int:
    """How many vertices its vertex source draws, as a triangle strip."""
    return 4 if shader.vertex else 3


def uniform_name(name: str) -> str:
    """What an input or picture is called in the program: words that GLSL has taken are renamed."""
    return f"isf_{name}" if name in _NEW_WORDS else name


def _words(shader: Shader, code: str, varying: str) -> Iterator[str]:
    """The words of older GLSL, and new names for those that the language has since taken."""
    defined = set(_DEFINED.findall(code))
    named = _named(shader)
    for old, new in {**_OLD_WORDS, "varying": varying}.items():
        if old not in defined and re.search(rf"\b{old}\b", code):
            yield f"#define {old} {new}"
    for word in sorted(_NEW_WORDS - defined):
        if word in named or re.search(rf"\b{_TYPE}\s+(?:\w+\s*(?:=[^;,()]*)?,\s*)*{word}\b", code):
            yield f"#define {word} isf_{word}"


def _declarations(shader: Shader, index: int | None) -> Iterator[str]:
    """The uniforms: ISF's own, the inputs, the imported pictures, the targets of the passes."""
    for name, kind in STANDARD.items():
        known = name == "PASSINDEX" and index is not None
        yield f"const int PASSINDEX = {index};" if known else f"uniform {kind} {name};"
    pictures = [*(name for name, _ in shader.imported), *shader.targets]
    for item in shader.inputs:
        if item.sampled:
            pictures.append(item.name)
        else:
            yield f"uniform {GLSL_TYPE[item.type]} {item.name};"
    for name in pictures:
        yield f"uniform sampler2D {name};"
        yield f"#define _{name}_imgRect vec4(0.0, 0.0, 1.0, 1.0)"
        yield f"#define _{name}_imgSize vec2(textureSize({name}, 0))"
        yield f"#define _{name}_flip false"


def _named(shader: Shader) -> set[str]:
    """All that is a uniform of the shader by its header."""
    return {*(item.name for item in shader.inputs), *shader.targets, *(name for name, _ in shader.imported)}


def _mended(shader: Shader, lines: Iterable[Line]) -> Iterator[Line]:
    """An author's lines, without those that only the host may write, and with macros free to be defined again."""
    declared = _named(shader) | STANDARD.keys()
    seen: set[str] = set()
    for line in lines:
        if _STRIPPED.match(line.text):
            line = line._replace(text=_STRIPPED.sub("", line.text, count=1))
        uniform = _UNIFORM.match(line.text)
        if uniform and uniform[1] in declared:
            line = line._replace(text=line.text[uniform.end() :])
        found = _DEFINED.match(line.text)
        if found and found[1] in seen:
            yield Line(f"#undef {found[1]}", line.file, line.number)
        if found:
            seen.add(found[1])
        yield line
