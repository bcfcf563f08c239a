/*{
    "ISFVSN": "2",
    "DESCRIPTION": "Ink ridges in mist, as rugged as the sound: a flute makes hills, a drum crags, a held note a wide plain. The sun stands as high as the note, and every phrase raises a new ridge from the left.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "ruggedness", "LABEL": "Ruggedness: 0 is H = 1, 1 is H = 0.3", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25},
        {"NAME": "presence", "LABEL": "How far the mist has opened", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7},
        {"NAME": "near", "LABEL": "How much of what is close", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "weather", "LABEL": "Weather", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "height", "LABEL": "Height of the sun or the moon", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "phrases", "LABEL": "Phrases so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "mist", "LABEL": "Mist", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
        {"NAME": "ground", "LABEL": "Ground", "TYPE": "color", "DEFAULT": [0.945, 0.914, 0.855, 1.0]},
        {"NAME": "wash", "LABEL": "Wash", "TYPE": "color", "DEFAULT": [0.788, 0.761, 0.706, 1.0]},
        {"NAME": "body", "LABEL": "Body", "TYPE": "color", "DEFAULT": [0.169, 0.165, 0.157, 1.0]},
        {"NAME": "accent", "LABEL": "Accent", "TYPE": "color", "DEFAULT": [0.651, 0.227, 0.169, 1.0]},
        {"NAME": "light", "LABEL": "Light", "TYPE": "color", "DEFAULT": [1.0, 0.973, 0.906, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "12", "HEIGHT": "1"},
        {"TARGET": "tints", "FLOAT": true, "WIDTH": "6", "HEIGHT": "1"},
        {"TARGET": "profile", "PERSISTENT": true, "FLOAT": true, "WIDTH": "1536", "HEIGHT": "8"},
        {"TARGET": "moss", "PERSISTENT": true, "FLOAT": true, "WIDTH": "floor($WIDTH/2)", "HEIGHT": "floor($HEIGHT/2)"},
        {}
    ]
}*/

// Ridges one behind the other and one corner that is full, the rest left empty, after Ma Yuan ("Angler on a Wintry
// Lake", 13th century); the strokes of texture, long fibres for earth and axe cuts for rock, are those that his time
// named (cun). On a dark palette it is the same landscape in gold and mineral colour on dark paper (nijin shanshui), with
// azurite and malachite as in Wang Ximeng's "A Thousand Li of Rivers and Mountains" (1113).

#include "noise.glsl"
#include "colour.glsl"
#include "paper.glsl"
#include "dither.glsl"

const int RIDGES = 7;

// memory 0: last onset count, new onsets now, seconds since the last one, 1 once begun
// memory 1: drift of the mist, seconds since the geese rose, phrases so far, new ones now
// memory 2: blows lately, the same gone smooth, 0..1 a note is being held, seconds of rest from blows
// memory 4..10, one a ridge: which ridge it was, which it is becoming, seconds since it began to grow
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 12.0, 0.5)); }

// The colours in linear light: paper, ink, sun, wash, light; the alpha of the first is 1 where the paper is light. There
// ink and sun are what they take from the light; on dark paper they are what they give.
vec4 tint(float i) { return IMG_NORM_PIXEL(tints, vec2((i + 0.5) / 6.0, 0.5)); }

vec4 mix_tints() {
    float i = floor(gl_FragCoord.x);
    vec3 paper = to_linear(ground.rgb), ink = to_linear(body.rgb), sun = to_linear(accent.rgb);
    float day = smoothstep(0.12, 0.30, dot(paper, vec3(0.2126, 0.7152, 0.0722)));
    paper *= mix(1.0, min(1.0, 0.712 / max(max(paper.r, paper.g), max(paper.b, 1e-4))), day);
    if (i < 0.5) return vec4(paper, day);
    if (i < 1.5) {
        vec3 taken = -log(clamp(ink, 0.008, 0.9) / max(paper, 0.01));
        return vec4(mix(ink, clamp(taken / max((taken.r + taken.g + taken.b) / 3.0, 0.2), 0.3, 2.5), day), 1.0);
    }
    if (i < 2.5) return vec4(mix(sun, -log(clamp(sun, 0.012, 0.95)) * 0.42, day), 1.0);
    return vec4(to_linear(i < 3.5 ? wash.rgb : light.rgb), 1.0);
}

