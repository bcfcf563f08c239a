/*{
    "ISFVSN": "2",
    "DESCRIPTION": "The seven silk strings of a guqin over dark lacquer. The one that has the pitch rings and dies with the sound; a glide is a finger's light that slides along it.",
    "CREDIT": "Monochord. After the guqin, the seven-stringed zither of the Chinese literati: silk strings, lacquer with its cracks, thirteen inlaid hui where the harmonics lie, tuned in the steps of zhengdiao (C D F G A c d). Its sounds are three, as the handbooks (Shenqi Mipu, 1425) have them: open, stopped, and floating harmonics.",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "pitch", "LABEL": "Pitch (Hz), 0 where there is none", "TYPE": "float", "MIN": 0.0, "MAX": 4200.0, "DEFAULT": 220.0},
        {"NAME": "height", "LABEL": "What stands for the pitch where there is none (Hz)", "TYPE": "float", "MIN": 20.0, "MAX": 4200.0, "DEFAULT": 220.0},
        {"NAME": "level", "LABEL": "How hard it is held", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "warmth", "LABEL": "Light on the lacquer", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "roughness", "LABEL": "Roughness: overtones", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "plucked", "LABEL": "1 plucked, 0 bowed or blown", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0},
        {"NAME": "lowest", "LABEL": "Lowest string (Hz)", "TYPE": "float", "MIN": 30.0, "MAX": 400.0, "DEFAULT": 110.0},
        {"NAME": "ground", "LABEL": "Ground", "TYPE": "color", "DEFAULT": [0.043, 0.027, 0.024, 1.0]},
        {"NAME": "wash", "LABEL": "Lacquer in shadow", "TYPE": "color", "DEFAULT": [0.227, 0.051, 0.039, 1.0]},
        {"NAME": "body", "LABEL": "Lacquer in the light", "TYPE": "color", "DEFAULT": [0.557, 0.106, 0.078, 1.0]},
        {"NAME": "accent", "LABEL": "Silk", "TYPE": "color", "DEFAULT": [0.784, 0.627, 0.29, 1.0]},
        {"NAME": "light", "LABEL": "What rings", "TYPE": "color", "DEFAULT": [0.957, 0.886, 0.722, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "20", "HEIGHT": "1"},
        {"TARGET": "glow", "PERSISTENT": true, "FLOAT": true, "WIDTH": "floor($WIDTH/6)", "HEIGHT": "floor($HEIGHT/6)"},
        {}
    ]
}*/

#include "noise.glsl"
#include "colour.glsl"
#include "paper.glsl"
#include "dither.glsl"

const float STRINGS = 7.0;
const float PI = 3.14159265;

// memory 0..6, one a string: fundamental, overtone, number of antinodes of the overtone, where it was plucked (0..1)
// memory 7: last onset count, new onsets now, clock of the dust, 1 once begun
// memory 8: string that was plucked (0..6), strength, place of the last pluck, seconds since
// memory 9: string that has the pitch, where it is stopped (1 open), number of its harmonic (1 none), 1 once begun
// memory 10..16, one a string: where it is stopped, number of its harmonic, how much it is bowed, finger on it
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 20.0, 0.5)); }

// The steps of zhengdiao, stretched over 2.8 octaves so that any melody finds its strings.
float tuning(float i) {
    float step_ = i < 0.5 ? 0.0 : i < 1.5 ? 2.0 : i < 2.5 ? 5.0 : i < 3.5 ? 7.0 : i < 4.5 ? 9.0 : i < 5.5 ? 12.0 : 14.0;
    return lowest * exp2(2.8 * step_ / 14.0);
}

