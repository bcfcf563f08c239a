"""An ISF shader as GLSL 3.30 core: what a driver compiles, and which line of which file it came from.

Shaders in the wild are written for older GLSL: they set gl_FragColor, say varying and texture2D, use as names
words that have since become the language's own, and declare again what the host declares. All of that is
mended here without moving a line, so that an error names the line that its author sees.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Final

from engine.stage import shadertoy
from engine.stage.history import TRAILS
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
    "texture1DLod": "textureLod",
    "texture2DLodEXT": "textureLod",
    "texture2DGradEXT": "textureGrad",
    "texture2DRectProj": "textureProj",
    "texture3D": "texture",
    "textureCube": "texture",
    "sampler2DRect": "sampler2D",
    "attribute": "in",
}
"""Words of older GLSL and of ISF 1, and what they are called now."""
_NEW_WORDS: Final = frozenset(
    {"active", "asm", "buffer", "case", "cast", "centroid", "class", "common", "enum", "extern", "external", "filter"}
    | {"fixed", "flat", "goto", "half", "inline", "input", "interface", "layout", "long", "namespace", "noinline"}
    | {"noise1", "noise2", "noise3", "noise4", "noperspective", "output", "packed", "partition", "patch", "precise"}
    | {"public", "resource", "sample", "sampler", "shared", "short", "sizeof", "smooth", "static", "subroutine"}
    | {"superp", "switch", "template", "this", "typedef", "union", "unsigned", "using", "volatile"}
)
"""Words that older shaders use as names of their own, which GLSL has since taken or may take."""
_TYPE: Final = re.compile(r"\b(?:void|bool|u?int|float|[biu]?vec[234]|mat[234](?:x[234])?|sampler\w+)\s+(?=\w)")
_TOKEN: Final = re.compile(r"\w+|[][(){};,]")
_DEFINED: Final = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)
_STRIPPED: Final = re.compile(
    r"[ \t]*(?:#[ \t]*(?:version|line)\b.*"
    r"|#[ \t]*extension\b.*"
    r"|(?:varying|in|out)[ \t]+vec2[ \t]+(?:isf|vv)_FragNormCoord[ \t]*;)"
)
"""Lines that only the host may write; an author's own are dropped."""
_ONLY_OUTPUT: Final = re.compile(r"\bgl_FragData\s*\[\s*0\s*\]")
_FRAG_COLOR: Final = re.compile(r"\bgl_Frag(?:Color|Data)\b")
_ASKS_FOR_PASS: Final = re.compile(r"\bPASSINDEX\b")
_UNIFORM: Final = re.compile(r"([ \t]*uniform[ \t]+(?:(?:lowp|mediump|highp)[ \t]+)?\w+[ \t]+)([^;(){}]*)(?:\([^;]*)?;")
_BLANKS: Final = str.maketrans({"\xa0": " ", "\u200b": "", "\ufeff": "", "\u2028": " "})
"""Signs that nobody sees, which come along when code is copied from a web page."""
_OWN_OUTPUT: Final = re.compile(r"^[ \t]*(?:layout[ \t]*\([^)]*\)[ \t]*)?out[ \t]+vec4[ \t]+\w+[ \t]*;", re.MULTILINE)

_FRAGMENT_FUNCTIONS: Final = """\
vec4 isf_texture(sampler2D image, vec2 at) { return texture(image, at); }
vec4 isf_texture(sampler2D image, vec2 at, float bias) { return texture(image, at, bias); }
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
_CUBE_FUNCTION: Final = """\
vec4 isf_cube(sampler2D faces, vec3 at) {
    vec3 size = abs(at);
    bool x = size.x >= size.y && size.x >= size.z, y = !x && size.y >= size.z;
    float major = x ? at.x : y ? at.y : at.z;
    float face = (x ? 0.0 : y ? 2.0 : 4.0) + (major < 0.0 ? 1.0 : 0.0);
    float turn = sign(major);
    vec2 on = x ? vec2(-at.z * turn, at.y) : y ? vec2(at.x, -at.z * turn) : vec2(at.x * turn, at.y);
    vec2 edge = 0.5 / vec2(textureSize(faces, 0)) * vec2(6.0, 1.0);
    vec2 inside = clamp(on / max(abs(major), 1e-20) * 0.5 + 0.5, edge, 1.0 - edge);
    return textureLod(faces, vec2((face + inside.x) / 6.0, inside.y), 0.0);
}
vec4 isf_cube(sampler2D faces, vec3 at, float bias) { return isf_cube(faces, at); }
"""
"""The six faces of a cube lie side by side in one picture."""
_VERTEX_FUNCTIONS: Final = """\
vec4 isf_texture(sampler2D image, vec2 at) { return textureLod(image, at, 0.0); }
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
# What is no number would stay in a float target for ever and spread from there: it becomes 0 before it gets in. By its
# bits, for a compiler may take isnan() for always false.
_FINITE_MAIN: Final = """\
#undef main
void main() {{
    isf_main();
    {output} = mix({output}, vec4(0.0), equal(floatBitsToUint({output}) & 0x7f800000u, uvec4(0x7f800000u)));
}}
"""
_PLAIN_MAIN: Final = "void main() { isf_vertShaderInit(); }"