// Outline, 0..1 how wide and level, 0..1 how broken, 1 + how hard the brush presses.
vec4 ridge(float i, float x) { return IMG_NORM_PIXEL(profile, vec2(clamp(x, 0.001, 0.999), (i + 0.5) / 8.0)); }

float peak(float x, float at, float tall, float wide) {
    float u = abs(x - at) / wide;
    return tall * exp(-u * u * (0.65 + 0.35 * u));
}

float hill(float x, float at, float tall, float wide) {
    float u = (x - at) / wide;
    return tall * exp(-u * u);
}

// A block of rock: a back that climbs from the left, a shoulder, and a wall to the right of it.
float crag(float x, float at, float tall, float wide) {
    float u = (x - at) / wide;
    float back = u < 0.0 ? 0.30 * min(-u, 1.0) + 0.70 * smoothstep(0.42, 0.80, -u) + 0.35 * max(-u - 0.8, 0.0) : 0.0;
    float wall = u > 0.0 ? 0.10 * min(u, 1.0) + 0.42 * smoothstep(0.14, 0.24, u) + 0.48 * smoothstep(0.34, 0.95, u) + 0.35 * max(u - 0.9, 0.0) : 0.0;
    return tall * (1.0 - back - wall);
}

// Where the painter put the mountains: x across the picture, result in its height. 0 is the nearest.
// Weight on the left, open water on the right. The same seven places in four manners.
float plain(float i, float x) {
    if (i < 0.5) return -0.16 + hill(x, 0.00, 0.17, 0.22);
    if (i < 1.5) return -0.10 + hill(x, 0.10, 0.16, 0.28);
    if (i < 2.5) return -0.07 + hill(x, 0.22, 0.185, 0.34);
    if (i < 3.5) return -0.02 + hill(x, 0.32, 0.245, 0.24) + hill(x, 0.02, 0.10, 0.20);
    if (i < 4.5) return 0.13 + hill(x, 0.62, 0.115, 0.24) + hill(x, 0.00, 0.13, 0.26);
    if (i < 5.5) return 0.295 + hill(x, 0.88, 0.075, 0.26) + hill(x, 0.36, 0.07, 0.22);
    return 0.395 + hill(x, 0.62, 0.055, 0.24) + hill(x, 0.08, 0.07, 0.20);
}

float hills(float i, float x) {
    if (i < 0.5) return -0.12 + hill(x, 0.00, 0.22, 0.20);
    if (i < 1.5) return -0.10 + hill(x, 0.08, 0.28, 0.17) + hill(x, 0.36, 0.14, 0.13);
    if (i < 2.5) return -0.08 + hill(x, 0.19, 0.30, 0.13) + hill(x, 0.47, 0.22, 0.12);
    if (i < 3.5) return -0.04 + hill(x, 0.335, 0.58, 0.105) + hill(x, 0.20, 0.20, 0.09) + hill(x, 0.47, 0.20, 0.08);
    if (i < 4.5) return 0.02 + hill(x, 0.57, 0.38, 0.105) + hill(x, 0.12, 0.42, 0.115);
    if (i < 5.5) return 0.27 + hill(x, 0.70, 0.16, 0.10) + hill(x, 0.92, 0.22, 0.115) + hill(x, 0.00, 0.26, 0.10);
    return 0.375 + hill(x, 0.79, 0.12, 0.11) + hill(x, 0.47, 0.12, 0.10) + hill(x, 0.24, 0.16, 0.10);
}

float peaks(float i, float x) {
    if (i < 0.5) return -0.10 + peak(x, 0.00, 0.21, 0.13);
    if (i < 1.5) return -0.08 + peak(x, 0.04, 0.27, 0.10) + peak(x, 0.18, 0.22, 0.09) + peak(x, 0.33, 0.15, 0.10);
    if (i < 2.5) return -0.10 + 0.20 * smoothstep(0.62, 0.30, x) + peak(x, 0.13, 0.25, 0.06) + peak(x, 0.205, 0.14, 0.04) + peak(x, 0.46, 0.15, 0.065);
    if (i < 3.5) return -0.10 + 0.32 * smoothstep(0.60, 0.40, x) + peak(x, 0.350, 0.60, 0.036) + peak(x, 0.300, 0.42, 0.024) + peak(x, 0.272, 0.16, 0.022) + peak(x, 0.393, 0.43, 0.022) + peak(x, 0.430, 0.29, 0.020) + peak(x, 0.462, 0.14, 0.020) + peak(x, 0.06, 0.08, 0.07);
    if (i < 4.5) return -0.05 + 0.33 * smoothstep(0.80, 0.45, x) + peak(x, 0.205, 0.33, 0.040) + peak(x, 0.165, 0.20, 0.028) + peak(x, 0.515, 0.22, 0.034) + peak(x, 0.55, 0.12, 0.022);
    if (i < 5.5) return 0.33 + peak(x, 0.610, 0.22, 0.036) + peak(x, 0.655, 0.13, 0.028) + peak(x, 0.04, 0.26, 0.05) + peak(x, 0.90, 0.13, 0.055) + peak(x, 0.96, 0.18, 0.04);
    return 0.395 + peak(x, 0.76, 0.09, 0.08) + peak(x, 0.43, 0.08, 0.1) + peak(x, 0.70, 0.05, 0.04) + peak(x, 0.86, 0.05, 0.05);
}