// Which string plays this note, and how: open or stopped on the highest string below it; above them all as a harmonic,
// the one whose hui fits best. A glide stays on its string.
vec4 finger(float hertz, vec4 was, bool anew) {
    float here = tuning(was.x), ratio = hertz / here;
    if (!anew && was.z < 1.5 && ratio > 0.97 && ratio < 1.6) return vec4(was.x, min(1.0 / ratio, 1.0), 1.0, 1.0);
    float found = 0.0;
    for (float i = 1.0; i < STRINGS; i++) if (tuning(i) <= hertz * 1.02) found = i;
    ratio = hertz / tuning(found);
    if (ratio > 1.45) {
        float best = 0.09, harmonic = 1.0, string_ = found;
        for (float i = 0.0; i < STRINGS; i++) {
            for (float h = 2.0; h < 8.5; h++) {
                float off = abs(log2(max(hertz, 20.0) / (tuning(i) * h))) + 0.004 * h;
                if (off < best) { best = off; harmonic = h; string_ = i; }
            }
        }
        if (harmonic > 1.5) return vec4(string_, 1.0, harmonic, 1.0);
    }
    return vec4(found, clamp(1.0 / max(ratio, 1e-3), 0.25, 1.0), 1.0, 1.0);
}

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = min(TIMEDELTA, 0.05);
    vec4 m = remember(7.0), was = remember(i), note = remember(9.0), k = remember(8.0);
    bool begun = m.a > 0.5 && FRAMEINDEX > 0;
    float fresh = begun ? clamp(onsets - m.x, 0.0, 4.0) : 0.0;
    vec2 h = hash12(mod(onsets, 4096.0) * 3.7 + note.x);
    if (i < 6.5) {
        float tau = mix(2.3, 0.9, i / 6.0), mine = abs(i - note.x) < 0.5 ? 1.0 : 0.0;
        vec4 s = begun ? was : vec4(0.0, 0.0, 2.0, 0.3);
        // A string dies by its own time constant, sooner where the sound is gone already; while its tone is held it is
        // kept at the tone's level.
        tau *= mix(0.40, 1.0, smoothstep(0.02, 0.25, level));
        s.x *= exp(-dt / tau);
        s.y *= exp(-dt / (tau * 0.38));
        float held = mine * level * mix(0.62, 0.22, plucked);
        s.x = max(s.x, mix(s.x, held, 1.0 - exp(-dt / 0.06)));
        s.y = max(s.y, mix(s.y, held * roughness, 1.0 - exp(-dt / 0.08)));
        // The pluck: taken a moment late, when pitch and strength are known in full.
        bool now = begun && k.w < 0.025 && k.w + dt >= 0.025;
        if (now && mine > 0.5) {
            s.x = max(s.x, 0.12 + 0.80 * strength * (0.4 + 0.6 * plucked));
            s.y = max(s.y, (0.10 + 0.75 * strength * (0.4 + 0.6 * roughness)) * (0.3 + 0.7 * plucked));
            s.z = 2.0 + floor(3.99 * h.x * (0.35 + 0.65 * roughness) + 0.8 * strength);
            s.w = mix(0.16, 0.40, h.y);
        } else if (now) {
            s.x = max(s.x, 0.09 * strength / (1.0 + abs(i - note.x)));   // the others hear it
        }
        return clamp(s, 0.0, 8.0);
    }
    if (i < 7.5) return vec4(onsets, fresh, begun ? mod(m.z + dt * (0.05 + level) * smoothstep(0.0, 0.05, level + warmth), 900.0) : 0.0, 1.0);
    if (i < 8.5) {
        if (fresh > 0.5) return vec4(note.x, strength, mix(0.16, 0.40, h.y), 0.0);
        bool early = was.w < 0.06;   // the note is known a little later than its onset
        return begun ? vec4(early ? note.x : was.x, early ? strength : was.y, was.z, min(was.w + dt, 60.0)) : vec4(0.0, 0.0, 0.3, 60.0);
    }
    if (i < 9.5) {
        if (!begun) return vec4(3.0, 1.0, 1.0, 1.0);
        float heard = pitch > 20.0 ? pitch : height;
        if (level < 0.02) return was;
        vec4 next = finger(max(heard, 20.0), was, k.w < 0.10);
        if (pitch <= 20.0) next.yz = vec2(1.0);
        return next;
    }
    if (i < 16.5) {
        bool mine = abs(i - 10.0 - note.x) < 0.5 && level > 0.02;
        vec4 s = begun ? was : vec4(1.0, 1.0, 0.0, 0.0);
        if (mine) {
            s.x = mix(note.y, s.x, k.w < 0.05 ? 0.0 : exp(-dt / 0.03));
            s.y = note.z;
        }
        s.z = mix(mine ? 1.0 - plucked : 0.0, s.z, exp(-dt / 0.25));
        s.w = mix(mine && (note.y < 0.985 || note.z > 1.5) ? 1.0 : 0.0, s.w, exp(-dt / (mine ? 0.05 : 0.5)));
        return clamp(s, 0.0, 9.0);
    }
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

