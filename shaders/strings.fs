/*{
    "ISFVSN": "2",
    "DESCRIPTION": "Seven silk strings over dark lacquer. The one nearest to the pitch rings in standing waves and dies with the sound; a pluck lights the dust above it.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "pitch", "LABEL": "Pitch (Hz)", "TYPE": "float", "MIN": 20.0, "MAX": 5000.0, "DEFAULT": 220.0},
        {"NAME": "level", "LABEL": "Level", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "warmth", "LABEL": "Light on the lacquer", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "roughness", "LABEL": "Roughness", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "lowest", "LABEL": "Lowest string (Hz)", "TYPE": "float", "MIN": 30.0, "MAX": 400.0, "DEFAULT": 130.0},
        {"NAME": "span", "LABEL": "Octaves across the strings", "TYPE": "float", "MIN": 1.0, "MAX": 6.0, "DEFAULT": 2.8}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "10", "HEIGHT": "1"},
        {"TARGET": "glow", "PERSISTENT": true, "FLOAT": true, "WIDTH": "160", "HEIGHT": "90"},
        {}
    ]
}*/

#include "noise.glsl"
#include "colour.glsl"
#include "dither.glsl"

const float STRINGS = 7.0;
const float PI = 3.14159265;

// memory 0..6, one a string: fundamental, overtone, number of antinodes of the overtone, where it was plucked (0..1)
// memory 7: last onset count, new onsets now, clock of the dust, 1 once begun
// memory 8: string that sounds (0..6, may lie between), strength, place of the last pluck
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 10.0, 0.5)); }

float string_of(float hertz) { return clamp((STRINGS - 1.0) * log2(max(hertz, 20.0) / lowest) / span, 0.0, STRINGS - 1.0); }

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = min(TIMEDELTA, 0.1);
    vec4 m = remember(7.0), was = remember(i);
    bool begun = m.a > 0.5;
    float fresh = begun ? clamp(onsets - m.x, 0.0, 4.0) : 0.0;
    float sounding = string_of(pitch);
    if (i < 6.5) {
        float nearest = floor(sounding + 0.5), mine = exp(-3.2 * (i - sounding) * (i - sounding));
        float tau = mix(2.3, 0.9, i / 6.0);
        vec4 s = begun ? was : vec4(0.0, 0.0, 2.0, 0.3);
        // A string dies by its own time constant; while its tone is held it is kept at the tone's level.
        s.x *= exp(-dt / tau);
        s.y *= exp(-dt / (tau * 0.38));
        s.x = max(s.x, mix(s.x, mine * level * 0.6, 1.0 - exp(-dt / 0.06)));
        s.y = max(s.y, mix(s.y, mine * level * roughness * 0.8, 1.0 - exp(-dt / 0.08)));
        if (fresh > 0.5 && i == nearest) {
            vec2 h = hash12(onsets * 3.7 + i);
            s.x = max(s.x, 0.25 + 0.75 * strength);
            s.y = max(s.y, 0.15 + 0.75 * strength * (0.4 + 0.6 * roughness));
            s.z = 2.0 + floor(3.99 * h.x * (0.35 + 0.65 * roughness) + 0.8 * strength);
            s.w = mix(0.16, 0.40, h.y);
        } else if (fresh > 0.5) {
            s.x = max(s.x, 0.10 * strength / (1.0 + abs(i - nearest)));   // the others hear it
        }
        return clamp(s, 0.0, 8.0);
    }
    if (i < 7.5) return vec4(onsets, fresh, begun ? mod(m.z + dt * (0.05 + level) * smoothstep(0.0, 0.05, level + warmth), 900.0) : 0.0, 1.0);
    if (i < 8.5) return fresh > 0.5 ? vec4(floor(sounding + 0.5), strength, mix(0.16, 0.40, hash12(onsets * 3.7 + floor(sounding + 0.5)).y), 1.0) : was;
    return vec4(0.0);
}

// The board in perspective. x runs along the strings, 0 at the near bridge; y across them, in strings.
vec3 board(vec2 uv, float aspect) {
    vec2 p = (uv - 0.5) * vec2(aspect, 1.0);
    float tilt = mix(1.12, 0.235, smoothstep(0.6, 1.5, aspect));
    p = mat2(cos(tilt), -sin(tilt), sin(tilt), cos(tilt)) * p;
    float reach = 0.5 * max(aspect, 1.0 / aspect * 1.05);
    float w = 1.36 - 0.36 * p.x / reach;   // nearer on the left: larger
    float apart = w * mix(0.046, 0.078, smoothstep(0.5, 1.5, aspect));
    return vec3(0.5 + 0.5 * p.x / reach, (p.y + 0.155 * w) / apart + 3.0, apart);
}