float crags(float i, float x) {
    if (i < 0.5) return max(crag(x, 0.02, 0.36, 0.13), crag(x, 0.15, 0.15, 0.12));
    if (i < 1.5) return max(max(crag(x, 0.08, 0.50, 0.13), crag(x, 0.235, 0.31, 0.12)), max(crag(x, 0.36, 0.15, 0.14), crag(x, 1.02, 0.24, 0.13)));
    if (i < 2.5) return max(max(crag(x, 0.150, 0.64, 0.15), crag(x, 0.445, 0.34, 0.12)), max(crag(x, 0.555, 0.15, 0.12), crag(x, 0.99, 0.38, 0.11)));
    if (i < 3.5) return max(max(crag(x, 0.350, 0.87, 0.15), crag(x, 0.262, 0.70, 0.12)), max(crag(x, 0.430, 0.66, 0.11), crag(x, 0.520, 0.36, 0.10)));
    if (i < 4.5) return max(max(crag(x, 0.195, 0.80, 0.10), crag(x, 0.550, 0.57, 0.10)), max(crag(x, 0.635, 0.38, 0.11), crag(x, 0.945, 0.58, 0.12)));
    if (i < 5.5) return max(max(crag(x, 0.640, 0.50, 0.13), crag(x, 0.04, 0.68, 0.12)), max(crag(x, 0.88, 0.50, 0.13), 0.27));
    return max(max(crag(x, 0.725, 0.46, 0.13), crag(x, 0.46, 0.52, 0.13)), max(crag(x, 0.83, 0.43, 0.12), 0.36));
}

// The sound from smooth to rough: rounded hills, peaks, crags; a held note lays them down wide.
float massif(float i, float x, float rough, float wide) {
    float low = smoothstep(0.12, 0.50, rough), high = smoothstep(0.58, 0.92, rough), h = 0.0;
    if (low < 1.0) h += (1.0 - low) * hills(i, x);
    if (low > 0.0 && high < 1.0) h += low * (1.0 - high) * peaks(i, x);
    if (high > 0.0) h += high * crags(i, x);
    return wide > 0.0 ? mix(h, plain(i, x), wide) : h;
}

// How far a ridge has come out of the mist: the great peak first, then the distance; deep sounds bring what is close.
float shown(float i) {
    float close = near * smoothstep(0.10, 0.45, presence);
    if (i < 2.5) return i < 0.5 ? smoothstep(0.50, 0.90, close) : (i < 1.5 ? smoothstep(0.30, 0.72, close) : smoothstep(0.12, 0.50, close));
    return i < 3.5 ? smoothstep(0.03, 0.34, presence) : (i < 4.5 ? smoothstep(0.34, 0.66, presence) : (i < 5.5 ? smoothstep(0.46, 0.78, presence) : smoothstep(0.52, 0.86, presence)));
}

// One octave of the profile, -1..1: rounded where the sound is smooth, broken where it is rough.
float octave(float x, float rough) {
    float i = floor(x), f = x - i;
    float s = mix(f * f * (3.0 - 2.0 * f), clamp(1.9 * f - 0.45, 0.0, 1.0), rough);
    return 2.0 * mix(hash11(i), hash11(i + 1.0), s) - 1.0;
}

