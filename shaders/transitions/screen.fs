/*{
    "ISFVSN": "2",
    "DESCRIPTION": "A folding screen of six leaves: they turn one after the other, and the new picture is on their backs.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Transition"],
    "INPUTS": [
        {"NAME": "startImage", "TYPE": "image"},
        {"NAME": "endImage", "TYPE": "image"},
        {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "leaves", "LABEL": "Leaves", "TYPE": "long", "VALUES": [2, 3, 4, 6, 8], "LABELS": ["2", "3", "4", "6", "8"], "DEFAULT": 6}
    ]
}*/

#include "noise.glsl"
#include "colour.glsl"
#include "dither.glsl"

const float PI = 3.14159265;
const float FAR = 3.2;  // how far away the eye is, in heights of a leaf's half width

void main() {
    float count = float(leaves), aspect = RENDERSIZE.x / RENDERSIZE.y;
    vec2 uv = isf_FragNormCoord;
    float leaf = min(floor(uv.x * count), count - 1.0), x = (uv.x * count - leaf) * 2.0 - 1.0, y = uv.y * 2.0 - 1.0;
    // From the right to the left, as a scroll is opened; each begins before the last has come to rest.
    float order = (count - 1.0 - leaf) / max(count - 1.0, 1.0);
    float t = clamp((progress - 0.42 * order) / 0.58, 0.0, 1.0);
    t = t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    float way = mod(leaf, 2.0) < 0.5 ? 1.0 : -1.0, c = cos(PI * t), s = sin(PI * t) * way;
    // Where the eye's ray meets the leaf, turned about its middle; `deep` is how far behind the picture.
    float u = x / (c + sign(c) * 1e-4 - x * s / FAR), deep = u * s, v = y * (1.0 + deep / FAR);
    vec3 lacquer = vec3(0.0036, 0.0019, 0.0017);
    float half_width = aspect / count;
    // The ground behind: lacquer, a little light on it where the screen stands open.
    vec3 seen = lacquer * (1.0 + 1.6 * (1.0 - abs(y)) * abs(s)) + 0.0015 * value2(vec2(uv.x * 90.0, uv.y * 7.0)) * abs(s);
    float edge = 1.0 / (RENDERSIZE.x / count * 0.5);
    float inside = smoothstep(1.0 + edge, 1.0 - edge, abs(u)) * smoothstep(1.0 + 2.0 / RENDERSIZE.y, 1.0 - 2.0 / RENDERSIZE.y, abs(v));
    inside = mix(1.0, inside, smoothstep(0.0, 0.06, abs(s)));  // a leaf that rests shows no seam
    if (inside > 0.0) {
        bool back = c < 0.0;
        float on = back ? -u : u;
        vec2 at = vec2((leaf + 0.5 + 0.5 * clamp(on, -1.0, 1.0)) / count, clamp(0.5 + 0.5 * v, 0.0, 1.0));
        vec3 painted = to_linear((back ? IMG_NORM_PIXEL(endImage, at) : IMG_NORM_PIXEL(startImage, at)).rgb);
        // Silk turned away from the light is dark; for a moment it catches the light as it passes.
        float facing = abs(c), sheen = pow(max(0.0, 1.0 - abs(abs(s) - 0.55) * 3.0), 3.0) * 0.10;
        painted *= mix(0.30, 1.0, smoothstep(0.0, 0.9, facing)) * (1.0 + sheen * sign(s) * 2.0);
        // A border of brass along the turning leaf.
        float rim = smoothstep(1.0 - 0.026 / half_width, 1.0, abs(u)) + smoothstep(0.982, 0.994, abs(v));
        painted = mix(painted, vec3(0.24, 0.14, 0.045) * (0.35 + 0.65 * facing), clamp(rim, 0.0, 1.0) * min(abs(s) * 3.0, 0.92));
        seen = mix(seen, painted, inside);
    }
    gl_FragColor = vec4(dither(to_srgb(seen), gl_FragCoord.xy), 1.0);
}