// How long a vibrating thread of half-width `thin` stays at distance y from rest, when it swings by `swing`:
// bright at its turning points, thin between. Exact for a sine.
float seen(float y, float swing, float thin) {
    float a = max(swing, 1e-4);
    float hi = asin(clamp((y + thin) / a, -1.0, 1.0)), lo = asin(clamp((y - thin) / a, -1.0, 1.0));
    return (hi - lo) / PI;
}

float envelope(vec4 s, float x) {
    float first = sin(PI * clamp(x, 0.0, 1.0)), over = abs(sin(PI * s.z * clamp(x, 0.0, 1.0)));
    return s.x * first * 0.55 + s.y * over * 0.45;
}

// Light that a pluck throws into the dust: it runs out from the string and dies.
vec4 make_glow() {
    vec2 uv = isf_FragNormCoord, t = vec2(1.0 / 160.0, 1.0 / 90.0) * 1.5;
    float dt = min(TIMEDELTA, 0.05);
    vec4 m = remember(7.0), k = remember(8.0), here = IMG_NORM_PIXEL(glow, uv);
    float around = 0.25 * (IMG_NORM_PIXEL(glow, uv + vec2(t.x, 0.0)).x + IMG_NORM_PIXEL(glow, uv - vec2(t.x, 0.0)).x
        + IMG_NORM_PIXEL(glow, uv + vec2(0.0, t.y)).x + IMG_NORM_PIXEL(glow, uv - vec2(0.0, t.y)).x);
    float light = mix(here.x, around, 1.0 - exp(-dt * 9.0)) * exp(-dt / 0.55);
    vec3 b = board(uv, RENDERSIZE.x / RENDERSIZE.y);
    if (m.y > 0.5) {
        vec2 d = vec2((b.x - k.z) * 7.0, (b.y - k.x - 0.9) * 0.62);
        light += k.y * 1.1 * exp(-dot(d, d) * (1.0 + step(d.y, 0.0) * 3.0));
    }
    return vec4(clamp(light, 0.0, 2.0), 0.0, 0.0, 1.0);
}