// How far a string swings at x: between the bridge and the finger, in as many parts as its harmonic has.
float envelope(vec4 s, vec4 how, float x) {
    float u = clamp(x / max(how.x, 0.2), 0.0, 1.0);
    float first = abs(sin(PI * how.y * u)), over = abs(sin(PI * s.z * how.y * u));
    return (s.x * first * 0.60 + s.y * over * (how.y > 1.5 ? 0.12 : 0.40)) / (0.72 + 0.28 * how.y);
}

// Light that a pluck throws into the dust: it runs out from the string and dies.
vec4 make_glow() {
    vec2 uv = isf_FragNormCoord, t = vec2(1.0 / 160.0, 1.0 / 90.0) * 1.5;
    float dt = min(TIMEDELTA, 0.05);
    vec4 m = remember(7.0), k = remember(8.0), here = IMG_NORM_PIXEL(glow, uv);
    float around = 0.25 * (IMG_NORM_PIXEL(glow, uv + vec2(t.x, 0.0)).x + IMG_NORM_PIXEL(glow, uv - vec2(t.x, 0.0)).x
        + IMG_NORM_PIXEL(glow, uv + vec2(0.0, t.y)).x + IMG_NORM_PIXEL(glow, uv - vec2(0.0, t.y)).x);
    float lit = mix(here.x, around, 1.0 - exp(-dt * 9.0)) * exp(-dt / 0.55);
    vec3 b = board(uv, RENDERSIZE.x / RENDERSIZE.y);
    if (k.w < 0.035 && k.w + dt >= 0.035) {
        vec2 d = vec2((b.x - k.z) * 7.0, (b.y - k.x - 0.9) * 0.62);
        lit += k.y * 1.1 * exp(-dot(d, d) * (1.0 + step(d.y, 0.0) * 3.0));
    }
    return FRAMEINDEX == 0 ? vec4(0.0) : vec4(clamp(lit, 0.0, 2.0), 0.0, 0.0, 1.0);
}