// The crest of a ridge: where the painter put it, and its fractional Brownian detail. `which` tells one that a phrase has
// raised from the one before.
float outline(float i, float x, float rough, float wide, float which) {
    vec2 other = hash12(which * 7.7 + i) - 0.5;
    if (which < 0.5) other = vec2(0.0);
    float H = 1.0 - 0.7 * rough;   // H = 2 - D
    float base = massif(i, x - other.x * (i < 2.5 ? 0.20 : i < 3.5 ? 0.09 : 0.32), rough, wide) * (1.0 + 0.40 * other.y);
    float tall = 0.35 + 0.65 * clamp((base - 0.05) / 0.5, 0.0, 1.0);
    float scale = mix(1.0, 0.5, i / 6.0) * mix(0.8, 1.2, tall) * (1.0 - 0.65 * wide);
    float q = x * 3.1 * mix(1.0, 1.5, i / 6.0) + 37.0 * i + 5.0 + 61.0 * which;
    // The low octaves are the mountain itself and keep still.
    float h = base + scale * (0.030 * octave(q, 0.0) + 0.026 * octave(q * 2.03 + 7.0, 0.0) + mix(0.018, 0.046, rough) * octave(q * 5.1 + 3.0, rough));
    float amp = mix(0.014, 0.034, rough) * scale, frequency = q * 8.3;
    float gain = pow(2.0, -H);
    for (int k = 0; k < 5; k++) {
        amp *= gain;
        h += amp * octave(frequency + 11.0 * float(k), rough);
        frequency *= 2.07;
    }
    return h;
}

vec4 make_profile() {
    float i = floor(gl_FragCoord.y), x = isf_FragNormCoord.x;
    vec4 old = IMG_NORM_PIXEL(profile, isf_FragNormCoord), felt = remember(2.0);
    bool begun = old.a > 0.5;
    // Roughness is the dimension of the sound, and the blows of what is deep. It arrives first at the great peak and near
    // by, and travels outward and into the distance.
    float aim = clamp(0.62 * ruggedness + 0.45 * felt.y * mix(0.30, 1.0, near), 0.0, 1.0);
    float lag = 0.45 + 0.20 * i + 1.3 * abs(x - 0.35);
    float rough = begun ? mix(aim, old.b, exp(-TIMEDELTA / lag)) : aim, wide = begun ? mix(felt.z, old.g, exp(-TIMEDELTA / (0.36 * lag))) : 0.0;
    // Each phrase raises one of the ridges anew, from the left; what stood there sinks as the new one comes.
    vec4 g = remember(4.0 + i);
    float come = smoothstep(0.0, 1.0, (g.z - 2.6 * x) / 2.4);
    float h = come < 1.0 ? outline(i, x, rough, wide, g.x) : 0.0;
    if (come > 0.0) {
        float next = outline(i, x, rough, wide, g.y);
        h = come < 1.0 ? max(mix(h, min(h, next), come), mix(-0.20, next, come * (2.0 - come))) : next;
    }
    // How hard the brush presses along this crest, 0..1, told by the alpha above its mark.
    float press = value1(x * 30.0 + i * 31.0) * 0.75 + 0.25 * value1(x * 126.0 + i);
    return vec4(h, wide, rough, 1.0 + press);
}