vec4 show() {
    vec2 uv = isf_FragNormCoord;
    float aspect = RENDERSIZE.x / RENDERSIZE.y;
    vec3 b = board(uv, aspect);
    float light = IMG_NORM_PIXEL(glow, uv).x;
    vec4 m = remember(7.0);
    float pixel = 1.0 / RENDERSIZE.y;

    // Lacquer: near black, red where light goes in; the grain of the wood runs with the strings, old cracks across.
    float near_edge = smoothstep(-2.2, -1.6, b.y), far_edge = smoothstep(8.9, 8.55, b.y);
    float on = near_edge * far_edge;
    float grain = value2(vec2(b.x * 7.0, b.y * 3.1)) * 0.6 + value2(vec2(b.x * 19.0, b.y * 11.0)) * 0.4;
    float bow = (b.y - 5.6 + 0.5 * grain) / 4.2;
    float sheen = exp(-bow * bow * 1.3) * (0.40 + 0.60 * exp(-(b.x - 0.22) * (b.x - 0.22) * 5.0));
    float fine = value2(vec2(b.x * 130.0 + 1.4 * grain, b.y * 0.55));
    float crack = smoothstep(0.90, 1.0, 1.0 - abs(2.0 * fine - 1.0)) * smoothstep(0.35, 0.85, grain);
    float lit = 0.035 + 0.30 * warmth;
    vec3 lacquer = mix(vec3(0.0022, 0.0014, 0.0012), vec3(0.075, 0.0125, 0.0070), sheen * lit * 1.6);
    lacquer += vec3(0.26, 0.105, 0.045) * pow(sheen, 5.0) * lit * 0.36 * (0.7 + 0.6 * grain);
    lacquer *= 1.0 - 0.40 * crack;
    lacquer = mix(vec3(0.0010, 0.0008, 0.0009), lacquer, on);
    lacquer += vec3(0.20, 0.10, 0.045) * lit * 0.35 * exp(-abs(b.y - 8.62) * 26.0) * (1.0 - 0.6 * b.x);

    // Hui: thirteen inlaid discs where the harmonics lie.
    float pearl = 0.0;
    float discs = abs(b.y - 7.62) < 0.45 ? 13.0 : 0.0;
    for (float k = 0.0; k < discs; k++) {
        float h = k < 6.5 ? k : 12.0 - k;
        float at = h < 0.5 ? 0.125 : h < 1.5 ? 0.16667 : h < 2.5 ? 0.2 : h < 3.5 ? 0.25 : h < 4.5 ? 0.33333 : h < 5.5 ? 0.4 : 0.5;
        at = k < 6.5 ? at : 1.0 - at;
        vec2 d = vec2((b.x - at) * (aspect > 1.0 ? aspect : 1.0 / aspect) / b.z, b.y - 7.62) * vec2(1.0, 0.92);
        float r = length(d), size = 0.155 + 0.055 * step(abs(k - 6.0), 0.5);
        pearl = max(pearl, smoothstep(size + 0.35 * pixel / b.z, size - 0.9 * pixel / b.z, r));
    }
    float nacre = 0.55 + 0.45 * value2(vec2(b.x * 90.0, b.y * 6.0));
    vec3 colour = lacquer + pearl * nacre * vec3(0.44, 0.385, 0.30) * (0.035 + 0.30 * warmth + 0.6 * light);

    // Strings, and what the lacquer gives back of them.
    vec3 silk = vec3(0.92, 0.64, 0.29);
    float first = floor(b.y);   // only the string below and the string above can be seen here
    for (float i = max(first, 0.0); i < min(first + 2.0, STRINGS); i++) {
        vec4 s = remember(i);
        float thin = mix(0.052, 0.026, i / 6.0), y = b.y - i;
        float swing = 0.62 * envelope(s, b.x);
        float edge = max(thin, 0.75 * pixel / b.z);
        float rest = smoothstep(edge + pixel / b.z, edge - 0.4 * pixel / b.z, abs(y));
        float body = swing > edge ? seen(y, swing, edge) : 0.0;
        float blend = smoothstep(edge * 0.6, edge * 2.2, swing);
        float drawn = mix(rest * thin / edge, 8.5 * body * body, blend);
        float twist = 0.72 + 0.28 * value2(vec2(b.x * 420.0 + y * 14.0, i * 7.0));
        float shown = (0.050 + 0.20 * warmth * (0.55 + 0.45 * exp(-(b.x - 0.25) * (b.x - 0.25) * 6.0))) * (1.0 - 0.75 * blend) + 1.9 * (s.x + 0.6 * s.y) * blend + 0.5 * s.x;
        colour += silk * drawn * shown * mix(twist, 1.0, blend);
        float under = (y + 0.42) / (0.10 + swing);
        colour += silk * vec3(0.9, 0.5, 0.3) * 0.022 * (0.15 * warmth + s.x) * exp(-under * under * 2.0) * on;
        float shadow = (y + 0.16) / 0.07;
        colour *= 1.0 - 0.5 * exp(-shadow * shadow) * (1.0 - blend);
    }

    // Dust hangs in the air; only light shows it.
    vec2 p = (uv - 0.5) * vec2(aspect, 1.0);
    float dust = 0.0, layers = light > 0.002 ? 3.0 : 0.0;
    for (float k = 0.0; k < layers; k++) {
        vec2 q = p * (24.0 + 17.0 * k) + vec2(m.z * (0.10 - 0.09 * k), -m.z * (0.22 + 0.05 * k)) - vec2(0.0, light * (1.6 + k)) + 19.0 * k;
        vec2 cell = floor(q), f = q - cell - 0.5;
        vec2 h = hash12(hash21(cell) * 91.0 + k);
        float r = length(f - 0.62 * (h - 0.5));
        float size = (0.05 + 0.08 * h.x * h.x);
        dust += smoothstep(size, size * 0.2, r) * step(0.35, h.y) * (0.3 + 0.7 * h.x) * (1.0 - 0.2 * k);
    }
    colour += vec3(1.0, 0.76, 0.44) * (dust * 0.85 + 0.030) * light * light * 1.4 / (0.6 + light);

    vec2 c = uv - vec2(0.46, 0.5);
    colour *= max(1.0 - 0.75 * dot(c, c), 0.0);
    colour = colour / (1.0 + 0.35 * max(colour.r, max(colour.g, colour.b)));
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = make_glow();
    else gl_FragColor = show();
}
