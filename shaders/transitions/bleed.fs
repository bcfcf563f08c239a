/*{
    "ISFVSN": "2",
    "DESCRIPTION": "Ink bleeding through paper: the new picture soaks through the old one from a few drops, dark at its rim.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Transition"],
    "INPUTS": [
        {"NAME": "startImage", "TYPE": "image"},
        {"NAME": "endImage", "TYPE": "image"},
        {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "drops", "LABEL": "Where the ink falls", "TYPE": "float", "MIN": 0.0, "MAX": 100.0, "DEFAULT": 3.0}
    ]
}*/

#include "noise.glsl"
#include "colour.glsl"
#include "dither.glsl"

// When the ink reaches p, 0 at once .. about 1 last: far from every drop, and late across dense fibres.
float arrival(vec2 p, float aspect) {
    float near = 10.0;
    for (float k = 0.0; k < 5.0; k++) {
        vec2 at = vec2(0.12, 0.14) + vec2(0.76, 0.72) * hash12(k * 7.31 + floor(drops) * 3.7 + 1.0);
        near = min(near, length(p - at * vec2(aspect, 1.0)) / (0.75 + 0.5 * hash11(k * 3.9 + drops)) + 0.05 * k);
    }
    vec2 w = p + 0.05 * vec2(value2(p * 5.0), value2(p * 5.0 + 31.0));
    float fibre = value2(w * vec2(5.0, 7.0)) * 0.56 + value2(mat2(0.8, 0.6, -0.6, 0.8) * w * 17.0) * 0.30
        + value2(mat2(0.6, -0.8, 0.8, 0.6) * w * vec2(74.0, 48.0)) * 0.10 + value2(w * 150.0) * 0.04;
    return near / (0.62 * aspect) * 0.80 + 0.26 * (fibre - 0.5) + 0.10;
}

void main() {
    float aspect = RENDERSIZE.x / RENDERSIZE.y;
    vec2 uv = isf_FragNormCoord, p = vec2(uv.x * aspect, uv.y);
    // Quick at first, as a drop spreads; slower as the paper drinks it.
    float front = -0.10 + 0.62 * (1.0 - pow(1.0 - progress, 1.3)) + 0.20 * progress * progress;
    float since = front - arrival(p, aspect);
    float grain = 0.6 * value2(p * 395.0) + 0.4 * value2(p * 143.0);
    float through = smoothstep(0.0, 0.022, since + 0.012 * (grain - 0.5));
    float wet = smoothstep(-0.09, 0.0, since) * (1.0 - through);
    // Ink runs to the rim and stays there; behind it the stain clears and the new picture stands.
    float rim = 1.1 * exp(-pow((since - 0.018) / 0.013, 2.0)) + 0.42 * exp(-max(since, 0.0) / 0.12) * through;
    rim *= (0.75 + 0.5 * grain) * smoothstep(0.0, 0.06, progress) * (1.0 - smoothstep(0.82, 1.0, progress));
    vec3 from = to_linear(IMG_THIS_PIXEL(startImage).rgb), to = to_linear(IMG_THIS_PIXEL(endImage).rgb);
    vec3 seen = mix(from * (1.0 - 0.16 * wet), to, through) * exp(-1.5 * rim * vec3(0.97, 1.0, 1.03));
    seen = progress <= 0.0 ? from : mix(seen, to, smoothstep(0.92, 1.0, progress));
    gl_FragColor = vec4(dither(to_srgb(seen), gl_FragCoord.xy), 1.0);
}