vec4 remember_now() {
    float i = floor(gl_FragCoord.x);
    vec4 m = remember(0.0), w = remember(1.0);
    bool begun = m.a > 0.5;
    float fresh = begun ? clamp(onsets - m.x, 0.0, 3.0) : 0.0;
    if (i < 0.5) return vec4(onsets, fresh, fresh > 0.0 ? 0.0 : (begun ? min(m.z + TIMEDELTA, 100.0) : 100.0), 1.0);
    float new = begun ? clamp(phrases - w.z, 0.0, 1.0) : 0.0;
    if (i < 1.5) {
        float drift = begun ? mod(w.x + TIMEDELTA * presence * smoothstep(0.01, 0.1, presence), 4096.0) : 0.0;
        bool rise = !begun || (new > 0.5 && w.y > 22.0);
        return vec4(drift, rise ? 0.0 : min(w.y + TIMEDELTA, 100.0), phrases, 1.0);
    }
    if (i < 2.5) {
        vec4 f = remember(2.0);
        // Counted a moment late, when the strength is known in full: the same at every rate of pictures.
        float blow = begun && m.z < 0.05 && m.z + TIMEDELTA >= 0.05 ? 1.0 : 0.0;
        float blows = begun ? f.x * exp(-TIMEDELTA / 2.0) + blow * strength : 0.0;
        // A blow ends the rest; the swelling of a bow only shortens it.
        float rest = begun ? clamp(f.a + TIMEDELTA - blow * (0.7 + 2.0 * strength), 0.0, 2.5) : 0.0;
        float held = smoothstep(0.65, 1.35, rest) * smoothstep(0.02, 0.2, presence);
        return vec4(blows, mix(min(blows / 2.4, 1.0), f.y, exp(-TIMEDELTA / 0.8)), mix(held, f.z, exp(-TIMEDELTA / (held > f.z ? 0.4 : 1.2))), rest);
    }
    if (i > 3.5 && i < 10.5) {
        vec4 g = remember(i);
        // The great peak first, then by turns near and far.
        float turn = mod(phrases, 7.0), mine = turn < 0.5 ? 0.0 : turn < 1.5 ? 3.0 : turn < 2.5 ? 4.0 : turn < 3.5 ? 2.0 : turn < 4.5 ? 5.0 : turn < 5.5 ? 1.0 : 6.0;
        if (!begun) return vec4(0.0, 0.0, 100.0, 1.0);
        // What is still growing is left to grow.
        if (new > 0.5 && mine == i - 4.0 && phrases > 1.5 && g.z > 5.0) return vec4(g.y, mod(g.y + 1.0, 32.0), 0.0, 1.0);
        return vec4(g.xy, min(g.z + TIMEDELTA, 100.0), 1.0);
    }
    return vec4(0.0);
}

// Wet dots of ink along a crest: what trees and moss are to this painting, an onset is to this sound.
vec4 make_moss() {
    vec4 old = IMG_NORM_PIXEL(moss, isf_FragNormCoord);
    vec4 m = remember(0.0);
    float wet = old.r * exp(-TIMEDELTA / 0.9), dry = old.g * exp(-TIMEDELTA / 2.4), bloom = old.b * exp(-TIMEDELTA / 0.45);
    float aspect = RENDERSIZE.x / RENDERSIZE.y;
    if (m.y > 0.5) {
        for (float e = 0.0; e < m.y; e++) {
            float n = m.x - e;
            vec2 r = hash12(n * 7.13 + 1.7);
            float i = floor(1.0 + 2.999 * pow(r.y, 1.0 + 0.6 * strength));
            if (shown(i) < 0.4) i = 3.0;
            float at = fract(0.11 + 0.6180339 * n);
            at = i < 1.5 ? 0.02 + 0.42 * at : (i < 2.5 ? 0.05 + 0.45 * at : 0.23 + 0.26 * at);
            float big = mix(0.0050, 0.0120, strength) * mix(1.25, 0.70, (i - 1.0) / 2.0);
            float reach = big * 15.0;
            vec2 p = vec2((isf_FragNormCoord.x - at) * aspect, isf_FragNormCoord.y);
            float crest = ridge(i, at).r;
            // A wet wash under the dots, along the crest.
            float under = ridge(i, isf_FragNormCoord.x).r - isf_FragNormCoord.y;
            bloom = max(bloom, mix(0.35, 1.0, strength) * smoothstep(-0.002, 0.003, under) * exp(-max(under, 0.0) / (reach * 0.55)) * smoothstep(1.0, 0.0, abs(p.x) / (reach * 1.9)));
            if (abs(p.x) < reach && abs(p.y - crest) < reach * 1.6) {
                float edge = 0.35 * (value2(isf_FragNormCoord * vec2(aspect, 1.0) * 330.0) - 0.5);
                for (float k = 0.0; k < 11.0; k++) {
                    vec2 h = hash12(n * 3.7 + k * 17.1);
                    float x = (h.x + hash11(k + n) - 1.0) * reach * 0.85;
                    float y = ridge(i, at + x / aspect).r - h.y * h.y * big * 5.0 + big * 0.5;
                    float size = big * mix(0.55, 1.15, h.y);
                    vec2 d = (p - vec2(x, y)) / (size * vec2(1.35, 0.72));
                    d.y += 0.25 * d.x;
                    float ink = smoothstep(1.0, 0.55, length(d) + edge) * mix(0.55, 1.0, strength);
                    wet = max(wet, ink);
                    dry = max(dry, ink * 0.8);
                }
            }
        }
    }
    return clamp(vec4(wet, dry, bloom, 1.0), 0.0, 1.0);
}