def tells_passes_apart(shader: Shader) -> bool:
    """Whether it asks which pass is drawn; then each is better compiled alone, without the branches of the others."""
    lines = (*shader.body, *(shader.vertex or ()))
    return len(shader.passes) > 1 and any(_ASKS_FOR_PASS.search(line.text) for line in lines)


@functools.lru_cache(maxsize=128)
def fragment_source(shader: Shader, index: int | None = None) -> Source:
    """The fragment shader of an ISF shader: declarations and functions of ISF, then its own lines.

    Remembered, because it takes longer than what a driver does with it when it has seen it before.

    `index`: the one pass that it is for; None for all, which learn from a uniform what they are.
    """
    code = "\n".join(line.text for line in shader.body)
    wrapped = shader.shadertoy and shadertoy.lacks_main(code)
    own_output = None if wrapped or _FRAG_COLOR.search(code) else _OWN_OUTPUT.search(code)
    head = [
        *_VERSION,
        *_words(shader, code, varying="in"),
        *_declarations(shader, index),
        "in vec2 isf_FragNormCoord;",
        *(() if own_output else ("out vec4 isf_FragColor;",)),
        *_FRAGMENT_FUNCTIONS.splitlines(),
        *(_CUBE_FUNCTION.splitlines() if shader.cubes else ()),
        *(shadertoy.declarations(code, _named(shader)) if shader.shadertoy else ()),
    ]
    foot = shadertoy.MAIN.splitlines() if wrapped else []
    if any(step.float32 for step in (shader.passes if index is None else shader.passes[index : index + 1])):
        head.append("#define main isf_main")
        output = own_output[0].rstrip(" \t;").split()[-1] if own_output else "isf_FragColor"
        foot += _FINITE_MAIN.format(output=output).splitlines()
    return join([*head, *_mended(shader, shader.body), *foot])


@functools.lru_cache(maxsize=128)
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


def heads(shader: Shader) -> dict[str, str]:
    """The uniform that says where now lies, for each trail of the engine's that the shader reads."""
    names = (item.name for item in shader.inputs if item.type == "image" and item.name in TRAILS)
    return {name: f"{name}_head" for name in names if shader.input(f"{name}_head") is None}


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
    if "gl_FragData" in code:
        code += " gl_FragColor"
    taken = named | _declared(code)
    cube = {"textureCube": "isf_cube"} if shader.cubes else {}
    named_texture = dict.fromkeys(("texture2D", "texture2DRect"), "isf_texture") if "texture" in taken else {}
    for old, new in {**_OLD_WORDS, **named_texture, **cube, "varying": varying}.items():
        if old not in defined and re.search(rf"\b{old}\b", code):
            yield f"#define {old} {new}"
    for word in sorted((_NEW_WORDS - defined) & taken):
        yield f"#define {word} isf_{word}"


def _declared(code: str) -> set[str]:
    """The names that stand where a declaration has them: behind a type, or behind a comma of its list."""
    found: set[str] = set()
    kinds = list(_TYPE.finditer(code))
    ends = [*(kind.start() for kind in kinds[1:]), len(code)]
    for kind, end in zip(kinds, ends, strict=False):
        depth, expected = 0, True
        for token in _TOKEN.finditer(code, kind.end(), end):
            sign = token[0]
            if sign in ";{}" or (sign in ")]" and depth == 0):
                break
            depth += (sign in "([") - (sign in ")]")
            if expected and sign[0] not in "([":
                found.add(sign)
            expected = sign == "," and depth == 0
    return found


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
    for name in heads(shader).values():
        yield f"uniform float {name};"
    for name in pictures:
        yield f"uniform sampler2D {name};"
        yield f"#define _{name}_imgRect vec4(0.0, 0.0, 1.0, 1.0)"
        yield f"#define _{name}_imgSize vec2(textureSize({name}, 0))"
        yield f"#define _{name}_flip false"


def _first_word(text: str) -> str:
    """The name in one entry of a declaration."""
    found = re.match(r"\s*(\w+)", text)
    return found[1] if found else ""


def _named(shader: Shader) -> set[str]:
    """All that is a uniform of the shader by its header."""
    return {*(item.name for item in shader.inputs), *shader.targets, *(name for name, _ in shader.imported)}


def _mended(shader: Shader, lines: Iterable[Line]) -> Iterator[Line]:
    """An author's lines, without those that only the host may write, and with macros free to be defined again."""
    declared = {*_named(shader), *heads(shader).values()} | STANDARD.keys()
    declared |= shadertoy.UNIFORMS if shader.shadertoy else set()
    seen: set[str] = set()
    for line in lines:
        if _STRIPPED.match(line.text):
            line = line._replace(text=_STRIPPED.sub("", line.text, count=1))
        if not line.text.isascii():
            line = line._replace(text=line.text.translate(_BLANKS))
        if uniform := _UNIFORM.match(line.text):
            names = [name for name in uniform[2].split(",") if _first_word(name) not in declared]
            if len(names) < uniform[2].count(",") + 1:
                kept = f"{uniform[1]}{','.join(names)};" if names else ""
                line = line._replace(text=kept + line.text[uniform.end() :])
        if "gl_FragData" in line.text:
            line = line._replace(text=_ONLY_OUTPUT.sub("gl_FragColor", line.text))
        found = _DEFINED.match(line.text)
        if found and found[1] in seen:
            yield Line(f"#undef {found[1]}", line.file, line.number)
        if found:
            seen.add(found[1])
        yield line