float luma(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

vec4 show() {
    vec2 uv = isf_FragNormCoord;
    float aspect = RENDERSIZE.x / RENDERSIZE.y;
    vec3 b = board(uv, aspect);
    float glows = IMG_NORM_PIXEL(glow, uv).x;
    vec4 m = remember(7.0);
    float pixel = 1.0 / RENDERSIZE.y;
    vec3 g = to_linear(ground.rgb), w = to_linear(wash.rgb), red = to_linear(body.rgb), gold = to_linear(accent.rgb), bright = to_linear(light.rgb);
    // On a light ground the strings are drawn: ink on paper.
    float paper = smoothstep(0.25, 0.45, luma(g) - luma(red));
    float ink = 0.0, seal = 0.0;

    // Lacquer: near black, coloured where light goes in; the grain of the wood runs with the strings, old cracks across.
    float near_edge = smoothstep(-2.2, -1.6, b.y), far_edge = smoothstep(8.9, 8.55, b.y);
    float on = near_edge * far_edge;
    float grain = value2(vec2(b.x * 7.0, b.y * 3.1)) * 0.6 + value2(vec2(b.x * 19.0, b.y * 11.0)) * 0.4;
    float bow = (b.y - 5.6 + 0.5 * grain) / 4.2;
    float sheen = exp(-bow * bow * 1.3) * (0.40 + 0.60 * exp(-(b.x - 0.22) * (b.x - 0.22) * 5.0));
    float fine = value2(vec2(b.x * 130.0 + 1.4 * grain, b.y * 0.55));
    float crack = smoothstep(0.90, 1.0, 1.0 - abs(2.0 * fine - 1.0)) * smoothstep(0.35, 0.85, grain);
    // The board answers a pluck: light leaps up in the lacquer, and dies as the knock does.
    vec4 last = remember(8.0);
    float knock = last.y * exp(-last.w / 0.11) * step(last.w, 2.0), lit = 0.02 + 0.30 * warmth + 0.34 * knock * exp(-0.30 * abs(b.y - last.x) - 0.8 * abs(b.x - last.z));
    vec3 lacquer = mix(g * 0.22, mix(red, w, 0.55) * 0.42, sheen * lit * 1.6);
    lacquer += mix(red, gold, 0.40) * 0.62 * pow(max(sheen, 0.0), 5.0) * lit * 0.36 * (0.7 + 0.6 * grain);
    lacquer *= 1.0 - 0.40 * crack;
    lacquer = mix(g * 0.10, lacquer, on);
    lacquer += mix(red, gold, 0.4) * 0.5 * lit * 0.35 * exp(-abs(b.y - 8.62) * 26.0) * (1.0 - 0.6 * b.x);
    ink += (0.05 + 0.10 * warmth) * on * (0.5 * grain + 0.9 * crack) + 0.5 * lit * exp(-abs(b.y - 8.62) * 30.0);

    // Hui: thirteen inlaid discs where the harmonics lie. Those on which a harmonic rests shine.
    vec4 note = remember(9.0), k9 = remember(10.0 + note.x);
    float pearl = 0.0, floating = note.z > 1.5 ? k9.w : 0.0;
    float discs = abs(b.y - 7.62) < 0.45 ? 13.0 : 0.0;
    for (float k = 0.0; k < discs; k++) {
        float h = k < 6.5 ? k : 12.0 - k;
        float at = h < 0.5 ? 0.125 : h < 1.5 ? 0.16667 : h < 2.5 ? 0.2 : h < 3.5 ? 0.25 : h < 4.5 ? 0.33333 : h < 5.5 ? 0.4 : 0.5;
        at = k < 6.5 ? at : 1.0 - at;
        float rests = abs(fract(at * note.z + 0.5) - 0.5) < 0.02 * note.z ? floating : 0.0;
        vec2 d = vec2((b.x - at) * (aspect > 1.0 ? aspect : 1.0 / aspect) / b.z, b.y - 7.62) * vec2(1.0, 0.92);
        float r = length(d), size = 0.155 + 0.055 * step(abs(k - 6.0), 0.5);
        pearl = max(pearl, smoothstep(size + 0.35 * pixel / b.z, size - 0.9 * pixel / b.z, r) * (1.0 + 3.0 * rests));
    }
    float nacre = 0.55 + 0.45 * value2(vec2(b.x * 90.0, b.y * 6.0));
    vec3 colour = lacquer + pearl * nacre * bright * 0.50 * (0.015 + 0.32 * warmth + 0.6 * glows);
    seal += min(pearl, 3.0) * (0.05 + 0.4 * warmth + 0.5 * glows);

    // Strings, and what the lacquer gives back of them.
    vec3 silk = mix(gold, bright, 0.35) * 1.25;
    float first = floor(b.y);   // only the string below and the string above can be seen here
    for (float i = max(first, 0.0); i < min(first + 2.0, STRINGS); i++) {
        vec4 s = remember(i), how = remember(10.0 + i);
        float thin = mix(0.052, 0.026, i / 6.0), y = b.y - i;
        float swing = 0.60 * envelope(s, how, b.x);
        float edge = max(thin, 0.75 * pixel / b.z);
        float rest = smoothstep(edge + pixel / b.z, edge - 0.4 * pixel / b.z, abs(y));
        float inside = swing > edge ? seen(y, swing, edge) : 0.0;
        float blend = smoothstep(edge * 0.6, edge * 2.2, swing);
        // A bowed string is never twice in one place: a shimmer runs along it.
        float runs = value1(b.x * 34.0 - m.z * 9.0 + i * 5.0) * value1(b.x * 13.0 + m.z * 14.0);
        float shimmer = mix(1.0, 0.45 + 2.1 * runs, how.z * blend);
        float drawn = mix(rest * thin / edge, 8.5 * inside * inside * shimmer, blend);
        float twist = 0.72 + 0.28 * value2(vec2(b.x * 420.0 + y * 14.0, i * 7.0));
        float shown = (0.028 + 0.21 * warmth * (0.55 + 0.45 * exp(-(b.x - 0.25) * (b.x - 0.25) * 6.0))) * (1.0 - 0.75 * blend) + (1.9 * (s.x + 0.6 * s.y) * blend + 0.5 * s.x) * (abs(i - last.x) < 0.5 ? 0.85 + 1.2 * knock : 1.0);
        colour += silk * drawn * shown * mix(twist, 1.0, blend);
        ink += drawn * mix(0.55 + 1.2 * warmth, 0.7 + 2.2 * s.x, blend) * mix(twist, 1.0, blend);
        float under = (y + 0.42) / (0.10 + swing);
        colour += silk * vec3(0.9, 0.5, 0.3) * 0.022 * (0.15 * warmth + s.x) * exp(-under * under * 2.0) * on;
        float shadow = (y + 0.16) / 0.07;
        colour *= 1.0 - 0.5 * exp(-shadow * shadow) * (1.0 - blend);
        // The finger: a light where the string is stopped. It slides with the pitch.
        vec2 d = vec2((b.x - how.x) * 0.5 * max(aspect, 1.0 / aspect) / b.z, y);
        float rings = clamp(s.x * 2.2, 0.0, 1.0), stopped = how.w * rings * step(how.x, 0.985);
        float tip = exp(-dot(d, d) * 60.0) + 0.10 * exp(-dot(d, d) * 5.0);
        colour += mix(gold, bright, 0.45) * stopped * tip * 0.85;
        seal += stopped * exp(-dot(d, d) * 20.0);
    }

    // Dust hangs in the air; only light shows it.
    vec2 p = (uv - 0.5) * vec2(aspect, 1.0);
    float dust = 0.0, layers = glows > 0.002 ? 3.0 : 0.0;
    for (float k = 0.0; k < layers; k++) {
        vec2 q = p * (24.0 + 17.0 * k) + vec2(m.z * (0.10 - 0.09 * k), -m.z * (0.22 + 0.05 * k)) - vec2(0.0, glows * (1.6 + k)) + 19.0 * k;
        vec2 cell = floor(q), f = q - cell - 0.5;
        vec2 h = hash12(hash21(cell) * 91.0 + k);
        float r = length(f - 0.62 * (h - 0.5));
        float size = (0.05 + 0.08 * h.x * h.x);
        dust += smoothstep(size, size * 0.2, r) * step(0.35, h.y) * (0.3 + 0.7 * h.x) * (1.0 - 0.2 * k);
    }
    float hung = (dust * 0.85 + 0.030) * glows * glows * 1.4 / (0.6 + glows);
    colour += mix(gold, bright, 0.7) * 1.15 * hung;
    ink += 0.8 * hung;

    vec2 c = uv - vec2(0.46, 0.5);
    colour *= max(1.0 - 0.75 * dot(c, c), 0.0);
    colour = colour / (1.0 + 0.35 * max(colour.r, max(colour.g, colour.b)));
    if (paper > 0.001) {
        vec3 x = xuan(p);
        vec3 page = g * 0.80 * (0.955 + 0.045 * x.z - 0.03 * (x.x - 0.5)) * (1.0 - 0.2 * dot(c, c));
        ink *= 1.0 + 0.5 * (0.5 - x.x);
        vec3 brushed = mix(page, red, 1.0 - exp(-1.3 * max(ink, 0.0)));
        brushed = mix(brushed, gold, clamp(0.8 * seal, 0.0, 0.9));
        colour = mix(colour, brushed, paper);
    }
    return vec4(dither(to_srgb(max(colour, 0.0)), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = make_glow();
    else gl_FragColor = show();
}