// What a ridge is drawn with by itself: the loaded brush along its crest, and the wash that sinks into the mist.
// x outline, y wash; d below the crest.
vec2 crest_ink(float i, float d, float press, float grain) {
    float far = i / 6.0;
    float thick = mix(0.0070, 0.0030, far) * mix(0.30, 1.8, press), u = d / thick;
    float line = 1.0 / (1.0 + u * u * (0.6 + u * u)) * smoothstep(0.12, 0.45, press + 0.35 * (grain - 0.35));
    float bleed = 1.0 / (1.0 + u * (0.2 + 0.06 * u));
    float fall = mix(0.15, 0.060, far) * (i > 2.5 && i < 3.5 ? 1.6 : 1.0) * mix(1.25, 0.7, mist);
    return vec2((line * 0.95 + bleed * 0.35) * mix(1.0, 0.55, far), exp(-d / fall));
}

// Folds hang from the crest and fan out with the slope: long fibres for a smooth sound, axe cuts for a rough one.
float texture_ink(float i, float rough, float slope, vec2 p, float d) {
    float far = i / 6.0;
    float bend = value2(p * vec2(17.0, 13.0) + i);
    float fan = p.x + d * clamp(slope * 0.22, -0.5, 0.5) + 0.034 * (bend - 0.5);
    float f = mix(24.0, 44.0, far);
    float fold = value2(vec2(fan * f, d * mix(7.0, 19.0, rough) + bend * 1.5 + i * 9.0));
    float fine = value2(vec2(fan * f * 3.7, d * mix(24.0, 62.0, rough) - fan * f * 1.3));
    float strokes = smoothstep(0.56, 0.98, (1.0 - abs(2.0 * fold - 1.0)) * 0.70 + fine * 0.42);
    float shade = smoothstep(0.2, 0.8, fold + 0.30 * (fine - 0.5));
    return mix(0.34, 0.75, rough) * (shade - 0.5) + strokes * mix(0.25, 1.5, rough) * (1.0 - far * 0.75);
}

float stroke(vec2 p, vec2 a, vec2 b, float wide) {
    vec2 u = p - a, v = b - a;
    float t = clamp(dot(u, v) / dot(v, v), 0.0, 1.0);
    return smoothstep(wide, wide * 0.35, length(u - v * t) / (0.65 + 1.4 * t * (1.0 - t)));
}

// An angler on the empty water: the scale of everything else.
float angler(vec2 p) {
    p /= 0.9;
    float hull = smoothstep(0.0030, 0.0008, abs(p.y - 2.2 * p.x * p.x + 0.002) - 0.0016 * (1.0 - abs(p.x) / 0.062)) * step(abs(p.x), 0.058);
    float rim = 0.55 * smoothstep(0.0018, 0.0006, abs(p.y - 0.0055 - 1.1 * p.x * p.x)) * step(abs(p.x), 0.043);
    float man = smoothstep(1.0, 0.75, length((p - vec2(-0.012, 0.0125)) / vec2(0.0068, 0.0110)));
    float hat = stroke(p, vec2(-0.0215, 0.0232), vec2(-0.0025, 0.0240), 0.0032);
    float rod = 0.75 * stroke(p, vec2(-0.006, 0.015), vec2(0.052, 0.040), 0.0014);
    float thread = 0.35 * stroke(p, vec2(0.052, 0.040), vec2(0.055, -0.006), 0.0009);
    float water = 0.28 * stroke(p, vec2(-0.050, -0.0080), vec2(0.030, -0.0085), 0.0016) + 0.18 * stroke(p, vec2(-0.01, -0.0150), vec2(0.062, -0.0145), 0.0014);
    return max(max(max(hull, rim), max(man * 0.75, hat)), max(rod, max(thread, water)));
}

float geese(vec2 p, float age, float seed) {
    vec2 at = vec2(0.30, -0.02) + vec2(-0.045, 0.016) * age + vec2(0.0, 0.03 * hash11(seed));
    float show = smoothstep(0.0, 0.7, age) * smoothstep(20.0, 9.0, age), ink = 0.0;
    vec2 q = p - at;
    float flock = age < 20.0 && abs(q.x) < 0.20 && abs(q.y) < 0.12 ? 7.0 : 0.0;
    for (float k = 0.0; k < flock; k++) {
        float side = mod(k, 2.0) < 0.5 ? 1.0 : -1.0, rank = ceil(k / 2.0);
        vec2 b = q - vec2(rank * 0.026 + 0.006 * hash11(k), side * rank * 0.011 - 0.004 * rank + 0.005 * hash11(k + 9.0));
        float size = 0.0085 * (1.0 - 0.08 * rank), flap = 0.35 + 0.5 * sin(age * 5.0 + k * 1.7 + 2.0 * hash11(k));
        float u = abs(b.x) / size;
        ink = max(ink, smoothstep(0.0016, 0.0005, abs(b.y - size * flap * (u - 0.7 * u * u)) * (0.6 + 0.6 * u)) * step(u, 1.0));
    }
    return ink * show;
}

vec4 paint() {
    vec2 uv = isf_FragNormCoord;
    float aspect = RENDERSIZE.x / RENDERSIZE.y;
    vec2 p = vec2(uv.x * aspect, uv.y);
    vec3 here = xuan(p);
    vec4 paper = tint(0.0), m = remember(0.0), w = remember(1.0);
    vec3 dots = IMG_NORM_PIXEL(moss, uv).rgb;
    float day = paper.a;

    float through = 1.0, ink = 0.0, blue = 0.0, edge = 0.0;
    float bank = value2(vec2(p.x * 1.7 - w.x * 0.05, p.y * 5.0)) * 0.6 + value2(vec2(p.x * 3.9 - w.x * 0.09, p.y * 11.0 + 7.0)) * 0.4;
    // At a blow the brush presses: lines and slopes take more ink, and give it back to the paper as the sound dies.
    float pressed = strength * exp(-m.z / 0.13) * step(m.z, 1.5);
    float most = 0.0, chosen = 0.0, depth = 0.0, veil = 0.0, broken = 0.0;
    for (int k = 0; k < RIDGES; k++) {
        float i = float(k), open = shown(i);
        if (open < 0.004) continue;
        vec4 r = ridge(i, uv.x);
        float d = r.r - uv.y + 0.0016 * (here.x - 0.5);
        float cover = smoothstep(-0.0016, 0.0016, d) * open;
        if (cover < 0.004) continue;
        d = max(d, 0.0);
        float mask = mix(1.0, smoothstep(0.30, 0.68, bank + 0.42 / (1.0 + d * d * 190.0)), mist);
        vec2 drawn = crest_ink(i, d, r.a - 1.0, here.x);
        drawn *= vec2(mix(0.50, 1.15, r.b) * (0.88 + 1.0 * pressed), mix(0.90, 1.10, r.b) * (0.92 + 0.55 * pressed));
        float load = mix(1.45, 0.19, sqrt(i / 6.0)) * (k == 3 ? 1.45 : 1.0) * mix(0.88, 1.55, r.b) * (k < 3 ? mix(0.9, 1.35, weather) : mix(1.0, 1.6, weather)), weight = through * cover;
        // Mist lies at the foot of what is far.
        float foot = k < 2 ? -0.30 : k == 2 ? -0.05 : k == 3 ? 0.13 : k == 4 ? 0.17 : k == 5 ? 0.25 : 0.31;
        foot -= 0.08 * (1.0 - r.b) + (k < 5 ? 0.20 : 0.10) * r.g;
        mask *= mix(1.0, smoothstep(foot, foot + (k < 5 ? 0.34 : 0.15), uv.y + 0.30 * (bank - 0.5)), mist + 0.4 * (1.0 - mist));
        float amount = weight * load * mask * (drawn.x + drawn.y * (0.40 + 0.30 * (here.z - 0.5)));
        ink += amount;
        edge += weight * load * mask * drawn.x;
        blue += amount * i / 6.0 * mix(1.6, 0.9, r.b);
        if (weight > most) { most = weight; chosen = i; depth = d; broken = r.b; veil = drawn.y * load * mask; }
        through *= 1.0 - cover;
        if (through < 0.01) break;
    }
    // Only the slope that is seen carries brushwork; where two share a point neither does.
    if (most > 0.5 && veil > 0.004) {
        float slope = (ridge(chosen, uv.x + 0.006).r - ridge(chosen, uv.x - 0.006).r) / 0.012;
        ink = max(ink + (2.0 * most - 1.0) * veil * texture_ink(chosen, broken, slope, p, depth), 0.0);
    }
    // Sky: a flat brush of wet grey from above when the weather turns, and rain.
    float hake = bank * 0.65 + value2(vec2(p.x * 4.0, p.y * 26.0)) * 0.2;
    float sky = weather * smoothstep(0.45, 1.05, uv.y + 0.30 * (hake - 0.5)) * (0.35 + 0.5 * hake);
    ink += through * sky * mix(0.40, 1.15, day);

    float grain = 1.0 + 0.55 * (0.5 - here.x) * smoothstep(0.02, 0.5, ink) - 0.25 * here.y;
    ink *= grain;
    vec2 q = p - vec2(0.735 * aspect, 0.170);
    ink *= 1.0 - 0.85 * exp(-dot(q * vec2(7.0, 17.0), q * vec2(7.0, 17.0)));
    // What has dried stays only where there is still a mountain under it.
    float dotted = dots.r * 0.9 + dots.g * 0.75 * (1.0 - through * smoothstep(0.05, 0.3, presence));
    dotted *= smoothstep(-0.25, 0.35, dotted - 0.5 * here.x) * (0.8 + 0.2 * presence);
    ink += dotted * 1.6 + dots.b * 1.30 * (1.2 - 0.4 * here.x);
    if (abs(q.x) < 0.08 && abs(q.y) < 0.06) ink += 1.5 * angler(q) * (0.75 + 0.4 * (0.6 - here.x)) * mix(0.35 + 0.65 * presence, 1.0, day);
    ink += 1.1 * smoothstep(0.0, 0.12, presence) * geese(p - vec2(0.62 * aspect, 0.46), w.y, mod(w.z, 64.0));

    // Sun: vermilion laid thin, behind everything.
    vec2 s = p - vec2(mix(0.800, 0.775, height) * aspect, mix(0.47, 0.87, height));
    float disc = length(s) + 0.0018 * (here.x - 0.5);
    float red = smoothstep(0.0560, 0.0525, disc) * (0.72 + 0.5 * smoothstep(0.030, 0.053, disc)) * mix(0.8, 1.2, here.z) * (1.0 - 0.35 * (here.x - 0.5));
    red *= through * smoothstep(0.04, 0.30, presence) * (1.0 - 0.7 * sky) * smoothstep(-0.06, 0.05, s.y + 0.16 * (bank - 0.2));

    blue = clamp(blue / max(ink, 0.001), 0.0, 1.2);
    float fibre = 0.955 + 0.045 * here.z - 0.028 * (here.x - 0.5) + 0.012 * here.y;
    vec3 body_tint = tint(1.0).rgb, sun_tint = tint(2.0).rgb, colour = vec3(0.0);
    if (day > 0.0) {
        vec3 absorb = body_tint * mix(vec3(0.96, 1.0, 1.03), vec3(1.14, 1.0, 0.80), blue * 0.75);
        colour = day * max(paper.rgb * fibre * exp(-ink * 1.55 * absorb) * exp(-red * sun_tint), vec3(0.0125, 0.0118, 0.0112));
    }
    if (day < 1.0) {
        // Dark paper: mineral colour laid thin is what is far, body what is near, and gold where the brush was full.
        vec3 washed = tint(3.0).rgb, bright = tint(4.0).rgb;
        float halo = exp(-dot(s, s) * 9.0) * smoothstep(0.04, 0.5, presence) * (1.0 - 0.6 * sky);
        vec3 dark = paper.rgb * fibre * (0.15 + 0.85 * presence);
        dark = mix(dark, washed, clamp(halo * through * (0.16 + 0.20 * bank), 0.0, 1.0));
        vec3 laid = mix(body_tint, mix(body_tint, washed, 0.55), clamp(blue, 0.0, 1.0));
        laid = mix(laid, sun_tint, smoothstep(0.45, 1.35, edge * grain) * 0.90);
        vec3 night = mix(dark, laid, 0.92 * (1.0 - exp(-ink * 0.95)));
        night = mix(night, bright, clamp(dotted * 0.55 + 0.12 * dots.b, 0.0, 0.9) * (1.0 - 0.3 * here.x));
        night = mix(night, bright, clamp(red * 0.85, 0.0, 0.92));
        colour += (1.0 - day) * night;
    }
    vec2 c = uv - 0.5;
    colour *= 1.0 - 0.22 * dot(c, c);
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = mix_tints();
    else if (PASSINDEX == 2) gl_FragColor = make_profile();
    else if (PASSINDEX == 3) gl_FragColor = make_moss();
    else gl_FragColor = paint();
}
